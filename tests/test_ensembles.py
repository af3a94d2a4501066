"""`train_many` against `model.fit`, against descent by hand, and against what it must refuse."""

import os
import pathlib
import warnings

import keras
import nbclient
import nbformat
import numpy as np
import pytest
import tensorflow as tf

from utils import stack_runner, stacking
from utils.ensembles import train_many

layers = keras.layers
SEEDS = [3, 7]
X = np.random.default_rng(0).normal(size=(50, 2))
X_HELD = np.random.default_rng(1).normal(size=(20, 2))


def targets(x, outputs=1):
    return np.stack([np.sin((1 + i) * x[:, 0]) * x[:, 1] for i in range(outputs)], axis=1)


def mlp(activation="tanh", outputs=1, **dense):
    hidden = [layers.Dense(6, activation=activation, **dense) for _ in range(2)]
    return keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(outputs)])


def fit(build, seed, x, y, optimizer="adam", loss="mse", metrics=(), **arguments):
    """The history and the model of plain Keras, from the same start and without shuffling."""
    keras.utils.set_random_seed(seed)
    model = build()
    optimizer = keras.optimizers.get(optimizer if isinstance(optimizer, str) else optimizer())
    model.compile(optimizer, loss, metrics=list(metrics), jit_compile=False)  # starts sooner
    arguments = {"epochs": 3, "batch_size": 16, "shuffle": False, "verbose": 0, **arguments}
    return model.fit(x, y, **arguments).history, model


OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.1),
    "momentum": lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda: keras.optimizers.Adam(0.01),
}


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_agrees_with_fit(optimizer, activation, outputs):
    """50 samples in batches of 16 leave a last batch of 2, which counts for less."""

    def build():
        return mlp(activation, outputs)

    settings = {"epochs": 3, "batch_size": 16, "shuffle": False}
    y, make = targets(X, outputs), OPTIMIZERS[optimizer]
    found = train_many(build, X, y, seeds=SEEDS, optimizer=make(), **settings)
    for member, seed in enumerate(SEEDS):
        history, model = fit(build, seed, X, y, make)
        np.testing.assert_allclose(found.losses[member], history["loss"], rtol=1e-5)
        for ours, theirs in zip(found.weights, model.get_weights(), strict=True):
            np.testing.assert_allclose(ours[member], theirs, rtol=1e-4, atol=1e-6)


def skip_network():
    """A functional model with a skip connection, normalization, penalties and a frozen layer."""
    inputs = keras.Input((2,))
    frozen = layers.Dense(6, activation="tanh", trainable=False)(inputs)
    hidden = layers.Dense(6, activation="relu", kernel_regularizer="l2")(frozen)
    hidden = layers.LayerNormalization()(layers.Add()([frozen, hidden]))
    outputs = layers.Dense(3, activation="softmax", activity_regularizer="l1")(hidden)
    return keras.Model(inputs, outputs)


def decaying_adam():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.02, 5, 0.9)
    return keras.optimizers.AdamW(schedule, weight_decay=0.01, clipvalue=0.1)


def certainty(y_true, y_pred):
    """A metric that is a plain function: the largest probability of each sample."""
    return keras.ops.max(y_pred, axis=-1)


def all_metrics():
    return ["accuracy", certainty, keras.metrics.SparseCategoricalCrossentropy(name="entropy")]


@pytest.fixture(scope="module")
def classes():
    """Labels of three classes, for training and for validation."""
    return (X[:, 0] > 0).astype(int) + (X[:, 1] > 0), (X_HELD[:, 0] > 0).astype(int)


@pytest.fixture(scope="module")
def classifiers(classes):
    """The skip network, trained on labels from three seeds with all that can be recorded."""
    return train_many(
        skip_network,
        X,
        classes[0],
        seeds=[3, 7, 11],
        epochs=3,
        batch_size=16,
        optimizer=decaying_adam(),
        loss="sparse_categorical_crossentropy",
        metrics=all_metrics(),
        validation_data=(X_HELD, classes[1]),
        shuffle=False,
        snapshot_epochs=[2, 0],
        snapshot_x=X_HELD,
    )


