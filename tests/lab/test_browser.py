"""A researcher's hand in a real JupyterLab: pick a township, Run All, and see its name."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import expect, sync_playwright

import taizhang as tz
from taizhang.lab import copy_templates, list_command, make_environment

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def workbook(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample, ingested, with the notebooks copied in as `taizhang lab` does."""
    root = tmp_path_factory.mktemp("lab") / "研究 book"
    shutil.copytree(sample_book, root)
    tz.open(str(root)).facts("2021")
    copy_templates(root)
    return root


@pytest.fixture(scope="module")
def address(workbook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a JupyterLab listens that was started as `taizhang lab` starts it."""
    home = tmp_path_factory.mktemp("home")
    log = home / "lab.log"
    command = list_command(["--no-browser", "--port=0", "--IdentityProvider.token=", "--allow-root"])
    settings = {"JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home), "IPYTHONDIR": str(home)}
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=workbook, env={**make_environment(), **settings}, stdout=output, stderr=output
        )
    try:
        for _ in range(240):
            found = re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/", log.read_text("utf-8", "replace"))
            if found:
                break
            assert server.poll() is None, log.read_text("utf-8", "replace")
            time.sleep(0.25)
        assert found, log.read_text("utf-8", "replace")
        with urlopen(f"{found[0]}api/status", timeout=20) as answer:
            assert answer.status == 200
        yield found[0]
    finally:
        server.terminate()
        server.wait(20)


def test_pick_a_township_and_run_all(workbook: Path, address: str, chromium: str) -> None:
    districts = tz.open(str(workbook)).districts
    code, name = districts["code"].iloc[2], districts["name"].iloc[2]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1000}, locale="en-US")
        page.set_default_timeout(45_000)
        page.goto(f"{address}lab/tree/notebooks/township_review.ipynb?reset")
        notebook = page.locator(".jp-NotebookPanel:visible")
        first = notebook.locator(".jp-CodeCell").first
        expect.set_options(timeout=45_000)  # a busy machine
        expect(first).to_be_visible()
        page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        )
        first.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        picker = notebook.locator(".widget-dropdown select")
        picker.select_option(label=f"{name} {code}")
        parameters = notebook.locator(".jp-CodeCell").nth(1)
        expect(parameters).to_contain_text(f'district = "{code}"')
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        began = time.monotonic()
        expect(notebook.locator(".jp-OutputArea-output svg, .jp-RenderedSVG img").first).to_be_visible()
        first_figure = time.monotonic() - began
        page.wait_for_function(
            "() => { const cells = window.jupyterapp.shell.currentWidget.content.model.cells;"
            " const codes = [...cells].filter(cell => cell.type === 'code');"
            " return codes.every(cell => cell.executionCount !== null && cell.executionState !== 'running') }"
        )
        page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        if folder := os.environ.get("TAIZHANG_PICTURES"):
            first.scroll_into_view_if_needed()
            page.screenshot(path=Path(folder) / "lab.png")
        expect(notebook.locator(".widget-dropdown select")).to_have_value(re.compile("."))
        browser.close()
    saved = nbformat.read(workbook / "notebooks" / "township_review.ipynb", as_version=4)
    outputs = [output for cell in saved.cells for output in cell.get("outputs", ())]
    assert [o.evalue for o in outputs if o.output_type == "error"] == []
    figure = next(o for o in outputs if "application/vnd.taizhang.figure+json" in o.get("data", {}))
    about = figure.data["application/vnd.taizhang.figure+json"]
    assert name in about["title"] + about["alt"]
    assert first_figure < 30  # ten seconds on a quiet machine; this one may be busy
