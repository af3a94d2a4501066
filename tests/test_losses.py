"""Losses and gradients against Keras, GradientTape, central differences and hand-made numbers."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from utils import losses
from utils.diagnostics import numerical_gradient, relative_error
from utils.losses import QuadraticCost

RANDOM = np.random.default_rng(0)
T, Y = RANDOM.normal(size=(2, 7, 3))
CLASSES, PROBABILITIES = (
    RANDOM.integers(0, 2, (7, 3)).astype(float),
    RANDOM.uniform(0.1, 0.9, (7, 3)),
)
ONE_HOT = np.eye(3)[RANDOM.integers(0, 3, 7)]
P = PROBABILITIES / PROBABILITIES.sum(axis=1, keepdims=True)

# loss, targets, outputs, options, Keras's loss, factor: ours = factor(m outputs) times Keras's
CASES = {
    "quadratic_cost": (T, Y, {}, keras.losses.MeanSquaredError(), lambda m: m / 2),
    "mean_absolute_error": (T, Y, {}, keras.losses.MeanAbsoluteError(), lambda m: m),
    "huber": (T, Y, {"delta": 0.7}, keras.losses.Huber(delta=0.7), lambda m: m),
    "binary_crossentropy": (
        CLASSES, PROBABILITIES, {}, keras.losses.BinaryCrossentropy(), lambda m: m,
    ),
    "categorical_crossentropy": (
        ONE_HOT, P, {}, keras.losses.CategoricalCrossentropy(), lambda m: 1,
    ),
}  # fmt: skip
LOGIT_CASES = {
    "binary_crossentropy": (CLASSES, 3 * Y, keras.losses.BinaryCrossentropy(from_logits=True), 3),
    "categorical_crossentropy": (
        ONE_HOT, 3 * Y, keras.losses.CategoricalCrossentropy(from_logits=True), 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("outputs", [1, 3])
def test_value_is_keras_value_times_the_factor(name, outputs):
    targets, found, options, theirs, factor = CASES[name]
    if name == "categorical_crossentropy" and outputs == 1:
        pytest.skip("one class has nothing to choose from")
    targets, found = targets[:, :outputs], found[:, :outputs]
    ours = getattr(losses, name)(targets, found, **options)
    assert ours == pytest.approx(factor(outputs) * float(theirs(targets, found)), rel=2e-6)


@pytest.mark.parametrize("name", LOGIT_CASES)
def test_value_from_logits_is_keras_value(name):
    targets, z, theirs, factor = LOGIT_CASES[name]
    ours = getattr(losses, name)(targets, z, from_logits=True)
    assert ours == pytest.approx(factor * float(theirs(targets, z)), rel=2e-6)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("from_logits", [False, True])
def test_gradient_is_the_slope(name, from_logits):
    targets, found, options, *_ = CASES[name]
    if from_logits:
        if name not in LOGIT_CASES:
            pytest.skip("no logits here")
        targets, found, *_ = LOGIT_CASES[name]
        options = {"from_logits": True}
    by_hand = getattr(losses, f"{name}_gradient")(targets, found, **options)
    if name == "categorical_crossentropy" and not from_logits:
        by_difference = -ONE_HOT / P / len(P)  # probabilities cannot be moved one at a time
    else:
        by_difference = numerical_gradient(
            lambda y: getattr(losses, name)(targets, y, **options), found
        )
    assert relative_error(by_hand, by_difference) < 1e-8


def test_gradients_equal_the_tape():
    z = tf.constant(Y)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(z)
        squares = tf.reduce_sum((T - z) ** 2) / (2 * len(T))
        entropy = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(ONE_HOT, z))
        binary = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(CLASSES, z)) / len(T)
    for name, targets, loss, options in (
        ("quadratic_cost", T, squares, {}),
        ("categorical_crossentropy", ONE_HOT, entropy, {"from_logits": True}),
        ("binary_crossentropy", CLASSES, binary, {"from_logits": True}),
    ):
        by_hand = getattr(losses, f"{name}_gradient")(targets, Y, **options)
        assert relative_error(by_hand, tape.gradient(loss, z).numpy()) < 1e-12


def test_values_by_hand():
    assert losses.quadratic_cost([1.0, 2.0], [0.0, 4.0]) == 5 / 4
    assert losses.mean_absolute_error([1.0, 2.0], [0.0, 4.0]) == 3 / 2
    assert losses.huber([1.0, 2.0], [0.5, 4.0], delta=1.0) == (0.125 + 1.5) / 2
    assert losses.binary_crossentropy([1.0], [0.5]) == pytest.approx(np.log(2))
    assert losses.categorical_crossentropy([[0.0, 1.0]], [[0.75, 0.25]]) == pytest.approx(np.log(4))
    assert losses.mean_absolute_error_gradient([1.0, 2.0, 3.0], [1.0, 3.0, 1.0]).tolist() == [
        0,
        1 / 3,
        -1 / 3,
    ]


def test_large_logits_stay_finite(recwarn):
    z = np.array([[1000.0, -1000.0]])
    assert losses.categorical_crossentropy([[0.0, 1.0]], z, from_logits=True) == 2000
    assert losses.categorical_crossentropy([[1.0, 0.0]], z, from_logits=True) == 0
    assert losses.categorical_crossentropy_gradient([[0.0, 1.0]], z, from_logits=True).tolist() == [
        [1, -1]
    ]
    assert losses.binary_crossentropy([1.0, 0.0], [-1000.0, -1000.0], from_logits=True) == 500
    assert losses.binary_crossentropy_gradient(
        [1.0, 0.0], [-1000.0, 1000.0], from_logits=True
    ).tolist() == [-0.5, 0.5]
    assert not recwarn.list


@pytest.mark.parametrize("outputs", [1, 3])
def test_keras_loss_trains_saves_and_loads(tmp_path, outputs):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(outputs)])
    model.compile("sgd", QuadraticCost())
    x, targets = RANDOM.normal(size=(7, 2)), T[:, :outputs]
    evaluated = model.evaluate(x, targets, verbose=0)
    assert evaluated == pytest.approx(
        losses.quadratic_cost(targets, model.predict(x, verbose=0)), rel=1e-5
    )
    model.fit(x, targets, epochs=1, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert isinstance(loaded.loss, QuadraticCost)
    assert loaded.evaluate(x, targets, verbose=0) == pytest.approx(
        model.evaluate(x, targets, verbose=0)
    )


def test_keras_loss_obeys_weights_and_reduction():
    weights = np.arange(7.0)
    by_hand = (weights * ((T - Y) ** 2).sum(axis=1) / 2).sum() / 7
    assert float(QuadraticCost()(T, Y, sample_weight=weights)) == pytest.approx(by_hand, rel=1e-6)
    assert QuadraticCost(reduction=None)(T, Y).shape == (7,)
    assert QuadraticCost(reduction="sum").get_config()["reduction"] == "sum"


PAIRS = [losses.quadratic_cost, losses.quadratic_cost_gradient, losses.mean_absolute_error,
         losses.mean_absolute_error_gradient, losses.huber, losses.huber_gradient]  # fmt: skip


@pytest.mark.parametrize(
    "loss", [*PAIRS, losses.binary_crossentropy, losses.categorical_crossentropy]
)
def test_bad_shapes_and_values_are_named(loss):
    good = np.full((2, 2), 0.5)
    with pytest.raises(
        ValueError, match=r"y_pred must be .* of shape \(2, 2\), got an array of shape \(2,\)"
    ):
        loss(good, [0.5, 0.5])
    with pytest.raises(ValueError, match="y_true must be a finite array"):
        loss([[np.nan, 1.0]], [[1.0, 1.0]])
    with pytest.raises(ValueError, match="y_true must be"):
        loss([], [])
    with pytest.raises(ValueError, match="y_pred must be"):
        loss(good, "text")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.huber([1.0], [1.0], delta=0), "delta must be a positive number"),
        (lambda: losses.huber_gradient([1.0], [1.0], delta=-1), "delta must be a positive number"),
        (lambda: losses.binary_crossentropy([2.0], [0.5]), "y_true must lie between 0 and 1, got 2"),
        (lambda: losses.binary_crossentropy([1.0], [1.0]), "strictly between 0 and 1.*from_logits=True"),
        (lambda: losses.binary_crossentropy_gradient([1.0], [0.0]), "strictly between 0 and 1"),
        (lambda: losses.categorical_crossentropy([1.0], [1.0]), "y_true must be .* with 2 axes"),
        (lambda: losses.categorical_crossentropy([[1.0, 1.0]], [[0.5, 0.5]]), "y_true must sum to 1"),
        (lambda: losses.categorical_crossentropy([[1.0, 0.0]], [[3.0, 1.0]]), "y_pred must be positive and sum to 1"),
        (lambda: losses.nothing, "no attribute 'nothing'"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, message):
    with pytest.raises((ValueError, AttributeError), match=message):
        call()
