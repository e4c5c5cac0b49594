"""Telephone and identity numbers of nobody, and names, in the spellings that people use; and numbers that are neither.

Made by rule when a test runs: the repository holds none.
"""

import random
from collections.abc import Callable, Iterator, Sequence

_FULL = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # as GB 11643 prints them


def make_mobile(number: int) -> str:
    """A mobile number with four noughts in the middle."""
    return f"1{(38, 39, 50, 59, 77, 86)[number % 6]}0000{number % 10_000:04}"


def make_landline(number: int) -> tuple[str, str]:
    """An area's number, and one in it."""
    return ("0855", "0851", "0593", "010", "021", "0755")[number % 6], (
        f"8000{number % 1000:03}" if number % 6 < 3 else f"6200{number % 10_000:04}"
    )


def check_identity(first: str) -> str:
    """17 figures and the check character after them."""
    return (
        first
        + "10X98765432"[sum(int(one) * weight for one, weight in zip(first, _WEIGHTS, strict=True)) % 11]
    )


def make_identity(number: int, *, ends_in_x: bool = False) -> str:
    """An identity number of somebody born on a day in the seventies."""
    day = f"197{number % 10}{1 + number % 12:02}{1 + number // 12 % 28:02}"
    for last in range(number % 1000, number % 1000 + 1000):
        made = check_identity(f"522601{day}{last % 1000:03}")
        if made.endswith("X") == ends_in_x:
            return made
    raise AssertionError


def spell_mobile(number: int) -> list[str]:
    """A mobile number in every spelling."""
    plain = make_mobile(number)
    parts = (plain[:3], plain[3:7], plain[7:])
    signs = (" ", "-", "－", "–", "—", "‑", ".", "\u3000", "\xa0", "\u200b")
    before = (
        "+86",
        "+86 ",
        "+86-",
        "86",
        "86 ",
        "86-",
        "0086",
        "0086 ",
        "0086-",
        "(+86)",
        "（+86）",
        "(86)",
        "＋86",
        "0",
    )
    return [
        plain,
        plain.translate(_FULL),
        *(sign.join(parts) for sign in signs),
        " - ".join(parts),
        *(f"{one}{plain}" for one in before),
        *(f"{one}{' '.join(parts)}" for one in ("+86 ", "0086 ", "86-")),
        f"＋８６{plain.translate(_FULL)}",
        f"{plain[:4]} {plain[4:8]} {plain[8:]}",
        f"{plain[:3]} {plain[3:]}",
        f"{plain[:7]} {plain[7:]}",
        " ".join(plain),
    ]


def spell_landline(number: int) -> list[str]:
    """A telephone number of a place in every spelling."""
    area, local = make_landline(number)
    half = len(local) - 4
    parts = (local[:half], local[half:])
    return [
        *(f"{area}{sign}{local}" for sign in ("-", "－", "–", "—", " ", "\u3000", "", " - ")),
        *(f"{left}{area}{right}{local}" for left, right in ("()", "（）", "[]")),
        f"({area}) {local}",
        f"（{area}）{'-'.join(parts)}",
        f"{area} {' '.join(parts)}",
        f"{area}-{'-'.join(parts)}",
        f"{area}-{local}".translate(_FULL),
        f"+86-{area[1:]}-{local}",
        f"+86 {area[1:]} {local}",
        f"86-{area}-{local}",
        f"0086-{area[1:]}-{local}",
        f"+86 ({area}) {local}",
        f"{area}-{local}-801",
        f"{area}-{local}转801",
    ]


def spell_service(number: int) -> list[str]:
    """A firm's 400 or 800 number in every spelling."""
    start, last = ("400", "800")[number % 2], f"{number % 10_000:04}"
    return [f"{start}-800-{last}", f"{start} 800 {last}", f"{start}800{last}", f"{start}-800{last}"]


