"""How the seeds are split over stacks, calls and trainers; the trainers here only count."""

import concurrent.futures
import time
import types

import numpy as np
import pytest
import tensorflow as tf

from utils.ensembles import runner

SAMPLES = 7
X = np.arange(SAMPLES) ** 2 / 10
WEIGHTS = [np.arange(22.0).reshape(11, 2), np.arange(11.0)[:, np.newaxis]]
TASK = types.SimpleNamespace(trainable=[0], frozen=[1])


class Clock:
    """Stands still but for what is added to it."""

    now = 100.0

    def perf_counter(self):
        return self.now


class Counter:
    """A trainer that adds 1 to the weights each epoch and tells what it was given.

    The rows of its history: a number that only one order of the samples has, the first sample, the
    rate, the frozen weight, and the sum of the validation data. An epoch takes `seconds`.
    """

    def __init__(self, clock=None, compiling=None, seconds=1 / 64):
        self.clock, self.compiling, self.run = clock or Clock(), compiling, self
        self.seconds = seconds
        self.counts, self.shapes = [], []

    def load(self, weights, rates):
        self.weights = weights[0].copy()
        self.rates = np.zeros((len(self.weights), 1)) if rates is None else rates

    def read(self):
        return [self.weights.copy()]

    def get_concrete_function(self, *arguments):
        self.traced = arguments

    def __call__(self, data, validation, frozen, order, count, batch_size):
        assert batch_size == 3 and int(count) == int(self.traced[4])
        self.clock.now += int(count) * self.seconds if self.counts else 2.0  # the first compiles
        self.counts.append(int(count))
        order = order.numpy()
        self.shapes.append(order.shape)
        self.weights += int(count)
        x, _, own = data
        members = np.arange(order.shape[1])
        first = x.numpy()[members, order[..., 0]] if own else x.numpy()[order[..., 0]]
        held = 0.0
        if validation:
            held = validation[0].numpy().sum(axis=1 if validation[2] else None)
        frozen = frozen[0].numpy()[:, 0]
        rows = [order @ 10.0 ** np.arange(SAMPLES), first, self.rates[:, 0], frozen, held]
        return tf.constant(np.stack([np.broadcast_to(row, first.shape) for row in rows], axis=1))


def plan_of(seeds, epochs, **others):
    settings = {
        "data": (X, X, False), "validation": None, "shuffle": True, "rates": None, "stops": [],
    }  # fmt: skip
    return runner.Plan(seeds=seeds, epochs=epochs, batch_size=3, **(settings | others))


def by_hand(seeds, epochs, shuffle):
    """The order of every epoch and seed, (epochs, seeds, samples)."""
    generators = [np.random.default_rng(seed) for seed in seeds]
    return np.array(
        [
            [random.permutation(SAMPLES) if shuffle else range(SAMPLES) for random in generators]
            for _ in range(epochs)
        ]
    )


SEEDS = [5, 2, 9, 0, 0, 7, 1, 3, 11, 4, 8]


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("limit", [1, 2 * SAMPLES * 6, 2**20])
@pytest.mark.parametrize("trainers", [1, 2])
def test_every_seed_gets_its_order_and_its_weights(monkeypatch, trainers, limit, shuffle):
    monkeypatch.setattr(runner, "ORDER_LIMIT", limit)
    plan = plan_of(SEEDS, 5, shuffle=shuffle, stops=[0, 3])
    crew = [Counter(compiling=1.0) for _ in range(trainers)]
    stacks = runner.split_members(len(SEEDS))
    history, kept = runner.run_stacks(plan, TASK, stacks, crew, WEIGHTS)
    order = by_hand(SEEDS, 5, shuffle)
    np.testing.assert_array_equal(history[:, 0], order @ 10.0 ** np.arange(SAMPLES))
    np.testing.assert_array_equal(history[:, 1], X[order[..., 0]])
    np.testing.assert_array_equal(history[:, 3], np.tile(np.arange(11), (5, 1)))
    assert not history[:, [2, 4]].any() and set(kept) == {0, 3, 5}
    for epoch, (moved, frozen) in kept.items():
        np.testing.assert_array_equal(moved, WEIGHTS[0] + epoch)
        np.testing.assert_array_equal(frozen, WEIGHTS[1])


@pytest.mark.parametrize("own_validation", [True, False])
def test_every_seed_gets_its_own_data_and_rate(own_validation):
    x = X + np.arange(11)[:, np.newaxis]
    held = x[:, 2:4] if own_validation else X[2:4]
    rates = np.arange(11.0)[:, np.newaxis] / 8
    plan = plan_of(
        SEEDS, 3, data=(x, x, True), validation=(held, held, own_validation), rates=rates
    )
    assert plan.samples == SAMPLES
    stacks = runner.split_members(len(SEEDS))
    history, _ = runner.run_stacks(plan, TASK, stacks, [Counter()], WEIGHTS)
    order = by_hand(SEEDS, 3, True)
    np.testing.assert_array_equal(history[:, 1], x[np.arange(11), order[..., 0]])
    np.testing.assert_array_equal(history[:, 2], np.tile(rates[:, 0], (3, 1)))
    sums = held.sum(axis=-1) * np.ones(11)
    np.testing.assert_allclose(history[:, 4], np.tile(sums, (3, 1)), rtol=1e-12)


