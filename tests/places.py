"""Open a chapter in every place where somebody may open it: `make places`.

    python tests/places.py                            opens chapter 03 in each place
    python tests/places.py 00                         opens chapter 00
    python tests/places.py 00 01 --place "run twice"  opens these two in that place

Each place is one condition; `tests/test_places.py` puts all of them together in one run.
"""

import argparse
import contextlib
import itertools
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import nbformat
import opened
from nbclient.exceptions import CellExecutionError

FAR = "course 课程 copy"
NO_DISPLAY = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}


def checkout(folder):
    """Copy what a clone holds of helpers, data and notebooks to `folder`; return it."""
    for name in ("utils", "data", "notebooks"):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(opened.ROOT / name, folder / name, ignore=ignored)
    return folder


def as_learner(command):
    """Return `command` run without root's right to write where nobody may write."""
    if os.name == "nt" or os.geteuid() != 0:
        return command
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]


@contextlib.contextmanager
def read_only(folder):
    """Take the right to write to `folder` and all below it from everybody, for a while."""
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(path.stat().st_mode | 0o200)


def other_utils(folder):
    """Make another package called `utils`, as it may be installed; return the folder to import."""
    (folder / "other/utils").mkdir(parents=True)
    (folder / "other/utils/__init__.py").write_text("raise ImportError('the wrong utils')\n")
    return folder / "other"


def nbconvert(path, output, **variables):
    """Run `jupyter nbconvert --execute` on the notebook at `path`; return it, executed.

    Jupyter's own files go to `output`, as a hub arranges it where a home cannot be written.
    """
    output.mkdir()
    command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook"]
    command += ["--log-level=ERROR", "--output-dir", str(output), str(path)]
    environment = opened.variables(JUPYTER_RUNTIME_DIR=output / "runtime", **variables)
    done = subprocess.run(as_learner(command), env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return nbformat.read(output / path.name, as_version=4)


def hardest(stem, folder):
    """Open a chapter with every condition at once; return it as stored and as executed."""
    course, home = checkout(folder / FAR), folder / "home"
    home.mkdir()
    (path,) = (course / "notebooks").glob(f"{stem}*.ipynb")
    with read_only(course), read_only(home):
        done = nbconvert(
            path,
            folder / "out",
            HOME=home,
            LC_ALL="C",
            PYTHONPATH=other_utils(folder),
            **NO_DISPLAY,
        )
    return nbformat.read(path, as_version=4), done


def from_folder(stem, folder, working_directory):
    """Open a chapter in a kernel that stands in `working_directory`."""
    manager = opened.kernel(sys.executable, folder)
    stored = opened.read(stem)
    return stored, opened.execute(stored, working_directory, manager, opened.variables())


def run_twice(stem, folder):
    """Run all cells of a chapter, and all again in the same kernel; return the second run."""
    stored, both, again = (opened.read(stem) for _ in range(3))
    for cell in again.cells:
        cell.id += "-again"
    both.cells += again.cells
    manager = opened.kernel(sys.executable, folder)
    done = opened.execute(both, opened.ROOT / "notebooks", manager, opened.variables())
    done.cells = done.cells[len(stored.cells) :]
    return stored, done


def by_nbconvert(stem, folder, *, name="course", locked=(), **variables):
    """Open a chapter of a copy called `name` with nbconvert; `locked` folders are read-only."""
    course = checkout(folder / name)
    (path,) = (course / "notebooks").glob(f"{stem}*.ipynb")
    with contextlib.ExitStack() as stack:
        for one in locked:
            (folder / one).mkdir(exist_ok=True)
            stack.enter_context(read_only(folder / one))
        return nbformat.read(path, as_version=4), nbconvert(path, folder / "out", **variables)


PLACES = {
    "from the repository's root": lambda s, f: from_folder(s, f, opened.ROOT),
    "from notebooks/": lambda s, f: from_folder(s, f, opened.ROOT / "notebooks"),
    "run twice": run_twice,
    "by nbconvert": by_nbconvert,
    "spaces and Chinese characters": lambda s, f: by_nbconvert(s, f, name=FAR),
    "read-only checkout": lambda s, f: by_nbconvert(s, f, locked=["course"]),
    "HOME cannot be written": lambda s, f: by_nbconvert(s, f, locked=["home"], HOME=f / "home"),
    "no display": lambda s, f: by_nbconvert(s, f, **NO_DISPLAY),
    "locale C": lambda s, f: by_nbconvert(s, f, LC_ALL="C", PYTHONUTF8="0"),
    "another utils": lambda s, f: by_nbconvert(s, f, PYTHONPATH=other_utils(f)),
    "all at once": hardest,
}


def say(place, stem):
    """Open the chapter in a place; return how it went, in a few words."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            changed = opened.differing(*PLACES[place](stem, pathlib.Path(folder)))
        except (AssertionError, CellExecutionError) as error:
            return f"FAILED: {error}"
    return "FAILED: says something else in " + ", ".join(changed) if changed else "passes"


def main():
    """Run the command line; the status is 1 where a place failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", default=["03"], help="numbers (default: 03)")
    parser.add_argument("--place", choices=PLACES, help="one of them (default: all)")
    options, failed = parser.parse_args(), False
    chosen = [options.place] if options.place else PLACES
    for place, stem in itertools.product(chosen, options.chapters):
        said = say(place, stem)
        print(f"{stem}, {place}: {said}", flush=True)
        failed |= said.startswith("FAILED")
    return failed


if __name__ == "__main__":
    sys.exit(main())
