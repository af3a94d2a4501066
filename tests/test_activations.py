"""Activations and their derivatives against Keras, GradientTape, central differences and limits."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from utils.activations import ACTIVATIONS, LEAKY_SLOPE
from utils.diagnostics import numerical_gradient

ELEMENTWISE = [name for name in ACTIVATIONS if name != "softmax"]
GRID = np.concatenate([np.linspace(-30, 30, 241), [-1e4, -1e-9, 1e-9, 1e4]])
KERAS_NAMES = {"purelin": "linear", "sign": None}


def reference(name):
    if name == "sign":
        return tf.sign
    return keras.activations.get(KERAS_NAMES.get(name, name))


def tape(name, z):
    z = tf.constant(z, dtype=tf.float64)
    with tf.GradientTape() as recorder:
        recorder.watch(z)
        a = reference(name)(z)
    found = recorder.gradient(a, z)
    return a.numpy(), np.zeros_like(z) if found is None else found.numpy()


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_function_and_derivative_equal_tensorflow(name):
    activation = ACTIVATIONS[name]
    a, slope = tape(name, GRID)
    # Keras keeps the constants of gelu and selu in float32.
    np.testing.assert_allclose(activation.function(GRID), a, rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(activation.derivative(GRID), slope, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_at_zero_is_tensorflows(name):
    _, slope = tape(name, [0.0])
    assert ACTIVATIONS[name].derivative(0.0) == pytest.approx(slope[0])


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_is_the_slope(name):
    z = np.linspace(-4, 4, 33) + 0.01
    found = numerical_gradient(lambda z: ACTIVATIONS[name].function(z).sum(), z)
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(z), found, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "left", "right", "left_slope", "right_slope"),
    [
        ("sign", -1, 1, 0, 0),
        ("purelin", -np.inf, np.inf, 1, 1),
        ("sigmoid", 0, 1, 0, 0),
        ("tanh", -1, 1, 0, 0),
        ("softsign", -1, 1, 0, 0),
        ("relu", 0, np.inf, 0, 1),
        ("leaky_relu", -np.inf, np.inf, LEAKY_SLOPE, 1),
        ("elu", -1, np.inf, 0, 1),
        ("selu", -1.7580993408473766, np.inf, 0, 1.0507009873554805),
        ("gelu", 0, np.inf, 0, 1),
        ("silu", 0, np.inf, 0, 1),
    ],
)
def test_limits_and_nan(name, left, right, left_slope, right_slope):
    activation, ends = ACTIVATIONS[name], np.array([-np.inf, np.inf])
    np.testing.assert_allclose(activation.function(ends), [left, right])
    np.testing.assert_allclose(activation.derivative(ends), [left_slope, right_slope], atol=1e-15)
    assert np.isnan(activation.function(np.nan)) and np.isnan(activation.derivative(np.nan))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_lie_in_the_range_and_reach_for_its_ends(name):
    low, high = ACTIVATIONS[name].output_range
    z = (
        np.stack([GRID, -GRID, 0 * GRID], axis=-1)
        if name == "softmax"
        else np.linspace(-40, 40, 800001)
    )
    a = ACTIVATIONS[name].function(z)
    assert a.min() >= low - 1e-12 and a.max() <= high + 1e-12
    for end, reached in ((low, a.min()), (high, a.max())):
        assert not np.isfinite(end) or abs(end - reached) < 0.03


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_large_numbers_do_not_overflow(name, recwarn):
    z = np.array([-1e300, -1e4, 0, 1e4, 1e300])
    assert np.isfinite(ACTIVATIONS[name].function(z)).all()
    assert np.isfinite(ACTIVATIONS[name].derivative(z)).all()
    assert not recwarn.list


def test_tails_do_not_round_to_zero():
    assert ACTIVATIONS["tanh"].derivative(30.0) == pytest.approx(4 * np.exp(-60), rel=1e-12)
    assert ACTIVATIONS["sigmoid"].derivative(-50.0) == pytest.approx(np.exp(-50), rel=1e-12)
    assert ACTIVATIONS["sigmoid"].derivative(50.0) == pytest.approx(np.exp(-50), rel=1e-12)
    assert ACTIVATIONS["softsign"].derivative(1e4) == pytest.approx(1e-8, rel=1e-3)


def test_softmax_and_its_jacobian_equal_tensorflow():
    z = np.random.default_rng(0).normal(size=(3, 4, 5)) * 3
    rows = tf.constant(z.reshape(12, 5))
    with tf.GradientTape() as recorder:
        recorder.watch(rows)
        p = tf.nn.softmax(rows)
    np.testing.assert_allclose(
        ACTIVATIONS["softmax"].function(z), p.numpy().reshape(z.shape), rtol=1e-12
    )
    jacobian = recorder.batch_jacobian(p, rows).numpy().reshape(3, 4, 5, 5)
    np.testing.assert_allclose(
        ACTIVATIONS["softmax"].derivative(z), jacobian, rtol=1e-9, atol=1e-14
    )


def test_softmax_is_shift_invariant_and_sums_to_one():
    z = np.array([1000.0, 999.0, -1000.0])
    p = ACTIVATIONS["softmax"].function(z)
    np.testing.assert_allclose(p, ACTIVATIONS["softmax"].function(z - 1000), rtol=1e-12)
    assert p.sum() == pytest.approx(1)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("z", ["a", None, [], [[1], [2, 3]], 1j])
def test_bad_input_is_named_and_input_is_kept(name, z):
    for function in (ACTIVATIONS[name].function, ACTIVATIONS[name].derivative):
        with pytest.raises(ValueError, match="z must be an array of numbers"):
            function(z)
    given = np.array([1.0, -2.0])
    ACTIVATIONS[name].function(given)
    assert given.tolist() == [1, -2]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_shapes_are_kept(name):
    for shape in ((), (3,), (2, 3, 4)):
        assert ACTIVATIONS[name].function(np.ones(shape)).shape == shape
        assert ACTIVATIONS[name].derivative(np.ones(shape)).shape == shape
