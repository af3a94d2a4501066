"""The playground: a small network that learns while you watch, on real Keras.

First used in chapter 06. It does inside the notebook what the TensorFlow Playground (Smilkov et
al. 2017, "Direct-manipulation visualization of deep networks") does in a web page, and shows what
that lacks: gradient norms, saturated and dead units by layer, the exact linear regions, and the
Keras code. `settings` holds what can be chosen, `session` trains, `pictures` draws, `widgets`
puts them together.
"""

from utils.playground.session import Record, Session
from utils.playground.settings import Settings, keras_code
from utils.playground.widgets import Playground, playground

__all__ = ["Playground", "Record", "Session", "Settings", "keras_code", "playground"]