@pytest.mark.parametrize("member", [0, 2])
def test_history_of_everything_agrees_with_fit(classifiers, classes, member):
    loss = "sparse_categorical_crossentropy"
    held_out = {"validation_data": (X_HELD, classes[1])}
    seed = classifiers.seeds[member]
    history, model = fit(
        skip_network, seed, X, classes[0], decaying_adam, loss, all_metrics(), **held_out
    )
    ours = {
        "loss": classifiers.losses,
        "val_loss": classifiers.validation_losses,
        **classifiers.metrics,
        **{f"val_{name}": values for name, values in classifiers.validation_metrics.items()},
    }
    assert set(ours) == set(history)
    for name, values in history.items():
        np.testing.assert_allclose(ours[name][member], values, rtol=1e-5, err_msg=name)
    predicted = model.predict(X_HELD, verbose=0)
    np.testing.assert_allclose(classifiers.predict(X_HELD)[member], predicted, atol=1e-6)


def test_frozen_weights_stay_and_others_move(classifiers):
    for seed in (3, 7):
        keras.utils.set_random_seed(seed)
        model = skip_network()
        member = classifiers.seeds.index(seed)
        for variable, ours in zip(model.weights, classifiers.weights, strict=True):
            same = np.array_equal(ours[member], variable.numpy())
            assert same == (not variable.trainable), variable.path


def test_snapshots_begin_at_the_plain_keras_start(classifiers):
    keras.utils.set_random_seed(7)
    start = skip_network()
    assert sorted(classifiers.snapshots) == [0, 2]
    assert classifiers.snapshots[2].shape == (3, 20, 3)
    np.testing.assert_array_equal(classifiers.snapshots[0][1], start(X_HELD).numpy())
    for ours, theirs in zip(classifiers.weights_at(0), start.get_weights(), strict=True):
        np.testing.assert_array_equal(ours[1], theirs)
    assert not np.allclose(classifiers.snapshots[2], classifiers.predict(X_HELD))


def test_model_gives_a_real_keras_model(classifiers):
    model = classifiers.model(11, epoch=2)
    assert isinstance(model, keras.Model)
    np.testing.assert_allclose(model(X_HELD), classifiers.snapshots[2][2], atol=1e-6)
    with pytest.raises(ValueError, match="seed must be one that was trained once, of 3, 7, 11"):
        classifiers.model(5)
    with pytest.raises(ValueError, match=r"epoch must be one whose weights were kept \(0, 2, 3\)"):
        classifiers.predict(X_HELD, epoch=1)


def test_accuracies_agree_with_keras(classes):
    """The kind follows from the shapes: one output, labels, or one target per class."""
    hot = keras.utils.to_categorical(classes[0])
    for outputs, y, loss in [(1, classes[0] > 0, "binary_crossentropy"), (3, hot, "mse")]:

        def build(outputs=outputs):
            return mlp(outputs=outputs)

        found = train_many(
            build, X, y, seeds=1, epochs=1, loss=loss, shuffle=False, metrics=["accuracy"]
        )
        history, _ = fit(build, 0, X, y, loss=loss, metrics=["accuracy"], epochs=1, batch_size=32)
        np.testing.assert_allclose(found.metrics["accuracy"][0], history["accuracy"], rtol=1e-6)


def test_descent_by_hand():
    """One linear layer, quadratic loss, all samples at once: the steps are written down here."""

    def build():
        return keras.Sequential([keras.Input((2,)), layers.Dense(1)])

    y = X @ [[1.0], [-2.0]] + 0.5
    found = train_many(
        build, X, y, seeds=1, epochs=5, batch_size=999, optimizer=keras.optimizers.SGD(0.1)
    )
    keras.utils.set_random_seed(0)
    w, b = (weights.astype(float) for weights in build().get_weights())
    for epoch in range(5):
        error = X @ w + b - y
        np.testing.assert_allclose(found.losses[0, epoch], np.mean(error**2), rtol=1e-5)
        w, b = w - 0.1 * 2 * X.T @ error / len(X), b - 0.1 * 2 * error.mean(axis=0)
    np.testing.assert_allclose(found.weights[0][0], w, rtol=1e-4)


