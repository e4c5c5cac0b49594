"""The command line. Exit 0: done; 1: the work ran and something must be seen; 2: the request was wrong."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import taizhang
from taizhang.core.errors import BoundaryError, ParameterError, SchedulerError, TaizhangError

if TYPE_CHECKING:
    from taizhang.core.periods import Period
    from taizhang.ingest import IngestResult
    from taizhang.settings.workbook import Config
    from taizhang.workbook.book import Workbook

DONE, SEE, WRONG = 0, 1, 2

app = typer.Typer(
    help="From safety ledgers (台账) to the annual review of every township.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Folder = Annotated[
    str,
    typer.Option(
        "-C", metavar="DIR", help="The workbook; default: the nearest one upwards.", show_default=False
    ),
]
PeriodText = Annotated[
    str,
    typer.Option(
        "--period",
        metavar="P",
        help="2021, 2021H1, 2021Q3, 2021-07 or 2021-03-01/2021-05-31.",
        show_default=False,
    ),
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of",
        metavar="DAY",
        help="Read the ledgers as they stood on this day, such as 2022-01-31; default: the workbook's as_of.",
        show_default=False,
    ),
]


class Lang(StrEnum):
    """Report languages."""

    zh = "zh"
    en = "en"


class FactsFormat(StrEnum):
    """What `facts` prints."""

    table = "table"
    csv = "csv"
    json = "json"


def say(text: str) -> None:
    """Tell the user something, on standard error: standard output is for results."""
    print(text, file=sys.stderr)


def open_workbook(folder: str, period: "Period", as_of: str = "") -> "Workbook":
    """The workbook of a command's -C, as of the day it names; a day before the period is refused at once."""
    book = taizhang.open(folder, as_of=as_of)
    book.as_of(period)
    return book


def open_config(folder: str) -> "Config":
    """The settings of a command's workbook alone: commands that only read files need no more."""
    from taizhang.metadata.facts import load_facts
    from taizhang.metadata.kinds import load_kinds
    from taizhang.settings.workbook import locate_root, read_config

    root = locate_root(folder)
    return read_config(root, load_kinds(root / "ledgers"), load_facts(root / "facts"))


def report_ingest(result: "IngestResult") -> int:
    """Print what an ingest read, per ledger, and return the exit code."""
    from taizhang.core.privacy import mask_numbers
    from taizhang.ingest import APPLIED

    for summary in result.summaries:
        print(
            f"{summary.kind} {summary.title.get('zh', '')}: {summary.read:,} rows read = "
            f"{summary.accepted:,} accepted + {summary.set_aside:,} set aside  ({summary.files} files)"
        )
        apart = [f"{name} {count:,}" for name, count in summary.other_rows.items()]
        if apart:
            print(f"    counted apart: {', '.join(apart)}")
        if summary.cells_set_aside:
            print(f"    single cells set aside: {summary.cells_set_aside:,}")
        if summary.duplicates:
            print(f"    suspected duplicates, flagged and counted: {summary.duplicates:,}")
        if summary.corrected:
            print(
                f"    cells corrected by data/raw/corrections.csv: {summary.corrected:,}, "
                f"listed in data/processed/{APPLIED}"
            )
        for rule, count in summary.rules.items():
            print(f"    {rule}: {count:,} rows")
        for note in summary.notes[:5]:
            print(f"    {mask_numbers(note)}")
        if len(summary.notes) > 5:
            print(f"    and {len(summary.notes) - 5} more such notes; see them all with: taizhang check")
    for note in result.notes:
        print(f"boundaries: {note}")
    if any(s.set_aside or s.cells_set_aside for s in result.summaries):
        print("What was set aside, row by row with its reason: data/processed/set_aside.csv")
    return warn_errors(result)


def warn_errors(result: "IngestResult") -> int:
    """Name, on standard error, the files that could not be read; 1 if there are any."""
    for error in result.errors:
        say(f"error: {error}")
    return SEE if result.errors else DONE


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")],
    upgrade: Annotated[
        bool,
        typer.Option(
            "--upgrade", help="Of a workbook that is there: bring its notebooks up to this version."
        ),
    ] = False,
    sample: Annotated[
        bool, typer.Option("--sample", help="With the ledgers and boundaries of a small made-up county.")
    ] = False,
) -> None:
    """Make a new workbook: its folders and a commented workbook.toml."""
    from taizhang.lab.scaffold import make_sample_workbook, make_workbook

    if upgrade and sample:
        raise ParameterError("--upgrade is for a workbook that is there, --sample for a new one; choose one")
    if sample:
        make_sample_workbook(folder)
        print(f"Made {folder}; next: taizhang review --period 2021 -C {quote(folder)}")
        return
    if upgrade:
        raise typer.Exit(report_upgrade(open_config(str(folder)).root))
    make_workbook(folder)
    print(f"Made {folder}: put your ledgers and boundaries in data/raw, fill in workbook.toml, then run")
    print(f"  taizhang check -C {quote(folder)}")


def quote(path: Path) -> str:
    """A path to be copied to a command line; all systems agree on these quotes alone."""
    return f'"{path}"' if " " in str(path) else str(path)


