"""What a report covers: one district, or the whole area, in one period.

A View is data that the workbook fills; figures and narrative draw and write from it and read no file. What only few
reports need, it asks the workbook for (`reach`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, wraps
from html import escape
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

import geopandas as gpd
import pandas as pd

from taizhang.core.errors import ParameterError
from taizhang.core.outlines import simplify_districts
from taizhang.core.periods import SCALES, Period
from taizhang.facts.rows import Ledger, Rows, Written
from taizhang.metadata.facts import FactInfo, describe_fact, load_facts
from taizhang.metadata.formats import format_date
from taizhang.metadata.kinds import Kind, load_kinds
from taizhang.metadata.words import label

When = Literal["now", "year", "previous"]
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class Row(dict[str, Any]):
    """A row of a facts frame, by column; not to be changed."""


def is_known(row: Row | pd.Series | None) -> bool:
    """Return whether a fact's row has a publishable value; False if there is no row."""
    return row is not None and not row["suppressed"] and bool(pd.notna(row["value"]))


class _Index:
    """The rows of a facts frame by fact and district, indexed, as pandas is slow for the hundreds of queries of a
    report."""

    def __init__(self, facts: pd.DataFrame) -> None:
        self._columns = {str(name): facts[name].to_numpy() for name in facts.columns}
        names = (
            zip(*(self._columns[name] for name in ("fact", "district_code")), strict=True)
            if len(facts)
            else ()
        )
        self._places = {name: at for at, name in enumerate(names)}

    def find(self, fact: str, district: str) -> Row | None:
        """None if there is no such row."""
        at = self._places.get((fact, district))
        return None if at is None else Row((name, column[at]) for name, column in self._columns.items())


