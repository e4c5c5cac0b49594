"""What a report is called and who is responsible for it, the same in HTML, PDF and Word."""

from datetime import date

from taizhang.metadata.formats import format_date
from taizhang.metadata.words import label
from taizhang.report.meta import ReportMeta


def write_titles(meta: ReportMeta) -> tuple[str, str]:
    """A report's title and subtitle: the district's name, and its period and kind of report.

    The area's own name is the workbook's title already, so for the area the kind of report, and the period. A day
    chosen for the run is said after the kind. A report that is of no period has none under its title.
    """
    kind = meta.report_title or label(f"report.kind.{meta.kind}.{meta.period.kind}", meta.lang)
    period = meta.period.label(meta.lang)
    if meta.chosen:
        day = label("report.as_of", meta.lang, day=format_date(meta.as_of, meta.lang))
        kind = f"{kind}{day}" if meta.lang == "zh" else f"{kind} {day}"
    if not meta.has_period:
        return (kind, "") if meta.name == meta.title else (meta.name, kind)
    if meta.name == meta.title:
        return kind, period[:1].upper() + period[1:]
    return meta.name, f"{period}{kind}" if meta.lang == "zh" else f"{kind}, {period}"


def write_approval(meta: ReportMeta) -> list[tuple[str, str]]:
    """A report's approval in its head, as label and words: who and when, that it is a draft, or nothing."""
    if meta.draft:
        return [(label("report.standing", meta.lang), label("report.draft", meta.lang))]
    if not meta.approver:
        return []
    day = format_date(date.fromisoformat(meta.approved_on), meta.lang)
    words = label("report.approved_by", meta.lang, name=meta.approver, day=day)
    return [(label("report.approved", meta.lang), words)]
