"""The data dictionary of the ledger kinds, as Markdown made from the metadata, in Chinese and English."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from taizhang.core.loading import parse_yaml
from taizhang.metadata.kinds import Field, Kind, load_shared


@cache
def load_reference_words() -> Mapping[str, Any]:
    """Words of the reference pages: group, key, language."""
    return parse_yaml((files("taizhang.metadata") / "reference.yml").read_text(encoding="utf-8"))


def render_reference(kinds: Mapping[str, Kind], lang: str = "en") -> str:
    """Render the data dictionary.

    Parameters
    ----------
    kinds : Mapping of str to Kind
    lang : str
        zh or en. Titles stand in both: they are what headers may say.

    Returns
    -------
    str
        Markdown: per kind what a row is, its columns with type, unit, meaning and headers, and its rules.
    """
    words = load_reference_words()["ledgers"]
    lines = [f"# {words['title'][lang]}", "", words["intro"][lang], ""]
    lines.append(" · ".join(f"[{kind.name}](#{kind.name})" for kind in kinds.values()))
    for kind in kinds.values():
        lines += _render_kind(kind, lang)
    return "\n".join(lines) + "\n"


def _render_kind(kind: Kind, lang: str) -> list[str]:
    words, other = load_reference_words()["ledgers"], {"zh": "en", "en": "zh"}[lang]
    about = words["row"][lang].format(title=kind.title[lang], other=kind.title[other], row=kind.row[lang])
    dated = words["dated"][lang].format(date=kind.date) if kind.date else words["undated"][lang]
    lines = [
        "",
        f"## {kind.name}",
        "",
        about,
        "",
        dated,
        "",
        f"| {words['columns'][lang]} |",
        "|---|---|---|---|---|",
    ]
    lines += [_render_field(item, lang) for item in kind.fields.values()]
    listed = [item for item in kind.fields.values() if item.values]
    if listed:
        lines += ["", f"| {words['values'][lang]} |", "|---|---|---|---|"]
        for item in listed:
            for value in item.values.values():
                named = f"{value.zh} · {value.en}"
                row = (f"`{item.name}`", f"`{value.name}`", named, "、".join(map(_escape, value.aliases)))
                lines.append(f"| {' | '.join(row)} |")
    if kind.rules:
        rules = {"zh": "；", "en": "; "}[lang].join(rule.title[lang] for rule in kind.rules)
        lines += ["", words["rules"][lang].format(rules=rules)]
    return lines


def _render_field(item: Field, lang: str) -> str:
    marks = ("\\*" if item.required else "") + ("†" if item.personal else "")
    unit = load_shared().units[item.unit].label(lang) if item.unit else ""
    kind = load_reference_words()["types"][item.type][lang]
    if item.type == "category":
        kind = f"{kind} {', '.join(f'`{value}`' for value in item.values)}"
    cells = (
        f"`{item.name}`{marks}",
        _escape(f"{item.title['zh']} · {item.title['en']}"),
        f"{kind}, {unit}" if unit else kind,
        _escape(item.description[lang]),
        "、".join(map(_escape, item.aliases)),
    )
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
