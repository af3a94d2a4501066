"""Exercises of chapter 00: how checking works."""

import numpy as np

from utils.exercises import Exercise

EXERCISES = {
    "00-errors": Exercise(
        solution=lambda T, Y: ((T - Y) ** 2).mean(),
        mistakes=(
            (
                lambda T, Y: (T - Y).mean(),
                "The squares are missing, so errors of both signs cancel.",
            ),
            (
                lambda T, Y: ((T - Y) ** 2).sum(),
                "This is the sum: divide by the number of samples.",
            ),
            (lambda T, Y: (T - Y).mean() ** 2, "This squares the mean: square each error first."),
            (
                lambda T, Y: np.sqrt(((T - Y) ** 2).mean()),
                "This is its square root: leave that out.",
            ),
            (lambda T, Y: ((T - Y) ** 2).mean() / 2, "Half too small: no ½ is asked for here."),
        ),
        hint="Subtract, square, then take the mean.",
        cases=((np.array([1.0, 2.0, 4.0]), np.array([0.0, 2.5, 2.0])),),
    ),
    "00-slope": Exercise(
        solution=-2,
        mistakes=(
            (2, "The sign is wrong: the inner function 3 − w has the derivative −1."),
            (-4, "Twice too large: the ½ cancels the 2 that comes down."),
            (-1, "Half too small: the 2 that comes down cancels the ½."),
        ),
        hint="It is −(3 − w), taken at w = 1.",
    ),
}
