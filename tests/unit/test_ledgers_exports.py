"""Exports of forms and hotline systems: question headers, columns that the form adds, answers as phones send them.

Each export is written here by hand in the layout of its system; no office's data.
"""

# ruff: noqa: E501 - a row of an export is one line

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from ledger_files import KINDS, read, write_csv

from taizhang.boundaries import match_districts
from taizhang.ledgers.headers import HeaderIndex
from taizhang.ledgers.model import FileRead
from taizhang.ledgers.points import find_point
from taizhang.ledgers.values import Context, read_value

PEOPLE = ("陈小明", "林阿妹", "13859600001")


def write_xlsx(folder: Path, rows: Sequence[Sequence[object]], merged: Sequence[str] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for place in merged:
        sheet.merge_cells(place)
    book.save(path := folder / "export.xlsx")
    return path


def list_values(got: FileRead, *columns: str) -> list[tuple[object, ...]]:
    assert not got.errors, got.errors
    rows = got.rows[list(columns)].astype("object").where(got.rows[list(columns)].notna(), None)
    return [
        tuple(f"{v:%Y-%m-%d}" if hasattr(v, "year") else v for v in row)
        for row in rows.itertuples(index=False)
    ]


def says(got: FileRead) -> str:
    """All that a reading tells, in both languages."""
    told = [
        note for table in got.tables for note in (*table.notes, *(h.note for h in table.headers if h.note))
    ]
    told += [*got.errors, *got.notes, *got.set_aside["reason"]]
    return "\n".join(reason.word(lang) for reason in told for lang in ("zh", "en"))


@pytest.mark.parametrize(
    ("kind", "header", "field"),
    [
        ("hazards", "1. 您发现隐患的日期是？*", "found_on"),
        ("hazards", "2、隐患等级（单选）", "severity"),
        ("hazards", "3、请选择隐患的等级 [单选题] *", "severity"),
        ("hazards", "Q3_隐患等级", "severity"),
        ("hazards", "Q12.隐患描述（请尽量详细）", "description"),
        ("hazards", "*4.请填写隐患情况：", "description"),
        ("hazards", "第5题 整改期限（必填）", "deadline"),
        ("hazards", "6 您所在的乡镇/街道是", "district"),
        ("hazards", "7、隐患位于哪个乡镇？", "district"),
        ("hazards", "8.该隐患属于什么类型？", "category"),
        ("hazards", "9、隐患是否已整改？", "status"),
        ("hazards", "隐患发现的时间是什么时候？", "found_on"),
        ("hazards", "请选择您的所在街道（镇）*", "district"),
        ("hazards", "5.请填写整改责任人姓名及电话", "responsible"),
        ("inspections", "2.被检查单位名称", "premises"),
        ("hazards", "10、贵单位名称", "premises"),
        ("hazards", "11. 整改完成日期：（格式：2021-03-05）", "rectified_on"),
        ("hazards", "12、隐患整改投入资金是多少元？", "cost_wan"),
        ("hazards", "隐患等级\n（单选题）", "severity"),
        ("drills", "1.本次演练的时间是？", "held_on"),
        ("drills", "4、参加演练人数是多少人？", "participants"),
        ("hazards", "5. 发现的隐患属于哪些类别？【多选题】", "category"),
        ("hazards", "4. 该单位属于哪种场所？", "premises_type"),
        ("hazards", "9. 若未整改，请填写整改期限", "deadline"),
        ("hazards", "如有需要，请留言", None),
        ("disputes", "7、目前是否已经化解？", "status"),
        ("hazards", "8. 是否已经整改完毕？", "status"),
        ("hazards", "请上传隐患照片", None),
        ("hazards", "您的姓名", None),
        ("hazards", "您的联系电话", None),
        ("hazards", "5、您的单位名称", None),  # the sender's office or the place with the hazard
        ("hazards", "提交者（自动）", None),
        ("hazards", "请假人数", None),
        ("hazards", "填报单位", None),
        ("hazards", "12、您对本次检查有何意见？", None),
    ],
)
def test_a_question_is_the_column_that_it_asks_for(kind: str, header: str, field: str | None) -> None:
    match = HeaderIndex(KINDS[kind], {}).match((header,))
    assert (match.field if match else None) == field


def test_a_question_keeps_its_unit() -> None:
    match = HeaderIndex(KINDS["hazards"], {}).match(("12、隐患整改投入资金是多少元？",))
    assert match is not None and match.factor == pytest.approx(1e-4)


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("提交者（自动）", "submitter"),
        ("提交时间（自动）", "sent"),
        ("填写人", "submitter"),
        ("填写时长", "form"),
        ("来自IP", "form"),
        ("创建人", "submitter"),
        ("最后更新时间", "form"),
        ("发起人UserID", "submitter"),
        ("您的姓名", "submitter"),
        ("填表人电话", "submitter"),
        ("审批状态", "form"),
        ("隐患描述", ""),
        ("备注", ""),
    ],
)
def test_columns_that_the_form_adds_are_known(header: str, role: str) -> None:
    assert HeaderIndex(KINDS["hazards"], {}).find_role((header,)) == role


