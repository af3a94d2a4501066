"""What a stack of networks computes, against one linear layer by hand; XLA is left out here."""

import os
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from utils import ensembles
from utils.ensembles import EnsembleTrainer, runner, train_many, training

layers = keras.layers
RANDOM = np.random.default_rng(0)
X, X_HELD = RANDOM.normal(size=(7, 2)), RANDOM.normal(size=(3, 2))
Y, Y_HELD = RANDOM.normal(size=(7, 1)), RANDOM.normal(size=(3, 1))
SEEDS, EPOCHS, LOUD = [4, 0, 9], 3, 3.0
EXACT = {"rtol": 2e-5, "atol": 2e-6}


@pytest.fixture(autouse=True)
def without_xla(monkeypatch):
    """The same program, ready at once."""
    monkeypatch.setattr(training, "xla_works", lambda: False)


class Louder(layers.Layer):
    """Multiplies in training alone."""

    def call(self, inputs, training=False):
        return inputs * LOUD if training else inputs


def build():
    """A frozen layer that turns the inputs round, and a layer that learns."""
    model = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(2, use_bias=False, trainable=False),
            layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.01)),
            Louder(),
        ]
    )
    model.layers[0].set_weights([np.array([[0.0, 1.0], [1.0, 0.0]])])
    return model


def start(seed):
    keras.utils.set_random_seed(seed)
    return [array.astype(float) for array in build().get_weights()[1:]]


class ByHand:
    """Descent with momentum 0.5 on the mean squared error with penalty, for one seed."""

    def __init__(self, seed, batch_size, rate=0.02, data=(X, Y), held=(X_HELD, Y_HELD)):
        self.W, self.b = start(seed)
        x, y = data[0][:, ::-1], data[1]
        self.rate, self.speed = rate, [0.0, 0.0]
        self.losses, self.mae, self.held_losses, self.held_mae = [], [], [], []
        for _ in range(EPOCHS):
            total, errors = 0.0, []
            for first in range(0, len(x), batch_size):
                rows = slice(first, first + batch_size)
                loss, error = self.step(x[rows], y[rows])
                total += loss * len(error)
                errors.extend(abs(error[:, 0]))
            self.losses.append(total / len(x))
            self.mae.append(np.mean(errors))
            error = held[0][:, ::-1] @ self.W + self.b - held[1]
            self.held_losses.append((error**2).mean() + self.penalty())
            self.held_mae.append(abs(error).mean())

    def penalty(self):
        return 0.01 * (self.W**2).sum()

    def step(self, x, y):
        error = LOUD * (x @ self.W + self.b) - y
        loss = (error**2).mean() + self.penalty()
        slopes = [2 * LOUD * x.T @ error / len(x) + 0.02 * self.W, 2 * LOUD * error.mean(axis=0)]
        pairs = zip(self.speed, slopes, strict=True)
        self.speed = [0.5 * speed - self.rate * slope for speed, slope in pairs]
        self.W, self.b = self.W + self.speed[0], self.b + self.speed[1]
        return loss, error


def sgd(rate=0.02):
    return keras.optimizers.SGD(rate, momentum=0.5)


HELD = (X_HELD, Y_HELD)


@pytest.mark.parametrize(
    ("validation", "batch_size", "metrics"),
    [(HELD, 2, ["mae"]), (HELD, 7, []), (None, 2, []), (None, 5, ["mae"])],
)
def test_epochs_are_those_by_hand(validation, batch_size, metrics):
    """Batches of 2 leave a last one of 1, which counts for less."""
    found = train_many(
        build, X, Y, seeds=SEEDS, epochs=EPOCHS, optimizer=sgd(), metrics=metrics, shuffle=False,
        batch_size=batch_size, validation_data=validation,
    )  # fmt: skip
    assert set(found.metrics) == set(metrics)
    assert set(found.validation_metrics) == (set(metrics) if validation else set())
    assert (found.validation_losses is None) == (validation is None)
    for member, seed in enumerate(SEEDS):
        wanted = ByHand(seed, batch_size)
        np.testing.assert_allclose(found.losses[member], wanted.losses, **EXACT)
        np.testing.assert_allclose(found.weights[1][member], wanted.W, **EXACT)
        np.testing.assert_allclose(found.weights[2][member], wanted.b, **EXACT)
        if metrics:
            np.testing.assert_allclose(found.metrics["mae"][member], wanted.mae, **EXACT)
        if validation:
            held = found.validation_losses[member]
            np.testing.assert_allclose(held, wanted.held_losses, **EXACT)
        if metrics and validation:
            held = found.validation_metrics["mae"][member]
            np.testing.assert_allclose(held, wanted.held_mae, **EXACT)


