"""Further ledgers of a township: complaints, warnings, duty, weather, stocks, schools and the like."""

import numpy as np
import pandas as pd
import shapely

from tools.sample.events import STORMS
from tools.sample.geography import scatter_points
from tools.sample.hazards import LAST_DAY, MONTHS, YEARS
from tools.sample.places import Township

_FIRST_DAY = pd.Timestamp("2020-01-01")
_DAYS = int((LAST_DAY - _FIRST_DAY).days) + 1
_TOPICS = (
    "消防通道堵塞", "噪声扰民", "违章搭建", "道路破损", "食品安全", "电动车充电", "环境卫生", "拖欠工资", "燃气安全",
    "供水供电",
)  # fmt: skip
_CHANNELS = ("12345热线", "来访", "来信", "网上信访")
_DISPUTES = (
    "邻里纠纷", "土地林地纠纷", "海域滩涂纠纷", "婚姻家庭纠纷", "劳动争议", "损害赔偿纠纷", "物业纠纷",
)  # fmt: skip
# Kind of warning, share by month, usual colours.
_WARNINGS = (
    ("暴雨", (0, 0, 1, 2, 4, 5, 2, 3, 2, 0, 0, 0), (0.02, 0.13, 0.45, 0.40)),
    ("大风", (2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 2), (0.0, 0.05, 0.35, 0.60)),
    ("高温", (0, 0, 0, 0, 0, 1, 5, 4, 1, 0, 0, 0), (0.05, 0.45, 0.50, 0.0)),
    ("雷电", (0, 0, 1, 2, 2, 3, 4, 4, 1, 0, 0, 0), (0.0, 0.10, 0.90, 0.0)),
    ("大雾", (2, 3, 3, 2, 1, 0, 0, 0, 0, 0, 1, 2), (0.0, 0.20, 0.80, 0.0)),
    ("森林火险", (2, 2, 1, 1, 0, 0, 0, 0, 1, 3, 3, 3), (0.03, 0.37, 0.60, 0.0)),
)
_COLOURS = ("red", "orange", "yellow", "blue")
# Normals by month: temperature, rain, rain days, hours of sun.
_NORMALS = np.array(
    [
        (10.2, 10.8, 13.4, 18.1, 22.4, 26.0, 28.6, 28.2, 25.6, 21.4, 17.2, 12.3),
        (52, 84, 131, 148, 212, 258, 176, 228, 161, 58, 46, 41),
        (9, 12, 16, 16, 17, 17, 12, 13, 11, 7, 7, 7),
        (98, 80, 91, 112, 116, 127, 212, 197, 151, 148, 124, 118),
    ]
)
_ITEMS = (
    ("救生衣", "件", 60), ("冲锋舟", "艘", 2), ("编织袋", "条", 2000), ("帐篷", "顶", 20), ("棉被", "床", 80),
    ("应急照明灯", "套", 15), ("灭火弹", "枚", 100), ("抽水泵", "台", 6), ("方便食品", "箱", 50), ("急救包", "个", 40),
)  # fmt: skip
_EXPIRING = ("灭火弹", "方便食品", "急救包", "救生衣")
_THEMES = (
    "防灾减灾日宣传", "安全生产月宣传", "消防安全培训", "防溺水教育", "防台风知识宣讲", "用电用气安全入户宣传",
    "应急救护培训", "119消防宣传",
)  # fmt: skip
_SCHOOL_ITEMS = (
    ("消防设施完好", True), ("疏散演练每学期不少于两次", False), ("校车安全管理", True), ("食堂食品安全", True),
    ("视频监控与报警装置", False), ("安全教育课时", False),
)  # fmt: skip
_TERMS = ("2021年春季学期", "2021年秋季学期", "2022年春季学期", "2022年秋季学期")
_ACTIONS = (
    ("消防安全专项整治", "03-01"), ("自建房安全专项整治", "05-10"), ("防汛备汛专项行动", "04-01"),
    ("冬春火灾防控专项行动", "10-08"),
)  # fmt: skip
_STAGES = ("自查自纠", "集中执法", "回头看")
# What is to be done, by whom, and the month by whose end it is due.
_TASKS = (
    ("汛前山塘水库和低洼地段检查", "水利站", 4), ("避灾安置场所物资清点补充", "应急管理所", 5), ("燃气用户入户安全检查", "住建办", 6),
    ("修订防汛防台风应急预案", "应急管理所", 5), ("学校周边安全隐患排查", "综治办", 8), ("农村自建房安全隐患排查整治", "住建办", 9),
    ("森林防火宣传和火源管控", "林业站", 10), ("沿街商铺消防通道清理", "消防工作站", 11), ("冬春火灾防控检查", "消防工作站", 12),
)  # fmt: skip
_COUNTY_TASKS = (
    ("重大隐患挂牌督办清零", "县应急管理局", 6), ("应急物资储备库管理制度修订", "县应急管理局", 3),
    ("县级综合应急演练", "县应急管理局", 9), ("危险化学品企业专项检查", "县应急管理局", 11),
)  # fmt: skip
_TASK_SOURCES = ("年度工作要点", "县安委会会议", "县领导批示", "督办单")


