"""The progress bar: nothing in the outputs of an executed notebook, a bar where a person looks."""

import html
import io
import os
import pathlib
import sys
import types
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


@pytest.mark.parametrize("live", ["JPY_SESSION_NAME", "google.colab", "__vsc_ipynb_file__", None])
def test_a_kernel_is_live_where_a_person_started_it(monkeypatch, live):
    """Jupyter Server sets a variable, Colab has a module, VS Code names the file."""
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    for module in ("ipykernel", "google.colab"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    shell = types.SimpleNamespace(user_ns={live: "a.ipynb"})
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    if live == "JPY_SESSION_NAME":
        monkeypatch.setenv(live, "a.ipynb")
    if live == "google.colab":
        monkeypatch.setitem(sys.modules, live, types.ModuleType(live))
    assert progress.in_live_notebook() is False  # without a kernel
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    assert progress.in_live_notebook() is (live is not None)
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    assert progress.in_live_notebook() is (live in ("JPY_SESSION_NAME", "google.colab"))


def test_the_bar_of_a_notebook_is_one_display(monkeypatch):
    """It is made once, changed as long as there is work, and emptied at the end."""
    displays = []

    class Handle:
        def update(self, shown, raw):
            displays.append(("update", shown, raw))

    def display(shown, raw, display_id):
        displays.append(("display", shown, raw))
        assert display_id is True
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(progress, "in_live_notebook", lambda: True)
    monkeypatch.setattr(progress, "DELAY", 1e-9)
    with progress.progress_bar(4, "epoch") as bar:
        bar.update(1)
        bar.refresh()
        bar.update(1)
        bar.refresh()
    kinds = [kind for kind, _, _ in displays]
    assert kinds[0] == "display" and set(kinds[1:]) == {"update"}
    assert all(raw is True for _, _, raw in displays)
    *moving, last = [shown for _, shown, _ in displays]
    assert last == {"text/html": "", "text/plain": ""}
    for count in ("1/4", "2/4"):
        assert any(count in shown["text/plain"] for shown in moving)
    for shown in moving:
        assert shown["text/html"] == f"<pre>{html.escape(shown['text/plain'])}</pre>"


def test_a_pace_that_is_unknown_is_no_comment_in_html(monkeypatch):
    """Before the first unit of work is done, tqdm writes `00:02<?, ?epoch/s`."""
    displays = []
    monkeypatch.setattr("IPython.display.display", lambda shown, **_: displays.append(shown))
    monkeypatch.setattr(progress, "in_live_notebook", lambda: True)
    with progress.progress_bar(4, "epoch") as bar:
        bar.display()
    [shown] = displays
    assert "<?, ?epoch/s" in shown["text/plain"] and "&lt;?, ?epoch/s" in shown["text/html"]


def test_an_empty_text_shows_nothing_new(monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: pytest.fail("displayed"))
    monkeypatch.setattr(progress, "in_live_notebook", lambda: True)
    with progress.progress_bar(4, "epoch") as bar:
        bar.display("")
        bar.update(4)


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
    assert not file.getvalue() or file.getvalue().split("\r")[-1].strip() == ""  # nothing is left


@pytest.mark.parametrize(("seconds", "shown"), [(1.9, False), (2.1, True)])
def test_work_of_two_seconds_shows_a_bar(monkeypatch, seconds, shown):
    file, now = Terminal(), [100.0]
    monkeypatch.setattr(sys, "stderr", file)
    monkeypatch.setattr("tqdm.std.time", lambda: now[0])
    with progress.progress_bar(3, "epoch") as bar:
        bar.update(1)
        now[0] += seconds
        bar.update(1)
    assert ("2/3" in file.getvalue()) == shown