def test_each_seed_may_have_its_own_data_and_rate():
    x, y = (RANDOM.normal(size=(3, 5, n)) for n in (2, 1))
    x_held, y_held = (RANDOM.normal(size=(3, 4, n)) for n in (2, 1))
    rates = [0.02, 0.005, 0.01]
    found = train_many(
        build, x, y, seeds=SEEDS, epochs=EPOCHS, optimizer=sgd(), shuffle=False, batch_size=2,
        data_per_seed=True, validation_data=(x_held, y_held), learning_rates=rates,
    )  # fmt: skip
    for member, seed in enumerate(SEEDS):
        data, held = (x[member], y[member]), (x_held[member], y_held[member])
        wanted = ByHand(seed, 2, rates[member], data, held)
        np.testing.assert_allclose(found.losses[member], wanted.losses, **EXACT)
        np.testing.assert_allclose(found.validation_losses[member], wanted.held_losses, **EXACT)


def test_a_loss_that_hangs_on_the_batch_is_validated_in_batches():
    """The sum over a batch counts as often as the batch has samples, as in `model.fit`."""
    found = train_many(
        build, X, Y, seeds=SEEDS, epochs=1, optimizer=sgd(), shuffle=False, batch_size=2,
        loss=keras.losses.MeanSquaredError(reduction="sum"), metrics=["mae"], validation_data=HELD,
    )  # fmt: skip
    for member in range(3):
        _, W, b = (array[member] for array in found.weights)
        error = (X_HELD[:, ::-1] @ W + b - Y_HELD)[:, 0]
        sums = 2 * (error[:2] ** 2).sum() + error[2] ** 2
        wanted = sums / 3 + 0.01 * (W**2).sum()
        np.testing.assert_allclose(found.validation_losses[member], wanted, **EXACT)
        held = found.validation_metrics["mae"][member]
        np.testing.assert_allclose(held, abs(error).mean(), **EXACT)


def test_a_second_fit_starts_without_momentum():
    trainer = EnsembleTrainer(build, optimizer=sgd())
    for seeds in ([0], [4]):
        found = trainer.fit(X, Y, seeds=seeds, epochs=EPOCHS, shuffle=False, batch_size=2)
        wanted = ByHand(seeds[0], 2)
        np.testing.assert_allclose(found.losses[0], wanted.losses, **EXACT)


def test_only_training_can_diverge():
    settings = {"seeds": [0, 1], "epochs": 2, "optimizer": "sgd", "batch_size": 7}
    found = train_many(build, X, Y, validation_data=(X_HELD, Y_HELD + 1e30), **settings)
    assert np.isinf(found.validation_losses).all() and not found.diverged.any()
    # One step of 1e30 leaves weights that are finite, and a loss that is not.
    found = train_many(build, X, Y, learning_rates=[1e30, 0.01], **settings)
    assert found.diverged_epoch.tolist() == [2, 0]
    # The first loss is finite, the weights after it are not.
    found = train_many(build, X, Y * 1e10, learning_rates=[1e38, 0.01], **settings)
    assert np.isfinite(found.losses[0, 0]) and found.diverged_epoch.tolist() == [1, 0]


