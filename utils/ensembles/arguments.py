"""The checks and conversions of the arguments of `utils.ensembles`. Nothing else uses them."""

import contextlib
import numbers
import random

import keras
import numpy as np
import tensorflow as tf

from utils.keras_checks import as_float32, same_rank
from utils.validation import check_array, check_count, fail


def shorten(values):
    """Return `values` as text, without the middle if there are many."""
    texts = [str(value) for value in values]
    return ", ".join(texts if len(texts) <= 8 else texts[:4] + ["..."] + texts[-1:])


def as_list(name, wanted, values):
    """Return the entries of `values`, or raise a `ValueError` if it is nothing that has any."""
    try:
        return list(values)
    except (TypeError, RuntimeError):
        fail(name, wanted, values)


def check_seeds(seeds):
    """Return the seeds as a list: 0, 1, ... for a count, or those that were given."""
    if isinstance(seeds, numbers.Integral):
        return list(range(check_count("seeds", seeds)))
    wanted = "a count, or at least one seed"
    found = [check_count("seeds", seed, minimum=0) for seed in as_list("seeds", wanted, seeds)]
    if not found:
        fail("seeds", wanted, seeds)
    return found


def check_data(x_name, x, y_name, y, members=None):
    """Return inputs as float32 and targets as float32 or int32, with as many samples.

    With a number of `members`, both have a leading axis of that length.
    """
    lead = 0 if members is None else 1
    x, checked = as_float32(x_name, check_array(x_name, x)), check_array(y_name, y)
    whole = np.asarray(y).dtype.kind in "iub"
    if whole and np.abs(checked).max() >= 2**31:
        fail(y_name, "whole numbers below 2**31", y)
    y = checked.astype(np.int32) if whole else as_float32(y_name, checked)
    if x.ndim < lead + 2:
        fail(x_name, f"an array with at least {lead + 2} axes{' (the first: seeds)' * lead}", x)
    if y.shape[: lead + 1] != x.shape[: lead + 1]:
        fail(y_name, f"an array that begins with the axes {x.shape[: lead + 1]} of {x_name}", y)
    if lead and len(x) != members:
        fail(x_name, f"an array with {members} entries along the axis of seeds", x)
    return x, y


def check_validation(data, model, x, members, data_per_seed):
    """Return (x, y, own data?) of the pair `data`, which is shared or has an axis of seeds."""
    if data is None:
        return None
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        fail("validation_data", "a pair (x, y)", data)
    names = "validation_data[0]", "validation_data[1]"
    x_held = check_array(names[0], data[0])
    own = x_held.ndim == x.ndim - data_per_seed + 1
    x_held, y_held = check_data(names[0], x_held, names[1], data[1], members if own else None)
    wanted = x.shape[1 + data_per_seed :]
    if x_held.shape[1 + own :] != wanted:
        fail(names[0], f"an array whose samples have the shape {wanted}", x_held)
    return x_held, match_output(model, y_held, own), own


def check_inputs(name, x, sample_shape):
    """Return inputs (samples, *sample_shape) as float32."""
    return as_float32(name, check_array(name, x, shape=(None, *sample_shape)))


def match_output(model, y, own):
    """Return `y` with a last axis of 1 if it lacks the one that the model's single output has."""
    lacks_axis = y.ndim - own == len(model.output_shape) - 1
    return y[..., np.newaxis] if lacks_axis and model.output_shape[-1] == 1 else y


def build_model(build, x, seed=None):
    """Return `build()`, with its weights made for inputs like `x`; under `seed` if it is given."""
    if seed is not None:
        keras.utils.set_random_seed(seed)
    model = build() if callable(build) else None
    if not isinstance(model, keras.Model):
        fail("build", "a function without arguments that returns a Keras model", build)
    if not model.built:
        model(x[:1])
    if not hasattr(model, "output_shape"):
        fail("build", "a function that returns a Keras model, Sequential or functional", model)
    return model


@contextlib.contextmanager
def kept_random_states():
    """Put Python's and NumPy's global random numbers back to where they were.

    Keras's initializers draw their seeds from Python's, whose weights are then replaced.
    """
    states = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def check_weights(weights, model, members):
    """Return `weights` as a list of float32 arrays (members, ...) that fit `model`."""
    wanted = f"a list of {len(model.weights)} arrays"
    arrays, found = as_list("initial_weights", wanted, weights), []
    if len(arrays) != len(model.weights):
        fail("initial_weights", wanted, weights)
    for i, (array, variable) in enumerate(zip(arrays, model.weights, strict=True)):
        name = f"initial_weights[{i}]"
        array = check_array(name, array, shape=(members, *variable.shape))
        found.append(as_float32(name, array))
    return found


