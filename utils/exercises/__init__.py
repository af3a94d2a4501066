"""Checking of a learner's answers: "not attempted", "correct", or which usual mistake was made.

First used in chapter 00. Each exercise holds a right answer and the usual wrong ones; an answer is
recognised by what it gives, not by how it is written. The exercises of a chapter stand in
`utils/exercises/chapter_NN.py` as `EXERCISES`.
"""

import copy
import dataclasses
import importlib
import numbers

import numpy as np

from utils.validation import describe


@dataclasses.dataclass(frozen=True)
class Exercise:
    """A question with its right answer and the usual mistakes.

    solution: the right answer: a number, an array, a text (of a choice), or a function.
    mistakes: pairs (wrong answer, hint), wrong answers being of the solution's kind.
    hint: what helps when the answer is wrong in no known way.
    cases: for a function, the tuples of arguments on which it is tried.
    """

    solution: object
    mistakes: tuple
    hint: str
    cases: tuple = ((),)


def check(name, answer):
    """Print what is right or wrong with `answer` to the exercise `name`, such as "03-step".

    Never raises on an answer, whatever that is; raises `ValueError` for an unknown name.
    """
    print(f"{name}: {verdict(find(name), answer)}")


def find(name):
    """Return the `Exercise` called `name`; its first two characters are its chapter's number."""
    try:
        exercises = importlib.import_module(f"utils.exercises.chapter_{name[:2]}").EXERCISES
        return exercises[name]
    except (ImportError, TypeError):
        raise ValueError(f"name must begin with a chapter's number, got {name!r}") from None
    except KeyError:
        known = ", ".join(exercises)
        raise ValueError(f"name must be one of {known}, got {name!r}") from None


def verdict(exercise, answer):
    """Return the sentence that `check` prints after the name."""
    try:
        if answer is None or answer is Ellipsis:
            return "not attempted"
        if callable(answer) != callable(exercise.solution):
            kind = "a value" if callable(answer) else "a function"
            return f"not yet. This exercise wants {kind}, got {describe(answer)}."
        outcome = results(exercise, answer)
        if any(value is None or value is Ellipsis for value in outcome):
            return "not attempted"
        wanted = results(exercise, exercise.solution)
        if same(outcome, wanted):
            return "correct"
        for wrong, hint in exercise.mistakes:
            if same(outcome, results(exercise, wrong), equal_nan=True):
                return f"not yet. {hint}"
        return f"not yet. {form_fault(outcome, wanted) or exercise.hint}"
    except (Exception, SystemExit) as error:  # a learner's code may do anything
        return f"not yet. Your answer raised {type(error).__name__}: {error}"


def results(exercise, answer):
    """Return the list of values to compare: of each case for a function, else the answer itself.

    A tuple, as a function with several results returns it, counts as several values.
    """
    if not callable(exercise.solution):
        return [answer]
    values = [answer(*copy.deepcopy(case)) for case in exercise.cases]
    return [part for value in values for part in (value if isinstance(value, tuple) else (value,))]


def same(outcome, wanted, equal_nan=False):
    """Return whether two lists of values agree: texts exactly, numbers to a relative 1e-6."""
    pairs = zip(outcome, wanted, strict=False)
    return len(outcome) == len(wanted) and all(_same_value(*pair, equal_nan) for pair in pairs)


def _same_value(value, wanted, equal_nan):
    if isinstance(wanted, str) or isinstance(value, str):
        texts = isinstance(wanted, str) and isinstance(value, str)
        return texts and value.strip().lower() == wanted.lower()
    value, wanted = as_numbers(value), as_numbers(wanted)
    if value is None or wanted is None or value.shape != wanted.shape:
        return False
    return bool(np.allclose(value, wanted, rtol=1e-6, atol=1e-9, equal_nan=equal_nan))


def as_numbers(value):
    """Return `value` as a float64 array, or None where it is not made of numbers."""
    if isinstance(value, bool | np.bool_ | numbers.Real):
        return np.asarray(float(value))
    try:
        array = np.asarray(value)
        return array.astype(np.float64) if array.dtype.kind in "biuf" else None
    except (TypeError, ValueError):
        return None


def form_fault(outcome, wanted):
    """Return what is wrong with the form of the first value that differs in form, or ""."""
    if len(outcome) != len(wanted):
        return f"The results are {len(wanted)} in number, got {len(outcome)}."
    for value, right in zip(outcome, wanted, strict=True):
        if isinstance(right, str) != isinstance(value, str):
            kind = "a text" if isinstance(right, str) else "a number or an array"
            return f"This exercise wants {kind}, got {describe(value)}."
        found, right = as_numbers(value), as_numbers(right)
        if found is None and right is not None:
            return f"This exercise wants numbers, got {describe(value)}."
        if right is not None and found.shape != right.shape:
            return f"The shape should be {right.shape}, got {found.shape}."
        if right is not None and np.isnan(found).any():
            return "The answer contains NaN."
    return ""
