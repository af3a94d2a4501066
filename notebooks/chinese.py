"""What is wrong with the Chinese cells of a source: `python notebooks/chinese.py 03`.

Each English prose cell has its Chinese one with the same formulas, code spans, links and numbers,
in the words of `sources/glossary.csv`, and in good typographic form.
"""

import collections
import csv
import itertools
import re
import sys

import build
from markdown_it import MarkdownIt

GLOSSARY = build.SOURCES / "glossary.csv"

FENCED = r"```.*?```"
CODE, FORMULA, LINK = r"`[^`\n]+`", r"\$\$.+?\$\$|\$[^$\n]+\$", r"\]\(([^)\s]+)\)"
CHINESE = "[\u4e00-\u9fff]"
PUNCTUATION = "，。；：？！、（）“”《》…"


def pairs(path):
    """Return {id: (English text, Chinese text)} of a source; a missing one is None."""
    cells = [c for c in build.read_source(path).cells if c.metadata.get("lang")]
    texts = collections.defaultdict(dict)
    for cell in cells:
        texts[cell.metadata["id"]][cell.metadata["lang"]] = cell.source
    return {name: (both.get("en"), both.get("zh")) for name, both in texts.items()}


def parts(text):
    """Return how often each formula, code span and link occurs."""
    text = re.sub(FENCED, "", text, flags=re.S)
    kinds = FORMULA, CODE, LINK
    return collections.Counter(itertools.chain(*(re.findall(k, text, flags=re.S) for k in kinds)))


def words(text):
    """Return prose alone: a formula or a code span becomes one letter, a link its text."""
    text = re.sub(FENCED, "", text, flags=re.S)
    text = re.sub(f"{FORMULA}|{CODE}", "x", text, flags=re.S)
    return re.sub(LINK, "]", text)


def without_titles(text):
    """Return prose in which each title of a work (in quotes or italics) is one letter."""
    return re.sub(r'"[^"\n]+"|(?<!\*)\*[A-Z][^*\n]+\*(?!\*)', "x", words(text))


def numbers(text):
    """Return the numbers of the prose, as they are written."""
    return set(re.findall(r"\d+(?:[.,]\d+)*", words(text)))


def glossary():
    """Return the glossary's rows, the longest English terms first."""
    with GLOSSARY.open(encoding="utf-8", newline="") as lines:
        rows = [{k: v.split("|") for k, v in row.items()} for row in csv.DictReader(lines)]
    return sorted(rows, key=lambda row: -max(map(len, row["english"])))


def pattern(terms):
    """Return a pattern that finds any of `terms`, also in the plural."""
    return rf"\b(?:{'|'.join(map(re.escape, terms))})(?:s|es)?\b"


def missing_terms(english, chinese):
    """Return the terms of the glossary that stand in the English alone."""
    english, chinese, missing = without_titles(english), words(chinese), []
    for row in glossary():
        english, found = re.subn(pattern(row["english"]), "", english, flags=re.I)
        if found and not any(term in chinese for term in row["chinese"]):
            missing.append(f"{row['english'][0]} = {' or '.join(row['chinese'])}")
    return missing


def form(chinese):
    """Return what is wrong with the form of a Chinese text, each with its place."""
    rules = {
        "half-width punctuation": f"{CHINESE} ?(?:[,.;:?!)]|\\((?!\\d))|[,;:?!()]{CHINESE}",
        "no space between Chinese and Latin": f"{CHINESE}[A-Za-z0-9]|[A-Za-z0-9%]{CHINESE}",
        "a space beside full-width punctuation": f"\\S [{PUNCTUATION}]|[{PUNCTUATION}] +\\S",
        "a space between Chinese": f"{CHINESE} +{CHINESE}",
        "an English sentence": r"(?<![\w*\"“(])[A-Za-z]+(?: [a-z]+){3,}",
    }
    text = without_titles(chinese)
    # After bold that ends in punctuation CommonMark wants a space, and none is seen there.
    text = re.sub(f"([{PUNCTUATION}]\\*+) ", r"\1", text)
    text = re.sub(r"^(#+|-|\d+\.|>) ", "", text, flags=re.M).replace("|", "\n")
    text = re.sub(r"[*\[\]]", "", text)
    lines = [line.strip() for line in text.splitlines()]
    return [
        f"{name}: {line[max(0, found.start() - 8) : found.end() + 8]!r}"
        for name, rule in rules.items()
        for line in lines
        for found in re.finditer(rule, line)
    ]


def unrendered(chinese):
    """Return stars that CommonMark leaves standing."""
    text = re.sub(FORMULA, "x", chinese, flags=re.S)
    page = re.sub(r"<code.*?</code>", "", MarkdownIt().render(text), flags=re.S)
    return [f"emphasis is not rendered: {s!r}" for s in re.findall(r".{0,12}\*.{0,6}", page)]


def problems(english, chinese):
    """Return sentences on what is wrong with the Chinese version of a cell."""
    if not english or not chinese:
        return ["stands in one language only"]
    differing = (parts(english) - parts(chinese)) + (parts(chinese) - parts(english))
    return [
        *(f"formula, code or link differs: {part}" for part in differing),
        *(f"number is missing: {number}" for number in sorted(numbers(english) - numbers(chinese))),
        *(f"term is missing: {term}" for term in missing_terms(english, chinese)),
        *([] if re.search(CHINESE, chinese) else ["no Chinese"]),
        *form(chinese),
        *unrendered(chinese),
    ]


def report(path):
    """Return what is wrong in the source at `path`, each with the cell's id."""
    return [f"{n}: {p}" for n, both in pairs(path).items() for p in problems(*both)]


if __name__ == "__main__":
    for path in sorted(build.SOURCES.glob("[0-9][0-9]_*.py")):
        if path.name[:2] in sys.argv[1:]:
            print("\n".join(report(path)) or f"{path.name}: nothing is wrong")
