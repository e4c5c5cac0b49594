"""What a report is called, the same in HTML and PDF."""

from taizhang.report.meta import ReportMeta
from taizhang.report.pages import page_words


def write_subtitle(meta: ReportMeta) -> str:
    """Period and kind of report: 2021年度评估; Annual review, 2021."""
    words = page_words(meta.lang)
    kind = words["report.comparison" if meta.kind == "county_comparison" else f"report.{meta.period.kind}"]
    label = meta.period.label(meta.lang)
    if meta.lang == "zh":
        return f"{label}{kind.removeprefix('年') if label.endswith('年') else kind}"
    return f"{kind}, {label}"
