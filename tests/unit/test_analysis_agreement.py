"""Fact, sentence, figure, table and trace say one thing of a row, at every boundary of every predicate."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
from view_maker import CODES, make_districts, make_table, make_view

from taizhang import figures, narrative
from taizhang.analysis.closure import list_cases
from taizhang.analysis.hazards import count_by, follow_months, list_overdue
from taizhang.analysis.view import View
from taizhang.core.display import Figure, Prose, Table
from taizhang.core.periods import parse_period
from taizhang.facts.compute import compute_facts, select_rows
from taizhang.metadata.kinds import load_kinds

Row = Mapping[str, object]


class Scene:
    """Some rows of the first district, looked at by facts, trace and a view as of one day."""

    def __init__(
        self, rows: Mapping[str, Sequence[Row]], period: str = "2021", as_of: date | None = None
    ) -> None:
        self.period = parse_period(period)
        self.as_of = as_of or self.period.end
        self.tables = {kind: make_table(kind, some) for kind, some in rows.items()}
        self.facts = self._compute()
        # As the book hands them to a view: rows dated on or before as_of, other days as the ledger has them.
        known = {}
        for kind, table in self.tables.items():
            day = load_kinds()[kind].date
            after = pd.Timestamp(self.as_of) + timedelta(days=1)
            known[kind] = table[table[day] < after].reset_index(drop=True) if day else table
        own = [row for row in self.facts.to_dict("records") if row["district_code"] in (CODES[0], "all")]
        self.view: View = make_view(known, facts=own, period=period, as_of=self.as_of)

    def _compute(self) -> pd.DataFrame:
        return compute_facts(self.tables, make_districts(), self.period, self.as_of, suppress=())

    def fact(self, name: str) -> float:
        row = self.view.fact(name)
        assert row is not None, name
        return float(row["value"])

    def trace(self, name: str) -> list[int]:
        """The ledger rows counted in a fact, from 0."""
        rows = select_rows(
            name, self.tables, make_districts(), self.period, self.as_of, CODES[0], suppress=()
        )
        return [int(row) - 2 for row in rows.loc[rows["counted"], "source_row"]]


def read(table: Table | None) -> list[list[str]]:
    return [] if table is None else [[cell.text for cell in row] for row in table.rows]


def say(prose: Prose | None) -> str:
    return "" if prose is None else "".join(run.text for block in prose.blocks for run in block.runs)


def alt(figure: Figure | None) -> str:
    assert figure is not None
    return figure.alt


HAZARD: dict[str, Any] = {
    "found_on": "2021-12-01", "deadline": "2021-12-15", "mode": "by_deadline", "trade": "工贸", "premises": "甲厂",
    "category": "用电", "severity": "general", "lon": 119.05, "lat": 26.05,
}  # fmt: skip
OPEN, OVERDUE, RECTIFIED = ("open",), ("open", "overdue"), ("rectified",)


def check_hazard(row: Row, expected: Sequence[str], as_of: date | None = None) -> None:
    """One hazard of 2021 is, everywhere, exactly what is expected: open, overdue, rectified, in_time, missed."""
    scene = Scene({"hazards": [{**HAZARD, **row}]}, as_of=as_of)
    view = scene.view
    for name in ("open", "overdue", "rectified"):
        meant = int(name in expected)
        assert scene.fact(f"hazards.{name}") == meant, name
        assert scene.trace(f"hazards.{name}") == [0] * meant, name
    is_open, is_overdue = "open" in expected, "overdue" in expected
    trend, classes, cases = follow_months(view), count_by(view, "trade"), list_cases(view)
    assert trend is not None and classes is not None and cases is not None
    counts = trend.counts.loc[pd.Period("2021-12")]
    assert counts["open"] == is_open and counts["rectified"] == (not is_open)
    assert classes["open"].sum() == is_open and classes["rectified"].sum() == (not is_open)
    assert cases.open.tolist() == [is_open]
    assert f"尚有{int(is_open)}处未整改" in alt(figures.plot_hazards_trend(view))
    assert f"尚有{int(is_open)}处未整改" in alt(figures.plot_hazards_by_trade(view))
    assert f"尚有{int(is_open)}处未整改" in alt(figures.plot_closure_curve(view))
    assert f"其中{int(is_open)}处未整改" in alt(figures.map_hazards(view))
    assert len(list_overdue(view)) == len(read(figures.tabulate_overdue(view))) == is_overdue
    said = say(narrative.write_hazards(view))
    words = "没有逾期未整改的隐患" if not is_overdue else "逾期未整改的有1处"
    assert words in said, said


def test_a_day_of_rectification_to_come_outweighs_an_earlier_closure() -> None:
    """The fault that this house was rebuilt for: the fact said open and overdue, trend and table did not."""
    check_hazard({"rectified_on": "2022-03-01", "closed_on": "2021-12-20"}, OVERDUE)
