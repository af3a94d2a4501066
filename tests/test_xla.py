"""Whether XLA can compile here: asked once, and what is missing is said once."""

import numpy as np
import pytest
import tensorflow as tf

from utils import xla


@pytest.fixture
def asked_anew():
    """Forget what was found out about XLA, before the test and after it."""
    xla.xla_works.cache_clear()
    yield
    xla.xla_works.cache_clear()


@pytest.mark.parametrize(
    "error", [tf.errors.UnimplementedError(None, None, ""), NotImplementedError()]
)
def test_missing_xla_is_said_once(monkeypatch, asked_anew, error):
    asked = []

    def function(python_function, jit_compile=None):
        asked.append(jit_compile)
        raise error

    monkeypatch.setattr(tf, "function", function)
    with pytest.warns(UserWarning, match="XLA is missing here: training runs uncompiled") as caught:
        assert xla.xla_works() is xla.xla_works() is False  # called from this very frame
    assert len(caught) == 1 and asked == [True]
    assert caught[0].filename == __file__  # it points at who asked


def test_xla_works_if_it_can_compile(monkeypatch, asked_anew, recwarn):
    ran = []

    def function(python_function, jit_compile=None):
        def program(number):
            ran.append((jit_compile, float(python_function(number))))

        return program

    monkeypatch.setattr(tf, "function", function)
    assert xla.xla_works() is xla.xla_works() is True
    [(compiled, answer)] = ran
    assert compiled and np.isfinite(answer) and not recwarn.list
