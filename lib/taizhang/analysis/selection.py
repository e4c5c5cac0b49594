"""The facts in a report's key figures and tables, in the order of their definitions, and how each changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from taizhang.analysis.changes import Change, Verdict, compare_periods
from taizhang.analysis.differences import Then, list_comparisons
from taizhang.analysis.exhibits import is_brief, limit_items
from taizhang.analysis.gaps import find_gap
from taizhang.analysis.view import Row, View, is_known
from taizhang.core.errors import ParameterError
from taizhang.core.reasons import suggest
from taizhang.metadata.facts import ALL, FactInfo, load_facts, prefer_key
from taizhang.metadata.kinds import load_kinds

# What is set beside a district's neighbours, where nothing is named.
_NEIGHBOUR_FACTS = (
    "hazards.found", "hazards.rectification_rate", "hazards.days_to_rectify_median", "hazards.overdue_stock",
    "inspections.visits", "drills.held", "incidents.count",
)  # fmt: skip
BULLETIN: tuple[Then, ...] = ("previous", "year")
_STANDING = "hazards.open_stock"
_METHODS = ("poisson", "wilson", "greenwood")


@dataclass(frozen=True)
class ShownFact:
    """A fact of the view's district: its row, and its change by earlier period (None if not comparable)."""

    info: FactInfo
    row: Row
    changes: Mapping[Then, Change | None]

    @property
    def is_known(self) -> bool:
        return is_known(self.row)

    @property
    def verdict(self) -> Verdict:
        """Better, worse or neutral compared with the year before."""
        change = self.changes.get("year")
        return change.verdict if change else "neutral"


def choose_key_figures(view: View) -> list[ShownFact]:
    """Choose the district's key figures; in a bulletin, only the first of each ledger.

    If none of a ledger's key figures is known, its other known facts take their place.
    """
    had = [info for name, info in view.fact_infos.items() if view.fact(name) is not None]
    silent = {info.name for info in had if find_gap(view, info.name)}
    spoken = {info.kind for info in had if info.key and info.name not in silent}
    infos = prefer_key(info for info in had if info.kind in spoken or info.name not in silent)
    if is_brief(view, "key-figures"):
        first = {info.kind: info for info in reversed(infos)}
        infos = [info for info in infos if first[info.kind] is info][: limit_items(view, "key-figures")]
    return _compare(view, infos, list_comparisons(view))


def choose_reported(view: View, *kinds: str, key: bool = False) -> list[ShownFact]:
    """Choose the district's unverified facts from some ledger kinds, or all; with `key`, only key figures."""
    infos = (info for info in view.fact_infos.values() if not kinds or info.kind in kinds)
    shown = ((info, view.report_of(info.name)) for info in infos)
    found = [ShownFact(info, row, {}) for info, row in shown if row is not None]
    named = {info.name for info in prefer_key(one.info for one in found)} if key else set()
    return [one for one in found if not key or one.info.name in named]


def _compare(view: View, infos: Iterable[FactInfo], thens: Sequence[Then]) -> list[ShownFact]:
    """Return the facts that the district has, each with its changes."""
    found = ((info, view.fact(info.name)) for info in infos)
    return [
        ShownFact(info, row, {then: compare_periods(view, info.name, then=then) for then in thens})
        for info, row in found
        if row is not None
    ]


def choose_facts(view: View, *kinds: str) -> tuple[list[ShownFact], tuple[Then, ...]]:
    """Choose the district's facts from some ledger kinds, and the earlier periods they are compared with.

    Undated kinds have no earlier period, as columns of dashes would say nothing.
    """
    thens = list_comparisons(view) if any(_is_dated(view, kind) for kind in kinds) else ()
    return _compare(view, (info for info in view.fact_infos.values() if info.kind in kinds), thens), thens


def _is_dated(view: View, kind: str) -> bool:
    return kind in view.kinds and bool(view.kinds[kind].date)


def choose_changes(view: View) -> list[ShownFact]:
    """Choose the key figures that can be compared with the previous period, or with the year before."""
    shown = _compare(view, (info for info in view.fact_infos.values() if info.key), BULLETIN)
    return [one for one in shown if any(one.changes.values())]


