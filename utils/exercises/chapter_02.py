"""Exercises of chapter 02: loss functions."""

import numpy as np

from utils.exercises import Exercise

# Three outputs: with two, Keras's mean squared error happens to equal E.
_T = np.array([[1.0, 0.0, 2.0], [0.5, 2.0, 1.0], [-1.0, 1.0, 0.0], [0.0, 1.0, 3.0]])
_Y = np.array([[0.5, 0.5, 1.0], [1.5, 0.0, 1.5], [-0.5, 4.0, 2.0], [1.0, 1.0, 0.5]])
_ERRORS = np.array([-3.0, -0.2, 0.0, 0.4, 2.0])

EXERCISES = {
    "02-cost": Exercise(
        solution=lambda T, Y: ((T - Y) ** 2).sum() / (2 * len(T)),
        mistakes=(
            (lambda T, Y: ((T - Y) ** 2).sum() / len(T), "Twice too large: the ½ is missing."),
            (
                lambda T, Y: ((T - Y) ** 2).sum() / 2,
                "The 1/N is missing: divide by the number of samples.",
            ),
            (
                lambda T, Y: ((T - Y) ** 2).mean() / 2,
                "The mean divides by the outputs too. N counts samples only.",
            ),
            (
                lambda T, Y: ((T - Y) ** 2).mean(),
                "This is Keras's mean squared error: no ½, and divided by the outputs too.",
            ),
            (
                lambda T, Y: (T - Y).sum() / (2 * len(T)),
                "The squares are missing, so errors of both signs cancel.",
            ),
        ),
        hint="Square, add everything up, divide by 2 N with N = len(T).",
        cases=((_T, _Y), (_T[:2], _Y[2:])),
    ),
    "02-gradient": Exercise(
        solution=lambda T, Y: (Y - T) / len(T),
        mistakes=(
            (
                lambda T, Y: (T - Y) / len(T),
                "The sign is wrong: the inner derivative of T − Y with respect to Y is −1.",
            ),
            (lambda T, Y: Y - T, "The 1/N is missing."),
            (lambda T, Y: 2 * (Y - T) / len(T), "Twice too large: the ½ of E cancels the 2."),
            (lambda T, Y: (Y - T) / T.size, "N counts samples, not entries: divide by len(T)."),
        ),
        hint="It has the shape of Y, and each entry is (Y − T)/N.",
        cases=((_T, _Y), (_T[:2], _Y[2:])),
    ),
    "02-rate": Exercise(
        solution=0.1,
        mistakes=(
            (0.004, "The wrong way round: mse is smaller than E here, so its rate must be larger."),
            (0.2, "Nearly: Keras's mse has no ½ either, which halves the rate."),
            (0.01, "The outputs count too: mse divides by them."),
            (0.04, "The outputs count too, and the ½ works the other way."),
        ),
        hint="mse is 2E/m, so the learning rate is multiplied by m/2.",
    ),
    "02-huber": Exercise(
        solution=lambda e, delta: np.clip(e, -delta, delta),
        mistakes=(
            (lambda e, delta: np.minimum(e, delta), "Negative errors have a limit too."),
            (
                lambda e, delta: np.where(np.abs(e) <= delta, e, delta),
                "Beyond −δ the slope is −δ: mind the sign.",
            ),
            (
                lambda e, delta: np.where(np.abs(e) <= delta, e, 1.0),
                "Beyond δ the slope is δ, not 1.",
            ),
            (
                lambda e, delta: np.where(np.abs(e) <= delta, e, 0.0),
                "Beyond δ the slope stays at δ; it does not fall to 0.",
            ),
            (
                lambda e, delta: np.where(
                    np.abs(e) <= delta, e**2 / 2, delta * np.abs(e) - delta**2 / 2
                ),
                "This is the loss. Its slope is wanted.",
            ),
        ),
        hint="e where |e| is at most δ, otherwise δ with the sign of e.",
        cases=((_ERRORS, 0.5), (_ERRORS, 1.5)),
    ),
    "02-delta": Exercise(
        solution=1 / 0.09,
        mistakes=(
            (0.09, "The wrong way round: cross-entropy's signal is the larger one."),
            (10.0, "The slope of the sigmoid is a (1 − a), not 1 − a."),
            (1 / 0.9, "The slope of the sigmoid is a (1 − a), not a."),
        ),
        hint="The ratio is 1 / (a (1 − a)).",
    ),
}
