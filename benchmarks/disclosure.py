"""Made-up counties, all that is published of a year: what of the hidden can be worked out?

``python -m benchmarks.disclosure [--counties 20]`` prints the first table of docs/statistics.md, in some ten minutes.
The attack knows every fact of the twelve months, four quarters, two halves and the year, of every district and the
whole area, as of a day for all or each one's last, and again where somebody asks for its last day; and what adds up and
what is never above what. By linear, then by integer programming it looks for the least and the most that each hidden
count can be. Beside it: what would be hidden were each period made safe by itself.

``--fewest`` prints the second, in some two minutes: on small counties, the fewest facts that could be hidden.

``--releases`` prints the fourth: two releases of a county that is corrected after each, and all that is published now.

``--others`` prints the third: the same attack where all is rounded to 5, and where, beside all that is published of the
year, other ranges of days and other days are asked for: each by itself, then all together.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from taizhang.core.periods import parse_period
from taizhang.facts import Earlier, compute_facts, prepare_ledgers, protect
from taizhang.facts.suppress import bound_rounded

SEED = 20210719
YEAR = 2021
MONTHS = [f"{YEAR}-{month:02d}" for month in range(1, 13)]
QUARTERS = [f"{YEAR}Q{quarter}" for quarter in range(1, 5)]
HALVES = [f"{YEAR}H1", f"{YEAR}H2"]
PERIODS = [*MONTHS, *QUARTERS, *HALVES, str(YEAR)]
PARTS = {
    **{quarter: MONTHS[3 * n : 3 * n + 3] for n, quarter in enumerate(QUARTERS)},
    **{half: QUARTERS[2 * n : 2 * n + 2] for n, half in enumerate(HALVES)},
    str(YEAR): HALVES,
}
OWN = date(YEAR + 1, 1, 31)
ASKED = "@"  # behind a period that is read on its last day as somebody asked for that
ROUNDING = 5
# Ranges that are no calendar period, and periods read as of another day than their last.
OTHERS = (
    "2021-02-01/2021-03-31", "2021-01-15/2021-04-14", "2021-02-01/2021-04-10", "2021-05-01/2021-05-20",
    "2021-03-01/2021-08-31", "2021-06-10/2021-12-31", "2020-12-15/2021-02-14", "2021-09-28/2021-10-07",
    "2021#2021-09-30", "2021Q1#2021-03-10", "2021H2#2021-11-30", "2021-05#2021-06-15",
)  # fmt: skip
AS_OF = "#"  # between a period and the other day
_FAR = 60.0  # seconds that one integer programme may take


@dataclass(frozen=True)
class Known:
    """What a reader knows of a kind's counts: those that facts show, rates as (top, bottom), what is within what.

    `told` are those of which it is known whether they ended: all, but as of a day elapsed.
    """

    kind: str
    counts: Sequence[str]
    rates: Mapping[str, tuple[str, str]]
    within: Sequence[tuple[str, str]]


KNOWN = (
    Known(
        "complaints",
        ("received", "answered", "resolved", "resolved_undated"),
        {
            "resolution_rate": ("resolved", "told"), "on_time_rate": ("on_time", "judged"),
            "days_to_resolve_median": ("resolved", "told"),
        },
        (
            ("answered", "received"), ("resolved", "received"), ("judged", "received"), ("on_time", "judged"),
            ("on_time", "resolved"), ("resolved_undated", "resolved"), ("resolved", "told"), ("told", "received"),
        ),
    ),
    Known(
        "disputes",
        ("found", "settled", "settled_undated"),
        {"settlement_rate": ("settled", "told"), "days_to_settle_median": ("settled", "told")},
        (("settled", "told"), ("told", "found"), ("settled_undated", "settled")),
    ),
)  # fmt: skip


def make_ledgers(rng: np.random.Generator, districts: int, *, mean: float) -> dict[str, pd.DataFrame]:
    """Complaints and disputes of a year, `mean` a month in the middle district; places differ, some end undated."""
    codes = np.array([str(101 + at) for at in range(districts)])
    found = {}
    for kind, first, last, done in (
        ("complaints", "received_on", "resolved_on", "resolved"),
        ("disputes", "found_on", "settled_on", "settled"),
    ):
        rows = rng.poisson(12 * mean * rng.lognormal(0, 0.7, districts))
        many = int(rows.sum())
        day = np.datetime64(f"{YEAR}-01-01", "s") + rng.integers(0, 365, many).astype("timedelta64[D]")
        gone = day + rng.integers(1, 60, many).astype("timedelta64[D]")
        ended, undated = rng.random(many) < 0.85, rng.random(many) < 0.05
        table = pd.DataFrame({"district_code": np.repeat(codes, rows), first: day})
        table[last] = pd.Series(gone).where(ended & ~undated)
        table["status"] = pd.Series(np.where(ended, done, "open"), dtype="str")
        if kind == "complaints":
            table["due_on"] = day + np.timedelta64(30, "D")
            table["answered_on"] = table[last]
        found[kind] = table
    return found


def publish(
    ledgers: Mapping[str, pd.DataFrame],
    districts: int,
    *,
    own: date | None,
    hide: bool = True,
    asked: bool = False,
    rounding: int = 0,
    others: Sequence[str] = (),
    earlier: Sequence[Earlier] = (),
) -> dict[str, pd.DataFrame]:
    """The facts of all periods of the year; where `asked`, also as of each one's last day; and of `others`.

    `earlier`: the releases that readers have.
    """
    codes = [str(101 + at) for at in range(districts)]
    places = pd.DataFrame({"code": codes, "name": codes})
    ready = prepare_ledgers(ledgers, places)
    facts = {}
    for text in PERIODS:
        period = parse_period(text)
        day = own or period.end
        more = {"rounding": rounding, "earlier": earlier} if hide else {"suppress": ()}
        facts[text] = compute_facts(ready, places, period, day, asked=own, read_as_of=own, **more)
        if asked:
            end = period.end
            facts[text + ASKED] = compute_facts(ready, places, period, end, asked=end, read_as_of=own, **more)
    for text in others:
        name, _, other = text.partition(AS_OF)
        period, then = parse_period(name), date.fromisoformat(other) if other else own
        facts[text] = compute_facts(
            ready, places, period, then or period.end, asked=then, read_as_of=own, **more
        )
    return facts


@dataclass(frozen=True)
class _Span:
    """The days that a table's rows are of, and when it is read: later, and where nobody asked, it holds more."""

    start: date
    end: date
    read: tuple[date, bool]

    @classmethod
    def parse(cls, text: str, own: date | None) -> "_Span":
        name, _, day = text.removesuffix(ASKED).partition(AS_OF)
        period, asked = parse_period(name), bool(day) or text.endswith(ASKED)
        as_of = date.fromisoformat(day) if day else period.end if asked else own or period.end
        return cls(period.start, min(period.end, as_of), (as_of, not asked))

    def holds(self, other: "_Span") -> bool:
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: "_Span") -> bool:
        return self.start <= other.end and other.start <= self.end

    def knows(self, other: "_Span") -> bool:
        """Whether what has ended by the other's day has by this one."""
        return self.read[0] >= other.read[0] and self.read[1] >= other.read[1]


