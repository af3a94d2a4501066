"""What `train_many` makes of its arguments, by hand; nothing is trained here."""

import random

import keras
import numpy as np
import pytest
from strange_input import Inconvertible

from utils.ensembles import arguments

layers = keras.layers
X = np.arange(10.0).reshape(5, 2)


def dense(outputs=1, features=2):
    return keras.Sequential([keras.Input((features,)), layers.Dense(outputs)])


def refused(message, function, *given):
    with pytest.raises(ValueError, match=message):
        function(*given)


@pytest.mark.parametrize(
    ("seeds", "wanted"),
    [
        (3, [0, 1, 2]),
        (np.int64(2), [0, 1]),
        ([7], [7]),
        ((5, 0, 5), [5, 0, 5]),
        (range(2, 4), [2, 3]),
        (np.array([4, 1]), [4, 1]),
        ((seed for seed in (2**32 - 1, 6)), [2**32 - 1, 6]),
    ],
)
def test_seeds_are_counted_or_taken(seeds, wanted):
    found = arguments.check_seeds(seeds)
    assert found == wanted and all(type(seed) is int for seed in found)


def test_bad_seeds_say_why():
    refused("seeds must be a count, or at least one seed, got", arguments.check_seeds, [])
    refused("seeds must be a whole number of at least 0, got -1", arguments.check_seeds, [0, -1])
    refused("seeds must be .* at most 4294967295, got 4294967296", arguments.check_seeds, [2**32])
    for wrong in (np.array(3), 2.5, None, Inconvertible()):
        refused("seeds must be a count, or at least one seed, got", arguments.check_seeds, wrong)


def check_data(x, y, members=None):
    return arguments.check_data("x", x, "y", y, members)


@pytest.mark.parametrize(
    ("y", "kind"),
    [
        ([0, 2, 1, 0, 2**31 - 1], np.int32),
        ([True, False] * 2 + [True], np.int32),
        (np.ones(5, "uint8"), np.int32),
        ([0.5] * 5, np.float32),
        ([1e10] * 5, np.float32),
    ],
)
def test_targets_are_whole_numbers_or_float32(y, kind):
    x, found = check_data(X, y)
    assert x.dtype == np.float32 and found.dtype == kind
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(found, np.asarray(y, kind))


@pytest.mark.parametrize(
    ("x", "y", "members", "message"),
    [
        (X, [0, 1, 0, 1, 2**31], None, "y must be whole numbers below 2..31, got"),
        (X, [0, 1, 0, 1, -(2**31)], None, "y must be whole numbers below 2..31, got"),
        (X, [1j] * 5, None, "y must be a finite array of numbers"),
        (X, [[1], [2, 3]], None, "y must be a finite array of numbers"),
        (X, [1e39] * 5, None, "y must be numbers that float32 can"),
        (X[:, 0], X, None, "x must be an array with at least 2 axes, got .*(5,)"),
        (X, X, 5, r"x must be an array with at least 3 axes \(the first: seeds\), got .*\(5, 2\)"),
        (X, X[:4], None, r"y must be .* begins with the axes \(5,\) of x, got .*\(4, 2\)"),
        (X[:4], X, None, r"y must be .* begins with the axes \(4,\) of x, got .*\(5, 2\)"),
        ([X], [X[:4]], 1, r"y must be .* begins with the axes \(1, 5\) of x"),
        ([X, X], [X], 2, r"y must be .* begins with the axes \(2, 5\) of x"),
        ([X, X], [X, X], 3, "x must be an array with 3 entries along the axis of seeds"),
        ([X, X], [X, X], 1, "x must be an array with 1 entries along the axis of seeds"),
    ],
)
def test_data_that_do_not_fit_are_refused(x, y, members, message):
    refused(message, check_data, x, y, members)


def test_data_may_have_an_axis_of_seeds():
    x, y = check_data([X, X + 1, X], [X[:, 0]] * 3, 3)
    assert x.shape == (3, 5, 2) and y.shape == (3, 5)
    x, y = check_data([X], [[1.0] * 5], 1)
    assert x.shape == (1, 5, 2) and y.shape == (1, 5)


