"""Exercises of chapter 04: gradient descent with two weights."""

import numpy as np

from utils.exercises import Exercise

_G, _D = np.array([3.0, -1.0]), np.array([2.0, 2.0])

EXERCISES = {
    "04-gradient": Exercise(
        solution=lambda w: np.array([w[0], 10 * w[1]]),
        mistakes=(
            (
                lambda w: np.array([w[0] / 2, 5 * w[1]]),
                "Half too small: the 2 of each square comes down and cancels the ½.",
            ),
            (lambda w: np.array([2 * w[0], 20 * w[1]]), "Twice too large: the ½ cancels the 2."),
            (
                lambda w: -np.array([w[0], 10 * w[1]]),
                "The sign is wrong: this is the descent, not the gradient.",
            ),
            (
                lambda w: w[0] + 10 * w[1],
                "The partial derivatives stay apart: return an array of two.",
            ),
        ),
        hint="The partial derivatives are w1 and 10 w2.",
        cases=((np.array([1.0, 2.0]),), (np.array([-0.5, 0.3]),)),
    ),
    "04-direction": Exercise(
        solution=lambda g, d: g @ d / np.linalg.norm(d),
        mistakes=(
            (lambda g, d: g @ d, "d is not of length 1: divide by its length."),
            (
                lambda g, d: g @ d / np.linalg.norm(d) / np.linalg.norm(g),
                "This is the cosine. The slope is larger by the gradient's length.",
            ),
            (lambda g, d: np.linalg.norm(g), "This is the slope along the gradient only."),
            (
                lambda g, d: g * d / np.linalg.norm(d),
                "Add the products up: the slope is one number.",
            ),
        ),
        hint="The scalar product of g with d, divided by the length of d.",
        cases=((_G, _D), (_D, _G)),
    ),
    "04-rate": Exercise(
        solution=[2 / 11, 9 / 11],
        mistakes=(
            ([2 / 10, 9 / 11], "2/c₂ is the limit, not the best: both curvatures count."),
            ([1 / 11, 9 / 11], "Twice as large: 2 over the sum of the curvatures."),
            ([2 / 11, 11 / 9], "The factor is below 1: κ − 1 over κ + 1."),
            ([9 / 11, 2 / 11], "The order is the other way round: the learning rate first."),
            ([2 / 11, 10], "This is the condition number. The factor is (κ − 1)/(κ + 1)."),
        ),
        hint="2/(c₁ + c₂), and (κ − 1)/(κ + 1) with κ = c₂/c₁.",
    ),
    "04-momentum": Exercise(
        solution=lambda w, v, g, r: (0.9 * v - r * g, w + 0.9 * v - r * g),
        mistakes=(
            (
                lambda w, v, g, r: (0.9 * v - r * g, w + v),
                "The weight moves by the new velocity, not the old one.",
            ),
            (
                lambda w, v, g, r: (0.9 * v + r * g, w + 0.9 * v + r * g),
                "The sign of the gradient is wrong: this goes uphill.",
            ),
            (
                lambda w, v, g, r: (-r * g, w - r * g),
                "This is plain descent: 0.9 of the old velocity is missing.",
            ),
            (
                lambda w, v, g, r: (w + 0.9 * v - r * g, 0.9 * v - r * g),
                "The order is the other way round: velocity first.",
            ),
        ),
        hint="v ← 0.9 v − η g, then w ← w + v.",
        cases=((1.0, 0.5, 2.0, 0.1), (-2.0, -0.3, 0.4, 0.5)),
    ),
    "04-saddle": Exercise(
        solution="c",
        mistakes=(
            ("a", "Along the direction of curvature −0.2 the surface falls."),
            ("b", "Along the direction of curvature 3 the surface rises."),
            ("d", "Two curvatures of different sign decide it."),
        ),
        hint="Answer with one of the letters a, b, c, d as a text.",
    ),
}
