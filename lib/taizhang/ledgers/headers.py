"""The meaning of headers: which field, in which unit."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from taizhang.core.reasons import Reason
from taizhang.ledgers.dates import find_year, write_arabic
from taizhang.ledgers.quantities import find_factor, is_unit
from taizhang.ledgers.questions import SENT, find_role, list_asked_for, rank_sent
from taizhang.ledgers.text import LONGEST, fold, is_short, simplify
from taizhang.metadata.kinds import DATE_TYPES, NUMBER_TYPES, Asked, Field, Kind, load_shared

_BRACKETS = re.compile(r"[(\[【〔{]([^()\[\]【】〔〕{}]*)[)\]】〕}]")
_ORDINAL = re.compile(r"^(?:[(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)]?[.、)]\s*|[*※★#]+)")
# A year beside what a column holds: 2022年末常住人口, 常住人口2022年, Population 2022.
_YEAR = re.compile(
    r"(?<!\d)(?:19|20)\d{2}(?!\d)\s*年?(?:度|年?[末底])?|民[国國]\d{2,3}年度?|(?<!\d)1[0-4]\d年度?"
)
_END = re.compile(r"[*※★:;,.。、#?]+$")
_LATIN = re.compile(r"[A-Za-z][A-Za-z .,'’&-]*")
_QUOTES = "\"“”'‘’"
_SIGNS = re.compile(r"[(\[【〔{)\]】〕}]")
_HOW_MANY = re.compile(r"(?:是|为|有|共)?多少([^\s?]{1,4})[\s?*]*$")
# What makes another number or day of a name that is near: 未整改数 is no 已整改数, 应参加人数 no 参加人数.
_OTHERWISE = re.compile("未|不|非|应(?!急)|拟|计划|预计|上年|去年|同期|累计|率|占比|比例|其中|增长")
# A group that adds nothing to a header which is plain by itself: 时间 above 报告时间.
_EMPTY = re.compile("(?:时间|日期|情况|信息|基本|相关|登记)+(?:安排)?")
_NEUTRAL = re.compile("情况|信息|基本|概况|登记|明细|台账|内容$|总体|detail|info|general|basic")


@dataclass(frozen=True)
class Match:
    """A header understood: the field, how closely its name matched (0 is best), the conversion of its unit."""

    field: str
    rank: int
    unit: str = ""
    factor: float = 1.0
    problem: Reason | None = None  # a unit that doesn't convert: the column is not read
    year: int = 0  # that the header names, in a kind of years: 2022年常住人口


@dataclass(frozen=True)
class Question:
    """A field that a header may mean, and what else it may mean."""

    field: str
    asked: Asked


class HeaderIndex:
    """The headers of a kind, to look up.

    `columns` are set by the user (header in the file by canonical column) and take precedence. An empty header
    means that the file has no such column, whatever its headers seem to say. A header that a field asks about is
    used only if the user confirms it.
    """

    def __init__(self, kind: Kind, columns: Mapping[str, str]) -> None:
        self.kind = kind
        self.own = {fold(header): column for column, header in columns.items() if header}
        self.spellings: dict[str, tuple[str, int]] = {}
        ranked: list[tuple[int, str, str]] = []
        for name, field in kind.fields.items():
            if columns.get(name) == "":
                continue
            words = (field.title["zh"], name, field.title["en"], *field.aliases)
            ranked += [(rank, fold(word), name) for rank, word in enumerate(words)]
        # One spelling may be two fields' alias; the field that ranks it higher has it.
        for rank, word, name in sorted(ranked, key=lambda item: item[0]):
            self.spellings.setdefault(word, (name, rank))
        self.questions: dict[str, list[Question]] = {}
        self.patterns: list[tuple[re.Pattern[str], Question]] = []
        for name, field in kind.fields.items():
            for asked in field.asked:
                question = Question(name, asked)
                for word in asked.headers:
                    if word.startswith("~"):
                        self.patterns.append((re.compile(word[1:]), question))
                    else:
                        self.questions.setdefault(fold(word), []).append(question)
        self.refused = frozenset(name for name, header in columns.items() if not header)
        self.yearly = any(field.type == "year" and field.required for field in kind.fields.values())
        self.generic = frozenset(map(fold, load_shared().generic))
        self.known = frozenset(self.spellings) | frozenset(self.own)
        self._cache: dict[tuple[str, ...], Match | tuple[Question, ...]] = {}

    def match(self, levels: Sequence[str]) -> Match | None:
        """Return what a header of one or more levels (outermost first) means; None if it is not recognised."""
        found = self._find(levels)
        return found if isinstance(found, Match) else None

    def ask(self, levels: Sequence[str]) -> tuple[Question, ...]:
        """The fields that a header may mean, used only if the user confirms one.

        A date in the future is planned or due in any case.
        """
        found = self._find(levels)
        return () if isinstance(found, Match) else found

    def _find(self, levels: Sequence[str]) -> Match | tuple[Question, ...]:
        key = tuple(filter(None, (text.strip().strip(_QUOTES) for text in levels)))
        if key not in self._cache:
            found = self._look_up(key) or self._ask_sent(key)
            if isinstance(found, Match):
                year = find_year(*key) if self.yearly else None
                self._cache[key] = replace(found, year=year) if year else found
            else:
                self._cache[key] = tuple(one for one in found if one.field not in self.refused)
        return self._cache[key]

    def _ask_sent(self, levels: tuple[str, ...]) -> tuple[Question, ...]:
        """The time at which a form was sent may be the row's date."""
        date = self.kind.date
        if not date or self.kind.fields[date].type not in DATE_TYPES or self.find_role(levels) != SENT:
            return ()
        return (Question(date, load_shared().forms.asked),)

    def find_role(self, levels: Sequence[str]) -> str:
        """What a column that the form itself adds is: submitter, sent, form; '' if it is none."""
        return find_role(self._list_words(levels[-1])) if levels and is_short(levels[-1]) else ""

    def rank_sent(self, levels: Sequence[str]) -> int:
        """How well a header says when a row was sent, 0 best."""
        return rank_sent(self._list_words(levels[-1]))

    def _look_up(self, levels: tuple[str, ...]) -> Match | tuple[Question, ...] | None:
        if not levels:
            return None
        if found := self._own("/".join(levels), ""):  # as check shows it
            return found
        if not all(map(is_short, levels)):
            return None
        unit_level = len(levels) > 1 and is_unit(bare(levels[-1]))
        words = levels[:-1] if unit_level else levels
        extra = bare(levels[-1]) if unit_level else ""
        attempts = ["".join(words)]
        if len(words) > 1 and self._is_plain(words):
            attempts = [words[-1]]
        elif len(words) > 1:
            attempts = ["/".join(words), *attempts, "".join(words[-2:])]
            if fold(_strip(words[-1])) not in self.generic or _NEUTRAL.search(fold("".join(words[:-1]))):
                attempts.append(words[-1])
        for number, text in enumerate(attempts):
            told = self._look_up_one(text, extra)
            if isinstance(told, Match):
                return told
            if told:
                own = (self._match_own(one, extra) for one in (*attempts[number:], words[-1]))
                return next(filter(None, own), told)
        return self._own(words[-1], extra) or self._look_up_bilingual(words[-1], extra)

    def _is_plain(self, words: tuple[str, ...]) -> bool:
        """Return whether the last level is a header known by itself, and those above add nothing to it."""
        leaf, *above = (fold(simplify(_strip(word))) for word in reversed(words))
        return leaf in self.spellings and leaf not in self.generic and all(map(_EMPTY.fullmatch, above))

    def _look_up_bilingual(self, text: str, extra: str) -> Match | tuple[Question, ...] | None:
        """A header in two languages is what its Chinese says: 所属乡镇 Township, 隐患等级/Severity."""
        if not re.search("[A-Za-z]{3}", text):
            return None
        parts = [
            part.strip(" /|(（?？\n") for part in _LATIN.split(text) if re.search("[\u4e00-\u9fff]", part)
        ]
        return self._look_up_one(parts[0], extra) if parts else None

    def _own(self, text: str, extra: str) -> Match | None:
        column = self.own.get(fold(text))
        return self._measure(column, -1, text, extra) if column else None

    def _look_up_one(self, text: str, extra: str) -> Match | tuple[Question, ...] | None:
        """One text of a header: the user's own word first, then what asks about it, then its plain meaning."""
        if found := self._match_own(text, extra):
            return found
        words = self._list_words(text)
        exact = fold(unicodedata.normalize("NFKC", text).strip("* "))  # a form marks with * what it requires
        if exact not in self.spellings and (asked := self._list_questions(text, words)):
            return asked
        for word, tail in words.items():
            if word in self.spellings:
                name, rank = self.spellings[word]
                if word != exact and self._is_qualified(name, text):
                    return (Question(name, load_shared().qualified),)
                if not tail or self.kind.fields[name].type in NUMBER_TYPES:
                    return self._measure(name, rank, text, tail or extra)
        return None

    def _is_qualified(self, name: str, text: str) -> bool:
        """Return whether brackets make a header of numbers or days one of others: 死亡人数（含失踪）.

        A day to come is planned or due in any case.
        """
        field = self.kind.fields[name]
        if field.future or field.type not in (*NUMBER_TYPES, *DATE_TYPES):
            return False
        patterns = [word.removeprefix("~") for word in load_shared().qualified.headers]
        inside = [fold(simplify(part)) for part in _BRACKETS.findall(unicodedata.normalize("NFKC", text))]
        return any(re.search(pattern, part) for pattern in patterns for part in inside)

    def _match_own(self, text: str, extra: str) -> Match | None:
        if found := self._own(text, extra):
            return found
        own = (word for word, tail in self._list_words(text).items() if word in self.own and not tail)
        return next((self._measure(self.own[word], -1, text, extra) for word in own), None)

    def _list_questions(self, text: str, words: Iterable[str]) -> tuple[Question, ...]:
        asked = [question for word in words for question in self.questions.get(word, ())]
        forms = {fold(simplify(_SIGNS.sub("", unicodedata.normalize("NFKC", text)))), *words}
        asked += [question for pattern, question in self.patterns if any(map(pattern.search, forms))]
        return tuple(dict.fromkeys(asked))

    def _list_words(self, text: str) -> dict[str, str]:
        """A header folded, with and without what stands around its name, the nearest first; with the unit cut off."""
        plain = unicodedata.normalize("NFKC", text)
        bare = _BRACKETS.sub("", plain)
        stripped = re.sub(r"[/:,_]\s*[^/:,_]{1,5}$", "", bare)
        options = [plain, _strip(plain), bare, _strip(bare)]
        if self.yearly and (rest := _YEAR.sub("", write_arabic(bare)).strip()) not in ("", bare):
            options += [_strip(rest), bare := rest]
        if stripped != bare and is_unit(re.split(r"[/:,_]", bare)[-1]):
            options.append(_strip(stripped))
        words = dict.fromkeys((word for one in options for word in (fold(one), fold(simplify(one)))), "")
        asks = _HOW_MANY.search(bare)
        unit = asks[1] if asks and is_unit(asks[1]) else ""
        question = f"{bare[: asks.start()]}?" if asks and unit else bare
        for one in list_asked_for(question, self.kind.name):
            words.setdefault(fold(one), unit)
            words.setdefault(fold(simplify(one)), unit)
        # A unit written on to the header without brackets: 直接经济损失万元.
        whole = fold(simplify(_strip(bare)))
        for size in (3, 2, 4, 1):
            if is_unit(whole[-size:]):
                words.setdefault(whole[:-size], whole[-size:])
        return words

    def _measure(self, name: str, rank: int, text: str, extra: str) -> Match:
        """Find the unit in a header's brackets (or in a level of its own) and its conversion."""
        field = self.kind.fields[name]
        if field.type not in ("integer", "number", "count_or_names"):
            return Match(name, rank)
        plain = unicodedata.normalize("NFKC", text)
        parts = [extra] if extra else []
        for content in _BRACKETS.findall(plain):
            parts += [content, *re.split(r"[:,;/、]", content)]
        if not parts and re.search(r"[/:,_]", plain):
            parts.append(re.split(r"[/:,_]", plain)[-1])
        return measure(field, rank, parts)

    def is_serial(self, levels: Sequence[str]) -> bool:
        """Return whether the header is that of a running number, which is not data."""
        return self.ignores(levels) == "serial"

    def ignores(self, levels: Sequence[str]) -> str:
        """Return why a column without a field needs no note: serial, remarks; '' if it does need one."""
        word = fold(_strip(levels[-1])) if levels else ""
        for what, words in load_shared().ignored.items():
            for known in map(fold, words):
                # 工单序号, 处理备注: in Chinese the end of a header says what it is.
                ends = len(known) > 1 and not known.isascii() and word.endswith(known)
                if word and (word == known or ends):
                    return what
        return ""

    def says_otherwise(self, header: str) -> bool:
        """Return whether a header says that it is about what was planned, not done, or another time."""
        return bool(_OTHERWISE.search(fold(header)))

    def suggest(self, header: str) -> str:
        """The column whose header is nearest to an unknown one; '' if none is similar."""
        if not is_short(header):
            return ""
        word = fold(_strip(header))
        marks = set(_OTHERWISE.findall(word))
        known = [one for one in self.spellings if set(_OTHERWISE.findall(one)) == marks]
        near = get_close_matches(word, known, n=1, cutoff=0.7)
        return self.spellings[near[0]][0] if near else ""


def measure(field: Field, rank: int, parts: Sequence[str]) -> Match:
    """Return the match of a number field whose header (or table) names one of these units."""
    words = [re.sub("^单位[::]?", "", unicodedata.normalize("NFKC", part).strip()) for part in parts]
    for word in words:
        if (factor := find_factor(word, field.unit)) is not None:
            return Match(field.name, rank, word, factor)
    for word in words:
        if field.unit and is_unit(word):
            wanted = load_shared().units[field.unit].zh
            return Match(field.name, rank, word, 1.0, Reason("ledgers.header.unit", unit=word, wanted=wanted))
    return Match(field.name, rank)


def _strip(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()[:LONGEST]
    return _END.sub("", _ORDINAL.sub("", plain)).strip()


def bare(text: str) -> str:
    """A text without the brackets around it."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _BRACKETS.fullmatch(plain)
    return match[1] if match else plain


def bare_words(text: str) -> str:
    """A header without the words in brackets."""
    return _strip(_BRACKETS.sub("", unicodedata.normalize("NFKC", text)))
