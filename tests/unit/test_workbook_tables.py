"""Tables of ledgers as a view has them; of a sum that nobody recorded, reports say that it is not known."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from view_maker import make_table, make_view

import taizhang as tz
from taizhang.facts.hazards import is_open
from taizhang.metadata.kinds import load_kinds
from taizhang.narrative import write_losses
from taizhang.workbook.book import Workbook
from taizhang.workbook.tables import LazyLedgers

TOML = """
[workbook]
title = "县"
[boundaries]
path = "areas.geojson"
code = "code"
name = "name"
[ledgers.losses]
files = ["losses.csv"]
"""
AREAS = (
    '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "350921101", '
    '"name": "甲镇"}, "geometry": {"type": "Polygon", "coordinates": [[[119, 26], [119.1, 26], [119.1, 26.1], '
    "[119, 26.1], [119, 26]]]}}]}"
)


def open_book(folder: Path, rows: str) -> Workbook:
    (folder / "areas.geojson").write_text(AREAS, encoding="utf-8")
    (folder / "losses.csv").write_text("乡镇,灾害名称,发生日期,受灾人口,直接经济损失(万元)\n" + rows, "utf-8")
    (folder / "workbook.toml").write_text(TOML, encoding="utf-8")
    return tz.open(str(folder))


def test_a_ledger_begins_with_its_first_row_in_any_district(tmp_path: Path) -> None:
    book = open_book(tmp_path, "甲镇,台风,2021-07-01,20,\n甲镇,暴雨,2020-02-03,,\n")
    view = book.view("甲镇", "2021")
    assert dict(view.first_days) == {"losses": date(2020, 2, 3)} and view.begun("losses") == pd.Timestamp(
        2020, 2, 3
    )
    assert dict(open_book(tmp_path, "").view("甲镇", "2021").first_days) == {}


@pytest.mark.parametrize(
    "rows",
    [
        "甲镇,台风,2021-07-01,20,\n甲镇,暴雨,2020-07-01,,\n",
        "甲镇,台风,2021-07-01,20,\n甲镇,暴雨,2020-07-01,,3.5\n",
        "",
    ],
)
def test_of_what_no_row_of_the_period_records_it_is_said_that_it_is_not_known(
    tmp_path: Path, rows: str
) -> None:
    book = open_book(tmp_path, rows)
    facts = book.facts("2021").set_index(["district_code", "fact"])["value"]
    nothing = [0, 0] if not rows else [np.nan, np.nan]
    np.testing.assert_equal([facts["350921101", "losses.loss_wan"], facts["all", "losses.loss_wan"]], nothing)
    prose = str(write_losses(book.view("甲镇", "2021")))
    assert ("灾害直接经济损失无从得知" in prose) == bool(rows)


def test_rows_are_those_dated_by_the_day_and_keep_later_days_in_other_columns() -> None:
    """Facts need to see that a hazard was rectified later: blanked, an earlier day of closing would take its place."""
    rows = make_table(
        "hazards",
        [
            {"found_on": "2021-12-31", "rectified_on": "2022-03-01", "closed_on": "2021-12-31"},
            {"found_on": "2022-01-01"},
        ],
    )
    kept = LazyLedgers(lambda kind: rows, {"hazards": load_kinds()["hazards"]}, date(2021, 12, 31))["hazards"]
    assert kept["rectified_on"].tolist() == [pd.Timestamp(2022, 3, 1)]
    view = make_view({"hazards": kept})
    assert view.show("hazards")["rectified_on"].isna().all()  # as a table shows it: nobody knew that yet
    assert view.counted("hazards").test(is_open).tolist() == [True]
