"""What a reader meets in a real browser: alternative texts that exist, sliders that move pictures.

Skipped, saying so, where Playwright or a Chromium is missing. Screenshots go to artifacts/.
"""

import base64
import os
import re
import shutil
import subprocess
import sys
import time

import nbformat
import pytest
from conftest import ROOT
from matplotlib.figure import Figure

from utils.plotting import image_bundle, png_bytes

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update"
)
PIXEL = base64.b64encode(png_bytes(Figure(figsize=(1, 1)))).decode()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Serve a copy of the course with JupyterLab; return its folder and its address."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("utils", "notebooks", "data"):
        shutil.copytree(ROOT / name, folder / name)
    settings = folder / "settings/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    # Otherwise the cells outside the window are not in the page, and cannot be looked at.
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    command = "-m jupyterlab --no-browser --allow-root --port=0 --ServerApp.log_level=INFO".split()
    log = folder / "server.log"  # a pipe that nobody reads would fill up and stop the server
    with log.open("w") as stream:
        server = subprocess.Popen(
            [sys.executable, *command, f"--ServerApp.root_dir={folder}"],
            env={**os.environ, "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")},
            stderr=stream,
            stdout=subprocess.DEVNULL,
        )
    try:
        yield folder, address(log)
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def address(log, seconds=60):
    """Wait until JupyterLab has written its address to `log`; return the one of a notebook."""
    for _ in range(10 * seconds):
        if found := re.search(r"(http://localhost:\d+/lab)\?token=(\w+)", log.read_text()):
            return "{}/tree/{{}}?reset&token={}".format(*found.groups())
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start: {log.read_text()[-1000:]}")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield chromium
        chromium.close()


def open_notebook(browser, lab, path):
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.set_default_timeout(180_000)
    page.goto(lab[1].format(path))
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    return page


def wait_for_kernel(page):
    """Wait until the kernel is ready; what is run before that is not run at all."""
    page.locator(".jp-NotebookPanel-toolbar").get_by_text("Python 3").wait_for()
    page.locator("[data-status=idle]").first.wait_for()


def run_all(page):
    wait_for_kernel(page)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def wait_for_last_cell(page):
    """Wait until no cell waits for its turn; stored outputs do not tell whether a cell has run."""
    page.wait_for_function(
        """() => [...document.querySelectorAll('.jp-InputPrompt')].every(
            prompt => !prompt.innerText.includes('*'))"""
    )


def errors(page):
    """Return the number of tracebacks and of outputs on stderr in the notebook."""
    stderr = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']"
    traceback = page.locator(".jp-OutputArea-output:has-text('Traceback')").count()
    return page.locator(stderr).count() + traceback


def screenshot(page, name):
    (ROOT / "artifacts").mkdir(exist_ok=True)
    page.screenshot(path=ROOT / "artifacts" / f"{name}.png")


def test_only_an_html_image_keeps_its_alternative_text(browser, lab):
    """The reason why `show` displays HTML: the metadata of a PNG output are ignored."""
    png = nbformat.v4.new_output(
        "display_data", {"image/png": PIXEL}, metadata={"image/png": {"alt": "lost"}}
    )
    bundle = image_bundle(b"picture", "kept: a line that falls to 1")
    cell = nbformat.v4.new_code_cell(outputs=[png, nbformat.v4.new_output("display_data", bundle)])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), lab[0] / "alt.ipynb")
    page = open_notebook(browser, lab, "alt.ipynb")
    page.locator(".jp-OutputArea img").nth(1).wait_for(state="attached")
    alts = [image.get_attribute("alt") for image in page.locator(".jp-OutputArea img").all()]
    assert sorted(alts, key=bool) == [None, "kept: a line that falls to 1"]


def test_chapter_runs_and_its_slider_moves_its_picture(browser, lab):
    page = open_notebook(browser, lab, "notebooks/03_gradient_descent_one_weight.ipynb")
    stored = page.locator('img[alt^="Loss curve with tangents: at w = −3 the slope is −5.25"]')
    stored.wait_for(state="attached")
    run_all(page)
    caption = page.locator(".widget-html-content")
    caption.wait_for()
    assert "with learning rate 0.20" in caption.inner_text()
    picture = page.locator(".widget-image")
    before = picture.get_attribute("src")
    page.get_by_role("slider").nth(1).focus()
    page.keyboard.press("ArrowRight")
    caption.filter(has_text="with learning rate 0.22").wait_for()
    assert picture.get_attribute("src") != before
    picture.scroll_into_view_if_needed()
    screenshot(page, "chapter-03-slider")
    wait_for_last_cell(page)
    assert errors(page) == 0
