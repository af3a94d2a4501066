"""Docstrings that say where the course first uses a helper, against what the chapters import."""

import ast
import functools
import importlib
import inspect
import pkgutil
import re
import types

import build
import execution
import pytest
from strange_input import public_helpers

import utils

FIRST = re.compile(r"\b[Ff]irst (?:used|shown)\b[^.;]*?\bin\s+chapter\s+(\d\d)")
REACHED_OTHERWISE = {
    "utils.playground.settings.keras_code": "the playground shows it; no cell imports it",
}


@functools.cache
def chapters():
    """The code of each chapter, cell by cell, by its number."""
    return {
        path.name[:2]: [c.source for c in build.read_source(path).cells if c.cell_type == "code"]
        for path in sorted(build.SOURCES.glob("[0-9][0-9]_*.py"))
    }


def names_in(code):
    """Yield the full names that `code` takes from `utils`, also for `losses.huber` of a module."""
    nodes, names = list(ast.walk(ast.parse(code))), {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "utils":
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("utils."))
    yield from names.values()
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in names:
                yield f"{names[node.value.id]}.{node.attr}"


def full_name(thing):
    if isinstance(thing, types.ModuleType):
        return thing.__name__
    return f"{thing.__module__}.{thing.__qualname__}"


def meant(name):
    """Return the full names of the module in the dotted `name`, and of the helper if it has one."""
    parts = name.split(".")
    things = [pkgutil.resolve_name(".".join(parts[:n])) for n in range(2, len(parts) + 1)]
    kinds = inspect.ismodule, inspect.isfunction, inspect.isclass
    return [full_name(thing) for thing in things if any(kind(thing) for kind in kinds)]


@functools.cache
def first_uses():
    """The first chapter that imports a module or helper of `utils`, by full name."""
    found = {}
    for number, cells in chapters().items():
        for name in names_in("\n".join(cells)):
            for thing in meant(name):
                found.setdefault(thing, number)
    return found


def first_chapter(name):
    """The first chapter that imports `name`; a module may also be imported by helpers alone."""
    if name in first_uses():
        return first_uses()[name]
    for number, cells in chapters().items():
        files = execution.helpers("\n".join(cells))
        if any(file.with_suffix("").as_posix().endswith(name.replace(".", "/")) for file in files):
            return number
    return None


def claims():
    """Everything public in `utils` whose docstring names a first chapter: (full name, chapter)."""
    modules = [
        importlib.import_module(i.name) for i in pkgutil.walk_packages(utils.__path__, "utils.")
    ]
    things = [*modules, *sorted(public_helpers(apart_from=()), key=full_name)]
    found = [(full_name(thing), FIRST.findall(inspect.getdoc(thing) or "")) for thing in things]
    return [(name, numbers) for name, numbers in found if numbers]


@pytest.mark.parametrize(("name", "numbers"), claims())
def test_the_chapter_that_a_docstring_names_is_the_first(name, numbers):
    if name not in REACHED_OTHERWISE:
        assert numbers == [first_chapter(name)]


def test_these_tests_see_what_is_there():
    names = [name for name, _ in claims()]
    assert {"utils.statistics", "utils.keras_objects.QuadraticCost"} <= set(names)
    assert set(REACHED_OTHERWISE) <= set(names)
    assert first_chapter("utils.losses.huber") == "02"  # losses.huber, of a module
    assert FIRST.findall("First used, as it is,\n    in chapter 03. In chapter 04.") == ["03"]
    assert first_chapter("utils.layer_chain") == first_chapter("utils.regions") == "06"
    assert first_chapter("utils.signals.layer_deltas") is None
