"""What a report says about itself: its title, district, period, and how it was made."""

from dataclasses import dataclass
from datetime import date

from taizhang.core.periods import Period


@dataclass(frozen=True)
class ReportMeta:
    """What both renderers put on a report's head and foot.

    Attributes
    ----------
    title : str
        The workbook's title.
    district : str
        Division code, or ``all`` for the comparison.
    name : str
        The district's name, or the area's.
    period : Period
    lang : str
        zh or en.
    as_of : datetime.date
        The day the ledgers are read as of.
    chosen : bool
        Whether that day was chosen for this run, which the title then says.
    kind : str
        The template's name: ``township_review``, ``county_comparison``, or one of the workbook's own.
    sample : bool
        Whether the data are the made-up sample, which every page must say.
    approval : str
        Map approval number; empty: the report says internal use.
    version : str
        Version of taizhang that made the report.
    languages : tuple of str
        Languages in which this report exists beside this one, itself among them.
    made_on : str
        Date of making, from the inputs or SOURCE_DATE_EPOCH, never from the clock.
    note : str
        What people wrote for this report, in Markdown.
    draft : bool
        Whether every page is to say so: until the note's front matter approves the report.
    approver, approved_on : str
        Who approved it and when (a day as 2022-02-15), for the cover.
    rows : tuple of str
        Facts with a CSV of the rows behind them, ``rows/<district>.<fact>.csv`` beside the report.
    style : str
        ``modern`` or ``gbt9704``, the layout of official documents, for PDF and Word.
    report : str
        Name of a report of the workbook's own; empty for a township review and the comparison.
    report_title : str
        What such a report is called, in its language.
    fonts : str
        Folder of the user's own fonts for gbt9704; empty: the packaged ones.
    word_base : str
        The office's own base document for Word; empty: the packaged one of the style.
    """

    title: str
    district: str
    name: str
    period: Period
    lang: str
    as_of: date
    kind: str = "township_review"
    sample: bool = False
    approval: str = ""
    version: str = ""
    languages: tuple[str, ...] = ()
    made_on: str = ""
    note: str = ""
    draft: bool = False
    approver: str = ""
    approved_on: str = ""
    rows: tuple[str, ...] = ()
    style: str = "modern"
    report: str = ""
    report_title: str = ""
    fonts: str = ""
    word_base: str = ""
    chosen: bool = False

    @property
    def stem(self) -> str:
        """File name without language and suffix: the district's code, or ``comparison``.

        For a report of the workbook's own: ``350921101.fire``, ``all.fire``.
        """
        if self.report:
            return f"{self.district}.{self.report}"
        return "comparison" if self.kind == "county_comparison" else self.district
