"""Premises by name: those with most records, those whose hazards repeat, and those never inspected."""

from itertools import islice

import pandas as pd

from taizhang.analysis.exhibits import exhibit
from taizhang.analysis.naming import show_text, spell_names
from taizhang.analysis.premises import count_by_kind, list_recurring, list_unvisited
from taizhang.analysis.view import View
from taizhang.core import display
from taizhang.figures.tables import make_table, name_kind, write_answer
from taizhang.metadata.facts import ALL
from taizhang.metadata.formats import format_date


@exhibit("premises-list")
def tabulate_premises(view: View, *, most: int = 20) -> display.Table | None:
    """Tabulate the premises with most records in all ledgers that name any, up to `most`; None if none does."""
    counts = count_by_kind(view)
    if counts.empty:
        return None
    kinds = [name for name in counts if name not in ("name", "rows")]
    names = spell_names(counts["name"].head(most), view.lang)
    rows = (
        (name, *(int(row[kind]) for kind in kinds), int(row["rows"]))
        for name, row in zip(names, islice(counts.to_dict("records"), most), strict=True)
    )
    heads = [name_kind(str(kind), view.lang, view.kinds) for kind in kinds]
    return make_table(view, "premises-list", rows, columns=heads, total=len(counts))


@exhibit("premises-recurring")
def tabulate_recurring(view: View, *, most: int = 20) -> display.Table | None:
    """Tabulate the premises whose hazards repeat in the period, most repeats first; None if there are none or
    this is unknown.
    """
    found = list_recurring(view)
    if found.empty:
        return None
    names, first = _name_districts(view), found.head(most)
    called = spell_names([name or pd.NA for name in first["name"]], view.lang)
    unknown = found["penalties"].isna().all()
    rows = [
        (
            name, names.get(row["district_code"], "—"), row["repeats"],
            row["found"], row["open"], None if pd.isna(row["penalties"]) else int(row["penalties"]),
        )
        for name, row in zip(called, first.to_dict("records"), strict=True)
    ]  # fmt: skip
    without = [*([] if view.district == ALL else ["district"]), *(["penalties"] if unknown else [])]
    return make_table(view, "premises-recurring", rows, without=without, total=len(found))


@exhibit("premises-unvisited")
def tabulate_unvisited(view: View, *, most: int = 30) -> display.Table | None:
    """Tabulate the premises on the register that no inspection on record names, the key ones first; None if there are
    none or it is not known."""
    found, lang = list_unvisited(view), view.lang
    if found.empty:
        return None
    names, first = _name_districts(view), found.head(most)
    told = [name for name in ("trade", "type", "key") if found[name].notna().any()]
    rows = [
        (
            called, names.get(row["district_code"], "—"),
            *("—" if pd.isna(row[name]) else show_text(row[name], lang) for name in ("trade", "type")),
            "—" if pd.isna(row["key"]) else write_answer(row["key"], lang),
        )
        for called, row in zip(spell_names(first["name"], lang), first.to_dict("records"), strict=True)
    ]  # fmt: skip
    without = [name for name in ("trade", "type", "key") if name not in told]
    since = format_date(view.begun("inspections").date(), lang)
    return make_table(
        view, "premises-unvisited", rows, without=[*without, *([] if view.district == ALL else ["district"])],
        total=len(found), since=since,
    )  # fmt: skip


def _name_districts(view: View) -> dict[str, str]:
    return dict(zip(view.districts["code"].astype("str"), view.districts["name"].astype("str"), strict=True))
