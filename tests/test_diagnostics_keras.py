"""What flows through a trained network: gradient norms by layer, hidden signals."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from utils.diagnostics import hidden_signals, layer_gradient_norms

layers = keras.layers
RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(12, 5)), np.eye(3)[RANDOM.integers(0, 3, 12)]


def deep(normalization=None):
    inputs = keras.Input((5,))
    a = layers.Dense(4, "tanh")(inputs)
    z = layers.Dense(4)(a)
    z = normalization()(z) if normalization else z
    a = layers.Add()([a, layers.Activation("softplus")(z)])
    return keras.Model(inputs, layers.Dense(3, "softmax")(a))


@pytest.mark.parametrize("normalization", [None, layers.LayerNormalization])
def test_gradient_norms_are_those_of_central_differences(normalization):
    keras.utils.set_random_seed(1)
    model = deep(normalization)
    found = layer_gradient_norms(model, X, Y, "categorical_crossentropy")
    weights = model.get_weights()
    kernels = [i for i, array in enumerate(weights) if array.ndim == 2]
    assert len(found) == len(kernels) == 3

    def cost(changed):
        model.set_weights(changed)
        p = np.asarray(model(X), np.float64)
        return -np.mean(np.log((p * Y).sum(axis=1)))

    for norm, place in zip(found, kernels, strict=True):
        gradient = np.zeros_like(weights[place], dtype=np.float64)
        for index in np.ndindex(gradient.shape):
            costs = []
            for step in (1e-2, -1e-2):
                changed = [array.copy() for array in weights]
                changed[place][index] += step
                costs.append(cost(changed))
            gradient[index] = (costs[0] - costs[1]) / 2e-2
        assert norm == pytest.approx(np.linalg.norm(gradient), rel=5e-3)
    model.set_weights(weights)


def test_batch_normalization_is_measured_as_in_training_and_left_alone():
    model = deep(layers.BatchNormalization)
    before = model.get_weights()
    found = layer_gradient_norms(model, X, Y, keras.losses.CategoricalCrossentropy())
    with tf.GradientTape() as tape:
        cost = keras.losses.CategoricalCrossentropy()(Y, model(X, training=True))
    kernels = [layer.kernel.value for layer in model.layers if isinstance(layer, layers.Dense)]
    wanted = [np.linalg.norm(g) for g in tape.gradient(cost, kernels)]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    model.set_weights(before)
    layer_gradient_norms(model, X, Y, "categorical_crossentropy")
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_what_is_no_dense_network_is_refused():
    with pytest.raises(ValueError, match="model must be a Keras model"):
        layer_gradient_norms("model", X, Y, "mse")
    flat = keras.Sequential([keras.Input((5,)), layers.Activation("tanh")])
    with pytest.raises(ValueError, match="at least one Dense layer"):
        layer_gradient_norms(flat, X, Y, "mse")
    with pytest.raises(ValueError, match="x "):
        layer_gradient_norms(deep(), np.full((2, 5), np.nan), Y[:2], "mse")


@pytest.mark.parametrize("activation", ["relu", "tanh", "leaky_relu"])
def test_hidden_signals_are_those_of_keras(activation):
    model = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(7, activation),
            layers.Dense(6, activation),
            layers.Dense(2),
        ]
    )
    signals = hidden_signals(model.get_weights(), X, activation)
    assert [a.shape for a in signals] == [(12, 7), (12, 6)]
    for layer, a in zip(model.layers, signals, strict=False):
        inner = keras.Model(model.inputs[0], layer.output)
        np.testing.assert_allclose(a, inner(X).numpy(), atol=1e-6)


def test_hidden_signals_need_weights_that_fit():
    good = [np.ones((5, 3)), np.zeros(3), np.ones((3, 2)), np.zeros(2)]
    for bad in (
        good[:2],
        good[:3],
        [np.ones((4, 3)), *good[1:]],
        [good[0], np.zeros(4), *good[2:]],
    ):
        with pytest.raises(ValueError, match="weights"):
            hidden_signals(bad, X)
    with pytest.raises(ValueError, match="activation"):
        hidden_signals(good, X, "wave")
