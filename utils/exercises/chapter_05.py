"""Exercises of chapter 05: activation functions."""

import numpy as np

from utils.exercises import Exercise

_Z = np.array([-3.0, -0.5, 0.0, 0.7, 2.0])


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def _naive(z):
    with np.errstate(over="ignore", invalid="ignore"):
        return np.exp(z) / np.exp(z).sum()


def _relu(z):
    return np.maximum(z, 0)


EXERCISES = {
    "05-sigmoid": Exercise(
        solution=lambda z: _sigmoid(z) * (1 - _sigmoid(z)),
        mistakes=(
            (_sigmoid, "This is the function. Its slope is wanted."),
            (lambda z: 1 - _sigmoid(z) ** 2, "1 − a² is the slope of tanh."),
            (lambda z: z * (1 - z), "a (1 − a) is right, but a = sigmoid(z), not z."),
            (
                lambda z: _sigmoid(_sigmoid(z)) * (1 - _sigmoid(_sigmoid(z))),
                "The slope is taken at a; it belongs at z.",
            ),
            (
                lambda z: _sigmoid(z) * (_sigmoid(z) - 1),
                "The sign is wrong: sigmoid rises everywhere.",
            ),
        ),
        hint="With a = sigmoid(z) it is a (1 − a).",
        cases=((_Z,), (np.array([1.5]),)),
    ),
    "05-softmax": Exercise(
        solution=_softmax,
        mistakes=(
            (
                _naive,
                "Right for small numbers, but e^1000 overflows: subtract the largest z first.",
            ),
            (lambda z: np.exp(z - z.max()), "The sum is missing: divide, so that it is 1."),
        ),
        hint="Subtract the largest z, take exponentials, divide by their sum.",
        cases=((np.array([2.0, 1.0, -1.0]),), (np.array([1000.0, 999.0, -1000.0]),)),
    ),
    "05-leaky": Exercise(
        solution=lambda z: np.maximum(z, 0.2 * z),
        mistakes=(
            (_relu, "This is relu: the left side must keep a slope of 0.2."),
            (
                lambda z: np.minimum(z, 0.2 * z),
                "The wrong way round: slope 1 on the right, 0.2 on the left.",
            ),
            (
                lambda z: np.where(z > 0, z, -0.2 * z),
                "The left side must be negative: 0.2 z with z below 0.",
            ),
            (lambda z: np.where(z > 0, z, 0.2), "0.2 is the slope on the left, not the value."),
        ),
        hint="z where z is positive, 0.2 z elsewhere.",
        cases=((_Z,),),
    ),
    "05-hinge": Exercise(
        solution=lambda x, relu: relu(x) + relu(-x),
        mistakes=(
            (
                lambda x, relu: relu(x) - relu(-x),
                "The sign of the second hinge is wrong: this gives x.",
            ),
            (
                lambda x, relu: 2 * relu(x),
                "The left side is still flat: it needs a hinge of its own.",
            ),
            (lambda x, relu: relu(x), "The left side is still flat: it needs a hinge of its own."),
            (
                lambda x, relu: relu(-x),
                "The right side is still flat: it needs a hinge of its own.",
            ),
        ),
        hint="Add a hinge in x and a hinge in −x.",
        cases=((_Z, _relu),),
    ),
    "05-layers": Exercise(
        solution=10,
        mistakes=(
            (9, "(¼)^9 is still above a millionth."),
            (20, "The largest slope is ¼, not ½."),
            (np.log(1e-6) / np.log(0.25), "A part of a layer is not a layer: round up."),
        ),
        hint="Find the smallest n with (¼)^n below 1e-6.",
    ),
}
