"""Whatever is passed to a helper that does without Keras: a finite result or an error by name.

The contract stands in `strange_input.py`; tests/test_bad_input_keras.py holds it for the helpers
that need Keras, and holds that no public helper is missing in both.
"""

import numpy as np
from hypothesis import strategies as st
from matplotlib.figure import Figure
from strange_input import (
    ANYTHING,
    ARRAYS,
    EXTREMES,
    USUAL,
    arrays,
    case,
    holds_contract,
    parametrized,
)

from utils import (
    activations,
    curves,
    datasets,
    diagnostics,
    evidence,
    layer_chain,
    losses,
    models,
    optimizers,
    plotting,
    random_networks,
    reproducibility,
    statistics,
    validation,
)

COUNTS = st.integers(1, 5)
SEEDS = st.integers(0, 2**32 - 1)
LEVELS = st.floats(0.01, 0.99) | st.sampled_from([0, 1, 0.95, 1 - 1e-12, 1e-300])
SHARES = st.sampled_from([0, 0.5, 1, 0.25])
ACTIVATION_NAMES = st.sampled_from(list(activations.ACTIVATIONS))
PROBABILITIES = arrays((3, 2), st.floats(0, 1)) | ARRAYS
ROWS = st.sampled_from([np.eye(3), np.full((3, 3), 1 / 3), [[1, 0], [0, 1]], [[0.5, 0.5]] * 2])
LOGITS = arrays((3, 3), EXTREMES | USUAL) | arrays((2, 2), EXTREMES)
POLYLINES = arrays((3, 2), EXTREMES | USUAL) | arrays((2, 2)) | ARRAYS
SAMPLES = arrays(st.sampled_from([(5,), (2,), (20,)]), EXTREMES | USUAL) | arrays(5) | ARRAYS
FUNCTIONS = st.sampled_from(
    [np.sum, lambda w: (w**2).sum(), lambda w: None, lambda w: "one", lambda w: w, lambda w: np.nan]
)


def activation_cases():
    of_z = {f for a in activations.ACTIVATIONS.values() for f in (a.function, a.derivative)}
    return [case(f, z=ARRAYS) for f in sorted(of_z, key=lambda f: f.__name__)]


def chain(name, error, z):
    return activations.ACTIVATIONS[name].chain(error, z)


def network(layer_sizes=(2, 3, 1), activation="tanh", seed=0, loss="quadratic_cost"):
    return models.BPNetwork(layer_sizes, activation, seed, loss)


def pass_through(x, y_true, learning_rate, activation):
    net = network(activation=activation)
    net.forward(x)
    net.backward(y_true)
    net.update(learning_rate)
    return net.cost(y_true)


def fit(x, y_true, learning_rate, epochs, batch_size, shuffle_seed):
    return network().fit(x, y_true, learning_rate, epochs, batch_size, shuffle_seed)


def split(test_share, seed):
    return datasets.load("moons", n_samples=8).split(test_share, seed)


def columns(names):
    return datasets.load("diabetes").columns(names)


def record(**arguments):
    table = evidence.EvidenceTable("03")
    table.record(**arguments)
    return table._repr_mimebundle_()


def outward(values, decimals):
    return statistics.mean_interval(values).outward(decimals)


