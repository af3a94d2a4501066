"""The build: parsing, editions, stamps, fingerprints, execution, stand-alone copies."""

import json
import os
import subprocess
import sys

import build
import execution
import nbformat
import pytest
import stamps

SOURCE = """\
# %% [markdown] id="title" lang="en"
# # A title

# %% [markdown] id="title" lang="zh"
# # 标题

# %% id="value"
x = 2
x

# %% id="task" tags=["exercise"]
y = ...

# %% id="answer" tags=["solution"]
y = x
"""


@pytest.fixture
def source(tmp_path):
    """Return a function that writes a source and returns its path."""

    def write(text=SOURCE):
        path = tmp_path / "42_topic.py"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def chapter(source, tmp_path, monkeypatch):
    """Return a source whose notebooks are written to a folder of their own."""
    monkeypatch.setattr(build, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(build, "EDITIONS", {"en": tmp_path, "zh": tmp_path / "zh-CN"})
    return source()


def test_editions_share_code_and_ids_and_differ_in_prose(source):
    parsed = build.read_source(source())
    english, chinese = (build.assemble(parsed, "42_topic", language) for language in ("en", "zh"))
    ids = ["title", "badges", "setup", "value", "task", "answer"]
    assert [cell.id for cell in english.cells] == [cell.id for cell in chinese.cells] == ids
    assert english.cells[0].source == "# A title" and chinese.cells[0].source == "# 标题"
    assert english.cells[3] == chinese.cells[3]
    assert (
        "<details><summary>Show a solution</summary>\n\n```python\ny = x\n```"
        in english.cells[5].source
    )
    assert "参考答案" in chinese.cells[5].source
    assert english.cells[4].metadata.tags == ["exercise"]


def test_without_chinese_prose_there_is_no_chinese_edition(source):
    text = SOURCE.replace('# %% [markdown] id="title" lang="zh"\n# # 标题\n', "")
    parsed = build.read_source(source(text))
    assert build.languages(parsed) == ["en"]
    assert "zh-CN" not in build.assemble(parsed, "42_topic", "en").cells[1].source


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id="value"', "", "cell 3 needs an id"),
        ('id="task"', 'id="value"', "cell 4 needs an id of its own"),
        ('id="value"', 'id="Two words"', "needs an id"),
        ('lang="zh"', 'lang="fr"', "must have lang en or zh, got 'fr'"),
    ],
)
def test_bad_cells_are_named(source, old, new, message):
    with pytest.raises(ValueError, match=f"42_topic.py: .*{message}"):
        build.read_source(source(SOURCE.replace(old, new)))


def test_the_address_is_stamped_from_one_place(monkeypatch):
    monkeypatch.setattr(stamps, "repository", lambda: "https://github.com/someone/some-course")
    badges = stamps.badges("03_topic", "zh", ["en", "zh"])
    assert "/github/someone/some-course/blob/main/notebooks/zh-CN/03_topic.ipynb)" in badges
    assert "[English](../03_topic.ipynb)" in badges
    assert "https://github.com/someone/some-course" in stamps.setup_code()


def test_fingerprint_follows_code_and_helpers_but_not_the_address(source, monkeypatch):
    def mark(text):
        return execution.fingerprint(
            build.assemble(build.read_source(source(text)), "42_topic", "en")
        )

    first = mark(SOURCE)
    assert mark(SOURCE.replace("x = 2", "x = 3")) != first
    assert mark(SOURCE.replace("# # A title", "# # Another title")) == first
    monkeypatch.setattr(stamps, "repository", lambda: "https://github.com/someone/some-course")
    assert mark(SOURCE) == first


def test_helpers_are_followed_through_one_another():
    found = {path.name for path in execution.helpers("from utils.datasets import load")}
    assert found == {"__init__.py", "datasets.py", "validation.py"}
    found = execution.helpers(
        "from utils.figures import chapter_03 as figures\nimport utils.controls"
    )
    assert {"chapter_03.py", "plotting.py", "controls.py"} <= {path.name for path in found}


def test_build_executes_once_copies_outputs_and_keeps_them(chapter, monkeypatch):
    texts = build.build(chapter)
    build.write(texts)
    english, chinese = map(json.loads, texts.values())
    outputs = [
        [cell.get("outputs") for cell in notebook["cells"]] for notebook in (english, chinese)
    ]
    assert outputs[0] == outputs[1]
    assert english["cells"][3]["outputs"][0]["data"] == {"text/plain": ["2"]}
    assert [c["execution_count"] for c in english["cells"] if c["cell_type"] == "code"] == [1, 2, 3]
    monkeypatch.setattr(
        build, "execute", lambda *_: pytest.fail("executed although nothing changed")
    )
    assert build.build(chapter) == texts


