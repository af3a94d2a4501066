"""Intervals for what was measured over seeds. First used in chapter 03."""

import typing

from scipy import stats


class Interval(typing.NamedTuple):
    value: float
    low: float
    high: float


def wilson_interval(successes, n):
    found = stats.binomtest(int(successes), int(n)).proportion_ci(method="wilson")
    return Interval(successes / n, found.low, found.high)
