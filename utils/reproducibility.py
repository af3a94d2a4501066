"""Seeds, quiet logs and the course's figure style. First used in chapter 00.

Importing this module sets the two environment variables that keep TensorFlow quiet and its sums
the same on every processor. They act only if TensorFlow has not been imported yet, which is why
the set-up cell of each notebook sets them too.
"""

import importlib.metadata
import os
import pathlib
import platform

from utils.validation import check_count

STYLE_SHEET = pathlib.Path(__file__).with_name("course.mplstyle")

# Level 2 hides TensorFlow's start-up log lines. oneDNN chooses its kernels, and with them the
# order of additions, by processor: without it float32 sums are the same everywhere.
for _name, _value in {"TF_CPP_MIN_LOG_LEVEL": "2", "TF_ENABLE_ONEDNN_OPTS": "0"}.items():
    os.environ.setdefault(_name, _value)


def set_seeds(seed):
    """Seed Python, NumPy, TensorFlow and Keras with `seed`, a whole number of at least 0."""
    seed = check_count("seed", seed, minimum=0)
    if seed >= 2**32:
        raise ValueError(f"seed must be below 2**32, got {seed}")
    import keras  # here, not above: it takes seconds, and not every chapter needs it

    keras.utils.set_random_seed(seed)


def use_style():
    """Apply the course's Matplotlib style sheet, `utils/course.mplstyle`."""
    import matplotlib.pyplot as plt

    plt.style.use(STYLE_SHEET)


def versions(packages=("tensorflow", "keras", "numpy", "matplotlib")):
    """Return a dict of the versions of Python and of `packages` (None where one is missing)."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found
