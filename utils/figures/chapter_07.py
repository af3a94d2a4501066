"""Figures of chapter 07: gradients by layer, theory and measurement, cures, redundancy."""

import numpy as np
from matplotlib.figure import Figure

from utils.plotting import COLOURS, label, number
from utils.statistics import mean_interval, median_interval

STYLES = {
    "sigmoid": ("error", "-"),
    "tanh": ("signal", "--"),
    "softsign": ("weight", "-."),
    "relu": ("other", ":"),
}


def band(axes, x, values, colour, style="-", **options):
    """Draw the median over the first axis of `values` and the band that holds 95 % of it."""
    low, middle, high = np.percentile(values, [2.5, 50, 97.5], axis=0)
    axes.plot(x, middle, style, color=COLOURS[colour], **options)
    axes.fill_between(x, low, high, color=COLOURS[colour], alpha=0.2, linewidth=0)
    return middle


def profiles(signals, depths):
    """Show the gradient of each layer for networks of several depths, a panel an activation.

    signals: a dictionary, (activation, depth) to `Signals`.
    """
    figure = Figure(figsize=(11, 3.6))
    names = list(dict.fromkeys(name for name, _ in signals))
    parts = []
    for axes, name in zip(figure.subplots(1, len(names), sharey=True), names, strict=True):
        for depth in depths:
            gradient = signals[name, depth].gradient
            middle = band(axes, np.arange(1, depth + 1), gradient, STYLES[name][0])
            axes.plot(depth, middle[-1], ".", color=COLOURS[STYLES[name][0]])
            if depth >= 20 and name in (names[0], "relu"):
                label(axes, f"{depth} layers", (depth, middle[-1]), (-42, 6), fontsize=9)
        axes.set(title=name, xlabel="layer", yscale="log")
        parts.append(f"{name} 10^{round(np.log10(middle[0] / middle[-1]))}".replace("-", "−"))
    figure.axes[0].set_ylabel("size of the gradient, ‖∂E/∂W‖")
    worst = names[0]
    figure.suptitle(
        f"With Glorot's weights {worst} loses its gradient layer by layer; relu's is small in all layers",
        x=0.01,
        ha="left",
        fontweight="bold",
        fontsize=12,
    )
    return figure, (
        f"Gradient norm by layer on a log scale, depths {', '.join(map(str, depths))}, medians and "
        f"95 % of the networks. First over last layer at depth {depths[-1]}: {', '.join(parts)}."
    )


def theory(cases, widths):
    """Show measured means of δ² beside theory, and how medians fall below means.

    cases: name to (measured, predicted), the mean square of δ by layer over that of the last.
    widths: width to (means, medians, predicted medians) for relu with He's weights.
    """
    figure = Figure(figsize=(10.5, 4.2))
    left, right = figure.subplots(1, 2)
    colours = ["signal", "weight", "error", "other"]
    marks = ["o", "x", "s", "^"]
    for (name, (measured, predicted)), colour, mark in zip(
        cases.items(), colours, marks, strict=True
    ):
        layers = np.arange(1, len(measured) + 1)
        size = 8 if mark == "o" else 4  # the first two lie on each other
        left.semilogy(layers, measured, mark, color=COLOURS[colour], markersize=size, label=name)
        left.semilogy(layers, predicted, "--", color=COLOURS["theory"], linewidth=1)
    left.legend(loc="lower right", fontsize=9)
    left.set(
        xlabel="layer",
        ylabel="mean of δ², last layer = 1",
        xticks=[1, 5, 10, 15, 20],
        title="Theory (dashed) hits the means",
    )
    parts = []
    for (width, (_, medians, predicted)), colour in zip(widths.items(), colours, strict=False):
        layers = np.arange(1, len(medians) + 1)
        right.semilogy(layers, medians, "o", color=COLOURS[colour], markersize=4)
        right.semilogy(layers, predicted, "--", color=COLOURS["theory"], linewidth=1)
        label(right, f"width {width}", (layers[8], medians[8]), (4, -14), color=COLOURS[colour])
        parts.append(f"{medians[0]:.1g} at width {width}")
    right.set(
        xlabel="layer",
        ylabel="median of δ²",
        xticks=[1, 5, 10, 15, 20],
        title="relu, He: the median sinks",
    )
    return figure, (
        "Left: the mean square of δ by layer follows the dashed theory for four kinds of network. "
        f"Right: its median in the first layer over that in the last: {', '.join(parts)}; dashed "
        "theory beside it."
    )


