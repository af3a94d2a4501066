"""Figures of chapter 06: decision boundaries, linear regions, fit by width and epochs."""

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from utils.curves import grid_boundary, largest_deviation
from utils.plotting import COLOURS, label
from utils.statistics import median_interval

CLASSES = [COLOURS["class_0"], COLOURS["class_1"]]


def bounds_of(x, margin=0.15):
    """Return (x1_min, x1_max, x2_min, x2_max) around the points, with a margin."""
    (left, bottom), (right, top) = x.min(axis=0) - margin, x.max(axis=0) + margin
    return left, right, bottom, top


def decision_map(axes, model, x, y, bounds, points=120, traced=False):
    """Draw the two classes of a model as areas, the boundary as a line, and points.

    traced: find each point of the boundary exactly. Else it is interpolated between grid points,
    which makes teeth where a relu boundary runs along the edge of a linear region.
    """
    left, right, bottom, top = bounds
    x1, x2 = np.meshgrid(np.linspace(left, right, points), np.linspace(bottom, top, points))
    share = model(np.column_stack([x1.ravel(), x2.ravel()])).numpy().reshape(x1.shape)
    share = np.where(np.abs(share - 0.5) < 1e-6, 0.5 - 1e-6, share)  # rounding is no boundary
    axes.contourf(x1, x2, share, levels=[-1, 0.5, 2], colors=CLASSES, alpha=0.3)
    if traced:
        for line in grid_boundary(model, bounds, points):
            axes.plot(*line.T, color=COLOURS["theory"], linewidth=1.5)
    elif share.min() < 0.5 < share.max():
        axes.contour(x1, x2, share, levels=[0.5], colors=COLOURS["theory"], linewidths=1.5)
    draw_points(axes, x, y, size=6)
    axes.set(xlim=bounds[:2], ylim=bounds[2:], xticks=[], yticks=[], aspect="auto")
    axes.grid(False)


def draw_points(axes, x, y, size):
    """Draw class 0 as circles and class 1 as triangles."""
    for number, (colour, marker) in enumerate(zip(CLASSES, "o^", strict=True)):
        mine = x[y == number]
        axes.scatter(mine[:, 0], mine[:, 1], s=size, color=colour, marker=marker, linewidths=0)


def grid(networks, tasks, models, samples, accuracies):
    """Show the median network of each kind on each task, and the accuracy over the seeds.

    models and samples hold a Keras model and its fresh data (x, y) for each (network, task);
    accuracies[row][column] the percentages right by seed.
    """
    figure = Figure(figsize=(11, 1.2 + 2.1 * len(networks)))
    for row, line in enumerate(figure.subplots(len(networks), len(tasks), squeeze=False)):
        for column, axes in enumerate(line):
            key = networks[row], tasks[column]
            x, y = samples[key]
            decision_map(axes, models[key], x, y, bounds_of(x))
            estimate = median_interval(accuracies[row][column])
            first = f"{tasks[column]}\n" if row == 0 else ""
            axes.set_title(f"{first}{estimate:.0f} %", fontsize=10)
        line[0].set_ylabel(networks[row], fontweight="bold")
    medians = np.median(np.array(accuracies)[: len(networks)], axis=2)
    worst, best = medians[:, :-1].min(), medians[:, -1].max()
    title = f"Medians: {worst:.0f} % or more in the plane, {best:.0f} % at most on patients"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=12)
    least = [f"{10 * np.floor(part.min() / 10):.0f}" for part in (medians[:, :-1], medians[:, -1])]
    return figure, (
        f"Boundaries of {len(networks)} networks on {len(tasks)} tasks, smooth for tanh, with "
        f"corners for relu. Median accuracy on fresh data: at least {least[0]} % on every task in "
        f"the plane, {least[1]} % on {tasks[-1]}."
    )


def film(networks, epochs, models, samples, accuracies):
    """Show one network of each kind as its boundary forms; accuracies[row][column] by seed."""
    figure = Figure(figsize=(11, 4.6))
    parts = []
    for row, line in enumerate(figure.subplots(len(networks), len(epochs))):
        x, y = samples[row]
        for column, axes in enumerate(line):
            decision_map(axes, models[row][column], x, y, bounds_of(x), traced=True)
            median = np.median(accuracies[row][column])
            axes.set_title(f"epoch {epochs[column]}; all: {median:.0f} %", fontsize=10)
        line[0].set_ylabel(networks[row], fontweight="bold")
        parts.append(f"{np.median(accuracies[row][-1]):.0f} for {networks[row]}")
    figure.suptitle(
        f"The boundary grows bend by bend (all: median accuracy of {len(accuracies[0][0])} networks)",
        x=0.01,
        ha="left",
        fontweight="bold",
        fontsize=12,
    )
    return figure, (
        f"The boundary at epochs {', '.join(map(str, epochs))}: first simple, at the end "
        f"a spiral. The median accuracy in percent at the end is {' and '.join(parts)}."
    )


