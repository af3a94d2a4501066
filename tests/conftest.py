"""Shared by all tests: a quiet TensorFlow, pictures without a screen, and each file's time at the end."""

import collections
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "notebooks")]
os.environ.setdefault("MPLBACKEND", "agg")

import utils.reproducibility  # noqa: E402, F401  sets TensorFlow's variables before its import

