"""The BP network by hand, in NumPy float64, and the same network in Keras.

First used in chapter 01, after a class of 20 lines that does the same without checks.
"""

import inspect

import numpy as np

from utils import losses
from utils.activations import ACTIVATIONS
from utils.validation import check_array, check_choice, check_count, check_number, fail

# The losses a BPNetwork can learn from, each with the activation of the output layer it asks for.
# With these two activations the derivatives of loss and activation cancel, and δ = (Y − T)/N.
LOSSES = {
    "quadratic_cost": None,
    "binary_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
}


class BPNetwork:
    """A multilayer feed-forward network that learns by sending its error back.

    weights, biases: for each layer an array W of shape (fan_in, fan_out), as in Keras, and an
        array b of shape (fan_out,). Other arrays may be put in their place, and `forward` is due
        again (a number changed within an array goes unnoticed); `update` replaces them and changes
        none.
    z, a: after `forward`, the signals before and after each layer's activation, shape (N, fan_out);
        `a[0]` is the input x, so that `a[l + 1]` belongs to `z[l]` and `weights[l]`.
    delta: after `backward`, the error signals δ = ∂E/∂z of each layer, shape (N, fan_out).
    weight_gradients, bias_gradients: after `backward`, ∂E/∂W and ∂E/∂b of each layer.

    Back-propagation is that of Rumelhart, Hinton & Williams (1986), "Learning representations by
    back-propagating errors", equations 4 to 7.
    """

    def __init__(self, layer_sizes, activation="tanh", seed=0, loss="quadratic_cost"):
        """Make a network with random weights, and biases of 0.

        layer_sizes: numbers of neurons, inputs first, such as (2, 3, 1).
        activation: a name of `utils.activations.ACTIVATIONS`, or one for each layer of weights.
        seed: of the weights, uniform between ±√(6 / (fan_in + fan_out)), Keras's default (Glorot &
            Bengio 2010, equation 16).
        loss: quadratic_cost, or binary_crossentropy behind a sigmoid, or categorical_crossentropy
            behind a softmax: the losses of `utils.losses`.
        """
        self.layer_sizes = _sizes("layer_sizes", layer_sizes, at_least=2)
        self.activations = _activations(activation, layers=len(self.layer_sizes) - 1)
        self.loss = check_choice("loss", loss, LOSSES)
        if LOSSES[loss] not in (None, self.activations[-1].name):
            fail("activation", f"{LOSSES[loss]} in the last layer for the loss {loss}", activation)
        random = np.random.default_rng(check_count("seed", seed, minimum=0))
        self.weights, self.biases = [], []
        for fan_in, fan_out in zip(self.layer_sizes[:-1], self.layer_sizes[1:], strict=True):
            limit = np.sqrt(6 / (fan_in + fan_out))
            self.weights.append(random.uniform(-limit, limit, (fan_in, fan_out)))
            self.biases.append(np.zeros(fan_out))
        self.z = self.a = self.delta = self.weight_gradients = self.bias_gradients = None
        self._passed = self._differentiated = None  # `parameters` of the last forward and backward

    def forward(self, x):
        """Send the samples x, shape (N, inputs), forward; return the outputs Y, (N, outputs)."""
        self.z, self.a = [], [check_array("x", x, shape=(None, self.layer_sizes[0]))]
        for W, b, f in zip(self.weights, self.biases, self.activations, strict=True):
            self.z.append(self.a[-1] @ W + b)
            self.a.append(f.function(self.z[-1]))
        self._passed = self.parameters
        return self.a[-1]

    def backward(self, y_true):
        """Send the error of the last `forward` back; y_true: targets T, shape (N, outputs)."""
        self._require(self._are_present(self._passed), "backward", "forward(x)")
        T, Y, N = self._targets(y_true), self.a[-1], len(self.a[-1])
        error = (Y - T) / N  # ∂E/∂Y of the quadratic cost, but ∂E/∂z of the cross-entropies
        cancels = LOSSES[self.loss] is not None
        self.delta = [error if cancels else self.activations[-1].chain(error, self.z[-1])]
        for layer in reversed(range(1, len(self.weights))):
            error = self.delta[0] @ self.weights[layer].T  # ∂E/∂a of the layer before
            f, z = self.activations[layer - 1], self.z[layer - 1]
            self.delta.insert(0, f.chain(error, z))  # ∂E/∂z = ∂E/∂a · f′(z)
        self.weight_gradients = [a.T @ d for a, d in zip(self.a[:-1], self.delta, strict=True)]
        self.bias_gradients = [d.sum(axis=0) for d in self.delta]
        self._differentiated = self._passed

    def update(self, learning_rate):
        """Move every weight and bias against its gradient: w ← w − η ∂E/∂w, η the learning rate."""
        self._require(self._are_present(self._differentiated), "update", "backward(y_true)")
        eta = check_number("learning_rate", learning_rate, positive=True)
        steps = [-eta * gradient for gradient in self.gradients]
        self.weights = [W + step for W, step in zip(self.weights, steps[::2], strict=True)]
        self.biases = [b + step for b, step in zip(self.biases, steps[1::2], strict=True)]

    @property
    def parameters(self):
        """The weights and biases in Keras's order: W and b of the first layer, of the second, …"""
        return [part for pair in zip(self.weights, self.biases, strict=True) for part in pair]

    @property
    def gradients(self):
        """The gradients of the last `backward`, in the order of `parameters`."""
        self._require(self.delta is not None, "gradients", "backward(y_true)")
        pairs = zip(self.weight_gradients, self.bias_gradients, strict=True)
        return [part for pair in pairs for part in pair]

    def cost(self, y_true):
        """Return E of the last `forward`: inf or NaN where training diverges, without a warning."""
        self._require(self.a is not None, "cost", "forward(x)")
        T, Y, z = self._targets(y_true), self.a[-1], self.z[-1]
        if not np.isfinite(z).all():
            return np.nan
        with np.errstate(over="ignore", invalid="ignore"):
            if self.loss == "quadratic_cost":
                return np.sum((T - Y) ** 2) / (2 * len(T))
            loss = inspect.unwrap(getattr(losses, self.loss))  # which does not refuse to overflow
            return loss(T, z, from_logits=True)  # no output is too small for that

    def fit(self, x, y_true, learning_rate, epochs, batch_size=None, shuffle_seed=None):
        """Repeat forward, backward and update; return the cost of each epoch, shape (epochs,).

        x, y_true: all samples, (N, inputs) and (N, outputs). batch_size: samples per update, all
        by default. shuffle_seed: of a new order of the samples in each epoch; without it they keep
        theirs. The cost of an epoch is the mean over its samples, each before the update it takes
        part in, as in Keras's history. A network that diverges runs on to NaN.
        """
        x = check_array("x", x, shape=(None, self.layer_sizes[0]))
        y_true = check_array("y_true", y_true, shape=(len(x), self.layer_sizes[-1]))
        batch_size = len(x) if batch_size is None else check_count("batch_size", batch_size)
        order, costs = np.arange(len(x)), np.zeros(check_count("epochs", epochs))
        if shuffle_seed is not None:
            random = np.random.default_rng(check_count("shuffle_seed", shuffle_seed, minimum=0))
        with np.errstate(over="ignore", invalid="ignore"):  # divergence is something to look at
            for epoch in range(len(costs)):
                if shuffle_seed is not None:
                    random.shuffle(order)
                for batch in np.split(order, range(batch_size, len(x), batch_size)):
                    self.forward(x[batch])
                    self.backward(y_true[batch])
                    costs[epoch] += self.cost(y_true[batch]) * len(batch) / len(x)
                    self.update(learning_rate)
        return costs

    def to_keras(self, dtype="float64"):
        """Return an uncompiled `keras.Sequential` with the same layers, weights and biases.

        dtype: float64, in which both agree to rounding, or float32, Keras's default.
        """
        names = [f.name for f in self.activations]
        model = _sequential(self.layer_sizes, names, dtype=check_choice("dtype", dtype, FLOATS))
        model.set_weights(self.parameters)
        return model

    def _targets(self, y_true):
        return check_array("y_true", y_true, shape=self.a[-1].shape)

    def _are_present(self, parameters):
        """Return whether `parameters`, noted earlier, are the arrays that the network has now."""
        now = self.parameters
        return parameters is not None and all(
            old is new for old, new in zip(parameters, now, strict=True)
        )

    def _require(self, fulfilled, what, call):
        if not fulfilled:
            raise ValueError(f"{what} needs {call} of the present weights: call {call} first")


