"""A made-up executed notebook with everything a report may hold, and pages opened in a real Chromium."""

import copy
import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import matplotlib
import nbformat.v4 as v4
import numpy as np
import pandas as pd
import pytest
import shapely
from nbformat import NotebookNode

from taizhang.core import display
from taizhang.metadata.facts import load_facts
from taizhang.core.periods import parse_period
from taizhang.report.meta import ReportMeta

matplotlib.use("agg")

HOSTILE = "<script>document.title='gone'</script>"
FORMULA = "=cmd|'/c calc'!A1"

_TEXTS = {
    "zh": {
        "glance": "一年概览",
        "intro": "本节汇总全年主要指标，并与上年同期比较。指标的算法见“方法与数据质量”一节；"
        "率和占比只计入情况已知的记录。",
        "hazards": "隐患排查治理",
        "trend": "趋势",
        "overdue": "逾期未改",
        "drills": "应急演练",
        "method": "方法与数据质量",
        "method_text": "- 数据取自各类台账，逐条核对后汇总。\n- 未能读出的单元格列入 `set_aside.csv`。\n\n"
        "| 台账 | 读入 | 采用 |\n|:--|--:|--:|\n| 隐患 | 412 | 409 |\n| 演练 | 31 | 31 |\n\n"
        "<b onclick=alert(1)>原样</b> ![图](https://example.org/a.png)",
    },
    "en": {
        "glance": "The year at a glance",
        "intro": "This section gives the key figures of the year beside those of the year before. How each is "
        "computed is in the last section; rates and shares count only rows whose answer is known.",
        "hazards": "Hazards",
        "trend": "Trend",
        "overdue": "Overdue",
        "drills": "Drills",
        "method": "Method and data quality",
        "method_text": "- From the ledgers, row by row.\n- Cells that could not be read are in `set_aside.csv`.",
    },
}


def draw_chart(lang: str = "zh", seed: int = 0) -> str:
    """Bars by month as an SVG whose text is text, with ids that every figure of matplotlib shares."""
    import matplotlib.pyplot as plt

    from taizhang.core import fonts

    matplotlib.font_manager.fontManager.addfont(str(fonts.sans_path()))
    settings = {"svg.fonttype": "none", "svg.hashsalt": "x", "font.family": fonts.SANS, "font.size": 11}
    with matplotlib.rc_context(settings):
        figure, axes = plt.subplots(figsize=(6.3, 3.2), layout="constrained")
        months = [f"{m}月" if lang == "zh" else f"{m}" for m in range(1, 13)]
        axes.bar(months, [(7 * m + seed) % 23 + 4 for m in range(12)], color="#0068a8", width=0.6)
        axes.plot(months, [12 + m % 3 for m in range(12)], color="#7d8a96")
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_ylabel("处" if lang == "zh" else "hazards", rotation=0, loc="top")
        axes.text(11, 15, "上年" if lang == "zh" else "year before", color="#5b6773", ha="right")
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
        plt.close(figure)
    return out.getvalue()


def show(*objects: Any) -> NotebookNode:
    outputs = [v4.new_output("stream", name="stdout", text="PRINTED")]
    outputs += [v4.new_output("display_data", data=shown._repr_mimebundle_()) for shown in objects]
    return v4.new_code_cell("CODE(view)", outputs=outputs)


def make_overdue(lang: str, count: int = 15) -> display.Table:
    zh = lang == "zh"
    columns = (
        display.Column("场所" if zh else "Premises"),
        display.Column("隐患" if zh else "Hazard"),
        display.Column("发现日期" if zh else "Found on"),
        display.Column("整改期限" if zh else "Deadline"),
        display.Column("逾期" if zh else "Overdue", "天" if zh else "days", "right"),
    )
    things = ["消防通道堆放杂物", "配电箱未接地", "安全出口上锁", "燃气软管老化"]
    rows = [
        (
            display.Cell(f"{'甲乙丙丁戊己庚辛壬癸'[i % 10]}{['机械厂', '商场', '幼儿园'][i % 3]}"),
            display.Cell(things[i % 4]),
            display.Cell(f"2021-0{i % 9 + 1}-12"),
            display.Cell(f"2021-0{i % 9 + 1}-27"),
            display.Cell(str(9 + i * 37 % 200), float(9 + i * 37 % 200), note="worse" if i % 5 == 0 else ""),
        )
        for i in range(count - 2)
    ]
    rows.append((display.Cell(HOSTILE), display.Cell(FORMULA), *[display.Cell("")] * 3))
    last = display.Cell("38", 38.0, "hazards.overdue", district="all")
    rows.append((display.Cell("全县" if zh else "Whole area"), *[display.Cell("")] * 3, last))
    notes = ("逾期天数算至数据截至日。" if zh else "Days overdue are counted to the as-of day.",)
    return display.Table(
        "overdue", "哪些隐患逾期未改？" if zh else "Which hazards are overdue?", columns, tuple(rows), notes
    )


