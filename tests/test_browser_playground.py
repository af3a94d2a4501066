"""The playground in JupyterLab, by keyboard: play, another cell meanwhile, pause, reset."""

import re

import nbformat
from test_browser import browser, lab, open_notebook, pytestmark, screenshot  # noqa: E402, F401

CELLS = (
    "from utils.reproducibility import start\nstart()",
    "from utils.playground import Settings, playground\n"
    "playground(Settings(data='moons', hidden_units=(8, 8, 8), activation='tanh'))",
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
    stderr = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']"
    traceback = page.locator(".jp-OutputArea-output:has-text('Traceback')").count()
    note = page.locator(".widget-html-content").filter(has_text=re.compile("Error: ")).count()
    return page.locator(stderr).count() + traceback + note == 0


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
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Python 3").wait_for()
    page.locator("[data-status=idle]").first.wait_for()
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
    screenshot(page, "playground-relu")
    assert no_error(page)
