"""What an `Ensemble` makes of the history and the weights of a training, by hand."""

import keras
import numpy as np
import pytest

from utils.ensembles import Ensemble
from utils.ensembles.runner import Plan

SEEDS = [4, 7, 4, 9]
X = np.arange(6.0).reshape(3, 2)


class Louder(keras.layers.Layer):
    """Multiplies in training alone, which is over."""

    def call(self, inputs, training=False):
        return 3 * inputs if training else inputs


def build():
    return keras.Sequential([keras.layers.Dense(1), Louder()])


def plan_of(epochs, stops, own):
    x = np.stack([X] * 4) if own else X
    return Plan(SEEDS, epochs, 2, (x, x[..., :1], own), None, True, None, stops)


def weights_after(epoch):
    """Stacks of weights in which every number is another."""
    return [np.arange(8.0).reshape(4, 2, 1) + 100 * epoch, np.arange(4.0)[:, None] - 100 * epoch]


def ensemble(rows, names=(), epochs=5, stops=(), own=False, **others):
    """An ensemble of 4 members after `epochs`; `rows` is how many the history has."""
    history = np.arange(1.0, epochs * rows * 4 + 1).reshape(epochs, rows, 4)
    history[:, 0] = others.get("finite", 1)
    kept = {epoch: weights_after(epoch) for epoch in (*stops, epochs)}
    model = build()
    model.build((None, 2))
    plan, x = plan_of(epochs, list(stops), own), others.get("snapshot_x")
    return Ensemble(build, model, plan, names, history, kept, x), history


@pytest.mark.parametrize("validation", [False, True])
@pytest.mark.parametrize("names", [[], ["mae", "mine"]])
def test_rows_of_the_history_find_their_names(names, validation):
    trained = 2 + len(names)
    found, history = ensemble(trained + validation * (trained - 1), names)
    np.testing.assert_array_equal(found.losses, history[:, 1].T)
    assert list(found.metrics) == names
    assert list(found.validation_metrics) == (names if validation else [])
    for place, name in enumerate(names):
        np.testing.assert_array_equal(found.metrics[name], history[:, 2 + place].T)
        if validation:
            held = history[:, trained + 1 + place].T
            np.testing.assert_array_equal(found.validation_metrics[name], held)
    if validation:
        np.testing.assert_array_equal(found.validation_losses, history[:, trained].T)
    else:
        assert found.validation_losses is None


def test_the_first_epoch_that_is_not_finite_is_told():
    finite = np.ones((5, 4))
    finite[0:, 1], finite[3:, 2], finite[4, 3] = 0, 0, 0
    found, _ = ensemble(2, finite=finite)
    assert found.diverged.tolist() == [False, True, True, True]
    assert found.diverged_epoch.tolist() == [0, 1, 4, 5]


def by_hand(x, epoch):
    W, b = weights_after(epoch)
    return x @ W + b[:, None]


def test_predictions_are_of_the_last_epoch_or_of_one_that_was_kept():
    found, _ = ensemble(2, stops=[0, 3], snapshot_x=X)
    np.testing.assert_allclose(found.predict(X[:2]), by_hand(X[:2], 5), rtol=1e-6)
    np.testing.assert_allclose(found.predict(X, epoch=3), by_hand(X, 3), rtol=1e-6)
    assert sorted(found.snapshots) == [0, 3]
    for epoch, predictions in found.snapshots.items():
        np.testing.assert_allclose(predictions, by_hand(X, epoch), rtol=1e-6)
    for ours, theirs in zip(found.weights, weights_after(5), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for epoch in (1, 6):
        with pytest.raises(ValueError, match=r"^epoch must .* were kept \(0, 3, 5\), got"):
            found.predict(X, epoch=epoch)
    assert ensemble(2, stops=[0])[0].snapshots == {}


@pytest.mark.parametrize("own", [False, True])
def test_models_are_made_of_one_members_weights(own):
    """The model that `build` returns has no weights before it is called."""
    found, _ = ensemble(2, stops=[0], own=own)
    for epoch in (None, 0):
        wanted = by_hand(X, 5 if epoch is None else epoch)
        np.testing.assert_allclose(found.model(7, epoch)(X), wanted[1], rtol=1e-6)
        np.testing.assert_allclose(found.member(2, epoch)(X), wanted[2], rtol=1e-6)
    for seed in (4, 5):  # 4 occurs twice
        with pytest.raises(ValueError, match="^seed must be one that was trained once, of 4, 7, 4"):
            found.model(seed)


@pytest.mark.parametrize("own", [False, True])
def test_what_does_not_fit_is_named(own):
    found, _ = ensemble(2, stops=[0], own=own)
    for epoch in (-1, True, 5.0, [0], "last", np.array([0, 5])):
        for method, given in ((found.weights_at, []), (found.member, [0]), (found.predict, [X])):
            with pytest.raises(ValueError, match="^epoch must be a whole number"):
                method(*given, epoch)
    for index in (4, -1, "a", 1.0, None):
        with pytest.raises(ValueError, match="^index must be a whole number"):
            found.member(index)
    for seed in (-1, 7.0, None, np.array([7, 9])):
        with pytest.raises(ValueError, match="^seed must be a whole number"):
            found.model(seed)
    for x in (X[:, :1], X[0], X[None], "text"):
        with pytest.raises(ValueError, match=r"^x must be .* of shape \(any, 2\), got"):
            found.predict(x)
    for member in range(4):
        np.testing.assert_allclose(found.member(member)(X), found.predict(X)[member], rtol=1e-6)