def boundary_frames(networks, epochs, models, samples):
    """Return what `show_animation` wants: the boundaries of two networks, a frame per epoch."""
    figure = Figure(figsize=(6, 2.9), dpi=80)
    panels = figure.subplots(1, len(networks))

    def draw(frame):
        for axes, name, line, (x, y) in zip(panels, networks, models, samples, strict=True):
            axes.clear()
            decision_map(axes, line[frame], x, y, bounds_of(x), points=90, traced=True)
            axes.set_title(f"{name}, epoch {epochs[frame]}", fontsize=10)

    alt = f"Animation: the boundaries of {' and '.join(networks)}, epochs 0 to {epochs[-1]}."
    return figure, draw, range(len(epochs)), alt


def straightness(regions, relu, tanh, chain, bounds, deviations, within):
    """Show a relu boundary on its linear regions, and a tanh boundary beside a chain.

    relu, tanh, chain: lists of polylines. deviations: a dictionary with the largest distances
    over the seeds, "relu" of the traced boundary from the exact one, "tanh" from the chain.
    within: what all of "relu" stay below. The place where the chain is worst is shown enlarged.
    """
    figure = Figure(figsize=(10, 4.7))
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    random = np.random.default_rng(0)
    left.add_collection(
        PolyCollection(
            [region.polygon for region in regions],
            facecolors=[str(grey) for grey in random.uniform(0.84, 0.99, len(regions))],
            edgecolors="white",
            linewidths=0.4,
        )
    )
    for line in relu:
        left.plot(*line.T, color=COLOURS["signal"], marker="o", markersize=3)
    for number, line in enumerate(tanh):
        right.plot(*line.T, color=COLOURS["error"], label="tanh" if number == 0 else None)
    for line in chain:
        right.plot(*line.T, "--o", color=COLOURS["theory"], markersize=3, linewidth=1)
    medians = {name: np.median(values) for name, values in deviations.items()}
    enlarged(right, tanh, chain)
    word = "within" if max(deviations["relu"]) < within else "not within"
    left.set_title(f"relu: straight pieces, {word} 10$^{{{np.log10(within):.0f}}}$")
    right.set_title(f"tanh: as many even pieces miss it by {medians['tanh']:.2f}")
    left.set(xlim=bounds[:2], ylim=bounds[2:], xlabel="x1", ylabel="x2")
    right.set(xlabel="x1")
    for axes in (left, right):
        axes.set_aspect("equal")
        axes.grid(False)
    return figure, (
        "Left: a relu boundary, dots at its corners, on the linear regions of the network. Right: "
        "a tanh boundary and a dashed chain of as many straight pieces, enlarged where it is worst; it leaves the curve by "
        f"{medians['tanh']:.2f} (median over the seeds)."
    )


def enlarged(axes, curves, chains, half=0.12):
    """Draw once more, in an inset, the place where a chain is farthest from its curve."""
    middles = [(chain[1:] + chain[:-1]) / 2 for chain in chains]
    gaps = [[largest_deviation([[m, m]], curves) for m in line] for line in middles]
    worst = max(range(len(gaps)), key=lambda k: max(gaps[k]))
    x, y = middles[worst][int(np.argmax(gaps[worst]))]
    inset = axes.inset_axes((0.36, 0.36, 0.3, 0.3))
    for line in curves:
        inset.plot(*line.T, color=COLOURS["error"])
    for line in chains:
        inset.plot(*line.T, "--o", color=COLOURS["theory"], markersize=3, linewidth=1)
    inset.set(xlim=(x - half, x + half), ylim=(y - half, y + half), xticks=[], yticks=[])
    inset.spines[:].set(visible=True, color=COLOURS["muted"])
    inset.grid(False)
    axes.indicate_inset_zoom(inset, edgecolor=COLOURS["muted"])


def turning(shares):
    """Show which share of all turning is done by the sharpest corners, by network.

    shares: a dictionary, name to an array (seeds, 101): the share of the turning that lies in the
    sharpest 0, 1, ..., 100 % of the corners of the traced boundary.
    """
    figure = Figure(figsize=(7, 3.8))
    axes = figure.subplots()
    percent = np.arange(101)
    parts = []
    styles = {"4 relu": ("signal", "-"), "4 tanh": ("error", "--")}
    for name, (colour, style) in styles.items():
        low, middle, high = 100 * np.percentile(shares[name], [2.5, 50, 97.5], axis=0)
        axes.plot(percent, middle, style, color=COLOURS[colour])
        axes.fill_between(percent, low, high, color=COLOURS[colour], alpha=0.2, linewidth=0)
        label(axes, name, (percent[25], middle[25]), (6, -14), color=COLOURS[colour])
        parts.append(f"{name} about {10 * round(middle[10] / 10)} %")
    axes.set(
        xlabel="sharpest corners (% of all points of the boundary)",
        ylabel="share of all turning (%)",
        title="The sharpest tenth of the points does most of relu's turning",
    )
    return figure, (
        f"Share of the turning done by the sharpest tenth of the points: {', '.join(parts)}; "
        "medians, with bands that hold 95 % of the seeds."
    )


