"""Losses with their gradients, by hand in NumPy float64, and the quadratic cost for Keras.

First shown in chapter 02. Every function takes `y_true` and `y_pred` of one shape, (N,) or
(N, outputs), and returns the mean over the N samples of a sum over outputs; each gradient is with
respect to `y_pred` and has its shape. The names are Keras's, which averages over outputs as well:
its value is ours divided by the number of outputs, except for the categorical cross-entropy, where
both sum over the classes.
"""

import numpy as np

from utils.validation import check_array, check_number


def quadratic_cost(y_true, y_pred):
    """Return E = 1/(2N) Σ (T − Y)², the quadratic cost. For m outputs Keras's MSE is 2E/m."""
    T, Y = _pair(y_true, y_pred)
    return ((T - Y) ** 2).sum() / (2 * len(T))


def quadratic_cost_gradient(y_true, y_pred):
    """Return ∂E/∂Y = (Y − T)/N of the quadratic cost."""
    T, Y = _pair(y_true, y_pred)
    return (Y - T) / len(T)


def mean_absolute_error(y_true, y_pred):
    """Return 1/N Σ |T − Y|."""
    T, Y = _pair(y_true, y_pred)
    return np.abs(T - Y).sum() / len(T)


def mean_absolute_error_gradient(y_true, y_pred):
    """Return sign(Y − T)/N, which is 0 where the error is 0, as in TensorFlow."""
    T, Y = _pair(y_true, y_pred)
    return np.sign(Y - T) / len(T)


def huber(y_true, y_pred, delta=1.0):
    """Return the mean of Huber's loss: e²/2 for errors up to `delta`, δ|e| − δ²/2 beyond.

    Huber (1964), "Robust Estimation of a Location Parameter", equation 2.7. `delta` is positive,
    in the unit of the targets.
    """
    T, Y = _pair(y_true, y_pred)
    delta, e = check_number("delta", delta, positive=True), np.abs(T - Y)
    return np.where(e <= delta, e**2 / 2, delta * e - delta**2 / 2).sum() / len(T)


def huber_gradient(y_true, y_pred, delta=1.0):
    """Return the gradient of `huber`: the error, cut off at `delta` on either side, over N."""
    T, Y = _pair(y_true, y_pred)
    delta = check_number("delta", delta, positive=True)
    return np.clip(Y - T, -delta, delta) / len(T)


def binary_crossentropy(y_true, y_pred, from_logits=False):
    """Return −1/N Σ (T ln a + (1 − T) ln(1 − a)) for targets from 0 to 1.

    `y_pred` holds probabilities a strictly between 0 and 1 or, with `from_logits`, z where
    a = sigmoid(z); then no z overflows: ln(1 + e^z) is computed as max(z, 0) + ln(1 + e^−|z|).
    """
    T, Y = _classes(y_true, y_pred, from_logits)
    if from_logits:
        return (np.maximum(Y, 0) - T * Y + np.log1p(np.exp(-np.abs(Y)))).sum() / len(T)
    return -(T * np.log(Y) + (1 - T) * np.log1p(-Y)).sum() / len(T)


def binary_crossentropy_gradient(y_true, y_pred, from_logits=False):
    """Return the gradient of `binary_crossentropy`: (a − T)/N by z, (a − T)/(a (1 − a) N) by a."""
    T, Y = _classes(y_true, y_pred, from_logits)
    if from_logits:
        small = np.exp(-np.abs(Y))  # at most 1, so neither branch overflows
        return (np.where(Y >= 0, 1, small) / (1 + small) - T) / len(T)
    return (Y - T) / (Y * (1 - Y)) / len(T)


def categorical_crossentropy(y_true, y_pred, from_logits=False):
    """Return −1/N Σ t ln p for targets t, shape (N, classes), that sum to 1 in each row.

    `y_pred` holds probabilities p or, with `from_logits`, z where p = softmax(z); then the largest
    z of each row is subtracted first, which changes nothing but keeps the exponentials finite.
    """
    t, Y = _distributions(y_true, y_pred, from_logits)
    return -(t * (_log_softmax(Y) if from_logits else np.log(Y))).sum() / len(t)


def categorical_crossentropy_gradient(y_true, y_pred, from_logits=False):
    """Return the gradient of `categorical_crossentropy`: (p − t)/N by z, −t/(p N) by p."""
    t, Y = _distributions(y_true, y_pred, from_logits)
    return (np.exp(_log_softmax(Y)) - t if from_logits else -t / Y) / len(t)


def _log_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def _pair(y_true, y_pred):
    T = check_array("y_true", y_true, ndim=(1, 2))
    return T, check_array("y_pred", y_pred, shape=T.shape)


def _classes(y_true, y_pred, from_logits):
    T, Y = _pair(y_true, y_pred)
    if T.min() < 0 or T.max() > 1:
        raise ValueError(f"y_true must lie between 0 and 1, got {T.min():g} to {T.max():g}")
    if not from_logits and (Y.min() <= 0 or Y.max() >= 1):
        raise ValueError(
            f"y_pred must lie strictly between 0 and 1, got {Y.min():g} to {Y.max():g}; "
            "for logits, pass from_logits=True"
        )
    return T, Y


def _distributions(y_true, y_pred, from_logits):
    t = check_array("y_true", y_true, ndim=2)
    t, Y = _classes(t, y_pred, True)
    if not np.allclose(t.sum(axis=1), 1):
        raise ValueError("y_true must sum to 1 in each row, one-hot for instance")
    if not from_logits and (Y.min() <= 0 or not np.allclose(Y.sum(axis=1), 1)):
        raise ValueError(
            "y_pred must be positive and sum to 1 in each row; for logits, pass from_logits=True"
        )
    return t, Y


def __getattr__(name):
    """Import the Keras loss when it is asked for: Keras takes seconds, NumPy does not."""
    if name == "QuadraticCost":
        from utils.keras_losses import QuadraticCost

        return QuadraticCost
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
