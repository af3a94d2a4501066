"""Training for the playground: one Keras model and one generator of its training steps."""

import dataclasses

import numpy as np

from utils.activations import ACTIVATIONS
from utils.playground.settings import Settings
from utils.validation import check_count, fail
from utils.xla import xla_works

MOST_EPOCHS = 25  # in one compiled call; measuring after it takes about as long as seven epochs
SMALL_SLOPE = 0.05  # of the activation's largest slope: below it a signal counts as saturated


@dataclasses.dataclass(frozen=True)
class Record:
    """What is measured between two steps of training; lists run from the first layer on.

    gradient_norms: of the training loss, penalty included, by the weights and biases of a layer.
    saturated: share of a hidden layer's signals (units × training points) at which the
        activation's slope is below a twentieth of its largest. For relu these are the inactive.
    dead: share of a hidden layer's units of which every training point's signal is saturated.
    """

    epoch: int
    train_loss: float  # binary cross-entropy, without the penalty
    test_loss: float
    gradient_norms: tuple
    saturated: tuple
    dead: tuple
    diverged: bool


class Session:
    """A Keras model, its data and its optimizer for `settings`, and the `history` of records.

    The learning rate may be changed on the way: `session.optimizer.learning_rate.assign(0.01)`.
    """

    def __init__(self, settings):
        """Build the model and record it before the first step."""
        import keras

        if not isinstance(settings, Settings):
            fail("settings", "Settings of the playground", settings)
        self.settings = settings
        self.train, self.test = settings.split()
        self.model = settings.build()
        self.optimizer = keras.optimizers.SGD(settings.learning_rate)
        self.optimizer.build(self.model.trainable_variables)
        self._x, self._y = self._tensors(self.train)
        self._x_test, self._y_test = self._tensors(self.test)
        slopes = ACTIVATIONS[settings.activation].derivative(np.linspace(-5, 5, 1001))
        self._small = SMALL_SLOPE * np.abs(slopes).max()
        self._start = self.model.get_weights()
        self._train = self._compiled_training()
        self._measure = self._compiled_measurement()
        self.reset()

    def reset(self):
        """Go back to epoch 0 and the initial weights; what is compiled stays."""
        self.model.set_weights(self._start)
        self._random = np.random.default_rng(self.settings.seed)
        self.history = []
        self._record(0)

    @property
    def last(self):
        """The newest record."""
        return self.history[-1]

    def steps(self, epochs=1):
        """Train for `epochs` (at most 25) at a time; yield a `Record` after each time.

        The generator has no end, unless the loss stops being a finite number: then the last
        record says `diverged`, and its epoch is the one in which that happened. Raises
        `ValueError` for another number of epochs.
        """
        return self._steps(check_count("epochs", epochs, maximum=MOST_EPOCHS))

    def _steps(self, epochs):
        samples = len(self.train.x)
        while not self.last.diverged:
            orders = np.tile(np.arange(samples, dtype="int32"), (MOST_EPOCHS, 1))
            orders[:epochs] = self._random.permuted(orders[:epochs], axis=1)
            done = int(self._train(orders, epochs))
            yield self._record(self.last.epoch + done)

    def signals(self, points):
        """Return z of every layer, the output last, for `points`, shape (N, 2), in float64."""
        function = ACTIVATIONS[self.settings.activation].function
        a, layers = self.settings.inputs(points).astype("float64"), []
        weights = self.model.get_weights()
        with np.errstate(over="ignore", invalid="ignore"):
            for W, b in zip(weights[::2], weights[1::2], strict=True):
                layers.append(a @ W + b)
                a = function(layers[-1])
        return layers

    def _tensors(self, data):
        import tensorflow as tf

        x, y = self.settings.inputs(data.x), data.y[:, None].astype("float32")
        return tf.constant(x), tf.constant(y)

    def _loss(self, x, y):
        """Return the loss and the loss with the penalty."""
        import keras

        loss = keras.losses.BinaryCrossentropy(from_logits=True)(y, self.model(x, training=True))
        return loss, loss + sum(self.model.losses)

    def _gradients(self, x, y):
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss, penalized = self._loss(x, y)
        return loss, penalized, tape.gradient(penalized, self.model.trainable_variables)

    def _compiled_training(self):
        import tensorflow as tf

        samples, size = len(self.train.x), min(self.settings.batch_size, len(self.train.x))
        full, rest = divmod(samples, size)

        def learn(batch):
            x, y = tf.gather(self._x, batch), tf.gather(self._y, batch)
            _, loss, gradients = self._gradients(x, y)
            self.optimizer.apply(gradients)
            return loss

        @tf.function(jit_compile=xla_works(), autograph=True)
        def train(orders, epochs):
            epoch, loss = 0, 0.0
            while epoch < epochs and tf.math.is_finite(loss):
                order = orders[epoch]
                batches = tf.reshape(order[: full * size], (full, size))
                for number in tf.range(full):
                    loss += learn(batches[number])  # NaN and infinity stay, whatever follows
                if rest:
                    loss += learn(order[full * size :])
                loss = tf.where(tf.math.is_finite(loss), 0.0, loss)
                epoch += 1
            return epoch

        signature = tf.TensorSpec((MOST_EPOCHS, samples), tf.int32), tf.TensorSpec((), tf.int32)
        return tf.function(train, input_signature=signature)

    def _compiled_measurement(self):
        import tensorflow as tf

        @tf.function(jit_compile=xla_works())
        def measure():
            loss, penalized, gradients = self._gradients(self._x, self._y)
            test_loss, _ = self._loss(self._x_test, self._y_test)
            norms = [
                tf.linalg.global_norm(pair)
                for pair in zip(gradients[::2], gradients[1::2], strict=True)
            ]
            return tf.stack([penalized, loss, test_loss, *norms])

        return measure

    def _record(self, epoch):
        penalized, train_loss, test_loss, *norms = self._measure().numpy().tolist()
        saturated, dead = self._saturation()
        finite = np.isfinite([penalized, *norms]).all()
        record = Record(
            epoch, train_loss, test_loss, tuple(norms), saturated, dead, diverged=not finite
        )
        self.history.append(record)
        return record

    def _saturation(self):
        derivative = ACTIVATIONS[self.settings.activation].derivative
        still = [np.abs(derivative(z)) < self._small for z in self.signals(self.train.x)[:-1]]
        saturated = tuple(float(layer.mean()) for layer in still)
        return saturated, tuple(float(layer.all(axis=0).mean()) for layer in still)
