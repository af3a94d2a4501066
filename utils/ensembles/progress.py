"""A progress bar that appears when work takes longer than two seconds and leaves nothing behind.

A person sees it, in JupyterLab, Colab, VS Code or a terminal. When a notebook is executed without
one (nbclient, nbval), nothing is written, so that stored outputs stay as they are.
"""

import html
import os
import sys

from tqdm.std import tqdm

DELAY = 2.0  # seconds


def in_live_notebook():
    """Return whether this kernel serves a person: Jupyter Server, Colab or VS Code started it."""
    if "ipykernel" not in sys.modules:
        return False
    from IPython import get_ipython

    shell = get_ipython()
    in_editor = shell is not None and "__vsc_ipynb_file__" in shell.user_ns
    return in_editor or "JPY_SESSION_NAME" in os.environ or "google.colab" in sys.modules


class NotebookBar(tqdm):
    """The text of tqdm's bar in a display of the notebook, which is emptied at the end."""

    handle = None

    def display(self, msg=None, pos=None):
        """Show the bar, or `msg` if it is given; an empty `msg` clears the display."""
        from IPython.display import display

        text = str(self) if msg is None else msg
        shown = {"text/html": f"<pre>{html.escape(text)}</pre>" if text else "", "text/plain": text}
        if self.handle is not None:
            self.handle.update(shown, raw=True)
        elif text:
            self.handle = display(shown, raw=True, display_id=True)


def progress_bar(total, unit):
    """Return a tqdm bar for `total` units of work: `update(n)`, `close()`, `with`."""
    settings = {"total": total, "unit": unit, "delay": DELAY, "leave": False}
    if in_live_notebook():
        return NotebookBar(**settings, gui=False)
    return tqdm(**settings, disable=None)  # None: only where a terminal shows it
