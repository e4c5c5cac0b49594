"""The contract's facts, computed once more by a few lines of plain pandas on the sample's truth tables.

Written from the contract alone, apart from the package's own facts, so that the two can be compared.
"""

from collections.abc import Callable, Mapping

import pandas as pd

Number = float | None
Day = pd.Timestamp


def compute_truth(
    tables: Mapping[str, pd.DataFrame], start: Day, end: Day, as_of: Day, codes: list[str]
) -> dict[tuple[str, str], Number]:
    """(district code or 'all', fact) -> value, None where a share is over no rows.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        `Truth.tables`.
    start, end, as_of : pandas.Timestamp
        First and last day of the period, and the day the ledgers are read as of.
    codes : list of str
        District codes.
    """
    found: dict[tuple[str, str], Number] = {}
    unknown: set[tuple[str, str]] = set()
    for code in [*codes, "all"]:
        own = {
            kind: table
            if code == "all" or "district_code" not in table
            else table[table["district_code"] == code]
            for kind, table in tables.items()
        }
        for count in _COUNTERS:
            found |= {(code, fact): value for fact, value in count(own, start, end, as_of).items()}
        unknown |= {(code, fact) for fact in _list_unknown(own, tables, start, end, as_of)}
    # Of the whole area nothing is known that is not known of a district.
    unknown |= {("all", fact) for _, fact in unknown}
    return found | dict.fromkeys(unknown & set(found))


Tables = Mapping[str, pd.DataFrame]


def _within(table: pd.DataFrame, column: str, start: Day, end: Day, as_of: Day) -> pd.DataFrame:
    day = table[column].dt.normalize()
    return table[(day >= start) & (day <= end) & (day <= as_of)]


_DATES = {
    "hazards": "found_on", "inspections": "inspected_on", "drills": "held_on", "incidents": "occurred_on",
    "losses": "occurred_on", "duty_checks": "checked_at", "publicity": "held_on",
}  # fmt: skip
# The columns that facts rest on and whose empty cells say nothing; with + the rows of one sort alone are asked.
_RESTS = {
    "hazards.overdue": "hazards.deadline+open",
    "hazards.on_the_spot": "hazards.mode",
    "hazards.on_the_spot_share": "hazards.mode",
    "hazards.major": "hazards.severity",
    "hazards.major_open": "hazards.severity",
    "hazards.repeats": "hazards.premises hazards.category",
    "inspections.premises": "inspections.premises",
    "inspections.hazards_per_visit": "inspections.hazards_found",
    "drills.participants": "drills.participants",
    "drills.field_share": "drills.kind",
    "drills.evaluated_share": "drills.evaluated",
    "drills.problems": "drills.problems",
    "drills.problems_fixed_share": "drills.problems drills.problems_fixed",
    "drills.plans_drilled_share": "drills.plan plans.review_due+issued",
    "plans.current": "plans.review_due+issued",
    "plans.review_overdue": "plans.review_due+issued",
    "incidents.deaths": "incidents.deaths",
    "incidents.serious_injuries": "incidents.serious_injuries",
    "incidents.loss_wan": "incidents.loss_wan",
    "incidents.deaths_per_100k": "incidents.deaths",
    "incidents.deaths_per_yi_output": "incidents.class incidents.deaths+accident",
    "losses.affected": "losses.affected",
    "losses.loss_wan": "losses.loss_wan",
    "duty_checks.passed_rate": "duty_checks.on_duty",
    "teams.members": "teams.members",
    "shelters.capacity": "shelters.capacity",
    "publicity.reached": "publicity.reached",
} | {
    f"incidents.level_{name}": (
        "incidents.class incidents.deaths+accident incidents.serious_injuries+accident incidents.loss_wan+accident"
    )
    for name in ("ordinary", "larger", "major", "extraordinary")
}
_COUNTS = ("deaths", "serious_injuries", "hazards_found", "problems", "problems_fixed", "affected")


def _list_unknown(own: "Tables", tables: "Tables", start: Day, end: Day, as_of: Day) -> set[str]:
    """Facts of which more than a tenth of the rows do not say what they rest on."""
    found = set()
    for fact, columns in _RESTS.items():
        for column in columns.split():
            kind, _, name = column.partition(".")
            name, _, sort = name.partition("+")
            rows = own[kind]
            rows = _within(rows, _DATES[kind], start, end, as_of) if kind in _DATES else rows
            if sort == "open":
                rows = rows[~(rows["rectified_on"].fillna(rows["closed_on"]) <= as_of)]
            elif sort == "issued":
                rows = rows[rows["issued_on"].isna() | (rows["issued_on"] <= as_of)]
            elif sort == "accident":
                rows = rows[rows["class"] == "accident"]
            written = tables[kind][name].dropna()
            if name in _COUNTS and len(written) and written.min() > 0:
                continue  # nobody ever wrote 0: an empty cell says so
            if 10 * rows[name].isna().sum() > len(rows):
                found.add(fact)
    return found


