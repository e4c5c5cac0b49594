"""Telephone and identity numbers in texts, and names beside telephone numbers: masked before anything shows them.

What may be one is found by its form, in a text whose every character is replaced by its plain twin, so that places
stay. Whether it is one is decided by the numbering plan of phonenumbers and by check characters. Masks are for what is
shown: matching and counting use texts as written.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from taizhang.core.loading import parse_yaml

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

_WORDS = Path(__file__).parents[1] / "metadata" / "personal.yml"

# ------------------------------------------------------------------ plain twins of characters

_TWINS = {
    **{
        chr(0xFF01 + at): chr(0x21 + at) for at in range(94) if at != 0x0B
    },  # full width; a comma of it divides no sum
    **dict.fromkeys("‐‑‒–—―−﹣﹘ー", "-"),
    **dict.fromkeys("\t\xa0\xad\u1680\u202f\u205f\u2060\u3000\ufeff", " "),
    **{chr(at): " " for at in range(0x2000, 0x2010)},  # from thin to no width at all
    **dict.fromkeys("·•・‧∙⋅", "."),
    **dict.fromkeys("[【〔［「", "("),
    **dict.fromkeys("]】〕］」", ")"),
}
_PLAIN = str.maketrans(_TWINS)
_TWINNED = re.compile(f"[{re.escape(''.join(_TWINS))}]")


# ------------------------------------------------------------------ forms of numbers

_CC = r"\(?(?:\+ ?|00)?86\)?[ .\-_]{0,3}(?:\(0\))?"
_MOBILE = re.compile(rf"(?<!\d)(?:{_CC}|0)?(1(?:[ .\-_]{{0,3}}\d){{10}})(?!\d)")
_LANDLINE = re.compile(
    rf"(?<!\d)(?:\(?(0[1-9]\d{{1,2}})\)?|{_CC}\(?(0?[1-9]\d{{1,2}})\)?)[ .\-_/]{{0,3}}([2-8](?:[ .\-]{{0,2}}\d){{6,7}})"
    r"(?!\d)(?:(?:/[2-8]\d{6,7}(?!\d))+| ?(?:-|转|ext\.?|x|#) ?\d{1,5}(?!\d))?",
    re.IGNORECASE,
)
_SERVICE = re.compile(r"(?<!\d)([48]00(?:[ .\-]{0,2}\d){7})(?!\d)")
_ABROAD = re.compile(r"\(?\+ ?([1-9](?:[ .\-()]{0,2}\d){6,14})(?!\d)")
_IDENTITY = re.compile(r"(?<!\d)([1-9](?:[ .\-_]{0,3}\d){16}[ .\-_]{0,3}[\dXx])(?![\dA-Za-z])")
_OLD_IDENTITY = re.compile(r"(?<!\d)([1-8](?:[ \-]{0,3}\d){14})(?!\d)")
# A number without its area's is one only where a word says so.
_LOCAL = re.compile(r"([2-8]\d{2,3}[ \-]{0,3}\d{4})(?!\d|[ \-.]\d)")
_TELEPHONE = re.compile(r"(?:电话|座机|固话|传真|tel|phone|fax)(?:号码?)?[.是为:( ]{0,4}$", re.IGNORECASE)
# How a mobile number is divided when people write it; another division is a chance meeting of numbers.
_DIVISIONS = {
    (11,), (3, 4, 4), (4, 4, 3), (4, 3, 4), (3, 8), (7, 4), (3, 3, 5), (5, 6), (6, 5), (4, 7), (3, 5, 3), (3, 3, 3, 2),
    (3, 2, 3, 3), (3, 4, 2, 2), (3, 2, 2, 2, 2), (1,) * 11,
}  # fmt: skip
_LOCAL_DIVISIONS = {(7,), (8,), (3, 4), (4, 4), (4, 3), (3, 2, 2)}
_OLD_DIVISIONS = {(15,), (6, 6, 3), (6, 9), (12, 3), (8, 4, 3), (6, 2, 2, 2, 3), (1,) * 15}
_PROVINCES = {
    *range(11, 16),
    21,
    22,
    23,
    *range(31, 38),
    *range(41, 47),
    *range(50, 55),
    *range(61, 66),
    71,
    81,
    82,
    83,
}
_DAY = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_AMOUNT = re.compile(
    r" ?(?:\.\d*[1-9]|[%‰]|元(?![旦宵])|万|亿|吨|公?斤|千克|米|平方|立方|(?:kg|km|m|rmb|cny)\b)",
    re.IGNORECASE,
)
_SUM = re.compile(r"(?:[¥￥$€]|\brmb|\bcny|\d\.) ?$", re.IGNORECASE)
_SUM_ENDS = frozenset("¥￥$€.bBnNyY ")
_FIRST_OF_LIST = re.compile(r"(?<![\d.])\d\.$")
_CODE = re.compile(
    r"(?<!身份)(?<!身份证)(?<!证件)(?:编号|编码|代码|单号|文号|案号|序列号|批号|证号|证书号?|code|s/?n)[是为: #.]*$",
    re.IGNORECASE,
)
# Part of a longer number, unless that is another telephone's: 2021-0855-3221234.
_CHAINED = re.compile(r"(?<!\d{6})\d[.\-/]$")
_LETTERS_BEFORE, _LETTERS_AFTER = re.compile(r"[A-Za-z0-9]*[A-Za-z][\-.]?$"), re.compile(r"[A-Za-z]+")
_LEAD = re.compile(
    r"(?:tel|phone|mobile|mob|cell|call|contact|fax|wechat|vx|wx|qq|no|[tmphf])[.\-]?$", re.IGNORECASE
)


class _Number(NamedTuple):
    """The position of a number in a text, and whether it is a telephone number."""

    start: int
    end: int
    is_telephone: bool


def _read_digits(written: str) -> str:
    return re.sub(r"[^\dXx]", "", written).upper()


def _divide(written: str) -> tuple[int, ...]:
    return tuple(map(len, re.findall(r"\d+", written)))


@cache
def _load_plan() -> re.Pattern[str]:
    """The numbers of China's plan, without the 0 before an area: of every sort but short and emergency ones."""
    from phonenumbers import PhoneMetadata

    plan = PhoneMetadata.metadata_for_region("CN")
    sorts = (
        "fixed_line",
        "mobile",
        "toll_free",
        "shared_cost",
        "uan",
        "premium_rate",
        "voip",
        "personal_number",
    )
    told = (getattr(plan, sort) for sort in sorts)
    return re.compile(
        "|".join(one.national_number_pattern for one in told if one and one.national_number_pattern)
    )


