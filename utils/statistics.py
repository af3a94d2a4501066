"""95 % intervals for what was measured over seeds, by SciPy. First used in chapter 03.

Each function returns an `Interval`. The bootstrap has a fixed seed, so printed intervals stay.
"""

import typing

import numpy as np
from scipy import stats

from utils.validation import check_array, check_count, fail


class Interval(typing.NamedTuple):
    """An estimate with the ends of its 95 % interval."""

    value: float
    low: float
    high: float

    def text(self, form=".3g"):
        """Return "value [low, high]" with each number in the format `form`."""
        value, low, high = (format(number, form).replace("-", "−") for number in self)
        return f"{value} [{low}, {high}]"


def wilson_interval(successes, n):
    """Return the share `successes` / `n` with Wilson's score interval (Wilson 1927).

    It holds for shares near 0 and 1 too, where the textbook's interval fails.
    """
    n = check_count("n", n)
    successes = check_count("successes", successes, minimum=0)
    if successes > n:
        fail("successes", f"at most n = {n}", successes)
    found = stats.binomtest(successes, n).proportion_ci(method="wilson")
    return Interval(successes / n, float(found.low), float(found.high))


def mean_interval(values):
    """Return the mean of `values`, shape (n,), with Student's t interval."""
    values = _sample(values)
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    mean = values.mean()
    return Interval(float(mean), float(mean - half), float(mean + half))


def median_interval(values):
    """Return the median of `values`, shape (n,), with its bootstrap percentile interval."""
    return _bootstrap(_sample(values), np.median)


def paired_difference(first, second, statistic=np.median):
    """Return `statistic` of `first` − `second`, both shape (n,), over the same seeds in one order.

    Pairing takes out what the seeds have in common. The interval is the bootstrap's; it lies on
    one side of 0 where one setting is better than the other at the 5 % level.
    """
    first = _sample(first, "first")
    return _bootstrap(first - check_array("second", second, shape=first.shape), statistic)


def _bootstrap(values, statistic):
    if np.ptp(values) == 0:  # no spread: SciPy would answer NaN
        return Interval(float(values[0]), float(values[0]), float(values[0]))
    found = stats.bootstrap(
        (values,), statistic, n_resamples=2000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    return Interval(float(statistic(values)), float(found.low), float(found.high))


def _sample(values, name="values"):
    values = check_array(name, values, ndim=1)
    if len(values) < 2:
        fail(name, "at least two numbers", values)
    return values
