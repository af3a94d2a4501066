"""Sliders that redraw a figure. First used in chapter 01.

The picture is an `ipywidgets.Image` fed with PNG bytes of a figure made without pyplot, which
redraws without flicker and works alike in JupyterLab, Notebook 7, VS Code and Colab. Below it
stands, as text, what the picture shows, for those who listen to it.
"""

import html
from numbers import Integral

from utils.plotting import png_bytes
from utils.validation import check_array, fail


def interactive_figure(draw, **sliders):
    """Show sliders, and below them the figure that `draw` makes for their values.

    draw: a function that takes the sliders' values by name and returns `(figure, alt)`: a
        `matplotlib.figure.Figure` and a sentence that says what it shows.
    sliders: for each argument of `draw` a triple (lowest, highest, step), which starts in the
        middle, or (lowest, highest, step, start) with a start between lowest and highest, or a list
        of texts to choose from.
    Raises `ValueError` for a slider that is none of these. First used in chapter 01.
    """
    from IPython.display import display

    # The stored notebook keeps only this sentence: a widget lives as long as its kernel.
    names = ", ".join(name.replace("_", " ") for name in sliders)
    live = {
        "version_major": 2,
        "version_minor": 0,
        "model_id": build_controls(draw, **sliders).model_id,  # of ipywidgets 7 and 8 alike
    }
    bundle = {
        "text/plain": f"Run this cell to get sliders for {names}",
        "application/vnd.jupyter.widget-view+json": live,
    }
    display(bundle, raw=True)


def build_controls(draw, **sliders):
    """Return the widget that `interactive_figure` shows: a `VBox` of controls, picture and text."""
    import ipywidgets

    if not callable(draw):
        fail("draw", "a function of the sliders' values", draw)
    controls = {name: _control(name, wanted) for name, wanted in sliders.items()}
    # At its own size: a box would stretch it to the width of the page.
    picture = ipywidgets.Image(
        format="png", layout={"align_self": "flex-start", "max_width": "100%"}
    )
    text = ipywidgets.HTML()

    def redraw(change=None):
        try:
            figure, alt = draw(**{name: control.value for name, control in controls.items()})
            picture.value, text.value = png_bytes(figure), html.escape(alt)
        except Exception as error:
            if change is None:
                raise
            # Inside a widget's callback an error would vanish in a log that nobody opens.
            text.value = f"<b>{html.escape(f'{type(error).__name__}: {error}')}</b>"

    for control in controls.values():
        control.observe(redraw, names="value")
    redraw()
    return ipywidgets.VBox([*controls.values(), picture, text])


def _control(name, wanted):
    import ipywidgets

    label = {
        "description": name.replace("_", " "),
        "style": {"description_width": "8em"},
        "layout": {"width": "28em"},
    }
    if isinstance(wanted, list):
        if not wanted or not all(isinstance(text, str) for text in wanted):
            fail(f"slider {name}", "a tuple (lowest, highest, step) or a list of texts", wanted)
        return ipywidgets.Dropdown(options=wanted, **label)
    numbers = check_array(f"slider {name}", wanted, ndim=1)
    if len(numbers) not in (3, 4) or numbers[0] >= numbers[1] or numbers[2] <= 0:
        fail(f"slider {name}", "(lowest, highest, step) or (lowest, highest, step, start)", wanted)
    low, high, step = numbers[:3]
    start = numbers[3] if len(numbers) == 4 else low + step * round((high - low) / 2 / step)
    if len(numbers) == 4 and not low <= start <= high:  # the slider would move it without a word
        fail(f"slider {name}", "a start between lowest and highest", wanted)
    whole = all(isinstance(number, Integral) for number in wanted)
    slider, cast = (ipywidgets.IntSlider, int) if whole else (ipywidgets.FloatSlider, float)
    values = {"min": cast(low), "max": cast(high), "step": cast(step), "value": cast(start)}
    return slider(**values, **label)
