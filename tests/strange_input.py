"""What the bad-input tests share: strategies for arguments, good and strange, and the contract.

The contract of every public helper: whatever comes in, either a result comes out, finite if all
that came in was, or a `ValueError` or `TypeError` that begins with the name of an argument. No
other exception, no warning, and no input array is changed.
"""

import copy
import dataclasses
import importlib
import inspect
import os
import pkgutil
import re
import warnings

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import utils

# A maintainer who wants a longer search: BAD_INPUT_EXAMPLES=20 multiplies the examples by 20 and
# draws new ones each time. Otherwise the same examples are drawn in each run.
MORE = int(os.environ.get("BAD_INPUT_EXAMPLES", "1"))


def some_examples(count):
    """Return Hypothesis's settings for `count` examples, each of which may take its time."""
    return hypothesis.settings(
        max_examples=count * MORE,
        deadline=None,
        derandomize=MORE == 1,
        database=None,
        # Making a failing example smaller takes minutes; a maintainer's longer search does it.
        phases=list(hypothesis.Phase)[: 5 if MORE > 1 else 3],
        report_multiple_bugs=False,
        suppress_health_check=list(hypothesis.HealthCheck),
    )


HUGE = 1e307  # as far as the activations promise to go
EXTREMES = st.sampled_from([0.0, -0.0, HUGE, -HUGE, 1e200, -1e155, 5e-324, np.nan, np.inf, -np.inf])
USUAL = st.floats(-3, 3)
SHAPES = st.sampled_from(
    [(3, 2), (3, 2), (3, 2), (3,), (2,), (1,), (0,), (), (0, 2), (1, 3), (2, 2, 2)]
)


def arrays(shape=SHAPES, elements=USUAL):
    """Return float64 arrays, most of them of usual numbers."""
    return hnp.arrays(np.float64, shape, elements=elements)


USUAL_ARRAYS = arrays()
ARRAYS = st.one_of(
    USUAL_ARRAYS,
    arrays(elements=EXTREMES | USUAL),
    arrays(elements=st.floats(-HUGE, HUGE)),
    hnp.arrays(st.sampled_from([np.float16, np.float32, np.int8, np.uint64, bool]), SHAPES),
    USUAL_ARRAYS.map(np.ndarray.tolist),
)


class Inconvertible:
    """An object that pretends to be an array, a list and a number, and is none."""

    def _refuse(self, *args, **kwargs):
        raise RuntimeError("not convertible")

    __array__ = __len__ = __iter__ = __float__ = __int__ = __bool__ = _refuse


class Text(str):
    """A text of another class."""


STRANGE_OBJECTS = [
    *(
        None,
        "",
        "x",
        "三",
        Text("relu"),
        b"x",
        1j,
        True,
        False,
        [],
        (),
        {},
        set(),
        {"a": 1},
        object(),
    ),
    *(object, len, Ellipsis, range(0), range(3), [None], ["1"], [[1], [2, 3]], [[[]]], [1, "a"]),
    *(
        Inconvertible(),
        [Inconvertible()],
        np.array(None),
        np.array("x"),
        np.array([1, None], object),
    ),
    *(np.array([1j, 2]), np.array(["a", "b"]), np.array(["2020-01-01"], "datetime64[D]")),
    *(np.zeros(2, [("a", float)]), np.float32("nan"), np.float16(1), np.int8(-1), np.bool_(True)),
    *(0, -1, 1, 3, 2.0, -0.5, 1e308, 10**12, 10**400, -(10**400), [10**400], float("nan")),
    *(
        float("inf"),
        np.array(2.0),
        np.array(3),
        np.zeros((0, 0)),
        np.ma.masked_array([1.0, 2.0], [0, 1]),
    ),
]
ANYTHING = st.sampled_from(STRANGE_OBJECTS) | ARRAYS | st.text(max_size=5) | st.floats()


@dataclasses.dataclass
class Case:
    """A helper, strategies for its arguments, and what its contract leaves open.

    strange: the arguments in whose place anything may come. says: with which words an error may
    begin. nan: whether the helper documents that NaN or inf may come out.
    """

    helper: object
    arguments: dict
    call: object = None
    strange: tuple = ()
    says: tuple = ()
    nan: bool = False

    def __str__(self):
        return f"{self.helper.__module__.removeprefix('utils.')}.{self.helper.__qualname__}"


def case(helper, call=None, *, strange=None, says=(), nan=False, **arguments):
    """Return a `Case`; `call`, if it is not the helper itself, takes the arguments by name."""
    strange = tuple(arguments) if strange is None else strange
    return Case(helper, arguments, call or helper, strange, (*arguments, *says), nan)


def parametrized(cases, examples):
    """Decorate a test of (case, data) to run for each of `cases`, with so many examples."""

    def decorate(test):
        drawn = some_examples(examples)(hypothesis.given(data=st.data())(test))
        return pytest.mark.parametrize("case", cases, ids=str)(drawn)

    return decorate


def holds_contract(case, data):
    """Draw arguments, one of them strange in half of the examples; call the helper."""
    arguments = {name: data.draw(strategy, name) for name, strategy in case.arguments.items()}
    if case.strange and data.draw(st.booleans(), "strange"):
        arguments[data.draw(st.sampled_from(case.strange))] = data.draw(ANYTHING, "anything")
    before = [_kept(value) for value in arguments.values()]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", DeprecationWarning)  # of libraries, for their developers
        try:
            result = case.call(**arguments)
        except (ValueError, TypeError) as error:
            assert re.match(rf"({'|'.join(map(re.escape, case.says))})\b", str(error)), repr(error)
            result = None
    for value, kept in zip(arguments.values(), before, strict=True):
        for now, then in zip(_arrays_in(value), kept, strict=True):
            assert now.tobytes() == then, "an input array was changed"
    if not case.nan and all(map(_is_finite, arguments.values())):
        assert _is_finite(result), "finite input gave NaN or inf without a word"


def _arrays_in(value):
    if isinstance(value, np.ndarray):
        return [value]
    parts = value if isinstance(value, (list, tuple)) else ()
    return [array for part in parts for array in _arrays_in(part)]


def _kept(value):
    return [copy.copy(array.tobytes()) for array in _arrays_in(value)]


def _is_finite(value):
    """Return whether no number in `value`, which may hold others, is NaN or inf."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = list(vars(value).values())
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return all(map(_is_finite, value))
    if isinstance(value, np.ndarray) or hasattr(value, "numpy"):
        value = np.asarray(value)
        return value.dtype.kind not in "fc" or bool(np.isfinite(value).all())
    return not isinstance(value, (float, np.floating)) or bool(np.isfinite(value))


def public_helpers(apart_from):
    """Return every public function and class of `utils`, found by looking into its modules.

    The figures and exercises of the chapters are no helpers; modules `apart_from` are left out.
    """
    found = set()
    for info in pkgutil.walk_packages(utils.__path__, "utils."):
        if info.name in apart_from or info.name.split(".")[1] in ("figures", "exercises"):
            continue
        for name, value in vars(importlib.import_module(info.name)).items():
            own = getattr(value, "__module__", None) == info.name and not name.startswith("_")
            if own and (inspect.isfunction(value) or inspect.isclass(value)):
                found.add(value)
    return found
