"""Signals in random networks: against Keras and GradientTape, theory, and clear errors."""

import keras
import numpy as np
import pytest

from utils import random_networks
from utils.activations import ACTIVATIONS
from utils.diagnostics import layer_gradient_norms
from utils.random_networks import delta_ratios, random_signals


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_signals_agree_with_keras(activation):
    depth, width = 4, 6
    found = random_signals(activation, depth, width, 1.3, networks=1, samples=1, seed=5)
    random = np.random.default_rng(5)
    weights = 1.3 * random_networks._unit_weights(random, depth, 1, width, "normal")[:, 0]
    x = random.normal(size=(1, 1, width))[0]
    upstream = random.normal(0, width**-0.5, (1, 1, width))[0]
    model = keras.Sequential([keras.Input((width,))])
    for _ in range(depth):
        model.add(keras.layers.Dense(width, activation, use_bias=False))
    model.set_weights(list(weights))

    def cost(y_true, y_pred):
        return keras.ops.sum(y_true * y_pred)

    norms = layer_gradient_norms(model, x, upstream, cost)
    np.testing.assert_allclose(found.gradient[0], norms, rtol=1e-5)
    np.testing.assert_allclose(found.activation[0, -1], np.mean(model(x).numpy() ** 2), rtol=1e-5)


def test_factor_per_layer_is_that_of_theory():
    found = random_signals("purelin", 10, 128, 3**-0.5, distribution="uniform", networks=16)
    delta = found.delta.mean(axis=0)
    assert (delta[0] / delta[-1]) ** (1 / 9) == pytest.approx(1 / 3, rel=0.03)
    assert (found.slope == 1).all()
    found = random_signals("relu", 10, 128, 2**0.5, networks=32)
    assert found.slope.mean() == pytest.approx(0.5, abs=0.02)


def test_ratios_are_those_of_the_signals_and_share_their_numbers():
    ratios = delta_ratios("tanh", [3, 6], [0.5, 1.5], width=16, networks=5, seed=2)
    assert ratios.shape == (2, 2, 5)
    alone = delta_ratios("tanh", [6], [1.5], width=16, networks=5, seed=2)
    np.testing.assert_allclose(ratios[1, 1], alone[0, 0], rtol=1e-12)
    assert (ratios[1, 0] < ratios[0, 0]).all()  # deeper and small: less is left
    assert delta_ratios("relu", [1], [1.0], networks=3).max() == 1


def test_the_same_seed_gives_the_same_networks():
    first, again = (random_signals("relu", 3, 8, seed=7) for _ in range(2))
    np.testing.assert_array_equal(first.delta, again.delta)
    assert not np.array_equal(first.delta, random_signals("relu", 3, 8, seed=8).delta)


def test_defaults_are_those_documented():
    found = random_signals("tanh", 2, 4)
    same = random_signals(
        "tanh", 2, 4, 1.0, networks=32, samples=8, input_scale=1.0, distribution="normal", seed=0
    )
    np.testing.assert_array_equal(found.gradient, same.gradient)
    assert found.delta.shape == (32, 2)
    ratios = delta_ratios("tanh", [2], [1.0])
    np.testing.assert_array_equal(ratios, delta_ratios("tanh", [2], [1.0], 64, networks=32, seed=0))
    assert ratios.shape == (1, 1, 32)
    with pytest.raises(TypeError, match="positional"):
        random_signals("tanh", 2, 4, 1.0, 32)
    with pytest.raises(TypeError, match="positional"):
        delta_ratios("tanh", [2], [1.0], 64, 32)


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_means_run_over_samples_and_neurons(distribution):
    """Linear networks: δ forgets the input, a and the gradient are proportional to it."""
    options = {"networks": 3, "samples": 400, "distribution": distribution, "seed": 1}
    one = random_signals("purelin", 2, 50, **options)
    two = random_signals("purelin", 2, 50, input_scale=2.0, **options)
    np.testing.assert_allclose(two.activation, 4 * one.activation, rtol=1e-12)
    np.testing.assert_allclose(two.gradient, 2 * one.gradient, rtol=1e-12)
    np.testing.assert_array_equal(two.delta, one.delta)
    np.testing.assert_allclose(one.delta, 1 / 50, rtol=0.2)
    np.testing.assert_allclose(one.activation, 1, rtol=0.2)
    np.testing.assert_allclose(one.gradient, 50**0.5, rtol=0.2)  # |δ| |a|, about 1 times √50


def test_weights_of_0_let_nothing_through():
    with np.errstate(all="raise"):
        found = random_signals("relu", 3, 4, 0, input_scale=0)
        assert not found.activation.any() and not found.gradient.any()
        assert np.isnan(delta_ratios("relu", [3], [0.0], 4)).all()


def test_explosion_gives_no_warning():
    with np.errstate(all="raise"):
        found = random_signals("purelin", 50, 4, 1e9)
    assert not np.isfinite(found.gradient).all()


@pytest.mark.parametrize(
    ("arguments", "options", "named"),
    [
        (("softmax", 3, 4), {}, "activation"),
        (("wave", 3, 4), {}, "activation"),
        (("tanh", 0, 4), {}, "depth"),
        (("tanh", 3, 2.5), {}, "width"),
        (("tanh", 3, 4, -1), {}, "weight_scale"),
        (("tanh", 3, 4, np.nan), {}, "weight_scale"),
        (("tanh", 3, 4), {"networks": 0}, "networks"),
        (("tanh", 3, 4), {"samples": "many"}, "samples"),
        (("tanh", 3, 4), {"input_scale": np.inf}, "input_scale"),
        (("tanh", 3, 4), {"distribution": "cauchy"}, "distribution"),
        (("tanh", 3, 4), {"seed": -1}, "seed"),
    ],
)
def test_bad_arguments_are_named(arguments, options, named):
    with pytest.raises(ValueError, match=named):
        random_signals(*arguments, **options)


@pytest.mark.parametrize(
    ("depths", "scales", "named"),
    [
        ([], [1.0], "depths"),
        ([2], [], "weight_scales"),
        ([0], [1.0], "depths"),
        ([2], [np.nan], "weight_scales"),
        (2, [1.0], "depths must be a list"),
        ([2], [[1.0]], "weight_scales must be .* with 1 axes"),
    ],
)
def test_bad_maps_are_named(depths, scales, named):
    with pytest.raises(ValueError, match=named):
        delta_ratios("relu", depths, scales)


def test_every_activation_of_the_course_can_be_followed():
    for name in ACTIVATIONS:
        if name != "softmax":
            assert random_signals(name, 2, 5, networks=2).delta.shape == (2, 2)
