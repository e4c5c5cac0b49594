"""A researcher's hand in a real JupyterLab: pick a township, Run All, and see its name."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock
from urllib.request import urlopen

import nbformat
import pytest
from ingest_book import write_sheet
from nbformat import NotebookNode
from playwright.sync_api import Page, expect, sync_playwright

import taizhang as tz
from lab_cells import list_suggestions
from taizhang.core.display import FIGURE
from taizhang.lab.launch import copy_templates, list_command, make_environment
from taizhang.workbook.templates import packaged_notebooks

# What there is to see of them, in a small sample at least, is tables.
WITHOUT_FIGURES = {
    "explore_trace",
    "decide_pairs",
    "double_random_draw",
    "data_quality",
    "drill_evaluation",
    "late_entries",
    "work_plan",
}
# What their pictures show, if not the first figure or table.
PICTURED = {"decide_pairs": ".widget-button"}
# A draw is of the whole area, by its own settings.
WITHOUT_CONTROLS = {"double_random_draw"}
# One with controls, and one without; the others take as long and open alike.
ALWAYS = {"explore_hazards", "double_random_draw"}
EXPLORATIONS = [
    pytest.param(name, marks=() if name in ALWAYS else pytest.mark.long)
    for name in sorted(set(packaged_notebooks()) - {"township_review", "county_comparison"})
]
FIGURE_SHOWN = ".jp-OutputArea-output img[src^='data:image/svg+xml']"
TABLE_SHOWN = ".jp-OutputArea-output table"
# Milliseconds. A busy machine takes its time to start a kernel; pictures for the docs are worth any wait.
PATIENCE = 900_000 if os.environ.get("TAIZHANG_PICTURES") else 60_000

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def workbook(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample with some history, with the notebooks copied in as `taizhang lab` does."""
    root = tmp_path_factory.mktemp("lab") / "研究 book"
    shutil.copytree(sample_book, root)
    add_history(root)
    tz.open(str(root)).facts("2021")
    copy_templates(root)
    return root


def add_history(root: Path) -> None:
    """Three months of ingests: rows of 2021 that come late, and two names that may be the same premises."""
    rows: list[list[object]] = [["编号", "乡镇", "发现日期", "场所名称", "隐患描述", "隐患等级"]]
    with mock.patch.dict(os.environ):
        for month, name in enumerate(("鑫源副食店", "鑫园副食店", "鑫源副食店"), start=1):
            os.environ["TAIZHANG_NOW"] = f"2023-{month:02d}-05T18:00:00+08:00"
            book = tz.open(str(root))
            book.ingest()
            district = book.districts["name"].iloc[1]
            rows += [
                [
                    f"补{month}-{day}",
                    district,
                    f"2021-1{month - 1}-{day:02d}",
                    name if day == 1 else "",
                    f"灭火器失效{month}{day}",
                    "一般",
                ]
                for day in range(1, 11)
            ]
            write_sheet(root / "data" / "raw" / "hazards" / "补录.xlsx", rows)
        os.environ["TAIZHANG_NOW"] = "2023-04-05T18:00:00+08:00"
        tz.open(str(root)).ingest()


