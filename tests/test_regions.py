"""Exact geometry against brute force on grids, closed forms, and the theory of arrangements.

The oracle of patterns is a forward pass in NumPy that knows nothing of polygons.
"""

import time
from collections import defaultdict

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from utils.regions import decision_boundary, linear_regions

layers = keras.layers
SQUARE = (-2.0, 2.0, -2.0, 2.0)
OBLONG = (3.0, 8.0, -1.0, 0.5)
SLOPES = {"relu": 0.0, "leaky_relu": 0.2}


def build(hidden, activation="relu", outputs=1, output_activation=None):
    stack = [layers.Dense(units, activation) for units in hidden]
    return keras.Sequential([keras.Input((2,)), *stack, layers.Dense(outputs, output_activation)])


def set_weights(model, arrays):
    model.set_weights([np.asarray(array, np.float32) for array in arrays])


def network(hidden, activation="relu", seed=0, bias=0.5, **output):
    """A network with normal weights, variance 2 / fan_in (He), and normal biases."""
    random = np.random.default_rng(seed)
    model = build(hidden, activation, **output)
    arrays = [
        random.normal(0, np.sqrt(2 / len(w)), w.shape)
        if w.ndim == 2
        else random.normal(0, bias, w.shape)
        for w in model.get_weights()
    ]
    set_weights(model, arrays)
    return model


def forward(model, x, slope=0.0):
    """All hidden z side by side, shape (N, neurons), and the output before its activation."""
    arrays = [w.astype(np.float64) for w in model.get_weights()]
    hidden = []
    for W, b in zip(arrays[:-2:2], arrays[1:-2:2], strict=True):
        hidden.append(x @ W + b)
        x = np.maximum(hidden[-1], 0) + slope * np.minimum(hidden[-1], 0)
    return np.hstack(hidden), x @ arrays[-2] + arrays[-1]


def grid(bounds, points):
    """The centres of points² equal cells of the rectangle, and the sides of a cell."""
    left, right, bottom, top = bounds
    share = (np.arange(points) + 0.5) / points
    x, y = np.meshgrid(left + share * (right - left), bottom + share * (top - bottom))
    return np.stack([x, y], -1), np.array([right - left, top - bottom]) / points


def points_inside(region, count=10, seed=0):
    """Random mixtures of the corners, at least a little from all edges."""
    share = np.random.default_rng(seed).dirichlet(np.ones(len(region.polygon)), count)
    return 0.9 * share @ region.polygon + 0.1 * region.polygon.mean(axis=0)


def area(bounds):
    return (bounds[1] - bounds[0]) * (bounds[3] - bounds[2])


def edges_of(regions):
    """Map each edge, as its two points in order, to the regions that have it."""
    owners = defaultdict(list)
    for region in regions:
        corners = [tuple(point) for point in region.polygon.tolist()]
        for a, b in zip(corners, corners[1:] + corners[:1], strict=True):
            owners[min(a, b), max(a, b)].append(region)
    return owners


CASES = [
    ((8,), "relu", 0.5, SQUARE),
    ((8, 8, 8, 8), "relu", 0.5, SQUARE),
    ((8, 8, 8, 8), "relu", 0.0, SQUARE),  # every line of the first layer meets the origin
    ((8, 8), "leaky_relu", 0.5, SQUARE),
    ((4, 4, 4, 4, 4, 4), "leaky_relu", 0.0, SQUARE),
    ((16, 16), "relu", 5.0, OBLONG),
    ((24, 24), "relu", 0.5, SQUARE),
]


@pytest.fixture(scope="module", params=CASES, ids=str)
def case(request):
    """A model, the slope of its activation, the bounds, and its regions."""
    hidden, activation, bias, bounds = request.param
    model = network(hidden, activation, bias=bias)
    return model, SLOPES[activation], bounds, linear_regions(model, bounds)


