"""The network by hand against GradientTape, central differences and Keras; planted mistakes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from utils import losses
from utils.activations import ACTIVATIONS
from utils.diagnostics import network_gradients, numerical_gradient, relative_error
from utils.models import LOSSES, BPNetwork, build_mlp

XOR_X, XOR_T = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])

NETWORKS = [  # sizes, activation, loss: every activation, hidden and in the output layer
    ((2, 3, 1), "tanh", "quadratic_cost"),
    ((2, 3, 1), "sigmoid", "quadratic_cost"),
    ((3, 5, 4, 2), "softsign", "quadratic_cost"),
    ((2, 1), "purelin", "quadratic_cost"),
    ((1, 6, 5, 4, 3, 2), ("tanh", "relu", "silu", "gelu", "purelin"), "quadratic_cost"),
    ((4, 6, 3), ("elu", "softmax"), "quadratic_cost"),
    ((4, 3, 3, 2), ("softmax", "selu", "leaky_relu"), "quadratic_cost"),
    ((3, 4, 5), ("tanh", "softmax"), "categorical_crossentropy"),
    ((3, 4, 1), ("relu", "sigmoid"), "binary_crossentropy"),
    ((3, 4, 2), ("softmax", "sigmoid"), "binary_crossentropy"),
]


def make(sizes, activation, loss="quadratic_cost", samples=9):
    """Return a network after one pass, with biases that are not 0, which would hide mistakes."""
    random = np.random.default_rng(0)
    network = BPNetwork(sizes, activation, seed=1, loss=loss)
    network.biases = [random.normal(size=b.shape) / 3 for b in network.biases]
    x, T = random.normal(size=(samples, sizes[0])), random.normal(size=(samples, sizes[-1]))
    if loss == "binary_crossentropy":
        T = (T > 0).astype(float)
    elif loss == "categorical_crossentropy":
        T = np.eye(sizes[-1])[T.argmax(axis=1)]
    network.forward(x)
    network.backward(T)
    return network, x, T


def by_tape(network, x, T):
    """Return TensorFlow's gradients of the same network, made of its own float64 operations."""
    parameters = [tf.Variable(part) for part in network.parameters]
    functions = [ORACLES.get(f.name) or keras.activations.get(f.name) for f in network.activations]
    with tf.GradientTape() as tape:
        a = tf.constant(x)
        for W, b, function in zip(parameters[::2], parameters[1::2], functions, strict=True):
            a = function(a @ W + b)
        errors = {
            "quadratic_cost": lambda: (T - a) ** 2 / 2,
            "binary_crossentropy": lambda: -T * tf.math.log(a) - (1 - T) * tf.math.log(1 - a),
            "categorical_crossentropy": lambda: -T * tf.math.log(a),
        }[network.loss]()
        E = tf.reduce_sum(errors) / len(x)
    return E.numpy(), [gradient.numpy() for gradient in tape.gradient(E, parameters)]


ORACLES = {  # where Keras has another name, or keeps a constant in float32
    "purelin": tf.identity,
    "leaky_relu": lambda z: tf.where(z > 0, z, tf.constant(0.2, tf.float64) * z),
    "gelu": lambda z: z * tf.math.erfc(-z / tf.sqrt(tf.constant(2.0, tf.float64))) / 2,
}


@pytest.mark.parametrize(("sizes", "activation", "loss"), NETWORKS)
def test_cost_and_every_gradient_equal_tape_and_central_differences(sizes, activation, loss):
    network, x, T = make(sizes, activation, loss)
    cost, gradients = by_tape(network, x, T)
    assert network.cost(T) == pytest.approx(cost, rel=1e-12)
    assert relative_error(network.gradients, gradients) < 1e-12
    assert relative_error(network.gradients, network_gradients(network, x, T)) < 1e-7


def test_every_activation_has_been_checked():
    checked = {name for _, names, _ in NETWORKS for name in np.atleast_1d(names)}
    assert checked == set(ACTIVATIONS) - {"sign"}


def test_keras_tape_finds_the_same_gradients():
    network, x, T = make((2, 4, 3, 2), ("tanh", "softsign", "purelin"))
    model = network.to_keras()
    with tf.GradientTape() as tape:
        E = tf.reduce_sum((T - model(x)) ** 2) / (2 * len(x))
    gradients = [g.numpy() for g in tape.gradient(E, model.trainable_variables)]
    assert relative_error(network.gradients, gradients) < 1e-12


