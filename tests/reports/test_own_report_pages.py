"""Reports of the workbook's own, run on the sample, as a reader meets them: whole, quiet and accessible.

The drill evaluation has a ledger of objectives on the scale that the how-to shows.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from taizhang import open as open_workbook
from taizhang.core.periods import parse_period
from taizhang.report.execute import execute_notebook
from taizhang.report.html import render_html
from taizhang.report.meta import ReportMeta

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PERIOD = parse_period("2021")
TITLES = {
    "special_action": {"zh": "专项行动报告", "en": "Special actions"},
    "drill_evaluation": {"zh": "应急演练评估报告", "en": "Drill evaluation"},
    "data_quality": {"zh": "数据质量报告", "en": "Data quality"},
    "grid_check": {"zh": "网格检查", "en": "Grid check"},
}
# The longest and the shortest.
ALWAYS = {"data_quality", "grid_check"}
ROWS = """乡镇,演练日期,演练名称,演练目标,评定,存在问题,改进措施,责任单位,完成时限,完成日期
{0},2021-06-11,防汛演练,信息报告,P,,,,,
{0},2021-06-11,防汛演练,转移安置,S,路灯损坏,修复路灯,村建办,2021-09-30,2021-09-20
{0},2021-06-11,防汛演练,物资保障,M,发电机不响,检修发电机,民政办,2021-09-30,
{0},2021-06-11,防汛演练,通信保障,U,卫星电话欠费,补缴费用,党政办,2022-06-30,
{0},2021-06-11,防汛演练,队伍集结,,,,,,
"""


@pytest.fixture(scope="module")
def book(sample_book: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("own") / "book"
    shutil.copytree(sample_book, folder, ignore=shutil.ignore_patterns("reports"))
    how_to = (root / "docs" / "howto" / "drill-evaluation.md").read_text("utf-8")
    block = re.search(r"```yaml\n(.*?)```", how_to, re.DOTALL)
    assert block is not None
    (folder / "ledgers").mkdir(exist_ok=True)
    (folder / "ledgers" / "drill_objectives.yml").write_text(block[1], encoding="utf-8")
    name = open_workbook(str(folder)).districts["name"].iloc[0]
    (folder / "data" / "raw" / "objectives.csv").write_text(ROWS.format(name), encoding="utf-8")
    with (folder / "workbook.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[ledgers.drill_objectives]\nfiles = ["data/raw/objectives.csv"]\n')
    return open_workbook(str(folder))


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "template",
    [pytest.param(name, marks=() if name in ALWAYS else pytest.mark.long) for name in TITLES],
)
def test_page_is_whole_quiet_and_accessible(
    book: Any, tmp_path: Path, open_page: Callable[..., Any], template: str, lang: str
) -> None:
    notebook = execute_notebook(
        book.template(template),
        tmp_path / "executed.ipynb",
        {"district": "all", "period": "2021", "lang": lang},
        cwd=book.root,
    )
    meta = ReportMeta(
        book.config.title, "all", book.config.title, PERIOD, lang, book.as_of(PERIOD), template, True,
        version="x", draft=True, report="own", report_title=TITLES[template][lang],
    )  # fmt: skip
    path = tmp_path / f"all.own.{lang}.html"
    path.write_text(render_html(notebook, meta=meta), encoding="utf-8")
    for width, dark in ((360, True),) if lang == "zh" else ((1280, False),):
        opened = open_page(path, width=width, dark=dark)
        page = opened.page
        assert [url for url in opened.requests if not url.startswith("data:")] == [path.as_uri()]
        assert opened.complaints == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.list_violations() == []
    assert page.locator("h1").inner_text().startswith(TITLES[template][lang])
    assert page.locator("main table").count() >= 2
    if template == "drill_evaluation":
        rows = page.locator("#table-drill-objectives tbody tr")
        shown = [[cell.get_attribute("data-value") for cell in row.locator("td").all()] for row in rows.all()]
        assert [[f"{float(value):.0f}" for value in row] for row in shown] == [
            ["1", "1", "0", "0", "0"],
            ["1", "0", "1", "0", "0"],
            ["1", "0", "0", "1", "0"],
            ["1", "0", "0", "0", "1"],
            ["0", "0", "0", "0", "0"],
        ]
