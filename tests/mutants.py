"""Mutation testing of the helpers: `make mutants` (a sample of a module takes minutes).

    python tests/mutants.py                    every module of the table below
    python tests/mutants.py losses curves      these alone
    python tests/mutants.py --sample 20 losses at most 20 mutants a module

cosmic-ray says what can be changed in a module: a sign, a number, a comparison. In a copy of the
repository each change is made alone, and the module's unit tests must fail. TensorFlow is imported
once: each trial runs in a fork of this process, so it works on Linux and macOS alone. Mutants that
change annotations only are not counted; a trial that ends by its time limit counts as killed.
"""

import argparse
import ast
import contextlib
import gc
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
TESTS = {  # module: the test files that must notice a change in it
    "validation": ("test_validation.py",),
    "losses": ("test_losses.py",),
    "activations": ("test_activations.py",),
    "optimizers": ("test_optimizers.py",),
    "statistics": ("test_statistics.py",),
    "curves": ("test_curves.py",),
    "subdivision": ("test_regions.py",),
    "random_networks": ("test_random_networks.py",),
    "datasets": ("test_datasets.py",),
    "diagnostics": ("test_diagnostics.py", "test_diagnostics_keras.py"),
    "evidence": ("test_evidence.py",),
    "layer_chain": ("test_regions.py",),
    "regions": ("test_regions.py",),
    "models": ("test_models.py",),
    "plotting": ("test_plotting.py",),
    "controls": ("test_plotting.py",),
    "signals": ("test_signals.py",),
    "keras_objects": ("test_losses.py", "test_models.py"),
    "keras_checks": ("test_keras_checks.py", "test_diagnostics_keras.py", "test_signals.py"),
    "reproducibility": ("test_reproducibility.py",),
    "xla": ("test_xla.py",),
    "exercises/__init__": ("test_exercises.py",),
    "playground/pictures": ("test_pictures.py",),
    "playground/settings": ("test_playground.py",),
    "playground/session": ("test_playground.py",),
    "ensembles/__init__": ("test_training.py", "test_trainer.py"),
    "ensembles/ensemble": ("test_ensemble_results.py",),
    "ensembles/arguments": ("test_ensemble_arguments.py",),
    "ensembles/progress": ("test_progress.py",),
    "ensembles/runner": ("test_runner.py", "test_trainer.py"),
    "ensembles/stacking": ("test_stacking.py",),
    "ensembles/training": ("test_training.py",),
}
ONLY = {  # module: those of its tests that neither draw a widget nor compile much
    "ensembles/runner": "test_runner or size_of_stacks",
    "ensembles/__init__": "test_training or cores or flags",
    "playground/session": "epochs or gradient or signals or inactive or saturation or xla or reset "
    "or steps or divergence",
}
LEFT_OUT = "keras_loss_survives_saving or executed_notebook"  # import TensorFlow anew, for long
SECONDS = 120  # time limit of one trial
SEED = 0  # of the sample


def without_annotations(code):
    """Return the syntax tree of `code` as text, without annotations of arguments and results."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if hasattr(node, name):
                setattr(node, name, ast.Constant(0))
    return ast.dump(tree)


def mutants(path):
    """Return the changed versions of the module at `path`: pairs of operator and code."""
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import MutationVisitor

    source = path.read_text(encoding="utf-8")
    nodes, found = list(ast_nodes(get_ast(source))), {}
    original = without_annotations(source)
    for name in sorted(plugins.operator_names()):
        if "Variable" in name:  # needs the names of two variables
            continue
        operator = plugins.get_operator(name)()
        places = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        for place in range(places):
            # What cannot be read would prove nothing; cosmic-ray stumbles over `except tf.Error`.
            with contextlib.suppress(SyntaxError, AttributeError):
                code = MutationVisitor.mutate_code(source, operator, place)
                if code and without_annotations(code) != original:
                    found[code] = name.removeprefix("core/")
    return [(name, code) for code, name in found.items()]


def tests_fail(root, module):
    """Run the tests of `module` in a fork inside the copy `root`; return whether one failed."""
    child = os.fork()
    if not child:
        os.setsid()
        signal.alarm(SECONDS)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os.chdir(root)
        import pytest

        options = ["-o", "addopts=", "-x", "-q", "-p", "no:cacheprovider"]
        only = f"({ONLY[module]}) and " if module in ONLY else ""
        options += ["-k", f"{only}not ({LEFT_OUT})"]
        code = 1
        with contextlib.suppress(BaseException):
            code = int(pytest.main([*options, *(f"tests/{file}" for file in TESTS[module])]))
        os._exit(code)
    return os.waitpid(child, 0)[1] != 0


def difference(old, new):
    """Return the first changed line, as it was and as it is."""
    pairs = zip(old.splitlines(), new.splitlines(), strict=False)
    number, (was, now) = next((n, pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1])
    return f"line {number}: {was.strip()}  ->  {now.strip()}"


def try_module(module, sample):
    """Try the module's mutants; print the survivors and return (possible, tried, killed)."""
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        ignored = shutil.ignore_patterns("__pycache__", "*.ipynb", "zh-CN")
        for name in ("utils", "data", "tests", "notebooks"):
            shutil.copytree(ROOT / name, root / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", root)
        path = root / f"utils/{module}.py"
        original, possible = path.read_text(encoding="utf-8"), mutants(path)
        chosen = random.Random(SEED).sample(possible, min(sample, len(possible)))
        if tests_fail(root, module):
            sys.exit(f"the tests of {module} fail without any change")
        killed = 0
        for operator, code in chosen:
            path.write_text(code, encoding="utf-8")
            if tests_fail(root, module):
                killed += 1
            else:
                print(f"SURVIVED {module} {operator} {difference(original, code)}", flush=True)
    return len(possible), len(chosen), killed


def main():
    """Read the command line, try the modules and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="module", help=", ".join(TESTS))
    parser.add_argument("--sample", type=int, default=100, help="mutants a module (100)")
    options = parser.parse_args()
    if unknown := set(options.modules) - set(TESTS):
        parser.error(f"no such module: {', '.join(sorted(unknown))}")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # nbval's import takes seconds
    sys.dont_write_bytecode = True  # a changed file of the same size and second must be read anew
    import hypothesis  # noqa: F401  once, for all the forks
    import keras  # noqa: F401
    import matplotlib.figure  # noqa: F401
    import pytest  # noqa: F401
    import scipy.stats  # noqa: F401

    gc.freeze()  # what is imported now need not be searched for garbage in every fork
    for module in options.modules or TESTS:
        possible, tried, killed = try_module(module, options.sample)
        print(f"| {module} | {possible} | {tried} | {killed} |", flush=True)


if __name__ == "__main__":
    main()
