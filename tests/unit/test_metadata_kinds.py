"""The ledger kinds as the contract lists them, and kinds of a user's own."""

from pathlib import Path

import pytest

from taizhang.core.errors import ParameterError
from taizhang.ledgers.text import fold
from taizhang.metadata.kinds import PREMISES, find_premises_columns, load_kinds, load_shared

CONTRACT = """
hazards: district*, found_on*, description, hazard_id, premises, premises_type, trade, category, severity, mode, deadline, rectified_on, verified_on, verified_result, closed_on, status, responsible, listed, cost_wan, inspection_id, grid, lon, lat
inspections: district*, inspected_on*, inspection_id, premises, premises_id, mode, action, inspectors, hazards_found, penalty_yuan, outcome
drills: district*, held_on*, name, organiser, kind, scope, hazard_type, plan, participants, duration_min, evacuation_s, evaluated, rating, problems, problems_fixed
plans: district*, name*, kind, hazard_type, issued_on, revised_on, review_due
incidents: district*, occurred_on*, reported_on, class, type, deaths, missing, serious_injuries, injuries, loss_wan, affected, evacuated, description, lon, lat
losses: district*, event*, occurred_on*, affected, evacuated, houses_collapsed, houses_damaged, crops_ha, loss_wan
complaints: district*, received_on*, channel, topic, answered_on, answer_due_on, resolved_on, due_on, status, satisfied, case_id
disputes: district*, found_on*, kind, settled_on, status
warnings: district*, issued_at*, kind, colour, lifted_at
duty_checks: district*, checked_at*, on_duty, minutes_to_answer
weather: district*, month*, mean_temp_c, normal_temp_c, rain_mm, normal_rain_mm, rain_days, normal_rain_days, sun_h, normal_sun_h
teams: district*, name*, kind, members, equipped
supplies: district*, depot, item*, quantity*, unit, standard, expires_on
shelters: district*, name*, capacity, area_m2, lon, lat
publicity: district*, held_on*, form, theme, sessions, reached, materials
actions: name*, stage*, starts_on*, ends_on*, district, done_on, found, closed
schools: district*, school*, item*, met, veto, term
population: district*, year*, residents, households, output_yi, employees, area_km2
premises: district*, name*, premises_id, type, trade, address, key, status, opened_on, closed_on, grade, insured, lon, lat, responsible
investigations: district*, occurred_on*, incident, level, opened_on, closed_on, measures, measures_done, accountable
responses: district*, plan*, level, started_at*, ended_at
relief: district*, given_on*, event, households, people, amount_wan
reports_up: district*, reported_at*, kind, occurred_at, instruction, instruction_done_on
""".strip().splitlines()  # noqa: E501 - as the contract writes it

# Kinds that came later stand after these, by name.
LATER = """
experts: district, field*, members
models: district*, name*, kind, level, awarded_on, withdrawn_on
projects: district, name*, started_on, due_on, done_on, planned_wan, spent_wan
signings: district*, year*, due, signed
tasks: district, task*, owner, due_on*, done_on, source, finding, responsible
""".strip().splitlines()

VALUES = {
    ("hazards", "severity"): ["general", "major"],
    ("hazards", "mode"): ["on_the_spot", "by_deadline"],
    ("hazards", "status"): ["open", "rectified", "closed"],
    ("inspections", "mode"): ["routine", "special", "unannounced", "random", "joint", "expert"],
    ("drills", "kind"): ["tabletop", "field"],
    ("drills", "scope"): ["single", "combined"],
    ("plans", "kind"): ["general", "special", "department", "event", "on_site"],
    ("incidents", "class"): ["natural", "accident", "health", "security"],
    ("warnings", "colour"): ["red", "orange", "yellow", "blue"],
    ("models", "level"): ["national", "provincial", "municipal", "county", "township"],
    ("premises", "status"): ["open", "closed"],
    ("responses", "level"): ["1", "2", "3", "4"],
}

OWN = """
kind: lifts
title: {zh: 电梯, en: Lifts}
row: {zh: 一部电梯, en: one lift}
date: checked_on
id: [lift_id]
fields:
  district: {required: true}
  checked_on: {type: date, required: true, title: 检验日期, aliases: [检验时间]}
  lift_id: {type: text}
  state: {type: category, values: {good: {zh: 合格, en: good, aliases: [正常]}, bad: [不合格, 停用]}}
  premises: null
"""


def test_kinds_have_the_contracts_columns_in_its_order() -> None:
    kinds = load_kinds()
    assert list(kinds)[: len(CONTRACT)] == [line.split(":")[0] for line in CONTRACT]
    assert {line.split(":")[0] for line in LATER} <= {*kinds}
    for line in (*CONTRACT, *LATER):
        name, columns = line.split(": ")
        kind = kinds[name]
        extra = tuple(item.name for item in kind.fields.values() if item.splits)
        assert kind.columns == tuple(column.rstrip("*") for column in columns.split(", ")) + extra
        assert kind.required == tuple(column[:-1] for column in columns.split(", ") if column.endswith("*"))
    assert kinds["hazards"].columns[-1] == "items"
    assert kinds["hazards"].personal == ("responsible",)


@pytest.mark.parametrize(("kind", "column"), VALUES)
def test_categories_have_the_contracts_values(kind: str, column: str) -> None:
    assert list(load_kinds()[kind].fields[column].values) == VALUES[kind, column]


