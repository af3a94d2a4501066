"""Read a Keras model of Dense layers with relu or leaky_relu as a chain of matrices in float64.

First used in chapter 06, by `utils.regions`.
"""

import dataclasses

import numpy as np

from utils.validation import fail

# What a function multiplies a negative signal with; a positive one passes unchanged.
SLOPES = {"linear": 1.0, "relu": 0.0, "leaky_relu": 0.2}
OUTPUT_ACTIVATIONS = ("sigmoid", "softmax")
READABLE = (
    "a chain of Dense layers with relu or leaky_relu and a linear, sigmoid or softmax output "
    "(trace the boundary of any other on a grid, with utils.curves.grid_boundary)"
)


@dataclasses.dataclass(frozen=True, eq=False)
class Stage:
    """One layer: z = a W + b, then a = z where z > 0 and `slope` times z elsewhere.

    A `slope` of 1 is a linear layer, which has no neuron that switches.
    """

    name: str
    weights: np.ndarray  # (fan_in, fan_out)
    bias: np.ndarray  # (fan_out,)
    slope: float

    def preactivation(self, a):
        """Return z, shape (N, fan_out), of the signals `a`, shape (N, fan_in), and its noise.

        The noise, shape (fan_out,), is 1e-12 of each neuron's largest sum of absolute values:
        well above rounding error, and what is not above it is 0 in z. Without that a signal that
        is 0 in theory (a dead unit's, or at a vertex on the neuron's line) had a random sign.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            z = a @ self.weights + self.bias
            noise = 1e-12 * (np.abs(a) @ np.abs(self.weights) + np.abs(self.bias)).max(axis=0)
        if not np.isfinite(noise).all():
            raise ValueError(f"the weights up to layer {self.name!r} are so large that z overflows")
        return np.where(np.abs(z) > noise, z, 0), noise

    def activation(self, z):
        """Return a, shape (N, fan_out), of `z`."""
        return np.where(z > 0, z, self.slope * z)


def read_chain(model, probes):
    """Return the model's layers as a list of `Stage` and the name of its output activation.

    model: a built Keras model with two inputs: Dense layers, relu and leaky_relu as their
        activation or as layers of their own (Activation, ReLU, LeakyReLU). A sigmoid or softmax
        at the very end is left out of the stages, so the last one gives the logits.
    probes: points of shape (N, 2). The chain must give there what the model gives, which finds
        a model that has these layers but connects them in another way.

    Raises `ValueError` for any other model, and for weights that are not finite; it names the
    layer.
    """
    import keras

    if not isinstance(model, keras.Model) or not model.built:
        fail("model", "a Keras model that has been built, with two inputs", model)
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    stages, output_activation, width = [], "linear", 2
    for layer in layers:
        slope = _slope(layer)
        if layer is layers[-1] and slope in OUTPUT_ACTIVATIONS:
            output_activation, slope = slope, 1.0
        if slope in OUTPUT_ACTIVATIONS:
            _refuse(f"layer {layer.name!r} in its middle has {slope}")
        stages.append(Stage(layer.name, *_weights(layer, width), slope))
        width = len(stages[-1].bias)
    if not stages:
        fail("model", READABLE, model)
    _compare(model, stages, output_activation, probes)
    return stages, output_activation


def _weights(layer, fan_in):
    """Return the layer's weight matrix and bias; a layer without weights has the identity."""
    import keras

    if not isinstance(layer, keras.layers.Dense):
        return np.eye(fan_in), np.zeros(fan_in)
    weights = np.asarray(keras.ops.convert_to_numpy(layer.kernel), np.float64)
    bias = np.zeros(weights.shape[1])
    if layer.bias is not None:
        bias = np.asarray(keras.ops.convert_to_numpy(layer.bias), np.float64)
    if len(weights) != fan_in:
        raise ValueError(
            f"model must have layers that follow each other, from two inputs on: layer "
            f"{layer.name!r} must take {fan_in} signals, but it takes {len(weights)}"
        )
    if not (np.isfinite(weights).all() and np.isfinite(bias).all()):
        raise ValueError(f"the weights of layer {layer.name!r} must be finite, got NaN or inf")
    return weights, bias


def _slope(layer):
    """Return what the layer multiplies negative signals with, or its output activation's name."""
    import keras

    known = isinstance(layer, (keras.layers.Dense, keras.layers.Activation))
    function = layer.activation if known else layer  # may be a ReLU layer in either case
    name = getattr(function, "__name__", type(function).__name__)
    if isinstance(function, keras.layers.LeakyReLU):
        return float(function.negative_slope)
    if isinstance(function, keras.layers.ReLU):
        if function.max_value is None and function.threshold == 0:
            return float(function.negative_slope)
        _refuse(f"layer {layer.name!r} is a ReLU with a limit or a threshold")
    if known and name in OUTPUT_ACTIVATIONS:
        return name
    if known and name in SLOPES:
        return SLOPES[name]
    _refuse(f"layer {layer.name!r} " + (f"has {name}" if known else f"is {name}"))


def _refuse(reason):
    raise ValueError(f"model must be {READABLE}; {reason}")


def _compare(model, stages, output_activation, probes):
    """Refuse the model if it does not compute what the stages compute."""
    import keras

    a, doubt = probes, np.zeros(2)
    for stage in stages:
        z, noise = stage.preactivation(a)
        a = stage.activation(z)
        with np.errstate(over="ignore", invalid="ignore"):
            doubt = np.sqrt(doubt**2 @ stage.weights**2 + noise**2)  # the layers' errors add up
    wanted = keras.ops.convert_to_numpy(keras.activations.get(output_activation)(a))
    found = keras.ops.convert_to_numpy(model(probes))
    # The noise is 1e-12 of the sums; 1e-5 of them is about a hundred rounding errors of float32.
    if found.shape != wanted.shape or np.abs(found - wanted).max() > 1e7 * doubt.max():
        _refuse("this one has such layers but computes something else than their chain in float32")
