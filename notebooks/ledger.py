"""The ledger of evidence: the rows of all chapters' evidence tables, from the stored notebooks.

`sources/claims.csv` lists the claims of the article that inspired the course, and the chapters
that judge them. A chapter's own claims are numbered after it, "03.1". README.md shows the verdicts
on the article's claims; the last chapter shows all rows, where its source has the mark `MARK`.
"""

import collections
import csv
import re

import nbformat
import stamps

MARK = "<!-- ledger -->"
MIME = "application/vnd.backprop-by-experiment.evidence+json"  # that of `utils.evidence`
CLAIMS = stamps.ROOT / "notebooks/sources/claims.csv"
CONDITIONS = stamps.ROOT / "notebooks/sources/conditions.csv"  # of "holds only if", in Chinese
ONLY_IF = "holds only if "
VERDICT_HEAD = {
    "en": "| | the article says | verdict | chapter |",
    "zh": "| | 文章的说法 | 结论 | 章 |",
}
INTERVAL = re.compile(r"exact|\[-?\S+, -?\S+\]")


def claims():
    """Return the article's claims, dicts with number, claim and chapters (a list), in order."""
    with CLAIMS.open(encoding="utf-8", newline="") as lines:
        return [{**row, "chapters": row["chapters"].split()} for row in csv.DictReader(lines)]


def rows_of(notebook):
    """Return the rows of a notebook's evidence table, each with its chapter."""
    return [
        {**row, "chapter": output["data"][MIME]["chapter"]}
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if MIME in output.get("data", {})
        for row in output["data"][MIME]["rows"]
    ]


def rows():
    """Return the rows of all stored English notebooks: the article's claims, then the course's."""
    paths = sorted((stamps.ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    return in_order(row for path in paths for row in rows_of(nbformat.read(path, as_version=4)))


def in_order(rows):
    """Return rows sorted: C1, C2, ..., then 00.1, 00.2, ...; the same claim by chapter."""

    def place(row):
        own = not row["identifier"].startswith("C")
        numbers = [int(number) for number in re.findall(r"\d+", row["identifier"])]
        return own, numbers, row["chapter"]

    return sorted(rows, key=place)


def problems(rows):
    """Return sentences on what is wrong: a claim without its row, a row without an interval."""
    found = {(row["identifier"], row["chapter"]) for row in rows}
    listed = {(claim["number"], chapter) for claim in claims() for chapter in claim["chapters"]}
    numbers = {number for number, _ in listed}
    return [
        *(f"{number} has no row in chapter {chapter}" for number, chapter in listed - found),
        *(f"{i} is not listed in claims.csv" for i, _ in found if i[0] == "C" and i not in numbers),
        *(
            f"{row['identifier']} has no interval, and is not exact: {row['interval']!r}"
            for row in rows
            if not INTERVAL.fullmatch(row["interval"])
        ),
        *(
            f"{row['identifier']} stands in chapter {row['chapter']}"
            for row in rows
            if row["identifier"][0] != "C" and row["identifier"][:2] != row["chapter"]
        ),
    ]


def verdicts(rows, language="en"):
    """Return README's table: each claim of the article, the verdict, the chapter."""
    lines = [VERDICT_HEAD[language], "|---|---|---|---|"]
    column = {"en": "claim", "zh": "claim_zh"}[language]
    for claim in claims():
        mine = [row for row in rows if row["identifier"] == claim["number"]]
        words = [in_chinese(row["verdict"]) if language == "zh" else row["verdict"] for row in mine]
        verdict = {"en": "; ", "zh": "；"}[language].join(dict.fromkeys(words))
        chapters = ", ".join(row["chapter"] for row in mine)
        lines.append(f"| {claim['number']} | {claim[column]} | {verdict} | {chapters} |")
    return "\n".join(lines) + "\n"


def conditions():
    """Return the conditions of the article's claims: a dict, English to Chinese."""
    with CONDITIONS.open(encoding="utf-8", newline="") as lines:
        return {row["condition"]: row["condition_zh"] for row in csv.DictReader(lines)}


def in_chinese(verdict):
    """Return a verdict in Chinese; a condition that has not been translated yet is left out."""
    if verdict.startswith(ONLY_IF):
        condition = conditions().get(verdict.removeprefix(ONLY_IF))
        return "有条件地成立" + (f"：{condition}" if condition else "")
    return {"holds": "成立", "does not hold": "不成立"}[verdict]


def table(rows):
    """Return the whole ledger as a Markdown table; the last row counts the verdicts."""
    names = ("claim", "chapter", "seeds", "measured", "interval", "verdict")
    lines = ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]
    for row in rows:
        claim = f"**{row['identifier']}** {row['claim']}"
        texts = [claim, *(str(row[name]) for name in names[1:])]
        lines.append("| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |")
    lines.append(f"| **{len(rows)} rows** | | | | | {counts(rows)} |")
    return "\n".join(lines)


def counts(rows):
    """Return how many rows have each verdict, as "holds: 30; holds only if ...: 9; ..."."""
    found = collections.Counter(re.sub("(only if).*", r"\1 ...", row["verdict"]) for row in rows)
    return "; ".join(f"{verdict}: {count}" for verdict, count in sorted(found.items()))


def insert(notebook):
    """Put the ledger where `notebook` has the mark: the stored chapters' rows and its own."""
    marked = [cell for cell in notebook.cells if MARK in cell.source]
    if marked:
        own = rows_of(notebook)
        chapters = {row["chapter"] for row in own}
        others = [row for row in rows() if row["chapter"] not in chapters]
        for cell in marked:
            cell.source = cell.source.replace(MARK, table(in_order([*others, *own])))
