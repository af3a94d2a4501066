"""Figures and sliders: alternative text is stored, what is wrong is named."""

import base64
import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from utils.controls import build_controls, interactive_figure
from utils.plotting import COLOURS, image_bundle, label, number, png_bytes, show, show_animation
from utils.reproducibility import use_style

ALT = "A line that falls from 3 to 1."


@pytest.fixture
def displayed(monkeypatch):
    """Collect what is displayed instead of displaying it."""
    shown = []

    def display(bundle, raw=False):
        assert raw, "a dict would be displayed, not what it holds"
        shown.append(bundle)

    monkeypatch.setattr("IPython.display.display", display)
    return shown


def test_show_stores_picture_and_escaped_text(displayed):
    figure, axes = plt.subplots()
    axes.plot([3, 1])
    show(figure, 'Falls from 3 to 1, "fast" & steep <now>.')
    (bundle,) = displayed
    assert bundle["text/plain"] == 'Falls from 3 to 1, "fast" & steep <now>.'
    assert (
        'alt="Falls from 3 to 1, &quot;fast&quot; &amp; steep &lt;now&gt;."' in bundle["text/html"]
    )
    assert "data:image/png;base64,iVBOR" in bundle["text/html"]
    assert not plt.get_fignums(), "an open figure would be displayed twice"


def test_bad_figures_and_texts_are_named():
    with pytest.raises(ValueError, match="figure must be a Matplotlib Figure, got 3"):
        show(3, ALT)
    for alt in (None, "", "too short", "x" * 19 + " ", 10**30):
        with pytest.raises(ValueError, match="alt must be a sentence"):
            image_bundle(b"", alt)
    assert image_bundle(b"", "x" * 20)["text/plain"] == "x" * 20
    with pytest.raises(ValueError, match="image must be bytes, got 'GIF'"):
        image_bundle("GIF", ALT)
    with pytest.raises(ValueError, match="kind must be one of png, gif"):
        image_bundle(b"", ALT, "svg")
    with pytest.raises(ValueError, match="figure must be a Matplotlib Figure, got None"):
        png_bytes(None)
    with pytest.raises(ValueError, match="draw must be a function of a frame, got 3"):
        show_animation(Figure(), 3, [1], ALT)


def decoded(bundle):
    """The picture in a bundle, as Pillow sees it."""
    source = re.search('src="data:image/[a-z]+;base64,(.*)"', bundle["text/html"])[1]
    return Image.open(io.BytesIO(base64.b64decode(source)))


@pytest.mark.parametrize(("options", "duration"), [({}, 120), ({"fps": 2}, 500)])
def test_an_animation_has_a_picture_for_each_frame(displayed, options, duration):
    figure, drawn = Figure(figsize=(1, 1), dpi=50), []

    def draw_frame(frame):
        drawn.append(frame)
        figure.set_facecolor((frame / 4, 0, 0))

    show_animation(figure, draw_frame, range(1, 4), ALT, **options)
    picture = decoded(*displayed)
    assert drawn == [1, 2, 3] and (picture.format, picture.n_frames) == ("GIF", 3)
    assert picture.size == (50, 50) and picture.info["duration"] == duration  # whole 10 ms
    for frame in range(3):
        picture.seek(frame)
        assert picture.convert("RGB").getpixel((25, 25))[0] == pytest.approx(
            64 * (frame + 1), abs=2
        )


def test_a_picture_has_a_palette_and_its_colours_stay():
    figure = Figure(figsize=(2, 1), dpi=50, facecolor=COLOURS["error"])
    picture = Image.open(io.BytesIO(png_bytes(figure)))
    assert (picture.format, picture.mode, picture.size) == ("PNG", "P", (100, 50))
    assert "#{:02X}{:02X}{:02X}".format(*picture.convert("RGB").getpixel((50, 25))) == "#D55E00"


def test_labels_stand_beside_their_points():
    axes = Figure().add_subplot()
    label(axes, "here", (2, 3))
    label(axes, "there", [np.nan, 3], offset=(-5, 0), color="red")
    first, second = axes.texts
    assert (first.get_text(), first.xy, first.xyann) == ("here", (2, 3), (6, 4))
    assert (second.xyann, second.get_color()) == ((-5, 0), "red")
    assert first.anncoords == "offset points"
    for point, offset, name in (((1, 2, 3), (6, 4), "point"), ((1, 2), (np.nan, 4), "offset")):
        with pytest.raises(ValueError, match=rf"^{name} must be .* of shape \(2\)"):
            label(axes, "nowhere", point, offset)


def test_style_gives_the_picture_its_size():
    use_style()
    width, height = np.frombuffer(png_bytes(Figure(figsize=(3, 2)))[16:24], dtype=">u4")
    assert (width, height) == (300, 200)


def test_colours_differ():
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_numbers_have_a_true_minus():
    assert number(-3.0) == "−3" and number(-0.5, "+.2f") == "−0.50" and number(2, "+.1f") == "+2.0"
    for value, form in ((None, "g"), (3, "wide"), ([1], "g")):
        with pytest.raises(ValueError, match="value and form must be a number and a format"):
            number(value, form)


def draw(width, kind="a"):
    if width > 4:
        raise RuntimeError("too <wide>")
    return Figure(figsize=(width, 1)), f"A picture of width {width} and kind {kind}."


