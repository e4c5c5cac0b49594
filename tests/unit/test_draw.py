"""The double-random draw: repeatable by hand, stratified, with avoidance and one visit each."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from taizhang.cli import app
from taizhang.core.errors import ParameterError
from taizhang.draw import (
    DrawInput,
    check_draw,
    commit_draw,
    describe_draw,
    make_draw,
    read_commitment,
    read_record,
    repeat_draw,
    run_draw,
    write_record,
)
from taizhang.draw.rules import count_drawn, hash_lists
from taizhang.draw.run import read_draw

GIVEN = DrawInput(
    title="抽查",
    entities={f"E{n:03d}": "高" if n < 40 else "低" for n in range(100)},
    inspectors=tuple(f"I{n}" for n in range(6)),
    shares={"高": 0.5, "*": 0.1},
)


def test_the_draw_is_what_the_record_says_how_to_do() -> None:
    """Done again here with hashlib alone, as the method's text has it."""
    draw = make_draw(GIVEN, "2021-07-01 七星彩 1234567")
    lines = sorted(
        [f"entity\t{k}\t{v}" for k, v in GIVEN.entities.items()]
        + [f"inspector\t{i}\t" for i in GIVEN.inspectors]
    )
    lists = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert draw.list_sha256 == lists

    def ticket(purpose: str, number: str) -> str:
        return hashlib.sha256(f"{draw.seed}\n{lists}\n{purpose}\n{number}".encode()).hexdigest()

    high = sorted((ticket("entity", f"E{n:03d}"), f"E{n:03d}") for n in range(40))[:20]
    low = sorted((ticket("entity", f"E{n:03d}"), f"E{n:03d}") for n in range(40, 100))[:6]
    order = [number for _, number in sorted(high + low)]
    assert [visit.entity for visit in draw.visits] == order
    first = sorted(GIVEN.inspectors, key=lambda inspector: ticket(order[0], inspector))[:2]
    assert list(draw.visits[0].inspectors) == first


def test_another_seed_or_list_is_another_draw() -> None:
    one, other = make_draw(GIVEN, "a"), make_draw(GIVEN, "b")
    assert [v.entity for v in one.visits] != [v.entity for v in other.visits]
    fewer = replace(GIVEN, entities=dict(list(GIVEN.entities.items())[:-1]))
    assert hash_lists(fewer) != hash_lists(GIVEN)
    shuffled = replace(GIVEN, entities=dict(reversed(GIVEN.entities.items())))
    assert [v.entity for v in make_draw(shuffled, "a").visits] == [v.entity for v in one.visits]


@pytest.mark.parametrize(
    ("size", "share", "number"), [(10, 0.25, 3), (10, 0.24, 2), (3, 0.01, 1), (5, 0, 0), (4, 1, 4)]
)
def test_a_share_is_rounded_half_up_and_at_least_one(size: int, share: float, number: int) -> None:
    assert count_drawn(size, share) == number


def test_nobody_inspects_whom_he_must_avoid() -> None:
    avoid = tuple(("I0", entity) for entity in GIVEN.entities)
    draw = make_draw(replace(GIVEN, avoid=avoid), "a")
    assert all("I0" not in visit.inspectors and len(visit.inspectors) == 2 for visit in draw.visits)


def test_nobody_is_visited_twice() -> None:
    """Of 40, half are due; 15 were visited: 5 more."""
    visited = {f"E{n:03d}": "2021-03-01" for n in range(15)}
    draw = make_draw(replace(GIVEN, visited=visited), "a")
    drawn = [visit.entity for visit in draw.visits]
    assert len(drawn) == len(set(drawn)) == 5 + 6 and not set(drawn) & set(visited)


def test_visits_are_spread_evenly_and_limits_told() -> None:
    load = [inspector for visit in make_draw(GIVEN, "a").visits for inspector in visit.inspectors]
    counts = [load.count(inspector) for inspector in GIVEN.inspectors]
    assert max(counts) - min(counts) <= 1
    short = make_draw(replace(GIVEN, most=5), "a")
    assert sum(len(v.inspectors) for v in short.visits) == 30 and short.unfilled


