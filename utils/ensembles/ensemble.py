"""What the training of many seeds returns: histories, weights, and Keras models made of them."""

import numpy as np
import tensorflow as tf

from utils.ensembles import arguments
from utils.validation import check_count, fail


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
        self._x = (x[0] if own else x)[:1]  # for models that are built by their first call
        self.seeds, self.epochs = plan.seeds, plan.epochs
        finite, self.losses, *rows = history.transpose(1, 2, 0)
        trained, held_out = rows[: len(names)], rows[len(names) :]
        self.metrics = dict(zip(names, trained, strict=True))
        self.validation_losses, self.validation_metrics = None, {}
        if held_out:
            self.validation_losses = held_out[0]
            self.validation_metrics = dict(zip(names, held_out[1:], strict=True))
        failed = finite == 0
        self.diverged = failed.any(axis=1)
        self.diverged_epoch = np.where(self.diverged, failed.argmax(axis=1) + 1, 0)
        self.weights = self.weights_at(self.epochs)
        self.snapshots = {}
        if snapshot_x is not None:
            self.snapshots = {epoch: self.predict(snapshot_x, epoch) for epoch in plan.stops}

    def weights_at(self, epoch):
        """Return the weights after `epoch`, which is the last or one of `snapshot_epochs`."""
        if check_count("epoch", epoch, minimum=0) not in self._kept:
            known = ", ".join(str(kept) for kept in sorted(self._kept))
            fail("epoch", f"one whose weights were kept ({known})", epoch)
        return self._kept[epoch]

    def predict(self, x, epoch=None):
        """Return the predictions (seeds, samples, outputs) for `x` (samples, features).

        Each sample has the shape of those that were trained on. `epoch` is the last one, or one of
        `snapshot_epochs`.
        """
        weights = self.weights_at(self.epochs if epoch is None else epoch)
        x = tf.constant(arguments.check_inputs("x", x, self._x.shape[1:]))
        return np.stack([self._forward(x, member) for member in zip(*weights, strict=True)])

    def _forward(self, x, weights):
        self._model.set_weights(weights)
        return self._model(x, training=False).numpy()

    def model(self, seed, epoch=None):
        """Return a new Keras model with the weights of `seed` after `epoch` (by default the last).

        Raises `ValueError` for an unknown seed, and for one that occurs more than once.
        """
        if self.seeds.count(check_count("seed", seed, minimum=0)) != 1:
            fail("seed", f"one that was trained once, of {arguments.shorten(self.seeds)}", seed)
        return self.member(self.seeds.index(seed), epoch)

    def member(self, index, epoch=None):
        """Return a new Keras model with the weights of number `index` along the axis of seeds.

        The first has number 0. Building it takes nothing from the global random numbers of Python
        and NumPy.
        """
        index = check_count("index", index, minimum=0, maximum=len(self.seeds) - 1)
        weights = self.weights_at(self.epochs if epoch is None else epoch)
        with arguments.kept_random_states():
            model = arguments.build_model(self._build, self._x)
        model.set_weights([array[index] for array in weights])
        return model