def make_notebook(lang: str = "zh") -> NotebookNode:
    """An executed notebook in one language, with Markdown in both."""
    zh = lang == "zh"

    def both(key: str, form: str = "{}") -> list[NotebookNode]:
        return [
            v4.new_markdown_cell(form.format(_TEXTS[tongue][key]), metadata={"tags": [tongue]})
            for tongue in ("zh", "en")
        ]

    def figure(slug: str, seed: int) -> display.Figure:
        return display.Figure(
            slug,
            "各月发现的隐患比上年多还是少？" if zh else "Were more hazards found than the year before?",
            "全年发现隐患 163 处，七月最多。" if zh else "163 hazards were found, most in July.",
            "资料来源：隐患台账，409条记录，统计截至2022年1月31日。"
            if zh
            else "Source: hazards ledger, 409 rows, as of 31 January 2022.",
            draw_chart(lang, seed),
        )

    cards = [
        (
            "hazards.found",
            "发现隐患",
            "Hazards found",
            "409",
            "处",
            "",
            "较上年增加 36 处",
            "36 more",
            "neutral",
        ),
        (
            "hazards.rectification_rate",
            "整改率",
            "Rectification rate",
            "97.8",
            "%",
            "%",
            "较上年上升 2.1 个百分点",
            "2.1 points up",
            "better",
        ),
        ("hazards.overdue", "逾期未改", "Overdue", "9", "处", "", "较上年增加 4 处", "4 more", "worse"),
        ("drills.held", "应急演练", "Drills held", "31", "次", "", "与上年持平", "unchanged", "neutral"),
        (
            "incidents.loss_wan",
            "直接经济损失",
            "Direct loss",
            "1,234.5",
            "万元",
            "10,000 yuan",
            "较上年减少 12.0 万元",
            "12.0 less",
            "better",
        ),
        (
            "incidents.deaths_per_100k",
            "十万人死亡率",
            "Deaths per 100,000",
            "0.42",
            "人/10万人",
            "per 100,000",
            "",
            "",
            "neutral",
        ),
    ]
    items = tuple(
        display.KeyFigure(fact, a if zh else b, value, u if zh else v, c if zh else d, verdict)  # type: ignore[arg-type]
        for fact, a, b, value, u, v, c, d, verdict in cards
    )
    run = display.Run
    sentences = (
        display.Block(
            (
                run("全年共发现隐患 "),
                run("409", "hazards.found", True),
                run(" 处，已整改 "),
                run("400", "hazards.rectified"),
                run(" 处，整改率为 "),
                run("97.8%", "hazards.rectification_rate"),
                run(
                    "，比上年高 2.1 个百分点，这一差别超出偶然波动的范围。"
                    "立行立改的占六成，其余限期整改；半数隐患在发现后 6 天内改完。"
                ),
            )
        )
        if zh
        else display.Block(
            (
                run("409", "hazards.found", True),
                run(" hazards were found and "),
                run("400", "hazards.rectified"),
                run(
                    " rectified, a rate of 97.8 %, which is 2.1 points above the year before and beyond chance. "
                    "Half of them were closed within six days."
                ),
            ),
        ),
        display.Block(
            (run("商场和小型加工场所的隐患最多。" if zh else "Shops and small workshops had most of them."),),
            "li",
        ),
        display.Block(
            (run(f"重复出现的隐患集中在{HOSTILE}。" if zh else f"Repeats were found at {HOSTILE}."),), "li"
        ),
        display.Block((run("区间为95%置信区间。" if zh else "Intervals are at 95 %."),), "note"),
    )
    cells = [
        v4.new_code_cell('period = "2021"', metadata={"tags": ["parameters"]}),
        *both("glance", "# {0}\n\n## {0}"),
        *both("intro"),
        show(display.KeyFigures(items)),
        *both("hazards", "## {}"),
        show(display.Prose(sentences)),
        *both("trend", "### {}"),
        show(figure("hazards-trend", 0), figure("hazards-again", 5)),
        *both("overdue", "### {}"),
        show(make_overdue(lang)),
        *both("drills", "## {}"),
        *both("method", "## {}"),
        *both("method_text"),
    ]
    return v4.new_notebook(cells=cells)


