"""What the playground looks like: where its controls and pictures stand."""

import html

import ipywidgets

from utils.playground.controls import SettingsPanel

PICTURES = ("network", "layers", "output", "losses")
WORDS = (
    "A signal is <b>saturated</b> where the activation is nearly flat (slope below a twentieth of "
    "its largest): little error passes back. With relu it is <b>inactive</b> there, answer and "
    "slope 0: no error passes. A unit is <b>fully saturated</b>, or with relu <b>dead</b>, if that "
    "is so at every training point: it hardly learns any more."
)


class View:
    """The widgets of a playground; it knows how to show things, not what they mean."""

    def __init__(self, settings):
        """Make all widgets."""
        self.panel = SettingsPanel(settings)
        self.buttons = {
            name: ipywidgets.Button(description=name.capitalize(), icon=icon, button_style=style)
            for name, icon, style in (
                ("play", "play", "primary"),
                ("pause", "pause", ""),
                ("step", "step-forward", ""),
                ("reset", "undo", ""),
            )
        }
        self.options = {
            name: ipywidgets.Checkbox(
                value=value, description=text, indent=False, layout={"width": "auto"}
            )
            for name, value, text in (
                ("show_test", False, "Show test data"),
                ("discretize", False, "Discretize output"),
                ("regions", False, "Show linear regions"),
            )
        }
        self.state, self.note = ipywidgets.HTML(), ipywidgets.HTML()
        self.pictures = {
            name: ipywidgets.Image(format="png", layout={"width": "100%", "height": "auto"})
            for name in PICTURES
        }
        self.alts = {name: ipywidgets.HTML() for name in PICTURES}
        self.code = ipywidgets.HTML()
        self.widget = self._arrange()

    def show_picture(self, name, image, alt):
        """Show the PNG bytes `image`, and `alt` among the texts below."""
        self.pictures[name].value = image
        self.alts[name].value = html.escape(alt)

    def show_state(self, text, note, playing, diverged):
        """Show the epoch, a note in a sentence, and which buttons can be pressed."""
        self.state.value = f"<b style='font-size:1.3em'>{html.escape(text)}</b>"
        self.note.value = note
        self.buttons["play"].disabled = playing or diverged
        self.buttons["pause"].disabled = not playing
        self.buttons["step"].disabled = diverged

    def show_code(self, code):
        """Show Keras code."""
        self.code.value = f"<pre style='line-height:1.3'>{html.escape(code)}</pre>"

    def close(self):
        """Remove the widget from every page, and let go of all its parts.

        Each part, and the layout and style of each, has a connection of its own to the page;
        while that is open, ipywidgets keeps the part, and with it whoever listens to it.
        """
        for part in list(_parts(self.widget)):
            part.unobserve_all()
            part.close()

    def _arrange(self):
        row, column = ipywidgets.HBox, ipywidgets.VBox
        wrap = {"flex_flow": "row wrap", "align_items": "flex-start"}
        texts = ipywidgets.Accordion(children=[self.code, column(list(self.alts.values()))])
        texts.set_title(0, "Show the Keras code")
        texts.set_title(1, "The pictures in words")
        texts.selected_index = None
        data, network, training = self.panel.columns
        training.children += (ipywidgets.HTML("<b>Picture</b>"), *self.options.values())
        # Shares of the page's width, as the figures' own widths are, so that heights agree.
        views = [
            column([self.pictures[name] for name in names], layout={"width": w, "max_width": most})
            for names, w, most in (
                (PICTURES[:2], "63%", "760px"),
                (PICTURES[2:], "36.75%", "443px"),
            )
        ]
        return column(
            [
                row([*self.buttons.values(), self.state], layout=wrap),
                self.note,
                row([data, network, training], layout=wrap),
                row(views),
                ipywidgets.HTML(f"<div style='line-height:1.4'>{WORDS}</div>"),
                texts,
            ]
        )


def _parts(widget):
    """Yield `widget` and every widget in it: children, layouts and styles."""
    yield widget
    for value in [getattr(widget, name) for name in widget.keys]:
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, ipywidgets.Widget):
                yield from _parts(part)
