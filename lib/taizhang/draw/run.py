"""Reading draw.toml and its lists, and writing and reading the record of a draw."""

import csv
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from taizhang.core.clock import read_day
from taizhang.core.errors import ParameterError
from taizhang.core.files import remove_leftovers, write_text
from taizhang.core.locks import hold_lock
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Reason
from taizhang.draw.commitment import FORMAT as COMMITMENT_FORMAT
from taizhang.draw.commitment import Commitment, SeedRule, check_in_time, make_commitment
from taizhang.draw.rules import Draw, DrawInput, Visit, check_input, make_draw
from taizhang.settings.draw import REGISTER, DrawSettings, read_draw_settings
from taizhang.settings.workbook import CACHE, locate_root

FORMAT = "taizhang-draw-1"
PROCESSED = "data/processed"
COMMITMENT_SUFFIX = ".commitment.json"
_COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "entities": {"id": ("id", "编号", "统一社会信用代码"), "name": ("name", "名称", "单位名称"),
                 "stratum": ("stratum", "类别", "风险等级"), "visited_on": ("visited_on", "最近检查日期")},
    "inspectors": {"id": ("id", "编号", "执法证号")},
    "avoid": {"inspector": ("inspector", "执法证号", "检查人员编号"), "entity": ("entity", "编号", "单位编号")},
}  # fmt: skip
_NEEDED = {"entities": ("id", "stratum"), "inspectors": ("id",), "avoid": ("inspector", "entity")}


def read_draw(workbook: str | os.PathLike[str] = "") -> tuple[DrawInput, str]:
    """Read draw.toml and its lists, and the seed it contains; empty if there is none."""
    root = locate_root(workbook)
    settings = read_draw_settings(root)
    entities = _read_entities(root, settings)
    inspectors = _read_list(root, settings.inspectors, "inspectors")
    avoid = _read_list(root, settings.avoid, "avoid") if settings.avoid else pd.DataFrame()
    strata = entities.groupby("id")["stratum"].unique()
    if torn := [str(number) for number, of in strata.items() if len(of) > 1]:
        raise ParameterError("draw.list.torn", entities=torn)
    given = DrawInput(
        title=settings.title,
        entities={str(number): str(of[0]) for number, of in strata.items()},
        inspectors=tuple(inspectors["id"]),
        shares=settings.share,
        avoid=_list_avoided(avoid, entities),
        visited=_find_visited(entities, settings.once_since),
        team=settings.team,
        most=settings.most_per_inspector,
        names=_list_names(entities),
    )
    return given, settings.seed


def _read_entities(root: Path, settings: DrawSettings) -> pd.DataFrame:
    """The list of entities: a file, or the workbook's register of premises."""
    if settings.entities != REGISTER:
        if settings.strata:
            raise ParameterError("draw.register.strata_alone")
        return _read_list(root, settings.entities, "entities")
    from taizhang.draw.register import (
        read_register,
    )  # with the facts of premises, which a file has no need of

    day = settings.seed_on or read_day()
    return read_register(root / PROCESSED, settings.strata or ("grade",), settings.once_since, day)


def draws_register(workbook: str | os.PathLike[str] = "") -> bool:
    """Return whether a workbook's draw is from its register of premises, which has to be ingested first."""
    return read_draw_settings(locate_root(workbook)).entities == REGISTER


