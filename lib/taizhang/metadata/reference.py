"""The data dictionary of the ledger kinds, as Markdown made from the metadata."""

from collections.abc import Mapping

from taizhang.metadata.kinds import Field, Kind, load_shared

_TYPES = {
    "text": "text",
    "date": "date",
    "datetime": "date and time",
    "month": "month",
    "year": "year",
    "integer": "whole number",
    "number": "number",
    "boolean": "yes or no",
    "category": "one of",
    "count_or_names": "count, or names to count",
}


def render_reference(kinds: Mapping[str, Kind]) -> str:
    """Render the data dictionary.

    Parameters
    ----------
    kinds : Mapping of str to Kind

    Returns
    -------
    str
        Markdown: per kind what a row is, its columns with type, unit, meaning and headers, and its rules.
    """
    lines = [
        "# Ledger kinds and their columns · 台账字段",
        "",
        "`*` marks a required column: a row without a readable value there is set aside. `†` marks personal",
        "data: kept in `data/processed` only. A header is recognised by its title in Chinese or English, its",
        "canonical name, or any of the other headers; white space, width and units in brackets don't matter.",
        "",
        " · ".join(f"[{kind.name}](#{kind.name})" for kind in kinds.values()),
    ]
    for kind in kinds.values():
        lines += _render_kind(kind)
    return "\n".join(lines) + "\n"


def _render_kind(kind: Kind) -> list[str]:
    lines = [
        "",
        f"## {kind.name}",
        "",
        f"{kind.title['zh']} · {kind.title['en']}. A row is {kind.row['en']}.",
    ]
    dated = f"The date that puts a row into a period: `{kind.date}`." if kind.date else "Rows have no date."
    lines += ["", dated, "", "| column | title | type | meaning | other headers |", "|---|---|---|---|---|"]
    lines += [_render_field(item) for item in kind.fields.values()]
    listed = [item for item in kind.fields.values() if item.values]
    if listed:
        lines += ["", "| column | value | in words | also written |", "|---|---|---|---|"]
        for item in listed:
            for value in item.values.values():
                words = f"{value.zh} · {value.en}"
                row = (f"`{item.name}`", f"`{value.name}`", words, "、".join(map(_escape, value.aliases)))
                lines.append(f"| {' | '.join(row)} |")
    if kind.rules:
        lines += [
            "",
            "Counted and shown, never mended: " + "; ".join(r.title["en"] for r in kind.rules) + ".",
        ]
    return lines


def _render_field(item: Field) -> str:
    marks = ("\\*" if item.required else "") + ("†" if item.personal else "")
    unit = load_shared().units[item.unit].zh if item.unit else ""
    kind = _TYPES[item.type] + (
        " " + ", ".join(f"`{v}`" for v in item.values) if item.type == "category" else ""
    )
    title = f"{item.title['zh']} · {item.title['en']}"
    cells = (
        f"`{item.name}`{marks}",
        _escape(title),
        f"{kind}, {unit}" if unit else kind,
        _escape(f"{item.description['zh']} · {item.description['en']}"),
        "、".join(map(_escape, item.aliases)),
    )
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