PAIRS = {"y_true": ARRAYS, "y_pred": ARRAYS}
TEXTS = st.sampled_from(["a text", "text with < and 三", " "])
LOSSES = [
    *(case(f, **PAIRS) for f in (losses.quadratic_cost, losses.quadratic_cost_gradient)),
    *(case(f, **PAIRS) for f in (losses.mean_absolute_error, losses.mean_absolute_error_gradient)),
    *(
        case(f, **PAIRS, delta=EXTREMES | st.floats(0.1, 2))
        for f in (losses.huber, losses.huber_gradient)
    ),
    *(
        case(f, y_true=PROBABILITIES, y_pred=PROBABILITIES | LOGITS, from_logits=st.booleans())
        for f in (losses.binary_crossentropy, losses.binary_crossentropy_gradient)
    ),
    *(
        case(f, y_true=ROWS | ARRAYS, y_pred=ROWS | LOGITS, from_logits=st.booleans())
        for f in (losses.categorical_crossentropy, losses.categorical_crossentropy_gradient)
    ),
]
STATISTICS = [
    case(statistics.mean_interval, values=SAMPLES, level=LEVELS),
    case(statistics.median_interval, values=SAMPLES, level=LEVELS),
    case(
        statistics.bootstrap_interval,
        values=SAMPLES,
        statistic=st.sampled_from([np.mean, np.median, np.max]),
        level=LEVELS,
        resamples=st.integers(1, 50),
        seed=SEEDS,
    ),
    case(statistics.wilson_interval, successes=st.integers(0, 5), n=COUNTS, level=LEVELS),
    case(
        statistics.paired_difference,
        a=SAMPLES,
        b=SAMPLES,
        statistic=st.sampled_from(["mean", "median", "mode"]),
        level=LEVELS,
    ),
    case(statistics.Interval, outward, values=SAMPLES, decimals=st.integers(-3, 3)),
]
DATA = [
    case(datasets.standardize, x=ARRAYS, reference=st.none() | ARRAYS),
    case(
        datasets.load,
        name=st.sampled_from([*datasets.GENERATORS, "digits"]),
        n_samples=st.integers(4, 20),
        noise=EXTREMES | st.floats(0, 1),
        seed=SEEDS,
        says=("digits", "diabetes"),
    ),
    case(datasets.Dataset, split, test_share=SHARES, seed=SEEDS),
    case(datasets.Dataset, columns, names=st.sampled_from(["age", "bmi", "height"])),
]
CURVES = [
    case(curves.turning_angles, polyline=POLYLINES),
    case(
        curves.largest_deviation,
        curves=st.lists(POLYLINES, max_size=2),
        polylines=st.lists(POLYLINES, max_size=2),
    ),
]
NETWORKS = [
    case(
        activations.Activation,
        chain,
        name=ACTIVATION_NAMES,
        error=ARRAYS,
        z=ARRAYS,
        strange=("z", "error"),
        nan=True,
    ),
    case(
        models.BPNetwork,
        network,
        layer_sizes=st.lists(COUNTS, max_size=4),
        activation=ACTIVATION_NAMES | st.lists(ACTIVATION_NAMES, max_size=3),
        seed=SEEDS,
        loss=st.sampled_from(list(models.LOSSES)),
    ),
    case(
        models.BPNetwork,
        pass_through,
        x=arrays((3, 2)) | ARRAYS,
        y_true=arrays((3, 1)) | ARRAYS,
        learning_rate=EXTREMES | st.just(0.1),
        activation=st.sampled_from(["tanh", "relu", "softmax"]),
        strange=("x", "y_true", "learning_rate"),
        nan=True,  # `cost` says so where the outputs are not finite any more
    ),
    case(
        models.BPNetwork,
        fit,
        x=arrays((3, 2)) | ARRAYS,
        y_true=arrays((3, 1)) | ARRAYS,
        learning_rate=EXTREMES | st.just(0.1),
        epochs=COUNTS,
        batch_size=st.none() | COUNTS,
        shuffle_seed=st.none() | SEEDS,
        nan=True,
    ),
    case(
        random_networks.random_signals,
        activation=ACTIVATION_NAMES,
        depth=COUNTS,
        width=COUNTS,
        weight_scale=EXTREMES | USUAL,
        networks=COUNTS,
        samples=COUNTS,
        input_scale=EXTREMES | USUAL,
        distribution=st.sampled_from(random_networks.DISTRIBUTIONS),
        seed=SEEDS,
        nan=True,
    ),
    case(
        random_networks.delta_ratios,
        activation=ACTIVATION_NAMES,
        depths=st.lists(COUNTS, max_size=3),
        weight_scales=st.lists(EXTREMES | USUAL, max_size=3),
        width=COUNTS,
        networks=COUNTS,
        seed=SEEDS,
        nan=True,
    ),
    case(
        diagnostics.hidden_signals,
        weights=st.sampled_from(
            [[np.ones((2, 2)), np.ones(2), np.ones((2, 1)), np.ones(1)], [], [1, 2, 3, 4]]
        )
        | st.lists(ARRAYS, min_size=4, max_size=4),
        x=arrays((3, 2)) | ARRAYS,
        activation=ACTIVATION_NAMES,
    ),
    case(
        layer_chain.Stage,
        lambda a: layer_chain.Stage("s", np.ones((2, 1)), np.zeros(1), 0.0).preactivation(a),
        a=arrays((3, 2), EXTREMES.filter(np.isfinite) | USUAL),
        strange=(),  # `read_chain` and `utils.regions`, which make stages, check what they pass
        says=("the weights",),
    ),
]
OTHERS = [
    case(diagnostics.numerical_gradient, f=FUNCTIONS, x=ARRAYS, says=("the value of f",)),
    case(
        diagnostics.relative_error,
        found=ARRAYS | st.lists(ARRAYS, max_size=2),
        wanted=ARRAYS | st.lists(ARRAYS, max_size=2),
    ),
    case(
        diagnostics.network_gradients,
        network=st.builds(network),
        x=arrays((3, 2)) | ARRAYS,
        y_true=arrays((3, 1)) | ARRAYS,
        says=("the value of f",),
    ),
    case(
        optimizers.gradient_descent,
        loss=st.sampled_from([lambda w: w**2, lambda w: None, lambda w: "one", np.sum]),
        start=ARRAYS,
        learning_rate=EXTREMES | st.just(0.1),
        steps=st.integers(0, 5),
        gradient=st.sampled_from([lambda w: 2 * w, lambda w: None, lambda w: "one", np.sum]),
        strange=("start", "learning_rate", "steps"),
        nan=True,
    ),
    case(evidence.EvidenceTable, chapter=st.sampled_from(["00", "7", "²²", "abc"])),
    case(
        evidence.EvidenceTable,
        record,
        identifier=TEXTS,
        claim=TEXTS,
        experiment=TEXTS,
        measured=TEXTS,
        holds=st.booleans() | st.sampled_from([np.True_, np.zeros(3)]),
        interval=st.just("exact") | arrays(2) | ARRAYS,
        seeds=COUNTS,
        only_if=st.just("") | TEXTS,
    ),
    case(plotting.number, value=USUAL | EXTREMES, form=st.sampled_from(["g", ".2f", "nonsense"])),
    case(
        plotting.label,
        lambda text, point, offset: plotting.label(Figure().subplots(), text, point, offset),
        text=TEXTS,
        point=arrays(2, EXTREMES | USUAL) | ARRAYS,
        offset=arrays(2) | ARRAYS,
    ),
    case(plotting.png_bytes, figure=st.builds(Figure, figsize=st.just((1, 1)))),
    case(
        plotting.image_bundle,
        image=st.binary(max_size=3),
        alt=TEXTS | st.just("a sentence that is long enough"),
        kind=st.sampled_from(["png", "gif", "svg"]),
    ),
    case(reproducibility.versions, packages=st.lists(st.sampled_from(["numpy", "none"]))),
]
CHECKS = [
    case(validation.describe, value=ANYTHING),
    case(validation.fail, lambda value: validation.fail("value", "another", value), value=ANYTHING),
    case(
        validation.check_number,
        lambda value: validation.check_number("value", value),
        value=ANYTHING,
    ),
    case(
        validation.check_count, lambda value: validation.check_count("value", value), value=ANYTHING
    ),
    case(
        validation.check_bool, lambda value: validation.check_bool("value", value), value=ANYTHING
    ),
    case(
        validation.check_choice,
        lambda value: validation.check_choice("value", value, ["a"]),
        value=ANYTHING,
    ),
    case(
        validation.check_array, lambda value: validation.check_array("value", value), value=ANYTHING
    ),
]
CASES = [*activation_cases(), *LOSSES, *STATISTICS, *DATA, *CURVES, *NETWORKS, *OTHERS, *CHECKS]


@parametrized(CASES, examples=40)
def test_gives_a_finite_result_or_names_the_argument(case, data):
    holds_contract(case, data)