def _is_planned(national: str) -> bool:
    return bool(_load_plan().fullmatch(national))


@cache
def _is_area(area: str) -> bool:
    """Return whether there is an area with such a code."""
    numbers = (first + rest for first in "2345678" for rest in ("123456", "1234567"))
    return any(_is_planned(area.removeprefix("0") + local) for local in numbers)


def _is_amount(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 6) : start]
    if (
        before[-1:] in _SUM_ENDS
        and _SUM.search(before)
        and not (end - start == 11 and _FIRST_OF_LIST.search(before))
    ):
        return True
    return bool(_AMOUNT.match(text, end))


def _is_within_code(text: str, start: int, end: int, *, loose: bool) -> bool:
    """Return whether letters beside a number make it a part of something longer; `loose`: not if on one side alone."""
    beside = text[max(0, start - 1) : start] + text[end : end + 1]
    if not beside.isascii():  # one of the two, at the most, is a letter of a code
        beside = "".join(one for one in beside if one.isascii())
    if not beside.strip(" ()[]:,;/"):
        return False
    before = _LETTERS_BEFORE.search(text, max(0, start - 24), start)
    if before and _LEAD.fullmatch(before[0]):
        before = None
    after = _LETTERS_AFTER.match(text, end)
    if before and any(one.isdigit() for one in before[0]):
        return True
    return bool(before and after) if loose else bool(before or after)


def _is_mobile(text: str, found: re.Match[str]) -> bool:
    written = found[1]
    digits, sizes = (written, (11,)) if len(written) == 11 else (_read_digits(written), _divide(written))
    if sizes not in _DIVISIONS or not _is_planned(digits) or _is_amount(text, found.start(), found.end()):
        return False
    if len(sizes) > 1:
        if "." in written and sizes not in {(3, 4, 4), (4, 4, 3), (3, 8)}:
            return False
        if sizes in {(3, 8), (3, 4, 2, 2)} and _DAY.fullmatch(digits[3:]):  # 150 2021-05-01
            return False
    return not _is_within_code(text, found.start(), found.end(), loose=True)


