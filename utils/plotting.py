"""Figures that can be seen and heard: the course's colours, and `show` with alternative text.

First used in chapter 00. A picture is put into the notebook as an HTML image, because JupyterLab
ignores an alternative text that is stored as metadata of a PNG output (tests/test_browser.py
holds that to be so); nbval compares the alternative text and skips the picture's bytes.
"""

import base64
import contextlib
import html
import io

from utils.validation import check_array, check_choice, check_number, fail

# One colour, one meaning, in all chapters (Okabe and Ito 2008, "Color Universal Design").
COLOURS = {
    "signal": "#0072B2",  # blue: the signal going forward, and the model's prediction
    "error": "#D55E00",  # vermillion: the error going back, residuals, the gradient
    "weight": "#009E73",  # green: weights, their updates, the path of a descent
    "class_0": "#56B4E9",  # sky blue, drawn as circles
    "class_1": "#E69F00",  # orange, drawn as triangles
    "theory": "#000000",  # black, dashed: what theory says
    "other": "#CC79A7",  # purple: the alternative that is compared
    "muted": "#767676",  # grey: context
}


def number(value, form="g"):
    """Return `value` as text in the format `form`, with a true minus sign, as the axes have it."""
    try:
        text = f"{value:{form}}"
    except (TypeError, ValueError):
        fail("value and form", "a number and a format for it", (value, form))
    return text.replace("-", "−")


def label(axes, text, point, offset=(6, 4), **style):
    """Write `text` beside `point` (data coordinates), moved by `offset` in points."""
    check_array("point", point, shape=(2,), finite=False)
    check_array("offset", offset, shape=(2,))
    axes.annotate(text, point, xytext=offset, textcoords="offset points", **style)


def png_bytes(figure):
    """Return `figure` (a Matplotlib `Figure`) as the bytes of a PNG at its own size and dpi.

    The picture has a palette of 256 colours, which a plot does not miss and which takes less than
    half the space: a notebook has to stay below 1.5 MB.
    """
    from PIL import Image  # Matplotlib depends on it

    _check_figure(figure)
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png")
    picture = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(small, format="png", optimize=True)
    return small.getvalue()


def show(figure, alt):
    """Display `figure` in the notebook with the alternative text `alt`, and close it.

    `alt` is what a person would read off the figure, with its computed numbers; strict nbval
    compares it, so it must be as robust as printed output. First shown in chapter 00.
    Raises `ValueError` if `figure` is no Matplotlib figure or `alt` says nothing.
    """
    from IPython.display import display

    _check_figure(figure)
    with _closed(figure):
        _check_alt(alt)
        display(image_bundle(png_bytes(figure), alt), raw=True)


def _check_figure(figure):
    from matplotlib.figure import Figure

    if not isinstance(figure, Figure):
        fail("figure", "a Matplotlib Figure", figure)


def _check_alt(alt):
    if not isinstance(alt, str) or len(alt.strip()) < 20:
        fail("alt", "a sentence that says what the figure shows", alt)


@contextlib.contextmanager
def _closed(figure):
    """Close `figure` at the end, and on an error: pyplot's would be displayed once more."""
    import matplotlib.pyplot as plt

    try:
        yield
    finally:
        plt.close(figure)


def image_bundle(image, alt, kind="png"):
    """Return the MIME bundle of an image (bytes of the `kind` png or gif) with `alt` beside it."""
    _check_alt(alt)
    check_choice("kind", kind, ("png", "gif"))
    if not isinstance(image, bytes):
        fail("image", "bytes", image)
    source = f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
    return {
        "text/html": f'<img alt="{html.escape(alt)}" style="max-width:100%" src="{source}">',
        "text/plain": alt,
    }


def show_animation(figure, draw, frames, alt, fps=8):
    """Display an animated GIF in the notebook, with the alternative text `alt`; close `figure`.

    `draw(frame)` changes `figure` for each of `frames`, at least one. A GIF plays in JupyterLab,
    VS Code and Colab without JavaScript. Keep figures small: a notebook must stay below 1.5 MB.
    First shown in chapter 04. Raises `ValueError` as `show` does, and where there is no frame.
    """
    import pathlib
    import tempfile

    import matplotlib
    from IPython.display import display
    from matplotlib.animation import PillowWriter

    _check_figure(figure)
    with _closed(figure), tempfile.TemporaryDirectory() as folder:
        _check_alt(alt)
        frames, fps = _check_frames(draw, frames), check_number("fps", fps, positive=True)
        path = pathlib.Path(folder, "animation.gif")
        writer = PillowWriter(fps=fps)
        # Not `writer.saving`, which hides the error of a first frame behind its own.
        writer.setup(figure, path, dpi=figure.dpi)
        with matplotlib.rc_context({"savefig.bbox": None}):  # all frames of one size
            for frame in frames:
                draw(frame)
                writer.grab_frame()
        writer.finish()
        display(image_bundle(path.read_bytes(), alt, kind="gif"), raw=True)


def _check_frames(draw, frames):
    if not callable(draw):
        fail("draw", "a function of a frame", draw)
    try:
        found = list(frames)
    except TypeError:
        found = []
    if not found:
        fail("frames", "a sequence of at least one frame", frames)
    return found
