"""Signals in many deep random networks at once: how large they are, layer by layer.

A network of equal layers with weights of mean 0, in NumPy and float64, stacked so that one matrix
product serves all networks. First used in chapter 07. For the theory see Glorot & Bengio (2010),
"Understanding the difficulty of training deep feedforward neural networks", section 4.2, and He,
Zhang, Ren & Sun (2015), "Delving deep into rectifiers", section 2.2.
"""

import dataclasses

import numpy as np

from utils.activations import ACTIVATIONS
from utils.validation import check_array, check_choice, check_count, check_number, fail

DISTRIBUTIONS = ("normal", "uniform")


@dataclasses.dataclass(frozen=True, eq=False)
class Signals:
    """What flows through random networks; each array has the shape (networks, layers).

    delta: mean square of δ = ∂E/∂z over samples and neurons.
    gradient: root mean square, over samples, of the norm of ∂E/∂W for a single sample.
    slope: mean square of f'(z) over samples and neurons.
    activation: mean square of a = f(z).
    """

    delta: np.ndarray
    gradient: np.ndarray
    slope: np.ndarray
    activation: np.ndarray


def random_signals(
    activation,
    depth,
    width,
    weight_scale=1.0,
    *,
    networks=32,
    samples=8,
    input_scale=1.0,
    distribution="normal",
    seed=0,
):
    """Send signals forward and δ backward through random networks; return their `Signals`.

    Each of `depth` layers has `width` neurons, biases 0 and weights of variance
    weight_scale² / width, "normal" or "uniform". The inputs are normal with deviation
    `input_scale`; behind the last layer stands a random gradient ∂E/∂a, normal with variance
    1 / width, independent of all else. First shown in chapter 07.
    """
    f = _activation(activation)
    depth, width = check_count("depth", depth), check_count("width", width)
    check_number("weight_scale", weight_scale, minimum=0)
    check_number("input_scale", input_scale, minimum=0)
    networks, samples = check_count("networks", networks), check_count("samples", samples)
    check_choice("distribution", distribution, DISTRIBUTIONS)
    random = np.random.default_rng(check_count("seed", seed, minimum=0))
    weights = weight_scale * _unit_weights(random, depth, networks, width, distribution)
    x = input_scale * random.normal(size=(networks, samples, width))
    upstream = random.normal(0, width**-0.5, (networks, samples, width))
    z, a = _forward(f, weights, x)
    return _backward(f, weights, z, a, upstream)


def delta_ratios(activation, depths, weight_scales, width=64, *, networks=32, seed=0):
    """Return how δ in the first layer compares with δ in the last.

    Array (depths, weight scales, networks) of the root mean square of δ in the first layer over
    that in the last, in networks as `random_signals` makes them. The network of a smaller depth is
    the front part
    of that of a larger one, and all scales share their random numbers. NaN where δ vanishes, or
    overflows, in both layers. First shown in chapter 07.
    """
    f = _activation(activation)
    if not isinstance(depths, (list, tuple, range, np.ndarray)):
        fail("depths", "a list of depths", depths)
    depths = [check_count("depths", depth) for depth in depths]
    scales = check_array("weight_scales", weight_scales, ndim=1)
    networks, width = check_count("networks", networks), check_count("width", width)
    if not depths or not len(scales):
        fail("depths and weight_scales", "not empty", [depths, scales])
    random = np.random.default_rng(check_count("seed", seed, minimum=0))
    unit = _unit_weights(random, max(depths), networks, width, "normal")
    x = random.normal(size=(networks, 2, width))
    upstream = random.normal(0, width**-0.5, (networks, 2, width))
    ratios = np.empty((len(depths), len(scales), networks))
    for column, scale in enumerate(scales):
        weights = scale * unit
        z, a = _forward(f, weights, x)
        for row, depth in enumerate(depths):
            delta = _backward(f, weights[:depth], z[:depth], a[: depth + 1], upstream).delta
            with np.errstate(invalid="ignore", divide="ignore"):
                ratios[row, column] = (delta[:, 0] / delta[:, -1]) ** 0.5
    return ratios


def _activation(name):
    check_choice("activation", name, [n for n in ACTIVATIONS if n != "softmax"])
    return ACTIVATIONS[name]


def _unit_weights(random, depth, networks, width, distribution):
    """Return weights (depth, networks, width, width) of variance 1 / width."""
    shape = (depth, networks, width, width)
    if distribution == "normal":
        return random.normal(0, width**-0.5, shape)
    return random.uniform(-((3 / width) ** 0.5), (3 / width) ** 0.5, shape)


def _forward(f, weights, x):
    """Return the lists of z (from layer 1) and of a (from the input, layer 0)."""
    z, a = [], [x]
    with np.errstate(over="ignore", invalid="ignore"):
        for W in weights:
            z.append(a[-1] @ W)
            a.append(f.function(z[-1]))
    return z, a


def _backward(f, weights, z, a, upstream):
    """Send the gradient `upstream` by the last a back; return the `Signals`."""
    found = [[], [], [], []]
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in reversed(range(len(weights))):
            slope = f.derivative(z[layer])
            delta = upstream * slope
            squares = (delta**2).sum(axis=2) * (a[layer] ** 2).sum(axis=2)
            row = (
                (delta**2).mean(axis=(1, 2)),
                squares.mean(axis=1) ** 0.5,
                (slope**2).mean(axis=(1, 2)),
                (a[layer + 1] ** 2).mean(axis=(1, 2)),
            )
            for values, value in zip(found, row, strict=True):
                values.insert(0, value)
            upstream = delta @ weights[layer].transpose(0, 2, 1)
    return Signals(*(np.stack(values, axis=1) for values in found))
