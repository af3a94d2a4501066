"""The tests can fail: planted changes, made on a copy, are caught and the cell is named."""

import json
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

CHAPTER = "03_gradient_descent_one_weight"


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the repository in which changes can be planted."""
    for name in ("utils", "notebooks", "data", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{path.name} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def run(copy, *arguments):
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_changed_helper_stored_digit_and_alternative_text_are_caught(copy):
    """One run of nbval finds all three; the cells are named by their source."""
    plant(copy / "utils/optimizers.py", "w = w - learning_rate", "w = w + learning_rate")
    notebook = copy / f"notebooks/{CHAPTER}.ipynb"
    plant(notebook, "c = 1.500   w* = 0.500", "c = 1.500   w* = 0.501")
    plant(
        notebook,
        'alt=\\"Loss curve with tangents: at w = −3',
        'alt=\\"Loss curve with tangents: at w = 3',
    )
    said = run(copy, str(notebook))
    for cell in (
        "assert np.array_equal(from_left.points",
        'print(f"c = {c:.3f}',
        "figures.slopes(",
    ):
        assert f"{cell}" in said


def test_a_changed_source_is_caught(copy):
    plant(
        copy / f"notebooks/sources/{CHAPTER}.py",
        "learning_rate=0.2, steps=20",
        "learning_rate=0.3, steps=20",
    )
    said = run(copy, "tests/test_notebooks.py", "-k", "is_what_its_source_builds")
    assert f"{CHAPTER}.ipynb, cell 'loop'" in said


def test_a_changed_sign_is_caught_by_the_unit_tests(copy):
    plant(copy / "utils/optimizers.py", "w = w - learning_rate", "w = w + learning_rate")
    assert "test_path_on_a_bowl_is_the_closed_form" in run(copy, "tests/test_optimizers.py")


def test_a_swapped_count_is_caught(copy):
    path = copy / f"notebooks/{CHAPTER}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    next(c for c in notebook["cells"] if c["id"] == "curvature")["execution_count"] = None
    path.write_text(json.dumps(notebook), encoding="utf-8")
    assert "test_counts_run_from_one" in run(copy, "tests/test_notebooks.py", "-k", "counts")
