"""The command line. Exit codes: 0 done; 1 the command ran, but something needs attention; 2 the request was wrong.

Help, results and error messages are worded in metadata/messages/cli.yml, in the user's language.
"""

import os
import signal
import sys
from pathlib import Path


def _end_at_once(*_: object) -> None:
    os.write(2, "已停止 stopped\n".encode())  # what words a message is not loaded yet
    os._exit(130)


# From here on, while all else is loaded, a Ctrl-C ends the command in a line; `main` then does as it does.
if __name__ == "__main__" or Path(sys.argv[0]).name.startswith("taizhang"):
    signal.signal(signal.SIGINT, _end_at_once)

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from taizhang.core.errors import BoundaryError, ParameterError, SchedulerError, TaizhangError
from taizhang.core.reasons import (
    LANGUAGES,
    Reason,
    choose_language,
    current_language,
    load_messages,
    read_language,
    suggest,
    write_value,
)
from taizhang.core.terminal import format_pairs, show_controls, wrap_text

if TYPE_CHECKING:
    from taizhang.core.periods import Period
    from taizhang.ingest import IngestResult
    from taizhang.ingest.proposals import Proposal
    from taizhang.settings.workbook import Config
    from taizhang.workbook.book import Workbook

DONE, SEE, WRONG, STOPPED = 0, 1, 2, 130
# Typer's class of all mistakes in how a command is called, by way of the one that it makes public.
_Misuse: Any = typer.BadParameter.__base__


def word(code: str, **parameters: object) -> str:
    """A message of metadata/messages/cli.yml in words."""
    return Reason(f"cli.{code}", **parameters).word()


def say(text: str) -> None:
    """Print a message for the user on standard error; standard output is for results."""
    print(show_controls(text), file=sys.stderr)


def show(text: object) -> None:
    """Print a line of a result; what a terminal would obey in it is seen instead."""
    print(show_controls(str(text)))


def write_table(text: str) -> None:
    """Write a table to standard output: byte for byte to a file or program, and nothing that acts to a terminal."""
    sys.stdout.write(show_controls(text) if sys.stdout.isatty() else text)


def say_error(problem: object) -> None:
    say(word("error", problem=str(problem)))


# ------------------------------------------------------------------ help, and how commands are called


class Command(TyperCommand):
    """A command whose help is worded in metadata."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        write_help(self, ctx, formatter)


class Commands(TyperGroup):
    """The command `taizhang`: chooses the language before anything is printed, and words usage errors."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        write_help(self, ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            near = suggest(args[0], self.list_commands(ctx))
            raise refuse("no_such_command", ctx, name=args[0], near=near)
        return super().resolve_command(ctx, args)

    def main(self, args: Sequence[str] | None = None, *more: Any, **settings: Any) -> Any:
        given = list(sys.argv[1:] if args is None else args)
        choose_language_of(given)
        try:
            code = super().main(given, *more, **settings | {"standalone_mode": False})
        except _Misuse as error:
            if (
                not args and error.ctx is not None and error.ctx.command is self
            ):  # nothing asked for: its help
                say(error.ctx.get_help())
                sys.exit(WRONG)
            raise word_misuse(error, given, self.commands.values()) from None
        if code == STOPPED:
            say(word("stopped"))
        sys.exit(code or DONE)


def choose_language_of(arguments: Sequence[str]) -> None:
    """Use the language of --lang, or else of the workbook named with -C, or else of the system."""
    lang = find_value(arguments, ["--lang"])
    choose_language(lang if lang in LANGUAGES else read_language(find_value(arguments, ["-C"])))


def find_value(arguments: Sequence[str], names: Sequence[str]) -> str:
    """Return the value given to an option on a command line; empty if the option is absent."""
    for one, following in zip(arguments, [*arguments[1:], ""], strict=False):
        name, equals, value = one.partition("=")
        if name in names:
            return value if equals else following
        if one[:2] in names and not one.startswith("--"):  # -CDIR
            return one[2:]
        if one == "--":
            break
    return ""