@dataclass(frozen=True)
class View:
    """The data of one report.

    Attributes
    ----------
    district : str
        Division code, or ``all`` for the whole area; `name` is then the area's title.
    title : str
        The workbook's title.
    lang : str
        zh or en.
    as_of : datetime.date
        The day the ledgers are read as of.
    facts, facts_before, facts_previous : pandas.DataFrame
        Facts of the period, all districts and ``all``, in the contract's columns; of the same period a year before,
        and of the period just before, both read at the same lag after their end.
    ledgers : Mapping of str to pandas.DataFrame
        Rows of the configured kinds: of the district alone, or of all where it is ``all``; of all
        periods, dated on or before as_of; without personal columns. Other columns may hold days after it: what a
        row was by as_of, `counted` tells. A kind that is not configured, or whose small counts are suppressed, is
        not a key: of the latter there are the facts alone.
    exact : Mapping of str to pandas.DataFrame, optional
        The same rows with phone and identity numbers in texts as written: what is counted and matched by, and never
        shown. Where left out, `ledgers`.
    districts : geopandas.GeoDataFrame
        code, name, parent, geometry (longitude, latitude), one row per district.
    grid : geopandas.GeoDataFrame or None
        Grid cells: code, name, parent, class, level, assigned (bool), district_code, geometry.
    quality : pandas.DataFrame
        One row per kind: kind, read, accepted, set_aside, cells_set_aside, duplicates (whole workbook).
    approval : str
        Map approval number; empty: maps say internal use.
    sample : bool
        Whether the data are the made-up sample, which every page must say.
    vintages : pandas.DataFrame
        Districts that were renamed, merged or split since the year before, as returned by `compare_vintages`; with
        ``all``, change 'lost', where rows of a district that was split are set aside. `facts_before` has
        no facts of those that don't compare.
    settings : Mapping
        Anything else of workbook.toml that a report shows.
    kinds, fact_infos : Mapping
        Ledger kinds, and what each fact is, the workbook's own among them; where left out, the built-in ones.
    first_days : Mapping of str to datetime.date
        The first day on record of each kind's ledger, in any district: a district without a row that early
        had nothing to record. Where left out, its own rows decide.
    asked : datetime.date, optional
        The day that somebody asked the ledgers to be read as of.
    written : Mapping of str to Written
        What each kind's whole ledger has written, in any district; where left out, its own rows decide.
    unread : frozenset of str
        Kinds of whose rows some could not be read: no number of them is known, and `ledgers` lacks them.
    silences : pandas.DataFrame
        Where ledgers are silent though they should not be: kind, district_code (``all`` for the whole area), and the
        columns of `stats.silence.find_silences`.
    reported : pandas.DataFrame
        Numbers of the period that summary tables tell and no rows: unverified, in the columns of `facts`. They are
        none of these, so that no change, test, rank or finding rests on them; who shows them marks them.
    beside : pandas.DataFrame
        What is reported beside what is counted: district_code, fact, reported, counted (NaN: not known).
    scatter : pandas.DataFrame
        How the rows behind each fact cluster: fact, district_code, dispersion, df, as returned by `measure_scatter`.
        What has no row in it is not tested.
    last_day : datetime.date, optional
        The last day on record in any ledger: on no earlier day were they read. Where left out, as_of.
    reach : callable, optional
        Finds, when it is asked, which premises lie near a shelter, by district: as from `Workbook.reach`.
    facts_of : callable, optional
        Gives the facts of another period, read as a report of that period reads them: as from `Workbook.facts`.
    linking : Mapping of str to float
        How rows of the whole workbook were linked to premises: rows, premises, doubtful (pairs left to decide),
        decisions, and the probabilities from which pairs are linked (certain_from) and asked (doubtful_from). Empty if
        no ledger names premises.
    known_on : datetime.date, optional
        The day by whose end what it rests on had been ingested, if that is not all that is known now.
    report : str
        The template that it is made for, such as ``township_review``: what that shows of a shorter period,
        exhibits.yml says. Empty: what it has by default.
    """

    district: str
    name: str
    title: str
    period: Period
    lang: str
    as_of: date
    facts: pd.DataFrame
    facts_before: pd.DataFrame
    facts_previous: pd.DataFrame
    ledgers: Mapping[str, pd.DataFrame]
    districts: gpd.GeoDataFrame
    exact: Mapping[str, pd.DataFrame] | None = field(default=None, repr=False, kw_only=True)
    grid: gpd.GeoDataFrame | None = None
    quality: pd.DataFrame = field(default_factory=pd.DataFrame)
    approval: str = ""
    sample: bool = False
    vintages: pd.DataFrame = field(default_factory=pd.DataFrame)
    settings: Mapping[str, object] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=load_kinds)
    fact_infos: Mapping[str, FactInfo] = field(default_factory=load_facts)
    first_days: Mapping[str, date] = field(default_factory=dict)
    asked: date | None = None
    written: Mapping[str, Written] = field(default_factory=dict)
    report: str = ""
    unread: frozenset[str] = frozenset()
    silences: pd.DataFrame = field(default_factory=pd.DataFrame)
    reported: pd.DataFrame = field(default_factory=pd.DataFrame)
    beside: pd.DataFrame = field(default_factory=pd.DataFrame)
    scatter: pd.DataFrame = field(default_factory=pd.DataFrame)
    last_day: date | None = None
    reach: "Callable[[View], pd.DataFrame | None] | None" = None
    facts_of: Callable[[Period], pd.DataFrame] | None = None
    linking: Mapping[str, float] = field(default_factory=dict)
    known_on: date | None = None

    def __repr__(self) -> str:
        return f"<View {self.name} {self.district}, {self.period}, as of {self.as_of}: {', '.join(self.ledgers)}>"

    def _repr_html_(self) -> str:
        """Show its district, and how many rows of each ledger the period has."""
        said = {
            "name": self.name,
            "period": self.period.label(self.lang),
            "day": format_date(self.as_of, self.lang),
        }
        rows = "".join(
            f"<tr><td><code>{escape(kind)}</code></td><td>{escape(self.kinds[kind].title[self.lang])}</td>"
            f'<td style="text-align:right">{len(self.counted(kind)):,}</td></tr>'
            for kind in self.ledgers
        )
        heads = (label("column.ledger", self.lang), "", label("view.rows", self.lang))
        head = "".join(f"<th>{escape(text)}</th>" for text in heads)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f"<p><strong>{escape(label('view.of', self.lang, **said))}</strong></p>{table}"

    @property
    def compares(self) -> bool:
        """Whether the year before covers the same area, which is not so if a split changed it."""
        if self.vintages.empty:
            return True
        return bool(self.vintages.loc[self.vintages["code"] == self.district, "comparable"].all())

    def begun(self, kind: str) -> pd.Timestamp:
        """The first day on record in a kind's ledger; NaT if there is none."""
        if kind in self.first_days:
            return pd.Timestamp(self.first_days[kind])
        return self.ledgers[kind][self.kinds[kind].date].min()

    def counted(self, kind: str) -> Rows:
        """The rows of a kind that the period's facts count; none where it has no table.

        Of a kind whose rows need no district, such as an action of the whole area, those without one as well.

        ``rows.test(hazards.is_overdue)`` says which are overdue, ``rows.frame()`` is the table beside it.
        """
        return self._look_at(kind, self.period)

    def counted_in(self, kind: str, period: Period, as_of: date) -> Rows:
        """As `counted`, for another period and reading day: the rows behind an earlier period's facts."""
        return self._look_at(kind, period, as_of=as_of)

    def recorded(self, kind: str) -> Rows:
        """All rows of a kind up to as_of, of any period, in the form given by `counted`."""
        return self._look_at(kind, None)

    def standing(self, kind: str) -> Rows:
        """Return all rows of a kind, of any period, up to the period's last day or as_of: the stock that facts
        count."""
        return self._look_at(kind, self.period, stock=True)

    def _look_at(
        self, kind: str, period: Period | None, *, stock: bool = False, as_of: date | None = None
    ) -> Rows:
        day = as_of or self.as_of
        key = (kind, period, stock, day)
        if key not in self.answers:
            if ("ledger", kind) not in self.answers:
                shown, codes = self.ledgers.get(kind), pd.Index(self.districts["code"].astype("str"))
                table = shown if self.exact is None else self.exact.get(kind)
                date = self.kinds[kind].date if kind in self.kinds else ""
                ledger = Ledger(
                    kind,
                    pd.DataFrame() if table is None else table,
                    codes,
                    date,
                    written=self.written.get(kind),
                    shown=shown,
                )
                self.answers["ledger", kind] = ledger
            district = self.kinds[kind].fields.get("district") if kind in self.kinds else None
            placeless = district is None or not district.required
            ledger = self.answers["ledger", kind]  # type: ignore[assignment]
            rows = Rows(ledger, period, day, stock=stock, placeless=placeless, asked=self.asked)
            self.answers[key] = rows
        return self.answers[key]  # type: ignore[return-value]

    def describe(self, fact: str) -> FactInfo:
        """The definition of a fact: built-in, the workbook's own, or of a target; KeyError if there is none."""
        return describe_fact(fact, self.fact_infos)

    def fact(self, name: str, district: str | None = None, *, when: When = "now") -> Row | None:
        """One fact's row for this (or the named) district, or None if there is none.

        `when` is now, year (the same period a year earlier) or previous (the previous period).
        """
        key = ("fact", name, district or self.district, when)
        if key not in self.answers:
            self.answers[key] = self._rows[when].find(name, district or self.district)
        return self.answers[key]  # type: ignore[return-value]

    def report_of(self, name: str, district: str | None = None) -> Row | None:
        """A reported, unverified fact's row for this (or the named) district; None if there is none."""
        return self._reported.find(name, district or self.district)

    @cached_property
    def _reported(self) -> _Index:
        return _Index(self.reported)

    def value(self, name: str, district: str | None = None) -> float | None:
        """A fact's value; None if not configured, unknown or withheld."""
        row = self.fact(name, district)
        return None if row is None or not is_known(row) else float(row["value"])

    def is_withheld(self, name: str) -> bool:
        """Return whether a fact is suppressed because its numbers are small."""
        row = self.fact(name)
        return row is not None and bool(row["suppressed"])

    def lasts(self, *scales: str) -> bool | None:
        """Return whether the period is a year, half, quarter or month, as asked, for cells that not every report has.

        True or None, so that ``view.lasts("year") and ...`` shows nothing if it doesn't hold; ParameterError where
        there is no such length.
        """
        if unknown := [scale for scale in scales if scale not in SCALES]:
            raise ParameterError("analysis.no_length", text=unknown[0], known=", ".join(SCALES))
        return self.period.scale in scales or None

    @cached_property
    def outlines(self) -> gpd.GeoDataFrame:
        """The districts with borders simplified for maps; shared by a report's several maps."""
        return simplify_districts(self.districts)

    @cached_property
    def answers(self) -> dict[tuple[object, ...], object]:
        """Results found so far: rows of facts, of ledgers, and results of `once_per_view`."""
        return {}

    @property
    def _frames(self) -> dict[When, pd.DataFrame]:
        return {"now": self.facts, "year": self.facts_before, "previous": self.facts_previous}

    @cached_property
    def _rows(self) -> dict[When, _Index]:
        return {when: _Index(facts) for when, facts in self._frames.items()}

    def anywhere(self, name: str, *, when: When = "now") -> bool:
        """Return whether any district has something to count for a fact, even if suppressed."""
        return name in self._counted[when]

    @cached_property
    def _counted(self) -> dict[When, frozenset[str]]:
        return {
            when: frozenset(
                facts["fact"].to_numpy()[
                    (facts["value"].to_numpy(float) > 0) | facts["suppressed"].to_numpy(bool)
                ]
            )
            for when, facts in self._frames.items()
        }

    def show(self, kind: str, of: Rows | None = None) -> pd.DataFrame:
        """The rows of `counted`, or others, as shown in a table: days after as_of are blank.

        A deadline may lie ahead; the day on which something was done cannot. To find out what a row *is*, use
        `counted`, not these blanks.
        """
        rows = (self.counted(kind) if of is None else of).frame()
        if kind not in self.kinds or not self.kinds[kind].date:
            return rows
        after = pd.Timestamp(self.as_of) + pd.Timedelta(days=1)
        fields = self.kinds[kind].fields.items()
        dates = (name for name, one in fields if one.type in ("date", "datetime") and not one.future)
        back = [name for name in dates if name in rows]
        return rows.assign(**{name: rows[name].where(rows[name] < after) for name in back})


def once_per_view(
    find: Callable[Concatenate[View, Asked], Answer],
) -> Callable[Concatenate[View, Asked], Answer]:
    """Decorator: compute a result shared by figures, tables and words once per view.

    The arguments after the view must be hashable; every caller gets the same object, which must not be changed.
    """

    @wraps(find)
    def ask(view: View, /, *args: Asked.args, **named: Asked.kwargs) -> Answer:
        key = (find, args, tuple(named.items()))
        if key not in view.answers:
            view.answers[key] = find(view, *args, **named)
        return view.answers[key]  # type: ignore[return-value]  # of this very function

    return ask
