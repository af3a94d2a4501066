"""What the build stamps into every notebook: the badge row and the set-up cell.

The repository's address comes from `pyproject.toml`, the one place where it is written.
"""

import base64
import io
import pathlib
import zipfile

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
LANGUAGES = {"en": "English", "zh": "简体中文"}

# Identical in every notebook, silent, at most 10 lines. TensorFlow reads the two variables when it
# is imported. The helpers are looked for in a fetched copy, then above the working directory,
# then above the notebook as VS Code and JupyterLab name it.
SETUP = """\
import os, pathlib, subprocess, sys
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
fetched, here = pathlib.Path("{folder}").resolve(), pathlib.Path.cwd()
if "google.colab" in sys.modules and not fetched.exists():
    subprocess.run(["git", "clone", "--quiet", "--depth=1", "{repository}", fetched], capture_output=True)
notebook = pathlib.Path(globals().get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME") or here)
found = [p for p in (fetched, here, *here.parents, *notebook.parents) if (p / "utils/course.mplstyle").exists()]
sys.path[:0] = [str(found[0])] if found else sys.exit("{missing}")
"""
MISSING = (
    "The course's helpers were not found: open this notebook inside a copy of {repository}, "
    "or use a stand-alone copy made by `make colab`."
)

# In a stand-alone copy the helpers and data travel inside the notebook, in a zip: a tar's `filter`
# is wanted by new Pythons and unknown to 3.10.11 and 3.11.3.
STANDALONE_SETUP = """\
import base64, io, os, sys, tempfile, zipfile
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
archive = "{archive}"
folder = tempfile.mkdtemp()
zipfile.ZipFile(io.BytesIO(base64.b64decode(archive))).extractall(folder)
sys.path[:0] = [folder]
"""


def repository():
    """Return the repository's address from `pyproject.toml`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["urls"]["Repository"].rstrip("/")


def setup_code():
    """Return the source of the set-up cell."""
    address = repository()
    missing = MISSING.format(repository=address)
    folder = address.rsplit("/", 1)[-1]
    return SETUP.format(folder=folder, repository=address, missing=missing).rstrip()


def standalone_setup_code():
    """Return a set-up cell that carries `utils/` and `data/` as a compressed archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in ("utils", "data"):
            for path in sorted((ROOT / folder).rglob("*")):
                if path.is_file() and "__pycache__" not in path.parts:
                    archive.write(path, path.relative_to(ROOT))
    return STANDALONE_SETUP.format(archive=base64.b64encode(buffer.getvalue()).decode()).rstrip()


def badges(name, language, languages):
    """Return the badge row of the notebook `name` (without ending) as Markdown.

    `languages` are those in which the chapter exists; the others are linked.
    """
    folder = {"en": "", "zh": "zh-CN/"}
    colab = repository().replace("https://github.com/", "https://colab.research.google.com/github/")
    address = f"{colab}/blob/main/notebooks/{folder[language]}{name}.ipynb"
    row = f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({address})"
    for other in languages:
        if other != language:
            path = f"../{name}.ipynb" if language == "zh" else f"{folder[other]}{name}.ipynb"
            row += f" · [{LANGUAGES[other]}]({path})"
    return row