def report_upgrade(root: Path) -> int:
    """Upgrade a workbook's notebooks and print what was done; 1 where something is left to the user."""
    from taizhang.lab.launch import upgrade_templates

    said = {
        "new": "copied",
        "same": "up to date",
        "replaced": "replaced: you had not changed it",
        "merged": "merged: your changed cells stay",
        "kept": "kept as you have it",
        "differs": "left alone: it is not known what you changed in it; the difference to the package's",
    }
    left = False
    for upgrade in upgrade_templates(root):
        print(f"notebooks/{upgrade.name}.ipynb: {said[upgrade.state]}")
        for line in upgrade.merged:
            print(f"    {line}")
        for line in upgrade.conflicts:
            print(f"    both changed, yours stays: {line}")
        if upgrade.conflicts or upgrade.state == "differs":
            left = True
            print(upgrade.difference)
    return SEE if left else DONE


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context, workbook: Folder = "") -> None:
    """Open JupyterLab on the workbook, with the notebooks copied in; other options go to JupyterLab."""
    import subprocess

    from taizhang.lab.launch import copy_templates, list_command, make_environment

    root = open_config(workbook).root
    if copied := copy_templates(root):
        say(f"copied into notebooks/: {', '.join(copied)}")
    command = list_command(context.args)
    raise typer.Exit(subprocess.call(command, cwd=root, env=make_environment()))


@app.command()
def doctor(workbook: Folder = "") -> None:
    """Say what works here: fonts, engines, paths."""
    from taizhang.lab.doctor import examine

    healthy = True
    for check in examine(workbook):
        healthy &= check.fine
        print(f"{'ok  ' if check.fine else 'FAIL'} {check.name}: {check.found}")
    raise typer.Exit(DONE if healthy else SEE)


@app.command()
def ingest(
    fresh: Annotated[bool, typer.Option("--fresh", help="Read every file again.")] = False,
    workbook: Folder = "",
) -> None:
    """Read the raw ledgers and boundaries into data/processed."""
    from taizhang.ingest import ingest as bring_up_to_date

    raise typer.Exit(report_ingest(bring_up_to_date(open_config(workbook), force=fresh)))


@app.command()
def check(workbook: Folder = "") -> None:
    """A dry run of ingest: tables found, headers and values as understood, what would be set aside."""
    from taizhang.ingest.check import describe_ledgers

    fine = True
    for report in describe_ledgers(open_config(workbook)):
        fine &= report.fine
        print(report.text)
    raise typer.Exit(DONE if fine else SEE)


@app.command()
def facts(
    period: PeriodText,
    district: Annotated[
        str,
        typer.Option("--district", metavar="D", help="A code or a name; default: all.", show_default=False),
    ] = "",
    format: Annotated[FactsFormat, typer.Option("--format", help="How to print them.")] = FactsFormat.table,
    as_of: AsOf = "",
    workbook: Folder = "",
) -> None:
    """Print the numbers alone, on standard output."""
    from taizhang.core.csv import format_facts
    from taizhang.core.periods import parse_period

    span = parse_period(period)
    book = open_workbook(workbook, span, as_of)
    code = warn_errors(book.result)
    chosen = book.facts(span)
    if district:
        wanted = "all" if district == "all" else book.resolve_district(district)
        chosen = chosen[chosen["district_code"] == wanted]
    sys.stdout.write(format_facts(chosen, format.value))
    raise typer.Exit(code)


@app.command()
def review(
    period: PeriodText,
    district: Annotated[
        list[str] | None,
        typer.Option(
            "--district", metavar="D", help="A code or a name, repeatable; default: all.", show_default=False
        ),
    ] = None,
    lang: Annotated[
        Lang | None, typer.Option("--lang", help="Default: the workbook's.", show_default=False)
    ] = None,
    to: Annotated[
        str, typer.Option("--to", metavar="FORMATS", help="Comma-separated: html, pdf, docx.")
    ] = "html,pdf",
    style: Annotated[
        str,
        typer.Option(
            "--style",
            metavar="STYLE",
            help="Of PDF and Word: modern or gbt9704; default: the workbook's.",
            show_default=False,
        ),
    ] = "",
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", min=1, metavar="N", help="Reports made at once; default: the cores.", show_default=False
        ),
    ] = None,
    scheduler: Annotated[
        str,
        typer.Option("--scheduler", metavar="ADDRESS", help="Run on this Dask cluster.", show_default=False),
    ] = "",
    store: Annotated[
        str,
        typer.Option(
            "--store",
            metavar="ADDRESS",
            help="Where the cluster's workers get the workbook, such as s3://bucket/folder; default: its own folder.",
            show_default=False,
        ),
    ] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Make every report again.")] = False,
    as_of: AsOf = "",
    workbook: Folder = "",
) -> None:
    """Make the reports: one per district, the comparison, the index."""
    from taizhang.core.periods import parse_period
    from taizhang.report.formats import parse_formats
    from taizhang.settings.workbook import locate_root

    span = parse_period(period)
    formats = parse_formats(to)
    made = locate_root(workbook) / "reports" / span.path / "manifest.json"
    if not scheduler and (fresh or not made.exists()):  # there is something to make
        from taizhang.report.workers import start_ahead

        start_ahead(1 if district and len(district) == 1 else jobs)
    book = open_workbook(workbook, span, as_of)
    code = warn_errors(book.result)
    districts = [book.resolve_district(text) for text in district] if district else None

    from taizhang.report.review import make_review

    result = make_review(
        book,
        span,
        districts=districts,
        lang=lang.value if lang else None,
        formats=formats,
        style=style or None,
        jobs=jobs,
        scheduler=scheduler or None,
        store=store or None,
        fresh=fresh,
    )
    for name in result.failed:
        say(f"error: the report {name} failed; its notebook, with the error, is kept in the notebooks folder")
    print(f"{result.folder.relative_to(book.root).as_posix()}: {result.summary}")
    if result.notes:
        print(result.notes)
    raise typer.Exit(SEE if result.failed else code)


