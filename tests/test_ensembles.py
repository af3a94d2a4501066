"""`train_many` against `model.fit` and against descent by hand; what it keeps and reports."""

import keras
import numpy as np
import pytest
from plain_keras import X_HELD, X, fit, mlp, targets

from utils import ensembles
from utils.ensembles import EnsembleTrainer, runner, train_many

layers = keras.layers
SEEDS = [3, 7]

OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.1),
    "momentum": lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda: keras.optimizers.Adam(0.01),
}


@pytest.mark.parametrize("activation, outputs", [("tanh", 1), ("relu", 3)])
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
    labels, hot = classes[0], keras.utils.to_categorical(classes[0])
    sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    for outputs, y, loss in (
        (1, labels > 0, "binary_crossentropy"),
        (3, hot, "mse"),
        (3, labels, sparse),
        (3, labels[:, np.newaxis], sparse),
    ):

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
    monkeypatch.setattr(runner, "ORDER_LIMIT", 1)
    monkeypatch.setattr(ensembles, "cores", lambda: 1)
    again = train_many(mlp, X, targets(X), seeds=SEEDS, **settings)
    np.testing.assert_array_equal(found.losses, again.losses)


def test_number_of_cores_and_company_change_nothing(monkeypatch):
    monkeypatch.setattr(runner, "MEMBERS_PER_STACK", 2)
    monkeypatch.setattr(runner.Crew, "WATCHED", 0)
    monkeypatch.setattr(runner.Crew, "PAYS", 0)  # let the others join at once
    settings = {"epochs": 2, "learning_rates": [0.01] * 4 + [0.02], "optimizer": "sgd"}
    runs = []
    for cores in (1, 3):
        monkeypatch.setattr(ensembles, "cores", lambda cores=cores: cores)
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


def test_a_second_fit_needs_no_compilation_and_gives_the_same():
    trainer = EnsembleTrainer(mlp, optimizer="sgd", metrics=["mae"])
    held_out = (X[:9], targets(X)[:9])
    settings = {"epochs": 3, "batch_size": 16, "validation_data": held_out}
    trainer.fit(X, targets(X), seeds=3, learning_rates=[0.01, 0.1, 0.2], **settings)
    others = {"seeds": range(3, 8), "learning_rates": [0.05] * 5}
    again = trainer.fit(X[::-1], targets(X), **others, **settings)
    [programs] = trainer._trainers.values()
    assert [program.run.experimental_get_tracing_count() for program in programs][0] == 1
    fresh = train_many(
        mlp, X[::-1], targets(X), optimizer="sgd", metrics=["mae"], **others, **settings
    )
    assert again.seeds == fresh.seeds
    for name in ("losses", "validation_losses", "diverged_epoch"):
        np.testing.assert_allclose(getattr(again, name), getattr(fresh, name), rtol=1e-6)
    np.testing.assert_allclose(again.metrics["mae"], fresh.metrics["mae"], rtol=1e-6)
    np.testing.assert_allclose(again.predict(X_HELD), fresh.predict(X_HELD), rtol=1e-5, atol=1e-6)


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
