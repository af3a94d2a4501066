"""What a stack of networks computes, against one linear layer by hand; XLA is left out here."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from utils.ensembles import EnsembleTrainer, train_many, training

layers = keras.layers
RANDOM = np.random.default_rng(0)
X, X_HELD = RANDOM.normal(size=(5, 2)), RANDOM.normal(size=(3, 2))
Y, Y_HELD = RANDOM.normal(size=(5, 1)), RANDOM.normal(size=(3, 1))
SEEDS, EPOCHS, LOUD = [4, 0, 9], 3, 3.0
EXACT = {"rtol": 1e-5, "atol": 1e-6}


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

    def __init__(self, seed, batch_size, rate=0.1, data=(X, Y), held=(X_HELD, Y_HELD)):
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


def sgd(rate=0.1):
    return keras.optimizers.SGD(rate, momentum=0.5)


HELD = (X_HELD, Y_HELD)


@pytest.mark.parametrize(
    ("validation", "batch_size", "metrics"),
    [(HELD, 2, ["mae"]), (HELD, 5, []), (None, 2, []), (None, 5, ["mae"])],
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
    rates = [0.1, 0.01, 0.05]
    found = train_many(
        build, x, y, seeds=SEEDS, epochs=EPOCHS, optimizer=sgd(), shuffle=False, batch_size=2,
        data_per_seed=True, validation_data=(x_held, y_held), learning_rates=rates,
    )  # fmt: skip
    for member, seed in enumerate(SEEDS):
        data, held = (x[member], y[member]), (x_held[member], y_held[member])
        wanted = ByHand(seed, 2, rates[member], data, held)
        np.testing.assert_allclose(found.losses[member], wanted.losses, **EXACT)
        np.testing.assert_allclose(found.validation_losses[member], wanted.held_losses, **EXACT)


def test_a_second_fit_starts_without_momentum():
    trainer = EnsembleTrainer(build, optimizer=sgd())
    for seeds in ([0], [4]):
        found = trainer.fit(X, Y, seeds=seeds, epochs=EPOCHS, shuffle=False, batch_size=2)
        wanted = ByHand(seeds[0], 2)
        np.testing.assert_allclose(found.losses[0], wanted.losses, **EXACT)


def test_only_training_can_diverge():
    settings = {"seeds": [0, 1], "epochs": 2, "optimizer": "sgd", "batch_size": 5}
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
    y = np.array([[-10.0], [-10.0], [10.0], [-10.0], [10.0]])
    found = train_many(
        build, X / 10, y, seeds=3, epochs=1, batch_size=2, optimizer=sgd(1e-6),
        metrics=[ShareAbove()],
    )  # fmt: skip
    np.testing.assert_allclose(found.metrics["above"], 3 / 5)


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
