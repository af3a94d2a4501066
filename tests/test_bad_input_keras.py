"""Whatever is passed to a helper that works on a Keras model: as in tests/test_bad_input.py.

Keras takes milliseconds for each example, so these are few. The last test holds that every public
helper of `utils` stands in one of the two files, or below with the reason why not.
"""

import functools

import keras
import numpy as np
import pytest
import test_bad_input
from hypothesis import strategies as st
from strange_input import (
    ARRAYS,
    EXTREMES,
    USUAL,
    arrays,
    case,
    holds_contract,
    parametrized,
    public_helpers,
)
from test_bad_input import ACTIVATION_NAMES, COUNTS, SEEDS, SHARES

from utils import (
    controls,
    curves,
    diagnostics,
    keras_objects,
    layer_chain,
    models,
    optimizers,
    plotting,
    regions,
    reproducibility,
    signals,
)
from utils.ensembles import Ensemble, EnsembleTrainer, train_many
from utils.playground import Playground, Session, Settings, keras_code

RELU = models.build_mlp((3,), "relu", inputs=2, seed=0)
TANH = models.build_mlp((3, 3), "tanh", inputs=2, outputs=2, output_activation="softmax", seed=0)
BROKEN = models.build_mlp((3,), "relu", inputs=2, seed=0)
BROKEN.set_weights([np.full_like(weights, np.nan) for weights in BROKEN.get_weights()])
MODELS = st.sampled_from([RELU, RELU, TANH])
X = arrays((3, 2), EXTREMES | USUAL) | arrays((3, 2)) | ARRAYS
Y = arrays((3, 1)) | ARRAYS
BOUNDS = st.sampled_from([(-1, 1, -1, 1), (0, 1, 1, 0), (-1e300, 1e300, 0, 1)]) | arrays(4)
LOSS_NAMES = st.sampled_from(["mse", "mae", "no such loss"])
ORDERS = st.sampled_from([*signals.ORDERS, "best"])
BATCH = {"model": MODELS, "x": X, "y": Y, "loss": LOSS_NAMES}
EPOCHS = st.none() | st.integers(0, 4)
INITIALIZERS = st.sampled_from(["random_normal", "none such", None, 3, np.ones(2)])
WEIGHTS = st.sampled_from([RELU.get_weights(), TANH.get_weights(), []]) | st.lists(
    ARRAYS, max_size=2
)


def build():
    """Return a small Keras model."""
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


def train(x, y, **settings):
    return train_many(build, x, y, optimizer="sgd", **settings).weights


@functools.cache
def trained():
    """Return an ensemble whose methods are called."""
    x = np.ones((3, 2))
    return train_many(build, x, x[:, :1], seeds=2, epochs=3, optimizer="sgd", snapshot_epochs=[0])


def slope(loss, start):
    return optimizers.gradient_descent(loss, start, 0.1, 1).gradients


def quadratic_cost(y_true, y_pred):
    y_true, y_pred = (np.asarray(y, "float32") for y in (y_true, y_pred))
    return keras_objects.QuadraticCost()(y_true, y_pred)


