"""Activation functions with their exact derivatives, in NumPy float64. First shown in chapter 05.

`ACTIVATIONS["tanh"].function(z)` and `.derivative(z)` take numbers or an array of any shape and
return a new array. Any finite z gives a finite result, ±inf gives the limit, NaN gives NaN. Where
a function has a kink or a jump, at z = 0, the derivative is the one that TensorFlow takes. Softmax
acts on the last axis, which NaN or inf spoil as a whole; its derivative is the Jacobian.
"""

import dataclasses
from collections.abc import Callable

import numpy as np
from scipy.special import erf, expit

from utils.validation import check_array

LEAKY_SLOPE = 0.2  # of leaky_relu for negative z: Keras's default
# The fixed point of Klambauer et al. (2017), "Self-Normalizing Neural Networks", section 2.
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


@dataclasses.dataclass(frozen=True)
class Activation:
    """An activation function a = f(z).

    function, derivative: take z, return an array of z's shape (softmax's derivative: one axis
        more); raise `ValueError` for what is not made of numbers.
    formula: f(z) in LaTeX. output_range: its lowest and highest value or limit.
    """

    name: str
    function: Callable
    derivative: Callable
    formula: str
    output_range: tuple


def step(z, below, above, at=None):
    """Return `below` for z < 0, `above` for z > 0, `at` (by default `below`) for 0, NaN for NaN."""
    at = below if at is None else at
    return np.select([z < 0, z > 0, z == 0], [below, above, at], default=np.nan)


def times(z, factor):
    """Return z · factor where a factor of 0 wins even over an infinite z, as in the limit."""
    return np.where(factor == 0, 0, np.where(factor == 0, 0, z) * factor)


def softsign(z):
    """Return z / (1 + |z|), written so that ±inf give ±1."""
    return np.where(np.isinf(z), np.sign(z), np.where(np.isinf(z), 0, z) / (1 + np.abs(z)))


def softmax(z):
    """Return e^z / Σ e^z over the last axis; subtracting the largest z first changes nothing."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_jacobian(z):
    """Return ∂p_j/∂z_k = p_j (1[j = k] − p_k), shape (..., n, n)."""
    p = softmax(z)
    return p[..., :, None] * (np.eye(z.shape[-1]) - p[..., None, :])


def normal_cdf(z):
    """Return Φ(z), the share of a standard normal distribution below z."""
    return (1 + erf(z / np.sqrt(2))) / 2


def gelu_derivative(z):
    """Return Φ(z) + z φ(z), with φ the standard normal density."""
    return normal_cdf(z) + times(z, np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))


def silu_derivative(z):
    """Return σ(z) (1 + z (1 − σ(z))), with 1 − σ(z) = σ(−z)."""
    return expit(z) + times(z, expit(z) * expit(-z))


# name: (function, derivative, formula, range). 1 − σ(z) is written σ(−z), and 1 − tanh² z as
# 4 σ(2z) σ(−2z): the differences round to 0 in the tails, the products do not.
_TABLE = {
    "sign": (np.sign, lambda z: step(z, 0, 0), r"\operatorname{sign}(z)", (-1, 1)),
    "purelin": (np.copy, lambda z: step(z, 1, 1), "z", (-np.inf, np.inf)),
    "sigmoid": (expit, lambda z: expit(z) * expit(-z), r"\frac{1}{1+e^{-z}}", (0, 1)),
    "tanh": (
        np.tanh,
        lambda z: 4 * expit(2 * z) * expit(-2 * z),
        r"\frac{e^z-e^{-z}}{e^z+e^{-z}}",
        (-1, 1),
    ),
    "softsign": (softsign, lambda z: 1 / (1 + np.abs(z)) ** 2, r"\frac{z}{1+|z|}", (-1, 1)),
    "relu": (lambda z: np.maximum(z, 0), lambda z: step(z, 0, 1), r"\max(z, 0)", (0, np.inf)),
    "softmax": (softmax, softmax_jacobian, r"\frac{e^{z_k}}{\sum_j e^{z_j}}", (0, 1)),
    "leaky_relu": (
        lambda z: np.where(z < 0, LEAKY_SLOPE * z, z),
        lambda z: step(z, LEAKY_SLOPE, 1),
        rf"\max(z, {LEAKY_SLOPE}\,z)",
        (-np.inf, np.inf),
    ),
    "elu": (
        lambda z: np.where(z < 0, np.expm1(np.minimum(z, 0)), z),
        lambda z: np.exp(np.minimum(z, 0)),
        r"z \text{ if } z > 0, \text{ else } e^z-1",
        (-1, np.inf),
    ),
    "selu": (
        lambda z: SELU_SCALE * np.where(z < 0, SELU_ALPHA * np.expm1(np.minimum(z, 0)), z),
        lambda z: SELU_SCALE * np.where(z >= 0, 1, SELU_ALPHA * np.exp(np.minimum(z, 0))),
        r"1.0507\,z \text{ if } z > 0, \text{ else } 1.7581\,(e^z-1)",
        (-SELU_SCALE * SELU_ALPHA, np.inf),
    ),
    "gelu": (
        lambda z: times(z, normal_cdf(z)),
        gelu_derivative,
        r"z\,\Phi(z)",
        (-0.16997120747990369, np.inf),
    ),
    "silu": (
        lambda z: times(z, expit(z)),
        silu_derivative,
        r"\frac{z}{1+e^{-z}}",
        (-0.27846454276107374, np.inf),
    ),
}


def _checked(function):
    def checked(z):
        z = check_array("z", z, finite=False)
        with np.errstate(invalid="ignore", over="ignore"):  # inf − inf, z² of 1e200: handled above
            return function(z)

    checked.__doc__ = function.__doc__
    return checked


ACTIVATIONS = {
    name: Activation(name, _checked(function), _checked(derivative), formula, output_range)
    for name, (function, derivative, formula, output_range) in _TABLE.items()
}