def _relate_other(text: str, spans: Mapping[str, _Span]) -> list[tuple[Sequence[str], Sequence[str], bool]]:
    """Of another range or day: tables of which one, or some together, hold no more rows than others together.

    Last, whether that is so of cases that have ended, too, not of all that came alone.
    """
    mine = spans[text]
    found: list[tuple[Sequence[str], Sequence[str]]] = [
        ([text], [other]) for other, span in spans.items() if other != text and span.holds(mine)
    ]
    for mark in ("", ASKED):
        calendar = [one + mark for one in PERIODS if one + mark in spans]
        months = calendar[: len(MONTHS)]
        inside = [one for one in calendar if mine.holds(spans[one])]
        longest: list[str] = []
        for one in reversed(inside):
            if not any(spans[one].meets(spans[other]) for other in longest):
                longest.append(one)
        found += [([one for one in inside if one in months], [text]), (longest, [text])]
        found.append(([text], [one for one in months if spans[one].meets(mine)]))
        for whole in (one for one in calendar if spans[one].holds(mine)):
            rest = [one for one in months if spans[whole].holds(spans[one]) and not spans[one].meets(mine)]
            found.append(([text, *rest], [whole]))
    return [
        (parts, wholes, all(spans[whole].knows(spans[part]) for whole in wholes for part in parts))
        for parts, wholes in found
        if parts and wholes
    ]