def fit_maps(widths, epochs, learned, fresh, ceiling):
    """Show accuracy on training and on fresh data by width and epochs, as two maps.

    learned, fresh: medians over the seeds in percent, shape (widths, epochs); ceiling: what no
    classifier can surpass on fresh data.
    """
    figure = Figure(figsize=(10.5, 4.2))
    shown = [epoch - 1 for epoch in epochs]
    best = np.argwhere(fresh[:, shown].round() == fresh[:, shown].max().round())
    titles = (
        f"Training data: {learned[-1, shown[-1]]:.0f} % at best, top right",
        f"Fresh data: {fresh[:, shown].max():.0f} % at best (possible: {ceiling:.0f} %)",
    )
    panels = zip(figure.subplots(1, 2, sharey=True), (learned, fresh), titles, strict=True)
    for axes, values, title in panels:
        low, high = np.floor(values[1:, shown].min()), np.ceil(values[:, shown].max())
        picture = axes.imshow(values[:, shown], cmap="cividis", aspect="auto", vmin=low, vmax=high)
        for row, column in np.ndindex(len(widths), len(epochs)):
            value = values[row, shown[column]]
            colour = "black" if value > (low + high) / 2 else "white"
            axes.text(column, row, f"{value:.0f}", ha="center", va="center", color=colour)
        axes.set(
            title=title,
            xlabel="epochs",
            xticks=range(len(epochs)),
            xticklabels=epochs,
            yticks=range(len(widths)),
            yticklabels=widths,
        )
        axes.grid(False)
        axes.invert_yaxis()
        figure.colorbar(picture, ax=axes, extend="min")
    axes.plot(*best.T[::-1], "s", markersize=26, mfc="none", mec=COLOURS["error"], mew=2)
    figure.axes[0].set_ylabel("neurons in each hidden layer")
    figure.suptitle("Median accuracy (%); framed: the best on fresh data", fontsize=10)
    return figure, (
        f"Two maps of median accuracy. On training data {widths[-1]} neurons reach "
        f"{learned[-1, shown[0]]:.0f} % after {epochs[0]} epochs and {learned[-1, shown[-1]]:.0f} % "
        f"after {epochs[-1]}; on fresh data the highest median is {fresh[:, shown].max():.0f} %, "
        f"and {fresh[-1, shown[-1]]:.0f} % with the most neurons and epochs."
    )


def region_counts(shapes, counts):
    """Show the number of linear regions against the number of neurons, by depth.

    shapes: pairs (width, depth); counts: array (shapes, seeds).
    """
    figure = Figure(figsize=(7.5, 4.2))
    axes = figure.subplots()
    n = np.geomspace(4, 32, 100)
    axes.loglog(n, 1 + n + n * (n - 1) / 2, "--", color=COLOURS["theory"], linewidth=1, zorder=0)
    label(axes, "most of one layer:\n$1+n+n(n-1)/2$", (10, 56), (-115, 14))
    marks = {1: ("o", "signal"), 2: ("s", "weight"), 4: ("^", "error")}
    parts = []
    for depth, (marker, colour) in marks.items():
        mine = [i for i, shape in enumerate(shapes) if shape[1] == depth]
        neurons = np.array([shapes[i][0] * depth for i in mine]) * (1 + 0.03 * (depth - 2))
        low, middle, high = np.percentile(counts[mine], [2.5, 50, 97.5], axis=1)
        text = f"{depth} layer{'s' if depth > 1 else ''}"
        axes.errorbar(
            neurons,
            middle,
            yerr=[middle - low, high - middle],
            fmt=marker,
            color=COLOURS[colour],
            capsize=3,
            label=text,
        )
        parts.append(f"{text} of {shapes[mine[-1]][0]}: {middle[-1]:.0f}")
    axes.legend(loc="lower right")
    axes.set(
        xlabel="neurons in all (points moved apart a little)",
        ylabel="linear regions in the square from −3 to 3",
        title="With random weights, more layers make fewer regions",
        xticks=[4, 8, 16, 32],
        xticklabels=[4, 8, 16, 32],
    )
    axes.minorticks_off()
    return figure, (
        f"Linear regions of random networks against neurons, log scales, medians and 95 % of "
        f"{counts.shape[1]} seeds: {'; '.join(parts)}."
    )


def one_boundary(model, sample, name, epoch):
    """Show the boundary of one network at one epoch; for the slider."""
    figure = Figure(figsize=(4.6, 4.2))
    axes = figure.subplots()
    x, y = sample
    decision_map(axes, model, x, y, bounds_of(x), points=90)
    right = 100 * np.mean((model(x).numpy()[:, 0] > 0.5) == y)
    axes.set_title(f"{name}, epoch {epoch}: {right:.0f} % right")
    return figure, f"The boundary of {name} after {epoch} epochs, {right:.0f} % right."
