"""Cells that say more than one thing: the examples of phrases.yml, and what must not be understood."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taizhang.ledgers.dates import Relative
from taizhang.ledgers.phrases import Day, Said, read_due, read_own_day, read_phrase, tells_deaths
from taizhang.metadata.kinds import load_kinds
from taizhang.metadata.phrases import load_phrases

FOUND = date(2023, 4, 20)
EXAMPLES = [
    (clause.kind, text, {column: str(value) for column, value in said.items()})
    for clause in load_phrases().clauses
    for text, said in clause.examples.items()
]


def show_day(day: Day) -> str:
    first = day.settle(FOUND) if isinstance(day, Relative) else day[0].date()
    precision = day.precision if isinstance(day, Relative) else day[1]
    return f"{first} {precision}".removesuffix(" day")


def show(said: Said | None) -> dict[str, str] | None:
    return said and {**dict(said.values), **{column: show_day(day) for column, day in said.days}}


@pytest.mark.parametrize(("kind", "text", "said"), EXAMPLES)
def test_examples_of_the_metadata(kind: str, text: str, said: dict[str, str]) -> None:
    assert show(read_phrase(text, kind)) == said


def test_every_clause_has_an_example_that_needs_it() -> None:
    assert all(clause.examples for clause in load_phrases().clauses)


def test_the_same_in_traditional_characters_and_full_width() -> None:
    assert show(read_phrase("已於５月３日整改到位", "hazards")) == {
        "status": "rectified",
        "rectified_on": "2023-05-03",
    }
    assert show(read_phrase("當場整改", "hazards")) == {"mode": "on_the_spot", "status": "rectified"}


def test_what_acts_fill_are_columns_and_values_of_the_kind() -> None:
    for name, told in load_phrases().kinds.items():
        fields = load_kinds()[name].fields
        for act in told.acts.values():
            assert not act.day or fields[act.day].type == "date"
            for column, value in act.values.items():
                assert value in fields[column].values
        assert set(told.columns) <= set(fields)
        assert {
            act for clause in load_phrases().clauses if clause.kind == name for act in clause.says
        } <= set(told.acts)


def test_no_word_is_two_classes() -> None:
    plain = re.compile(r"[\u4e00-\u9fff]+")
    words = [word for of in load_phrases().words.values() for word in of if plain.fullmatch(word)]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    "text",
    [
        "已整改3处，未整改2处",  # both, in numbers
        "未整改，已完成",  # a contradiction
        "5月3日整改，5月10日整改",  # two days of one act
        "5月3日",  # of what?
        "整改",
        "已更换灭火器",  # what was done, not whether all was
        "未整改，资金不足，已申请",
        "逾期",
        "正在整改，5月3日完成",
        "6月前完成",  # until the end of May, or of June
        "张三已整改",
        "已整改2月30日",
        "",
        "，",
    ],
)
def test_what_has_no_reading_or_two_is_not_understood(text: str) -> None:
    assert not read_phrase(text, "hazards")


def test_an_act_of_another_kind_is_none_of_this() -> None:
    assert read_phrase("已答复", "hazards") is None
    assert read_phrase("已整改", "drills") is None
    assert show(read_phrase("4月25日答复，正在办理", "complaints")) == {
        "status": "open",
        "answered_on": "2023-04-25",
    }


def test_a_year_of_two_digits_is_the_rows_or_the_next() -> None:
    assert show(read_phrase("已整改（23.5.3）", "hazards")) == {
        "status": "rectified",
        "rectified_on": "2023-05-03",
    }
    assert show(read_phrase("24.1.3已整改", "hazards")) == {
        "status": "rectified",
        "rectified_on": "2024-01-03",
    }
    assert read_phrase("已整改（3.5.23）", "hazards") is None  # no year 23 stands first


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("7天", "2023-04-27"), ("7天内", "2023-04-27"), ("一周内", "2023-04-27"), ("两周", "2023-05-04"),
        ("立即", "2023-04-20"), ("立即整改", "2023-04-20"), ("当日", "2023-04-20"), ("三日内", "2023-04-23"),
        ("15日内", "2023-05-05"), ("十五日内", "2023-05-05"), ("半个月", "2023-05-05"), ("1个月", "2023-05-20"),
        ("一个月内完成", "2023-05-20"), ("限7日内整改", "2023-04-27"), ("限期7天", "2023-04-27"),
        ("责令15日内改正", "2023-05-05"), ("24小时内", "2023-04-21"), ("48小时", "2023-04-22"), ("半年", "2023-10-20"),
        ("30日内整改到位", "2023-05-20"), ("月底前", "2023-04-30"), ("年底前完成", "2023-12-31"),
        ("立行立改", "2023-04-20"),
        ("二十天", "2023-05-10"), ("三个月内", "2023-07-20"), ("當日", "2023-04-20"),
        ("自发现之日起10天内", "2023-04-30"), ("7 days", "2023-04-27"), ("Within 2 weeks", "2023-05-04"),
        ("immediately", "2023-04-20"), ("1 month", "2023-05-20"), ("48 hours", "2023-04-22"),
    ],
)  # fmt: skip
def test_deadlines_as_so_much_time(text: str, due: str) -> None:
    found = read_due(text)
    assert found is not None and str(found.settle(FOUND)) == due


@pytest.mark.parametrize("text", ["15日", "长期", "20天左右", "尽快", "7", "7天或8天", "下周", "已整改"])
def test_deadlines_that_are_not_so_much_time(text: str) -> None:
    assert read_due(text) is None


@pytest.mark.parametrize(
    ("text", "found", "due"),
    [
        # Sunday the 7th of February 2021 was worked, the 11th to the 17th were off: 7, 8, 9, 10, 18.
        ("5个工作日", "2021-02-05", "2021-02-18"),
        ("五个工作日内", "2021-02-05", "2021-02-18"),
        ("限10个工作日内整改完成", "2021-03-01", "2021-03-15"),  # a Monday; nothing off but weekends
        # The 2nd and 3rd of April are a Friday and a Saturday; the 3rd to 5th were off for Qingming.
        ("2个工作日", "2021-04-01", "2021-04-06"),
        ("1个工作日", "2021-09-25", "2021-09-26"),  # a Sunday worked before National Day
        ("3个工作日", "2090-03-01", None),  # nobody has arranged that year
    ],
)
def test_working_days_go_by_the_holidays_as_arranged(text: str, found: str, due: str | None) -> None:
    asked = read_due(text)
    settled = asked.settle(date.fromisoformat(found)) if asked else None
    assert asked is not None and (settled and str(settled)) == due


def test_a_month_after_the_31st_is_the_last_of_the_next() -> None:
    assert Relative(months=1).settle(date(2023, 1, 31)) == date(2023, 2, 28)
    assert Relative(months=2).settle(date(2023, 12, 31)) == date(2024, 2, 29)
    assert Relative(end="month").settle(date(2024, 2, 3)) == date(2024, 2, 29)
    assert Relative(end="year").settle(date(2024, 2, 29)) == date(2024, 12, 31)


def test_the_first_such_day_not_before() -> None:
    assert Relative(month=4, day=20).settle(FOUND) == FOUND
    assert Relative(month=4, day=19).settle(FOUND) == date(2024, 4, 19)
    assert Relative(month=2, day=29).settle(FOUND) == date(2024, 2, 29)
    assert Relative(month=2, day=29).settle(date(2097, 1, 1)) == date(2104, 2, 29)  # 2100 has none
    assert Relative(month=2, day=0).settle(FOUND) == date(2024, 2, 29)
    assert Relative(month=4, precision="month").settle(FOUND) == date(2023, 4, 1)  # not over yet
    assert Relative(month=4, day=11, precision="ten_days").settle(FOUND) == date(2023, 4, 11)
    assert Relative(month=4, day=1, precision="ten_days").settle(FOUND) == date(2024, 4, 1)


def test_days_told_by_the_rows_own() -> None:
    assert [read_own_day(text) for text in ("当天", "次日", "月底", "立即")] == [
        Relative(),
        Relative(days=1),
        None,
        None,
    ]


@pytest.mark.parametrize(("text", "hurt"), load_phrases().casualties.examples.items())
def test_people_hurt_as_the_metadata_have_them(text: str, hurt: dict[str, int]) -> None:
    said = read_phrase(text, "incidents")
    assert said and dict(said.values) == hurt


@pytest.mark.parametrize(
    "text", ["死亡1；死亡2", "3人", "1", "死伤3人", "死亡1人左右", "张三死亡", "若干人受伤", "1死2", ""]
)
def test_people_hurt_that_nobody_can_count(text: str) -> None:
    assert not read_phrase(text, "incidents")


NUMERALS = "零一二三四五六七八九"


def write_numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else f"{NUMERALS[tens]}十") + (
        NUMERALS[ones] if ones else ""
    )


DATES = {
    "{m}月{d}日": lambda day: f"{day.month}月{day.day}日",
    "{m}.{d}": lambda day: f"{day.month}.{day.day}",
    "{y}.{m}.{d}": lambda day: f"{day.year}.{day.month}.{day.day}",
    "{y}年{m}月{d}日": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "iso": lambda day: f"{day:%Y-%m-%d}",
    "yy": lambda day: f"{day:%y}.{day.month}.{day.day}",
    "numerals": lambda day: f"{write_numeral(day.month)}月{write_numeral(day.day)}日",
}
DONE = (
    "已于{0}整改到位", "{0}整改完毕", "{0}已完成整改", "已整改（{0}）", "已完成({0})。", "整改完成 {0}", "已整改，{0}",
    "已整改到位；{0}", "经{0}整改，已整改到位",
)  # fmt: skip


@settings(max_examples=300)
@given(
    found=st.dates(date(2015, 1, 1), date(2029, 12, 31)),
    gap=st.integers(0, 300),
    then=st.integers(0, 50),
    written=st.sampled_from(list(DATES)),
    form=st.sampled_from(DONE),
)
def test_a_day_of_rectification_however_it_is_told(
    found: date, gap: int, then: int, written: str, form: str
) -> None:
    write = DATES[written]
    done, verified = found + timedelta(gap), found + timedelta(gap + then)
    if written == "yy" and verified.year > found.year + 1:
        return
    told = (
        (form, {"status": "rectified", "rectified_on": done}),
        (f"{form}，{{1}}已销号", {"status": "closed", "rectified_on": done, "closed_on": verified}),
        (
            f"{form}，{{1}}复查合格",
            {"status": "closed", "verified_result": "passed", "rectified_on": done, "verified_on": verified},
        ),
    )
    for text, expected in told:
        said = read_phrase(text.format(write(done), write(verified)), "hazards")
        assert said is not None, text.format(write(done), write(verified))
        days = {
            name: day.settle(found) if isinstance(day, Relative) else day[0].date() for name, day in said.days
        }
        assert {**dict(said.values), **days} == expected


SPANS = (
    "{}天", "{}天内", "{}日内", "限{}日内整改", "限期{}天", "责令{}日内整改完成", "自发现之日起{}天内",
)  # fmt: skip


@settings(max_examples=100)
@given(
    found=st.dates(date(2015, 1, 1), date(2029, 12, 31)), days=st.integers(1, 99), form=st.sampled_from(SPANS)
)
def test_so_many_days_however_they_are_told(found: date, days: int, form: str) -> None:
    for number in (str(days), write_numeral(days)):
        due = read_due(form.format(number))
        assert due is not None and due.settle(found) == found + timedelta(days), form.format(number)


@pytest.mark.parametrize(
    "text",
    [
        "已整改，仍有两处未到位",
        "已整改，其余正在办理",
        "已更换部分灭火器，整改中，已整改",
        "整改完毕，待验收资料补齐后上报",
        "已整改，4月25日更换灭火器",
        "已整改，消防验收不合格",
        "已整改□，未整改☑",
        "已更换灭火器",  # what was done, and not that it is all
        "未整改，已停业",
        "未整改，不属实",
        "已下达整改通知书，已完成",
        "未整改，企业搬迁",
        "资金未到位",
        "已整改，约谈负责人",
    ],
)
def test_a_part_that_may_matter_is_no_aside(text: str) -> None:
    assert read_phrase(text, "hazards") is None


def ask(column: str, header: str, kind: str = "hazards") -> str:
    return load_phrases().find_act(kind, column, header)


def test_what_a_column_asks_is_told_by_its_header() -> None:
    headers = "整改情况 完成情况 是否整改 状态 是否销号 验收状态 验收销号状态".split()
    assert [ask("status", header) for header in headers] == [*["done"] * 4, "closed", "checked", "closed"]
    assert (
        ask("verified_result", "复查情况") == "checked" and ask("verified_result", "是否复查合格") == "passed"
    )
    assert ask("status", "答复情况", "complaints") == "answered"
    assert ask("status", "办理情况", "complaints") == "done"
    assert ask("status", "化解情况", "disputes") == "settled"
    assert ask("status", "调解情况", "disputes") == ""  # a day of mediation is none of settlement
    assert (
        ask("mode", "整改方式") == ""
        and ask("deadline", "期限") == ""
        and ask("kind", "类型", "drills") == ""
    )


@pytest.mark.parametrize(
    ("header", "text", "said"),
    [
        ("整改情况", "2023.4.25", {"status": "rectified", "rectified_on": "2023-04-25"}),
        ("是否整改", "4月25日", {"status": "rectified", "rectified_on": "2023-04-25"}),
        ("状态", "２０２３、４、２５", {"status": "rectified", "rectified_on": "2023-04-25"}),
        ("完成情况", "2023年4月", {"status": "rectified", "rectified_on": "2023-04-01 month"}),
        ("完成情况", "23年4月", {"status": "rectified", "rectified_on": "2023-04-01 month"}),
        ("整改情况", "当日", {"status": "rectified", "rectified_on": "2023-04-20"}),
        ("是否销号", "4月25日", {"status": "closed", "closed_on": "2023-04-25"}),
        ("是否整改", "是（4月25日）", {"status": "rectified", "rectified_on": "2023-04-25"}),
        ("是否整改", "是，4月25日", {"status": "rectified", "rectified_on": "2023-04-25"}),
        ("是否整改", "√ 2023.4.25", {"status": "rectified", "rectified_on": "2023-04-25"}),
        ("是否整改", "已（4.25）", {"status": "rectified", "rectified_on": "2023-04-25"}),
        ("是否整改", "是（未销号）", {"status": "rectified"}),
        ("是否销号", "是（4月25日整改）", {"status": "closed", "rectified_on": "2023-04-25"}),
        ("是否销号", "是（未销号）", None),
        ("是否整改", "是（未整改）", None),
        ("是否整改", "是，计划5月整改", None),
        ("是否整改", "否（4月25日）", None),
        ("是否整改", "4月25日前", None),
        ("是否整改", "4月25日、4月26日", None),
        ("是否整改", "是否", None),
        ("是否整改", "否（正在整改）", {"status": "open"}),
    ],
)
def test_a_day_alone_or_with_a_yes(header: str, text: str, said: dict[str, str] | None) -> None:
    assert show(read_phrase(text, "hazards", ask("status", header))) == said


def test_a_day_alone_elsewhere_says_nothing() -> None:
    assert read_phrase("4月25日", "hazards") is None and read_phrase("是（4月25日）", "hazards") is None


def test_done_before_a_day_is_not_due_by_it() -> None:
    for text in (
        "4月25日前已整改",
        "已于4月25日前完成",
        "2023年4月底前已全部整改到位",
        "4.25前已完成整改",
        "7日内已整改",
    ):
        assert show(read_phrase(text, "hazards")) == {"status": "rectified"}, text
    for text in ("4月25日前完成", "4月25日前整改到位", "限4月25日前整改"):
        assert show(read_phrase(text, "hazards")) == {"mode": "by_deadline", "deadline": "2023-04-25"}, text


@pytest.mark.parametrize(
    ("text", "deaths"),
    [
        ("造成2人死亡", True), ("2 died", True), ("死亡2人", True), ("1死2伤", True), ("一名工人坠落身亡", True),
        ("王某經搶救無效死亡", True), ("5 people were killed in the fire", True), ("The driver was killed.", True),
        ("十余人遇难，2人失踪", True),
        ("无人员死亡", False), ("未造成人员死亡，2人受伤", False), ("nobody died", False),
        ("no one was killed", False),
        ("0 deaths", False), ("猪死亡3头", False), ("死角清理", False), ("3人死里逃生", False),
        ("1人受伤", False), ("死亡证明已开具", False), ("", False),
    ],
)  # fmt: skip
def test_accounts_that_tell_of_deaths(text: str, deaths: bool) -> None:
    assert tells_deaths(text) == deaths
