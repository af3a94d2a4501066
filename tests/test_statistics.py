"""Intervals against closed forms, against how often they cover the truth, and bad input."""

import math

import numpy as np
import pytest
from scipy import stats

from utils import statistics as s


@pytest.fixture
def random():
    return np.random.default_rng(5)


def test_mean_interval_by_the_table():
    """For 1 to 5: mean 3, standard error sqrt(0.5), and t(0.975, 4) = 2.776445 in any table."""
    reach = 2.776445 * math.sqrt(0.5)
    found = s.mean_interval([1, 2, 3, 4, 5])
    assert found.value == 3
    assert np.allclose(found[1:], (3 - reach, 3 + reach), rtol=1e-6)


@pytest.mark.parametrize("successes, n", [(0, 20), (1, 7), (130, 200), (20, 20)])
def test_wilson_limits_solve_their_equation(successes, n):
    """Wilson's limits are the shares p at which |share - p| is 1.96 standard errors of p."""
    found = s.wilson_interval(successes, n)
    assert found.value == successes / n and 0 <= found.low <= found.value <= found.high <= 1
    for limit in found[1:]:
        if abs(limit - found.value) > 1e-12:
            error = math.sqrt(limit * (1 - limit) / n)
            assert abs(found.value - limit) / error == pytest.approx(1.959964, rel=1e-5)


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("function, centre", [(s.mean_interval, 1.0), (s.median_interval, 1.0)])
def test_intervals_cover_the_truth_as_often_as_they_say(function, centre, level, random):
    samples = random.normal(centre, 2.0, size=(300, 25))
    covered = sum(not function(sample, level=level).excludes(centre) for sample in samples)
    expected, spread = 300 * level, math.sqrt(300 * level * (1 - level))
    assert abs(covered - expected) < 3.5 * spread


def test_wilson_covers_the_truth():
    """The chance that it covers a share p, summed over all counts of 60, averaged over p."""
    intervals = [s.wilson_interval(count, 60) for count in range(61)]
    chances = [
        sum(stats.binom.pmf(k, 60, p) for k, found in enumerate(intervals) if not found.excludes(p))
        for p in np.linspace(0.05, 0.95, 91)
    ]
    assert 0.945 < np.mean(chances) < 0.955 and min(chances) > 0.9


def test_median_interval_holds_the_middle_of_skewed_values(random):
    values = np.exp(random.normal(size=101))
    found = s.median_interval(values)
    assert found.value == np.sort(values)[50]
    # The distribution-free limits from the binomial: order statistics 41 and 61 of 101.
    low, high = np.sort(values)[[40, 60]]
    assert found.low == pytest.approx(low, rel=0.2) and found.high == pytest.approx(high, rel=0.2)


def test_bootstrap_of_a_mean_is_near_students_t(random):
    values = random.normal(size=400)
    ours, theirs = s.bootstrap_interval(values, np.mean), s.mean_interval(values)
    assert np.allclose(ours, theirs, atol=0.01)


def test_pairing_takes_out_what_the_seeds_share(random):
    luck = random.normal(0, 10, size=30)
    a, b = luck + random.normal(1, 0.1, size=30), luck + random.normal(0, 0.1, size=30)
    for statistic in ("mean", "median"):
        paired = s.paired_difference(a, b, statistic)
        assert paired.excludes(0) and paired.value == pytest.approx(1, abs=0.1)
    assert not s.Interval(0, s.mean_interval(a).low - b.mean(), 9).excludes(0)
    assert s.paired_difference(b, a) == pytest.approx(
        [-x for x in np.array(s.paired_difference(a, b))[[0, 2, 1]]]
    )


def test_results_are_the_same_each_time(random):
    values = random.normal(size=30)
    before = np.random.get_state()[1].copy()
    assert s.median_interval(values) == s.median_interval(values)
    one, two = (s.bootstrap_interval(values, np.mean, seed=seed) for seed in (1, 2))
    assert one != two and one.value == two.value
    assert np.array_equal(before, np.random.get_state()[1])


def test_equal_values_have_an_interval_of_no_width():
    for function in (s.mean_interval, s.median_interval):
        assert function([2.0] * 20) == (2.0, 2.0, 2.0)


def test_an_interval_reads_well():
    interval = s.Interval(0.54321, 0.5, 0.6)
    assert f"{interval:.2f}" == "0.54 [0.50, 0.60]"
    assert f"{interval:.0%}" == "54% [50%, 60%]"
    assert str(interval) == f"{interval}" == "0.543 [0.5, 0.6]"


