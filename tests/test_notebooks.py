"""The form of the built notebooks: what a reader opens is what the sources say."""

import base64
import html
import io
import pathlib
import re

import build
import nbformat
import numpy as np
import pytest
import readme
import stamps
from PIL import Image

SOURCES = sorted(build.SOURCES.glob("[0-9][0-9]_*.py"))
NOTEBOOKS = [path for folder in build.EDITIONS.values() for path in sorted(folder.glob("*.ipynb"))]
EXEMPT = "nbval-ignore-output"
by_stem = {"ids": lambda path: str(path.relative_to(build.NOTEBOOKS))}


@pytest.fixture(params=NOTEBOOKS, **by_stem)
def notebook(request):
    read = nbformat.read(request.param, as_version=4)
    read.metadata["path"] = request.param
    return read


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [(cell, output) for cell in code(notebook) for output in cell.outputs]


@pytest.mark.parametrize("path", SOURCES, **{"ids": lambda path: path.stem})
def test_notebook_is_what_its_source_builds(path):
    for target, content in build.build(path, check=True).items():
        assert target.exists(), f"{target.name} was never built: run make build"
        wanted, found = (
            nbformat.reads(t.decode(), as_version=4) for t in (content, target.read_bytes())
        )
        for new, old in zip(wanted.cells, found.cells, strict=False):
            place = f"{target.name}, cell {new.id!r}"
            assert (new.id, new.source) == (old.id, old.source), f"{place} differs: run make build"
        assert target.read_bytes() == content, f"{target.name} is out of date: run make build"


def test_every_notebook_has_a_source():
    assert {path.stem for path in NOTEBOOKS} == {path.stem for path in SOURCES}


def test_counts_run_from_one(notebook):
    counts = [cell.execution_count for cell in code(notebook)]
    assert counts == list(range(1, len(counts) + 1)), "nbval never compares a cell without a count"


def test_no_error_and_no_stderr(notebook):
    for cell, output in outputs(notebook):
        assert output.output_type != "error" and output.get("name") != "stderr", cell.id


def test_every_picture_has_an_alternative_text_with_numbers(notebook):
    pictures = 0
    for cell, output in outputs(notebook):
        data = output.get("data", {})
        assert "image/png" not in data and "image/svg+xml" not in data, (
            f"{cell.id}: use show(figure, alt)"
        )
        for alt in re.findall(r'<img alt="([^"]*)"', data.get("text/html", "")):
            pictures += 1
            assert html.unescape(alt) == data["text/plain"]
            assert re.search(r"\d", alt) and len(alt) > 40, f"{cell.id}: {alt}"
    assert pictures


def test_no_picture_is_cut_at_its_edge(notebook):
    """A title that is too long reaches the border, which is white otherwise."""
    for cell, output in outputs(notebook):
        for source in re.findall(r'src="data:image/png;base64,([^"]+)"', str(output.get("data"))):
            pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(source))).convert("L"))
            border = [pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]
            assert min(edge.min() for edge in border) > 200, f"{cell.id}: something is cut off"


def test_setup_cells_are_identical(notebook):
    setup = next(cell for cell in notebook.cells if cell.id == "setup")
    assert setup.source == stamps.setup_code() and setup.outputs == []


def test_at_most_one_cell_is_exempt(notebook):
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
    assert tags.count(EXEMPT) <= 1
    assert set(tags) <= {EXEMPT, "exercise", "solution"}, "other nbval tags would loosen the check"
    assert not any("NBVAL" in cell.source for cell in notebook.cells)


def test_size(notebook):
    assert notebook.metadata["path"].stat().st_size < 1_500_000
    for cell in code(notebook):
        assert len([line for line in cell.source.splitlines() if line.strip()]) <= 25, cell.id
    for cell in notebook.cells:
        prose = re.sub(r"^(\||-|\d+\.|>).*$|\$\$.*?\$\$", "", cell.source, flags=re.M | re.S)
        if cell.cell_type == "markdown" and "<details>" not in prose:
            assert len(prose.split()) <= 100, f"{cell.id}: {len(prose.split())} words"


def test_chapter_opens_and_closes_as_agreed(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert ids[:3] == ["title", "badges", "aims"]
    assert {"evidence", "exercises", "recap"} <= set(ids)
    assert ids.index("evidence") < ids.index("exercises") < ids.index("recap")
    solutions = [cell for cell in notebook.cells if cell.source.startswith("<details>")]
    exercises = [cell for cell in code(notebook) if "exercise" in cell.metadata.get("tags", [])]
    assert len(solutions) == len(exercises) >= 2
    assert any(re.search(r"\*\*(Predict|预测)", cell.source) for cell in notebook.cells)


# Homes and temporary folders of Linux, macOS and Windows, this machine's own, and an address.
PLACES = stamps.ROOT, pathlib.Path.home()
OF_A_MACHINE = re.compile(
    r"/home/|/root/|/work/|/tmp/|/Users/|/private/var/|/var/folders/|[A-Za-z]:\\+Users\\|0x[0-9a-fA-F]{6,}"
    + "".join(f"|{re.escape(str(path))}" for path in PLACES if path.parent != path)
)


@pytest.mark.parametrize(
    "text",
    [
        "/home/ada/course/utils/datasets.py",
        "/Users/ada/course/utils/datasets.py",
        r"D:\Users\ada\course",
        repr(r"c:\Users\ada"),
        "/private/var/folders/zz/T/tmp1/digits.keras",
        "<object at 0x7FE09051A250>",
        str(stamps.ROOT / "utils"),
    ],
)
def test_paths_of_every_system_are_seen(text):
    assert OF_A_MACHINE.search(f"saved to {text}")


def test_no_path_of_a_machine_and_no_address_of_an_object(notebook):
    for cell, output in outputs(notebook):
        text = str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))
        assert not OF_A_MACHINE.search(text), cell.id


@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p.parent.name == "zh-CN"], **by_stem)
def test_editions_have_the_same_code_and_outputs(path):
    chinese, english = (nbformat.read(p, as_version=4) for p in (path, build.NOTEBOOKS / path.name))
    assert code(chinese) == code(english)
    assert [cell.id for cell in chinese.cells] == [cell.id for cell in english.cells]


def links(path):
    text = (
        path.read_text(encoding="utf-8")
        if path.suffix == ".md"
        else "\n".join(
            cell.source
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "markdown"
        )
    )
    return re.findall(r"\]\(([^)\s]+)\)", text)


PAGES = [*NOTEBOOKS, *stamps.ROOT.glob("*.md"), *stamps.ROOT.glob("data/*.md")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_inside_the_repository_lead_somewhere(path):
    for link in links(path):
        if not link.startswith(("http", "#", "mailto:")):
            assert (path.parent / link.split("#")[0]).exists(), link


def test_readme_shows_what_the_notebooks_hold():
    for path, content in readme.files(SOURCES).items():
        assert path.exists() and path.read_bytes() == content, f"{path.name}: run make build"
    english, chinese = (readme.READMES[language].read_text("utf-8") for language in ("en", "zh"))
    assert readme.PICTURE.findall(english) == readme.PICTURE.findall(chinese) != []
    assert all(len(text.splitlines()) <= 150 for text in (english, chinese))
