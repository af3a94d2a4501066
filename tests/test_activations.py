"""Activations and derivatives against TensorFlow, central differences, limits and closed forms."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from utils.activations import ACTIVATIONS, SELU_ALPHA, SELU_SCALE
from utils.diagnostics import numerical_gradient

ELEMENTWISE = [name for name, activation in ACTIVATIONS.items() if activation.elementwise]
GRID = np.concatenate([np.linspace(-30, 30, 241), [-1e4, -1e-9, 0, 1e-9, 1e4]])
INF = np.inf
# Keras keeps two constants in float32, the slope 0.2 and the √2 in gelu: there it is the oracle up
# to that rounding, and the exact one is made of TensorFlow's float64 operations.
ORACLES = {
    "sign": tf.sign,
    "purelin": tf.identity,
    "leaky_relu": lambda z: tf.where(z > 0, z, tf.constant(0.2, tf.float64) * z),
    "gelu": lambda z: z * tf.math.erfc(-z / tf.sqrt(tf.constant(2.0, tf.float64))) / 2,
}
KERAS = {"sign": keras.ops.sign, "purelin": keras.activations.linear}


def by_tensorflow(function, z):
    z = tf.constant(z, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(z)
        a = function(z)
    return a.numpy(), tape.gradient(a, z, unconnected_gradients="zero").numpy()


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_function_and_derivative_equal_tensorflow_in_float64(name):
    a, slope = by_tensorflow(ORACLES.get(name) or keras.activations.get(name), GRID)
    np.testing.assert_allclose(ACTIVATIONS[name].function(GRID), a, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(GRID), slope, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_function_and_derivative_equal_keras_defaults_and_conventions_at_zero(name):
    a, slope = by_tensorflow(KERAS.get(name) or keras.activations.get(name), GRID)
    np.testing.assert_allclose(ACTIVATIONS[name].function(GRID), a, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(GRID), slope, rtol=1e-7, atol=1e-7)
    assert 0 in GRID


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_is_the_slope(name):
    z = np.linspace(-6, 6, 33) + 0.01  # no kink within a step of the differences
    slope = numerical_gradient(lambda z: ACTIVATIONS[name].function(z).sum(), z)
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(z), slope, rtol=1e-7, atol=1e-8)


LIMITS = {  # at −inf and +inf: of the function, of the derivative
    "sign": (-1, 1, 0, 0),
    "purelin": (-INF, INF, 1, 1),
    "sigmoid": (0, 1, 0, 0),
    "tanh": (-1, 1, 0, 0),
    "softsign": (-1, 1, 0, 0),
    "relu": (0, INF, 0, 1),
    "leaky_relu": (-INF, INF, 0.2, 1),
    "elu": (-1, INF, 0, 1),
    "selu": (-SELU_ALPHA * SELU_SCALE, INF, 0, SELU_SCALE),
    "gelu": (0, INF, 0, 1),
    "silu": (0, INF, 0, 1),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_infinity_gives_the_limit_and_nan_gives_nan(name, recwarn):
    left, right, slope_left, slope_right = LIMITS[name]
    z = np.array([-INF, INF, np.nan])
    np.testing.assert_array_equal(ACTIVATIONS[name].function(z), [left, right, np.nan])
    slopes = ACTIVATIONS[name].derivative(z)
    np.testing.assert_array_equal(slopes, [slope_left, slope_right, np.nan])
    assert not recwarn.list


@pytest.mark.parametrize("name", ACTIVATIONS)
@settings(deadline=None, max_examples=100)
@given(z=st.lists(st.floats(-1e307, 1e307), min_size=2, max_size=5))
def test_finite_numbers_give_finite_numbers_within_the_range(name, z):
    activation = ACTIVATIONS[name]
    with np.errstate(all="raise", under="ignore"):
        a, slope = activation.function(z), activation.derivative(z)
    assert np.isfinite(a).all() and np.isfinite(slope).all()
    low, high = activation.output_range
    assert (a >= low).all() and (a <= high).all()


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_values_come_close_to_the_ends_of_the_range(name):
    low, high = ACTIVATIONS[name].output_range
    a = ACTIVATIONS[name].function(np.concatenate([np.linspace(-9, 9, 100001), [-1e9, 1e9]]))
    assert a.min() == pytest.approx(low, abs=1e-8) if np.isfinite(low) else a.min() < -1e8
    assert a.max() == pytest.approx(high, abs=1e-8) if np.isfinite(high) else a.max() > 1e8


@pytest.mark.parametrize(
    ("name", "z", "slope"),
    [
        ("tanh", 30.0, 4 * np.exp(-60)),
        ("tanh", -100.0, 4 * np.exp(-200)),
        ("sigmoid", 50.0, np.exp(-50)),
        ("sigmoid", -700.0, np.exp(-700)),
        ("softsign", 1e9, 1e-18),
    ],
)
def test_tails_do_not_round_to_zero(name, z, slope):
    assert ACTIVATIONS[name].derivative(z) == pytest.approx(slope, rel=1e-8, abs=0)


def test_gelu_keeps_its_left_tail():
    # Mills's ratio: Φ(z) = φ(z)/|z| · (1 − 1/z² + 3/z⁴ − …) for z far below 0
    z = -20.0
    series = 1 - z**-2 + 3 * z**-4 - 15 * z**-6
    tail = -np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * series
    assert ACTIVATIONS["gelu"].function(z) == pytest.approx(tail, rel=1e-5, abs=0)


def test_gelu_differs_from_the_approximate_form_as_the_docstring_says():
    z = np.linspace(-6, 6, 2001)
    approximate = keras.activations.gelu(tf.constant(z), approximate=True).numpy()
    assert 3e-4 < np.abs(ACTIVATIONS["gelu"].function(z) - approximate).max() < 5e-4


def test_softmax_and_its_jacobian_equal_tensorflow():
    z = np.random.default_rng(0).normal(size=(3, 4, 5)) * 3
    rows = tf.constant(z.reshape(12, 5))
    with tf.GradientTape() as tape:
        tape.watch(rows)
        p = tf.nn.softmax(rows)
    jacobian = tape.batch_jacobian(p, rows).numpy().reshape(3, 4, 5, 5)
    softmax = ACTIVATIONS["softmax"]
    np.testing.assert_allclose(softmax.function(z), p.numpy().reshape(z.shape), rtol=1e-12)
    np.testing.assert_allclose(softmax.derivative(z), jacobian, rtol=1e-10, atol=1e-15)


def test_softmax_ignores_a_shift_and_bears_any_size(recwarn):
    softmax = ACTIVATIONS["softmax"].function
    z = np.array([1.0, 2.0, 4.0])
    np.testing.assert_allclose(softmax(z - 1000), softmax(z), rtol=1e-12)
    np.testing.assert_array_equal(softmax([1e4, 0, -1e4]), [1, 0, 0])
    np.testing.assert_array_equal(softmax([INF, 0, 5]), [1, 0, 0])
    np.testing.assert_array_equal(softmax([-INF, 0, 0]), [0, 0.5, 0.5])
    np.testing.assert_array_equal(softmax([INF, INF, -INF]), [0.5, 0.5, 0])
    np.testing.assert_array_equal(ACTIVATIONS["softmax"].derivative([-1e4, 1e4]), np.zeros((2, 2)))
    assert np.isnan(softmax([np.nan, 0, INF])).all()
    assert not np.isnan(softmax([[np.nan, 0], [1, 0]])[1]).any()  # other rows are not spoilt
    assert not recwarn.list


def test_chain_is_the_derivative_of_the_error_by_z():
    error, z = np.random.default_rng(1).normal(size=(2, 6, 4))
    for activation in ACTIVATIONS.values():
        by_difference = numerical_gradient(lambda z, f=activation: (error * f.function(z)).sum(), z)
        np.testing.assert_allclose(activation.chain(error, z), by_difference, atol=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_formula_can_be_drawn(name):
    from matplotlib.mathtext import MathTextParser

    assert MathTextParser("path").parse(f"${ACTIVATIONS[name].formula}$").width > 0


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_shape_is_kept_and_so_is_the_input(name):
    for function in (ACTIVATIONS[name].function, ACTIVATIONS[name].derivative):
        for shape in ((), (3,), (2, 3, 4)):
            z = np.full(shape, -0.7)
            assert function(z).shape == shape and (z == -0.7).all()
            assert not np.shares_memory(function(z), z)
        assert function(np.array([1, 2], dtype="int8")).dtype == np.float64


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("z", ["a", None, [], [[1], [2, 3]], 1j])
def test_what_is_no_number_is_refused_by_name(name, z):
    for function in (ACTIVATIONS[name].function, ACTIVATIONS[name].derivative):
        with pytest.raises(ValueError, match="z must be an array of numbers"):
            function(z)


def test_softmax_of_one_number_is_refused():
    for function in (ACTIVATIONS["softmax"].function, ACTIVATIONS["softmax"].derivative):
        with pytest.raises(ValueError, match="z must be an array with at least one axis"):
            function(3.0)
