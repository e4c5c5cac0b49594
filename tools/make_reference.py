"""Write the reference pages from what they describe: the commands, the ledger kinds, the facts, the rooms.

``python -m make docs`` runs it; a test fails when a page is not what this writes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from taizhang.cli import app
from taizhang.core.loading import parse_yaml
from taizhang.metadata.facts import FactInfo, load_facts
from taizhang.metadata.formats import name_unit
from taizhang.metadata.kinds import Field, Kind, load_kinds, load_shared
from taizhang.metadata.laws import load_laws
from taizhang.metadata.rules import load_rules
from tools.draw_rooms import draw_rooms

DOCS = Path(__file__).resolve().parents[1] / "docs"
MADE = "<!-- Made by tools/make_reference.py; change what it describes, then run: python -m make docs -->"


@cache
def load_reference_words() -> Mapping[str, Any]:
    """Words of the reference pages: group, key, language."""
    return parse_yaml(Path(__file__).with_name("reference.yml").read_text(encoding="utf-8"))


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table; a bar inside a cell is escaped."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return lines


def list_commands() -> list[str]:
    """The commands by name, in the order in which ``taizhang --help`` lists them."""
    return [
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    ]


def show_help(command: str, lang: str) -> list[str]:
    """What ``taizhang COMMAND --help`` prints, on a terminal of 80 columns."""
    about = {"COLUMNS": "80", "TAIZHANG_LANG": lang}
    shown = CliRunner().invoke(app, [command, "--help"], prog_name="taizhang", env=about)
    if shown.exit_code:
        raise RuntimeError(f"taizhang {command} --help ended with {shown.exit_code}")
    return [line.rstrip() for line in shown.output.strip().splitlines()]


def write_commands(lang: str) -> str:
    """docs/commands.md."""
    words = load_reference_words()["commands"]
    lines = [MADE, "", f"# {words['title'][lang]}", "", words["intro"][lang], "", words["district"][lang], ""]
    for name in list_commands():
        lines += [f"## taizhang {name}", "", "```text", *show_help(name, lang), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def write_ledgers(lang: str) -> str:
    """docs/ledgers-reference.md."""
    return f"{MADE}\n\n{describe_kinds(load_kinds(), lang)}"


def describe_kinds(kinds: Mapping[str, Kind], lang: str = "en") -> str:
    """docs/ledgers-reference.md but for its first line: per kind what a row is, its columns, and its rules.

    Titles stand in both languages: they are what headers may say.
    """
    words = load_reference_words()["ledgers"]
    lines = [f"# {words['title'][lang]}", "", words["intro"][lang], ""]
    lines.append(" · ".join(f"[{kind.name}](#{kind.name})" for kind in kinds.values()))
    for kind in kinds.values():
        lines += _describe_kind(kind, lang)
    return "\n".join(lines) + "\n"


def _describe_kind(kind: Kind, lang: str) -> list[str]:
    words, other = load_reference_words()["ledgers"], {"zh": "en", "en": "zh"}[lang]
    about = words["row"][lang].format(title=kind.title[lang], other=kind.title[other], row=kind.row[lang])
    of = "dated" if kind.date else "yearly" if kind.year else "undated"
    dated = words[of][lang].format(date=kind.date, year=kind.year)
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
    lines += [_describe_field(item, lang) for item in kind.fields.values()]
    listed = [item for item in kind.fields.values() if item.values]
    if listed:
        lines += ["", f"| {words['values'][lang]} |", "|---|---|---|---|"]
        for item in listed:
            for value in item.values.values():
                named = f"{value.zh} · {value.en}"
                row = (f"`{item.name}`", f"`{value.name}`", named, "、".join(map(_escape, value.aliases)))
                lines.append(f"| {' | '.join(row)} |")
    if asked := [(item, one) for item in kind.fields.values() for one in item.asked]:
        lines += ["", words["asked"][lang], "", f"| {words['questions'][lang]} |", "|---|---|---|---|"]
        for item, one in asked:
            headers, values = ("、".join(map(_escape, texts)) for texts in (one.headers, one.values))
            why = one.why.zh if lang == "zh" else one.why.en
            lines.append(f"| `{item.name}` | {headers} | {values} | {_escape(why)} |")
    if kind.rules:
        rules = {"zh": "；", "en": "; "}[lang].join(rule.title[lang] for rule in kind.rules)
        lines += ["", words["rules"][lang].format(rules=rules)]
    return lines


def _describe_field(item: Field, lang: str) -> str:
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


def describe_fact(fact: FactInfo, lang: str) -> tuple[str, ...]:
    """A row of the facts' table."""
    return (
        f"`{fact.name}`",
        fact.title[lang],
        name_unit(fact, lang),
        fact.definition[lang],
        f"`{fact.formula}`" if fact.formula else "",
        load_reference_words()["intervals"][fact.interval][lang],
        fact.source,
    )


