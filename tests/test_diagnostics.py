"""Gradient checks against functions whose gradients are known."""

import numpy as np
import pytest

from utils.diagnostics import network_gradients, numerical_gradient, relative_error
from utils.models import BPNetwork


def test_numerical_gradient_has_the_stated_precision():
    x = np.array([[0.3, -2.0], [7.0, 1e-3]])
    found = numerical_gradient(lambda x: np.sin(x).sum() + x[0, 0] * x[1, 0], x)
    wanted = np.cos(x) + [[7.0, 0], [0.3, 0]]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=2e-10 * np.abs(wanted).max())


def test_numerical_gradient_is_exact_for_a_parabola_of_any_size():
    for x in (0.0, 1e-3, 1e5):  # the third derivative is 0, so only rounding is left
        assert numerical_gradient(lambda x: x**2, x) == pytest.approx(2 * x, rel=1e-9, abs=1e-12)


def test_numerical_gradient_keeps_x_whatever_f_does():
    def f(x):
        value = x.sum()
        x[...] = 99
        return value

    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(numerical_gradient(f, x), [1, 1], rtol=1e-9)
    assert x.tolist() == [1, 2]


def test_network_gradients_of_one_linear_neuron_are_the_closed_form():
    x, T = np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([[0.5], [2.0]])
    network = BPNetwork((2, 1), "purelin", seed=3)
    before = [part.copy() for part in network.parameters]
    dW, db = network_gradients(network, x, T)
    error = x @ before[0] + before[1] - T
    np.testing.assert_allclose(dW, x.T @ error / 2, rtol=1e-8)
    np.testing.assert_allclose(db, error.mean(axis=0), rtol=1e-8)
    for part, old in zip(network.parameters, before, strict=True):
        np.testing.assert_array_equal(part, old)
    assert network.a is None  # the network has not even noticed


def test_relative_error_is_that_of_the_worst_array():
    assert relative_error(np.array([1.0, 2.0]), np.array([1.0, 4.0])) == 0.5
    assert relative_error([np.array([100.0, 100.1]), 2.0], [np.array([100.0, 100.0]), 1.0]) == 1
    assert relative_error(0.25, 0.0) == 0.25
    assert relative_error([[1.0, 2.0]], [[1.0, 2.0]]) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: numerical_gradient(3, 1.0), "f must be a function"),
        (lambda: numerical_gradient(lambda x: x, [1.0, 2.0]), "value of f must be one number"),
        (lambda: numerical_gradient(lambda x: np.nan, 1.0), "value of f must be a finite"),
        (lambda: numerical_gradient(np.sum, [np.nan]), "x must be a finite array"),
        (lambda: numerical_gradient(np.sum, []), "x must be"),
        (lambda: relative_error(np.ones(1), np.ones(2)), r"found must be .* of shape \(2\)"),
        (lambda: relative_error(np.nan, 1.0), "found must be a finite"),
        (lambda: relative_error([[1.0], 2.0], [[1.0], np.inf]), r"wanted\[1\] must be a finite"),
        (lambda: relative_error([[1.0]], [[1.0], 2.0]), "as many arrays as wanted, got 1 and 2"),
        (lambda: relative_error([1.0], [1.0, 2.0]), r"found must be .* of shape \(2\)"),
        (lambda: relative_error([], []), "at least one"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_list_of_numbers_is_one_array():
    """A small number may be far off if others are large, in a list as in an array."""
    found, wanted = [1.0, 100.0], [2.0, 100.0]
    assert relative_error(found, wanted) == relative_error(np.array(found), np.array(wanted))
    assert relative_error(found, wanted) == relative_error(found, np.array(wanted)) == 0.01
    assert relative_error((1.0, [100.0]), (2.0, [100.0])) == 0.5  # a number, and an array