def write_help(command: Any, ctx: Any, formatter: Any) -> None:
    """Say what a command does, its arguments, options and commands, in the language of messages."""
    whole = isinstance(command, Commands)
    usage = " ".join((ctx.command_path, *command.collect_usage_pieces(ctx)))
    lines = [word("help.usage", usage=usage), ""]
    about = word("about") if whole else word(f"commands.{command.name}")
    lines += [f"  {line}" for line in wrap_text(about, formatter.width - 2)]
    for kind in ("argument", "option"):
        if shown := [one for one in command.get_params(ctx) if one.param_type_name == kind]:
            pairs = [(name_parameter(one), describe_parameter(one, command.name)) for one in shown]
            lines += ["", word(f"help.{kind}s"), *format_pairs(pairs, formatter.width)]
    if whole:
        names = command.list_commands(ctx)
        pairs = [(name, word(f"commands.{name}")) for name in names]
        lines += ["", word("help.commands"), *format_pairs(pairs, formatter.width)]
    formatter.write("\n".join(lines) + "\n")


def name_parameter(parameter: Any) -> str:
    """An option with its value, such as ``--period P``; an argument by its placeholder."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    names = ", ".join(sorted(parameter.opts, key=lambda name: name.startswith("--")))
    return names if parameter.is_flag or not parameter.metavar else f"{names} {parameter.metavar}"


def describe_parameter(parameter: Any, command: str) -> str:
    """The help of a parameter; commands may have their own wording for it."""
    own = f"options.{command}.{parameter.name}"
    said = word(own if f"cli.{own}" in load_messages() else f"options.{parameter.name}")
    if parameter.required:
        return said + word("help.required")
    # A flag's default is False.
    return said + word("help.default", value=str(parameter.default)) if parameter.default else said


def refuse(code: str, ctx: Any, **parameters: object) -> ParameterError:
    """The error for a command used wrongly, and where to find its help."""
    command = ctx.command_path if ctx else "taizhang"
    return ParameterError.of(
        [Reason(f"cli.misuse.{code}", **parameters), Reason("cli.help.see", command=command)]
    )


def word_misuse(error: Any, given: Sequence[str], commands: Iterable[Any]) -> ParameterError:
    """Word Typer's own errors, which are only in English, in our messages."""
    ctx, kind = error.ctx, type(error).__name__
    parameter = getattr(error, "param", None)
    if kind == "MissingParameter":
        return refuse("missing", ctx, name=name_parameter(parameter))
    if kind == "NoSuchOption":
        options = [name for one in ctx.command.get_params(ctx) for name in one.opts if name.startswith("-")]
        return refuse("no_such_option", ctx, name=error.option_name, near=suggest(error.option_name, options))
    if kind == "BadParameter" and parameter is not None:
        value, wanted = find_value(given, parameter.opts), Reason(f"cli.wanted.{parameter.name}")
        return refuse("bad_value", ctx, name=parameter.opts[0], value=value, wanted=wanted)
    if kind == "BadOptionUsage":
        parameters = [one for command in commands for one in command.params]
        flags = {name for one in parameters if getattr(one, "is_flag", False) for name in one.opts}
        return refuse("flag" if error.option_name in flags else "no_value", ctx, name=error.option_name)
    # What is left over: more arguments than the command takes.
    return refuse("too_many", ctx)


def print_version(asked: bool) -> None:
    if asked:
        from taizhang.core.version import __version__

        show(f"taizhang {__version__}")
        raise typer.Exit(DONE)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
command = partial(app.command, cls=Command)

Folder = Annotated[str, typer.Option("-C", metavar="DIR")]
PeriodText = Annotated[str, typer.Option("--period", metavar="P")]
AsOf = Annotated[str, typer.Option("--as-of", metavar="DAY")]
KnownOn = Annotated[str, typer.Option("--known-on", metavar="DAY")]
Fresh = Annotated[bool, typer.Option("--fresh")]


@app.callback()
def start(
    version: Annotated[bool, typer.Option("--version", is_eager=True, callback=print_version)] = False,
) -> None:
    """Runs before every command."""


class Lang(StrEnum):
    """Report languages."""

    zh = "zh"
    en = "en"


class FactsFormat(StrEnum):
    """What `facts` prints."""

    table = "table"
    csv = "csv"
    json = "json"


class DiffFormat(StrEnum):
    """What `diff` prints."""

    table = "table"
    csv = "csv"
    json = "json"
    html = "html"


