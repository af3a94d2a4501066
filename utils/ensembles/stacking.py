"""One Keras model, many sets of weights: what can be stacked, and the compiled training of a stack.

A stack holds the weights of `members` networks that share one architecture. All trainable numbers
of a member lie in one row, so the optimizer sees a single variable of shape (members, numbers).
That is right for every optimizer that acts on each number by itself; `check_optimizer` tries that
out, and `check_model` finds what a stack cannot hold. `utils.ensembles` is what chapters use.
"""

import keras
import numpy as np
import tensorflow as tf

from utils.validation import fail

# Settings that look beyond one number, or beyond the updates themselves.
REFUSED_SETTINGS = ("clipnorm", "global_clipnorm", "use_ema", "loss_scale_factor")


class Layout:
    """Where the arrays of one member lie in its row.

    `variables` is a list of Keras variables; a row has `size` numbers.
    """

    def __init__(self, variables):
        self.shapes = [tuple(v.shape) for v in variables]
        self.sizes = [int(np.prod(shape)) for shape in self.shapes]
        self.size = sum(self.sizes)

    def split(self, rows):
        """Return the arrays, each of shape (members, ...), that lie in `rows` (members, size)."""
        parts = tf.split(rows, self.sizes, axis=1) if self.sizes else []
        return [
            tf.reshape(part, (-1, *shape)) for part, shape in zip(parts, self.shapes, strict=True)
        ]

    def join(self, arrays):
        """Return the rows (members, size) of `arrays`, each of shape (members, ...)."""
        rows = [
            tf.reshape(a, (a.shape[0], size)) for a, size in zip(arrays, self.sizes, strict=True)
        ]
        return tf.concat(rows, axis=1)


def check_model(model, x):
    """Raise a `ValueError` unless every member of a stack of `model` can be trained by itself.

    `x` is a small batch of inputs. Found by calling the model in training mode: a layer that
    updates state (batch normalization, the seeds of dropout) changes a variable.
    """
    wanted = "a function that returns a Keras model "
    if len(model.inputs or [x]) != 1 or len(model.outputs or [x]) != 1:
        fail("build", wanted + "with one input and one output", model)
    for variable in model.weights:
        if variable.dtype != "float32" or variable.constraint is not None:
            fail("build", wanted + "with float32 weights and no constraints", variable.path)
    if not model.trainable_variables:
        fail("build", wanted + "with trainable weights", model)
    before = [v.value for v in model.non_trainable_variables]
    trainable = [v.value for v in model.trainable_variables]
    after = model.stateless_call(trainable, before, x, training=True)[1]
    for variable, old, new in zip(model.non_trainable_variables, before, after, strict=True):
        if old is not new:
            owners = [layer.name for layer in model.layers if _owns(layer, variable)]
            problem = f"whose layers keep no state, unlike {', '.join(owners) or variable.path}"
            fail("build", wanted + problem, model)
    if len(model.weights) != len(trainable) + len(before):
        fail("build", wanted + "whose layers keep no random state", model)


def _owns(layer, variable):
    return any(variable is own for own in layer.variables)


def check_loss(model, loss, x, y):
    """Raise a `ValueError` unless `loss` is one number, and moves all weights, on a small batch."""
    with tf.GradientTape() as tape:
        value = _loss(loss, y, model(x, training=True))
    if value.shape.rank != 0:
        fail("loss", "one that returns one number for a batch", loss)
    gradients = tape.gradient(value, [v.value for v in model.trainable_variables])
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        if gradient is None:
            problem = f"whose weights all act on the loss, unlike {variable.path}"
            fail("build", "a function that returns a Keras model " + problem, model)


def _loss(loss, y, outputs):
    """Return the loss, or raise a `ValueError` if it cannot be computed for these targets."""
    try:
        return loss(tf.constant(y), outputs)
    except (TypeError, ValueError, tf.errors.OpError):
        wanted = f"targets and a loss for outputs of shape {tuple(outputs.shape)}"
        fail("y and loss", wanted, y)


def compute_alike(model, other, x):
    """Return whether two models with weights of the same shapes compute the same for `x`.

    Outputs and regularization losses are compared under the same weights, drawn at random: those
    of a new network could hide a difference, with biases of 0 and the like.
    """
    found = []
    for one in (model, other):
        outputs, penalties = _call(one, _random_weights(model), x)
        found.append(np.concatenate([np.ravel(outputs), np.ravel(penalties)]))
    return found[0].shape == found[1].shape and np.allclose(*found, 1e-6, 0, equal_nan=True)