def test_a_change_of_code_executes_again(chapter):
    build.write(build.build(chapter))
    chapter.write_text(SOURCE.replace("x = 2", "x = 7"), encoding="utf-8")
    english = json.loads(next(iter(build.build(chapter).values())))
    assert english["cells"][3]["outputs"][0]["data"] == {"text/plain": ["7"]}


def test_a_failing_cell_names_source_file_and_line(source):
    path = source(SOURCE.replace("x = 2\nx", "x = 2\nx / 0"))
    notebook = build.assemble(build.read_source(path), "42_topic", "en")
    with pytest.raises(SystemExit, match=r"42_topic\.py:9: cell 'value' failed"):
        execution.execute(notebook, path)


def test_a_widget_is_stored_as_its_text(source):
    code = "from IPython.display import display\n"
    code += f"bundle = {{'text/plain': 'sliders', '{execution.WIDGET}': {{'model_id': 'a'}}}}\n"
    code += "display(bundle, raw=True)"
    path = source(SOURCE.replace("x = 2\nx", code))
    notebook = build.assemble(build.read_source(path), "42_topic", "en")
    execution.execute(notebook, path)
    assert notebook.cells[3].outputs[0].data == {"text/plain": "sliders"}


def test_check_tells_what_is_out_of_date(monkeypatch, capsys, chapter):
    monkeypatch.setattr(build, "SOURCES", chapter.parent)
    monkeypatch.setattr(build, "fingerprint", lambda notebook: "the same")
    monkeypatch.setattr(build.readme, "files", lambda paths: {})
    monkeypatch.setattr(build.course_map, "files", lambda paths: {})
    monkeypatch.setattr(stamps, "repository", lambda: "https://github.com/someone/some-course")
    monkeypatch.setattr(stamps, "ROOT", chapter.parent)
    monkeypatch.setattr(build, "execute", lambda *_: None)
    assert build.main(["--check"]) is True
    assert "out of date: 42_topic.ipynb" in capsys.readouterr().out
    assert not (chapter.parent / "42_topic.ipynb").exists()
    assert build.main([]) is False and build.main(["--check"]) is False
    with pytest.raises(SystemExit):
        build.main(["42", "77"])
    assert "error: no chapter 77 in notebooks/sources/" in capsys.readouterr().err


def run_setup(code, folder, **variables):
    """Run a set-up cell in `folder`, with no variable that these tests or a user may have set.

    Return the finished process, which prints where utils is.
    """
    code += "\nimport utils.datasets; print(utils.datasets.__file__)"
    set_here = ("PYTHONPATH", "JPY_SESSION_NAME", "TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS")
    environment = {name: value for name, value in os.environ.items() if name not in set_here}
    return subprocess.run(
        [sys.executable, "-"],  # a stand-alone cell is too long for a command line
        input=code,
        cwd=folder,
        capture_output=True,
        text=True,
        env={**environment, **variables},
    )


@pytest.mark.parametrize("folder", ["", "notebooks", "notebooks/sources", "data"])
def test_setup_finds_the_helpers_from_any_folder_inside(folder):
    done = run_setup(stamps.setup_code(), stamps.ROOT / folder)
    assert done.stderr == "" and done.stdout == f"{stamps.ROOT / 'utils' / 'datasets.py'}\n"


def test_setup_finds_the_helpers_by_the_notebooks_path(tmp_path):
    (tmp_path / "utils").mkdir()
    (tmp_path / "utils" / "__init__.py").touch()  # another package of that name is in the way
    here = str(stamps.ROOT / "notebooks" / "03_topic.ipynb")
    assert "datasets.py" in run_setup(stamps.setup_code(), tmp_path, JPY_SESSION_NAME=here).stdout
    code = f"__vsc_ipynb_file__ = {here!r}\n{stamps.setup_code()}"
    assert "datasets.py" in run_setup(code, tmp_path).stdout


