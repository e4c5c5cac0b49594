"""What a report says about itself: its title, district, period, and how it was made."""

from dataclasses import dataclass
from datetime import date

from taizhang.periods import Period


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
    kind : str
        ``township_review`` or ``county_comparison``: the template's name.
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

    @property
    def stem(self) -> str:
        """File name without language and suffix: the district's code, or ``comparison``."""
        return "comparison" if self.kind == "county_comparison" else self.district
