"""What a checker found: settings and layers that would have gone wrong in silence."""

import geopandas as gpd
import pytest
from shapely.geometry import box

from taizhang.cli import main
from taizhang.workbook.book import Workbook

TOML = """
[workbook]
title = "测试"
[boundaries]
path = "b.geojson"
code = "code"
name = "name"
{extra}
[ledgers.hazards]
files = ["h.csv"]
{district}
"""


def make_book(folder, *, codes=("101", "102"), extra="", district="", rows="甲镇,2021-03-01,三万\n"):
    gpd.GeoDataFrame(
        {"code": list(codes), "name": ["甲镇", "乙镇"]},
        geometry=[box(119, 26, 119.1, 26.1), box(119.1, 26, 119.2, 26.1)],
        crs="EPSG:4490",
    ).to_file(folder / "b.geojson")
    (folder / "h.csv").write_text("乡镇,发现日期,整改资金(万元)\n" + rows, encoding="utf-8")
    (folder / "workbook.toml").write_text(TOML.format(extra=extra, district=district), encoding="utf-8")
    return folder


def run(book, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["taizhang", "facts", "--period", "2021", "-C", str(book)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code or 0, capsys.readouterr()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"district": 'district = "甲镇"'}, ""),
        ({"district": 'district = "丙镇"'}, "[ledgers.hazards] district"),
        ({"codes": ("../../evil", "102")}, "'../../evil'"),
        ({"codes": ("all", "102")}, "'all'"),
        ({"extra": '[boundaries.aliases]\n"老甲" = "999"'}, "999"),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path, monkeypatch, capsys, settings, told):
    code, (out, err) = run(make_book(tmp_path, **settings), monkeypatch, capsys)
    if told:
        assert code == 2
        assert told in err
        assert out == ""
    else:
        assert code == 0


def test_chinese_numerals_in_a_column_of_wan(tmp_path):
    rows = "".join(
        f"甲镇,2021-03-0{day},{text}\n"
        for day, text in enumerate(["三万", "十二万", "三万五千", "3万", "五"], 1)
    )
    book = Workbook(make_book(tmp_path, rows=rows))
    assert book.ledger("hazards")["cost_wan"].tolist() == [3, 12, 3.5, 3, 5]


def test_papermill_s_numbers_are_periods(tmp_path):
    assert Workbook(make_book(tmp_path)).view("101", 2021).period.text == "2021"
