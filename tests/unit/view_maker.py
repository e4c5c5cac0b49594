"""Makes small Views for the tests of figures and narrative, without a workbook."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from inspect import signature

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point, box

from taizhang.analysis.view import View
from taizhang.core.periods import parse_period
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import load_kinds

AREA = "滨江县"
NAMES = ("城关镇", "溪口镇", "石门乡", "临海街道", "老溪南乡", "白沙镇")
CODES = tuple(f"3509211{place:02d}" for place in range(1, len(NAMES) + 1))

_DTYPES = {
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
    "month": "datetime64[us]",
    "year": "Int64",
    "integer": "Int64",
    "count_or_names": "Int64",
    "number": "float64",
    "boolean": "boolean",
}


def make_table(kind: str, rows: Sequence[Mapping[str, object]], district: str = CODES[0]) -> pd.DataFrame:
    """A ledger table as ingest leaves it, from rows that name only some columns."""
    fields = load_kinds()[kind].fields
    names = [
        *fields,
        "district_code",
        "district_match",
        "source_file",
        "source_sheet",
        "source_row",
        "duplicate",
    ]
    table = pd.DataFrame(list(rows), columns=None if rows else names).reindex(columns=names)
    for name, field in fields.items():
        table[name] = table[name].astype(_DTYPES.get(field.type, "str"))
    table["district_code"] = table["district_code"].astype("str").fillna(district)
    table["source_file"] = f"data/raw/{kind}.csv"
    table["source_sheet"] = ""
    table["source_row"] = pd.array(range(2, 2 + len(table)), dtype="Int64")
    table["duplicate"] = False
    return table


def make_districts() -> gpd.GeoDataFrame:
    """Six districts in two rows of three, a tenth of a degree each."""
    shapes = [
        box(119 + place % 3 / 10, 26 + place // 3 / 10, 119.1 + place % 3 / 10, 26.1 + place // 3 / 10)
        for place in range(len(CODES))
    ]
    return gpd.GeoDataFrame(
        {"code": CODES, "name": NAMES, "parent": "350921"}, geometry=shapes, crs="EPSG:4490"
    )


def make_hazards(
    rng: np.random.Generator, years: Sequence[int] = (2020, 2021), per_year: int = 160
) -> pd.DataFrame:
    """Plausible hazards of the first district."""
    rows = []
    for year in years:
        for place in range(per_year + 25 * (year - years[0])):
            found = pd.Timestamp(year, 1, 1) + pd.Timedelta(days=int(rng.beta(2, 1.6) * 364))
            spot = rng.random() < 0.4
            days = 0 if spot else int(rng.gamma(2, 12))
            done = found + pd.Timedelta(days=days)
            is_open = not spot and (rng.random() < 0.08 or done > pd.Timestamp(years[-1], 12, 31))
            rows.append(
                {
                    "found_on": found,
                    "description": "疏散通道堆放杂物，宽度不足 $1.1$ 米 <b>",
                    "hazard_id": f"{year}-{place:04d}",
                    "premises": f"{NAMES[0]}第{int(rng.integers(1, 60))}号商铺",
                    "premises_type": rng.choice(["学校", "商场", "出租屋", "加油站", "工厂", "养老机构"]),
                    "trade": rng.choice(
                        [
                            "建筑施工",
                            "危险化学品",
                            "工贸",
                            "道路交通",
                            "城镇燃气",
                            "消防",
                            "渔业船舶",
                            "旅游",
                            "文化娱乐",
                            "教育",
                            "特种设备",
                            "农业机械",
                        ],
                        p=np.arange(12, 0, -1) / 78,
                    ),
                    "category": rng.choice(["用电", "消防", "燃气"]),
                    "severity": "major" if rng.random() < 0.04 else "general",
                    "mode": "on_the_spot" if spot else "by_deadline",
                    "deadline": pd.NaT if spot else found + pd.Timedelta(days=30),
                    "rectified_on": pd.NaT if is_open else done,
                    "status": "open" if is_open else "rectified",
                    "lon": 119 + rng.random() / 10,
                    "lat": 26 + rng.random() / 10,
                }
            )
    return make_table("hazards", rows)


def make_fact(
    name: str,
    value: float | None,
    *,
    district: str = CODES[0],
    numerator: float | None = None,
    denominator: float | None = None,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    period: str = "2021",
    suppressed: bool = False,
    known: float = 1,
    of: float = 1,
) -> dict[str, object]:
    """One row of a facts frame; its answer is known of every row that is asked."""
    names = dict(zip(CODES, NAMES, strict=True)) | {"all": AREA}
    return {
        "district_code": district,
        "district": names[district],
        "period": period,
        "fact": name,
        "value": value,
        "unit": unit,
        "numerator": numerator,
        "denominator": denominator,
        "low": low,
        "high": high,
        "suppressed": suppressed,
        "as_of": "2021-12-31",
        "known": known,
        "of": of,
    }


COLUMNS = tuple(make_fact("x", 0))


def make_facts(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """A facts frame in the contract's columns."""
    facts = pd.DataFrame(list(rows), columns=list(COLUMNS))
    numbers = ["value", "numerator", "denominator", "low", "high", "known", "of"]
    facts[numbers] = facts[numbers].astype("float64")
    return facts


def make_scatter(
    dispersion: float = 1.0, df: float = np.inf, *facts: str, codes: Sequence[str] = CODES
) -> pd.DataFrame:
    """Every fact's rows, or those of some, come in clusters alike in all districts; as they stand, one by one."""
    pairs = [(fact, code) for fact in facts or load_facts() for code in (*codes, "all")]
    return pd.DataFrame(pairs, columns=["fact", "district_code"]).assign(dispersion=dispersion, df=df)


def make_view(
    ledgers: Mapping[str, pd.DataFrame] | None = None,
    *,
    facts: Sequence[Mapping[str, object]] = (),
    before: Sequence[Mapping[str, object]] = (),
    previous: Sequence[Mapping[str, object]] = (),
    lang: str = "zh",
    period: str = "2021",
    district: str = CODES[0],
    as_of: date | None = None,
    **others: object,
) -> View:
    """A View of the first district with these ledgers and facts."""
    names = dict(zip(CODES, NAMES, strict=True)) | {"all": AREA}
    span = parse_period(period)
    return View(
        district=district,
        name=names[district],
        title=f"{AREA}应急管理年度评估",
        period=span,
        lang=lang,
        as_of=as_of or span.end,
        facts=make_facts(facts),
        facts_before=make_facts(before),
        facts_previous=make_facts(previous),
        ledgers=dict(ledgers or {}),
        districts=make_districts(),
        **{"scatter": make_scatter(), "last_day": date(2099, 1, 1), **others},  # type: ignore[arg-type]
    )


def make_points(rng: np.random.Generator, number: int) -> list[Point]:
    """Points in the first district."""
    return [Point(119 + x / 10, 26 + y / 10) for x, y in rng.random((number, 2))]


def takes_a_view_alone(function: Callable[..., object]) -> bool:
    """Whether nothing else must be named, such as a fact or a column."""
    first, *others = signature(function).parameters.values()
    return first.name == "view" and all(
        one.default is not one.empty or one.kind is one.VAR_POSITIONAL for one in others
    )
