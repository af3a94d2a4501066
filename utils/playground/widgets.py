"""The playground as a widget: play, pause, step, reset, settings and pictures."""

import asyncio
import html
import itertools
import sys
import time

from utils.playground import pictures
from utils.playground.session import MOST_EPOCHS, Session
from utils.playground.settings import Settings, keras_code
from utils.validation import fail

TRAINING_TIME = 0.01  # seconds of training between two pictures
SHOWN = ("output", "network", "output", "losses", "output", "layers")  # one a time, in turn
REST = 0.005  # seconds in which the kernel does other things between two pictures
COLAB_TIME = 5.0  # seconds that a press of play trains in Colab

_latest = None  # the playground shown last; a new one stops it


def playground(settings=None):
    """Show the playground, a network that learns while you watch, and return nothing.

    settings: the `Settings` to start from; by default two hidden layers of 4 tanh on circles.

        from utils.playground import Settings, playground
        playground(Settings(data="xor", hidden_units=(8, 8), activation="relu"))

    The left column chooses data and features, the next one network and training. Play trains on
    in the background, so other cells can run; Step trains one epoch; Reset starts again from the
    same weights. Each square in the network is that neuron's z over the plane; thick lines are
    large weights; orange is positive and blue negative. On the right: the output with training
    points (dark edge) and test points (white edge), and the losses. Below: how much gradient
    reaches each layer, and how many of its signals are saturated. A change of a setting starts a
    new network, except for the learning rate, which acts at once.

    A new call, or running the cell again, stops the playground before. Raises `ValueError` if
    `settings` is no `Settings`. First used in chapter 06.
    """
    from IPython.display import display

    global _latest
    shown = Playground(settings)
    if _latest is not None:
        _latest.close()
    _latest = shown
    bundle = {
        "application/vnd.jupyter.widget-view+json": {
            "version_major": 2,
            "version_minor": 0,
            "model_id": shown.widget.model_id,
        },
        # The stored notebook keeps only this sentence: a widget lives as long as its kernel.
        "text/plain": "Run this cell to get the playground: a network that learns while you watch",
    }
    display(bundle, raw=True)


class Playground:
    """The widget (`widget`) and what its buttons do; `session` is the network being trained."""

    def __init__(self, settings=None):
        """Build the widget and the session, with the pictures before the first step."""
        from utils.playground.layout import View

        settings = Settings() if settings is None else settings
        if not isinstance(settings, Settings):
            fail("settings", "a Settings of utils.playground", settings)
        self._run = None  # a token of the running training; another one or None stops it
        self._background = set()  # asyncio keeps only weak references to tasks
        self.view = View(settings)
        self.widget = self.view.widget
        self._connect()
        self._begin(settings)

    @property
    def playing(self):
        """Whether training is going on."""
        return self._run is not None and self.widget.comm is not None

    def play(self):
        """Train on until `pause`: in the background, or in Colab for 5 seconds right here."""
        if self.playing or self.session.last.diverged:
            return
        self._run = run = object()
        self._show_state()
        if "google.colab" in sys.modules:
            # There a picture that is changed in the background does not reach the browser.
            end = time.monotonic() + COLAB_TIME
            for _ in self._frames(run):
                if time.monotonic() > end:
                    break
            self.pause()
        else:
            task = asyncio.get_running_loop().create_task(self._play_in_background(run))
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    def pause(self):
        """Stop training where it stands, and bring all pictures up to date."""
        was_playing, self._run = self._run is not None, None
        if was_playing:
            self.redraw()

    def step(self):
        """Train for one epoch."""
        self.pause()
        if next(self.session.steps(epochs=1), None):
            self.redraw()

    def reset(self):
        """Start again from epoch 0 and the same initial weights."""
        self._run = None
        self.session.reset()
        self.redraw()

    def close(self):
        """Stop training, remove the widget, and let go of both."""
        global _latest
        self._run = None
        self.view.close()
        if _latest is self:
            _latest = None

    def redraw(self):
        """Draw every picture anew."""
        for name in self._drawers():
            self._draw(name)
        self._show_state()

    def _begin(self, settings):
        self._run = None
        self.session = Session(settings)
        self.view.show_code(keras_code(settings))
        self.redraw()

    async def _play_in_background(self, run):
        try:
            for _ in self._frames(run):
                await asyncio.sleep(REST)
        except Exception as error:  # in a task it would vanish in a log that nobody opens
            self._run = None
            self._show_error(error)

    def _frames(self, run):
        """Train and draw one picture, again and again, until something else than `run` is on."""
        training, names = self.session.steps(MOST_EPOCHS), itertools.cycle(SHOWN)
        while self._run is run and self.playing:
            end = time.monotonic() + TRAINING_TIME
            for record in training:
                if record.diverged or time.monotonic() > end:
                    break
            if self.session.last.diverged:
                self.pause()
                return
            self._draw(next(names))
            self._show_state()
            yield

    def _drawers(self):
        options = {name: box.value for name, box in self.view.options.items()}
        return {
            "output": lambda: pictures.decision_map(self.session, **options),
            "network": lambda: pictures.network_map(self.session),
            "losses": lambda: pictures.loss_curves(self.session),
            "layers": lambda: pictures.layer_bars(self.session),
        }

    def _draw(self, name):
        figure, alt = self._drawers()[name]()
        self.view.show_picture(name, pictures.png(figure), alt)

    def _show_state(self):
        last = self.session.last
        text = f"Diverged at epoch {last.epoch}" if last.diverged else f"Epoch {last.epoch}"
        wish = self.view.options["regions"].value and pictures.why_no_regions(self.session.settings)
        self.view.show_state(text, wish or "", self.playing, last.diverged)

    def _show_error(self, error):
        message = html.escape(f"{type(error).__name__}: {error}")
        self.view.show_state(f"Epoch {self.session.last.epoch}", message, self.playing, False)

    def _connect(self):
        for name, button in self.view.buttons.items():
            button.on_click(self._guarded(lambda _, name=name: getattr(self, name)()))
        for box in self.view.options.values():
            box.observe(self._guarded(lambda _: self.redraw()), names="value")
        self.view.panel.observe(self._guarded(self._settings_changed))

    def _guarded(self, action):
        def act(argument):
            try:
                action(argument)
            except Exception as error:
                self._show_error(error)

        return act

    def _settings_changed(self, change):
        settings = self.view.panel.settings
        if change.owner is self.view.panel.learning_rate:
            self.session.settings = settings
            self.session.optimizer.learning_rate.assign(settings.learning_rate)
            self.view.show_code(keras_code(settings))
        elif settings != self.session.settings:
            self._begin(settings)
