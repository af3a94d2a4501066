"""Figures of chapter 03: a loss over one weight, and descents on it."""

import numpy as np
from matplotlib.figure import Figure

from utils.plotting import COLOURS, label, number


def curve(axes, loss, low=-3.5, high=3.5):
    """Draw the loss over the weight from `low` to `high`."""
    w = np.linspace(low, high, 400)
    axes.plot(w, loss(w), color=COLOURS["muted"])
    axes.set(xlabel="weight w", ylabel="loss E(w)")


def path(axes, descent, **style):
    """Draw the points of a descent with one weight, joined in their order."""
    options = {"color": COLOURS["weight"], "marker": "o", "markersize": 4, "linewidth": 1}
    axes.plot(descent.points, descent.losses, **{**options, **style})


def lines_and_heights(x, T, loss, weights):
    """Show beside the data and the lines y = w x the heights of their weights on the curve."""
    figure = Figure(figsize=(9, 3.8))
    left, right = figure.subplots(1, 2)
    left.plot(x, T, "o", color=COLOURS["theory"], label="targets T")
    curve(right, loss)
    styles = ["--", "-", ":"]
    for w, style in zip(weights, styles, strict=True):
        left.plot(x, w * x, style, color=COLOURS["signal"])
        label(left, f"w = {number(w)}", (x[-1], w * x[-1]), (8, -4))
        right.plot(w, loss(w), "o", color=COLOURS["signal"])
        label(right, f"E({number(w)}) = {loss(w):.2f}", (w, loss(w)), (10, -12))
    left.set(
        xlabel="input x",
        ylabel="target T, output Y",
        title="Each weight is a line …",
        xlim=(-1.2, 2.9),
    )
    right.set(title="… and a height on the loss curve", ylim=(-1.2, None), xlim=(-3.6, 4.8))
    heights = ", ".join(f"{loss(w):.2f} at w = {number(w)}" for w in weights)
    return (
        figure,
        f"Left: four targets and the lines y = w x. Right: the loss curve, a bowl with {heights}.",
    )


def slopes(loss, gradient, weights, learning_rate):
    """Show the tangent at each weight, and the step that descent takes from there."""
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    curve(axes, loss)
    parts = []
    for w in weights:
        slope, step = gradient(w), -learning_rate * gradient(w)
        reach = np.array([-0.7, 0.7])
        axes.plot(w + reach, loss(w) + slope * reach, "--", color=COLOURS["error"])
        axes.plot(w, loss(w), "o", color=COLOURS["theory"])
        axes.annotate(
            "",
            (w + step, 0),
            (w, 0),
            arrowprops={"arrowstyle": "->", "color": COLOURS["weight"], "lw": 2.5},
        )
        axes.vlines(w, 0, loss(w), color=COLOURS["muted"], linestyle=":", linewidth=1)
        side = -1 if slope > 0 else 1
        text = f"slope {number(slope, '+.2f')}"
        align = "left" if side > 0 else "right"
        label(axes, text, (w, loss(w)), (14 * side, 4), color=COLOURS["error"], ha=align)
        text = f"step {number(step, '+.2f')}"
        label(axes, text, (w + step / 2, 0), (0, -16), color=COLOURS["weight"], ha="center")
        parts.append(
            f"at w = {number(w)} the slope is {number(slope, '+.2f')} and the step {number(step, '+.2f')}"
        )
    axes.set(
        ylim=(-1.5, None),
        title="The step goes against the sign of the slope, so both starts move inward",
    )
    return figure, "Loss curve with tangents: " + "; ".join(parts) + "."


