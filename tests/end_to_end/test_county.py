"""Counties of many townships: the report's length and size, every township in its table, and on its map."""

from dataclasses import replace

import pytest
from lxml import html

from taizhang.core.periods import parse_period
from taizhang.report.manifest import Outputs, read_manifest
from taizhang.report.pdf import count_pages
from taizhang.report.plan import Wish, plan_reports
from taizhang.report.snapshot import take_snapshot
from taizhang.report.tasks import MADE, make_report
from taizhang.workbook.book import Workbook
from tools.sample import make_sample


@pytest.mark.long
@pytest.mark.parametrize(("townships", "most"), [(32, 14), (100, 20)])
def test_a_county_s_report_is_short_whatever_its_size(tmp_path, townships, most):
    make_sample(tmp_path / "book", townships=townships, rows=200 * townships)
    book = Workbook(tmp_path / "book")
    snapshot = take_snapshot(book, parse_period("2021"))
    folder = tmp_path / "reports"
    manifest = read_manifest(folder)
    for lang in ("zh", "en"):
        wish = Wish(None, lang, ("html", "pdf"), "modern", True)
        tasks = plan_reports(snapshot, manifest, Outputs(folder, snapshot.outputs_path), wish)
        (task,) = [one for one in tasks if one.meta.district == "all"]
        outcome = make_report(replace(task, folder=folder))
        assert outcome.status == MADE, outcome.error
        main, _ = count_pages((folder / f"comparison.{lang}.pdf").read_bytes())
        assert main <= most, (lang, main)
        assert (folder / f"comparison.{lang}.html").stat().st_size < 2_000_000
        page = html.parse(folder / f"comparison.{lang}.html").getroot()
        rows = page.get_element_by_id("table-heat-table").xpath(".//tbody/tr")
        assert len(rows) == townships + 1
        # Every township has its number on the map, and none is left out.
        texts = {
            text.text_content().strip()
            for text in page.get_element_by_id("figure-risk-map").xpath(".//*[local-name()='text']")
        }
        assert {str(n + 1) for n in range(townships)} <= texts
