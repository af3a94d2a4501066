"""The benchmark is fair: a rival runs in a process without the course's settings."""

import os
import subprocess
import sys

from conftest import ROOT

from utils import reproducibility


def test_rivals_see_nothing_of_our_settings():
    code = "from benchmarks.train_many import alone; import utils.reproducibility, os; "
    code += "print([(os.getenv(n), alone('os', 'getenv', n)) for n in {!r}])"
    names = list(reproducibility._ENVIRONMENT)
    clean = {name: value for name, value in os.environ.items() if name not in names}
    done = subprocess.run(
        [sys.executable, "-c", code.format(names)],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
    )
    wanted = [(value, None) for value in reproducibility._ENVIRONMENT.values()]
    assert done.stdout == f"{wanted}\n", done.stderr
