"""Exercises of chapter 01: the BP network."""

import numpy as np

from utils.exercises import Exercise

_A = np.array([[0.5, -1.0], [1.0, 0.2], [0.0, 2.0]])
_W = np.array([[0.3, -0.4, 1.0], [0.8, 0.1, -0.5]])
_B = np.array([0.1, -0.2, 0.3])
_Z = np.array([[0.4, -1.2, 0.7], [0.9, 0.3, -0.1]])
_DELTA = np.array([[0.2, -0.1], [0.05, 0.3]])
_NEXT = np.array([[0.6, -0.3], [0.2, 0.9], [-0.7, 0.4]])
_D3 = np.array([[0.2, -0.1, 0.4], [0.05, 0.3, 0.0], [0.1, 0.1, -0.2]])

EXERCISES = {
    "01-forward": Exercise(
        solution=lambda a, W, b: np.tanh(a @ W + b),
        mistakes=(
            (lambda a, W, b: np.tanh(a @ W), "The bias is missing."),
            (lambda a, W, b: a @ W + b, "This is z. The activation is missing."),
            (
                lambda a, W, b: np.tanh(a @ W) + b,
                "The bias belongs inside the activation: z = a W + b.",
            ),
        ),
        hint="First z = a W + b, then tanh of it.",
        cases=((_A, _W, _B), (_A[:1], _W, _B)),
    ),
    "01-delta": Exercise(
        solution=lambda d, W, z: (d @ W.T) * (1 - np.tanh(z) ** 2),
        mistakes=(
            (lambda d, W, z: d @ W.T, "The slope of the activation is missing."),
            (
                lambda d, W, z: (d @ W.T) * (1 - np.tanh(np.tanh(z)) ** 2),
                "The slope is taken at a; it belongs at z.",
            ),
            (
                lambda d, W, z: (d @ W.T) * (1 - z**2),
                "1 − a² is the slope, with a = tanh z; this is 1 − z².",
            ),
            (
                lambda d, W, z: (d @ W.T) * np.tanh(z),
                "The slope of tanh is 1 − tanh² z, not tanh z.",
            ),
            (
                lambda d, W, z: -(d @ W.T) * (1 - np.tanh(z) ** 2),
                "The sign is wrong: δ is the gradient; the minus comes with the update.",
            ),
        ),
        hint="Bring δ back through the transposed weights, then multiply by the slope at z.",
        cases=((_DELTA, _NEXT, _Z),),
    ),
    "01-gradients": Exercise(
        solution=lambda a, d: (a.T @ d, d.sum(axis=0)),
        mistakes=(
            (
                lambda a, d: (a.T @ d, d.mean(axis=0)),
                "The bias gradient is a sum: δ already contains the 1/N.",
            ),
            (
                lambda a, d: (a.T @ d / len(a), d.sum(axis=0) / len(a)),
                "δ already contains the 1/N: do not divide again.",
            ),
            (
                lambda a, d: (d.T @ a, d.sum(axis=0)),
                "Transposed: the gradient has the shape of W, inputs by outputs.",
            ),
            (
                lambda a, d: (a.T @ d, np.zeros(d.shape[1])),
                "The biases are forgotten: each is fed by a 1.",
            ),
            (lambda a, d: (a.T @ d, d), "Sum δ over the samples: one gradient for each bias."),
        ),
        hint="Signals in, transposed, times δ; and the sum of δ over the samples.",
        cases=((_A, _D3[:, :2]), (_A, _D3)),
    ),
    "01-count": Exercise(
        solution=2410,
        mistakes=(
            (2368, "The biases are forgotten: one for each hidden and output neuron."),
            (2474, "Inputs have no bias."),
            (20480, "Layers add up; they do not multiply."),
        ),
        hint="Each neuron has a weight for every signal that enters it, and one bias.",
    ),
    "01-zero": Exercise(
        solution="b",
        mistakes=(
            ("a", "The output's δ is not zero if its answer is wrong, and its bias is fed by a 1."),
            ("c", "The second layer's weights are fed by hidden signals of tanh(0) = 0."),
            ("d", "The hidden signals are 0, and δ comes back through weights of 0."),
        ),
        hint="Answer with one of the letters a, b, c, d as a text.",
    ),
}
