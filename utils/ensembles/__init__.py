"""Train one Keras model from many seeds at once. First used in chapter 01.

An empirical claim needs many seeds, and `model.fit` in a loop is too slow for that. `train_many`
stacks the weights of all seeds and trains them in one program compiled by XLA. Each seed gets what
`model.fit` would give it: the same loss, gradients and optimizer, its own start and its own order
of the data. `EnsembleTrainer` keeps the compiled program for further trainings.
"""

import os

import numpy as np

from utils.ensembles import arguments
from utils.ensembles.ensemble import Ensemble
from utils.ensembles.runner import Plan, run_stacks, split_members, stack_size
from utils.ensembles.stacking import (
    check_loss,
    check_model,
    check_optimizer,
    compute_alike,
    loss_hangs_on_batch,
)
from utils.ensembles.training import StackTrainer, Task
from utils.validation import check_bool, check_count, fail

__all__ = ["Ensemble", "EnsembleTrainer", "train_many"]


def train_many(build, x, y, *, seeds, epochs, optimizer="adam", loss="mse", metrics=(), **settings):
    """Train the model that `build` returns once per seed, all seeds at the same time.

    One `EnsembleTrainer(build, optimizer, loss, metrics)`, one `fit(x, y, seeds, epochs,
    **settings)`: see there for the arguments. Returns an `Ensemble`.
    """
    trainer = EnsembleTrainer(build, optimizer=optimizer, loss=loss, metrics=metrics)
    return trainer.fit(x, y, seeds=seeds, epochs=epochs, **settings)


