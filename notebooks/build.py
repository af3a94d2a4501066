"""Build the notebooks from `notebooks/sources/`: parse, stamp, execute, translate, write.

    python notebooks/build.py            builds every chapter, executing those that have changed
    python notebooks/build.py 03 05      builds these chapters
    python notebooks/build.py --force    executes even what has not changed
    python notebooks/build.py --check    changes nothing; fails if a notebook is not up to date
    python notebooks/build.py --colab    writes stand-alone copies to build/colab/

A source is a py:percent file. Every cell has an `id`; prose has `lang="en"` or `lang="zh"`, the two
versions of a cell sharing one id. Tags: `exercise`; `solution` (becomes a collapsed block);
`nbval-ignore-output` (exempt from comparison, at most one a chapter). Nobody edits an .ipynb.
"""

import argparse
import re
import sys

import course_map
import jupytext
import ledger
import nbformat
import readme
import stamps
from execution import copy_outputs, execute, fingerprint

NOTEBOOKS = stamps.ROOT / "notebooks"
SOURCES = NOTEBOOKS / "sources"
EDITIONS = {"en": NOTEBOOKS, "zh": NOTEBOOKS / "zh-CN"}
SOLUTION = {"en": "Show a solution", "zh": "参考答案"}


def read_source(path):
    """Return the source at `path` as a jupytext notebook, or raise `ValueError` for a bad cell."""
    source = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    seen = set()
    for number, cell in enumerate(source.cells, 1):
        key = cell.metadata.get("id"), cell.metadata.get("lang")
        if not re.fullmatch(r"[a-z0-9-]{1,64}", key[0] or "") or key in seen:
            raise ValueError(
                f"{path.name}: cell {number} needs an id of its own in a-z, 0-9, -, got {key[0]!r}"
            )
        if cell.cell_type == "markdown" and key[1] not in (*EDITIONS, None):
            raise ValueError(
                f"{path.name}: cell {key[0]!r} must have lang en or zh, got {key[1]!r}"
            )
        seen.add(key)
    return source


def languages(source):
    """Return the languages that have prose in `source`: English, and Chinese once it is written."""
    present = {cell.metadata.get("lang") for cell in source.cells}
    return [language for language in EDITIONS if language in present]


def assemble(source, name, language, setup=None):
    """Return the notebook of one language, stamped, without outputs."""
    badges = stamps.badges(name, language, languages(source))
    cells = [c for c in source.cells if c.metadata.get("lang", language) == language]
    cells = [convert(cell, language) for cell in cells]
    first_code = next(i for i, cell in enumerate(cells) if cell.cell_type == "code")
    cells.insert(first_code, nbformat.v4.new_code_cell(setup or stamps.setup_code(), id="setup"))
    cells.insert(1, nbformat.v4.new_markdown_cell(badges, id="badges"))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def convert(cell, language):
    """Return a source cell as a notebook cell; a solution becomes a collapsed block of Markdown."""
    tags = cell.metadata.get("tags", [])
    text = cell.source
    if "solution" in tags:
        summary = f"<summary>{SOLUTION[language]}</summary>"
        text = f"<details>{summary}\n\n```python\n{text}\n```\n\n</details>"
    markdown = cell.cell_type == "markdown" or "solution" in tags
    new = nbformat.v4.new_markdown_cell if markdown else nbformat.v4.new_code_cell
    return new(text, id=cell.metadata["id"], metadata={"tags": tags} if tags else {})


def build(path, *, force=False, check=False):
    """Build one chapter; return a dict of the files to write and their bytes."""
    source, target = read_source(path), NOTEBOOKS / f"{path.stem}.ipynb"
    notebooks = {language: assemble(source, path.stem, language) for language in languages(source)}
    english = notebooks["en"]
    mark = fingerprint(english)
    old = nbformat.read(target, as_version=4) if target.exists() else None
    unchanged = old is not None and old.metadata.get("fingerprint") == mark
    if unchanged and not force:
        copy_outputs(old, english)
    elif not check:
        execute(english, path)
    files = {}
    for language, notebook in notebooks.items():
        copy_outputs(english, notebook)
        fill(notebook, language)
        notebook.metadata["fingerprint"] = mark
        files[EDITIONS[language] / target.name] = as_bytes(notebook)
    return files


def fill(notebook, language):
    """Put the ledger and the map of the course where `notebook` has their marks."""
    ledger.insert(notebook)
    course_map.insert(notebook, sorted(SOURCES.glob("[0-9][0-9]_*.py")), language)


def as_bytes(notebook):
    """Return a notebook as the bytes of its file."""
    return (nbformat.writes(notebook) + "\n").encode()


def standalone(path):
    """Return a dict of the stand-alone copies of one chapter: helpers and data inside."""
    source, files = read_source(path), {}
    for language in languages(source):
        notebook = assemble(source, path.stem, language, stamps.standalone_setup_code())
        fill(notebook, language)
        folder = stamps.ROOT / "build/colab" / EDITIONS[language].relative_to(NOTEBOOKS)
        files[folder / f"{path.stem}.ipynb"] = as_bytes(notebook)
    return files


def write(files, check=False):
    """Write the files that differ from what is there, or with `check` none; return them."""
    stale = [t for t, content in files.items() if not t.exists() or t.read_bytes() != content]
    for target in [] if check else stale:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[target])
    return stale


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", help="numbers such as 03 (default: all)")
    parser.add_argument("--force", action="store_true", help="execute what has not changed too")
    parser.add_argument("--check", action="store_true", help="write nothing, fail if out of date")
    parser.add_argument("--colab", action="store_true", help="write stand-alone copies")
    options = parser.parse_args(arguments)
    paths = sorted(SOURCES.glob("[0-9][0-9]_*.py"))
    unknown = set(options.chapters) - {path.name[:2] for path in paths}
    if unknown:
        parser.error(f"no chapter {' '.join(sorted(unknown))} in notebooks/sources/")
    chosen = [path for path in paths if not options.chapters or path.name[:2] in options.chapters]
    # A chapter with a mark changes when another one does; it is not executed for that.
    marks = ledger.MARK, course_map.MARK
    marked = [path for path in paths if any(m in path.read_text(encoding="utf-8") for m in marks)]
    stale = []
    for path in chosen + [path for path in marked if path not in chosen]:
        if options.colab:
            stale += write(standalone(path))
        else:
            force = options.force and path in chosen
            stale += write(build(path, force=force, check=options.check), options.check)
    if not options.colab:
        stale += write({**readme.files(paths), **course_map.files(paths)}, options.check)
    names = [target.relative_to(stamps.ROOT).as_posix() for target in stale]
    word = "out of date" if options.check else "written"
    print("\n".join(f"{word}: {name}" for name in names) or "everything is up to date")
    return bool(options.check and stale)


if __name__ == "__main__":
    sys.exit(main())
