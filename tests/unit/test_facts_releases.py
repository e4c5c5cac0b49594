"""What is hidden now because of what releases show: no count that one of them hides can be worked out from all."""

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
import pytest

from benchmarks.disclosure import KNOWN, study_releases
from taizhang.core.periods import parse_period
from taizhang.facts import Earlier, compute_facts, prepare_ledgers
from taizhang.facts.measures import Part, Result
from taizhang.facts.releases import spread
from taizhang.facts.rows import Ledgers

Counts = Mapping[str, int]
YEAR = parse_period("2021")


def make(counts: Counts) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Complaints received in a year by district, none resolved, and the districts."""
    codes = [code for code, many in counts.items() for _ in range(many)]
    rows = pd.DataFrame({"district_code": codes, "received_on": pd.Timestamp("2021-05-10")})
    return {"complaints": rows}, pd.DataFrame({"code": [*counts], "name": [*counts]})


def count(counts: Counts, earlier: Sequence[Earlier] = (), **more: object) -> pd.DataFrame:
    ledgers, districts = make(counts)
    return compute_facts(ledgers, districts, YEAR, date(2021, 12, 31), earlier=earlier, **more)  # type: ignore[arg-type]


def freeze(name: str, counts: Counts, facts: pd.DataFrame) -> Earlier:
    def load(kinds: object) -> tuple[Ledgers, None]:
        return prepare_ledgers(*make(counts)), None

    return Earlier(name, name, name, facts, load)


def show(facts: pd.DataFrame) -> dict[str, float | None]:
    """Complaints received; None: hidden."""
    rows = facts[facts["fact"] == "complaints.received"]
    return {
        code: None if pd.isna(value) else value
        for code, value in zip(rows["district_code"], rows["value"], strict=True)
    }


FIRST = {"101": 3, "102": 8, "103": 9, "104": 30}


def test_what_a_release_hides_and_nothing_changed_stays_hidden() -> None:
    facts = count(FIRST)
    shown = show(facts)
    # By hand: 3 is small; the whole less the others would tell it, so that one more is hidden, the least.
    assert shown == {"101": None, "102": None, "103": 9, "104": 30, "all": 50}
    # Where 101 has nine now, nothing is small; the 8, shown, would tell the 3 of the first: 50 - 8 - 9 - 30.
    later = FIRST | {"101": 9}
    assert show(count(later)) == {**later, "all": 56}
    now = show(count(later, [freeze("v1", FIRST, facts)]))
    # The 8 stays hidden; shown with all the rest it would be 56 - 9 - 9 - 30, so that another is hidden with it.
    hidden = {code for code, value in now.items() if value is None}
    assert "102" in hidden and hidden & {"101", "all"}
    assert all(value == (later | {"all": 56})[code] for code, value in now.items() if value is not None)


def test_the_same_rows_are_released_the_same_again() -> None:
    first = count(FIRST)
    earlier = [freeze("v1", FIRST, first)]
    pd.testing.assert_frame_equal(count(FIRST, earlier), first)
    later = FIRST | {"101": 9, "103": 2}
    second = count(later, earlier)
    earlier.append(freeze("v2", later, second))
    pd.testing.assert_frame_equal(count(later, earlier), second)


def test_another_choice_of_what_is_hidden_is_not_made() -> None:
    # The second alone would hide 102 or 103 with the new 104; each of them is known by the first, or hides there.
    later = {"101": 3, "102": 8, "103": 9, "104": 2}
    now = show(count(later, [freeze("v1", FIRST, count(FIRST))]))
    assert now["101"] is None and now["102"] is None and now["104"] is None
    # What is known cannot be hidden, so it is not.
    assert now["103"] == 9


def test_what_was_shown_before_small_counts_were_hidden_is_known() -> None:
    open_ = count(FIRST, suppress=())
    assert show(open_)["101"] == 3
    now = count(FIRST, [freeze("v1", FIRST, open_)])
    assert show(now) == {**FIRST, "all": 50}


def test_districts_that_are_no_more_are_still_known() -> None:
    # 102 was merged into 104; 103 and the 3 of 101 are as they were.
    later = {"103": 9, "101": 3, "104": 38}
    now = show(count(later, [freeze("v1", FIRST, count(FIRST))]))
    assert [*now] == ["103", "101", "104", "all"]
    # 9 is known. 38 less the 30 would tell the 8, and 50 less the others the 3.
    assert now["101"] is None and now["104"] is None and now["103"] == 9


def test_a_result_is_put_in_the_order_of_other_districts() -> None:
    values = pd.Series([1.0, 2.0, 3.0]).to_numpy()
    nothing = values * float("nan")
    result = Result(values, nothing, nothing, nothing, nothing, {"a": Part(values, values)})
    wide = spread(result, pd.Index(["a", "b"]), pd.Index(["b", "c", "a"]))
    assert wide.parts["a"].values.tolist() == [2, 0, 1, 3] and wide.parts["a"].is_count
    assert pd.isna(wide.value[1]) and wide.value[-1] == 3


@pytest.mark.parametrize("seed", [11])
def test_from_all_releases_together_nothing_hidden_can_be_worked_out(seed: int) -> None:
    found = study_releases(3, seed, mean=2.0, kinds=KNOWN[1:])
    # Each release made safe by itself gives some away.
    assert found["plain_alone"] > 0 and found["plain_together"] == 0
    assert found["counts_together"] > 100