def test_every_entity_is_as_likely() -> None:
    """Of 60 in the lower stratum 6 are drawn: one in ten; 400 draws."""
    hits = [0] * 60
    for seed in range(400):
        for visit in make_draw(GIVEN, str(seed)).visits:
            if visit.stratum == "低":
                hits[int(visit.entity[1:]) - 40] += 1
    assert sum(hits) == 2400
    assert sum((hit - 40) ** 2 / 36 for hit in hits) < 98.3  # chi-squared, 60 free, 0.1 %


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shares": {"高": 0.5}}, "strata without a share: '?低"),
        ({"shares": {"高": 0.5, "中": 1, "*": 0}}, "strata without entities: '?中"),
        ({"avoid": (("I9", "E001"),)}, "inspectors who are not on the list: '?I9"),
        ({"avoid": (("I1", "E999"),)}, "entities that are not on the list: '?E999"),
        ({"team": 7}, "team is 7"),
        ({"inspectors": ("I0", "I0", "I1")}, "twice: '?I0"),
    ],
)
def test_mistakes_are_named(change: dict[str, object], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        make_draw(replace(GIVEN, **change), "a")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="seed"):
        make_draw(GIVEN, " ")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "workbook.toml").write_text("", encoding="utf-8")
    (tmp_path / "draw.toml").write_text(
        'title = "三季度抽查"\nseed = "20210701"\nentities = "e.csv"\ninspectors = "i.csv"\navoid = "a.csv"\n'
        'once_since = 2021-01-01\nteam = 2\n[share]\n"高风险" = 0.5\n"*" = 0.2\n',
        encoding="utf-8",
    )
    rows = [
        f"E{n},单位{n},{'高风险' if n < 10 else '一般'},{'2021-03-05' if n < 3 else ''}" for n in range(30)
    ]
    text = "\n".join(["编号,名称,风险等级,最近检查日期", *rows, rows[20]])  # one is listed by two departments
    (tmp_path / "e.csv").write_bytes(text.encode("gb18030"))
    (tmp_path / "i.csv").write_text("执法证号\nP1\nP2\nP3\nP4\n", encoding="utf-8")
    (tmp_path / "a.csv").write_text("执法证号,单位编号\nP1,E5\n", encoding="utf-8")
    return tmp_path


def test_the_record_is_enough_to_repeat_it(book: Path) -> None:
    draw = run_draw(str(book))
    assert len(draw.given.entities) == 30 and sorted(draw.given.visited) == ["E0", "E1", "E2"]
    assert sum(visit.stratum == "高风险" for visit in draw.visits) == 5 - 3
    write_record(draw, book / "r.json")
    read = read_record(book / "r.json")
    assert read == draw and repeat_draw(read) == []
    assert "完全一致" in check_draw(read).blocks[0].runs[0].text
    assert "the draw is the same" in check_draw(read, "en").blocks[0].runs[0].text
    changed = json.loads((book / "r.json").read_text("utf-8"))
    assert changed["visited"] == dict.fromkeys(("E0", "E1", "E2"), "2021-03-05")  # in no language
    changed["visited"] = {number: f"visited {day}" for number, day in changed["visited"].items()}
    (book / "r.json").write_text(json.dumps(changed), encoding="utf-8")
    assert read_record(book / "r.json") == draw  # as 0.1.0 wrote it
    changed["visits"][0]["inspectors"] = ["P9", "P8"]
    (book / "r.json").write_text(json.dumps(changed), encoding="utf-8")
    changed = read_record(book / "r.json")
    assert len(repeat_draw(changed)) == 1
    assert check_draw(changed).blocks[0].runs[0].text == repeat_draw(changed)[0].word("zh")


