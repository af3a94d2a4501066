"""Gradient descent that keeps its path, from one start or many. First used in chapter 02."""

import dataclasses

import numpy as np

from utils.validation import check_array, check_count, check_number


@dataclasses.dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Descent:
    """The path of a descent: entry k of each array belongs to the weights after k steps.

    points: the weights, shape (steps + 1, *start.shape).
    losses: the loss at each point, shape (steps + 1, ...) with one loss per start.
    gradients: the gradient at each point, shaped like `points`.
    """

    points: np.ndarray
    losses: np.ndarray
    gradients: np.ndarray


def gradient_descent(loss, start, learning_rate, steps, gradient=None):
    """Walk from `start` down the negative gradient of `loss`; return the whole path as a `Descent`.

    Each step is w <- w - learning_rate * dE/dw, all weights at once (Cauchy 1847). `loss(w)` takes
    weights shaped like `start`. If it returns one loss per entry, every entry is a start of its
    own, with one weight; if it returns one loss fewer axis, the last axis holds the weights of a
    start. So many starts descend in one call. `gradient(w)` returns the slope; without it,
    TensorFlow's `GradientTape` differentiates `loss`, which then must be made of arithmetic or of
    TensorFlow operations. Each is given a copy of the weights. Everything is float64. A path that
    diverges runs on to inf and NaN. Raises `ValueError` for bad arguments. First used in chapter
    02; chapter 03 shows the loop.
    """
    w = check_array("start", start)
    learning_rate = check_number("learning_rate", learning_rate, positive=True)
    steps = check_count("steps", steps, minimum=0)
    for name, function in {"loss": loss, "gradient": gradient}.items():
        if not callable(function) and not (name == "gradient" and function is None):
            raise ValueError(f"{name} must be a function of the weights, got {function!r}")
    slope = gradient or tape_gradient(loss)
    points, losses, gradients = [], [], []
    with np.errstate(over="ignore", invalid="ignore"):  # divergence is something to look at
        for _ in range(steps + 1):
            points.append(w)
            losses.append(_loss_per_start(loss, w.copy()))  # which a function may change
            gradients.append(_same_shape(slope(w.copy()), w))
            w = w - learning_rate * gradients[-1]
    return Descent(np.array(points), np.array(losses), np.array(gradients))


def tape_gradient(loss):
    """Return the function w -> dE/dw that TensorFlow's `GradientTape` finds for `loss`."""

    def slope(w):
        import tensorflow as tf  # here, not above: a given `gradient` does without TensorFlow

        weights = tf.constant(w, dtype=tf.float64)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            value = loss(weights)
        found = tape.gradient(value, weights) if tf.is_tensor(value) else None
        if found is None:
            raise ValueError(
                "loss must be made of arithmetic or TensorFlow operations to be differentiated; "
                "for any other, pass gradient="
            )
        return found.numpy()

    return slope


def _loss_per_start(loss, w):
    value = check_array("loss(w)", loss(w), finite=False)  # a TensorFlow tensor is one too
    if value.shape not in (w.shape, w.shape[:-1]):
        raise ValueError(
            f"loss must return one value per start, shape {w.shape} or {w.shape[:-1]}, "
            f"got shape {value.shape}"
        )
    return value


def _same_shape(slope, w):
    slope = check_array("gradient(w)", slope, finite=False)
    if slope.shape != w.shape:
        raise ValueError(
            f"gradient must return the shape of its weights, {w.shape}, got {slope.shape}"
        )
    return slope
