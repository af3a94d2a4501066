"""Activation functions a = f(z) with their exact derivatives, in NumPy float64.

First shown in chapter 05. `ACTIVATIONS["tanh"].function` is `tanh`, `.derivative` is
`tanh_derivative`. Each takes a number or an array of any shape and returns a new array of that
shape; softmax acts along the last axis. Rules that hold for all of them:

- No finite z (up to 1e307) overflows, z = ±inf gives the limit, NaN gives NaN.
- At a kink or jump, always z = 0, the derivative is the one that TensorFlow takes.
- What is not made of numbers raises a `ValueError`.
"""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
from scipy.special import expit, ndtr  # the logistic function and the normal distribution function

from utils.validation import check_array, fail

LEAKY_SLOPE = 0.2  # Keras's default; Maas et al. used 0.01
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al., equation 14
SATURATED = 750.0  # e^−750 is 0 in float64: further out, z times a vanishing factor stays 0


@dataclasses.dataclass(frozen=True)
class Activation:
    """An activation function and what the course says about it.

    function, derivative: functions of z. formula: f(z) in LaTeX, without dollar signs.
    output_range: the infimum and supremum of f. elementwise: False for softmax alone, whose
    derivative is a Jacobian matrix and has one axis more than z.
    """

    name: str
    function: Callable
    derivative: Callable
    formula: str
    output_range: tuple[float, float]
    elementwise: bool = True

    def chain(self, error, z):
        """Return ∂E/∂z, given the error ∂E/∂a behind this activation: the chain rule.

        Both arrays have shape (..., n). Element by element that is error · f′(z); for softmax,
        whose every output hangs on every input, the error times the Jacobian.
        """
        slope = self.derivative(z)
        shape = slope.shape if self.elementwise else slope.shape[:-1]
        error = check_array("error", error, shape=shape, finite=False)
        return error * slope if self.elementwise else np.einsum("...j,...jk->...k", error, slope)


def of_numbers(function):
    """Let `function` receive its argument z as a new float64 array, or raise a `ValueError`."""

    @functools.wraps(function)
    def checked(z):
        return function(check_array("z", z, finite=False))

    return checked


@of_numbers
def sign(z):
    """Return −1, 0 or 1, as z is negative, zero or positive: the perceptron's threshold."""
    return np.sign(z)


@of_numbers
def sign_derivative(z):
    """Return 0 everywhere, at the jump too."""
    return np.where(np.isnan(z), z, 0.0)


@of_numbers
def purelin(z):
    """Return z itself; Keras calls it linear."""
    return z


@of_numbers
def purelin_derivative(z):
    """Return 1 everywhere."""
    return np.where(np.isnan(z), z, 1.0)


@of_numbers
def sigmoid(z):
    """Return σ(z) = 1 / (1 + e^−z), the logistic function."""
    return expit(z)


@of_numbers
def sigmoid_derivative(z):
    """Return σ(z) σ(−z); the usual σ(z) (1 − σ(z)) rounds to 0 where z is above 37."""
    return expit(z) * expit(-z)


@of_numbers
def tanh(z):
    """Return the hyperbolic tangent (e^z − e^−z) / (e^z + e^−z)."""
    return np.tanh(z)


@of_numbers
def tanh_derivative(z):
    """Return 1 / cosh² z; the usual 1 − tanh² z rounds to 0 where |z| is above 19."""
    return (1 / np.cosh(np.clip(z, -SATURATED / 2, SATURATED / 2))) ** 2


@of_numbers
def softsign(z):
    """Return z / (1 + |z|) (Bergstra et al. 2009)."""
    z = np.clip(z, -1e300, 1e300)  # ±1 from 1e17 on, which inf / inf would not give
    return z / (1 + np.abs(z))


@of_numbers
def softsign_derivative(z):
    """Return 1 / (1 + |z|)²."""
    return (1 / (1 + np.abs(z))) ** 2


@of_numbers
def relu(z):
    """Return z where it is positive, else 0 (Nair & Hinton 2010)."""
    return np.maximum(z, 0)


@of_numbers
def relu_derivative(z):
    """Return 1 where z > 0, else 0: at the kink, 0."""
    return np.heaviside(z, 0)


@of_numbers
def leaky_relu(z):
    """Return z where it is positive, else 0.2 z (Maas et al. 2013; the slope is Keras's)."""
    return np.where(z > 0, z, LEAKY_SLOPE * z)


@of_numbers
def leaky_relu_derivative(z):
    """Return 1 where z > 0, else 0.2: at the kink, 0.2."""
    return LEAKY_SLOPE + (1 - LEAKY_SLOPE) * np.heaviside(z, 0)