class Attack:
    """All that is shown of one kind as equations.

    `facts` are by period; under ``2021Q1@`` those that are read on the period's last day because somebody asked for it.
    `same_day`: the others are all read as of one day. `others`: the keys of other ranges and days among them.
    """

    def __init__(
        self, facts: Mapping[str, pd.DataFrame], known: Known, *, same_day: bool, others: Sequence[str] = ()
    ) -> None:
        names = list(
            dict.fromkeys([*known.counts, *(part for pair in known.rates.values() for part in pair)])
        )
        places = next(iter(facts.values()))["district_code"].unique().tolist()
        cells = [(text, name, place) for text in facts for name in names for place in places]
        self.number = {cell: n for n, cell in enumerate(cells)}
        self.low, self.high = np.zeros(len(cells)), np.full(len(cells), np.inf)
        self.hidden: list[int] = []
        self._read(facts, known, others)
        lines: list[tuple[list[int], list[int], bool]] = []  # parts, whole, whether they add up
        at = self.number
        for text in facts:
            for name in names:
                lines.append(
                    ([at[text, name, place] for place in places[:-1]], [at[text, name, places[-1]]], True)
                )
            for place in places:
                lines += [([at[text, a, place]], [at[text, b, place]], False) for a, b in known.within]
                if not text.endswith(ASKED) and AS_OF not in text:
                    lines.append(([at[text, "told", place]], [at[text, known.counts[0], place]], True))
        lasting = {known.counts[0]}
        for asked in ("", ASKED):
            for whole, parts in PARTS.items():
                if any(text + asked not in facts for text in (whole, *parts)):
                    continue
                for name in names:
                    exact = name in lasting or (same_day and not asked)
                    for place in places:
                        of_parts = [at[part + asked, name, place] for part in parts]
                        lines.append((of_parts, [at[whole + asked, name, place]], exact))
        for text in (text for text in PERIODS if text in facts and text + ASKED in facts):
            for name in names:
                for place in places:
                    early, late = at[text + ASKED, name, place], at[text, name, place]
                    lines.append(([early], [late], name in lasting))
        spans = {text: _Span.parse(text, OWN if same_day else None) for text in facts}
        for small, large, always in (one for text in others for one in _relate_other(text, spans)):
            for name in names:
                if always or name in lasting:
                    for place in places:
                        ends = ([at[one, name, place] for one in some] for some in (small, large))
                        lines.append((next(ends), next(ends), False))
        rows = np.repeat(np.arange(len(lines)), [len(a) + len(b) for a, b, _ in lines])
        columns = np.concatenate([[*a, *b] for a, b, _ in lines])
        signs = np.concatenate([[1.0] * len(a) + [-1.0] * len(b) for a, b, _ in lines])
        self.lines = sparse.csr_array((signs, (rows, columns)), shape=(len(lines), len(cells)))
        self.least = np.array([0 if exact else -np.inf for _, _, exact in lines])

    def _read(self, facts: Mapping[str, pd.DataFrame], known: Known, others: Sequence[str]) -> None:
        shown: dict[int, float] = {}
        for text, frame in facts.items():
            for row in frame[frame["fact"].str.startswith(f"{known.kind}.")].to_dict("records"):
                name, place = row["fact"].split(".")[1], row["district_code"]
                if name in known.counts:
                    cell = self.number[text, name, place]
                    if row["suppressed"]:
                        # Of another range or day zeros are hidden, too; elsewhere they are always shown.
                        self.low[cell] = text not in others
                        if text not in others:
                            self.hidden.append(cell)
                        if pd.notna(row["value"]):
                            ends = bound_rounded(np.array(row["value"]), ROUNDING)
                            self.low[cell], self.high[cell] = (float(end) for end in ends)
                    elif pd.notna(row["value"]):
                        shown[cell] = row["value"]
                elif pd.notna(row["numerator"]) and name in known.rates:
                    numbers = (row["numerator"], row["denominator"])
                    cells = [self.number[text, part, place] for part in known.rates[name]]
                    shown |= dict(zip(cells, numbers, strict=True))
        for cell, value in shown.items():
            self.low[cell] = self.high[cell] = value

    def find_plain(self, *, whole: bool) -> list[int]:
        """The hidden counts that only one number fits; `whole`: one whole number.

        One programme moves many: what differs between any two answers is not plain.
        """
        rng = np.random.default_rng(SEED)
        left = set(self.hidden)
        limit = np.where(np.isinf(self.high), 1e5, self.high)
        least, most = self.low.copy(), self.low.copy() + np.inf
        most[:], least[:] = -np.inf, np.inf
        while left:
            weights = np.zeros(len(self.low))
            weights[list(left)] = rng.uniform(1, 2, len(left))
            before = len(left)
            for sign in (1, -1):
                answer = self._solve(sign * weights, limit, whole)
                least, most = np.minimum(least, answer), np.maximum(most, answer)
            left = {cell for cell in left if most[cell] - least[cell] < 1 - 1e-6}
            if len(left) == before:
                break
        plain = []
        for cell in sorted(left):
            weights = np.zeros(len(self.low))
            weights[cell] = 1
            ends = [self._solve(sign * weights, limit, whole)[cell] for sign in (1, -1)]
            if ends[1] - ends[0] < 1 - 1e-6:
                plain.append(cell)
        return plain

    def _solve(self, weights: np.ndarray, limit: np.ndarray, whole: bool) -> np.ndarray:
        found = self._programme(weights, limit, None)
        # The best of all numbers is the best of the whole ones where it is whole.
        if whole and np.abs(found - np.round(found)).max() > 1e-6:
            return self._programme(weights, limit, np.ones(len(weights)))
        return found

    def _programme(
        self, weights: np.ndarray, limit: np.ndarray, integrality: np.ndarray | None
    ) -> np.ndarray:
        answer = milp(
            weights,
            bounds=Bounds(self.low, limit),
            constraints=[LinearConstraint(self.lines, self.least, np.zeros(len(self.least)))],
            integrality=integrality,
            options={"time_limit": _FAR},
        )
        assert answer.x is not None, answer.message  # what is shown holds together
        return np.asarray(answer.x)


