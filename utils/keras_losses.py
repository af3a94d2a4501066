"""The quadratic cost as a Keras loss; import it as `utils.losses.QuadraticCost`."""

import keras


@keras.saving.register_keras_serializable(package="backprop_by_experiment")
class QuadraticCost(keras.losses.Loss):
    """E = 1/(2N) Σ (T − Y)² for `model.compile`, with targets and outputs of shape (N, outputs).

    Keras averages what `call` returns over the N samples, or weighs it by `sample_weight`; other
    values of `reduction` mean what they mean in Keras. Unlike Keras's `MeanSquaredError` it halves
    the square and sums over the outputs: MSE = 2E/m for m outputs. A model compiled with it can be
    saved, and loaded after `utils.losses.QuadraticCost` has been imported. First shown in
    chapter 02.
    """

    def __init__(self, name="quadratic_cost", reduction="sum_over_batch_size", dtype=None):
        """Take Keras's own arguments of a loss."""
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def call(self, y_true, y_pred):
        """Return half the squared error of each sample, shape (N,)."""
        y_true, y_pred = keras.ops.convert_to_tensor(y_true), keras.ops.convert_to_tensor(y_pred)
        return keras.ops.sum(keras.ops.square(y_true - y_pred), axis=-1) / 2
