"""Who held the drill that is required every two years."""

from datetime import date

import pandas as pd

from taizhang.analysis.rows import is_sensitive
from taizhang.analysis.view import View, once_per_view
from taizhang.metadata.facts import ALL
from taizhang.metadata.rules import FindingRule, load_rules


def find_drill_rule() -> FindingRule:
    """The rule that asks for drills, with its source."""
    (rule,) = [rule for rule in load_rules() if rule.check == "no_drill"]
    return rule


def select_recent_drills(drills: pd.DataFrame, as_of: date, years: int) -> pd.DataFrame:
    """The rows of drills held within so many years up to as_of, that day among them."""
    after = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    held = drills["held_on"]
    return drills[(held >= after - pd.DateOffset(years=years)) & (held < after)]


@once_per_view
def check_required_drills(view: View) -> pd.DataFrame | None:
    """Each district's last drill, and how many it held within the time that Order 708 asks for one.

    By code, those without first: district, last (NaT: none on record), held (of late) and met. None where drills are
    not configured or are withheld.
    """
    drills = view.ledgers.get("drills")
    if drills is None or is_sensitive(view, "drills"):
        return None
    names = view.districts.set_index("code")["name"].astype("str")
    if view.district != ALL:
        names = names[[view.district]]
    held = drills[drills["held_on"] < pd.Timestamp(view.as_of) + pd.Timedelta(days=1)]
    recent = select_recent_drills(drills, view.as_of, find_drill_rule().years)
    table = pd.DataFrame(
        {
            "district": names,
            "last": held.groupby("district_code")["held_on"].max().reindex(names.index),
            "held": recent["district_code"].value_counts().reindex(names.index, fill_value=0),
        }
    )
    table["met"] = table["held"] > 0
    return table.sort_values("met", kind="stable")


def list_required_drills(view: View) -> tuple[list[str], list[str]] | None:
    """The names of the districts that held the drill, and of those that did not; None as `check_required_drills`."""
    table = check_required_drills(view)
    if table is None:
        return None
    return list(table.loc[table["met"], "district"]), list(table.loc[~table["met"], "district"])
