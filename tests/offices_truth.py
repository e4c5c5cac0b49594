"""The facts that an office's folder tells, counted from what its rows were made to say; None where unknown."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from offices import YEAR, Office, Row

AS_OF = date(YEAR, 12, 31)
Answer = Callable[[Row], bool | None]
Truth = dict[tuple[str, str], float | None]
MOST_UNKNOWN = 0.1


def find_truth(office: Office) -> Truth:
    """Every fact by (code, fact); `all` is the whole area."""
    truth: Truth = {}
    kinds = {row.kind for row in office.rows}
    for kind in kinds:
        rows = [
            row
            for row in office.rows
            if row.kind == kind and date(YEAR, 1, 1) <= row.first and row.last <= AS_OF
        ]
        by_code = {code: [row for row in rows if row.district == code] for code in office.districts}
        earlier = [row for row in office.rows if row.kind == kind]
        for name, measure in measures(kind, earlier).items():
            fact = f"{kind}.{name}"
            for code, own in by_code.items():
                truth[code, fact] = measure(own)
            lacking = any(own and truth[code, fact] is None for code, own in by_code.items())
            if name == "days_to_rectify_median":  # what no district surely reaches, all together may
                lacking = not all(map(knows_statuses, by_code.values()))
            truth["all", fact] = None if lacking else measure(rows)
    if "incidents" in kinds and office.residents:
        deaths, people = "incidents.deaths", office.residents | {"all": sum(office.residents.values())}
        for code, residents in people.items():
            told = truth[code, deaths]
            truth[code, f"{deaths}_per_100k"] = None if told is None else told * 100_000 / residents
    return truth


def measures(kind: str, every: Sequence[Row]) -> dict[str, Callable[[list[Row]], float | None]]:
    """How each fact of a kind is counted from the rows of a district in the period."""
    if kind == "hazards":
        repeated = _find_repeats(every)
        return {
            "found": len,
            "rectified": lambda rows: count(rows, is_done),
            "rectified_undated": lambda rows: count(rows, is_undated),
            "status_unknown": lambda rows: sum(is_done(row) is None for row in rows),
            "rectification_rate": lambda rows: share(rows, is_done),
            "open": lambda rows: count(rows, is_open),
            "overdue": count_overdue,
            "on_the_spot": lambda rows: count(rows, get("spot")),
            "on_the_spot_share": lambda rows: share(rows, get("spot")),
            "major": lambda rows: count(rows, is_major),
            "major_open": lambda rows: count(rows, lambda row: both(is_major(row), is_open(row))),
            "repeats": lambda rows: count(rows, lambda row: repeated.get(id(row))),
            "days_to_rectify_median": find_median,
        }
    if kind == "drills":
        return {
            "held": len,
            "participants": lambda rows: add(rows, "participants"),
            "field_share": lambda rows: share(rows, get("field")),
            "evaluated_share": lambda rows: share(rows, get("evaluated")),
        }
    if kind == "incidents":
        return {
            "count": len,
            "deaths": lambda rows: add(rows, "deaths"),
            "loss_wan": lambda rows: add(rows, "loss_wan"),
        }
    if kind == "complaints":
        return {
            "received": len,
            "answered": lambda rows: count(rows, get("answered")),
            "resolved": lambda rows: count(rows, get("resolved")),
            "resolution_rate": lambda rows: share(rows, get("resolved")),
        }
    if kind == "disputes":
        return {
            "found": len,
            "settled": lambda rows: count(rows, lambda row: settled_by(row, AS_OF)),
            "settlement_rate": lambda rows: share(rows, lambda row: settled_by(row, AS_OF)),
        }
    if kind == "inspections":
        return {
            "visits": len,
            "premises": lambda rows: len({row.told["premises"] for row in rows}),
            "penalties": lambda rows: sum(float(str(row.told["penalty"])) > 0 for row in rows),
            "penalty_yuan": lambda rows: add(rows, "penalty"),
            "hazards_per_visit": lambda rows: (
                None if not rows else (add(rows, "hazards_found") or 0) / len(rows)
            ),
        }
    if kind == "schools":
        return {
            "items": len,
            "items_met_rate": lambda rows: share(rows, get("met")),
            "vetoed": lambda rows: sum(bool(row.told["veto"]) and not row.told["met"] for row in rows),
        }
    return {"sessions": len, "reached": lambda rows: add(rows, "reached")}


# ------------------------------------------------------------------ answers of rows


def get(name: str) -> Answer:
    return lambda row: None if row.told.get(name) is None else bool(row.told[name])


def both(one: bool | None, other: bool | None) -> bool | None:
    return None if one is None or other is None else one and other


def is_done(row: Row) -> bool | None:
    """Rectified by the day; on the spot on the day found; said without a day, too."""
    done, last = row.told.get("done"), row.told.get("done_last")
    if isinstance(last, date):
        return last <= AS_OF
    return None if done is None else bool(done)


def is_open(row: Row) -> bool | None:
    done = is_done(row)
    return None if done is None else not done


def is_undated(row: Row) -> bool | None:
    dated = row.told.get("done_last") is not None or row.told.get("spot")
    return both(is_done(row), not dated)


def is_major(row: Row) -> bool | None:
    severity = row.told.get("severity")
    return None if severity is None else severity == "major"


def settled_by(row: Row, day: date) -> bool:
    on = row.told.get("settled_day")
    return bool(row.told["settled"]) and (not isinstance(on, date) or on <= day)


def _find_repeats(every: Sequence[Row]) -> dict[int, bool]:
    """Of rows with premises and category: whether the same was found there 1 to 365 days before."""
    found: dict[int, bool] = {}
    for row in every:
        key = (row.district, row.told.get("premises"), row.told.get("category"))
        if None in key:
            continue
        found[id(row)] = any(
            key == (other.district, other.told.get("premises"), other.told.get("category"))
            and 1 <= (row.first - other.first).days <= 365
            for other in every
        )
    return found


# ------------------------------------------------------------------ measures


def knows_enough(answers: Sequence[object]) -> bool:
    return not answers or answers.count(None) <= MOST_UNKNOWN * len(answers)


def count(rows: Iterable[Row], answer: Answer) -> float | None:
    answers = [answer(row) for row in rows]
    return answers.count(True) if knows_enough(answers) else None


def share(rows: Iterable[Row], answer: Answer) -> float | None:
    answers = [answer(row) for row in rows]
    known = len(answers) - answers.count(None)
    return 100 * answers.count(True) / known if known and knows_enough(answers) else None


def add(rows: Sequence[Row], name: str) -> float | None:
    return float(sum(float(str(row.told[name])) for row in rows))


def count_overdue(rows: list[Row]) -> float | None:
    """Open ones past their deadline; what a status says is planned is the deadline where none is written."""
    left = [row for row in rows if is_open(row)]
    dues = [row.told.get("deadline", row.told.get("planned")) for row in left]
    if not knows_enough([is_open(row) for row in rows]) or not knows_enough(dues):
        return None
    return sum(isinstance(due, date) and due < AS_OF for due in dues)


def knows_statuses(rows: list[Row]) -> bool:
    return knows_enough([is_done(row) for row in rows])


def find_median(rows: list[Row]) -> float | None:
    """Kaplan-Meier, the same whether what has no day was closed at once or at the end; None where it isn't."""
    if not knows_statuses(rows):
        return None
    early = [_time(row, first=True) for row in rows if is_done(row) is not None]
    late = [_time(row, first=False) for row in rows if is_done(row) is not None]
    median = find_half(early)
    return median if median == find_half(late) else None


def _time(row: Row, *, first: bool) -> tuple[int, bool]:
    """Days until it was closed, or until the end, and whether it was."""
    if not is_done(row):
        return (AS_OF - row.first).days, False
    if row.told.get("spot"):
        return 0, True
    day = row.told.get("done_first" if first else "done_last")
    if not isinstance(day, date):
        day = row.first if first else AS_OF
    return max(0, (day - row.first).days), True


def find_half(times: Sequence[tuple[int, bool]]) -> float | None:
    """The smallest t with S(t) <= 0.5."""
    left = 1.0
    for day in sorted({time for time, closed in times if closed}):
        at_risk = sum(time >= day for time, _ in times)
        left *= 1 - sum(time == day and closed for time, closed in times) / at_risk
        if left <= 0.5 + 1e-9:
            return day
    return None
