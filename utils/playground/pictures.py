"""The playground's pictures. Each function returns `(figure, alt)`: a figure and what it shows.

They are drawn many times a second: fixed axes instead of a layout engine, few artists, no
mathtext, and a PNG that is compressed little.
"""

import io

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from utils.playground.settings import BOUNDS, FEATURES
from utils.plotting import COLOURS, number
from utils.regions import linear_regions

CLASSES = LinearSegmentedColormap.from_list(
    "classes", [COLOURS["class_0"], "#F7F7F7", COLOURS["class_1"]]
)
GRID, SMALL_GRID = 80, 30  # points a side, of the decision map and of a neuron's own map
FINITE = 1e30
# The network's picture, in units of nearly an inch: width and height, and where its rows stand.
WIDTH, HEIGHT = 7.7, 4.5
KEY, LOWEST, HIGHEST, HEADINGS, TITLE = 0.16, 0.32, 3.88, 4.0, 4.26
KEY_WORDS = (
    (0.4, "negative z or weight"),
    (2.6, "positive z or weight      thick line: large weight for its layer"),
)


def grid(points):
    """Return points² points of the drawn square, row by row from below, shape (points², 2).

    They are the centres of the pixels that an image with the extent `BOUNDS` has.
    """
    share = (np.arange(points) + 0.5) / points
    x1, x2 = (low + share * (high - low) for low, high in (BOUNDS[:2], BOUNDS[2:]))
    return np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2)


def png(figure):
    """Return `figure` as the bytes of a PNG, quickly rather than small."""
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", pil_kwargs={"compress_level": 1})
    return drawn.getvalue()


