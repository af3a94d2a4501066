"""The Chinese edition says what the English one says, in the words of its glossary."""

import re

import build
import chinese
import pytest
import readme

SOURCES = sorted(build.SOURCES.glob("[0-9][0-9]_*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_cell_has_its_chinese(path):
    assert not chinese.report(path), "\n".join(chinese.report(path))


ENGLISH = "The **learning rate** $\\eta$ of `SGD` is 0.1, see [chapter 03](03.ipynb)."
GOOD = "`SGD` 的**学习率** $\\eta$ 为 0.1，见[第 03 章](03.ipynb)。"


def test_a_good_translation_has_no_problems():
    assert chinese.problems(ENGLISH, GOOD) == []


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("学习率", "学习速率", "term is missing: learning rate = 学习率"),
        ("$\\eta$", "$\\eta_0$", "formula, code or link differs"),
        ("`SGD`", "`Adam`", "formula, code or link differs"),
        ("03.ipynb", "04.ipynb", "formula, code or link differs"),
        ("0.1", "0.2", "number is missing: 0.1"),
        ("，见", ",见", "half-width punctuation"),
        ("。", ".", "half-width punctuation"),
        ("为 0.1", "为0.1", "no space between Chinese and Latin"),
        ("0.1，", "0.1 ，", "a space beside full-width punctuation"),
        ("，见", "， 见", "a space beside full-width punctuation"),
        ("，见", "，见 这", "a space between Chinese"),
        ("，见", "，the rate of the network，见", "an English sentence"),
        ("的**学习率** ", "的**学习率：**是", "emphasis is not rendered"),
    ],
)
def test_what_is_wrong_with_a_translation_is_found(good, bad, message):
    assert good in GOOD
    assert any(message in found for found in chinese.problems(ENGLISH, GOOD.replace(good, bad)))


def test_the_chinese_readme_has_good_form():
    text = readme.READMES["zh"].read_text(encoding="utf-8")
    pictures = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    assert chinese.form(pictures) == chinese.unrendered(pictures) == []


def test_a_cell_in_one_language_is_found():
    assert (
        chinese.problems(ENGLISH, None)
        == chinese.problems(None, GOOD)
        == ["stands in one language only"]
    )


def test_every_term_of_the_glossary_is_used():
    text = "\n".join(
        english for path in SOURCES for english, _ in chinese.pairs(path).values() if english
    )
    for row in chinese.glossary():
        assert re.search(chinese.pattern(row["english"]), chinese.words(text), flags=re.I), row[
            "english"
        ]
    terms = [term for row in chinese.glossary() for term in row["english"]]
    assert len(terms) == len(set(terms)) >= 60