def test_polygons_are_convex_and_fill_the_rectangle(case):
    _, _, bounds, regions = case
    assert sum(region.area for region in regions) == pytest.approx(area(bounds), rel=1e-12)
    assert len(regions) > 10
    for region in regions:
        side = np.roll(region.polygon, -1, axis=0) - region.polygon
        following = np.roll(side, -1, axis=0)
        turn = side[:, 0] * following[:, 1] - side[:, 1] * following[:, 0]
        assert turn.min() > -1e-12, "counter-clockwise and convex"
        assert region.area > 0
        low, high = region.polygon.min(axis=0), region.polygon.max(axis=0)
        assert low[0] >= bounds[0] and high[0] <= bounds[1]
        assert low[1] >= bounds[2] and high[1] <= bounds[3]


def test_the_pattern_is_constant_inside_and_each_region_has_its_own(case):
    model, slope, _, regions = case
    for region in regions:
        z, _ = forward(model, points_inside(region), slope)
        clear = np.abs(z) > 1e-11  # thinner than that lies in a sliver's rounding error
        assert np.array_equal((z > 0)[clear], np.broadcast_to(region.pattern, z.shape)[clear])
    assert len({region.pattern.tobytes() for region in regions}) == len(regions)


def test_neighbours_share_edges_and_differ_in_one_neuron(case):
    """Generic lines do not coincide, so at an edge exactly one neuron switches.

    Without biases there is an exception: where all units of a layer are dead, z is 0 behind it.
    """
    model, slope, (left, right, bottom, top), regions = case
    all_dead_gives_0 = slope == 0 and not model.layers[0].get_weights()[1].any()
    inner = 0
    for (a, b), owners in edges_of(regions).items():
        if len(owners) == 2:
            inner += 1
            switching = (owners[0].pattern != owners[1].pattern).sum()
            assert switching == 1 or (switching > 1 and all_dead_gives_0)
        else:
            border = (a[0] == b[0] and a[0] in (left, right)) or (
                a[1] == b[1] and a[1] in (bottom, top)
            )
            assert len(owners) == 1 and border
    assert inner > len(regions) / 2


def test_the_linear_maps_reproduce_the_network(case):
    """The oracle is Keras itself, in float32."""
    model, _, _, regions = case
    x = np.concatenate([points_inside(region, 3) for region in regions])
    found = np.concatenate([region.output(points_inside(region, 3)) for region in regions])
    wanted = model.predict(x, verbose=0)[:, 0]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-6 * np.abs(wanted).max() + 1e-6)


def test_no_region_of_visible_size_is_missed(case):
    """Each pattern on a grid of 90,000 points has a region, whose area is its share of them."""
    model, slope, bounds, regions = case
    points, cell = grid(bounds, 300)
    z, _ = forward(model, points.reshape(-1, 2), slope)
    patterns, counts = np.unique(np.packbits(z > 0, axis=1), axis=0, return_counts=True)
    seen = {key.tobytes(): n for key, n in zip(patterns, counts, strict=True)}
    for region in regions:
        side = np.abs(np.roll(region.polygon, -1, axis=0) - region.polygon).sum(axis=0)
        n = seen.pop(np.packbits(region.pattern).tobytes(), 0)
        # The cells that an edge touches may go to either side.
        doubt = side @ cell[::-1] + 4 * cell.prod()
        assert abs(n * cell.prod() - region.area) <= doubt
    assert not seen


@pytest.mark.parametrize("units", [1, 2, 3, 5, 9])
def test_one_layer_reaches_the_bound_of_arrangements(units):
    """If all pairs of n lines meet inside, in different points: 1 + n + n(n − 1)/2 regions."""
    model = build([units])
    angle = np.pi * (np.arange(units) + 0.3) / units
    bias = 0.1 * np.random.default_rng(units).uniform(-1, 1, units)
    set_weights(model, [np.stack([np.cos(angle), np.sin(angle)]), bias, np.ones((units, 1)), [0.0]])
    assert len(linear_regions(model, SQUARE)) == 1 + units + units * (units - 1) // 2


def test_one_layer_never_exceeds_the_bound_of_arrangements():
    for units in (4, 12):
        for seed in range(10):
            count = len(linear_regions(network([units], seed=seed), SQUARE))
            assert units < count <= 1 + units + units * (units - 1) // 2


