"""facts.yml is complete, and the contract's names are all there."""

from taizhang.facts.compute import MEASURES
from taizhang.metadata.facts import (
    DIRECTIONS,
    INTERVALS,
    describe_fact,
    load_facts,
    split_target,
    unit_label,
)

CONTRACT = """
hazards.found .rectified .rectified_undated .status_unknown .rectification_rate .on_the_spot .on_the_spot_share
.open .overdue .major .major_open
.repeats .days_to_rectify_median .open_stock .overdue_stock .major_open_stock .overdue_stock_days_median
inspections.visits .premises .hazards_per_visit .penalties .penalty_yuan
drills.held .participants .field_share .evaluated_share .problems .problems_fixed_share .plans_drilled_share
plans.current .review_overdue .all
incidents.count .deaths .serious_injuries .loss_wan .level_ordinary .level_larger .level_major
.level_extraordinary .deaths_per_100k .deaths_per_yi_output
losses.events .affected .loss_wan .events_unwarned complaints.received .answered .resolved .resolved_undated
.resolution_rate .on_time_rate disputes.found .settled .settled_undated .settlement_rate
warnings.issued duty_checks.made .passed_rate teams.count .members supplies.lines .below_standard .expired
shelters.count .capacity .capacity_per_resident
experts.members projects.count .done .overdue .planned_wan .spent_wan signings.due .signed_share models.count
publicity.sessions .reached grid.cells .cells_unassigned .gap_km2 .overlap_km2 schools.items .items_met_rate
.vetoed tasks.due .done .done_rate .on_time_rate .days_late_median .overdue_stock .overdue_stock_before
inspections.coverage .key_coverage premises.registered .key .insured_share .graded_share
investigations.opened .closed .measures .measures_done_rate
responses.activated .hours_median .level_1 .level_2 .level_3 .level_4 relief.households .people .amount_wan
reports_up.made .instructions .instructions_done_rate
"""


def names_of_the_contract() -> set[str]:
    names, kind = set(), ""
    for word in CONTRACT.split():
        kind = kind if word.startswith(".") else word.split(".")[0]
        names.add(word if not word.startswith(".") else kind + word)
    return names


def test_facts_are_those_of_the_contract():
    assert names_of_the_contract() <= set(load_facts()) == set(MEASURES)


def test_each_entry_is_complete():
    for name, info in load_facts().items():
        assert {"zh", "en"} == set(info.title) == set(info.definition), name
        assert all(info.title.values()) and all(info.definition.values()) and info.formula and info.source, (
            name
        )
        assert info.direction in DIRECTIONS and info.interval in INTERVALS, name
        assert isinstance(unit_label(info.unit, "zh"), str) and isinstance(unit_label(info.unit, "en"), str)
        assert isinstance(info.decimals, int) and info.kind == name.split(".")[0]
    assert [info.order for info in load_facts().values()] == list(range(len(load_facts())))


def test_intervals_said_are_intervals_given():
    given = {"Share": "wilson", "Coverage": "wilson", "Median": "greenwood", "Area": "none"}
    for name, measure in MEASURES.items():
        form = type(measure).__name__
        said = load_facts()[name].interval
        if form == "Ratio":
            assert said == ("wilson" if measure.percent else "poisson"), name
        else:
            assert said == given.get(form, "poisson" if getattr(measure, "interval", False) else "none"), name


def test_units_fit_the_form():
    for name, measure in MEASURES.items():
        percent = type(measure).__name__ in ("Share", "Coverage") or getattr(measure, "percent", False)
        assert (load_facts()[name].unit == "percent") == percent, name


def test_targets():
    assert split_target("targets.drills.held.done_percent") == ("drills.held", "done_percent")
    assert split_target("drills.held") is None
    info = describe_fact("targets.drills.held.pace_points")
    assert (info.title["zh"], info.unit, info.kind) == ("演练次数：与序时进度之差", "points", "targets")
