"""A report's title and approval, the same in HTML, PDF and Word."""

from datetime import date

from taizhang.metadata.formats import format_date
from taizhang.metadata.words import label
from taizhang.report.meta import ReportMeta


def write_titles(meta: ReportMeta) -> tuple[str, str]:
    """Write a report's title and subtitle: the district's name, and the period and kind of report.

    The area's name is already the workbook's title, so for the area these are the kind of report and the period.
    Days chosen for the run follow the kind: of the rows, and of what is known of them. A report without a period has
    none under its title.
    """
    kind = meta.report_title or label(f"report.kind.{meta.kind}.{meta.period.kind}", meta.lang)
    period = meta.titled.label(meta.lang)
    if meta.chosen:
        day = label("report.as_of", meta.lang, day=format_date(meta.as_of, meta.lang))
        kind = f"{kind}{day}" if meta.lang == "zh" else f"{kind} {day}"
    kind = _add_known(kind, meta)
    if not meta.has_period:
        return (kind, "") if meta.name == meta.title else (meta.name, kind)
    if meta.name == meta.title:
        return kind, period[:1].upper() + period[1:]
    return meta.name, f"{period}{kind}" if meta.lang == "zh" else f"{kind}, {period}"


def write_as_of(meta: ReportMeta) -> str:
    """Write the day up to which rows count, and the day of what was known, if a report rests on less than all."""
    return _add_known(format_date(meta.as_of, meta.lang), meta)


def _add_known(text: str, meta: ReportMeta) -> str:
    if meta.known_on is None:
        return text
    day = label("report.known_on", meta.lang, day=format_date(meta.known_on, meta.lang))
    return f"{text}{day}" if meta.lang == "zh" else f"{text} {day}"


def write_approval(meta: ReportMeta) -> list[tuple[str, str]]:
    """Write a report's approval for its head, as label and words: who and when, 'draft', or nothing."""
    if meta.draft:
        return [(label("report.standing", meta.lang), label("report.draft", meta.lang))]
    if not meta.approver:
        return []
    day = format_date(date.fromisoformat(meta.approved_on), meta.lang)
    words = label("report.approved_by", meta.lang, name=meta.approver, day=day)
    return [(label("report.approved", meta.lang), words)]