WHOLE = build([4, 3, 3])
SIZES = [w.shape for w in WHOLE.get_weights()]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-1, 1), min_size=43, max_size=43), st.integers(0, 2**31))
def test_small_whole_weights_are_the_worst_case(numbers, seed):
    """Lines through corners, along edges, on each other; dead units; areas where z is 0."""
    numbers = iter(numbers)
    arrays = [np.reshape([next(numbers) for _ in range(np.prod(s))], s) for s in SIZES]
    set_weights(WHOLE, arrays)
    bounds = (-1.0, 1.0, -2.0, 1.0)
    regions = linear_regions(WHOLE, bounds)
    assert sum(region.area for region in regions) == pytest.approx(area(bounds), rel=1e-12)
    assert len({region.pattern.tobytes() for region in regions}) == len(regions)
    for region in regions:
        assert region.area > 1e-3
        x = points_inside(region, seed=seed)
        z, output = forward(WHOLE, x)
        assert np.array_equal(z > 1e-9, np.broadcast_to(region.pattern, z.shape))
        np.testing.assert_allclose(region.output(x), output[:, 0], atol=1e-12)
    for a, b in pieces(decision_boundary(WHOLE, bounds)):
        middle = (a + b)[np.newaxis] / 2
        assert abs(forward(WHOLE, middle)[1]) < 1e-12


def pieces(polylines):
    return [pair for line in polylines for pair in zip(line[:-1], line[1:], strict=True)]


@pytest.mark.parametrize(
    ("kernel", "bias", "regions"),
    [
        ([[0, 0, 0], [0, 0, 0]], [0, 1, -1], 1),  # no neuron has a line
        ([[1, 1, 3], [2, 2, 6]], [0.5, 0.5, 1.5], 2),  # three times the same line
        ([[1, -1, 0.1], [2, -2, 0.2]], [0.5, -0.5, 0.05], 2),  # rounded in float32, and mirrored
        ([[1, 1, 0], [1, -1, 1]], [4, 0, 2], 2),  # a corner, the diagonal, an edge
        ([[1, 1, 1], [0, 0, 0]], [2, -2, -3], 1),  # along edges and outside
        ([[1e-30, 1, 1], [0, 1e-30, 1e30]], [0, 0, 0], 4),  # two lines, scales far apart
    ],
)
def test_degenerate_weights(kernel, bias, regions):
    model = build([3, 2])
    second = [np.array([[1, 0], [0, 0], [0, 0]]), np.zeros(2)]
    set_weights(model, [np.array(kernel, float), bias, *second, np.ones((2, 1)), [0.0]])
    found = linear_regions(model, SQUARE)
    assert len(found) == regions
    assert sum(region.area for region in found) == pytest.approx(16)
    decision_boundary(model, SQUARE)


def test_twins_that_cancel_switch_nothing_behind_them():
    """The second layer's z is 0 in theory and rounding error in practice."""
    random = np.random.default_rng(1)
    model, half = build([10, 3]), random.normal(size=(2, 5))
    kernel, bias = np.hstack([half, half]), np.tile(random.normal(size=5), 2)
    out = random.normal(size=(5, 3))
    set_weights(model, [kernel, bias, np.vstack([out, -out]), np.zeros(3), np.ones((3, 1)), [0.0]])
    alone = build([5])
    set_weights(alone, [half, bias[:5], np.ones((5, 1)), [0.0]])
    regions = linear_regions(model, SQUARE)
    assert len(regions) == len(linear_regions(alone, SQUARE))
    assert not any(region.pattern[10:].any() for region in regions)
    assert decision_boundary(model, SQUARE) == []


def test_twins_that_cancel_in_the_output_make_no_boundary():
    random = np.random.default_rng(2)
    for stack in ([layers.Dense(1)], [layers.Dense(3), layers.Dense(1)]):
        model = keras.Sequential([keras.Input((2,)), layers.Dense(10, "relu"), *stack])
        half, out = random.normal(size=(2, 5)), random.normal(size=(5, stack[0].units))
        bias = np.tile(random.normal(size=5), 2)
        rest = [np.zeros(stack[0].units), np.ones((3, 1)), [0.0]][: 2 * len(stack) - 1]
        set_weights(model, [np.hstack([half, half]), bias, np.vstack([out, -out]), *rest])
        assert decision_boundary(model, SQUARE) == []