def choose_columns(view: View, *names: str) -> list[FactInfo]:
    """Choose the key figures of some ledger kinds, or of all, and single facts, available for the whole area, even if
    unverified."""
    known = set(view.facts.loc[view.facts["value"].notna() | view.facts["suppressed"], "fact"])
    infos = (
        info
        for info in view.fact_infos.values()
        # Of a single fact that no district knows there is no column of dashes.
        if (info.name in names and info.name in known) or (info.key and (not names or info.kind in names))
    )
    return [
        info
        for info in infos
        if (view.fact(info.name, ALL) is not None or view.report_of(info.name, ALL) is not None)
    ]


def choose_beside_neighbours(view: View, *facts: str) -> list[FactInfo]:
    """Choose the given facts, or a default choice, that the district has; ParameterError if a fact is unknown."""
    if unknown := [fact for fact in facts if fact not in view.fact_infos]:
        raise ParameterError("analysis.no_fact", fact=unknown[0], near=suggest(unknown[0], view.fact_infos))
    return [view.fact_infos[fact] for fact in facts or _NEIGHBOUR_FACTS if view.fact(fact) is not None]


def list_definitions(view: View) -> tuple[list[FactInfo], list[str]]:
    """Return the district's facts, and the methods of their intervals."""
    infos = [info for name, info in view.fact_infos.items() if view.fact(name) is not None]
    used = {info.interval for info in infos}
    infos += [one.info for one in choose_reported(view)]
    return infos, [method for method in _METHODS if method in used]


def find_count(kind: str) -> str:
    """Return the fact that counts a built-in kind's rows."""
    return next(fact for fact, info in load_facts().items() if info.kind == kind)


def list_dated_counts(view: View) -> list[str]:
    """Return the facts that count the rows of built-in dated kinds, as far as the district has them."""
    counts = [find_count(name) for name, kind in load_kinds().items() if kind.date and _has_facts(name)]
    return [fact for fact in counts if view.fact(fact) is not None]


def has_rows(view: View) -> bool:
    """Return whether any dated ledger has a row of the district in the period, or something is still open from before.

    A withheld count counts as rows.
    """
    return bool(view.value(_STANDING)) or any(view.value(fact) != 0 for fact in list_dated_counts(view))


def _has_facts(kind: str) -> bool:
    return any(info.kind == kind for info in load_facts().values())


def count_sentences(view: View, fact: str, number: int) -> int:
    """Return how many of a fact's sentences are used.

    None if the district does not have the fact; if it is zero, only the first.
    """
    if view.fact(fact) is None:
        return 0
    return 1 if view.value(fact) == 0 else number


def choose_told(view: View, *facts: str) -> list[str]:
    """Choose the facts of a sentence that are given after the first.

    If the first is zero, facts that rest on it add nothing; if it is withheld, neither do other withheld facts.
    """
    first, *others = facts
    none, withheld = view.value(first) == 0, view.is_withheld(first)
    left_out = [
        fact
        for fact in others
        if (none and _rests_on(view, fact, first)) or (withheld and view.is_withheld(fact))
    ]
    if view.value("incidents.deaths") == 0:
        left_out.append("incidents.deaths_per_100k")
    return [fact for fact in facts if fact not in left_out]


def _rests_on(view: View, fact: str, first: str) -> bool:
    """Return whether a fact says something of what the first one counts; a loss does not rest on the deaths."""
    if view.describe(first).unit not in ("count", "people", "households"):
        return False
    if fact.startswith("incidents."):
        return fact == "incidents.deaths_per_100k"
    return fact.split(".")[0] == first.split(".")[0]


def is_none_counted(view: View, fact: str) -> bool:
    """Return whether a fact's ledger has no row in the period, so that nothing can be missing from its columns."""
    return view.value(find_count(fact.split(".")[0])) == 0


def has_withheld(view: View) -> bool:
    """Return whether any number among the view's facts is withheld, for any district."""
    return bool(view.facts["suppressed"].any())
