"""Evidence tables: verdicts follow the measurement, and what is missing is named."""

import numpy as np
import pytest

from utils.evidence import MIME, EvidenceTable


def row(**changes):
    table = EvidenceTable("03")
    given = {"experiment": "many steps", "measured": "0.5", "holds": True}
    table.record("C1", "A claim", **{**given, **changes})
    return table.rows["C1"]


@pytest.mark.parametrize(
    ("holds", "only_if", "verdict"),
    [
        (True, "", "holds"),
        (np.True_, "η is small", "holds only if η is small"),
        (False, "", "does not hold"),
        (False, "η is small", "does not hold"),
    ],
)
def test_verdict_follows_the_measurement(holds, only_if, verdict):
    assert row(holds=holds, only_if=only_if)["verdict"] == verdict


def test_table_is_stored_as_text_html_and_data():
    table = EvidenceTable("03")
    table.record(
        "C1", "a < b", experiment="e", measured="m", holds=True, interval=(0.12345, 2), seeds=20
    )
    table.record(
        "C1", "a < b", experiment="e", measured="n", holds=True, interval=(0.12345, 2), seeds=20
    )
    bundle = table._repr_mimebundle_()
    assert bundle["text/plain"] == "C1 a < b | e | 20 | n | [0.123, 2] | holds"
    assert "a &lt; b" in bundle["text/html"] and "<b" not in bundle["text/html"].replace(
        "<body", ""
    )
    assert bundle[MIME]["rows"][0]["interval"] == "[0.123, 2]"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"holds": "yes"}, "holds must be True or False"),
        ({"holds": 1}, "holds must be True or False"),
        ({"measured": ""}, "measured must be a text"),
        ({"experiment": None}, "experiment must be a text"),
        ({"interval": "wide"}, "interval must be one of exact"),
        ({"interval": (1, 2, 3)}, r"interval must be .* of shape \(2\)"),
        ({"interval": (1, np.nan)}, "interval must be a finite"),
        ({"seeds": 0}, "seeds must be"),
    ],
)
def test_bad_rows_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        row(**changes)


@pytest.mark.parametrize("chapter", ["3", "003", 3, "three"])
def test_bad_chapters_are_named(chapter):
    with pytest.raises(ValueError, match="two digits"):
        EvidenceTable(chapter)


def test_what_was_measured_is_passed_by_name():
    assert row()["seeds"] == 1
    with pytest.raises(TypeError, match="positional"):
        EvidenceTable("03").record("C1", "A claim", "many steps", measured="0.5", holds=True)


@pytest.mark.parametrize(
    "holds", [np.nan, 1.0, np.float64(1), np.array(True), np.array([1.0]), None]
)
def test_only_a_truth_value_is_a_verdict(holds):
    """NaN is true for Python: a measurement that failed would have held."""
    with pytest.raises(ValueError, match="^holds must be True or False, got"):
        row(holds=holds)


@pytest.mark.parametrize(
    ("limits", "wanted"),
    [
        ((0.83887, 1), "[0.838, 1]"),  # Wilson's for 20 of 20
        ((-1.234, 5.678), "[-1.24, 5.68]"),
        ((-1.239, 5.671), "[-1.24, 5.68]"),
        ((0.30000000000000004, 0.30000000000000004), "[0.3, 0.3]"),
        ((0.7 - 1e-16, 0.7 + 2e-16), "[0.7, 0.7]"),
        ((0.0, 0.9996), "[0, 1]"),
        ((0.123000001, 0.123000001), "[0.123, 0.124]"),
        ((-183, 1234.5), "[-183, 1.24e+03]"),
        ((-5e-324, 1e307), "[-4.94e-324, 1e+307]"),
    ],
)
def test_an_interval_is_rounded_outward_to_three_digits(limits, wanted):
    assert row(interval=limits)["interval"] == wanted


def test_an_interval_has_its_limits_in_order():
    with pytest.raises(ValueError, match="^interval must be a pair .* with low <= high, got"):
        row(interval=(2, 1))
    assert row(interval=(1, 1))["interval"] == "[1, 1]"
