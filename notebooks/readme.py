"""What the READMEs show of the notebooks: the table of chapters, and pictures from outputs."""

import base64
import html
import re

import course_map
import ledger
import nbformat
import stamps

READMES = {"en": stamps.ROOT / "README.md", "zh": stamps.ROOT / "README.zh-CN.md"}
MARKED = re.compile(r"(<!-- (chapters|verdicts) -->\n).*?(<!-- end of \2 -->)", flags=re.S)
CLONE = re.compile(r"git clone \S+ && cd \S+")
HEAD = {"en": "| chapter | the question | minutes | |", "zh": "| 章 | 要回答的问题 | 分钟 | |"}

PICTURE = re.compile(r"!\[([^\]]*)\]\((notebooks/pictures/(\d\d)-([a-z0-9-]+)\.png)\)")


def files(paths):
    """Return a dict of both READMEs and their picture files with the bytes they should have.

    `paths` are the sources of all chapters.
    """
    found = {path: picture for path, (picture, _) in pictures().items()}
    return {
        **{readme: filled(readme, language, paths) for language, readme in READMES.items()},
        **found,
    }


def filled(readme, language, paths):
    """Return the bytes of one README: tables, the address, alternative texts of its pictures."""
    address = stamps.repository()
    tables = {
        "chapters": chapter_table(paths, language),
        "verdicts": ledger.verdicts(ledger.rows(), language),
    }
    text = readme.read_text(encoding="utf-8")
    text = MARKED.sub(lambda found: found[1] + tables[found[2]] + found[3], text)
    text = CLONE.sub(f"git clone {address} && cd {address.rsplit('/')[-1]}", text)
    return PICTURE.sub(
        lambda found: f"![{stored_picture(*found.group(3, 4))[1]}]({found[2]})", text
    ).encode()


def chapter_table(paths, language):
    """Return the map and the table of the chapters that exist in the language."""
    found, folder = course_map.chapters(paths, language), {"en": "", "zh": "zh-CN/"}[language]
    alt, file = course_map.alternative_text(found, language), course_map.FILES[language]
    rows = [f"![{alt}](notebooks/pictures/{file})\n\n{HEAD[language]}\n|---|---|---|---|\n"]
    for chapter in found:
        badge = stamps.badges(chapter["name"], language, [language])
        link = f"[{chapter['title']}](notebooks/{folder}{chapter['name']}.ipynb)"
        rows.append(f"| {link} | {chapter['question']} | {chapter['minutes']} | {badge} |\n")
    return "".join(rows)


def pictures():
    """Return a dict of the picture files in the READMEs: path -> (PNG bytes, alternative text).

    `notebooks/pictures/03-slopes-figure.png` is the picture in the cell `slopes-figure` of
    chapter 03. Raises `ValueError` where there is no such cell, or it holds no picture.
    """
    texts = [readme.read_text(encoding="utf-8") for readme in READMES.values()]
    return {
        stamps.ROOT / path: stored_picture(chapter, cell_id)
        for text in texts
        for _, path, chapter, cell_id in PICTURE.findall(text)
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
        f"README shows cell {cell_id!r} of chapter {chapter}: no picture is stored there"
    )