def open_workbook(
    folder: str, period: "Period", as_of: str = "", known_on: str = "", *, notebooks: bool = False
) -> "Workbook":
    """Open the workbook of a command's -C, as of the given day; a day before the period is refused immediately.

    With `known_on`, as it was known on that day. So is a workbook whose own facts, and `notebooks` if a review is to
    run them, its user does not trust.
    """
    from taizhang.core.periods import parse_day
    from taizhang.workbook.book import Workbook
    from taizhang.workbook.trust import list_own_facts, list_own_notebooks

    asof, known = (parse_day(day) if day else None for day in (as_of, known_on))
    book = Workbook.find(folder, as_of=asof, known_on=known)
    book.as_of(period)
    source = book.config.source
    code = list_own_facts(source)
    if notebooks:
        from taizhang.report.plan import list_templates

        code += list_own_notebooks(source, list_templates(book.config))
    ask_trust(book.root, code)
    return book


@contextmanager
def hold_workbook(folder: str, period: "Period", as_of: str, known_on: str) -> Iterator["Workbook"]:
    """Open a workbook as `open_workbook` does, and keep one state of it; say so if raw files were read for
    this run only.
    """
    with open_workbook(folder, period, as_of, known_on).hold_to_read() as book:
        tell_known(book)
        yield book
        if book.result.fresh:
            say(word("facts.not_kept"))


def tell_known(book: "Workbook") -> None:
    """Say which ingest is read, if not the current one, and which other version made it."""
    from taizhang.core.version import __version__

    if book.known is None:
        return
    known = book.known
    say(word("known.read", day=known.day, made_at=known.made_at, snapshot=known.snapshot))
    if known.version != __version__:
        say(word("known.version", version=known.version, now=__version__))


def ask_trust(root: Path, code: Sequence[str]) -> None:
    """Ask whether a workbook that is not trusted may run its own code, if it has any; refuse without a terminal."""
    from taizhang.core.trust import is_trusted, trust_workbook
    from taizhang.workbook.trust import refuse_code

    if not code or is_trusted(root):
        return
    if sys.stdin.isatty() and sys.stderr.isatty():
        print(word("trust.asks", files=list(code)), end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().casefold() in ("y", "yes", "是"):
            trust_workbook(root)
            return
    raise ParameterError.of([refuse_code(root, code)])


def open_config(folder: str) -> "Config":
    """Read only the settings of a command's workbook, for commands that just read files."""
    from taizhang.metadata.facts import load_facts
    from taizhang.metadata.kinds import load_kinds
    from taizhang.settings.workbook import locate_root, read_config

    root = locate_root(folder)
    return read_config(root, load_kinds(root / "ledgers"), load_facts(root / "facts"))


def report_ingest(result: "IngestResult") -> int:
    """Print what an ingest read, per ledger, and return the exit code."""
    from taizhang.ingest.account import describe_result

    for line in describe_result(result):
        show(line)
    return warn_errors(result)


def warn_errors(result: "IngestResult") -> int:
    """Name, on standard error, the files that could not be read; 1 if there are any."""
    for error in result.errors:
        say_error(error)
    return SEE if result.errors else DONE


@command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    upgrade: Annotated[bool, typer.Option("--upgrade")] = False,
    sample: Annotated[bool, typer.Option("--sample")] = False,
    source: Annotated[Path | None, typer.Option("--from", metavar="FOLDER")] = None,
) -> None:
    """Create a workbook, or upgrade the notebooks of an existing one."""
    from taizhang.lab.scaffold import make_sample_workbook, make_workbook

    if upgrade + sample + (source is not None) > 1:
        raise ParameterError("cli.new.upgrade_or_sample")
    if source is not None:
        raise typer.Exit(report_survey(folder, source))
    if upgrade:
        choose_language(read_language(str(folder)))
        raise typer.Exit(report_upgrade(open_config(str(folder)).root))
    if sample:
        make_sample_workbook(folder)
        show(word("new.sample_made", folder=folder, quoted=quote(folder)))
        return
    make_workbook(folder)
    show(word("new.made", folder=folder))
    show(f"  taizhang check -C {quote(folder)}")


