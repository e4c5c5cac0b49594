"""Names of premises split into parts: the proper name, the trade, places, and the branch."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from taizhang.core.loading import parse_yaml
from taizhang.core.privacy import is_person

_WORDS = Path(__file__).parents[1] / "metadata" / "premises_names.yml"
_BRACKETS = str.maketrans("[{<〔【〖［〈《「『]}>〕】〗］〉》」』", "(" * 11 + ")" * 11)
_OUT = re.compile(r"[^\w()#]+|_+")
_LISTED = re.compile(
    r"^\s*(?:[0-9]{1,4}\s*[.、,:)](?![0-9])|[(][0-9]{1,4}[)](?=.{4})|[①-⑳])\s*"
)  # 1. before a name
_MOST_LEARNED_FROM = 20_000
_HAN = "\u3400-\u9fff"
_DIGITS = {one: at for at, ones in enumerate("零〇,一,二两,三,四,五,六,七,八,九".split(",")) for one in ones}
_NUMERAL = "零〇一二两三四五六七八九十百"
_DIRECTIONS = frozenset("东西南北上下前后左右内外大小新老旧高低")


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of a name, brought to one form.

    `core`: what tells premises of one district apart, for comparing exactly; `proper`: what is left of it without
    places, chain, trade and number; `trade`; `brand`: the chain; `places`: names of the district and of units above;
    `elsewhere`: places with their kind that are none of these, by kind; `numbers`: ordinals and figures;
    `branch`: which of a firm's places it is, empty for the firm itself; `others`: cores of former and other names;
    `flat`: the name without legal forms and kinds of places; `plain`: as folded, without brackets.
    """

    core: str
    branch: str = ""
    proper: str = ""
    trade: str = ""
    brand: str = ""
    places: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()
    numbers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    flat: str = ""
    plain: str = ""


def fold_name(text: str) -> str:
    """Fold a name as written: NFKC, simplified characters, one case, brackets of one kind; no blanks and no points."""
    wide = unicodedata.normalize("NFKC", text).casefold().translate(_BRACKETS)
    plain = _OUT.sub("", _LISTED.sub("", wide))
    return plain if plain.isascii() else str(_converter().convert(plain))


def normalise_name(text: str, places: Sequence[str] = ()) -> Name:
    """Take a name apart; `places` are names of its district and of the units it lies in."""
    return _parse(fold_name(text), _make_places(tuple(places)))


def parse_names(
    folded: Sequence[str], districts: Sequence[str], places: Mapping[str, Sequence[str]]
) -> list[Name]:
    """Take folded names apart, each with the places of its district and those that most names tell."""
    above = learn_places(folded)
    own = {code: _make_places((*places.get(code, ()), *above)) for code in dict.fromkeys(districts)}
    # One name in two districts is taken apart once, unless a place of theirs stands in it.
    known: dict[tuple[str, _Places], Name] = {}
    named = []
    for name, code in zip(folded, districts, strict=True):
        within = _leave_within(name, own[code])
        if (found := known.get((name, within))) is None:
            found = known[name, within] = _parse(name, own[code])
        named.append(found)
    return named


def _leave_within(name: str, own: "_Places") -> "_Places":
    """The places that occur in a name."""
    if not any(word in name for word in own.every):
        return _NOWHERE
    return _Places(
        *(tuple(word for word in some if word in name) for some in (own.whole, own.short, own.every))
    )


