"""The playground's pictures hold what they claim: maps, points, curves and bars, by hand."""

import itertools

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex

from utils.playground import Session, Settings, pictures
from utils.playground.session import Record
from utils.plotting import COLOURS
from utils.regions import linear_regions

FIRST = Record(0, 0.75, 0.5, (2.0, 0.25, 0.03125), (0.25, 0.5), (0.0, 0.5), False)
LAST = Record(7, 0.25, 0.5, (4.0, 0.5, 1e-9), (0.5, 0.75), (0.25, 1.0), False)


class Still(Session):
    """A session that never trains, so nothing is compiled."""

    def __init__(self, settings):
        self.settings, self.model = settings, settings.build()
        self.train, self.test = settings.split()
        self.history = [FIRST]


@pytest.fixture(scope="module")
def session():
    made = Still(Settings(hidden_units=(3, 2), features=("x1", "x2", "x1*x2")))
    random = np.random.default_rng(0)
    made.model.set_weights([random.normal(size=w.shape) for w in made.model.get_weights()])
    made.history = [FIRST, LAST]
    return made


def outputs(session, points):
    """Return z of every layer, in plain NumPy."""
    a, found = session.settings.inputs(points), []
    weights = session.model.get_weights()
    for W, b in zip(weights[::2], weights[1::2], strict=True):
        found.append(a @ W + b)
        a = np.tanh(found[-1])
    return found


def square(points):
    """Return the centres of the drawn square's pixels, row by row from below."""
    side = 3.6 / points
    line = [-1.8 + side / 2 + side * place for place in range(points)]
    return np.array([[x1, x2] for x2 in line for x1 in line])


def drawn(axes, kind):
    return [artist for artist in axes.collections if type(artist) is kind]


def title(axes):
    """Return the title of `axes`, wherever the style in use puts it."""
    return "".join(axes.get_title(loc=place) for place in ("left", "center", "right"))