@pytest.mark.parametrize("sample", [(2,), (2, 2), (2, 2, 2)])
@pytest.mark.parametrize("data_per_seed", [False, True])
def test_validation_data_are_shared_or_of_each_seed(data_per_seed, sample):
    x = np.ones((3, 5, *sample) if data_per_seed else (5, *sample))
    held, y = np.ones((2, *sample)), [1.0, 2.0]
    for data, shape, own in (
        ((held, y), (2, *sample), False),
        ([[held] * 3, [y] * 3], (3, 2, *sample), True),
    ):
        found_x, found_y, found_own = arguments.check_validation(data, dense(), x, 3, data_per_seed)
        assert found_x.shape == shape and found_own is own
        assert found_y.shape == ((3, 2, 1) if own else (2, 1))
    assert arguments.check_validation(None, dense(), x, 3, data_per_seed) is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (X, "validation_data must be a pair"),
        ((X,), "validation_data must be a pair"),
        ((X, X, X), "validation_data must be a pair"),
        (([[1], [2, 3]], X), r"^validation_data\[0\] must be a finite array of numbers, got \[\[1"),
        ((X, [[1], [2, 3]]), r"^validation_data\[1\] must be a finite array of numbers, got \[\[1"),
        ((X, X[:2]), r"validation_data\[1\] must be .* of validation_data\[0\]"),
        (([X, X], [X, X]), r"validation_data\[0\] must be an array with 3 entries"),
        ((X[:, :1], X), r"validation_data\[0\] must be .* samples have .* \(2,\), got .*\(5, 1\)"),
        (([[X]], [[X]]), r"samples have the shape \(2,\), got .*\(1, 1, 5, 2\)"),
        (([X[:, :1]] * 3, [X] * 3), r"samples have the shape \(2,\), got .*\(3, 5, 1\)"),
    ],
)
def test_validation_data_that_do_not_fit_are_refused(data, message):
    refused(message, arguments.check_validation, data, dense(2), X, 3, False)


def test_validation_data_are_compared_with_the_samples_of_each_seed():
    data, x = (X[:, :1], X), np.stack([X] * 3)
    message = r"samples have the shape \(2,\), got .*\(5, 1\)"
    refused(message, arguments.check_validation, data, dense(2), x, 3, True)


@pytest.mark.parametrize("sample", [(2,), (2, 3)])
def test_inputs_are_samples_of_one_shape_in_float32(sample):
    found = arguments.check_inputs("z", np.full((5, *sample), 0.1), sample)
    assert found.dtype == np.float32 and found.shape == (5, *sample)
    for wrong in ("text", np.ones(sample), np.ones((5, 9, *sample[1:])), np.ones((5, *sample, 1))):
        refused(r"^z must be .* of shape \(any, 2", arguments.check_inputs, "z", wrong, sample)
    refused("^z must be numbers that float32", arguments.check_inputs, "z", [[1e39, 0]], (2,))


@pytest.mark.parametrize(
    ("outputs", "shape", "own", "wanted"),
    [
        (1, (5,), False, (5, 1)),
        (1, (5, 1), False, (5, 1)),
        (1, (3, 5), True, (3, 5, 1)),
        (1, (3, 5, 1), True, (3, 5, 1)),
        (3, (5,), False, (5,)),  # labels
        (3, (5, 3), False, (5, 3)),
        (3, (4, 5), True, (4, 5)),
    ],
)
def test_targets_get_the_axis_of_a_single_output(outputs, shape, own, wanted):
    assert arguments.match_output(dense(outputs), np.zeros(shape), own).shape == wanted


def sequences(outputs):
    return keras.Sequential([keras.Input((2, 5)), layers.Dense(outputs)])


@pytest.mark.parametrize(("own", "lead"), [(False, (4,)), (True, (3, 4))])
def test_targets_of_sequences_get_the_axis_of_a_single_output(own, lead):
    for shape in ((*lead, 2), (*lead, 2, 1)):
        found = arguments.match_output(sequences(1), np.zeros(shape), own)
        assert found.shape == (*lead, 2, 1)


def unbuilt():
    return keras.Sequential([layers.Dense(1)])


