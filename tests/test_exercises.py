"""Checking of answers: no answer breaks it, each planted mistake is recognised, solutions pass."""

import importlib
import re

import build
import numpy as np
import pytest

from utils.exercises import Exercise, check, find, verdict

SOURCES = sorted(build.SOURCES.glob("[0-9][0-9]_*.py"))


def exercises_of(path):
    return importlib.import_module(f"utils.exercises.chapter_{path.name[:2]}").EXERCISES


ALL = [(name, exercise) for path in SOURCES for name, exercise in exercises_of(path).items()]
MISTAKES = [(name, *mistake) for name, exercise in ALL for mistake in exercise.mistakes]


@pytest.mark.parametrize(("name", "exercise"), ALL)
def test_the_solution_is_correct_and_nothing_is_not_attempted(name, exercise):
    assert verdict(exercise, exercise.solution) == "correct"
    assert verdict(exercise, ...) == verdict(exercise, None) == "not attempted"
    assert exercise.hint and len(exercise.mistakes) >= 2


@pytest.mark.parametrize(("name", "answer", "hint"), MISTAKES)
def test_each_planted_mistake_is_recognised(name, answer, hint):
    assert verdict(find(name), answer) == f"not yet. {hint}"


class Hostile:
    """An answer that raises whatever is done with it."""

    def _raise(self, *arguments):
        raise RuntimeError("hostile")

    __array__ = __eq__ = __len__ = __repr__ = __float__ = __bool__ = __iter__ = __getitem__ = _raise


def exits(*arguments):
    raise SystemExit


STRANGE = [
    "text", np.nan, [], [[1], [2, 3]], {"a": 1}, object(), Hostile(), np.ones((2, 3)), 1j, True,
    lambda: 1, lambda *arguments: 1 / 0, lambda *arguments: "text", lambda *arguments: Hostile(),
    lambda *arguments: np.full(3, np.nan), exits, print, int,
]  # fmt: skip


@pytest.mark.parametrize(("name", "exercise"), ALL)
@pytest.mark.parametrize("answer", STRANGE, ids=range(len(STRANGE)))
def test_no_answer_raises_and_none_of_these_is_correct(name, exercise, answer):
    assert verdict(exercise, answer).startswith(("not yet. ", "not attempted"))


def test_a_learners_function_cannot_change_the_cases():
    def greedy(values):
        values[:] = 0
        return values.sum()

    exercise = Exercise(lambda values: values.sum(), (), "hint", cases=((np.ones(3),),))
    assert verdict(exercise, greedy).startswith("not yet")
    assert verdict(exercise, lambda values: values.sum()) == "correct"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (np.ones(3), r"The shape should be \(2,\), got \(3,\)"),
        ([np.nan, 1], "contains NaN"),
        ("a", "wants a number or an array, got 'a'"),
        ([1, 2], "the hint"),
        (lambda: 1, "wants a value, got"),
    ],
)
def test_faults_of_form_are_named(answer, message):
    assert re.search(message, verdict(VECTOR, answer))


NUMBER = Exercise(100.0, ((np.nan, "a logarithm of 0?"),), "the hint")
SMALL = Exercise(0.0, (), "the hint")
VECTOR = Exercise([3.0, 4.0], (), "the hint")
TEXT = Exercise("Both", (("none", "look again"),), "the hint")
PAIR = Exercise(lambda x: (x, 2 * x), (), "the hint", cases=((1.0,), (3.0,)))
ONE_PAIR = Exercise(lambda x: (x, 2 * x), (), "the hint", cases=((1.0,),))


@pytest.mark.parametrize(
    ("exercise", "answer", "wanted"),
    [
        (NUMBER, 100.00005, "correct"),
        (NUMBER, 100.0005, "not yet. the hint"),
        (NUMBER, np.float32(100), "correct"),
        (NUMBER, np.nan, "not yet. a logarithm of 0?"),
        (NUMBER, 1j, "not yet. This exercise wants numbers, got 1j (complex)."),
        (NUMBER, [100.0], "not yet. The shape should be (), got (1,)."),
        (NUMBER, [[1], [2, 3]], "not yet. This exercise wants numbers, got [[1], [2, 3]] (list)."),
        (NUMBER, "100", "not yet. This exercise wants a number or an array, got '100' (str)."),
        (Exercise(np.nan, (), "the hint"), np.nan, "not yet. The answer contains NaN."),
        (SMALL, 5e-10, "correct"),
        (SMALL, 5e-9, "not yet. the hint"),
        (SMALL, False, "correct"),
        (VECTOR, [3.0], "not yet. The shape should be (2,), got (1,)."),
        (TEXT, " both ", "correct"),
        (TEXT, "NONE", "not yet. look again"),
        (TEXT, "one", "not yet. the hint"),
        (TEXT, 3, "not yet. This exercise wants a text, got 3 (int)."),
        (PAIR, lambda x: (x, x + x), "correct"),
        (PAIR, lambda x: (x, 2), "not yet. the hint"),
        (PAIR, lambda x: (x, {}), "not yet. This exercise wants numbers, got {} (dict)."),
        (PAIR, lambda x: x, "not yet. The results are 4 in number, got 2."),
        (PAIR, lambda x: (x, x, x), "not yet. The results are 4 in number, got 6."),
        (ONE_PAIR, lambda x: x, "not yet. The results are 2 in number, got 1."),
        (ONE_PAIR, lambda x: (x, 2 * x, 0), "not yet. The results are 2 in number, got 3."),
        (PAIR, lambda x: (x, None if x > 1 else 2), "not attempted"),
        (PAIR, lambda x: (... if x > 1 else x, 2), "not attempted"),
        (
            PAIR,
            lambda x: (x / 0, 2),
            "not yet. Your answer raised ZeroDivisionError: float division",
        ),
        (PAIR, exits, "not yet. Your answer raised SystemExit: "),
        (PAIR, 3, "not yet. This exercise wants a function, got 3 (int)."),
        (TEXT, exits, "not yet. This exercise wants a value, got <function exits"),
    ],
)
def test_verdicts_by_hand(exercise, answer, wanted):
    said = verdict(exercise, answer)
    assert said.startswith(wanted) if "raised" in wanted or "<" in wanted else said == wanted


def test_check_prints_one_line(capsys):
    check("00-slope", 2)
    assert capsys.readouterr().out == f"00-slope: not yet. {find('00-slope').mistakes[0][1]}\n"


@pytest.mark.parametrize("name", ["00-nothing", "99-slope", "", 3, None])
def test_unknown_names_are_named(name):
    with pytest.raises(ValueError, match="name must"):
        check(name, 1)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_stubs_are_not_attempted_and_solutions_pass(path, capsys):
    """Run the exercise and solution cells alone: they need NumPy and `check`, no more."""
    attempted, solved = set(), set()
    for cell in build.read_source(path).cells:
        for tag, names, outcome in (
            ("exercise", attempted, "not attempted"),
            ("solution", solved, "correct"),
        ):
            if tag in cell.metadata.get("tags", []):
                exec(cell.source, {"np": np, "check": check})
                name, said = capsys.readouterr().out.strip().split(": ", 1)
                assert said == outcome, f"{path.name}, cell {cell.metadata['id']}: {name}: {said}"
                names.add(name)
    assert attempted == solved == set(exercises_of(path))
