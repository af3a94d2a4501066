"""What flows through a Keras model of Dense layers: δ, signals, idle units, ablation.

Layers of any other kind may stand between and around the Dense layers: Activation, ReLU,
LeakyReLU, BatchNormalization, LayerNormalization, and Add for skip connections. A Dense layer's
z = a W + b is what it computes before its own function; where the function is a layer of its own,
perhaps behind a normalization, z belongs to the Dense layer and the signal to that function. The
norms of the gradients by the weights are `utils.diagnostics.layer_gradient_norms`. First used in
chapter 07.
"""

import contextlib
import dataclasses

import numpy as np

from utils.keras_checks import (
    activation_name,
    check_batch,
    check_dense_model,
    kept_states,
    mean_loss,
)
from utils.validation import (
    check_array,
    check_bool,
    check_choice,
    check_count,
    check_number,
    fail,
    refuse_overflow,
)

SATURATED_SHARE = 0.05  # of a function's largest slope
ORDERS = ("random", "weakest", "strongest")


@dataclasses.dataclass(frozen=True)
class FunctionStatistics:
    """How the signals a = f(z) of one activation function look on a batch; shares from 0 to 1.

    mean, deviation: of all its signals. saturated: share of signals at which the slope |f'(z)| is
    below 5 % of the largest that f has; for softmax the slope of each signal by its own z,
    p (1 − p), at most 1/4. inactive: share of signals that are exactly 0. dead: share of units that
    are inactive for every sample of the batch.
    """

    name: str
    mean: float
    deviation: float
    saturated: float
    inactive: float
    dead: float


def layer_delta_norms(model, x, y, loss):
    """Return the norm of δ = ∂E/∂z of each Dense layer, over all samples and units of a batch.

    model: a built Keras model. x, y: the batch. loss: a Keras loss or its name; E is its mean over
    the batch. Returns a float64 array, Dense layers in the order in which the model calls them.
    The model works as in training (batch normalization uses the batch's statistics) and is left
    as it was. Raises `ValueError` for a model without Dense layers, or with models inside. See
    Rumelhart, Hinton & Williams (1986), equation 5.
    """
    return np.array([np.linalg.norm(delta) for delta in layer_deltas(model, x, y, loss).values()])


def layer_deltas(model, x, y, loss):
    """Return δ = ∂E/∂z, shape (N, units), of each Dense layer: a dict by the layers' names.

    Arguments and errors as for `layer_delta_norms`.
    """
    import tensorflow as tf

    check_dense_model(model)
    x = check_batch(model, x)
    with tf.GradientTape() as tape, _recording(model, tape) as record:
        cost = mean_loss(loss, y, model(x, training=True))
    gradients = tape.gradient(cost, list(record.z.values()), unconnected_gradients="zero")
    return dict(zip(record.z, map(_as_float64, gradients), strict=True))


def function_statistics(model, x, training=False):
    """Return `FunctionStatistics` of each activation function for the batch x, the output's too.

    A list in the order in which the model calls them; linear functions are left out. With
    `training`, batch normalization uses the batch's statistics. The slopes are those that
    TensorFlow takes. The model is left as it was. Raises `ValueError` as `layer_delta_norms`
    does.
    """
    import tensorflow as tf

    check_dense_model(model)
    x = check_batch(model, x)
    with tf.GradientTape(persistent=True) as tape, _recording(model, tape) as record:
        model(x, training=training)
    return [_statistics(name, tape, *passed) for name, passed in record.functions.items()]


@refuse_overflow("before and after")
def update_ratios(before, after):
    """Return ‖ΔW‖ / ‖W‖ of each weight matrix: how far training moved it, for its size.

    before, after: `model.get_weights()` at two times; biases and what else is no matrix are left
    out. Returns a float64 array. Raises `ValueError` where the two do not match, or a matrix is 0
    at first. First shown in chapter 07.
    """
    for name, weights in {"before": before, "after": after}.items():
        if not isinstance(weights, (list, tuple)):
            fail(name, "a list of arrays, as model.get_weights() has it", weights)
    if len(before) != len(after):
        fail("after", f"a list of {len(before)} arrays, as before is", after)
    ratios = []
    for old, new in zip(before, after, strict=True):
        old = check_array("before", old)
        moved = check_array("after", new, shape=old.shape) - old
        if old.ndim == 2:
            if not old.any():
                fail("before", "weight matrices that are not 0", old)
            ratios.append(np.linalg.norm(moved) / np.linalg.norm(old))
    return np.array(ratios)


def ablate(model, x, share, order="random", *, active_only=False, layers=None, seed=0):
    """Return the model's output for x when a share of each sample's hidden signals is set to 0.

    share: from 0 to 1, of the signals of each hidden function and sample. order: which go first:
    "random" (drawn from `seed`), "weakest" or "strongest", by |a|. active_only: count and remove
    only signals that are not 0 anyway, as many relu signals are. layers: the names of the layers
    whose signals are removed; by default all hidden ones. What has gone is missing to all later
    layers. The model is left as it was. Raises `ValueError` for unknown orders and names.
    """
    check_dense_model(model)
    share = check_number("share", share, minimum=0, maximum=1)
    check_choice("order", order, ORDERS)
    active_only = check_bool("active_only", active_only)
    random = np.random.default_rng(check_count("seed", seed, minimum=0))
    hidden = [layer.name for layer in model.layers if layer.output is not model.outputs[0]]
    for name in layers or ():
        check_choice("layers", name, hidden)
    chosen, changed = hidden if layers is None else layers, []

    def change(name, a):
        if name not in chosen:
            return a
        changed.append(name)
        return a * _kept(_as_float64(a), share, order, active_only, random).astype(a.dtype.name)

    with _recording(model, change=change):
        output = _as_float64(model(check_batch(model, x), training=False))
    if not changed or not set(layers or ()) <= set(changed):
        fail("layers", "layers with an activation function, at least one", chosen)
    return output