def two_descents(loss, descents, ratio):
    """Show two descents on the curve, and the length of each of their steps on a log scale."""
    figure = Figure(figsize=(9, 3.8))
    left, right = figure.subplots(1, 2)
    curve(left, loss)
    ends = []
    for descent, marker in zip(descents, "o^", strict=True):
        start = number(descent.points[0])
        path(left, descent, marker=marker)
        lengths = np.abs(np.diff(descent.points))
        right.semilogy(
            np.arange(1, len(lengths) + 1), lengths, marker, color=COLOURS["weight"], markersize=5
        )
        right.text(20.5, lengths[-1], f"from w = {start}", va="center")
        ends.append(f"from {start} to {descent.points[-1]:.3f}")
    left.set(title=f"Both starts end at w = {descents[0].points[-1]:.2f}")
    right.set(
        xlim=(0, 28),
        xticks=[0, 5, 10, 15, 20],
        xlabel="step",
        ylabel="length of the step",
        title=f"Each step is {ratio:.2f} of the one before",
    )
    return (
        figure,
        f"Two descents on the loss curve: {'; '.join(ends)}. Step lengths fall by {ratio:.2f} a step.",
    )


def learning_rates(loss, descents, names):
    """Show one descent per learning rate, side by side on the same curve and scales."""
    figure = Figure(figsize=(11, 3))
    panels = figure.subplots(1, len(descents), sharey=True)
    parts = []
    for axes, (rate, descent), name in zip(panels, descents.items(), names, strict=True):
        curve(axes, loss)
        path(axes, descent)
        # Points that leave the picture are counted in the text, not drawn.
        axes.set(title=f"η = {rate:.2f}\n{name}", xlim=(-3.8, 4.8), ylim=(-0.8, 12), ylabel="")
        parts.append(f"η = {rate:.2f}, {name}, ends at w = {descent.points[-1]:.3g}")
    panels[0].set_ylabel("loss E(w)")
    return figure, f"{len(descents)} descents from the same start: " + "; ".join(parts) + "."


def shrink_factors(rates, measured, c):
    """Show the measured factor of the distance per step against the theory |1 - learning rate c|."""
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    fine = np.linspace(0, max(rates), 300)
    axes.plot(fine, np.abs(1 - fine * c), "--", color=COLOURS["theory"])
    axes.plot(rates, measured, "o", color=COLOURS["weight"])
    axes.axhline(1, color=COLOURS["muted"], linewidth=1)
    for edge, text in ((1 / c, "1/c"), (2 / c, "2/c")):
        axes.axvline(edge, color=COLOURS["muted"], linewidth=1, linestyle=":")
        label(axes, text, (edge, 1.65), (5, 0), color=COLOURS["muted"])
    regions = {"walks in\nfrom one side": 0.5, "zig-zags in": 1.5, "flies out": 2.35}
    for text, place in regions.items():
        axes.text(place / c, 1.08 if place < 2 else 0.7, text, ha="center", color=COLOURS["muted"])
    label(axes, "theory |1 − ηc|", (0.15 / c, 0.85), (12, 0))
    axes.set(
        xlabel="learning rate η",
        ylabel="distance after / before a step",
        ylim=(-0.03, 1.8),
        title="Measured factors lie on |1 − ηc|: below 1 up to η = 2/c",
    )
    worst = np.abs(measured - np.abs(1 - rates * c)).max()
    alt = f"{len(rates)} measured shrink factors on the line |1 − ηc| with 1/c = {1 / c:.3f} and 2/c = {2 / c:.3f}; "
    return figure, alt + f"largest deviation below 1e-6: {bool(worst < 1e-6)}."


def valleys(loss, descent, minima):
    """Show descents from many starts on a curve with two valleys, coloured by where they end."""
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    curve(axes, loss, -3, 3)
    left = descent.points[-1] < 0
    for chosen, colour, marker in ((left, "class_0", "o"), (~left, "class_1", "^")):
        axes.plot(
            descent.points[0][chosen], descent.losses[0][chosen], marker, color=COLOURS[colour]
        )
    for w, height in minima:
        axes.annotate(
            f"minimum {height:.3f}\nat w = {w:.2f}",
            (w, height),
            xytext=(w, height - 0.12),
            ha="center",
            va="top",
            arrowprops={"arrowstyle": "-", "color": COLOURS["muted"]},
        )
    axes.set(title="Where you start decides in which valley you end", ylim=(-0.55, None))
    parts = ", ".join(f"{height:.3f} at w = {w:.2f}" for w, height in minima)
    return figure, (
        f"A loss with two valleys ({parts}). Of {left.size} starts, {left.sum()} end in the left one, "
        f"{(~left).sum()} in the right one."
    )