def test_the_command_draws_and_checks(book: Path) -> None:
    run = CliRunner()
    path = str(book / "out.json")
    done = run.invoke(app, ["draw", "--to", path, "-C", str(book)])
    assert done.exit_code == 0, done.output
    assert run.invoke(app, ["draw", "--check", path]).exit_code == 0
    again = run.invoke(app, ["draw", "--to", path, "-C", str(book)])
    assert again.exit_code == 0  # the same draw: nothing to overwrite
    other = run.invoke(app, ["draw", "--seed", "x", "--to", path, "-C", str(book)])
    assert isinstance(other.exception, ParameterError)
    record = json.loads(Path(path).read_text("utf-8"))
    record["seed"] = "chosen afterwards"
    Path(path).write_text(json.dumps(record), encoding="utf-8")
    assert run.invoke(app, ["draw", "--check", path]).exit_code == 1


def test_mistakes_of_draw_toml_are_named(book: Path) -> None:
    path = book / "draw.toml"
    text = path.read_text("utf-8")
    path.write_text("sead = 1\n" + text, encoding="utf-8")
    with pytest.raises(
        ParameterError, match=r"draw\.toml, line 1: unknown key 'sead' at the top level; did you mean 'seed'"
    ):
        run_draw(str(book))
    path.write_text(text.replace("e.csv", "none.csv"), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"none\.csv"):
        run_draw(str(book))


@pytest.mark.parametrize("extra", [",南片", ",南片,x"])
def test_a_row_with_more_cells_than_columns_is_named(book: Path, extra: str) -> None:
    path = book / "e.csv"
    lines = path.read_text("gb18030").splitlines()
    path.write_text("\n".join(line + "," for line in lines), encoding="utf-8")  # a mark behind each line
    whole = read_draw(str(book))[0].entities
    path.write_text("\n".join([lines[0], *(line + extra for line in lines[1:])]), encoding="utf-8")
    with pytest.raises(ParameterError, match=r"e\.csv .*Expected 4 cells in line 2, saw"):
        run_draw(str(book))
    path.write_text("\n".join(lines), encoding="utf-8")
    assert read_draw(str(book))[0].entities == whole


RULE = 'seed_from = "七星彩 21076 期"\nseed_on = 2021-07-06\nseed_form = "\\\\d{7}"\n'


