"""Losses with their gradients, by hand in NumPy float64, and the quadratic cost for Keras.

First used in chapter 01; chapter 02 is about them. Each function takes the targets T as `y_true`
and the outputs Y as `y_pred`, of one shape, (N,) or (N, outputs). A loss sums over the outputs and
averages over the N samples; its gradient is ∂E/∂Y, shaped like `y_pred`. The names are Keras's.
Keras averages over the m outputs too, so ours is m times its value (the quadratic cost m/2 times
its `mean_squared_error`); for `categorical_crossentropy`, where Keras sums as well, both are
equal. Arguments of other shapes, empty or not finite raise a `ValueError`.
"""

import numpy as np
from scipy.special import expit, log_softmax, softmax

from utils.validation import check_array, check_bool, check_number, refuse_overflow


@refuse_overflow("y_true and y_pred")
def quadratic_cost(y_true, y_pred):
    """Return E = 1/(2N) Σ (T − Y)², the sum over all samples and outputs."""
    T, Y = _same_shape(y_true, y_pred)
    return float(((T - Y) ** 2).sum() / (2 * len(T)))


@refuse_overflow("y_true and y_pred")
def quadratic_cost_gradient(y_true, y_pred):
    """Return ∂E/∂Y = (Y − T)/N of the quadratic cost."""
    T, Y = _same_shape(y_true, y_pred)
    return (Y - T) / len(T)


@refuse_overflow("y_true and y_pred")
def mean_absolute_error(y_true, y_pred):
    """Return 1/N Σ |T − Y|."""
    T, Y = _same_shape(y_true, y_pred)
    return float(np.abs(T - Y).sum() / len(T))


@refuse_overflow("y_true and y_pred")
def mean_absolute_error_gradient(y_true, y_pred):
    """Return sign(Y − T)/N; where the error is 0, at the kink, 0 as in TensorFlow."""
    T, Y = _same_shape(y_true, y_pred)
    return np.sign(Y - T) / len(T)


@refuse_overflow("y_true, y_pred and delta")
def huber(y_true, y_pred, delta=1.0):
    """Return 1/N Σ of e²/2 where |e| ≤ `delta`, of δ|e| − δ²/2 beyond, with e = T − Y.

    Squares for small errors, absolute values for large ones (Huber 1964, "Robust Estimation of a
    Location Parameter"). `delta` is positive, in the unit of the targets.
    """
    T, Y = _same_shape(y_true, y_pred)
    delta = check_number("delta", delta, positive=True)
    e = np.abs(T - Y)
    return float(np.where(e <= delta, e**2 / 2, delta * e - delta**2 / 2).sum() / len(T))


@refuse_overflow("y_true, y_pred and delta")
def huber_gradient(y_true, y_pred, delta=1.0):
    """Return ∂E/∂Y of `huber`: Y − T, cut off at ±`delta`, over N."""
    T, Y = _same_shape(y_true, y_pred)
    delta = check_number("delta", delta, positive=True)
    return np.clip(Y - T, -delta, delta) / len(T)


@refuse_overflow("y_true and y_pred")
def binary_crossentropy(y_true, y_pred, from_logits=False):
    """Return −1/N Σ (T ln a + (1 − T) ln(1 − a)) for targets from 0 to 1.

    `y_pred` holds the probabilities a, strictly between 0 and 1, or with `from_logits` the numbers
    z of which a = sigmoid(z). Then no z is too large: ln(1 + e^z) − T z is computed as
    max(z, 0) − T z + ln(1 + e^−|z|).
    """
    T, Y = _yes_or_no(y_true, y_pred, from_logits)
    if from_logits:
        return float((np.maximum(Y, 0) - T * Y + np.log1p(np.exp(-np.abs(Y)))).sum() / len(T))
    return float(-(T * np.log(Y) + (1 - T) * np.log1p(-Y)).sum() / len(T))


@refuse_overflow("y_true and y_pred")
def binary_crossentropy_gradient(y_true, y_pred, from_logits=False):
    """Return ∂E/∂a = (a − T) / (a (1 − a) N), or with `from_logits` ∂E/∂z = (a − T)/N."""
    T, Y = _yes_or_no(y_true, y_pred, from_logits)
    return ((expit(Y) - T) if from_logits else (Y - T) / (Y * (1 - Y))) / len(T)


@refuse_overflow("y_true and y_pred")
def categorical_crossentropy(y_true, y_pred, from_logits=False):
    """Return −1/N Σ t ln p for targets t of shape (N, classes), each row summing to 1.

    `y_pred` holds the probabilities p, positive and summing to 1, or with `from_logits` the
    numbers z of which p = softmax(z). Then no z is too large: ln p = z − ln Σ e^z is computed after
    subtracting the row's largest z, which changes nothing.
    """
    t, Y = _one_of_many(y_true, y_pred, from_logits)
    return float(-(t * (log_softmax(Y, axis=1) if from_logits else np.log(Y))).sum() / len(t))


@refuse_overflow("y_true and y_pred")
def categorical_crossentropy_gradient(y_true, y_pred, from_logits=False):
    """Return ∂E/∂p = −t/(p N), or with `from_logits` ∂E/∂z = (p − t)/N."""
    t, Y = _one_of_many(y_true, y_pred, from_logits)
    return (softmax(Y, axis=1) - t if from_logits else -t / Y) / len(t)


def _same_shape(y_true, y_pred):
    T = check_array("y_true", y_true, ndim=(1, 2))
    return T, check_array("y_pred", y_pred, shape=T.shape)


def _yes_or_no(y_true, y_pred, from_logits):
    check_bool("from_logits", from_logits)
    T, Y = _same_shape(y_true, y_pred)
    if T.min() < 0 or T.max() > 1:
        raise ValueError(f"y_true must lie between 0 and 1, got {T.min():g} to {T.max():g}")
    if not from_logits and (Y.min() <= 0 or Y.max() >= 1):
        raise ValueError(
            f"y_pred must lie strictly between 0 and 1, got {Y.min():g} to {Y.max():g}; "
            "for numbers before the sigmoid, pass from_logits=True"
        )
    return T, Y


def _one_of_many(y_true, y_pred, from_logits):
    check_bool("from_logits", from_logits)
    t, Y = _same_shape(check_array("y_true", y_true, ndim=2), y_pred)
    if t.min() < 0 or not np.allclose(t.sum(axis=1), 1):
        raise ValueError("y_true must be at least 0 and sum to 1 in each row, as one-hot rows do")
    if not from_logits and (Y.min() <= 0 or not np.allclose(Y.sum(axis=1), 1)):
        raise ValueError(
            "y_pred must be positive and sum to 1 in each row; "
            "for numbers before the softmax, pass from_logits=True"
        )
    return t, Y


def __getattr__(name):
    """Import the Keras loss when it is asked for: Keras takes seconds, NumPy does not."""
    if name == "QuadraticCost":
        from utils.keras_objects import QuadraticCost

        return QuadraticCost
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
