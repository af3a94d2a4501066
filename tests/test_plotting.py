"""Figures and sliders: alternative text is stored, what is wrong is named."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from utils.controls import build_controls, interactive_figure
from utils.plotting import COLOURS, image_bundle, number, png_bytes, show, show_animation
from utils.reproducibility import use_style

ALT = "A line that falls from 3 to 1."


@pytest.fixture
def displayed(monkeypatch):
    """Collect what is displayed instead of displaying it."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
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
    for alt in (None, "", "too short"):
        with pytest.raises(ValueError, match="alt must be a sentence"):
            image_bundle(b"", alt)


def test_style_gives_the_picture_its_size():
    use_style()
    width, height = np.frombuffer(png_bytes(Figure(figsize=(3, 2)))[16:24], dtype=">u4")
    assert (width, height) == (300, 200)


def test_colours_differ():
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_numbers_have_a_true_minus():
    assert number(-3.0) == "−3" and number(-0.5, "+.2f") == "−0.50" and number(2, "+.1f") == "+2.0"


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
    interactive_figure(draw, width=(1, 3, 0.5))
    (bundle,) = displayed
    assert bundle["text/plain"] == "Run this cell to get sliders for width"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert build_controls(draw, width=(1, 3, 0.5)).children[0].value == 2


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ((1, 2), "slider width must be"),
        ((2, 1, 0.1), "slider width must be"),
        ((1, 2, 0), "slider width must be"),
        ("abc", "slider width must be"),
        ([], "slider width must be"),
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
