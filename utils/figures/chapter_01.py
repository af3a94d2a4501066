"""Figures of chapter 01: one pass through a small network, XOR, digits."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from utils.models import BPNetwork
from utils.plotting import COLOURS, number


def places(sizes):
    """Return for each layer the (x, y) of its neurons, centred, the first on top."""
    return [
        # Two neurons stand further apart than three, so that no two numbers meet.
        [(layer, min(2.0, 2.4 / max(size - 1, 1)) * ((size - 1) / 2 - n)) for n in range(size)]
        for layer, size in enumerate(sizes)
    ]


def draw_nodes(axes, layers, texts, colour):
    """Draw a circle at each place of `layers` with its text in it."""
    for layer, inside in zip(layers, texts, strict=True):
        for (x, y), text in zip(layer, inside, strict=True):
            axes.plot(x, y, "o", markersize=38, color="white", markeredgecolor=colour, zorder=3)
            axes.text(x, y, text, ha="center", va="center", fontsize=9, zorder=4)


def draw_edges(axes, layers, matrices, colour, *, arrows=None):
    """Draw each number as a line as thick as its size, dashed if negative; arrows: forward, back."""
    largest = max(np.abs(matrix).max() for matrix in matrices) or 1
    for before, after, matrix in zip(layers[:-1], layers[1:], matrices, strict=True):
        for start, row in zip(before, matrix, strict=True):
            for end, value in zip(after, row, strict=True):
                style, width = "--" if value < 0 else "-", 0.8 + 2.5 * abs(value) / largest
                axes.plot(*zip(start, end, strict=True), style, color=colour, lw=width, zorder=1)
                if arrows:
                    draw_head(axes, (start, end) if arrows == "forward" else (end, start), colour)
                # Numbers stand where the lines are apart, and never on the head of an arrow.
                share = 0.55 if arrows == "back" else 0.34
                draw_number(axes, start + share * np.subtract(end, start), value, colour)


def draw_head(axes, ends, colour):
    """Draw the head of an arrow from the first to the second of `ends`, at the circle's edge."""
    head = {"arrowstyle": "-|>", "color": colour, "linewidth": 0, "mutation_scale": 26}
    axes.annotate("", ends[1], ends[0], arrowprops={**head, "shrinkA": 0, "shrinkB": 19})


def draw_number(axes, spot, value, colour):
    """Write the number of a line on it; + 0.0 turns the −0 of a weight at rest into 0."""
    text = number(value + 0.0, ".3f" if abs(value) < 0.1 else ".2f")
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    middle = {"ha": "center", "va": "center"}
    axes.text(*spot, text, color=colour, fontsize=9, bbox=box, zorder=2, **middle)


def key_to_lines(figure):
    """Write below the panels of `figure` what its lines mean."""
    grey = COLOURS["muted"]
    lines = [
        Line2D([], [], color=grey, label="positive number"),
        Line2D([], [], color=grey, linestyle="--", label="negative number"),
        Line2D([], [], color=grey, linewidth=3.3, label="thick: large, compared within a panel"),
    ]
    figure.legend(handles=lines, loc="outside lower center", ncols=3, handlelength=3)


def three_passes(x, T, weights, biases, learning_rate):
    """Show one tanh network three times: signals forward, δ back, and the update of every weight."""
    network = BPNetwork([len(weights[0]), *map(len, biases)], "tanh")
    network.weights = [W.copy() for W in weights]
    network.biases = [b.copy() for b in biases]
    Y = network.forward(x).item()
    network.backward(T)
    steps = [-learning_rate * g for g in network.weight_gradients]
    bias_steps = [-learning_rate * g for g in network.bias_gradients]
    layers = places([x.shape[1], *map(len, biases)])
    figure = Figure(figsize=(12, 4.8), layout="constrained")
    forward, backward, update = figure.subplots(1, 3)
    draw_edges(forward, layers, weights, COLOURS["signal"], arrows="forward")
    draw_nodes(forward, layers, texts(a[0] for a in network.a), COLOURS["signal"])
    draw_edges(backward, layers[1:], weights[1:], COLOURS["error"], arrows="back")
    draw_nodes(backward, layers[1:], texts(d[0] for d in network.delta), COLOURS["error"])
    draw_edges(update, layers, steps, COLOURS["weight"])
    draw_nodes(update, layers[1:], texts(bias_steps), COLOURS["weight"])
    inputs = [[f"$x_{n + 1}$" for n in range(x.shape[1])]]
    for axes in (backward, update):  # an input has neither δ nor bias
        draw_nodes(axes, layers[:1], inputs, COLOURS["muted"])
    forward.set_title(f"Forward: the signals end in Y = {number(Y, '.3f')}")
    backward.set_title(f"Back: Y − T = {number(Y - T.item(), '.3f')} becomes δ")
    update.set_title(f"Update: one step with η = {number(learning_rate)}")
    key = {
        forward: "circles: signals x and a;  lines: weights",
        backward: "circles: δ;  lines: the same weights",
        update: "circles: Δb;  lines: Δw, the changes",
    }
    for axes, text in key.items():
        axes.set(xlim=(-0.35, len(layers) - 0.65), ylim=(-2.1, 1.9))
        axes.text(0.5, 0, text, transform=axes.transAxes, ha="center")
        axes.axis("off")
    key_to_lines(figure)
    return figure, passes_in_words(x, T, network, steps)


