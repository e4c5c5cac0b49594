"""A report's metadata: its title, district, period, and how it was made."""

from dataclasses import dataclass
from datetime import date

from taizhang.core.periods import Period


@dataclass(frozen=True)
class ReportMeta:
    """The content of a report's head and foot, for all renderers."""

    title: str  # the workbook's
    district: str  # a division code, or ``all`` for the comparison
    name: str  # the district's, or the area's
    period: Period
    lang: str
    as_of: date  # the day the ledgers are read as of
    # the template's name: ``township_review``, ``county_comparison``, or one of the workbook's own
    kind: str = "township_review"
    sample: bool = False  # made-up data, which every page must say
    approval: str = ""  # the map approval number; empty: the report says internal use
    version: str = ""  # of taizhang
    languages: tuple[str, ...] = ()  # in which the report exists, its own among them
    made_on: str = ""  # from the inputs or SOURCE_DATE_EPOCH, never from the clock
    note: str = ""  # what people wrote for it, in Markdown
    draft: bool = False  # every page says so, until the note's front matter approves the report
    approver: str = ""
    approved_on: str = ""  # a day as 2022-02-15, for the cover
    issuer: str = ""  # who issues it, and whom to ask
    contact: str = ""
    measures: tuple[tuple[str, str, str], ...] = ()  # from its note: rule, who sees to it, by when
    rows: tuple[str, ...] = ()  # facts with a CSV of the rows behind them, ``rows/<district>.<fact>.csv``
    style: str = "modern"  # ``modern`` or ``gbt9704``, the layout of official documents, for PDF and Word
    report: str = ""  # name of a report of the workbook's own; empty for a township review and the comparison
    report_title: str = ""  # what such a report is called, in its language
    fonts: str = ""  # folder of the user's own fonts for gbt9704; empty: the packaged ones
    word_base: str = ""  # the office's own base document; empty: the packaged one of the style
    unread: tuple[str, ...] = ()  # what could not be read, which every report says
    known_on: date | None = None  # what had been ingested by the end of this day, if that is not all
    chosen: bool = False  # whether `as_of` was chosen for this run, which the title then says

    @property
    def has_period(self) -> bool:
        """Whether the report belongs to its period; a draw does not, as it has its own seed and lists."""
        return self.kind != "double_random_draw"

    @property
    def titled(self) -> Period:
        """The period in its title: of a work plan the one it is for, which follows the one it rests on."""
        return self.period.period_after() if self.kind == "work_plan" else self.period

    @property
    def stem(self) -> str:
        """File name without language and suffix: the district's code, or ``comparison``.

        For a report of the workbook's own: ``350921101.fire``, ``all.fire``.
        """
        if self.report:
            return f"{self.district}.{self.report}"
        return "comparison" if self.kind == "county_comparison" else self.district
