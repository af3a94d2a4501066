"""Checks for Keras models: a loss means what `compile` makes of it, and models are left alone."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from utils import keras_checks
from utils.diagnostics import layer_gradient_norms
from utils.keras_checks import mean_loss
from utils.models import build_mlp
from utils.signals import layer_deltas

layers = keras.layers
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(7, 2)).astype("float32")
SIGNS = np.sign(RANDOM.normal(size=7)).astype("float32")


def largest_error(y_true, y_pred):
    """A loss that is a plain function, one number per sample."""
    return keras.ops.max(keras.ops.abs(y_true - y_pred), axis=-1)


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge", "mse", "log_cosh", largest_error])
@pytest.mark.parametrize("axes", [1, 2])
def test_a_loss_is_what_compile_makes_of_it(loss, axes):
    """Targets (N,) against outputs (N, 1) are no table of all pairs."""
    model = build_mlp((3,), "tanh", inputs=2, seed=0)
    model.compile("sgd", loss)
    y = SIGNS if axes == 1 else SIGNS[:, None]
    wanted = model.evaluate(X, y, batch_size=len(X), verbose=0)
    np.testing.assert_allclose(mean_loss(loss, y, model(X)), wanted, rtol=1e-5)


@pytest.mark.parametrize(
    ("targets", "outputs"),
    [((7,), (7, 1)), ((7, 1), (7,)), ((7, 3), (7, 3, 1)), ((7, 3, 1), (7, 3))],
)
def test_shapes_are_matched_as_keras_matches_them(targets, outputs):
    random = np.random.default_rng(1)
    y, y_pred = np.sign(random.normal(size=targets)), random.normal(size=outputs)
    wanted = keras.losses.Hinge(dtype="float64")(y, y_pred)  # an object does that by itself
    found = mean_loss(keras.losses.hinge, y, tf.constant(y_pred))
    np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_gradients_do_not_hang_on_how_targets_are_written():
    model = build_mlp((3, 3), "tanh", inputs=2, seed=0)
    for helper in (layer_gradient_norms, lambda *batch: layer_deltas(*batch)["hidden_1"]):
        flat, column = (helper(model, X, y, "hinge") for y in (SIGNS, SIGNS[:, None]))
        np.testing.assert_array_equal(flat, column)


def test_class_numbers_keep_their_shape():
    model = build_mlp((3,), inputs=2, outputs=4, output_activation="softmax", seed=0)
    model.compile("sgd", "sparse_categorical_crossentropy")
    labels = np.arange(7) % 4
    wanted = model.evaluate(X, labels, batch_size=7, verbose=0)
    found = mean_loss("sparse_categorical_crossentropy", labels, model(X))
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def normalized():
    """A model whose running means follow what it is called with."""
    hidden = [layers.Dense(3), layers.BatchNormalization(momentum=0.5), layers.Dense(1)]
    return keras.Sequential([keras.Input((2,)), *hidden])


@pytest.mark.parametrize("helper", [layer_gradient_norms, layer_deltas])
def test_an_error_leaves_the_model_as_it_was(helper):
    model = normalized()
    before = model.get_weights()
    with pytest.raises(ValueError, match="^y must be .* 7 samples"):
        helper(model, X, SIGNS[:3], "mse")
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("relu", "relu"),
        (layers.Dense(1, "softmax"), "softmax"),
        (layers.Dense(1), "linear"),
        (layers.Dense(1, layers.ReLU()), "relu"),
        (layers.Activation("swish"), "silu"),
        (layers.Softmax(), "softmax"),
        (layers.Flatten(), "flatten"),
    ],
)
def test_an_activation_has_one_name_however_it_is_given(function, name):
    function = keras.activations.get(function) if isinstance(function, str) else function
    assert keras_checks.activation_name(function) == name


@pytest.mark.parametrize("helper", [layer_gradient_norms, layer_deltas])
def test_models_that_cannot_be_looked_into_are_named(helper):
    with pytest.raises(ValueError, match="^model must be a Keras model that has been built"):
        helper(keras.Sequential([layers.Dense(1)]), X, SIGNS, "mse")
    nested = keras.Sequential([keras.Input((2,)), normalized(), layers.Dense(1)])
    with pytest.raises(ValueError, match="^model must be one without other models inside"):
        helper(nested, X, SIGNS, "mse")


def test_a_layer_that_the_loss_does_not_reach_has_norm_0():
    stop = layers.Lambda(keras.ops.stop_gradient)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3), stop, layers.Dense(1)])
    first, last = layer_gradient_norms(model, X, SIGNS, "mse")
    assert first == 0 < last


def test_float32_holds_numbers_below_its_largest():
    largest = float(np.finfo(np.float32).max)
    found = keras_checks.as_float32("x", np.array([largest, -largest, 1e-60]))
    assert found.dtype == np.float32 and found.tolist() == [largest, -largest, 0]
    for number in (1.001 * largest, -1e308):
        with pytest.raises(ValueError, match="^x must be numbers that float32 can hold"):
            keras_checks.as_float32("x", np.array([0.0, number]))


@pytest.mark.parametrize(
    ("targets", "outputs", "wanted"),
    [
        ((7,), (7, 1), ((7, 1), (7, 1))),
        ((7, 1), (7,), ((7, 1), (7, 1))),
        ((7, 3), (7, 3, 1), ((7, 3), (7, 3))),
        ((7, 3, 1), (7, 3), ((7, 3), (7, 3))),
        ((7,), (7, 4), ((7,), (7, 4))),  # class numbers
        ((7, 4), (7,), ((7, 4), (7,))),
        ((7,), (7, 3, 1), ((7,), (7, 3, 1))),
        ((7, 3, 1), (7,), ((7, 3, 1), (7,))),
    ],
)
def test_one_axis_of_length_1_is_added_or_taken_away(targets, outputs, wanted):
    found = keras_checks.same_rank(np.zeros(targets), np.zeros(outputs))
    assert tuple(array.shape for array in found) == wanted
