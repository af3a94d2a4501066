"""The ledger: every claim of the article has its row, every row its interval, in order."""

import copy

import ledger
import nbformat
import pytest

from utils import evidence

ROWS = ledger.rows()


def test_every_claim_has_its_row_and_every_row_its_interval():
    assert ledger.problems(ROWS) == []
    assert [claim["number"] for claim in ledger.claims()] == [f"C{n}" for n in range(1, 28)]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda rows: rows.pop(0), "C1 has no row in chapter 01"),
        (lambda rows: rows[0].update(interval=""), "C1 has no interval"),
        (lambda rows: rows[0].update(interval="about 3"), "C1 has no interval"),
        (lambda rows: rows[0].update(identifier="C28"), "C28 is not listed"),
        (lambda rows: rows[0].update(chapter="02"), "C1 has no row in chapter 01"),
        (lambda rows: rows[-1].update(chapter="00"), "stands in chapter 00"),
    ],
)
def test_what_is_missing_is_named(change, found):
    rows = copy.deepcopy(ROWS)
    change(rows)
    assert any(found in problem for problem in ledger.problems(rows))


def test_rows_are_known_by_the_type_that_the_tables_have():
    assert ledger.MIME == evidence.MIME


def test_rows_are_in_order():
    places = "C2 01", "C13 01", "C13 05", "03.2 03", "03.10 03"
    rows = [dict(zip(("identifier", "chapter"), place.split(), strict=True)) for place in places]
    assert ledger.in_order(rows[i] for i in (4, 2, 3, 0, 1)) == rows


def test_verdicts_of_two_chapters_stand_in_one_line():
    lines = ledger.verdicts(ROWS).splitlines()
    assert len(lines) == 2 + 27
    [line] = [line for line in lines if line.startswith("| C20 ")]
    assert line.count("holds only if") == 1 and line.endswith("| 05, 06 |")


def test_verdicts_in_chinese():
    lines = ledger.verdicts(ROWS, "zh").splitlines()
    assert len(lines) == 2 + 27 and not any(" holds" in line for line in lines)
    assert ledger.in_chinese("holds only if nobody has translated it") == "有条件地成立"
    ends = {"C10": "| 有条件地成立：η < 2/L，L 是最大的曲率 | 03 |", "C26": "| 不成立 | 07 |"}
    for number, end in ends.items():
        [line] = [line for line in lines if line.startswith(f"| {number} ")]
        assert line.endswith(end)


def test_every_condition_has_its_chinese_and_none_is_left_over():
    used = {row["verdict"] for row in ROWS if row["identifier"][0] == "C"}
    used = {v.removeprefix(ledger.ONLY_IF) for v in used if v.startswith(ledger.ONLY_IF)}
    assert used == set(ledger.conditions())


def test_the_mark_is_replaced_by_all_rows_and_the_notebooks_own():
    own = {**ROWS[-1], "identifier": "09.1", "chapter": "09", "measured": "a | b"}
    bundle = {ledger.MIME: {"chapter": "09", "rows": [own]}}
    cells = [
        nbformat.v4.new_markdown_cell(f"All of it:\n\n{ledger.MARK}"),
        nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", bundle)]),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    ledger.insert(notebook)
    lines = notebook.cells[0].source.splitlines()
    assert len(lines) == 2 + 2 + len(ROWS) + 1 + 1
    assert "**09.1**" in lines[-2] and "a \\| b" in lines[-2]
    assert lines[-1].startswith(f"| **{len(ROWS) + 1} rows** |")
    assert all(row["claim"] in notebook.cells[0].source for row in ROWS)


def test_the_verdicts_are_counted():
    said = ["holds", "does not hold", "holds only if w > 0", "holds", "holds only if N > 2"]
    counts = ledger.counts([{"verdict": verdict} for verdict in said])
    assert counts == "does not hold: 1; holds: 2; holds only if ...: 2"
