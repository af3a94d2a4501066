"""The training loops that `train_many` is compared with, each as its users write it.

Each function takes a `Case` and returns the seconds of one epoch of one network, measured after a
warm-up, or raises `ImportError` where its library is missing.
"""

import dataclasses
import time

import numpy as np


@dataclasses.dataclass(frozen=True)
class Case:
    """A multilayer perceptron with tanh, trained by Adam on a quadratic loss."""

    seeds: int = 32
    epochs: int = 100
    depth: int = 4
    width: int = 8
    samples: int = 1000
    batch_size: int = 32
    learning_rate: float = 1e-3

    def data(self):
        """Return inputs (samples, 2) and targets (samples, 1) as float32."""
        x = np.random.default_rng(0).normal(size=(self.samples, 2)).astype(np.float32)
        return x, np.sin(3 * x[:, :1] * x[:, 1:])

    def build(self):
        """Return the network as a Keras model."""
        import keras

        hidden = [keras.layers.Dense(self.width, activation="tanh") for _ in range(self.depth)]
        return keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(1)])


def seconds(function):
    """Return how long `function` takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def keras_fit(case, epochs=10):
    """`model.fit` with its defaults, one network."""
    import keras

    x, y = case.data()
    model = case.build()
    model.compile(keras.optimizers.Adam(case.learning_rate), "mse")
    settings = {"batch_size": case.batch_size, "verbose": 0}
    model.fit(x, y, epochs=1, **settings)
    return seconds(lambda: model.fit(x, y, epochs=epochs, **settings)) / epochs


def jax_vmap(case):
    """`vmap` over `lax.scan` over epochs and batches, with optax, all seeds at once."""
    import jax
    import jax.numpy as jnp
    import optax

    x, y = map(jnp.asarray, case.data())
    sizes = [2, *[case.width] * case.depth, 1]
    steps, rest = divmod(case.samples, case.batch_size)
    optimizer = optax.adam(case.learning_rate)

    def initialize(key):
        keys = jax.random.split(key, len(sizes) - 1)
        glorot = jax.nn.initializers.glorot_uniform()
        shapes = zip(keys, sizes[:-1], sizes[1:], strict=True)
        return [(glorot(k, (i, o)), jnp.zeros(o)) for k, i, o in shapes]

    def loss(weights, x, y):
        for w, b in weights[:-1]:
            x = jnp.tanh(x @ w + b)
        w, b = weights[-1]
        return jnp.mean((x @ w + b - y) ** 2)

    def step(state, batch):
        weights, memory = state
        value, gradients = jax.value_and_grad(loss)(weights, x[batch], y[batch])
        updates, memory = optimizer.update(gradients, memory, weights)
        return (optax.apply_updates(weights, updates), memory), value

    def epoch(state, key):
        order = jax.random.permutation(key, case.samples)
        batches = order[: steps * case.batch_size].reshape(steps, case.batch_size)
        state, values = jax.lax.scan(step, state, batches)
        total = values.sum() * case.batch_size
        if rest:
            state, value = step(state, order[-rest:])
            total += value * rest
        return state, total / case.samples

    def train(key):
        weights = initialize(key)
        keys = jax.random.split(key, case.epochs)
        return jax.lax.scan(epoch, (weights, optimizer.init(weights)), keys)[1]

    train_all = jax.jit(jax.vmap(train))
    keys = jax.random.split(jax.random.key(0), case.seeds)
    train_all(keys).block_until_ready()
    return seconds(lambda: train_all(keys).block_until_ready()) / case.epochs / case.seeds


def scikit_learn(case, epochs=20):
    """`MLPClassifier`, one network, on the signs of the targets."""
    from sklearn.neural_network import MLPClassifier

    x, y = case.data()
    model = MLPClassifier(
        [case.width] * case.depth,
        activation="tanh",
        batch_size=case.batch_size,
        learning_rate_init=case.learning_rate,
        alpha=0,
    )
    labels = y[:, 0] > 0

    def train():
        for _ in range(epochs):
            model.partial_fit(x, labels, classes=[False, True])

    train()
    return seconds(train) / epochs


def torch_eager(case, epochs=5):
    """PyTorch without compilation, one network, batches drawn from a permutation."""
    import torch

    x, y = map(torch.from_numpy, case.data())
    sizes = [2, *[case.width] * case.depth]
    layers = []
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(case.width, 1))
    optimizer = torch.optim.Adam(model.parameters(), case.learning_rate)
    loss = torch.nn.MSELoss()

    def train():
        for _ in range(epochs):
            for batch in torch.randperm(case.samples).split(case.batch_size):
                optimizer.zero_grad()
                loss(model(x[batch]), y[batch]).backward()
                optimizer.step()

    train()
    return seconds(train) / epochs