def _is_landline(text: str, found: re.Match[str]) -> bool:
    start, area, local = found.start(), found[1] or found[2], _read_digits(found[3])
    if found[2] and found[0].startswith("86") and found.start(2) == start + 2:
        return False  # any number may begin so
    if _divide(found[3]) not in _LOCAL_DIVISIONS:
        return False
    if len(local) == 8 and _DAY.fullmatch(local):  # 0512-20210501
        return False
    before = text[max(0, start - 12) : start]
    return (
        not _CHAINED.search(before)
        and not _CODE.search(before)
        and (_is_planned(area.removeprefix("0") + local) or (not found[0].isdigit() and _is_area(area)))
        and not _is_amount(text, start, found.end())
        and not _is_within_code(text, start, found.end(), loose=False)
    )


def _is_service(text: str, found: re.Match[str]) -> bool:
    start, end = found.span()
    before = text[max(0, start - 12) : start]
    return (
        _is_planned(_read_digits(found[1]))
        and not _is_amount(text, start, end)
        and not _CODE.search(before)
        and not _CHAINED.search(before)
        and not _is_within_code(text, start, end, loose=False)
    )


def _is_abroad(text: str, found: re.Match[str]) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse("+" + _read_digits(found[1])))
    except phonenumbers.NumberParseException:
        return False


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def compute_check(digits: str) -> str:
    """The check character of an identity number's first 17 digits (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(one) * weight for one, weight in zip(digits, _WEIGHTS, strict=False)) % 11]


_CHECKS = "10X98765432"
_WEIGHTS = tuple(pow(2, 17 - at, 11) for at in range(17))


def is_identity(digits: str) -> bool:
    """Return whether 18 characters are an identity number: a province, a day of birth and the right check character.

    Of a permanent resident from abroad, 9 comes first, then the province.
    """
    year = int(digits[6:10])
    return (
        int(digits[1:3] if digits[0] == "9" else digits[:2]) in _PROVINCES
        and 1880 <= year < 2100
        and _is_day(year, int(digits[10:12]), int(digits[12:14]))
        and compute_check(digits) == digits[17]
    )


_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def is_credit_code(code: str) -> bool:
    """Return whether 18 characters are a unified social credit code of a kind that is given out."""
    given = {"11", "12", "13", "19", "51", "52", "53", "59", "91", "92", "93", "Y1"}
    return code[:2] in given and has_credit_digit(code)


def has_credit_digit(code: str) -> bool:
    """Return whether the last of 18 characters is the check digit of a credit code (GB 32100-2015, MOD 31)."""
    if any(one not in _CREDIT for one in code):
        return False
    total = sum(_CREDIT.index(one) * pow(3, at, 31) for at, one in enumerate(code[:17]))
    return _CREDIT[-total % 31] == code[17]


def _is_identity(text: str, found: re.Match[str]) -> bool:
    digits = _read_digits(found[1])
    if not is_identity(digits):  # one that is called so may be miswritten
        return bool(_DAY.match(digits, 6)) and bool(
            _CALLED.search(text[max(0, found.start() - 12) : found.start()])
        )
    coded = bool(_CODE.search(text[max(0, found.start() - 12) : found.start()]))
    # A number that somebody calls a code, and that holds a recent day, is one that was given out on that day.
    return not (coded and int(digits[6:10]) > _RECENT) and not (
        digits[0] in "159" and coded and is_credit_code(digits)
    )


_RECENT = 2009
_CALLED = re.compile(r"身份证(?:号码?|件)?[是为:( ]*$")


def _is_old_identity(text: str, found: re.Match[str]) -> bool:
    """15 digits have no check; they were given to those born before 2000, of whom few were born before 1930."""
    digits = _read_digits(found[1])
    return (
        _divide(found[1]) in _OLD_DIVISIONS
        and int(digits[:2]) in _PROVINCES
        and int(digits[6:8]) >= 30
        and _is_day(1900 + int(digits[6:8]), int(digits[8:10]), int(digits[10:12]))
        and not _CODE.search(text[max(0, found.start() - 12) : found.start()])
        and not _is_amount(text, *found.span())
        and not _is_within_code(text, *found.span(), loose=False)
    )


def _is_local(text: str, found: re.Match[str]) -> bool:
    told = _TELEPHONE.search(text[max(0, found.start() - 16) : found.start()])
    return bool(told) and not _DAY.fullmatch(_read_digits(found[1]))


_Form = tuple[re.Pattern[str], Callable[[str, re.Match[str]], bool], bool]
_PERSONS: tuple[_Form, ...] = ((_IDENTITY, _is_identity, False), (_OLD_IDENTITY, _is_old_identity, False))
_MOBILES: tuple[_Form, ...] = ((_MOBILE, _is_mobile, True),)
_LANDLINES: tuple[_Form, ...] = ((_LANDLINE, _is_landline, True),)
_SERVICES: tuple[_Form, ...] = ((_SERVICE, _is_service, True),)
_LOCALS: tuple[_Form, ...] = ((_LOCAL, _is_local, True),)
# By what the first figure of a number can be.
_FORMS: dict[str, tuple[_Form, ...]] = {
    "0": (*_MOBILES, *_LANDLINES),
    "1": (*_PERSONS[:1], *_MOBILES, *_PERSONS[1:]),
    "4": (*_PERSONS, *_SERVICES, *_LOCALS),
    "8": (*_MOBILES, *_LANDLINES, *_PERSONS, *_SERVICES, *_LOCALS),
    "+": (*_MOBILES, *_LANDLINES, (_ABROAD, _is_abroad, True)),
    "9": _PERSONS,
}
_FIGURES = re.compile(r"([+(]{0,3})(?<!\d)(\d)(?=(?:[ .\-_()/]{0,3}\d){6})")


def _find_numbers(plain: str) -> list[_Number]:
    """The numbers in a plain text, in order, none within another."""
    numbers: list[_Number] = []
    until = 0
    for figures in _FIGURES.finditer(plain):
        if figures.start(2) >= until and (one := _find_number(plain, figures)):
            numbers.append(one)
            until = one.end
    return numbers


def _find_number(plain: str, figures: re.Match[str]) -> _Number | None:
    """The number that begins with a run of figures, or with the brackets and the plus before it."""
    first = figures[2]
    for start in range(figures.start(), figures.start(2) + 1):
        abroad = "+" in plain[start : figures.start(2)]
        for form, is_one, is_telephone in _FORMS["+"] if abroad else _FORMS.get(first, (*_PERSONS, *_LOCALS)):
            if (found := form.match(plain, start)) and is_one(plain, found):
                return _Number(*found.span(), is_telephone)
    return None


# ------------------------------------------------------------------ names beside numbers


@dataclass(frozen=True)
class _Names:
    """How a name beside a number is told: forms to be searched for in the text before it, and after."""

    before: tuple[re.Pattern[str], ...]
    after: tuple[re.Pattern[str], ...]
    between: tuple[str, ...]
    no_names: frozenset[str]
    no_persons: frozenset[str]  # these, and ordinary words


_HAN = r"[\u3400-\u9fff]"


@cache
def _load_names() -> _Names:
    words = parse_yaml(_WORDS.read_text("utf-8"))

    def choose(name: str) -> str:
        return "|".join(map(re.escape, sorted(words[name], key=len, reverse=True)))

    surnames = f"(?:{choose('compound')}|[{''.join(words['surnames'])}])"
    role, title = choose("roles"), choose("titles")
    no_end = f"[{''.join(words['no_ends'])}]"
    own = rf"{surnames}(?:{_HAN}{{2}}|{_HAN})(?<!{no_end})"
    latin = r"[A-Z][A-Za-z'\-]+(?: [A-Z][A-Za-z'\-]+){1,2}"
    return _Names(
        before=(
            re.compile(
                rf"(?:{role})(?:姓名)?[ :是为(]*((?:{_HAN} {{0,4}}){{1,3}}{_HAN}|{_HAN}{{2,6}}\.{_HAN}{{2,6}})$"
            ),
            re.compile(rf"({own})$"),
            re.compile(rf"(?:^|[^\u3400-\u9fff])({surnames} {{1,4}}{_HAN})$"),
            re.compile(rf"({_HAN}{{2,6}}\.{_HAN}{{2,6}})$"),
            re.compile(rf"\b({latin})$"),
        ),
        after=(
            re.compile(
                rf"[ )\-_/:(,，]*(?:{role})(?:姓名)?[ :是为(]*({_HAN}{{2,4}}|{surnames} {{1,4}}{_HAN})"
            ),
            re.compile(rf"[ )\-_/:]*\( *({own}|{surnames} {{1,4}}{_HAN}|{_HAN}{{2,6}}\.{_HAN}{{2,6}})"),
            re.compile(
                rf"[ )\-_/:]*({surnames}(?:{_HAN}{{1,2}}?| {{0,4}}{_HAN})(?<!{no_end}))"
                rf"(?=$|[^\u3400-\u9fff]|{title}|的|负责|说|已)"
            ),
            re.compile(rf"[ )\-_/:(]*({latin})\b"),
        ),
        between=tuple(
            sorted(
                (one.lower() for one in ("的", "是", "为", "号", *words["titles"], *words["labels"])),
                key=len,
                reverse=True,
            )
        ),
        no_names=frozenset(words["no_names"]),
        no_persons=frozenset((*words["no_names"], *words["ordinary"])),
    )


@cache
def _load_headers() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Forms of headers of persons' columns: of any, and of those that hold numbers alone."""
    words = parse_yaml(_WORDS.read_text("utf-8"))
    labels = [one for one in words["labels"] if one not in words["no_headers"]]

    def choose(named: list[str]) -> str:
        return "|".join(re.escape(one.lower()) for one in sorted(named, key=len, reverse=True))

    every = choose([*words["roles"], *labels])
    of_any, of_numbers = (
        rf"(?=.*(?:{needed}))(?:{every}|[及和与或、/,的 ])+" for needed in (every, choose(labels))
    )
    return re.compile(of_any), re.compile(of_numbers)