def check_people(got: FileRead) -> None:
    """Nobody who filled in the form is in the rows, in what is set aside or in what is said."""
    text = got.rows.to_csv() + got.set_aside.drop(columns="reason").to_csv() + says(got)
    assert not [name for name in PEOPLE if name in text]


def test_a_collection_form_of_tencent_docs(tmp_path: Path) -> None:
    got = read(
        write_xlsx(
            tmp_path,
            [
                ["提交者（自动）", "提交时间（自动）", "隐患所在乡镇（必填）", "发现日期（必填）", "隐患描述（必填）", "隐患等级（必填）", "现场照片"],
                ["陈小明", "2021/3/8 18:02:11", "溪南镇", "2021-03-05", "灭火器过期", "一般隐患", "[图片]"],
                ["林阿妹", "2021/3/9 08:15:40", "石门镇", "2021-03-06", "电线私拉乱接", "重大隐患", "https://docs.example/1.jpg"],
            ],
        )
    )  # fmt: skip
    assert list_values(got, "district", "found_on", "description", "severity") == [
        ("溪南镇", "2021-03-05", "灭火器过期", "general"),
        ("石门镇", "2021-03-06", "电线私拉乱接", "major"),
    ]
    assert got.set_aside.empty
    table = got.tables[0]
    assert [one.header for one in table.headers if one.ignored] == ["提交者（自动）", "提交时间（自动）"]
    assert table.unrecognised == ("现场照片",)
    check_people(got)


def test_a_questionnaire_of_wjx(tmp_path: Path) -> None:
    text = (
        "序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、您的姓名：,2、隐患所在的乡镇是？,3、发现隐患的日期：,4、隐患等级 [单选题],5、隐患类型（多选）,6、隐患情况描述,7、整改期限\n"
        "1,2021/3/8 18:02:11,95秒,手机提交,直接访问,10.1.2.3(福建-宁德),陈小明,溪南镇,2021-03-05,A.一般隐患,消防┋用电,灭火器过期,2021-03-12\n"
        "2,2021/3/9 8:15:40,61秒,链接,直接访问,10.1.2.4(福建-宁德),林阿妹,石门镇,2021-03-06,B.重大隐患,(跳过),电线私拉乱接,-3\n"
    )
    got = read(write_csv(tmp_path, text))
    assert list_values(got, "district", "found_on", "severity", "category", "description", "deadline") == [
        ("溪南镇", "2021-03-05", "general", "消防┋用电", "灭火器过期", "2021-03-12"),
        ("石门镇", "2021-03-06", "major", None, "电线私拉乱接", None),
    ]
    assert got.set_aside.empty
    assert not got.tables[0].unrecognised
    check_people(got)