@app.command()
def trace(
    fact: Annotated[str, typer.Argument(metavar="FACT", help="Such as hazards.found.")],
    period: PeriodText,
    district: Annotated[
        str, typer.Option("--district", metavar="D", help="A code or a name, or all.", show_default=False)
    ],
    personal: Annotated[bool, typer.Option("--personal", help="Show columns marked personal, too.")] = False,
    as_of: AsOf = "",
    workbook: Folder = "",
) -> None:
    """Print the ledger rows behind a number, as CSV."""
    from taizhang.core.csv import format_csv
    from taizhang.core.periods import parse_period

    span = parse_period(period)
    book = open_workbook(workbook, span, as_of)
    code = warn_errors(book.result)
    sys.stdout.write(format_csv(book.trace(fact, span, district, personal=personal)))
    raise typer.Exit(code)


@app.command()
def draw(
    seed: Annotated[
        str,
        typer.Option(
            "--seed",
            metavar="S",
            help="Any text, public before the draw; default: draw.toml's.",
            show_default=False,
        ),
    ] = "",
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", metavar="FILE", help="The record; default: in reports/draws.", show_default=False
        ),
    ] = None,
    again: Annotated[
        Path | None,
        typer.Option("--check", metavar="FILE", help="Repeat a record and compare.", show_default=False),
    ] = None,
    workbook: Folder = "",
) -> None:
    """Draw who is inspected and by whom (双随机), by draw.toml; leaves a record that anyone can repeat."""
    from taizhang.draw import describe_draw, read_record, repeat_draw, run_draw, tabulate_draw, write_record
    from taizhang.settings.workbook import locate_root

    if again is not None:
        faults = repeat_draw(read_record(again))
        for fault in faults:
            say(f"error: {fault}")
        print(f"{again}: {'differs' if faults else 'repeated, and equal'}")
        raise typer.Exit(SEE if faults else DONE)
    drawn = run_draw(workbook, seed=seed)
    path = to or locate_root(workbook) / "reports" / "draws" / f"{drawn.list_sha256[:12]}.json"
    if path.exists() and read_record(path) != drawn:
        raise ParameterError(
            f"'{path.name}' is there already and holds another draw; name another file with --to"
        )
    write_record(drawn, path)
    for row in tabulate_draw(drawn).rows:
        print("\t".join(cell.text for cell in row))
    for block in describe_draw(drawn).blocks:
        say("".join(run.text for run in block.runs))
    say(f"The record: {path}")
    raise typer.Exit(SEE if drawn.unfilled else DONE)


@app.command()
def template(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="A ledger kind, such as hazards.")],
    output: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Default: KIND.xlsx here.", show_default=False)
    ] = None,
    workbook: Folder = "",
) -> None:
    """Write a blank Excel ledger of a kind, with headers, drop-down values and a help sheet."""
    from taizhang.core.errors import nearest
    from taizhang.ledgers.template import write_template
    from taizhang.metadata.kinds import load_kinds
    from taizhang.settings.workbook import locate_root

    try:
        own = locate_root(workbook) / "ledgers"
    except ParameterError:
        if workbook:
            raise
        own = None  # outside of a workbook there are the built-in kinds alone
    kinds = load_kinds(own)
    if kind not in kinds:
        raise ParameterError(f"unknown ledger kind '{kind}'{nearest(kind, kinds)}")
    path = output or Path(f"{kind}.xlsx")
    if path.exists():
        raise ParameterError(f"'{path}' is there already; name another file")
    write_template(kinds[kind], path)
    print(f"Wrote {path}")


def main() -> None:
    """Run the command line; a mistake of the user's is one message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a Windows console may be cp936
    try:
        app()
    except (BoundaryError, ParameterError, SchedulerError) as error:  # without districts no work can run
        say(f"error: {error}")
        sys.exit(WRONG)
    except TaizhangError as error:
        say(f"error: {error}")
        sys.exit(SEE)
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader, such as `head`, has gone: nothing to say
        sys.exit(SEE)


if __name__ == "__main__":
    main()
