"""One premises across ledgers, those that repeat and those never inspected; expected values by hand from the rows."""

import pandas as pd
import pytest
from ingest_book import make_book

from taizhang import figures, narrative
from taizhang import open as open_workbook
from taizhang.analysis.findings import find_by_district
from taizhang.analysis.history import find_history, list_premises
from taizhang.analysis.premises import count_by_kind, count_unvisited, list_recurring, list_unvisited
from taizhang.core.display import Figure, Table
from taizhang.core.errors import ParameterError
from taizhang.workbook.book import Workbook

STATION = "溪口安通加油站"
HAZARDS = [
    ["所属乡镇", "发现日期", "场所名称", "隐患类别", "隐患描述", "整改状态", "整改完成日期"],
    ["溪口镇", "2021-03-01", STATION, "消防", "灭火器过期", "已整改", "2021-03-20"],
    ["溪口镇", "2021-05-06", "溪口安通加油站有限公司", "消防", "灭火器过期", "已整改", "2021-06-20"],
    ["溪口镇", "2021-11-06", STATION, "用电", "私拉电线", "未整改", ""],
    ["溪南镇", "2021-11-06", "张三", "用电", "私拉电线", "未整改", ""],
    ["溪南镇", "2021-11-16", "惠民超市", "用电", "私拉电线", "未整改", ""],
]
FILES = {
    "inspections": "所属乡镇,检查日期,单位名称,检查方式,处罚金额（元）\n"
    f"溪口镇,2020-02-01,{STATION},日常检查,0\n溪口镇,2021-08-11,{STATION},专项检查,5000\n",
    "premises": "所属乡镇,单位名称,单位类型,地址,是否重点,经营状态,开业日期\n"
    f"溪口镇,{STATION},加油站,溪口路1号,是,在营,2010-01-01\n溪口镇,惠民超市,超市,溪口路2号,否,在营,2012-01-01\n"
    "溪南镇,惠民超市,超市,溪南路2号,是,在营,2012-01-01\n溪南镇,新开超市,超市,溪南路9号,是,在营,2021-10-01\n",
    "incidents": "所属乡镇,发生时间,事故类型,死亡人数,事件概况\n"
    f"溪口镇,2021-07-03 10:00,火灾,0,{STATION}油罐区起火\n溪口镇,2021-07-05 10:00,火灾,0,民房起火\n"
    f"溪南镇,2021-07-06 10:00,火灾,0,{STATION}对面起火\n",
    "drills": f"所属乡镇,演练日期,演练名称,组织单位\n溪口镇,2021-09-03,油品泄漏演练,{STATION}\n",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    more = "".join(f'[ledgers.{kind}]\nfiles = ["data/raw/{kind}.csv"]\n' for kind in FILES)
    root = make_book(tmp_path_factory.mktemp("history"), {"a.xlsx": HAZARDS}, patterns=["a.xlsx"], more=more)
    for kind, text in FILES.items():
        (root / "data" / "raw" / f"{kind}.csv").write_text(text, encoding="utf-8")
    return open_workbook(str(root))


def test_a_history_has_every_ledger_s_rows_in_order(book: Workbook) -> None:
    history = find_history(book.view("all", "2021"), "溪口安通加油站有限公司")
    assert history is not None
    told = [(f"{row.day:%m-%d}", row.kind, row.linked, row.open) for row in history.events.itertuples()]
    assert told == [
        ("02-01", "inspections", True, False),
        ("03-01", "hazards", True, False),
        ("05-06", "hazards", True, False),
        ("07-03", "incidents", False, False),  # of its own township alone
        ("08-11", "inspections", True, False),
        ("08-11", "penalties", True, False),
        ("09-03", "drills", False, False),
        ("11-06", "hazards", True, True),
    ]
    assert history.events["until"].dropna().tolist() == [
        pd.Timestamp("2021-03-20"),
        pd.Timestamp("2021-06-20"),
    ]
    assert history.names == (STATION, "溪口安通加油站有限公司")
    assert history.about["type"] == "加油站" and history.about["key"] == "true"
    assert history.kinds == ("hazards", "inspections", "penalties", "incidents", "drills")
    assert find_history(book.view("all", "2021")).key == history.key  # it has most rows
    assert find_history(book.view("all", "2021"), history.key).key == history.key


def test_a_name_of_several_or_of_none_is_an_error(book: Workbook) -> None:
    view = book.view("all", "2021")
    with pytest.raises(ParameterError, match="350921101 惠民超市") as error:
        find_history(view, "惠民超市")
    assert "350921102 惠民超市" in str(error.value)
    assert find_history(book.view("溪南镇", "2021"), "惠民超市").key == "350921102 惠民超市"
    with pytest.raises(ParameterError, match="溪口安通加油站") as error:
        find_history(view, "溪口安通加油")
    assert "张三" not in str(error.value)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_shown_names_no_person(book: Workbook, lang: str) -> None:
    view = book.view("all", "2021", lang)
    key = next(key for key in list_premises(view).index if "***" in key)
    shown = [
        figures.plot_premises_history(view, key),
        figures.tabulate_premises_history(view, key),
        figures.tabulate_premises_card(view, key),
        figures.tabulate_premises_names(view, key),
        figures.tabulate_premises(view),
        figures.tabulate_recurring(view),
        figures.tabulate_unvisited(view),
        narrative.write_method(view),
    ]
    assert all(isinstance(one, Figure | Table) for one in shown[:-1])
    assert "张三" not in repr(shown) + shown[0].svg
    figure = figures.plot_premises_history(view)
    assert figure.alt and STATION in figure.title


def test_counts_by_ledger(book: Workbook) -> None:
    counts = count_by_kind(book.view("all", "2021"))
    assert counts.iloc[0].to_dict() == {"name": STATION, "hazards": 3, "inspections": 2, "rows": 5}


def test_premises_whose_hazards_repeat(book: Workbook) -> None:
    found = list_recurring(book.view("all", "2021"))
    # Both hazards of the fire kind are the station's; the third is of another.
    assert found[["name", "repeats", "found", "open", "penalties"]].to_numpy().tolist() == [
        [STATION, 1, 3, 1, 1.0]
    ]
    assert list_recurring(book.view("溪南镇", "2021")).empty
    table = figures.tabulate_recurring(book.view("溪口镇", "2021", "en"))
    assert [cell.text for cell in table.rows[0]] == ["Xikou Antong Filling Station", "1", "3", "1", "1"]


def test_premises_never_inspected(book: Workbook) -> None:
    view = book.view("all", "2021")
    # The shop opened in October is not yet asked about.
    assert count_unvisited(view) == {"350921101": (1, 2), "350921102": (1, 1), "all": (2, 3)}
    assert list_unvisited(view)[["district_code", "name"]].to_numpy().tolist() == [
        ["350921102", "惠民超市"],  # under key supervision
        ["350921101", "惠民超市"],
    ]
    problem = next(one for one in find_by_district(view)["all"] if one.rule.rule == "premises_unvisited")
    assert (problem.evidence["value"].value, problem.evidence["of"].value) == (2, 3)
    assert count_unvisited(book.view("all", "2021H1")) == {}


def test_trace_tells_how_a_row_was_linked(book: Workbook) -> None:
    rows = book.trace("hazards.repeats", "2021", "all")
    assert rows["premises_key"].tolist() == ["350921101 溪口安通加油站"]
    assert rows["premises_how"].tolist() == ["name"]
    assert book.tell_links(rows) is rows  # they say so already
    assert rows["premises_probability"].tolist() == [1.0]
    everyone = book.trace("hazards.found", "2021", "溪南镇")
    assert "张三" not in everyone.to_csv()
    assert "张三" in book.trace("hazards.found", "2021", "溪南镇", personal=True).to_csv()