def test_the_source_that_a_questionnaire_adds_is_no_channel(tmp_path: Path) -> None:
    text = (
        "序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、乡镇,2、受理日期,3、诉求类别\n"
        "1,2021/3/8 18:02:11,95秒,手机提交,直接访问,10.1.2.3(福建-宁德),溪南镇,2021-03-05,噪声\n"
    )
    got = read(write_csv(tmp_path, text), "complaints")
    assert list_values(got, "channel", "topic") == [(None, "噪声")]
    plain = read(
        write_csv(tmp_path, "乡镇,受理日期,来源,诉求类别\n溪南镇,2021-03-05,来电,噪声\n", "b.csv"),
        "complaints",
    )
    assert list_values(plain, "channel", "topic") == [("来电", "噪声")]


def test_a_base_of_feishu(tmp_path: Path) -> None:
    text = (
        "隐患描述,所属乡镇,发现日期,隐患等级,整改状态,附件,创建人,创建时间,修改人,最后更新时间,父记录\n"
        '灭火器过期,溪南镇,2021/03/05,一般,已整改,"IMG_0231.jpg,IMG_0232.jpg",陈小明,2021/03/08 18:02,林阿妹,2021/03/09 08:15,\n'
    )
    got = read(write_csv(tmp_path, text))
    assert list_values(got, "district", "found_on", "severity", "status") == [
        ("溪南镇", "2021-03-05", "general", "rectified")
    ]
    assert got.tables[0].unrecognised == ("附件",)
    check_people(got)


def test_a_form_of_dingtalk_with_two_rows_of_headers(tmp_path: Path) -> None:
    got = read(
        write_xlsx(
            tmp_path,
            [
                ["审批编号", "提交人", "提交时间", "一、基本情况", None, "二、隐患情况", None, None, "审批状态"],
                [None, None, None, "1.所在乡镇", "2.单位名称", "3.发现日期", "4.隐患描述", "5.隐患级别", None],
                ["202103081802000041", "陈小明", "2021-03-08 18:02", "溪南镇", "红星超市", "2021-03-05", "灭火器过期", "一般", "已通过"],
            ],
            ["A1:A2", "B1:B2", "C1:C2", "I1:I2", "D1:E1", "F1:H1"],
        )
    )  # fmt: skip
    assert list_values(got, "district", "premises", "found_on", "description", "severity") == [
        ("溪南镇", "红星超市", "2021-03-05", "灭火器过期", "general")
    ]
    table = got.tables[0]
    assert table.header_rows == 2 and table.counts["data"] == 1 and not table.counts["title"]
    assert [one.header for one in table.headers if one.ignored] == [
        "审批编号",
        "提交人",
        "提交时间",
        "审批状态",
    ]
    check_people(got)


def test_an_entry_that_was_withdrawn_or_refused_is_set_aside(tmp_path: Path) -> None:
    rows = [["审批编号", "审批状态", "审批结果", "所在乡镇", "演练名称", "演练日期"]]
    states = [("已完成", "同意"), ("已撤销", ""), ("已完成", "拒绝"), ("审批中", ""), ("", "")]
    rows += [[f"{n}", *state, "溪南镇", f"演练{n}", "2021-03-05"] for n, state in enumerate(states)]
    got = read(write_xlsx(tmp_path, rows), "drills")
    assert list_values(got, "name") == [("演练0",), ("演练3",), ("演练4",)]
    assert got.set_aside[["source_row", "scope"]].values.tolist() == [[3, "row"], [4, "row"]]
    assert "审批结果：拒绝" in got.set_aside["reason"].iloc[1].word("zh")


