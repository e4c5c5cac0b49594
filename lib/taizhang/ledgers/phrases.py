"""Parsing cells that say more than one thing with phrases.yml: completely and unambiguously, or not at all."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

from taizhang.ledgers.dates import Relative, read_date, write_arabic
from taizhang.ledgers.text import is_short, simplify
from taizhang.metadata.phrases import Act, Clause, KindPhrases, load_phrases

_NUMERALS = {c: i for i, c in enumerate("一二三四五六七八九", 1)} | {"两": 2, "零": 0, "〇": 0}
_NUMERAL = re.compile("[一二两三四五六七八九十]+(?=个|天|周|星期|小时|日以?内|日之内|工作日)")
_PEOPLE_NUMERAL = re.compile("[一二两三四五六七八九十]+(?=人|名|死|伤|亡|重|轻|,|$)")
_SPAN = re.compile(
    r"(?P<days>\d+)(?:天|days?)|(?P<within>\d+)日(?=以?内|之内)|(?P<weeks>\d+)(?:周|个?星期|个?礼拜|weeks?)|(?P<half>半个?月)|"
    r"(?P<working>\d+)个?工作日|(?P<months>\d+)(?:个月|months?)|(?P<hours>\d+)(?:个?小时|hours?)|(?P<year>半年)"
)
_MONTH_NAMES = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DAY = re.compile(
    r"\d{4}(?:年|[-/.])\d{1,2}(?:月|[-/.])\d{1,2}(?!\d)[日号]?|\d{8}(?!\d)|"
    r"\d{2}(?:年|[-/.])\d{1,2}(?:月|[-/.])\d{1,2}(?!\d)[日号]?|"
    r"(?:\d{4}|[0-2]\d|3[0-7])年\d{1,2}月(?:份)?(?:上旬|中旬|下旬|初|底|末)?|\d{4}[-/.]\d{1,2}(?!\d)|\d{4}年(?:底|末|初)?|"
    r"\d{1,2}月\d{1,2}(?!\d)[日号]?|\d{1,2}[-/.]\d{1,2}(?![\d%])|\d{1,2}月(?:份)?(?:上旬|中旬|下旬|初|底|末)?|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?{_MONTH_NAMES},?\d{{4}}|{_MONTH_NAMES}\d{{1,2}}(?:st|nd|rd|th)?,?\d{{4}}|"
    r"当[日天]|同[日天]|次日|第二天|本?年[底末]|[本当]?月[底末]"
)
_OWN_DAYS = {
    **dict.fromkeys(("当日", "当天", "同日", "同天"), Relative()),
    **dict.fromkeys(("次日", "第二天"), Relative(days=1)),
    **dict.fromkeys((a + "月" + b for a in ("", "本", "当") for b in "底末"), Relative(end="month")),
    **dict.fromkeys((a + "年" + b for a in ("", "本") for b in "底末"), Relative(end="year")),
}
_AT_ONCE = frozenset(
    "立即 立刻 马上 即时 即刻 当即 当场 现场 立即整改 当场整改 现场整改 立行立改 即查即改 立查立改 "
    "即知即改 边查边改 immediately immediate atonce onthespot".split()
)
_DUE_START = re.compile(
    "^(?:责令|要求)?(?:限期|限时|限|期限|时限|自发现之日起|自检查之日起|发现后|检查后|within|in)?(?:为|:)?"
)
_DUE_END = re.compile("(?:以?内|之内|前|之前)?(?:完成|整改)?(?:整改|完成|到位|完毕|改正)*$")
_FINISHED = re.compile("(?:均|都|全部|现)?已")
_MOST_WORDS = 24
_LONGEST_ASIDE = 20

Day = (
    tuple[datetime, str] | Relative
)  # the first day of a date and its precision, or what the row's own day decides


@dataclass(frozen=True)
class Said:
    """What a cell says: `values` by column, and days by column."""

    values: tuple[tuple[str, str | int], ...]
    days: tuple[tuple[str, Day], ...]

    def __bool__(self) -> bool:
        return bool(self.values or self.days)


@dataclass(frozen=True)
class _Word:
    kind: str  # the class, "day", "span" or ","
    text: str


@lru_cache(maxsize=65536)
def read_phrase(text: str, kind: str, asks: str = "") -> Said | None:
    """Return what a cell in one of the kind's columns says; None if not all of it is understood, or it is ambiguous.

    `asks` is the act that a bare date answers in the column, as returned by `Phrases.find_act`.
    """
    if not is_short(text):
        return None
    if kind == load_phrases().casualties.kind:
        return _read_casualties(simplify(text))
    known = load_phrases().kinds.get(kind)
    plain = _fold(text)
    if known is None or not plain or len(plain) > 80:
        return None
    for form in dict.fromkeys((plain, simplify(plain))):
        words = _cut(form)
        if words and len(words) <= _MOST_WORDS and (said := _read_words(words, known)) is not None:
            return said
        if asks and (said := _read_answer(form, asks, known)) is not None:
            return said
    return _read_beside(re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", ",", text), known)


def _read_answer(text: str, asks: str, known: KindPhrases) -> Said | None:
    """What a day alone says in a column that asks for an act, or a word for yes with more beside it (是（4月25日）)."""
    begun = _find_yes(text)
    words = _cut(text.removeprefix(begun))
    if not words or (not begun and [word.kind for word in words] != ["day"]):
        return None
    return _read_words([_Word(asks, begun), *words], known)


def begins_with_yes(text: str) -> bool:
    """Return whether a cell begins with a word for yes."""
    return is_short(text) and bool(_find_yes(_fold(text)))


def _find_yes(plain: str) -> str:
    return max((word for word in load_phrases().affirmed if plain.startswith(word)), key=len, default="")


def answer_day(day: Day, act: Act) -> Said:
    """Return what a date means in a column that asks for an act."""
    return Said(tuple(act.values.items()), ((act.day, day),) if act.day else ())


def _read_beside(text: str, known: KindPhrases) -> Said | None:
    """Return what a cell says of which some parts are asides (已更换灭火器，整改完毕); None if they may matter."""
    parts = [part for part in simplify(_fold(text)).split(",") if part]
    told = [part for part in parts if _cut(part) is not None]
    words = _cut(",".join(told)) if 0 < len(told) < len(parts) else None
    said = _read_words(words, known) if words and len(words) <= _MOST_WORDS else None
    status = dict(said.values).get("status") if said else None
    if said is None or status is None:
        return None
    status = "open" if status == "open" else "done"
    asides = (part for part in parts if part not in told)
    return said if all(_is_aside(part, status) for part in asides) else None


def _is_aside(part: str, status: str) -> bool:
    """Return whether a part that is not understood leaves the others' word for done or open as it is."""
    doubts = load_phrases().doubts[status]
    if status == "open" and part in load_phrases().affirmed:
        return False
    if len(part) > _LONGEST_ASIDE or re.search(r"\d|[□☑☐]", part) or any(word in part for word in doubts):
        return False
    named = {name for name, pattern in _words() if name and pattern.search(part)}
    return named <= ({"done", "act", "at_once", "spot"} if status == "done" else {"act", "open"})