@pytest.mark.parametrize(
    ("limit", "wanted"),
    [
        (100, [1, 1, 32, 6, 32, 28]),  # epoch 40 is a stop
        (99, [1, 1, 32, 6, 32, 28]),
        (20, [1, 1, 20, 18, 20, 20, 20]),
        (0.9, [1] * 100),
    ],
)
def test_calls_take_half_a_second_and_end_at_stops(monkeypatch, limit, wanted):
    clock = Clock()
    monkeypatch.setattr(runner, "time", clock)
    monkeypatch.setattr(runner, "ORDER_LIMIT", int(limit * 2 * SAMPLES))
    trainer = Counter(clock)
    plan = plan_of([3, 4], 100, stops=[40])
    weights = [array[:2] for array in WEIGHTS]
    runner.run_stacks(plan, TASK, np.array([[0, 1]]), [trainer], weights)
    assert trainer.counts == wanted and trainer.compiling == 2.0
    assert set(trainer.shapes) == {(max(1, int(limit)), 2, SAMPLES)}  # one program for all


def test_a_clock_that_stands_still_stops_nothing(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(runner, "time", clock)
    trainer = Counter(clock, seconds=0)
    weights = [array[:2] for array in WEIGHTS]
    runner.run_stacks(plan_of([3, 4], 100), TASK, np.array([[0, 1]]), [trainer], weights)
    assert trainer.counts == [1, 1, 98]


def test_the_orders_of_one_call_take_at_most_4_mb(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(runner, "time", clock)
    trainer, plan = Counter(clock, seconds=2.0**-30), plan_of([3, 4], 2**17, shuffle=False)
    weights = [array[:2] for array in WEIGHTS]
    runner.run_stacks(plan, TASK, np.array([[0, 1]]), [trainer], weights)
    most = 2**22 // (4 * 2 * SAMPLES)  # epochs of int32 for two members
    assert set(trainer.shapes) == {(most, 2, SAMPLES)}
    assert trainer.counts == [1, 1, most, 2**17 - most - 2]


def test_the_bar_counts_the_epochs_of_all_stacks(monkeypatch):
    bars = []

    class Bar:
        def __init__(self, total, unit):
            self.total, self.unit, self.n = total, unit, 0
            bars.append(self)

        def update(self, epochs):
            self.n += epochs

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.closed = True

    class Slow(Counter):
        """Takes long enough for the bar to move several times."""

        def load(self, *arguments):
            time.sleep(0.15)
            super().load(*arguments)

    monkeypatch.setattr(runner, "progress_bar", Bar)
    plan, stacks = plan_of(SEEDS, 6), runner.split_members(len(SEEDS))
    runner.run_stacks(plan, TASK, stacks, [Slow()], WEIGHTS)
    [bar] = bars
    assert bar.total == bar.n == 6 * len(stacks) and bar.unit == "epoch" and bar.closed


def test_an_error_stops_all_trainers_and_is_raised(monkeypatch):
    class Broken(Counter):
        def __call__(self, *arguments):
            raise RuntimeError("no more paper")

    monkeypatch.setattr(runner, "ORDER_LIMIT", 1)  # one epoch a call
    trainers = [Broken(compiling=1.0), Counter(compiling=1.0)]
    plan, stacks = plan_of(SEEDS, 50_000), runner.split_members(len(SEEDS))
    with pytest.raises(RuntimeError, match="no more paper"):
        runner.run_stacks(plan, TASK, stacks, trainers, WEIGHTS)
    assert len(trainers[1].counts) < 50_000


def crew_of(epochs):
    run = types.SimpleNamespace(plan=types.SimpleNamespace(epochs=epochs), done=10)
    trainers = [types.SimpleNamespace(compiling=None) for _ in range(2)]
    return runner.Crew(trainers, [run, run]), trainers


def test_a_second_trainer_starts_only_where_that_pays():
    """That is, where one and a half times the 3 seconds of compiling are left: 450 epochs."""
    (short, (first, second)), (long, trainers) = crew_of(epochs=234), crew_of(epochs=236)
    for crew in (short, long):
        crew.called(crew.first, seconds=3.0, epochs=1)  # compiling
        crew.called(crew.first, seconds=0.1, epochs=10)
        assert len(crew.reserve) == 1  # too little seen
        crew.called(crew.first, seconds=0.2, epochs=20)
    assert short.reserve == [second]  # 2 * 224 epochs of 0.01 s
    assert long.reserve == []  # 2 * 226
    assert [long.free.get(), long.free.get()] == trainers
    second.compiling = 3.0
    assert runner.Crew([first, second], []).reserve == []  # both have compiled


def test_the_reserve_is_set_free_once_by_trainers_that_call_at_once():
    class Slow(list):
        """Gives others the time to look at what is about to be taken."""

        def pop(self):
            time.sleep(0.1)
            return super().pop()

    crew, (first, second) = crew_of(epochs=1000)
    crew.reserve = Slow(crew.reserve)
    crew.called(first, seconds=3.0, epochs=1)  # compiling
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for job in [pool.submit(crew.called, first, seconds=0.5, epochs=10) for _ in range(2)]:
            job.result()
    assert [crew.free.get_nowait(), crew.free.get_nowait()] == [first, second]
    assert crew.free.empty()


def test_split_members_covers_all_in_equal_stacks():
    for count in (1, 7, 8, 9, 20, 33, 512):
        stacks = runner.split_members(count)
        assert stacks.shape[1] <= runner.MEMBERS_PER_STACK
        np.testing.assert_array_equal(stacks.ravel()[:count], np.arange(count))
        assert set(stacks.ravel()[count:]) <= {count - 1} and stacks.size - count < len(stacks)
    assert runner.split_members(9).tolist() == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 8]]


def test_split_members_fits_a_program_at_hand():
    assert runner.split_members(5, 4).tolist() == [[0, 1, 2, 3], [4, 4, 4, 4]]
    assert runner.split_members(4, 4).tolist() == [[0, 1, 2, 3]]
    assert runner.split_members(2, 3).tolist() == [[0, 1, 1]]