def test_setup_says_in_one_sentence_what_to_do(tmp_path):
    done = run_setup(stamps.setup_code(), tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == stamps.MISSING.format(repository=stamps.repository()) + "\n"


COLAB = "import sys, types; sys.modules['google.colab'] = types.ModuleType('google.colab')\n"


def test_setup_fetches_once_in_colab(tmp_path):
    origin, content = tmp_path / "origin", tmp_path / "content"
    (origin / "utils").mkdir(parents=True)
    content.mkdir()
    (origin / "utils" / "datasets.py").touch()
    (origin / "utils" / "course.mplstyle").touch()
    for command in (
        "init --quiet",
        "add .",
        "-c user.name=a -c user.email=a@b.c commit --quiet -m x",
    ):
        subprocess.run(["git", *command.split()], cwd=origin, check=True)
    code = COLAB + stamps.setup_code().replace(stamps.repository(), origin.as_uri())
    folder = stamps.repository().rsplit("/", 1)[-1]
    expected = f"{content / folder / 'utils' / 'datasets.py'}\n"
    assert run_setup(code, content).stdout == expected
    (origin / ".git").rename(tmp_path / "gone")  # nothing can be fetched any more
    assert run_setup(code, content).stdout == expected


def test_setup_in_colab_says_what_to_do_when_it_cannot_fetch(tmp_path):
    code = COLAB + stamps.setup_code().replace(
        f'"{stamps.repository()}", fetched', '"/nowhere", fetched'
    )
    done = run_setup(code, tmp_path)
    assert (
        done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "make colab" in done.stderr
    )


def test_setup_is_short_and_keeps_what_the_user_has_set(tmp_path):
    assert len(stamps.setup_code().splitlines()) <= 10
    code = (
        stamps.setup_code()
        + "\nprint(os.environ['TF_CPP_MIN_LOG_LEVEL'], os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    )
    done = run_setup(code, stamps.ROOT, TF_CPP_MIN_LOG_LEVEL="0")
    assert done.stdout.startswith("0 0\n")


# Python 3.10.11, the newest 3.10 that Windows has an installer for, extracts without a filter.
OLD_TARFILE = """\
import tarfile
extract = tarfile.TarFile.extractall
tarfile.TarFile.extractall = lambda self, path=".", members=None: extract(self, path, members)
"""


@pytest.mark.parametrize("language", build.EDITIONS)
def test_standalone_copies_carry_helpers_and_data(tmp_path, language):
    copies = build.standalone(build.SOURCES / "03_gradient_descent_one_weight.py")
    [text] = [
        text for path, text in copies.items() if (path.parent.name == "zh-CN") == (language == "zh")
    ]
    notebook = nbformat.reads(text.decode(), as_version=4)
    setup = next(cell for cell in notebook.cells if cell.id == "setup").source
    done = run_setup(
        OLD_TARFILE + setup + "\nfrom utils.datasets import load; print(load('digits').x.shape)",
        tmp_path,
    )
    assert done.stdout.startswith("(1797, 64)\n") and str(stamps.ROOT) not in done.stdout
    assert done.stderr == "" and len(text) < 1_500_000


@pytest.fixture
def two_chapters(chapter, monkeypatch):
    """Return the chapters that `build.main` builds and whether by force: 42, and 43 with a mark."""
    marked = chapter.with_name("43_map.py")
    marked.write_text(SOURCE.replace("# # A title", f"# {build.ledger.MARK}"), encoding="utf-8")
    monkeypatch.setattr(build, "SOURCES", chapter.parent)
    monkeypatch.setattr(build.readme, "files", lambda paths: {})
    monkeypatch.setattr(build.course_map, "files", lambda paths: {})
    built = {}

    def note(path, *, force, check):
        built[path.name[:2]] = force
        return {}

    monkeypatch.setattr(build, "build", note)
    return built


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["42"], {"42": False, "43": False}),
        (["--force", "42"], {"42": True, "43": False}),  # 43 has a mark, but was not named
        (["--force", "43"], {"43": True}),
        (["--force"], {"42": True, "43": True}),
    ],
)
def test_only_chapters_that_were_named_are_forced(two_chapters, arguments, wanted):
    build.main(arguments)
    assert two_chapters == wanted


@pytest.mark.parametrize("arguments", [["4"], ["2"], ["42", "99"], ["42_topic"]])
def test_numbers_that_are_no_chapters_are_refused(two_chapters, capsys, arguments):
    with pytest.raises(SystemExit):
        build.main(arguments)
    assert f"error: no chapter {arguments[-1]} in" in capsys.readouterr().err
    assert two_chapters == {}


@pytest.fixture
def small_house(tmp_path, monkeypatch):
    """A repository with one figure module in a package, and a style sheet."""
    for name in ("utils/__init__.py", "utils/figures/__init__.py", "utils/figures/chapter_03.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "utils/course.mplstyle").write_text("lines.linewidth: 2", encoding="utf-8")
    monkeypatch.setattr(stamps, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "line", ["from utils.figures import chapter_03", "import utils.figures.chapter_03"]
)
@pytest.mark.parametrize(
    "file",
    [
        "utils/__init__.py",
        "utils/figures/__init__.py",
        "utils/figures/chapter_03.py",
        "utils/course.mplstyle",
    ],
)
def test_fingerprint_follows_packages_and_style(small_house, file, line):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(line, id="code")])
    before = execution.fingerprint(notebook)
    with open(small_house / file, "a", encoding="utf-8") as changed:
        changed.write("\n")
    assert execution.fingerprint(notebook) != before
