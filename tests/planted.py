"""Plant changes in a copy of the repository and see each of them caught: `make planted`.

    python tests/planted.py          plants all of them (about ten minutes)
    python tests/planted.py 03 05    those of these chapters alone

In every chapter a digit of a stored output and one of an alternative text are changed: strict
nbval must name these two cells, and no other. In every source a constant is changed, and two
languages are swapped: the tests of the notebooks' form must name the cell. In the helpers signs,
factors and terms are changed: the unit tests must fail. `test_can_fail.py` plants a few of them
in every run of the tests.
"""

import contextlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
HELPERS = (  # file, what stands there, what is put there, the test file that must fail
    ("activations.py", "expit(z) * expit(-z)", "expit(z) * expit(z)", "test_activations.py"),
    ("activations.py", "LEAKY_SLOPE * z", "z", "test_activations.py"),
    ("losses.py", "/ (2 * len(T))", "/ len(T)", "test_losses.py"),
    ("models.py", "@ W + b", "@ W", "test_models.py"),
    ("models.py", "self.weights[layer].T", "-self.weights[layer].T", "test_models.py"),
    ("optimizers.py", "w = w - learning_rate", "w = w + learning_rate", "test_optimizers.py"),
    ("statistics.py", "np.floor(self.low", "np.ceil(self.low", "test_statistics.py"),
    ("diagnostics.py", "behind[index] -= h", "behind[index] += h / 2", "test_diagnostics.py"),
)


@contextlib.contextmanager
def copy():
    """Give a copy of the repository in which changes can be planted."""
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        for name in ("utils", "notebooks", "data", "tests"):
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, root / name, ignore=ignore)
        for path in (*ROOT.glob("*.md"), ROOT / "pyproject.toml"):
            shutil.copy(path, root)
        yield root


def plant(path, old, new):
    """Replace the first `old` in the file at `path` by `new`; there must be one."""
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise ValueError(f"{path.name} does not hold {old!r} any more")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def run(root, *arguments):
    """Run pytest in the copy; return what it prints."""
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    return re.sub(r"\x1b\[\d*m", "", done.stdout)


def other_digit(text):
    """Return `text` with its last digit changed."""
    return re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), text)


def spoil_outputs(path):
    """Change a digit of a stored text and one of an alternative text; return the cells' numbers."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    compared = [n for n, c in enumerate(code) if "nbval-ignore-output" not in str(c["metadata"])]
    printed = next(n for n in compared if any(re.search(r"\d", t) for t in texts(code[n])))
    pictured = next(n for n in compared if "<img alt=" in str(code[n]["outputs"]))
    for output in code[printed]["outputs"]:
        for holder, name in ((output, "text"), (output.get("data", {}), "text/plain")):
            if name in holder:
                holder[name] = other_digit("".join(holder[name]))
    for output in code[pictured]["outputs"]:
        if "text/html" in output.get("data", {}):
            page = "".join(output["data"]["text/html"])
            alt = re.search(r'alt="([^"]*)"', page)[1]
            output["data"]["text/html"] = page.replace(alt, other_digit(alt), 1)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return {printed, pictured}


def texts(cell):
    """Return the texts that a cell printed or gave back, pictures aside."""
    return [
        "".join(output.get("text") or output.get("data", {}).get("text/plain", ""))
        for output in cell["outputs"]
        if "text/html" not in output.get("data", {})
    ]


def spoil_source(path):
    """Change the first constant of a source's code; return the cell's id."""
    head, body = re.split(r'(?=# %% id="imports")', path.read_text(encoding="utf-8"), maxsplit=1)
    for part in re.split(r"(?=^# %% )", body, flags=re.M)[1:]:
        if not part.startswith("# %% [markdown]") and re.search(r"\b\d+\b", part.split("\n", 1)[1]):
            title, code = part.split("\n", 1)
            plant(path, part, title + "\n" + re.sub(r"\b(\d+)\b", r"1\1", code, count=1))
            return re.search(r'id="([^"]+)"', title)[1]
    raise ValueError(f"{path.name} has no constant")


def swap_languages(path):
    """Swap English and Chinese of the recap; return the cell's id."""
    text = path.read_text(encoding="utf-8")
    swapped = re.sub(
        r'(id="recap" lang=")(en|zh)',
        lambda found: found[1] + {"en": "zh", "zh": "en"}[found[2]],
        text,
    )
    path.write_text(swapped, encoding="utf-8")
    return "recap"


def outputs_are_caught(name):
    """Yield what was planted in the outputs of the notebook `name`, and whether it was caught."""
    with copy() as root:
        path = root / f"notebooks/{name}.ipynb"
        planted = spoil_outputs(path)
        found = set(
            map(int, re.findall(r"^FAILED .*::Cell (\d+)", run(root, str(path)), flags=re.M))
        )
    yield (
        f"{name}: a stored digit and an alternative text, cells {sorted(planted)}",
        found == planted,
    )


def sources_are_caught(name):
    """Yield what was planted in the source of the notebook `name`, and whether it was caught."""
    for what, spoil in (("a constant", spoil_source), ("swapped languages", swap_languages)):
        with copy() as root:
            cell = spoil(root / f"notebooks/sources/{name}.py")
            said = run(root, "tests/test_notebooks.py", "-k", f"source_builds and {name}")
        yield f"{name}: {what}, cell {cell!r}", f"{name}.ipynb, cell '{cell}' differs" in said


def helpers_are_caught():
    """Yield what was planted in the helpers, and whether the unit tests caught it."""
    for file, old, new, tests in HELPERS:
        with copy() as root:
            plant(root / "utils" / file, old, new)
            said = run(root, f"tests/{tests}")
        yield (
            f"utils/{file}: {old} becomes {new}",
            bool(re.search(r"\d failed", said)) and not re.search(r"\d errors?\b", said),
        )


def main(chapters):
    """Plant all changes, print what became of each; return whether one was missed."""
    paths = sorted((ROOT / "notebooks/sources").glob("[0-9][0-9]_*.py"))
    missed = count = 0
    trials = [] if chapters else [helpers_are_caught()]
    for path in paths:
        if not chapters or path.name[:2] in chapters:
            trials += [sources_are_caught(path.stem), outputs_are_caught(path.stem)]
    for trial in trials:
        for what, caught in trial:
            print("caught " if caught else "MISSED ", what, flush=True)
            count, missed = count + 1 + (" and " in what), missed + (not caught)
    print(f"{count} changes planted, {missed or 'none'} missed")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
