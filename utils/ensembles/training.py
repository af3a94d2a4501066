"""The compiled program that trains a stack of networks: all epochs, batches and members in one.

`Task` says what one member computes; `StackTrainer` holds the weights and the optimizer of a few
members and trains them. `utils.ensembles` splits the seeds over several trainers, one per core.
"""

import re

import tensorflow as tf

from utils.ensembles.stacking import Layout, copy_optimizer
from utils.xla import xla_works


class Task:
    """What every member of a stack computes: outputs, loss, metrics and the loss's gradient.

    `model` gives the architecture, `loss` is a `keras.losses.Loss`, `metrics` a list of
    `keras.metrics.Metric`. The loss includes the regularization losses, as in `model.fit`.
    `by_batches` says that it hangs on the batches, which validation must then keep to.
    """

    def __init__(self, model, loss, metrics, by_batches):
        self.model, self.loss, self.metrics, self.by_batches = model, loss, metrics, by_batches
        self.layout = Layout(model.trainable_variables)
        places = {id(variable): place for place, variable in enumerate(model.weights)}
        self.trainable = [places[id(v)] for v in model.trainable_variables]
        self.frozen = [places[id(v)] for v in model.non_trainable_variables]
        for metric in metrics:
            metric.reset_state()
        self.fresh_states = [[v.numpy() for v in metric.variables] for metric in metrics]
        # Traced once, used by every trainer.
        self.gradients = tf.function(self._gradients, autograph=False)

    def _member_loss(self, weights, frozen, states, x, y, training):
        """Return the loss of one member and the states of its metrics after this batch."""
        y_pred, _, penalties = self.model.stateless_call(
            weights, frozen, x, training=training, return_losses=True
        )
        loss = self.loss(y, y_pred)
        updated = [
            metric.stateless_update_state(state, y, y_pred)
            for metric, state in zip(self.metrics, states, strict=True)
        ]
        return sum(penalties, loss), updated

    def _member_gradients(self, arguments):
        weights, frozen, states, x, y = arguments
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss, states = self._member_loss(weights, frozen, states, x, y, training=True)
        gradients = tape.gradient(loss, weights)
        return loss, states, gradients

    def _gradients(self, weights, frozen, states, x, y):
        """Return losses (members,), metric states and gradient rows for a batch per member."""
        arguments = (self.layout.split(weights), frozen, states, x, y)
        losses, states, gradients = stack(self._member_gradients, arguments)
        return losses, states, self.layout.join(gradients)

    def evaluate(self, weights, frozen, x, y, own_data):
        """Return losses (members,) and metric values, each (members,), on all of `x` and `y`.

        With `own_data`, `x` and `y` have a leading member axis; else all members share them.
        """

        def member(arguments):
            weights, frozen, *data = arguments
            x_, y_ = data or (x, y)
            loss, states = self._member_loss(weights, frozen, self.fresh_states, x_, y_, False)
            return loss, self._member_results(states)

        arguments = (self.layout.split(weights), frozen)
        return stack(member, (*arguments, x, y) if own_data else arguments)

    def judge(self, weights, frozen, states, x, y):
        """Return losses (members,) and metric states for a batch per member, without training."""

        def member(arguments):
            return self._member_loss(*arguments, training=False)

        return stack(member, (self.layout.split(weights), frozen, states, x, y))

    def _member_results(self, states):
        return [
            metric.stateless_result(state)
            for metric, state in zip(self.metrics, states, strict=True)
        ]

    def results(self, states):
        """Return the metric values, each (members,), of the stacked metric states."""
        return stack(self._member_results, states) if self.metrics else []

    def new_states(self, members):
        """Return the stacked states of metrics that have seen nothing."""
        return [
            [tf.repeat(tf.constant(value)[tf.newaxis], members, axis=0) for value in state]
            for state in self.fresh_states
        ]


def stack(function, arguments):
    """Apply `function` to every member of the stacked `arguments`, as one vectorized computation.

    The slow way out, a loop over the members, is barred: what cannot be vectorized is refused.
    """
    try:
        return tf.vectorized_map(function, arguments, fallback_to_while_loop=False)
    except ValueError as error:
        reason = re.search(
            "No pfor vectorization defined for .*|Input .* loop invariant", str(error)
        )
        wanted = "build, loss and metrics must use operations that can be stacked"
        raise ValueError(f"{wanted}: {reason[0] if reason else error}") from error