def _share(part: float, whole: float) -> Number:
    return 100 * float(part) / float(whole) if whole else None


def _true_share(answers: pd.Series) -> Number:
    known = answers.dropna()
    return _share(known.astype(bool).sum(), len(known))


def find_median_days(days: pd.Series, done: pd.Series) -> Number:
    """Kaplan-Meier: the smallest t at which no more than half are still open."""
    left = 1.0
    for day in sorted(days[done].unique()):
        left *= 1 - ((days == day) & done).sum() / (days >= day).sum()
        if left <= 0.5 + 1e-9:
            return float(day)
    return None


def count_hazards(tables: Tables, start: Day, end: Day, as_of: Day) -> dict[str, Number]:
    every = tables["hazards"]
    rows = _within(every, "found_on", start, end, as_of)
    finished = rows["rectified_on"].fillna(rows["closed_on"])
    done = (finished <= as_of).astype(bool)
    overdue = ~done & (rows["deadline"] < as_of)
    on_the_spot, major = rows["mode"] == "on_the_spot", rows["severity"] == "major"
    key = ["district_code", "premises", "category"]
    pairs = rows.reset_index()[["index", "found_on", *key]].merge(every[["found_on", *key]].dropna(), on=key)
    gap = (pairs["found_on_x"] - pairs["found_on_y"]).dt.days
    days = (finished.where(done, as_of) - rows["found_on"]).dt.days.where(~(on_the_spot & done), 0)
    return {
        "hazards.found": len(rows),
        "hazards.rectified": int(done.sum()),
        "hazards.rectification_rate": _share(done.sum(), len(rows)),
        "hazards.on_the_spot": int(on_the_spot.sum()),
        "hazards.on_the_spot_share": _share(on_the_spot.sum(), rows["mode"].notna().sum()),
        "hazards.open": int((~done).sum()),
        "hazards.overdue": int(overdue.sum()),
        "hazards.major": int(major.sum()),
        "hazards.major_open": int((major & ~done).sum()),
        "hazards.repeats": int(pairs.loc[(gap >= 1) & (gap <= 365), "index"].nunique()),
        "hazards.days_to_rectify_median": find_median_days(days, done),
    }


def count_inspections(tables: Tables, start: Day, end: Day, as_of: Day) -> dict[str, Number]:
    rows = _within(tables["inspections"], "inspected_on", start, end, as_of)
    found = rows["hazards_found"].dropna()
    return {
        "inspections.visits": len(rows),
        "inspections.premises": len(
            rows.dropna(subset="premises").drop_duplicates(["district_code", "premises"])
        ),
        "inspections.hazards_per_visit": float(found.sum()) / len(found) if len(found) else None,
        "inspections.penalties": int((rows["penalty_yuan"] > 0).sum()),
        "inspections.penalty_yuan": float(rows["penalty_yuan"].sum()),
    }


def count_drills(tables: Tables, start: Day, end: Day, as_of: Day) -> dict[str, Number]:
    rows = _within(tables["drills"], "held_on", start, end, as_of)
    current = _current_plans(tables["plans"], as_of)
    drilled = current.merge(
        rows[["district_code", "plan"]].dropna().drop_duplicates(),
        left_on=["district_code", "name"],
        right_on=["district_code", "plan"],
    )
    both = rows.dropna(subset=["problems", "problems_fixed"])
    return {
        "drills.held": len(rows),
        "drills.participants": int(rows["participants"].sum()),
        "drills.field_share": _share((rows["kind"] == "field").sum(), rows["kind"].notna().sum()),
        "drills.evaluated_share": _true_share(rows["evaluated"]),
        "drills.problems": int(rows["problems"].sum()),
        "drills.problems_fixed_share": _share(both["problems_fixed"].sum(), both["problems"].sum()),
        "drills.plans_drilled_share": _share(len(drilled), len(current)),
    }


def _current_plans(plans: pd.DataFrame, as_of: Day) -> pd.DataFrame:
    issued = plans["issued_on"].isna() | (plans["issued_on"] <= as_of)
    return plans[issued & (plans["review_due"] >= as_of)]