def test_delta_is_the_derivative_by_z():
    network, x, T = make((2, 3, 1), "tanh")

    def cost(z):
        return losses.quadratic_cost(
            T, np.tanh(np.tanh(z) @ network.weights[1] + network.biases[1])
        )

    assert relative_error(network.delta[0], numerical_gradient(cost, network.z[0])) < 1e-8


def test_signals_by_hand():
    """One neuron behind one neuron, all numbers computed on paper."""
    network = BPNetwork((1, 1, 1), ("relu", "purelin"))
    network.weights, network.biases = [np.array([[2.0]]), np.array([[-3.0]])], [np.ones(1)] * 2
    assert network.forward([[1.0], [-2.0]]).tolist() == [[-8], [1]]
    assert [z.tolist() for z in network.z] == [[[3], [-3]], [[-8], [1]]]
    assert [a.tolist() for a in network.a] == [[[1], [-2]], [[3], [0]], [[-8], [1]]]
    network.backward([[-10.0], [5.0]])
    assert network.cost([[-10.0], [5.0]]) == (4 + 16) / 4
    assert [d.tolist() for d in network.delta] == [[[-3], [0]], [[1], [-2]]]
    assert [g.tolist() for g in network.gradients] == [[[-3]], [-3], [[3]], [-1]]
    network.update(0.5)
    assert [p.tolist() for p in network.parameters] == [[[3.5]], [2.5], [[-4.5]], [1.5]]


@pytest.mark.parametrize(
    ("activation", "loss"),
    [("softmax", "categorical_crossentropy"), ("sigmoid", "binary_crossentropy")],
)
def test_cross_entropies_bear_saturated_outputs(activation, loss, recwarn):
    network = BPNetwork((1, 2), activation, loss=loss)
    network.weights = [np.array([[1000.0, -1000.0]])]
    p = network.forward([[1.0]])
    network.backward([[0.0, 1.0]])
    np.testing.assert_array_equal(network.delta[0], p - [[0, 1]])
    assert network.cost([[0.0, 1.0]]) == 2000
    assert not recwarn.list


# --- mistakes that the check must see


def mistake_at_a(network, x, T):
    error = network.delta[1] @ network.weights[1].T
    delta = error * network.activations[0].derivative(network.a[1])
    return [x.T @ delta, delta.sum(axis=0), *network.gradients[2:]]


