"""Write the reference pages from what they describe: the commands, the ledger kinds, the facts.

``python -m make docs`` runs it; a test fails when a page is not what this writes.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from typer.testing import CliRunner

from taizhang.cli import app
from taizhang.metadata.facts import FactInfo, load_facts
from taizhang.metadata.kinds import load_kinds
from taizhang.metadata.reference import render_reference

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


def write_commands() -> str:
    """docs/commands.md."""
    lines = [
        MADE,
        "",
        "# Commands",
        "",
        "Exit 0: done. Exit 1: the work ran, and something must be seen, such as a file that could not be read",
        "or a report that failed. Exit 2: the request itself was wrong: one message says what and how to mend it.",
        "Results go to standard output, messages to standard error.",
        "",
        "A district is a code or a name. In a path, the `/` of a period is written `_`.",
        "",
    ]
    for name in list_commands():
        lines += [f"## taizhang {name}", "", "```text", *show_help(name), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def write_ledgers() -> str:
    """docs/ledgers-reference.md."""
    return f"{MADE}\n\n{render_reference(load_kinds())}"


def describe_fact(fact: FactInfo) -> tuple[str, ...]:
    """A row of the facts' table."""
    return (
        f"`{fact.name}`",
        f"{fact.title['zh']} / {fact.title['en']}",
        fact.unit,
        f"{fact.definition['zh']} / {fact.definition['en']}",
        f"`{fact.formula}`" if fact.formula else "",
        fact.interval if fact.interval != "none" else "",
        fact.source,
    )


def write_facts() -> str:
    """docs/facts.md."""
    lines = [
        MADE,
        "",
        "# Facts · 指标",
        "",
        "Every number that a report may show, for each district and for the whole area (`all`).",
        "`taizhang facts` prints them and a review writes them to `facts.csv`. Rates and shares are percent,",
        "0 to 100, and empty over no rows. Intervals are at 95 %.",
        "",
    ]
    kinds: dict[str, list[FactInfo]] = {}
    for fact in load_facts().values():
        kinds.setdefault(fact.kind, []).append(fact)
    head = ("fact", "name", "unit", "what it is", "formula", "interval", "source")
    for kind, facts in kinds.items():
        lines += [f"## {kind}", "", *format_table(head, map(describe_fact, facts)), ""]
    return "\n".join(lines).rstrip() + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": write_commands,
    "ledgers-reference.md": write_ledgers,
    "facts.md": write_facts,
}


def main() -> None:
    """Write every page."""
    for name, write in PAGES.items():
        (DOCS / name).write_text(write(), encoding="utf-8", newline="\n")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
