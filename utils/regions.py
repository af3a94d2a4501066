"""Exact geometry of a relu network in the plane: its linear regions and its decision boundary.

A network of relu or leaky_relu neurons with two inputs is linear wherever no neuron switches
between active and inactive. `linear_regions` gives these polygons, `decision_boundary` the
straight segments on which the network's output is 0. First shown in chapter 06; for the theory
see Montúfar, Pascanu, Cho & Bengio (2014), "On the number of linear regions of deep neural
networks", sections 2 and 3.

The geometry is computed in float64 from the model's weights. What is smaller than about 1e-12 of
the rectangle's sides is below rounding error and is not resolved.
"""

import dataclasses

import numpy as np

from utils.layer_chain import read_chain
from utils.subdivision import cut, join, zero_edges
from utils.validation import check_array, fail


@dataclasses.dataclass(frozen=True, eq=False)
class LinearRegion:
    """A convex polygon on which the network is linear: output = gradient · x + offset.

    A region is where one activation pattern holds. Neighbours differ in their patterns, but may
    have the same gradient and offset: where a neuron switches whose signal nothing listens to,
    because the units behind it are dead or their weights are 0.
    """

    polygon: np.ndarray  # (corners, 2), counter-clockwise, the first corner not repeated
    pattern: np.ndarray  # (neurons,) of bool, layer by layer: whether z > 0 inside
    gradient: np.ndarray  # (2,) for one output, else (outputs, 2)
    offset: np.ndarray  # () for one output, else (outputs,)

    @property
    def area(self):
        """The polygon's area (the shoelace formula, about a corner to keep digits)."""
        x, y = (self.polygon - self.polygon[0]).T
        return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2

    def output(self, x):
        """Return what the region's linear map gives for points `x`, shape (N, 2)."""
        return check_array("x", x, shape=(None, 2)) @ self.gradient.T + self.offset


def linear_regions(model, bounds):
    """Return a list of `LinearRegion`: the polygons on which the network is linear.

    model: a built Keras model with two inputs: a chain of Dense layers with relu or leaky_relu
        (as activation or as Activation, ReLU, LeakyReLU layers) or linear ones. Behind a sigmoid
        or softmax output the linear maps are those of the logits.
    bounds: the rectangle (x1_min, x1_max, x2_min, x2_max), as Matplotlib's `extent`.

    The rectangle is cut by every neuron, layer by layer; the polygons fill it exactly. Raises
    `ValueError` if a layer is none of these (tanh, for example) or its weights are not finite.
    First shown in chapter 06.
    """
    corners = _corners(bounds)
    stages, _ = read_chain(model, _grid(corners))
    faces, signals, patterns = _subdivide(stages, corners)
    gradients, offsets = _linear_maps(stages, patterns)
    polygons = [signals[face, :2] for face in faces]
    regions = list(map(LinearRegion, polygons, patterns, gradients, offsets))
    # Where lines almost coincide, as those of 0.1 and 0.3 do in float32, rounding makes crumbs.
    crumb = 1e-24 * np.prod(corners[2] - corners[0])
    return [region for region in regions if region.area > crumb]


def decision_boundary(model, bounds):
    """Return the network's zero set as a list of polylines, arrays of shape (k, 2).

    model, bounds: as for `linear_regions`. The model has one output, linear or sigmoid (whose
        level 0.5 is where the logit is 0), or two with softmax (equal logits).

    Between two points of a polyline the boundary is exactly straight: each segment is the piece
    within one linear region. A polyline ends at the rectangle's border or where more than two
    segments meet; a closed one repeats its first point. Where the output is 0 on a whole area,
    its outline is returned. The list is empty if the output has no zero. First shown in
    chapter 06.
    """
    corners = _corners(bounds)
    stages, output_activation = read_chain(model, _grid(corners))
    faces, signals, _ = _subdivide(_with_one_output(stages, output_activation), corners)
    signals, _, _ = cut(faces, signals, column=2)
    chains = join(zero_edges(faces, signals[:, 2]))
    return [signals[chain, :2] for chain in chains]


def _corners(bounds):
    """Return the rectangle's corners, counter-clockwise, shape (4, 2)."""
    left, right, bottom, top = limits = check_array("bounds", bounds, shape=(4,))
    if not (left < right and bottom < top):
        fail("bounds", "(x1_min, x1_max, x2_min, x2_max), each minimum below its maximum", limits)
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top]])


def _grid(corners, points=5):
    """Return points² points spread over the rectangle, shape (points², 2)."""
    x, y = np.linspace(corners[0], corners[2], points).T
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _with_one_output(stages, output_activation):
    """Return the stages with the last one reduced to the output whose sign decides the class."""
    last = stages[-1]
    outputs = len(last.bias)
    if (outputs, output_activation) == (2, "softmax"):
        weights, bias = last.weights @ [[-1], [1]], last.bias @ [[-1], [1]]
        return [*stages[:-1], dataclasses.replace(last, weights=weights, bias=bias)]
    if outputs != 1 or output_activation == "softmax":
        raise ValueError(
            f"model must have one linear or sigmoid output, or two with softmax, for a decision "
            f"boundary, got {outputs} with {output_activation}"
        )
    return stages


def _subdivide(stages, corners):
    """Cut the rectangle by every neuron of the stages.

    Returns the polygons as lists of vertex numbers; the position and the output at each vertex,
    shape (vertices, 2 + outputs); and the patterns, shape (polygons, neurons).
    """
    faces, patterns = [[0, 1, 2, 3]], np.zeros((1, 0), bool)
    positions = a = corners
    for stage in stages:
        z, noise = stage.preactivation(a)
        signals = np.hstack([positions, z])
        if stage.slope != 1:
            for column in range(2, signals.shape[1]):
                signals, crossed, active = cut(faces, signals, column, noise[column - 2])
                patterns = np.concatenate([patterns, patterns[crossed]])
                patterns = np.column_stack([patterns, active])
        positions, a = signals[:, :2], stage.activation(signals[:, 2:])
    return faces, np.hstack([positions, a]), patterns


def _linear_maps(stages, patterns):
    """Return the gradients and offsets of the linear maps that hold under the patterns.

    Shapes (polygons, outputs, 2) and (polygons, outputs), or without the axis of outputs if
    there is one output.
    """
    maps = np.eye(3)[np.newaxis, :, :2]  # rows: the gradient's two entries and the offset
    first = 0
    for stage in stages:
        maps = maps @ stage.weights
        maps[:, 2] += stage.bias
        if stage.slope != 1:
            last = first + len(stage.bias)
            active = patterns[:, np.newaxis, first:last]
            maps, first = np.where(active, maps, stage.slope * maps), last
    maps = np.broadcast_to(maps, (len(patterns), *maps.shape[1:]))
    if maps.shape[2] == 1:
        return maps[:, :2, 0], maps[:, 2, 0]
    return maps[:, :2].transpose(0, 2, 1), maps[:, 2]
