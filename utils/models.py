"""The BP network by hand, in NumPy float64, and a builder of the same network in Keras.

First shown in chapter 01, where the lines of forward, backward and update stand in the notebook.
"""

import numpy as np

from utils.activations import ACTIVATIONS
from utils.losses import quadratic_cost_gradient
from utils.validation import check_array, check_choice, check_count, check_number, fail


class BPNetwork:
    """A multilayer feed-forward network that learns by sending its error back.

    Layer l has a weight matrix of shape (fan_in, fan_out), as in Keras, and a bias:
    z = a W + b, a = f(z), the first a being the input x of shape (N, inputs). After `forward`,
    `z` and `a` hold the signals of every layer (`a[0]` is x); after `backward`, `delta` holds
    δ = ∂E/∂z of every layer, shape (N, fan_out), and `weight_gradients` and `bias_gradients` what
    `update` subtracts. The error goes back as in Rumelhart, Hinton & Williams (1986), "Learning
    representations by back-propagating errors", equations 4 to 7.
    """

    def __init__(self, layer_sizes, activation="tanh", seed=0):
        """Make a network with random weights and biases of 0.

        layer_sizes: numbers of neurons, inputs first, such as (2, 3, 1).
        activation: a name of `utils.activations.ACTIVATIONS`, or one per layer of weights.
        seed: of the weights, uniform in ±√(6 / (fan_in + fan_out)) as Keras's default is
            (Glorot & Bengio 2010, equation 16).
        """
        sizes = _sizes("layer_sizes", layer_sizes, at_least=2)
        names = [activation] * (len(sizes) - 1) if isinstance(activation, str) else list(activation)
        if len(names) != len(sizes) - 1:
            fail("activation", f"a name or {len(sizes) - 1} names, one per layer", activation)
        self.activations = [ACTIVATIONS[check_choice("activation", n, ACTIVATIONS)] for n in names]
        random = np.random.default_rng(check_count("seed", seed, minimum=0))
        pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
        limits = [np.sqrt(6 / (fan_in + fan_out)) for fan_in, fan_out in pairs]
        self.weights = [random.uniform(-s, s, pair) for s, pair in zip(limits, pairs, strict=True)]
        self.biases = [np.zeros(fan_out) for _, fan_out in pairs]
        self.z = self.a = self.delta = self.weight_gradients = self.bias_gradients = None

    def forward(self, x):
        """Send the samples `x`, shape (N, inputs), forward; return the output, (N, outputs)."""
        self.a = [check_array("x", x, shape=(None, len(self.weights[0])))]
        self.z = []
        for W, b, f in zip(self.weights, self.biases, self.activations, strict=True):
            self.z.append(self.a[-1] @ W + b)
            self.a.append(f.function(self.z[-1]))
        return self.a[-1]

    def backward(self, y_true, loss_gradient=quadratic_cost_gradient):
        """Send the error of the last forward pass back; fill `delta` and the gradients.

        y_true: targets, shape (N, outputs). loss_gradient: function of (y_true, y_pred) that
        returns ∂E/∂y_pred; by default that of the quadratic cost. Softmax in the last layer with
        `utils.losses.categorical_crossentropy_gradient` gives δ = (p − t)/N.
        """
        if self.a is None:
            raise ValueError("backward needs the signals of a forward pass: call forward(x) first")
        error = loss_gradient(check_array("y_true", y_true, shape=self.a[-1].shape), self.a[-1])
        self.delta = []
        for W, z, f in reversed(list(zip(self.weights, self.z, self.activations, strict=True))):
            self.delta.insert(0, _through(f, z, error))
            error = self.delta[0] @ W.T
        self.weight_gradients = [a.T @ d for a, d in zip(self.a[:-1], self.delta, strict=True)]
        self.bias_gradients = [d.sum(axis=0) for d in self.delta]

    def update(self, learning_rate):
        """Move every weight and bias by `learning_rate` times its gradient, downhill."""
        learning_rate = check_number("learning_rate", learning_rate, positive=True)
        if self.delta is None:
            raise ValueError("update needs gradients: call backward(y_true) first")
        for W, dW in zip(self.weights, self.weight_gradients, strict=True):
            W -= learning_rate * dW
        for b, db in zip(self.biases, self.bias_gradients, strict=True):
            b -= learning_rate * db

    def to_keras(self, dtype="float64"):
        """Return a `keras.Sequential` with the same layers, activations, weights and biases."""
        sizes = [len(self.weights[0]), *map(len, self.biases)]
        model = _sequential(sizes, [f.name for f in self.activations], dtype=dtype)
        both = zip(self.weights, self.biases, strict=True)
        model.set_weights([array for pair in both for array in pair])
        return model


def _through(activation, z, error):
    """Return δ: the error behind an activation, ∂E/∂a, carried through it to ∂E/∂z."""
    slope = activation.derivative(z)
    if slope.ndim > z.ndim:  # softmax: every output depends on every input
        return np.einsum("nj,njk->nk", error, slope)
    return error * slope


def build_mlp(
    hidden_units,
    activation="relu",
    *,
    inputs,
    outputs=1,
    output_activation="purelin",
    kernel_initializer="glorot_uniform",
    bias_initializer="zeros",
    dtype=None,
):
    """Return an uncompiled `keras.Sequential` of Dense layers: the BP network in Keras.

    hidden_units: the width of each hidden layer, such as (8, 8), or () for none.
    activation, output_activation: names of `utils.activations.ACTIVATIONS`, or Keras's own.
    inputs, outputs: numbers of features and of outputs.
    kernel_initializer, bias_initializer: as in `keras.layers.Dense`. Seed Keras before for the same
    weights each time. The layers are called hidden_1, hidden_2, …, output. First used in
    chapter 01.
    """
    hidden = _sizes("hidden_units", hidden_units, at_least=0)
    sizes = [check_count("inputs", inputs), *hidden, check_count("outputs", outputs)]
    activations = [activation] * len(hidden) + [output_activation]
    return _sequential(
        sizes,
        activations,
        dtype=dtype,
        kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer,
    )


def _sequential(sizes, activations, **options):
    import keras  # here, not above: the network by hand does without it

    own_names = {"purelin": "linear", "sign": keras.ops.sign}
    names = [f"hidden_{number}" for number in range(1, len(activations))] + ["output"]
    layers = [keras.Input((sizes[0],), dtype=options.get("dtype"))]
    for units, activation, name in zip(sizes[1:], activations, names, strict=True):
        try:
            function = keras.activations.get(own_names.get(activation, activation))
        except (TypeError, ValueError):
            fail("activation", "one of " + ", ".join(ACTIVATIONS) + " or Keras's own", activation)
        layers.append(keras.layers.Dense(units, function, name=name, **options))
    return keras.Sequential(layers)


def _sizes(name, sizes, at_least):
    try:
        sizes = list(sizes)
    except TypeError:
        fail(name, "a sequence of numbers of neurons", sizes)
    if len(sizes) < at_least:
        fail(name, f"at least {at_least} numbers of neurons", sizes)
    return [check_count(name, size) for size in sizes]
