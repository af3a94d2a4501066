"""Figures of chapter 01: one pass through a small network, XOR, digits."""

import numpy as np
from matplotlib.figure import Figure

from utils.models import BPNetwork
from utils.plotting import COLOURS, number


def places(sizes):
    """Return for each layer the (x, y) of its neurons, centred, the first on top."""
    return [
        # Two neurons stand further apart than three, so that no two numbers meet.
        [(layer, min(2.0, 2.4 / max(size - 1, 1)) * ((size - 1) / 2 - n)) for n in range(size)]
        for layer, size in enumerate(sizes)
    ]


def draw_nodes(axes, layers, values, colour):
    """Draw a neuron at each place of `layers` with its number in it."""
    for layer, numbers in zip(layers, values, strict=True):
        for (x, y), value in zip(layer, numbers, strict=True):
            axes.plot(x, y, "o", markersize=38, color="white", markeredgecolor=colour, zorder=3)
            axes.text(x, y, number(value, ".3f"), ha="center", va="center", fontsize=9, zorder=4)


def draw_edges(axes, layers, matrices, colour, *, back=False, numbers=True):
    """Draw each weight as a line as thick as its size, dashed if negative, with its number."""
    for before, after, W in zip(layers[:-1], layers[1:], matrices, strict=True):
        for (x0, y0), row in zip(before, W, strict=True):
            for (x1, y1), value in zip(after, row, strict=True):
                style = "-" if value >= 0 else "--"
                width = 0.8 + 2.5 * abs(value) / max(np.abs(m).max() for m in matrices if m.any())
                axes.plot([x0, x1], [y0, y1], style, color=colour, linewidth=width, zorder=1)
                if back:
                    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
                    end = (middle[0] - (x1 - x0) / 12, middle[1] - (y1 - y0) / 12)
                    axes.annotate(
                        "", end, middle, arrowprops={"arrowstyle": "-|>", "color": colour}
                    )
                if numbers:
                    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
                    spot = (x0 + 0.34 * (x1 - x0), y0 + 0.34 * (y1 - y0))
                    text = number(value, ".3f" if abs(value) < 0.1 else ".2f")
                    axes.text(
                        *spot,
                        text,
                        color=colour,
                        fontsize=9,
                        ha="center",
                        va="center",
                        bbox=box,
                        zorder=2,
                    )


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
    figure = Figure(figsize=(12, 4.2))
    forward, backward, update = figure.subplots(1, 3)
    draw_edges(forward, layers, weights, COLOURS["signal"])
    draw_nodes(forward, layers, [a[0] for a in network.a], COLOURS["signal"])
    draw_edges(backward, layers[1:], weights[1:], COLOURS["error"], back=True)
    draw_nodes(backward, layers[1:], [d[0] for d in network.delta], COLOURS["error"])
    draw_edges(update, layers, steps, COLOURS["weight"])
    draw_nodes(update, layers[1:], bias_steps, COLOURS["weight"])
    forward.set_title(f"Forward: the signals end in Y = {number(Y, '.3f')}")
    backward.set_title(f"Back: Y − T = {number(Y - T.item(), '.3f')} becomes δ")
    update.set_title("Update: Δw on edges, Δb in nodes")
    for axes in (forward, backward, update):
        axes.set(xlim=(-0.35, len(layers) - 0.65), ylim=(-1.9, 1.9))
        axes.axis("off")
    deltas = ", ".join(number(d, ".3f") for d in [*network.delta[-1][0], *network.delta[0][0]])
    largest = max(steps, key=lambda step: np.abs(step).max())
    return figure, (
        f"A 2-3-1 network in three panels. Forward: inputs {number(x[0, 0])} and {number(x[0, 1])} give output "
        f"{number(Y, '.3f')}, target {number(T.item())}. Back: δ of the output and of the hidden neurons: {deltas}. "
        f"Update: the weight that changes most changes by {number(largest.flat[np.abs(largest).argmax()], '.3f')}."
    )


def success_by_width(widths, rates):
    """Show the share of starts that learn XOR by number of hidden neurons, with 95 % intervals."""
    figure = Figure(figsize=(7, 3.6))
    axes = figure.subplots()
    shares = 100 * np.array(rates)
    errors = np.abs(shares[:, 1:] - shares[:, :1]).T
    axes.errorbar(
        range(len(widths)), shares[:, 0], errors, fmt="o", color=COLOURS["weight"], capsize=5
    )
    for place, share in enumerate(shares[:, 0]):
        axes.annotate(f"{share:.0f} %", (place, share), xytext=(10, -4), textcoords="offset points")
    axes.set(
        xticks=range(len(widths)),
        xticklabels=widths,
        xlim=(-0.5, len(widths) - 0.3),
        ylim=(-5, 108),
    )
    axes.set(xlabel="hidden neurons", ylabel="starts that learn XOR (%)")
    axes.set_title(f"Two hidden neurons suffice, but only from {shares[1, 0]:.0f} % of the starts")
    parts = ", ".join(
        f"{share:.0f} % with {width}" for width, share in zip(widths, shares[:, 0], strict=True)
    )
    return figure, f"Share of 200 random starts that learn XOR, by hidden neurons: {parts}."


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
    axes.plot([low, high], [low, high], "--", color=COLOURS["theory"])
    axes.plot(100 * by_hand, 100 * by_keras, "o", color=COLOURS["signal"], alpha=0.7)
    axes.set(
        xlabel="by hand, % of test digits right",
        ylabel="Keras",
        xlim=(low, high),
        ylim=(low, high),
        aspect="equal",
    )
    axes.set_title("25 lines by hand read as well as Keras")
    return figure, (
        f"Test accuracy of {len(by_hand)} seeds: by hand {100 * by_hand.mean():.0f} % and in Keras "
        f"{100 * by_keras.mean():.0f} % on average, scattered around the line of equal accuracy."
    )
