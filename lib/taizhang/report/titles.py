"""What a report is called, the same in HTML and PDF."""

from taizhang.metadata.words import label
from taizhang.report.meta import ReportMeta


def write_titles(meta: ReportMeta) -> tuple[str, str]:
    """A report's title and what stands under it.

    Parameters
    ----------
    meta : ReportMeta

    Returns
    -------
    tuple of (str, str)
        The district's name, and its period and kind of report; the area's own name is the workbook's title
        already, so for the area the kind of report, and the period.
    """
    kind = label(f"report.kind.{meta.kind}.{meta.period.kind}", meta.lang)
    period = meta.period.label(meta.lang)
    if meta.name == meta.title:
        return kind, period
    return meta.name, f"{period}{kind}" if meta.lang == "zh" else f"{kind}, {period}"
