"""When an `EnsembleTrainer` keeps its compiled program and when not; clocks, cores, seeds."""

import os
import random
import types

import keras
import numpy as np
import pytest
from plain_keras import X_HELD, X, fit, mlp, root_of_mean, targets

from utils import ensembles
from utils.ensembles import EnsembleTrainer, runner, train_many

layers = keras.layers
SETTINGS = {"seeds": 2, "epochs": 2, "batch_size": 16, "shuffle": False}


def programs(trainer):
    """How many programs the trainer has."""
    return sum(len(crew) for crew in trainer._trainers.values())


@pytest.mark.parametrize("ticks", [0.0, 0.0156])
def test_a_coarse_clock_stops_no_training(monkeypatch, ticks):
    """Windows' clock ticks 64 times a second: a call may take 0 seconds, or seem to."""
    seconds = iter(ticks * (n // 3) for n in range(10**6))
    clocks = dict.fromkeys(("perf_counter", "monotonic"), lambda: next(seconds))
    monkeypatch.setattr(runner, "time", types.SimpleNamespace(**clocks))
    found = train_many(mlp, X, targets(X), **{**SETTINGS, "epochs": 7})
    assert found.losses.shape == (2, 7) and np.isfinite(found.losses).all()


CHANGES = {
    "activation": ({"activation": "tanh"}, {"activation": "relu"}),
    "regularizer": ({}, {"kernel_regularizer": "l2"}),
    "frozen": ({}, {"trainable": False}),
}


@pytest.mark.parametrize(
    ("change", "own_start"),
    [("activation", False), ("activation", True), ("regularizer", False), ("frozen", True)],
)
def test_a_build_that_has_changed_gets_a_new_program(change, own_start):
    before, after = CHANGES[change]
    options, start = dict(before), {}
    if own_start:
        arrays = mlp().get_weights()
        start["initial_weights"] = [np.stack([array, array]) for array in arrays]
    trainer = EnsembleTrainer(lambda: mlp(**options), optimizer="sgd")
    trainer.fit(X, targets(X), **SETTINGS, **start)
    options.update(after)
    found = trainer.fit(X, targets(X), **SETTINGS, **start)
    wanted = train_many(lambda: mlp(**after), X, targets(X), optimizer="sgd", **SETTINGS, **start)
    np.testing.assert_allclose(found.losses, wanted.losses, rtol=1e-6)
    np.testing.assert_allclose(found.predict(X_HELD), wanted.predict(X_HELD), atol=1e-6)
    options.clear()
    options.update(before)
    trainer.fit(X, targets(X), **SETTINGS, **start)
    assert programs(trainer) == 2  # that of the first network has been found again


def test_what_cannot_be_stacked_is_refused_at_any_fit():
    more = []
    trainer = EnsembleTrainer(
        lambda: keras.Sequential([keras.Input((2,)), *(make() for make in more), layers.Dense(1)])
    )
    trainer.fit(X, targets(X), **SETTINGS)
    more.append(lambda: layers.Dropout(0.5))
    with pytest.raises(ValueError, match="build must be .* keep no.* state"):
        trainer.fit(X, targets(X), **SETTINGS)


def test_many_seeds_after_one_are_stacked_and_give_the_same():
    trainer = EnsembleTrainer(mlp, optimizer="sgd")
    settings = {**SETTINGS, "epochs": 1}
    one = trainer.fit(X, targets(X), **{**settings, "seeds": [5]})
    many = trainer.fit(X, targets(X), **{**settings, "seeds": range(20)})
    assert sorted(size for *_, size in trainer._trainers) == [1, 7]
    np.testing.assert_allclose(many.losses[5], one.losses[0], rtol=1e-6)
    again = trainer.fit(X, targets(X), **{**settings, "seeds": [5]})
    np.testing.assert_array_equal(again.losses, one.losses)


@pytest.mark.parametrize(
    ("count", "known", "size"),
    [
        (20, [], 7),  # three stacks
        (24, [8], 8),
        (20, [8], 8),  # after tuning: the program at hand
        (1, [8], 8),
        (4, [1], 1),  # four stacks instead of one: not worth a compilation
        (5, [1], 5),
        (100, [1], 8),  # thirteen stacks instead of a hundred
        (100, [2, 1], 2),
        (1, [8, 1], 1),  # no work on members that nobody wants
        (100, [8, 1], 8),
    ],
)
def test_the_size_of_stacks_is_that_of_a_program_at_hand_unless_much_too_small(count, known, size):
    assert runner.stack_size(count, known) == size


@pytest.mark.parametrize("name", ["shuffle", "data_per_seed"])
@pytest.mark.parametrize("value", ["no", 1, None, np.nan, np.array([True])])
def test_flags_are_true_or_false(name, value):
    with pytest.raises(ValueError, match=f"^{name} must be True or False"):
        train_many(mlp, X, targets(X), **{**SETTINGS, name: value})


def test_the_shape_that_came_is_told():
    with pytest.raises(ValueError, match=r"validation_data\[0\] .*\(2,\), got .*\(50, 1\)"):
        train_many(
            mlp, X, targets(X), **SETTINGS, validation_data=(X[:, :1].astype("f"), targets(X))
        )


def random_states():
    """What the next global random numbers of Python and NumPy are drawn from."""
    return random.getstate(), [np.array(part).tolist() for part in np.random.get_state()]


def test_taking_a_model_out_leaves_the_random_numbers_alone():
    found = train_many(mlp, X, targets(X), **SETTINGS)
    keras.utils.set_random_seed(12)
    wanted = layers.Dense(3, name="next"), random.random(), np.random.random()
    wanted[0].build((None, 2))
    keras.utils.set_random_seed(12)
    before = random_states()
    model = found.model(1)
    np.testing.assert_array_equal(model(X_HELD), found.predict(X_HELD)[1])
    found.member(0)
    assert random_states() == before
    drawn = layers.Dense(3, name="next"), random.random(), np.random.random()
    drawn[0].build((None, 2))
    np.testing.assert_array_equal(drawn[0].kernel, wanted[0].kernel)
    assert drawn[1:] == wanted[1:]


@pytest.mark.parametrize(
    "loss", [keras.losses.MeanSquaredError(reduction="sum"), "mse", root_of_mean]
)
@pytest.mark.parametrize("batch_size", [16, 50, 64])
def test_validation_of_a_loss_that_hangs_on_the_batch_agrees_with_fit(loss, batch_size):
    """100 samples are validated in batches too, the last of them smaller, as Keras does."""
    held = np.random.default_rng(2).normal(size=(100, 2))
    settings = {
        "batch_size": batch_size,
        "epochs": 2,
        "shuffle": False,
        "validation_data": (held, targets(held)),
    }
    metrics = ["mae"]
    found = train_many(
        mlp, X, targets(X), seeds=[3], optimizer="sgd", loss=loss, metrics=metrics, **settings
    )
    history, _ = fit(mlp, 3, X, targets(X), "sgd", loss, metrics, **settings)
    np.testing.assert_allclose(found.losses[0], history["loss"], rtol=1e-5)
    np.testing.assert_allclose(found.validation_losses[0], history["val_loss"], rtol=1e-5)
    np.testing.assert_allclose(found.validation_metrics["mae"][0], history["val_mae"], rtol=1e-5)


def test_only_cores_that_this_process_may_use_are_counted(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.delattr(os, "process_cpu_count", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {1, 5}, raising=False)
    assert ensembles.cores() == 2
    monkeypatch.setattr(os, "process_cpu_count", lambda: 3, raising=False)
    assert ensembles.cores() == 3
    monkeypatch.delattr(os, "process_cpu_count")
    monkeypatch.delattr(os, "sched_getaffinity")
    assert ensembles.cores() == 64
