"""The index of capacity by hand."""

from view_maker import CODES, NAMES, make_fact, make_view

from taizhang import figures
from taizhang.analysis.capacity import find_capacity
from taizhang.metadata.facts import load_facts
from taizhang.settings.reading import SettingsFile
from taizhang.settings.risk import read_risk

FACTS = tuple(load_facts())


def test_capacity_by_hand() -> None:
    """Grades 1 and 5 are 0 and 10 of lack; nothing drilled is 10, all is 0; weights of 3 to 1.

    The mean grade, 20 / 6, and the mean drilled, 350 / 6 percent, are 4.25. Grade 3 is a seventh of the way to the
    best, 4.25 * 6 / 7, half drilled a seventh of the way to the worst, 4.25 + 5.75 / 7: together 4. Lack of 2.5 is a
    capacity of 7.5 and in the second class, 4 is in the third, 7.5 in the fifth.
    """
    grades = dict(zip(NAMES, (1, 1, 3, 5, 5, 5), strict=True))
    drilled = (0.0, 0.0, 50.0, 100.0, 100.0, 100.0)
    model = {
        "indicators": [
            {"name": "专家评定", "dimension": "capacity", "grades": grades, "weight": 3},
            {"name": "演练覆盖", "dimension": "capacity", "value": "drills.plans_drilled_share",
             "more_is_worse": False},
        ]
    }  # fmt: skip
    facts = [
        make_fact("drills.plans_drilled_share", share, district=code)
        for code, share in zip(CODES, drilled, strict=True)
    ]
    view = make_view(
        facts=facts, district="all", settings={"risk": read_risk(SettingsFile("risk.toml", model), FACTS)}
    )
    found, table = find_capacity(view), figures.tabulate_capacity(view)
    assert found is not None and found.places["strength"].round(9).tolist() == [7.5, 7.5, 6, 2.5, 2.5, 2.5]
    assert table is not None
    shown = {row[0].text: [cell.text for cell in row[1:5]] for row in table.rows}
    assert shown[NAMES[0]] == ["10.0", "0.0", "7.5", "较强"]
    assert shown[NAMES[2]] == ["6.4", "4.9", "6.0", "中等"]
    assert shown[NAMES[3]] == ["0.0", "10.0", "2.5", "弱"]
    assert table.rows[0][0].text in NAMES[:2] and "专家评定75%" in table.notes[0].replace(" ", "")
    assert not figures.tabulate_risk(view)  # one dimension is no risk index
    assert not figures.tabulate_capacity(make_view())
