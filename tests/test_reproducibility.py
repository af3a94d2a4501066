"""Seeds, versions and quiet logs."""

import os
import random
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT

from utils import reproducibility
from utils.reproducibility import quiet_tensorflow, set_seeds, versions


def test_the_same_seed_gives_the_same_numbers():
    import keras

    def draws(seed):
        set_seeds(seed)
        layer = keras.layers.Dense(3)
        layer.build((None, 2))
        return random.random(), np.random.random(), layer.kernel.numpy().tolist()

    assert draws(1) == draws(1) != draws(2)


@pytest.mark.parametrize("seed", [-1, 1.5, "a", None, 2**32])
def test_bad_seeds_are_named(seed):
    with pytest.raises(ValueError, match="seed must be"):
        set_seeds(seed)


def test_the_largest_seed_is_taken():
    set_seeds(2**32 - 1)
    drawn = np.random.random()
    assert drawn == np.random.RandomState(2**32 - 1).random_sample()


def test_versions_tell_what_is_missing():
    found = versions(("numpy", "no-such-package"))
    assert found["numpy"] == np.__version__ and found["no-such-package"] is None


@pytest.mark.parametrize("packages", ["numpy", 3, (3,), ("",), ("numpy", None)])
def test_bad_packages_are_named(packages):
    with pytest.raises(ValueError, match="packages must be a list of names"):
        versions(packages)


def test_a_chapter_starts_with_seed_0(monkeypatch):
    monkeypatch.setattr(reproducibility, "use_style", lambda: None)  # not for the other tests
    reproducibility.start()
    started = random.random(), np.random.random()
    set_seeds(0)
    assert started == (random.random(), np.random.random())


def test_variables_are_set_where_they_are_not():
    code = "import os, utils.reproducibility as r; print([os.environ[n] for n in r._ENVIRONMENT])"
    clean = {n: v for n, v in os.environ.items() if n not in reproducibility._ENVIRONMENT}
    for given, wanted in (({}, "2"), ({"TF_CPP_MIN_LOG_LEVEL": "3"}, "3")):
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=clean | given,
            capture_output=True,
            text=True,
        )
        assert done.stdout == f"['{wanted}', '0', '--xla_backend_optimization_level=1']\n"


@pytest.mark.parametrize("xla", [True, False])
def test_compiled_code_is_silenced_only_meanwhile(monkeypatch, capfd, xla):
    """XLA says its line when its first program starts, so there must be a program for it."""
    import tensorflow as tf

    compiled = []

    def noisy(function, jit_compile=None):
        os.write(2, b"a library's log line")
        compiled.append(jit_compile)
        if not xla:
            raise tf.errors.UnimplementedError(None, None, "no XLA here")
        return function

    monkeypatch.setattr(tf, "function", noisy)
    quiet_tensorflow()
    os.write(2, b"later")
    assert compiled == [True] and capfd.readouterr() == ("", "later")


def test_start_is_silent_and_python_errors_still_show():
    code = "import sys; from utils.reproducibility import start; start(3)"
    code += "; import tensorflow as tf; tf.function(tf.identity, jit_compile=True)(0)"
    code += "; print('out'); print('err', file=sys.stderr)"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=clean, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("out\n", "err\n")


@pytest.mark.skipif(os.name == "nt", reason="POSIX closes it so")
def test_a_process_without_stderr_starts_too():
    code = "import os; os.close(2); from utils.reproducibility import quiet_tensorflow"
    code += "; quiet_tensorflow(); print('started')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == "started\n"


@pytest.mark.skipif(os.name == "nt", reason="home is named otherwise")
@pytest.mark.parametrize("given", [True, False])
def test_a_folder_for_matplotlib_is_made_only_where_none_is_named(tmp_path, given):
    """There is no home, so that nobody can write there, not even root."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "HOME": str(tmp_path / "missing"), "TMPDIR": str(temporary)}
    environment.pop("MPLCONFIGDIR", None)
    if given:
        environment["MPLCONFIGDIR"] = str(tmp_path)
    code = "import os, utils; print(os.environ['MPLCONFIGDIR'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    made = [str(path) for path in temporary.iterdir()]
    assert made == ([] if given else [done.stdout.strip()])
    assert not given or done.stdout.strip() == str(tmp_path)