MISTAKES = {
    "derivative at a": mistake_at_a,
    "biases forgotten": lambda n, x, T: [g * (g.ndim == 2) for g in n.gradients],
    "no 1/N": lambda n, x, T: [g * len(x) for g in n.gradients],
    "sign": lambda n, x, T: [-g for g in n.gradients],
    "no 1/2 in the cost": lambda n, x, T: [2 * g for g in n.gradients],
    "output layer without its slope": lambda n, x, T: (
        n.gradients[:2] + [n.a[1].T @ (n.a[2] - T) / len(x), n.gradients[3]]
    ),
    "output layer left out": lambda n, x, T: n.gradients[:2] + [0 * g for g in n.gradients[2:]],
    "one weight 1 per mille off": lambda n, x, T: (
        [n.gradients[0] * np.where(np.arange(5) == n.gradients[0][0].argmax(), 1.001, 1)]
        + n.gradients[1:]
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_planted_mistakes_are_caught(mistake):
    network, x, T = make((3, 5, 2), "sigmoid")
    wanted = network_gradients(network, x, T)
    assert relative_error(network.gradients, wanted) < 1e-7
    assert relative_error(MISTAKES[mistake](network, x, T), wanted) > 1e-4


# --- learning


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("outputs", [1, 3])
def test_training_gives_keras_losses(activation, outputs):
    network, x, T = make((2, 6, 6, outputs), activation, samples=20)
    model = network.to_keras("float32")
    model.compile(keras.optimizers.SGD(0.05), losses.QuadraticCost())
    history = model.fit(x, T, epochs=5, batch_size=8, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(network.fit(x, T, 0.05, 5, batch_size=8), history, rtol=1e-5)
    np.testing.assert_allclose(network.forward(x), model(x), atol=1e-5)


def test_cross_entropy_training_gives_keras_losses():
    network, x, T = make((2, 6, 4), ("tanh", "softmax"), "categorical_crossentropy", samples=20)
    model = network.to_keras("float32")
    model.compile(keras.optimizers.SGD(0.5), "categorical_crossentropy")
    history = model.fit(x, T, epochs=5, batch_size=20, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(network.fit(x, T, 0.5, 5), history, rtol=1e-5)


def test_fit_is_the_loop_and_learns_xor():
    by_hand, by_fit = (BPNetwork((2, 3, 1), "tanh", seed=0) for _ in range(2))
    costs = []
    for _ in range(500):
        by_hand.forward(XOR_X)
        by_hand.backward(XOR_T)
        costs.append(by_hand.cost(XOR_T))
        by_hand.update(0.5)
    np.testing.assert_array_equal(by_fit.fit(XOR_X, XOR_T, 0.5, 500), costs)
    assert ((by_fit.forward(XOR_X) > 0.5) == XOR_T).all()


def test_shuffling_uses_every_sample_once_an_epoch_and_obeys_its_seed():
    x = np.arange(10.0)[:, None]
    seen = []

    class Watched(BPNetwork):
        def forward(self, x):
            seen.append(x[:, 0].tolist())
            return super().forward(x)

    Watched((1, 1)).fit(x, x / 10, 0.01, epochs=2, batch_size=4, shuffle_seed=0)
    first, second = sum(seen[:3], []), sum(seen[3:], [])
    assert [len(batch) for batch in seen] == [4, 4, 2] * 2
    assert sorted(first) == sorted(second) == x[:, 0].tolist() and first != second
    runs = [BPNetwork((1, 1)).fit(x, x / 10, 0.01, 3, 4, shuffle_seed=s) for s in (5, 5, 6)]
    assert runs[0].tolist() == runs[1].tolist() != runs[2].tolist()


def test_a_network_that_diverges_runs_on_to_nan_without_a_warning(recwarn):
    network = BPNetwork((1, 1), "purelin")
    costs = network.fit([[1.0], [2.0]], [[1.0], [-2.0]], learning_rate=1e100, epochs=6)
    assert np.isfinite(costs[0]) and np.isnan(costs[-1])
    assert not recwarn.list


@pytest.mark.parametrize(
    ("output", "loss"),
    [("softmax", "categorical_crossentropy"), ("sigmoid", "binary_crossentropy")],
)
def test_a_cross_entropy_that_diverges_runs_on_too(output, loss, recwarn):
    random = np.random.default_rng(0)
    x, T = random.normal(size=(12, 2)), np.eye(3)[random.integers(3, size=12)]
    ends = []
    for rate in np.logspace(0, 12, 25):
        costs = BPNetwork((2, 8, 3), ("relu", output), loss=loss).fit(x, T, rate, epochs=300)
        assert np.isfinite(costs[0])
        ends.append(costs[-1])
    assert np.isfinite(ends[0]) and np.isnan(ends).any()
    assert not recwarn.list


def test_a_cost_too_large_for_float64_is_infinite(recwarn):
    network = BPNetwork((1, 2), "sigmoid", loss="binary_crossentropy")
    network.weights = [np.array([[1.5e308, 1.5e308]])]
    network.forward([[1.0]])
    assert network.cost([[0.0, 0.0]]) == np.inf
    network = BPNetwork((1, 1), "purelin")
    network.forward([[1.0]])
    assert network.cost([[1e200]]) == np.inf
    assert not recwarn.list


def test_sign_learns_nothing():
    network, x, T = make((2, 3, 1), "sign")
    before = network.parameters
    network.update(10.0)
    for old, new in zip(before, network.parameters, strict=True):
        np.testing.assert_array_equal(old, new)


def test_nothing_given_or_handed_out_is_changed():
    network, x, T = make((2, 3, 1), "tanh")
    weights, kept = network.weights, [W.copy() for W in network.weights]
    x_kept, T_kept = x.copy(), T.copy()
    network.update(0.1)
    network.fit(x, T, 0.1, 2, shuffle_seed=0)
    assert np.array_equal(x, x_kept) and np.array_equal(T, T_kept)
    for old, copy in zip(weights, kept, strict=True):
        np.testing.assert_array_equal(old, copy)  # weights noted before an update stay as noted


def test_the_seed_decides_the_weights_within_glorots_limit():
    first, same, other = (BPNetwork((20, 30, 1), seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.weights[0], same.weights[0])
    assert not np.array_equal(first.weights[0], other.weights[0])
    limit = np.sqrt(6 / 50)
    assert 0.95 * limit < np.abs(first.weights[0]).max() <= limit and not first.biases[0].any()


# --- Keras


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_to_keras_computes_the_same_and_survives_saving(activation, tmp_path):
    network = BPNetwork((3, 4, 2), activation, seed=2)
    x = np.random.default_rng(0).normal(size=(5, 3))
    model = network.to_keras()
    np.testing.assert_allclose(model(x), network.forward(x), rtol=1e-6, atol=1e-7)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(x), model(x))


def test_build_mlp_names_and_activations():
    model = build_mlp((4, 5), "purelin", inputs=2, outputs=3, output_activation="softmax")
    assert [layer.name for layer in model.layers] == ["hidden_1", "hidden_2", "output"]
    assert [layer.activation.__name__ for layer in model.layers] == ["linear", "linear", "softmax"]
    assert (model.name, model.input_shape, model.output_shape) == ("mlp", (None, 2), (None, 3))
    assert build_mlp((), inputs=2).count_params() == 3
    assert build_mlp((2,), inputs=2).layers[-1].activation.__name__ == "linear"
    assert build_mlp((2,), inputs=2, dtype="float64").weights[0].dtype == "float64"


def test_build_mlp_seeds_every_layer_differently():
    def weights(**options):
        return build_mlp((6, 6), inputs=6, **options).get_weights()[::2]

    once, again, other = weights(seed=1), weights(seed=1), weights(seed=2)
    np.testing.assert_array_equal(np.stack(once[:2]), np.stack(again[:2]))
    assert not np.allclose(once[0], other[0])
    he = keras.initializers.HeNormal()
    for made in (once, weights(kernel_initializer=he), weights(kernel_initializer=he, seed=1)):
        assert not np.allclose(made[0], made[1])  # one initializer object, different draws


def test_build_mlp_follows_keras_seed():
    made = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        made.append(build_mlp((4,), inputs=2).get_weights()[0])
    np.testing.assert_array_equal(*made)


def test_build_mlp_uses_the_initializers():
    small = keras.initializers.RandomUniform(0.5, 0.6)
    model = build_mlp((4,), inputs=2, kernel_initializer=small, bias_initializer="ones", seed=0)
    W, b, *_ = model.get_weights()
    assert W.min() >= 0.5 and W.max() <= 0.6 and (b == 1).all()


# --- bad input


def stale():
    network, _, T = make((2, 1), "tanh")
    network.update(0.1)
    return network, T


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BPNetwork((2,)), "layer_sizes must be at least 2 numbers"),
        (lambda: BPNetwork(3), "layer_sizes must be a sequence"),
        (lambda: BPNetwork((2, 0)), "layer_sizes must be a whole number of at least 1"),
        (lambda: BPNetwork((2, 1.5)), "layer_sizes must be a whole number"),
        (lambda: BPNetwork((2, 1), "step"), "activation must be one of sign, purelin"),
        (lambda: BPNetwork((2, 1), None), "activation must be a name, or 1 names"),
        (lambda: BPNetwork((2, 3, 1), ("tanh",)), "activation must be a name, or 2 names"),
        (lambda: BPNetwork((2, 1), seed=-1), "seed must be"),
        (lambda: BPNetwork((2, 1), loss="mse"), "loss must be one of quadratic_cost"),
        (
            lambda: BPNetwork((2, 3), "tanh", loss="categorical_crossentropy"),
            "activation must be softmax in the last layer for the loss categorical_crossentropy",
        ),
        (lambda: BPNetwork((2, 1)).forward([1.0, 2.0]), r"x must be .* of shape \(any, 2\)"),
        (lambda: BPNetwork((2, 1)).forward([[1.0, np.inf]]), "x must be a finite array"),
        (lambda: BPNetwork((2, 1)).forward(np.ones((0, 2))), "x must be"),
        (lambda: BPNetwork((2, 1)).backward([[1.0]]), r"call forward\(x\) first"),
        (lambda: BPNetwork((2, 1)).cost([[1.0]]), r"call forward\(x\) first"),
        (lambda: BPNetwork((2, 1)).update(0.1), r"call backward\(y_true\) first"),
        (lambda: BPNetwork((2, 1)).gradients, r"call backward\(y_true\) first"),
        (lambda: stale()[0].update(0.1), r"call backward\(y_true\) first"),
        (lambda: stale()[0].backward(stale()[1]), r"call forward\(x\) first"),
        (lambda: make((2, 1), "tanh")[0].update(0), "learning_rate must be a positive number"),
        (lambda: make((2, 1), "tanh")[0].backward([1.0]), r"y_true must be .* of shape \(9, 1\)"),
        (lambda: BPNetwork((2, 1)).fit(XOR_X, XOR_T[:3], 0.1, 1), r"y_true .* shape \(4, 1\)"),
        (lambda: BPNetwork((2, 1)).fit(XOR_X, XOR_T, 0.1, 0), "epochs must be"),
        (lambda: BPNetwork((2, 1)).fit(XOR_X, XOR_T, 0.1, 1, 0), "batch_size must be"),
        (lambda: BPNetwork((2, 1)).fit(XOR_X, XOR_T, -1, 1), "learning_rate must be a positive"),
        (lambda: BPNetwork((2, 1)).to_keras("int8"), "dtype must be one of float32, float64"),
        (lambda: build_mlp(3, inputs=2), "hidden_units must be a sequence"),
        (lambda: build_mlp((3,), "nothing", inputs=2), "activation must be one of"),
        (lambda: build_mlp((), output_activation="x", inputs=2), "output_activation must be one"),
        (lambda: build_mlp((3,), inputs=0), "inputs must be"),
        (lambda: build_mlp((3,), inputs=1, outputs=1.5), "outputs must be"),
        (lambda: build_mlp((3,), inputs=1, seed=-1), "seed must be"),
        (lambda: build_mlp((3,), inputs=1, kernel_initializer="x"), "kernel_initializer must be"),
        (
            lambda: build_mlp((3,), inputs=1, kernel_initializer=keras.initializers.HeNormal(1)),
            "kernel_initializer must be without a seed of its own",
        ),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_losses_are_those_of_the_module():
    assert all(callable(getattr(losses, name)) for name in LOSSES)


def test_build_mlp_draws_biases_from_seeds_of_their_own():
    drawn = {"kernel_initializer": "random_normal", "bias_initializer": "random_normal"}
    weights = build_mlp((4, 4), inputs=4, outputs=4, seed=5, **drawn).get_weights()
    rows = [row for array in weights for row in np.atleast_2d(array)]
    assert len({row.tobytes() for row in rows}) == 3 * 5  # no bias repeats a row of a kernel
    again = build_mlp((4, 4), inputs=4, outputs=4, seed=5, **drawn).get_weights()
    for one, other in zip(weights, again, strict=True):
        np.testing.assert_array_equal(one, other)


def test_build_mlp_keeps_the_kernels_that_its_seed_has_always_given():
    """One seed a layer, from NumPy: the numbers stored in notebooks hang on them."""
    seeds = np.random.SeedSequence(7).generate_state(3).tolist()
    shapes = [(2, 5), (5, 4), (4, 1)]
    kernels = build_mlp((5, 4), inputs=2, seed=7).get_weights()[::2]
    for kernel, seed, shape in zip(kernels, seeds, shapes, strict=True):
        np.testing.assert_array_equal(kernel, keras.initializers.GlorotUniform(seed)(shape))


@pytest.mark.parametrize("argument", ["kernel_initializer", "bias_initializer"])
@pytest.mark.parametrize("value", ["none such", 3, keras.initializers.RandomNormal(seed=1)])
def test_build_mlp_names_the_initializer_that_is_wrong(argument, value):
    with pytest.raises(ValueError, match=f"^{argument} must be"):
        build_mlp((3,), inputs=1, **{argument: value})


REPLACED = {
    "all weights": lambda n: setattr(n, "weights", [2 * W for W in n.weights]),
    "one weight array": lambda n: n.weights.__setitem__(0, 2 * n.weights[0]),
    "the biases": lambda n: setattr(n, "biases", [b + 1 for b in n.biases]),
}


@pytest.mark.parametrize("what", REPLACED)
def test_signals_and_gradients_of_other_weights_are_not_used(what):
    network, x, T = make((2, 3, 1), "tanh")
    REPLACED[what](network)
    with pytest.raises(ValueError, match=r"update needs backward\(y_true\) of the present weights"):
        network.update(0.1)
    with pytest.raises(ValueError, match=r"backward needs forward\(x\) of the present weights"):
        network.backward(T)
    network.forward(x)
    with pytest.raises(ValueError, match=r"update needs backward\(y_true\)"):
        network.update(0.1)
    network.backward(T)
    assert relative_error(network.gradients, by_tape(network, x, T)[1]) < 1e-12
    network.update(0.1)


def test_a_second_forward_pass_leaves_the_gradients_usable():
    network, x, T = make((2, 3, 1), "tanh")
    wanted = [
        part - 0.5 * slope
        for part, slope in zip(network.parameters, network.gradients, strict=True)
    ]
    network.forward(x + 1)  # the same weights: a look at other samples
    network.update(0.5)
    for found, part in zip(network.parameters, wanted, strict=True):
        np.testing.assert_array_equal(found, part)
