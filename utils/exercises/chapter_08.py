"""Exercises of chapter 08: accuracy, confusion matrix, sample size, early stopping."""

import numpy as np

from utils.exercises import Exercise


def confusion(t, guess):
    matrix = np.zeros((3, 3))
    np.add.at(matrix, (t, guess), 1)
    return matrix


def stopping_epoch(losses, patience, late=0, equal=False):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best] or (equal and loss == losses[best]):
            best = epoch
        if epoch - best >= patience + late:
            return epoch + 1
    return len(losses)


P = np.array([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.3, 0.3, 0.4], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]])
T = np.array([0, 2, 2, 1, 1])
GUESS = np.array([0, 1, 2, 1, 0])

EXERCISES = {
    "08-accuracy": Exercise(
        solution=lambda p, t: 100 * np.mean(p.argmax(axis=1) == t),
        mistakes=(
            (lambda p, t: np.mean(p.argmax(axis=1) == t), "In percent: times 100."),
            (lambda p, t: 100 * np.mean(p.argmax(axis=1) != t), "That is the share of mistakes."),
            (
                lambda p, t: 100 * np.mean(p[np.arange(len(t)), t]),
                "That is the mean probability of the true label, not how often it wins.",
            ),
            (lambda p, t: np.sum(p.argmax(axis=1) == t), "That is a count, not a percentage."),
        ),
        hint="Compare p.argmax(axis=1) with t.",
        cases=((P, T), (P[:3], T[:3])),
    ),
    "08-confusion": Exercise(
        solution=confusion,
        mistakes=(
            (lambda t, guess: confusion(guess, t), "Rows are the true labels, columns guesses."),
            (
                lambda t, guess: (confusion(t, guess) > 0) * 1.0,
                "Count: a pair that occurs twice must add 2. `matrix[t, guess] += 1` does not.",
            ),
            (
                lambda t, guess: confusion(t, guess) / len(t),
                "Counts are asked, not shares.",
            ),
        ),
        hint="Add 1 at [true, guess] for each sample.",
        cases=((T, GUESS), (np.array([0, 0, 1, 2]), np.array([1, 1, 1, 0]))),
    ),
    "08-samples": Exercise(
        solution=3100,
        mistakes=(
            (1300, "The width falls with the root of the number, not with the number itself."),
            (800, "A width of 1 point is asked, from one end to the other, not half of it."),
        ),
        hint="Try k = 1, 2, 3, ... with wilson_interval(49 * k, 50 * k).",
    ),
    "08-patience": Exercise(
        solution=stopping_epoch,
        mistakes=(
            (
                lambda losses, patience: int(np.argmin(losses)) + 1,
                "That is the best epoch; training ends `patience` epochs after it.",
            ),
            (
                lambda losses, patience: stopping_epoch(losses, patience) - 1,
                "Epochs are counted from 1.",
            ),
            (
                lambda losses, patience: stopping_epoch(losses, patience, late=1),
                "One epoch too late: it stops as soon as `patience` epochs brought nothing.",
            ),
            (
                lambda losses, patience: stopping_epoch(losses, patience, equal=True),
                "A loss equal to the best is no progress.",
            ),
            (
                lambda losses, patience: int(np.argmin(losses)) + 1 + patience,
                "It does not know the later losses: it stops at the first pause that is too long.",
            ),
        ),
        hint="Remember the epoch of the best loss so far.",
        cases=(
            ([3.0, 2.0, 2.5, 2.4, 2.6, 2.7, 1.0], 3),
            ([3.0, 2.0, 2.0, 2.0, 1.5], 2),
            ([3.0, 2.0, 1.0], 2),
        ),
    ),
}