def draw_days(count: int, rng: np.random.Generator) -> pd.Series:
    """Days from 2020 to 2022, sorted, more of them in busy months."""
    days = pd.date_range(_FIRST_DAY, periods=_DAYS)
    weight = MONTHS[days.month.to_numpy() - 1]
    chosen = np.sort(rng.choice(_DAYS, count, p=weight / weight.sum()))
    return pd.Series(days[chosen])


def _add_days(days: pd.Series, after: np.ndarray) -> pd.Series:
    """Days later; empty if that is after the ledgers end."""
    later = days + pd.to_timedelta(after, unit="D")
    return later.where(later <= LAST_DAY)


def draw_complaints(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """Cases by hotline, visit, letter and web; no two alike in day, channel and topic."""
    count = int(rng.poisson(town.population / 1000 * 2.6)) + 3
    received = draw_days(count, rng)
    due = received + pd.to_timedelta(rng.choice([7, 15, 30], count, p=[0.3, 0.55, 0.15]), unit="D")
    taken = np.where(rng.random(count) < 0.03, 2000, np.ceil(rng.lognormal(2.1, 0.55, count)))
    resolved = _add_days(received, taken)
    told = rng.random(count) < 0.85
    return pd.DataFrame(
        {
            "district_code": town.code,
            "received_on": received,
            "channel": rng.choice(_CHANNELS, count, p=[0.68, 0.12, 0.05, 0.15]),
            "topic": rng.choice(_TOPICS, count),
            "answered_on": _add_days(received, rng.integers(0, 6, count)),
            "resolved_on": resolved,
            "due_on": due,
            "satisfied": pd.Series(rng.random(count) < 0.88, dtype="boolean").where(resolved.notna() & told),
        }
    ).drop_duplicates(["received_on", "channel", "topic"])


def draw_disputes(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """Disputes found and settled."""
    count = int(rng.poisson(town.population / 1000 * 1.5)) + 2
    found = draw_days(count, rng)
    kinds = [kind for kind in _DISPUTES if town.coastal or "海域" not in kind]
    taken = np.where(rng.random(count) < 0.06, 2000, np.ceil(rng.lognormal(2.0, 0.8, count)))
    return pd.DataFrame(
        {
            "district_code": town.code,
            "found_on": found,
            "kind": rng.choice(kinds, count),
            "settled_on": _add_days(found, taken),
        }
    )


def draw_county_warnings(rng: np.random.Generator) -> pd.DataFrame:
    """Warnings as the county issues them, for each township to pass on: issued_at, kind, colour, hours."""
    rows = []
    for year in YEARS:
        for kind, months, colours in _WARNINGS:
            for month, count in enumerate(rng.poisson(np.array(months) * 0.5).tolist(), start=1):
                for _ in range(count):
                    day_of = pd.Timestamp(year, month, int(rng.integers(1, 29)))
                    at = day_of + pd.Timedelta(minutes=int(rng.integers(1, 1439)))
                    rows.append((at, kind, str(rng.choice(_COLOURS, p=colours)), int(rng.integers(6, 40))))
    for event, day, strength in STORMS:
        kind = "台风" if "台风" in event else "暴雨"
        at = pd.Timestamp(day) - pd.Timedelta(hours=int(rng.integers(8, 30)))
        rows.append((at, kind, "red" if strength > 1.5 else "orange" if strength > 0.8 else "yellow", 48))
    return pd.DataFrame(rows, columns=["issued_at", "kind", "colour", "hours"])


def draw_warnings(town: Township, county: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The county's warnings that reached a township, minutes later."""
    share = np.where(county["kind"].isin(["台风", "大风"]), 0.35 if town.coastal else 0.1, 0.15)
    share = np.where(county["colour"].isin(["red", "orange"]), share + 0.25, share)
    own = county[rng.random(len(county)) < share].reset_index(drop=True)
    issued = own["issued_at"] + pd.to_timedelta(rng.integers(0, 45, len(own)), unit="min")
    lifted = issued + pd.to_timedelta(own["hours"], unit="h")
    frame = pd.DataFrame(
        {
            "district_code": town.code,
            "issued_at": issued,
            "kind": own["kind"],
            "colour": own["colour"],
            "lifted_at": lifted.where(rng.random(len(own)) < 0.95),
        }
    )
    return frame.drop_duplicates(["issued_at", "kind", "colour"])


def draw_duty_checks(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """Spot-checks of the watch by phone."""
    count = int(rng.integers(18, 34))
    at = draw_days(count, rng).drop_duplicates()
    on_duty = rng.random(len(at)) < 0.80 + 0.19 * town.evaluates
    return pd.DataFrame(
        {
            "district_code": town.code,
            "checked_at": at + pd.to_timedelta(rng.integers(0, 1440, len(at)), unit="min"),
            "on_duty": on_duty,
            "minutes_to_answer": np.where(on_duty, rng.integers(1, 16, len(at)), np.nan),
        }
    )


def draw_county_weather(rng: np.random.Generator) -> np.ndarray:
    """Departures of each of the 36 months, shared by the county: temperature, share of rain, of sun."""
    wet = rng.lognormal(-0.03, 0.32, 36)
    for _, day, strength in STORMS:
        when = pd.Timestamp(day)
        wet[(when.year - YEARS[0]) * 12 + when.month - 1] *= 1 + 0.35 * strength
    return np.column_stack([rng.normal(0.45, 0.8, 36), wet, np.clip(1.15 - 0.2 * wet, 0.5, 1.3)])


def draw_weather(town: Township, county: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Monthly weather against normals; hills are cooler and wetter than the coast."""
    height = rng.uniform(0, 0.4) if town.coastal else rng.uniform(0.3, 1.6)
    normal = np.tile(_NORMALS, 3)
    normal_temp = (normal[0] - 2.6 * height).round(1)
    normal_rain = (normal[1] * (1 + 0.12 * height)).round(1)
    rain = normal_rain * county[:, 1] * rng.lognormal(0, 0.08, 36)
    rain_days = np.clip(np.round(normal[2] * county[:, 1] ** 0.5 + rng.normal(0, 1, 36)), 0, 28)
    return pd.DataFrame(
        {
            "district_code": town.code,
            "month": pd.date_range(_FIRST_DAY, periods=36, freq="MS"),
            "mean_temp_c": (normal_temp + county[:, 0] + rng.normal(0, 0.15, 36)).round(1),
            "normal_temp_c": normal_temp,
            "rain_mm": rain.round(1),
            "normal_rain_mm": normal_rain,
            "rain_days": rain_days,
            "normal_rain_days": normal[2],
            "sun_h": (normal[3] * county[:, 2] * rng.lognormal(0, 0.05, 36)).round(1),
            "normal_sun_h": normal[3],
        }
    )


def draw_teams(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """Rescue teams."""
    kinds = ["综合应急", "森林消防", "志愿消防", "防汛抢险", "医疗救护"] + (
        ["海上搜救"] if town.coastal else []
    )
    chosen = kinds[: 1 + int(rng.integers(1, len(kinds)))]
    return pd.DataFrame(
        {
            "district_code": town.code,
            "name": [f"{town.name}{kind}队" for kind in chosen],
            "kind": chosen,
            "members": rng.integers(8, 42, len(chosen)),
            "equipped": rng.random(len(chosen)) < 0.8,
        }
    )


def draw_supplies(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """Stock lines against the standard, some short, some past their day."""
    kept = np.sort(rng.choice(len(_ITEMS), int(rng.integers(6, 11)), replace=False))
    items = [_ITEMS[place] for place in kept.tolist()]
    size = 0.6 + town.population / 60_000
    standard = np.array([max(1, round(amount * size)) for _, _, amount in items])
    expires = pd.Timestamp("2021-06-01") + pd.to_timedelta(rng.integers(0, 1500, len(items)), unit="D")
    return pd.DataFrame(
        {
            "district_code": town.code,
            "depot": f"{town.name}应急物资储备库",
            "item": [item for item, _, _ in items],
            "quantity": np.maximum(0, np.round(standard * rng.normal(1.12, 0.22, len(items)))),
            "unit": [unit for _, unit, _ in items],
            "standard": standard,
            "expires_on": pd.Series(expires).where(np.array([item in _EXPIRING for item, _, _ in items])),
        }
    )


def draw_shelters(town: Township, area: shapely.Geometry, rng: np.random.Generator) -> pd.DataFrame:
    """Shelters, with their place."""
    places = ["中心小学", "中学体育馆", "文化活动中心", "敬老院", "老人活动中心", "村委会大楼", "广场"]
    count = int(np.clip(2 + town.population / 14_000, 2, len(places)))
    room = np.round(rng.lognormal(5.6, 0.6, count) / 10) * 10 + 40
    points = scatter_points(area, count, rng).round(5)
    return pd.DataFrame(
        {
            "district_code": town.code,
            "name": [f"{town.name}{place}避灾安置点" for place in places[:count]],
            "capacity": room,
            "area_m2": np.round(room * rng.uniform(1.6, 3.2, count)),
            "lon": points[:, 0],
            "lat": points[:, 1],
        }
    )


def draw_publicity(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """Publicity and training."""
    count = int(rng.integers(15, 40))
    reached = np.round(rng.lognormal(4.6, 0.8, count)) + 10
    frame = pd.DataFrame(
        {
            "district_code": town.code,
            "held_on": draw_days(count, rng),
            "form": rng.choice(["讲座", "入户宣传", "集市咨询", "广播", "培训班", "短视频"], count),
            "theme": rng.choice(_THEMES, count),
            "sessions": rng.choice([1, 2, 3, 5], count, p=[0.7, 0.15, 0.1, 0.05]),
            "reached": reached,
            "materials": np.round(reached * rng.uniform(0, 1.5, count)),
        }
    )
    return frame.drop_duplicates(["held_on", "form", "theme"])


def draw_tasks(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """A township's tasks: two to four a year, most of them done in time."""
    drawn = []
    for year in YEARS:
        some = rng.choice(len(_TASKS), int(rng.integers(2, 5)), replace=False)
        drawn += [_draw_task(*_TASKS[at], year, rng) for at in np.sort(some)]
    return pd.DataFrame(drawn).assign(district_code=town.code)


def draw_county_tasks(rng: np.random.Generator) -> pd.DataFrame:
    """The county's own tasks, of no township."""
    drawn = [_draw_task(*task, year, rng) for year in YEARS for task in _COUNTY_TASKS]
    return pd.DataFrame(drawn).assign(district_code=pd.Series(pd.NA, range(len(drawn)), dtype="str"))


def _draw_task(task: str, owner: str, month: int, year: int, rng: np.random.Generator) -> dict[str, object]:
    due = pd.Timestamp(year, month, 1) + pd.offsets.MonthEnd(0)
    if rng.random() < 0.4:
        due -= pd.Timedelta(days=int(rng.integers(5, 20)))
    late = int(rng.integers(1, 40)) if rng.random() < 0.1 else -int(rng.integers(0, 25))
    done = due + pd.Timedelta(days=late)
    left_open = rng.random() < 0.03
    return {
        "task": task,
        "owner": owner,
        "due_on": due,
        "done_on": pd.NaT if left_open or done > LAST_DAY else done,
        "source": _TASK_SOURCES[int(rng.integers(len(_TASK_SOURCES)))],
        "responsible": "示例丙",
    }


def draw_schools(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """Check items of the schools, term by term, slowly improving."""
    schools = ("中心小学", "中学", "中心幼儿园")[: 2 + (town.population > 20_000)]
    rows = [
        (f"{town.name}{school}", item, rng.random() < 0.86 + 0.03 * number, veto, term)
        for number, term in enumerate(_TERMS)
        for school in schools
        for item, veto in _SCHOOL_ITEMS
    ]
    frame = pd.DataFrame(rows, columns=["school", "item", "met", "veto", "term"])
    return frame.assign(district_code=town.code)


def draw_actions(town: Township, rng: np.random.Generator) -> pd.DataFrame:
    """The county's special actions, each in three stages of 45 days, as a township carried them out."""
    rows = []
    for year in YEARS:
        for name, start in _ACTIONS:
            first = pd.Timestamp(f"{year}-{start}")
            left = 1.0
            for stage in _STAGES:
                ends = first + pd.Timedelta(days=44)
                done = ends + pd.Timedelta(
                    days=int(rng.integers(-12, 4)) + (25 if rng.random() < 0.06 else 0)
                )
                found = int(rng.poisson(town.population / 4000 * left))
                rows.append(
                    {
                        "district_code": town.code,
                        "name": f"{year}年{name}",
                        "stage": stage,
                        "starts_on": first,
                        "ends_on": ends,
                        "done_on": done if done <= LAST_DAY else pd.NaT,
                        "found": found,
                        "closed": int(rng.binomial(found, 0.93)),
                    }
                )
                first, left = ends + pd.Timedelta(days=1), left * 0.7
    return pd.DataFrame(rows)
