"""Two small real data sets, verified at each load, and five generated ones.

First used in chapter 00. `data/README.md` is the data card.
"""

import dataclasses
import hashlib
import pathlib

import numpy as np

from utils.validation import check_array, check_choice, check_count, check_number, refuse_overflow

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "data"


@dataclasses.dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Dataset:
    """A data set: `x` of shape (N, features), `y` of shape (N,), both with N samples.

    `y` holds class numbers from 0 (int64) or, for diabetes, the measured progression (float64).
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    feature_names: tuple

    def columns(self, *names):
        """Return the named features as an array of shape (N, len(names))."""
        for name in names:
            check_choice("names", name, self.feature_names)
        return self.x[:, [self.feature_names.index(name) for name in names]]

    def split(self, test_share=0.25, seed=0):
        """Return `(train, test)`, two data sets drawn without overlap by `seed`."""
        test_share = check_number("test_share", test_share, minimum=0, maximum=1)
        seed = check_count("seed", seed, minimum=0)
        order = np.random.default_rng(seed).permutation(len(self.x))
        cut = round(len(order) * test_share)
        if not 0 < cut < len(order):
            raise ValueError(
                f"test_share must leave samples on both sides of {len(order)}, got {test_share}"
            )
        test, train = order[:cut], order[cut:]
        return tuple(
            dataclasses.replace(self, x=self.x[part], y=self.y[part]) for part in (train, test)
        )


@refuse_overflow("x and reference")
def standardize(x, reference=None):
    """Return `x` with each column shifted to mean 0 and scaled to standard deviation 1.

    Mean and deviation are those of `reference` (default: `x` itself), which keeps test data out
    of the scaling: `standardize(test.x, reference=train.x)`. A column that is constant in the
    reference is shifted to 0 there, and not scaled. Shape (N, features).
    """
    x = check_array("x", x, ndim=2)
    reference = (
        x if reference is None else check_array("reference", reference, shape=(None, x.shape[1]))
    )
    mean, deviation = reference.mean(axis=0), reference.std(axis=0)
    # By its entries, not by its deviation: the mean of a hundred times 0.1 is rounded to another.
    constant = reference.min(axis=0) == reference.max(axis=0)
    mean = np.where(constant, reference[0], mean)
    return (x - mean) / np.where(constant | (deviation == 0), 1, deviation)


def load(name, **options):
    """Return the `Dataset` called `name`.

    Real data take no options: "diabetes" (442 patients, 10 features in their own units) and
    "digits" (1,797 pictures of 64 pixels from 0 to 16). Generated data take `n_samples` (default
    200), `noise` (standard deviation added to both features) and `seed`: "circles", "xor",
    "gaussians", "moons", "spirals", two features, two classes as equal in number as can be.
    Raises `ValueError` for an unknown name or option, `RuntimeError` for a missing or damaged file.
    """
    check_choice("name", name, (*FILES, *GENERATORS))
    allowed = () if name in FILES else ("n_samples", "noise", "seed")
    for option in options:
        if option not in allowed:
            raise ValueError(
                f"{name} takes {', '.join(allowed) or 'no options'}, got the option {option!r}"
            )
    return _read(name) if name in FILES else _generate(name, **options)


def load_fashion():
    """Return Fashion-MNIST as Keras has it, ((x, t), (x_test, t_test)), or None if there is none.

    Pictures (samples, 28, 28) of 0 to 255, labels 0 to 9; 60,000 and 10,000 samples. Keras keeps
    what it has once fetched. Without a network, one sentence is printed. Source: Xiao, Rasul,
    Vollgraf (2017), arXiv:1708.07747. First shown in chapter 08.
    """
    import keras

    try:
        return keras.datasets.fashion_mnist.load_data()
    except Exception as error:  # Keras raises a bare Exception where a download fails
        print(f"Fashion-MNIST could not be fetched; is there a network? ({type(error).__name__})")
        return None


FILES = {"diabetes": "diabetes.csv", "digits": "digits.csv.gz"}


def _read(name):
    path = FOLDER / FILES[name]
    restore = "restore it with `git checkout -- data`"
    content, sums = (_bytes(file, restore) for file in (path, FOLDER / "SHA256SUMS"))
    lines = [line.split() for line in sums.decode(errors="replace").splitlines()]
    checksum = next((line[0] for line in lines if line[1:] == [path.name]), None)
    if checksum is None:
        raise RuntimeError(f"data/SHA256SUMS has no checksum of {path.name}: {restore}")
    if hashlib.sha256(content).hexdigest() != checksum:
        raise RuntimeError(f"data/{path.name} is not the file that was published: {restore}")
    table = np.loadtxt(path, delimiter=",", skiprows=1)  # np.loadtxt unpacks .gz by itself
    y = table[:, -1].astype(np.int64) if name == "digits" else table[:, -1]
    return Dataset(name, table[:, :-1], y, _head_line(path))


def _bytes(path, restore):
    try:
        return path.read_bytes()
    except OSError as error:
        raise RuntimeError(
            f"data/{path.name} cannot be read ({error.strerror}): {restore}"
        ) from None


def _head_line(path):
    names = np.loadtxt(path, delimiter=",", max_rows=1, dtype=str)
    return tuple(str(name) for name in names[:-1])


def _generate(name, n_samples=200, noise=0.1, seed=0):
    n_samples = check_count("n_samples", n_samples, minimum=4, maximum=10**7)
    noise = check_number("noise", noise, minimum=0)
    random = np.random.default_rng(check_count("seed", seed, minimum=0))
    y = np.arange(n_samples) % 2
    x = GENERATORS[name](random, y) + noise * random.standard_normal((n_samples, 2))
    return Dataset(name, x, y, ("x1", "x2"))


def _circles(random, y):
    """Return class 0 on the circle of radius 1, class 1 on that of radius 0.5."""
    angle = random.uniform(0, 2 * np.pi, len(y))
    radius = np.where(y == 0, 1.0, 0.5)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _xor(random, y):
    """Return class 1 where the signs of x1 and x2 differ, class 0 in the other quadrants."""
    size = random.uniform(0.1, 1, (len(y), 2))
    sign = random.choice([-1, 1], len(y))
    return size * np.column_stack([sign, np.where(y == 0, sign, -sign)])


def _gaussians(random, y):
    """Return two round clouds of standard deviation 0.3 around (-0.7, -0.7) and (0.7, 0.7)."""
    return np.where(y == 0, -0.7, 0.7)[:, None] + 0.3 * random.standard_normal((len(y), 2))


def _moons(random, y):
    """Return two half circles of radius 1 that reach into each other, centred near the origin."""
    angle = random.uniform(0, np.pi, len(y))
    upper = np.column_stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25])
    return np.where(y[:, None] == 0, upper, -upper)


def _spirals(random, y):
    """Return two arms of one and a half turns, the second the first turned by half a turn."""
    turn = np.sqrt(random.uniform(0.02, 1, len(y)))  # the root spreads points evenly along the arm
    angle = 3 * np.pi * turn + np.pi * y
    return np.column_stack([turn * np.cos(angle), turn * np.sin(angle)])


GENERATORS = {
    "circles": _circles,
    "xor": _xor,
    "gaussians": _gaussians,
    "moons": _moons,
    "spirals": _spirals,
}
