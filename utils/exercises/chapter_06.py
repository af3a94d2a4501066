"""Exercises of chapter 06: lines, patterns and slopes of a relu network; when to stop."""

import numpy as np

from utils.exercises import Exercise


def relu_slope(W, b, v, x):
    return W @ ((x @ W + b > 0) * v)


def best_epoch(validation_losses):
    return int(np.argmin(validation_losses)) + 1


W = np.array([[1.0, -2.0, 0.5, 1.5], [0.5, 1.0, -1.0, 2.0]])
B = np.array([0.5, -0.3, 0.8, -5.0])
V = np.array([1.0, -1.5, 2.0, 0.7])
POINTS = [(W, B, V, np.array(x)) for x in ([0.2, 0.4], [-1.0, 1.0], [2.0, -1.0])]

EXERCISES = {
    "06-line": Exercise(
        solution=lambda w, b: -b / w[0],
        mistakes=(
            (lambda w, b: b / w[0], "The sign: w₁x₁ + b = 0 gives x₁ = −b/w₁."),
            (lambda w, b: -b / w[1], "w[1] belongs to x₂, which is 0 on this axis."),
            (lambda w, b: 0.0, "Do not forget the bias: it moves the line off the origin."),
            (lambda w, b: -w[0] / b, "The other way round: the bias is divided by the weight."),
        ),
        hint="On the x₁ axis x₂ is 0; solve z = w₁x₁ + b = 0 for x₁.",
        cases=((np.array([2.0, 3.0]), 1.0), (np.array([-0.5, 1.0]), 2.0)),
    ),
    "06-most": Exercise(
        solution=lambda n: 1 + n + n * (n - 1) // 2,
        mistakes=(
            (lambda n: 2**n, "2ⁿ patterns can be written down, but in a plane few of them occur."),
            (lambda n: n + n * (n - 1) // 2, "Before the first line there is one region already."),
            (lambda n: 1 + n, "A new line also crosses the old ones, and each crossing adds one."),
            (lambda n: 2 * n, "That is for lines that all meet in one point."),
            (lambda n: 1 + n + n * (n - 1), "Each pair of lines crosses once, not twice."),
        ),
        hint="Line number k crosses the k − 1 before it and so cuts k regions in two.",
        cases=((1,), (2,), (3,), (8,)),
    ),
    "06-parameters": Exercise(
        solution=249,
        mistakes=(
            (216, "Those are the weights alone: 33 biases are missing."),
            (248, "The output neuron has a bias too."),
            (241, "Count again: four hidden layers have eight biases each."),
            (177, "That is for three hidden layers."),
            (321, "That is for five hidden layers."),
        ),
        hint="(2 + 1)·8 into the first hidden layer, (8 + 1)·8 into each other, 8 + 1 into the output.",
    ),
    "06-slope": Exercise(
        solution=relu_slope,
        mistakes=(
            (lambda W, b, v, x: W @ v, "Only active neurons count: multiply v by (z > 0)."),
            (
                lambda W, b, v, x: W @ ((x @ W > 0) * v),
                "Which neurons are active is decided by z = xW + b; the bias is missing.",
            ),
            (
                lambda W, b, v, x: W @ (np.maximum(x @ W + b, 0) * v),
                "The slope of relu is 0 or 1, not its value.",
            ),
            (
                lambda W, b, v, x: W @ ((x @ W + b <= 0) * v),
                "The other way round: a neuron with z > 0 is active.",
            ),
        ),
        hint="Y = v · relu(xW + b). Where z > 0 relu is z, elsewhere 0; differentiate by x.",
        cases=tuple(POINTS),
    ),
    "06-stop": Exercise(
        solution=best_epoch,
        mistakes=(
            (lambda losses: int(np.argmin(losses)), "Epochs are counted from 1, indices from 0."),
            (lambda losses: len(losses), "That is the last epoch, not the one with the best loss."),
            (lambda losses: int(np.argmax(losses)) + 1, "The smallest loss is wanted."),
            (lambda losses: float(np.min(losses)), "That is the loss; its epoch is wanted."),
        ),
        hint="np.argmin says where the smallest entry stands.",
        cases=(([0.7, 0.5, 0.4, 0.45, 0.6],), ([0.3, 0.2, 0.25],), ([0.9, 0.8, 0.5],)),
    ),
}