def report_survey(folder: Path, source: Path) -> int:
    """Make a workbook from a folder's files; print what they are and what is left to decide. Return 1 if it can't
    run yet."""
    from taizhang.ingest.proposals import Proposal
    from taizhang.lab.survey import make_workbook_from

    made = make_workbook_from(folder, source)
    for line in made.lines:
        show(line)
    if made.left:
        show(word("new.left", number=len(made.left)))
    for number, one in enumerate(made.left, 1):
        shown = (
            f"[{one.table}] {one.make_line().text.removeprefix('# ')}"
            if isinstance(one, Proposal)
            else str(one)
        )
        show(f"  {number}. {shown}")
    told = {"folder": folder, "quoted": quote(folder)}
    show(word("new.surveyed", period=made.period, **told) if made.runs else word("new.surveyed_only", **told))
    return DONE if made.runs else SEE


def quote(path: Path) -> str:
    """Quote a path to be copied to a command line, with the only quotes that work on all systems."""
    return f'"{path}"' if " " in str(path) else str(path)


def report_upgrade(root: Path) -> int:
    """Upgrade a workbook's notebooks and print what was done; return 1 if something is left to the user."""
    from taizhang.lab.launch import upgrade_templates

    left = False
    for upgrade in upgrade_templates(root):
        show(word(f"upgrade.{upgrade.state}", file=f"notebooks/{upgrade.name}.ipynb"))
        for line in upgrade.merged:
            show(f"    {line}")
        for cell in upgrade.conflicts:
            show(f"    {word('upgrade.both', cell=cell)}")
        if upgrade.conflicts or upgrade.state == "differs":
            left = True
            show(upgrade.difference)
    return SEE if left else DONE


@command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context, workbook: Folder = "") -> None:
    """Open JupyterLab, passing on its own options."""
    import subprocess

    from taizhang.core.trust import is_trusted
    from taizhang.lab.launch import copy_templates, list_command, make_environment

    config = open_config(workbook)
    if copied := copy_templates(config.root):
        say(word("lab.copied", names=", ".join(copied)))
    command, environment = (
        list_command(context.args),
        make_environment(config.lang, trusted=is_trusted(config.root)),
    )
    raise typer.Exit(subprocess.call(command, cwd=config.root, env=environment))


@command()
def doctor(workbook: Folder = "") -> None:
    """Check that what is needed on this machine works."""
    from taizhang.lab.doctor import examine

    healthy = True
    for check in examine(workbook):
        healthy &= check.fine
        show(word("doctor.fine" if check.fine else "doctor.fails", name=check.name, found=check.found))
    raise typer.Exit(DONE if healthy else SEE)


@command()
def ingest(fresh: Fresh = False, workbook: Folder = "") -> None:
    """Bring data/processed up to date."""
    from taizhang.ingest import ingest as bring_up_to_date

    raise typer.Exit(report_ingest(bring_up_to_date(open_config(workbook), force=fresh)))


@command()
def check(write: Annotated[bool, typer.Option("--write")] = False, workbook: Folder = "") -> None:
    """Show what an ingest would make of the raw files."""
    from taizhang.ingest.check import describe_ledgers, write_decisions

    fine = True
    proposals: list[Proposal] = []
    config = open_config(workbook)
    for report in describe_ledgers(config):
        fine &= report.fine
        proposals += report.proposals
        show(report.text)
    if write:
        added = write_decisions(config, proposals)
        show(word("check.written", lines=len(added), open=sum(line.open for line in added)))
    raise typer.Exit(DONE if fine else SEE)


@command()
def facts(
    period: PeriodText,
    district: Annotated[str, typer.Option("--district", metavar="D")] = "",
    format: Annotated[FactsFormat, typer.Option("--format", metavar="table|csv|json")] = FactsFormat.table,
    as_of: AsOf = "",
    known_on: KnownOn = "",
    workbook: Folder = "",
) -> None:
    """Print only the numbers."""
    from taizhang.core.csv import format_facts
    from taizhang.core.periods import parse_period

    span = parse_period(period)
    with hold_workbook(workbook, span, as_of, known_on) as book:
        code = warn_errors(book.result)
        chosen = book.facts(span)
        if number := len(book.reported(span)["fact"].unique()):
            say(word("facts.unverified", number=number))
        if district:
            wanted = "all" if district == "all" else book.resolve_district(district)
            chosen = chosen[chosen["district_code"] == wanted]
    write_table(format_facts(chosen, format.value))
    raise typer.Exit(code)


