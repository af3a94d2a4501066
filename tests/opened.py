"""Open a notebook as somebody else would: another interpreter, folder or machine.

Used by the ordinary tests and by the maintainer's scripts `tests/colab.py`, `tests/places.py` and
`tests/matrix.py`.
"""

import copy
import json
import os
import pathlib
import subprocess
import sys

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

ROOT = pathlib.Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / "build/environments"

# What the shell or editor that runs the tests may have set, and a learner's machine has not.
OURS = ("PYTHONPATH", "JPY_SESSION_NAME", "MPLBACKEND", "TF_ENABLE_ONEDNN_OPTS", "XLA_FLAGS")


def variables(**changed):
    """Return a clean set of environment variables with `changed` ones."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**kept, **{name: str(value) for name, value in changed.items()}}


def kernel(python, folder):
    """Return the manager of an IPython kernel that runs in `python`; `folder` keeps its spec."""
    command = [str(python), "-Xfrozen_modules=off", "-m", "ipykernel_launcher"]
    command += ["-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "course", "language": "python"}
    (folder / "kernels/course").mkdir(parents=True, exist_ok=True)
    (folder / "kernels/course/kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")])
    return AsyncKernelManager(kernel_name="course", kernel_spec_manager=specs)


def execute(stored, folder, manager, environment):
    """Execute a copy of the notebook `stored` in the working directory `folder`; return it."""
    notebook = copy.deepcopy(stored)
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, km=manager, timeout=1200, resources=resources)
    client.execute(env=environment, stderr=subprocess.DEVNULL, cleanup_kc=True)
    return notebook


def text(cell):
    """Return what the outputs of `cell` say: streams, and values or alternative texts."""
    said = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.get("outputs", [])
    ]
    return "".join(said)


def differing(stored, executed):
    """Return the ids of the cells that say something else than is stored; exempt ones left out."""
    pairs = zip(stored.cells, executed.cells, strict=True)
    exempt = "nbval-ignore-output"
    return [
        old.id
        for old, new in pairs
        if text(old) != text(new) and exempt not in old.metadata.get("tags", [])
    ]


def read(stem, folder="notebooks"):
    """Return the built notebook whose name begins with `stem`."""
    (path,) = (ROOT / folder).glob(f"{stem}*.ipynb")
    return nbformat.read(path, as_version=4)


def fake_colab(folder):
    """Make a `google.colab` that every kernel imports at its start; return the variables for it."""
    package, profile = folder / "fake/google/colab", folder / "ipython/profile_default/startup"
    for made in (package, profile):
        made.mkdir(parents=True)
    (package / "__init__.py").touch()
    (profile / "colab.py").write_text("import google.colab\n", encoding="utf-8")
    return {"PYTHONPATH": folder / "fake", "IPYTHONDIR": folder / "ipython"}


def serve(address, folder):
    """Commit the working tree to a bare repository; return variables by which git takes it there.

    It is asked for as `address`. Git may use no protocol but that of files.
    """
    origin = folder / "origin.git"
    git = ["git", f"--git-dir={origin}", f"--work-tree={ROOT}"]
    author = ["-c", "user.name=course", "-c", "user.email=course@example.org"]
    subprocess.run(["git", "init", "--quiet", "--bare", origin], check=True)
    subprocess.run([*git, "add", "utils", "data", "notebooks"], cwd=ROOT, check=True)
    subprocess.run([*git, *author, "commit", "--quiet", "-m", "x"], cwd=ROOT, check=True)
    return {**redirect(address, origin.as_uri()), "GIT_ALLOW_PROTOCOL": "file"}


def redirect(address, target):
    """Return the variables by which git fetches `target` where `address` is asked for."""
    return {
        "GIT_CONFIG_COUNT": 1,
        "GIT_CONFIG_KEY_0": f"url.{target}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }


def requirements(path):
    """Return the requirements in the file at `path`, without comments and further files."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def packages(python):
    """Return the set of "name==version" of what is installed for `python`."""
    code = (
        "import importlib.metadata as m\n"
        "for d in m.distributions(): print(d.metadata['Name'].lower() + '==' + d.version)"
    )
    done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def interpreter(version):
    """Return the Python of `version` ("3.13") that pyenv has, else `version`, for uv to find."""
    root = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"))
    found = sorted(root.glob(f"versions/{version}.*/bin/python"))
    return str(found[-1]) if found else version


def environment(name, python, requirements):
    """Return the interpreter of a clean environment with `requirements`, made with uv once.

    It is made again only where the requirements have changed.
    """
    folder = ENVIRONMENTS / name
    made = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "requirements-installed.txt"
    wanted = f"{python}\n" + "\n".join(requirements)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        print(f"{name}: making an environment of Python {python} ...", file=sys.stderr, flush=True)
        make = ["uv", "venv", "--quiet", "--clear", "--python", interpreter(python), str(folder)]
        install = ["uv", "pip", "install", "--quiet", "--python", str(made), *requirements]
        subprocess.run(make, check=True)
        subprocess.run(install, check=True, cwd=ROOT)
        stamp.write_text(wanted, encoding="utf-8")
    return made
