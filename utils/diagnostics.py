"""Checks of gradients, and what flows through a network. First used in chapter 01."""

import copy

import numpy as np

from utils.activations import ACTIVATIONS
from utils.keras_checks import check_batch, check_dense_model, kept_states, mean_loss
from utils.models import BPNetwork
from utils.validation import check_array, check_choice, fail, refuse_overflow

CUBE_ROOT_OF_EPSILON = np.finfo(np.float64).eps ** (1 / 3)  # 6e-6


def numerical_gradient(f, x):
    """Return the gradient of the scalar function `f` at the array `x` by central differences.

    Entry by entry it is (f(x + h) − f(x − h)) / 2h, with h = ε^(1/3) max(1, |entry|) and
    ε = 2.2e-16, the rounding unit of float64. The formula's own error grows as h², the rounding
    error of f as ε/h; this h balances them, and both stay near ε^(2/3): for a smooth f whose
    values and derivatives are about 1, ten digits are right (Nocedal & Wright 2006, "Numerical
    Optimization", section 8.1). `f` gets a float64 array shaped like `x`, and `x` is not changed.
    Raises `ValueError` if `f` is no function or does not return one number. First shown in
    chapter 01.
    """
    x = check_array("x", x)
    if not callable(f):
        fail("f", "a function of an array", f)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        h = CUBE_ROOT_OF_EPSILON * max(1, abs(x[index]))
        ahead, behind = x.copy(), x.copy()
        ahead[index] += h
        behind[index] -= h
        step = ahead[index] - behind[index]  # as rounded, which is not quite 2h
        with np.errstate(over="ignore", invalid="ignore"):  # `_one_number` refuses what comes
            gradient[index] = (_one_number(f(ahead)) - _one_number(f(behind))) / step
    return gradient


def network_gradients(network, x, y_true):
    """Return the gradient of a `BPNetwork`'s cost by every weight and bias by central differences.

    One number is moved at a time, which costs two forward passes for each: slow, but it shares
    nothing with `backward`, only `forward` and `cost`. Returns a list of arrays
    in the order of `network.gradients`: W and b of the first layer, then of the second, and so on.
    The network is not changed. The course's tests check `backward` with it.
    """
    if not isinstance(network, BPNetwork):
        fail("network", "a BPNetwork", network)
    moved = copy.deepcopy(network)

    def cost_by(parameters, layer):
        def cost(values):
            kept, parameters[layer] = parameters[layer], values
            moved.forward(x)
            parameters[layer] = kept
            return moved.cost(y_true)

        return cost

    return [
        numerical_gradient(cost_by(parameters, layer), parameters[layer])
        for layer in range(len(moved.weights))
        for parameters in (moved.weights, moved.biases)
    ]


@refuse_overflow("found and wanted")
def relative_error(found, wanted):
    """Return max |found − wanted| / max |wanted|, the relative error of an array as a whole.

    Both are arrays of one shape, or lists of such arrays; then the worst array counts, so that a
    layer with small gradients cannot hide behind one with large ones. A list of numbers is one
    array. An array that should be 0 throughout counts with its absolute error. 0 is perfect
    agreement. First used in chapter 01.
    """
    lists = isinstance(found, (list, tuple)) and isinstance(wanted, (list, tuple))
    if not lists or not any(map(_has_axes, (*found, *wanted))):
        return _relative_error("found", found, "wanted", wanted)
    if len(found) != len(wanted):
        raise ValueError(
            f"found must hold as many arrays as wanted, got {len(found)} and {len(wanted)}"
        )
    return max(
        _relative_error(f"found[{i}]", pair[0], f"wanted[{i}]", pair[1])
        for i, pair in enumerate(zip(found, wanted, strict=True))
    )


def _has_axes(part):
    return isinstance(part, (list, tuple)) or getattr(part, "ndim", 0) > 0


def _relative_error(found_name, found, wanted_name, wanted):
    wanted = check_array(wanted_name, wanted)
    found = check_array(found_name, found, shape=wanted.shape)
    scale = np.abs(wanted).max()
    return float(np.abs(found - wanted).max() / (scale if scale > 0 else 1.0))


def _one_number(value):
    number = check_array("the value of f", value)
    if number.size != 1:
        fail("the value of f", "one number", number)
    return number.item()


def layer_gradient_norms(model, x, y, loss):
    """Return the norm of the loss's gradient by the kernel of each Dense layer, in order.

    model: a built Keras model; layers of any other kind may stand between. x, y: a batch. loss: a
    Keras loss or its name. Returns a float64 array with one norm for each Dense layer. The model
    is called as in training (batch normalization uses the batch's statistics) and is not changed.
    Raises `ValueError` for a model without Dense layers, or with models inside. First shown in
    chapter 07.
    """
    import keras
    import tensorflow as tf

    check_dense_model(model)
    kernels = [layer.kernel for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    x = check_batch(model, x)
    with kept_states(model), tf.GradientTape() as tape:
        cost = mean_loss(loss, y, model(x, training=True))
    gradients = tape.gradient(
        cost, [kernel.value for kernel in kernels], unconnected_gradients="zero"
    )
    return np.array([np.linalg.norm(gradient.numpy().astype(np.float64)) for gradient in gradients])


@refuse_overflow("weights and x")
def hidden_signals(weights, x, activation="relu"):
    """Return the signals a = f(z) of each hidden layer, a list of arrays (samples, units).

    weights: kernels and biases of a chain of Dense layers in the order of `model.get_weights()`;
    the last layer, the output, is left out. x: inputs (samples, features). A relu unit is inactive
    for a sample where its signal is 0, and dead on `x` if it is inactive for all. Raises
    `ValueError` for an unknown activation or weights that do not fit. First used in chapter 06.
    """
    f = ACTIVATIONS[check_choice("activation", activation, ACTIVATIONS)].function
    a, signals = check_array("x", x, ndim=2), []
    if not isinstance(weights, (list, tuple)):
        fail("weights", "a list of kernels and biases", weights)
    if len(weights) < 4 or len(weights) % 2:
        fail("weights", "kernels and biases of at least two layers", weights)
    for W, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        W = check_array("weights", W, shape=(a.shape[1], None))
        a = f(a @ W + check_array("weights", b, shape=(W.shape[1],)))
        signals.append(a)
    return signals