@command()
def review(
    period: PeriodText,
    district: Annotated[list[str] | None, typer.Option("--district", metavar="D")] = None,
    lang: Annotated[Lang | None, typer.Option("--lang", metavar="zh|en")] = None,
    to: Annotated[str, typer.Option("--to", metavar="FORMATS")] = "html,pdf",
    style: Annotated[str, typer.Option("--style", metavar="STYLE")] = "",
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, metavar="N")] = None,
    scheduler: Annotated[str, typer.Option("--scheduler", metavar="ADDRESS")] = "",
    store: Annotated[str, typer.Option("--store", metavar="ADDRESS")] = "",
    fresh: Fresh = False,
    as_of: AsOf = "",
    known_on: KnownOn = "",
    workbook: Folder = "",
) -> None:
    """Make the reports."""
    from taizhang.core.periods import parse_period
    from taizhang.report.formats import parse_formats
    from taizhang.settings.workbook import locate_root

    span = parse_period(period)
    formats = parse_formats(to)
    made = locate_root(workbook) / "reports" / span.path / "manifest.json"
    if not scheduler and (fresh or as_of or known_on or not made.exists()):  # there is something to make
        from taizhang.report.workers import start_ahead

        start_ahead(1 if district and len(district) == 1 else jobs)
    book = open_workbook(workbook, span, as_of, known_on, notebooks=True)
    tell_known(book)
    code = warn_errors(book.ingest())
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
    if result.failed:
        say_error(Reason("cli.review.failed", n=len(result.failed), names=result.failed))
    folder = result.folder.relative_to(book.root).as_posix()
    show(word("review.done", folder=folder, summary=result.summary))
    for note in result.notes:
        show(note)
    raise typer.Exit(SEE if result.failed or result.nothing else code)


@command()
def release(
    period: PeriodText,
    by: Annotated[str, typer.Option("--by", metavar="NAME")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT")] = "",
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, metavar="N")] = None,
    workbook: Folder = "",
) -> None:
    """Freeze a period's review as its next release."""
    from taizhang.core.periods import parse_period
    from taizhang.release import make_release

    span = parse_period(period)
    book = open_workbook(workbook, span, notebooks=True)
    code = warn_errors(book.ingest())
    made = make_release(book, span, by=by, why=why, jobs=jobs)
    show(
        word(
            "release.done" if made.new else "release.unchanged",
            name=made.release.name,
            files=len(made.release.files),
        )
    )
    for note in made.notes:
        show(note)
    raise typer.Exit(code)


@command()
def verify(
    folder: Annotated[str, typer.Argument(metavar="DIR")] = "",
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, metavar="N")] = None,
    workbook: Folder = "",
) -> None:
    """Make releases again from the store, and compare every byte."""
    from taizhang.release import is_release, list_releases, read_release, verify_release
    from taizhang.settings.workbook import locate_root

    place = Path(folder).resolve()
    if folder and not place.is_dir():
        raise ParameterError("settings.no_folder", folder=folder)
    one = bool(folder) and is_release(place)
    try:
        root = locate_root(workbook or folder)
    except ParameterError:
        if not one:
            raise
        root = None
    if root is None:  # a release that was handed on
        raise typer.Exit(report_files(place))
    releases = [read_release(root, place)] if one else list_releases(root)
    if not releases:
        raise ParameterError("release.none")
    ask_code(root)
    code = DONE
    for release in releases:
        verdict = verify_release(release, jobs=jobs)
        for fault in verdict.faults:
            say_error(fault)
        if verdict.differs:
            say_error(Reason("release.verify.differs", name=release.name, files=list(verdict.differs)))
        for why in verdict.unmade:
            say_error(Reason("release.verify.unmade", name=release.name, why=why))
        for line in verdict.code:
            say(str(line))
        if verdict.fine:
            made = len(release.files) - len(release.signed)
            show(Reason("release.verify.fine", name=release.name, files=made))
        for note in verdict.notes:
            say(str(note))
        code = code if verdict.fine else SEE
    raise typer.Exit(code)


