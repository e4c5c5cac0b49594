"""The register, investigations, responses, relief and information reports as offices write them."""

from pathlib import Path

import pandas as pd
import pytest

from taizhang.core.privacy import compute_check, has_credit_digit
from taizhang.ledgers.headers import HeaderIndex
from taizhang.ledgers.rules import find_rule_breaks
from tests.unit.ledger_files import KINDS, read, write_csv

CODE = "91350100M000100Y43"  # the standard's own example


def test_a_credit_code_is_verified_and_a_wrong_one_is_a_cell(tmp_path: Path) -> None:
    assert has_credit_digit(CODE)
    person = "11010519491231002"  # a made-up number of a person, whose check digit is right
    person += compute_check(person)
    path = write_csv(
        tmp_path,
        f"""滨江县检查对象名录
序号,乡镇,单位名称,统一社会信用代码,所属行业,是否重点监管对象,经营状态,标准化等级,安责险投保情况,法定代表人
1,溪南镇,红星厂,{CODE},工贸,重点,在营,三级,已投保,张三
2,溪南镇,白云店,91350100m000100y44,商贸,一般,注销,未评级,未投保,李四
3,溪南镇,东风厂,９１３５０１００ M000100Y43,工贸,否,存续（在营、开业、在册）,,脱保,王五
4,溪南镇,小吃店,XC-0017,餐饮,是,停业,无,√,赵六
5,溪南镇,张三理发店,{person},服务,,,,,
合计,,5家
""",
    )
    got = read(path, "premises")
    rows = got.rows
    assert rows["name"].tolist() == ["红星厂", "白云店", "东风厂", "小吃店", "张三理发店"]
    assert rows["premises_id"].fillna("").tolist() == [CODE, "", CODE, "XC-0017", ""]
    assert rows["key"].astype("object").where(rows["key"].notna(), None).tolist() == [
        True,
        False,
        False,
        True,
        None,
    ]
    assert rows["status"].fillna("").tolist() == ["open", "closed", "open", "", ""]
    assert rows["grade"].fillna("").tolist() == ["三级", "", "", "", ""]
    assert rows["insured"].astype("object").where(rows["insured"].notna(), None).tolist() == [
        True,
        False,
        False,
        True,
        None,
    ]
    aside = got.set_aside[["source_row", "column", "scope"]].to_numpy().tolist()
    assert aside == [[4, "premises_id", "cell"], [6, "status", "cell"], [7, "premises_id", "cell"]]
    for lang, words in (("zh", "校验码不对"), ("en", "check digit")):
        told = [reason.word(lang) for reason in got.set_aside["reason"]]
        assert words in told[0] and "91350100m000100y44" in told[0]
        assert words in told[2] and person not in told[2]  # of a person's number nothing is said
    assert KINDS["premises"].personal == ("responsible",) and KINDS["investigations"].personal == (
        "accountable",
    )


def test_other_kinds_as_offices_write_them(tmp_path: Path) -> None:
    got = read(
        write_csv(
            tmp_path,
            """乡镇,启动的预案,响应等级,启动时间,终止时间
溪南镇,防汛应急预案,Ⅲ级,2021年7月3日8时30分,2021-07-05 18:00
溪南镇,抗旱,二级响应,2021-08-01,
溪北镇,雪灾应急预案,I级/4级,2021-12-28 9:00,2021-12-27 9:00
溪北镇,防台风,4,2021-09-12 20:00,2021-09-14 08:00
溪北镇,防汛,橙色,2021-06-01 20:00,2021-06-02 08:00
""",
        ),
        "responses",
    )
    assert got.rows["level"].fillna("").tolist() == ["3", "2", "", "4", ""]
    assert got.rows["started_at"].tolist()[:2] == [pd.Timestamp(2021, 7, 3, 8, 30), pd.Timestamp(2021, 8, 1)]
    breaks = find_rule_breaks(got.rows, KINDS["responses"]).sum()
    assert breaks[breaks > 0].to_dict() == {"ended_before_started": 1}
    got = read(
        write_csv(
            tmp_path,
            """所属镇街,事故时间,事故名称,事故等级,启动调查时间,批复结案时间,整改措施数,已落实措施数,责任追究人员
溪南镇,2021.3.5,“3·5”机械伤害事故,一般,2021.3.6,2021.6.1,6,7,张三
溪南镇,2021.4.5,坍塌,一般,2021.4.4,,,,
""",
        ),
        "investigations",
    )
    breaks = find_rule_breaks(got.rows, KINDS["investigations"]).sum()
    assert breaks[breaks > 0].to_dict() == {"opened_before_occurred": 1, "more_done_than_measures": 1}
    got = read(
        write_csv(
            tmp_path,
            """乡镇,发放时间,救助类型,救助户数（户）,救助人数（人）,救助资金（元）
溪南镇,2021年1月20日,冬春生活救助,36,81,"64,800"
""",
        ),
        "relief",
    )
    assert got.rows[["households", "people", "amount_wan"]].to_numpy().tolist() == [[36, 81, 6.48]]
    got = read(
        write_csv(
            tmp_path,
            """乡镇,上报时间,信息类型,事发时间,领导批示,批示件办结时间
溪南镇,2021-07-03 09:10,专报,2021-07-03 08:20,有,2021-07-10
溪南镇,2021-07-04 09:10,续报,2021-07-05 00:20,无,
""",
        ),
        "reports_up",
    )
    assert got.rows["instruction"].tolist() == [True, False]
    breaks = find_rule_breaks(got.rows, KINDS["reports_up"]).sum()
    assert breaks[breaks > 0].to_dict() == {"reported_before_occurred": 1}


@pytest.mark.parametrize(
    ("kind", "header", "taken"),
    [
        ("premises", "成立日期", "opened_on"),
        ("premises", "风险等级", "grade"),
        ("premises", "消防安全重点单位", "key"),
        ("premises", "工伤保险", "insured"),
        ("investigations", "日期", "occurred_on"),
        ("responses", "预警级别", "level"),
        ("relief", "下拨资金", "amount_wan"),
        ("reports_up", "接报时间", "reported_at"),
    ],
)
def test_headers_that_may_mean_another_thing_are_asked_about(kind: str, header: str, taken: str) -> None:
    index = HeaderIndex(KINDS[kind], {})
    assert index.match([header]) is None and taken in {one.field for one in index.ask([header])}
