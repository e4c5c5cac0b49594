"""Makes small ledgers of the kinds of things that stand as offices write them, each with the truth it was made from."""

import csv
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from taizhang.metadata.kinds import Field, load_kinds

DISTRICTS = ("溪南镇", "溪北镇", "东山乡")
PEOPLE = ("林启川", "陈若屿", "黄明砚", "郑思泊", "叶南笙")
TITLES = {
    "projects": "滨江县防灾减灾项目进展表", "signings": "滨江县2021年安全生产责任状签订情况",
    "models": "滨江县示范创建名单", "experts": "滨江县应急专家库",
}  # fmt: skip
TEXTS = {"name": "第{}号", "kind": "综合减灾示范社区", "field": "消防"}
_HEADS = 6  # other headers of a column that are used


@dataclass
class Made:
    """A made ledger: its file, the columns it has, and what each row says, by column; what is empty is None."""

    path: Path
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]


def make_ledger(kind: str, seed: int, folder: Path, *, without: str = "") -> Made:
    """Make the ledger of a seed, or the same one without a column."""
    rng = random.Random(f"{kind}{seed}")
    fields = {name: one for name, one in load_kinds()[kind].fields.items() if name != without}
    heads = {name: _write_head(rng, name, one) for name, one in load_kinds()[kind].fields.items()}
    order = [*fields]
    random.Random(seed).shuffle(order)
    cells: list[list[str]] = [[TITLES[kind]], ["单位：万元" if kind == "projects" else ""]]
    cells.append(["序号", *(heads[name] for name in order), "联系电话"])
    rows = []
    for number in range(1, rng.randint(4, 9)):
        said = {name: _draw(rng, name, one, number) for name, one in load_kinds()[kind].fields.items()}
        _mend(said)
        # A generator for each cell, so that a column taken away changes no other.
        at = {name: random.Random(f"{kind}{seed}{number}{name}") for name in order}
        written = {name: _write(at[name], fields[name], said[name]) for name in order}
        cells.append([str(number), *(written[name] for name in order), "0593-0000000"])
        rows.append({name: said[name] for name in order})
    sums = [str(sum(row[name] or 0 for row in rows)) if _is_sum(fields[name]) else "" for name in order]
    cells.append(["合计", *sums, ""])
    cells.append(["填表人：甲"])
    path = folder / f"{kind}_{seed}_{without}.csv"
    with path.open("w", encoding=("utf-8-sig", "gb18030")[seed % 2], newline="") as file:
        csv.writer(file).writerows(cells)
    return Made(path, tuple(order), rows)


def _is_sum(field: Field) -> bool:
    return field.type in ("integer", "number")


def _write_head(rng: random.Random, name: str, field: Field) -> str:
    """The column's title or one of its first other headers in Chinese."""
    known = (
        [word for word in field.aliases if not word.isascii()][:_HEADS]
        if name != "district"
        else ["所属乡镇"]
    )
    return rng.choice([field.title["zh"] if name != "district" else "乡镇", *known])


def _draw(rng: random.Random, name: str, field: Field, number: int) -> Any:
    if name == "district":
        return rng.choice(DISTRICTS) if field.required or rng.random() < 0.8 else None
    if name in TEXTS:
        return TEXTS[name].format(number)
    if field.type == "category":
        return rng.choice([*field.values])
    if field.type == "year":
        return 2021
    if field.type == "date":
        return date(2020, 1, 1) + timedelta(days=rng.randrange(900)) if rng.random() < 0.7 else None
    if field.type == "number":
        return rng.randrange(1, 4000) / 2
    return rng.randint(1, 5)


def _mend(said: dict[str, Any]) -> None:
    """No row contradicts itself: what is done or withdrawn was so after it began; no more is signed than due."""
    for first, later in (("started_on", "due_on"), ("started_on", "done_on"), ("awarded_on", "withdrawn_on")):
        if said.get(first) and said.get(later) and said[later] < said[first]:
            said[first], said[later] = said[later], said[first]
    if "due" in said:
        said["signed"] = min(said["signed"], said["due"])


def _write(rng: random.Random, field: Field, value: Any) -> str:
    if value is None:
        return rng.choice(("", "/", "—"))
    if isinstance(value, date):
        forms = (
            f"{value.year}.{value.month}.{value.day}",
            f"{value:%Y-%m-%d}",
            f"{value.year}年{value.month}月{value.day}日",
        )
        return rng.choice(forms)
    if field.type == "category":
        told: Mapping[str, Any] = field.values
        return rng.choice((told[value].zh, *told[value].aliases[:2]))
    if field.type == "count_or_names":
        return rng.choice((str(value), "、".join(PEOPLE[:value])))
    if field.type == "integer":
        return rng.choice((str(value), f"{value}份" if field.unit == "piece" else str(value)))
    return f"{value:g}" if isinstance(value, float) else str(value)