def inside(figure):
    """Whether all axes lie within the figure, one beside the other."""
    boxes = [axes.get_position() for axes in figure.axes]
    apart = all(not one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    return apart and all(0 <= box.x0 < box.x1 <= 1 and 0 <= box.y0 < box.y1 <= 1 for box in boxes)


@pytest.mark.parametrize("discretize", [False, True])
def test_the_decision_map_shows_the_output_over_the_plane(session, discretize):
    figure, alt = pictures.decision_map(session, discretize=discretize)
    [axes] = figure.axes
    z = outputs(session, square(80))[-1].reshape(80, 80)
    [image] = axes.images
    wanted = np.sign(z) if discretize else np.tanh(z / 2)
    np.testing.assert_allclose(image.get_array(), wanted, atol=1e-6)
    assert (*image.get_extent(), image.origin) == (-1.8, 1.8, -1.8, 1.8, "lower")
    assert image.norm.vmin == -image.norm.vmax < -1
    assert (*axes.get_xlim(), *axes.get_ylim()) == (-1.8, 1.8, -1.8, 1.8)
    right = [
        ((outputs(session, d.x)[-1][:, 0] > 0) == d.y).mean() for d in (session.train, session.test)
    ]
    assert title(axes) == f"Output: {right[1]:.0%} of the test points right"
    assert alt == (
        f"Decision map after epoch 7: {right[0]:.0%} of the training points and {right[1]:.0%} of "
        "the test points lie on the right side."
    )
    below, left = [text.get_position() for text in axes.texts]
    assert below[1] < 0 < below[0] < 1 and left[0] < 0 < left[1] < 1 and inside(figure)


@pytest.mark.parametrize("show_test", [True, False])
def test_every_point_is_drawn_in_the_colour_of_its_class(session, show_test):
    figure, _ = pictures.decision_map(session, show_test=show_test)
    clouds = iter(drawn(figure.axes[0], PathCollection))
    for data, edge in [(session.train, "#000000"), (session.test, "#ffffff")][: 1 + show_test]:
        for label in (0, 1):
            cloud = next(clouds)
            np.testing.assert_array_equal(cloud.get_offsets(), data.x[data.y == label])
            assert to_hex(cloud.get_facecolor()[0]).upper() == COLOURS[f"class_{label}"]
            assert to_hex(cloud.get_edgecolor()[0]) == edge
    assert next(clouds, None) is None
    assert len(pictures.decision_map(session)[0].axes[0].collections) == 5  # the test, by default


def test_a_boundary_is_drawn_where_there_is_one(session):
    weights = session.model.get_weights()
    figure, _ = pictures.decision_map(session, show_test=False)
    [boundary] = [c for c in figure.axes[0].collections if not isinstance(c, PathCollection)]
    [vertices] = [path.vertices for path in boundary.get_paths()]
    z = outputs(session, vertices)[-1]
    assert len(vertices) > 10 and np.abs(z).max() < 0.05
    try:
        for bias in (50.0, -50.0):  # one class everywhere
            session.model.set_weights([*weights[:-1], np.array([bias])])
            figure, _ = pictures.decision_map(session, show_test=False)
            assert len(figure.axes[0].collections) == 2  # the points alone
    finally:
        session.model.set_weights(weights)


def test_linear_regions_are_outlined_unless_training_diverged():
    still = Still(Settings(hidden_units=(3,), activation="relu"))
    wanted = linear_regions(still.model, (-1.8, 1.8, -1.8, 1.8))
    figure, alt = pictures.decision_map(still, regions=True)
    [outlines] = drawn(figure.axes[0], LineCollection)
    for outline, region in zip(outlines.get_segments(), wanted, strict=True):
        np.testing.assert_array_equal(outline, [*region.polygon, region.polygon[0]])
    assert alt.endswith(f"side. The network is linear on each of {len(wanted)} polygons.")
    still.history = [Record(1, np.nan, np.nan, (np.nan,) * 2, (0,), (0,), True)]
    figure, alt = pictures.decision_map(still, regions=True)
    assert drawn(figure.axes[0], LineCollection) == [] and alt.endswith("the right side.")


def test_the_network_shows_each_neurons_own_map(session):
    figure, alt = pictures.network_map(session)
    [axes] = figure.axes
    points = square(30)
    columns = [session.settings.inputs(points), *outputs(session, points)]
    images = iter(axes.images)
    centres = []
    for z in columns:
        scaled = z / np.abs(z).max(axis=0)
        centres.append([])
        for unit in range(z.shape[1]):
            image = next(images)
            np.testing.assert_allclose(
                image.get_array(), scaled[:, unit].reshape(30, 30), atol=1e-6
            )
            left, right, bottom, top = image.get_extent()
            assert right - left == pytest.approx(top - bottom) and image.origin == "lower"
            centres[-1].append(((left + right) / 2, (bottom + top) / 2))
    assert next(images, None) is None
    for column in centres:
        assert len({round(x, 6) for x, _ in column}) == 1  # one above the other, the first on top
        assert [y for _, y in column] == sorted((y for _, y in column), reverse=True)
    assert [column[0][0] for column in centres] == sorted(column[0][0] for column in centres)
    texts = {text.get_text(): text.get_position() for text in axes.texts}
    for heading, column in zip(("features", "layer 1", "layer 2", "output"), centres, strict=True):
        assert texts[heading][0] == pytest.approx(column[0][0])
        assert texts[heading][1] > max(y for _, y in column) + 0.3
    for feature, (x, y) in zip(("x₁", "x₂", "x₁x₂"), centres[0], strict=True):
        assert 0.3 < x - texts[feature][0] < 0.6 and texts[feature][1] == pytest.approx(y)
    assert alt == (
        "The network: 3 features, 2 hidden layers (3, 2 neurons), one output; each neuron with its "
        "own map of the plane. Blue is a negative z or weight, orange a positive one; thick lines "
        "are weights that are large for their layer."
    )


def test_weights_are_lines_between_their_neurons(session):
    figure, _ = pictures.network_map(session)
    [axes] = figure.axes
    places = [np.reshape(image.get_extent(), (2, 2)).mean(axis=1) for image in axes.images]
    columns = [places[:3], places[3:6], places[6:8], places[8:]]
    [lines] = drawn(axes, LineCollection)
    ends, widths, colours = [], [], []
    for W, here, there in zip(
        session.model.get_weights()[::2], columns[:-1], columns[1:], strict=True
    ):
        ends += [[start, end] for start in here for end in there]
        widths += list(0.3 + 3 * np.abs(W.ravel()) / np.abs(W).max())
        colours += [COLOURS["class_1" if w > 0 else "class_0"] for w in W.ravel()]
    *segments, negative, positive = lines.get_segments()  # the last two are the key
    np.testing.assert_allclose(segments, ends, atol=1e-6)
    np.testing.assert_allclose(lines.get_linewidths()[:-2], widths, rtol=1e-5)
    drawn_colours = [to_hex(colour).upper() for colour in lines.get_colors()]
    assert drawn_colours == [*colours, COLOURS["class_0"], COLOURS["class_1"]]
    assert lines.get_zorder() < axes.images[0].get_zorder()
    lowest = min(image.get_extent()[2] for image in axes.images)
    for line, words in ((negative, "negative z or weight"), (positive, "positive z or weight")):
        [text] = [text for text in axes.texts if text.get_text().startswith(words)]
        assert 0 < line[0][0] < line[1][0] < text.get_position()[0] < axes.get_xlim()[1]
        assert 0 < line[0][1] == line[1][1] == text.get_position()[1] < lowest
    assert negative[1][0] + 1 < positive[0][0]  # room for the words


@pytest.mark.parametrize("hidden", [(), (16,) * 6])
def test_neurons_of_the_largest_network_do_not_touch(hidden):
    settings = Settings(hidden_units=hidden)
    spots = [
        pictures._spots(units, column, len(hidden) + 2)
        for column, units in enumerate((2, *hidden, 1))
    ]
    figure, alt = pictures.network_map(Still(settings))
    [axes] = figure.axes
    boxes = [image.get_extent() for image in axes.images]
    assert len(boxes) == sum(map(len, spots))
    for one, other in itertools.combinations(boxes, 2):
        assert one[1] < other[0] or other[1] < one[0] or one[3] < other[2] or other[3] < one[2]
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    assert all(left < b[0] and b[1] < right and bottom < b[2] and b[3] < top for b in boxes)
    assert f"({', '.join(map(str, hidden)) or 'no'} neurons)" in alt


def test_loss_curves_run_over_the_epochs(session):
    figure, alt = pictures.loss_curves(session)
    [axes] = figure.axes
    train, test = axes.lines
    np.testing.assert_array_equal(train.get_xydata(), [[0, 0.75], [7, 0.25]])
    np.testing.assert_array_equal(test.get_xydata(), [[0, 0.5], [7, 0.5]])
    assert (train.get_color(), test.get_color()) == (COLOURS["signal"], COLOURS["error"])
    assert axes.get_xlim() == (0, 7) and axes.get_ylim()[0] == 0 and axes.get_ylim()[1] > 0.75
    lower, upper = axes.texts
    assert (lower.get_text(), upper.get_text()) == ("train 0.250", "test 0.500")
    assert lower.xy == (1, 0.25) and upper.xy == (1, 0.5)
    assert lower.xyann[1] < 0 < upper.xyann[1]  # away from each other
    assert alt == "Loss after epoch 7: 0.250 on the training data, 0.500 on the test data."
    assert inside(figure)


def test_losses_that_are_not_finite_leave_a_gap():
    still = Still(Settings(hidden_units=(3, 2)))
    still.history = [FIRST, Record(1, np.inf, 1.0, (np.nan,) * 3, (0, 0), (0, 0), True)]
    figure, alt = pictures.loss_curves(still)
    train, test = figure.axes[0].lines
    np.testing.assert_array_equal(train.get_ydata(), [0.75, np.nan])
    assert [text.get_text() for text in figure.axes[0].texts] == ["test 1.000"]
    assert figure.axes[0].get_xlim() == (0, 1)
    assert alt == "Loss after epoch 1: inf on the training data, 1.000 on the test data."
    assert figure.axes[0].get_ylim()[1] < 2
    left = pictures.layer_bars(still)[0].axes[0]
    assert np.isnan([bar.get_height() for bar in left.patches]).all()
    still.history = [FIRST]
    assert pictures.loss_curves(still)[0].axes[0].get_xlim() == (0, 1)  # no epoch yet


def heights(bars):
    return [bar.get_height() for bar in bars]


def test_bars_are_the_norms_and_the_shares_of_the_layers(session):
    figure, alt = pictures.layer_bars(session)
    left, right = figure.axes
    assert heights(left.patches) == [4.0, 0.5, 1e-8]  # what is less is drawn as that
    assert left.get_yscale() == "log"
    assert left.get_ylim() == (1e-6, 12)  # three times the largest
    ticks = dict(
        zip(left.get_yticks(), (t.get_text() for t in left.get_yticklabels()), strict=True)
    )
    assert ticks == {1e-6: "10⁻⁶", 1e-4: "10⁻⁴", 1e-2: "10⁻²", 1: "1"}
    assert [t.get_text() for t in left.get_xticklabels()] == ["layer 1", "layer 2", "output"]
    saturated, dead = right.containers[:2]
    assert (heights(saturated), heights(dead)) == ([0.5, 0.75], [0.25, 1.0])
    for place, pair in enumerate(zip(saturated, dead, strict=True)):
        first, second = ((bar.get_x(), bar.get_x() + bar.get_width()) for bar in pair)
        assert place - 0.5 < first[0] < first[1] <= second[0] < second[1] < place + 0.5
    for place, bar in enumerate(left.patches):
        assert bar.get_x() + bar.get_width() / 2 == pytest.approx(place)
        assert 0 < bar.get_width() < 1
    assert [t.get_text() for t in right.texts] == ["50%", "75%", "25%", "100%"]
    assert right.get_ylim()[0] == 0 and right.get_ylim()[1] > 1.2  # the legend stands above
    shares = zip(right.get_yticks(), (t.get_text() for t in right.get_yticklabels()), strict=True)
    assert all(f"{tick:.0%}" == text for tick, text in shares)
    for axes, layers in ((left, 3), (right, 2)):
        assert -1 < axes.get_xlim()[0] < -0.5 and layers - 0.5 < axes.get_xlim()[1] < layers
    assert [t.get_text() for t in right.get_legend().get_texts()] == [
        "saturated signals",
        "fully saturated units",
    ]
    assert alt == (
        "Gradient norm from the first layer to the output: 4, 0.5, 1e-09. Share of saturated "
        "signals in the hidden layers: 50%, 75%. Share of fully saturated units: 25%, 100%."
    )
    assert inside(figure)


def test_bars_of_relu_and_of_no_hidden_layers():
    relu = Still(Settings(hidden_units=(3, 2), activation="relu"))
    figure, alt = pictures.layer_bars(relu)
    assert [t.get_text() for t in figure.axes[1].get_legend().get_texts()] == [
        "inactive signals",
        "dead units",
    ]
    assert title(figure.axes[1]) == "Share of inactive signals by layer"
    assert figure.axes[0].get_ylim()[1] == 10 and "Share of inactive signals" in alt
    plain = Still(Settings(hidden_units=()))
    plain.history = [Record(0, 0.7, 0.7, (2.0,), (), (), False)]
    figure, alt = pictures.layer_bars(plain)
    assert alt == (
        "Gradient norm from the first layer to the output: 2. Share of saturated signals in the "
        "hidden layers: none. Share of fully saturated units: none."
    )
    assert figure.axes[1].get_legend() is None
    assert figure.axes[1].get_xlim()[0] < 0 < figure.axes[1].get_xlim()[1] < 1


def test_a_png_keeps_the_figures_size(session):
    figure, _ = pictures.loss_curves(session)
    width, height = np.frombuffer(pictures.png(figure)[16:24], dtype=">u4")
    assert (width, height) == (int(4.2 * figure.dpi), int(2.5 * figure.dpi))
