"""A report is of one mind: whatever speaks of a fact's change, or of how a district lies to the others, says the same."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from taizhang import figures, narrative
from taizhang import open as open_workbook
from taizhang.analysis import calls
from taizhang.core.display import KeyFigures, Prose, Run, Table
from taizhang.figures import canvas, reach
from taizhang.metadata.facts import load_facts
from taizhang.metadata.words import label

pytestmark = pytest.mark.slow

Said = dict[tuple[str, str], set[tuple[str, str]]]  # by fact and district (empty: the report's own): who, and what
LANGS = ["zh", pytest.param("en", marks=pytest.mark.long)]


def show_cells(book: Any, kind: str, district: str, period: str, lang: str) -> list[Any]:
    """What the cells of a template show."""
    shown: list[Any] = []
    view = book.view(district, period, lang, report=kind)
    names = {
        "view": view, "book": book, "figures": figures, "narrative": narrative, "reach": reach,
        "tz": SimpleNamespace(show=lambda *things: shown.extend(things)),
    }  # fmt: skip
    for cell in nbformat.read(book.template(kind), as_version=4).cells:
        if cell.cell_type != "code" or re.search(r"^(import|district) ", cell.source, re.M):
            continue
        *body, last = ast.parse(cell.source).body
        exec(compile(ast.Module(body, []), kind, "exec"), names)
        assert isinstance(last, ast.Expr)
        shown.append(eval(compile(ast.Expression(last.value), kind, "eval"), names))
    return [thing for thing in shown if thing is not None]


def collect_changes(shown: Sequence[Any], lang: str) -> Said:
    """Of each fact of the report's own district, what is said of its change since the year before."""
    said: Said = defaultdict(set)
    then = label("then.year", lang)
    for thing in shown:
        if isinstance(thing, KeyFigures):
            for item in thing.items:
                if then in item.change:
                    said[item.fact, ""].add(("card", item.verdict))
        elif isinstance(thing, Table) and thing.id.startswith("facts-"):
            heads = [column.label for column in thing.columns]
            places = [at for at, head in enumerate(heads) if then in head and head != then]
            for row in thing.rows:
                fact = next((cell.fact for cell in row if cell.fact), "")
                for at in places:
                    if fact and row[at].value is not None:
                        said[fact, ""].add(("table", row[at].note or "neutral"))
        elif isinstance(thing, Prose):
            for block in thing.blocks:
                for fact, side in read_changes(block.runs, lang):
                    said[fact, ""].add(("words", judge(fact, side)))
    return said


def read_changes(runs: Sequence[Run], lang: str) -> Iterator[tuple[str, str]]:
    """The changes beyond chance in a paragraph: each stands between its fact's number and the next fact's."""
    patterns = {}
    for side in ("up", "down"):
        for key in (f"clause.{side}_beyond", f"clause.rate_{side}_beyond"):
            words = label(key, lang, then=label("then.year", lang), difference="\0")
            patterns[re.escape(words).replace("\0", r"[^，,;；]+")] = side
    fact, after = "", ""
    for run in (*runs, Run("", "none")):
        if not run.fact:
            after += run.text
            continue
        for pattern, side in patterns.items():
            if fact and re.search(pattern, after):
                yield fact, side
        fact, after = run.fact, ""


def judge(fact: str, side: str) -> str:
    """Better, worse or neutral, by the fact's good side."""
    direction = load_facts()[fact].direction
    if direction == "neither":
        return "neutral"
    return "better" if (side == "up") == (direction == "more_is_better") else "worse"


def collect_places(shown: Sequence[Any]) -> Said:
    """Of each fact and district of a comparison, in which table it is marked better or worse than the others."""
    said: Said = defaultdict(set)
    for thing in shown:
        if not isinstance(thing, Table):
            continue
        is_standing = thing.id.startswith("standing-")
        for row in thing.rows:
            for cell in row:
                if not (cell.fact and cell.district and cell.value is not None):
                    continue
                # Of a standing the verdict is a cell of its own; the heat table marks problems in red and amber.
                notes = {one.note for one in row} & {"better", "worse"} if is_standing else {cell.note}
                if is_standing or (thing.shaded and not notes & {"red", "amber"}):
                    said[cell.fact, cell.district].add((thing.id, "".join(notes) or "alike"))
    return said


def find_contradictions(said: Said) -> list[str]:
    return [
        f"{fact} {district}: {sorted(verdicts)}"
        for (fact, district), verdicts in said.items()
        if len({verdict for _, verdict in verdicts}) > 1
    ]


@pytest.fixture(autouse=True)
def no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn is asked nothing here, and takes longest."""
    monkeypatch.setattr(canvas, "_draw_svg", lambda drawing, **_: "<svg></svg>")


@pytest.fixture(params=["all that is tested holds", "nothing holds"])
def holds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """In the sample hardly a difference is beyond chance: here every one is, or none."""
    every = request.param.startswith("all")
    monkeypatch.setattr(calls, "_find_threshold", lambda view: 1.0 if every else -1.0)
    return every


@pytest.mark.parametrize("lang", LANGS)
def test_all_that_speak_of_a_change_say_the_same(sample_book: Path, lang: str, holds: bool) -> None:
    book = open_workbook(str(sample_book))
    spoken: set[tuple[str, str]] = set()
    for code in book.districts["code"].iloc[:2]:
        said = collect_changes(show_cells(book, "township_review", str(code), "2021", lang), lang)
        assert find_contradictions(said) == []
        spoken |= {one for verdicts in said.values() for one in verdicts}
    assert {who for who, _ in spoken} == ({"card", "table", "words"} if holds else {"card", "table"})
    assert {verdict for _, verdict in spoken} == ({"better", "worse", "neutral"} if holds else {"neutral"})


@pytest.mark.parametrize("lang", LANGS)
def test_all_tables_of_a_county_give_a_district_one_verdict(sample_book: Path, lang: str, holds: bool) -> None:
    book = open_workbook(str(sample_book))
    shown = show_cells(book, "county_comparison", "all", "2021", lang)
    said = collect_places(shown)
    assert find_contradictions(said) == []
    told = [verdicts for verdicts in said.values() if len(verdicts) > 1]
    assert told  # more than one table speaks of a fact
    assert any(verdict in ("better", "worse") for some in said.values() for _, verdict in some) is holds
    assert find_contradictions(collect_changes(shown, lang)) == []


def test_a_contradiction_is_seen(sample_book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_find_threshold", lambda view: 1.0)
    book = open_workbook(str(sample_book))
    shown = show_cells(book, "township_review", str(book.districts["code"].iloc[0]), "2021", "zh")
    other = {"better": "worse", "worse": "better", "neutral": "better"}
    planted = [
        KeyFigures(tuple(replace(item, verdict=other[item.verdict]) for item in thing.items))
        if isinstance(thing, KeyFigures)
        else thing
        for thing in shown
    ]
    assert find_contradictions(collect_changes(planted, "zh"))