def check_rates(rates, members):
    """Return the learning rates as a float32 column (members, 1), or None."""
    if rates is None:
        return None
    rates = check_array("learning_rates", rates, shape=(members,))
    found = as_float32("learning_rates", rates)
    if (found <= 0).any():
        fail("learning_rates", "positive, also as float32", rates.min())
    return found[:, np.newaxis]


def check_epochs(snapshot_epochs, epochs):
    """Return the epochs of the snapshots, sorted and once each."""
    given = as_list("snapshot_epochs", "a list of epochs", snapshot_epochs)
    stops = {check_count("snapshot_epochs", epoch, minimum=0) for epoch in given}
    if stops and max(stops) > epochs:
        fail("snapshot_epochs", f"at most {epochs}, the number of epochs", max(stops))
    return sorted(stops)


class FunctionLoss(keras.losses.Loss):
    """A loss function (y_true, y_pred) -> one number per sample, averaged over the batch."""

    def __init__(self, function):
        """Take `function` with Keras's usual reduction."""
        super().__init__(name="loss", reduction="sum_over_batch_size")
        self.function = function

    def call(self, y_true, y_pred):
        """Return the loss of each sample."""
        return self.function(*same_rank(y_true, y_pred))


def as_loss(loss):
    """Return the `keras.losses.Loss` that `model.compile` would make of `loss`."""
    try:
        found = keras.losses.get(loss)
    except ValueError:
        found = None
    if not callable(found):
        fail("loss", "a Keras loss, the name of one, or a function (y_true, y_pred)", loss)
    return found if isinstance(found, keras.losses.Loss) else FunctionLoss(found)


def as_metrics(metrics, model, target_shape):
    """Return new Keras metrics for what `model.compile` takes as `metrics`: a list, or None."""
    metrics = () if metrics is None else metrics
    if not isinstance(metrics, (list, tuple)):
        fail("metrics", "a list of metrics", metrics)
    found = [_as_metric(metric, model.output_shape, target_shape) for metric in metrics]
    names = [metric.name for metric in found]
    if len(set(names)) < len(names):
        fail("metrics", "metrics with different names", shorten(names))
    return found


def _as_metric(metric, output_shape, target_shape):
    name = metric if isinstance(metric, str) else None
    if name and name.lower() in ("accuracy", "acc"):
        metric = _accuracy_kind(output_shape, target_shape)
    try:
        found = keras.metrics.get(metric)
    except ValueError:
        found = None
    name = name or getattr(found, "name", None) or getattr(found, "__name__", None)
    for kind, function in STACKABLE.items():
        if isinstance(found, getattr(keras.metrics, kind)):
            found = function
    if isinstance(found, keras.metrics.Metric):
        return type(found).from_config({**found.get_config(), "name": name})
    if not callable(found):
        fail("metrics", "Keras metrics, their names, or functions (y_true, y_pred)", metric)
    return keras.metrics.MeanMetricWrapper(found, name=name)


def _accuracy_kind(output_shape, target_shape):
    """Return the accuracy that Keras means, by the shape of the outputs and of the targets.

    Labels have an axis less than the outputs, or a last axis of 1.
    """
    if output_shape[-1] == 1:
        return "BinaryAccuracy"
    sparse = len(target_shape) < len(output_shape) or target_shape[-1] == 1
    return "SparseCategoricalAccuracy" if sparse else "CategoricalAccuracy"


def _sparse_accuracy(y_true, y_pred):
    labels = tf.reshape(tf.cast(y_true, tf.int64), tf.shape(y_pred)[:-1])
    return tf.cast(tf.equal(labels, tf.argmax(y_pred, axis=-1)), tf.float32)


def _categorical_accuracy(y_true, y_pred):
    return _sparse_accuracy(tf.argmax(y_true, axis=-1), y_pred)


# Keras's own functions look for negative zeros with an operation that cannot be vectorized.
STACKABLE = {
    "SparseCategoricalAccuracy": _sparse_accuracy,
    "CategoricalAccuracy": _categorical_accuracy,
}
