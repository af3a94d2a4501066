"""Train one Keras model from many seeds at once. First used in chapter 01.

An empirical claim needs many seeds, and `model.fit` in a loop is too slow for that. `train_many`
stacks the weights of all seeds and trains them in one program compiled by XLA. Each seed gets what
`model.fit` would give it: the same loss, gradients and optimizer, its own start and its own order
of the data.
"""

import numpy as np
import tensorflow as tf

from utils.ensembles import arguments
from utils.ensembles.runner import Plan, make_trainers, run_stacks
from utils.ensembles.stacking import check_loss, check_model, check_optimizer
from utils.ensembles.training import Task
from utils.validation import check_array, check_count, fail


def train_many(
    build,
    x,
    y,
    *,
    seeds,
    epochs,
    batch_size=32,
    optimizer="adam",
    loss="mse",
    metrics=(),
    validation_data=None,
    shuffle=True,
    data_per_seed=False,
    learning_rates=None,
    initial_weights=None,
    snapshot_epochs=(),
    snapshot_x=None,
):
    """Train the model that `build` returns once per seed, all seeds at the same time.

    - `build`: function without arguments that returns a Keras model with one input and one output.
      Seed s starts from the weights that `keras.utils.set_random_seed(s); build()` gives.
    - `x`, `y`: arrays (samples, ...), the same for all seeds.
    - `seeds`: how many seeds, counted from 0, or the seeds themselves. A seed may occur more than
      once, to train it with several learning rates or initial weights.
    - `epochs`, `batch_size`, `shuffle`: as in `model.fit`. Each seed shuffles in its own order,
      which NumPy draws from the seed.
    - `optimizer`, `loss`, `metrics`: as in `model.compile`. The optimizer must act on each weight
      by itself; an instance is copied, never changed, and its state is not taken over.
    - `validation_data`: a pair (x, y), as in `model.fit`; each may have a leading axis of seeds.
    - `data_per_seed`: whether `x` and `y` have a leading axis of seeds, each seed its own data.
    - `learning_rates`: one learning rate per seed, instead of the optimizer's own.
    - `initial_weights`: a list of arrays as `model.get_weights()` has it, each with a leading axis
      of seeds, instead of those that the seeds give.
    - `snapshot_epochs`: epochs (0 is the start) after which the weights are kept.
    - `snapshot_x`: inputs whose predictions at these epochs are wanted.

    Returns an `Ensemble`. Raises `ValueError` for what cannot be stacked: dropout, batch
    normalization and other layers that update a state, weight constraints, clipping by norm,
    averaged weights, optimizers that look at more than one weight at a time (LAMB, Muon, ...).

    Sets the global random seed, as building a model from a seed must. The idea, to vectorize over
    whole networks, is that of `jax.vmap` over a training loop; here with a Keras model and
    optimizer.
    """
    seeds = arguments.check_seeds(seeds)
    x, y = arguments.check_data("x", x, "y", y, len(seeds) if data_per_seed else None)
    model, weights = starting_points(build, seeds, x[0] if data_per_seed else x, initial_weights)
    y = arguments.match_output(model, y, data_per_seed)
    loss = arguments.as_loss(loss)
    few = (x[0, :2], y[0, :2]) if data_per_seed else (x[:2], y[:2])
    check_model(model, few[0])
    check_loss(model, loss, *few)
    check_optimizer(optimizer)
    plan = Plan(
        seeds=seeds,
        epochs=check_count("epochs", epochs),
        batch_size=min(check_count("batch_size", batch_size), y.shape[int(data_per_seed)]),
        data=(x, y, data_per_seed),
        validation=arguments.check_validation(validation_data, model, x, len(seeds), data_per_seed),
        shuffle=shuffle,
        rates=arguments.check_rates(learning_rates, len(seeds)),
        stops=arguments.check_epochs(snapshot_epochs, epochs),
    )
    metrics = arguments.as_metrics(metrics, model, y.ndim - data_per_seed)
    task = Task(model, loss, metrics)
    trainers = make_trainers(plan, task, optimizer)
    history, kept = run_stacks(plan, task, trainers, weights)
    return Ensemble(build, model, plan, [m.name for m in metrics], history, kept, snapshot_x)