def test_no_spelling_of_a_category_means_two_values_and_zhongdian_means_none() -> None:
    for kind in load_kinds().values():
        for item in kind.fields.values():
            seen: dict[str, str] = {}
            for value in item.values.values():
                for word in (value.name, value.zh, value.en, *value.aliases):
                    assert seen.setdefault(fold(word), value.name) == value.name, (kind.name, item.name, word)
    severity = load_kinds()["hazards"].fields["severity"]
    assert not any(
        "重点" in word for value in severity.values.values() for word in (value.zh, *value.aliases)
    )


def test_every_field_has_words_in_both_languages_and_every_unit_is_known() -> None:
    for kind in load_kinds().values():
        for item in kind.fields.values():
            assert item.title["zh"] != item.name and item.title["en"] != item.name, (kind.name, item.name)
            assert item.description["zh"] and item.description["en"], (kind.name, item.name)
            assert not item.unit or item.unit in load_shared().units


def test_a_users_own_kind_is_of_the_same_form(tmp_path: Path) -> None:
    (tmp_path / "lifts.yml").write_text(OWN, "utf-8")
    kind = load_kinds(tmp_path)["lifts"]
    assert kind.columns == ("district", "checked_on", "lift_id", "state", "premises")
    assert kind.fields["premises"].title["zh"] == "场所"  # shared, by null
    assert kind.fields["checked_on"].title == {"zh": "检验日期", "en": "检验日期"}
    assert kind.fields["state"].values["bad"].aliases == ("不合格", "停用")
    assert list(load_kinds(tmp_path))[:-1] == list(load_kinds())


def test_what_is_wrong_with_a_users_kind_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "lifts.yml").write_text(
        OWN.replace("type: text", "tipe: text").replace("[lift_id]", "[lift]"), "utf-8"
    )
    (tmp_path / "hazards.yml").write_text(OWN.replace("kind: lifts", "kind: hazards"), "utf-8")
    with pytest.raises(ParameterError) as caught:
        load_kinds(tmp_path)
    text = str(caught.value)
    assert "unknown key 'tipe'; did you mean 'type'" in text
    assert "id names 'lift', which is not a field" in text
    assert "hazards.yml: the kind 'hazards' already exists" in text


def test_a_text_cut_off_at_an_unquoted_comma_is_told(tmp_path: Path) -> None:
    (tmp_path / "lifts.yml").write_text(OWN.replace("en: one lift}", "en: one lift, or hoist}"), "utf-8")
    with pytest.raises(ParameterError, match=r"lifts.yml: row: .*'or hoist' is neither zh nor en; put"):
        load_kinds(tmp_path)


def test_a_key_that_stands_twice_is_told_with_its_line(tmp_path: Path) -> None:
    text = (
        "kind: wells\ntitle: {zh: 井, en: Wells}\nfields:\n  depth: {type: number}\n  depth: {type: text}\n"
    )
    (tmp_path / "wells.yml").write_text(text, "utf-8")
    with pytest.raises(ParameterError, match=r"wells\.yml.*line 5: 'depth' occurs twice"):
        load_kinds(tmp_path)


OWN_OF_PERSONS = """
title: {zh: 液化气站, en: Gas stations}
row: {zh: 一站一行, en: one row per station}
fields:
  district: {}
  station: {type: text, title: {zh: 站名, en: Station}, required: true}
  who: {type: text, title: {zh: 联系人, en: Who}}
  call: {type: integer, title: {zh: 负责人电话, en: Call}}
  wardens: {type: integer, title: {zh: 网格员, en: Wardens}}
  told: {type: text, title: {zh: 情况, en: Told}, aliases: [姓名（签字）]}
  hotline: {type: text, title: {zh: 服务电话, en: Hotline}, aliases: [电话], personal: false}
  keeper: {type: text, title: {zh: 保管, en: Keeper}, personal: true}
"""


def test_columns_of_names_and_telephones_of_an_own_kind_are_personal_unless_it_says_otherwise(
    tmp_path: Path,
) -> None:
    (tmp_path / "gas.yml").write_text(OWN_OF_PERSONS, "utf-8")
    fields = load_kinds(tmp_path)["gas"].fields
    assert [name for name, item in fields.items() if item.personal] == ["who", "call", "told", "keeper"]
    assert [name for name, item in fields.items() if item.guessed] == ["who", "call", "told"]


def test_no_column_of_the_package_is_guessed() -> None:
    assert not [name for kind in load_kinds().values() for name, item in kind.fields.items() if item.guessed]


def test_every_kind_that_names_premises_is_linked(tmp_path: Path) -> None:
    (tmp_path / "permits.yml").write_text(
        "kind: permits\ntitle: {zh: 许可, en: permits}\nrow: {zh: 一件许可, en: one permit}\ndate: issued_on\nfields:\n"
        "  issued_on: {title: {zh: 发证日期, en: Issued on}, type: date, required: true}\n"
        "  premises: null\n",
        encoding="utf-8",
    )
    kinds = load_kinds(tmp_path)
    named = {name for name, kind in kinds.items() if {PREMISES, f"{PREMISES}_id"} & {*kind.fields}}
    assert {"hazards", "inspections", "premises", "permits"} <= named
    assert all(find_premises_columns(kinds[name]) is not None for name in named)