def is_personal_header(header: str, *, number: bool = False) -> bool:
    """Return whether a header says that its column holds names, telephone or identity numbers of persons.

    Of a column of numbers (`number`), only words for such numbers say so: 网格员 may be how many there are.
    """
    text = re.sub(r"\([^()]*\)|\*", "", header.translate(_PLAIN)).strip().lower()
    return bool(_load_headers()[number].fullmatch(text))


_REACH = 28  # characters beside a number in which a name is looked for


def _find_names(plain: str, numbers: list[_Number]) -> Iterator[tuple[int, int]]:
    """The names right before or after telephone and identity numbers."""
    names = _load_names()
    for one in numbers:
        first = max(0, one.start - _REACH)
        before = _strip(plain[first : one.start], names.between)
        for form in names.before if before else ():
            if (found := form.search(before)) and found[1] not in names.no_names:
                yield first + found.start(1), first + found.end(1)
                break
        for form in names.after if one.end < len(plain) else ():
            if (found := form.match(plain, one.end)) and found[1] not in names.no_names:
                yield found.span(1)
                break


def _strip(text: str, words: tuple[str, ...]) -> str:
    """Remove punctuation and words at the end of a text that may separate a name from its number.

    `words` in small letters, the longest first.
    """
    while True:
        text = text.rstrip(" :(),，、/-_.|")
        end = text.lower()
        if not end.endswith(words):
            return text
        text = text[: -next(len(one) for one in words if end.endswith(one))]