@of_numbers
def elu(z):
    """Return z where it is positive, else e^z − 1 (Clevert et al. 2016)."""
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


@of_numbers
def elu_derivative(z):
    """Return 1 where z > 0, else e^z: smooth at 0."""
    return np.exp(np.minimum(z, 0))


@of_numbers
def selu(z):
    """Return 1.0507 z where z is positive, else 1.7581 (e^z − 1) (Klambauer et al. 2017)."""
    return SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * np.expm1(np.minimum(z, 0)))


@of_numbers
def selu_derivative(z):
    """Return 1.0507 where z is positive, else 1.7581 e^z: at the kink, 1.0507."""
    return SELU_SCALE * np.where(z >= 0, 1, SELU_ALPHA * np.exp(np.minimum(z, 0)))


@of_numbers
def gelu(z):
    """Return z Φ(z), Φ the standard normal distribution function (Hendrycks & Gimpel 2016).

    This is the exact form, as Keras's default is; Keras's `approximate=True` replaces Φ by a tanh,
    which differs by up to 5e-4.
    """
    return np.maximum(z, -SATURATED) * ndtr(z)


@of_numbers
def gelu_derivative(z):
    """Return Φ(z) + z φ(z), φ the standard normal density."""
    z = np.clip(z, -SATURATED, SATURATED)
    return ndtr(z) + z * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


@of_numbers
def silu(z):
    """Return z σ(z), also called swish (Elfwing et al. 2018)."""
    return np.maximum(z, -SATURATED) * expit(z)


@of_numbers
def silu_derivative(z):
    """Return σ(z) (1 + z σ(−z))."""
    z = np.clip(z, -SATURATED, SATURATED)
    return expit(z) * (1 + z * expit(-z))


@of_numbers
def softmax(z):
    """Return e^z_k / Σ_j e^z_j along the last axis: positive numbers that sum to 1.

    The largest z is subtracted first. That changes nothing but keeps e^z finite. Infinite z that
    are equally large share the 1.
    """
    if z.ndim == 0:
        fail("z", "an array with at least one axis", z)
    largest = z.max(axis=-1, keepdims=True)
    with np.errstate(over="ignore", invalid="ignore"):  # the difference may be −inf, or inf − inf
        e = np.exp(np.where(z == largest, 0, z - largest))
    return e / e.sum(axis=-1, keepdims=True)


@of_numbers
def softmax_derivative(z):
    """Return the Jacobian ∂p_j/∂z_k = p_j (1[j = k] − p_k), shape (..., n, n)."""
    p = softmax(z)
    return p[..., :, None] * (np.eye(p.shape[-1]) - p[..., None, :])


_EVERYTHING = (-np.inf, np.inf)
_GELU_MINIMUM, _SILU_MINIMUM = -0.16997120747990369, -0.27846454276107374

ACTIVATIONS = {
    function.__name__: Activation(function.__name__, function, derivative, *rest)
    for function, derivative, *rest in [
        (sign, sign_derivative, r"\mathrm{sign}(z)", (-1.0, 1.0)),
        (purelin, purelin_derivative, r"z", _EVERYTHING),
        (sigmoid, sigmoid_derivative, r"\frac{1}{1 + e^{-z}}", (0.0, 1.0)),
        (tanh, tanh_derivative, r"\frac{e^z - e^{-z}}{e^z + e^{-z}}", (-1.0, 1.0)),
        (softsign, softsign_derivative, r"\frac{z}{1 + |z|}", (-1.0, 1.0)),
        (relu, relu_derivative, r"\max(0, z)", (0.0, np.inf)),
        (softmax, softmax_derivative, r"\frac{e^{z_k}}{\sum_j e^{z_j}}", (0.0, 1.0), False),
        (leaky_relu, leaky_relu_derivative, r"\max(0.2\,z, z)", _EVERYTHING),
        (elu, elu_derivative, r"\max(0, z) + \min(0, e^z - 1)", (-1.0, np.inf)),
        (
            selu,
            selu_derivative,
            r"1.0507\,\max(0, z) + 1.7581\,\min(0, e^z - 1)",
            (-SELU_SCALE * SELU_ALPHA, np.inf),
        ),
        (gelu, gelu_derivative, r"z\,\Phi(z)", (_GELU_MINIMUM, np.inf)),
        (silu, silu_derivative, r"\frac{z}{1 + e^{-z}}", (_SILU_MINIMUM, np.inf)),
    ]
}