def downhill_share(rates, shares, limit):
    """Show the share of starts whose first step lowers the loss, with 95 % intervals."""
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    middle = np.array([share.value for share in shares])
    low, high = (np.array([getattr(share, side) for share in shares]) for side in ("low", "high"))
    axes.fill_between(rates, 100 * low, 100 * high, color=COLOURS["weight"], alpha=0.3, linewidth=0)
    axes.plot(rates, 100 * middle, "o-", color=COLOURS["weight"], markersize=4)
    axes.axvline(limit, color=COLOURS["theory"], linestyle="--")
    axes.annotate(f"2/L = {limit:.2f}", (limit, 20), xytext=(5, 0), textcoords="offset points")
    axes.set(
        xlabel="learning rate η",
        ylabel="first steps that go downhill (%)",
        ylim=(0, 103),
        title="Every first step goes downhill, as long as η stays below 2/L",
    )
    return figure, (
        f"Share of first steps that lower the loss: {100 * middle[0]:.0f} % at η = {rates[0]:.2f}, "
        f"{100 * middle[-1]:.0f} % at η = {rates[-1]:.2f}; theory guarantees 100 % below η = {limit:.2f}."
    )


def plateau(loss, starts, steps, theory):
    """Show a loss with a plateau, and how many steps it takes to leave it from each start."""
    figure = Figure(figsize=(9, 3.8))
    left, right = figure.subplots(1, 2)
    curve(left, loss, min(starts) - 1, 4)
    left.plot(starts, loss(starts), "o", color=COLOURS["weight"])
    right.semilogy(starts, steps, "o", color=COLOURS["weight"])
    right.semilogy(starts, theory, "--", color=COLOURS["theory"])
    right.annotate("theory", (starts[1], theory[1]), xytext=(8, 6), textcoords="offset points")
    left.set(title="Flat on the left: almost no slope")
    right.set(
        xlabel="start w",
        ylabel="steps until E < 0.125",
        title=f"{steps[0]:,} steps from w = {number(starts[0])}",
    )
    return figure, (
        f"Left: a loss that is flat for w below −4. Right: steps to leave it, {steps[-1]:,} from w = {starts[-1]:g} "
        f"and {steps[0]:,} from w = {number(starts[0])}."
    )


def patients(x, T, loss, descent, names):
    """Show real data with the lines of a descent, and the descent on its loss curve."""
    figure = Figure(figsize=(9, 3.8))
    left, right = figure.subplots(1, 2)
    left.plot(x, T, ".", color=COLOURS["muted"], markersize=4)
    ends = np.array([x.min(), x.max()])
    for step, w in enumerate(descent.points):
        left.plot(
            ends, w * ends, color=COLOURS["signal"], alpha=0.2 + 0.8 * step / len(descent.points)
        )
    w = descent.points[-1]
    curve(right, loss, -2, 2 * w + 2)
    path(right, descent)
    left.set(xlabel=names[0], ylabel=names[1], title=f"The line turns to slope {w:.1f} …")
    right.set(title=f"… as the loss falls to {descent.losses[-1]:,.0f}")
    return figure, (
        f"{len(x)} patients and the line of each step, its slope growing from {number(descent.points[0])} to {w:.1f}, "
        f"while the loss falls from {descent.losses[0]:,.0f} to {descent.losses[-1]:,.0f}."
    )


def one_descent(loss, descent, learning_rate):
    """Show one descent on the loss curve; for the slider."""
    figure = Figure(figsize=(7, 3.6))
    axes = figure.subplots()
    curve(axes, loss)
    path(axes, descent)
    end = descent.points[-1]
    fate = f"after {len(descent.points) - 1} steps w = {number(end, '.3g')}"
    axes.set(xlim=(-4, 5), ylim=(-0.8, 13), title=f"η = {learning_rate:.2f}: {fate}")
    return (
        figure,
        f"Descent from w = {number(descent.points[0])} with learning rate {learning_rate:.2f}: {fate}.",
    )
