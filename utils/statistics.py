"""Intervals for what was measured over seeds. First used in chapter 00.

Each function returns an `Interval`: the value and the limits within which the true value lies with
a confidence of 95 % (or another `level`). A claim about two settings is tested on the same seeds,
by the interval of the paired difference. Nothing is random: the bootstrap has a fixed seed.
"""

import typing

import numpy as np
from scipy import stats

from utils.validation import (
    check_array,
    check_choice,
    check_count,
    check_number,
    fail,
    refuse_overflow,
)


class Interval(typing.NamedTuple):
    """A measured value and its confidence limits; `f"{interval:.2f}"` prints all three."""

    value: float
    low: float
    high: float

    def __format__(self, spec):
        """Return "value [low, high]", each number in the format `spec` (".3g" if it is empty)."""
        value, low, high = (format(number, spec or ".3g").replace("-", "−") for number in self)
        return f"{value} [{low}, {high}]"

    def __str__(self):
        return format(self)

    def outward(self, decimals=0):
        """Return the limits (low, high) rounded outward, so that rounding claims nothing."""
        scale = 10.0 ** check_number("decimals", decimals, minimum=-100, maximum=100)
        low, high = np.floor(self.low * scale), np.ceil(self.high * scale)
        return float(low / scale) + 0.0, float(high / scale) + 0.0  # + 0.0: no minus before a zero

    def outward_to(self, marks):
        """Return the closest two of the numbers `marks` that enclose the limits.

        Coarser than `outward`, for what varies from computer to computer: the marks include the
        number on which a verdict turns.
        """
        marks = np.sort(check_array("marks", marks, ndim=1))
        below, above = marks[marks <= self.low], marks[marks >= self.high]
        if not len(below) or not len(above):
            fail("marks", f"numbers from {self.low:.3g} or less to {self.high:.3g} or more", marks)
        return float(below[-1]), float(above[0])

    def excludes(self, number):
        """Return whether `number` lies outside the limits, for example 0 for a difference.

        Limits that are NaN exclude nothing.
        """
        return bool(number < self.low or number > self.high)


def _check_sample(name, values, level):
    """Return at least two finite numbers in one axis, and a level between 0 and 1."""
    values = check_array(name, values, ndim=1)
    if len(values) < 2:
        fail(name, "at least two numbers, one per seed", values)
    return values, _check_level(level)


def _check_level(level):
    level = check_number("level", level, positive=True)
    if level >= 1:
        fail("level", "a number below 1", level)
    return level


@refuse_overflow("values")
def mean_interval(values, level=0.95):
    """Return the mean of `values`, a number per seed, with Student's t interval.

    Exact for normal values; a good approximation for 20 or more that are not too skewed.
    """
    values, level = _check_sample("values", values, level)
    mean, error = values.mean(), stats.sem(values)
    reach = stats.t.ppf((1 + level) / 2, len(values) - 1) * error
    return Interval(float(mean), float(mean - reach), float(mean + reach))


def _check_statistic(statistic, values):
    """Return `statistic` of `values` if it gives one number, and of two rows two numbers."""
    try:
        value = statistic(values, axis=0)
        shapes = np.shape(value), np.shape(statistic(np.stack([values, values]), axis=1))
    except (TypeError, ValueError):
        shapes = None
    if shapes != ((), (2,)):
        fail("statistic", "a function of an array and an axis that returns numbers", statistic)
    return value


@refuse_overflow("values")
def bootstrap_interval(values, statistic=np.median, level=0.95, resamples=9999, seed=0):
    """Return `statistic` of `values`, a number per seed, with its percentile bootstrap interval.

    `statistic` takes an array and an `axis`, as `np.median` does. Efron, "Bootstrap methods:
    another look at the jackknife", Annals of Statistics 7 (1979). Raises `ValueError` where it is
    not finite for all the resamples that the limits rest on.
    """
    values, level = _check_sample("values", values, level)
    resamples = check_count("resamples", resamples, minimum=2, maximum=10**6)
    random = np.random.default_rng(check_count("seed", seed, minimum=0))
    value = _check_statistic(statistic, values)
    with np.errstate(invalid="ignore"):  # what is not finite is refused below
        found = stats.bootstrap(
            (values,),
            statistic,
            confidence_level=level,
            n_resamples=resamples,
            method="percentile",
            random_state=random,
        ).confidence_interval
    interval = Interval(float(value), float(found.low), float(found.high))
    if not np.isfinite(interval).all():
        fail("statistic", "finite for `values` and their resamples", tuple(interval))
    return interval


def median_interval(values, level=0.95):
    """Return the median of `values`, a number per seed, with its bootstrap interval."""
    return bootstrap_interval(values, np.median, level)


def wilson_interval(successes, n, level=0.95):
    """Return the share of `successes` among `n` seeds with Wilson's score interval.

    Sensible for shares of 0 and 1 too. Wilson, "Probable inference, the law of succession, and
    statistical inference", Journal of the American Statistical Association 22 (1927).
    """
    n, successes = check_count("n", n), check_count("successes", successes, minimum=0)
    if successes > n:
        fail("successes", f"at most n = {n}", successes)
    test = stats.binomtest(successes, n)
    found = test.proportion_ci(confidence_level=_check_level(level), method="wilson")
    return Interval(successes / n, float(found.low), float(found.high))


@refuse_overflow("a and b")
def paired_difference(a, b, statistic="mean", level=0.95):
    """Return how much larger `a` is than `b`, two settings measured on the same seeds in order.

    The mean (or median) of the differences with its interval. Pairing takes out what the seeds
    have in common, so fewer of them are needed than to compare two separate means.
    """
    a, level = _check_sample("a", a, level)
    b = check_array("b", b, shape=a.shape)
    intervals = {"mean": mean_interval, "median": median_interval}
    return intervals[check_choice("statistic", statistic, intervals)](a - b, level)
