"""Splits the seeds of an ensemble into stacks and trains these on all cores."""

import concurrent.futures
import dataclasses
import queue
import threading
import time

import numpy as np
import tensorflow as tf

from utils.ensembles.progress import progress_bar

# Few enough for a step's numbers to stay in the processor's cache, many enough to share the cost
# of starting an operation. It is fixed, so that results do not hang on the number of cores.
MEMBERS_PER_STACK = 8
TOO_MANY = 4  # times as many stacks as needed: a program for larger ones is worth its compilation
ORDER_LIMIT = 2**20  # sample numbers handed over in one call: 4 MB
SECONDS_PER_CALL = 0.5  # so that the progress bar moves
SHORTEST = 1e-6  # seconds, at least, of a call: a coarse clock may say 0


@dataclasses.dataclass
class Plan:
    """What is to be trained: the checked arguments of `EnsembleTrainer.fit`.

    `data` and `validation` are (x, y, has an axis of seeds?), `rates` (seeds, 1) or None, `stops`
    the sorted epochs at which the weights are kept.
    """

    seeds: list
    epochs: int
    batch_size: int
    data: tuple
    validation: tuple | None
    shuffle: bool
    rates: np.ndarray | None
    stops: list

    @property
    def samples(self):
        """The number of samples of each seed."""
        x, _, own = self.data
        return x.shape[int(own)]