class StackTrainer:
    """Trains `members` networks side by side: weights, optimizer and one compiled program.

    `compiling` is how many seconds the first call of `run` took, None before it.
    """

    def __init__(self, task, optimizer, members, own_rates):
        self.task, self.members, self.compiling = task, members, None
        self.weights = tf.Variable(tf.zeros((members, task.layout.size)))
        self.rates = tf.Variable(tf.zeros((members, 1)))
        self.optimizer = copy_optimizer(optimizer)
        if own_rates:  # a column, which broadcasts over each member's row of weights
            self.optimizer.learning_rate = lambda: self.rates
        self.optimizer.build([self.weights])
        self.fresh = [variable.numpy() for variable in self.optimizer.variables]
        self.run = tf.function(self._run, autograph=False, jit_compile=xla_works())

    def load(self, weights, rates):
        """Start anew from `weights`, a list of arrays (members, ...), with a fresh optimizer."""
        trainable = [tf.constant(weights[place]) for place in self.task.trainable]
        self.weights.assign(self.task.layout.join(trainable))
        if rates is not None:
            self.rates.assign(rates)
        for variable, value in zip(self.optimizer.variables, self.fresh, strict=True):
            variable.assign(value)

    def read(self):
        """Return the trainable weights, a list of arrays (members, ...)."""
        return [array.numpy() for array in self.task.layout.split(self.weights)]

    def _run(self, data, validation, frozen, order, count, batch_size):
        """Train `count` epochs; return the history, a list of arrays (epochs, members).

        `data` and `validation` are (x, y, own_data), `validation` may be None; `frozen` lists the
        weights that stay. `order` (epochs, members, samples) names the samples in the order of
        their use. The history holds whether all is finite, the loss, the metrics, the validation
        loss and the validation metrics.
        """
        limit, members, _ = order.shape
        rows = 2 + len(self.task.metrics)
        rows += rows - 1 if validation else 0
        history = tf.zeros((limit, rows, members))

        def epoch(number, history):
            values = self._over_batches(
                lambda batch, states: self._step(data, frozen, batch, states),
                order[number],
                batch_size,
            )
            if validation:
                values += self._validate(validation, frozen, batch_size)
            finite = tf.reduce_all(tf.math.is_finite(self.weights), axis=1)
            finite = tf.cast(finite & tf.math.is_finite(values[0]), tf.float32)
            row = tf.stack([finite, *values])
            return number + 1, tf.tensor_scatter_nd_update(history, [[number]], [row])

        return tf.while_loop(lambda number, _: number < count, epoch, (0, history))[1]

    def _validate(self, validation, frozen, batch_size):
        """Return the loss and the metrics, each (members,), of all samples of `validation`."""
        x, y, own = validation
        if not self.task.by_batches:
            loss, metrics = self.task.evaluate(self.weights, frozen, x, y, own)
            return [loss, *metrics]

        def step(batch, states):
            return self.task.judge(self.weights, frozen, states, *_pick(validation, batch))

        samples = x.shape[int(own)]
        order = tf.broadcast_to(tf.range(samples), (self.members, samples))
        return self._over_batches(step, order, batch_size)

    def _over_batches(self, step, order, batch_size):
        """Take the steps of an epoch: full batches in a loop, then what is left, as Keras does.

        `step` takes the sample numbers (members, size) of a batch and the metric states; it returns
        losses (members,) and states. Returns the mean loss and the metrics, each (members,).
        """
        members, samples = order.shape
        batch_size = min(batch_size, samples)
        steps, rest = divmod(samples, batch_size)
        batches = tf.reshape(order[:, : steps * batch_size], (members, steps, batch_size))
        batches = tf.transpose(batches, (1, 0, 2))

        def full(number, total, states):
            loss, states = step(batches[number], states)
            return number + 1, total + loss * batch_size, states

        start = (0, tf.zeros(members), self.task.new_states(members))
        _, total, states = tf.while_loop(lambda number, *_: number < steps, full, start)
        if rest:
            loss, states = step(order[:, steps * batch_size :], states)
            total += loss * rest
        return [total / samples, *self.task.results(states)]

    def _step(self, data, frozen, batch, states):
        """Take one optimizer step on `batch`, the sample numbers (members, size) of each member."""
        x, y = _pick(data, batch)
        loss, states, gradients = self.task.gradients(self.weights, frozen, states, x, y)
        self.optimizer.apply([gradients], [self.weights])
        return loss, states


def _pick(data, batch):
    """Return x and y, each (members, size, ...), of the sample numbers (members, size)."""
    x, y, own = data
    return [tf.gather(values, batch, axis=int(own), batch_dims=int(own)) for values in (x, y)]
