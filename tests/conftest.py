"""Shared by all tests: paths, a quiet TensorFlow, and pictures without a screen."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "notebooks")]

import matplotlib  # noqa: E402

import utils.reproducibility  # noqa: E402, F401  sets TensorFlow's variables before its import

matplotlib.use("agg")  # not MPLBACKEND, which the kernels of the notebooks would inherit
