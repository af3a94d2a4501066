"""Data sets: real files against scikit-learn's copies, generated ones against their geometry."""

import numpy as np
import pytest

from utils import datasets
from utils.datasets import GENERATORS, load, load_fashion, standardize


def test_real_data_equal_scikit_learns_copies():
    sklearn_datasets = pytest.importorskip("sklearn.datasets")
    theirs = sklearn_datasets.load_diabetes(scaled=False)
    ours = load("diabetes")
    # To the last bit but one: scikit-learn's reader has changed how it rounds.
    np.testing.assert_allclose(ours.x, theirs.data, rtol=1e-15)
    np.testing.assert_array_equal(ours.y, theirs.target)
    assert ours.feature_names == tuple(theirs.feature_names)
    theirs, ours = sklearn_datasets.load_digits(), load("digits")
    np.testing.assert_array_equal(ours.x, theirs.data)
    np.testing.assert_array_equal(ours.y, theirs.target)


@pytest.mark.parametrize("name", GENERATORS)
def test_generated_data_follow_seed_size_and_noise(name):
    first, second = load(name, seed=3), load(name, seed=3)
    np.testing.assert_array_equal(first.x, second.x)
    assert not np.array_equal(first.x, load(name, seed=4).x)
    odd = load(name, n_samples=101, noise=0.5)
    assert odd.x.shape == (101, 2) and odd.y.sum() == 50
    # Noise is added to the same points, with the standard deviation that was asked for.
    spread = load(name, n_samples=4000, noise=0.2).x
    clean = load(name, n_samples=4000, noise=0.0).x
    assert (spread - clean).std() == pytest.approx(0.2, rel=0.05)


def test_shapes_without_noise():
    circles = load("circles", noise=0)
    radius = np.hypot(*circles.x.T)
    np.testing.assert_allclose(radius, np.where(circles.y == 0, 1, 0.5))
    xor = load("xor", noise=0)
    np.testing.assert_array_equal(np.prod(np.sign(xor.x), axis=1) < 0, xor.y == 1)
    moons = load("moons", noise=0)
    centre = np.where(moons.y[:, None] == 0, [-0.5, -0.25], [0.5, 0.25])
    np.testing.assert_allclose(np.hypot(*(moons.x - centre).T), 1)
    spirals = load("spirals", noise=0)
    radius, angle = np.hypot(*spirals.x.T), np.arctan2(*spirals.x.T[::-1])
    turns = (angle - np.pi * spirals.y - 3 * np.pi * radius) / (2 * np.pi)
    np.testing.assert_allclose(turns, np.round(turns), atol=1e-9)
    gaussians = load("gaussians", n_samples=4000, noise=0)
    assert gaussians.x[gaussians.y == 1].mean(axis=0) == pytest.approx([0.7, 0.7], abs=0.05)


def shares(angle, parts, whole):
    """Return the share of the angles in each of `parts` equal parts of 0 to `whole`."""
    return np.bincount((angle % (2 * np.pi) * parts / whole).astype(int), minlength=parts) / len(
        angle
    )


@pytest.mark.parametrize("label", [0, 1])
def test_shapes_are_filled_evenly(label):
    found = {name: load(name, n_samples=8000, noise=0) for name in GENERATORS}
    x = {name: data.x[data.y == label] for name, data in found.items()}
    side = 1 - 2 * label  # the second moon is the first turned over
    moon = side * x["moons"] + [0.5, 0.25]
    assert shares(np.arctan2(*x["circles"].T[::-1]), 8, 2 * np.pi) == pytest.approx(1 / 8, abs=0.02)
    assert shares(np.arctan2(*moon.T[::-1]), 4, np.pi) == pytest.approx(1 / 4, abs=0.03)
    quadrants = shares(np.arctan2(*x["xor"].T[::-1]), 4, 2 * np.pi)
    assert quadrants[label::2] == pytest.approx(1 / 2, abs=0.03)
    low, high = np.abs(x["xor"]).min(axis=0), np.abs(x["xor"]).max(axis=0)
    assert low == pytest.approx(0.1, abs=0.01) and high == pytest.approx(1, abs=0.01)
    assert x["gaussians"].mean(axis=0) == pytest.approx(-0.7 * side, abs=0.02)
    np.testing.assert_allclose(np.cov(x["gaussians"].T), 0.09 * np.eye(2), atol=0.01)


def test_noise_is_another_one_in_each_coordinate():
    added = (
        load("circles", n_samples=4000, noise=0.2).x - load("circles", n_samples=4000, noise=0).x
    )
    np.testing.assert_allclose(np.cov(added.T), 0.04 * np.eye(2), atol=0.004)


def test_split_keeps_every_sample_once():
    digits = load("digits")
    train, test = digits.split(test_share=0.25, seed=1)
    assert len(test.y) == 449 and len(train.y) == 1348
    together = np.vstack([train.x, test.x])
    assert sorted(map(tuple, together)) == sorted(map(tuple, digits.x))
    assert not np.array_equal(test.y, digits.split(seed=2)[1].y)


