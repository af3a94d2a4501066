"""What can be chosen in the playground, and the Keras code that does the same."""

import dataclasses

import numpy as np

from utils.datasets import GENERATORS, load
from utils.models import build_mlp
from utils.validation import LARGEST_COUNT, check_choice, check_count, check_number, fail

SAMPLES = 1000  # training and test data together
BOUNDS = (-1.8, 1.8, -1.8, 1.8)  # the part of the plane that is drawn
MOST_LAYERS, MOST_UNITS = 6, 16  # more would not fit into the picture
# What the sliders offer is what `Settings` takes: least and most.
NOISES, TRAIN_SHARES, BATCH_SIZES = (0.0, 0.5), (0.1, 0.9), (1, 128)
SEEDS = (0, LARGEST_COUNT)
ACTIVATION_CHOICES = (
    *("tanh", "relu", "sigmoid", "softsign", "purelin"),
    *("leaky_relu", "elu", "selu", "gelu", "silu"),
)
REGULARIZATIONS = {"none": None, "L1": "L1", "L2": "L2"}


@dataclasses.dataclass(frozen=True)
class Feature:
    """An input of the network: its label in a picture and its formula in NumPy."""

    label: str
    code: str
    function: object  # of x, shape (N, 2); returns shape (N,)


FEATURES = {
    "x1": Feature("x₁", "x[:, 0]", lambda x: x[:, 0]),
    "x2": Feature("x₂", "x[:, 1]", lambda x: x[:, 1]),
    "x1^2": Feature("x₁²", "x[:, 0] ** 2", lambda x: x[:, 0] ** 2),
    "x2^2": Feature("x₂²", "x[:, 1] ** 2", lambda x: x[:, 1] ** 2),
    "x1*x2": Feature("x₁x₂", "x[:, 0] * x[:, 1]", lambda x: x[:, 0] * x[:, 1]),
    "sin(pi*x1)": Feature("sin πx₁", "np.sin(np.pi * x[:, 0])", lambda x: np.sin(np.pi * x[:, 0])),
    "sin(pi*x2)": Feature("sin πx₂", "np.sin(np.pi * x[:, 1])", lambda x: np.sin(np.pi * x[:, 1])),
}


@dataclasses.dataclass(frozen=True)
class Settings:
    """All settings of the playground; a wrong one raises a `ValueError` that names it.

    data: a generated data set of `utils.datasets`.
    noise: the standard deviation added to both features, at most 0.5.
    train_share: share of the 1,000 points to learn from, 0.1 to 0.9; the others are the test.
    batch_size: training points a step, at most 128.
    features: names of `FEATURES`, the network's inputs, at least one.
    hidden_units: the width of each hidden layer, at most 6 layers of at most 16 units.
    regularization: none, L1 or L2, of the weights (not the biases), times `regularization_rate`.
    seed: of the data, the split, the initial weights and the order of the batches.
    """

    data: str = "circles"
    noise: float = 0.1
    train_share: float = 0.5
    batch_size: int = 32
    features: tuple = ("x1", "x2")
    hidden_units: tuple = (4, 4)
    activation: str = "tanh"
    learning_rate: float = 0.1
    regularization: str = "none"
    regularization_rate: float = 0.0
    seed: int = 0

    def __post_init__(self):
        """Check every setting."""
        check_choice("data", self.data, GENERATORS)
        check_number("noise", self.noise, **_limits(NOISES))
        check_number("train_share", self.train_share, **_limits(TRAIN_SHARES))
        check_count("batch_size", self.batch_size, **_limits(BATCH_SIZES))
        if not isinstance(self.features, tuple) or not self.features:
            fail("features", "a tuple of at least one feature", self.features)
        for feature in self.features:
            check_choice("features", feature, FEATURES)
        if len(set(self.features)) < len(self.features):
            fail("features", "different from each other", self.features)
        if not isinstance(self.hidden_units, tuple) or len(self.hidden_units) > MOST_LAYERS:
            fail("hidden_units", f"a tuple of at most {MOST_LAYERS} widths", self.hidden_units)
        for units in self.hidden_units:
            if check_count("hidden_units", units) > MOST_UNITS:
                fail("hidden_units", f"at most {MOST_UNITS} in each layer", units)
        check_choice("activation", self.activation, ACTIVATION_CHOICES)
        check_number("learning_rate", self.learning_rate, positive=True)
        check_choice("regularization", self.regularization, REGULARIZATIONS)
        check_number("regularization_rate", self.regularization_rate, minimum=0)
        check_count("seed", self.seed, **_limits(SEEDS))

    @property
    def penalty(self):
        """The name of the Keras regularizer in use, or None."""
        return REGULARIZATIONS[self.regularization] if self.regularization_rate else None

    def inputs(self, points):
        """Return the chosen features of `points`, shape (N, 2), as (N, features) float32."""
        columns = [FEATURES[name].function(points) for name in self.features]
        return np.stack(columns, axis=1).astype("float32")

    def split(self):
        """Return the training and the test data, two `Dataset`s."""
        data = load(self.data, n_samples=SAMPLES, noise=self.noise, seed=self.seed)
        return data.split(test_share=1 - self.train_share, seed=self.seed)

    def build(self):
        """Return the untrained Keras model; its one output is a logit."""
        import keras

        model = build_mlp(
            self.hidden_units, self.activation, inputs=len(self.features), seed=self.seed
        )
        if self.penalty:
            for layer in model.layers:
                layer.kernel_regularizer = getattr(keras.regularizers, self.penalty)(
                    self.regularization_rate
                )
                layer.kernel.regularizer = layer.kernel_regularizer
        return model


