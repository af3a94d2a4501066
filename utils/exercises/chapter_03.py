"""Exercises of chapter 03: gradient descent with one weight."""

import numpy as np

from utils.exercises import Exercise

_X, _T = np.array([-1.0, 0.0, 1.0, 2.0]), np.array([-0.8, -0.1, 0.2, 1.0])
_SIGN = "The sign is wrong: this goes uphill."

EXERCISES = {
    "03-step": Exercise(
        solution=lambda w, slope, learning_rate: w - learning_rate * slope,
        mistakes=(
            (lambda w, slope, learning_rate: w + learning_rate * slope, _SIGN),
            (lambda w, slope, learning_rate: w - slope, "The learning rate is missing."),
            (
                lambda w, slope, learning_rate: -learning_rate * slope,
                "This is the step. The new weight is the old one plus the step.",
            ),
        ),
        hint="The new weight is the old one minus the learning rate times the slope.",
        cases=((-3.0, -5.25, 0.2), (2.0, 2.25, 0.5)),
    ),
    "03-slope": Exercise(
        solution=lambda w, x, T: ((w * x - T) * x).mean(),
        mistakes=(
            (
                lambda w, x, T: ((T - w * x) * x).mean(),
                "The sign is wrong: the inner derivative is −x.",
            ),
            (
                lambda w, x, T: 2 * ((w * x - T) * x).mean(),
                "Twice too large: the ½ of E is missing.",
            ),
            (
                lambda w, x, T: ((w * x - T) * x).sum(),
                "The 1/N is missing: take the mean, not the sum.",
            ),
            (lambda w, x, T: (w * x - T).mean(), "The inner derivative x is missing."),
        ),
        hint="It is the mean of (w x − T) x over the samples.",
        cases=((-3.0, _X, _T), (2.0, _X, _T), (0.3, _X[:3], _T[:3])),
    ),
    "03-rates": Exercise(
        solution=[3 / 14, 6 / 14],
        mistakes=(
            ([1 / 14, 2 / 14], "The 1/N is missing: c is the mean of x², not the sum."),
            ([6 / 14, 3 / 14], "The order is the other way round: one step first."),
            ([1 / 4, 1 / 2], "c is the mean of the squares, not the square of the mean."),
            ([6 / 14, 12 / 14], "Twice too large: the ½ of E and the 2 of the derivative cancel."),
        ),
        hint="With c the mean of x², the two are 1/c and 2/c.",
    ),
    "03-steps": Exercise(
        solution=44,
        mistakes=(
            (43, "After 43 steps the distance is still above 1 %: round up."),
            (90, "The factor is 1 − ηc, not 1 − η."),
            (
                22,
                "The distance has to fall to 1 %; after 22 steps the loss has, the distance has not.",
            ),
            (np.log(0.01) / np.log(0.9), "A part of a step is not a step: round up."),
        ),
        hint="Find the smallest k for which (1 − ηc)^k is at most 0.01.",
    ),
    "03-stuck": Exercise(
        solution="c",
        mistakes=(
            ("a", "A valley that is not the deepest has slope 0 too."),
            ("b", "Any learning rate times 0 is 0."),
            ("d", "The top of a hill has slope 0 too."),
        ),
        hint="Answer with one of the letters a, b, c, d as a text.",
    ),
}