def test_standardize_uses_the_reference():
    x = np.array([[1.0, 5.0], [3.0, 5.0]])
    np.testing.assert_array_equal(standardize(x), [[-1, 0], [1, 0]])
    np.testing.assert_array_equal(standardize([[5.0, 6.0]], reference=x), [[3, 1]])


def test_columns_are_found_by_name():
    diabetes = load("diabetes")
    np.testing.assert_array_equal(diabetes.columns("bmi", "age"), diabetes.x[:, [2, 0]])
    with pytest.raises(ValueError, match="one of age, sex"):
        diabetes.columns("height")


@pytest.fixture
def copied_data(tmp_path, monkeypatch):
    """A copy of the data folder, which `load` reads instead."""
    for path in datasets.FOLDER.iterdir():
        if path.is_file() and path.suffix != ".py":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(datasets, "FOLDER", tmp_path)
    return tmp_path


def change(content, place):
    """Return `content` with one bit flipped at `place`, a share of its length."""
    place = int(place * (len(content) - 1))
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


DAMAGES = {
    "missing": lambda file: file.unlink(),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
    "empty": lambda file: file.write_bytes(b""),
    "truncated": lambda file: file.write_bytes(file.read_bytes()[:-100]),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"0\n"),
    "no text": lambda file: file.write_bytes(b"\xff\x00" * 50),
    "first bit": lambda file: file.write_bytes(change(file.read_bytes(), 0)),
    "a bit inside": lambda file: file.write_bytes(change(file.read_bytes(), 0.6)),
    "last bit": lambda file: file.write_bytes(change(file.read_bytes(), 1)),
    "line ends": lambda file: file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n")),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", datasets.FILES)
def test_damaged_files_are_named(copied_data, name, damage):
    file = copied_data / datasets.FILES[name]
    before = file.read_bytes()
    DAMAGES[damage](file)
    assert not file.is_file() or file.read_bytes() != before
    with pytest.raises(RuntimeError, match=rf"data/{file.name} .*git checkout -- data"):
        load(name)


@pytest.mark.parametrize("damage", ["missing", "a folder", "empty", "no text"])
def test_damaged_checksums_are_named(copied_data, damage):
    DAMAGES[damage](copied_data / "SHA256SUMS")
    with pytest.raises(RuntimeError, match=r"data/SHA256SUMS .*git checkout -- data"):
        load("diabetes")


def test_a_restored_file_loads_again(copied_data):
    file = copied_data / "diabetes.csv"
    content = file.read_bytes()
    DAMAGES["truncated"](file)
    with pytest.raises(RuntimeError):
        load("diabetes")
    file.write_bytes(content)
    assert len(load("diabetes").y) == 442


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: load("mnist"), "name must be one of diabetes, digits, circles"),
        (lambda: load(3), "name must be one of"),
        (lambda: load("digits", noise=1), "digits takes no options, got the option 'noise'"),
        (lambda: load("moons", radius=1), "moons takes n_samples, noise, seed, got"),
        (lambda: load("moons", n_samples=3), "n_samples must be a whole number of at least 4"),
        (lambda: load("moons", noise=-1), "noise must be a finite number of at least 0"),
        (lambda: load("moons", seed=-1), "seed must be"),
        (lambda: load("moons").split(test_share=2), "test_share must be"),
        (lambda: load("moons").split(test_share=0), "test_share must leave samples on both sides"),
        (lambda: load("moons").split(seed="a"), "seed must be"),
        (lambda: standardize([1, 2]), "x must be a finite array of numbers with 2 axes"),
        (lambda: standardize([[1, 2]], [[1]]), r"reference must be .*\(any, 2\)"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_fashion_is_what_keras_fetches_or_one_sentence(monkeypatch, capsys):
    import keras

    def refuse():
        raise Exception("URL fetch failure")  # what Keras raises without a network

    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", lambda: "the pictures")
    assert load_fashion() == "the pictures" and capsys.readouterr().out == ""
    monkeypatch.setattr(keras.datasets.fashion_mnist, "load_data", refuse)
    assert load_fashion() is None
    assert capsys.readouterr().out.startswith("Fashion-MNIST could not be fetched")


def test_a_constant_column_becomes_0_whatever_its_number():
    """The mean of many times 0.1 is not 0.1 in float64, and their deviation is not 0."""
    x = np.column_stack([np.full(100, 0.1), np.arange(100.0)])
    assert x.std(axis=0)[0] > 0
    np.testing.assert_array_equal(standardize(x)[:, 0], 0)
    np.testing.assert_allclose(standardize([[0.3, 0.0]], reference=x)[0, 0], 0.2, rtol=1e-12)
    assert standardize(x)[:, 1].std() == pytest.approx(1)
    np.testing.assert_array_equal(standardize([[0.0], [5e-324]]), [[0], [5e-324]])  # deviation 0


def test_data_sets_can_be_compared_as_objects():
    data = load("xor")
    assert data == data and data != load("xor")