class Ensemble:
    """What `train_many` returns: the histories and the trained weights of all seeds.

    - `seeds`: list of the seeds, in the order of every leading axis below.
    - `losses`: array (seeds, epochs), the loss that `model.fit` reports: the mean over an epoch's
      batches, each taken before its update.
    - `validation_losses`: array (seeds, epochs), each taken after the epoch; None without
      `validation_data`.
    - `metrics`, `validation_metrics`: dicts from a metric's name to an array (seeds, epochs).
    - `diverged`: array (seeds,), whether the loss or a weight became NaN or infinite.
    - `diverged_epoch`: array (seeds,), the first epoch (from 1) in which it did; 0 if it did not.
    - `weights`: list of arrays as `model.get_weights()` has it, each with a leading axis of seeds.
    - `snapshots`: dict from each epoch of `snapshot_epochs` to the predictions for `snapshot_x`,
      arrays (seeds, samples, outputs); empty without `snapshot_x`.
    """

    def __init__(self, build, model, plan, names, history, kept, snapshot_x):
        """Sort `history` (epochs, rows, seeds) of `StackTrainer.run` into the attributes."""
        self._build, self._model, self._kept = build, model, kept
        x, _, own = plan.data
        self._x = x[0, :1] if own else x[:1]  # for models that are built by their first call
        self.seeds, self.epochs = plan.seeds, plan.epochs
        finite, self.losses, *rows = history.transpose(1, 2, 0)
        trained, held_out = rows[: len(names)], rows[len(names) :]
        self.metrics = dict(zip(names, trained, strict=True))
        self.validation_losses, self.validation_metrics = None, {}
        if held_out:
            self.validation_losses = held_out[0]
            self.validation_metrics = dict(zip(names, held_out[1:], strict=True))
        self.diverged = (finite == 0).any(axis=1)
        self.diverged_epoch = np.where(self.diverged, (finite == 0).argmax(axis=1) + 1, 0)
        self.weights = self.weights_at(self.epochs)
        self.snapshots = {}
        if snapshot_x is not None:
            self.snapshots = {epoch: self.predict(snapshot_x, epoch) for epoch in plan.stops}

    def weights_at(self, epoch):
        """Return the weights after `epoch`, which is the last or one of `snapshot_epochs`."""
        if epoch not in self._kept:
            known = ", ".join(str(kept) for kept in sorted(self._kept))
            fail("epoch", f"one whose weights were kept ({known})", epoch)
        return self._kept[epoch]

    def predict(self, x, epoch=None):
        """Return the predictions (seeds, samples, outputs) for `x` (samples, features).

        `epoch` is the last one, or one of `snapshot_epochs`.
        """
        weights = self.weights_at(self.epochs if epoch is None else epoch)
        x = tf.constant(check_array("x", x), tf.float32)
        return np.stack([self._forward(x, member) for member in zip(*weights, strict=True)])

    def _forward(self, x, weights):
        self._model.set_weights(weights)
        return self._model(x, training=False).numpy()

    def model(self, seed, epoch=None):
        """Return a new Keras model with the weights of `seed` after `epoch` (by default the last).

        Raises `ValueError` for an unknown seed, and for one that occurs more than once.
        """
        if self.seeds.count(seed) != 1:
            fail("seed", f"one that was trained once, of {arguments.shorten(self.seeds)}", seed)
        return self.member(self.seeds.index(seed), epoch)

    def member(self, index, epoch=None):
        """Return a new Keras model with the weights of number `index` along the axis of seeds."""
        weights = self.weights_at(self.epochs if epoch is None else epoch)
        model = arguments.build_model(self._build, self.seeds[index], self._x)
        model.set_weights([array[index] for array in weights])
        return model


def starting_points(build, seeds, x, initial_weights=None):
    """Return a model and the stacked initial weights, a list of arrays (seeds, ...)."""
    kept = {}
    for seed in seeds if initial_weights is None else seeds[:1]:
        if seed not in kept:
            model = arguments.build_model(build, seed, x)
            kept[seed] = model.get_weights()
    if initial_weights is not None:
        return model, arguments.check_weights(initial_weights, model, len(seeds))
    shapes = {tuple(array.shape for array in weights) for weights in kept.values()}
    if len(shapes) > 1:
        fail("build", "a function that returns the same architecture each time", build)
    return model, [np.stack(arrays) for arrays in zip(*(kept[seed] for seed in seeds), strict=True)]
