"""The sample's assessment.toml, and its draw.toml with the lists that are drawn from."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

# Who is inspected in a draw: no homes, no roads.
_TYPES = ("企业", "工地", "学校", "养老机构", "渔船码头")
_PER_TOWN = 30
_INSPECTORS = 24
_AVOIDING = 15
_LATEST = pd.Timestamp("2022-12-31")
_ASSESSMENT = """\
# 考核规则（示例）：各条规则的写法见 docs/assessment.md。
# Rules of the assessment, a sample: docs/assessment.md says how each is written.

title = "应急管理工作考核（示例）"

[[rules]]
name = "隐患整改率"
kind = "points"
fact = "hazards.rectification_rate"
points = 40
zero_at = 85
full_at = 99

[[rules]]
name = "检查任务"
kind = "points"
fact = "targets.inspections.visits.done_percent"
points = 30
zero_at = 40
full_at = 100

[[rules]]
name = "演练评估率"
kind = "points"
fact = "drills.evaluated_share"
points = 15
zero_at = 30
full_at = 95

[[rules]]
name = "诉求按期办结率"
kind = "points"
fact = "complaints.on_time_rate"
points = 15
zero_at = 50
full_at = 85

[[rules]]
name = "多办演练"
kind = "reward"
fact = "drills.held"
above = 10
per = 0.5
at_most = 3

[[rules]]
name = "逾期未整改"
kind = "deduction"
fact = "hazards.overdue_stock"
per = 0.5
at_most = 5

[[rules]]
name = "亡人"
kind = "deduction"
fact = "incidents.deaths"
per = 2

[[rules]]
name = "较大事故"
kind = "veto"
fact = "incidents.level_larger"
"""
_DRAW = """\
# 双随机抽查（示例）：taizhang draw；规则见 docs/draw.md。
# A double-random draw, a sample: taizhang draw; docs/draw.md explains the rules.

title = "2023年第一季度双随机抽查（示例）"
seed = "示例种子：2022年12月31日公开"
entities = "data/raw/draw/entities.csv"
inspectors = "data/raw/draw/inspectors.csv"
avoid = "data/raw/draw/avoid.csv"
team = 2
once_since = 2022-12-01

[share]
"""
_SHARES = {"高风险": "0.25", "中风险": "0.10"}
_OTHERS = '"*" = 0.05\n'


def write_lists(folder: Path, tables: Mapping[str, pd.DataFrame], rng: np.random.Generator) -> None:
    """Write assessment.toml, draw.toml and data/raw/draw.

    Parameters
    ----------
    folder : Path
        The workbook.
    tables : Mapping of str to DataFrame
        hazards and inspections as accepted; without them (a sample of Parquet files), or without premises that are
        inspected, there is nothing to draw from, and no draw.toml.
    rng : numpy.random.Generator
        Says which inspectors avoid whom.
    """
    _write(folder / "assessment.toml", _ASSESSMENT)
    if not {"hazards", "inspections"} <= set(tables):
        return
    entities = _list_entities(tables["hazards"], tables["inspections"])
    if entities.empty:
        return
    inspectors = [f"ZF{number:04d}" for number in range(1, _INSPECTORS + 1)]
    avoid = pd.DataFrame(
        {
            "执法证号": rng.choice(inspectors, _AVOIDING),
            "单位编号": rng.choice(entities["编号"].to_numpy(), _AVOIDING),
        }
    ).drop_duplicates()
    # Of few entities none may be of high risk: a share of nobody is refused.
    there = set(entities["风险等级"])
    shares = [f'"{level}" = {share}\n' for level, share in _SHARES.items() if level in there]
    _write(folder / "draw.toml", "".join([_DRAW, *shares, _OTHERS]))
    for name, table in (
        ("entities", entities),
        ("inspectors", pd.DataFrame({"执法证号": inspectors})),
        ("avoid", avoid),
    ):
        _write(folder / f"data/raw/draw/{name}.csv", table.to_csv(index=False, lineterminator="\n"))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _list_entities(hazards: pd.DataFrame, inspections: pd.DataFrame) -> pd.DataFrame:
    """Premises with their risk, by what was found there, and the day they were last inspected."""
    chosen = hazards[hazards["premises_type"].isin(_TYPES) & hazards["premises"].notna()]
    groups = chosen.groupby(["district_code", "premises"])
    found = pd.DataFrame(
        {"rows": groups.size(), "major": groups["severity"].agg(lambda one: "major" in set(one))}
    )
    found = found.sort_index().groupby(level="district_code").head(_PER_TOWN).reset_index()
    major = found["major"].astype(bool)
    levels = np.select([major, found["rows"] >= 3], ["高风险", "中风险"], "低风险")
    last = inspections[inspections["inspected_on"] <= _LATEST].groupby("premises")["inspected_on"].max()
    days = found["premises"].map(last).dt.strftime("%Y-%m-%d")
    numbers = [f"DX{number:05d}" for number in range(1, len(found) + 1)]
    return pd.DataFrame(
        {"编号": numbers, "名称": found["premises"], "风险等级": levels, "最近检查日期": days}
    )
