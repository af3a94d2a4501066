"""Intervals: closed forms, coverage by simulation, bad input."""

import numpy as np
import pytest

from utils.statistics import (
    Interval,
    mean_interval,
    median_interval,
    paired_difference,
    wilson_interval,
)


@pytest.mark.parametrize(("successes", "n"), [(0, 20), (7, 20), (20, 20), (150, 200)])
def test_wilson_is_its_closed_form(successes, n):
    z, p = 1.959963984540054, successes / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert wilson_interval(successes, n) == pytest.approx((p, centre - half, centre + half))


@pytest.mark.parametrize("interval", [mean_interval, median_interval])
def test_95_percent_of_intervals_hold_the_truth(interval):
    samples = np.random.default_rng(0).normal(3, 2, size=(200, 40))
    held = sum(found.low <= 3 <= found.high for found in map(interval, samples))
    assert 0.9 * 200 <= held <= 0.99 * 200


def test_mean_interval_by_hand():
    found = mean_interval([1.0, 2.0, 3.0])
    assert found == pytest.approx((2, 2 - 4.30265 / np.sqrt(3), 2 + 4.30265 / np.sqrt(3)), rel=1e-5)


def test_pairs_see_what_separate_samples_hide():
    seeds = 100 * np.random.default_rng(1).normal(size=30)
    better = seeds + 1 + 0.1 * np.random.default_rng(2).normal(size=30)
    found = paired_difference(better, seeds)
    assert 0.9 < found.low < found.value < found.high < 1.1
    assert median_interval(better).low < 0
    assert paired_difference(seeds, better, np.mean).value == pytest.approx((seeds - better).mean())


def test_intervals_are_the_same_each_time_and_of_one_point_without_spread():
    values = np.random.default_rng(0).normal(size=25)
    assert median_interval(values) == median_interval(values)
    assert median_interval([2.0, 2.0, 2.0]) == (2, 2, 2)


def test_text_has_true_minus_signs():
    assert Interval(-1.0, -2.5, 0.125).text() == "−1 [−2.5, 0.125]"
    assert Interval(0.5, 0.25, 0.75).text(".0%") == "50% [25%, 75%]"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wilson_interval(3, 0), "n must be"),
        (lambda: wilson_interval(-1, 3), "successes must be"),
        (lambda: wilson_interval(4, 3), "successes must be at most n = 3, got 4"),
        (lambda: mean_interval([1.0]), "values must be at least two numbers"),
        (lambda: median_interval([[1.0, 2.0]]), "values must be .* with 1 axes"),
        (lambda: median_interval([1.0, np.nan]), "values must be a finite"),
        (lambda: paired_difference([1.0, 2.0], [1.0]), r"second must be .* of shape \(2\)"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
