"""Gradient descent against closed forms, Keras and central differences."""

import numpy as np
import pytest

from utils.optimizers import gradient_descent


def bowl(w):
    return 0.75 * (w - 0.5) ** 2


def bowl_slope(w):
    return 1.5 * (w - 0.5)


def test_path_on_a_bowl_is_the_closed_form():
    descent = gradient_descent(bowl, -3.0, learning_rate=0.2, steps=11, gradient=bowl_slope)
    expected = 0.5 - 3.5 * 0.7 ** np.arange(12)
    np.testing.assert_allclose(descent.points, expected, rtol=1e-12)
    np.testing.assert_allclose(descent.losses, bowl(expected), rtol=1e-12)
    np.testing.assert_allclose(descent.gradients, bowl_slope(expected), rtol=1e-12)


def test_the_tape_finds_the_same_path():
    by_tape = gradient_descent(bowl, [-3.0, 2.0], learning_rate=0.2, steps=5)
    by_hand = gradient_descent(bowl, [-3.0, 2.0], learning_rate=0.2, steps=5, gradient=bowl_slope)
    np.testing.assert_allclose(by_tape.points, by_hand.points, rtol=1e-12)
    assert by_tape.points.dtype == np.float64


def test_many_starts_with_several_weights_are_independent():
    curvature = np.array([1.0, 4.0])
    starts = np.random.default_rng(0).normal(size=(7, 3, 2))

    def loss(w):
        return (curvature * w**2).sum(axis=-1) / 2

    together = gradient_descent(loss, starts, 0.1, 4, gradient=lambda w: curvature * w)
    alone = gradient_descent(loss, starts[2, 1], 0.1, 4, gradient=lambda w: curvature * w)
    assert together.losses.shape == (5, 7, 3)
    np.testing.assert_array_equal(together.points[:, 2, 1], alone.points)


def test_keras_sgd_takes_the_same_steps():
    import keras

    w = keras.Variable(-3.0, dtype="float64")
    optimizer = keras.optimizers.SGD(learning_rate=0.25)  # exact in float32, as Keras keeps it
    descent = gradient_descent(bowl, -3.0, 0.25, 8, gradient=bowl_slope)
    for point in descent.points:
        assert w.numpy() == pytest.approx(point, rel=1e-12)
        optimizer.apply([bowl_slope(w.value)], [w])


def test_divergence_runs_on_without_a_warning():
    descent = gradient_descent(bowl, -3.0, learning_rate=1e200, steps=5, gradient=bowl_slope)
    assert not np.isfinite(descent.points[-1])


def test_nothing_given_is_changed():
    start = np.array([1.0, 2.0])
    gradient_descent(bowl, start, 0.1, 3, gradient=bowl_slope)
    assert start.tolist() == [1.0, 2.0]


def test_functions_that_change_their_argument_do_not_change_the_path():
    def loss(w):
        w -= 0.5
        return 0.75 * w**2

    def slope(w):
        w -= 0.5
        w *= 1.5
        return w

    found = gradient_descent(loss, [-3.0, 2.0], 0.1, 5, gradient=slope)
    wanted = gradient_descent(bowl, [-3.0, 2.0], 0.1, 5, gradient=bowl_slope)
    for name in ("points", "losses", "gradients"):
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": np.nan}, "start must be a finite array"),
        ({"start": "a"}, "start must be"),
        ({"learning_rate": 0}, "learning_rate must be a positive number, got 0"),
        ({"learning_rate": -1}, "learning_rate must be a positive number"),
        ({"steps": -1}, "steps must be a whole number of at least 0"),
        ({"steps": 1.5}, "steps must be"),
        ({"loss": 3}, "loss must be a function"),
        ({"gradient": 3}, "gradient must be a function"),
        ({"loss": lambda w: np.ones(5)}, "loss must return one value per start"),
        ({"start": np.ones((3, 2)), "loss": np.sum}, r"shape \(3, 2\) or \(3,\), got shape \(\)"),
        ({"gradient": lambda w: np.ones(5)}, "gradient must return the shape of its weights"),
        ({"start": [1.0, 2.0], "gradient": lambda w: 1.0}, r"its weights, \(2,\), got \(\)"),
        ({"loss": lambda w: np.sin(np.array(w)), "gradient": None}, "pass gradient="),
    ],
)
def test_bad_arguments_are_named(change, message):
    arguments = {
        "loss": bowl,
        "start": 1.0,
        "learning_rate": 0.1,
        "steps": 2,
        "gradient": bowl_slope,
    }
    with pytest.raises(ValueError, match=message):
        gradient_descent(**{**arguments, **change})


def test_descents_can_be_compared_as_objects():
    walks = [gradient_descent(lambda w: w**2, 1.0, 0.1, 3, gradient=lambda w: 2 * w) for _ in "ab"]
    assert walks[0] == walks[0] != walks[1]
