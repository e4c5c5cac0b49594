"""Makes first pages as narrative gives them, for the tests of renderers."""

from taizhang.core.briefs import Brief, Indicator, Problem, Remark, Status, Subject
from taizhang.core.display import Run

HEADS = {
    "zh": ("问题", "具体对象", "依据（当时有效）", "措施", "责任单位", "时限"),
    "en": ("Problem", "Where", "Basis (then in force)", "Measure", "Responsible", "Due"),
}
NAMES = {"zh": "和达竹木制品厂", "en": "Heda bamboo works"}
WORDS = {"zh": "疏散通道堆放杂物，宽度不足", "en": "escape route blocked by goods, too narrow to pass"}


def make_problem(number: int, lang: str, *, subjects: int = 3, long: int = 1) -> Problem:
    """A problem with objects, its words `long` times as long as usual."""
    name, words = NAMES[lang], WORDS[lang]
    return Problem(
        rule=("hazards_overdue", "plans_past_review", "schools_vetoed", "supplies_short", "drill_missed")[
            number % 5
        ],
        title=(Run(words), Run("5", fact="hazards.overdue_stock")),
        level="red" if number % 2 else "amber",
        mark="严重" if lang == "zh" else "Serious",
        subjects=tuple(
            Subject(
                f"{name}{at}", words * long, (Run(f"{331 - at}天" if lang == "zh" else f"{331 - at} days"),)
            )
            for at in range(subjects)
        ),
        total=9,
        more="等9处" if lang == "zh" else "9 in all",
        basis="《突发事件应急预案管理办法》（国办发〔2013〕101号）第二十四条",
        measure=(Run((words + ("；" if lang == "zh" else "; ")) * (1 + long)),),
    )


def make_brief(problems: int, lang: str = "zh", *, subjects: int = 3, long: int = 1, rows: int = 12) -> Brief:
    """A page with so many problems and rows of the strip."""
    words = WORDS[lang]
    verdict = (
        ("死亡3人、失踪2人，均出自3月18日的较大渔船事故，上年无人死亡；", "检查、演练目标均已完成，但逾期隐患还有9处。")
        if lang == "zh"
        else ("Three people died and two are missing, all in one accident; ", "targets were met.")
    )  # fmt: skip
    return Brief(
        verdict=tuple((Run(clause),) for clause in verdict),
        statuses=tuple(
            Status(label, (Run("3", fact="incidents.deaths"),), (Run(words),), level, mark)  # type: ignore[arg-type]
            for label, level, mark in (
                ("死亡", "red", "严重"),
                ("等级", "amber", "关注"),
                ("目标", "", ""),
                ("逾期", "normal", "正常"),
            )
        ),
        problems_title="问题清单" if lang == "zh" else "Problems",
        problems_note=words,
        problem_heads=HEADS[lang],
        problems=tuple(make_problem(at, lang, subjects=subjects, long=long) for at in range(problems)),
        cut_note="余见后文" if lang == "zh" else "the rest follows",
        beside=(Run("与上年相比：死亡多3人。" if lang == "zh" else "Three more deaths."),),
        none=() if problems else (Run("本期没有达到“关注”以上的问题。" if lang == "zh" else "No problem."),),
        others=(Run(words * 2 * long),) if problems else (),
        well_title="做得好的" if lang == "zh" else "Done well",
        well=(Remark(words, (Run("6", fact="hazards.major"), Run(words))),) * (2 if problems else 4),
        strip_title=(Run("12"), Run(words)),
        strip_note=words,
        strip_heads=("指标（单位）", "白鹭镇", "上年", "全县", "较差", "较好"),
        strip=tuple(
            Indicator(
                group=("安全", "工作", "服务")[at % 3 if rows < 3 else at * 3 // rows],
                fact="hazards.rectification_rate",
                label="隐患整改率（%）",
                values=(Run("97.0", fact="hazards.rectification_rate"), Run("—"), Run("96.7")),
                alt="隐患整改率：白鹭镇97.0。",
                place=0.1,
                before=None if at % 2 else -0.2,
                others=(-1.0, -0.5, 0.0, 0.0, 0.0, 0.0, 0.3),
            )
            for at in range(rows)
        ),
        keys=("白鹭镇", "白鹭镇上年", "其他15个乡镇（街道）", "全县"),
        foot=words * 3,
    )