def decision_map(session, discretize=False, show_test=True, regions=False):
    """Draw the network's output over the plane, the points, and the linear regions if wanted."""
    figure = Figure(figsize=(4.2, 4.2), layout="none")
    axes = figure.add_axes((0.1, 0.09, 0.87, 0.84))
    z = _finite(session.signals(grid(GRID))[-1]).reshape(GRID, GRID)
    shown = np.where(z > 0, 1, -1) if discretize else np.tanh(z / 2)
    axes.imshow(shown, cmap=CLASSES, vmin=-1.6, vmax=1.6, origin="lower", extent=BOUNDS)
    if z.min() < 0 < z.max():
        axes.contour(z, [0], colors="black", linewidths=1.5, extent=BOUNDS, origin="lower")
    number_of_regions = _draw_regions(axes, session) if regions else None
    _draw_points(axes, session.train, edge="black")
    if show_test:
        _draw_points(axes, session.test, edge="white")
    axes.set(xlim=BOUNDS[:2], ylim=BOUNDS[2:], xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    axes.grid(False)
    axes.text(0.97, -0.035, "x₁", transform=axes.transAxes, ha="right", va="top")
    axes.text(-0.035, 0.97, "x₂", transform=axes.transAxes, ha="right", va="top")
    right = [accuracy(session, data) for data in (session.train, session.test)]
    axes.set_title(f"Output: {right[1]:.0%} of the test points right", fontsize=11)
    alt = (
        f"Decision map after epoch {session.last.epoch}: {right[0]:.0%} of the training points "
        f"and {right[1]:.0%} of the test points lie on the right side."
    )
    if number_of_regions is not None:
        alt += f" The network is linear on each of {number_of_regions} polygons."
    return figure, alt


def accuracy(session, data):
    """Return the share of the points of `data` whose class the network gets right."""
    return float(((session.signals(data.x)[-1][:, 0] > 0) == data.y).mean())


def why_no_regions(settings):
    """Return why linear regions cannot be drawn for `settings` as a sentence, or ""."""
    if settings.features != ("x1", "x2"):
        return "Linear regions are drawn for the features x₁ and x₂ alone."
    if settings.activation not in ("relu", "leaky_relu", "purelin"):
        return f"A network of {settings.activation} has no linear regions: its pieces are curved."
    return ""


def network_map(session):
    """Draw the network: each neuron's own map of the plane, and the weights between them.

    A map shows z, the sum before the activation, scaled to its own largest size: so the colour of
    its sign is seen where relu would answer 0.
    """
    figure = Figure(figsize=(7.2, 4.2), layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    columns = _columns(session)
    spots = [_spots(len(maps), column, len(columns)) for column, maps in enumerate(columns)]
    _draw_lines(axes, session.model.get_weights()[::2], spots)
    most = max(len(column) for column in columns)
    half = min(0.36, 0.42 * (HIGHEST - LOWEST) / most, 2.6 / len(columns))
    for maps, places in zip(columns, spots, strict=True):
        for image, (x, y) in zip(maps, places, strict=True):
            extent = (x - half, x + half, y - half, y + half)
            axes.imshow(
                image, cmap=CLASSES, vmin=-1.6, vmax=1.6, origin="lower", extent=extent, zorder=2
            )
    axes.set(xlim=(0, WIDTH), ylim=(0, HEIGHT), aspect="equal")
    axes.axis("off")
    for name, (x, y) in zip(session.settings.features, spots[0], strict=True):
        axes.text(x - half - 0.06, y, FEATURES[name].label, ha="right", va="center", fontsize=9)
    _write_headings(axes, spots)
    hidden = session.settings.hidden_units
    alt = (
        f"The network: {len(session.settings.features)} features, "
        f"{len(hidden)} hidden layers ({', '.join(map(str, hidden)) or 'no'} neurons), one "
        "output; each neuron with its own map of the plane. Blue is a negative z or weight, "
        "orange a positive one; thick lines are weights that are large for their layer."
    )
    return figure, alt


def loss_curves(session):
    """Draw the loss on training and on test data, epoch by epoch."""
    figure = Figure(figsize=(4.2, 2.5), layout="none")
    axes = figure.add_axes((0.12, 0.2, 0.64, 0.65))
    epochs = [record.epoch for record in session.history]
    last = session.last
    for name, colour, style, up in (
        ("train", COLOURS["signal"], "-", last.train_loss > last.test_loss),
        ("test", COLOURS["error"], "--", last.train_loss <= last.test_loss),
    ):
        losses = [getattr(record, f"{name}_loss") for record in session.history]
        losses = np.where(np.isfinite(losses), losses, np.nan)
        axes.plot(epochs, losses, style, color=colour)
        if np.isfinite(losses[-1]):
            axes.annotate(
                f"{name} {losses[-1]:.3f}",
                (1, losses[-1]),
                xycoords=("axes fraction", "data"),
                xytext=(4, 5 if up else -5),
                textcoords="offset points",
                va="center",
                fontsize=9,
                color=colour,
            )
    axes.set_xlabel("epoch", fontsize=9)
    axes.set_ylim(0, 1.2 * axes.get_ylim()[1])
    axes.set_xlim(0, max(epochs[-1], 1))
    axes.tick_params(labelsize=9)
    axes.set_title("Loss (binary cross-entropy)", fontsize=11)
    alt = (
        f"Loss after epoch {last.epoch}: {number(last.train_loss, '.3f')} on the training data, "
        f"{number(last.test_loss, '.3f')} on the test data."
    )
    return figure, alt


def layer_bars(session):
    """Draw the gradient norm of each layer, and the share of saturated and of dead units."""
    figure = Figure(figsize=(7.2, 2.5), layout="none")
    last, relu = session.last, session.settings.activation == "relu"
    word, still = ("inactive", "dead") if relu else ("saturated", "fully saturated")
    layers = [f"layer {n}" for n in range(1, len(last.saturated) + 1)]
    left = figure.add_axes((0.1, 0.15, 0.38, 0.7))
    norms = np.array(last.gradient_norms)
    norms = np.where(np.isfinite(norms), np.clip(norms, 1e-8, FINITE), np.nan)
    left.set_yscale("log")  # before there are ticks to be made anew
    left.bar(range(len(norms)), norms, color=COLOURS["error"], width=0.6)
    left.set_ylim(1e-6, max(10, 3 * np.nanmax(norms, initial=1)))
    left.set_yticks((1e-6, 1e-4, 1e-2, 1), ("10⁻⁶", "10⁻⁴", "10⁻²", "1"))  # mathtext is slow
    left.minorticks_off()
    _label_layers(left, [*layers, "output"])
    left.set_title("Gradient norm by layer", fontsize=11)
    right = figure.add_axes((0.58, 0.15, 0.4, 0.7))
    places = np.arange(len(layers))
    for shift, shares, colour, name in (
        (-0.2, last.saturated, COLOURS["muted"], f"{word} signals"),
        (0.2, last.dead, COLOURS["theory"], f"{still} units"),
    ):
        bars = right.bar(places + shift, shares, width=0.38, color=colour, label=name)
        right.bar_label(bars, [f"{share:.0%}" for share in shares], fontsize=8)
    right.set_ylim(0, 1.35)
    right.set_yticks((0, 0.5, 1), ("0%", "50%", "100%"))
    _label_layers(right, layers)
    if layers:
        right.legend(loc="upper left", ncols=2, fontsize=8, borderaxespad=0.1, handlelength=1.5)
    right.set_title(f"Share of {word} signals by layer", fontsize=11)
    alt = (
        "Gradient norm from the first layer to the output: "
        + ", ".join(f"{norm:.2g}" for norm in last.gradient_norms)
        + f". Share of {word} signals in the hidden layers: "
        + (", ".join(f"{share:.0%}" for share in last.saturated) or "none")
        + f". Share of {still} units: "
        + (", ".join(f"{share:.0%}" for share in last.dead) or "none")
        + "."
    )
    return figure, alt


def _label_layers(axes, names):
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.6, max(len(names), 1) - 0.4)
    axes.tick_params(labelsize=8 if len(names) > 5 else 9)
    axes.grid(axis="x", visible=False)


def _columns(session):
    """Return the maps of features, hidden neurons and output, each scaled to −1 … 1."""
    points = grid(SMALL_GRID)
    layers = [session.settings.inputs(points), *session.signals(points)]
    columns = []
    for z in layers:
        z = _finite(z)
        scaled = z / np.maximum(np.abs(z).max(axis=0), 1e-9)
        columns.append(list(scaled.T.reshape(-1, SMALL_GRID, SMALL_GRID)))
    return columns


def _spots(units, column, columns):
    """Return the centres of a column's neurons from top to bottom."""
    x = 1.1 + 6.1 * column / max(columns - 1, 1)
    pitch = (HIGHEST - LOWEST) / units
    return [(x, HIGHEST - pitch * (unit + 0.5)) for unit in range(units)]


def _write_headings(axes, spots):
    """Write the title, what each column is, and the words of the key."""
    headings = ["features", *(f"layer {n}" for n in range(1, len(spots) - 1)), "output"]
    for heading, places in zip(headings, spots, strict=True):
        axes.text(places[0][0], HEADINGS, heading, ha="center", va="center", fontsize=10)
    for x, words in KEY_WORDS:
        axes.text(x + 0.36, KEY, words, va="center_baseline", fontsize=9)
    title = "Each square: one neuron’s z over the plane. Each line: a weight."
    place = {"x": KEY_WORDS[0][0] / WIDTH, "y": TITLE / HEIGHT, "pad": 0}
    axes.set_title(title, loc="left", fontsize=11, **place)


def _draw_lines(axes, weights, spots):
    """Draw the weights of all layers and the key's two colours, as one artist to be quick."""
    pairs = zip(spots[:-1], spots[1:], strict=True)
    lines = [[start, end] for here, there in pairs for start in here for end in there]
    lines += [[(x, KEY), (x + 0.3, KEY)] for x, _ in KEY_WORDS]
    sizes = [np.abs(_finite(W)) for W in weights]
    widths = [0.3 + 3 * size.ravel() / max(size.max(), 1e-9) for size in sizes]
    positive = np.concatenate([*(W.ravel() > 0 for W in weights), [False, True]])
    colours = np.where(positive, COLOURS["class_1"], COLOURS["class_0"])
    widths = np.concatenate([*widths, [7, 7]])
    axes.add_collection(LineCollection(lines, colors=colours, linewidths=widths, zorder=1))


def _draw_points(axes, data, edge):
    for label, marker in ((0, "o"), (1, "^")):
        x1, x2 = data.x[data.y == label].T
        axes.scatter(
            x1, x2, s=14, marker=marker, color=COLOURS[f"class_{label}"], edgecolors=edge, lw=0.5
        )


def _draw_regions(axes, session):
    """Draw the outlines of the linear regions; return their number, or None if there are none."""
    if why_no_regions(session.settings) or session.last.diverged:
        return None
    regions = linear_regions(session.model, BOUNDS)
    outlines = [np.vstack([region.polygon, region.polygon[:1]]) for region in regions]
    axes.add_collection(LineCollection(outlines, colors=COLOURS["theory"], linewidths=0.6))
    return len(regions)


def _finite(values):
    return np.nan_to_num(values, nan=0.0, posinf=FINITE, neginf=-FINITE)
