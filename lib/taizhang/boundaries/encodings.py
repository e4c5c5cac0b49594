"""The encoding of a shapefile's text, judged per file.

These are used in order: the setting; the DBF's own mark (language driver byte); the .cpg; then all text is decoded as
UTF-8, GBK and Big5 and judged by its characters. A mark that contradicts the text is ignored, and garbled text
(缃楁箹 for 罗湖) is refused.
"""

import codecs
import glob
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from taizhang.boundaries.names import to_simplified
from taizhang.core.errors import BoundaryError
from taizhang.core.reasons import Reason

# Language driver bytes with a meaning of their own; 0x03 and 0x57 ("ANSI") are written by programs for
# whatever the machine used, so they say nothing.
_DRIVERS = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "cp950", 0x78: "cp950"}
_PAGES = {"936": "gb18030", "54936": "gb18030", "950": "cp950", "65001": "utf-8"}
_PAGES |= {"1252": "cp1252", "88591": "cp1252"}
_NATIVE = {"gbk": "gb18030", "gb2312": "gb18030", "big5": "cp950", "iso8859-1": "cp1252", "latin-1": "cp1252"}
_SUFFIXES = tuple("镇乡县区市村旗盟省州道岛")
TITLES = {"utf-8": "UTF-8", "gb18030": "GBK", "cp950": "Big5", "cp1252": "Windows-1252"}
# (read as, written in): the mistakes that are made, the most common first.
_MISTAKES = (
    *(("gb18030", "utf-8"), ("cp1252", "utf-8"), ("latin-1", "utf-8"), ("cp950", "utf-8")),
    *(("cp1252", "gb18030"), ("latin-1", "gb18030"), ("cp950", "gb18030"), ("gb18030", "cp950")),
)


@dataclass(frozen=True)
class Judgement:
    """An encoding, and a note on how it was found."""

    encoding: str
    notes: tuple[Reason, ...] = ()


def read_marks(path: Path) -> dict[str, str]:
    """Return what the files beside a .shp say about its text: {'DBF (0x4D)': 'gb18030', '.cpg': …}."""
    marks = {}
    beside = {one.suffix.lower(): one for one in path.parent.glob(f"{glob.escape(path.stem)}.*")}
    if dbf := beside.get(".dbf"):
        with dbf.open("rb") as file:
            head = file.read(32)
        driver = head[29] if len(head) == 32 else 0
        if driver in _DRIVERS:
            marks[f"DBF (0x{driver:02X})"] = _DRIVERS[driver]
    if (cpg := beside.get(".cpg")) and (known := normalise_encoding(cpg.read_text("ascii", "replace"))):
        marks[".cpg"] = known
    return marks


def normalise_encoding(name: str) -> str:
    """Return Python's name of an encoding, with GBK and GB2312 widened to GB18030; '' if it is unknown."""
    text = name.strip().strip("\x00\ufffd").lower().removeprefix("oem").removeprefix("ansi").strip(" _-")
    digits = text.removeprefix("cp").removeprefix("iso").replace("-", "").replace(" ", "")
    if digits in _PAGES:
        return _PAGES[digits]
    try:
        found = codecs.lookup(text).name
    except LookupError:
        return ""
    return _NATIVE.get(found, found)