BAD = [
    (s.mean_interval, ([1.0],), "values must be at least two"),
    (s.mean_interval, ([1.0, np.nan],), "values must be a finite array"),
    (s.mean_interval, ([[1.0, 2.0]],), "values must be a finite array of numbers with 1 axes"),
    (s.mean_interval, ([1.0, 2.0], 1.0), "level must be a number below 1"),
    (s.median_interval, ([1.0, 2.0], 0), "level must be a positive number"),
    (s.bootstrap_interval, ([1.0, 2.0], np.mean, 0.9, 0), "resamples must be"),
    (s.bootstrap_interval, ([1.0, 2.0], np.mean, 0.9, 1), "resamples must be .* of at least 2"),
    (s.bootstrap_interval, ([1.0, 2.0], np.mean, 0.9, 9, -1), "seed must be"),
    (s.bootstrap_interval, ([1.0, 2.0], 3), "statistic must be a function"),
    (s.bootstrap_interval, ([1.0, 2.0], max), "statistic must be a function of an array and an"),
    (s.bootstrap_interval, ([1.0, 2.0], lambda v: v.mean()), "statistic must be a function"),
    (s.bootstrap_interval, ([1.0, 2.0], lambda v, axis: v.mean()), "statistic must be a function"),
    (s.bootstrap_interval, ([1.0, 2.0], lambda v, axis: (1, 2)), "statistic must be a function"),
    (s.mean_interval, ([1e308, -1e308, 1e308],), "values must be numbers with which mean_interval"),
    (s.median_interval, ([1e308, 1e308],), "values must be numbers with which bootstrap_interval"),
    (s.paired_difference, ([1e308, 0], [-1e308, 0]), "a and b must be numbers with which paired"),
    (s.wilson_interval, (5, 4), "successes must be at most n = 4"),
    (s.wilson_interval, (-1, 4), "successes must be a whole number"),
    (s.wilson_interval, (0, 0), "n must be a whole number"),
    (s.wilson_interval, (0, 3, 2), "level must be"),
    (s.paired_difference, ([1.0, 2.0], [1.0]), "b must be a finite array of numbers of shape"),
    (s.paired_difference, ([1.0, 2.0], [1.0, 3.0], "mode"), "statistic must be one of"),
]


@pytest.mark.parametrize("function, arguments, message", BAD)
def test_bad_input_is_named(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


def test_outward_rounding_never_narrows():
    interval = s.Interval(0.5, -1.21, 2.01)
    assert interval.outward() == (-2, 3)
    assert interval.outward(1) == (-1.3, 2.1)
    assert s.Interval(1, 1, 2).outward() == (1, 2)


def test_defaults_of_the_bootstrap_are_those_documented(random):
    values = random.normal(size=20)
    assert s.bootstrap_interval(values) == s.bootstrap_interval(
        values, np.median, level=0.95, resamples=9999, seed=0
    )
    assert s.bootstrap_interval(values, resamples=2).value == np.median(values)


def test_the_largest_arguments_are_accepted_and_larger_ones_refused():
    assert s.Interval(0.0, 0.0, 0.0).outward(100) == s.Interval(0, 0, 0).outward(-100) == (0, 0)
    for decimals in (-101, 101):
        with pytest.raises(ValueError, match="decimals must be"):
            s.Interval(0.0, 0.0, 0.0).outward(decimals)
    with pytest.raises(ValueError, match="resamples must be a whole number of at most 1000000"):
        s.bootstrap_interval([1.0, 2.0], resamples=10**6 + 1)


def test_outward_to_takes_the_closest_marks_that_enclose():
    interval = s.Interval(5.0, 2.0, 12.0)
    assert interval.outward_to([20, 0, 1, 10, -10]) == (1.0, 20.0)
    assert interval.outward_to([2, 12, 30]) == (2.0, 12.0)


@pytest.mark.parametrize("marks", [[], [3, 20], [0, 11], [0, np.nan], "0"])
def test_marks_that_do_not_enclose_are_named(marks):
    with pytest.raises(ValueError, match="^marks must be"):
        s.Interval(5.0, 2.0, 12.0).outward_to(marks)


@pytest.mark.parametrize("limits", [(np.nan, 1.0), (0.0, np.nan), (np.nan, np.nan)])
def test_limits_that_are_nan_exclude_nothing_they_do_not_know(limits):
    interval = s.Interval(0.5, *limits)
    assert interval.excludes(0.5) is False
    assert s.Interval(0.5, np.nan, 1.0).excludes(2) is True  # above the limit that is known


def test_excludes_gives_a_bool_for_numpys_numbers():
    assert s.Interval(*np.array([1.0, 0.5, 2.0])).excludes(np.float64(3)) is True
    assert s.Interval(1, 0.5, 2).excludes(np.int64(2)) is False


def test_the_limits_themselves_are_not_excluded():
    interval = s.Interval(1, 0.5, 2)
    assert not interval.excludes(0.5) and not interval.excludes(2)
    assert interval.excludes(np.nextafter(0.5, 0)) and interval.excludes(np.nextafter(2, 3))


def variance_ratio(values, axis):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.max(values, axis=axis) / np.std(values, axis=axis)  # of equal values: x / 0


def test_a_bootstrap_without_finite_limits_is_refused():
    with pytest.raises(ValueError, match="^statistic must be finite for"):
        s.bootstrap_interval([1.0, 2.0], variance_ratio)


def test_masked_entries_are_refused_and_not_counted_in():
    values = np.ma.masked_array([1.0, 2.0, 1e9], mask=[False, False, True])
    with pytest.raises(ValueError, match="^values must be .* without masked entries"):
        s.mean_interval(values)
    assert s.mean_interval(values[:2]).value == 1.5  # a mask that hides nothing
