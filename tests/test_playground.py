"""Tests of utils.playground: training against Keras itself, pictures, and the widget's life."""

import asyncio
import dataclasses
import gc
import sys
import types
import weakref

import numpy as np
import pytest
from ipywidgets.widgets import widget as registry
from matplotlib.colors import to_rgba
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure

from utils import playground as package
from utils import xla
from utils.losses import binary_crossentropy
from utils.playground import Playground, Session, Settings, keras_code, layout, pictures, widgets
from utils.playground.controls import SettingsPanel
from utils.playground.settings import FEATURES

SMALL = Settings(hidden_units=(3, 2), batch_size=64, learning_rate=0.3)


@pytest.fixture(scope="module")
def session():
    return Session(SMALL)


def loss_of(model, settings, data):
    import keras

    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return float(loss(data.y[:, None], model(settings.inputs(data.x))))


@pytest.mark.parametrize(
    "wrong",
    [
        {"data": "cubes"},
        {"noise": -1},
        {"noise": float("nan")},
        {"noise": 0.8},
        {"train_share": 1.0},
        {"batch_size": 0},
        {"batch_size": 129},
        {"batch_size": 2.5},
        {"features": ()},
        {"features": ("x3",)},
        {"features": ("x1", "x1")},
        {"hidden_units": (0,)},
        {"hidden_units": (17,)},
        {"hidden_units": (1,) * 7},
        {"hidden_units": [3]},
        {"activation": "softmax"},
        {"learning_rate": 0},
        {"regularization": "L3"},
        {"regularization_rate": -1},
        {"seed": -1},
    ],
)
def test_a_wrong_setting_is_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)


def test_settings_at_their_limits_are_taken():
    Settings(hidden_units=(16,) * 6, regularization_rate=0, train_share=0.9)
    plain = Settings()
    assert plain.regularization_rate == 0 and plain.penalty is None
    training, test = plain.split()
    assert len(training.x) + len(test.x) == 1000
    assert [len(part.x) for part in Settings(train_share=0.9).split()] == [900, 100]
    with pytest.raises(AttributeError):
        plain.noise = 0.3


@pytest.mark.parametrize(
    "settings",
    [
        Settings(noise=0, train_share=0.1, batch_size=1, hidden_units=(), seed=0),
        Settings(
            noise=0.5, train_share=0.9, batch_size=128, hidden_units=(16,) * 6, seed=2**32 - 1,
            learning_rate=0.2, regularization="L1", regularization_rate=0.02,
        ),
        Settings(noise=0.123, features=("x2", "x1")),
    ],
)  # fmt: skip
def test_the_panel_shows_every_valid_setting(settings):
    panel = SettingsPanel(settings)
    for field in ("noise", "train_share", "batch_size", "seed", "learning_rate"):
        assert getattr(panel, field).value == getattr(settings, field)
    assert panel.settings == settings
    panel.learning_rate.value = 1.0
    assert panel.settings == dataclasses.replace(settings, learning_rate=1.0)


def test_features_are_what_their_code_says():
    x = np.random.default_rng(0).normal(size=(50, 2))
    for feature in FEATURES.values():
        np.testing.assert_array_equal(feature.function(x), eval(feature.code, {"np": np, "x": x}))
    chosen = Settings(features=("x1*x2", "sin(pi*x2)")).inputs(x)
    np.testing.assert_array_equal(
        chosen, np.float32(np.transpose([x[:, 0] * x[:, 1], np.sin(np.pi * x[:, 1])]))
    )


