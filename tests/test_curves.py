"""Traced boundaries and the measures of polylines against circles, polygons and exact segments."""

import keras
import numpy as np
import pytest

from utils.curves import WITHOUT_BOUNDARY, grid_boundary, largest_deviation, turning_angles
from utils.regions import decision_boundary

SQUARE = (-2.0, 2.0, -2.0, 2.0)


def polygon(corners, radius=1.0):
    """A regular polygon, counter-clockwise, its first corner repeated at the end."""
    angle = 2 * np.pi * np.arange(corners + 1) / corners
    points = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points[-1] = points[0]
    return points


def circle(output=lambda z: z, activation="linear"):
    """A model whose output is `output` of (x₁² + x₂² − 1)."""
    x = keras.Input((2,))
    z = keras.layers.Lambda(lambda x: keras.ops.sum(x**2, axis=1, keepdims=True) - 1)(x)
    z = keras.layers.Lambda(output)(z)
    if isinstance(activation, str):
        activation = keras.layers.Activation(activation)
    return keras.Model(x, activation(z))


CIRCLES = {
    "linear": circle(),
    "sigmoid": circle(lambda z: 30 * z, "sigmoid"),  # saturated a few cells from the boundary
    "hard_sigmoid": circle(activation="hard_sigmoid"),
    "tanh": circle(activation="tanh"),
    "leaky_relu": circle(activation=keras.layers.LeakyReLU()),
    "softmax": circle(lambda z: keras.ops.concatenate([z, 3 * z], axis=1), "softmax"),
    "Softmax": circle(lambda z: keras.ops.concatenate([z, 3 * z], axis=1), keras.layers.Softmax()),
}


@pytest.mark.parametrize("name", CIRCLES)
def test_a_circle_is_traced_to_single_precision(name):
    (line,) = grid_boundary(CIRCLES[name], SQUARE, points=100)
    assert np.array_equal(line[0], line[-1])
    assert np.abs(np.hypot(*line.T) - 1).max() < 1e-6
    angles = turning_angles(line)
    angles *= np.sign(angles.sum())
    assert angles.sum() == pytest.approx(2 * np.pi)
    assert 0 < angles.min() and angles.max() < 0.1, "a circle has no corner"
    sides = np.hypot(*np.diff(line, axis=0).T)
    assert sides.min() > 0.25 * 4 / 99, "no two points on the two sides of a grid point"


def test_an_oblong_grid_and_a_boundary_that_leaves_it():
    lines = grid_boundary(CIRCLES["linear"], (-0.5, 3.0, -1.5, 1.5), points=150)
    (line,) = lines
    assert np.abs(np.hypot(*line.T) - 1).max() < 1e-6
    height = np.sqrt(0.75)  # where the circle leaves at the left
    np.testing.assert_allclose(np.sort(line[[0, -1], 1]), [-height, height], atol=1e-6)
    np.testing.assert_allclose(line[[0, -1], 0], -0.5, atol=1e-12)
    assert grid_boundary(CIRCLES["linear"], (2, 3, 2, 3), points=20) == []


def test_traced_and_exact_boundaries_of_a_relu_network_agree():
    keras.utils.set_random_seed(4)
    hidden = [keras.layers.Dense(8, "relu", bias_initializer="normal") for _ in range(3)]
    model = keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(1, "sigmoid")])
    exact = decision_boundary(model, SQUARE)
    traced = grid_boundary(model, SQUARE)
    assert len(exact) > 0
    assert largest_deviation(traced, exact) < 1e-5, "nothing lies beside the segments"
    assert largest_deviation(exact, traced) < 0.02, "and no segment is missed: two cells"


def test_turning_angles_of_polygons():
    for corners in (3, 4, 7):
        np.testing.assert_allclose(turning_angles(polygon(corners)), 2 * np.pi / corners)
        np.testing.assert_allclose(turning_angles(polygon(corners)[::-1]), -2 * np.pi / corners)
    opened = polygon(6)[:-1]
    np.testing.assert_allclose(turning_angles(opened), [np.pi / 3] * 4)
    np.testing.assert_allclose(turning_angles(opened.repeat(2, axis=0)), [np.pi / 3] * 4)
    assert turning_angles([[0, 0], [1, 0]]).shape == (0,)
    assert turning_angles([[0, 0], [0, 0]]).shape == (0,)
    assert turning_angles([[0, 0], [1, 0], [0, 0]])[0] == np.pi, "straight back"


def test_deviation_of_a_circle_from_its_polygon():
    """The sagitta: 1 − cos(π/n) for n sides."""
    for sides in (4, 8, 32):
        found = largest_deviation([polygon(sides * 100)], [polygon(sides)])
        assert found == pytest.approx(1 - np.cos(np.pi / sides))


def test_deviation_is_from_the_nearest_segment_and_its_ends():
    segments = [np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 5.0], [1.0, 5.0]])]
    for points, wanted in (
        ([[0.5, 1], [0.5, 4]], 1),
        ([[4, 4], [-3, 9]], 5),
        ([[0, 0], [1, 5]], 0),
    ):
        assert largest_deviation([np.array(points, float)], segments) == wanted
    point = np.zeros((2, 2))  # a segment without length
    assert largest_deviation([np.array([[3.0, 4.0], [0.0, 1.0]])], [point]) == 5


KERAS_HAS = {name for name in dir(keras.activations) if name[0] != "_"}  # older ones have fewer


@pytest.mark.parametrize("activation", [*WITHOUT_BOUNDARY, keras.layers.ReLU()])
def test_an_output_that_does_not_change_its_sign_is_refused(activation):
    if isinstance(activation, str) and activation not in KERAS_HAS:
        pytest.skip(f"this Keras has no {activation}")
    with pytest.raises(ValueError, match="^model must be a model whose output changes its sign"):
        grid_boundary(circle(activation=activation), SQUARE)


def test_every_activation_of_keras_has_its_boundary_where_z_is_0():
    """Apart from those refused; glu and softmax want several numbers, threshold arguments."""
    others = {"get", "serialize", "deserialize", "glu", "softmax", "threshold"}
    for name in KERAS_HAS - {*WITHOUT_BOUNDARY} - others:
        (line,) = grid_boundary(circle(activation=name), SQUARE, points=40)
        assert np.abs(np.hypot(*line.T) - 1).max() < 1e-3, name


def nan_model():
    return circle(lambda z: z * np.nan)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: grid_boundary(3, SQUARE), "model must be a Keras model"),
        (
            lambda: grid_boundary(nan_model(), SQUARE),
            "model must be a model whose output is finite",
        ),
        (
            lambda: grid_boundary(circle(lambda z: keras.ops.repeat(z, 2, axis=1)), SQUARE),
            "model must be a model with one output",
        ),
        (lambda: grid_boundary(CIRCLES["linear"], (1, 0, 0, 1)), "bounds must be"),
        (lambda: grid_boundary(CIRCLES["linear"], SQUARE, points=1), "points must be"),
        (lambda: turning_angles([[1, 2]]), "polyline must be of at least two points"),
        (lambda: turning_angles([1, 2]), "polyline must be"),
        (lambda: largest_deviation([], [polygon(3)]), "curves and polylines must be"),
        (lambda: largest_deviation([polygon(3)], []), "curves and polylines must be"),
        (lambda: largest_deviation([polygon(3)], [[[1, np.nan], [1, 1]]]), "polylines must be"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
