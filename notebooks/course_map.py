"""The map of the course: a picture and a table, from what the head of each source says.

The head holds `course: {chapter, needs, minutes, question, question_zh}`; `needs` are the chapters
that should be read before. The picture is an SVG, so it is the same wherever it is made.
"""

import html
import textwrap

import jupytext
import stamps

MARK = "<!-- course map -->"
PICTURES = stamps.ROOT / "notebooks/pictures"
FILES = {"en": "course-map.svg", "zh": "course-map.zh-CN.svg"}
HEAD = {"en": "| chapter | the question | minutes |", "zh": "| 章 | 要回答的问题 | 分钟 |"}
ALT = {
    "en": "The chapters as boxes, with arrows to those that build on them: {}.",
    "zh": "每章一个方框，箭头指向以它为基础的各章：{}。",
}
WRAP = {"en": 16, "zh": 8}  # letters in a line of a box
COLUMN, ROW, MARGIN = 172, 84, 8  # pixels
WIDTH, HEIGHT = 146, 58
SIZE = {"width": WIDTH, "height": HEIGHT}

BOX = """\
<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="#F2F7FB" stroke="#0072B2"/>
<text x="{left}" y="{base}" font-weight="bold" fill="#0072B2">{chapter}</text>
"""
LINE = '<text x="{left}" y="{base}">{text}</text>\n'
ARROW = """\
<path d="M{x1},{y1} {way} {x2},{y2}" fill="none" stroke="#595959" marker-end="url(#head)"/>
"""
PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"
 font-family="sans-serif" font-size="13">
<title>{alt}</title>
<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7"
 orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#595959"/></marker>
<rect width="{width}" height="{height}" fill="white"/>
{parts}</svg>
"""


def chapters(paths, language="en"):
    """Return a dict for each source that has the language: its head, its name and its title."""
    found = []
    for path in paths:
        source = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
        titles = [cell for cell in source.cells[:2] if cell.metadata.get("lang") == language]
        if titles:
            course = source.metadata["course"]
            question = course["question" if language == "en" else f"question_{language}"]
            title = titles[0].source.splitlines()[0].lstrip("# ")
            found.append({**course, "question": question, "name": path.stem, "title": title})
    present = {chapter["chapter"] for chapter in found}
    for chapter in found:
        chapter["needs"] = [need for need in chapter["needs"] if need in present]
    return found


def arrows(chapters):
    """Return pairs (before, after), without those that follow from others."""
    needs = {chapter["chapter"]: set(chapter["needs"]) for chapter in chapters}

    def behind(number):
        return set().union(*({need} | behind(need) for need in needs[number]))

    return [
        (need, number)
        for number, direct in needs.items()
        for need in sorted(direct)
        if not any(need in behind(other) for other in direct)
    ]


def places(chapters):
    """Return {chapter: (column, row)}: a column behind all it needs, rows around 0."""
    needs = {chapter["chapter"]: chapter["needs"] for chapter in chapters}

    def column(number):
        return 1 + max(map(column, needs[number]), default=-1)

    found = {}
    for level in range(len(needs)):
        level = [number for number in needs if column(number) == level]
        level.sort(key=lambda n: sum(found[need][1] for need in needs[n]) / max(len(needs[n]), 1))
        for place, number in enumerate(level):
            found[number] = column(number), place - (len(level) - 1) / 2
    return found


def picture(chapters, language):
    """Return the map as the text of an SVG file."""
    found = places(chapters)
    middle = MARGIN + HEIGHT / 2 + ROW * max(row for _, row in found.values())
    height = 2 * middle + ROW / 2  # arrows that pass under boxes need some room
    parts = []
    for before, after in arrows(chapters):
        (column_1, row_1), (column_2, row_2) = found[before], found[after]
        ends = {"y1": middle + ROW * row_1, "y2": middle + ROW * row_2}
        x1, x2 = COLUMN * column_1 + MARGIN + WIDTH, COLUMN * column_2 + MARGIN
        passed = [row for column, row in found.values() if column_1 < column < column_2]
        way = f"C{(x1 + x2) / 2},{ends['y1']} {(x1 + x2) / 2},{ends['y2']}"
        if passed:  # under the boxes in between, turning in the gaps beside them
            under, gap = middle + ROW * max(passed) + HEIGHT / 2 + 14, COLUMN - WIDTH
            way = f"C{x1 + gap},{ends['y1']} {x1},{under} {x1 + gap},{under} H{x2 - gap} "
            way += f"C{x2},{under} {x2 - gap},{ends['y2']}"
        parts.append(ARROW.format(x1=x1, x2=x2, way=way, **ends))
    for chapter in chapters:
        column, row = found[chapter["chapter"]]
        x, y = COLUMN * column + MARGIN, middle + ROW * row - HEIGHT / 2
        parts.append(BOX.format(x=x, y=y, left=x + 8, base=y + 18, **SIZE, **chapter))
        for line, text in enumerate(short_title(chapter, language)):
            parts.append(LINE.format(left=x + 32, base=y + 18 + 16 * line, text=html.escape(text)))
    width = COLUMN * max(column for column, _ in found.values()) + WIDTH + 2 * MARGIN
    alt = html.escape(alternative_text(chapters, language))
    return PICTURE.format(width=width, height=height, alt=alt, parts="".join(parts))


def short_title(chapter, language):
    """Return the title without its number and what follows a colon, in lines for a box."""
    title = chapter["title"].partition(" · ")[2].partition(":")[0].partition("：")[0]
    return textwrap.wrap(title, WRAP[language])


def alternative_text(chapters, language):
    """Return the map in words."""
    after = {}
    for before, number in arrows(chapters):
        after.setdefault(before, []).append(number)
    word, comma, stop = {"en": (" to ", ", ", "; "), "zh": (" 到 ", "、", "；")}[language]
    return ALT[language].format(stop.join(b + word + comma.join(n) for b, n in after.items()))


def table(chapters, language):
    """Return the table of chapters as Markdown, with links for a notebook of the language."""
    rows = [HEAD[language], "|---|---|---|"]
    rows += [
        f"| [{c['title']}]({c['name']}.ipynb) | {c['question']} | {c['minutes']} |"
        for c in chapters
    ]
    return "\n".join(rows)


def insert(notebook, paths, language):
    """Put picture and table where `notebook` has the mark."""
    for cell in notebook.cells:
        if MARK in cell.source:
            found = chapters(paths, language)
            folder = {"en": "pictures", "zh": "../pictures"}[language]
            image = f"![{alternative_text(found, language)}]({folder}/{FILES[language]})"
            cell.source = cell.source.replace(MARK, f"{image}\n\n{table(found, language)}")


def files(paths):
    """Return a dict of the picture files with the bytes they should have."""
    return {
        PICTURES / name: picture(found, language).encode()
        for language, name in FILES.items()
        if (found := chapters(paths, language))
    }
