"""Changes of division codes by year: which code of one year corresponds to which of another."""

from collections import defaultdict
from collections.abc import Container, Iterable
from pathlib import Path

import pandas as pd

from taizhang.boundaries.codes import clean_text, restore_code
from taizhang.boundaries.names import fold_name
from taizhang.core.errors import BoundaryError
from taizhang.core.files import check_plain
from taizhang.core.outside import tell_error

COLUMNS = ("old_code", "new_code")


class Crosswalk:
    """Changes of codes and names, followed to the codes of a layer."""

    def __init__(self, table: pd.DataFrame) -> None:
        if missing := [column for column in COLUMNS if column not in table]:
            raise BoundaryError("boundaries.crosswalk.columns", missing=missing)
        self.forward: dict[str, set[str]] = defaultdict(set)
        self.backward: dict[str, set[str]] = defaultdict(set)
        self.named: dict[str, set[str]] = defaultdict(set)
        for row in table.to_dict("records"):
            old, new = restore_code(row["old_code"]), restore_code(row["new_code"])
            if not old or not new:
                raise BoundaryError("boundaries.crosswalk.blank")
            if old != new:
                self.forward[old].add(new)
                self.backward[new].add(old)
            for column, code in (("old_name", old), ("new_name", new)):
                if name := fold_name(clean_text(row.get(column))):
                    self.named[name].add(code)

    def knows_code(self, text: str) -> bool:
        """Return whether the text is a code that changed."""
        return text in self.forward or text in self.backward

    def follow(self, text: str, present: Container[str]) -> set[str]:
        """Return the layer's codes that a code or name of another year became (or came from)."""
        starts = {text} if self.knows_code(text) else self.named.get(fold_name(text), set())
        if not starts:
            return set()
        for links in (self.forward, self.backward):
            found: set[str] = set()
            seen, queue = set(starts), list(starts)
            while queue:
                code = queue.pop()
                if code in present:
                    found.add(code)
                    continue
                fresh = links.get(code, set()) - seen
                seen |= fresh
                queue += fresh
            if found:
                return found
        return set()


def read_crosswalk(path: Path | str) -> pd.DataFrame:
    """Read a crosswalk of codes: a UTF-8 CSV with old_code, new_code and optionally old_name, new_name, year.

    One row per pair: a split has several rows of one old_code and a merger several of one new_code. Raises
    BoundaryError if the file is not there or cannot be read, or a column is missing.
    """
    path = Path(path)
    if not path.exists():
        raise BoundaryError("boundaries.crosswalk.no_file", path=path.as_posix())
    try:
        check_plain(path.stat(), path)
        table = pd.read_csv(path, dtype="str", encoding="utf-8-sig")
    except (OSError, ValueError) as error:  # pandas' own errors and those of decoding are ValueErrors
        raise BoundaryError("boundaries.crosswalk.unreadable", why=tell_error(error)) from None
    Crosswalk(table)
    return table


def compare_vintages(
    crosswalk: pd.DataFrame, codes: Iterable[str], *, years: tuple[int, int] | None = None
) -> pd.DataFrame:
    """Return which districts can be compared with their earlier selves.

    With `years`, if the crosswalk has a column year, only changes from the first year to the second, both included,
    count: an earlier change does not affect the comparison of the two years. A row without a year always counts.

    Returns one row per code: code, change ('none', 'renamed', 'merged', 'split'), comparable (bool) and before (the
    earlier codes, joined by a space). A merged district is compared with the sum of those it came from; a district
    that gave away or received a part cannot be compared.
    """
    if years is not None and "year" in crosswalk:
        year = pd.to_numeric(crosswalk["year"], errors="coerce")
        crosswalk = crosswalk[year.isna() | year.between(*years)]
    table = crosswalk.assign(**{name: crosswalk[name].map(restore_code) for name in COLUMNS})
    parts = table.groupby("old_code")["new_code"].nunique()
    rows = []
    for code in codes:
        before = sorted(set(table.loc[table["new_code"] == code, "old_code"]))
        split = any(parts[old] > 1 for old in before) or parts.get(code, 0) > 1
        change = "split" if split else "merged" if len(before) > 1 else "none"
        if change == "none" and before and before != [code]:
            change = "renamed"
        rows.append((code, change, not split, " ".join(before or [code])))
    return pd.DataFrame(rows, columns=["code", "change", "comparable", "before"])
