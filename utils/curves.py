"""Curves in the plane: a boundary traced on a grid, and how straight or bent a polyline is.

What `utils.regions` does exactly for relu can only be traced for tanh. First used in chapter 06.
"""

import numpy as np

from utils.keras_checks import activation_name
from utils.validation import check_array, check_count, fail, refuse_overflow

# The value of an output where its z is 0; of all others it is 0.
LEVELS = {"sigmoid": 0.5, "hard_sigmoid": 0.5, "sparse_sigmoid": 0.5}
# Outputs that are never negative or never positive, or 0 for a whole range of z.
WITHOUT_BOUNDARY = (
    *("relu", "relu6", "softplus", "squareplus", "sparse_plus", "exponential", "log_sigmoid"),
    *("hard_shrink", "soft_shrink", "log_softmax", "sparsemax"),
)


def grid_boundary(model, bounds, points=400):
    """Return the decision boundary of any Keras model with two inputs, traced on a grid.

    model: one output, whose boundary is where it is 0 (where it is 0.5 behind a sigmoid, also a
        hard or sparse one), or two outputs with softmax (where they are equal).
    bounds: the rectangle (x1_min, x1_max, x2_min, x2_max).
    points: grid points along each side, at least 2.

    Returns a list of polylines, arrays of shape (k, 2); a closed one repeats its first point. Each
    point lies on a line of the grid, where it is enclosed up to the rounding of the
    model (float32: 7 digits); between the points the boundary may bend. What fits between grid
    points is missed. Raises `ValueError` for another number of outputs, NaN, or an output that does
    not change its sign, such as relu. First shown in chapter 06.
    """
    import contourpy

    left, right, bottom, top = limits = check_array("bounds", bounds, shape=(4,))
    if not (left < right and bottom < top):
        fail("bounds", "(x1_min, x1_max, x2_min, x2_max), each minimum below its maximum", limits)
    points = check_count("points", points, minimum=2, maximum=10_000)
    score = _score(model)
    x, y = np.linspace(left, right, points), np.linspace(bottom, top, points)
    z = score(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)).reshape(points, points)
    lines = contourpy.contour_generator(x, y, z, line_type="Separate").lines(0.0)
    corner, cell = np.array([left, bottom]), np.array([x[1] - x[0], y[1] - y[0]])
    return [_thinned(_moved(score, line, corner, cell), cell) for line in lines]


def _score(model):
    """Return a function of points (N, 2) that gives the number whose sign decides the class."""
    import keras

    if not isinstance(model, keras.Model):
        fail("model", "a Keras model with two inputs", model)
    activation = activation_name(model.layers[-1])
    if activation in WITHOUT_BOUNDARY:
        fail("model", "a model whose output changes its sign at the boundary", activation)

    def score(points):
        blocks = np.array_split(points, len(points) // 20_000 + 1)  # bounds the memory
        blocks = [keras.ops.convert_to_numpy(model(block)) for block in blocks]
        output = np.concatenate(blocks).astype(np.float64)
        if not np.isfinite(output).all():
            fail("model", "a model whose output is finite", output)
        if activation == "softmax" and output.shape[1:] == (2,):
            return output[:, 1] - output[:, 0]
        if activation == "softmax" or output.shape[1:] != (1,):
            fail("model", "a model with one output, or two with softmax", output)
        return output[:, 0] - LEVELS.get(activation, 0)

    return score


def _moved(score, line, corner, cell, steps=6, parts=16):
    """Return a contour line of the grid with its points moved to where `score` changes its sign.

    Each point stands on a grid line between two grid points, and is moved between these. The grid
    begins at `corner`; its cells have the sides `cell`, of which 16^-6 is left in doubt. A step
    cuts into 16 parts, not 2: a call of the model on 15 times the points takes hardly longer.
    """
    place = (line - corner) / cell  # whole numbers but for the coordinate along the grid line
    across = np.abs(place - np.round(place))
    along = across == across.max(axis=1, keepdims=True)
    start = corner + cell * np.where(along, np.floor(place), np.round(place))
    end = start + cell * along
    positive = score(start) > 0
    between = positive != (score(end) > 0)  # not where a grid point itself has the score 0
    inner = np.arange(1, parts)[:, np.newaxis, np.newaxis] / parts
    for _ in range(steps):
        points = start + inner * (end - start)
        alike = (score(points.reshape(-1, 2)) > 0).reshape(len(points), -1) == positive
        before = np.logical_and.accumulate(alike).sum(axis=0)[:, np.newaxis]
        part = (end - start) / parts
        start, end = start + before * part, start + (before + 1) * part
    return np.where(between[:, np.newaxis], (start + end) / 2, line)


def _thinned(line, cell):
    """Return `line` without the points that are closer than a quarter cell to the one before.

    Where a contour passes a grid point there are two points so near that rounding alone decides
    the direction of the segment between them. The last point stays.
    """
    kept = [line[0]]
    for point in line[1:-1]:
        if min(np.hypot(*((point - near) / cell)) for near in (kept[-1], line[-1])) > 0.25:
            kept.append(point)
    return np.array([*kept, line[-1]])


@refuse_overflow("polyline")
def turning_angles(polyline):
    """Return the angle by which a polyline turns at each inner corner, in radians, in (−π, π].

    polyline: array of shape (k, 2), k ≥ 2; points that repeat the one before are skipped. A turn
    to the left is positive. If the last point is the first, the corner there counts too, and the
    angles of a closed curve that does not cross itself add up to ±2π. First shown in chapter 06.
    """
    polyline = _check_polyline("polyline", polyline)
    steps = np.diff(polyline, axis=0)
    steps = steps[np.any(steps != 0, axis=1)]
    if len(steps) and np.array_equal(polyline[0], polyline[-1]):
        steps = np.vstack([steps, steps[:1]])
    (x0, y0), (x1, y1) = steps[:-1].T, steps[1:].T
    return np.arctan2(x0 * y1 - y0 * x1, x0 * x1 + y0 * y1)


@refuse_overflow("curves and polylines")
def largest_deviation(curves, polylines):
    """Return the largest distance of a point of `curves` from the nearest of the `polylines`.

    Both are lists of arrays of shape (k, 2). With curves traced on a fine grid and the segments
    of `utils.regions.decision_boundary` it says how far the zero set departs from the segments.
    First shown in chapter 06.
    """
    for name, lines in {"curves": curves, "polylines": polylines}.items():
        if not isinstance(lines, (list, tuple)):
            fail(name, "a list of polylines", lines)
    points = [_check_polyline("curves", curve) for curve in curves]
    if not points or not len(polylines):
        fail("curves and polylines", "lists of at least one polyline each", [curves, polylines])
    points = np.concatenate(points)
    nearest = np.full(len(points), np.inf)
    for polyline in polylines:
        polyline = _check_polyline("polylines", polyline)
        for start, end in zip(polyline[:-1], polyline[1:], strict=True):
            nearest = np.minimum(nearest, _distance(points, start, end))
    return float(nearest.max())


def _distance(points, start, end):
    """Return the distances of `points`, shape (N, 2), from the segment from `start` to `end`."""
    along = end - start
    length = max(along @ along, np.finfo(float).tiny)
    share = np.clip((points - start) @ along / length, 0, 1)
    return np.hypot(*(points - start - share[:, np.newaxis] * along).T)


def _check_polyline(name, polyline):
    array = check_array(name, polyline, shape=(None, 2))
    if len(array) < 2:
        fail(name, "of at least two points", array)
    return array
