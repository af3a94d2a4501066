"""What `train_many` refuses, since it would give wrong answers, and what it does without XLA."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from plain_keras import X, fit, mlp, root_of_mean, targets

from utils import ensembles, xla
from utils.ensembles import arguments, runner, stacking, train_many

layers = keras.layers


def test_without_xla_it_says_so_once_and_agrees(monkeypatch):
    compiled = train_many(mlp, X, targets(X), seeds=2, epochs=2)
    function = tf.function

    def without_xla(*arguments, jit_compile=None, **settings):
        if jit_compile:
            raise tf.errors.UnimplementedError(None, None, "no XLA here")
        return function(*arguments, **settings)

    monkeypatch.setattr(tf, "function", without_xla)
    xla.xla_works.cache_clear()
    try:
        with pytest.warns(UserWarning, match="XLA is missing here") as caught:
            found = train_many(mlp, X, targets(X), seeds=2, epochs=2)
            train_many(mlp, X, targets(X), seeds=1, epochs=1)
        assert len(caught) == 1
    finally:
        xla.xla_works.cache_clear()
    np.testing.assert_allclose(found.losses, compiled.losses, rtol=1e-5)


def sequential(*hidden):
    return lambda: keras.Sequential([keras.Input((2,)), *(make() for make in hidden)])


def two_inputs():
    inputs = [keras.Input((2,)), keras.Input((2,))]
    return keras.Model(inputs, layers.Dense(1)(layers.Add()(inputs)))


def two_outputs():
    inputs = keras.Input((2,))
    return keras.Model(inputs, [layers.Dense(1)(inputs), layers.Dense(1)(inputs)])


class Moody(layers.Layer):
    """Could draw random numbers, and does not for this input."""

    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator(0)

    def call(self, inputs):
        return inputs


def deaf():
    """The loss does not see the first layer."""
    cut = layers.Lambda(tf.stop_gradient)
    return keras.Sequential([keras.Input((2,)), layers.Dense(3, name="deaf"), cut, layers.Dense(1)])


def image_model():
    shape = [layers.Reshape((2, 1)), layers.Conv1D(3, 1), layers.Flatten(), layers.Dense(1)]
    return keras.Sequential([keras.Input((2,)), *shape])


REFUSED_MODELS = {
    "dropout": sequential(lambda: layers.Dropout(0.5), lambda: layers.Dense(1)),
    "noise": sequential(lambda: layers.GaussianNoise(0.5), lambda: layers.Dense(1)),
    "unlike normal, got": sequential(
        lambda: layers.BatchNormalization(name="normal"), lambda: layers.Dense(1)
    ),
    "no random state, got": sequential(Moody, lambda: layers.Dense(1)),
    "all act on the loss, unlike .*deaf/kernel, got": deaf,
    "constraints": sequential(lambda: layers.Dense(1, kernel_constraint="non_neg")),
    "float32 weights and no constraints, got .*half": sequential(
        lambda: layers.Dense(1, dtype="float16", name="half")
    ),
    "float32": sequential(lambda: layers.Dense(1, dtype="float64")),
    "trainable": sequential(lambda: layers.Dense(1, trainable=False)),
    "one input and one output": two_inputs,
    "and one output, got": two_outputs,
    "returns a Keras model": lambda: None,
    "can be stacked: .*Conv2D": image_model,
}


@pytest.mark.parametrize("reason", REFUSED_MODELS)
def test_refuses_models_that_cannot_be_stacked(reason):
    with pytest.raises(ValueError, match="^build.* must .*" + reason):
        train_many(REFUSED_MODELS[reason], X, targets(X), seeds=2, epochs=1)


class Shy(layers.Dense):
    """Does something in training alone."""

    def call(self, inputs, training=False):
        return super().call(inputs) if training else inputs


@pytest.mark.parametrize("label", [1, 7])
def test_targets_that_do_not_fit_the_loss_are_refused(label):
    """Where one of the first samples shows it."""
    y = np.zeros(len(X), int)
    y[label] = 3
    settings = {"loss": "sparse_categorical_crossentropy", "seeds": 1, "epochs": 1}
    with pytest.raises(ValueError, match=r"^y and loss must be .* outputs of shape \(., 3\)"):
        train_many(lambda: mlp(outputs=3), X, y, **settings)


def test_weights_need_to_act_in_training_alone():
    model = sequential(lambda: Shy(2), lambda: layers.Dense(1))()
    stacking.check_loss(model, keras.losses.MeanSquaredError(), X[:2], targets(X[:2]))


def test_frozen_weights_may_be_stacked():
    model = sequential(lambda: layers.Dense(2, trainable=False), lambda: layers.Dense(1))()
    stacking.check_model(model, X[:2])


def test_an_error_in_one_stack_ends_the_others(monkeypatch):
    monkeypatch.setattr(runner, "MEMBERS_PER_STACK", 2)
    monkeypatch.setattr(ensembles, "cores", lambda: 1)
    with pytest.raises(ValueError, match="can be stacked: .*Conv2D"):
        train_many(image_model, X, targets(X), seeds=6, epochs=1)


def test_frozen_batch_normalization_is_no_state():
    build = sequential(lambda: layers.BatchNormalization(trainable=False), lambda: layers.Dense(1))
    found = train_many(build, X, targets(X), seeds=2, epochs=2, shuffle=False, batch_size=16)
    history, _ = fit(build, 1, X, targets(X), epochs=2)
    np.testing.assert_allclose(found.losses[1], history["loss"], rtol=1e-5)


def scaled(factor, **dense):
    """A network that hands on `factor` times what its layers give."""
    hidden, outer = lambda: layers.Dense(3, "tanh"), lambda: layers.Dense(1, **dense)
    return sequential(hidden, outer, lambda: layers.Rescaling(factor))()


def test_models_are_alike_if_they_compute_the_same():
    """Under the same weights: those they were made with do not count."""
    x, model = np.float32(X[:2]), scaled(1.0)
    assert stacking.compute_alike(model, scaled(1.0, bias_initializer="ones"), x)
    assert not stacking.compute_alike(model, scaled(1.00002), x)
    assert not stacking.compute_alike(model, scaled(1.0, kernel_regularizer="l2"), x)
    assert not stacking.compute_alike(scaled(0.0), scaled(1e-9), x)
    twice = sequential(lambda: layers.Dense(3), lambda: layers.RepeatVector(2))()
    once = sequential(lambda: layers.Dense(3))()
    assert not stacking.compute_alike(twice, once, x)
    first, second = (scaled(1.0, trainable=False) for _ in range(2))
    assert stacking.compute_alike(first, second, x)  # what is frozen is no difference either


def test_a_loss_hangs_on_the_batch_if_it_is_a_sum():
    x, y = np.float32(X[:3]), np.float32(targets(X[:3]))
    model = scaled(1.0, kernel_regularizer="l2")
    for reduction, wanted in (("sum", True), ("sum_over_batch_size", False), ("mean", False)):
        loss = keras.losses.MeanSquaredError(reduction=reduction)
        for samples in (1, 2, 3):
            found = stacking.loss_hangs_on_batch(model, loss, x[:samples], y[:samples])
            assert found is wanted


def sum_of_all(y_true, y_pred):
    return keras.ops.sum((y_true - y_pred) ** 2)


WHOLE = [(root_of_mean, True), (sum_of_all, True), (keras.losses.Dice(), True)]


@pytest.mark.parametrize("samples", [2, 3, 20])
@pytest.mark.parametrize(("loss", "wanted"), [*WHOLE, ("mse", False), ("mae", False)])
def test_a_loss_hangs_on_the_batch_if_it_looks_at_it_as_a_whole(loss, wanted, samples):
    x, y = np.float32(X[:samples]), np.float32(targets(X[:samples]))
    x[0], y[0], model = 0, 0, sequential(lambda: layers.Dense(1, use_bias=False))()
    assert float(arguments.as_loss("mse")(y[:1], model(x[:1]))) == 0  # the first says nothing
    assert stacking.loss_hangs_on_batch(model, arguments.as_loss(loss), x, y) is wanted


@pytest.mark.parametrize(("loss", "wanted"), [(sum_of_all, True), ("mse", False)])
def test_a_small_loss_hangs_on_the_batch_as_a_large_one_does(loss, wanted):
    """Neither its size nor that of a penalty hides it."""
    x, y = np.float32(X), np.float32(1e-9 * targets(X))
    model = scaled(1e-9, kernel_regularizer="l2")
    assert stacking.loss_hangs_on_batch(model, arguments.as_loss(loss), x, y) is wanted


def test_a_sum_hangs_on_the_batch_though_all_losses_are_0():
    model = sequential(lambda: layers.Dense(1, use_bias=False))()
    loss, none = keras.losses.MeanSquaredError(reduction="sum"), np.zeros((3, 2), "float32")
    assert stacking.loss_hangs_on_batch(model, loss, none, none[:, :1]) is True


ACCEPTED = {
    "SGD": {"momentum": 0.9, "weight_decay": 0.01},
    "Adam": {"amsgrad": True, "clipvalue": 0.1},
    "AdamW": {"weight_decay": 0.1},
    "Adamax": {},
    "Nadam": {},
    "RMSprop": {"centered": True, "momentum": 0.5},
    "Adagrad": {},
    "Adadelta": {},
    "Ftrl": {},
    "Lion": {},
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_optimizers_that_act_on_each_weight_are_accepted(name):
    optimizer = getattr(keras.optimizers, name)(**ACCEPTED[name])
    assert stacking.check_optimizer(optimizer) is optimizer


def test_an_optimizer_may_be_a_name_or_a_config():
    assert isinstance(stacking.check_optimizer("rmsprop"), keras.optimizers.RMSprop)
    config = {"class_name": "SGD", "config": {"learning_rate": 0.5, "momentum": 0.25}}
    found = stacking.check_optimizer(config)
    assert (float(found.learning_rate), found.momentum) == (0.5, 0.25)
    assert config["class_name"] == "SGD"  # Keras alone would have made it small


REFUSED = {
    "Adafactor": {},
    "Lamb": {},
    "Muon": {},
    "SGD": {"clipnorm": 1e6},
    "Adam": {"global_clipnorm": 1e6},
    "RMSprop": {"use_ema": True},
    "Adagrad": {"loss_scale_factor": 2.0},
    "LossScaleOptimizer": {"inner_optimizer": "adam"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_optimizers_that_look_further_are_refused(name):
    if not hasattr(keras.optimizers, name):
        pytest.skip(f"this Keras has no {name}")
    arguments = dict(REFUSED[name])
    if name == "LossScaleOptimizer":
        arguments["inner_optimizer"] = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="optimizer must be one"):
        stacking.check_optimizer(getattr(keras.optimizers, name)(**arguments))


@pytest.mark.parametrize("setting", stacking.REFUSED_SETTINGS)
def test_a_setting_that_is_refused_may_stand_in_a_config(setting):
    config = {"class_name": "adam", "config": {setting: 1e6}}
    with pytest.raises(ValueError, match=f"optimizer must be one without {setting}, .* 'adam'"):
        stacking.check_optimizer(config)


def test_an_optimizer_that_spares_some_weights_is_refused():
    optimizer = keras.optimizers.AdamW()
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    with pytest.raises(ValueError, match="decays all weights alike"):
        stacking.check_optimizer(optimizer)


class SignOfMean(keras.optimizers.SGD):
    """Looks at all gradients of a variable, under a name that nobody listed."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(keras.ops.mean(gradient) + 0 * gradient, variable, learning_rate)


