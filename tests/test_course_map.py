"""The map of the course says what the heads of the sources say."""

import re

import build
import course_map
import pytest

PATHS = sorted(build.SOURCES.glob("[0-9][0-9]_*.py"))
CHAPTERS = course_map.chapters(PATHS)


def closed(pairs):
    """Return all pairs that can be reached by following arrows."""
    pairs = set(pairs)
    while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
        pairs |= more
    return pairs


def test_arrows_lead_to_all_that_a_chapter_needs():
    needs = {(need, chapter["chapter"]) for chapter in CHAPTERS for need in chapter["needs"]}
    found = set(course_map.arrows(CHAPTERS))
    assert found <= needs and closed(found) == closed(needs)
    assert all(closed(found - {arrow}) != closed(found) for arrow in found), "one is too many"


def test_every_arrow_leads_to_the_right_and_no_boxes_lie_on_each_other():
    places = course_map.places(CHAPTERS)
    assert all(places[a][0] < places[b][0] for a, b in course_map.arrows(CHAPTERS))
    assert len(set(places.values())) == len(CHAPTERS)


@pytest.mark.parametrize("language", course_map.FILES)
def test_picture_has_a_box_a_chapter_and_its_words(language):
    chapters = course_map.chapters(PATHS, language)
    svg = course_map.picture(chapters, language)
    assert re.findall(r">(\d\d)<", svg) == [chapter["chapter"] for chapter in chapters]
    assert svg.count("<path d=") == 1 + len(course_map.arrows(chapters))
    assert course_map.alternative_text(chapters, language) in svg
    assert (course_map.PICTURES / course_map.FILES[language]).read_text("utf-8") == svg


def test_a_chapter_without_chinese_is_left_out(tmp_path):
    for number, needs in (("01", "[]"), ("02", '["01"]'), ("03", '["02"]')):
        course = f'chapter: "{number}", needs: {needs}, minutes: 1, question: A, question_zh: B'
        head = f"#   course: {{{course}}}"
        text = f'# ---\n# jupyter:\n{head}\n# ---\n\n# %% [markdown] lang="en"\n# # {number} · A\n'
        if number != "02":
            text += f'\n# %% [markdown] lang="zh"\n# # {number} · B\n'
        (tmp_path / f"{number}_a.py").write_text(text, encoding="utf-8")
    found = course_map.chapters(sorted(tmp_path.iterdir()), "zh")
    assert [(c["chapter"], c["needs"], c["question"]) for c in found] == [
        ("01", [], "B"),
        ("03", [], "B"),
    ]
    assert "[01 · B](01_a.ipynb) | B | 1 |" in course_map.table(found, "zh")