def test_a_form_of_wps(tmp_path: Path) -> None:
    got = read(
        write_xlsx(
            tmp_path,
            [
                ["ID", "填写人", "提交时间", "填写时长", "1.请选择您所在的乡镇*", "2.演练日期*", "3.参加演练的人数*", "4.演练形式（单选）*"],
                ["1", "陈小明(13859600001)", "2021-03-08 18:02:11", "1分35秒", "溪南镇", "2021年3月5日", "120人", "B. 实战演练"],
            ],
        ),
        "drills",
    )  # fmt: skip
    assert list_values(got, "district", "held_on", "participants", "kind") == [
        ("溪南镇", "2021-03-05", 120, "field")
    ]
    check_people(got)


def test_a_table_of_wps_is_what_is_in_it(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path, [["乡镇", "发现日期", "隐患描述"], ["溪南镇", "2021-03-05", "灭火器过期"]])
    got = read(path.rename(tmp_path / "export.et"))
    assert list_values(got, "district", "found_on") == [("溪南镇", "2021-03-05")]


def test_a_survey_of_tencent(tmp_path: Path) -> None:
    text = (
        "编号,开始答题时间,结束答题时间,答题时长,语言,用户标识,昵称,地理位置省,地理位置市,1.所在乡镇,2.隐患描述,3.隐患等级\n"
        "1,2021-03-08 18:01:00,2021-03-08 18:02:11,71,简中,oX12,陈小明,福建,宁德,溪南镇,灭火器过期,一般\n"
    )
    path = write_csv(tmp_path, text)
    got = read(
        path
    )  # no column says when it was found: the form's time is asked about, once, and the later one
    assert got.rows.empty and len(got.errors) == 1
    said = got.errors[0].word("zh")
    assert "“结束答题时间”可能是" in said and "开始答题时间”可能是" not in said
    assert [one.header for one in got.tables[0].headers if one.asked] == ["结束答题时间"]
    told = read(path, columns={"found_on": "结束答题时间"})
    assert list_values(told, "district", "found_on", "severity") == [("溪南镇", "2021-03-08", "general")]
    check_people(told)


def test_a_submitter_is_the_responsible_person_where_the_user_says_so(tmp_path: Path) -> None:
    text = "提交者（自动）,乡镇,发现日期,隐患描述\n陈小明,溪南镇,2021-03-05,灭火器过期\n"
    assert list_values(read(write_csv(tmp_path, text)), "responsible") == [(None,)]
    told = read(write_csv(tmp_path, text), columns={"responsible": "提交者（自动）"})
    assert list_values(told, "responsible") == [("陈小明",)]


# ------------------------------------------------------------------ answers


@pytest.mark.parametrize(
    ("kind", "field", "written", "meant"),
    [
        ("hazards", "severity", "A. 一般隐患", "general"),
        ("hazards", "severity", "B.重大", "major"),
        ("hazards", "severity", "(2) 重大隐患", "major"),
        ("hazards", "severity", "一般〖灭火器过期〗", "general"),
        ("hazards", "severity", "一般┋一般", "general"),
        ("hazards", "listed", "A.是", True),
        ("drills", "kind", "B、桌面推演", "tabletop"),
        ("complaints", "satisfied", "非常满意", True),
        ("complaints", "satisfied", "基本满意", True),
        ("complaints", "satisfied", "不满意", False),
        ("complaints", "satisfied", "D. 非常不满意", False),
        ("complaints", "satisfied", "(空)", None),
    ],
)
def test_an_option_is_the_value_that_it_names(kind: str, field: str, written: str, meant: object) -> None:
    answer = read_value(written, KINDS[kind].fields[field], Context())
    assert answer.value == meant and answer.reason is None


