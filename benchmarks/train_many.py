"""Measure `train_many`: against other ways to train, and by seeds, width and depth.

Run as `make bench`. All rivals are measured in turns in one run, several times, after a warm-up,
each in a process of its own; the best time of each counts. The ratios are what to look at: times
hang on the machine.
"""

import ast
import dataclasses
import os
import pathlib
import subprocess
import sys
from unittest import mock

# Noted before anything is imported: `utils` sets variables of TensorFlow and XLA, which are for us
# alone. A rival runs as its users run it.
ENVIRONMENT = dict(os.environ)
ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.rivals import Case, seconds  # noqa: E402

ROUNDS = 3
GOALS = {"model.fit": 400, "JAX": 1, "scikit-learn": 40, "PyTorch": 80}


def measure(case):
    """Return seconds: per epoch and network when compiled, for compilation, and all in all.

    `run_stacks` is run twice with the same trainers; only the first run traces and compiles.
    """
    from utils.reproducibility import quiet_tensorflow

    quiet_tensorflow()
    import keras

    from utils import ensembles

    original, times = ensembles.run_stacks, []

    def run_twice(*arguments):
        times.append(seconds(lambda: original(*arguments)))
        times.append(seconds(lambda: original(*arguments)))
        return original(*arguments)

    x, y = case.data()
    optimizer = keras.optimizers.Adam(case.learning_rate)
    settings = {"batch_size": case.batch_size, "optimizer": optimizer}
    with mock.patch.object(ensembles, "run_stacks", run_twice):
        total = seconds(
            lambda: ensembles.train_many(
                case.build, x, y, seeds=case.seeds, epochs=case.epochs, **settings
            )
        )
    first, second = times
    return second / case.epochs / case.seeds, first - second, total - 2 * second


def ours(case):
    """`train_many`: seconds of one epoch of one network."""
    return measure(case)[0]


ALONE = """
import sys
sys.path.insert(0, {root!r})
from benchmarks.rivals import Case
from {module} import {function}
try:
    print(repr({function}({argument!r})))
except ModuleNotFoundError:
    print(None)
"""


def alone(module, function, argument):
    """Return what the function gives in a new process; None where it finds no library."""
    code = ALONE.format(root=str(ROOT), module=module, function=function, argument=argument)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{module}.{function} failed:\n{done.stderr}")
    return ast.literal_eval(done.stdout.splitlines()[-1])


FUNCTIONS = {
    "train_many": ("benchmarks.train_many", "ours"),
    "model.fit": ("benchmarks.rivals", "keras_fit"),
    "JAX": ("benchmarks.rivals", "jax_vmap"),
    "scikit-learn": ("benchmarks.rivals", "scikit_learn"),
    "PyTorch": ("benchmarks.rivals", "torch_eager"),
}


def best(case):
    """Return the best time of each function, measured in turns; None where a library is missing."""
    times = {name: [] for name in FUNCTIONS}
    for _ in range(ROUNDS):
        for name, (module, function) in FUNCTIONS.items():
            times[name].append(alone(module, function, case))
    for name in (name for name, found in times.items() if None in found):
        print(f"{name} is not installed: left out", flush=True)
    return {name: None if None in found else min(found) for name, found in times.items()}


def compare(case):
    """Print how many times faster than each rival `train_many` is, for the case's seeds and one."""
    for seeds in (case.seeds, 1):
        found = best(dataclasses.replace(case, seeds=seeds))
        print(f"\n{seeds} seeds: milliseconds per epoch and network, and how many times as long")
        goals = GOALS if seeds > 1 else {"model.fit": 100}
        for name, time in found.items():
            if time is not None:
                goal = f"   (goal: {goals[name]})" if name in goals else ""
                ratio = time / found["train_many"]
                print(f"  {name:<14}{time * 1e3:10.3f}{ratio:10.1f}{goal}", flush=True)


def scale():
    """Print the cost of an epoch of a network by seeds, width and depth."""
    print("\n  seeds  width  depth   ms per epoch and network   compile s   whole call s")
    variants = [{"seeds": n} for n in (1, 8, 32, 128, 512)]
    variants += [{"width": n} for n in (8, 64, 256)] + [{"depth": n} for n in (2, 8, 32)]
    for variant in variants:
        case = dataclasses.replace(Case(), **variant)
        work = case.seeds * case.depth * max(case.width, 16) ** 2
        epochs = int(min(100, max(2, 100 * 5e5 / work)))
        per_epoch, compiling, whole = measure(dataclasses.replace(case, epochs=epochs))
        row = f"{case.seeds:7d}{case.width:7d}{case.depth:7d}{per_epoch * 1e3:27.3f}"
        print(f"{row}{compiling:12.1f}{whole:15.1f}", flush=True)


MEMORY = """
import pathlib, resource, sys
sys.path.insert(0, {root!r})
from benchmarks.rivals import Case
from benchmarks.train_many import measure
measure(Case(seeds={seeds}, epochs=20))
status = pathlib.Path("/proc/self/status")
if status.exists():  # Linux, where ru_maxrss would hold the peak of the parent process too
    print(int(status.read_text().split("VmHWM:")[1].split()[0]) / 2**20)
else:  # macOS, which counts bytes
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**30)
"""


def memory(seeds=256):
    """Print the peak memory of a new process that trains 256 seeds, TensorFlow included."""
    code = MEMORY.format(root=str(ROOT), seeds=seeds)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    print(f"\npeak memory with {seeds} seeds: {float(done.stdout.split()[-1]):.2f} GB (goal: 1.5)")


if __name__ == "__main__":
    compare(Case())
    scale()
    memory()
