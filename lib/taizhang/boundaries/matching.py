"""Matching rows to districts: by code, crosswalk, name, alias, suffix, script, place and, last, by point."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from taizhang.boundaries.codes import clean_text, cut_zeros, name_level, read_code_or_name, reduce_code
from taizhang.boundaries.crosswalk import COLUMNS, Crosswalk
from taizhang.boundaries.names import (
    cut_spaces,
    cut_suffix,
    cut_units_above,
    find_near,
    fold_name,
    is_bare,
    levels_of,
    split_places,
    split_suffix,
    to_simplified,
)
from taizhang.boundaries.points import locate_points
from taizhang.core.errors import BoundaryError, ParameterError
from taizhang.core.reasons import Reason

UNMATCHED = "unmatched"
HOW = (*"code crosswalk name alias suffix script place point point_gcj02 point_bd09".split(), UNMATCHED)
# What follows a district's full name and makes another word of its end (东山乡村 is the countryside of Dongshan), or
# is no place in it: 以外; of a name that begins the text also nothing, a single character, the next of a list.
_OTHER = "(?<=乡)村(?!委|民)|(?<=市)[场民政]|(?<=镇)江|(?<=区)[域间]|(?<=县)城|(?:以|之|除)外"
_OTHERWISE, _GOES_ON = re.compile(_OTHER), re.compile(f"{_OTHER}|.?$|[、,;/]")
# What a full name further on may follow: a sign, or the end of a road's, a river's or a village's name.
_STARTS = re.compile("[^\u4e00-\u9fff]$|[线路道街村社组号桥河江湖库站段]$|境内$")
# A unit before it, which may be the one that is meant; 小区, 市场 and their kin are none.
_UNIT_BEFORE = re.compile(
    "[\u4e00-\u9fff]{2}(?:县(?!城)|(?<![超门])市(?![场政民部])|(?<![社小校厂库景山林])区(?![域间])|旗(?!舰)|自治州|盟)"
)
_NOT_IN = re.compile(
    "[距离邻往至到与和及非不无外去经界原旧曾旁]|靠近|附近|临近|方向|通向|交汇|接壤|对面|以[东南西北]"
)
# Units above that a layer need not know, before one that it does: 福建省宁德市.
_ABOVE = re.compile(
    "(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区|自治州|市|盟|地区))?(?:[\u4e00-\u9fff]{2,8}?(?:市|自治州|盟|地区))?"
)

# Units with signs between them, as an address is chosen on a phone: 福建省-宁德市-滨江县-溪南镇.
_CHAIN = re.compile("(?:[\u4e00-\u9fff]{1,9}[省市区县州盟旗]\\s*[-—/>,|]\\s*)+[\u4e00-\u9fff].*")

# The last unit in what stands before a district's full name (沙岭县城关镇); 全县, 邻县 and their kin are no names.
_UNIT = re.compile(_ABOVE.pattern + "((?![全本我各邻外该两多]?[县市区旗])[\u4e00-\u9fff]{1,9}?[县市区旗])")

# Looking for near names is slow, and nobody reads thousands of proposals: a wrong column was read.
_MOST_PROPOSALS = 500

# The code of the reason of a row whose district was split.
SPLIT = "boundaries.match.split"

Answer = tuple[str | None, str, Reason | None]


def match_districts(
    values: pd.Series,
    districts: pd.DataFrame,
    *,
    aliases: Mapping[str, str] | None = None,
    crosswalk: pd.DataFrame | None = None,
    lon: pd.Series | None = None,
    lat: pd.Series | None = None,
    geometry: gpd.GeoSeries | None = None,
    parent: pd.Series | None = None,
    offset: str = "none",
) -> pd.DataFrame:
    """Find the district of each row.

    The steps, in order: exact code; code of another year (crosswalk, as returned by `read_crosswalk`); exact name;
    alias; name of another year; name without its suffix; the same in simplified characters; the district whose
    full name begins the text, or comes first after names of units above, if the text goes on to a place. If the
    layer has no unit above, the reason asks for it. If several districts have the same name, `parent` (code or
    name of the unit above) decides, or nothing does. A point (lon, lat in degrees, shifted by `offset`: 'none',
    'gcj02' or 'bd09') decides only if the row has no district text; it needs `geometry`, the districts' shapes in
    degrees. Similarity is never accepted; similar names are proposed in the reason.

    Returns code (or NA), how (one of `HOW`) and reason (a Reason; None if matched), on the index of `values`.
    Raises BoundaryError if an alias names a code that is not in the layer, or another district's own name.
    """
    finder = _Finder(districts, aliases or {}, crosswalk)
    if parent is not None and len(parent) != len(values):
        raise BoundaryError("boundaries.match.parents")
    # A million rows name a few hundred places: each distinct pair is looked up once.
    value_ids, value_list = pd.factorize(values)
    above_ids, above_list = np.full(len(values), -1), pd.Index([])
    if parent is not None:
        above_ids, above_list = pd.factorize(parent)
    value_texts = ["", *map(read_code_or_name, value_list)]
    above_texts = ["", *map(read_code_or_name, above_list)]
    many = len(above_texts)
    pair_ids, pairs = pd.factorize((value_ids + 1) * many + above_ids + 1)
    answers = [finder.find(value_texts[pair // many], above_texts[pair % many]) for pair in pairs]
    found = pd.DataFrame(answers, columns=["code", "how", "reason"]).take(pair_ids).set_axis(values.index)
    found = found.astype({"code": "str", "how": "str", "reason": "object"})
    if lon is not None and lat is not None and geometry is not None:
        blank = np.flatnonzero(np.array([not text for text in value_texts])[value_ids + 1])
        x, y = (one.iloc[blank].to_numpy(float) for one in (lon, lat))
        places = locate_points(x, y, geometry, offset=offset)
        hit = places.position >= 0
        found.iloc[blank, 2] = places.reason
        found.iloc[blank[hit], 0] = districts["code"].to_numpy()[places.position[hit]]
        found.iloc[blank[hit], 1] = "point" if offset == "none" else f"point_{offset}"
    return found


class _Finder:
    """The lookups of one layer; `find` answers one text."""

    def __init__(
        self, districts: pd.DataFrame, aliases: Mapping[str, str], crosswalk: pd.DataFrame | None
    ) -> None:
        self.codes = [str(code) for code in districts["code"]]
        self.names = {str(code): str(name) for code, name in districts[["code", "name"]].to_numpy()}
        parents = districts["parent"].tolist() if "parent" in districts else [""] * len(self.codes)
        self.parents = {code: read_code_or_name(parents[at]) for at, code in enumerate(self.codes)}
        reduced: dict[str, set[str]] = defaultdict(set)
        for code in self.codes:
            reduced[reduce_code(code)].add(code)
        self.by_reduced = {short: next(iter(codes)) for short, codes in reduced.items() if len(codes) == 1}
        self.crosswalk = Crosswalk(pd.DataFrame(columns=COLUMNS) if crosswalk is None else crosswalk)
        self.folded = {code: fold_name(name) for code, name in self.names.items()}
        own = cut_units_above(self.folded)
        for code, (above, _) in own.items():
            self.parents[code] = self.parents[code] or above
        self.by_name = self._index(lambda name: name)
        self.by_letters = self._index(cut_spaces)
        self.by_base = self._index(cut_suffix)
        self.by_simple = self._index(to_simplified)
        self.by_simple_base = self._index(lambda name: cut_suffix(to_simplified(name)))
        # Names without the unit above that the layer writes before each: 大安區 for 臺北市大安區.
        self.by_own: dict[str, set[str]] = defaultdict(set)
        for code, (_, name) in own.items():
            self.by_own[name].add(code)
        simple_own = [(to_simplified(name), code) for code, (_, name) in own.items()]
        self.by_simple_own: dict[str, set[str]] = defaultdict(set)
        for name, code in simple_own:
            self.by_simple_own[name].add(code)
        # Full names alone, those with a suffix: 石门 begins 石门小学, which may be anywhere.
        self.by_simple_full = {
            cut_spaces(name): codes
            for name, codes in {**self.by_simple_own, **self.by_simple}.items()
            if not is_bare(name) and not name.isascii()
        }
        self.full_by_first: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self.by_simple_full, key=len, reverse=True):
            self.full_by_first[name[0]].append(name)
        units = (self.names.get(parent, parent) for parent in self.parents.values())
        self.units_above = {
            cut_spaces(to_simplified(fold_name(one))) for one in units if one and not one.isascii()
        }
        self.by_path: dict[str, set[str]] = defaultdict(set)
        for code in self.codes:
            above = self.names.get(self.parents[code], self.parents[code])
            if not above.isascii():
                self.by_path[fold_name(above) + self.folded[code]].add(code)
        self.by_simple_path: dict[str, set[str]] = defaultdict(set)
        for path, codes in self.by_path.items():
            self.by_simple_path[to_simplified(path)] |= codes
        self.aliases = self._check_aliases(aliases)
        self.proposals = 0

    def _index(self, reduce: Callable[[str], str]) -> dict[str, set[str]]:
        index: dict[str, set[str]] = defaultdict(set)
        for code in self.codes:
            if key := reduce(self.folded[code]):
                index[key].add(code)
        return index

    def _check_aliases(self, aliases: Mapping[str, str]) -> dict[str, str]:
        checked, unknown, taken = {}, [], []
        for alias, target in aliases.items():
            code, name = clean_text(target), fold_name(alias)
            owners = self.by_name.get(name, set())
            if code not in self.names:
                unknown.append(f"{alias} = {target}")
            elif len(owners) == 1 and code not in owners:
                taken.append(f"{alias} = {target}")
            else:
                checked[name] = code
        found = {"no_code": unknown, "taken": taken}
        problems = [
            Reason(f"boundaries.aliases.{name}", lines=lines) for name, lines in found.items() if lines
        ]
        if problems:
            raise BoundaryError("boundaries.aliases.refused", problems=problems)
        return checked

    def find(self, text: str, above: str = "") -> Answer:
        """The code, how it was found, and why not."""
        if not text:
            return None, UNMATCHED, Reason("boundaries.match.not_given")
        if code := text if text in self.names else self.by_reduced.get(reduce_code(text)):
            return code, "code", None
        moved = self.crosswalk.follow(text, self.names)
        if moved and self.crosswalk.knows_code(text):
            return self._take_moved(text, moved)
        if text.isdigit():
            return None, UNMATCHED, self._propose("code", text)
        name = fold_name(text)
        simple = to_simplified(name)
        steps: list[tuple[str, set[str] | None]] = [
            ("name", self.by_name.get(name) or self.by_letters.get(cut_spaces(name))),
            ("name", self.by_path.get("".join(split_places(name)))),
            ("name", self.by_own.get(name)),
            ("alias", {self.aliases[name]} if name in self.aliases else None),
            ("suffix", self._without_suffix(name, self.by_name, self.by_base)),
            ("script", self.by_simple.get(simple)),
            ("script", self.by_simple_own.get(simple)),
            ("script", self.by_simple_path.get("".join(split_places(simple)))),
            ("script", self._without_suffix(simple, self.by_simple, self.by_simple_base)),
        ]
        refused: Reason | None = None
        for how, codes in steps:
            # What an exact name leaves open, or an old name answers, no looser form may decide.
            if not codes or (refused and how != "alias") or (moved and how in ("suffix", "script")):
                continue
            # An alias is the user's own word, which needs no unit above.
            left = codes if how == "alias" else self._under(codes, above)
            if len(left) == 1:
                return next(iter(left)), how, None
            refused = self._refuse(text, above, codes, left)
        if refused:
            return None, UNMATCHED, refused
        # A name of another vintage, once no district of today answers to the text.
        if moved := self._under(moved, above):
            return self._take_moved(text, moved)
        if code := self._find_address(text, above):
            return code, "place", None
        named = map(fold_name, split_places(text))
        known = sum(one in self.by_name or one in self.by_base for one in named)
        if known > 1:
            return None, UNMATCHED, Reason("boundaries.match.several_named", text=text, number=known)
        placed = self._find_place(simple, above)
        if placed is None and _CHAIN.fullmatch(simple):
            parts = split_places(simple)
            at = next((at for at, part in enumerate(parts) if part in self.by_simple_full), 0)
            simple = (
                "".join(parts[: at + 1]) if at else simple
            )  # units above, the district, and a place in it
            placed = self._find_place(simple, above)
        if placed is None and (asked := self._ask_above(text, simple)):
            placed = None, UNMATCHED, asked
        placed = placed or self._find_within(simple, above)
        return placed or (None, UNMATCHED, self._propose("name", text))

    def _find_place(self, text: str, above: str) -> Answer | None:
        """The district of a place in it (城关镇河东村, 滨江县石门镇人民路3号): the longest full name that comes first.

        Names of units above that the layer knows may precede it; the name of a second district later in the text
        makes it doubtful. None if the text is not such a place.
        """
        plain = cut_spaces(text)
        starts = {0: ""}
        for name in self.units_above:
            at = plain.find(name)
            if at == 0 or (at > 0 and _ABOVE.fullmatch(plain, 0, at)):
                starts[at + len(name)] = name
        for start, unit in sorted(starts.items(), reverse=True):
            name = self._name_at(plain, start)
            end = start + len(name)
            whole = start > 0 and end == len(plain)  # 福建省宁德市滨江县溪南镇
            if not name or (not whole and _GOES_ON.match(plain, end)):
                continue
            codes = self._under(self._under(self.by_simple_full[name], unit), above)
            others = {
                other
                for at in range(end, len(plain))
                if (other := self._name_at(plain, at)) and other != name
            }
            if others:
                number = len(others) + 1
                return None, UNMATCHED, Reason("boundaries.match.several_named", text=text, number=number)
            if len(codes) == 1:
                return next(iter(codes)), "place", None
            if codes:
                return None, UNMATCHED, self._refuse(text, unit or above, self.by_simple_full[name], codes)
        return None

    def _find_address(self, text: str, above: str) -> str | None:
        """The district of an English address (12 Main Street, Old Mill Town): the one part between commas that is one.

        Only the unit above, as in the layer, may follow it. None if it is not such an address.
        """
        parts = [fold_name(part) for part in text.split(",")]
        if len(parts) < 2 or not text.isascii():
            return None
        found = [at for at, part in enumerate(parts) if part in self.by_name]
        codes = self._under(self.by_name[parts[found[0]]], above) if len(found) == 1 else set()
        if len(codes) != 1 or found[0] == 0:
            return None
        (code,) = codes
        units = {fold_name(self.names.get(one, one)) for one in self.parents.values()}
        if any(part in units for part in parts[: found[0]]):
            return None  # Rizal, Cainta may be two places
        unit = fold_name(self.names.get(self.parents[code], self.parents[code]))
        return code if all(part == unit for part in parts[found[0] + 1 :]) else None

    def _find_within(self, text: str, above: str) -> Answer | None:
        """The district of a place that names it in full further on: 国道307线城关镇路段, 河东村（城关镇）.

        It must be the only district named; nothing before it may be a unit unknown to the layer or a part of a
        longer name, and no word may say that the place is beside it, was in it, or leads to it. None otherwise.
        """
        plain = cut_spaces(text)
        named: dict[str, int] = {}
        at = 0
        while at < len(plain):
            name = self._name_at(plain, at)
            if name:
                named.setdefault(name, at)
            at += len(name) or 1
        if len(named) != 1:
            return None
        ((name, at),) = named.items()
        end, before = at + len(name), plain[:at]
        for unit in self.units_above:
            before = before.replace(unit, "")
        doubtful = _UNIT_BEFORE.search(before) or _NOT_IN.search(f"{plain[:at]},{plain[end:]}")
        if not at or not _STARTS.search(before) or doubtful or _OTHERWISE.match(plain, end):
            return None
        codes = self._under(self.by_simple_full[name], above)
        return (next(iter(codes)), "place", None) if len(codes) == 1 else None

    def _ask_above(self, text: str, simple: str) -> Reason | None:
        """Return why a place below a unit (沙岭县城关镇) is none here: the layer knows others, or none and asks."""
        plain = cut_spaces(simple)
        for at in range(2, len(plain)):
            name = self._name_at(plain, at)
            if name and (unit := _UNIT.fullmatch(plain, 0, at)):
                placed = self._find_place(plain[at:], "")
                if plain[at:] != name and not (placed and placed[0]):
                    return None
                if not self.units_above:
                    return Reason("boundaries.match.ask_above", text=text, unit=unit[1], name=name)
                if unit[1] not in self.units_above:
                    return Reason("boundaries.match.other_unit", text=text, unit=unit[1], name=name)
        return None

    def _name_at(self, text: str, at: int) -> str:
        """The longest full name of a district that stands at a place of a text; '' where none does."""
        return next(
            (name for name in self.full_by_first.get(text[at : at + 1], ()) if text.startswith(name, at)), ""
        )

    def _take_moved(self, text: str, moved: set[str]) -> Answer:
        if len(moved) == 1:
            return next(iter(moved)), "crosswalk", None
        return None, UNMATCHED, Reason(SPLIT, text=text, districts=self._show(moved))

    def _without_suffix(
        self, name: str, full: Mapping[str, set[str]], bases: Mapping[str, set[str]]
    ) -> set[str]:
        """Districts where either the row or the layer leaves the suffix off; 溪北乡 is not 溪北镇.

        A row with a suffix meets a bare name only at its own level: 罗湖区 is the district 罗湖, 罗湖社区
        is not. Codes tell the level; where they do not, bare names are taken for counties' (福田 for 福田区).
        """
        base, suffix = split_suffix(name)
        found = full.get(base, set()) if is_bare(base) else set()
        bare = {code for code in found if (name_level(code) or "county") in levels_of(suffix)}
        return bases.get(name, set()) | bare

    def _under(self, codes: set[str], above: str) -> set[str]:
        """Keep districts under the given unit, as far as code or name of the unit above show this."""
        if not above:
            return codes
        return {code for code in codes if self._lies_under(code, above) is not False}

    def _lies_under(self, code: str, above: str) -> bool | None:
        """Return whether a district is under a unit; None if its parent is unknown or cannot be compared."""
        parent = self.parents[code]
        if above.isdigit():
            short = cut_zeros(above)
            if parent.isdigit():
                return parent.startswith(short)
            return code.startswith(short) if code.isdigit() and len(code) > len(short) else None
        name = self.names.get(parent) if parent.isdigit() else parent
        if not name:
            return None
        held, said = to_simplified(fold_name(name)), to_simplified(fold_name(above))
        return held == said or cut_suffix(held) == said or held == cut_suffix(said)

    def _refuse(self, text: str, above: str, codes: set[str], left: set[str]) -> Reason:
        if not left:
            return Reason("boundaries.match.not_under", text=text, above=above, districts=self._show(codes))
        name = "shared_under" if above else "shared"
        return Reason(f"boundaries.match.{name}", text=text, number=len(left), districts=self._show(left))

    def _show(self, codes: Iterable[str]) -> Reason:
        """Districts by name, code and the unit above, up to five of them."""
        shown = []
        for code in sorted(codes):
            above = self.names.get(self.parents[code], self.parents[code])
            place = Reason("boundaries.match.district", name=self.names[code], code=code)
            shown.append(Reason("boundaries.match.under", reason=place, above=above) if above else place)
        return Reason("boundaries.match.districts", listed=shown)

    def _propose(self, said: str, text: str) -> Reason:
        """Why a code or a name (`said`) is not known, with the alias that would settle it for each near name."""
        near = self._find_near(text) if self.proposals < _MOST_PROPOSALS else []
        self.proposals += 1
        if not near:
            return Reason(f"boundaries.match.no_{said}", text=text)
        line = Reason("boundaries.match.line", text=text)
        lines = [line.replace(code=code, name=self.names[code]) for code in near]
        return Reason(f"boundaries.match.near_{said}", text=text, near=lines)

    def _find_near(self, text: str) -> list[str]:
        if text.isdigit():
            codes = [
                code for code in self.codes if code.isdigit() and len(code) > 3 and text.startswith(code)
            ]
        else:
            near = find_near(fold_name(text), list(self.by_name))
            codes = [code for name in near for code in sorted(self.by_name[name])]
        return codes[:3]


def find_district(
    text: str,
    districts: pd.DataFrame,
    aliases: Mapping[str, str] | None = None,
    *,
    crosswalk: pd.DataFrame | None = None,
) -> str:
    """Find the code of a district given by the user as code, name, alias, or name without its suffix.

    With a crosswalk (as returned by `read_crosswalk`), a code or name of another year is also accepted. Raises
    ParameterError if none or several match; the message lists the nearest names.
    """
    cleaned = read_code_or_name(text)
    if (districts["code"] == cleaned).any():  # as in every report of a review, which need not index all names
        return cleaned
    finder = _Finder(districts, aliases or {}, crosswalk)
    code, how, reason = finder.find(cleaned)
    if code is not None and how != "place":
        return code
    if reason is not None and reason.code in (SPLIT, "boundaries.match.shared"):
        said = reason.code.rpartition(".")[2]
        raise ParameterError(f"boundaries.district.{said}", **dict(reason.parameters))
    near = find_near(fold_name(cleaned), list(finder.by_name))
    owners = [one for one in finder.codes if finder.folded[one] in near] or finder.codes[:5]
    raise ParameterError("boundaries.district.none", text=text, districts=finder._show(owners))