def test_sliders_redraw_picture_and_text():
    box = build_controls(draw, width=(1, 5, 1, 2), kind=["a", "b"])
    slider, choice, picture, text = box.children
    before = picture.value
    assert "width 2 and kind a" in text.value and slider.description == "width"
    slider.value = 3
    choice.value = "b"
    assert "width 3 and kind b" in text.value and picture.value != before
    slider.value = 5
    assert "RuntimeError: too &lt;wide&gt;" in text.value
    slider.value = 1
    assert "width 1" in text.value


def test_sliders_start_in_the_middle_and_store_a_sentence(displayed):
    interactive_figure(lambda **_: draw(1), width=(1, 3, 0.5), line_width=(1, 2, 1))
    (bundle,) = displayed
    assert bundle["text/plain"] == "Run this cell to get sliders for width, line width"
    view = bundle["application/vnd.jupyter.widget-view+json"]
    assert (view["version_major"], view["version_minor"]) == (2, 0)  # Jupyter's own numbers


@pytest.mark.parametrize(
    ("wanted", "kind", "value"),
    [
        ((1, 3, 0.5), "FloatSlider", 2),
        ((2, 9, 2), "IntSlider", 6),  # the middle is 5.5, and 6 is a step
        ((0.5, 3, 0.25), "FloatSlider", 1.75),
        ((-8, 2, 1), "IntSlider", -3),
        ((-8, 2, 1, 0), "IntSlider", 0),
        (tuple(np.array([1, 5, 1])), "IntSlider", 3),
        ((0, 4, 1, 2.5), "FloatSlider", 2.5),
    ],
)
def test_sliders_run_from_the_lowest_to_the_highest(wanted, kind, value):
    control = build_controls(lambda line_width: draw(1), line_width=wanted).children[0]
    assert (type(control).__name__, control.description) == (kind, "line width")
    assert (control.min, control.max, control.step) == wanted[:3]
    assert control.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ((1, 2), "slider width must be .lowest, highest, step"),
        ((1, 2, 1, 1, 1), "slider width must be .lowest, highest, step"),
        ((2, 1, 0.1), "slider width must be .lowest, highest, step"),
        ((1, 1, 0.1), "slider width must be .lowest, highest, step"),
        ((1, 2, 0), "slider width must be .lowest, highest, step"),
        ((1, 2, -1), "slider width must be .lowest, highest, step"),
        (((1, 2, 1),), "slider width must be a finite array"),
        ("abc", "slider width must be"),
        ([], "slider width must be"),
        ([1, 5, 1], "slider width must be a tuple .lowest, highest, step. or a list of texts"),
        (["a", 1], "slider width must be a tuple"),
    ],
)
def test_bad_sliders_are_named(wanted, message):
    with pytest.raises(ValueError, match=message):
        build_controls(draw, width=wanted)


def test_an_error_in_the_first_drawing_is_raised():
    with pytest.raises(RuntimeError, match="wide"):
        build_controls(draw, width=(5, 6, 1))
    with pytest.raises(ValueError, match="draw must be a function"):
        build_controls(None, width=(5, 6, 1))


def moving():
    """A pyplot figure, and a function that draws a frame of it."""
    figure, axes = plt.subplots(figsize=(1, 1))
    (line,) = axes.plot([0, 1])
    return figure, lambda frame: line.set_ydata([frame, 1])


def test_an_animation_is_stored_with_its_text_and_closed(displayed):
    figure, draw = moving()
    show_animation(figure, draw, frames=(n / 3 for n in range(3)), alt=ALT)
    (bundle,) = displayed
    assert bundle["text/plain"] == ALT and "data:image/gif;base64,R0lGOD" in bundle["text/html"]
    assert not plt.get_fignums(), "an open figure would be displayed once more"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"draw": 3}, "^draw must be a function"),
        ({"frames": []}, "^frames must be a sequence of at least one"),
        ({"frames": 7}, "^frames must be a sequence of at least one"),
        ({"alt": "short"}, "^alt must be a sentence"),
        ({"fps": 0}, "^fps must be a positive number"),
    ],
)
def test_a_bad_animation_is_refused_before_anything_is_drawn(displayed, wrong, message):
    figure, _ = moving()
    drawn = []
    given = {"draw": drawn.append, "frames": range(3), "alt": ALT, **wrong}
    with pytest.raises(ValueError, match=message):
        show_animation(figure, **given)
    assert drawn == displayed == plt.get_fignums() == []
    with pytest.raises(ValueError, match="^figure must be a Matplotlib Figure, got 3"):
        show_animation(3, **given)


def test_an_error_while_drawing_leaves_no_figure_open(displayed):
    def fails(frame):
        raise RuntimeError("no such frame")

    with pytest.raises(RuntimeError, match="no such frame"):
        show_animation(moving()[0], fails, range(3), ALT)
    with pytest.raises(ValueError, match="alt must be a sentence"):
        show(moving()[0], "short")
    assert displayed == plt.get_fignums() == []


@pytest.mark.parametrize("start", [0.9, 3.1, -2])
def test_a_start_outside_its_slider_is_refused(start):
    with pytest.raises(ValueError, match="^slider width must be a start between"):
        build_controls(draw, width=(1, 3, 0.5, start))
    for end in (1, 3):
        assert build_controls(draw, width=(1, 3, 0.5, end)).children[0].value == end