@pytest.fixture
def fixed(book: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The book with its lists and rules fixed on 1 July 2021, for a seed of the 6th."""
    text = (book / "draw.toml").read_text("utf-8").replace('seed = "20210701"\n', RULE)
    (book / "draw.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("TAIZHANG_NOW", "2021-07-01T09:00:00")
    commit_draw(str(book))
    monkeypatch.setenv("TAIZHANG_NOW", "2021-07-07T09:00:00")
    return book


def test_a_commitment_is_what_it_says_how_to_do(fixed: Path) -> None:
    """Reckoned here with hashlib alone."""
    (path,) = (fixed / "reports/draws").glob("*.commitment.json")
    told = json.loads(path.read_text("utf-8"))

    def sha(lines: list[str]) -> str:
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()

    kinds = {f"E{n}": "高风险" if n < 10 else "一般" for n in range(30)}
    assert told["lists"] == {
        "entities": sha([f"{number}\t{kind}" for number, kind in kinds.items()]),
        "names": sha([f"E{n}\t单位{n}" for n in range(30)]),
        "inspectors": sha(["P1", "P2", "P3", "P4"]),
        "avoid": sha(["P1\tE5"]),
        "visited": sha([f"E{n}\t2021-03-05" for n in range(3)]),
    }
    lines = [
        "taizhang-draw-commitment-1", "title\t三季度抽查", "made_on\t2021-07-01", "seed_from\t七星彩 21076 期",
        "seed_on\t2021-07-06", "seed_form\t\\d{7}",
        *sorted(f"list\t{name}\t{one}" for name, one in told["lists"].items()),
        "rule\tmost_per_inspector\t0", "rule\tshare *\t0.2", "rule\tshare 高风险\t0.5", "rule\tteam\t2",
    ]  # fmt: skip
    assert told["text"] == lines
    assert (
        told["sha256"]
        == hashlib.sha256("\n".join(lines).encode()).hexdigest()
        == read_commitment(path).sha256
    )


def free_by_avoiding(book: Path, target: set[str], edits: int) -> int:
    """The attack: with the seed known, pairs that change nothing are added until none of `target` is drawn."""
    text = (book / "a.csv").read_text("utf-8")
    for edit in range(edits):
        (book / "a.csv").write_text(text + f"P2,E{10 + edit}\n", encoding="utf-8")
        if not target & {visit.entity for visit in run_draw(str(book), seed="1234567").visits}:
            return edit + 1
    return 0


def test_without_a_commitment_edits_choose_who_is_drawn(book: Path) -> None:
    drawn = {
        visit.entity for visit in run_draw(str(book), seed="1234567").visits if visit.stratum == "高风险"
    }
    assert free_by_avoiding(book, drawn, 20) > 0
    told = "".join(
        run.text for block in describe_draw(run_draw(str(book)), "en").blocks for run in block.runs
    )
    assert "Nothing was fixed before this draw" in told
    write_record(run_draw(str(book)), book / "r.json")
    record = json.loads((book / "r.json").read_text("utf-8"))
    assert record["commitment"] is None and record["warning"].startswith("NOTHING WAS FIXED")


def test_a_commitment_refuses_the_edits(fixed: Path) -> None:
    draw = run_draw(str(fixed), seed="1234567")
    drawn = {visit.entity for visit in draw.visits if visit.stratum == "高风险"}
    with pytest.raises(ParameterError, match="list changed: avoidance"):
        free_by_avoiding(fixed, drawn, 20)
    write_record(draw, fixed / "r.json")
    assert read_record(fixed / "r.json") == draw and repeat_draw(draw) == []


EDITS = [
    ("a.csv", "P1,E5", "P1,E6", "list changed: avoidance"),
    ("i.csv", "P4\n", "P4\nP5\n", "list changed: inspectors"),
    ("e.csv", "E21,单位21,一般,\n", "", "list changed: entities"),
    ("e.csv", "E20,单位20,", "E20,单位21,", "list changed: names of entities"),
    ("e.csv", "E9,单位9,高风险,", "E9,单位9,高风险,2021-02-02", "list changed: entities visited"),
    (
        "draw.toml",
        "once_since = 2021-01-01",
        "once_since = 2021-06-01",
        "list changed: entities visited",
    ),
    ("draw.toml", "team = 2", "team = 1", "rule changed: team was 2 and is now 1"),
    ("draw.toml", "= 0.5", "= 0.4", "rule changed: share 高风险 was 0.5 and is now 0.4"),
    ("draw.toml", "[share]", "most_per_inspector = 9\n[share]", "most_per_inspector was 0 and is now 9"),
]


@pytest.mark.parametrize(("file", "old", "new", "words"), EDITS)
def test_whatever_is_changed_is_named(fixed: Path, file: str, old: str, new: str, words: str) -> None:
    coding = "gb18030" if file == "e.csv" else "utf-8"
    text = (fixed / file).read_bytes().decode(coding)
    (fixed / file).write_bytes(text.replace(old, new).encode(coding))
    with pytest.raises(ParameterError, match=words):
        run_draw(str(fixed), seed="1234567")


def test_the_order_of_lines_is_no_change(fixed: Path) -> None:
    draw = run_draw(str(fixed), seed="1234567")
    (fixed / "i.csv").write_text("执法证号\nP4\nP3\nP2\nP1\n", encoding="utf-8")
    again = run_draw(str(fixed), seed="1234567")
    assert [(v.entity, v.inspectors) for v in again.visits] == [(v.entity, v.inspectors) for v in draw.visits]


def test_the_seed_is_the_one_to_come(fixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in ("1234567 ", "第1234567号", "123456"):  # the same number in another form is another draw
        with pytest.raises(ParameterError, match="' does not match the form announced beforehand"):
            run_draw(str(fixed), seed=seed)
    monkeypatch.setenv("TAIZHANG_NOW", "2021-07-05T09:00:00")
    with pytest.raises(ParameterError, match="not produced until 2021-07-06"):
        run_draw(str(fixed), seed="1234567")


def test_a_commitment_comes_before_the_seed_and_is_one(fixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ParameterError, match="today is 2021-07-07"):
        commit_draw(str(fixed))
    monkeypatch.setenv("TAIZHANG_NOW", "2021-07-02T09:00:00")
    with pytest.raises(ParameterError, match="' are already fixed, in"):
        commit_draw(str(fixed))
    # Taken away and made again after an edit, the clock set back: another hash than the one published.
    (path,) = (fixed / "reports/draws").glob("*.commitment.json")
    published = read_commitment(path).sha256
    path.unlink()
    (fixed / "a.csv").write_text("执法证号,单位编号\nP1,E5\nP2,E7\n", encoding="utf-8")
    monkeypatch.setenv("TAIZHANG_NOW", "2021-07-01T09:00:00")
    assert commit_draw(str(fixed))[0].sha256 != published
    text = (fixed / "draw.toml").read_text("utf-8")
    (fixed / "draw.toml").write_text('seed = "1"\n' + text, encoding="utf-8")
    with pytest.raises(ParameterError, match="already has a seed"):
        commit_draw(str(fixed))
    for line, words in (("seed_from", "needs seed_from"), ("seed_on", "needs seed_on")):
        kept = "\n".join(one for one in text.splitlines() if not one.startswith(line))
        (fixed / "draw.toml").write_text(kept, encoding="utf-8")
        with pytest.raises(ParameterError, match=words):
            commit_draw(str(fixed))


def test_the_command_commits_draws_and_says_what_came_first(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, path = CliRunner(), str(book / "out.json")
    text = (book / "draw.toml").read_text("utf-8")
    run.invoke(app, ["draw", "--to", path, "-C", str(book)])
    plain = run.invoke(app, ["draw", "--check", path])
    assert plain.exit_code == 0 and "Nothing was fixed before this draw" in plain.output
    (book / "draw.toml").write_text(text.replace('seed = "20210701"\n', RULE), encoding="utf-8")
    monkeypatch.setenv("TAIZHANG_NOW", "2021-07-01")
    done = run.invoke(app, ["draw", "--commit", "-C", str(book)])
    (file,) = (book / "reports/draws").glob("*.commitment.json")
    assert done.exit_code == 0 and read_commitment(file).sha256 in done.output
    assert isinstance(
        run.invoke(app, ["draw", "--commit", "--seed", "1", "-C", str(book)]).exception, ParameterError
    )
    monkeypatch.setenv("TAIZHANG_NOW", "2021-07-06")
    other = str(book / "committed.json")
    assert run.invoke(app, ["draw", "--seed", "7654321", "--to", other, "-C", str(book)]).exit_code == 0
    checked = run.invoke(app, ["draw", "--check", other])
    assert checked.exit_code == 0 and "before the seed existed, on 6 July 2021" in checked.output
    assert read_commitment(file).sha256 in checked.output
    # A record whose lists were altered after all, its own hash made to fit, is not what was fixed.
    record = json.loads(Path(other).read_text("utf-8"))
    record["avoid"].append(["P2", "E7"])
    changed = run_draw(str(book), seed="7654321")
    given = replace(changed.given, avoid=(*changed.given.avoid, ("P2", "E7")))
    write_record(replace(make_draw(given, "7654321"), commitment=changed.commitment), Path(other))
    wrong = run.invoke(app, ["draw", "--check", other])
    assert wrong.exit_code == 1 and "list changed: avoidance" in wrong.output
    record["commitment"]["made_on"] = "2021-06-01"  # its hash no longer fits
    Path(other).write_text(json.dumps(record), encoding="utf-8")
    assert isinstance(run.invoke(app, ["draw", "--check", other]).exception, ParameterError)
