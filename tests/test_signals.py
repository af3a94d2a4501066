"""What flows through Keras models, against the network by hand, closed forms and brute force."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from utils.losses import QuadraticCost
from utils.models import BPNetwork, build_mlp
from utils.signals import (
    ablate,
    ablation_accuracy,
    function_statistics,
    layer_delta_norms,
    layer_deltas,
    update_ratios,
)

layers = keras.layers
RANDOM = np.random.default_rng(0)
X, T = RANDOM.normal(size=(12, 5)), RANDOM.normal(size=(12, 3))
COST = QuadraticCost(dtype="float64")
LABELS = T.argmax(axis=1)


def twin(activation, sizes=(5, 7, 6, 3), **keras_options):
    """A network by hand with random biases, and the same in Keras, float64."""
    network = BPNetwork(sizes, (*[activation] * (len(sizes) - 2), "purelin"), seed=1)
    network.biases = [RANDOM.normal(0, 0.3, b.shape) for b in network.biases]
    hidden = sizes[1:-1]
    model = build_mlp(hidden, activation, inputs=sizes[0], outputs=sizes[-1], dtype="float64")
    model.set_weights(network.parameters)
    return network, model


def mixed(normalization, dtype="float64"):
    """Dense layers with normalization, functions of their own, and a skip connection."""
    inputs = keras.Input((5,), dtype=dtype)
    a = layers.Dense(4, "tanh", dtype=dtype, name="first")(inputs)
    z = normalization(dtype=dtype, name="normal")(layers.Dense(4, dtype=dtype, name="second")(a))
    a = layers.Add(dtype=dtype)([a, layers.Activation("relu", dtype=dtype, name="function")(z)])
    return keras.Model(inputs, layers.Dense(3, "softmax", dtype=dtype, name="last")(a))


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softsign", "relu", "leaky_relu"])
def test_deltas_are_those_of_the_network_by_hand(activation):
    network, model = twin(activation)
    network.forward(X)
    network.backward(T)
    found = layer_deltas(model, X, T, COST)
    assert list(found) == ["hidden_1", "hidden_2", "output"]
    precision = 1e-8 if activation == "leaky_relu" else 1e-12  # TensorFlow's 0.2 is a float32
    for delta, wanted in zip(found.values(), network.delta, strict=True):
        np.testing.assert_allclose(delta, wanted, rtol=0, atol=precision)
    norms = layer_delta_norms(model, X, T, COST)
    np.testing.assert_allclose(norms, [np.linalg.norm(d) for d in network.delta], rtol=1e-6)


def test_delta_of_a_linear_chain_is_a_product_of_weights():
    weights = [0.5, -2.0, 0.25, 3.0]
    chain = keras.Sequential(
        [keras.Input((1,)), *(layers.Dense(1, use_bias=False) for _ in weights)]
    )
    chain.set_weights([np.full((1, 1), w) for w in weights])
    error = np.prod(weights) * 2.0 - 1.0  # of the output for the input 2 and the target 1
    wanted = [abs(error * np.prod(weights[layer + 1 :])) for layer in range(4)]
    found = layer_delta_norms(chain, [[2.0]], [[1.0]], QuadraticCost())
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def by_probes(model, kind):
    """δ of the mixed model, from a forward pass by hand in which a 0 is added to each z."""
    W1, b1, W2, b2, W3, b3 = (
        array for n in ("first", "second", "last") for array in model.get_layer(n).get_weights()
    )
    probes = [tf.zeros((12, n), tf.float64) for n in (4, 4, 3)]
    with tf.GradientTape() as tape:
        tape.watch(probes)
        a = tf.tanh(X @ W1 + b1 + probes[0])
        z = a @ W2 + b2 + probes[1]
        axis = 0 if kind is layers.BatchNormalization else 1
        mean, variance = tf.nn.moments(z, axis, keepdims=True)
        gamma, beta = model.get_layer("normal").get_weights()[:2]
        normal = gamma * (z - mean) / tf.sqrt(variance + 1e-3) + beta
        output = tf.nn.softmax((a + tf.nn.relu(normal)) @ W3 + b3 + probes[2])
        cost = tf.reduce_mean(tf.reduce_sum(-np.eye(3)[LABELS] * tf.math.log(output), axis=1))
    return tape.gradient(cost, probes)


@pytest.mark.parametrize("kind", [layers.BatchNormalization, layers.LayerNormalization])
def test_deltas_through_skips_and_normalization(kind):
    keras.utils.set_random_seed(2)
    model = mixed(kind)
    model.set_weights([RANDOM.uniform(0.3, 1, w.shape) * np.sign(w + 0.1) for w in model.weights])
    before = model.get_weights()
    found = layer_deltas(model, X, np.eye(3)[LABELS], "categorical_crossentropy")
    assert list(found) == ["first", "second", "last"]
    for delta, wanted in zip(found.values(), by_probes(model, kind), strict=True):
        np.testing.assert_allclose(delta, wanted, rtol=1e-6, atol=1e-12)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)  # the running means of batch normalization too


def test_statistics_are_those_of_the_signals_by_hand():
    network, model = twin("relu", sizes=(5, 40, 6, 3))
    network.biases[0][:5] = -50.0  # dead, whatever the sample
    model.set_weights(network.parameters)
    network.forward(X)
    found = function_statistics(model, X)
    assert [s.name for s in found] == ["hidden_1", "hidden_2"]
    for statistics, a in zip(found, network.a[1:3], strict=True):
        assert statistics.mean == pytest.approx(a.mean(), rel=1e-9)
        assert statistics.deviation == pytest.approx(a.std(), rel=1e-9)
        assert statistics.inactive == statistics.saturated == (a <= 0).mean()
        dead = sum(all(row[unit] == 0 for row in a) for unit in range(a.shape[1]))
        assert statistics.dead == dead / a.shape[1]
    assert found[0].dead >= 5 / 40


def test_saturated_means_a_twentieth_of_the_largest_slope():
    for activation, edge in (("tanh", np.arctanh(0.95**0.5)), ("sigmoid", 4.3568)):
        model = build_mlp((1,), activation, inputs=1, outputs=1)
        model.set_weights([np.ones((1, 1)), np.zeros(1), np.ones((1, 1)), np.zeros(1)])
        x = np.array([[-30], [-edge - 0.01], [-edge + 0.01], [0], [edge - 0.01], [edge + 0.01]])
        assert function_statistics(model, x)[0].saturated == 3 / 6


@pytest.mark.parametrize(
    "output",
    [
        [layers.Dense(3, "softmax")],
        [layers.Dense(3), layers.Softmax()],
        [layers.Dense(3), layers.Activation("softmax")],
    ],
)
def test_a_softmax_is_saturated_where_each_probability_is_near_0_or_1(output):
    model = keras.Sequential([keras.Input((3,)), *output])
    model.set_weights([np.eye(3), np.zeros(3)])
    # p (1 − p) is a twentieth of ¼ at 0.01266 and 0.98734
    p = np.array([[0.012, 0.488, 0.5], [0.013, 0.487, 0.5], [0.988, 0.006, 0.006], [1 / 3] * 3])
    [found] = function_statistics(model, np.log(p))
    assert found.saturated == pytest.approx(4 / 12, rel=1e-12)


def test_the_largest_slope_is_that_between_minus_10_and_10():
    square = keras.Sequential([keras.Input((1,)), layers.Dense(1, lambda z: z * z, name="square")])
    square.set_weights([np.ones((1, 1)), np.zeros(1)])  # slope 2z, the largest 20, a twentieth 1
    [found] = function_statistics(square, [[-0.51], [-0.49], [0.0], [0.49], [0.51], [30.0]])
    assert found.saturated == 3 / 6 and found.inactive == 1 / 6


def test_units_of_sequences_are_the_last_axis():
    x = RANDOM.normal(size=(6, 4, 5)).astype("float32")
    slopes = layers.PReLU(shared_axes=[1], name="slopes")
    model = keras.Sequential([keras.Input((4, 5)), layers.Dense(3), slopes])
    W, b, alpha = model.get_weights()
    b[:], alpha[:] = [0, 0, -50], [0.0, 0.01, 0.0]  # the last unit is silent, whatever comes
    model.set_weights([W, b, alpha])
    [found] = function_statistics(model, x)
    below = x @ W + b < 0
    assert found.inactive == pytest.approx(below[..., [0, 2]].sum() / below.size, rel=1e-12)
    assert found.saturated == pytest.approx(below.mean(), rel=1e-12)
    assert found.dead == pytest.approx(1 / 3, rel=1e-12)


def test_functions_are_found_as_layers_of_their_own():
    rest = [layers.Dense(4), layers.LeakyReLU(name="leaky"), layers.Dense(4), layers.ReLU()]
    model = keras.Sequential([keras.Input((5,)), *rest, layers.Dense(3), layers.Softmax(name="p")])
    leaky, relu, output = function_statistics(model, X)
    assert (leaky.name, output.name) == ("leaky", "p")
    assert relu.inactive > 0 == leaky.inactive
    assert output.mean == pytest.approx(1 / 3, rel=1e-6)
    normalized = mixed(layers.LayerNormalization)
    assert [s.name for s in function_statistics(normalized, X)] == ["first", "function", "last"]


def test_update_ratio_of_one_step_is_rate_times_gradient_over_weight():
    network, model = twin("tanh")
    model.compile(keras.optimizers.SGD(0.5), QuadraticCost(), jit_compile=False)
    before = model.get_weights()
    model.fit(X, T, batch_size=12, epochs=1, verbose=0)
    network.forward(X)
    network.backward(T)
    wanted = [
        0.5 * np.linalg.norm(g) / np.linalg.norm(W)
        for g, W in zip(network.weight_gradients, network.weights, strict=True)
    ]
    np.testing.assert_allclose(update_ratios(before, model.get_weights()), wanted, rtol=1e-6)


def test_update_ratios_are_of_matrices_alone():
    before = [np.full((1, 2), 3.0), np.ones(2), np.ones((3, 2, 2)), np.full((2, 1), 4.0)]
    after = [array + 1.5 for array in before]
    np.testing.assert_allclose(update_ratios(before, after), [1.5 / 3, 1.5 / 4], rtol=1e-12)


def removed_by_hand(network, share, order, active_only):
    """Set signals to 0 one by one, in both hidden layers."""
    a = X
    for W, b, f in zip(network.weights[:-1], network.biases, network.activations, strict=False):
        a = f.function(a @ W + b)
        for row in a:
            units = [u for u in range(len(row)) if row[u] != 0 or not active_only]
            units.sort(key=lambda u: abs(row[u]), reverse=order == "strongest")
            row[units[: round(share * len(units))]] = 0
    return a @ network.weights[-1] + network.biases[-1]


@pytest.mark.parametrize("active_only", [False, True])
@pytest.mark.parametrize("order", ["weakest", "strongest"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_ablation_is_removal_one_by_one(activation, order, active_only):
    network, model = twin(activation)
    for share in (0, 0.3, 0.6, 1):
        found = ablate(model, X, share, order, active_only=active_only)
        wanted = removed_by_hand(network, share, order, active_only)
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)
        right = (wanted.argmax(axis=1) == LABELS).mean()
        assert right == ablation_accuracy(model, X, LABELS, share, order, active_only=active_only)


def test_random_ablation_removes_as_many_and_repeats():
    model = keras.Sequential([keras.Input((5,)), layers.Dense(50, "sigmoid"), layers.Dense(1)])
    model.set_weights([np.zeros((5, 50)), np.zeros(50), np.ones((50, 1)), np.zeros(1)])
    found = ablate(model, X, 0.3, seed=4)
    np.testing.assert_allclose(found, 35 * 0.5)  # 15 of 50 signals of ½ are gone
    weights = [RANDOM.normal(size=w.shape) for w in model.weights]
    model.set_weights(weights)
    first, again, other = (ablate(model, X, 0.3, seed=seed) for seed in (4, 4, 5))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_ablation_of_named_layers_and_skips():
    model = mixed(layers.LayerNormalization)
    everything = keras.Model(model.inputs[0], model.get_layer("first").output)(X).numpy()
    W, b = model.get_layer("last").get_weights()
    found = ablate(model, X, 1, layers=["function"])  # what is left goes through the skip
    np.testing.assert_allclose(found, tf.nn.softmax(everything @ W + b), rtol=1e-6)
    np.testing.assert_allclose(ablate(model, X, 1), np.tile(tf.nn.softmax(b), (12, 1)), rtol=1e-6)


def test_one_output_is_a_class_above_a_half():
    binary = keras.Sequential([keras.Input((1,)), layers.Dense(1, "relu"), layers.Dense(1)])
    binary.set_weights([np.ones((1, 1)), np.zeros(1), np.ones((1, 1)), np.zeros(1)])
    x = [[0.0], [0.4], [0.6], [2.0]]  # is its own output
    assert ablation_accuracy(binary, x, [0, 0, 1, 1], 0) == 1
    assert ablation_accuracy(binary, x, [1, 0, 1, 1], 0) == 3 / 4
    assert ablation_accuracy(binary, x, [1, 0, 1, 1], 1) == 1 / 4  # all outputs are 0


def test_ablation_uses_the_running_statistics():
    model = mixed(layers.BatchNormalization)
    np.testing.assert_allclose(ablate(model, X, 0), model(X, training=False), rtol=1e-12)
    assert not np.allclose(model(X, training=True), model(X, training=False))


def test_the_model_is_left_as_it_was_after_an_error_too():
    model = mixed(layers.BatchNormalization)
    dense, function = model.get_layer("first"), model.get_layer("function")
    before, activation = model(X).numpy(), dense.activation
    function_statistics(model, X, training=True)
    ablate(model, X, 0.5)
    with pytest.raises(ValueError):
        layer_deltas(model, X, np.eye(3)[LABELS], "no_such_loss")
    with pytest.raises(ValueError):
        layer_deltas(model, X[:, :2], np.eye(3)[LABELS], "mse")
    assert dense.activation is activation and "call" not in vars(function)
    np.testing.assert_array_equal(model(X), before)


def shared():
    inputs, twice = keras.Input((5,)), layers.Dense(5, "relu")
    return keras.Model(inputs, layers.Dense(3)(twice(twice(inputs))))


def shared_function():
    inputs, twice = keras.Input((5,)), layers.ReLU(name="twice")
    return keras.Model(inputs, twice(layers.Dense(3)(twice(inputs))))


class Subclass(keras.Model):
    """A model that only its own `call` can join."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3, "relu")

    def call(self, x):
        return self.dense(x)


