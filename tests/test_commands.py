"""`make` on a machine that is not ready: one sentence says what to do."""

import os
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

pytestmark = pytest.mark.skipif(
    shutil.which("make") is None or os.name == "nt", reason="no make on this machine"
)


def make(tmp_path, python):
    arguments = ["make", "lab", f"PYTHON={python}", f"VENV={tmp_path / 'environment'}"]
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)


def script(tmp_path, body):
    path = tmp_path / "python"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_without_python_make_says_which_to_install(tmp_path):
    done = make(tmp_path, tmp_path / "nothing")
    assert done.returncode == 2
    assert "Python was not found: install Python 3.10 to 3.13" in done.stdout


def test_an_old_python_is_named(tmp_path):
    old = 'case "$1" in --version) echo Python 3.8.2;; *) exit 1;; esac'
    done = make(tmp_path, script(tmp_path, old))
    assert "TensorFlow needs Python 3.10 to 3.13, but Python 3.8.2 was found" in done.stdout


def test_a_missing_python3_venv_is_named(tmp_path):
    without = f'case "$2" in *ensurepip*) exit 1;; *) exec {sys.executable} "$@";; esac'
    done = make(tmp_path, script(tmp_path, without))
    assert "sudo apt install python3-venv" in done.stdout
    assert not (tmp_path / "environment").exists()


def test_an_environment_is_installed_once(tmp_path):
    environment = tmp_path / "environment"
    environment.mkdir()
    for stamp in ("python", "learner", "maintainer"):
        (environment / stamp).touch()
    arguments = ["make", "--no-print-directory", "--dry-run", "test", f"VENV={environment}"]
    assert (
        "pip install"
        in subprocess.run(
            [*arguments, "--always-make"], cwd=ROOT, capture_output=True, text=True
        ).stdout
    )
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == f"{environment}/bin/python -m pytest"


def test_the_house_may_stand_in_a_folder_with_a_space(tmp_path):
    """`make mutants` tells uv the environment, in one piece."""
    house = tmp_path / "my course"
    (house / ".venv").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", house)
    for name in ("requirements.txt", "requirements-dev.txt", ".venv/python", ".venv/maintainer"):
        (house / name).touch()
    uv = script(tmp_path, 'echo "environment: $VIRTUAL_ENV"').rename(tmp_path / "uv")
    path = f"{uv.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["make", "mutants"],
        cwd=house,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert f"environment: {house / '.venv'}\n" in done.stdout, done.stderr