class ShareAbove(keras.metrics.Metric):
    """The share of outputs above the target, from a state of two numbers."""

    def __init__(self, name="above", **settings):
        super().__init__(name=name, **settings)
        self.counts = self.add_variable((2,), "zeros", name="counts")

    def update_state(self, y_true, y_pred, sample_weight=None):
        above = keras.ops.cast(y_pred > y_true, "float32")
        self.counts.assign(
            self.counts + keras.ops.stack([keras.ops.sum(above), keras.ops.sum(1 - above)])
        )

    def result(self):
        return self.counts[0] / (self.counts[0] + self.counts[1])


def test_metrics_may_keep_arrays():
    y = np.array([[-10.0], [-10.0], [10.0], [-10.0], [10.0], [-10.0], [-10.0]])
    found = train_many(
        build, X / 10, y, seeds=3, epochs=1, batch_size=2, optimizer=sgd(1e-6),
        metrics=[ShareAbove()],
    )  # fmt: skip
    np.testing.assert_allclose(found.metrics["above"], 5 / 7)


def test_what_cannot_be_stacked_is_said():
    def filtered(x):
        return tf.nn.conv2d(tf.ones((1, 2, 2, 1)), tf.reshape(x, (1, 1, 1, 1)), 1, "SAME")

    def odd(x):
        raise ValueError("a wrong shape")

    for function, reason in (
        (lambda x: tf.unique(x).y, "No pfor vectorization defined for Unique"),
        (filtered, 'Input "filter" of op .Conv2D. expected to be loop invariant$'),
        (odd, r"[\s\S]*a wrong shape"),
    ):
        with pytest.raises(ValueError, match="operations that can be stacked: " + reason):
            training.stack(function, tf.ones((3, 1)))


def any_width():
    return keras.Sequential([layers.Dense(1)])


def test_one_trainer_takes_data_of_several_shapes():
    trainer = EnsembleTrainer(any_width, optimizer="sgd")
    for features in (2, 3, 2):
        x = np.ones((4, features))
        assert trainer.fit(x, x[:, :1], seeds=2, epochs=1).weights[0].shape == (2, features, 1)


@pytest.fixture
def handed_over(monkeypatch):
    """Collect what would be trained, and train nothing."""
    calls = []

    def run_stacks(plan, task, stacks, trainers, weights):
        given = {"plan": plan, "stacks": stacks, "trainers": trainers, "weights": weights}
        calls.append(types.SimpleNamespace(**given))
        return np.ones((plan.epochs, 2, len(plan.seeds))), {plan.epochs: weights}

    monkeypatch.setattr(ensembles, "run_stacks", run_stacks)
    return calls


