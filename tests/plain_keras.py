"""A small problem, and plain Keras as the oracle for `train_many`. Used by several test files."""

import keras
import numpy as np

layers = keras.layers
X = np.random.default_rng(0).normal(size=(50, 2))
X_HELD = np.random.default_rng(1).normal(size=(20, 2))


def targets(x, outputs=1):
    return np.stack([np.sin((1 + i) * x[:, 0]) * x[:, 1] for i in range(outputs)], axis=1)


def mlp(activation="tanh", outputs=1, **dense):
    hidden = [layers.Dense(6, activation=activation, **dense) for _ in range(2)]
    return keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(outputs)])


def root_of_mean(y_true, y_pred):
    """A loss of the batch as a whole: that of two batches is not the mean of theirs."""
    return keras.ops.sqrt(keras.ops.mean((y_true - y_pred) ** 2))


def fit(build, seed, x, y, optimizer="adam", loss="mse", metrics=(), **arguments):
    """The history and the model of plain Keras, from the same start and without shuffling."""
    keras.utils.set_random_seed(seed)
    model = build()
    optimizer = keras.optimizers.get(optimizer if isinstance(optimizer, str) else optimizer())
    model.compile(optimizer, loss, metrics=list(metrics), jit_compile=False)  # starts sooner
    arguments = {"epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0, **arguments}
    return model.fit(x, y, **arguments).history, model