def count_plans(tables: Tables, start: Day, end: Day, as_of: Day) -> dict[str, Number]:
    plans = tables["plans"]
    issued = plans["issued_on"].isna() | (plans["issued_on"] <= as_of)
    return {
        "plans.current": len(_current_plans(plans, as_of)),
        "plans.all": int(issued.sum()),
        "plans.review_overdue": int((issued & (plans["review_due"] < as_of)).sum()),
    }


def count_incidents(tables: Tables, start: Day, end: Day, as_of: Day) -> dict[str, Number]:
    rows = _within(tables["incidents"], "occurred_on", start, end, as_of)
    people = tables["population"]
    people = people[people["year"] == end.year]
    accidents = rows[rows["class"] == "accident"][["deaths", "serious_injuries", "loss_wan"]].astype(float)
    accidents = accidents.dropna()
    level = pd.concat(
        [
            pd.cut(accidents["deaths"], [-1, 2, 9, 29, 1e9], labels=False),
            pd.cut(accidents["serious_injuries"], [-1, 9, 49, 99, 1e9], labels=False),
            pd.cut(accidents["loss_wan"], [-1, 1000, 5000, 10000, 1e12], labels=False, right=False),
        ],
        axis=1,
    ).max(axis=1)
    deaths, residents, output = (
        float(x) for x in (rows["deaths"].sum(), people["residents"].sum(), people["output_yi"].sum())
    )
    return {
        "incidents.count": len(rows),
        "incidents.deaths": int(deaths),
        "incidents.serious_injuries": int(rows["serious_injuries"].sum()),
        "incidents.loss_wan": float(rows["loss_wan"].sum()),
        "incidents.level_ordinary": int((level == 0).sum()),
        "incidents.level_larger": int((level == 1).sum()),
        "incidents.level_major": int((level == 2).sum()),
        "incidents.level_extraordinary": int((level == 3).sum()),
        "incidents.deaths_per_100k": 1e5 * deaths / residents if residents else None,
        "incidents.deaths_per_yi_output": rows.loc[rows["class"] == "accident", "deaths"].sum() / output
        if output
        else None,
    }


def count_others(tables: Tables, start: Day, end: Day, as_of: Day) -> dict[str, Number]:
    losses = _within(tables["losses"], "occurred_on", start, end, as_of)
    cases = _within(tables["complaints"], "received_on", start, end, as_of)
    disputes = _within(tables["disputes"], "found_on", start, end, as_of)
    checks = _within(tables["duty_checks"], "checked_at", start, end, as_of)
    tasks = _within(tables["tasks"], "due_on", start, end, as_of)
    over = tables["tasks"][(tables["tasks"]["due_on"] < as_of) & (tables["tasks"]["due_on"] <= end)]
    over = over[~(over["done_on"] <= as_of)]
    shows = _within(tables["publicity"], "held_on", start, end, as_of)
    done, in_time = (
        tasks["done_on"] <= as_of,
        (tasks["done_on"] <= as_of) & (tasks["done_on"] <= tasks["due_on"]),
    )
    judged = done | (tasks["due_on"] < as_of)
    late = tasks[judged & ~in_time]
    resolved, settled = cases["resolved_on"] <= as_of, disputes["settled_on"] <= as_of
    return {
        "losses.events": losses["event"].nunique(),
        "losses.affected": int(losses["affected"].sum()),
        "losses.loss_wan": float(losses["loss_wan"].sum()),
        "complaints.received": len(cases),
        "complaints.resolved": int(resolved.sum()),
        "complaints.resolution_rate": _share(resolved.sum(), len(cases)),
        "disputes.found": len(disputes),
        "disputes.settled": int(settled.sum()),
        "disputes.settlement_rate": _share(settled.sum(), len(disputes)),
        "warnings.issued": len(_within(tables["warnings"], "issued_at", start, end, as_of)),
        "duty_checks.made": len(checks),
        "duty_checks.passed_rate": _true_share(checks["on_duty"]),
        "teams.count": len(tables["teams"]),
        "teams.members": int(tables["teams"]["members"].sum()),
        "supplies.lines": len(tables["supplies"]),
        "supplies.below_standard": int(
            (tables["supplies"]["quantity"] < tables["supplies"]["standard"]).sum()
        ),
        "supplies.expired": int((tables["supplies"]["expires_on"] < as_of).sum()),
        "shelters.count": len(tables["shelters"]),
        "shelters.capacity": int(tables["shelters"]["capacity"].sum()),
        "publicity.sessions": int(shows["sessions"].sum()),
        "publicity.reached": int(shows["reached"].sum()),
        "tasks.due": len(tasks),
        "tasks.done": int(done.sum()),
        "tasks.done_rate": _share(done.sum(), len(tasks)),
        "tasks.on_time_rate": _share(in_time.sum(), judged.sum()),
        "tasks.days_late_median": find_median_days(
            (late["done_on"].where(late["done_on"] <= as_of, as_of) - late["due_on"]).dt.days,
            late["done_on"] <= as_of,
        ),
        "tasks.overdue_stock": len(over),
        "tasks.overdue_stock_before": int((over["due_on"] < start).sum()),
    }