@pytest.fixture(scope="module")
def address(workbook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a JupyterLab listens that was started as `taizhang lab` starts it."""
    home = tmp_path_factory.mktemp("home")
    log = home / "lab.log"
    command = list_command(["--no-browser", "--port=0", "--IdentityProvider.token=", "--allow-root"])
    settings = {"JUPYTER_CONFIG_DIR": str(home), "JUPYTER_DATA_DIR": str(home), "IPYTHONDIR": str(home)}
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=workbook, env={**make_environment("zh"), **settings}, stdout=output, stderr=output
        )
    try:
        yield await_answer(server, log)
    finally:
        server.terminate()
        server.wait(PATIENCE / 1000)
    assert "without encryption" not in log.read_text("utf-8", "replace")


def await_answer(server: "subprocess.Popen[bytes]", log: Path) -> str:
    """The server's address, once it answers there: it writes the address before it listens."""
    last: OSError | None = None
    for _ in range(240):
        told = log.read_text("utf-8", "replace")
        assert server.poll() is None, told
        if found := re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/", told):
            try:
                with urlopen(f"{found[0]}api/status", timeout=20) as answer:
                    assert answer.status == 200
                return found[0]
            except OSError as error:
                last = error
        time.sleep(0.25)
    raise AssertionError(log.read_text("utf-8", "replace")) from last


@pytest.fixture(scope="module")
def page(address: str, chromium: str) -> Iterator[Page]:
    """JupyterLab in a browser, as it opens."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1000}, locale="en-US")
        page.set_default_timeout(PATIENCE)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}lab/tree/notebooks/township_review.ipynb?reset")
        page.wait_for_function(
            "async () => { await window.jupyterapp?.restored; return Boolean(window.jupyterapp) }"
        )
        wait_for_kernel(page, "township_review")
        yield page
        expect(page.locator(".jp-Notification-List, .Toastify__toast")).to_have_count(0)  # no news, no update
        assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
        browser.close()


def test_menus_are_in_the_workbooks_language(page: Page) -> None:
    expect(page.locator(".lm-MenuBar").get_by_text("文件", exact=True)).to_be_visible()


def wait_for_kernel(page: Page, name: str) -> None:
    """Until the notebook is the one in front, and its kernel waits for work."""
    page.wait_for_function(
        "path => { const front = window.jupyterapp?.shell.currentWidget;"
        " return front?.context?.path === path && front.content.model?.cells?.length"
        " && front.sessionContext.session?.kernel?.status === 'idle' }",
        arg=f"notebooks/{name}.ipynb",
    )


def pick_district(page: Page, label: str, code: str) -> None:
    """Run the first cell, choose in its control, and see the choice in the parameters cell."""
    notebook = page.locator(".jp-NotebookPanel:visible")
    first = notebook.locator(".jp-CodeCell").first
    expect(first).to_be_visible()
    first.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    notebook.locator(".widget-dropdown select").select_option(label=label)
    expect(notebook.locator(".jp-CodeCell").nth(1)).to_contain_text(f'district = "{code}"')


def run_all(page: Page, shown: str) -> float:
    """Run All; returns the seconds until the first thing that fits `shown` was to be seen."""
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
    began = time.monotonic()
    expect(page.locator(".jp-NotebookPanel:visible").locator(shown).first).to_be_visible()
    seconds = time.monotonic() - began
    page.wait_for_function(
        "() => { const cells = window.jupyterapp.shell.currentWidget.content.model.cells;"
        " const codes = [...cells].filter(cell => cell.type === 'code');"
        " return codes.every(cell => cell.executionCount !== null && cell.executionState !== 'running') }"
    )
    return seconds


def try_suggestion(page: Page) -> int:
    """Type what each cell tagged `lab` suggests into a new cell below it, and run that; how many there were."""
    suggested = page.evaluate(
        """async () => {
          const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
          const cells = () => [...notebook.model.cells];
          let tried = 0;
          for (let at = 0; at < cells().length; at++) {
            const cell = cells()[at], tags = cell.getMetadata("tags") || [];
            const code = cell.sharedModel.getSource().match(/```python\\n([^]+?)\\n```/);
            if (!tags.includes("lab") || !tags.includes("zh") || !code) continue;
            notebook.activeCellIndex = at;
            await app.commands.execute("notebook:insert-cell-below");
            notebook.activeCell.model.sharedModel.setSource(code[1]);
            await app.commands.execute("notebook:run-cell");
            const outputs = notebook.activeCell.model.outputs;
            if (!outputs?.length) throw new Error("nothing shown by " + code[1]);
            tried++;
          }
          return tried;
        }"""
    )
    return int(suggested)


def take_picture(page: Page, name: str, at: str) -> None:
    """For the docs, where a folder is named in the environment."""
    if folder := os.environ.get("TAIZHANG_PICTURES"):
        shown = page.locator(".jp-NotebookPanel:visible").locator(at).first
        for _ in range(2):  # JupyterLab draws cells once they are near, which moves them
            shown.scroll_into_view_if_needed()
            page.wait_for_timeout(1000)
        expect(shown).to_be_in_viewport()
        page.screenshot(path=Path(folder) / f"{name}.png")


def save_and_close(page: Page, path: Path) -> NotebookNode:
    """What the notebook holds, as JupyterLab saves it; its kernel is shut down, as each takes its memory."""
    page.evaluate(
        "async () => { const front = window.jupyterapp.shell.currentWidget;"
        " await front.context.save(); await front.sessionContext.shutdown(); front.close() }"
    )
    saved = nbformat.read(path, as_version=4)
    outputs = [output for cell in saved.cells for output in cell.get("outputs", ())]
    assert [output.evalue for output in outputs if output.output_type == "error"] == []
    return saved


def test_pick_a_township_and_run_all(workbook: Path, page: Page) -> None:
    districts = tz.open(str(workbook)).districts
    code, name = districts["code"].iloc[2], districts["name"].iloc[2]
    wait_for_kernel(page, "township_review")
    pick_district(page, f"{name} {code}", code)
    seconds = run_all(page, FIGURE_SHOWN)
    print(f"first figure {seconds:.1f} s after Run All")
    titles = page.locator(".jp-NotebookPanel:visible .jp-OutputArea-output p")
    expect(titles.filter(has_text=name).first).to_be_visible()
    take_picture(page, "lab", ".jp-CodeCell")
    saved = save_and_close(page, workbook / "notebooks" / "township_review.ipynb")
    figure = next(
        output.data[FIGURE]
        for cell in saved.cells
        for output in cell.get("outputs", ())
        if FIGURE in output.get("data", {})
    )
    assert name in figure["title"] + figure["alt"]


@pytest.mark.parametrize("notebook", EXPLORATIONS)
def test_each_exploration_runs_for_another_township(workbook: Path, page: Page, notebook: str) -> None:
    districts = tz.open(str(workbook)).districts
    code, name = str(districts["code"].iloc[1]), districts["name"].iloc[1]
    path = f"notebooks/{notebook}.ipynb"
    page.evaluate("path => { window.jupyterapp.commands.execute('docmanager:open', { path }) }", path)
    wait_for_kernel(page, notebook)
    if notebook not in WITHOUT_CONTROLS:
        pick_district(page, f"{name} {code}", code)
    shown = TABLE_SHOWN if notebook in WITHOUT_FIGURES else FIGURE_SHOWN
    run_all(page, shown)
    take_picture(page, f"lab-{notebook}", PICTURED.get(notebook, shown))
    assert try_suggestion(page) == len(list_suggestions(nbformat.read(workbook / path, as_version=4), "zh"))
    saved = save_and_close(page, workbook / path)
    if notebook not in WITHOUT_CONTROLS:
        cells = [cell for cell in saved.cells if cell.cell_type == "code"]
        assert f'district = "{code}"' in cells[1].source
        outputs = str([cell.outputs for cell in cells])
        assert name in outputs or code in outputs