def count_hidden(facts: Mapping[str, pd.DataFrame]) -> int:
    return sum(int(frame["suppressed"].sum()) for frame in facts.values())


def study(districts: int, seed: int, *, mean: float, own: date | None) -> dict[str, float]:
    """One county: its facts, how many are hidden, hidden counts, those that are plain by both programmes, seconds."""
    ledgers = make_ledgers(np.random.default_rng([SEED, seed]), districts, mean=mean)
    start = time.process_time()
    facts = publish(ledgers, districts, own=own, asked=True)
    seconds = time.process_time() - start
    found = {
        "facts": sum(len(frame) for frame in facts.values()) // 2,
        "hidden": count_hidden({text: facts[text] for text in PERIODS}),
        "seconds": seconds,
    }
    with mock.patch("taizhang.facts.compute.link_readings", return_value=[]):
        alone = publish(ledgers, districts, own=own)
    found["alone"] = count_hidden(alone)
    found["plain_alone"] = sum(
        len(Attack(alone, known, same_day=own is not None).find_plain(whole=False)) for known in KNOWN
    )
    counts = linear = whole = 0
    for known in KNOWN:
        attack = Attack(facts, known, same_day=own is not None)
        counts += len(attack.hidden)
        linear += len(attack.find_plain(whole=False))
        whole += len(attack.find_plain(whole=True))
    return found | {"counts": counts, "linear": linear, "integer": whole}


def study_others(districts: int, seed: int, *, mean: float, own: date | None) -> dict[str, float]:
    """One county: of what is plain where all is rounded, and where other ranges and days are asked for.

    `rounded`, `hidden`: how many counts; `rounded_plain`, `plain`: of these, by integer programming. `loose`: plain by
    linear programming where these ranges and days show all counts of districts rounded, too.
    """
    ledgers = make_ledgers(np.random.default_rng([SEED, seed]), districts, mean=mean)

    def count(whole: bool, **more: Any) -> tuple[int, int]:
        facts = publish(ledgers, districts, own=own, asked=True, **more)
        others = more.get("others", ())
        attacks = [Attack(facts, one, same_day=own is not None, others=others) for one in KNOWN]
        plain = sum(len(attack.find_plain(whole=whole)) for attack in attacks)
        return sum(len(attack.hidden) for attack in attacks), plain

    rounded, rounded_plain = count(True, rounding=ROUNDING)
    hidden, plain = count(True, others=OTHERS)
    with mock.patch(
        "taizhang.facts.compute._withhold", side_effect=lambda result, *_: np.isnan(result.value)
    ):
        _, loose = count(False, others=OTHERS)
    return {
        "rounded": rounded,
        "rounded_plain": rounded_plain,
        "hidden": hidden,
        "plain": plain,
        "loose": loose,
    }