GEOMETRY = [
    case(curves.grid_boundary, model=MODELS, bounds=BOUNDS, points=st.integers(2, 9)),
    case(regions.linear_regions, model=MODELS, bounds=BOUNDS, says=("the weights",)),
    case(regions.decision_boundary, model=MODELS, bounds=BOUNDS, says=("the weights",)),
    case(layer_chain.read_chain, model=MODELS, probes=arrays((3, 2)), strange=("model",)),
]
FLOW = [
    case(diagnostics.layer_gradient_norms, **BATCH, nan=True),
    case(signals.layer_deltas, **BATCH, nan=True),
    case(signals.layer_delta_norms, **BATCH, nan=True),
    case(signals.function_statistics, model=MODELS, x=X, nan=True),
    case(signals.update_ratios, before=WEIGHTS, after=WEIGHTS),
    case(signals.ablate, model=MODELS, x=X, share=SHARES, order=ORDERS, seed=SEEDS, nan=True),
    case(
        signals.ablation_accuracy,
        model=MODELS,
        x=X,
        labels=arrays(3) | ARRAYS,
        share=SHARES,
        order=ORDERS,
    ),
]
MAKERS = [
    case(
        models.build_mlp,
        hidden_units=st.lists(COUNTS, max_size=2),
        activation=ACTIVATION_NAMES,
        inputs=COUNTS,
        outputs=COUNTS,
        output_activation=st.none() | ACTIVATION_NAMES,
        kernel_initializer=INITIALIZERS,
        bias_initializer=INITIALIZERS,
        seed=st.none() | SEEDS,
        dtype=st.sampled_from(models.FLOATS),
        strange=("hidden_units", "activation", "inputs", "outputs", "seed", "dtype"),
    ),
    case(
        train_many,
        train,
        x=arrays((3, 2)) | ARRAYS,
        y=Y,
        seeds=COUNTS | st.lists(SEEDS, max_size=2),
        epochs=COUNTS,
        batch_size=COUNTS,
        metrics=st.sampled_from([None, ["mae"]]),
        learning_rates=st.none() | arrays(2),
        initial_weights=st.none() | st.lists(ARRAYS, max_size=2),
        snapshot_epochs=st.lists(st.integers(0, 9), max_size=2),
        snapshot_x=st.none() | X,
        validation_data=st.none() | st.tuples(X, Y),
        nan=True,
    ),
    case(Ensemble, lambda x, epoch: trained().predict(x, epoch), x=X, epoch=EPOCHS, nan=True),
    case(Ensemble, lambda seed, epoch: trained().model(seed, epoch), seed=COUNTS, epoch=EPOCHS),
    case(Ensemble, lambda index, epoch: trained().member(index, epoch), index=COUNTS, epoch=EPOCHS),
    case(Ensemble, lambda epoch: trained().weights_at(epoch), epoch=st.integers(0, 4)),
    case(
        EnsembleTrainer,
        build=st.just(build),
        optimizer=st.sampled_from(["sgd", "no such"]),
        loss=LOSS_NAMES,
        strange=("optimizer", "loss"),
    ),
    case(
        optimizers.tape_gradient,
        slope,
        loss=st.sampled_from([lambda w: w**2, np.sum]),
        start=X,
        nan=True,
    ),
    case(
        keras_objects.QuadraticCost,
        quadratic_cost,
        y_true=arrays((3, 1)),
        y_pred=arrays((3, 1)),
        strange=(),
    ),
    case(reproducibility.set_seeds, seed=SEEDS),
    case(reproducibility.start, seed=SEEDS),
]
PICTURES = [
    case(
        Settings,
        data=st.sampled_from(["xor", "moons"]),
        noise=EXTREMES | st.just(0.1),
        train_share=st.floats(0, 1),
        batch_size=COUNTS,
        features=st.sampled_from([("x1",), ("x1", "x1"), ()]),
        hidden_units=st.lists(COUNTS).map(tuple),
        activation=ACTIVATION_NAMES,
        learning_rate=EXTREMES | st.just(0.1),
        regularization=st.sampled_from(["none", "L1"]),
        regularization_rate=EXTREMES | st.just(0.1),
        seed=SEEDS,
        nan=True,
    ),
    case(keras_code, settings=st.just(Settings()), epochs=COUNTS),
    case(Session, settings=st.none(), strange=("settings",)),
    case(Playground, settings=st.sampled_from([3, "xor", {}]), strange=()),
    case(
        controls.build_controls,
        lambda draw, slider: controls.build_controls(draw, slider=slider),
        draw=st.just(3),
        slider=st.just((0, 1, 0.5)) | ARRAYS,
        strange=("slider",),
    ),
    case(plotting.show, figure=st.none(), alt=st.just("a sentence"), strange=("figure", "alt")),
    case(
        plotting.show_animation,
        figure=st.none(),
        draw=st.none(),
        frames=st.just([]),
        alt=st.just("a sentence"),
        fps=COUNTS,
    ),
]
CASES = [*GEOMETRY, *FLOW, *MAKERS, *PICTURES]


@parametrized(CASES, examples=12)
def test_gives_a_finite_result_or_names_the_argument(case, data):
    holds_contract(case, data)


@pytest.mark.parametrize("helper", [regions.linear_regions, regions.decision_boundary])
def test_weights_that_are_not_finite_are_refused(helper):
    with pytest.raises(ValueError, match="weights of layer .* must be finite"):
        helper(BROKEN, (-1, 1, -1, 1))


# What nobody calls from outside: the inner parts of a package, whose arguments its public helpers
# check, and what those return.
INNER_MODULES = {
    "utils.ensembles.arguments",
    "utils.ensembles.progress",
    "utils.ensembles.runner",
    "utils.ensembles.stacking",
    "utils.ensembles.training",
    "utils.keras_checks",
    "utils.playground.controls",
    "utils.playground.layout",
    "utils.playground.pictures",
    "utils.subdivision",
}
RESULTS = {
    "utils.optimizers.Descent",
    "utils.playground.session.Record",
    "utils.playground.settings.Feature",
    "utils.random_networks.Signals",
    "utils.regions.LinearRegion",
    "utils.signals.FunctionStatistics",
}
WITHOUT_OWN_CASE = {
    "utils.activations.of_numbers": "decorates the activations, each of which has a case",
    "utils.validation.refuse_overflow": "decorates helpers that have cases",
    "utils.ensembles.starting_points": "reached through train_many",
    "utils.ensembles.cores": "takes no argument",
    "utils.controls.interactive_figure": "shows what build_controls makes",
    "utils.playground.widgets.playground": "shows what Playground makes",
    "utils.datasets.load_fashion": "takes no argument",
    "utils.keras_objects.sign": "a Keras operation, for tensors alone",
    "utils.reproducibility.quiet_tensorflow": "takes no argument",
    "utils.reproducibility.use_style": "takes no argument",
}


def full_name(helper):
    return f"{helper.__module__}.{helper.__qualname__}"


def test_every_public_helper_has_a_case():
    """A new helper fails here until it has a case, or a reason above for having none."""
    public = {full_name(helper) for helper in public_helpers(apart_from=INNER_MODULES)}
    covered = {full_name(case.helper) for case in [*CASES, *test_bad_input.CASES]}
    excused = RESULTS | set(WITHOUT_OWN_CASE)
    assert public - covered == excused  # nothing is missing, and no excuse is out of date
