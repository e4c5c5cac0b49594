"""However a ledger names its districts, a workbook's counts are the same: code, name, alias, suffix, point."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import taizhang as tz
from taizhang.boundaries import match_districts
from taizhang.boundaries.names import cut_suffix
from taizhang.workbook.book import Workbook

WAYS = ("code", "name", "alias", "suffix", "point")


@pytest.fixture(scope="module")
def book(sample_book: Path, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    root = tmp_path_factory.mktemp("ways") / "县"
    shutil.copytree(sample_book, root, ignore=shutil.ignore_patterns("reports"))
    return tz.open(str(root))


@pytest.fixture(scope="module")
def located(book: Workbook) -> pd.DataFrame:
    """The sample's hazards that have coordinates."""
    rows = book.ledger("hazards")
    return rows[rows["lon"].notna() & rows["lat"].notna()].reset_index(drop=True)


def write_districts(rows: pd.DataFrame, districts: pd.DataFrame, way: str) -> pd.Series:
    """What the district's column holds when rows name their district in a way."""
    names = districts.set_index("code")["name"]
    words = {
        "code": dict(zip(names.index, names.index, strict=True)),
        "name": names.to_dict(),
        "alias": {code: f"第{place}片" for place, code in enumerate(names.index)},
        "suffix": names.map(cut_suffix).to_dict(),
        "point": dict.fromkeys(names.index),
    }  # fmt: skip
    return rows["district_code"].map(words[way]).astype(object)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.lists(st.integers(0, 10_000), min_size=1, max_size=60))
def test_any_rows_of_the_sample_match_alike_in_every_way(
    book: Workbook, located: pd.DataFrame, chosen: list[int]
) -> None:
    rows = located.iloc[[number % len(located) for number in chosen]].reset_index(drop=True)
    aliases = {f"第{place}片": code for place, code in enumerate(book.districts["code"])}
    for way in WAYS:
        found = match_districts(
            write_districts(rows, book.districts, way), book.districts, aliases=aliases,
            lon=rows["lon"], lat=rows["lat"], geometry=book.districts.geometry,
        )  # fmt: skip
        assert found["code"].tolist() == rows["district_code"].tolist()
        assert set(found["how"]) == {way}


def test_facts_are_the_same_in_every_way(book: Workbook, located: pd.DataFrame, tmp_path: Path) -> None:
    """Through files: one ledger written in five ways gives one table of facts."""
    boundaries = book.config.boundaries
    facts = {}
    for way in WAYS:
        root = tmp_path / way
        shutil.copytree(book.root / Path(boundaries.path).parent, root / "boundaries")
        ledger = pd.DataFrame(
            {
                "乡镇": write_districts(located, book.districts, way),
                "发现日期": located["found_on"].dt.strftime("%Y-%m-%d"),
                "整改期限": located["deadline"].dt.strftime("%Y-%m-%d"),
                "整改完成日期": located["rectified_on"].dt.strftime("%Y-%m-%d"),
                "经度": located["lon"].map(repr),
                "纬度": located["lat"].map(repr),
            }
        )
        ledger.to_csv(root / "hazards.csv", index=False)
        aliases = "".join(f'"第{place}片" = "{code}"\n' for place, code in enumerate(book.districts["code"]))
        (root / "workbook.toml").write_text(
            f'[workbook]\ntitle = "县"\nas_of = 2022-01-31\n[boundaries]\n'
            f'path = "boundaries/{Path(boundaries.path).name}"\ncode = "{boundaries.code}"\n'
            f'name = "{boundaries.name}"\n[boundaries.aliases]\n{aliases}'
            f'[ledgers.hazards]\nfiles = ["hazards.csv"]\n',
            encoding="utf-8",
        )
        other = tz.open(str(root))
        assert set(other.ledger("hazards")["district_match"]) == {way}
        facts[way] = other.facts("2021")
    found = facts["code"].query("fact == 'hazards.found' and district_code != 'all'")["value"]
    expected = located[located["found_on"].dt.year == 2021].groupby("district_code").size()
    assert found.tolist() == expected.reindex(book.districts["code"], fill_value=0).tolist()
    assert np.count_nonzero(found) > 1
    for way in WAYS[1:]:
        pd.testing.assert_frame_equal(facts[way], facts["code"])
