"""taizhang.stats.dispersion: how much clusters of rows widen counts and shares."""

import numpy as np
import pandas as pd
import pytest

from taizhang.stats.dispersion import disperse_clustered_counts, disperse_daily_counts, disperse_shares


def test_daily_counts_by_hand():
    # a: mean 1, squares 1 + 1 + 9 + 1 over it, by three degrees of freedom: 4. b: the same each day: 0.
    # Of both, rows being equal, 2. a has one day with rows and borrows four: (4 + 4 * 2) / 5.
    found = disperse_daily_counts(pd.DataFrame([[0, 0, 4, 0], [1, 1, 1, 1]], index=["a", "b"]))
    assert found["dispersion"].tolist() == pytest.approx([2.4, 1.0])
    assert found["df"].tolist() == [4, 4]
    assert found["clusters"].tolist() == [1, 4]


def test_each_period_has_a_mean_of_its_own():
    steady = [pd.DataFrame([[1.0] * 5]), pd.DataFrame([[9.0] * 5])]
    assert disperse_daily_counts(steady)["dispersion"].tolist() == [1.0]
    together = pd.concat(steady, axis=1)
    # Mean 5, squares 10 * 16 over it, by nine degrees of freedom.
    assert disperse_daily_counts(together)["dispersion"].tolist() == pytest.approx([32 / 9])


def test_days_that_are_not_known_do_not_count():
    found = disperse_daily_counts(pd.DataFrame([[0, np.nan, 4, 0, 0]]))
    assert found["dispersion"].tolist() == pytest.approx([4.0])
    assert disperse_daily_counts(pd.DataFrame([[np.nan, 3.0]]))["dispersion"].tolist() == [1.0]


def test_a_rate_is_held_to_be_the_same_on_all_days():
    hazards, visits = pd.DataFrame([[2, 4, 0, 7]]), pd.DataFrame([[1, 2, 0, 3]])
    # 13 hazards in 6 visits, as even as whole numbers can be: less than chance's, told as chance's.
    assert disperse_daily_counts(hazards, visits)["dispersion"].tolist() == [1.0]
    # 3 expected on each of three days with a visit: (36 + 9 + 9) / 3, over two degrees of freedom.
    uneven = disperse_daily_counts(pd.DataFrame([[9, 0, 0, 0]]), pd.DataFrame([[1, 1, 0, 1]]))
    assert uneven["dispersion"].tolist() == pytest.approx([9.0])


def test_deaths_of_one_accident_are_one_cluster():
    # a: 1 and 3 dead, 10 / 4; b: 2 dead, 4 / 2; together 14 / 6. a borrows one accident, b two.
    found = disperse_clustered_counts(["a", "a", "b", "a"], [1, 2, 1, 3], [1, 3, 2, 0])
    assert found["dispersion"].tolist() == pytest.approx([(2 * 2.5 + 14 / 6) / 3, (2 + 2 * 14 / 6) / 3])
    assert found["clusters"].tolist() == [2, 1]
    assert disperse_clustered_counts(["a"] * 3, [1, 1, 2])["dispersion"].tolist() == pytest.approx([5 / 3])


def test_shares_by_hand():
    rows = [(1, 1), (1, 0), (2, 1), (2, 0), (3, 1), (3, 1), (4, 0), (4, 0)]
    visit, done = zip(*rows, strict=True)
    # Half of all. Deviations 0, 0, 1, 1, their squares 2, times 4 / 3; rows alone would have 2; four pairs' worth is 2.
    found = disperse_shares(["a"] * 8, visit, done)
    assert found.loc["a"].to_dict() == pytest.approx(
        {"dispersion": 4 / 3, "df": 3, "clusters": 4, "icc": 1 / 3}
    )
    # Answers nobody knows are left out, and rows that are clusters of their own are independent.
    assert disperse_shares(["a"] * 9, [*visit, 4], [*done, np.nan])["icc"]["a"] == pytest.approx(1 / 3)
    assert disperse_shares(["a"] * 8, range(8), done)["dispersion"].tolist() == [1.0]


def test_few_clusters_borrow_from_the_others():
    groups = ["a"] * 8 + ["b"] * 2
    visits = [1, 1, 2, 2, 3, 3, 4, 4, 1, 1]
    found = disperse_shares(groups, visits, [1, 0, 1, 0, 1, 1, 0, 0, 1, 0])
    assert found["icc"].tolist() == pytest.approx([1 / 3, 1 / 3])
    assert found["df"].tolist() == [3, 3]  # b's one cluster tells nothing of itself
    alike = disperse_shares(["a", "b"], [1, 1], [1, 1])
    assert alike["dispersion"].tolist() == [1.0, 1.0]


def test_no_rows():
    empty = disperse_clustered_counts([], [])
    assert empty.empty and list(empty) == ["dispersion", "df", "clusters"]
    assert disperse_shares([], [], []).empty
    none = disperse_daily_counts(pd.DataFrame(0.0, index=["a", "b"], columns=range(5)))
    assert none["dispersion"].tolist() == [1.0, 1.0] and none["df"].tolist() == [0, 0]


@pytest.mark.parametrize("size", [1, 3])
def test_visits_of_a_size_widen_a_count_as_many_times(size):
    rng = np.random.default_rng(5)
    counts = pd.DataFrame(size * rng.poisson(0.2, (12, 365)))
    found = disperse_daily_counts(counts)["dispersion"]
    assert found.mean() == pytest.approx(size, rel=0.05)
