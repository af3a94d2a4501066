"""Figures of chapter 05: activation functions, their slopes and tails, hinges, a race."""

import numpy as np
from matplotlib.figure import Figure

from utils.activations import ACTIVATIONS
from utils.plotting import COLOURS, label, number
from utils.statistics import mean_interval, median_interval


def small_multiples(names):
    """Show functions and slopes side by side on the same scales."""
    figure = Figure(figsize=(9, 5))
    z, parts = np.linspace(-4, 4, 801), []
    for axes, name in zip(figure.subplots(2, 3, sharex=True, sharey=True).flat, names, strict=True):
        activation = ACTIVATIONS[name]
        a, slope = activation.function(z), activation.derivative(z)
        a[z == 0] = np.nan if name == "sign" else a[z == 0]  # a jump is not a line
        axes.plot(z, a, color=COLOURS["signal"])
        axes.plot(z, slope, "--", color=COLOURS["error"])
        low, high = (number(end, ".2g") for end in activation.output_range)
        axes.set(ylim=(-2, 2), title=f"{name}: {low} to {high}".replace("inf", "∞"))
        parts.append(f"{name} (largest slope {np.nanmax(slope):.2f})")
    figure.supxlabel("z")
    return figure, f"Function and slope of {', '.join(parts)}, for z from −4 to 4."


def tails(rate, power):
    """Show the slopes of the three S-shaped functions on a log scale, with the fitted tails."""
    figure = Figure(figsize=(8, 4))
    axes = figure.subplots()
    z = np.linspace(0, 16, 300)
    styles = {"sigmoid": ("signal", "-"), "tanh": ("error", "--"), "softsign": ("weight", ":")}
    texts = {
        "sigmoid": f"sigmoid: $e^{{-{rate['sigmoid']:.1f}z}}$",
        "tanh": f"tanh: $e^{{-{rate['tanh']:.1f}z}}$",
        "softsign": f"softsign: $z^{{-{power:.1f}}}$",
    }
    for name, (colour, style) in styles.items():
        slope = ACTIVATIONS[name].derivative(z)
        axes.semilogy(z, slope, style, color=COLOURS[colour])
        label(axes, texts[name], (z[-1], slope[-1]), (6, -4), color=COLOURS[colour])
    axes.set(
        xlabel="z",
        ylabel="slope",
        xlim=(0, 20),
        title="softsign's tail is a power; the others' die exponentially",
    )
    at_ten = {name: ACTIVATIONS[name].derivative(10.0) for name in styles}
    return figure, (
        "Slopes on a log scale. At z = 10: "
        + ", ".join(f"{n} {v:.0e}" for n, v in at_ten.items())
        + "."
    )


def bars(axes, scores, temperature):
    """Draw softmax of the scores at one temperature."""
    p = ACTIVATIONS["softmax"].function(np.array(scores) / temperature)
    axes.bar(range(len(p)), p, color=COLOURS["signal"])
    for place, share in enumerate(p):
        axes.text(place, share + 0.02, f"{share:.2f}", ha="center")
    axes.set(xticks=range(len(p)), xticklabels=[f"z = {number(z)}" for z in scores], ylim=(0, 1.1))
    return p


def temperatures(scores, taus):
    """Show softmax of the same scores at several temperatures."""
    figure = Figure(figsize=(9, 3))
    parts = []
    for axes, tau in zip(figure.subplots(1, len(taus), sharey=True), taus, strict=True):
        p = bars(axes, scores, tau)
        axes.set_title(f"τ = {tau:g}: {p.max():.0%} for the largest")
        parts.append(f"τ = {tau:g} gives {', '.join(f'{share:.2f}' for share in p)}")
    return figure, f"softmax of {', '.join(number(z) for z in scores)}: {'; '.join(parts)}."


def temperature(scores, tau):
    """Show softmax of the scores at one temperature; for the slider."""
    figure = Figure(figsize=(5, 3))
    axes = figure.subplots()
    p = bars(axes, scores, tau)
    axes.set_title(f"τ = {tau:.2g}: {p.max():.0%} for the largest")
    return (
        figure,
        f"At temperature {tau:.2g} softmax gives {', '.join(f'{share:.2f}' for share in p)}.",
    )