def test_an_unknown_optimizer_is_judged_by_what_it_does():
    with pytest.raises(ValueError, match="acts on each weight by itself"):
        stacking.check_optimizer(SignOfMean(0.1))


HUGE = [np.full((2, *weights.shape), 1e39) for weights in mlp().get_weights()]
BAD_ARGUMENTS = {
    "seeds": [0, -1, 2.5, [], [2**32], "many", np.array(3)],
    "epochs": [0, 1.5],
    "batch_size": [0],
    "optimizer": ["grandma", 3, {}, {"class_name": 3}, keras.optimizers.SGD],
    "loss": ["grandma", 3],
    "metrics": [["grandma"], [3], ["mae", "mae"], "mae", 3],
    "learning_rates": [[0.1], [0.1, -0.1], [0.1, 1e300]],
    "initial_weights": [[], [np.zeros(3)] * 6, 3, HUGE],
    "snapshot_epochs": [[9], [-1], 1, None],
    "snapshot_x": [X[:, :1], X[0], "text", 1e39 * X],
    "validation_data": [X, (X, targets(X)[:5]), (X[:, :1], targets(X)), ([[1], [2, 3]], X)],
    "x": [[], X[:, 0], X * np.nan],
    "y": [targets(X)[:5]],
    "build": [None, lambda: 3],
}


@pytest.mark.parametrize(
    "name, value", [(name, value) for name, values in BAD_ARGUMENTS.items() for value in values]
)
def test_bad_arguments_are_named(name, value):
    arguments = {"build": mlp, "x": X, "y": targets(X), "seeds": 2, "epochs": 1, name: value}
    with warnings.catch_warnings(), pytest.raises(ValueError, match=f"^{name}"):
        warnings.simplefilter("error")
        train_many(arguments.pop("build"), arguments.pop("x"), arguments.pop("y"), **arguments)
