"""Wherever a notebook is opened it runs and says what is stored; `make places` tries the rest."""

import os
import subprocess
import sys

import matrix
import nbformat
import opened
import places
import pytest
import stamps
from nbclient.exceptions import CellExecutionError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights and bare paths are those of POSIX")


@pytest.fixture
def content(tmp_path):
    """Return the empty working directory of a new Colab machine."""
    (tmp_path / "content").mkdir()
    return tmp_path / "content"


def in_colab(notebook, content, **variables):
    """Run `notebook` with this interpreter in a fake Colab; return it, executed."""
    folder = content.parent
    environment = opened.variables(**opened.fake_colab(folder), **variables)
    return opened.execute(notebook, content, opened.kernel(sys.executable, folder), environment)


def test_a_chapter_runs_in_the_hardest_place(tmp_path):
    """Spaces and Chinese in a read-only path, no home, no display, locale C, another `utils`."""
    stored, done = places.hardest("00", tmp_path)
    assert opened.differing(stored, done) == []


def test_a_chapter_says_the_same_when_all_its_cells_are_run_again(tmp_path):
    assert opened.differing(*places.run_twice("00", tmp_path)) == []


def test_colab_fetches_the_helpers_and_runs_a_chapter(tmp_path, content):
    served = opened.serve(stamps.repository(), tmp_path)
    stored = opened.read("00")
    assert opened.differing(stored, in_colab(stored, content, **served)) == []
    fetched = stamps.repository().rsplit("/", 1)[-1]
    assert [path.name for path in content.iterdir()] == [fetched]


def test_colab_says_one_sentence_when_it_cannot_fetch(content):
    setup = next(cell for cell in opened.read("00").cells if cell.id == "setup")
    nowhere = opened.redirect(stamps.repository(), "file:///nowhere")
    with pytest.raises(CellExecutionError) as raised:
        in_colab(nbformat.v4.new_notebook(cells=[setup]), content, **nowhere)
    assert raised.value.evalue == stamps.MISSING.format(repository=stamps.repository())
    assert list(content.iterdir()) == []


def test_a_cell_that_says_something_else_is_named():
    stored, done = opened.read("00"), opened.read("00")
    cell = [cell for cell in done.cells if opened.text(cell)][-1]
    cell.outputs[0] = nbformat.v4.new_output("stream", text="something else")
    assert opened.differing(stored, done) == [cell.id]


def test_nothing_can_be_written_where_the_hardest_place_forbids_it(tmp_path):
    """The other tests would prove nothing if root's rights were still there."""
    with places.read_only(tmp_path):
        command = places.as_learner([sys.executable, "-c", f"open({str(tmp_path / 'a')!r}, 'w')"])
        done = subprocess.run(command, capture_output=True, text=True)
    assert "PermissionError" in done.stderr


REPORT = '<testsuites><testsuite tests="{}" skipped="0" failures="{}" errors="0" time="60"/>'
REPORT += "</testsuites>"


@pytest.mark.parametrize(
    ("report", "status", "said"),
    [
        (REPORT.format(3, 0), 0, "3 passed, 0 failed, 1 min"),
        (REPORT.format(3, 1), 1, "FAILED: 2 passed, 1 failed, 1 min"),
        (REPORT.format(0, 0), 5, "FAILED: 0 passed, 0 failed, 1 min"),
        ("", 4, "FAILED: no report"),
    ],
    ids=["passed", "failed", "found no test", "did not start"],
)
def test_the_matrix_says_how_pytest_ended(tmp_path, monkeypatch, report, status, said):
    """The interpreter is a fake that writes a report, or none; one of an earlier run is there."""
    monkeypatch.setattr(matrix, "RESULTS", tmp_path)
    (tmp_path / "2.18-default.xml").write_text(REPORT.format(9, 0))
    (tmp_path / "report").write_text(report)
    python = tmp_path / "python"
    write = f'for a; do case "$a" in --junitxml=*) cat {tmp_path}/report > "${{a#*=}}";; esac; done'
    python.write_text(f"#!/bin/sh\n{write if report else ''}\nexit {status}\n")
    python.chmod(0o755)
    monkeypatch.setattr(matrix, "environment", lambda version: python)
    monkeypatch.setattr(sys, "argv", ["matrix", "--versions", "2.18", "--variants", "default"])
    assert bool(matrix.main()) is (status != 0)
    assert matrix.run("2.18", "default", []) == said


def test_binder_is_given_a_python_on_which_the_course_runs():
    version = (opened.ROOT / "runtime.txt").read_text(encoding="utf-8").strip()
    assert version.removeprefix("python-") in matrix.VERSIONS.values()