FLOATS = ("float32", "float64")


def build_mlp(
    hidden_units,
    activation="relu",
    *,
    inputs,
    outputs=1,
    output_activation=None,
    kernel_initializer="glorot_uniform",
    bias_initializer="zeros",
    seed=None,
    dtype="float32",
):
    """Return an uncompiled `keras.Sequential` of Dense layers: the BP network in Keras.

    hidden_units: the width of each hidden layer, such as (8, 8), or () for none.
    activation, output_activation: names of `utils.activations.ACTIVATIONS`; None is purelin.
    inputs, outputs: numbers of features and of outputs.
    kernel_initializer, bias_initializer: names or objects of `keras.initializers`, without a seed
        of their own: Keras would start every layer of the same shape with the same weights.
    seed: of all weights; by default `keras.utils.set_random_seed` decides.
    The layers are named hidden_1, hidden_2, …, output. First used in chapter 01.
    """
    hidden = _sizes("hidden_units", hidden_units, at_least=0)
    sizes = (check_count("inputs", inputs), *hidden, check_count("outputs", outputs))
    check_choice("activation", activation, ACTIVATIONS)
    output_activation = "purelin" if output_activation is None else output_activation
    check_choice("output_activation", output_activation, ACTIVATIONS)
    check_choice("dtype", dtype, FLOATS)
    if seed is not None:
        check_count("seed", seed, minimum=0)
    return _sequential(
        sizes,
        [activation] * len(hidden) + [output_activation],
        dtype=dtype,
        initializers=(kernel_initializer, bias_initializer),
        seed=seed,
    )