def test_given_weights_are_handed_over(handed_over):
    trainer = EnsembleTrainer(any_width, optimizer="sgd")
    for features in (2, 3):
        x, weights = np.ones((4, features)), [np.full((1, features, 1), 5.0), np.full((1, 1), 7.0)]
        trainer.fit(x, x[:, :1], seeds=[6], epochs=1, initial_weights=weights)
        for ours, theirs in zip(handed_over[-1].weights, weights, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_inputs_of_snapshots_are_checked_before_training(handed_over):
    with pytest.raises(ValueError, match=r"^snapshot_x must be .*\(any, 2\), got .*\(7, 1\)"):
        train_many(any_width, X, Y, seeds=1, epochs=1, snapshot_epochs=[1], snapshot_x=Y)
    assert handed_over == []


def test_a_model_that_is_not_always_the_same_is_refused():
    widths = iter([1, 2])
    with pytest.raises(ValueError, match="^build must .* the same architecture each time"):
        train_many(lambda: keras.Sequential([layers.Dense(next(widths))]), X, Y, seeds=2, epochs=1)


def test_settings_are_given_by_name():
    trainer = EnsembleTrainer(any_width, optimizer="sgd")
    for call in (
        lambda: EnsembleTrainer(any_width, "sgd"),
        lambda: train_many(any_width, X, Y, 1, 1),
        lambda: trainer.fit(X, Y, 1, 1),
    ):
        with pytest.raises(TypeError, match="positional argument"):
            call()


def test_a_seed_that_occurs_twice_is_built_once(handed_over):
    built = []

    def counted():
        built.append(1)
        return any_width()

    train_many(counted, X, Y, seeds=[3, 1, 3], epochs=1, optimizer="sgd")
    kernels = handed_over[0].weights[0]
    np.testing.assert_array_equal(kernels[0], kernels[2])
    assert len(built) == 2 and not np.array_equal(kernels[0], kernels[1])


def test_labels_are_trained_on():
    def classifier():
        return keras.Sequential([keras.Input((2,)), layers.Dense(3, "softmax")])

    labels = np.array([0, 2, 1, 1, 0, 2, 2])
    settings = {"epochs": 1, "optimizer": "sgd", "batch_size": 7}
    loss = "sparse_categorical_crossentropy"
    found = train_many(classifier, X, labels, seeds=[2], loss=loss, **settings)
    keras.utils.set_random_seed(2)
    p = classifier()(X).numpy()
    assert found.losses[0, 0] == pytest.approx(-np.log(p[range(7), labels]).mean(), rel=1e-5)


def test_defaults_are_those_of_fit(handed_over):
    trainer = EnsembleTrainer(any_width, optimizer="sgd")
    trainer.fit(X, Y, seeds=1, epochs=1)
    [plan] = [call.plan for call in handed_over]
    assert plan.batch_size == 32 and plan.shuffle is True and plan.samples == 7
    assert plan.validation is plan.rates is None and plan.stops == []


@pytest.mark.parametrize(
    ("cores", "seeds", "stacks", "trainers"),
    [(8, 5, (3, 2), 3), (2, 5, (3, 2), 2), (1, 5, (3, 2), 1), (8, 2, (1, 2), 1)],
)
def test_there_is_a_trainer_for_each_core_and_stack(
    monkeypatch, handed_over, cores, seeds, stacks, trainers
):
    made, make = [], ensembles.StackTrainer
    monkeypatch.setattr(
        ensembles, "StackTrainer", lambda *given: made.append(given) or make(*given)
    )
    monkeypatch.setattr(runner, "MEMBERS_PER_STACK", 2)
    monkeypatch.setattr(ensembles, "cores", lambda: cores)
    trainer = EnsembleTrainer(any_width, optimizer="sgd")
    trainer.fit(X, Y, seeds=seeds, epochs=1)
    assert len(made) == trainers
    trainer.fit(X, Y, seeds=3, epochs=1)  # one trainer is there, and another only if need be
    first, second = handed_over
    assert (first.stacks.shape, len(first.trainers)) == (stacks, trainers)
    assert (second.stacks.shape, len(second.trainers)) == ((2, 2), min(2, cores))
    assert {trainer.members for trainer in first.trainers + second.trainers} == {2}


def test_a_program_at_hand_is_for_the_same_kind_of_rates(handed_over):
    trainer = EnsembleTrainer(any_width, optimizer="sgd")
    for seeds, rates in ((4, None), (2, None), (2, [0.1, 0.2]), (1, [0.1]), (1, None)):
        trainer.fit(X, Y, seeds=seeds, epochs=1, learning_rates=rates)
    assert [call.stacks.shape for call in handed_over] == [(1, 4), (1, 4), (1, 2), (1, 2), (1, 4)]


def test_there_is_one_core_at_least_and_those_of_this_process_count(monkeypatch):
    monkeypatch.setattr(os, "process_cpu_count", lambda: None, raising=False)
    assert ensembles.cores() == 1
    monkeypatch.delattr(os, "process_cpu_count")
    of_this = {0: {1, 2, 5}}  # 0 stands for the process itself
    monkeypatch.setattr(os, "sched_getaffinity", of_this.__getitem__, raising=False)
    assert ensembles.cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert ensembles.cores() == 1