def shuffled_by_hand(seed, epochs):
    """Losses of plain Keras, batch by batch, in the order that NumPy draws from `seed`."""
    keras.utils.set_random_seed(seed)
    model = mlp()
    model.compile("adam", "mse")
    random, losses = np.random.default_rng(seed), []
    for _ in range(epochs):
        order, total = random.permutation(len(X)), 0.0
        for batch in np.split(order, range(16, len(X), 16)):
            model.reset_metrics()
            total += len(batch) * np.ravel(model.train_on_batch(X[batch], targets(X)[batch]))[0]
        losses.append(total / len(X))
    return losses


def test_each_seed_shuffles_in_its_own_order(monkeypatch):
    settings = {"epochs": 3, "batch_size": 16}
    found = train_many(mlp, X, targets(X), seeds=SEEDS, **settings)
    for member, seed in enumerate(SEEDS):
        np.testing.assert_allclose(found.losses[member], shuffled_by_hand(seed, 3), rtol=1e-5)
    # The result hangs neither on how many epochs are handed over at once nor on the cores.
    monkeypatch.setattr(stack_runner, "ORDER_LIMIT", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    again = train_many(mlp, X, targets(X), seeds=SEEDS, **settings)
    np.testing.assert_array_equal(found.losses, again.losses)


def test_number_of_cores_and_company_change_nothing(monkeypatch):
    monkeypatch.setattr(stack_runner, "MEMBERS_PER_STACK", 2)
    settings = {"epochs": 2, "learning_rates": [0.01] * 4 + [0.02], "optimizer": "sgd"}
    runs = []
    for cores in (1, 3):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        runs.append(train_many(mlp, X, targets(X), seeds=[4, 1, 0, 2, 0], **settings))
    np.testing.assert_array_equal(runs[0].losses, runs[1].losses)
    np.testing.assert_array_equal(runs[0].predict(X_HELD), runs[1].predict(X_HELD))
    alone = train_many(
        mlp, X, targets(X), seeds=[0], epochs=2, optimizer=keras.optimizers.SGD(0.02)
    )
    np.testing.assert_allclose(runs[0].losses[4], alone.losses[0], rtol=1e-6)
    with pytest.raises(ValueError, match="seed must be one that was trained once"):
        runs[0].model(0)
    np.testing.assert_array_equal(runs[0].member(4)(X_HELD), runs[0].predict(X_HELD)[4])


def test_split_members_covers_all_in_equal_stacks():
    for count in (1, 7, 8, 9, 20, 33, 512):
        stacks = stack_runner.split_members(count)
        assert stacks.shape[1] <= stack_runner.MEMBERS_PER_STACK
        np.testing.assert_array_equal(stacks.ravel()[:count], np.arange(count))
        assert set(stacks.ravel()[count:]) <= {count - 1} and stacks.size - count < len(stacks)


def test_own_data_and_own_weights_per_seed():
    x = np.stack([X, X[::-1] + 1])
    y = np.stack([targets(X), targets(X) + 1])
    starts = []
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        starts.append(mlp().get_weights())
    doubled = [2 * np.stack(arrays) for arrays in zip(*starts, strict=True)]
    found = train_many(
        mlp,
        x,
        y,
        seeds=SEEDS,
        epochs=3,
        batch_size=16,
        shuffle=False,
        data_per_seed=True,
        validation_data=(x[:, :9], y[:, :9]),
        initial_weights=doubled,
    )
    for member in range(2):

        def build(member=member):
            model = mlp()
            model.set_weights([array[member] for array in doubled])
            return model

        held_out = {"validation_data": (x[member, :9], y[member, :9])}
        history, _ = fit(build, 0, x[member], y[member], **held_out)
        np.testing.assert_allclose(found.losses[member], history["loss"], rtol=1e-5)
        np.testing.assert_allclose(found.validation_losses[member], history["val_loss"], rtol=1e-5)


def test_a_diverged_seed_is_reported_and_hurts_no_other():
    settings = {"seeds": [0, 1, 2], "epochs": 4, "optimizer": "sgd"}
    calm = train_many(mlp, X, targets(X), **settings, learning_rates=[0.01] * 3)
    found = train_many(mlp, X, targets(X), **settings, learning_rates=[0.01, 1e20, 0.01])
    assert found.diverged.tolist() == [False, True, False]
    assert found.diverged_epoch.tolist() == [0, 1, 0]
    assert not np.isfinite(found.losses[1, 1:]).any()
    np.testing.assert_array_equal(found.losses[::2], calm.losses[::2])
    assert not calm.diverged.any()


def test_nothing_that_was_handed_over_is_changed():
    optimizer, metric = keras.optimizers.Adam(0.01), keras.metrics.MeanAbsoluteError()
    metric.update_state([[1.0]], [[3.0]])
    x, y = X.copy(), targets(X)[:, 0]  # a target without the output's axis, as Keras allows
    found = train_many(mlp, x, y, seeds=1, epochs=1, optimizer=optimizer, metrics=[metric])
    assert list(found.metrics) == ["mean_absolute_error"]
    assert optimizer.iterations.numpy() == 0 and float(metric.result()) == 2.0
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(y, targets(X)[:, 0])


def test_without_xla_it_says_so_once_and_agrees(monkeypatch):
    compiled = train_many(mlp, X, targets(X), seeds=2, epochs=2)
    function = tf.function

    def without_xla(*arguments, jit_compile=None, **settings):
        if jit_compile:
            raise tf.errors.UnimplementedError(None, None, "no XLA here")
        return function(*arguments, **settings)

    monkeypatch.setattr(tf, "function", without_xla)
    stacking.xla_works.cache_clear()
    try:
        with pytest.warns(UserWarning, match="XLA is missing here") as caught:
            found = train_many(mlp, X, targets(X), seeds=2, epochs=2)
            train_many(mlp, X, targets(X), seeds=1, epochs=1)
        assert len(caught) == 1
    finally:
        stacking.xla_works.cache_clear()
    np.testing.assert_allclose(found.losses, compiled.losses, rtol=1e-5)


CODE = """
import sys
sys.path.insert(0, {root!r})
import utils.reproducibility
utils.reproducibility.quiet_tensorflow()
import keras, numpy
from utils import ensembles, progress
progress.DELAY = 0.1
def build():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
x = numpy.ones((1000, 2))
found = ensembles.train_many(build, x, x[:, :1], seeds=20, epochs=20)
"""


def test_a_long_run_leaves_nothing_in_an_executed_notebook():
    """Neither the bar nor what TensorFlow and XLA have to say when they start."""
    root = str(pathlib.Path(__file__).resolve().parents[1])
    cell = nbformat.v4.new_code_cell(CODE.format(root=root))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(notebook, timeout=120).execute()
    assert notebook.cells[0].outputs == []


def sequential(*hidden):
    return lambda: keras.Sequential([keras.Input((2,)), *(make() for make in hidden)])


def two_inputs():
    inputs = [keras.Input((2,)), keras.Input((2,))]
    return keras.Model(inputs, layers.Dense(1)(layers.Add()(inputs)))


def image_model():
    shape = [layers.Reshape((2, 1)), layers.Conv1D(3, 1), layers.Flatten(), layers.Dense(1)]
    return keras.Sequential([keras.Input((2,)), *shape])


REFUSED_MODELS = {
    "dropout": sequential(lambda: layers.Dropout(0.5), lambda: layers.Dense(1)),
    "noise": sequential(lambda: layers.GaussianNoise(0.5), lambda: layers.Dense(1)),
    "batch_normalization": sequential(layers.BatchNormalization, lambda: layers.Dense(1)),
    "constraints": sequential(lambda: layers.Dense(1, kernel_constraint="non_neg")),
    "float32": sequential(lambda: layers.Dense(1, dtype="float64")),
    "trainable": sequential(lambda: layers.Dense(1, trainable=False)),
    "one input": two_inputs,
    "returns a Keras model": lambda: None,
    "can be stacked: .*Conv2D": image_model,
}


@pytest.mark.parametrize("reason", REFUSED_MODELS)
def test_refuses_models_that_cannot_be_stacked(reason):
    with pytest.raises(ValueError, match="build.* must .*" + reason):
        train_many(REFUSED_MODELS[reason], X, targets(X), seeds=2, epochs=1)


def test_an_error_in_one_stack_ends_the_others(monkeypatch):
    monkeypatch.setattr(stack_runner, "MEMBERS_PER_STACK", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with pytest.raises(ValueError, match="can be stacked: .*Conv2D"):
        train_many(image_model, X, targets(X), seeds=6, epochs=1)


def test_frozen_batch_normalization_is_no_state():
    build = sequential(lambda: layers.BatchNormalization(trainable=False), lambda: layers.Dense(1))
    found = train_many(build, X, targets(X), seeds=2, epochs=2, shuffle=False, batch_size=16)
    history, _ = fit(build, 1, X, targets(X), epochs=2)
    np.testing.assert_allclose(found.losses[1], history["loss"], rtol=1e-5)


ACCEPTED = {
    "SGD": {"momentum": 0.9, "weight_decay": 0.01},
    "Adam": {"amsgrad": True, "clipvalue": 0.1},
    "AdamW": {"weight_decay": 0.1},
    "Adamax": {},
    "Nadam": {},
    "RMSprop": {"centered": True, "momentum": 0.5},
    "Adagrad": {},
    "Adadelta": {},
    "Ftrl": {},
    "Lion": {},
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_optimizers_that_act_on_each_weight_are_accepted(name):
    stacking.check_optimizer(getattr(keras.optimizers, name)(**ACCEPTED[name]))


REFUSED = {
    "Adafactor": {},
    "Lamb": {},
    "Muon": {},
    "SGD": {"clipnorm": 1e6},
    "Adam": {"global_clipnorm": 1e6},
    "RMSprop": {"use_ema": True},
    "Adagrad": {"loss_scale_factor": 2.0},
    "LossScaleOptimizer": {"inner_optimizer": "adam"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_optimizers_that_look_further_are_refused(name):
    if not hasattr(keras.optimizers, name):
        pytest.skip(f"this Keras has no {name}")
    arguments = dict(REFUSED[name])
    if name == "LossScaleOptimizer":
        arguments["inner_optimizer"] = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="optimizer must be one"):
        stacking.check_optimizer(getattr(keras.optimizers, name)(**arguments))


def test_an_optimizer_that_spares_some_weights_is_refused():
    optimizer = keras.optimizers.AdamW()
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    with pytest.raises(ValueError, match="decays all weights alike"):
        stacking.check_optimizer(optimizer)


class SignOfMean(keras.optimizers.SGD):
    """Looks at all gradients of a variable, under a name that nobody listed."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(keras.ops.mean(gradient) + 0 * gradient, variable, learning_rate)


def test_an_unknown_optimizer_is_judged_by_what_it_does():
    with pytest.raises(ValueError, match="acts on each weight by itself"):
        stacking.check_optimizer(SignOfMean(0.1))


BAD_ARGUMENTS = {
    "seeds": [0, -1, 2.5, [], [2**32], "many"],
    "epochs": [0, 1.5],
    "batch_size": [0],
    "optimizer": ["grandma", 3],
    "loss": ["grandma", 3],
    "metrics": [["grandma"], [3], ["mae", "mae"]],
    "learning_rates": [[0.1], [0.1, -0.1]],
    "initial_weights": [[], [np.zeros(3)] * 6],
    "snapshot_epochs": [[9], [-1]],
    "validation_data": [X, (X, targets(X)[:5]), (X[:, :1], targets(X))],
    "x": [[], X[:, 0], X * np.nan],
    "y": [targets(X)[:5]],
    "build": [None, lambda: 3],
}


@pytest.mark.parametrize(
    "name, value", [(name, value) for name, values in BAD_ARGUMENTS.items() for value in values]
)
def test_bad_arguments_are_named(name, value):
    arguments = {"build": mlp, "x": X, "y": targets(X), "seeds": 2, "epochs": 1, name: value}
    with warnings.catch_warnings(), pytest.raises(ValueError, match=f"^{name}"):
        warnings.simplefilter("error")
        train_many(arguments.pop("build"), arguments.pop("x"), arguments.pop("y"), **arguments)
