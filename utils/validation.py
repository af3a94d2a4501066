"""Checks of arguments, each failing with one sentence: which argument, what is wanted, what came.

Every public helper checks its arguments with these, so bad input looks the same everywhere.
"""

import functools
import numbers

import numpy as np

LARGEST_COUNT = 2**32 - 1


def describe(value):
    """Return a short description of `value` for an error message."""
    if isinstance(value, np.ndarray) and value.ndim:
        faults = (
            "" if value.dtype.kind not in "fc" or np.isfinite(value).all() else " with NaN or inf"
        )
        return f"an array of shape {value.shape} and type {value.dtype}{faults}"
    try:
        text = repr(value)
    except Exception:  # a foreign object's repr may raise; the message must still come out
        text = "an object without a printable form"
    text = text if len(text) <= 60 else text[:57] + "..."
    return f"{text} ({type(value).__name__})"


def fail(name, wanted, value):
    """Raise a `ValueError`: `name` must be `wanted`, got `value`."""
    raise ValueError(f"{name} must be {wanted}, got {describe(value)}") from None


def refuse_overflow(names):
    """Let a function raise a `ValueError` that begins with `names` where float64 overflows in it.

    A decorator for what computes with finite arguments: they may be too large to be squared.
    """

    def decorate(function):
        @functools.wraps(function)
        def checked(*args, **kwargs):
            try:
                with np.errstate(over="raise"):
                    return function(*args, **kwargs)
            except (FloatingPointError, OverflowError):
                text = f"{names} must be numbers with which {function.__name__} does not overflow"
                raise ValueError(text + " in float64, got larger or smaller ones") from None

        return checked

    return decorate


def check_number(name, value, *, positive=False, minimum=None, maximum=None):
    """Return `value` as a finite float, or raise a `ValueError` that names the argument."""
    wanted = "a positive number" if positive else "a finite number"
    if minimum is not None:
        wanted += f" of at least {minimum:g}"
    if maximum is not None:
        wanted += f" of at most {maximum:g}"
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        fail(name, wanted, value)
    try:
        number = float(value)
    except (OverflowError, TypeError, ValueError):
        fail(name, wanted, value)
    too_small = (positive and number <= 0) or (minimum is not None and number < minimum)
    if not np.isfinite(number) or too_small or (maximum is not None and number > maximum):
        fail(name, wanted, value)
    return number


def check_count(name, value, *, minimum=1, maximum=LARGEST_COUNT):
    """Return `value` as an int from `minimum` to `maximum`, or raise a `ValueError` naming it.

    The largest is also NumPy's and Keras's largest seed. A larger number of anything would fill
    the memory or never end.
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, (bool, np.bool_))
    if not whole or value < minimum:
        fail(name, f"a whole number of at least {minimum}", value)
    if value > maximum:
        fail(name, f"a whole number of at most {maximum}", value)
    return int(value)


def check_bool(name, value):
    """Return `value` as a bool, or raise a `ValueError` that names the argument.

    True and False alone, of Python or NumPy: a text, a NaN or an array may be true by accident.
    """
    if not isinstance(value, (bool, np.bool_)):
        fail(name, "True or False", value)
    return bool(value)


def check_choice(name, value, choices):
    """Return `value` if it is one of `choices`, or raise a `ValueError` that lists them."""
    if not isinstance(value, str) or value not in choices:
        fail(name, "one of " + ", ".join(choices), value)
    return value


def check_array(name, value, *, ndim=None, shape=None, finite=True, allow_empty=False):
    """Return `value` as a new float64 array, or raise a `ValueError` that names the argument.

    `ndim` is a number of axes or a tuple of those allowed; `shape` is a tuple in which None
    stands for any length. With `finite=False`, NaN and inf pass. A masked array must have no masked
    entry, for the mask would be lost. The input is never changed.
    """
    wanted = "a finite array of numbers" if finite else "an array of numbers"
    if ndim is not None:
        wanted += " with " + " or ".join(str(n) for n in np.atleast_1d(ndim)) + " axes"
    if shape is not None:
        wanted += f" of shape ({', '.join('any' if n is None else str(n) for n in shape)})"
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        fail(name, wanted + " without masked entries", value)
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            fail(name, wanted, value)
        array = array.astype(np.float64)  # always a copy
    except (TypeError, ValueError, RuntimeError, OverflowError):
        fail(name, wanted, value)
    fits = shape is None or (
        len(shape) == array.ndim
        and all(n in (None, m) for n, m in zip(shape, array.shape, strict=True))
    )
    if not fits or (ndim is not None and array.ndim not in np.atleast_1d(ndim)):
        fail(name, wanted, array)
    if array.size == 0 and not allow_empty:
        fail(name, wanted + " with at least one entry", array)
    if finite and not np.isfinite(array).all():
        fail(name, wanted, array)
    return array
