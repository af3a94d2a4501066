"""Exercises of chapter 07: the factor per layer, He's weights, clipping, dead units."""

import numpy as np

from utils.exercises import Exercise


def clip(gradient, limit):
    norm = np.linalg.norm(gradient)
    return gradient * min(1, limit / norm)


SIGNALS = np.array(
    [[0.0, 0.3, 0.0, 0.0], [0.0, 0.0, 0.2, 0.0], [0.0, 1.1, 0.4, 0.0], [0.0, 0.0, 0.6, 0.0]]
)

EXERCISES = {
    "07-factor": Exercise(
        solution=lambda n, variance, slope_square: n * variance * slope_square,
        mistakes=(
            (lambda n, v, s: v * s, "Each δ is a sum over n neurons; n is missing."),
            (lambda n, v, s: n * v, "That is for purelin. The slope of the activation is missing."),
            (lambda n, v, s: n * v**0.5 * s, "The variance itself stands there, not its root."),
            (lambda n, v, s: (n * v * s) ** 0.5, "That is the factor of δ, not of its square."),
        ),
        hint="Mean square of δ: n terms, each a weight squared times a slope squared.",
        cases=((256, 1 / 768, 1.0), (64, 0.03, 0.5)),
    ),
    "07-layers": Exercise(
        solution=26,
        mistakes=(
            (13, "After 13 layers the mean square of δ is below a millionth; δ itself is asked."),
            (12, "Round up: at least so many layers are needed. And δ is asked, not its square."),
            (25, "Round up: after 25 layers δ is still above a millionth."),
        ),
        hint="δ shrinks by √(1/3) at each layer.",
    ),
    "07-he": Exercise(
        solution=lambda n: np.sqrt(2 / n),
        mistakes=(
            (lambda n: 2 / n, "That is the variance; the standard deviation is its root."),
            (lambda n: np.sqrt(1 / n), "Half of the slopes are 0, which must be made up for."),
            (lambda n: np.sqrt(n / 2), "Upside down."),
            (lambda n: 1 / np.sqrt(2 * n), "The ½ of relu must be undone, not repeated."),
        ),
        hint="Solve n · Var(w) · ½ = 1 for Var(w).",
        cases=((2,), (64,), (1000,)),
    ),
    "07-clip": Exercise(
        solution=clip,
        mistakes=(
            (
                lambda g, limit: np.clip(g, -limit, limit),
                "That clips each number by itself and turns the direction.",
            ),
            (
                lambda g, limit: g * limit / np.linalg.norm(g),
                "A short gradient must stay as it is.",
            ),
            (lambda g, limit: g / np.linalg.norm(g), "The length should become the limit."),
            (lambda g, limit: g * 1.0, "Nothing is clipped."),
        ),
        hint="Multiply by min(1, limit / ‖gradient‖).",
        cases=(
            (np.array([3.0, 4.0]), 1.0),
            (np.array([0.3, -0.4]), 1.0),
            (np.array([6.0, 8.0]), 4.0),
        ),
    ),
    "07-dead": Exercise(
        solution=lambda a: float((a == 0).all(axis=0).mean()),
        mistakes=(
            (lambda a: float((a == 0).mean()), "That is the share of inactive signals."),
            (
                lambda a: float((a == 0).any(axis=0).mean()),
                "Dead means inactive for all samples, not for some.",
            ),
            (
                lambda a: float((a == 0).all(axis=1).mean()),
                "That counts samples. The units are the columns.",
            ),
            (
                lambda a: float((a == 0).all(axis=0).sum()),
                "That is their number; a share is asked.",
            ),
        ),
        hint="For each column: are all its signals 0? Then the mean.",
        cases=((SIGNALS,), (SIGNALS[:, 1:],), (SIGNALS[:2],)),
    ),
}
