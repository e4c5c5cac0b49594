"""Tables leave a report with numbers as numbers and days as days, and none of their texts runs anywhere."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from taizhang.core.display import Cell, Column, Table
from taizhang.core.exports import escape_latex

RISKY = "=cmd|'/c calc'!A1"


@pytest.fixture
def table() -> Table:
    rows = (
        (
            Cell("2 城关镇", 2, district="350921101"),
            Cell("12", 12.0),
            Cell("93.2% (90–95)", 93.23),
            Cell("2021-07-05"),
        ),
        (Cell("1 溪口镇", 1, district="350921102"), Cell("—"), Cell("不足5处", None, fact="a.b"), Cell("—")),
        (Cell(RISKY), Cell("1,204", 1204.0), Cell("持平", -0.0), Cell("2020-01-31", "2020-01-31")),
    )
    heads = (Column("地区"), Column("隐患", "处", "right"), Column("整改率"), Column("整改率"))
    return Table("t", "隐患 & 整改", heads, rows, notes=("来源：50%",))


def test_columns_have_the_types_of_what_they_hold(table: Table) -> None:
    data = table.data
    assert list(data) == ["地区", "隐患 (处)", "整改率", "整改率 [2]"]
    assert list(map(str, data.dtypes)) == ["str", "Int64", "float64", "datetime64[us]"]
    assert data["地区"].tolist() == ["2 城关镇", "1 溪口镇", RISKY]
    assert data["隐患 (处)"].tolist() == [12, pd.NA, 1204]
    assert data["整改率"].tolist()[0] == 93.23 and data["整改率"].isna().tolist() == [False, True, False]
    assert data["整改率 [2]"].tolist()[::2] == [pd.Timestamp("2021-07-05"), pd.Timestamp("2020-01-31")]


@pytest.mark.parametrize(
    ("text", "value"), [("1.2 million yuan", 120.0), ("12*", 12.0), ("25%", 0.25), ("1.5%", 1.6)]
)
def test_a_number_that_its_text_does_not_say_stays_as_it_is_shown(text: str, value: float) -> None:
    """In another unit, marked as unverified, or another number: alone it would say something else."""
    rows = ((Cell("甲"), Cell(text, value)), (Cell("乙"), Cell("7", 7.0)))
    assert Table("t", "t", (Column("a"), Column("b")), rows).data["b"].tolist() == [text, "7"]


def test_words_that_sort_by_a_number_stay_words_and_words_among_numbers_make_texts() -> None:
    rows = (
        (Cell("1", 1.0), Cell("有", 1.0), Cell("3", 3.0)),
        (Cell("2", 2.0), Cell("无", 0.0), Cell("不详")),
    )
    data = Table("t", "题", (Column("序号"), Column("否决"), Column("数")), rows).data
    assert list(map(str, data.dtypes)) == ["Int64", "str", "str"]
    assert data["数"].tolist() == ["3", "不详"]


def test_excel_holds_numbers_days_and_texts_of_which_none_is_a_formula(table: Table, tmp_path: Path) -> None:
    table.to_excel(tmp_path / "new" / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "new" / "t.xlsx")["t"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("地区", "隐患 (处)", "整改率", "整改率 [2]")
    assert rows[1] == ("2 城关镇", 12, 93.23, pd.Timestamp("2021-07-05").to_pydatetime())
    assert rows[3][0] == f"'{RISKY}" and sheet["A4"].data_type == "s" and sheet["B4"].data_type == "n"
    assert rows[2][1:] == (None, None, None)


def test_csv_reads_back_and_its_heads_are_guarded_too(table: Table, tmp_path: Path) -> None:
    heads = (Column("=1+1"), *table.columns[1:])
    Table("t", "题", heads, table.rows).to_csv(tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_text("utf-8")
    assert (
        text.startswith("\ufeff'=1+1,隐患 (处),") and "\n2 城关镇,12,93.23,2021-07-05\n1 溪口镇,,,\n" in text
    )
    assert f"'{RISKY},1204,0.0,2020-01-31" in text


def test_latex_shows_what_the_table_shows(table: Table, tmp_path: Path) -> None:
    text = table.to_latex(tmp_path / "t.tex")
    assert (tmp_path / "t.tex").read_text("utf-8") == text
    lines = text.splitlines()
    assert r"\caption{隐患 \& 整改}" in lines and r"\begin{tabular}{lrll}" in lines
    assert r"地区 & 隐患 (处) & 整改率 & 整改率 \\" in lines
    assert r"2 城关镇 & 12 & 93.2\% (90–95) & 2021-07-05 \\" in lines
    assert r"\par {\footnotesize 来源：50\%}" in lines


def test_latex_sets_a_ledger_s_text_as_typed() -> None:
    assert escape_latex(r"a\b{c}$d$ 5% #1 x_y ~^<>") == (
        r"a\textbackslash{}b\{c\}\$d\$ 5\% \#1 x\_y \textasciitilde{}\textasciicircum{}\textless{}\textgreater{}"
    )
    row = (Cell("[5pt]"), Cell("x"))
    assert "{}[5pt] & x \\\\" in Table("t", "题", (Column("a"), Column("b")), (row,)).to_latex().splitlines()


def test_a_table_without_rows_has_its_columns() -> None:
    assert list(Table("t", "题", (Column("a"), Column("b", "km")), ()).data) == ["a", "b (km)"]
