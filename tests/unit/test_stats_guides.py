"""Numbers that a public-health guide's own tools give, re-typed.

From the test data of PHEindicatormethods 2.1.0 (2024), the UK Health Security Agency's R package of the methods of the
Fingertips Public Health Technical Guide: testdata_Proportion, _Byars_Wilson, _Rate, _funnel_ratio_inputs and
_outputs, _funnel_prop_inputs.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from taizhang.stats.funnel import draw_funnel_of_rates, draw_funnel_of_shares, limit_rates
from taizhang.stats.intervals import poisson_interval, wilson_interval

LEVELS = (0.05, 0.002)
POSITIONS = {"low 0.001": -2, "low 0.025": -1, "": 0, "high 0.025": 1, "high 0.001": 2}


@pytest.mark.parametrize(
    ("count", "total", "limits95", "limits998"),
    [
        (1, 100, (0.0017674320641406511, 0.054486196178705294), (0.000873065697299977, 0.1045544528370582)),
        (5, 100, (0.02154367915436798, 0.11175046923191911), (0.013865320725997183, 0.16458852282596442)),
        (20, 100, (0.1333669333310325, 0.28882916559315885), (0.10519162066711432, 0.3471109417008601)),
        (65, 100, (0.5525444329688797, 0.7363575175690247), (0.4954946574070431, 0.7783540614089697)),
        (1045, 5000, (0.19795549880013297, 0.22049130373189027), (0.19179381799015244, 0.22731562902525818)),
        (9856, 12345, (0.7912101752909069, 0.8053640073614909), (0.7869924108419063, 0.8093061412589626)),
        (222, 3215, (0.060791690363636595, 0.07833956681383633), (0.05647101964624248, 0.08418414185270134)),
        (999, 3456, (0.27418951080009873, 0.30440389662818057), (0.26583995768074953, 0.3134475449279985)),
        (
            7776456,
            7564336677,
            (0.0010273201001641094, 0.0010287644578977231),
            (0.0010269040118442213, 0.0010291812992698397),
        ),
    ],
)
def test_wilsons_limits(
    count: int, total: int, limits95: tuple[float, float], limits998: tuple[float, float]
) -> None:
    for alpha, limits in zip(LEVELS, (limits95, limits998), strict=True):
        assert np.ravel(wilson_interval(count, total, alpha=alpha)) == pytest.approx(limits, rel=1e-9)


@pytest.mark.parametrize(
    ("count", "limits95", "limits998"),
    [
        (1, (0.025317807984289897, 5.571643390938898), (0.0010005003335835344, 9.233413476451585)),
        (5, (1.62348639011842, 11.668332079322669), (0.739371731917839, 16.454745203680105)),
    ],
)
def test_exact_poisson_limits(
    count: int, limits95: tuple[float, float], limits998: tuple[float, float]
) -> None:
    for alpha, limits in zip(LEVELS, (limits95, limits998), strict=True):
        assert np.ravel(poisson_interval(count, alpha=alpha)) == pytest.approx(limits, rel=1e-9)


@pytest.mark.parametrize(
    ("observed", "low95", "high95", "low998", "high998"),
    # What must be expected for so many observed to lie on the limit; a search to seven digits.
    [
        (1, 5.571644585, 0.025317898, 9.233410143, 0.001000547),
        (2, 7.224687515, 0.242209467, 11.22886836, 0.04540199),
        (5, 11.6683331, 1.623486324, 16.45474478, 0.739371928),
        (10, 18.39035799, 4.795387629, 24.13397235, 2.960519925),
        (21, 32.10073559, 12.99932836, 39.37475459, 9.619255926),
        (55, 71.59006222, 41.4335243, 81.99762083, 34.89470271),
        (100, 121.6268111, 81.36400699, 134.9243187, 71.92139974),
        (716, 770.4222128, 664.5083011, 802.60414, 636.1521174),
    ],
)
def test_funnel_limits_of_counts(
    observed: int, low95: float, high95: float, low998: float, high998: float
) -> None:
    expected = np.array([low95, high95, low998, high998])
    for at, z in zip((expected[:2], expected[2:]), norm.isf(np.array(LEVELS) / 2), strict=True):
        low, high = limit_rates(1.0, at, float(z))
        reached = [low[0] * at[0], high[1] * at[1]]
        assert reached == pytest.approx([observed] * 2, rel=1e-6 if observed > 10 else 1e-4)


# Observed, expected and what the guide's tool calls them: of 300 those nearest to the limits, and the small ones.
RATIOS = [
    (6, 4.293052052, ""), (8, 6.239860227, ""), (46, 61.18648577, ""), (48, 64.0, "low 0.025"),
    (94, 67.43668843, "high 0.025"), (85, 67.9184978, ""), (46, 71.75167681, "low 0.001"),
    (104, 73.9476678, "high 0.001"), (115, 82.14285714, "high 0.001"), (72, 90.53187476, ""),
    (66, 95.61060409, "low 0.001"), (118, 98.01478528, ""), (83, 103.0799801, "low 0.025"),
    (85, 105.5376211, "low 0.025"), (141, 106.7211626, "high 0.001"), (77, 107.8582435, "low 0.025"),
    (84, 117.4004193, "low 0.001"), (98, 134.6338783, "low 0.001"), (164, 138.9830508, "high 0.025"),
    (117, 140.709561, "low 0.025"), (182, 143.6804295, "high 0.025"), (121, 162.3289509, "low 0.001"),
    (207, 177.7129121, "high 0.025"), (275, 226.4679239, "high 0.001"), (261, 230.9734513, ""),
    (0, 240.6273499, "low 0.001"), (335, 276.3114484, "high 0.001"), (355, 318.5570711, "high 0.025"),
]  # fmt: skip


def test_places_of_ratios_in_the_funnel() -> None:
    observed, expected, called = (pd.Series(column) for column in zip(*RATIOS, strict=True))
    # One place more, so large that all together have as many events as expected, as in the guide's ratios.
    rest = 1e9
    events = pd.concat([observed, pd.Series([rest - observed.sum()])], ignore_index=True).astype(float)
    size = pd.concat([expected, pd.Series([rest - expected.sum()])], ignore_index=True)
    funnel = draw_funnel_of_rates(events, size, dispersion=1.0)
    assert funnel.target == pytest.approx(1.0)
    assert funnel.places["position"].iloc[:-1].tolist() == called.map(POSITIONS).tolist()


# Of 303 primary care trusts those nearest to the limits; all together 10,325,813.8504 of 12,804,440.
TRUSTS = [
    ("Royston, Buntingford and Bishop's Stortford", 16924.1296, 20776, "high 0.025"),
    ("Trafford North", 17967.1247, 22603, "low 0.001"),
    ("North Peterborough", 20619.5552, 25852, "low 0.001"),
    ("Tendring", 23617.7778, 28954, "high 0.001"),
    ("Rochdale", 26734.0178, 32867, "high 0.001"),
    ("Witham, Braintree and Halstead", 28537.4507, 35201, "high 0.025"),
    ("West Hull", 30111.081, 37037, "high 0.001"),
    ("North Devon", 30277.5312, 37828, "low 0.025"),
    ("Telford and Wrekin", 31973.4336, 39488, ""),
    ("Colchester", 34188.814, 42001, "high 0.001"),
    ("Mid-Hampshire", 34502.0685, 42485, "high 0.025"),
    ("Fareham and Gosport", 37945.3125, 46875, ""),
    ("South East Hertfordshire", 38045.3716, 46958, "high 0.025"),
    ("Rotherham", 48590.8983, 60459, ""),
    ("Walsall Teaching", 48822.495, 60990, "low 0.001"),
    ("Sunderland Teaching", 56140.4742, 70053, "low 0.001"),
    ("Ashton, Leigh and Wigan", 59356.4384, 73352, ""),
]


def test_places_of_shares_in_the_funnel() -> None:
    names, counts, totals, called = (list(column) for column in zip(*TRUSTS, strict=True))
    count = pd.Series([*counts, 10325813.8504 - sum(counts)], [*names, "others"]).round()
    total = pd.Series([*totals, 12804440 - sum(totals)], [*names, "others"])
    funnel = draw_funnel_of_shares(count, total, dispersion=1.0)
    assert funnel.target == pytest.approx(0.8064241778633037, rel=1e-6)
    assert funnel.places["position"].iloc[:-1].tolist() == [POSITIONS[name] for name in called]