def spell_identity(number: int) -> list[str]:
    """An identity number, with X or without, and one of 15 figures, in every spelling."""
    spelled = []
    for plain in (make_identity(number), make_identity(number, ends_in_x=True)):
        parts = (plain[:6], plain[6:14], plain[14:])
        spelled += [plain, plain.translate(_FULL), *(sign.join(parts) for sign in (" ", "-", "－", "\u3000"))]
        spelled += [f"{plain[:6]} {plain[6:10]} {plain[10:14]} {plain[14:]}"]
        if plain.endswith("X"):
            spelled += [plain.lower(), f"{plain[:-1]}Ｘ", f"{plain[:-1]}ｘ"]
    old = (
        f"522601{6 + number % 4}{number % 10}{1 + number % 12:02}{1 + number // 12 % 28:02}{number % 1000:03}"
    )
    return [
        *spelled,
        old,
        old.translate(_FULL),
        f"{old[:6]} {old[6:12]} {old[12:]}",
        f"{old[:6]}-{old[6:12]}-{old[12:]}",
    ]


_SURNAMES = ("赵", "钱", "孙", "周", "吴", "郑", "欧阳", "司马")


def make_name(number: int) -> str:
    """A name of two to four characters that nobody has."""
    return _SURNAMES[number % 8] + ("某", "某某", "试甲")[number // 8 % 3]


# How a name stands beside a number: {n} the one, {t} the other.
BESIDE = (
    "责任人{n}{t}", "联系人：{n} {t}", "{n}（{t}）", "{n}({t})", "{t}（{n}）", "{t}{n}", "{t} {n}", "{n} {t}",
    "负责人:{n}，电话{t}", "已通知{n}{t}", "店主{n} 手机：{t}", "{n}-{t}", "户主姓名：{n}，联系方式：{t}",
    "{n}先生{t}", "负责人{n}的电话是{t}", "{t} 联系人：{n}", "{t}，联系人{n}",
)  # fmt: skip


def list_innocent(random_: random.Random) -> Iterator[str]:
    """Numbers that only look like a person's, without end: each sort in turn."""

    def figures(many: int) -> str:
        return "".join(random_.choice("0123456789") for _ in range(many))

    def day(sign: str = "") -> str:
        parts = random_.randint(2015, 2026), random_.randint(1, 12), random_.randint(1, 28)
        return f"{parts[0]}{sign}{parts[1]:02}{sign}{parts[2]:02}"

    def refuse(code: str) -> str:
        """A code of 18 figures whose last is not the check character that an identity number has."""
        right = check_identity(code[:17])[17]
        return code[:17] + str((int(code[17]) + 1) % 10) if right == code[17] else code

    places = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    sorts: Sequence[Callable[[], str]] = (
        lambda: f"5226012001{figures(2)}00{figures(4)}",  # grid cells
        lambda: refuse(f"522601200101{random_.randint(1, 28):02}{figures(4)}"),
        lambda: f"915226{figures(2)}MA{''.join(random_.choice(places) for _ in range(8))}",  # credit codes
        lambda: refuse(f"915226013{figures(9)}"),
        lambda: f"522601{figures(random_.choice((0, 3, 6)))}",  # divisions
        lambda: f"{random_.randrange(10**11)}元",
        lambda: f"{random_.random() * 10**9:.2f}",
        lambda: f"{random_.randrange(10**11):,}",
        day,
        lambda: day("-"),
        lambda: f"{day('-')} {random_.randrange(24):02}:{random_.randrange(60):02}:00",
        lambda: f"{day()}{random_.randrange(24):02}{random_.randrange(60):02}00",
        lambda: f"{day()}至{day()}",
        lambda: f"YH-{day()[:4]}-{figures(6)}",  # hazards
        lambda: f"隐患编号{day()}{figures(4)}",
        lambda: f"YH{day()}{figures(3)}",
        lambda: f"{107 + random_.random():.9f},{26 + random_.random():.9f}",
        lambda: f"{107 + random_.random():.6f} {26 + random_.random():.6f}",
        lambda: f"贵H{figures(5)}",
        lambda: f"证书编号：{refuse(f'{day()[:4]}5226{figures(10)}')}",
        lambda: f"（凯）应急罚〔{day()[:4]}〕{figures(4)}号",
        lambda: f"数量{random_.randint(130, 199)} {day('-')}",
        lambda: " ".join(str(random_.randrange(1, 99)) for _ in range(9)),
        lambda: random_.choice(("110", "119", "120", "12345", "12350", "95598", "10086")),
        lambda: f"{random_.random() * 100!r}",
    )  # fmt: skip
    while True:
        for make in sorts:
            yield make()
