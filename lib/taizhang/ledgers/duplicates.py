"""Rows that record the same event twice: same number, same content, or nearly the same in two files or sheets."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from taizhang.ledgers.text import fold, simplify
from taizhang.metadata.kinds import DATE_TYPES, Kind

BY_NUMBER, SAME, NEAR = "number", "same", "near"
Origin = tuple[str, str]  # file and sheet

# What tells two things of one kind apart, however alike the rest: figures, sides and the stems.
_TELLING = re.compile("[0-9一二三四五六七八九十百两零〇东西南北左右上下前后内外甲乙丙丁戊己庚辛男女]")
_SIGNS = re.compile(r"[^\w]+")
_COMPANY = re.compile("(?:股份|有限责任|有限|集团)*公司$")
_NUMBER = re.compile(r"\D{0,6}?0*(\d{1,5})(?:\.0|\D{0,3})")
_PROSE = ("description", "action", "topic")  # of these one may hold the other and say more
_ALIKE = 88.0  # of 100: one sign in nine may differ
_LEAST_HELD = 4  # signs of a name that another holds whole: 红星化工 in 红星化工有限公司
_LEAST_SAID = 6  # signs that agree where the one row says less than the other
_MOST_COMPARED = 2000  # rows of one day and district; of more only texts that are equal once made plain


class RunningNumbers:
    """The files and sheets that number their rows 1, 2, 3 …, each from the start; such a number is not an id."""

    def __init__(self, kind: Kind) -> None:
        self.column = kind.id[0] if len(kind.id) == 1 else ""
        self._numbers: dict[Origin, list[np.ndarray]] = {}
        self._other: set[Origin] = set()

    def add(self, rows: pd.DataFrame) -> None:
        """Add rows; may be called repeatedly."""
        if not self.column or rows[self.column].isna().all():
            return
        told = rows[rows[self.column].notna()]
        for (file, sheet), ids in told.groupby(["source_file", "source_sheet"], sort=False)[self.column]:
            numbers = ids.astype("str").str.strip().str.extract(f"^{_NUMBER.pattern}$")[0]
            origin = (str(file), str(sheet))
            if numbers.isna().any():
                self._other.add(origin)
            self._numbers.setdefault(origin, []).append(numbers.dropna().to_numpy(dtype=np.int64))

    def list_origins(self) -> frozenset[Origin]:
        """The files and sheets whose numbering restarts: several, or one in which it restarts."""
        begun, again = set(), False
        for origin, parts in self._numbers.items():
            numbers = np.concatenate(parts)
            distinct = np.unique(numbers)
            if origin in self._other or distinct[0] > 1 or 2 * len(distinct) < distinct[-1]:
                continue
            begun.add(origin)
            again |= 10 * len(distinct) <= 7 * len(numbers)
        return frozenset(begun) if len(begun) > 1 or again else frozenset()


def find_twins(
    table: pd.DataFrame, kind: Kind, *, keep: str = "first", running: Collection[Origin] = ()
) -> pd.DataFrame:
    """Find the rows that record the same event as another.

    Rows are compared within their district: by the kind's id (not in the files and sheets whose numbers are `running`),
    by all of its `same` columns, and, if they come from two files or sheets, by these columns with texts compared
    loosely: the day must be the same, and so must digits and compass points in the texts. Rows without the
    compared values match none.

    Returns a row for each duplicate except the one kept (`keep`: the first or the last in the table's order):
    ``row`` and ``twin`` (the one kept), both positions, and ``how``: number, same or near.
    """
    links: list[tuple[np.ndarray, np.ndarray, str]] = []
    origins = pd.MultiIndex.from_frame(table[["source_file", "source_sheet"]])
    for name, keys in iterate_keys(table, kind):
        known = keys.notna().all(axis=1).to_numpy()
        if name == "id" and running:
            known = known & ~origins.isin(list(running))
        links.append((*_link_equal(keys, known), BY_NUMBER if name == "id" else SAME))
    links.append((*_link_near(table, kind, origins.factorize()[0]), NEAR))
    first, second = (np.concatenate([link[side] for link in links]).astype(np.int64) for side in (0, 1))
    if not len(first):
        return pd.DataFrame({"row": first, "twin": second, "how": pd.Series(dtype="str")})
    shape = (len(table), len(table))
    _, groups = connected_components(coo_array((np.ones(len(first)), (first, second)), shape), directed=False)
    numbers = pd.Series(np.arange(len(table))).groupby(groups)
    kept = numbers.transform("max" if keep == "last" else "min").to_numpy()
    rows = np.flatnonzero(kept != np.arange(len(table)))
    how = pd.Series(NEAR, index=range(len(table)), dtype="str")
    for left, right, name in reversed(links):
        how.iloc[np.concatenate([left, right]).astype(np.int64)] = name
    return pd.DataFrame({"row": rows, "twin": kept[rows], "how": how.iloc[rows].to_numpy()})


def hash_keys(table: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Hash the values used to compare rows, to find duplicates in tables too long for memory.

    Returns uint64 on the same index; columns ``id`` and ``same``, if the kind has them. 0 if a row lacks a value and
    so matches no other; equal rows have equal hashes, and different rows almost never do (64 bits).
    """
    hashes = {}
    for name, keys in iterate_keys(table, kind):
        known = keys.notna().all(axis=1)
        hashes[name] = pd.util.hash_pandas_object(keys, index=False).where(known, 0).astype("uint64")
    return pd.DataFrame(hashes, index=table.index)


def iterate_keys(table: pd.DataFrame, kind: Kind) -> Iterator[tuple[str, pd.DataFrame]]:
    """The columns used to compare rows: their id, and their content, each within a district."""
    district = next((name for name in ("district_code", "district") if name in table.columns), None)
    for name, columns in (("id", kind.id), ("same", kind.same)):
        if not columns:
            continue
        named = [district if column == "district" and district else column for column in columns]
        keys = table[[district, *named] if district and district not in named else named]
        if district == "district_code" and "district" in table.columns:
            # Rows that no district was found for are told apart by what they wrote.
            keys = keys.assign(**{district: table["district_code"].fillna(table["district"])})
        yield name, keys


def _link_equal(keys: pd.DataFrame, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the first of equal rows, and of each that follows it."""
    at = np.flatnonzero(known)
    if not len(at):
        return at, at
    numbers = keys.iloc[at].groupby(list(keys.columns), sort=False, dropna=False).ngroup().to_numpy()
    _, first = np.unique(numbers, return_index=True)
    heads = at[first][numbers]
    later = heads != at
    return heads[later], at[later]


def _link_near(table: pd.DataFrame, kind: Kind, origins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions of rows of two files or sheets that are the same but for how their texts are written."""
    none = np.array([], dtype=np.int64)
    compared = [name for name in kind.same if name != "district" and name in kind.fields]
    texts = [name for name in compared if kind.fields[name].type == "text"]
    if not texts or len(np.unique(origins)) < 2:
        return none, none
    # Of days the row's own alone: what was resolved by the next list is the same complaint.
    others = [name for name in compared if kind.fields[name].type not in (*DATE_TYPES, "text")]
    day = [kind.date] if kind.date else []
    district = "district_code" if "district_code" in table.columns else "district"
    keys = table[[*filter(table.columns.__contains__, [district]), *day, *others]]
    told = keys[day].notna().all(axis=1).to_numpy() & table[texts].notna().any(axis=1).to_numpy()
    at = np.flatnonzero(told)
    if not len(at) or not len(keys.columns):
        return none, none
    groups = keys.iloc[at].groupby(list(keys.columns), sort=False, dropna=False).ngroup().to_numpy()
    spread = pd.Series(origins[at]).groupby(groups).transform("nunique").to_numpy() > 1
    at, groups = at[spread], groups[spread]
    if not len(at):
        return none, none
    columns = [_Texts(table[name].iloc[at], name) for name in texts]
    order = np.argsort(groups, kind="stable")
    pairs = []
    for places in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        compare = _compare if len(places) <= _MOST_COMPARED else _compare_plain
        pairs.append(at[places[compare(places, columns, origins[at])]])
    found = np.concatenate(pairs, axis=1) if pairs else np.empty((2, 0), dtype=np.int64)
    return found[0], found[1]


class _Texts:
    """A column's texts made plain, once for each that differs."""

    def __init__(self, column: pd.Series, name: str) -> None:
        self.codes, distinct = pd.factorize(column)
        self.plain = [_make_plain(str(text), name) for text in distinct]
        telling = pd.Series(["".join(_TELLING.findall(one)) for one in self.plain], dtype="str")
        self.telling = np.append(pd.factorize(telling)[0], -1)
        self.sizes = np.array([len(text) for text in self.plain] + [0])
        self.holds = name not in _PROSE

    def compare(self, places: np.ndarray) -> np.ndarray:
        """Return which of these rows say the same, as a square of bools; a text that is missing is like none."""
        codes = self.codes[places]
        own, inverse = np.unique(codes, return_inverse=True)
        words = [self.plain[code] if code >= 0 else "" for code in own]
        same = _score(words, fuzz.ratio, _ALIKE)
        if self.holds:
            sizes = np.array([len(word) for word in words])
            shorter = np.minimum(sizes[:, None], sizes[None, :])
            same |= _score(words, fuzz.partial_ratio, 100.0) & (shorter >= _LEAST_HELD)
        telling = self.telling[own]
        same &= (telling[:, None] == telling[None, :]) & (own >= 0)[:, None] & (own >= 0)[None, :]
        return same[np.ix_(inverse, inverse)]


def _score(words: list[str], scorer: Callable[..., float], least: float) -> np.ndarray:
    return process.cdist(words, words, scorer=scorer, score_cutoff=least) >= least


def _make_plain(text: str, name: str) -> str:
    """A text without what is written in one way or another: widths, signs, spaces, old characters, company forms."""
    plain = _SIGNS.sub("", fold(simplify(unicodedata.normalize("NFKC", text))))
    return plain if name in _PROSE else _COMPANY.sub("", plain) or plain


def _compare_plain(places: np.ndarray, columns: list[_Texts], origins: np.ndarray) -> np.ndarray:
    """Pairs, as `_compare` gives them, of rows that are too many to compare each with each: those of equal texts."""
    words = {at: [column.plain[code] if code >= 0 else None for code in column.codes[places]]
             for at, column in enumerate(columns)}  # fmt: skip
    keys = pd.DataFrame(words)
    first, second = _link_equal(keys, keys.notna().all(axis=1).to_numpy())
    apart = origins[places[first]] != origins[places[second]]
    return np.array([first[apart], second[apart]])


def _compare(places: np.ndarray, columns: list[_Texts], origins: np.ndarray) -> np.ndarray:
    """Pairs of these rows, from two files or sheets, that say the same: two lines of positions among them."""
    count = len(places)
    least = np.zeros((count, count), dtype=np.int64)  # signs that agree
    lacking = np.zeros((count, count), dtype=bool)
    agree = np.ones((count, count), dtype=bool)
    for column in columns:
        same = column.compare(places)
        there = column.codes[places] >= 0
        both = there[:, None] & there[None, :]
        sizes = column.sizes[column.codes[places]]
        least += np.where(same, np.minimum(sizes[:, None], sizes[None, :]), 0)
        lacking |= ~both
        agree &= same | ~both
    agree &= (least > 0) & (~lacking | (least >= _LEAST_SAID))
    own = origins[places]
    agree &= own[:, None] != own[None, :]
    return np.array(np.nonzero(np.triu(agree, 1)))