def passes_in_words(x, T, network, steps):
    """Return the alternative text of `three_passes`."""
    deltas = ", ".join(number(d, ".3f") for d in [*network.delta[-1][0], *network.delta[0][0]])
    largest = max(steps, key=lambda step: np.abs(step).max())
    return (
        f"A 2-3-1 network in three panels. Forward: inputs {number(x[0, 0])} and {number(x[0, 1])} "
        f"give output {number(network.a[-1].item(), '.3f')}, target {number(T.item())}. Back: δ of "
        f"the output and of the hidden neurons: {deltas}. Update: the weight that changes most "
        f"changes by {number(largest.flat[np.abs(largest).argmax()], '.3f')}. Lines are dashed "
        "where their number is negative."
    )


def texts(layers):
    """Return the numbers of each layer as texts."""
    return [[number(value + 0.0, ".3f") for value in layer] for layer in layers]


def success_by_width(widths, rates, starts):
    """Show the share of starts that learn XOR by number of hidden neurons, with 95 % intervals."""
    figure = Figure(figsize=(7, 3.6))
    axes = figure.subplots()
    shares = 100 * np.array(rates)
    errors = np.abs(shares[:, 1:] - shares[:, :1]).T
    axes.errorbar(
        range(len(widths)),
        shares[:, 0],
        errors,
        fmt="o",
        color=COLOURS["weight"],
        capsize=5,
    )
    for place, share in enumerate(shares[:, 0]):
        axes.annotate(f"{share:.0f} %", (place, share), xytext=(10, -4), textcoords="offset points")
    axes.set(
        xticks=range(len(widths)),
        xticklabels=widths,
        xlim=(-0.5, len(widths) - 0.3),
        ylim=(-5, 108),
    )
    axes.set_xlabel(f"hidden neurons ({starts} starts each, bars: 95 % intervals)")
    axes.set_ylabel("starts that learn XOR (%)")
    axes.set_title(f"With two hidden neurons {shares[1, 0]:.0f} % of the starts learn XOR")
    parts = ", ".join(
        f"{share:.0f} % with {width}" for width, share in zip(widths, shares[:, 0], strict=True)
    )
    return figure, f"Share of {starts} random starts that learn XOR, by hidden neurons: {parts}."


def digits(x, y):
    """Show the first picture of each digit."""
    figure = Figure(figsize=(9, 1.4))
    for digit, axes in enumerate(figure.subplots(1, 10)):
        axes.imshow(x[y == digit][0].reshape(8, 8), cmap="gray_r")
        axes.set_title(str(digit), loc="center")
        axes.axis("off")
    return (
        figure,
        f"One of {len(y):,} handwritten digits for each of 0 to 9, as 8 by 8 grey pixels.",
    )


def accuracies(by_hand, by_keras):
    """Show the test accuracy of each seed, by hand against Keras, on the same split."""
    figure = Figure(figsize=(5, 4.4))
    axes = figure.subplots()
    low, high = 100 * min(by_hand.min(), by_keras.min()) - 0.5, 100
    axes.plot([low, high], [low, high], "--", color=COLOURS["theory"], label="equal")
    dots = {"color": COLOURS["signal"], "alpha": 0.7, "label": "one seed"}
    axes.plot(100 * by_hand, 100 * by_keras, "o", **dots)
    axes.set(
        xlabel="by hand, % of test digits right",
        ylabel="Keras, % of test digits right",
        xlim=(low, high),
        ylim=(low, high),
        aspect="equal",
    )
    means = f"{100 * by_hand.mean():.0f} % by hand, {100 * by_keras.mean():.0f} % in Keras"
    axes.set_title(f"On average {means}")
    axes.legend(loc="lower right")
    return figure, (
        f"Test accuracy of {len(by_hand)} seeds: on average {means}, scattered around the line of equal accuracy."
    )
