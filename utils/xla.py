"""XLA, TensorFlow's compiler, which a few builds of TensorFlow lack."""

import functools
import warnings


@functools.cache
def xla_works():
    """Return whether XLA can compile here; if not, say so once."""
    import tensorflow as tf

    try:
        tf.function(tf.identity, jit_compile=True)(0)
    except (tf.errors.OpError, NotImplementedError):
        warnings.warn("XLA is missing here: training runs uncompiled, and slower", stacklevel=2)
        return False
    return True