@command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A")],
    after: Annotated[str, typer.Argument(metavar="B")],
    form: Annotated[DiffFormat, typer.Option("--format", metavar="table|csv|json|html")] = DiffFormat.table,
    workbook: Folder = "",
) -> None:
    """Compare two releases, or a release and the present."""
    from taizhang.release import compare_releases, format_difference
    from taizhang.workbook.book import Workbook
    from taizhang.workbook.trust import list_own_facts

    book = Workbook.find(workbook)
    ask_trust(book.root, list_own_facts(book.root))
    code = warn_errors(book.ingest())
    found = compare_releases(book, before, after)
    write_table(format_difference(found, form.value, book, current_language()))
    raise typer.Exit(code)


def report_files(folder: Path) -> int:
    """Check a release's files alone, where there is nothing to make it again from."""
    from taizhang.release import check_release, check_signatures, read_release

    release = read_release(folder.parent, folder)
    wrong, notes = check_signatures(release)
    for fault in (*check_release(release), *wrong):
        say_error(fault)
    for note in notes:
        say(str(note))
    say_error(Reason("release.verify.no_store"))
    return SEE


def ask_code(root: Path) -> None:
    """Ask whether a workbook may run its own facts and notebooks, if it has any."""
    from taizhang.workbook.trust import list_own_facts, list_own_notebooks

    ask_trust(root, [*list_own_facts(root), *list_own_notebooks(root)])


@command()
def pack(
    period: PeriodText,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.zip")],
    license: Annotated[str, typer.Option("--license", metavar="TEXT")] = "",
    workbook: Folder = "",
) -> None:
    """Write the replication package of a period."""
    from taizhang.core.periods import parse_period
    from taizhang.publication import pack_period

    made = pack_period(open_config(workbook), parse_period(period), out, licence=license)
    show(Reason("publication.pack.done", source=made.source, file=made.path.name, files=made.files))
    for note in made.notes:
        say(str(note))


@command()
def publish(
    to: Annotated[str, typer.Option("--to", metavar="DIR_OR_ADDRESS")],
    base: Annotated[str, typer.Option("--base", metavar="URL")] = "",
    workbook: Folder = "",
) -> None:
    """Publish the approved releases as a static site."""
    from taizhang.publication import publish_releases

    made = publish_releases(open_config(workbook), to, base=base)
    show(Reason("publication.publish.done", to=made.to, n=len(made.releases), files=made.files))
    for reason in (*made.refused, *made.notes):
        say(str(reason))
    raise typer.Exit(SEE if made.refused else DONE)


@command()
def store(prune: Annotated[bool, typer.Option("--prune")] = False, workbook: Folder = "") -> None:
    """List the snapshots of what was ingested, or thin out old ones."""
    from taizhang.ingest.snapshots import prune_store
    from taizhang.store import list_snapshots

    config = open_config(workbook)
    if prune:
        left, kept = prune_store(config)
        show(word("store.pruned", left=left, kept=kept))
        return
    for one in list_snapshots(config):
        made_at = one.made_at.isoformat(sep=" ", timespec="seconds")
        wrong = "" if one.in_turn else f"\t{word('store.wrong_clock')}"
        show(f"{one.id}\t{made_at}\ttaizhang {one.version}{wrong}")


@command()
def routine(dry: Annotated[bool, typer.Option("--dry-run")] = False, workbook: Folder = "") -> None:
    """Do what [routine] lists, for a task that starts by itself."""
    from taizhang.report.routine import describe_routine, run_routine
    from taizhang.workbook.book import Workbook

    book = Workbook.find(workbook)
    if dry:
        for line in describe_routine(book):
            show(line)
        return
    raise typer.Exit(run_routine(book, show))


@command()
def trust(
    folder: Annotated[str, typer.Argument(metavar="DIR")] = "",
    revoke: Annotated[bool, typer.Option("--revoke")] = False,
) -> None:
    """Let a workbook from elsewhere run its own code."""
    from taizhang.core.trust import revoke_trust, trust_workbook
    from taizhang.settings.workbook import locate_root
    from taizhang.workbook.trust import list_own_facts, list_own_notebooks

    root = locate_root(folder)
    choose_language(read_language(str(root)))
    if revoke:
        revoke_trust(root)
        show(word("trust.revoked", folder=root))
        return
    code = [*list_own_facts(root), *list_own_notebooks(root)]
    trust_workbook(root)
    show(word("trust.given", folder=root))
    if code:
        show(word("trust.files", files=code))


