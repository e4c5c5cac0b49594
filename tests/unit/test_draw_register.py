"""A draw from the workbook's register of premises: who is on the list, in which stratum, and who was visited."""

from pathlib import Path

import pytest
from ingest_book import make_book
from typer.testing import CliRunner

from taizhang.cli import app
from taizhang.core.errors import ParameterError
from taizhang.draw import read_draw, repeat_draw, run_draw

CODE = "91350100M000100Y43"
REGISTER = (
    "所属乡镇,单位名称,统一社会信用代码,是否重点,经营状态,关闭日期,标准化等级\n"
    f"溪口镇,安通加油站,{CODE},是,在营,,三级\n"
    f"溪口镇,溪口镇安通加油站有限公司,{CODE},是,在营,,三级\n"  # the same once more
    "溪口镇,惠民超市,,否,在营,,\n"
    "溪南镇,惠民超市,,否,在营,2022-01-05,三级\n"  # closed before the draw
    "溪南镇,永丰粮店,,否,已关闭,,三级\n"
    "溪南镇,张三,,否,在营,,二级\n"
)
VISITS = (
    "所属乡镇,检查日期,单位名称,检查方式\n"
    "溪口镇,2021-12-20,惠民超市有限公司,日常检查\n溪口镇,2021-03-01,安通加油站,日常检查\n"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [["所属乡镇", "发现日期", "隐患描述"], ["溪口镇", "2021-03-01", "线路老化"]]
    more = "".join(
        f'[ledgers.{kind}]\nfiles = ["data/raw/{kind}.csv"]\n' for kind in ("premises", "inspections")
    )
    root = make_book(tmp_path_factory.mktemp("draw"), {"a.xlsx": rows}, patterns=["a.xlsx"], more=more)
    raw = root / "data" / "raw"
    (raw / "premises.csv").write_text(REGISTER, encoding="utf-8")
    (raw / "inspections.csv").write_text(VISITS, encoding="utf-8")
    (raw / "people.csv").write_text("id\nP1\nP2\nP3\n", encoding="utf-8")
    (raw / "avoid.csv").write_text(f"inspector,entity\nP1,{CODE}\n", encoding="utf-8")
    settle(root)
    return root


def settle(root: Path, *lines: str, share: str = '"*" = 1.0') -> None:
    text = (
        'title = "抽查"\nentities = "premises"\ninspectors = "data/raw/people.csv"\navoid = "data/raw/avoid.csv"\n'
        'once_since = 2021-12-01\nseed = "1234567"\nseed_on = 2022-02-01\n'
    )
    (root / "draw.toml").write_text(
        text + "".join(f"{line}\n" for line in lines) + f"[share]\n{share}\n", encoding="utf-8"
    )


def test_the_register_is_drawn_from(root: Path) -> None:
    done = CliRunner().invoke(app, ["draw", "-C", str(root)])  # which ingests first
    assert done.exit_code == 0, done.output
    drawn = run_draw(str(root))
    given = drawn.given
    person = next(key for key in given.entities if "***" in key)
    assert dict(given.entities) == {CODE: "三级", "350921101 惠民超市": "未填写", person: "二级"}
    assert given.visited == {"350921101 惠民超市": "2021-12-20"}
    assert given.avoid == (("P1", CODE),)
    assert given.names[CODE] == "安通加油站" and given.names[person] == "**"
    assert {visit.entity for visit in drawn.visits} == {CODE, person}
    assert "P1" not in next(visit for visit in drawn.visits if visit.entity == CODE).inspectors
    assert repeat_draw(drawn) == []
    assert "张三" not in done.output


def test_key_premises_are_a_stratum_only_where_the_rules_say_so(root: Path) -> None:
    settle(root, 'strata = ["key", "grade"]', share='"重点·三级" = 1.0\n"*" = 0.0')
    CliRunner().invoke(app, ["ingest", "-C", str(root)])
    drawn = run_draw(str(root))
    assert sorted(drawn.given.entities.values()) == ["一般·二级", "一般·未填写", "重点·三级"]
    assert [visit.entity for visit in drawn.visits] == [CODE]
    settle(root)


def test_what_cannot_be_drawn_from_says_why(root: Path, tmp_path: Path) -> None:
    settle(root, 'strata = ["responsible"]')
    with pytest.raises(ParameterError, match="responsible"):
        read_draw(str(root))
    settle(root)
    bare = make_book(tmp_path, {"a.xlsx": [["所属乡镇", "发现日期"], ["溪口镇", "2021-03-01"]]})
    settle(bare)
    (bare / "data" / "raw" / "people.csv").write_text("id\nP1\nP2\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"ledgers\.premises"):
        read_draw(str(bare))
    settings = (bare / "draw.toml").read_text("utf-8").replace('"premises"', '"data/raw/people.csv"')
    (bare / "draw.toml").write_text('strata = "grade"\n' + settings, encoding="utf-8")
    with pytest.raises(ParameterError, match="strata"):
        read_draw(str(bare))