def ablation_accuracy(model, x, labels, share, order="random", **options):
    """Return the share of samples that are classified rightly after `ablate`.

    labels: class numbers, shape (N,). A model with one output is a classifier of classes 0 and 1
    with its boundary at ½. Options and errors as for `ablate`.
    """
    output = ablate(model, x, share, order, **options)
    labels = check_array("labels", labels, shape=(len(output),))
    found = output.argmax(axis=1) if output.shape[1] > 1 else output[:, 0] > 0.5
    return float((found == labels).mean())


def _kept(a, share, order, active_only, random):
    """Return where signals a, shape (N, units), stay, when the first `share` of each row goes."""
    key = {"random": random.random(a.shape), "weakest": np.abs(a), "strongest": -np.abs(a)}[order]
    counted = a != 0 if active_only else np.ones(a.shape, bool)
    ranks = np.where(counted, key, np.inf).argsort(axis=1, kind="stable").argsort(axis=1)
    return ranks >= np.round(share * counted.sum(axis=1, keepdims=True))


def _statistics(name, tape, f, z, a):
    slope, largest = _slopes(tape, f, z, a)
    a = _as_float64(a)
    return FunctionStatistics(
        name=name,
        mean=float(a.mean()),
        deviation=float(a.std()),
        saturated=float((slope < SATURATED_SHARE * largest).mean()),
        inactive=float((a == 0).mean()),
        dead=float((a == 0).reshape(-1, a.shape[-1]).all(axis=0).mean()),
    )


def _slopes(tape, f, z, a):
    """Return the slope |f'(z)| of each signal, and the largest that f has."""
    if activation_name(getattr(f, "__self__", f)) == "softmax":  # f may be the `call` of a layer
        p = _as_float64(a)  # the tape would add up the slopes of all signals by one z: 0
        return p * (1 - p), 1 / 4
    return np.abs(_as_float64(tape.gradient(a, z))), _largest_slope(f, a.shape[-1])


def _largest_slope(f, units):
    """Return the largest |f'(z)| between −10 and 10; a function may want its number of units."""
    import tensorflow as tf

    z = tf.repeat(tf.linspace(-10.0, 10.0, 2001)[:, None], units, axis=1)
    with tf.GradientTape() as tape:
        tape.watch(z)
        a = f(z)
    return np.abs(tape.gradient(a, z).numpy()).max()


class _Record:
    """What passed while the model was called: z by Dense layer, (f, z, a) by function.

    repeated: names of the layers that were called more than once. To raise an error inside the
    model would be of no use: Keras wraps its sentence in many others.
    """

    def __init__(self, tape, change):
        self.tape, self.change, self.z, self.functions, self.repeated = tape, change, {}, {}, []

    def watched(self, kept, name, z):
        if name in kept:
            self.repeated.append(name)
        if self.tape is not None:
            self.tape.watch(z)
        return z

    def dense(self, layer):
        """Return a function in the place of the Dense layer's own."""
        f = layer.activation

        def activation(z):
            self.z[layer.name] = self.watched(self.z, layer.name, z)
            return z if _is_linear(f) else self.function(layer.name, f, z)

        return activation

    def function(self, name, f, z):
        a = f(self.watched(self.functions, name, z))
        self.functions[name] = (f, z, a)
        return a if self.change is None else self.change(name, a)


@contextlib.contextmanager
def _recording(model, tape=None, change=None):
    """Keep what flows through the model while it is called inside; then restore it wholly.

    A Dense layer hands its z to its `activation`, which stands aside for one that keeps z; of a
    layer that is a function itself `call` does.
    """
    import keras

    record = _Record(tape, change)
    own_functions = (keras.layers.Activation, keras.layers.ReLU, keras.layers.LeakyReLU)
    own_functions += (keras.layers.ELU, keras.layers.PReLU, keras.layers.Softmax)
    with kept_states(model), contextlib.ExitStack() as stack:
        for layer in model.layers:
            if isinstance(layer, keras.layers.Dense):
                stack.enter_context(_replaced(layer, "activation", record.dense(layer)))
            elif isinstance(layer, own_functions) and not _is_linear(layer):
                call = _caller(record, layer.name, layer.call)
                stack.enter_context(_replaced(layer, "call", call))
        yield record
        if record.repeated:
            fail("model", "one that calls each layer once", record.repeated[0])


def _caller(record, name, f):
    return lambda z, *args, **kwargs: record.function(name, f, z)


@contextlib.contextmanager
def _replaced(layer, attribute, value):
    """Put `value` in place of a layer's attribute, past Keras's bookkeeping, and take it out."""
    own = vars(layer)
    before = {attribute: own[attribute]} if attribute in own else {}
    own[attribute] = value
    try:
        yield
    finally:
        del own[attribute]
        own.update(before)


def _is_linear(function):
    return activation_name(function) == "linear"


def _as_float64(tensor):
    return np.asarray(tensor, np.float64)
