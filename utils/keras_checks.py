"""Checks of a Keras model, a batch and a loss for it, in the way of `utils.validation`.

This module imports Keras and TensorFlow only when its functions are called.
"""

import contextlib

import numpy as np

from utils.validation import check_array, fail


def check_dense_model(model):
    """Raise a `ValueError` unless `model` is built, has Dense layers, and no models inside.

    It is Sequential or functional: of a subclass, Keras does not know how its layers are joined.
    """
    import keras

    if not isinstance(model, keras.Model) or not model.built:
        fail("model", "a Keras model that has been built", model)
    if not hasattr(model, "input_shape"):
        fail("model", "a Sequential or functional Keras model, no subclass", model)
    if any(isinstance(layer, keras.Model) for layer in model.layers):
        fail("model", "one without other models inside", model)
    if not any(isinstance(layer, keras.layers.Dense) for layer in model.layers):
        fail("model", "a model with at least one Dense layer", model)


def activation_name(function):
    """Return Keras's name of an activation function, be it a layer's or a layer of its own.

    A layer without one has the name of its class in small letters.
    """
    function = getattr(function, "activation", function)
    return getattr(function, "__name__", type(function).__name__.lower())


@contextlib.contextmanager
def kept_states(model):
    """Put back what a call in training mode changes in `model`, such as running means."""
    states = [(variable, variable.numpy()) for variable in model.non_trainable_variables]
    try:
        yield
    finally:
        for variable, value in states:
            variable.assign(value)


def check_batch(model, x, name="x"):
    """Return the inputs `x` of `model` as float64, or raise a `ValueError` that names them."""
    wanted = model.input_shape
    if not isinstance(wanted, tuple):
        fail("model", "a model with one input", model)
    x = check_array(name, x, shape=wanted)
    as_float32(name, x)
    return x


def as_float32(name, array):
    """Return `array` as float32, or raise a `ValueError` if it holds larger numbers than fit."""
    with np.errstate(over="ignore"):
        small = array.astype(np.float32)
    if not np.isfinite(small).all():
        fail(name, "numbers that float32 can hold, below 3.4e38", array)
    return small


def mean_loss(loss, y, y_pred):
    """Return the mean of a Keras loss (or its name) as a tensor, for targets that fit `y_pred`.

    It is what `model.compile` with this loss gives for one batch.
    """
    import keras
    import tensorflow as tf

    try:
        function = keras.losses.get(loss)
    except (TypeError, ValueError):
        function = None
    if not callable(function):
        fail("loss", "a Keras loss or the name of one", loss)
    y = check_array("y", y)
    as_float32("y", y)
    if y.shape[:1] != y_pred.shape[:1]:
        fail("y", f"an array with {y_pred.shape[0]} samples, as x", y)
    if not isinstance(function, keras.losses.Loss):  # a bare function, which would broadcast
        y, y_pred = same_rank(y, y_pred)
    try:
        return tf.reduce_mean(function(y, y_pred))
    except (TypeError, ValueError, tf.errors.OpError):
        fail("y and loss", f"targets and a loss for outputs of shape {tuple(y_pred.shape)}", y)


def same_rank(y, y_pred):
    """Return targets and outputs with as many axes, where one lacks a last axis of length 1.

    Keras does so for the loss functions of `model.compile`: targets (N,) go with outputs (N, 1).
    """
    if len(y.shape) + 1 == len(y_pred.shape) and y_pred.shape[-1] == 1:
        return (y[:, None], y_pred) if len(y.shape) == 1 else (y, y_pred[..., 0])
    if len(y.shape) == len(y_pred.shape) + 1 and y.shape[-1] == 1:
        return (y, y_pred[:, None]) if len(y_pred.shape) == 1 else (y[..., 0], y_pred)
    return y, y_pred
