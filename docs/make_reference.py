"""Write the reference pages from what they describe: the commands, the ledger kinds, the facts.

``python -m make docs`` runs it; a test fails when a page is not what this writes.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click
import typer.main

from taizhang.cli import app
from taizhang.metadata.facts import FactInfo, load_facts
from taizhang.metadata.kinds import Field, Kind, load_kinds

DOCS = Path(__file__).parent
MADE = "<!-- Made by docs/make_reference.py; change what it describes, then run: python -m make docs -->"


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table; a bar inside a cell is escaped."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return lines


def list_commands() -> dict[str, click.Command]:
    """The commands by name, in the order in which ``taizhang --help`` lists them."""
    group = typer.main.get_command(app)
    context = click.Context(group)
    names = group.list_commands(context)  # type: ignore[attr-defined]
    return {name: group.get_command(context, name) for name in names}  # type: ignore[attr-defined]


def describe_command(name: str, command: click.Command) -> list[str]:
    """A command's section: what it does, how it is written, its arguments and options."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = ["taizhang", name]
    for option in options:
        written = option.opts[0] if is_flag(option) else f"{option.opts[0]} {placeholder(option)}"
        usage.append(written if option.required else f"[{written}]{'...' if option.multiple else ''}")
    usage += [placeholder(p) if p.required else f"[{placeholder(p)}]" for p in arguments]
    rows = [
        (
            f"`{placeholder(p)}`"
            if p in arguments
            else f"`{', '.join(p.opts)}{'' if is_flag(p) else ' ' + placeholder(p)}`",
            (getattr(p, "help", "") or "") + default_of(p),
        )
        for p in [*arguments, *options]
    ]
    return [
        f"## taizhang {name}",
        "",
        (command.help or "").strip(),
        "",
        "```",
        " ".join(usage),
        "```",
        "",
        *format_table(("", "what it is"), rows),
        "",
    ]


def is_flag(parameter: click.Parameter) -> bool:
    """Whether an option takes no value."""
    return bool(getattr(parameter, "is_flag", False))


def placeholder(parameter: click.Parameter) -> str:
    """What stands for the value in a usage line."""
    if isinstance(parameter.type, click.Choice):
        return "|".join(str(getattr(choice, "value", choice)) for choice in parameter.type.choices)
    return getattr(parameter, "metavar", None) or (parameter.name or "").upper()


def default_of(parameter: click.Parameter) -> str:
    """' Default: x.' where a value is taken when none is given and the help does not say so."""
    value = parameter.default
    if is_flag(parameter) or value is None or value == "" or not getattr(parameter, "show_default", True):
        return ""
    return f" Default: `{getattr(value, 'value', value)}`."


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
    for name, command in list_commands().items():
        lines += describe_command(name, command)
    return "\n".join(lines).rstrip() + "\n"


def describe_field(field: Field) -> tuple[str, ...]:
    """A row of a kind's table."""
    marks = "*" * field.required + " (personal)" * field.personal
    values = "; ".join(f"`{value.name}` {value.zh} / {value.en}" for value in field.values.values())
    about = f"{field.description.get('zh', '')} / {field.description.get('en', '')}"
    if field.type == "category" and values:
        about += f"<br>{values}"
    return (
        f"`{field.name}`{marks}",
        f"{field.title.get('zh', '')} / {field.title.get('en', '')}",
        field.type + (f", {field.unit}" if field.unit else ""),
        about,
    )


def describe_kind(kind: Kind) -> list[str]:
    """A kind's section: what a row is and every column."""
    dated = f"`{kind.date}` puts a row into a period." if kind.date else "Rows have no date of their own."
    return [
        f"## {kind.name}: {kind.title['zh']} / {kind.title['en']}",
        "",
        f"One row: {kind.row['zh']} / {kind.row['en']}. {dated}",
        "",
        *format_table(
            ("column", "header", "type, unit", "what it is"), map(describe_field, kind.fields.values())
        ),
        "",
    ]


def write_ledgers() -> str:
    """docs/ledgers-reference.md."""
    lines = [
        MADE,
        "",
        "# Ledger kinds and their columns · 台账字段",
        "",
        "`*`: required; a row without it is set aside. personal: kept in `data/processed` only. Besides the header",
        "shown, each column is recognised by a list of other headers; `taizhang check` says how yours were read.",
        "",
    ]
    for kind in load_kinds().values():
        lines += describe_kind(kind)
    return "\n".join(lines).rstrip() + "\n"


def describe_fact(fact: FactInfo) -> tuple[str, ...]:
    """A row of the facts' table."""
    return (
        f"`{fact.name}`",
        f"{fact.title['zh']} / {fact.title['en']}",
        fact.unit,
        f"{fact.description['zh']} / {fact.description['en']}",
    )


def write_facts() -> str:
    """docs/facts.md."""
    lines = [
        MADE,
        "",
        "# Facts · 指标",
        "",
        "Every number that a report shows, for each district and the whole area, in `facts.csv` of a review.",
        "",
        *format_table(("fact", "name", "unit", "what it counts"), map(describe_fact, load_facts().values())),
    ]
    return "\n".join(lines) + "\n"


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