# ------------------------------------------------------------------ masks

# What every text holds that has anything to mask; Arrow and Python read it alike. A date with its time is none of it.
_D = "[0-9０-９]"
_SEP = "[" + re.escape(" .-_()" + "".join(one for one, twin in _TWINS.items() if twin in " .-_()")) + "]"
_TO = f"{_SEP}{{0,6}}"
_RISKY = (
    r"(?:^|[^0-9０-９])(?:"
    + "|".join(
        (
            f"(?:[0０]|(?:[0０]{{2}})?[8８][6６]{_TO})?[1１]{_TO}[3-9３-９](?:{_TO}{_D}){{9}}",
            f"(?:[0０]|(?:[0０]{{2}})?[8８][6６]{_TO}){_D}{{2,3}}(?:{_SEP}|[/／]){{0,6}}[1-9１-９](?:{_TO}{_D}){{6}}",
            f"[48４８][0０][0０](?:{_TO}{_D}){{7}}",
            f"[1-9１-９](?:{_TO}{_D}){{14}}",
        )
    )
    + rf")|[+＋] ?{_D}(?:{_TO}{_D}){{6}}"
    + f"|(?i:电话|座机|固话|传真|tel|phone|fax|ｔｅｌ)[^0-9０-９]{{0,10}}{_D}{{3,4}}{_TO}{_D}{{4}}"
)
_MAYBE = re.compile(_RISKY)


_TRADER = "个体工商户|个体经营户|个体经营者|个体经营|个体户|个体"
# Words for traders before a name, or after it.
_AS_TRADER = re.compile(
    rf"^(?:{_TRADER}|业主|户主|店主|老板|经营者|负责人|法人|房东)[:：\s]*|[\s(（]*(?:{_TRADER}|先生|女士)[)）]?$"
)


def is_person(text: str) -> bool:
    """Return whether a text is a person's name, alone or with a word for traders: 张三, 个体户李某某, 张三（个体）."""
    plain = text.strip()
    if len(plain) >= 4:
        plain = _AS_TRADER.sub("", plain) or plain
    return bool(_load_person().fullmatch(plain)) and plain not in _load_names().no_persons


