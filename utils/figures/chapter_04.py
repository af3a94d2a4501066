"""Figures of chapter 04: a loss over two weights, and descents on it."""

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure

from utils.plotting import COLOURS, label, number
from utils.statistics import median_interval, paired_difference


def grid(low=-3.0, high=3.0, n=121):
    """Return two weights on a square grid, shape (n, n, 2), and its axis."""
    axis = np.linspace(low, high, n)
    return np.stack(np.meshgrid(axis, axis), axis=-1), axis


LEVELS = np.array([10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000]) / 1000
BANDS = BoundaryNorm(LEVELS, ncolors=256, extend="both")
HEIGHT = ListedColormap(0.4 + 0.6 * colormaps["cividis"](np.arange(256))[:, :3], "height")  # pale


def contours(axes, E):
    """Draw lines of equal loss, closer together (in loss) near the minima; return them."""
    w, axis = grid()
    lines = axes.contour(axis, axis, E(w), LEVELS, colors=COLOURS["muted"], linewidths=0.6)
    axes.set(xlabel="$w_1$", ylabel="$w_2$", xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
    return lines


def heights(axes, E):
    """Draw the loss as a map, with a colour for each band between two lines; return the bands."""
    w, axis = grid()
    bands = axes.contourf(axis, axis, E(w), LEVELS, cmap=HEIGHT, norm=BANDS, extend="both")
    contours(axes, E)
    axes.grid(False)
    return bands


def scale(figure, bands, axes, text="loss E"):
    """Draw the scale of the heights beside `axes`, with a number at every other line."""
    bar = figure.colorbar(bands, ax=axes, shrink=0.9, label=text)
    bar.set_ticks(bands.levels[::2], labels=[f"{level:g}" for level in bands.levels[::2]])
    bar.ax.minorticks_off()


def landscape(axes, E):
    """Draw the surface in 3-D, cut off at a height of 1.5 so that the valleys can be seen."""
    w, axis = grid(n=97)
    top = np.minimum(E(w), 1.5)
    axes.plot_surface(
        w[..., 0], w[..., 1], top, cmap=HEIGHT, norm=BANDS, rcount=96, ccount=96, antialiased=False
    )
    axes.computed_zorder = False  # paths are seen through the surface
    axes.set(xlabel="$w_1$", ylabel="$w_2$", zlim=(0, 1.5))
    axes.view_init(elev=50, azim=-70)


def surface(E):
    """Show the surface in 3-D and as a contour map."""
    figure = Figure(figsize=(9, 4))
    left = figure.add_subplot(1, 2, 1, projection="3d")
    right = figure.add_subplot(1, 2, 2)
    landscape(left, E)
    scale(figure, heights(right, E), right)
    lowest = E(grid()[0]).min()
    left.set_title("A landscape with two valleys …")
    right.set_title("… and the same as a map")
    return figure, (
        f"The loss over two weights from −3 to 3, in 3-D and as a map; lowest value {lowest:.3f}."
    )


def cosine(E, place, gradient, angles, slopes):
    """Show the gradient on the map, and the slope against the angle from it."""
    figure = Figure(figsize=(9, 3.8))
    left, right = figure.subplots(1, 2)
    scale(figure, heights(left, E), left)
    left.plot(*place, "o", color=COLOURS["theory"])
    for sign, colour, text in ((1, "error", "gradient"), (-1, "weight", "descent")):
        end = place + sign * gradient / np.linalg.norm(gradient)
        left.annotate(
            "", end, place, arrowprops={"arrowstyle": "->", "color": COLOURS[colour], "lw": 2.5}
        )
        label(left, text, end, (4, 4), color=COLOURS[colour])
    degrees = np.rad2deg(angles)
    right.plot(degrees, np.linalg.norm(gradient) * np.cos(angles), "--", color=COLOURS["theory"])
    right.plot(degrees, slopes, "o", color=COLOURS["error"], markersize=4)
    right.set(xlabel="angle θ from the gradient (degrees)", ylabel="measured slope")
    right.set_xticks(range(0, 361, 90))
    left.set_title("Uphill is across the contour lines")
    right.set_title("Slope = |gradient| · cos θ")
    return figure, (
        f"Left: the gradient at {number(place[0])}, {number(place[1])} stands across the contour lines. Right: 72 measured "
        f"slopes lie on a cosine of height {np.linalg.norm(gradient):.3f}."
    )


def draw_walks(axes, walks, until=None, height=None):
    """Draw the walks of several starts up to a step, a marker and a line style for each.

    In a 3-D picture `height` turns their losses into heights.
    """
    lines, kept = [], slice(None if until is None else until + 1)
    for start, (marker, style) in enumerate(zip("o^", ("-", "--"), strict=True)):
        path = list(walks.points[kept, start].T)
        path += [height(walks.losses[kept, start])] if height else []
        drawn = {"color": COLOURS["weight"], "zorder": 10}
        lines += axes.plot(*path, style, linewidth=2, **drawn)
        last = [along[-1:] for along in path]
        lines += axes.plot(*last, marker, markersize=8, markeredgecolor="white", **drawn)
    return lines


def two_walks(E, walks):
    """Show two walks on the surface in 3-D and on the map."""
    figure = Figure(figsize=(9, 4.2))
    figure.get_layout_engine().set(rect=(0, 0, 1, 0.97))  # the 3-D axes push the titles up
    left = figure.add_subplot(1, 2, 1, projection="3d")
    right = figure.add_subplot(1, 2, 2)
    landscape(left, E)
    scale(figure, heights(right, E), right)
    draw_walks(right, walks)
    draw_walks(left, walks, height=lambda losses: np.minimum(losses, 1.5) + 0.02)
    for start in (0, 1):
        label(right, f"$p_{start + 1}$", walks.points[0, start], (5, 3))
    first, second = walks.losses[-1]
    left.set_title("Two starts …")
    right.set_title(f"… two minima: {first:.3f} and {second:.3f}")
    ends = " and ".join(f"({number(p[0], '.2f')}, {number(p[1], '.2f')})" for p in walks.points[-1])
    return (
        figure,
        f"Two walks from random starts end at {ends}, with losses {first:.3f} and {second:.3f}.",
    )


def walk_frames(E, walks, steps):
    """Return figure, drawing function, frames and alternative text of the animated walks."""
    figure = Figure(figsize=(3.6, 3.6), dpi=75)
    axes = figure.subplots()
    heights(axes, E)
    drawn = []

    def draw(step):
        while drawn:
            drawn.pop().remove()
        drawn.extend(draw_walks(axes, walks, step))
        axes.set_title(f"step {step}")

    first, second = walks.losses[max(steps)]
    alt = f"Animation of both walks over {max(steps)} steps; the losses end at {first:.3f} and {second:.3f}."
    return figure, draw, steps, alt


def film_strip(E, walks, steps):
    """Show both walks after each of the given steps."""
    figure = Figure(figsize=(11, 3.5))
    parts = []
    panels = figure.subplots(1, len(steps), sharey=True)
    for axes, step in zip(panels, steps, strict=True):
        bands = heights(axes, E)
        draw_walks(axes, walks, step)
        first, second = walks.losses[step]
        axes.set(title=f"step {step}: {first:.2f}, {second:.2f}", ylabel="")
        parts.append(f"after {step} steps {first:.2f} and {second:.2f}")
    panels[0].set_ylabel("$w_2$")
    scale(figure, bands, panels)
    return figure, f"The two walks at {len(steps)} moments, with their losses: {'; '.join(parts)}."


def basins(E, axis, second, ends, losses):
    """Show which start leads to which of two minima; `second` is true where it is the second."""
    figure = Figure(figsize=(5.6, 5))
    axes = figure.subplots()
    colours = ListedColormap([COLOURS["class_0"], COLOURS["class_1"]])
    axes.imshow(second, cmap=colours, alpha=0.7, origin="lower", extent=(*axis[[0, -1]],) * 2)
    lines = contours(axes, E)
    axes.clabel(lines, LEVELS[4::2], colors=COLOURS["theory"], fmt="%g", fontsize=9)
    axes.grid(False)
    for end, loss, marker in zip(ends, losses, "o^", strict=True):
        axes.plot(*end, marker, color=COLOURS["theory"], markersize=8)
        label(axes, f"E = {loss:.3f}", end, (8, 6))
    shares = f"{(~second).mean():.0%} and {second.mean():.0%}"
    axes.set_title(f"A curved border: {shares} of the starts")
    return figure, (
        f"Map of {second.size:,} starts, each walked until it arrived: {shares} reach the minima with "
        f"loss {losses[0]:.3f} and {losses[1]:.3f}."
    )


def contraction(kappas, measured):
    """Show the measured factor per step against the theory."""
    figure = Figure(figsize=(7, 3.8))
    axes = figure.subplots()
    fine = np.geomspace(1.01, kappas[-1] * 1.3, 200)
    axes.semilogx(fine, (fine - 1) / (fine + 1), "--", color=COLOURS["theory"])
    axes.semilogx(kappas, measured, "o", color=COLOURS["weight"])
    label(axes, "theory (κ − 1)/(κ + 1)", (fine[110], (fine[110] - 1) / (fine[110] + 1)), (10, -8))
    axes.set(xlabel="condition number κ", ylabel="distance after / before a step", ylim=(0, 1.05))
    axes.set_title("The longer the ravine, the closer the factor is to 1")
    parts = ", ".join(f"{m:.3f} at κ = {k:g}" for k, m in zip(kappas, measured, strict=True))
    return figure, f"Measured shrink factors on the theoretical curve: {parts}."


def real_bowls(raw, standardized, target, bowls):
    """Show the contours of both real bowls, with the descent on each."""
    figure = Figure(figsize=(10, 4))
    panels, levels = figure.subplots(1, 2), 10 ** np.arange(0, 5.1, 0.5)
    style = {"cmap": HEIGHT, "norm": BoundaryNorm(levels, 256, extend="both"), "extend": "both"}
    for axes, X, (name, (kappa, steps, walk)) in zip(
        panels, (raw, standardized), bowls.items(), strict=True
    ):
        best = np.linalg.lstsq(X, target, rcond=None)[0]
        reach = 1.15 * np.abs(best).max()
        axis = np.linspace(-reach, reach, 81)
        w = np.stack(np.meshgrid(best[0] + axis, best[1] + axis), axis=-1)
        away = w - best
        above = np.einsum("...j,jk,...k->...", away, X.T @ X / len(X), away) / 2
        bands = axes.contourf(*w.T, above.T, levels, **style)
        axes.contour(*w.T, above.T, levels, colors=COLOURS["muted"], linewidths=0.6)
        axes.plot(*walk.points.T, "o-", color=COLOURS["weight"], markersize=3, linewidth=1)
        axes.set(xlabel="weight of the body mass index", ylabel="weight of cholesterol")
        axes.set_aspect("equal")
        axes.grid(False)
        axes.set_title(f"{name}: κ = {kappa:.1f}, {steps} steps to 1 %")
    scale(figure, bands, panels, "loss above its minimum")
    texts = [
        f"{name} κ = {kappa:.1f}, {steps} steps to 1 %" for name, (kappa, steps, _) in bowls.items()
    ]
    return figure, f"Contours of the loss over two weights with the descent: {'; '.join(texts)}."


def fastest(counts_of):
    """Return the name with the smallest median, and those that are not clearly behind it."""
    first = min(counts_of, key=lambda name: np.median(counts_of[name]))
    gaps = {n: paired_difference(c, counts_of[first], "median") for n, c in counts_of.items()}
    return [name for name, gap in gaps.items() if gap.low <= 0]


def batches(by_batch, needed):
    """Show the distance to the minimum by pass, for each batch size on each bowl.

    by_batch: {bowl: {batch size: distances relative to the first, shape (passes, runs)}}, of which
    medians and middle halves are drawn. needed: {bowl: {batch size: passes to 5 %, one per run}}.
    """
    figure = Figure(figsize=(10, 4))
    whole, some, one = next(iter(by_batch.values()))
    styles = {
        whole: ("theory", "-", "full batch"),
        some: ("weight", "--", f"batches of {some}"),
        one: ("error", ":", "single samples"),
    }
    texts = []
    panels = figure.subplots(1, len(by_batch), sharey=True)
    for axes, (bowl, sizes) in zip(panels, by_batch.items(), strict=True):
        for size, distances in sizes.items():
            colour, line, text = styles[size]
            low, middle, high = np.quantile(distances, [0.25, 0.5, 0.75], axis=1)
            passes = np.arange(1, len(middle) + 1)
            axes.plot(passes, middle, line, color=COLOURS[colour], label=text)
            axes.fill_between(passes, low, high, color=COLOURS[colour], alpha=0.2, linewidth=0)
        axes.axhline(0.05, color=COLOURS["muted"], linewidth=1)
        medians = [f"{styles[n][2]} {np.median(c):.1f}" for n, c in needed[bowl].items()]
        ticks = [1, 2, 5, 10, 20, 50, 100]
        axes.set(xscale="log", yscale="log", xlim=(0.9, 130), ylim=(2e-3, 1.2))
        axes.set_xticks(ticks, labels=ticks)
        axes.minorticks_off()
        axes.set(xlabel="passes over the data")
        ahead = fastest(needed[bowl])
        names = " and ".join(styles[size][2] for size in ahead)
        found = (
            "no size gets within 5 % first"
            if len(ahead) == len(sizes)
            else f"fewest passes with {names}"
        )
        axes.set_title(f"{bowl} bowl: {found}", fontsize=11)
        label(axes, "5 %", (100, 0.05), (0, 3), color=COLOURS["muted"])
        texts.append(f"{bowl} bowl: {', '.join(medians)}")
    panels[0].set_ylabel("distance, relative to the first\n(median, middle half)")
    panels[-1].legend(loc="upper right")
    return figure, (
        f"Distance to the minimum by pass for batches of {whole}, {some} and {one}, each at its best rate. "
        f"Median passes to 5 %, {'; '.join(texts)}."
    )


def optimizers(steps):
    """Show the steps that each method needs on each bowl, with the median's interval."""
    figure = Figure(figsize=(11, 3.4))
    texts = []
    panels = figure.subplots(1, len(steps), sharey=True)
    for axes, (bowl, counts_of) in zip(panels, steps.items(), strict=True):
        parts = []
        for row, (name, counts) in enumerate(counts_of.items()):
            value, low, high = median_interval(counts)
            offsets = row + np.linspace(-0.3, 0.3, len(counts))
            marker = "os^vP"[row]
            axes.plot(counts, offsets, marker, color=COLOURS["weight"], alpha=0.3, markersize=3)
            spread = [[value - low], [high - value]]
            axes.errorbar(value, row, xerr=spread, fmt="D", color=COLOURS["theory"], capsize=5)
            parts.append(f"{name} {value:.1f}")
        ticks = [2, 5, 10, 20, 50, 100, 200]
        axes.set(xscale="log", xlim=(1.5, 330), xlabel="steps; diamond: median, 95 %")
        axes.set_xticks(ticks, labels=ticks)
        axes.minorticks_off()
        axes.set_yticks(range(len(counts_of)), labels=list(counts_of))
        ahead = "\nand ".join(fastest(counts_of))
        axes.set_title(f"{bowl}: fewest with\n{ahead}", fontsize=11)
        texts.append(f"{bowl}: {', '.join(parts)}")
    panels[0].invert_yaxis()
    return figure, f"Median steps of {len(counts)} random starts. {'; '.join(texts)}."


def one_walk(E, walk, learning_rate):
    """Show one walk on the map; for the slider."""
    figure = Figure(figsize=(5.6, 4.6))
    axes = figure.subplots()
    scale(figure, heights(axes, E), axes)
    axes.plot(*walk.points[:, 0].T, "o-", color=COLOURS["weight"], markersize=3, linewidth=1)
    end, loss = walk.points[-1, 0], walk.losses[-1, 0]
    axes.set_title(f"η = {learning_rate:.2f}: E = {loss:.3f} after {len(walk.points) - 1} steps")
    place = f"({number(end[0], '.2f')}, {number(end[1], '.2f')})"
    return (
        figure,
        f"The walk with learning rate {learning_rate:.2f} is at {place}, loss {loss:.3f}.",
    )