def test_lines_that_almost_coincide_leave_no_crumbs():
    """Three times a weight, rounded to float32: n lines through the origin make 2n sectors."""
    model = build([3])
    for seed in range(20):
        kernel = np.random.default_rng(seed).uniform(-1, 1, (2, 3)).astype(np.float32)
        kernel[:, 1] = 3 * kernel[:, 0]
        set_weights(model, [kernel, np.zeros(3), np.ones((3, 1)), [0.0]])
        exact = kernel.astype(np.float64)
        rounded = exact[0, 0] * exact[1, 1] != exact[1, 0] * exact[0, 1]
        assert len(linear_regions(model, SQUARE)) == (6 if rounded else 4)


def test_neighbours_may_have_the_same_map():
    """A unit that nothing listens to makes a region, as the definition by patterns says."""
    model = build([1])
    set_weights(model, [[[1.0], [0.0]], [0.0], [[0.0]], [3.0]])
    right, left = linear_regions(model, SQUARE)
    assert right.pattern.all() and not left.pattern.any()
    assert right.polygon.min(axis=0)[0] == left.polygon.max(axis=0)[0] == 0
    assert np.array_equal(left.gradient, right.gradient) and left.offset == right.offset == 3


BOUNDARY_CASES = [
    ((8, 8, 8, 8), "relu", 2), ((16,), "relu", 0), ((8, 8), "leaky_relu", 1), ((24, 24), "relu", 3),
    ((6, 6, 6, 6), "leaky_relu", 5),
]  # fmt: skip


@pytest.fixture(scope="module", params=BOUNDARY_CASES, ids=str)
def boundary(request):
    """A model whose output is 0 at the median of a grid, its slope, and its polylines."""
    hidden, activation, seed = request.param
    model = network(hidden, activation, seed=seed)
    arrays = model.get_weights()
    values = forward(model, grid(SQUARE, 50)[0].reshape(-1, 2), SLOPES[activation])[1]
    set_weights(model, [*arrays[:-1], arrays[-1] - np.median(values)])
    return model, SLOPES[activation], decision_boundary(model, SQUARE)


def test_the_output_is_zero_along_the_boundary(boundary):
    model, slope, polylines = boundary
    share = np.linspace(0, 1, 7)[:, np.newaxis]
    x = np.concatenate([(1 - share) * a + share * b for a, b in pieces(polylines)])
    assert len(x) > 20
    assert np.abs(forward(model, x, slope)[1]).max() < 1e-12
    assert np.abs(model.predict(x, verbose=0)).max() < 3e-6, "float32"


def test_every_change_of_sign_is_crossed_by_a_segment(boundary):
    model, slope, polylines = boundary
    points, _ = grid(SQUARE, 120)
    sign = forward(model, points.reshape(-1, 2), slope)[1].reshape(120, 120) > 0
    segments = np.array(pieces(polylines))
    for axis in (0, 1):
        here, there = (slice(None),) * axis, (slice(None),) * axis
        here, there = (*here, slice(None, -1)), (*there, slice(1, None))
        changed = sign[here] != sign[there]
        starts, ends = points[here][changed], points[there][changed]
        assert len(starts) > 20
        assert all(crossed(a, b, segments) for a, b in zip(starts, ends, strict=True))


def crossed(a, b, segments):
    """Whether the line from a to b meets one of the segments, by orientations."""

    def side(p, q, r):
        u, v = q - p, r - p
        return u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]

    p, q = segments[:, 0], segments[:, 1]
    apart = (side(a, b, p) * side(a, b, q) > 1e-18) | (side(p, q, a) * side(p, q, b) > 1e-18)
    return not apart.all()