@pytest.mark.parametrize("given", [True, False])
def test_a_model_is_built_for_its_inputs_from_a_seed_if_there_is_one(given):
    keras.utils.set_random_seed(1 if given else 5)
    model = arguments.build_model(unbuilt, np.float32(X), 5 if given else None)
    keras.utils.set_random_seed(5)
    wanted = unbuilt()
    wanted.build((None, 2))
    np.testing.assert_array_equal(model.get_weights()[0], wanted.get_weights()[0])
    for build in (None, 3, lambda: None):
        refused("^build must be a function without arguments", arguments.build_model, build, X, 0)


class Subclass(keras.Model):
    """A model whose outputs have no shape before it is called."""

    def call(self, inputs):
        return inputs


def test_a_model_tells_the_shape_of_its_outputs():
    refused("^build .*, Sequential or functional", arguments.build_model, Subclass, np.float32(X))


def test_random_states_are_kept_over_an_error():
    random.seed(3), np.random.seed(3)
    wanted = random.random(), np.random.random()
    random.seed(3), np.random.seed(3)
    with pytest.raises(RuntimeError), arguments.kept_random_states():
        random.random(), np.random.random()
        raise RuntimeError
    assert (random.random(), np.random.random()) == wanted


def test_weights_are_a_list_of_stacks_in_float32():
    given = [np.ones((3, 2, 1)), [[0], [1], [2]]]
    found = arguments.check_weights(given, dense(), 3)
    assert [array.dtype for array in found] == ["float32"] * 2
    for ours, theirs in zip(found, given, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    check = arguments.check_weights
    for wrong in (given[:1], given + given, 3, None, np.array(3)):
        refused("^initial_weights must be a list of 2 arrays", check, wrong, dense(), 3)
    refused(r"^initial_weights\[0\] must be .*\(2, 2, 1\)", check, given, dense(), 2)
    refused(r"^initial_weights\[1\] must be .*\(3, 1\)", check, [given[0]] * 2, dense(), 3)
    large = [given[0], np.full((3, 1), 1e39)]
    refused(r"^initial_weights\[1\] must be numbers that float32", check, large, dense(), 3)


def test_rates_are_a_column_of_positive_numbers():
    found = arguments.check_rates([0.5, 0.25, 1e-3], 3)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, np.float32([[0.5], [0.25], [1e-3]]))
    assert arguments.check_rates(None, 3) is None
    refused(r"^learning_rates must be .*\(2\)", arguments.check_rates, [0.1] * 3, 2)
    for wrong in (0.0, -0.5, 1e-50):
        refused(f"must be positive, .* got .*{wrong}", arguments.check_rates, [0.1, wrong], 2)
    refused("^learning_rates must be .* float32", arguments.check_rates, [0.1, 1e300], 2)


def test_epochs_of_snapshots_are_sorted_and_within_the_training():
    assert arguments.check_epochs([5, 0, 3, 5], 5) == [0, 3, 5]
    assert arguments.check_epochs((), 5) == [] and arguments.check_epochs([2], 5) == [2]
    refused("at most 5, the number of epochs, got 7", arguments.check_epochs, [6, 7, 1], 5)
    refused("whole number of at least 0", arguments.check_epochs, [-1], 5)
    for wrong in (1, None, np.array(3)):
        refused("^snapshot_epochs must be a list", arguments.check_epochs, wrong, 5)


def test_long_lists_are_shortened_in_the_middle():
    assert arguments.shorten(range(8)) == "0, 1, 2, 3, 4, 5, 6, 7"
    assert arguments.shorten(range(9)) == "0, 1, 2, 3, ..., 8"
    assert arguments.shorten([]) == ""


Y, P = np.float32([[1, 2], [3, 4]]), np.float32([[1, 0], [5, 1]])  # squares 0 4, 4 9


def test_losses_are_those_of_compile():
    own = keras.losses.MeanAbsoluteError(reduction="sum")
    assert arguments.as_loss(own) is own
    for loss in ("mse", "MeanSquaredError", lambda t, y: keras.ops.mean((t - y) ** 2, axis=-1)):
        found = arguments.as_loss(loss)
        assert isinstance(found, keras.losses.Loss)
        assert float(found(Y, P)) == pytest.approx(17 / 4)
    flat = arguments.as_loss(lambda t, y: keras.ops.mean((t - y) ** 2, axis=-1))
    assert float(flat(Y[:, 0], Y[:, 1:])) == 1.0  # differences of 1, and no table of all pairs
    for wrong in ("grandma", None, 3):
        refused("^loss must be a Keras loss", arguments.as_loss, wrong)