@pytest.mark.parametrize("penalty", [{}, {"regularization": "L2", "regularization_rate": 0.01}])
def test_epochs_are_those_of_fit(penalty):
    import keras

    settings = Settings(
        data="xor", hidden_units=(3,), batch_size=64, learning_rate=0.3, features=("x1", "x1*x2"),
        **penalty,
    )  # fmt: skip
    ours, oracle = Session(settings), settings.build()
    oracle.compile(keras.optimizers.SGD(0.3), keras.losses.BinaryCrossentropy(from_logits=True))
    random, samples = np.random.default_rng(settings.seed), len(ours.train.x)
    order = random.permuted(np.tile(np.arange(samples, dtype="int32"), (2, 1)), axis=1)
    x, y = settings.inputs(ours.train.x), ours.train.y[:, None]
    for epoch in order:
        oracle.fit(x[epoch], y[epoch], batch_size=64, shuffle=False, verbose=0)
    record = next(ours.steps(epochs=2))
    assert record.epoch == 2 and samples % 64  # the last batch is a short one
    for found, wanted in zip(ours.model.get_weights(), oracle.get_weights(), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert record.train_loss == pytest.approx(loss_of(oracle, settings, ours.train), abs=1e-5)
    assert record.test_loss == pytest.approx(loss_of(oracle, settings, ours.test), abs=1e-5)


def test_gradient_norms_are_those_of_a_tape(session):
    import keras
    import tensorflow as tf

    with tf.GradientTape() as tape:
        z = session.model(SMALL.inputs(session.train.x))
        loss = keras.losses.BinaryCrossentropy(from_logits=True)(session.train.y[:, None], z)
    gradients = [g.numpy() for g in tape.gradient(loss, session.model.trainable_variables)]
    for layer, norm in enumerate(session.last.gradient_norms):
        pair = np.concatenate([gradients[2 * layer].ravel(), gradients[2 * layer + 1]])
        assert norm == pytest.approx(np.linalg.norm(pair), rel=1e-5)


def test_signals_are_those_of_the_model(session):
    output = session.model(SMALL.inputs(session.test.x)).numpy()
    np.testing.assert_allclose(session.signals(session.test.x)[-1], output, atol=1e-5)


def test_dead_and_inactive_relus_are_counted():
    session = Session(Settings(hidden_units=(2,), activation="relu"))
    W, b, V, c = session.model.get_weights()
    W[:], b[:] = [[1, 1], [0, 0]], [0, -100]  # the first is active for x1 > 0, the second never
    session.model.set_weights([W, b, V, c])
    record = session._record(0)
    inactive = (session.train.x[:, 0] <= 0).mean()
    assert record.saturated == (pytest.approx((inactive + 1) / 2, abs=1e-6),)
    assert record.dead == (0.5,)


def test_without_xla_the_session_says_so_once_and_agrees(session, monkeypatch):
    import tensorflow as tf

    function = tf.function

    def without_xla(*arguments, jit_compile=None, **settings):
        if jit_compile:
            raise tf.errors.UnimplementedError(None, None, "no XLA here")
        return function(*arguments, **settings)

    session.reset()
    compiled = next(session.steps(epochs=3))
    monkeypatch.setattr(tf, "function", without_xla)
    xla.xla_works.cache_clear()
    try:
        with pytest.warns(UserWarning, match="XLA is missing here") as caught:
            found = next(Session(SMALL).steps(epochs=3))
        assert len(caught) == 1
    finally:
        xla.xla_works.cache_clear()
    assert found.epoch == 3
    assert found.train_loss == pytest.approx(compiled.train_loss, abs=1e-5)
    assert found.gradient_norms == pytest.approx(compiled.gradient_norms, rel=1e-4)


@pytest.mark.parametrize("epochs", [0, 26, 2.5])
def test_more_epochs_than_orders_are_refused_at_once(session, epochs):
    with pytest.raises(ValueError, match="epochs must be"):
        session.steps(epochs)


def test_all_25_epochs_have_their_own_order(session, monkeypatch):
    given = []
    monkeypatch.setattr(session, "_train", lambda orders, epochs: given.append(orders) or epochs)
    session.reset()
    next(session.steps(25))
    assert len({tuple(order) for order in given[0].tolist()}) == 25


def test_saturation_is_that_of_every_hidden_layer():
    import keras

    settings = dataclasses.replace(SMALL, activation="sigmoid")  # its largest slope is a quarter
    session = Session(settings)
    session.model.set_weights([10 * array + 1.0 for array in session.model.get_weights()])
    record = session._record(0)
    hidden = [layer.output for layer in session.model.layers[:-1]]
    signals = keras.Model(session.model.inputs[0], hidden)(settings.inputs(session.train.x))
    flat = [a * (1 - a) < 0.25 / 20 for a in map(np.asarray, signals)]
    assert record.saturated == pytest.approx([share.mean() for share in flat], abs=1e-3)
    assert record.dead == tuple(share.all(axis=0).mean() for share in flat)
    assert 0 < record.saturated[0] != record.saturated[1] > 0


def test_steps_are_single_epochs_unless_told(session):
    session.reset()
    steps = session.steps()
    assert [next(steps).epoch for _ in range(3)] == [1, 2, 3]
    assert next(session.steps(epochs=4)).epoch == 7
    assert [record.epoch for record in session.history] == [0, 1, 2, 3, 7]


def test_reset_repeats_the_same_training(session):
    session.reset()
    first = next(session.steps(epochs=3))
    session.reset()
    assert session.last.epoch == 0 and len(session.history) == 1
    assert next(session.steps(epochs=3)) == first


@pytest.fixture(scope="module")
def opened():
    playground = Playground(SMALL)
    yield playground
    playground.close()


@pytest.fixture
def shown(opened):
    opened.reset()
    return opened


DIVERGING = Settings(
    hidden_units=(2,), regularization="L2", regularization_rate=1.0, learning_rate=3.0
)


def test_divergence_ends_training_and_disables_play_until_reset():
    playground = Playground(DIVERGING)
    weights = playground.session.model.get_weights()

    async def play():
        playground.play()
        while playground.playing:
            await asyncio.sleep(0.01)

    asyncio.run(play())
    last = playground.session.last
    assert last.diverged and 0 < last.epoch < 50
    assert list(playground.session.steps()) == []
    assert f"Diverged at epoch {last.epoch}" in playground.view.state.value
    assert playground.view.buttons["play"].disabled and playground.view.buttons["step"].disabled
    playground.reset()
    assert not playground.view.buttons["play"].disabled and "Epoch 0" in playground.view.state.value
    for found, wanted in zip(playground.session.model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(found, wanted)
    playground.close()


@pytest.mark.parametrize(
    "settings",
    [
        SMALL,
        Settings(
            features=("x1", "sin(pi*x2)"), hidden_units=(2,), activation="purelin",
            regularization="L1", regularization_rate=0.01,
        ),
    ],
)  # fmt: skip
def test_code_builds_the_same_network_and_trains_it(settings, capsys):
    names = {}
    exec(keras_code(settings, epochs=2), names)
    session = Session(settings)
    code_model, history = names["model"], names["history"].history
    for ours, theirs in zip(session.model.layers, code_model.layers, strict=True):
        assert (ours.units, ours.activation) == (theirs.units, theirs.activation)
    assert history["loss"][1] < history["loss"][0]
    test, points = names["test"], names["features"](names["test"].x)
    loss = binary_crossentropy(test.y[:, None], code_model(points), from_logits=True)
    said = float(capsys.readouterr().out.removeprefix("test loss "))
    assert said == pytest.approx(loss, abs=6e-4), "as in the playground: without a penalty"
    initial = [layer.kernel_initializer for layer in code_model.layers]
    for layer, draw in zip(session.model.layers, initial, strict=True):
        np.testing.assert_array_equal(layer.kernel, draw(layer.kernel.shape))
    assert len(session.model.losses) == len(code_model.losses)
    np.testing.assert_array_equal(names["test"].x, session.test.x)


def test_pictures_say_what_they_show(session):
    for draw in (pictures.decision_map, pictures.network_map, pictures.loss_curves,
                 pictures.layer_bars):  # fmt: skip
        figure, alt = draw(session)
        assert isinstance(figure, Figure) and len(alt) > 40
        assert pictures.png(figure).startswith(b"\x89PNG")


def test_the_boundary_is_drawn_where_it_is():
    session = Session(Settings(hidden_units=()))
    for place in (-1.5, 0.3, 1.5):
        session.model.set_weights([np.array([[1.0], [0.0]]), np.array([-place])])
        axes = pictures.decision_map(session)[0].axes[0]
        line = next(artist for artist in axes.collections if isinstance(artist, ContourSet))
        x1, x2 = line.get_paths()[0].vertices.T
        np.testing.assert_allclose(x1, place, atol=1e-6)
        low, high = pictures.BOUNDS[2:]
        assert x2.min() < low + 0.05 and x2.max() > high - 0.05


def test_the_grid_has_the_centres_of_an_image_of_the_whole_square():
    low, high = pictures.BOUNDS[:2]
    x1 = pictures.grid(4).reshape(4, 4, 2)[0, :, 0]
    edges = np.linspace(low, high, 5)
    np.testing.assert_allclose(x1, (edges[:-1] + edges[1:]) / 2)
    np.testing.assert_array_equal(pictures.grid(4).reshape(4, 4, 2)[:, 0, 1], x1)


def test_the_network_is_drawn_with_title_and_key(session):
    figure, alt = pictures.network_map(session)
    axes = figure.axes[0]
    assert "z over the plane" in axes.get_title(loc="left") and "Blue is a negative" in alt
    words = {text.get_text(): text.get_position()[1] for text in axes.texts}
    (lines,) = axes.collections
    orange = [tuple(c) == to_rgba(pictures.COLOURS["class_1"]) for c in lines.get_colors()]
    for place, sign in ((-2, "negative"), (-1, "positive")):
        assert orange[place] == (sign == "positive")
        beside = next(y for text, y in words.items() if text.startswith(sign))
        np.testing.assert_allclose(lines.get_segments()[place][:, 1], beside)
    weights = np.concatenate([W.ravel() for W in session.model.get_weights()[::2]])
    np.testing.assert_array_equal(orange[:-2], weights > 0)
    first = np.abs(session.model.get_weights()[0]).ravel()
    widths = lines.get_linewidths()[: len(first)]
    np.testing.assert_array_equal(np.argsort(widths), np.argsort(first))


def test_the_terms_of_the_pictures_are_explained():
    for settings, words in (
        (SMALL, ("saturated", "fully saturated")),
        (Settings(hidden_units=(2,), activation="relu"), ("inactive", "dead")),
    ):
        shown = Playground(settings)
        for word in words:
            assert (
                f"<b>{word}</b>" in layout.WORDS
                and f"of {word} " in shown.view.alts["layers"].value
            )
        shown.close()


def test_regions_are_drawn_or_a_sentence_says_why_not():
    from utils.regions import linear_regions

    relu = Session(Settings(hidden_units=(3,), activation="relu"))
    wanted = len(linear_regions(relu.model, pictures.BOUNDS))
    assert f"each of {wanted} polygons" in pictures.decision_map(relu, regions=True)[1]
    assert "tanh" in pictures.why_no_regions(SMALL)
    assert "features" in pictures.why_no_regions(Settings(features=("x1",), activation="relu"))
    assert pictures.why_no_regions(relu.settings) == ""


def test_play_leaves_the_loop_free_and_pause_stops_at_once(shown):
    async def use():
        shown.view.buttons["play"].click()
        assert shown.playing and shown.view.buttons["play"].disabled
        others = 0
        while shown.session.last.epoch < 60:
            await asyncio.sleep(0.01)
            others += 1
        shown.view.buttons["pause"].click()
        epoch = shown.session.last.epoch
        await asyncio.sleep(0.3)
        return others, epoch

    others, epoch = asyncio.run(use())
    assert others > 0 and shown.session.last.epoch == epoch and not shown._background
    shown.view.buttons["step"].click()
    assert shown.session.last.epoch == epoch + 1
    assert f"Epoch {epoch + 1}" in shown.view.state.value


@pytest.mark.parametrize("end", ["close", "close the widget", "call again"])
def test_nothing_is_left_running(end, monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    monkeypatch.setattr(widgets, "_latest", None)
    before = set(registry._instances)

    async def use():
        package.playground(SMALL)
        first = widgets._latest
        first.play()
        await asyncio.sleep(0.05)
        ending = {
            "close": first.close,
            "close the widget": first.widget.close,
            "call again": lambda: package.playground(SMALL),
        }
        ending[end]()
        await asyncio.sleep(0.3)
        return first, [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    first, tasks = asyncio.run(use())
    assert not first.playing and not first._background and tasks == []
    if end == "close":
        assert widgets._latest is None
    else:
        widgets._latest.close()
    assert set(registry._instances) == before
    session = weakref.ref(first.session)
    del first
    gc.collect()
    assert session() is None


def test_a_closed_playground_listens_no_more():
    shown = Playground(SMALL)
    old, panel = shown.session, shown.view.panel
    shown.close()
    panel.layers.value = 1
    shown.view.options["regions"].value = True
    assert shown.session is old and shown.view.note.value == ""


def test_colab_trains_a_bounded_stretch_inside_the_click(shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(widgets, "COLAB_TIME", 0.3)
    before = shown.view.pictures["output"].value
    shown.view.buttons["play"].click()  # no event loop runs here
    assert shown.session.last.epoch > 0 and not shown.playing and not shown._background
    assert shown.view.pictures["output"].value != before
    assert not shown.view.buttons["play"].disabled


def test_controls_change_the_network():
    shown = Playground(SMALL)
    panel, old = shown.view.panel, shown.session
    panel.learning_rate.value = 0.01
    assert shown.session is old and float(old.optimizer.learning_rate) == pytest.approx(0.01)
    panel.layers.value = 1
    assert shown.session is not old and shown.session.settings.hidden_units == (3,)
    assert panel.units[0].layout.display == "flex" and panel.units[1].layout.display == "none"
    for box in panel.features.values():
        box.value = False
    assert "features" in shown.view.note.value and "ValueError" in shown.view.note.value
    shown.close()


def test_an_error_during_play_is_shown(shown, monkeypatch):
    def broken(*_):
        raise RuntimeError("no more ink")

    async def use():
        monkeypatch.setattr(pictures, "png", broken)
        shown.play()
        while shown._background:
            await asyncio.sleep(0.01)

    asyncio.run(use())
    assert "no more ink" in shown.view.note.value and not shown.playing


def test_the_notebook_keeps_a_sentence_and_nothing_is_printed(monkeypatch, capsys):
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: bundles.append(bundle))
    assert package.playground(SMALL) is None
    widgets._latest.close()
    assert set(bundles[0]) == {"application/vnd.jupyter.widget-view+json", "text/plain"}
    assert bundles[0]["text/plain"].startswith("Run this cell to get the playground")
    assert capsys.readouterr() == ("", "")


def test_settings_of_another_kind_are_refused():
    with pytest.raises(ValueError, match="settings must be a Settings"):
        Playground({"data": "xor"})
