"""Which districts held the drill required every two years."""

from datetime import date

import pandas as pd

from taizhang.analysis.rows import is_sensitive
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL
from taizhang.metadata.laws import find_law
from taizhang.metadata.rules import FindingRule, load_rules


def find_drill_rule() -> FindingRule:
    """Return the rule that requires drills, with its source."""
    (rule,) = [rule for rule in load_rules() if rule.check == "no_drill"]
    return rule


def is_drill_due(as_of: date) -> bool:
    """Whether the period within which the rule requires a drill has run out at least once since it took effect."""
    rule = find_drill_rule()
    law = find_law(rule.law, as_of)
    return law is not None and law.start <= begin_window(as_of, rule.years)


def begin_window(as_of: date, years: int) -> date:
    """Return the first day of a window of this many years ending on as_of, inclusive."""
    return (pd.Timestamp(as_of) + pd.Timedelta(days=1) - pd.DateOffset(years=years)).date()


def select_recent_drills(drills: pd.DataFrame, as_of: date, years: int) -> pd.DataFrame:
    """Select drills in these years that may concern a work safety plan.

    A drill is left out if the hazard covered, or else the plan, or else the name, shows that it was of another kind.
    """
    held = drills["held_on"]
    recent = (held >= pd.Timestamp(begin_window(as_of, years))) & (
        held < pd.Timestamp(as_of) + pd.Timedelta(days=1)
    )
    return drills[recent & ~_is_of_other_plan(drills)]


def _is_of_other_plan(drills: pd.DataFrame) -> pd.Series:
    rule = find_drill_rule()
    said = pd.Series(pd.NA, drills.index, dtype="str")
    for name in ("hazard_type", "plan", "name"):
        if name in drills:
            said = said.fillna(drills[name].astype("str"))
    other, unless = (
        said.str.contains("|".join(words), case=False, na=False) for words in (rule.other, rule.unless)
    )
    return other & ~unless


def find_last_drills(view: View) -> pd.DataFrame | None:
    """Return each district's name and last drill by as_of that may concern a work safety plan (NaT: none on record).

    By code: district, last; None if drills are not configured or are withheld.
    """
    drills = view.ledgers.get("drills")
    if drills is None or is_sensitive(view, "drills"):
        return None
    names = view.districts.set_index("code")["name"].astype("str")
    if view.district != ALL:
        names = names[[view.district]]
    held = drills[
        (drills["held_on"] < pd.Timestamp(view.as_of) + pd.Timedelta(days=1)) & ~_is_of_other_plan(drills)
    ]
    last = held.groupby("district_code")["held_on"].max().reindex(names.index)
    return pd.DataFrame({"district": names, "last": last})


@once_per_view
def check_required_drills(view: View) -> pd.DataFrame | None:
    """Return each district's last drill, and how many it held within the time set by Order 708.

    By code, districts without a drill first: district, last (NaT: none on record), held (of late) and met. None if
    drills are not configured or are withheld, or the first two years of Order 708 had not passed.
    """
    table = find_last_drills(view)
    if table is None or not is_drill_due(view.as_of):
        return None
    recent = select_recent_drills(view.ledgers["drills"], view.as_of, find_drill_rule().years)
    table["held"] = recent["district_code"].value_counts().reindex(table.index, fill_value=0)
    table["met"] = table["held"] > 0
    return table.sort_values("met", kind="stable")


def list_required_drills(view: View) -> tuple[list[str], list[str]] | None:
    """Return names of the districts that held the drill, and of those that did not; None as for
    `check_required_drills`."""
    table = check_required_drills(view)
    if table is None:
        return None
    return list(table.loc[table["met"], "district"]), list(table.loc[~table["met"], "district"])
