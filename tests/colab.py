"""Run the course as Colab does, in a clean environment of Colab's versions: `make colab-test`.

    python tests/colab.py            runs every notebook, fetched and stand-alone
    python tests/colab.py 00 03      runs these chapters

Each notebook runs alone in an empty folder. The repository comes from a local bare clone, and
git can reach nothing else; a stand-alone copy has nothing to fetch at all. Afterwards the
environment holds the very packages that it held before. A cell that says something else than is
stored is named, but is no failure: `make matrix` is the strict comparison.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

import nbformat
import opened
from nbclient.exceptions import CellExecutionError

sys.path.insert(0, str(opened.ROOT / "notebooks"))
import stamps  # noqa: E402

PINS = opened.ROOT / "tests/colab-requirements.txt"
RESULTS = opened.ROOT / "build/colab-test"
NOWHERE = "file:///nowhere"


def run(name, notebook, python, variables):
    """Run `notebook` in an empty folder of a fake Colab; return how it went, in a few words.

    Keeps it, executed, in `build/colab-test/`.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "content").mkdir()
        environment = opened.variables(**opened.fake_colab(folder), **variables)
        manager = opened.kernel(python, folder)
        try:
            done = opened.execute(notebook, folder / "content", manager, environment)
        except CellExecutionError as error:
            return f"FAILED: {error.ename}: {error.evalue}"
    RESULTS.mkdir(parents=True, exist_ok=True)
    nbformat.write(done, RESULTS / name.replace("/", "-"))
    seconds = time.monotonic() - started
    changed = ", ".join(opened.differing(notebook, done)) if stored(notebook) else ""
    return f"runs, {seconds:.0f} s" + (f"; says something else in: {changed}" if changed else "")


def stored(notebook):
    """Tell whether `notebook` has stored outputs; a stand-alone copy has none."""
    return any(cell.get("outputs") for cell in notebook.cells)


def notebooks(chapters):
    """Yield the name, the notebook and whether it fetches, for the fetched and stand-alone ones."""
    command = [sys.executable, "notebooks/build.py", "--colab", *chapters]
    subprocess.run(command, cwd=opened.ROOT, check=True, stdout=subprocess.DEVNULL)
    for folder, fetches in (("notebooks", True), ("build/colab", False)):
        for path in sorted((opened.ROOT / folder).glob("[0-9][0-9]_*.ipynb")):
            if not chapters or path.name[:2] in chapters:
                yield f"{folder}/{path.name}", nbformat.read(path, as_version=4), fetches


def main():
    """Run the command line; the status is 1 where a notebook failed or a package has changed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", help="numbers such as 03 (default: all)")
    chapters = parser.parse_args().chapters
    wanted = opened.requirements(PINS)
    python = opened.environment("colab", "3.13", wanted)
    before = opened.packages(python)
    missing = {pin for pin in wanted if "==" in pin} - before
    failures = [f"not installed: {', '.join(sorted(missing))}"] if missing else []
    with tempfile.TemporaryDirectory() as folder:
        served = opened.serve(stamps.repository(), pathlib.Path(folder))
        nothing = opened.redirect(stamps.repository(), NOWHERE)
        for name, notebook, fetches in notebooks(chapters):
            said = run(name, notebook, python, served if fetches else nothing)
            print(f"{name}: {said}", flush=True)
            failures += [name] if said.startswith("FAILED") else []
    if opened.packages(python) != before:
        failures.append("packages were installed or removed")
    print("failed: " + "; ".join(failures) if failures else "every notebook runs as in Colab")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