class EnsembleTrainer:
    """Trains one Keras model from many seeds, as often as wanted. First used in chapter 05.

    A second `fit` on data of the same shape, with the same number of epochs, needs no second
    compilation: tune the learning rate on a few seeds, then train the others with the best. It
    gets a program of its own if `build` returns another network than before, or if many times as
    many seeds are to be trained.

    - `build`: function without arguments that returns a Keras model, Sequential or functional, with
      one input and one output. Seed s starts from the weights that
      `keras.utils.set_random_seed(s); build()` gives.
    - `optimizer`, `loss`, `metrics`: as in `model.compile`. The optimizer must act on each weight
      by itself; an instance is copied, never changed, and its state is not taken over.

    The idea, to vectorize over whole networks, is that of `jax.vmap` over a training loop; here
    with a Keras model and optimizer.
    """

    def __init__(self, build, *, optimizer="adam", loss="mse", metrics=()):
        """Check the optimizer and the loss; all else is checked when there are data."""
        self._build, self._optimizer = build, check_optimizer(optimizer)
        self._loss, self._metrics = arguments.as_loss(loss), metrics
        self._tasks, self._trainers = {}, {}

    def fit(
        self,
        x,
        y,
        *,
        seeds,
        epochs,
        batch_size=32,
        validation_data=None,
        shuffle=True,
        data_per_seed=False,
        learning_rates=None,
        initial_weights=None,
        snapshot_epochs=(),
        snapshot_x=None,
    ):
        """Train the model once per seed, each time from the start, and return an `Ensemble`.

        - `x`, `y`: arrays (samples, ...), the same for all seeds.
        - `seeds`: how many seeds, counted from 0, or the seeds themselves. A seed may occur more
          than once, to train it with several learning rates or initial weights.
        - `epochs`, `batch_size`, `shuffle`: as in `model.fit`. Each seed shuffles in its own
          order, which NumPy draws from the seed.
        - `validation_data`: a pair (x, y), as in `model.fit`; each may have an axis of seeds.
        - `data_per_seed`: whether `x` and `y` have a leading axis of seeds, each seed its own data.
        - `learning_rates`: one learning rate per seed, instead of the optimizer's own.
        - `initial_weights`: a list of arrays as `model.get_weights()` has it, each with a leading
          axis of seeds, instead of those that the seeds give.
        - `snapshot_epochs`: epochs (0 is the start) after which the weights are kept.
        - `snapshot_x`: inputs whose predictions at these epochs are wanted.

        Raises `ValueError` for what cannot be stacked: dropout, batch normalization and other
        layers that update a state, weight constraints, clipping by norm, averaged weights,
        optimizers that look at more than one weight at a time (LAMB, Muon, ...).

        Sets the global random seed, as building a model from a seed must.
        """
        seeds = arguments.check_seeds(seeds)
        data_per_seed = check_bool("data_per_seed", data_per_seed)
        x, y = arguments.check_data("x", x, "y", y, len(seeds) if data_per_seed else None)
        one = x[0] if data_per_seed else x
        if snapshot_x is not None:
            snapshot_x = arguments.check_inputs("snapshot_x", snapshot_x, one.shape[1:])
        model, weights = self._starting_points(seeds, one, initial_weights)
        y = arguments.match_output(model, y, data_per_seed)
        task = self._task(model, one, y[0] if data_per_seed else y)
        held_out = (validation_data, model, x, len(seeds), data_per_seed)
        plan = Plan(
            seeds=seeds,
            epochs=check_count("epochs", epochs),
            batch_size=check_count("batch_size", batch_size),
            data=(x, y, data_per_seed),
            validation=arguments.check_validation(*held_out),
            shuffle=check_bool("shuffle", shuffle),
            rates=arguments.check_rates(learning_rates, len(seeds)),
            stops=arguments.check_epochs(snapshot_epochs, epochs),
        )
        stacks, trainers = self._crew(task, plan)
        history, kept = run_stacks(plan, task, stacks, trainers, weights)
        names = [metric.name for metric in task.metrics]
        return Ensemble(self._build, model, plan, names, history, kept, snapshot_x)

    def _starting_points(self, seeds, x, initial_weights):
        """Return a model for inputs like `x`, and the stacked initial weights."""
        if initial_weights is None:
            return starting_points(self._build, seeds, x)
        model = arguments.build_model(self._build, x, seeds[0])
        return model, arguments.check_weights(initial_weights, model, len(seeds))

    def _task(self, model, x, y):
        """Return what a member computes on samples like those of `x` and `y`.

        A known task serves if its model computes what `model` does: `build` may have changed.
        """
        check_model(model, x[:2])
        architecture = [(variable.shape, variable.trainable) for variable in model.weights]
        key = (x.shape[1:], y.shape[1:], y.dtype, str(architecture))
        known = self._tasks.setdefault(key, [])
        for task in known:
            if compute_alike(task.model, model, x[:2]):
                return task
        check_loss(model, self._loss, x[:2], y[:2])
        metrics = arguments.as_metrics(self._metrics, model, y.shape)
        by_batches = loss_hangs_on_batch(model, self._loss, x, y)
        known.append(Task(model, self._loss, metrics, by_batches))
        return known[-1]

    def _crew(self, task, plan):
        """Return the members of each stack, and as many trainers as have work and a core."""
        key, count = (task, plan.rates is not None), len(plan.seeds)
        size = stack_size(count, [size for *other, size in self._trainers if tuple(other) == key])
        known, stacks = self._trainers.setdefault((*key, size), []), split_members(count, size)
        wanted = min(len(stacks), cores())
        while len(known) < wanted:
            known.append(StackTrainer(task, self._optimizer, size, key[1]))
        return stacks, known[:wanted]


def cores():
    """Return how many cores this process may use, which may be fewer than the machine has."""
    if hasattr(os, "process_cpu_count"):  # from Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # not on Windows and macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def starting_points(build, seeds, x):
    """Return a model and the initial weights of all seeds, a list of arrays (seeds, ...)."""
    kept = {}
    for seed in seeds:
        if seed not in kept:
            model = arguments.build_model(build, x, seed)
            kept[seed] = model.get_weights()
    shapes = {tuple(array.shape for array in weights) for weights in kept.values()}
    if len(shapes) > 1:
        fail("build", "a function that returns the same architecture each time", build)
    return model, [np.stack(arrays) for arrays in zip(*(kept[seed] for seed in seeds), strict=True)]
