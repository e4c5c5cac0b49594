"""The attack on all that is published of a year finds nothing, and finds what there is to be found."""

from datetime import date

import numpy as np
import pytest
from scipy import sparse

from benchmarks.disclosure import (
    KNOWN,
    OWN,
    SEED,
    YEAR,
    Attack,
    Fewest,
    compare_fewest,
    make_ledgers,
    publish,
    study,
)
from taizhang.facts.protect import Cells, hide_facts


@pytest.mark.parametrize("own", [None, OWN])
def test_no_hidden_count_of_a_year_can_be_worked_out(own: date | None) -> None:
    found = study(2, 1, mean=2.0, own=own)
    assert found["counts"] > 50 and found["linear"] == found["integer"] == 0
    # Each period made safe by itself hides less, and gives some of that away.
    assert found["alone"] < found["hidden"] and found["plain_alone"] > 0


def test_the_attack_works() -> None:
    # Where the quarters, halves and the year are shown as they are, months hidden by themselves are plain.
    ledgers = make_ledgers(np.random.default_rng([SEED, 1]), 2, mean=2.0)
    hidden, bare = (publish(ledgers, 2, own=OWN, hide=hide) for hide in (True, False))
    facts = {text: hidden[text] if text.startswith(f"{YEAR}-") else bare[text] for text in hidden}
    assert Attack(facts, KNOWN[0], same_day=True).find_plain(whole=False)


def test_the_fewest_that_can_be_hidden_on_a_table_by_hand() -> None:
    # Of four places and all: 3 is small; the whole less the others would tell it, unless the 7 is hidden, too.
    cells = Cells(
        values=np.array([3.0, 7, 9, 19]),
        least=np.array([1.0, 1, 1, 1]),
        counts=np.ones(4, bool),
        fixed=np.zeros(4, bool),
        shows=sparse.csr_array(np.eye(4)),
        exists=np.ones(4, bool),
        weights=np.ones(4),
        family=np.zeros(4, int),
        equal=[(3, np.array([0, 1, 2]))],
    )
    small = np.array([True, False, False, False])
    assert Fewest(cells, small).count() == 2 == hide_facts(cells, small).sum()
    # A choice that leaves it plain gives a cut; one that does not gives none.
    fewest = Fewest(cells, small)
    assert fewest.is_plain(np.array([1.0, 0, 0, 0]), 0) and not fewest.is_plain(np.array([1.0, 0, 1, 0]), 0)
    assert [cut.tolist() for cut in fewest.cuts] == [[0, 1, 1, 1]]


def test_little_more_is_hidden_than_must_be() -> None:
    found = compare_fewest(2, 3, mean=0.3, own=None)
    assert found["small"] < found["fewest"] <= found["hidden"] <= 1.5 * found["fewest"]