def ratio_maps(maps, depths, scales, critical):
    """Show log10 of the ratio of δ, first over last layer, by depth and weight scale.

    maps: activation to an array (depths, scales); critical: activation to the scale at which
    theory has the factor 1.
    """
    figure = Figure(figsize=(10.5, 4.4))
    parts = []
    for axes, (name, values) in zip(
        figure.subplots(1, len(maps), sharey=True), maps.items(), strict=True
    ):
        turn = scales[name][np.argmax(values[-1] > 0)]
        edges = scales[name]
        picture = axes.pcolormesh(edges, depths, values, cmap="RdBu_r", vmin=-8, vmax=8)
        axes.axvline(critical[name], color=COLOURS["theory"], linestyle="--")
        label(axes, f"theory: {critical[name]:.2f}", (critical[name], depths[-1]), (4, -14))
        axes.set(
            title=f"{name}: turns at {turn:.1f}, theory {critical[name]:.2f}",
            xlabel="weight scale √n · deviation of w",
        )
        axes.grid(False)
        parts.append(f"{name} at {turn:.1f}, theory {critical[name]:.2f}")
    figure.axes[0].set_ylabel("hidden layers")
    figure.colorbar(picture, ax=figure.axes, label="log10 of δ, first over last layer")
    return figure, (
        f"Maps of the median ratio of δ by depth and weight scale. With {depths[-1]} layers it turns "
        f"from vanishing to exploding for {'; '.join(parts)}."
    )


def cures(accuracies, chance=10):
    """Show the final accuracy of the deep network with each change, with 95 % intervals.

    accuracies: name to percentages by seed.
    """
    figure = Figure(figsize=(8.5, 0.9 + 0.42 * len(accuracies)))
    axes = figure.subplots()
    parts = []
    for row, (name, values) in enumerate(accuracies.items()):
        value, low, high = mean_interval(values)
        axes.errorbar(
            value,
            row,
            xerr=[[value - low], [high - value]],
            fmt="o",
            color=COLOURS["signal"],
            capsize=4,
        )
        axes.plot(values, np.full(len(values), row), "|", color=COLOURS["muted"], alpha=0.6)
        level = "near chance" if high < 2 * chance else "above chance"
        parts.append(f"{name} {level}")
    axes.axvline(chance, color=COLOURS["theory"], linestyle="--")
    best = sorted(accuracies, key=lambda name: -np.mean(accuracies[name]))[:2]
    axes.set(
        yticks=range(len(accuracies)),
        yticklabels=list(accuracies),
        xlabel="test accuracy (%), mean with 95 % interval; strokes: seeds",
        xlim=(0, 100),
        title=f"Most help: {' and '.join(sorted(best))}",
    )
    axes.invert_yaxis()
    return (
        figure,
        f"Accuracy of deep networks on digits, chance being {chance} %: {'; '.join(parts)}.",
    )