@pytest.mark.parametrize(
    ("kind", "field", "written", "code"),
    [
        ("hazards", "severity", "A.一般隐患┋B.重大隐患", "several"),
        ("hazards", "severity", "一般；重大", "several"),
        ("hazards", "severity", "一般|重大", "several"),
        ("hazards", "severity", "其他〖红色〗", "map"),
        ("hazards", "severity", "一般┋红色", "map"),
        ("hazards", "listed", "是┋否", "several"),
        ("complaints", "satisfied", "一般", "map"),
    ],
)
def test_what_could_be_two_things_is_asked(kind: str, field: str, written: str, code: str) -> None:
    answer = read_value(written, KINDS[kind].fields[field], Context(where=f"ledgers.{kind}"))
    assert answer.value is None and answer.reason is not None
    assert answer.reason.code == f"ledgers.category.{code}"


def test_below_zero_is_a_number_where_it_may_be_one(tmp_path: Path) -> None:
    text = "提交答卷时间,1、县区,2、月份,3、平均气温,4、降水量\n2021/3/8 18:02:11,滨江县,2021-01,-3,-3\n"
    got = read(write_csv(tmp_path, text), "weather")
    assert list_values(got, "mean_temp_c", "rain_mm") == [(-3.0, None)] and got.set_aside.empty


def test_options_in_columns_of_their_own_are_no_answer(tmp_path: Path) -> None:
    text = (
        "乡镇,发现日期,隐患描述,5、隐患类型(消防),5、隐患类型(用电)\n"
        "溪南镇,2021-03-05,灭火器过期,1,0\n石门镇,2021-03-06,私拉电线,0,1\n"
    )
    got = read(write_csv(tmp_path, text))
    assert list_values(got, "category") == [(None,), (None,)] and "选项" in says(got)
    plain = read(
        write_csv(
            tmp_path, text.replace("(用电)", "(其他)").replace(",1,0", ",消防,").replace(",0,1", ",用电,")
        )
    )
    assert list_values(plain, "category") == [("消防",), ("用电",)]


def test_long_numbers_kept_as_text(tmp_path: Path) -> None:
    text = '编号,乡镇,发现日期,隐患描述\n"\t350921102001000123",溪南镇,2021-03-05,甲\n"=""350921102001000124""",石门镇,2021-03-06,乙\n'
    got = read(write_csv(tmp_path, text))
    assert list_values(got, "hazard_id") == [("350921102001000123",), ("350921102001000124",)]


# ------------------------------------------------------------------ places


@pytest.mark.parametrize(
    ("written", "point"),
    [
        ("溪南镇中山路 [118.12,25.33]", (118.12, 25.33, "溪南镇中山路")),
        ("经度：118.123456,纬度：25.334455", (118.123456, 25.334455, "")),
        ("纬度:25.33 经度:118.12", (118.12, 25.33, "")),
        ("福建省滨江县溪南镇（25.33，118.12）", (118.12, 25.33, "福建省滨江县溪南镇")),
        ("118.12;25.33", (118.12, 25.33, "")),
        ("中山路12号", None),
        ("12.34,25.33", None),  # which is which can't be told
        ("[118.12,25.33] 至 [118.14,25.35]", None),
        ("长3.25,宽2.10", None),
    ],
)
def test_a_place_with_coordinates(written: str, point: tuple[float, float, str] | None) -> None:
    assert find_point(written) == point


def test_the_coordinates_of_a_place_are_the_row_s_point(tmp_path: Path) -> None:
    text = '1.发现日期,2.隐患描述,3.隐患位置\n2021-03-05,甲,"溪南镇中山路 [118.12,25.33]"\n2021-03-06,乙,\n'
    got = read(write_csv(tmp_path, text))
    assert not got.errors
    assert list_values(got, "lon", "lat", "description") == [(118.12, 25.33, "甲"), (None, None, "乙")]
    assert got.read == 2 and not got.tables[0].unrecognised and "gcj02" in says(got)


def test_the_place_of_the_district_is_read_without_its_coordinates(tmp_path: Path) -> None:
    text = '1.发现日期,2.隐患描述,3.所在乡镇\n2021-03-05,甲,"溪南镇中山路 [118.12,25.33]"\n'
    got = read(write_csv(tmp_path, text))
    assert list_values(got, "district", "lon", "lat") == [("溪南镇中山路", 118.12, 25.33)]