def subclass():
    model = Subclass()
    model(X)
    return model


def nested():
    inner = keras.Sequential([keras.Input((5,)), layers.Dense(4, "relu")])
    return keras.Sequential([keras.Input((5,)), inner, layers.Dense(3)])


def plain():
    return keras.Sequential([keras.Input((5,)), layers.Dense(4, "relu", name="h"), layers.Dense(3)])


def two_inputs():
    first, second = keras.Input((5,)), keras.Input((5,))
    return keras.Model([first, second], layers.Dense(3)(layers.Add()([first, second])))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: layer_delta_norms("m", X, T, "mse"), "model must be a Keras model"),
        (lambda: function_statistics(keras.Sequential([layers.Dense(2)]), X), "has been built"),
        (lambda: function_statistics(nested(), X), "without other models"),
        (lambda: layer_deltas(shared(), X, T, "mse"), "^model must be one that calls each layer"),
        (lambda: function_statistics(shared(), X), "^model must be one that calls each layer once"),
        (lambda: ablate(shared_function(), X, 0.5), "^model must be .* once, got 'twice'"),
        (
            lambda: layer_deltas(subclass(), X, T, "mse"),
            "^model must be a Sequential or functional",
        ),
        (lambda: ablate(subclass(), X, 0.5), "^model must be a Sequential or functional"),
        (
            lambda: ablate(keras.Sequential([keras.Input((5,)), layers.ReLU()]), X, 0.5),
            "at least one Dense layer",
        ),
        (lambda: layer_deltas(plain(), np.full((2, 5), np.nan), T[:2], "mse"), "x must be"),
        (lambda: layer_deltas(plain(), X * 1e39, T, "mse"), "x must be numbers that float32 can"),
        (lambda: layer_deltas(plain(), X, T * 1e39, "mse"), "y must be numbers that float32 can"),
        (
            lambda: layer_deltas(plain(), X, T[:7], "mse"),
            "y must be an array with 12 samples, as x",
        ),
        (lambda: layer_deltas(plain(), X[:7], T, "mse"), "y must be an array with 7 samples, as x"),
        (
            lambda: layer_deltas(plain(), X, T[:, :2], "mse"),
            "y and loss must be targets and a loss",
        ),
        (lambda: layer_deltas(plain(), X, T, "no_such"), "loss must be a Keras loss or the name"),
        (lambda: layer_deltas(plain(), X, T, None), "loss must be a Keras loss or the name"),
        (lambda: layer_deltas(two_inputs(), X, T, "mse"), "model must be a model with one input"),
        (lambda: ablate(plain(), X, 1.5), "share must be .* at most 1"),
        (lambda: ablate(plain(), X, -0.5), "share must be .* at least 0"),
        (lambda: ablate(plain(), X, 0.5, "loudest"), "order must be one of"),
        (lambda: ablate(plain(), X, 0.5, active_only="False"), "active_only must be True or False"),
        (lambda: ablate(plain(), X, 0.5, layers=["g"]), "layers must be one of h"),
        (lambda: ablate(plain(), X, 0.5, layers=[]), "at least one"),
        (lambda: ablation_accuracy(plain(), X, LABELS[:3], 0.5), r"labels must be .* \(12\)"),
        (lambda: update_ratios([np.ones((2, 2))], []), "a list of 1 arrays"),
        (lambda: update_ratios([np.zeros((2, 2))], [np.ones((2, 2))]), "not 0"),
        (lambda: update_ratios([np.ones((2, 2))], [np.ones((2, 3))]), r"shape \(2, 2\)"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
