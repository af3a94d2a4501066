"""What flows through a network, and checks of gradients. First used in chapter 01."""

import numpy as np

from utils.validation import check_array, fail


def numerical_gradient(f, x):
    """Return the gradient of the scalar function `f` at the array `x` by central differences.

    Each entry is (f(x + h) − f(x − h)) / 2h with h = ε^(1/3) max(1, |entry|), ε the rounding unit
    of float64, which balances the formula's error (of order h²) against rounding (ε/h): about ten
    digits are right for a smooth f (Nocedal & Wright 2006, "Numerical Optimization", section 8.1).
    `f` takes a float64 array of x's shape. Raises `ValueError` if `f` is no function or does not
    return one number. First shown in chapter 01.
    """
    x = check_array("x", x)
    if not callable(f):
        fail("f", "a function of an array", f)
    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        h = np.finfo(np.float64).eps ** (1 / 3) * max(1, abs(x[index]))
        ahead, behind = x.copy(), x.copy()
        ahead[index] += h
        behind[index] -= h
        # The step that was taken, rounded, and not the one that was meant.
        gradient[index] = (_value(f, ahead) - _value(f, behind)) / (ahead[index] - behind[index])
    return gradient


def _value(f, x):
    value = np.asarray(f(x), dtype=np.float64)
    if value.size != 1:
        raise ValueError(f"f must return one number, got shape {value.shape}")
    return value.item()


def relative_error(found, wanted):
    """Return the largest |found − wanted| over the largest |wanted|: 0 is agreement.

    Both are arrays of one shape, or lists of such arrays, of which the worst is returned. Where
    `wanted` is 0 throughout, the error is absolute. First used in chapter 01.
    """
    if isinstance(found, (list, tuple)) and isinstance(wanted, (list, tuple)):
        if len(found) != len(wanted) or not found:
            raise ValueError(
                f"found must have {len(wanted)} arrays, as wanted has, got {len(found)}"
            )
        return max(relative_error(*pair) for pair in zip(found, wanted, strict=True))
    wanted = check_array("wanted", wanted)
    found = check_array("found", found, shape=wanted.shape)
    scale = np.abs(wanted).max()
    return float(np.abs(found - wanted).max() / (scale if scale > 0 else 1))