def stack_size(count, known=()):
    """Return how many of `count` members to train side by side: one of the `known` sizes if it can.

    A known size has its program already, and compiling another takes seconds. Only where all known
    stacks are much too small is a new size worth that: for 100 seeds after a trial with one.
    """
    fewest = -(-count // MEMBERS_PER_STACK)
    by_stacks = sorted((-(-count // size), size) for size in known)
    if by_stacks and by_stacks[0][0] <= TOO_MANY * fewest:
        return by_stacks[0][1]
    return -(-count // fewest)


def split_members(count, size=None):
    """Return the member numbers of each stack, an array (stacks, size).

    All stacks have the same size, so that one program fits all; the last is filled up with the
    last member, whose results are the same each time.
    """
    size = stack_size(count) if size is None else size
    stacks = -(-count // size)
    return np.minimum(np.arange(stacks * size), count - 1).reshape(stacks, size)


def run_stacks(plan, task, stacks, trainers, weights):
    """Train all `stacks`, the member numbers of each, with the `trainers`.

    Return the history (epochs, rows, seeds) and the kept weights by epoch.
    """
    runs = [StackRun(plan, task, members, weights) for members in stacks]
    crew = Crew(trainers, runs)
    with concurrent.futures.ThreadPoolExecutor(len(trainers)) as pool:
        jobs = [pool.submit(run.train, crew) for run in runs]
        try:
            _wait(jobs, runs)
        finally:  # an error or an interrupt stops the others too
            for run in runs:
                run.stopped = True
    return _merge(stacks, runs, len(plan.seeds))


class Crew:
    """The trainers that `runs` share. Those after the first start only where that pays.

    Each trainer compiles its own program, which takes seconds and slows the others down. Where
    little is to be trained, the first one is done before a second would be ready.
    """

    WATCHED = 0.2  # seconds of training from which to judge the rest
    PAYS = 1.5  # times as long as compiling must the rest take for another trainer to pay

    def __init__(self, trainers, runs):
        """Set free, in a queue, the first of `trainers` and those that have compiled already."""
        self.runs, self.free, self.reserve = runs, queue.SimpleQueue(), []
        self.first, self.lock = trainers[0], threading.Lock()
        for trainer in trainers:
            ready = trainer is self.first or trainer.compiling is not None
            self.free.put(trainer) if ready else self.reserve.append(trainer)
        self.seconds, self.epochs = 0.0, 0

    def called(self, trainer, seconds, epochs):
        """Note that a call took `seconds` for `epochs`; the first one is nearly all compiling."""
        if trainer.compiling is None:
            trainer.compiling = seconds
            return
        with self.lock:  # every trainer calls from a thread of its own
            if self.reserve:
                self._judge(seconds, epochs)

    def _judge(self, seconds, epochs):
        """Set the reserve free if the work that is left, at the pace seen so far, is worth it."""
        self.seconds, self.epochs = self.seconds + seconds, self.epochs + epochs
        left = sum(run.plan.epochs - run.done for run in self.runs)
        rest = left * self.seconds / self.epochs
        if self.seconds > self.WATCHED and rest > self.PAYS * self.first.compiling:
            while self.reserve:
                self.free.put(self.reserve.pop())


class StackRun:
    """The training of one stack: `members` are its positions among all seeds.

    While it runs, `done` counts the epochs; at the end `history` (epochs, rows, members) and
    `kept` (a list of arrays, each with a leading axis of members, by epoch) are complete.
    """

    trace = threading.Lock()  # programs are traced one after another, and run at the same time

    def __init__(self, plan, task, members, weights):
        """Pick this stack's part of `plan` and `weights`."""
        self.plan, self.task = plan, task
        self.weights = [array[members] for array in weights]
        self.frozen = [tf.constant(self.weights[place]) for place in task.frozen]
        self.rates = None if plan.rates is None else plan.rates[members]
        self.parts = [part and self._own(part, members) for part in (plan.data, plan.validation)]
        self.generators = [np.random.default_rng(plan.seeds[i]) for i in members]
        self.limit = max(1, min(plan.epochs, ORDER_LIMIT // (plan.samples * len(members))))
        self.done, self.stopped, self.history, self.kept = 0, False, [], {}

    @staticmethod
    def _own(data, members):
        x, y, own = data
        return (x[members], y[members], own) if own else data

    def train(self, crew):
        """Train on one of the crew's free trainers, and put it back."""
        trainer = crew.free.get()
        try:
            trainer.load(self.weights, self.rates)
            self._train_epochs(trainer, crew)
        finally:
            crew.free.put(trainer)

    def _train_epochs(self, trainer, crew):
        """Train in calls of about half a second, which end where weights are to be kept."""
        data = [part and (*map(tf.constant, part[:2]), part[2]) for part in self.parts]
        self._keep(trainer)
        count = 1
        while self.done < self.plan.epochs and not self.stopped:
            count = self._bounded(count)
            start = time.perf_counter()  # on Windows finer than `monotonic`
            self._call(trainer, data, count)
            self._keep(trainer)
            seconds = max(time.perf_counter() - start, SHORTEST)
            crew.called(trainer, seconds, count)
            count = int(count * SECONDS_PER_CALL / seconds)
        self.history = np.concatenate(self.history)

    def _bounded(self, count):
        """Return `count`, or as many epochs as may come before the next stop."""
        stops = [stop for stop in (*self.plan.stops, self.plan.epochs) if stop > self.done]
        return max(1, min(count, self.limit, stops[0] - self.done))

    def _call(self, trainer, data, count):
        order = tf.constant(self._draw_order(count))
        arguments = (*data, self.frozen, order, tf.constant(count), self.plan.batch_size)
        with self.trace:
            trainer.run.get_concrete_function(*arguments)
        self.history.append(trainer.run(*arguments).numpy()[:count])
        self.done += count

    def _draw_order(self, count):
        """Return the sample numbers of `count` epochs in the order of their use.

        The array (limit, members, samples) is always of the same shape, for the same program.
        """
        samples = self.plan.samples
        order = np.empty((self.limit, len(self.generators), samples), np.int32)
        order[:] = np.arange(samples)
        if self.plan.shuffle:
            for row in order[:count]:
                row[:] = [generator.permutation(samples) for generator in self.generators]
        return order

    def _keep(self, trainer):
        if self.done in (*self.plan.stops, self.plan.epochs):
            self.kept[self.done] = list(self.weights)
            for place, array in zip(self.task.trainable, trainer.read(), strict=True):
                self.kept[self.done][place] = array


def _wait(jobs, runs):
    with progress_bar(len(runs) * runs[0].plan.epochs, "epoch") as bar:
        running = jobs
        while running:
            done, running = concurrent.futures.wait(running, timeout=0.1)
            for job in done:
                job.result()  # raises what the job raised
            bar.update(sum(run.done for run in runs) - bar.n)


def _merge(stacks, runs, members):
    """Return the histories and the kept weights of all stacks in the order of the members."""
    history = np.concatenate([run.history for run in runs], axis=2)[:, :, :members]
    kept = {
        epoch: [
            np.concatenate(arrays)[:members]
            for arrays in zip(*(run.kept[epoch] for run in runs), strict=True)
        ]
        for epoch in runs[0].kept
    }
    return history, kept
