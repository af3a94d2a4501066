"""Quiet logs, seeds and the course's figure style: `start` does all three, once a chapter.

First used in chapter 00. The three environment variables below act only if it has not been
imported yet, which is why the set-up cell of each notebook sets them too.
"""

import contextlib
import importlib.metadata
import os
import pathlib
import platform

from utils.validation import check_count, fail

STYLE_SHEET = pathlib.Path(__file__).with_name("course.mplstyle")

# Level 2 hides TensorFlow's information and warnings. oneDNN chooses its kernels, and with them
# the order of additions, by processor: without it float32 sums are the same everywhere. XLA's
# level 1 compiles a deep network in half the time; the program runs as fast.
_ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "XLA_FLAGS": "--xla_backend_optimization_level=1",
}
for _name, _value in _ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)


def start(seed=0):
    """Prepare a chapter: import TensorFlow and Keras without log lines, seed them, set the style.

    `seed` is a whole number from 0 to 2**32 - 1. Takes about ten seconds, which is the import.
    """
    quiet_tensorflow()
    set_seeds(seed)
    use_style()


def quiet_tensorflow():
    """Import TensorFlow and Keras and start TensorFlow's runtime, without its log lines.

    Some of them, such as the search for a GPU, come before TensorFlow reads its log level and
    differ from version to version; in a notebook they would stand in the stored output.
    """
    with _discarded_stderr():
        import keras  # noqa: F401
        import tensorflow as tf

        # The first operation starts the runtime, which looks for a GPU; XLA's first program logs
        # one line, in some versions at every log level.
        with contextlib.suppress(tf.errors.OpError, NotImplementedError):  # no XLA here
            tf.function(tf.identity, jit_compile=True)(0)


@contextlib.contextmanager
def _discarded_stderr():
    """Discard what is written to the process's stderr, to which compiled libraries write.

    Python's own goes there too, but in a notebook to a stream of the kernel, which still shows it.
    """
    saved = None
    with contextlib.suppress(OSError):  # there may be none, as under pythonw
        saved = os.dup(2)
    if saved is None:
        yield
        return
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def set_seeds(seed):
    """Seed Python, NumPy, TensorFlow and Keras with `seed`, a whole number from 0 to 2**32 - 1."""
    seed = check_count("seed", seed, minimum=0)  # at most 2**32 - 1, too
    import keras  # here, not above: it takes seconds, and not every use of this module needs it

    keras.utils.set_random_seed(seed)


def use_style():
    """Apply the course's Matplotlib style sheet, `utils/course.mplstyle`."""
    import matplotlib.pyplot as plt

    plt.style.use(STYLE_SHEET)


def versions(packages=("tensorflow", "keras", "numpy", "matplotlib")):
    """Return a dict of the versions of Python and of `packages` (None where one is missing)."""
    if not isinstance(packages, (list, tuple)) or not all(
        isinstance(name, str) and name for name in packages
    ):
        fail("packages", "a list of names", packages)
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found