def loss_hangs_on_batch(model, loss, x, y):
    """Return whether the loss of a batch is another number than the mean loss of its halves.

    A sum over the batch is: a loss with the reduction "sum", or an activity regularization in
    Keras 3.12, which later versions divide by the batch's size. So is what looks at the batch as a
    whole, like `keras.losses.Dice` or the root of a mean.
    """
    if loss.reduction == "sum":  # also where these samples have the loss 0
        return True
    half = min(4, -(-len(x) // 2))
    rows, found = np.arange(2 * half) % len(x), []
    for batch in (rows, rows[:half], rows[half:]):
        outputs, penalties = _call(model, _random_weights(model), x[batch])
        found.append([_loss(loss, y[batch], outputs), *penalties])
    whole, *halves = np.array(found)
    return not np.allclose(whole, np.mean(halves, axis=0), 1e-5, 0, equal_nan=True)


def _random_weights(model):
    """Return trainable weights for `model`, of usual size, and its frozen ones."""
    random = np.random.default_rng(0)
    shapes = [variable.shape for variable in model.trainable_variables]
    weights = [random.normal(size=s) / np.sqrt(max(1, np.prod(s[:-1]))) for s in shapes]
    frozen = [variable.value for variable in model.non_trainable_variables]
    return [tf.constant(values, tf.float32) for values in weights], frozen


def _call(model, weights, x):
    """Return outputs and regularization losses of `model` with what `_random_weights` returns."""
    outputs, _, penalties = model.stateless_call(
        *weights, tf.constant(x), training=False, return_losses=True
    )
    return outputs, penalties


def copy_optimizer(optimizer):
    """Return a new optimizer with the settings of `optimizer`, and none of its state."""
    return type(optimizer).from_config(optimizer.get_config())


def check_optimizer(optimizer):
    """Return the Keras optimizer that `model.compile` makes of an instance, a name or a config.

    Raises a `ValueError` unless it updates each number by itself. Three members whose gradients are
    small, large and NaN are updated three times, stacked and one by one; the results must agree.
    """
    try:  # with a copy, since Keras writes into a config
        given = dict(optimizer) if isinstance(optimizer, dict) else optimizer
        found = keras.optimizers.get(given)
    except (ValueError, TypeError, KeyError, AttributeError):
        fail("optimizer", "a Keras optimizer, the name of one, or its config", optimizer)
    for name in REFUSED_SETTINGS:
        if getattr(found, name, None):
            fail("optimizer", f"one without {name}, which a stack cannot keep apart", optimizer)
    excluded = ("_exclude_from_weight_decay", "_exclude_from_weight_decay_pattern")
    if any(getattr(found, name, None) for name in excluded):
        fail("optimizer", "one that decays all weights alike", optimizer)
    try:
        alone, stacked = _probe_alone(found), _probe_stacked(found)
        agree = np.allclose(alone, stacked, rtol=1e-5, atol=1e-7, equal_nan=True)
    except (ValueError, TypeError, AttributeError, tf.errors.OpError):
        agree = False
    if not agree:
        wanted = "one that acts on each weight by itself (SGD, Adam, RMSprop, ...)"
        fail("optimizer", wanted, optimizer)
    return found


def _probe_data():
    """Return weights (3, 8) and gradients (3, 3, 8): small ones, large ones, and NaN."""
    random = np.random.default_rng(0)
    sizes = np.array([[1.0], [1000.0], [np.nan]])
    return random.normal(size=(3, 8)), random.normal(size=(3, 3, 8)) * sizes


def _probe_stacked(optimizer):
    start, gradients = _probe_data()
    optimizer = copy_optimizer(optimizer)
    weights = keras.Variable(start, dtype="float32")
    for gradient in gradients:
        optimizer.apply([tf.constant(gradient, tf.float32)], [weights])
    return weights.numpy()


def _probe_alone(optimizer):
    start, gradients = _probe_data()
    return np.stack(
        [_probe_member(copy_optimizer(optimizer), start[i], gradients[:, i]) for i in range(3)]
    )


def _probe_member(optimizer, start, gradients):
    cut = [lambda row: row[:6].reshape(3, 2), lambda row: row[6:]]
    variables = [keras.Variable(part(start), dtype="float32") for part in cut]
    for gradient in gradients:
        parts = [tf.constant(part(gradient), tf.float32) for part in cut]
        optimizer.apply(parts, variables)
    return np.concatenate([v.numpy().ravel() for v in variables])
