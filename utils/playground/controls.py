"""The playground's controls: from `Settings` to widgets and back."""

import dataclasses

import ipywidgets

from utils.datasets import GENERATORS
from utils.playground.settings import (
    ACTIVATION_CHOICES,
    BATCH_SIZES,
    FEATURES,
    MOST_LAYERS,
    MOST_UNITS,
    NOISES,
    REGULARIZATIONS,
    SEEDS,
    TRAIN_SHARES,
)

RATES = (0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
WIDTH = {"width": "20.5em"}  # of a column: three stand side by side in JupyterLab


def _labelled(width):
    return {"style": {"description_width": width}, "layout": WIDTH}


# As narrow as each column's descriptions allow: the rest is left to the sliders.
DATA, NETWORK, TRAINING = _labelled("7.5em"), _labelled("9.5em"), _labelled("10.5em")


class SettingsPanel:
    """The widgets of all settings; `settings` reads them, `observe` tells of changes.

    columns: three boxes: data and features, network, training.
    """

    def __init__(self, settings):
        """Make the widgets, showing `settings`."""
        choose = ipywidgets.Dropdown
        self.data = choose(
            options=list(GENERATORS), value=settings.data, description="Data set", **DATA
        )
        self.noise = _share("Noise", settings.noise, *NOISES, step=0.05)
        self.train_share = _share("Training share", settings.train_share, *TRAIN_SHARES, step=0.1)
        self.batch_size = _number("Batch size", settings.batch_size, *BATCH_SIZES, TRAINING)
        self.seed = _number("Seed", settings.seed, *SEEDS, DATA)
        self.features = {
            name: ipywidgets.Checkbox(
                value=name in settings.features,
                description=feature.label,
                indent=False,
                layout={"width": "6em"},
            )
            for name, feature in FEATURES.items()
        }
        self.activation = choose(
            options=list(ACTIVATION_CHOICES),
            value=settings.activation,
            description="Activation",
            **NETWORK,
        )
        self.learning_rate = choose(
            options=sorted({*RATES, settings.learning_rate}),
            value=settings.learning_rate,
            description="Learning rate",
            **TRAINING,
        )
        self.regularization = choose(
            options=list(REGULARIZATIONS),
            value=settings.regularization,
            description="Regularization",
            **TRAINING,
        )
        self.regularization_rate = choose(
            options=sorted({0.0, *RATES, settings.regularization_rate}),
            value=settings.regularization_rate,
            description="Regularization rate",
            **TRAINING,
        )
        hidden = settings.hidden_units
        self.layers = _whole("Hidden layers", len(hidden), 0, MOST_LAYERS)
        self.units = [
            _whole(f"Neurons in layer {n + 1}", hidden[n] if n < len(hidden) else 4, 1, MOST_UNITS)
            for n in range(MOST_LAYERS)
        ]
        self._hide_unused()
        self.layers.observe(self._hide_unused, names="value")
        self.columns = (self._data_column(), self._network_column(), self._training_column())
        self._given, self._first = settings, self._values()

    @property
    def settings(self):
        """The chosen `Settings`; raises `ValueError` where they cannot be.

        They are those given, but for the fields whose controls show something else than at first:
        the order of the features, for one, is nothing that a control shows.
        """
        now = self._values()
        changed = {name: now[name] for name in now if now[name] != self._first[name]}
        return dataclasses.replace(self._given, **changed)

    def _values(self):
        """Return what the controls show, by the field of `Settings`."""
        names = "data noise train_share batch_size activation learning_rate".split()
        names += "regularization regularization_rate seed".split()
        return {
            **{name: getattr(self, name).value for name in names},
            "features": tuple(name for name, box in self.features.items() if box.value),
            "hidden_units": tuple(units.value for units in self.units[: self.layers.value]),
        }

    def observe(self, changed):
        """Call `changed(change)` whenever a setting has changed."""
        single = [self.data, self.noise, self.train_share, self.batch_size, self.seed]
        single += [self.activation, self.learning_rate, self.regularization]
        single += [self.regularization_rate, self.layers, *self.units, *self.features.values()]
        for widget in single:
            widget.observe(changed, names="value")

    def _hide_unused(self, change=None):
        for n, units in enumerate(self.units):
            units.layout.display = "flex" if n < self.layers.value else "none"

    def _data_column(self):
        boxes = ipywidgets.HBox(
            list(self.features.values()), layout={"flex_flow": "row wrap", **WIDTH}
        )
        return ipywidgets.VBox(
            [
                _heading("Data"),
                *(self.data, self.noise, self.train_share, self.seed),
                _heading("Features"),
                boxes,
            ]
        )

    def _network_column(self):
        return ipywidgets.VBox([_heading("Network"), self.activation, self.layers, *self.units])

    def _training_column(self):
        penalty = (self.regularization, self.regularization_rate)
        return ipywidgets.VBox(
            [_heading("Training"), self.learning_rate, self.batch_size, *penalty]
        )


def _share(description, value, low, high, step):
    return ipywidgets.FloatSlider(
        **{"value": value, "min": low, "max": high, "step": step, "description": description},
        continuous_update=False,  # a new network is compiled for each value
        **DATA,
    )


def _whole(description, value, low, high):
    return ipywidgets.IntSlider(
        value=value, min=low, max=high, description=description, continuous_update=False, **NETWORK
    )


def _number(description, value, low, high, column):
    return ipywidgets.BoundedIntText(
        value=value, min=low, max=high, description=description, **column
    )


def _heading(text):
    return ipywidgets.HTML(f"<b>{text}</b>")