def test_segments_are_joined_into_polylines(boundary):
    """A polyline ends at the border, at its own beginning, or where more than two segments meet."""
    _, _, polylines = boundary
    meeting = defaultdict(int)
    for a, b in pieces(polylines):
        meeting[a.tobytes()] += 1
        meeting[b.tobytes()] += 1
    for line in polylines:
        assert all(meeting[point.tobytes()] == 2 for point in line[1:-1])
        for end in (line[0], line[-1]):
            on_border = np.abs(end).max() == 2.0
            closed = np.array_equal(line[0], line[-1])
            assert on_border or closed or meeting[end.tobytes()] > 2


def diamond(output_activation=None, outputs=1, factor=(1.0,)):
    """|x₁| + |x₂| − 1, of four relu neurons whose lines coincide in pairs, times `factor`."""
    model = build([4], outputs=outputs, output_activation=output_activation)
    kernel, factor = [[1, -1, 0, 0], [0, 0, 1, -1]], np.array([factor])
    set_weights(model, [kernel, np.zeros(4), np.ones((4, 1)) @ factor, -factor[0]])
    return model


@pytest.mark.parametrize(
    "model", [diamond(), diamond("sigmoid"), diamond("softmax", 2, (1, 3)),
              diamond("softmax", 2, (2, -1))],
)  # fmt: skip
def test_closed_form_of_the_diamond(model):
    (line,) = decision_boundary(model, SQUARE)
    assert np.array_equal(line[0], line[-1])
    assert {tuple(p) for p in line.tolist()} == {(1, 0), (-1, 0), (0, 1), (0, -1)}
    assert len(line) == 5 and len(linear_regions(model, SQUARE)) == 4


def test_linear_maps_behind_a_softmax_are_those_of_the_logits():
    model = diamond("softmax", 2, (1, 3))
    region = next(r for r in linear_regions(model, SQUARE) if r.polygon.min() >= 0)
    np.testing.assert_allclose(region.gradient, [[1, 1], [3, 3]])
    np.testing.assert_allclose(region.offset, [-1, -3])
    np.testing.assert_allclose(region.output([[1.0, 1.0]]), [[1, 3]])


def test_an_area_of_zeros_is_represented_by_its_outline():
    """relu(x₁) is 0 on the left half: the outline is the line between the halves."""
    model = build([1])
    set_weights(model, [[[1.0], [0.0]], [0.0], [[1.0]], [0.0]])
    (line,) = decision_boundary(model, SQUARE)
    assert sorted(line.tolist()) == [[0, -2], [0, 2]]


def test_layers_of_their_own_are_the_same_as_arguments():
    wanted = network([6, 5], "leaky_relu", seed=3)
    same = [
        [layers.LeakyReLU(negative_slope=0.2), layers.Dense(5, tf.nn.leaky_relu)],
        [layers.ReLU(negative_slope=0.2), layers.Dense(5), layers.Activation("leaky_relu")],
        [layers.Activation("leaky_relu"), layers.Dense(5, layers.LeakyReLU(negative_slope=0.2))],
    ]
    for middle in same:
        stack = [layers.Dense(6), *middle, layers.Dense(1)]
        model = keras.Sequential([keras.Input((2,)), *stack, layers.Activation("sigmoid")])
        set_weights(model, wanted.get_weights())
        found = linear_regions(model, SQUARE)
        for region, other in zip(found, linear_regions(wanted, SQUARE), strict=True):
            np.testing.assert_allclose(region.polygon, other.polygon, atol=1e-12)
            assert np.array_equal(region.pattern, other.pattern)


def test_linear_layers_and_missing_biases():
    stack = [layers.Dense(3, use_bias=False), layers.Dense(4, "relu"), layers.Dense(1)]
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((2,)), *stack])
    x = np.random.default_rng(0).uniform(-2, 2, (50, 2))
    regions = linear_regions(model, SQUARE)
    assert len(regions) == 8 and len(regions[0].pattern) == 4  # four lines through the origin
    found = np.array([region.output(x) for region in regions])
    miss = np.abs(found - model.predict(x, verbose=0)[:, 0]).min(axis=0)
    assert miss.max() < 1e-6


def test_four_layers_of_eight_take_less_than_a_second():
    model = network([8, 8, 8, 8])
    start = time.perf_counter()
    linear_regions(model, SQUARE)
    assert time.perf_counter() - start < 1


