"""Counties with planted drills: an effect, none, and drills that come after incidents."""

import numpy as np

from benchmarks.drill_models import study_county


def test_a_strong_effect_is_reported_and_what_follows_incidents_is_not() -> None:
    strong = study_county(np.random.default_rng(1), incidents=3.0, effect=0.7)
    assert strong.verdict == "fewer" and strong.effect.low < 0.7 < strong.effect.high
    assert study_county(np.random.default_rng(2), incidents=3.0).verdict == "none"
    after = study_county(np.random.default_rng(3), incidents=3.0, follow=2.0)
    assert after.effect.lead_p < 0.01 and after.verdict in ("none", "follow")