def _limits(least_and_most):
    return dict(zip(("minimum", "maximum"), least_and_most, strict=True))


CODE = """\
import keras
import numpy as np

from utils.datasets import load  # the course's data; any x of shape (N, 2) and y of 0 and 1 will do

data = load({data!r}, n_samples={samples}, noise={noise}, seed={seed})
train, test = data.split(test_share={test_share}, seed={seed})


def features(x):
    return np.stack([{features}], axis=1)


def dense(units, activation, seed):
    initializer = keras.initializers.GlorotUniform(seed)
    return keras.layers.Dense(
        units, activation=activation, kernel_initializer=initializer{regularizer}
    )


model = keras.Sequential([
    keras.Input(({inputs},)),
{layers}
])
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate={learning_rate}),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[
        keras.metrics.BinaryAccuracy(threshold=0.0),
        keras.metrics.BinaryCrossentropy(from_logits=True),  # without a penalty on the weights
    ],
)
history = model.fit(
    features(train.x),
    train.y[:, None],
    batch_size={batch_size},
    epochs={epochs},
    validation_data=(features(test.x), test.y[:, None]),
    verbose=0,
)
print(f"test loss {{history.history['val_binary_crossentropy'][-1]:.3f}}")
"""


def keras_code(settings, epochs=100):
    """Return Keras code that builds, trains and tests the network of `settings`, as text.

    It starts from the same weights and trains for `epochs` with the same data; only the order of
    the batches is Keras's own. First shown in chapter 06.
    """
    if not isinstance(settings, Settings):
        fail("settings", "Settings of the playground", settings)
    widths = [*settings.hidden_units, 1]
    seeds = np.random.SeedSequence(settings.seed).generate_state(len(widths)).tolist()
    activation = "linear" if settings.activation == "purelin" else settings.activation
    names = [activation] * len(settings.hidden_units) + ["linear"]
    layers = [
        f"    dense({units}, {name!r}, seed={seed}),"
        for units, name, seed in zip(widths, names, seeds, strict=True)
    ]
    penalty, rate = settings.penalty, settings.regularization_rate
    values = dataclasses.asdict(settings) | {
        "samples": SAMPLES,
        "epochs": check_count("epochs", epochs),
        "test_share": round(1 - settings.train_share, 10),
        "features": ", ".join(FEATURES[name].code for name in settings.features),
        "inputs": len(settings.features),
        "layers": "\n".join(layers),
        "regularizer": f", kernel_regularizer=keras.regularizers.{penalty}({rate})"
        if penalty
        else "",
    }
    return CODE.format(**values)
