"""Figures of chapter 02: losses and what each part of them does."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from utils.plotting import COLOURS, label


def errors(axes, T, Y):
    """Draw targets, outputs and the error of each sample as a line between the two."""
    samples = np.arange(1, len(T) + 1)
    axes.vlines(samples, Y, T, color=COLOURS["error"], linewidth=2)
    axes.plot(samples, T, "o", color=COLOURS["theory"])
    axes.plot(samples, Y, "s", color=COLOURS["signal"])
    axes.set(xlabel="sample i", xlim=(0, 8), ylim=(-0.5, 7.5), aspect="equal")


def two_models(T, close, backwards):
    """Show two models of the same targets, with the error of each sample."""
    figure = Figure(figsize=(8, 3.8))
    panels = figure.subplots(1, 2, sharey=True)
    for axes, Y, title in zip(panels, (close, backwards), ("close", "backwards"), strict=True):
        errors(axes, T, Y)
        label(axes, "target T", (6, T[-1]), (8, 4))
        label(axes, "output Y", (6, Y[-1]), (8, 8 if Y is close else -3), color=COLOURS["signal"])
        axes.set_title(f"A {title} model")
    panels[0].set_ylabel("value")
    return figure, (
        f"Six targets rising from {T[0]:g} to {T[-1]:g}. Left, outputs at most {abs(T - close).max():.1f} away "
        f"from them; right, outputs that fall from {backwards[0]:g} to {backwards[-1]:g}."
    )


def squares(T, close, backwards):
    """Show the squares of the errors of both models side by side, on one scale."""
    figure = Figure(figsize=(9, 3.6))
    axes = figure.subplots()
    sums = []
    for bottom, name, Y in ((0, "backwards", backwards), (6.3, "close", close)):
        left = 0
        for side in np.abs(T - Y):
            axes.add_patch(Rectangle((left, bottom), side, side, alpha=0.3, color=COLOURS["error"]))
            if side >= 1:
                axes.text(
                    left + side / 2, bottom + side / 2, f"{side**2:g}", ha="center", va="center"
                )
            left += side + 0.4
        sums.append(((T - Y) ** 2).sum())
        axes.text(-0.5, bottom, f"{name}\n{sums[-1]:.2f} in all", ha="right", va="bottom")
    axes.set(xlim=(-5, 20.5), ylim=(-0.2, 7.4), aspect="equal")
    axes.axis("off")
    axes.set_title(f"The backwards model has {sums[0] / sums[1]:.0f} times the area")
    return figure, (
        f"Each error drawn as the side of a square. The areas add up to {sums[1]:.2f} for the close model "
        f"and to {sums[0]:.2f} for the backwards one."
    )


def band(axes, x, values, colour, style="-"):
    """Draw the median over the first axis of `values`, and the middle half as a band."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75], axis=0)
    axes.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
    axes.plot(x, middle, style, color=colour, marker="o", markersize=4)
    return middle


def training_and_fresh(degrees, on_training, on_fresh):
    """Show the loss on training and on fresh points by degree, medians and middle halves."""
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    training = band(axes, degrees, on_training, COLOURS["signal"])
    fresh = band(axes, degrees, on_fresh, COLOURS["error"], "--")
    axes.text(
        degrees[-1] + 0.15, training[-1], "on the\n12 points", color=COLOURS["signal"], va="center"
    )
    axes.text(
        degrees[-1] + 0.15, fresh[-1], "on fresh\npoints", color=COLOURS["error"], va="center"
    )
    axes.set(yscale="log", xlim=(0.7, 10.4), xticks=degrees, xlabel="degree of the polynomial")
    axes.set(ylabel="E: median, middle half", title="The smallest loss does not predict best")
    best = degrees[fresh.argmin()]
    return figure, (
        f"Median loss by degree, {len(on_fresh)} samples. On the fitted points it falls at each degree; on fresh points "
        f"it is smallest at degree {best} and {fresh[-1] / fresh.min():.0f} times as large at degree {degrees[-1]}."
    )


def copies(k, summed, averaged, limit, steps):
    """Show how far from the minimum descent ends on k copies of the data, summed and averaged."""
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    # What is closer than rounding allows is drawn at 1e-16.
    axes.semilogy(k, np.maximum(summed, 1e-16), "o-", color=COLOURS["error"])
    axes.semilogy(k, averaged, "s--", color=COLOURS["weight"])
    axes.axvline(limit, color=COLOURS["theory"], linestyle=":")
    label(axes, f"theory: diverges\nbeyond {limit:.2f}", (limit, 1e17), (-100, 0))
    label(axes, "without 1/N", (k[-1], summed[-1]), (8, -4), color=COLOURS["error"])
    label(axes, "with 1/N", (k[-1], averaged[-1]), (8, -4), color=COLOURS["weight"])
    axes.set(
        xlabel=f"copies k of the same four samples (after {steps} steps)",
        ylabel="distance to the best weight",
        xlim=(0.8, 7.2),
    )
    axes.set_title("Without 1/N, copies of old data make descent diverge")
    first = k[summed > summed[0] + 1][0]
    return figure, (
        f"Distance to the minimum after {steps} steps. Averaged it is the same for 1 to {k[-1]} copies; "
        f"summed it explodes from {first} copies on, where theory has its limit at {limit:.2f}."
    )


LINES = {"squares": ("signal", "-"), "absolute": ("other", ":"), "Huber": ("weight", "--")}