def count_standing(tables: Tables, start: Day, end: Day, as_of: Day) -> dict[str, Number]:
    projects, models, letters = tables["projects"], tables["models"], tables["signings"]
    begun = projects[projects["started_on"].isna() | (projects["started_on"] <= as_of)]
    done = begun["done_on"] <= as_of
    letters = letters[letters["year"] == end.year]
    awarded = models["awarded_on"].isna() | (models["awarded_on"] <= as_of)
    return {
        "projects.count": len(begun),
        "projects.done": int(done.sum()),
        "projects.overdue": int((~done & (begun["due_on"] < as_of)).sum()),
        "projects.planned_wan": float(begun["planned_wan"].sum()),
        "projects.spent_wan": float(begun["spent_wan"].sum()),
        "signings.due": int(letters["due"].sum()),
        "signings.signed_share": _share(letters["signed"].sum(), letters["due"].sum()),
        "models.count": int((awarded & ~(models["withdrawn_on"] <= as_of)).sum()),
        "experts.members": int(tables["experts"]["members"].sum()),
    }


def count_registers(tables: Tables, start: Day, end: Day, as_of: Day) -> dict[str, Number]:
    """What is on the register and was visited; investigations, responses, relief, reports to the level above."""
    places, visits = tables["premises"], _within(tables["inspections"], "inspected_on", start, end, as_of)
    last = min(end, as_of)
    now = places[~(places["opened_on"] > as_of) & ~(places["closed_on"] <= as_of)]
    within = places[~(places["opened_on"] > last) & ~(places["closed_on"] <= start)]
    named = set(zip(visits["district_code"], visits["premises"], strict=True))
    seen = pd.Series(
        [pair in named for pair in zip(within["district_code"], within["name"], strict=True)], within.index
    )
    is_key = within["key"].astype(bool)
    cases = _within(tables["investigations"], "occurred_on", start, end, as_of)
    cases = cases[~(cases["opened_on"] > as_of)]
    closed = cases["closed_on"] <= as_of
    starts = _within(tables["responses"], "started_at", start, end, as_of)
    over = starts[starts["ended_at"].dt.normalize() <= as_of]
    relief = _within(tables["relief"], "given_on", start, end, as_of)
    reports = _within(tables["reports_up"], "reported_at", start, end, as_of)
    told = reports[reports["instruction"].astype(bool)]
    return {
        "inspections.person_times": int(visits["inspectors"].sum()),
        "inspections.coverage": _share(seen.sum(), len(seen)),
        "inspections.key_coverage": _share(seen[is_key].sum(), is_key.sum()),
        "premises.registered": len(now),
        "premises.key": int(now["key"].sum()),
        "premises.insured_share": _true_share(now["insured"]),
        "premises.graded_share": _share(now["grade"].notna().sum(), len(now)),
        "investigations.opened": len(cases),
        "investigations.closed": int(closed.sum()),
        "investigations.measures": int(cases["measures"].sum()),
        "investigations.measures_done_rate": _share(cases["measures_done"].sum(), cases["measures"].sum()),
        "investigations.closed_unfinished": int(
            (closed & (cases["measures_done"] < cases["measures"])).sum()
        ),
        "responses.activated": len(starts),
        "responses.hours_median": _plain_median(
            (over["ended_at"] - over["started_at"]).dt.total_seconds() / 3600
        ),
        **{f"responses.level_{level}": int((starts["level"] == level).sum()) for level in "1234"},
        "relief.households": int(relief["households"].sum()),
        "relief.people": int(relief["people"].sum()),
        "relief.amount_wan": float(relief["amount_wan"].sum()),
        "reports_up.made": len(reports),
        "reports_up.instructions": len(told),
        "reports_up.instructions_done_rate": _share((told["instruction_done_on"] <= as_of).sum(), len(told)),
    }


def _plain_median(numbers: pd.Series) -> Number:
    return float(numbers.median()) if len(numbers) else None


_COUNTERS: tuple[Callable[[Tables, Day, Day, Day], dict[str, Number]], ...] = (
    count_hazards,
    count_inspections,
    count_drills,
    count_plans,
    count_incidents,
    count_others,
    count_standing,
    count_registers,
)
