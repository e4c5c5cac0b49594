"""Headers as forms send them: questions with number, mark and type, and columns that the form itself adds."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from taizhang.ledgers.text import LONGEST, fold
from taizhang.metadata.kinds import Forms, load_shared

SUBMITTER, SENT, FORM = "submitter", "sent", "form"  # what a column of the form's own is
POINT = "point"  # of a column of places, of which the coordinates are read

# 1. 2、 (3) 第4题 Q5_ 6 before the question, and the marks of one that must be answered.
_NUMBER = re.compile(
    r"^(?:\s*[*※★#]+\s*|\s*(?:第\s*\d{1,3}\s*题|题目?\s*\d{1,3}|Q\s*\d{1,3}|[(]?\d{1,3}[)]?)\s*(?:[.、:_)\-]\s*|\s+))+",
    re.I,
)
_END = re.compile(r"[\s*※★:;,.。、?!#]+$")
_STOP = re.compile(r"[?:。;,!\n]")
_ASKS = re.compile(r"[?*]\s*$|[?\n]|^\s*(?:请|烦请|您|你|贵|本次|此次|该|选择|[*※★])")
_UPLOADED = re.compile("上传|照片|图片|附件|视频|录像|录音|签名|签字|拍照|截图")


def list_asked_for(text: str, kind: str) -> Iterator[str]:
    """What a question asks for, in the words of a header, the nearest first; nothing if the text is no question.

    `text` is in NFKC and without brackets: 2、请选择隐患的等级? gives 请选择隐患的等级, 隐患的等级, 隐患等级, 等级.
    """
    rest = _NUMBER.sub("", text)
    if len(text) > LONGEST or (rest == text and not _ASKS.search(text)) or _UPLOADED.search(rest):
        return
    forms = load_shared().forms
    rest = _cut_hint(forms.case.sub("", rest), forms)
    yield rest
    for plain in _strip_words(rest, forms):
        yield plain
        yield (short := re.sub("(?<=.)的(?=.)", "", plain))
        for subject in forms.subjects.get(kind, ()):
            if len(short) - len(subject) >= 2 and short.startswith(subject):
                yield short.removeprefix(subject)


def _cut_hint(text: str, forms: Forms) -> str:
    """The question without what helps to answer it: 发现日期:如2021-03-05; the whole text if nothing else is left."""
    for stop in _STOP.finditer(text):
        if stop.start() and (stop[0] in "?\n" or forms.hint.search(text[stop.end() :])):
            return _END.sub("", text[: stop.start()]).strip()
    return _END.sub("", text).strip()


def _strip_words(text: str, forms: Forms) -> Iterator[str]:
    """A question without its courtesies, and with 所属 for 属于哪个 or without it."""
    before = ""
    while text != before and text:
        before = text
        text = _END.sub("", forms.before.sub("", text)).strip()
    variants = [text, forms.which.sub("", text), forms.which.sub("所属", text), forms.now.sub("", text)]
    if forms.sort.search(text):
        variants.append(f"{forms.sort.sub('', text)}类型")
    for form in dict.fromkeys(variants):
        if plain := forms.after.sub("", form).strip():
            yield plain


@cache
def _load_columns() -> tuple[dict[str, str], dict[str, re.Pattern[str]]]:
    """What a column is by its header, and by a pattern."""
    pairs = [(word, what) for what, words in load_shared().forms.columns.items() for word in words]
    known = {fold(word): what for word, what in pairs if not word.startswith("~")}
    return known, {what: re.compile(word[1:]) for word, what in pairs if word.startswith("~")}


def find_role(words: Iterable[str]) -> str:
    """What a column of the form's own is, by its header folded in several ways; '' if it is none."""
    known, patterns = _load_columns()
    for word in words:
        if word in known:
            return known[word]
        if found := next((what for what, pattern in patterns.items() if pattern.search(word)), ""):
            return found
    return ""


def rank_sent(words: Iterable[str]) -> int:
    """How well a header says when a row was sent, 0 best."""
    known = [fold(word) for word in load_shared().forms.columns[SENT]]
    return min((known.index(word) for word in words if word in known), default=len(known))
