"""What Keras lacks, registered by name so that saved models load: the quadratic cost, and sign.

Use them as `utils.losses.QuadraticCost` and `build_mlp(..., "sign")`. This module imports
Keras, which takes seconds.
"""

import keras


@keras.saving.register_keras_serializable(package="backprop_by_experiment")
class QuadraticCost(keras.losses.Loss):
    """E = 1/(2N) Σ (T − Y)² for `model.compile`, with targets of shape (N,) or (N, outputs).

    `call` returns ½ Σ (T − Y)² of each sample. Keras then averages that over the samples, each
    times its `sample_weight` if there are any (the sum is still divided by N, not by the sum of the
    weights). Other values of `reduction` mean what they mean in Keras. In `fit`, N is the size of a
    batch. Keras's `MeanSquaredError` is 2E/m for m outputs: it does not halve, and averages over
    the outputs too. A saved model loads once this class has been imported. First used in
    chapter 01; chapter 02 shows how it is made.
    """

    def __init__(self, reduction="sum_over_batch_size", name="quadratic_cost", dtype=None):
        """Take the arguments that every Keras loss takes."""
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def call(self, y_true, y_pred):
        """Return half the squared error of each sample, shape (N,)."""
        y_true, y_pred = _with_outputs_axis(y_true), _with_outputs_axis(y_pred)
        pairs = list(zip(y_true.shape[1:], y_pred.shape[1:], strict=False))
        same = len(y_true.shape) == len(y_pred.shape)
        if not same or any(None not in pair and pair[0] != pair[1] for pair in pairs):
            raise ValueError(  # Keras would stretch one to the other's shape without a word
                f"y_true must have the shape of y_pred, {y_pred.shape}, got {y_true.shape}"
            )
        squares = keras.ops.square(keras.ops.cast(y_true, y_pred.dtype) - y_pred)
        return keras.ops.sum(squares, axis=tuple(range(1, len(squares.shape)))) / 2


def _with_outputs_axis(y):
    """Return `y` as a tensor in which shape (N,), one output per sample, has become (N, 1)."""
    y = keras.ops.convert_to_tensor(y)
    return keras.ops.expand_dims(y, axis=-1) if len(y.shape) == 1 else y


@keras.saving.register_keras_serializable(package="backprop_by_experiment")
def sign(x):
    """Return −1, 0 or 1, as x is negative, zero or positive; its gradient is 0."""
    return keras.ops.sign(x)
