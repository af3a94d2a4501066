"""Figure of chapter 00: two rings and the best straight line."""

import numpy as np
from matplotlib.figure import Figure

from utils.plotting import COLOURS


def best_line(dataset, direction, threshold, share):
    """Show two classes and the line direction · x = threshold that gets `share` of them right."""
    figure = Figure(figsize=(6.5, 4.6))
    axes = figure.subplots()
    for label, marker in enumerate("o^"):
        points = dataset.x[dataset.y == label]
        axes.plot(*points.T, marker, color=COLOURS[f"class_{label}"], label=f"class {label}")
    along = np.array([-2, 2])[:, None] * [-direction[1], direction[0]]
    axes.plot(*(threshold * direction + along).T, "--", color=COLOURS["signal"])
    axes.set(xlabel="$x_1$", ylabel="$x_2$", xlim=(-1.6, 1.6), ylim=(-1.4, 1.4), aspect="equal")
    axes.set_title(f"The best straight line gets only {share:.1%} right")
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure, (
        f"{len(dataset.y)} points on two rings, one inside the other, and a straight line "
        f"that puts {share:.1%} of them on the right side."
    )
