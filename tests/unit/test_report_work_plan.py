"""The ledger of a work plan: read back as tasks, written whole, and never over what somebody changed."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from view_maker import CODES, make_fact, make_table, make_view

from taizhang.analysis.view import View
from taizhang.ledgers import Source, read_ledger_file
from taizhang.metadata.kinds import load_kinds
from taizhang.report import publish
from taizhang.report.plan import makes_plan
from taizhang.report.publish import publish_plan
from taizhang.report.work_plan import write_task_ledger

MEASURES = {(CODES[0], "hazards_overdue"): ("镇应急办", "2022-03-31")}


def look(lang: str = "zh") -> View:
    hazard = {"found_on": "2021-05-01", "premises": "=1+1", "deadline": "2021-12-01", "status": "open"}
    facts = [make_fact("hazards.overdue_stock", 1, district=code) for code in (CODES[0], "all")]
    facts += [make_fact("hazards.overdue_stock", 0, district=code) for code in CODES[1:]]
    return make_view({"hazards": make_table("hazards", [hazard])}, facts=facts, district="all", lang=lang)


@pytest.mark.parametrize(("lang", "source"), [("zh", "2022年工作计划"), ("en", "Work plan, 2022")])
def test_it_reads_back_as_a_ledger_of_tasks(tmp_path: Path, lang: str, source: str) -> None:
    path = tmp_path / "work_plan.2022.xlsx"
    write_task_ledger(look(lang), MEASURES, path)
    read = read_ledger_file(path, Source(load_kinds()["tasks"]), name=path.name)
    assert not read.errors and read.set_aside.empty
    (row,) = read.rows.to_dict("records")
    assert (row["district"], row["owner"], str(row["due_on"].date())) == ("城关镇", "镇应急办", "2022-03-31")
    assert row["source"] == source and row["finding"] == "hazards_overdue =1+1"
    assert read.rows["done_on"].isna().all()
    # Without a day there is none to be due in: such a row is told, and waits to be filled in.
    write_task_ledger(look(lang), {}, path)
    read = read_ledger_file(path, Source(load_kinds()["tasks"]), name=path.name)
    assert read.rows.empty and read.set_aside["column"].tolist() == ["due_on"]


def test_what_somebody_changed_stays(tmp_path: Path) -> None:
    (tmp_path / "work_plan.ipynb").write_text("plan = book.plan(view)", "utf-8")
    measures: dict[tuple[str, str], tuple[str, str]] = {}
    snapshot = SimpleNamespace(
        config=SimpleNamespace(lang="zh", reports=[SimpleNamespace(template="work_plan")]),
        find_template=lambda name: tmp_path / f"{name}.ipynb",
        period=look().period,
        as_of=look().as_of,
        folder=tmp_path,
        read_measures=lambda lang: measures,
        look=look,
        hashes=SimpleNamespace(of_report=lambda code: {"rows": "a"}),
    )
    outputs, manifest = SimpleNamespace(enter=lambda name, sha256: None), {}
    path = tmp_path / "work_plan.2022.xlsx"

    def run() -> str:
        return publish_plan(snapshot, manifest, outputs)  # type: ignore[arg-type]

    assert run() == "" and path.exists()
    first = path.read_bytes()
    measures |= MEASURES  # a note was written: what nobody changed is written again
    assert run() == "" and path.read_bytes() != first
    path.write_bytes(b"changed")
    assert run() == path.name and path.read_bytes() == b"changed"
    manifest.clear()
    assert run() == path.name and path.read_bytes() == b"changed"
    path.unlink()
    assert run() == "" and path.read_bytes() != b"changed"
    snapshot.config.reports = []
    path.unlink()
    assert run() == "" and not path.exists()


def test_which_notebooks_make_a_plan(root: Path) -> None:
    made = [
        path.stem
        for path in sorted((root / "notebooks").glob("*.ipynb"))
        if makes_plan(path.read_text("utf-8"))
    ]
    assert made == ["work_plan"] and publish.makes_plan is makes_plan
