"""What README.md shows of the notebooks: the table of chapters, and pictures from their outputs."""

import base64
import html
import re

import jupytext
import ledger
import nbformat
import stamps

README = stamps.ROOT / "README.md"
MARKED = re.compile(r"(<!-- (chapters|verdicts) -->\n).*?(<!-- end of \2 -->)", flags=re.S)

PICTURE = re.compile(r"!\[([^\]]*)\]\((notebooks/pictures/(\d\d)-([a-z0-9-]+)\.png)\)")


def files(paths):
    """Return a dict of README.md and its picture files with the bytes they should have.

    `paths` are the sources of all chapters.
    """
    tables = {"chapters": chapter_table(paths), "verdicts": ledger.verdicts(ledger.rows())}
    text = README.read_text(encoding="utf-8")
    text = MARKED.sub(lambda found: found[1] + tables[found[2]] + found[3], text)
    return {README: text.encode(), **{path: picture for path, (picture, _) in pictures().items()}}


def chapter_table(paths):
    """Return the table of chapters, made from the head of each source."""
    rows = ["| chapter | the question | minutes | |\n|---|---|---|---|\n"]
    for path in paths:
        source = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
        title = source.cells[0].source.splitlines()[0].lstrip("# ")
        course, badge = source.metadata["course"], stamps.badges(path.stem, "en", ["en"])
        link = f"[{title}](notebooks/{path.stem}.ipynb)"
        rows.append(f"| {link} | {course['question']} | {course['minutes']} | {badge} |\n")
    return "".join(rows)


def pictures():
    """Return a dict of the picture files in README.md: path -> (PNG bytes, alternative text).

    `notebooks/pictures/03-slopes-figure.png` is the picture in the cell `slopes-figure` of
    chapter 03. Raises `ValueError` where there is no such cell, or it holds no picture.
    """
    return {
        stamps.ROOT / path: stored_picture(chapter, cell_id)
        for _, path, chapter, cell_id in PICTURE.findall(README.read_text(encoding="utf-8"))
    }


def stored_picture(chapter, cell_id):
    """Return the PNG bytes and the alternative text of the picture stored in one cell."""
    for path in (stamps.ROOT / "notebooks").glob(f"{chapter}_*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []) if cell.id == cell_id else []:
                page = output.get("data", {}).get("text/html", "")
                if found := re.search(r'<img alt="([^"]*)".*base64,([^"]+)"', page):
                    return base64.b64decode(found[2]), html.unescape(found[1])
    raise ValueError(
        f"README.md shows cell {cell_id!r} of chapter {chapter}: no picture is stored there"
    )