def write_facts(lang: str) -> str:
    """docs/facts.md."""
    words = load_reference_words()["facts"]
    lines = [MADE, "", f"# {words['title'][lang]}", "", words["intro"][lang], ""]
    kinds: dict[str, list[FactInfo]] = {}
    for fact in load_facts().values():
        kinds.setdefault(fact.kind, []).append(fact)
    head = words["columns"][lang].split(" | ")
    for kind, facts in kinds.items():
        lines += [f"## {kind}", "", *format_table(head, (describe_fact(fact, lang) for fact in facts)), ""]
    return "\n".join(lines).rstrip() + "\n"


def write_laws(lang: str) -> str:
    """docs/laws.md."""
    words = load_reference_words()["laws"]
    lines = [MADE, "", f"# {words['title'][lang]}", "", words["intro"][lang], ""]
    head = words["columns"][lang].split(" | ")
    rows = []
    for matter, laws in load_laws().items():
        rules = ", ".join(f"`{rule.rule}`" for rule in load_rules() if rule.law == matter)
        for law in laws:
            until = law.until.isoformat() if law.until else ""
            about = (law.cite(lang), law.start.isoformat(), until, law.binds[lang], law.says[lang])
            rows.append((rules, *about, f"<{law.read_at}>"))
    lines += [*format_table(head, rows), "", f"## {words['practice'][lang]}", ""]
    lines += [f"- `{rule.rule}`" for rule in load_rules() if rule.practice]
    return "\n".join(lines).rstrip() + "\n"


def write_glossary(lang: str) -> str:
    """docs/glossary.md."""
    words = load_reference_words()["glossary"]
    lines = [MADE, "", f"# {words['title'][lang]}", "", words["intro"][lang], ""]
    head = words["columns"][lang].split(" | ")
    groups = parse_yaml(Path(__file__).with_name("glossary.yml").read_text(encoding="utf-8"))
    for group in groups.values():
        rows = [_describe_term(term, lang) for term in group["terms"]]
        lines += [f"## {group['title'][lang]}", "", *format_table(head, rows), ""]
    rows = [
        _describe_term(
            {"of": f"kind.{kind.name}", "says": {lang: words["kind_row"][lang].format(row=kind.row[lang])}},
            lang,
        )
        for kind in load_kinds().values()
    ]
    return "\n".join([*lines, f"## {words['kinds'][lang]}", "", *format_table(head, rows)]) + "\n"


def _describe_term(term: Mapping[str, Any], lang: str) -> tuple[str, ...]:
    """A row of the glossary; a word that the metadata has is taken from there."""
    names, written = term, term.get("written", "")
    if "of" in term:
        place, written = term["of"].split(".", 1)
        names = (load_kinds()[written] if place == "kind" else load_facts()[written]).title
    other = {"zh": "en", "en": "zh"}[lang]
    return (names[lang], names[other], f"`{written}`" if written else "", term["says"][lang])


PAGES: dict[str, Callable[[], str]] = {
    f"{name}{end}.md": partial(write, lang)
    for name, write in (
        ("commands", write_commands),
        ("ledgers-reference", write_ledgers),
        ("facts", write_facts),
        ("laws", write_laws),
        ("glossary", write_glossary),
    )
    for lang, end in (("en", ""), ("zh", ".zh"))
}
PAGES |= {f"pictures/rooms-{lang}.svg": partial(draw_rooms, lang) for lang in ("en", "zh")}


def main() -> None:
    """Write every page and picture."""
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), encoding="utf-8", newline="\n")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
