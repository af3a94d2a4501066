"""Losses and gradients against Keras, GradientTape, central differences and numbers by hand."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import ROOT

from utils import losses
from utils.diagnostics import numerical_gradient, relative_error
from utils.losses import QuadraticCost

N = 7
RANDOM = np.random.default_rng(0)
T, Y = RANDOM.normal(size=(2, N, 3))
YES_NO = RANDOM.integers(0, 2, (N, 3)).astype(float)
ONE_HOT = np.eye(3)[RANDOM.integers(0, 3, N)]
A = RANDOM.uniform(0.1, 0.9, (N, 3))
P = A / A.sum(axis=1, keepdims=True)
LOGITS = {"from_logits": True}


def log_loss(targets, a):
    return -(targets * tf.math.log(a) + (1 - targets) * tf.math.log(1 - a))


def huber(targets, y):
    e = tf.abs(targets - y)
    return tf.where(e <= 0.7, e**2 / 2, 0.7 * e - 0.7**2 / 2)


# name, targets, outputs, options; Keras's loss; ours over Keras's for m outputs; the sum over all
# samples and outputs that N divides, in TensorFlow's float64 operations.
CASES = {
    "quadratic": (
        ("quadratic_cost", T, Y, {}),
        keras.losses.MeanSquaredError,
        lambda m: m / 2,
        lambda t, y: (t - y) ** 2 / 2,
    ),
    "absolute": (
        ("mean_absolute_error", T, Y, {}),
        keras.losses.MeanAbsoluteError,
        lambda m: m,
        lambda t, y: tf.abs(t - y),
    ),
    "huber": (("huber", T, Y, {"delta": 0.7}), keras.losses.Huber, lambda m: m, huber),
    "binary": (
        ("binary_crossentropy", YES_NO, A, {}),
        keras.losses.BinaryCrossentropy,
        lambda m: m,
        log_loss,
    ),
    "binary from logits": (
        ("binary_crossentropy", YES_NO, 3 * Y, LOGITS),
        keras.losses.BinaryCrossentropy,
        lambda m: m,
        tf.nn.sigmoid_cross_entropy_with_logits,
    ),
    "categorical": (
        ("categorical_crossentropy", ONE_HOT, P, {}),
        keras.losses.CategoricalCrossentropy,
        lambda m: 1,
        lambda t, p: -t * tf.math.log(p),
    ),
    "categorical from logits": (
        ("categorical_crossentropy", ONE_HOT, 3 * Y, LOGITS),
        keras.losses.CategoricalCrossentropy,
        lambda m: 1,
        tf.nn.softmax_cross_entropy_with_logits,
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("outputs", [1, 3])
def test_value_is_keras_value_times_the_stated_factor(case, outputs):
    (name, targets, found, options), keras_loss, factor, _ = CASES[case]
    if name != "categorical_crossentropy":  # one class would leave nothing to choose
        targets, found = targets[:, :outputs], found[:, :outputs]
    theirs = float(keras_loss(**options, dtype="float64")(targets, found))
    ours = getattr(losses, name)(targets, found, **options)
    assert ours == pytest.approx(factor(outputs) * theirs, rel=1e-6)
    assert type(ours) is float


@pytest.mark.parametrize("case", CASES)
def test_value_and_gradient_equal_tensorflow_in_float64(case):
    (name, targets, found, options), _, _, per_output = CASES[case]
    y = tf.constant(found)
    with tf.GradientTape() as tape:
        tape.watch(y)
        value = tf.reduce_sum(per_output(tf.constant(targets), y)) / N
    gradient = getattr(losses, f"{name}_gradient")(targets, found, **options)
    assert getattr(losses, name)(targets, found, **options) == pytest.approx(float(value), 1e-12)
    assert relative_error(gradient, tape.gradient(value, y).numpy()) < 1e-12


@pytest.mark.parametrize("case", [case for case in CASES if case != "categorical"])
def test_gradient_is_the_slope(case):  # probabilities that sum to 1 cannot be moved one by one
    (name, targets, found, options), *_ = CASES[case]
    gradient = getattr(losses, f"{name}_gradient")(targets, found, **options)
    slope = numerical_gradient(lambda y: getattr(losses, name)(targets, y, **options), found)
    assert relative_error(gradient, slope) < 1e-8


def test_values_by_hand():
    assert losses.quadratic_cost([1.0, 2.0], [0.0, 4.0]) == 5 / 4
    assert losses.quadratic_cost([[1.0, 2.0]], [[0.0, 4.0]]) == 5 / 2
    assert losses.mean_absolute_error([1.0, 2.0], [0.0, 4.0]) == 3 / 2
    assert losses.huber([1.0, 2.0], [0.5, 4.0]) == (0.125 + 1.5) / 2
    assert losses.binary_crossentropy([1.0], [0.5]) == pytest.approx(np.log(2))
    assert losses.categorical_crossentropy([[0.0, 1.0]], [[0.75, 0.25]]) == pytest.approx(np.log(4))
    kinks = losses.mean_absolute_error_gradient([1.0, 2.0, 3.0], [1.0, 3.0, 1.0])
    assert kinks.tolist() == [0, 1 / 3, -1 / 3]


def test_repeating_the_data_changes_no_loss():
    for (name, targets, found, options), *_ in CASES.values():
        loss = getattr(losses, name)
        twice = loss(np.tile(targets, (2, 1)), np.tile(found, (2, 1)), **options)
        assert twice == pytest.approx(loss(targets, found, **options), rel=1e-12)


def test_large_logits_stay_finite(recwarn):
    z, t = np.array([[1000.0, -1000.0]]), np.array([[0.0, 1.0]])
    assert losses.categorical_crossentropy(t, z, **LOGITS) == 2000
    assert losses.categorical_crossentropy(1 - t, z, **LOGITS) == 0
    gradient = losses.categorical_crossentropy_gradient(t, z, **LOGITS)
    assert gradient.tolist() == [[1, -1]]
    assert losses.binary_crossentropy([1.0, 0.0], [-1000.0, -1000.0], **LOGITS) == 500
    gradient = losses.binary_crossentropy_gradient([1.0, 0.0], [-1000.0, 1000.0], **LOGITS)
    assert gradient.tolist() == [-0.5, 0.5]
    assert losses.binary_crossentropy([1.0, 0.0], [1000.0, 1000.0], **LOGITS) == 500
    tiny = losses.binary_crossentropy([1.0], [50.0], **LOGITS)
    assert tiny == pytest.approx(np.exp(-50), rel=1e-12, abs=0)
    assert not recwarn.list


def test_nothing_given_is_changed():
    kept = T.copy(), Y.copy()
    for suffix in ("", "_gradient"):
        for name in ("quadratic_cost", "mean_absolute_error", "huber"):
            getattr(losses, name + suffix)(T, Y)
    np.testing.assert_array_equal(np.stack(kept), np.stack([T, Y]))


# --- the quadratic cost as a Keras loss


@pytest.mark.parametrize("outputs", [1, 3])
def test_keras_loss_trains_as_the_gradient_says(outputs):
    x, targets = RANDOM.normal(size=(N, 2)), T[:, :outputs]
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(outputs)])
    W, b = model.get_weights()
    model.compile(keras.optimizers.SGD(0.5), QuadraticCost())
    before = model.evaluate(x, targets, verbose=0)
    assert before == pytest.approx(losses.quadratic_cost(targets, x @ W + b), rel=1e-5)
    model.fit(x, targets, batch_size=N, verbose=0)
    slope = losses.quadratic_cost_gradient(targets, x @ W + b)
    np.testing.assert_allclose(model.get_weights()[0], W - 0.5 * x.T @ slope, atol=1e-6)
    np.testing.assert_allclose(model.get_weights()[1], b - 0.5 * slope.sum(axis=0), atol=1e-6)


def test_keras_loss_takes_targets_of_one_axis():
    x, targets = RANDOM.normal(size=(N, 2)), T[:, 0]
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(loss=QuadraticCost())
    y = model.predict(x, verbose=0)[:, 0]
    by_hand = losses.quadratic_cost(targets, y)
    assert model.evaluate(x, targets, verbose=0) == pytest.approx(by_hand, rel=1e-5)
    assert float(QuadraticCost()(targets, y)) == pytest.approx(by_hand, rel=1e-5)


def test_keras_loss_obeys_sample_weights_and_reduction():
    weights, each = np.arange(float(N)), ((T - Y) ** 2).sum(axis=1) / 2
    assert float(QuadraticCost()(T, Y)) == pytest.approx(losses.quadratic_cost(T, Y), rel=1e-6)
    weighted = float(QuadraticCost()(T, Y, sample_weight=weights))
    assert weighted == pytest.approx((weights * each).sum() / N, rel=1e-6)
    assert float(QuadraticCost("sum")(T, Y)) == pytest.approx(each.sum(), rel=1e-6)
    np.testing.assert_allclose(QuadraticCost(None)(T, Y), each, rtol=1e-6)


@pytest.mark.parametrize("shape", [(N, 2), (N, 1), (N, 3, 1), (N, 3, 3)])
def test_keras_loss_does_not_broadcast(shape):
    for y_true, y_pred in ((np.ones(shape), Y), (Y, np.ones(shape))):
        with pytest.raises(ValueError, match="y_true must have the shape of y_pred"):
            QuadraticCost()(y_true, y_pred)


def test_keras_loss_is_found_by_its_config():
    loss = QuadraticCost("sum", name="mine")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(again) is QuadraticCost and (again.reduction, again.name) == ("sum", "mine")
    assert keras.saving.get_registered_name(QuadraticCost) == "backprop_by_experiment>QuadraticCost"


def test_keras_loss_survives_saving(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    model.compile("sgd", QuadraticCost(reduction="sum"))
    model.save(tmp_path / "model.keras")
    x = RANDOM.normal(size=(N, 2))
    value = model.evaluate(x, T, verbose=0)
    # In a new process, where nothing but the import has registered the class.
    code = f"""
