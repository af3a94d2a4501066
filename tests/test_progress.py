"""The progress bar: nothing in the outputs of an executed notebook, a bar where a person looks."""

import io
import os
import pathlib
import sys
from unittest import mock

import nbclient
import nbformat
import pytest

from utils.ensembles import progress

ROOT = pathlib.Path(__file__).resolve().parents[1]
CODE = """
import sys, time
sys.path.insert(0, {root!r})
from utils.ensembles import progress
progress.DELAY = 0.1
with progress.progress_bar(4, "epoch") as bar:
    for _ in range(4):
        time.sleep(0.1)
        bar.update(1)
"""


TRAINING = """
import sys
sys.path.insert(0, {root!r})
import utils.reproducibility
utils.reproducibility.quiet_tensorflow()
import keras, numpy
from utils import ensembles
from utils.ensembles import progress
progress.DELAY = 0.1
def build():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
x = numpy.ones((1000, 2))
found = ensembles.train_many(build, x, x[:, :1], seeds=20, epochs=20)
"""


class Recorder(nbclient.NotebookClient):
    """Executes a notebook and remembers the text of every display, also of those replaced."""

    def process_message(self, message, cell, cell_index):
        if message["msg_type"] in ("display_data", "update_display_data"):
            self.seen = [*getattr(self, "seen", []), message["content"]["data"]["text/plain"]]
        return super().process_message(message, cell, cell_index)


def execute(live, code=CODE):
    """Run `code` as a one-cell notebook: its stored outputs, and what was seen meanwhile.

    `live` pretends that Jupyter Server started the kernel for a person.
    """
    cell = nbformat.v4.new_code_cell(code.format(root=str(ROOT)))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    client = Recorder(notebook, timeout=120)
    with mock.patch.dict(os.environ):
        os.environ.pop("JPY_SESSION_NAME", None)
        if live:
            os.environ["JPY_SESSION_NAME"] = "a.ipynb"
        client.execute()
    return notebook.cells[0].outputs, getattr(client, "seen", [])


def test_an_executed_notebook_shows_and_stores_nothing():
    """Neither the bar nor what TensorFlow and XLA have to say when they start."""
    assert execute(live=False, code=TRAINING + CODE) == ([], [])


def test_a_live_notebook_shows_a_bar_that_is_emptied_at_the_end():
    outputs, seen = execute(live=True)
    assert any("2/4" in text and "epoch/s" in text for text in seen)
    assert [output.data for output in outputs] == [{"text/html": "", "text/plain": ""}]


class Terminal(io.StringIO):
    """A text file that says that a person reads it."""

    def isatty(self):
        return True


@pytest.mark.parametrize("terminal, expected", [(True, True), (False, False)])
def test_only_a_terminal_shows_the_bar(monkeypatch, terminal, expected):
    file = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", file)
    monkeypatch.setattr(progress, "DELAY", 1e-9)
    with progress.progress_bar(3, "epoch") as bar:
        bar.update(1)
        bar.refresh()
    assert ("epoch" in file.getvalue()) == expected


def test_short_work_shows_no_bar(monkeypatch):
    file = Terminal()
    monkeypatch.setattr(sys, "stderr", file)
    with progress.progress_bar(3, "epoch") as bar:
        for _ in range(3):
            bar.update(1)
    assert file.getvalue() == ""
