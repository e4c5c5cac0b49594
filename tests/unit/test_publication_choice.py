"""Which releases may be published, by what their own pages say."""

import json
from dataclasses import replace
from datetime import date

import nbformat
import pytest
from brief_maker import make_brief
from lxml import html
from nbformat import v4

from taizhang.core.periods import parse_period
from taizhang.publication.choice import says_approved
from taizhang.report.html import render_html
from taizhang.report.meta import ReportMeta


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("first_page", [True, False])
def test_reports_say_whether_they_are_approved(lang: str, first_page: bool) -> None:
    shown = (
        [v4.new_output("display_data", data=make_brief(2, lang)._repr_mimebundle_())] if first_page else []
    )
    cells = [v4.new_code_cell("", outputs=shown), v4.new_markdown_cell("## 甲\n\n文字。")]
    notebook = nbformat.from_dict(json.loads(json.dumps(v4.new_notebook(cells=cells))))
    draft = ReportMeta(
        title="县", name="溪口镇", district="350921101", period=parse_period("2021"), lang=lang,
        as_of=date(2021, 12, 31), draft=True,
    )  # fmt: skip
    approved = replace(draft, draft=False, approver="李工", approved_on="2022-02-01")
    for meta, said in ((draft, False), (approved, True)):
        assert says_approved(html.document_fromstring(render_html(notebook, meta=meta)), lang) is said
