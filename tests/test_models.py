"""The network by hand against GradientTape, central differences and Keras; planted mistakes."""

import copy

import keras
import numpy as np
import pytest
import tensorflow as tf

from utils import losses
from utils.diagnostics import numerical_gradient, relative_error
from utils.models import BPNetwork, build_mlp

RANDOM = np.random.default_rng(0)
NETWORKS = [
    ((2, 3, 1), "tanh"),
    ((2, 3, 1), "sigmoid"),
    ((3, 5, 4, 2), "softsign"),
    ((1, 8, 8, 8, 8, 3), ("tanh", "relu", "silu", "gelu", "purelin")),
    ((4, 6, 3), ("elu", "softmax")),
    ((4, 3, 3, 2), ("softmax", "tanh", "leaky_relu")),
    ((2, 1), "purelin"),
]


def make(sizes, activation):
    network = BPNetwork(sizes, activation, seed=1)
    for bias in network.biases:  # biases of 0 would hide mistakes
        bias += RANDOM.normal(size=bias.shape) / 3
    x, y = RANDOM.normal(size=(9, sizes[0])), RANDOM.normal(size=(9, sizes[-1]))
    network.forward(x)
    network.backward(y)
    return network, x, y


def gradients(network):
    return network.weight_gradients + network.bias_gradients


def by_tape(network, x, y):
    model = network.to_keras()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((y - model(x)) ** 2) / (2 * len(y))
    found = [g.numpy() for g in tape.gradient(loss, model.trainable_variables)]
    return found[::2] + found[1::2]


def by_difference(network, x, y):
    def cost_of(part, layer):
        def cost(values):
            moved = copy.deepcopy(network)
            getattr(moved, part)[layer][...] = values
            return losses.quadratic_cost(y, moved.forward(x))

        return cost

    return [
        numerical_gradient(cost_of(part, layer), values)
        for part in ("weights", "biases")
        for layer, values in enumerate(getattr(network, part))
    ]


@pytest.mark.parametrize(("sizes", "activation"), NETWORKS)
def test_every_gradient_equals_tape_and_differences(sizes, activation):
    network, x, y = make(sizes, activation)
    assert relative_error(gradients(network), by_difference(network, x, y)) < 1e-7
    # Keras keeps the constants of gelu and leaky_relu in float32.
    tolerance = 1e-5 if {"gelu", "leaky_relu"} & set(activation) else 1e-9
    assert relative_error(gradients(network), by_tape(network, x, y)) < tolerance


def test_delta_is_the_derivative_by_z():
    network, x, y = make((2, 3, 1), "tanh")
    z = network.z[0].copy()

    def cost(z):
        return losses.quadratic_cost(
            y, np.tanh(np.tanh(z) @ network.weights[1] + network.biases[1])
        )

    assert relative_error(network.delta[0], numerical_gradient(cost, z)) < 1e-8


def test_cross_entropy_behind_softmax_gives_p_minus_t():
    network = BPNetwork((3, 4, 5), ("tanh", "softmax"))
    t = np.eye(5)[[0, 2, 4, 1]]
    p = network.forward(RANDOM.normal(size=(4, 3)))
    network.backward(t, losses.categorical_crossentropy_gradient)
    np.testing.assert_allclose(network.delta[-1], (p - t) / 4, rtol=1e-12)


@pytest.mark.parametrize(
    "mistake", ["derivative at a", "no bias", "no 1/N", "no output slope", "sign"]
)
def test_planted_mistakes_are_caught(mistake):
    network, x, y = make((3, 5, 2), "sigmoid")
    wrong = [g.copy() for g in gradients(network)]
    if mistake == "derivative at a":
        slope = network.activations[0].derivative
        error = network.delta[1] @ network.weights[1].T
        wrong[0] = x.T @ (error * slope(network.a[1]))
    elif mistake == "no bias":
        wrong[2:] = [np.zeros_like(g) for g in wrong[2:]]
    elif mistake == "no 1/N":
        wrong = [9 * g for g in wrong]
    elif mistake == "sign":
        wrong = [-g for g in wrong]
    else:
        wrong[1] = network.a[1].T @ (network.a[2] - y) / 9
    assert relative_error(wrong, by_difference(network, x, y)) > 1e-2


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_training_equals_keras(activation):
    network, x, y = make((2, 6, 6, 1), activation)
    model = network.to_keras("float32")
    model.compile(keras.optimizers.SGD(0.05), losses.QuadraticCost())
    history = model.fit(x, y, epochs=10, batch_size=9, shuffle=False, verbose=0).history["loss"]
    by_hand = []
    for _ in range(10):
        by_hand.append(losses.quadratic_cost(y, network.forward(x)))
        network.backward(y)
        network.update(0.05)
    np.testing.assert_allclose(by_hand, history, rtol=1e-5)
    np.testing.assert_allclose(network.forward(x), model(x), atol=1e-5)


def test_sign_learns_nothing():
    network, _, y = make((2, 3, 1), "sign")
    assert all((g == 0).all() for g in gradients(network))


def test_the_seed_decides_the_weights_within_glorots_limit():
    first, same, other = (BPNetwork((20, 30, 1), seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.weights[0], same.weights[0])
    assert not np.array_equal(first.weights[0], other.weights[0])
    limit = np.sqrt(6 / 50)
    assert 0.95 * limit < np.abs(first.weights[0]).max() <= limit and not first.biases[0].any()


def test_build_mlp_names_layers_and_follows_keras_seed():
    def build():
        keras.utils.set_random_seed(3)
        return build_mlp((4, 5), "purelin", inputs=2, outputs=3, output_activation="softmax")

    model = build()
    assert [layer.name for layer in model.layers] == ["hidden_1", "hidden_2", "output"]
    assert [layer.activation.__name__ for layer in model.layers] == ["linear", "linear", "softmax"]
    for first, second in zip(model.get_weights(), build().get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    assert build_mlp((), inputs=2).count_params() == 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BPNetwork((2,)), "layer_sizes must be at least 2 numbers"),
        (lambda: BPNetwork(3), "layer_sizes must be a sequence"),
        (lambda: BPNetwork((2, 0)), "layer_sizes must be a whole number of at least 1"),
        (lambda: BPNetwork((2, 1), "step"), "activation must be one of sign, purelin"),
        (lambda: BPNetwork((2, 3, 1), ("tanh",)), "activation must be a name or 2 names"),
        (lambda: BPNetwork((2, 1), seed=-1), "seed must be"),
        (lambda: BPNetwork((2, 1)).forward([1.0, 2.0]), r"x must be .* of shape \(any, 2\)"),
        (lambda: BPNetwork((2, 1)).forward([[1.0, np.inf]]), "x must be a finite array"),
        (lambda: BPNetwork((2, 1)).backward([[1.0]]), r"call forward\(x\) first"),
        (lambda: BPNetwork((2, 1)).update(0.1), r"call backward\(y_true\) first"),
        (lambda: make((2, 1), "tanh")[0].update(0), "learning_rate must be a positive number"),
        (lambda: make((2, 1), "tanh")[0].backward([1.0]), r"y_true must be .* of shape \(9, 1\)"),
        (lambda: build_mlp(3, inputs=2), "hidden_units must be a sequence"),
        (lambda: build_mlp((3,), "nothing", inputs=2), "activation must be one of"),
        (lambda: build_mlp((3,), inputs=0), "inputs must be"),
        (lambda: build_mlp((3,), inputs=1, outputs=1.5), "outputs must be"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