def halves(y_true, y_pred):
    return keras.ops.mean(abs(y_true - y_pred), axis=-1) / 2


def test_metrics_are_new_ones_under_their_names():
    used = keras.metrics.MeanSquaredError(name="mine")
    used.update_state([[0.0]], [[9.0]])
    found = arguments.as_metrics(["mae", halves, used, "MeanSquaredError"], dense(2), (2, 2))
    assert [metric.name for metric in found] == ["mae", "halves", "mine", "MeanSquaredError"]
    for metric in found:
        metric.update_state(Y, P)
    results = [float(metric.result()) for metric in found]
    assert results == pytest.approx([7 / 4, 7 / 8, 17 / 4, 17 / 4])
    assert float(used.result()) == 81


def test_bad_metrics_are_named():
    refused("^metrics must be Keras metrics", arguments.as_metrics, ["grandma"], dense(), (2, 1))
    refused("^metrics must be Keras metrics", arguments.as_metrics, [3], dense(), (2, 1))
    for wrong in ("mae", 3, {"mae"}):
        refused("^metrics must be a list", arguments.as_metrics, wrong, dense(), (2, 1))
    assert arguments.as_metrics(None, dense(), (2, 1)) == []
    twice = "^metrics must be metrics with different names, got 'mae, mae'"
    refused(twice, arguments.as_metrics, ["mae", "mae"], dense(), (2, 1))


SCORES = np.float32([[0.1, 0.7, 0.2], [0.6, 0.3, 0.1], [0.2, 0.3, 0.5], [0.5, 0.4, 0.1]])
LABELS = np.int32([1, 0, 0, 1])  # two of four have the largest score


@pytest.mark.parametrize("name", ["accuracy", "acc", "Accuracy"])
def test_the_kind_of_accuracy_follows_from_the_shapes(name):
    for outputs, y, scores, wanted in (
        (3, LABELS, SCORES, 1 / 2),
        (3, LABELS[:, np.newaxis], SCORES, 1 / 2),
        (3, np.eye(3, dtype="float32")[LABELS], SCORES, 1 / 2),
        (1, np.float32([[1], [0], [1], [0]]), SCORES[:, 1:2], 3 / 4),  # 0.7 alone is above ½
    ):
        [metric] = arguments.as_metrics([name], dense(outputs), y.shape)
        metric.update_state(y, scores)
        assert (metric.name, float(metric.result())) == (name, wanted)


def test_accuracies_of_sequences_count_every_step():
    labels, scores = LABELS.reshape(2, 2), SCORES.reshape(2, 2, 3)
    for outputs, y, given, wanted in (
        (3, labels, scores, 1 / 2),
        (3, labels[..., np.newaxis], scores, 1 / 2),
        (3, np.eye(3, dtype="float32")[labels], scores, 1 / 2),
        (1, labels[..., np.newaxis], scores[..., 1:2], 3 / 4),  # of 0.7 0.3 0.3 0.4 one above ½
    ):
        [metric] = arguments.as_metrics(["accuracy"], sequences(outputs), y.shape)
        metric.update_state(y, given)
        assert float(metric.result()) == wanted


@pytest.mark.parametrize("kind", ["SparseCategoricalAccuracy", "CategoricalAccuracy"])
def test_accuracies_asked_for_by_kind_are_vectorized(kind):
    import tensorflow as tf

    y = LABELS if "Sparse" in kind else np.eye(3, dtype="float32")[LABELS]
    [metric] = arguments.as_metrics([getattr(keras.metrics, kind)(name="mine")], dense(3), y.shape)
    state = [variable.numpy() for variable in metric.variables]

    def accuracy(pair):
        return metric.stateless_result(metric.stateless_update_state(state, *pair))

    pairs = np.stack([y, y[::-1]]), np.stack([SCORES, SCORES])
    found = tf.vectorized_map(accuracy, pairs, fallback_to_while_loop=False)
    assert metric.name == "mine"
    assert found.numpy().tolist() == [1 / 2, np.mean(LABELS[::-1] == [1, 0, 2, 0])]
