"""The contents of a report's first page, as text: the output of the notebook's first cell.

Each number is a run that names its fact, as in `core.display`. The renderers add the issuer and the date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from taizhang.core.display import Run, pack

BRIEF = "application/vnd.taizhang.brief+json"
Level = Literal["red", "amber", "normal", ""]  # empty: it can't be told, or nothing was set
Runs = tuple[Run, ...]
_LONGEST_AMOUNT = 18  # letters


@dataclass(frozen=True)
class Status:
    """One of the four cells below the verdict; `mark` gives its level in words."""

    label: str
    value: Runs
    note: Runs = ()
    level: Level = ""
    mark: str = ""


@dataclass(frozen=True)
class Subject:
    """One subject of a problem: its name, what is wrong with it, and by how much."""

    name: str
    what: str = ""
    amount: Runs = ()


@dataclass(frozen=True)
class Problem:
    """A row of the table of problems; notes use `rule` to name who deals with it and by when."""

    rule: str
    title: Runs
    level: Level = ""
    mark: str = ""
    subjects: tuple[Subject, ...] = ()
    total: int = 0  # how many subjects there are
    more: str = ""  # the same in words, said where not all are listed
    basis: str = ""
    measure: Runs = ()
    is_cited: bool = True  # whether the basis is a text in force; good practice is said to be that alone

    @property
    def is_listed(self) -> bool:
        """Whether the subjects are set in columns (three or more short ones) rather than as sentences."""
        amounts = ["".join(run.text for run in one.amount) for one in self.subjects]
        # A Chinese character takes the room of two others.
        return len(amounts) > 2 and all(
            sum(1 + (character >= "\u2e80") for character in text) <= _LONGEST_AMOUNT for text in amounts
        )


@dataclass(frozen=True)
class Remark:
    """Something done well: a title and what was done."""

    title: str
    text: Runs


@dataclass(frozen=True)
class Indicator:
    """A row of the strip.

    `place`, `before` (last year's) and `others` (those of the other districts, ascending) run from -1 to 1 on the
    row's own scale; 0 is the whole area's value, and further right is better.
    """

    group: str
    fact: str
    label: str
    values: tuple[Run, ...]
    alt: str
    place: float | None = None
    before: float | None = None
    others: tuple[float, ...] = ()


@dataclass(frozen=True)
class Brief:
    """A report's first page. `heads`: column heads of the table of problems and of the strip."""

    verdict: tuple[Runs, ...]
    statuses: tuple[Status, ...]
    problems_title: str
    problems_note: str
    problem_heads: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    cut_note: str = ""  # where to find what a full page has no room for
    none: Runs = ()  # said where there is no problem
    others: Runs = ()  # problems besides
    well_title: str = ""
    well: tuple[Remark, ...] = ()
    strip_title: Runs = ()
    strip_note: str = ""
    strip_heads: tuple[str, ...] = ()
    strip: tuple[Indicator, ...] = ()
    keys: tuple[str, ...] = ()  # of the strip's marks: own, last year's, others, the area's line
    foot: str = ""
    beside: Runs = ()  # better or worse than a year before

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        html = f"<p><strong>{''.join(_write(clause) for clause in self.verdict)}</strong></p>"
        html += _write_table(
            [], [(one.label, one.mark, _write(one.value), _write(one.note)) for one in self.statuses]
        )
        html += f"<p>{_write(self.beside)}</p>" if self.beside else ""
        if self.problems:
            told = [
                (
                    f"{one.mark} {_write(one.title)}",
                    _write_subjects(one),
                    escape(one.basis),
                    _write(one.measure),
                )
                for one in self.problems
            ]
            html += _write_table([self.problems_title, *self.problem_heads[1:4]], told)
        html += "".join(f"<p>{_write(runs)}</p>" for runs in (self.none, self.others) if runs)
        html += "".join(
            f"<p><strong>{escape(one.title)}</strong> {_write(one.text)}</p>" for one in self.well
        )
        if self.strip:
            rows = [
                (escape(one.label), *map(_write, ((value,) for value in one.values))) for one in self.strip
            ]
            html += f"<p>{_write(self.strip_title)}</p>{_write_table(self.strip_heads, rows)}"
        plain = "".join(run.text for clause in self.verdict for run in clause)
        return {"text/html": html, "text/plain": plain, BRIEF: pack(self)}


def _write(runs: Runs) -> str:
    return escape("".join(run.text for run in runs))


def _write_subjects(problem: Problem) -> str:
    lines = [
        " ".join(filter(None, (escape(one.name), escape(one.what), _write(one.amount))))
        for one in problem.subjects
    ]
    return "<br>".join([*lines, *([escape(problem.more)] if problem.total > len(lines) else [])])


def _write_table(heads: Sequence[str], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"
