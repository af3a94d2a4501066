"""The tests can fail: some changes of `planted.py` in every run; `make planted` makes them all."""

import json

import planted
import pytest

CHAPTER = "03_gradient_descent_one_weight"


def test_a_stored_digit_and_an_alternative_text_are_caught():
    [(what, caught)] = planted.outputs_are_caught("00_start_here")
    assert caught, what


def test_a_changed_constant_is_caught():
    what, caught = next(planted.sources_are_caught(CHAPTER))
    assert caught, what


def test_a_missing_count_is_caught():
    with planted.copy() as root:
        path = root / f"notebooks/{CHAPTER}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        next(c for c in notebook["cells"] if c["id"] == "curvature")["execution_count"] = None
        path.write_text(json.dumps(notebook), encoding="utf-8")
        said = planted.run(root, "tests/test_notebooks.py", "-k", "counts")
    assert f"test_counts_run_from_one[{CHAPTER}.ipynb]" in said


def test_a_change_that_cannot_be_planted_is_an_error(tmp_path):
    path = tmp_path / "losses.py"
    path.write_text("pass")
    with pytest.raises(ValueError, match="losses.py does not hold '2' any more"):
        planted.plant(path, "2", "3")
