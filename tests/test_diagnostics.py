"""Checks of gradients against functions whose gradients are known."""

import numpy as np
import pytest

from utils.diagnostics import numerical_gradient, relative_error


def test_numerical_gradient_is_right_to_nine_digits():
    x = np.array([[0.3, -2.0], [7.0, 1e-3]])
    found = numerical_gradient(lambda x: np.sin(x).sum() + (x**2).sum(), x)
    np.testing.assert_allclose(found, np.cos(x) + 2 * x, rtol=1e-8)
    assert x[0, 0] == 0.3


def test_relative_error_is_the_worst_one():
    assert relative_error(np.array([1.0, 2.0]), np.array([1.0, 4.0])) == 0.5
    assert relative_error([[1.0], [3.0, 0.0]], [[1.0], [2.0, 0.0]]) == 0.5
    assert relative_error([0.25], [0.0]) == 0.25


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: numerical_gradient(3, 1.0), "f must be a function"),
        (lambda: numerical_gradient(lambda x: x, [1.0, 2.0]), "f must return one number"),
        (lambda: numerical_gradient(np.sum, [np.nan]), "x must be a finite array"),
        (lambda: relative_error(np.ones(1), np.ones(2)), "found must be"),
        (lambda: relative_error([[1.0]], [[1.0], [2.0]]), "found must have 2 arrays"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