def mask_persons(values: "pd.Series") -> "pd.Series":
    """Mask the texts of a column that are a person's name and nothing else, such as premises called by their owner.

    Where nothing is to be masked it is the very same.
    """
    persons = [text for text in values.dropna().unique() if is_person(str(text))]
    if not persons:
        return values
    return values.where(~values.isin(persons), values.str.replace(r".", "*", regex=True))


@cache
def _load_person() -> re.Pattern[str]:
    words = parse_yaml(_WORDS.read_text("utf-8"))
    compound, surnames = "|".join(words["compound"]), "".join(words["surnames"])
    ends = "".join(words["no_ends"])
    return re.compile(rf"(?:(?:{compound}){_HAN}{{1,2}}|[{surnames}](?:{_HAN}|{_HAN}{{2}}))(?<![{ends}井])")


def mask_numbers(text: str) -> str:
    """Replace telephone and identity numbers, and the names right beside them, by asterisks, one for each character."""
    return _mask(text) if _MAYBE.search(text) else text


def is_number(text: str) -> bool:
    """Return whether a text is a telephone or identity number, and nothing else."""
    return text != (masked := mask_numbers(text)) and not masked.strip("* ()（）")


def _mask(text: str) -> str:
    plain = text.translate(_PLAIN) if _TWINNED.search(text) else text
    numbers = _find_numbers(plain)
    if not numbers:
        return text
    for start, end in (*((one.start, one.end) for one in numbers), *_find_names(plain, numbers)):
        text = f"{text[:start]}{'*' * (end - start)}{text[end:]}"
    return text


def mask_column(values: "pd.Series") -> "pd.Series":
    """Mask a text column; empty cells stay empty. If there is nothing to mask, the same column is returned.

    Of codes of 18 figures with a day within, one in eleven would pass for an identity number: where most such cells of
    the column fail the check, those that share their day with one that fails, or have a recent one, are no persons'.
    """
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        names = values.cat.categories.to_series()
        return values if mask_column(names) is names else mask_column(values.astype("str"))
    import pyarrow as pa
    import pyarrow.compute as pc

    def match(form: str, texts: "pa.Array") -> "np.ndarray":
        found = pc.fill_null(pc.match_substring_regex(texts, form), False)
        return found.to_numpy(zero_copy_only=False)

    # Most texts hold nothing of the kind: Arrow tells them without a word of Python.
    texts = pa.array(values.astype("str"), pa.large_string(), from_pandas=True)
    risky = _find_risky(texts) if len(texts) < _FEW else match(_RISKY, texts)
    if not risky.any():
        return values
    codes = risky.copy()
    codes[risky] = match(_CODE_CELL, among := texts.filter(pa.array(risky)))
    if codes.any():
        dated = risky.copy()
        dated[risky] = match(_DATED_CELL, among)
        codes[dated] = _are_codes(values[dated].to_numpy().astype("S18"))
        risky &= ~codes
    written = values.astype("str")[risky]
    known = {text: _mask(text) for text in written.unique()}
    shown = written.map(known.__getitem__)
    if shown.equals(written):
        return values
    masked = values.astype("str")
    masked[risky] = shown
    return masked


def _find_risky(texts: "pa.Array") -> "np.ndarray":
    import numpy as np

    return np.array(
        [text is not None and _MAYBE.search(text) is not None for text in texts.to_pylist()], bool
    )


def _are_codes(cells: "np.ndarray") -> "np.ndarray":
    """Return which of some cells of 18 figures with a day within are no identity numbers."""
    import numpy as np

    figures = cells.view(np.uint8).reshape(-1, 18) - ord("0")
    checks = np.array([ord(one) - ord("0") for one in _CHECKS])
    fails = checks[(figures[:, :17] @ np.array(_WEIGHTS)) % 11] != figures[:, 17]
    if 2 * fails.sum() <= len(cells):
        return fails
    days = np.array([cell[6:14] for cell in cells])
    return fails | (days > str(_RECENT + 1).encode()) | np.isin(days, days[fails])


# Texts: Arrow reads the form anew for each column, which takes as long as Python takes for more than these.
_FEW = 500
_CODE_CELL = r"^[0-9]{18}$"
_DATED_CELL = rf"^[1-9][0-9]{{5}}{_DAY.pattern}[0-9]{{4}}$"