def _list_avoided(avoid: pd.DataFrame, entities: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Pairs of inspector and entity; premises of the register may be named by their number, too."""
    if avoid.empty:
        return ()
    called = {}
    if "number" in entities:
        known = entities.dropna(subset="number")
        called = dict(zip(known["number"].astype(str), known["id"], strict=True))
    pairs = zip(avoid["inspector"], avoid["entity"], strict=True)
    return tuple(sorted((inspector, called.get(entity, entity)) for inspector, entity in pairs))


def _list_names(entities: pd.DataFrame) -> dict[str, str]:
    """Return names by number; the first if a number has several."""
    if "name" not in entities:
        return {}
    first = entities.dropna(subset=["name"]).drop_duplicates("id")
    return dict(zip(first["id"].astype(str), first["name"].astype(str), strict=True))


def _read_list(root: Path, name: str, kind: str) -> pd.DataFrame:
    """Read a list as text, with its columns by their known names; rows without required values are an error."""
    path = root / name
    try:
        raw = path.read_bytes()
    except OSError:
        raise ParameterError("draw.list.not_there", file=name, kind=kind) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    try:
        _check_widths(text)
        table = pd.read_csv(StringIO(text), dtype="str", skipinitialspace=True, index_col=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, csv.Error) as error:
        raise ParameterError("draw.list.no_csv", file=name, why=tell_error(error)) from None
    known = {alias: canonical for canonical, aliases in _COLUMNS[kind].items() for alias in aliases}
    table = table.rename(columns=lambda column: known.get(column.strip(), column))
    if missing := [column for column in _NEEDED[kind] if column not in table]:
        names = "; ".join("/".join(_COLUMNS[kind][column]) for column in missing)
        raise ParameterError("draw.list.no_column", file=name, columns=", ".join(missing), known=names)
    needed = list(_NEEDED[kind])
    table[needed] = table[needed].apply(lambda column: column.str.strip())
    empty = table.index[table[needed].isna().any(axis=1)]
    if len(empty):
        rows = ", ".join(str(row + 2) for row in empty[:5])
        raise ParameterError("draw.list.lacks", file=name, rows=rows, columns=", ".join(needed))
    return table


def _check_widths(text: str) -> None:
    """Raise ParserError for a row with more cells than there are columns: pandas would move or drop some of them."""
    rows = csv.reader(StringIO(text), skipinitialspace=True)
    columns = len(next(rows, []))
    for row in rows:
        if any(cell.strip() for cell in row[columns:]):
            raise pd.errors.ParserError(f"Expected {columns} cells in line {rows.line_num}, saw {len(row)}")


def _find_visited(entities: pd.DataFrame, once: date | None) -> dict[str, str]:
    """Find entities visited since a day, each with its last visit; they are not drawn again."""
    if once is None:
        return {}
    if "visited_on" not in entities:
        raise ParameterError("draw.list.no_visits")
    days = pd.to_datetime(entities["visited_on"], errors="coerce", format="ISO8601")
    wrong = entities.index[days.isna() & entities["visited_on"].notna()]
    if len(wrong):
        rows = ", ".join(str(row + 2) for row in wrong[:5])
        raise ParameterError("draw.list.no_day", rows=rows)
    recent = entities[days >= pd.Timestamp(once)].assign(day=days)
    last = recent.groupby("id")["day"].max()
    return {str(number): day.date().isoformat() for number, day in last.items()}


def run_draw(workbook: str | os.PathLike[str] = "", *, seed: str = "") -> Draw:
    """Draw as the draw.toml of a workbook says (by default, the nearest one upwards); `seed` overrides its own.

    If `commit_draw` has fixed lists and rules with this title, ParameterError names what has changed since.
    """
    given, own = read_draw(workbook)
    commitment = find_commitment(workbook, given.title)
    if commitment is not None:
        check_in_time(commitment, given, seed or own, read_day())
    return replace(make_draw(given, seed or own), commitment=commitment)


def commit_draw(workbook: str | os.PathLike[str] = "") -> tuple[Commitment, Path]:
    """Fix the lists and rules of a draw before its seed exists; return the commitment and the file it is in.

    ParameterError if draw.toml contains a seed, does not announce one, or lists with this title are already fixed.
    """
    given, seed = read_draw(workbook)
    settings = read_draw_settings(locate_root(workbook))
    check_input(given)
    if seed:
        raise ParameterError("draw.commit.seed_there")
    if settings.seed_on is None:
        raise ParameterError("draw.commit.no_day")
    commitment = make_commitment(
        given, SeedRule(settings.seed_from, settings.seed_on, settings.seed_form), read_day()
    )
    folder = _name_folder(workbook)
    with hold_lock(locate_root(workbook) / CACHE / "locks" / "draw"):
        remove_leftovers(folder)
        if there := _list_commitments(workbook, given.title):
            raise ParameterError("draw.commit.twice", title=given.title, file=there[0].name)
        path = folder / f"{commitment.sha256[:12]}{COMMITMENT_SUFFIX}"
        write_text(path, json.dumps(_pack_commitment(commitment), ensure_ascii=False, indent=1) + "\n")
    return commitment, path


def find_commitment(workbook: str | os.PathLike[str], title: str) -> Commitment | None:
    """Return the commitment for the draw with a title, or None; ParameterError if there are several."""
    paths = _list_commitments(workbook, title)
    if len(paths) > 1:
        raise ParameterError("draw.commit.several", title=title, files=[path.name for path in paths])
    return read_commitment(paths[0]) if paths else None


def _name_folder(workbook: str | os.PathLike[str]) -> Path:
    return locate_root(workbook) / "reports" / "draws"


def _list_commitments(workbook: str | os.PathLike[str], title: str) -> list[Path]:
    paths = sorted(_name_folder(workbook).glob(f"*{COMMITMENT_SUFFIX}"))
    return [path for path in paths if read_commitment(path).title == title]


def read_commitment(path: Path) -> Commitment:
    """Read a commitment; ParameterError if the file is not one, or its hash does not match."""
    try:
        return _unpack_commitment(json.loads(path.read_text(encoding="utf-8")))
    except OSError:
        raise ParameterError("draw.record.no_file", file=path.name) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ParameterError("draw.commit.no_commitment", file=path.name) from None


def _pack_commitment(commitment: Commitment) -> dict[str, Any]:
    """A commitment as stored in JSON: its parts, its text, and the hash of the text."""
    seed = commitment.seed
    return {
        "format": COMMITMENT_FORMAT,
        "sha256": commitment.sha256,
        "title": commitment.title,
        "made_on": commitment.made_on.isoformat(),
        "seed": {"from": seed.source, "on": seed.on.isoformat(), "form": seed.form},
        "lists": dict(commitment.lists),
        "rules": dict(commitment.rules),
        "method": str(Reason("draw.commit.method")),
        "text": commitment.lines,
    }


def _unpack_commitment(told: Mapping[str, Any]) -> Commitment:
    seed = told["seed"]
    made = Commitment(
        title=told["title"],
        made_on=date.fromisoformat(told["made_on"]),
        lists=dict(told["lists"]),
        rules=dict(told["rules"]),
        seed=SeedRule(seed["from"], date.fromisoformat(seed["on"]), seed["form"]),
    )
    if told["format"] != COMMITMENT_FORMAT or told["sha256"] != made.sha256:
        raise ValueError
    return made


def write_record(draw: Draw, path: Path, *, new: bool = False) -> None:
    """Write everything needed to repeat a draw, as JSON: lists, rules, seed, hash, method and result.

    With `new`, FileExistsError if there is such a file.
    """
    given = draw.given
    record = {
        "format": FORMAT,
        "title": given.title,
        "seed": draw.seed,
        "list_sha256": draw.list_sha256,
        # The first thing to look at: whether lists and rules were fixed before the seed existed.
        "commitment": None if draw.commitment is None else _pack_commitment(draw.commitment),
        **({"warning": str(Reason("draw.commit.none"))} if draw.commitment is None else {}),
        "method": str(Reason("draw.method")),
        "rules": {"share": dict(given.shares), "team": given.team, "most_per_inspector": given.most},
        "entities": [
            {"id": number, "stratum": stratum, "name": given.names.get(number, "")}
            for number, stratum in given.entities.items()
        ],
        "inspectors": list(given.inspectors),
        "avoid": [list(pair) for pair in given.avoid],
        "visited": dict(given.visited),
        "visits": [
            {"entity": v.entity, "stratum": v.stratum, "ticket": v.ticket, "inspectors": list(v.inspectors)}
            for v in draw.visits
        ],
    }
    write_text(path, json.dumps(record, ensure_ascii=False, indent=1) + "\n", new=new)


def read_record(path: Path) -> Draw:
    """Read the record of a draw without repeating it; `repeat_draw` checks it."""
    try:
        record: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if record["format"] != FORMAT:
            raise ParameterError("draw.record.format", file=path.name, format=record["format"], known=FORMAT)
        given = DrawInput(
            title=record["title"],
            entities={entity["id"]: entity["stratum"] for entity in record["entities"]},
            inspectors=tuple(record["inspectors"]),
            shares=record["rules"]["share"],
            avoid=tuple((inspector, entity) for inspector, entity in record["avoid"]),
            # As records of 0.1.0 have it, before the day.
            visited={number: day.removeprefix("visited ") for number, day in record["visited"].items()},
            team=record["rules"]["team"],
            most=record["rules"]["most_per_inspector"],
            names={entity["id"]: entity["name"] for entity in record["entities"] if entity["name"]},
        )
        visits = tuple(
            Visit(v["entity"], v["stratum"], v["ticket"], tuple(v["inspectors"])) for v in record["visits"]
        )
        fixed = record.get("commitment")
        commitment = None if fixed is None else _unpack_commitment(fixed)
        return Draw(given, record["seed"], record["list_sha256"], visits, commitment)
    except OSError:
        raise ParameterError("draw.record.no_file", file=path.name) from None
    except ParameterError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ParameterError("draw.record.no_record", file=path.name) from None