def outlier(x, T, wrong_targets, best):
    """Show the best slope under three losses as one target goes wrong."""
    figure = Figure(figsize=(9, 3.8))
    left, right = figure.subplots(1, 2)
    left.plot(x[:-1], T[:-1], "o", color=COLOURS["theory"])
    left.plot(x[-1], wrong_targets[-1], "X", color=COLOURS["error"], markersize=9)
    for name, (colour, style) in LINES.items():
        left.plot(x, best[name][-1] * x, style, color=COLOURS[colour])
        right.plot(wrong_targets, best[name], style, color=COLOURS[colour], label=name)
    left.plot(x[-1], T[-1], "o", color=COLOURS["theory"], fillstyle="none")
    label(left, "mistyped", (x[-1], wrong_targets[-1]), (-70, -4), color=COLOURS["error"])
    label(left, "as it was", (x[-1], T[-1]), (-30, -16))
    right.legend()
    left.set(xlabel="input x", ylabel="target T", title="One target wrong …")
    right.set(
        xlabel="wrong target", ylabel="best slope w", title="… and only squares follow it far"
    )
    ends = ", ".join(f"{name} {values[-1]:.1f}" for name, values in best.items())
    return figure, (
        f"As the last target grows from {wrong_targets[0]:g} to {wrong_targets[-1]:g}, the best slope moves from "
        f"{best['squares'][0]:.1f} to: {ends}."
    )


def one_fit(x, T, wrong, loss, slope):
    """Show the best line for one wrong target under one loss; for the slider."""
    figure = Figure(figsize=(6, 3.8))
    axes = figure.subplots()
    colour, style = LINES[loss]
    axes.plot(x[:-1], T[:-1], "o", color=COLOURS["theory"])
    axes.plot(x[-1], wrong, "X", color=COLOURS["error"], markersize=9)
    axes.plot(x[-1], T[-1], "o", color=COLOURS["theory"], fillstyle="none")
    axes.plot(x, slope * x, style, color=COLOURS[colour])
    axes.set(
        xlabel="input x",
        ylabel="target T",
        ylim=(-5, 10.5),
        title=f"{loss}: best slope {slope:.2f}",
    )
    return (
        figure,
        f"Six good points and one at {wrong:g}; the best line under {loss} has slope {slope:.2f}.",
    )


def moved_slopes(squares, huber, slope):
    """Show how far mistyped targets moved the slope, one pair of dots per random choice."""
    figure = Figure(figsize=(8, 3))
    axes = figure.subplots()
    for row, (values, colour) in enumerate(((squares, "signal"), (huber, "weight"))):
        offsets = row + np.linspace(-0.25, 0.25, len(values))
        axes.plot(values, offsets, "o^"[row], color=COLOURS[colour], alpha=0.6, markersize=5)
        axes.vlines(np.median(values), row - 0.35, row + 0.35, color=COLOURS["theory"])
    axes.axvline(slope, color=COLOURS["muted"], linestyle=":")
    label(axes, "size of the slope itself", (slope, 1.45), (5, 0), color=COLOURS["muted"])
    axes.set(
        yticks=[0, 1],
        yticklabels=["squares", "Huber"],
        ylim=(-0.6, 1.7),
        xlabel="how far the slope moved (line: median)",
    )
    axes.set_title(
        f"With Huber's loss the slope moves {np.median(squares) / np.median(huber):.0f} times less"
    )
    return figure, (
        f"{len(squares)} random choices of mistyped targets. Squares move the slope by {np.median(squares):.0f} in the "
        f"median, Huber's loss by {np.median(huber):.1f}; the slope itself is {slope:.0f}."
    )


def signals(sigmoid, delta_quadratic, delta_entropy):
    """Show the learning signal for target 0 against z, for both losses."""
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    z = np.linspace(-8, 8, 300)
    quadratic, entropy = delta_quadratic(sigmoid(z), 0), delta_entropy(sigmoid(z), 0)
    axes.plot(z, quadratic, "--", color=COLOURS["other"])
    axes.plot(z, entropy, color=COLOURS["error"])
    label(axes, "cross-entropy: δ = a", (3, entropy[z < 3][-1]), (0, -16), color=COLOURS["error"])
    label(
        axes, "quadratic: δ = a² (1 − a)", (2, quadratic[z < 2][-1]), (8, 4), color=COLOURS["other"]
    )
    axes.set(
        xlabel="z (the right answer lies far to the left)", ylabel="learning signal δ, target 0"
    )
    axes.set_title("Sure and wrong: the quadratic signal dies, cross-entropy's does not")
    return figure, (
        f"Learning signal for target 0. Cross-entropy's rises to {entropy[-1]:.2f} at z = 8; the quadratic one has its "
        f"largest value {quadratic.max():.2f} near z = {z[quadratic.argmax()]:.1f} and falls to {quadratic[-1]:.4f} at z = 8."
    )


def race(rates, quadratic, entropy):
    """Show the steps that both losses need by learning rate; arrays (rates, seeds)."""
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    slow = band(axes, rates, quadratic.T, COLOURS["other"], "--")
    fast = band(axes, rates, entropy.T, COLOURS["error"])
    label(axes, "quadratic cost", (rates[1], slow[1]), (8, 10), color=COLOURS["other"])
    label(axes, "cross-entropy", (rates[1], fast[1]), (-70, -20), color=COLOURS["error"])
    axes.set(
        xscale="log", yscale="log", xlabel="learning rate", ylabel="steps: median, middle half"
    )
    axes.set_title("At moderate rates the quadratic cost needs many times the steps")
    pairs = ", ".join(f"{slow[i]:g} against {fast[i]:g} at {rates[i]:g}" for i in (1, 3, 5, 7))
    return figure, (
        f"Median steps of {quadratic.shape[1]} wrong starts to the same loss, quadratic cost against cross-entropy, "
        f"by learning rate: {pairs}."
    )