def make_meta(lang: str = "zh", **changes: Any) -> ReportMeta:
    zh = lang == "zh"
    values: dict[str, Any] = {
        "title": "滨江县应急管理年度评估" if zh else "Binjiang County emergency management review",
        "district": "350921101",
        "name": "溪口镇" if zh else "Xikou Town",
        "period": parse_period("2021"),
        "lang": lang,
        "as_of": date(2022, 1, 31),
        "sample": True,
        "version": "0.1.0",
        "languages": ("zh", "en"),
        "made_on": "2022-02-01",
    }
    return ReportMeta(**(values | changes))


@pytest.fixture(scope="session")
def notebook() -> Callable[[str], NotebookNode]:
    made: dict[str, NotebookNode] = {}

    def copy_notebook(lang: str = "zh") -> NotebookNode:
        if lang not in made:
            made[lang] = make_notebook(lang)
        return copy.deepcopy(made[lang])

    return copy_notebook


@pytest.fixture(scope="session")
def meta() -> Callable[..., ReportMeta]:
    return make_meta


class OpenPage:
    """A page in Chromium, with what it asked for and complained of."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.listeners = {
            "request": lambda request: self.requests.append(request.url),
            "console": lambda message: self.complaints.append(message.text),
            "pageerror": lambda error: self.complaints.append(str(error)),
        }
        for event, listener in self.listeners.items():
            page.on(event, listener)

    def leave(self) -> None:
        """Make the page as good as new, for another test."""
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)
        self.page.evaluate("localStorage.clear(); sessionStorage.clear()")
        self.page.mouse.move(0, 0)
        self.page.emulate_media(media="null")
        self.page.goto("about:blank")

    def list_violations(self) -> list[tuple[str, list[str]]]:
        """What breaks the rules of WCAG 2.2 AA, and where: rule, elements."""
        from axe_playwright_python.sync_playwright import Axe

        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        # What breaks none is not listed, one element by one, which takes as long again.
        options = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}
        found = Axe().run(self.page, options=options).response["violations"]
        return [(item["id"], [node["html"][:200] for node in item["nodes"]]) for item in found]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """One Chromium for a file's tests, that calls home for nothing; the next file may start its own."""
    from playwright.sync_api import sync_playwright

    quiet = ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"]
    quiet += ["disable-component-update", "disable-sync"]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=[f"--{flag}" for flag in quiet])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def left(browser: Any) -> dict[tuple[bool, bool], list[Any]]:
    """Pages that tests have left, by what cannot be changed: whether they are dark, and run scripts.

    A new one takes Chromium a process, and as long as most tests.
    """
    return {}


@pytest.fixture
def open_page(browser: Any, left: dict[tuple[bool, bool], list[Any]]) -> Iterator[Callable[..., OpenPage]]:
    """Open a file: ``open_page(path, width=360, dark=True)``; the network is refused."""
    taken: list[tuple[tuple[bool, bool], OpenPage]] = []

    def open_file(path: Path, *, width: int = 1280, dark: bool = False, scripts: bool = True) -> OpenPage:
        size, kind = {"width": width, "height": 800}, (dark, scripts)
        if free := left.setdefault(kind, []):
            page = free.pop()
            page.set_viewport_size(size)
        else:
            context = browser.new_context(
                viewport=size,
                color_scheme="dark" if dark else "light",
                java_script_enabled=scripts,
                offline=True,
            )
            page = context.new_page()
        opened = OpenPage(page)
        taken.append((kind, opened))
        opened.page.goto(path.as_uri())
        return opened

    yield open_file
    for kind, opened in taken:
        opened.leave()
        left[kind].append(opened.page)


DISTRICTS = "溪口镇 城关镇 老溪南镇 新港乡 沙埕镇 白琳镇 点头镇 管阳镇 佳阳乡 前岐镇 硖门乡 店下镇".split()


def make_districts() -> gpd.GeoDataFrame:
    """Twelve districts in three rows, their inner edges shared."""
    codes = [f"3509211{number:02d}" for number in range(1, 13)]
    cells = [
        shapely.box(x, y, x + 0.1, y + 0.08)
        for y in (27.16, 27.08, 27.0)
        for x in (120.0, 120.1, 120.2, 120.3)
    ]
    data = {"code": codes, "name": DISTRICTS, "parent": "滨江县"}
    return gpd.GeoDataFrame(data, geometry=cells, crs="EPSG:4490")


