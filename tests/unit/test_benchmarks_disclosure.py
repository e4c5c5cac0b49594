"""The attack on all that is published of a year finds nothing, and finds what there is to be found."""

from datetime import date

import numpy as np
import pytest

from benchmarks.disclosure import KNOWN, OWN, SEED, YEAR, Attack, make_ledgers, publish, study


@pytest.mark.parametrize("own", [None, OWN])
def test_no_hidden_count_of_a_year_can_be_worked_out(own: date | None) -> None:
    found = study(2, 1, mean=2.0, own=own)
    assert found["counts"] > 50 and found["linear"] == found["integer"] == 0


def test_the_attack_works() -> None:
    # Where the quarters, halves and the year are shown as they are, months hidden by themselves are plain.
    ledgers = make_ledgers(np.random.default_rng([SEED, 1]), 2, mean=2.0)
    hidden, bare = (publish(ledgers, 2, own=OWN, hide=hide) for hide in (True, False))
    facts = {text: hidden[text] if text.startswith(f"{YEAR}-") else bare[text] for text in hidden}
    assert Attack(facts, KNOWN[0], same_day=True).find_plain(whole=False)