@command()
def trace(
    fact: Annotated[str, typer.Argument(metavar="FACT")],
    period: PeriodText,
    district: Annotated[str, typer.Option("--district", metavar="D")],
    personal: Annotated[bool, typer.Option("--personal")] = False,
    as_of: AsOf = "",
    known_on: KnownOn = "",
    workbook: Folder = "",
) -> None:
    """Print the ledger rows behind a number."""
    from taizhang.core.csv import format_csv
    from taizhang.core.periods import parse_period

    span = parse_period(period)
    with hold_workbook(workbook, span, as_of, known_on) as book:
        code = warn_errors(book.result)
        rows = book.trace(fact, span, district, personal=personal)
    write_table(format_csv(rows))
    raise typer.Exit(code)


@command("return")
def return_(
    period: PeriodText,
    district: Annotated[str, typer.Option("--district", metavar="D")] = "",
    personal: Annotated[bool, typer.Option("--personal")] = False,
    workbook: Folder = "",
) -> None:
    """Write what is doubtful into a workbook for each district to answer."""
    from taizhang.core.periods import parse_period
    from taizhang.returns import make_returns
    from taizhang.workbook.book import Workbook

    span = parse_period(period)
    book = Workbook.find(workbook)
    book.as_of(span)
    code = warn_errors(book.ingest())
    made = make_returns(book, span, district=district, personal=personal)
    for path in made.kept:
        say_error(Reason("returns.kept", file=path.name))
    if made.files:
        told = {"files": len(made.files), "cells": made.cells, "pairs": made.pairs}
        show(Reason("returns.done", folder=made.folder.relative_to(book.root).as_posix(), **told))
    elif not made.kept:
        show(Reason("returns.none", period=span.text))
    raise typer.Exit(SEE if made.kept else code)


def expand_pattern(path: Path) -> list[Path]:
    """The files matching a name with *, which a Windows console leaves to the command."""
    if path.exists() or not set("*?") & set(path.name):
        return [path]
    return sorted(path.parent.glob(path.name)) or [path]


@command()
def collect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    workbook: Folder = "",
) -> None:
    """Take the answers of workbooks that came back."""
    from taizhang.returns import collect_answers
    from taizhang.workbook.book import Workbook

    files = [found for path in files for found in expand_pattern(path)]
    if absent := [str(path) for path in files if not path.is_file()]:
        raise ParameterError("cli.collect.no_file", files=absent)
    book = Workbook.find(workbook)
    code = warn_errors(book.ingest())
    made = collect_answers(book, files)
    for reason in (*made.faults, *(one.word() for one in made.refused)):
        say_error(reason)
    names = ("taken", "already", "unchanged", "refused")
    show(Reason("returns.collected", files=made.files, **{name: made.count(name) for name in names}))
    if made.count("taken"):
        show(Reason("returns.next"))
    raise typer.Exit(SEE if made.faults or made.refused else code)


@command()
def status(
    period: PeriodText,
    format: Annotated[FactsFormat, typer.Option("--format", metavar="table|csv|json")] = FactsFormat.table,
    workbook: Folder = "",
) -> None:
    """Print who handed in which ledger, how good it is, and what to remind of."""
    from taizhang.core.periods import parse_period
    from taizhang.returns import describe_missing, format_status, read_status
    from taizhang.workbook.book import Workbook

    span = parse_period(period)
    book = Workbook.find(workbook)
    book.as_of(span)
    code = warn_errors(book.ingest())
    found = read_status(book, span)
    write_table(format_status(found, format.value, book.config.lang))
    if format is FactsFormat.table:
        reminders = describe_missing(found, book.config.lang)
        for line in reminders or [Reason("returns.status.all_there", period=span.label(book.config.lang))]:
            show(line)
    raise typer.Exit(code)