def make_facts() -> pd.DataFrame:
    """Key figures of the twelve and of all: one not known, one withheld."""
    rows = []
    for place, code in enumerate([*make_districts()["code"], "all"]):
        name = DISTRICTS[place] if place < 12 else "全县"
        found = 20 + place * 7 % 41
        for fact, value, low, high in (
            ("hazards.found", float(found), found * 0.8, found * 1.2),
            ("hazards.rectification_rate", 100 - place * 1.3, 80.0, 99.5),
            ("drills.held", float(place % 3), None, None),
            ("complaints.resolution_rate", 88.0, 70.0, 95.0),
        ):
            rows.append(
                (code, name, "2021", fact, value, "count", value, None, low, high, False, "2022-01-31")
            )
    columns = "district_code district period fact value unit numerator denominator low high suppressed as_of".split()
    facts = pd.DataFrame(rows, columns=columns)
    first = facts["district_code"] == "350921101"
    hidden = first & (facts["fact"] == "complaints.resolution_rate")
    facts.loc[hidden, "suppressed"] = True
    facts.loc[hidden, ["value", "numerator", "low", "high"]] = float("nan")
    facts.loc[first & (facts["fact"] == "hazards.rectification_rate"), ["value", "low", "high"]] = float(
        "nan"
    )
    return facts


def make_book() -> SimpleNamespace:
    """What the index asks of a workbook."""
    config = SimpleNamespace(
        name_title=lambda lang: "滨江县应急管理年度评估",
        issuer="滨江县应急管理局",
        sample=True,
        boundaries=SimpleNamespace(approval="", names_en={}),
        reports=(),
    )
    return SimpleNamespace(
        config=config,
        districts=make_districts(),
        fact_infos=load_facts(),
        as_of=lambda period: date(2022, 1, 31),
    )


def make_manifest() -> dict[str, Any]:
    """Reports in both languages; that of the first district failed in Chinese."""
    reports = {
        f"{code}.{lang}": {"district": code, "name": name, "lang": lang, "status": "made", "error": ""}
        for code, name in zip(make_districts()["code"], DISTRICTS, strict=True)
        for lang in ("zh", "en")
    }
    reports["350921101.zh"] |= {"status": "failed", "error": "KeyError"}
    reports["comparison.zh"] = {
        "district": "all",
        "name": "全县",
        "lang": "zh",
        "status": "made",
        "error": "",
    }
    return {"reports": reports}


@pytest.fixture(scope="session")
def stand_ins() -> SimpleNamespace:
    """Makers of a book, its facts and its manifest."""
    return SimpleNamespace(book=make_book, facts=make_facts, manifest=make_manifest, fill=fill_review)


@pytest.fixture(scope="session")
def review_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review's folder as it stands when the index is written, and the index in both languages."""
    return fill_review(tmp_path_factory.mktemp("review"), make_book())


@pytest.fixture
def twelve_values(tmp_path: Path) -> tuple[Path, np.ndarray]:
    """A review's folder whose districts held these numbers of drills."""
    facts = make_facts()
    values = np.array([1, 2, 2, 3, 20, 21, 22, 40, 41, 60, 61, 90.0])
    facts.loc[(facts["fact"] == "drills.held") & (facts["district_code"] != "all"), "value"] = values
    return fill_review(tmp_path, make_book(), facts), values


def fill_review(folder: Path, book: Any, facts: pd.DataFrame | None = None) -> Path:
    from snapshot_maker import make_snapshot

    from taizhang.report.index import write_index

    for name, report in make_manifest()["reports"].items():
        if report["status"] == "made":
            for form in ("html", "pdf"):
                (folder / f"{name}.{form}").write_text("", encoding="utf-8")
    for name in ("facts.csv", "facts.parquet", "manifest.json"):
        (folder / name).write_text("", encoding="utf-8")
    snapshot = make_snapshot(book, parse_period("2021"), make_facts() if facts is None else facts)
    for lang in ("zh", "en"):
        write_index(snapshot, make_manifest(), lang, folder=folder, findings=make_findings())
    return folder


def make_findings() -> list[dict[str, str]]:
    """Findings as findings.json has them: two severe kinds in the third district, one in the second, none elsewhere."""
    rows = [
        ("all", "deaths", "red", "死亡3人 <b>", "白林乡3人"),
        ("all", "supplies_short", "note", "急救包缺1个", "白林乡"),
        ("350921102", "hazards_overdue", "red", "逾期隐患2处", "甲厂"),
        ("350921102", "hazards_overdue", "red", "逾期隐患1处", "乙厂"),
        ("350921102", "plans_past_review", "amber", "1个预案超期", "防汛预案"),
        ("350921103", "deaths", "red", "死亡3人", "渔船事故"),
        ("350921103", "hazards_overdue", "red", "逾期隐患9处", "丙厂"),
    ]
    return [dict(zip(("district_code", "rule", "severity", "problem", "object"), row, strict=True)) for row in rows]