import keras, numpy as np
from utils.losses import QuadraticCost
model = keras.models.load_model({str(tmp_path / "model.keras")!r})
assert type(model.loss) is QuadraticCost and model.loss.reduction == "sum"
print(model.evaluate(np.array({x.tolist()}), np.array({T.tolist()}), verbose=0))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) == pytest.approx(value, rel=1e-6)


def test_numpy_losses_do_without_keras():
    code = "import sys, utils.losses, utils.models; assert 'keras' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


# --- bad input

FUNCTIONS = [
    getattr(losses, name + suffix)
    for name in dict.fromkeys(case[0][0] for case in CASES.values())
    for suffix in ("", "_gradient")
]


@pytest.mark.parametrize("loss", FUNCTIONS)
def test_bad_shapes_and_values_are_named(loss):
    good = np.full((2, 2), 0.5)
    with pytest.raises(ValueError, match=r"y_pred must be .* shape \(2, 2\), got .* shape \(2,\)"):
        loss(good, [0.5, 0.5])
    with pytest.raises(ValueError, match="y_true must be a finite array"):
        loss([[np.nan, 1.0]], [[1.0, 1.0]])
    with pytest.raises(ValueError, match="y_pred must be a finite array"):
        loss(good, good * np.inf)
    with pytest.raises(ValueError, match="y_true must be"):
        loss([], [])
    with pytest.raises(ValueError, match="y_pred must be"):
        loss(good, "text")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.huber([1.0], [1.0], delta=0), "delta must be a positive number"),
        (lambda: losses.huber_gradient([1.0], [1.0], -1), "delta must be a positive number"),
        (lambda: losses.binary_crossentropy([2.0], [0.5]), "y_true must lie .* got 2 to 2"),
        (lambda: losses.binary_crossentropy([1.0], [1.0]), "strictly .*from_logits=True"),
        (lambda: losses.binary_crossentropy_gradient([1.0], [0.0]), "y_pred must lie strictly"),
        (lambda: losses.categorical_crossentropy([1.0], [1.0]), "y_true must be .* with 2 axes"),
        (lambda: losses.categorical_crossentropy([[1, 1]], [[0.5, 0.5]]), "y_true must .* sum to"),
        (lambda: losses.categorical_crossentropy([[2, -1]], [[0.5, 0.5]]), "y_true must be at"),
        (
            lambda: losses.categorical_crossentropy([[1, 0]], [[3.0, 1.0]]),
            "y_pred must be positive",
        ),
        (lambda: losses.categorical_crossentropy_gradient([[1, 0]], [[1, 0]]), "from_logits=True"),
        (lambda: losses.binary_crossentropy([1], [0.5], "False"), "^from_logits must be True or"),
        (
            lambda: losses.categorical_crossentropy_gradient([[1, 0]], [[0.5, 0.5]], 1),
            "^from_logits must be True or False",
        ),
        (lambda: losses.nothing, "no attribute 'nothing'"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises((ValueError, AttributeError), match=message):
        call()


HUGE, TINY = [[1e308, -1e308]], [[5e-324, 1.0]]
TOO_LARGE = {  # y_true, y_pred, options with which float64 overflows
    "quadratic_cost": (HUGE, [[-1e308, 0.0]], {}),
    "mean_absolute_error": (HUGE, [[-1e308, 0.0]], {}),
    "huber": (HUGE, [[-1e308, 0.0]], {}),
    "binary_crossentropy": ([[0.0, 0.0]], [[1e308, 1e308]], LOGITS),
    "categorical_crossentropy": ([[0.0, 1.0]], HUGE, LOGITS),
    "binary_crossentropy_gradient": ([[1.0, 0.0]], [[5e-324, 0.5]], {}),
    "categorical_crossentropy_gradient": ([[1.0, 0.0]], TINY, {}),
}


@pytest.mark.parametrize("loss", FUNCTIONS)
def test_overflow_is_refused(loss):
    case = TOO_LARGE.get(loss.__name__) or TOO_LARGE[loss.__name__.removesuffix("_gradient")]
    with pytest.raises(ValueError, match=f"y_pred.* must be numbers with which {loss.__name__} "):
        loss(case[0], case[1], **case[2])