def draw_hinges(axes, curve, hinges, n):
    """Draw a curve and its sum of n hinges; return the largest error."""
    x = np.linspace(0, 2 * np.pi, 1001)
    pieces = hinges(curve, n)(x)
    axes.plot(x, curve(x), "--", color=COLOURS["theory"], linewidth=1)
    axes.plot(x, pieces, color=COLOURS["signal"])
    places = np.linspace(0, 2 * np.pi, n + 1)
    axes.plot(places, curve(places), "o", color=COLOURS["signal"], markersize=4)
    axes.set(xlabel="x", ylim=(-1.3, 1.3))
    return np.abs(pieces - curve(x)).max()


def hinge_sum(curve, hinges, n, counts, errors):
    """Show a curve made of n hinges, and the error against the number of hinges."""
    figure = Figure(figsize=(9, 3.6))
    left, right = figure.subplots(1, 2)
    error = draw_hinges(left, curve, hinges, n)
    right.loglog(counts, errors, "o", color=COLOURS["signal"])
    right.loglog(counts, errors[-1] * (counts[-1] / counts) ** 2.0, "--", color=COLOURS["theory"])
    label(right, "theory $n^{-2}$", (counts[2], errors[2]), (10, 4))
    left.set_title(f"{n} hinges follow a sine to {error:.2f}")
    right.set(
        xlabel="hinges n", ylabel="largest error", title="Twice the hinges, a quarter of the error"
    )
    return figure, (
        f"Left: a sine and {n} straight pieces, largest error {error:.2f}. Right: the error falls from {errors[0]:.2f} "
        f"with {counts[0]} hinges to {errors[-1]:.5f} with {counts[-1]}."
    )


def one_hinge_sum(curve, hinges, n):
    """Show a curve made of n hinges; for the slider."""
    figure = Figure(figsize=(6, 3.4))
    axes = figure.subplots()
    error = draw_hinges(axes, curve, hinges, n)
    axes.set_title(f"{n} hinges: largest error {error:.3f}")
    return figure, f"A sine and the sum of {n} hinges; the largest error is {error:.3f}."


def panels(choices, tasks, estimates, title, xlabel, form):
    """Draw an estimate with its interval for each choice, a panel per task; return the texts."""
    figure = Figure(figsize=(11, 3.2))
    parts = []
    for column, (axes, task) in enumerate(
        zip(figure.subplots(1, len(tasks), sharey=True), tasks, strict=True)
    ):
        for row, name in enumerate(choices):
            value, low, high = estimates[row][column]
            colour = COLOURS["error"] if name == "relu" else COLOURS["signal"]
            marker = "s" if name == "relu" else "o"
            axes.errorbar(
                value,
                row,
                xerr=[[value - low], [high - value]],
                fmt=marker,
                color=colour,
                capsize=4,
            )
        axes.set(title=task, xlabel=xlabel, yticks=range(len(choices)), yticklabels=choices)
        axes.invert_yaxis() if column == 0 else None
        parts.append(
            f"{task}: "
            + ", ".join(f"{n} {estimates[r][column].value:{form}}" for r, n in enumerate(choices))
        )
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=12)
    return figure, "; ".join(parts)


def winners(choices, tasks, values, best):
    """Return "relu on circles and spirals; tanh on moons": who has the best mean on which task."""
    won = {}
    for column, task in enumerate(tasks):
        won.setdefault(choices[best(values[:, column].mean(axis=-1))], []).append(task)
    return "; ".join(f"{name} on {' and '.join(places)}" for name, places in won.items())


def race(choices, tasks, final):
    """Show the mean final accuracy of each activation on each task, with 95 % intervals."""
    estimates = [[mean_interval(row) for row in rows] for rows in final]
    title = "Highest mean: " + winners(choices, tasks, final, np.argmax)
    figure, text = panels(choices, tasks, estimates, title, "test accuracy (%)", ".0f")
    return figure, f"Mean test accuracy in percent over {final.shape[2]} seeds. {text}."


def epochs_to_target(choices, tasks, targets, epochs, limit):
    """Show the median number of epochs to a target accuracy, with 95 % intervals."""
    estimates = [[median_interval(row) for row in rows] for rows in epochs]
    names = [f"{task}, to {target:.0%}" for task, target in zip(tasks, targets, strict=True)]
    title = f"Fastest: {winners(choices, tasks, epochs, np.argmin)} ({limit + 1} epochs: never)"
    figure, text = panels(choices, names, estimates, title, "epochs (median)", ".0f")
    return (
        figure,
        f"Median epochs to the target over {epochs.shape[2]} seeds, {limit + 1} meaning never. {text}.",
    )