def decode_bytes(raw: bytes, encoding: str) -> str:
    """Decode one field (or raise UnicodeDecodeError); a character cut by the field's width is dropped at the end."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        if len(raw) - error.start <= 3 and error.end == len(raw) and len(raw) >= 8:
            return raw[: error.start].decode(encoding)
        raise


def decide_encoding(
    raw: Iterable[bytes], *, marks: dict[str, str], setting: str = "auto", where: str = ""
) -> Judgement:
    """Find the encoding of all text of a file (`raw`: field names and values).

    `marks` is what the file says about itself, from `read_marks`; `setting` is 'auto' or the encoding set by the
    user. Raises BoundaryError if the setting is unknown or gives unreadable text, if no encoding gives readable
    text, or if two do equally well.
    """
    texts = [one for one in dict.fromkeys(raw) if any(byte > 127 for byte in one)]
    stated = ""
    if setting != "auto" and not (stated := normalise_encoding(setting)):
        raise BoundaryError("boundaries.encoding.unknown", where=where, setting=setting)
    if not texts:
        return Judgement(stated or "utf-8")
    scores = {one: score for one in TITLES if (score := _score(texts, one)) is not None}
    best = max(scores, key=lambda one: scores[one], default="")
    if stated:
        score = scores.get(stated) if stated in scores else _score(texts, stated)
        if score is None or (score < 0.5 and scores.get(best, 0) > score + 0.2):
            right = TITLES[best] if scores.get(best, 0) >= 0.5 else Reason("boundaries.encoding.right_one")
            raise BoundaryError("boundaries.encoding.stated", where=where, setting=setting, right=right)
        return Judgement(stated)
    notes: list[Reason] = []
    for mark, encoding in marks.items():
        score = scores.get(encoding) if encoding in TITLES else _score(texts, encoding)
        if score is not None and (score >= 0.5 or score >= scores.get(best, 0) - 0.2):
            return Judgement(encoding, tuple(notes))
        said = TITLES.get(encoding, encoding)
        notes.append(Reason("boundaries.encoding.mark", where=where, mark=mark, encoding=said))
    if not best or scores[best] < 0.5:
        sample = [one.decode("latin-1") for one in texts]
        raise BoundaryError("boundaries.encoding.none", where=where, names=sample)
    second = max((score for one, score in scores.items() if one != best), default=0.0)
    if scores[best] - second < 0.1:
        close = [TITLES[one] for one, score in scores.items() if scores[best] - score < 0.1]
        raise BoundaryError("boundaries.encoding.several", where=where, encodings=close)
    notes.append(Reason("boundaries.encoding.judged", where=where, encoding=TITLES[best]))
    return Judgement(best, tuple(notes))


def _score(texts: Sequence[bytes], encoding: str) -> float | None:
    """Return how much the text looks like words in an encoding: about 1 for names, below 0.5 for mojibake."""
    try:
        words = [decode_bytes(raw, encoding) for raw in texts]
    except (UnicodeDecodeError, LookupError):
        return None
    return score_words(words)


def score_words(words: Sequence[str]) -> float:
    """Return the mean score of the non-ASCII characters, plus 0.1 if the word ends as place names do.

    A character of GB 2312 level 1 (3,755 in common use, sorted by reading) scores 1, one of level 2 0.4, another
    Chinese character -0.6, an accented Latin letter beside ASCII letters 0.8, anything else -1.
    """
    total, count = 0.0, 0
    for word in words:
        plain = to_simplified(word)
        worth = [_weigh(char) for char in plain if ord(char) > 127]
        if plain.endswith(_SUFFIXES) and len(plain) > 1:
            worth.append(1.5)
        total, count = total + sum(worth), count + len(worth)
    return total / count if count else 0.0


@cache
def _weigh(char: str) -> float:
    if "\u3400" <= char <= "\u9fff":
        try:
            lead = char.encode("gb2312")[0]
        except UnicodeEncodeError:
            return -0.6
        return 1.0 if lead <= 0xD7 else 0.4
    if "\u00c0" <= char <= "\u024f":
        return 0.7 if char.isalpha() else -1.0
    return 0.5 if char in "（）、·－—ⅠⅡⅢ°º" else -1.0


def find_mojibake(words: Iterable[str]) -> list[tuple[str, str]]:
    """Return words that were read in the wrong encoding, each with the original.

    A word counts if its bytes in the wrong encoding decode in the right one to better words; so do U+FFFD, 锟斤拷
    and the like, of which nothing can be restored ('').
    """
    found = []
    for word in dict.fromkeys(words):
        if "\ufffd" in word or "锟斤拷" in word or (len(word) > 1 and set(word) == {"?"}):
            found.append((word, ""))
            continue
        if word.isascii():
            continue
        here = score_words([word])
        for wrong, right in _MISTAKES:
            try:
                was = decode_bytes(word.encode(wrong), right)
            except UnicodeError:
                continue
            need = 0.3 if right == "utf-8" else 0.7
            # A word that becomes a place's name by it (… 街道, … 镇) needs less to be believed.
            if was.endswith(_SUFFIXES) and not to_simplified(word).endswith(_SUFFIXES):
                need = 0.2
            if not was.isascii() and here < 0.9 and score_words([was]) > here + need:
                found.append((word, was))
                break
    return found


def require_words(words: Sequence[str], *, where: Reason | str) -> list[Reason]:
    """Refuse garbled names, naming up to five with the originals; return a note if only a few of many look
    garbled."""
    distinct = [word for word in dict.fromkeys(words) if not word.isascii()]
    found = find_mojibake(words)
    # One rare name may look odd by itself; a layer is refused when a fifth of its names do, else they are named.
    if found and (len(found) * 5 >= len(distinct) or any(not was for _, was in found)):
        raise BoundaryError("boundaries.encoding.mojibake", where=where, names=_pair("was", found))
    if not found:
        return []
    return [Reason("boundaries.encoding.seeming", where=where, names=_pair("perhaps", found))]


def _pair(how: str, found: Sequence[tuple[str, str]]) -> list[str | Reason]:
    """Words, each with what it was, or perhaps was."""
    code = f"boundaries.encoding.{how}"
    return [Reason(code, word=word, other=was) if was else word for word, was in found]
