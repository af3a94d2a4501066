"""Helpers of Backprop by Experiment: small modules whose imports point one way.

No module is imported here, so that a chapter pays only for those it uses.
"""

import os
import tempfile

# Matplotlib keeps a cache at home. Where that cannot be written it works without, but says so on
# stderr, which would stand among a notebook's outputs: it is given a folder before its import.
if "MPLCONFIGDIR" not in os.environ and not os.access(os.path.expanduser("~"), os.W_OK):
    os.environ["MPLCONFIGDIR"] = tempfile.mkdtemp(prefix="matplotlib-")