def read_own_day(text: str) -> Relative | None:
    """当日, 次日: a day relative to the row's own; None for other texts."""
    found = _OWN_DAYS.get(_fold(simplify(text)).strip(",")) if is_short(text) else None
    return found if found and not found.end else None


def read_due(text: str) -> Relative | None:
    """A deadline as a length of time from the row's own day: 7天, 一周内, 立即, 半个月, 5个工作日; None for others."""
    plain = _fold(simplify(text)).strip(",") if is_short(text) else ""
    if plain in _AT_ONCE:
        return Relative()
    plain = _DUE_START.sub("", plain)
    for form in dict.fromkeys((plain, _DUE_END.sub("", plain))):
        if form in _OWN_DAYS:
            return _OWN_DAYS[form]
        shown = f"{form}内" if re.fullmatch(r"\d+日", form) and form != plain else form
        if (match := _SPAN.match(shown)) and match.end() == len(form):
            return _span(match)
    return None


def _fold(text: str) -> str:
    """NFKC, lower case; stops and brackets as commas, Chinese numerals of days and spans as digits, no white space."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    plain = re.sub(r"(?<!\d)(\d{4})[、,](\d{1,2})[、,](\d{1,2})(?!\d)", r"\1.\2.\3", plain)
    plain = re.sub(r"(?<=\d)[ \t]+(?=\d)|[\n\r,;。、!()\[\]{}【】〔〕《》“”\"'|·…]|\.(?!\d)", ",", plain)
    plain = re.sub(r"\s+", "", plain).translate(str.maketrans("‐‑‒–—―−", "-------"))
    plain = re.sub(",+", ",", plain).strip(",")
    plain = _NUMERAL.sub(lambda match: _count(match[0]), plain)
    return write_arabic(plain)


def _count(numeral: str) -> str:
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return str(_NUMERALS[numeral]) if len(numeral) == 1 else numeral
    if len(tens) > 1 or len(ones) > 1:
        return numeral
    return str(10 * (_NUMERALS[tens] if tens else 1) + (_NUMERALS[ones] if ones else 0))


def _read_casualties(text: str) -> Said | None:
    """Return how many were hurt: every word with its number, all before or all after it; None for other texts."""
    told = load_phrases().casualties
    plain = re.sub("[,:]+", ",", _PEOPLE_NUMERAL.sub(lambda match: _count(match[0]), _fold(text))).strip(",")
    answers: list[dict[str, int]] = []
    for pattern in _casualty_patterns():
        found: dict[str, int] = {}
        at = 0
        while at < len(plain) and (match := pattern.match(plain, at)):
            at = match.end()
            if match["nobody"]:
                found |= dict.fromkeys(told.nobody[match["nobody"]], 0)
            elif match["word"]:
                name = next(name for name, words in told.words.items() if match["word"] in words)
                if name in found:
                    return None
                found[name] = 0 if match["number"] == "无" else int(match["number"])
        if found and at == len(plain) and found not in answers:
            answers.append(found)
    if len(answers) != 1:
        return None
    found = answers[0]
    if "slight" in found:
        slight = found.pop("slight")
        found.setdefault("injuries", slight + found.get("serious_injuries", 0))
    return Said(tuple(found.items()), ())


def tells_deaths(text: str) -> bool:
    """Return whether an account mentions that somebody died, or how many; not if it says that nobody did."""
    told = load_phrases().casualties
    plain = unicodedata.normalize("NFKC", simplify(text)).casefold()
    for nobody in (*told.nobody, *told.denials):
        plain = re.sub(nobody, "", plain)
    return any(re.search(pattern, plain) for pattern in told.accounts)


@cache
def _casualty_patterns() -> tuple[re.Pattern[str], ...]:
    """A word and its number, a text that says nobody, or a filler: numbers after the words, then before them."""
    told = load_phrases().casualties

    def either(words: Iterable[str]) -> str:
        return "|".join(sorted(words, key=len, reverse=True))

    nobody, fillers = either(told.nobody), either(told.fillers)
    word = f"(?P<word>{either(word for words in told.words.values() for word in words)})"
    number, after = r"(?P<number>\d+|无)", "(?:人员|人数|人|名|为|了|,)*"
    rest = f"(?:{fillers}|,)"
    forms = (f"{word}{after}{number}(?:人|名)?", f"{number}(?:人员|人|名)?{word}")
    return tuple(re.compile(f"(?P<nobody>{nobody})|{form}|{rest}") for form in forms)


@cache
def _words() -> tuple[tuple[str, re.Pattern[str]], ...]:
    phrases = load_phrases()
    named = [*phrases.words.items(), ("", phrases.fillers)]
    return tuple((name, re.compile(word)) for name, words in named for word in words)


def _cut(text: str) -> list[_Word] | None:
    """Cut a text into days, spans, stops and words, the longest first; None if something is left over."""
    found: list[_Word] = []
    at = 0
    begun = False  # a 已 waits for its word of done, a day between them: 已于5月10日前完成整改
    while at < len(text):
        if text[at] == ",":
            found.append(_Word(",", ","))
            at += 1
            begun = False
            continue
        best, name = 0, ""
        for kind, pattern in (("day", _DAY), ("span", _SPAN), *_words()):
            if (match := pattern.match(text, at)) and match.end() - at > best:
                best, name = match.end() - at, kind
        if not best:
            return None
        word = text[at : at + best]
        begun = begun or _FINISHED.match(word) is not None
        if name:
            found.append(_Word("finished" if begun and name in ("done", "act") else name, word))
            begun = begun and name in ("day", "span", "before", "within", "at_once")
        at += best
    return found


@cache
def _letters() -> Mapping[str, str]:
    names = ("day", "span", "finished", *load_phrases().words)
    letters = {name: chr(0x61 + number) for number, name in enumerate(names)}
    return {",": ",", **letters}


@cache
def _clauses() -> tuple[tuple[re.Pattern[str], Clause], ...]:
    """The clauses as patterns over a letter per class; `done` in them is finished or unfinished."""
    letters = _letters()
    either = {"done": f"[{letters['done']}{letters['finished']}]", "unfinished": letters["done"]}
    shown = {**letters, **either}
    made = []
    for clause in load_phrases().clauses:
        form = re.sub("[a-z_]+", lambda match: shown[match[0]], clause.form.removesuffix(" end"))
        made.append((re.compile(form.replace(" ", "")), clause))
    return tuple(made)


def _read_words(words: list[_Word], known: KindPhrases) -> Said | None:
    letters = "".join(_letters()[word.kind] for word in words)
    readings = {frozenset(one) for one in _divide(letters, 0)}
    answers = {_say(words, reading, known) for reading in readings}
    return answers.pop() if len(answers) == 1 else None


_Step = tuple[int, int, int]  # a clause's number, its first word and the one after its last


def _divide(letters: str, at: int) -> Iterator[tuple[_Step, ...]]:
    """Return all ways to divide the words into clauses."""
    while at < len(letters) and letters[at] == ",":
        at += 1
    if at == len(letters):
        yield ()
        return
    for number, (pattern, clause) in enumerate(_clauses()):
        for end in range(at + 1, len(letters) + 1):
            if clause.form.endswith(" end") and letters[end : end + 1] not in ("", ","):
                continue
            if pattern.fullmatch(letters, at, end):
                for rest in _divide(letters, end):
                    yield ((number, at, end), *rest)


def _say(words: list[_Word], reading: frozenset[_Step], known: KindPhrases) -> Said | None:
    """Return what the clauses of a reading say together; None if an act is not the kind's, or they contradict."""
    acts: dict[str, Day | None] = {}
    for number, start, end in sorted(reading, key=lambda step: step[1]):
        for act, where in _clauses()[number][1].says.items():
            if act not in known.acts:
                return None
            day = None
            if where:
                word = next(one for one in words[start:end] if one.kind == where)
                day = _read_day(word, last=act == "due")
                before = any(one.kind == "before" for one in words[start:end])
                if day is None or (before and _precision(day) != "day"):
                    return None  # 6月前 may be until the end of May or of June
            if acts.get(act) not in (None, day) and day is not None:
                return None
            acts[act] = day if day is not None else acts.get(act)
    if any(clash <= set(acts) for clash in load_phrases().clashes):
        return None
    values: dict[str, str] = {}
    days: dict[str, Day] = {}
    for act in (act for act in known.acts if act in acts):
        values |= known.acts[act].values
        day = acts[act]
        if day is not None and known.acts[act].day:
            days[known.acts[act].day] = day
    return Said(tuple(values.items()), tuple(days.items()))


def _precision(day: Day) -> str:
    return day.precision if isinstance(day, Relative) else day[1]


def _read_day(word: _Word, *, last: bool) -> Day | None:
    if word.kind == "span":
        match = _SPAN.match(word.text if "日" not in word.text else f"{word.text}内")
        return _span(match) if match else None
    if word.text in _OWN_DAYS:
        return _OWN_DAYS[word.text]
    text = re.sub(r"(?<=\d)(?=[a-z])(?!st|nd|rd|th)|(?<=[a-z])(?=\d)|(?<=,)", " ", word.text)  # 3 june 2023
    found = read_date(text, partial=True, last=last)
    return (found.value, found.precision) if found.value else found.relative


def _span(match: re.Match[str]) -> Relative:
    given = {name: int(text) for name, text in match.groupdict().items() if text and text.isdigit()}
    if match["half"]:
        return Relative(days=15)
    if match["year"]:
        return Relative(months=6)
    if match["working"]:
        return Relative(working=given["working"])
    days = given.get("days", 0) + given.get("within", 0) + 7 * given.get("weeks", 0)
    return Relative(days=days + -(-given.get("hours", 0) // 24), months=given.get("months", 0))
