"""Measure `train_many`: against other ways to train, and by seeds, width and depth.

Run as `make bench`. All rivals are measured in turns in one run, several times, after a warm-up;
the best time of each counts. The ratios are what to look at: times hang on the machine.
"""

import dataclasses
import pathlib
import subprocess
import sys
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import rivals  # noqa: E402
from benchmarks.rivals import Case, seconds  # noqa: E402

ROUNDS = 3
GOALS = {"model.fit": 400, "JAX": 1, "scikit-learn": 40, "PyTorch": 80}


def measure(case):
    """Return seconds: per epoch and network when compiled, for compilation, and all in all.

    `run_stacks` is run twice with the same trainers; only the first run traces and compiles.
    """
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


def best(functions):
    """Return the best time of each function, measured in turns; None where a library is missing."""
    times = {name: [] for name in functions}
    for _ in range(ROUNDS):
        for name, function in functions.items():
            try:
                times[name].append(function())
            except ImportError:
                print(f"{name} is not installed: left out", flush=True)
    return {name: min(found, default=None) for name, found in times.items()}


def compare():
    """Print how many times faster than each rival `train_many` is, for 32 seeds and for one."""
    for seeds in (32, 1):
        case = Case(seeds=seeds)
        found = best(
            {
                "train_many": lambda case=case: measure(case)[0],
                "model.fit": lambda case=case: rivals.keras_fit(case),
                "JAX": lambda case=case: rivals.jax_vmap(case),
                "scikit-learn": lambda case=case: rivals.scikit_learn(case),
                "PyTorch": lambda case=case: rivals.torch_eager(case),
            }
        )
        print(f"\n{seeds} seeds: milliseconds per epoch and network, and how many times as long")
        goals = GOALS if seeds == 32 else {"model.fit": 100}
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
    import utils.reproducibility

    utils.reproducibility.quiet_tensorflow()
    compare()
    scale()
    memory()
