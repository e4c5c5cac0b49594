"""Write the reference pages from what they describe: the commands, the ledger kinds, the facts.

``python -m make docs`` runs it; a test fails when a page is not what this writes.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from typer.testing import CliRunner

from taizhang.cli import app
from taizhang.metadata.facts import FactInfo, load_facts
from taizhang.metadata.formats import name_unit
from taizhang.metadata.kinds import load_kinds
from taizhang.metadata.reference import load_reference_words, render_reference

DOCS = Path(__file__).parent
MADE = "<!-- Made by docs/make_reference.py; change what it describes, then run: python -m make docs -->"


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


def show_help(*command: str) -> list[str]:
    """What ``taizhang COMMAND --help`` prints, on a terminal of 80 columns."""
    shown = CliRunner().invoke(app, [*command, "--help"], prog_name="taizhang", env={"COLUMNS": "80"})
    if shown.exit_code:
        raise RuntimeError(f"taizhang {' '.join(command)} --help ended with {shown.exit_code}")
    return [line.rstrip() for line in shown.output.strip().splitlines()]


def write_commands(lang: str) -> str:
    """docs/commands.md."""
    words = load_reference_words()["commands"]
    lines = [MADE, "", f"# {words['title'][lang]}", "", words["intro"][lang], "", words["district"][lang], ""]
    for name in list_commands():
        lines += [f"## taizhang {name}", ""]
        if said := words["each"][name][lang]:
            lines += [said, ""]
        lines += ["```text", *show_help(name), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def write_ledgers(lang: str) -> str:
    """docs/ledgers-reference.md."""
    return f"{MADE}\n\n{render_reference(load_kinds(), lang)}"


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


PAGES: dict[str, Callable[[], str]] = {
    f"{name}{end}.md": partial(write, lang)
    for name, write in (
        ("commands", write_commands),
        ("ledgers-reference", write_ledgers),
        ("facts", write_facts),
    )
    for lang, end in (("en", ""), ("zh", ".zh"))
}


def main() -> None:
    """Write every page."""
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), encoding="utf-8", newline="\n")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