def cured_profiles(before, after, learned):
    """Show the gradient by layer at the start, before and after each cure; medians over seeds.

    learned: the names of those networks that learned.
    """
    figure = Figure(figsize=(8.5, 4))
    axes = figure.subplots()
    layers = np.arange(1, len(before) + 1)
    axes.semilogy(layers, before, "-", color=COLOURS["error"], linewidth=2.5)
    label(axes, "sigmoid", (layers[0], before[0]), (10, -4), color=COLOURS["error"])
    styles = ["-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1))]
    colours = ["signal", "weight", "other", "class_1", "class_0", "muted"]
    parts, idle = [], []
    for (name, values), style, colour in zip(after.items(), styles, colours, strict=True):
        text = name if name in learned else f"{name}: did not learn"
        axes.semilogy(layers, values, linestyle=style, color=COLOURS[colour], label=text)
        power = np.log10(values[0] / values[-1])
        parts.append(f"{text} {round(power)}".replace("-", "−"))
        idle += [name] if abs(power) < 1 and name not in learned else []
    axes.legend(loc="lower right", fontsize=8)
    lost = np.log10(before[0] / before[-1])
    axes.set(
        xlabel=f"layer of weights ({len(before)}: the output)",
        ylabel="‖∂E/∂W‖ at the start",
        xticks=[1, 5, 10, 15, len(before)],
        title=f"An even profile is no promise: {' and '.join(idle)} did not learn",
    )
    return figure, (
        f"Gradient norm by layer before training. Powers of ten from last to first layer: sigmoid "
        f"{number(lost, '.0f')}; {', '.join(parts)}."
    )


def ablation(shares, accuracies):
    """Show accuracy against the share of hidden signals removed, by the order of removal.

    accuracies: order to an array (shares, seeds) in percent.
    """
    figure = Figure(figsize=(8, 4.2))
    axes = figure.subplots()
    styles = {
        "weakest first": ("weight", "-"),
        "at random": ("signal", "--"),
        "strongest first": ("error", ":"),
    }
    half = int(np.argmin(np.abs(np.array(shares) - 0.5)))
    parts = []
    for name, (colour, style) in styles.items():
        estimates = np.array([mean_interval(row) for row in accuracies[name]])
        axes.plot(100 * np.array(shares), estimates[:, 0], style, color=COLOURS[colour])
        axes.fill_between(
            100 * np.array(shares),
            *estimates[:, 1:].T,
            color=COLOURS[colour],
            alpha=0.25,
            linewidth=0,
        )
        label(axes, name, (100 * shares[half], estimates[half, 0]), (6, 6), color=COLOURS[colour])
        parts.append(f"{name} about {5 * round(estimates[half, 0] / 5)} %")
    axes.set(
        xlabel="share of the active signals set to 0 (%)",
        ylabel="test accuracy (%)",
        title="The weak half of the active signals is redundant, the strong half is not",
    )
    return figure, f"Accuracy with half of the active hidden signals removed: {', '.join(parts)}."


def dead_units(rates, dead, accuracies):
    """Show dead units and accuracy by learning rate, for relu and leaky relu.

    dead: share of dead relu units in percent (rates, seeds); accuracies: name to (rates, seeds).
    """
    figure = Figure(figsize=(10, 3.8))
    left, right = figure.subplots(1, 2)
    values = np.array([median_interval(row) for row in dead])
    errors = [values[:, 0] - values[:, 1], values[:, 2] - values[:, 0]]
    left.errorbar(rates, values[:, 0], yerr=errors, fmt="o-", color=COLOURS["error"], capsize=3)
    left.set(
        xscale="log",
        xlabel="learning rate",
        ylabel="dead relu units (%), median",
        title=f"Dead: {values[0, 0]:.0f} % with small steps, {values[-1, 0]:.0f} % with large",
    )
    kinds = {"relu": ("error", "o-", 0.97), "leaky_relu": ("signal", "s--", 1.03)}
    for name, (colour, style, aside) in kinds.items():
        estimates = np.array([mean_interval(row) for row in accuracies[name]])
        spread = [estimates[:, 0] - estimates[:, 1], estimates[:, 2] - estimates[:, 0]]
        right.errorbar(
            np.multiply(rates, aside),
            estimates[:, 0],
            yerr=spread,
            fmt=style,
            color=COLOURS[colour],
            capsize=3,
            label=name.replace("_", " "),
        )
    right.legend(loc="lower left")
    right.set(
        xscale="log",
        xlabel="learning rate",
        ylabel="test accuracy (%), mean",
        title="Leaky relu cannot die, yet fails too",
    )
    return figure, (
        f"Left: dead relu units by learning rate, about {10 * round(values[0, 0] / 10)} % with the "
        f"smallest and {10 * round(values[-1, 0] / 10)} % with the largest. Right: test accuracy of relu and of leaky relu at the same rates."
    )


def dead_by_depth(dead, names):
    """Show dead relu units by depth; dead: depth to percentages (seeds, cases of `names`), or nan."""
    figure = Figure(figsize=(9, 3.8))
    axes, depths = figure.subplots(), list(dead)
    marks, colours = ["x:", "o-", "s--", "^-."], ["muted", "signal", "weight", "error"]
    for case, name in enumerate(names):
        columns = [dead[d][:, case] for d in depths]
        found = [mean_interval(column[np.isfinite(column)]) for column in columns]
        values, low, high = np.array(found).T
        style = {"fmt": marks[case], "color": COLOURS[colours[case]], "label": name}
        axes.errorbar(depths, values, [values - low, high - values], capsize=3, **style)
    axes.legend(loc="upper left")
    axes.set(xticks=depths, xlabel="hidden layers", ylabel="dead relu units (%), mean")
    means = {depth: np.nanmean(dead[depth], axis=0) for depth in depths}
    hit = [str(depth) for depth in depths if means[depth].argmax() == len(names) - 1]
    axes.set_title(
        f"Deep networks begin with dead units; {names[-1]} adds most ({', '.join(hit)} layers)"
    )
    first = ", ".join(f"{dead[d][:, 0].mean():.0f} % with {d} layers" for d in depths)
    return figure, f"Dead relu units by depth and learning rate; {names[0]} {first}."


def one_profile(signals, activation, depth, scale):
    """Show δ by layer of random networks; for the slider."""
    figure = Figure(figsize=(6, 3.6))
    axes = figure.subplots()
    delta = np.clip(np.nan_to_num(signals.delta, nan=1e300), 1e-300, 1e300) ** 0.5
    middle = band(axes, np.arange(1, depth + 1), delta / delta[:, -1:], "error")
    power = np.log10(middle[0])
    word = "vanishes" if power < -2 else "explodes" if power > 2 else "lives"
    axes.set(
        yscale="log",
        xlabel="layer",
        ylabel="δ, last layer = 1",
        title=f"{activation}, scale {scale:.2f}: δ {word} (10$^{{{power:.0f}}}$)",
    )
    return figure, (
        f"δ by layer for {activation}, {depth} layers, weight scale {scale:.2f}: in the first layer "
        f"10 to the {power:.0f} of the last."
    )