def learn_places(folded: Sequence[str]) -> tuple[str, ...]:
    """The province, city and county that names of a workbook begin with: of each level the one that most of them tell.

    With it, 福建永宁溪口加油站 is known to lie in 永宁 where other names say 永宁市.
    """
    told: dict[str, Counter[str]] = {"province": Counter(), "city": Counter(), "county": Counter()}
    for name in folded[:: max(1, len(folded) // _MOST_LEARNED_FROM)]:
        rest = name
        if (found := _province().match(rest)) and len(rest) - found.end() >= 2:
            told["province"][found[1]] += 1
            rest = rest[found.end() :]
        for level, place in _ask_places(rest)[0]:
            if level in told:
                told[level][place] += 1
    learned = []
    for counted in told.values():
        for place, count in counted.most_common(1):
            if count >= 3 and count >= 0.6 * counted.total():
                learned.append(place)
    return tuple(learned)


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


# ------------------------------------------------------------------ words


def _choose(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


@cache
def load_words() -> dict[str, Any]:
    """The words that names are composed of."""
    return dict(parse_yaml(_WORDS.read_text("utf-8")))


@dataclass(frozen=True)
class _Forms:
    """Patterns and tables built from the words."""

    legal_end: re.Pattern[str]
    legal_last: frozenset[str]
    bracket_out: re.Pattern[str]
    former: re.Pattern[str]
    brand: re.Pattern[str]
    brands: Mapping[str, str]
    ending: re.Pattern[str]
    endings: Mapping[str, str]
    spelling: re.Pattern[str]
    spellings: Mapping[str, str]
    trades: frozenset[str]
    sizes: Mapping[str, tuple[int, ...]]
    kinds: frozenset[str]
    branch: re.Pattern[str]
    shop: re.Pattern[str]
    plain_branches: frozenset[str]


@cache
def _load_forms() -> _Forms:
    words = load_words()
    legal, notes, former = _choose(words["legal"]), _choose(words["notes"]), _choose(words["former"])
    brands = {alias: short for short, aliases in words["brands"].items() for alias in aliases}
    endings = {alias: plain for plain, aliases in words["endings"].items() for alias in (plain, *aliases)}
    spellings = {alias: plain for plain, aliases in words["spellings"].items() for alias in aliases}
    trades = frozenset(word for listed in words["trades"].values() for word in listed)
    trades |= {word for group in words["meant"] for word in group if len(word) >= 2}
    sizes: dict[str, set[int]] = {}
    for word in trades:
        sizes.setdefault(word[-1], set()).add(len(word))
    return _Forms(
        legal_end=re.compile(rf"(?:{legal})+$"),
        legal_last=frozenset(word[-1] for word in words["legal"]),
        bracket_out=re.compile(rf"\((?:{legal}|{notes}|中国)*\)"),
        former=re.compile(rf"\((?:{former})[::]?([^()]+?)\)"),
        brand=re.compile(_choose(brands)),
        brands=brands,
        ending=re.compile(f"(?:{_choose(endings)})$"),
        endings=endings,
        spelling=re.compile(_choose(spellings)),
        spellings=spellings,
        trades=trades,
        sizes={last: tuple(sorted(found, reverse=True)) for last, found in sizes.items()},
        kinds=frozenset(words["kinds"]),
        branch=re.compile(f"(?:{_choose(words['branches'])})$"),
        shop=re.compile(rf"^(.{{2,}}?)([{_HAN}]{{2,4}})店$"),
        plain_branches=frozenset(words["plain_branches"]),
    )


def _find_trade_end(text: str, forms: _Forms) -> int:
    """The length of the trade word at the end of a text; 0 if there is none."""
    if text:
        for size in forms.sizes.get(text[-1], ()):
            if text[-size:] in forms.trades and size <= len(text):
                return size
    return 0


def ends_in_trade(text: str) -> bool:
    """Return whether a folded text ends with words that say what premises do."""
    return _find_trade_end(text, _load_forms()) > 1


# ------------------------------------------------------------------ places

_OFFICES = re.compile(r"(?:街道办事处|街道办|人民政府|办事处)$")
_UNIT = re.compile(
    r"(?:自治区|自治州|自治县|特别行政区|地区|街道|民族乡|省|市|州|盟|县|区|旗|镇|乡|村|社区)$"
)
_KINDS_OF_PLACES = re.compile("[市州县旗区镇乡村道]|地区")
_ABOVE = re.compile(
    rf"(?P<city>[{_HAN}]{{2,4}}?(?<![超门菜夜城都股楼闹花鸟书房])市(?![场政民])|[{_HAN}]{{2,8}}?(?:自治州|地区))?"
    rf"(?P<county>[{_HAN}]{{2,8}}?(?:自治县|自治旗)|[{_HAN}]{{1,4}}?县(?!城)"
    rf"|[{_HAN}]{{2,4}}?(?<![小社校园厂片景库矿林山新东西南北中老特地湖港水住宅商])区(?!域))?"
    rf"(?P<town>[{_HAN}]{{2,4}}?(?:街道办事处|街道办|街道|民族乡)|[{_HAN}]{{2,4}}?(?<![古小集城重乡村])镇(?!江)"
    rf"|[{_HAN}]{{2,4}}?(?<![老水故家他同侨梦侗山])乡(?![村镇]))?"
    rf"(?P<village>[{_HAN}]{{2,4}}?(?<![农山新老乡])村(?![委民镇]))?"
)


@dataclass(frozen=True)
class _Places:
    """The names of a district and of the units above it, in full and short, longest first."""

    whole: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    every: tuple[str, ...] = ()


_NOWHERE = _Places()


@cache
def _make_places(places: tuple[str, ...]) -> _Places:
    full = {one for place in places if len(one := fold_name(place)) >= 2}
    full |= {one for place in full if len(one := _OFFICES.sub("", place)) >= 2}
    short = {_cut(one) for one in full} - {""}
    short |= {one[:-1] for one in full if one.endswith("街道") and len(one) > 3}
    return _Places(
        *(tuple(sorted(one, key=lambda name: (-len(name), name))) for one in (full, short, full | short))
    )


def _find_start(text: str, words: tuple[str, ...]) -> str:
    """The longest of some words at the start of a text; empty if there is none."""
    return next((word for word in words if text.startswith(word)), "") if text.startswith(words) else ""


@cache
def _cut(place: str) -> str:
    """A place name without its kind: 溪口 for 溪口镇; empty if only one character would remain."""
    plain = _UNIT.sub("", _OFFICES.sub("", place) or place)
    return plain if len(plain) >= 2 else ""


@cache
def _province() -> re.Pattern[str]:
    names = _choose(load_words()["provinces"])
    return re.compile(f"(?:中国)?({names})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?")


def _ask_places(text: str) -> tuple[list[tuple[str, str]], int]:
    """Places with their kind at the start of a text, by level, and where they end."""
    if not _KINDS_OF_PLACES.search(text, 2, 24):
        return [], 0
    found = _ABOVE.match(text)
    if found is None or not found.end():
        return [], 0
    return [(level, name) for level, name in found.groupdict().items() if name], found.end()


# ------------------------------------------------------------------ numbers

_LATER = "号#期区店厂部矿队站库中小幼院组社村连标车仓门分支校幢栋楼层单工煤电砖水项加供变粮管医"
_ROAD = re.compile(
    rf"([{_HAN}]{{2}}(?:大道|[路街巷])|[{_HAN}](?:大街|[路街巷]))(?:分店|门店|店|分公司|支行|网点|门市部)$"
)
_NOT_BEFORE = "统唯同专如惟合归划单万天"
_ORDINAL = re.compile(
    rf"第([{_NUMERAL}]+|[0-9]+)|(?<![{_NOT_BEFORE}])([{_NUMERAL}]+)(?:[号#]|(?=[{_LATER}])|(?=级水?电|采区|工区|标段|矿井))"
    rf"|([0-9]+)(?:[号#]|(?=[{_LATER}井栋洞级线座]|采区|工区|标段|$))|(?<=..)([{_NUMERAL}]+)$"
)
_AFTER_SIGN = re.compile("([0-9]+号)(?=楼|店|库)")
_SOME_NUMBER = re.compile(f"[0-9{_NUMERAL}]")
_FIGURES = str.maketrans("0123456789", "零一二三四五六七八九")
_WHICH = re.compile(rf"第?([{_NUMERAL}0-9]+)[号#]?$|([a-z])[号#座区]?$")


@cache
def read_number(text: str) -> str:
    """A Chinese number up to hundreds in digits: 十二 is 12; 一八 is 18."""
    if text.isdigit() and text.isascii():
        return text.lstrip("0") or "0"
    if "十" in text or "百" in text:
        total, digit = 0, 0
        for one in text:
            if one in "十百":
                total += (digit or 1) * (10 if one == "十" else 100)
                digit = 0
            else:
                digit = _DIGITS.get(one, 0)
        return str(total + digit)
    return "".join(str(_DIGITS[one]) for one in text if one in _DIGITS)


# ------------------------------------------------------------------ the parts of a name

_FORMER_WITHIN = re.compile(r"(?<=..)(?:曾用名称?|原名称?)[::]?([^()]{3,})$")
_WHO = re.compile(r"^(?:经营者|负责人|业主|店主|老板|法人)[::]?")
# 县医院, 镇小学: the county or township itself, by its kind alone; but not 县城, 市场, 乡村, 镇江.
_SEAT = re.compile(
    "^(?:县(?!城|域|前|后|东|西|南|北)"
    "|[市区镇乡](?=第|[一二三四五六七八九]|人民|中[医心学小]|实验|医院|妇幼|职业|卫生|敬老|国土|供[电销水]|政府|文化|图书|初|高|小学|幼儿|财政|农[机技]|林业|水[利厂务]|粮|党))(?=..)"
)
_FORMER_FIRST = re.compile("^(?:原名?|曾用名)[::]?(?![野味本生色点来乡浆料汁种木])(?=.{4})")
_TRADER_FIRST = re.compile("^(?:个体工商户|个体经营户|个体户|业主|店主)[::]?(?=.{3})")
_MIDDLE = re.compile(
    rf"^(?:销售)?(?:股份|有限责任|有限|公司)*[{_HAN}]{{0,12}}?(?:分公司|支公司|分行|支行)(?=[{_HAN}]{{3,}})"
)
_LEGAL_WITHIN = re.compile(r"(?:股份有限|有限责任|有限)公司(?=[^司])")
_LEGAL_AT_START = re.compile(r"^(?:股份有限公司|有限责任公司|有限公司|集团|公司|股份)+")
_FIRM = re.compile("公司$|合作社$")
_SCHOOL = {"中": "中学", "小": "小学", "幼": "幼儿园"}
_SHORT_SCHOOL = re.compile(rf"(?:第?[{_NUMERAL}]|[0-9])[中小幼]$")
_LONE_STATION = re.compile("(?<![油气电])站$")
_OIL = ("中石化", "中石油", "中海油")


def _parse(folded: str, own: _Places) -> Name:
    forms = _load_forms()
    rest = _TRADER_FIRST.sub("", folded)
    others: list[str] = []
    if (before := _FORMER_FIRST.match(rest)) is not None:
        others, rest = [rest[before.end() :]], rest[before.end() :] if "(" not in rest else rest
    rest = forms.spelling.sub(lambda found: forms.spellings[found[0]], rest)
    if "(" in rest or ")" in rest:
        others += forms.former.findall(rest)
        rest = forms.former.sub("", rest)
        rest = _settle_brackets(forms.bracket_out.sub("", rest), own, forms)
    if not others and "名" in rest and (within := _FORMER_WITHIN.search(rest)):
        others, rest = [within[1]], rest[: within.start()]
    brand, rest = _take_brand(rest, forms)
    if "公司" in rest or "行" in rest:
        rest = _MIDDLE.sub("", rest)
    branch, rest = _take_branch(rest, forms, own)
    if "有限" in rest:
        rest = _LEGAL_WITHIN.sub("", rest)
    rest = _tidy_firm(rest, forms)
    places, elsewhere, rest = _take_places(rest, own)
    if brand and rest in own.every:
        places, rest = (*places, _cut(rest) or rest), ""
    if (seat := _SEAT.match(rest)) is not None:
        rest = rest[1:]
        whose = next((_cut(one) or one for one in own.whole if one.endswith(seat[0])), "")
        places = places if places or not whose else (whose,)
    rest = forms.ending.sub(lambda found: forms.endings[found[0]], rest)
    if brand in _OIL:
        rest = _LONE_STATION.sub("加油站", rest)
    if _SHORT_SCHOOL.search(rest):
        rest = rest[:-1] + _SCHOOL[rest[-1]]
    numbers: tuple[str, ...] = ()
    if _SOME_NUMBER.search(rest):
        rest, numbers = _take_numbers(rest)
    proper, trade = _split_trade(rest, forms)
    if not proper and not places and not brand and not elsewhere:
        proper, trade = rest, ""
    if not proper and elsewhere:
        # 大安镇加油站 in another district: the place is all there is to tell it.
        level, name = elsewhere[-1]
        short = _cut(name) or name
        proper, elsewhere = name if level == "village" and short in own.short else short, elsewhere[:-1]
    near = places[-1] if places and not proper else ""
    far = "".join(name for _, name in elsewhere)
    core = f"{brand}|{near}|{proper}|{trade}|{'.'.join(numbers)}|{far}"
    around = "".join(name if level == "village" else _cut(name) or name for level, name in elsewhere)
    flat = f"{brand}{''.join(places)}{around}{proper}{trade}"
    former = tuple(_parse(one, own).core for one in others if len(one) >= 2)
    plain = folded.replace("(", "").replace(")", "")
    return Name(core, branch, proper, trade, brand, places, tuple(elsewhere), numbers, former, flat, plain)


def _settle_brackets(text: str, own: _Places, forms: _Forms) -> str:
    """Move bracketed parts: places are removed, a branch goes to the end, a person to the front; the rest
    stays without brackets.
    """
    parts = re.split(r"\(([^()]*)\)", text)
    first, kept, last = "", [parts[0]], ""
    for at in range(1, len(parts), 2):
        inner = _WHO.sub("", parts[at])
        if is_person(inner):
            first = inner
        elif not inner or _is_place(inner, own):
            pass
        elif forms.branch.search(inner) or (inner[-1] in "店厂" and len(inner) <= 6):
            last += inner
        else:
            kept.append(inner)
        kept.append(parts[at + 1])
    return (first + "".join(kept) + last).replace("(", "").replace(")", "")


def _is_place(text: str, own: _Places) -> bool:
    if text in own.every or _province().fullmatch(text):
        return True
    return _ask_places(text)[1] == len(text)


def _take_brand(text: str, forms: _Forms) -> tuple[str, str]:
    found = forms.brand.search(text)
    # A short word within another name is no chain.
    if found is None or (found.start() and len(found[0]) <= 2):
        return "", text
    short, rest = forms.brands[found[0]], text[: found.start()] + text[found.end() :]
    if not found.start():
        rest = _LEGAL_AT_START.sub("", rest)
    return (short, rest) if rest else ("", short)


def _take_places(text: str, own: _Places) -> tuple[tuple[str, ...], list[tuple[str, str]], str]:
    places: list[str] = []
    others: list[str] = []
    elsewhere: list[tuple[str, str]] = []
    rest = text
    while (size := len(rest)) > 2:
        if (name := _find_start(rest, own.whole)) and len(name) < size:
            places.append(_cut(name) or name)
            rest = rest[len(name) :]
        elif (found := _province().match(rest)) and size - found.end() >= 2:
            (places if found[1] in own.short else others).append(found[1])
            rest = rest[found.end() :]
        elif (asked := _ask_places(rest))[1] and size - asked[1] >= 2:
            for one in asked[0]:
                if one[0] != "village" and (short := _cut(one[1])) in own.short:
                    places.append(short)
                else:
                    elsewhere.append(one)
            rest = rest[asked[1] :]
        elif (name := _find_start(rest, own.short)) and len(name) < size:
            places.append(name)
            rest = rest[len(name) :]
        else:
            break
    for words in (own.whole, own.short):
        name = next((word for word in words if word in rest), "")
        if name and len(rest) - len(name) >= 2:
            places.append(_cut(name) or name)
            rest = rest.replace(name, "", 1)
    return tuple(places), [*(("province", one) for one in others), *elsewhere], rest


def _take_branch(text: str, forms: _Forms, own: _Places) -> tuple[str, str]:
    """Which of a firm's places it is: 2 for 第二门店, 二号店, 2分店; 溪口 for 溪口分公司; empty for the firm itself."""
    if text[-1:] in "店厂" and text:
        head = text[:-1]
        number = _WHICH.search(head)
        if (
            number is not None
            and number.start() >= 2
            and head[number.start() - 1] not in _NOT_BEFORE
            and number[1] not in ("百", "十")
        ):
            return (read_number(number[1]) if number[1] else number[2]), _tidy_firm(
                head[: number.start()], forms
            )
    if (road := _ROAD.search(text)) is not None and (firm := text[: road.start()]) and len(firm) >= 2:
        place = next((word for word in own.every if firm.endswith(word) and len(firm) - len(word) >= 2), "")
        return road[1], _tidy_firm(firm[: len(firm) - len(place)], forms)
    found = forms.branch.search(text)
    if found is not None and found.start() >= 1:
        head = text[: found.start()]
        number = _WHICH.search(head)
        if number is not None and number.start() >= 1:
            return (read_number(number[1]) if number[1] else number[2]), _tidy_firm(
                head[: number.start()], forms
            )
        which, firm = _split_firm(head, forms, own)
        if not which and found[0] in forms.plain_branches:
            return "", text
        return which or "分", _tidy_firm(firm, forms)
    if text.endswith("店") and not _find_trade_end(text, forms) and len(text) >= 5:
        which, firm = _split_firm(text[:-1], forms, own)
        if which:
            return which, _tidy_firm(firm, forms)
    return "", text


def _split_firm(head: str, forms: _Forms, own: _Places) -> tuple[str, str]:
    """The place of a branch and its firm: 溪口 and 惠民超市 of 惠民超市溪口."""
    if head[-1:] in forms.legal_last and forms.legal_end.search(head):
        return "", head
    place = next((word for word in own.every if head.endswith(word)), "")
    if place and len(head) - len(place) != 1:
        return _cut(place) or place, head[: len(head) - len(place)]
    if (at := head.rfind("公司")) >= 0 and 0 < len(head) - at - 2 <= 8:
        return head[at + 2 :], head[: at + 2]
    for size in (2, 3, 4):
        if (
            len(head) - size >= 3
            and _find_trade_end(head[:-size], forms) > 1
            and not _find_trade_end(head, forms)
        ):
            return head[-size:], head[:-size]
    return "", head


def _tidy_firm(firm: str, forms: _Forms) -> str:
    """A name without the legal form at the end."""
    return forms.legal_end.sub("", firm) or firm if firm[-1:] in forms.legal_last else firm


def _take_numbers(text: str) -> tuple[str, tuple[str, ...]]:
    numbers: list[str] = []

    def take(found: re.Match[str]) -> str:
        number = found[1] or found[2] or found[3] or found[4]
        if number in ("百", "十"):
            return found[0]
        numbers.append(read_number(number))
        return ""

    rest = _ORDINAL.sub(take, _AFTER_SIGN.sub(r"\1", text))
    return (rest.translate(_FIGURES), tuple(numbers)) if rest else (text, ())


def _split_trade(text: str, forms: _Forms) -> tuple[str, str]:
    """The proper part of a name, and the trade words at its end."""
    end = len(text)
    if end > 1 and text[-1] in forms.kinds:
        # 竹木制品|厂 rather than 竹|木制品厂: the longer of both.
        size = max(_find_trade_end(text, forms), _find_trade_end(text[:-1], forms) + 1)
        end -= size if end - size != 1 else 1
    while end > 0 and (size := _find_trade_end(text[:end], forms)):
        if end - size == 1:
            break  # 老码头 of 老码头火锅: nobody is called by one character
        end -= size
    return text[:end], text[end:]