def test_the_model_and_the_bounds_stay_as_they_are():
    model, bounds = network([3]), np.array(SQUARE)
    before = [w.copy() for w in model.get_weights()]
    linear_regions(model, bounds)
    assert all(map(np.array_equal, before, model.get_weights()))
    assert np.array_equal(bounds, SQUARE)


def sequential(*stack):
    return keras.Sequential([keras.Input((2,)), *stack])


def with_weights(value):
    model = network([3, 3])
    arrays = model.get_weights()
    arrays[2][0, 1] = value
    set_weights(model, arrays)
    return model


def skipping():
    """A Dense layer that is used twice, which a list of layers does not show."""
    x = keras.Input((2,))
    twice = layers.Dense(2, "relu", bias_initializer="ones")
    return keras.Model(x, layers.Dense(1)(twice(twice(x))))


class NotQuite(layers.Dense):
    """A Dense layer that computes something else by a per mille."""

    def call(self, x):
        return 1.001 * super().call(x)


REFUSED = {
    "tanh": (lambda: build([3], "tanh"), "has tanh"),
    "tanh in the end": (lambda: build([3], output_activation="tanh"), "has tanh"),
    "hidden sigmoid": (lambda: build([3], "sigmoid"), "in its middle has sigmoid"),
    "dropout": (lambda: sequential(layers.Dense(3), layers.Dropout(0.5)), "is Dropout"),
    "prelu": (lambda: sequential(layers.Dense(3), layers.PReLU()), "is PReLU"),
    "relu6": (lambda: sequential(layers.Dense(3), layers.ReLU(6.0)), "with a limit"),
    "threshold": (lambda: sequential(layers.Dense(3), layers.ReLU(threshold=1)), "a threshold"),
    "not quite Dense": (
        lambda: sequential(NotQuite(3), layers.Dense(1)),
        "computes something else",
    ),
    "NaN": (lambda: with_weights(np.nan), "weights of layer .* must be finite"),
    "inf": (lambda: with_weights(np.inf), "weights of layer .* must be finite"),
    "used twice": (skipping, "computes something else"),
    "three inputs": (lambda: keras.Sequential([keras.Input((3,)), layers.Dense(1)]), "two inputs"),
    "not built": (lambda: keras.Sequential([layers.Dense(1)]), "model must be a Keras model"),
    "no model": (lambda: 3, "model must be a Keras model"),
    "no layers": (lambda: sequential(), "model must be"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("function", [linear_regions, decision_boundary])
def test_refused_models(function, name):
    make, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        function(make(), SQUARE)


def test_the_layer_with_nan_is_named():
    model = with_weights(np.nan)
    with pytest.raises(ValueError, match=f"layer '{model.layers[1].name}'"):
        linear_regions(model, SQUARE)


def test_the_refusal_of_tanh_says_what_to_do():
    with pytest.raises(ValueError, match="on a grid, with utils.curves.grid_boundary"):
        linear_regions(build([3], "tanh"), SQUARE)


def test_weights_that_overflow_are_refused():
    model = build([2] * 10)
    set_weights(model, [np.full(w.shape, 3e38) for w in model.get_weights()])
    with pytest.raises(ValueError, match="so large that z overflows"):
        linear_regions(model, SQUARE)


@pytest.mark.parametrize("outputs", [2, 3])
def test_boundaries_need_one_output(outputs):
    for activation in [None] if outputs == 2 else [None, "softmax"]:
        model = network([3], outputs=outputs, output_activation=activation)
        assert linear_regions(model, SQUARE)[0].gradient.shape == (outputs, 2)
        with pytest.raises(ValueError, match="model must have one linear or sigmoid output"):
            decision_boundary(model, SQUARE)


@pytest.mark.parametrize("bounds", [(0, 1), (1, 0, 0, 1), (0, 1, 2, 2), (0, np.inf, 0, 1), "x"])
def test_bad_bounds(bounds):
    for function in (linear_regions, decision_boundary):
        with pytest.raises(ValueError, match="bounds must be"):
            function(network([2]), bounds)
