"""`taizhang routine`: the steps that run by themselves, one after the other, and the record that each run leaves.

Until its end a run stands in a file of its own, written anew after each step; then it becomes a line of the record. If
a run was killed, the next one finds that file and enters it as cut off.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from taizhang.core.clock import read_moment
from taizhang.core.errors import BoundaryError, BusyError, ParameterError, SchedulerError, TaizhangError
from taizhang.core.files import write_text, write_through
from taizhang.core.locks import hold_lock
from taizhang.core.outside import tell_error
from taizhang.core.periods import find_period_of, parse_period
from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import Reason
from taizhang.core.version import __version__
from taizhang.ingest.check import describe_ledgers
from taizhang.report.plan import list_templates
from taizhang.report.review import make_review
from taizhang.returns import describe_missing, read_status
from taizhang.settings.workbook import CACHE
from taizhang.workbook.book import Workbook
from taizhang.workbook.trust import list_own_facts, list_own_notebooks, require_trust

RECORD = "routine.jsonl"  # in data/processed
RUNNING = "routine.json"  # in the cache: the run that has not ended
DONE, SEE, WRONG = 0, 1, 2
_NEEDS = {"review": "ingest", "status": "ingest"}  # a step is left out where the one that it needs has failed
_MOST_MESSAGES, _LONGEST = 5, 300  # of a step; characters of one
_KNOWN_BY = ("start", "version")  # of a run
_UNNOTED = "report.review.unnoted"  # that nobody has written notes is no news every month


@dataclass(frozen=True)
class Step:
    """A step to be done: its name, and of a review the period and the language ('' is the workbook's)."""

    name: str
    period: str = ""
    lang: str = ""

    def word(self) -> Reason:
        """The step in words."""
        return Reason(f"report.routine.steps.{self.name}", period=self.period)


@dataclass(frozen=True)
class StepDone:
    """A step as the record has it.

    `exit`: as the command of its name would have ended; None if it was left out. `counts`: rows of ingest, questions of
    check, reports of review, ledgers of status. `failed`: it broke off, so that nothing may rest on it.
    """

    step: str
    period: str = ""
    lang: str = ""
    exit: int | None = None
    failed: bool = False
    seconds: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """A recorded run; `end` and `exit` are None if it was `cut` off."""

    version: str
    start: str
    end: str | None = None
    exit: int | None = None
    cut: bool = False
    steps: tuple[StepDone, ...] = ()


def list_steps(book: Workbook) -> list[Step]:
    """The steps of [routine], with a status for each period past, and a review for each and each language."""
    routine, today = book.config.routine, read_moment().date()
    steps = []
    for name in dict.fromkeys(routine.steps):
        if name not in ("review", "status"):
            steps.append(Step(name))
            continue
        periods = [
            find_period_of(today, scale).period_before().text for scale in dict.fromkeys(routine.periods)
        ]
        if name == "status":
            steps += [Step(name, period) for period in periods]
            continue
        langs = dict.fromkeys(routine.lang or (book.config.lang,))
        steps += [Step(name, period, lang) for period in periods for lang in langs]
    return steps


def describe_routine(book: Workbook) -> list[Reason]:
    """What a run would do now, and how the last one ended; nothing is written, and other runs are not waited for."""
    lines = [Reason("report.routine.would", when=_write_moment(read_moment()))]
    for step in list_steps(book):
        line = Reason("report.routine.line", said=step.word())
        if step.name == "review":
            formats = list(book.config.routine.to)
            line = Reason("report.routine.would_review", said=step.word(), lang=step.lang, formats=formats)
        lines.append(line)
    if last := _read_last(book.config.processed / RECORD):
        told = (
            Reason("report.routine.was_cut")
            if last["cut"]
            else Reason("report.routine.exit", code=last["exit"])
        )
        lines.append(Reason("report.routine.last", start=last["start"], said=told))
    return lines


def run_routine(book: Workbook, say: Callable[[Reason | str], None]) -> int:
    """Do the steps of [routine] and enter the run in the record; returns 0, 1 or 2, the worst of its steps.

    `say` is called with one line if all is well, with what is wrong below it if not. BusyError at once, if another run
    is at it.
    """
    with _alone(book):
        record, running = book.config.processed / RECORD, book.config.cache / RUNNING
        if cut := _heal(record, running):
            say(Reason("report.routine.healed", start=cut))
        moment = read_moment()
        run = Run(__version__, moment.isoformat(timespec="seconds"))
        _keep(running, run)
        for step in list_steps(book):
            broken = {one.step for one in run.steps if one.failed}
            done = _leave_out(step) if _NEEDS.get(step.name) in broken else _do(step, book)
            run = replace(run, steps=(*run.steps, done))
            _keep(running, run)
        code = max((one.exit for one in run.steps if one.exit is not None), default=DONE)
        end = read_moment().isoformat(timespec="seconds")
        _enter(record, replace(run, end=end, exit=code))
        running.unlink()
    for line in _describe(run, code, moment):
        say(line)
    return code


@contextmanager
def _alone(book: Workbook) -> Iterator[None]:
    """Two runs at once are one too many: the second ends and says whose the first is."""
    path = book.root / CACHE / "locks" / "routine"
    try:
        with hold_lock(path, wait=False):
            yield
    except BusyError as error:
        whose = dict(error.reasons[0].parameters)
        raise BusyError("report.routine.busy", **whose) from None


# ------------------------------------------------------------------ the steps


def _do(step: Step, book: Workbook) -> StepDone:
    """Do a step; whatever a user can mend is its message."""
    began = monotonic()
    done = StepDone(step.name, step.period, step.lang)
    try:
        code, counts, messages = _STEPS[step.name](step, book)
        done = replace(done, exit=code, counts=counts, messages=_shorten(messages))
    except TaizhangError as error:
        wrong = isinstance(error, BoundaryError | ParameterError | SchedulerError)
        done = replace(
            done, exit=WRONG if wrong else SEE, failed=True, messages=_shorten(map(str, error.reasons))
        )
    except OSError as error:  # a full disk, a share that is gone
        told = Reason("cli.file", file=error.filename2 or error.filename or "", why=tell_error(error))
        done = replace(done, exit=SEE, failed=True, messages=_shorten([str(told)]))
    return replace(done, seconds=round(monotonic() - began, 1))


def _leave_out(step: Step) -> StepDone:
    needed = Step(_NEEDS[step.name]).word()
    told = Reason("report.routine.left_out", needed=needed)
    return StepDone(step.name, step.period, step.lang, messages=(str(told),))


_Outcome = tuple[int, dict[str, int], list[str]]


def _ingest(_: Step, book: Workbook) -> _Outcome:
    result = book.ingest()
    counts = {
        name: sum(getattr(one, name) for one in result.summaries)
        for name in ("read", "accepted", "set_aside")
    }
    return SEE if result.errors else DONE, counts, list(map(str, result.errors))


def _check(_: Step, book: Workbook) -> _Outcome:
    found = list(describe_ledgers(book.config))
    questions = sum(len(one.proposals) for one in found)
    return DONE if all(one.fine for one in found) else SEE, {"questions": questions}, []


def _review(step: Step, book: Workbook) -> _Outcome:
    own = [*list_own_facts(book.root), *list_own_notebooks(book.root, list_templates(book.config))]
    require_trust(book.root, own)
    result = make_review(
        book, step.period, lang=step.lang, formats=book.config.routine.to, progress=lambda _: None
    )
    counts = {"made": len(result.made), "unchanged": len(result.unchanged), "failed": len(result.failed)}
    told = [note for note in result.notes if note.code != _UNNOTED]
    if result.failed:
        told.insert(0, Reason("cli.review.failed", n=len(result.failed), names=result.failed))
    return SEE if result.failed or result.nothing else DONE, counts, list(map(str, told))


def _status(step: Step, book: Workbook) -> _Outcome:
    status = read_status(book, parse_period(step.period))
    told = describe_missing(status, book.config.lang)
    whole = status.whole
    counts = {"ledgers": int((whole["read"] > 0).sum()), "missing": len(told)}
    return DONE, counts, list(map(str, told))


_STEPS: dict[str, Callable[[Step, Workbook], _Outcome]] = {
    "ingest": _ingest,
    "check": _check,
    "review": _review,
    "status": _status,
}


def _shorten(messages: Iterable[str]) -> tuple[str, ...]:
    """The first messages, each on one line and no longer than a mail can bear; no one's number is in them."""
    told = [" ".join(mask_numbers(text).split()) for text in messages]
    short = [text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…" for text in told[:_MOST_MESSAGES]]
    more = len(told) - len(short)
    return (*short, *([str(Reason("report.routine.more", n=more))] if more else []))


# ------------------------------------------------------------------ the record


def _keep(running: Path, run: Run) -> None:
    write_text(running, _write(run))


def _write(run: Run) -> str:
    return json.dumps(asdict(run), ensure_ascii=False)


def _enter(record: Path, run: Run | Mapping[str, Any]) -> None:
    """Add a line to the record, and have it on the disk before anything else."""
    text = _write(run) if isinstance(run, Run) else json.dumps(run, ensure_ascii=False)
    with record.open("ab") as stream:
        stream.write(f"{text}\n".encode())
    write_through(record)


def _heal(record: Path, running: Path) -> str:
    """Mend what a killed run has left: the beginning of a line, and the run itself; returns when that began."""
    record.parent.mkdir(parents=True, exist_ok=True)
    if record.exists() and (data := record.read_bytes()) and not data.endswith(b"\n"):
        with record.open("r+b") as stream:
            stream.truncate(data.rfind(b"\n") + 1)
    if not running.exists():
        return ""
    try:
        run = _read_run(running.read_bytes())
    except OSError:
        return ""
    last = _read_last(record)
    if run is None or (last is not None and all(last[name] == run[name] for name in _KNOWN_BY)):
        running.unlink()  # damaged, or killed between its line and the end
        return ""
    _enter(record, {**run, "cut": True})
    running.unlink()
    return str(run["start"])


def _read_last(record: Path) -> dict[str, Any] | None:
    """The last whole line of the record."""
    if not record.exists():
        return None
    lines = record.read_bytes().split(b"\n")[:-1]
    return _read_run(lines[-1]) if lines else None


def _read_run(data: bytes) -> dict[str, Any] | None:
    """A run as it was written down; None if it is damaged."""
    try:
        run = json.loads(data)
    except ValueError:
        return None
    told = isinstance(run, dict) and all(isinstance(run.get(name), str) for name in _KNOWN_BY)
    return run if told else None


# ------------------------------------------------------------------ in words


def _write_moment(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")[:16]


def _describe(run: Run, code: int, moment: datetime) -> list[Reason | str]:
    """One line on the run; where it did not end well, or there is something to know, what each step said."""
    told = [
        Reason(f"report.routine.counted.{one.step}", period=one.period, **one.counts)
        for one in run.steps
        if one.counts
    ]
    first = Reason(
        "report.routine.did" if code == DONE else "report.routine.did_not", when=_write_moment(moment)
    )
    lines: list[Reason | str] = [Reason("report.routine.told", first=first, counts=told) if told else first]
    for one in run.steps:
        said = Step(one.step, one.period).word()
        lines += [Reason("report.routine.message", said=said, message=message) for message in one.messages]
    return lines
