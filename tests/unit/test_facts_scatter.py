"""How rows cluster by day, by hand: of counts, amounts, rates and shares."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from taizhang.core.periods import parse_period
from taizhang.facts import leave_out_hidden, measure_scatter

DISTRICTS = pd.DataFrame({"code": ["101", "102"], "name": ["甲镇", "乙镇"]})
MARCH = {parse_period("2021-03"): date(2021, 3, 31)}


def measure(tables: dict[str, pd.DataFrame], days=MARCH) -> pd.DataFrame:
    return measure_scatter(tables, DISTRICTS, days).set_index(["fact", "district_code"])


def make_rows(code: str, column: str, *days: int, **more: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"district_code": code, column: pd.to_datetime([f"2021-03-{day:02}" for day in days]), **more}
    )


def test_hazards_of_one_visit_are_one_cluster() -> None:
    """Five days of four each and 26 of none: 31 / 30 x (5 x (4 - m)^2 + 26 m^2) / 20, m = 20 / 31."""
    rows = make_rows("101", "found_on", *[day for day in (2, 9, 12, 20, 27) for _ in range(4)])
    found = measure({"hazards": rows})
    m = 20 / 31
    pearson = (5 * (4 - m) ** 2 + 26 * m**2) / m / 30
    assert found.loc[("hazards.found", "101"), "dispersion"] == pytest.approx(pearson)
    assert found.loc[("hazards.found", "all"), "dispersion"] == pytest.approx(pearson)
    assert found.loc[("hazards.found", "101"), "df"] == 4
    # Where no hazard is written there is nothing of its own to learn from: that of the others stands in.
    assert found.loc[("hazards.found", "102"), "dispersion"] == pytest.approx(pearson)


def test_one_row_a_day_is_no_cluster() -> None:
    found = measure({"hazards": make_rows("101", "found_on", *range(1, 31), status="open")})
    assert (found["dispersion"].dropna() == 1).all()
    assert np.isinf(found.loc[("hazards.rectification_rate", "101"), "df"])


def test_the_dead_of_an_accident_are_one_cluster() -> None:
    rows = make_rows("101", "occurred_on", 3, 8, 21, **{"class": "accident", "deaths": [4, 1, 0]})
    found = measure({"incidents": rows})
    m = 5 / 31
    pearson = ((4 - m) ** 2 + (1 - m) ** 2 + 29 * m**2) / m / 30
    assert found.loc[("incidents.deaths", "101"), "dispersion"] == pytest.approx(pearson)


def test_what_is_put_right_together_widens_a_share() -> None:
    """Ten visits of four, half of them all rectified, half none: four rows say as much as one."""
    days = [day for day in range(1, 11) for _ in range(4)]
    done = pd.to_datetime(["2021-03-30" if day % 2 else None for day in days])
    status = ["rectified" if day % 2 else "open" for day in days]
    rows = make_rows("101", "found_on", *days, rectified_on=done, status=status)
    found = measure({"hazards": rows})
    assert found.loc[("hazards.rectification_rate", "101"), "dispersion"] == pytest.approx(4)


def test_a_change_between_periods_is_no_scatter() -> None:
    """All of March rectified a row a day, none of February: within neither is there any scatter."""
    march = make_rows(
        "101", "found_on", *range(1, 31), rectified_on=pd.Timestamp("2021-03-30"), status="rectified"
    )
    early = march.assign(
        found_on=march["found_on"] - pd.Timedelta(days=28), rectified_on=pd.NaT, status="open"
    )
    days = MARCH | {parse_period("2021-02"): date(2021, 2, 28)}
    found = measure({"hazards": pd.concat([early[early["found_on"] < "2021-03-01"], march])}, days)
    assert found.loc[("hazards.rectification_rate", "101"), "dispersion"] == pytest.approx(1)


def test_what_has_no_clusters_is_not_measured() -> None:
    plans = pd.DataFrame({"district_code": ["101"], "name": ["甲"]})
    drills = make_rows("101", "held_on", 5)
    assert "drills.plans_drilled_share" not in measure({"plans": plans, "drills": drills}).index.levels[0]


def test_of_what_is_hidden_no_scatter_is_told():
    codes = ["1", "2", "all"]
    scatter = pd.DataFrame(
        {
            "fact": ["a"] * 3 + ["b"] * 3 + ["c"] * 3,
            "district_code": codes * 3,
            "dispersion": [1.5, 1.5, 2.0] * 3,
            "df": [3.0, 4.0, 9.0] * 3,
        }
    )
    facts = scatter[["fact", "district_code"]].assign(suppressed=False)
    assert leave_out_hidden(scatter, facts).equals(scatter)
    earlier = facts.assign(suppressed=[False] * 3 + [True, False, False] + [False, False, True])
    shown = leave_out_hidden(scatter, facts, earlier)
    assert list(shown["fact"]) == ["a"] * 3 + ["b"] * 3
    assert list(shown["dispersion"]) == [1.5, 1.5, 2.0, 2.0, 2.0, 2.0]
    assert list(shown["df"]) == [3.0, 4.0, 9.0, 9.0, 9.0, 9.0]
