"""Shared by all tests: paths, a quiet TensorFlow, and pictures without a screen."""

import collections
import itertools
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "notebooks")]

import matplotlib  # noqa: E402

import utils.reproducibility  # noqa: E402, F401  sets TensorFlow's variables before its import

matplotlib.use("agg")  # not MPLBACKEND, which the kernels of the notebooks would inherit


def pytest_terminal_summary(terminalreporter):
    """Print how long strict nbval took for each notebook."""
    seconds = collections.Counter()
    for report in itertools.chain(*terminalreporter.stats.values()):
        path = getattr(report, "nodeid", "").partition("::")[0]
        if path.endswith(".ipynb"):
            seconds[path] += getattr(report, "duration", 0)
    if seconds:
        terminalreporter.section("seconds by notebook")
        for path in sorted(seconds):
            terminalreporter.line(f"{seconds[path]:5.0f}  {path}")
