"""The playground in JupyterLab, by keyboard: play, another cell meanwhile, pause, reset.

`make browser` also runs the whole of chapter 06 there, which takes a minute or two.
"""

import os
import re

import nbformat
import pytest
from test_browser import (  # noqa: F401
    browser,
    errors,
    lab,
    open_notebook,
    pytestmark,
    run_all,
    screenshot,
    wait_for_kernel,
    wait_for_last_cell,
)

CELLS = (
    "from utils.reproducibility import start\nstart()",
    "from utils.playground import Settings, playground\n"
    "playground(Settings(data='moons', noise=0.12, hidden_units=(8, 8, 8), activation='tanh'))",
    "print('six times seven is', 6 * 7)",
)


def epoch(page):
    text = page.locator(".widget-html-content").filter(has_text=re.compile("^Epoch")).inner_text()
    return int(text.split()[1])


def button(page, name):
    # Not by its accessible name, to which the icon's glyph belongs.
    return page.locator("button.jupyter-button").filter(has_text=name)


def press(page, name):
    button(page, name).focus()
    page.keyboard.press("Enter")


def wait_for_epoch(page, fulfilled):
    page.wait_for_function(
        f"""() => [...document.querySelectorAll('.widget-html-content')].some(
            found => {{ const match = /^Epoch (\\d+)/.exec(found.innerText);
                       return match && (epoch => {fulfilled})(Number(match[1])); }})"""
    )


def no_error(page):
    note = page.locator(".widget-html-content").filter(has_text=re.compile("Error: ")).count()
    return errors(page) + note == 0


def run_cell(page, number):
    page.locator(".jp-CodeCell .cm-content").nth(number).click()
    page.keyboard.press("Shift+Enter")
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").nth(number)
    prompt.filter(has_text=f"[{number + 1}]").wait_for()


def test_playground_by_keyboard(browser, lab):  # noqa: F811
    cells = [nbformat.v4.new_code_cell(code) for code in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(notebook, lab[0] / "playground.ipynb")
    page = open_notebook(browser, lab, "playground.ipynb")
    page.set_default_timeout(120_000)
    wait_for_kernel(page)
    run_cell(page, 0)
    run_cell(page, 1)
    button(page, "Play").wait_for()
    wait_for_epoch(page, "epoch === 0")
    before = page.locator(".widget-image").first.get_attribute("src")
    screenshot(page, "playground-start")
    press(page, "Play")
    wait_for_epoch(page, "epoch > 100")
    assert page.locator(".widget-image").first.get_attribute("src") != before
    run_cell(page, 2)
    page.locator("text=six times seven is 42").wait_for()
    meanwhile = epoch(page)
    wait_for_epoch(page, f"epoch > {meanwhile}")
    press(page, "Pause")
    page.wait_for_timeout(1500)
    stopped = epoch(page)
    page.wait_for_timeout(1500)
    assert epoch(page) == stopped
    screenshot(page, "playground-paused")
    press(page, "Step")
    wait_for_epoch(page, f"epoch === {stopped + 1}")
    press(page, "Reset")
    wait_for_epoch(page, "epoch === 0")
    page.get_by_label("Activation").select_option("relu")
    page.get_by_label("Show linear regions").check()
    page.get_by_text("The pictures in words").click()
    page.locator(".widget-html-content").filter(has_text="polygons").wait_for()
    page.get_by_text("Show the Keras code").click()
    code = page.locator(".widget-html-content pre").inner_text()
    assert "'relu'" in code and "noise=0.12," in code  # between two stops of its slider
    screenshot(page, "playground-relu")
    assert no_error(page)


@pytest.mark.skipif("WHOLE_CHAPTER" not in os.environ, reason="takes minutes: make browser")
def test_playground_after_all_of_chapter_06(browser, lab):  # noqa: F811
    page = open_notebook(browser, lab, "notebooks/06_decision_boundaries.ipynb")
    page.set_default_timeout(600_000)
    run_all(page)
    button(page, "Play").wait_for()
    wait_for_last_cell(page)
    button(page, "Play").scroll_into_view_if_needed()
    page.get_by_label("Activation").last.select_option("relu")
    before = page.locator(".widget-image").last.get_attribute("src")
    press(page, "Play")
    wait_for_epoch(page, "epoch > 100")
    assert page.locator(".widget-image").last.get_attribute("src") != before
    press(page, "Pause")
    page.wait_for_timeout(1500)
    stopped = epoch(page)
    page.wait_for_timeout(1500)
    assert epoch(page) == stopped
    screenshot(page, "chapter-06-playground")
    assert no_error(page)
