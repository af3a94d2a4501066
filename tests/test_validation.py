"""Argument checks: what passes comes back converted, what does not is named."""

import fractions

import numpy as np
import pytest

from utils.validation import (
    check_array,
    check_bool,
    check_choice,
    check_count,
    check_number,
    describe,
    refuse_overflow,
)


@pytest.mark.parametrize(
    "value", [1, 2.5, np.float32(3), np.int64(4), np.array(5.0), fractions.Fraction(1, 2)]
)
def test_numbers_come_back_as_floats(value):
    assert check_number("rate", value) == float(value)
    assert type(check_number("rate", value)) is float


@pytest.mark.parametrize(
    "value", [None, "1", np.nan, np.inf, True, 1j, [1], np.ones(2), 10**400, object()]
)
def test_what_is_no_finite_number_is_named(value):
    with pytest.raises(ValueError, match="rate must be a finite number.*got"):
        check_number("rate", value)


def test_bounds_of_numbers_are_named():
    with pytest.raises(ValueError, match="a positive number, got 0"):
        check_number("rate", 0, positive=True)
    with pytest.raises(ValueError, match="a positive number, got -1"):
        check_number("rate", -1, positive=True)
    with pytest.raises(ValueError, match="at least 2, got 1"):
        check_number("rate", 1, minimum=2)
    with pytest.raises(ValueError, match="at most 2, got 3"):
        check_number("rate", 3, maximum=2)
    assert check_number("rate", 2, minimum=2, maximum=2) == 2
    assert check_number("rate", 3, minimum=2) == check_number("rate", 3, maximum=4) == 3


@pytest.mark.parametrize("value", [0, -1, 1.0, "3", None, True, np.array([1])])
def test_counts_are_whole_and_large_enough(value):
    with pytest.raises(ValueError, match="steps must be a whole number of at least 1, got"):
        check_count("steps", value)
    assert check_count("steps", np.int32(7)) == 7


def test_counts_are_at_most_the_largest_seed():
    largest = int(np.iinfo(np.uint32).max)
    assert check_count("seed", largest) == largest
    with pytest.raises(ValueError, match=f"at most {largest}, got {largest + 1}"):
        check_count("seed", largest + 1)


def test_choices_are_listed():
    assert check_choice("name", "a", ("a", "b")) == "a"
    with pytest.raises(ValueError, match="name must be one of a, b, got 'c'"):
        check_choice("name", "c", ("a", "b"))
    with pytest.raises(ValueError, match="one of"):
        check_choice("name", ["a"], ("a", "b"))


def test_arrays_are_copied_as_float64():
    given = np.arange(6).reshape(2, 3)
    array = check_array("x", given, ndim=2, shape=(None, 3))
    array[:] = 0
    assert array.dtype == np.float64 and given.sum() == 15


@pytest.mark.parametrize(
    ("value", "options", "message"),
    [
        ([1, np.nan], {}, "x must be a finite array of numbers, got"),
        ([[1], [2, 3]], {}, "x must be a finite array"),
        ("text", {}, "x must be"),
        (None, {}, "x must be"),
        ([], {}, "at least one entry"),
        ([1, 2], {"ndim": 2}, "with 2 axes"),
        ([1, 2], {"ndim": (2, 3)}, "with 2 or 3 axes"),
        ([1, 2], {"shape": (None, 3)}, r"of shape \(any, 3\), got an array of shape \(2,\)"),
        ([[1, 2]], {"shape": (None, 3)}, r"of shape \(any, 3\), got an array of shape \(1, 2\)"),
        ([1 + 2j], {}, "x must be"),
        (["1"], {}, "x must be"),
    ],
)
def test_bad_arrays_are_named(value, options, message):
    with pytest.raises(ValueError, match=message):
        check_array("x", value, **options)


def test_nan_passes_where_allowed():
    assert np.isnan(check_array("x", [np.nan], finite=False)).all()
    assert check_array("x", [], allow_empty=True).size == 0


@pytest.mark.parametrize("check", [check_number, check_count, check_array])
def test_options_are_given_by_name(check):
    with pytest.raises(TypeError, match="positional"):
        check("x", 2, 1)
    assert check(name="x", value=2) == 2


def test_descriptions_are_short_and_never_raise():
    class Silent:
        def __repr__(self):
            raise RuntimeError

    assert "without a printable form" in describe(Silent())
    assert len(describe("x" * 1000)) < 80
    assert (
        describe(np.array([1.0, np.nan]))
        == "an array of shape (2,) and type float64 with NaN or inf"
    )
    assert describe(np.array([1.0, 2.0])) == "an array of shape (2,) and type float64"
    assert describe(np.array([1, 2], dtype=np.int8)) == "an array of shape (2,) and type int8"
    assert describe(0) == "0 (int)"
    assert describe("x" * 58) == "'" + "x" * 58 + "' (str)"
    assert describe("x" * 59) == "'" + "x" * 56 + "... (str)"


def test_overflow_is_refused_in_one_sentence():
    @refuse_overflow("x and y")
    def product(x, y):
        return x * y

    assert product(np.float64(3), np.float64(4)) == 12 and product.__name__ == "product"
    with pytest.raises(ValueError) as caught:
        product(np.float64(1e200), np.float64(1e200))
    assert str(caught.value) == (
        "x and y must be numbers with which product does not overflow in float64, "
        "got larger or smaller ones"
    )


@pytest.mark.parametrize("value", [True, False, np.True_, np.False_])
def test_check_bool_takes_truth_values_and_returns_pythons(value):
    assert check_bool("flag", value) is bool(value)


@pytest.mark.parametrize("value", [1, 0, None, "no", np.nan, 1.0, np.array(True), [True]])
def test_check_bool_refuses_what_is_only_true_by_accident(value):
    with pytest.raises(ValueError, match="^flag must be True or False, got"):
        check_bool("flag", value)


def test_check_array_refuses_masked_entries_and_takes_a_mask_that_hides_nothing():
    masked = np.ma.masked_array([[1.0, 2.0]], mask=[[False, True]])
    with pytest.raises(ValueError, match="^x must be .* without masked entries"):
        check_array("x", masked, finite=False)
    found = check_array("x", masked[:, :1])
    assert type(found) is np.ndarray and found.tolist() == [[1]]