def test_of_two_columns_of_coordinates_none_is_taken(tmp_path: Path) -> None:
    text = (
        '乡镇,发现日期,隐患描述,隐患位置,整改位置\n溪南镇,2021-03-05,甲,"[118.12,25.33]","[118.13,25.34]"\n'
    )
    got = read(write_csv(tmp_path, text))
    assert list_values(got, "lon", "lat") == [(None, None)] and "几列写着坐标" in says(got)


@pytest.mark.parametrize(
    "written",
    ["福建省-滨江县-溪南镇", "福建省宁德市滨江县溪南镇", "福建省-宁德市-滨江县-溪南镇", "福建省/宁德市/滨江县/溪南镇", "福建省 宁德市 滨江县 溪南镇", "福建省,滨江县,溪南镇", "福建省/宁德市/滨江县/溪南镇/中山路12号"],
)  # fmt: skip
def test_a_chain_of_units_is_its_last_district(written: str) -> None:
    districts = pd.DataFrame(
        {"code": ["350921102", "350921103"], "name": ["溪南镇", "石门镇"], "parent": "滨江县"}
    )
    found = match_districts(pd.Series([written]), districts)
    assert found["code"].tolist() == ["350921102"]
    other = match_districts(pd.Series([written.replace("滨江县", "临海县")]), districts)
    assert other["code"].isna().all()  # a township of the same name elsewhere


@pytest.mark.parametrize("written", ["溪南镇/别处", "溪南镇-石门镇", "福建省/滨江县/溪南镇/石门镇"])
def test_a_list_of_places_is_no_chain(written: str) -> None:
    districts = pd.DataFrame(
        {"code": ["350921102", "350921103"], "name": ["溪南镇", "石门镇"], "parent": "滨江县"}
    )
    assert match_districts(pd.Series([written]), districts)["code"].isna().all()


# ------------------------------------------------------------------ hotlines


def test_work_orders_of_a_hotline(tmp_path: Path) -> None:
    text = (
        "工单编号,受理时间,来电人,联系电话,诉求类型,诉求内容,所属区域,承办单位,办理时限,办结时间,工单状态,是否满意,是否超期\n"
        '"\t20210305000123",2021-03-05 09:12:33,陈小明,13859600001,噪声扰民,夜间施工,溪南镇,溪南镇人民政府,2021-03-12,2021-03-10 16:00:00,已办结,基本满意,否\n'
        '"\t20210306000124",2021-03-06 10:00:00,林阿妹,13859600001,消防隐患,通道堵塞,石门镇,住建局,2021-03-13,,办理中,一般,是\n'
    )
    got = read(write_csv(tmp_path, text), "complaints")
    assert list_values(
        got, "case_id", "district", "received_on", "topic", "due_on", "resolved_on", "status", "satisfied"
    ) == [
        ("20210305000123", "溪南镇", "2021-03-05", "噪声扰民", "2021-03-12", "2021-03-10", "resolved", True),
        ("20210306000124", "石门镇", "2021-03-06", "消防隐患", "2021-03-13", None, "open", None),
    ]
    assert got.set_aside[["column", "value", "scope"]].to_numpy().tolist() == [["satisfied", "一般", "cell"]]
    # Whether it is overdue was so on the day of the export, which is written nowhere: it is told as unread, and
    # worked out of the days.
    assert "是否超期" in got.tables[0].unrecognised
    check_people(got)


def test_the_unit_that_handles_a_work_order_is_asked_about(tmp_path: Path) -> None:
    text = "受理时间,诉求类型,承办单位\n2021-03-05 09:12:33,噪声扰民,溪南镇人民政府\n"
    got = read(write_csv(tmp_path, text), "complaints")
    assert "“承办单位”可能是" in got.errors[0].word("zh")