@command()
def draw(
    seed: Annotated[str, typer.Option("--seed", metavar="S")] = "",
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE")] = None,
    again: Annotated[Path | None, typer.Option("--check", metavar="FILE")] = None,
    commit: Annotated[bool, typer.Option("--commit")] = False,
    workbook: Folder = "",
) -> None:
    """Draw who is inspected and by whom, or repeat a record."""
    from taizhang.core.csv import guard_text
    from taizhang.core.files import remove_leftovers
    from taizhang.draw import (
        commit_draw,
        describe_draw,
        read_record,
        repeat_draw,
        run_draw,
        tabulate_draw,
        write_record,
    )
    from taizhang.draw.run import draws_register
    from taizhang.draw.tables import describe_commitment
    from taizhang.settings.workbook import locate_root

    if again is None and draws_register(workbook):  # what is drawn from has to be current
        from taizhang.workbook.book import Workbook

        warn_errors(Workbook.find(workbook).ingest())
    if commit:
        if seed or to is not None or again is not None:
            raise ParameterError("cli.draw.commit_alone")
        fixed, file = commit_draw(workbook)
        show(fixed.sha256)
        say(word("draw.publish", day=fixed.seed.on, file=file))
        return
    if again is not None:
        record = read_record(again)
        faults = repeat_draw(record)
        for fault in faults:
            say_error(fault)
        show(word("draw.differs" if faults else "draw.equal", file=again))
        show(describe_commitment(record, current_language()))
        late = record.commitment is not None and not record.commitment.came_first
        raise typer.Exit(SEE if faults or late else DONE)
    drawn = run_draw(workbook, seed=seed)
    own = locate_root(workbook) / "reports" / "draws"
    path = to or own / f"{drawn.list_sha256[:12]}.json"
    remove_leftovers(own)
    try:
        write_record(drawn, path, new=True)
    except FileExistsError:
        if read_record(path) != drawn:
            raise ParameterError("cli.draw.another", file=path.name) from None
    lang = current_language()
    for row in tabulate_draw(drawn, lang).rows:
        show("\t".join(guard_text(cell.text.replace("\t", " ")) for cell in row))
    for block in describe_draw(drawn, lang).blocks:
        say("".join(run.text for run in block.runs))
    say(word("draw.record", file=path))
    raise typer.Exit(SEE if drawn.unfilled else DONE)


@command()
def template(
    kind: Annotated[str, typer.Argument(metavar="KIND")] = "",
    output: Annotated[Path | None, typer.Argument(metavar="FILE")] = None,
    every: Annotated[bool, typer.Option("--all")] = False,
    lang: Annotated[Lang | None, typer.Option("--lang", metavar="zh|en")] = None,
    workbook: Folder = "",
) -> None:
    """Write the blank ledger of a kind, or of all kinds in one file."""
    from taizhang.lab.forms import write_forms

    if every:  # what stands where a kind would is the file
        if output is not None:
            raise ParameterError("cli.template.all_alone")
        kind, output = "", Path(kind or "ledgers.xlsx")
    elif not kind:
        raise ParameterError("cli.template.which")
    path = output or Path(f"{kind}.xlsx")
    lacking = write_forms(workbook, kind, path, lang=lang.value if lang else current_language())
    show(word("template.made", file=path))
    for reason in lacking:
        say(word("template.no_names", reason=reason))


def main() -> None:
    """Run the command line; a mistake of the user's is one message, never a traceback."""
    if signal.getsignal(signal.SIGINT) is _end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # a Windows console may be cp936
    try:
        app(prog_name="taizhang")
    except (BoundaryError, ParameterError, SchedulerError) as error:  # without districts no work can run
        say_error(error)
        sys.exit(WRONG)
    except TaizhangError as error:
        say_error(error)
        sys.exit(SEE)
    except KeyboardInterrupt:
        say(word("stopped"))
        sys.exit(STOPPED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader, such as `head`, has gone: nothing to say
        sys.exit(SEE)
    except OSError as error:  # a file that can't be written, a full disk
        from taizhang.core.outside import tell_error

        why, file = tell_error(error), error.filename2 or error.filename
        say_error(Reason("cli.file", file=file, why=why) if file else write_value(why, current_language()))
        sys.exit(SEE)


if __name__ == "__main__":
    main()