def _sequential(sizes, names, dtype, initializers=("glorot_uniform", "zeros"), seed=None):
    import keras  # here, not above: the network by hand does without it

    seeds = [None] * 2 * len(names)
    if seed is not None:
        # One for each kernel, then one for each bias: with its kernel's, a bias would repeat it.
        seeds = np.random.SeedSequence(seed).generate_state(2 * len(names)).tolist()
    model = keras.Sequential([keras.Input((sizes[0],), name="inputs", dtype=dtype)], name="mlp")
    for number, (units, name) in enumerate(zip(sizes[1:], names, strict=True), 1):
        kernel, bias = (
            _initializer(f"{part}_initializer", initializer, seed)
            for part, initializer, seed in zip(
                ("kernel", "bias"), initializers, seeds[number - 1 :: len(names)], strict=True
            )
        )
        layer = keras.layers.Dense(
            units,
            activation=_keras_activation(name),
            kernel_initializer=kernel,
            bias_initializer=bias,
            dtype=dtype,
            name="output" if number == len(names) else f"hidden_{number}",
        )
        model.add(layer)
    return model


def _keras_activation(name):
    import keras

    if name == "sign":
        from utils.keras_objects import sign

        return sign
    return keras.activations.get("linear" if name == "purelin" else name)


def _initializer(argument, initializer, seed):
    """Return a new initializer of the same kind for one layer, with `seed` if it draws numbers."""
    import keras

    if not isinstance(initializer, (str, dict)) and not callable(initializer):
        fail(argument, "a name or an object of keras.initializers", initializer)
    try:
        initializer = keras.initializers.get(initializer)
    except (TypeError, ValueError):
        fail(argument, "a name or an object of keras.initializers", initializer)
    if not isinstance(initializer, keras.initializers.Initializer):
        return initializer
    config = initializer.get_config()
    if config.get("seed") is not None:
        fail(argument, "without a seed of its own; pass seed= to build_mlp", config)
    return type(initializer).from_config(config | ({"seed": seed} if "seed" in config else {}))


def _sizes(name, sizes, at_least):
    try:
        sizes = tuple(sizes)
    except TypeError:
        fail(name, "a sequence of numbers of neurons", sizes)
    if len(sizes) < at_least:
        fail(name, f"at least {at_least} numbers of neurons", sizes)
    return tuple(check_count(name, size) for size in sizes)


def _activations(activation, layers):
    try:
        names = [activation] * layers if isinstance(activation, str) else list(activation)
    except TypeError:
        names = []
    if len(names) != layers:
        fail("activation", f"a name, or {layers} names, one for each layer of weights", activation)
    return tuple(ACTIVATIONS[check_choice("activation", name, ACTIVATIONS)] for name in names)