# What was released of two earlier states, in this order.
RELEASED = (("2021H1", "2021-06"), ("2021", "2021Q4"))


def correct(ledgers: Mapping[str, pd.DataFrame], rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """The same a while later: of a hundred rows three are gone, four have ended, and three are new."""
    found = {}
    for kind, table in ledgers.items():
        last = "resolved_on" if kind == "complaints" else "settled_on"
        luck = rng.random(len(table))
        left = table[luck > 0.03].copy()
        open_ = left["status"].eq("open") & (rng.random(len(left)) < 0.04 / 0.15)
        days = rng.integers(1, 60, len(left)).astype("timedelta64[D]")
        first = left.columns[1]
        left.loc[open_, last] = (left[first] + days)[open_]
        left.loc[open_, "status"] = "resolved" if kind == "complaints" else "settled"
        new = table[luck > 0.97].copy()
        new[first] -= pd.Timedelta(days=2)
        found[kind] = pd.concat([left, new[new[first] >= pd.Timestamp(YEAR, 1, 1)]], ignore_index=True)
    return found


def release(
    ledgers: Mapping[str, pd.DataFrame], facts: Mapping[str, pd.DataFrame], name: str, districts: int
) -> Earlier:
    """A release of a county's facts of some periods."""
    codes = [str(101 + at) for at in range(districts)]
    ready = prepare_ledgers(ledgers, pd.DataFrame({"code": codes, "name": codes}))
    return Earlier(name, name, name, pd.concat(facts.values()), lambda _: (ready, None))


class JointAttack(Attack):
    """Several states at once, each with the facts that are released of it; the last is of now.

    `truths`: all facts of each. The attack knows of every count whether it is the same as in the state before or now.
    """

    def __init__(
        self,
        states: Sequence[Mapping[str, pd.DataFrame]],
        truths: Sequence[Mapping[str, pd.DataFrame]],
        known: Known,
        *,
        same_day: bool,
    ) -> None:
        parts = [Attack(facts, known, same_day=same_day) for facts in states]
        true = [Attack(facts, known, same_day=same_day) for facts in truths]
        first = np.cumsum([0, *(len(one.low) for one in parts)])
        self.low = np.concatenate([one.low for one in parts])
        self.high = np.concatenate([one.high for one in parts])
        self.hidden = [int(first[at]) + cell for at, one in enumerate(parts) for cell in one.hidden]
        # Where nothing else helps zeros are hidden, too; the attack knows where.
        for at, (one, other) in enumerate(zip(parts, true, strict=True)):
            names = list(one.number)
            for cell in one.hidden:
                self.low[first[at] + cell] = min(1, other.low[other.number[names[cell]]])
        pairs = [
            (first[a] + parts[a].number[cell], first[b] + parts[b].number[cell])
            for a, b in {(at, other) for at in range(len(parts) - 1) for other in (at + 1, len(parts) - 1)}
            for cell in parts[a].number.keys() & parts[b].number.keys()
            if _tells_same(true[a], true[b], cell)
        ]
        rows = np.repeat(np.arange(len(pairs)), 2)
        signs = np.tile([1.0, -1.0], len(pairs))
        same = sparse.csr_array((signs, (rows, np.ravel(pairs))), shape=(len(pairs), first[-1]))
        self.lines = sparse.vstack([sparse.block_diag([one.lines for one in parts]), same], format="csr")
        self.least = np.concatenate([*(one.least for one in parts), np.zeros(len(pairs))])


def _tells_same(one: Attack, other: Attack, cell: tuple[str, str, str]) -> bool:
    a, b = one.number[cell], other.number[cell]
    return bool(one.low[a] == one.high[a] == other.low[b] == other.high[b])


def study_releases(
    districts: int, seed: int, *, mean: float, kinds: Sequence[Known] = KNOWN
) -> dict[str, float]:
    """One county with two releases, corrected after each: what is hidden now, and what all together give away.

    `alone`: were earlier releases not looked at.
    """
    rng = np.random.default_rng([SEED, seed])
    made = make_ledgers(rng, districts, mean=mean)
    states = [{known.kind: made[known.kind] for known in kinds}]
    for _ in RELEASED:
        states.append(correct(states[-1], rng))
    truths = [publish(one, districts, own=None, hide=False, asked=True) for one in states]
    found: dict[str, float] = {}
    for mode in ("alone", "together"):
        earlier: list[Earlier] = []
        shown = []
        for ledgers, texts in zip(states, RELEASED, strict=False):
            facts = publish(ledgers, districts, own=None, earlier=earlier if mode == "together" else ())
            shown.append({text: facts[text] for text in texts})
            earlier.append(release(ledgers, shown[-1], f"v{len(shown)}", districts))
        start = time.process_time()
        now = publish(
            states[-1], districts, own=None, asked=True, earlier=earlier if mode == "together" else ()
        )
        found[f"seconds_{mode}"] = time.process_time() - start
        found[f"hidden_{mode}"] = count_hidden({text: now[text] for text in PERIODS})
        attacks = [JointAttack([*shown, now], truths, known, same_day=False) for known in kinds]
        found[f"counts_{mode}"] = sum(len(attack.hidden) for attack in attacks)
        found[f"plain_{mode}"] = sum(len(attack.find_plain(whole=False)) for attack in attacks)
    return found


class Fewest:
    """The least number of facts to be hidden so that no small number is plain, by a programme of cuts.

    What can be hidden is chosen by an integer programme. Where a small number then is plain, the dual of the linear
    programme that shows so is an inequality which the choice breaks, and which every safe choice keeps (Fischetti and
    Salazar-González, Management Science 47, 2001); with it the choice is made again. Other hidden numbers may become
    plain, so that the answer is a lower bound of what must be hidden.
    """

    def __init__(self, cells: protect.Cells, small: protect.Mask) -> None:
        cells, small = protect.merge_equal(cells, small)
        self.cells, self.small = cells, np.flatnonzero(small)
        self.n = len(cells.values)
        self.equal, self.within = (protect.stack(one, self.n) for one in (cells.equal, cells.within))
        self.room = -(self.within @ cells.values)
        self.below, self.above = cells.values - cells.least, np.full(self.n, cells.values.sum() + 1)
        self.step = np.where(cells.counts, 1.0, protect.AMOUNT)
        shows = cells.shows.tocoo()
        there = cells.exists[shows.coords[0]]
        self.fact, self.cell = (where[there] for where in shows.coords)
        self.facts = cells.shows.shape[0]
        self.cuts: list[np.ndarray] = []

    def _reach(self, hidden: np.ndarray, cell: int, sign: int) -> tuple[float, np.ndarray, float]:
        """How far a number can change; by the dual, what of that each hidden cell gives, and what there is anyway."""
        price = np.zeros(self.n)
        price[cell] = -sign
        answer = linprog(
            price,
            A_ub=self.within,
            b_ub=self.room,
            A_eq=self.equal,
            b_eq=np.zeros(self.equal.shape[0]),
            bounds=np.column_stack([-self.below * hidden, self.above * hidden]),
            method="highs-ds",
        )
        assert answer.status == 0, answer.message
        gives = (
            np.maximum(-answer.upper.marginals, 0) * self.above
            + np.maximum(answer.lower.marginals, 0) * self.below
        )
        return -answer.fun, gives, -(answer.ineqlin.marginals @ self.room)

    def is_plain(self, hidden: np.ndarray, cell: int) -> bool:
        """Whether a small number is known to less than 1 where these cells are hidden; if so, there is a cut more."""
        up, down = (self._reach(hidden, cell, sign) for sign in (1, -1))
        if up[0] + down[0] >= self.step[cell] - 1e-6:
            return False
        need = self.step[cell] - up[2] - down[2]
        self.cuts.append(np.minimum(up[1] + down[1], need) / need)
        return True

    def _choose(self, whole: bool) -> tuple[np.ndarray, float]:
        """Cells hidden, in part where not `whole`, and of how many facts."""
        many = self.n + self.facts
        low, high = np.zeros(many), np.ones(many)
        high[: self.n][self.cells.fixed] = 0
        low[self.small] = high[self.small] = 1
        ones, lines = np.ones(len(self.fact)), np.arange(len(self.fact))
        beneath = sparse.csr_array(
            (np.append(ones, -ones), (np.tile(lines, 2), np.append(self.cell, self.n + self.fact))),
            shape=(len(lines), many),
        )
        rules = [LinearConstraint(beneath, -np.inf, 0)]
        if self.cuts:
            cuts = sparse.csr_array(np.array(self.cuts))
            cuts.resize((len(self.cuts), many))
            rules.append(LinearConstraint(cuts, 1, np.inf))
        answer = milp(
            np.append(np.zeros(self.n), np.ones(self.facts)),
            bounds=Bounds(low, high),
            constraints=rules,
            integrality=np.ones(many) if whole else None,
        )
        assert answer.success, answer.message
        hidden = np.clip(answer.x[: self.n], 0, 1)
        return np.round(hidden) if whole else hidden, float(answer.fun)

    def count(self) -> int:
        whole = False
        while True:
            hidden, facts = self._choose(whole)
            # All are asked, as each may give a cut.
            if not sum(self.is_plain(hidden, int(cell)) for cell in self.small):
                if whole:
                    return round(facts)
                whole = True


# Districts, cases a month and day of reading of small counties, and how many of each.
_SMALL = ((2, 2.0, None), (2, 6.0, OWN), (3, 3.0, None), (3, 3.0, OWN), (4, 3.0, None))
_OF_EACH = 2


def compare_fewest(districts: int, seed: int, *, mean: float, own: date | None) -> dict[str, float]:
    """Disputes of one small county: how many facts are hidden, and how many would do."""
    ledgers = make_ledgers(np.random.default_rng([SEED, seed]), districts, mean=mean)
    with mock.patch("taizhang.facts.protect.hide_facts", wraps=protect.hide_facts) as asked:
        publish({"disputes": ledgers["disputes"]}, districts, own=own)
    cells, small = asked.call_args.args[:2]
    hidden = protect.hide_facts(cells, small)
    start = time.process_time()
    fewest = Fewest(cells, small).count()
    return {
        "small": int(((cells.shows @ small.astype(float) > 0) & cells.exists).sum()),
        "hidden": int(hidden.sum()),
        "fewest": fewest,
        "ratio": float(hidden.sum() / fewest),
        "seconds": time.process_time() - start,
    }


def print_fewest() -> None:
    for districts, mean, own in _SMALL:
        for seed in range(_OF_EACH):
            found = compare_fewest(districts, 100 + seed, mean=mean, own=own)
            print({"districts": districts, "mean": mean, "own": own is not None, **found}, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counties", type=int, default=20)
    parser.add_argument("--fewest", action="store_true")
    parser.add_argument("--others", action="store_true")
    parser.add_argument("--releases", action="store_true")
    asked = parser.parse_args()
    if asked.fewest:
        print_fewest()
        return
    rows = []
    for at in range(asked.counties if asked.releases else 0):
        districts, mean = (16, 8, 4)[at % 3], (1.0, 3.0, 10.0)[at // 3 % 3]
        rows.append({"districts": districts, "mean": mean, **study_releases(districts, at, mean=mean)})
        print(rows[-1], flush=True)
    for at in range(0 if asked.releases else asked.counties):
        districts, mean, own = (16, 8, 4)[at % 3], (1.0, 3.0, 10.0)[at // 3 % 3], (None, OWN)[at % 2]
        about = {"districts": districts, "mean": mean, "own": own is not None}
        found = (study_others if asked.others else study)(districts, at, mean=mean, own=own)
        rows.append(about | found)
        print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    told = [name for name in table if name not in ("districts", "mean", "own")]
    print(table.groupby(["districts"] if asked.releases else ["districts", "own"])[told].sum())
    print(table[told].sum())


if __name__ == "__main__":
    main()
