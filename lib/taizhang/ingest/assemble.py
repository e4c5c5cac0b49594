"""Assembles all files of a kind, part by part, into one table, with districts matched and every row accounted for."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

import numpy as np
import pandas as pd

from taizhang.boundaries import find_district, find_strays, match_districts, undo_offset
from taizhang.core.reasons import Label, Reason
from taizhang.ingest.collect import Collector
from taizhang.ingest.layers import Layers
from taizhang.ingest.notes import NoteBook, note_file
from taizhang.ingest.proposals import Proposal, list_near
from taizhang.ingest.sources import SourceUse
from taizhang.ingest.state import CROSSWALK, KindSummary, Unread
from taizhang.ledgers import Applied, FileRead, find_rule_breaks
from taizhang.ledgers.model import make_empty_aside, make_empty_rows
from taizhang.ledgers.places import find_places
from taizhang.ledgers.rules import FUTURE
from taizhang.metadata.kinds import Kind
from taizhang.settings.workbook import Config

SET_ASIDE = [
    "kind", "source_file", "source_sheet", "source_row", "column", "value", "reason", "scope", "district_code",
    "reason_code", "day",
]  # fmt: skip
PUT_ASIDE = [name for name in SET_ASIDE if name != "reason_code"]
_BATCH = 100_000


def word_reasons(aside: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return what was set aside, with all columns of `SET_ASIDE`, its reasons both in words and as codes."""
    codes, reasons = pd.factorize(aside["reason"])
    words = np.array([reason.word(lang) for reason in reasons], dtype=object)
    names = np.array([reason.root.code for reason in reasons], dtype=object)
    return aside.assign(reason=words[codes], reason_code=names[codes])[SET_ASIDE]


class Assembler:
    """Takes the parts of a kind's files; hands rows with their districts to `collector`, the others to `put_aside`.

    `put_aside` is called any number of times, with the columns `PUT_ASIDE`, `reason` being a Reason. A
    date after `as_of` (default: today) is in the future.
    """

    def __init__(
        self,
        kind: Kind,
        config: Config,
        layers: Layers,
        collector: Collector,
        put_aside: Callable[[pd.DataFrame], None],
        *,
        as_of: date | None = None,
    ) -> None:
        self.kind, self.config, self.layers = kind, config, layers
        self.collector, self.put_aside, self.as_of = collector, put_aside, as_of
        collector.leave_out = self._leave_out
        self.errors: dict[Reason, None] = {}
        self.near: dict[str, tuple[Proposal, ...]] = {}
        self.applied: list[Applied] = []
        self.notes, self.places = NoteBook(), NoteBook()  # of what was read, and of where it belongs
        self._files: dict[str, None] = {}
        self._counts, self._scopes, self._rules = Counter[str](), Counter[str](), Counter[str]()
        self._matched, self._missing = Counter[str](), Counter[str]()  # rows by file
        self._totals: list[dict[str, object]] = []
        self._unread: dict[Unread, None] = {}
        self._rows: list[pd.DataFrame] = []
        self._aside: list[pd.DataFrame] = []
        self._uses = [SourceUse(kind, number, config) for number in range(len(config.ledgers[kind.name]))]
        self._offset = "none"

    def add(self, part: FileRead, number: int = 0) -> None:
        """Process a file, or part of one, from a source (from 0) of the kind."""
        use = self._uses[number]
        use.add(part)
        if use.ledger.offset != self._offset:
            self._hand_on()
            self._offset = use.ledger.offset
        self._files.setdefault(part.name)
        self.errors |= dict.fromkeys((*part.errors, *part.faults))
        self._unread |= dict.fromkeys(self._list_unread(part, use.ledger.district))
        self.applied += part.applied
        self.notes.add(part.name, note_file(part))
        if self._offset != "none":
            self.places.add(part.name, [Reason("ingest.note.offset", offset=self._offset)])
        for table in part.tables:
            self._counts.update(table.counts)
            self._totals += [
                {
                    "file": part.name, "sheet": table.sheet, "row": one.row, "column": one.column,
                    "stated": one.stated, "summed": one.summed,
                }
                for one in table.totals
            ]  # fmt: skip
        self._rows.append(part.rows)
        self._aside.append(part.set_aside)
        if sum(map(len, self._rows)) + sum(map(len, self._aside)) >= _BATCH:
            self._hand_on()

    def _hand_on(self) -> None:
        """Match the districts of what has gathered: many small files at once, a long one in parts."""
        rows = pd.concat(self._rows or [make_empty_rows(self.kind)], ignore_index=True)
        aside = pd.concat(self._aside or [make_empty_aside()], ignore_index=True)
        self._rows, self._aside = [], []
        rows, unmatched = self._match(rows)
        aside["district_code"] = self._match_aside(aside)
        aside = pd.concat([aside, unmatched], ignore_index=True)[PUT_ASIDE]
        breaks = find_rule_breaks(rows, self.kind, as_of=self.as_of).sum()
        self._rules.update({str(rule): int(count) for rule, count in breaks.items() if count})
        self._scopes.update(
            {str(scope): int(count) for scope, count in aside["scope"].value_counts().items()}
        )
        self.collector.add(rows)
        self.put_aside(aside)

    def _leave_out(self, rows: pd.DataFrame) -> None:
        """Set rows aside that the collector found to stand twice; no rule is broken by them any more."""
        breaks = find_rule_breaks(rows, self.kind, as_of=self.as_of).sum()
        self._rules.subtract({str(rule): int(count) for rule, count in breaks.items()})
        self._scopes["row"] += len(rows)
        places = rows[["source_file", "source_sheet", "source_row"]]
        told = {"kind": self.kind.name, "column": "", "value": "", "scope": "row"}
        kept = places.assign(
            **told, reason=rows["reason"], district_code=rows["district_code"], day=self._write_days(rows)
        )
        self.put_aside(kept[PUT_ASIDE])

    def _write_days(self, rows: pd.DataFrame) -> pd.Series:
        """The days of rows, or their years, as text."""
        if self.kind.date not in rows:
            return pd.Series(pd.NA, index=rows.index, dtype="str")
        days = rows[self.kind.date]
        return (days.dt.strftime("%Y-%m-%d") if days.dtype.kind == "M" else days).astype("str")

    def finish(self) -> KindSummary:
        """Pass on the last rows, have the table written, and return the account of all."""
        self._hand_on()
        for use in self._uses:
            self.errors |= dict.fromkeys(use.list_faults())
        self.collector.finish()
        self._note_nowhere()
        # It may have given those rows a district that have none.
        if CROSSWALK in self.layers.lost and any(self._missing.values()):
            self._unread.setdefault(self.layers.lost[CROSSWALK])
        accepted, aside = self.collector.rows, self._scopes["row"]
        titles: dict[str, Label | Reason] = {rule.name: Label(**rule.title) for rule in self.kind.rules}
        titles[FUTURE] = Reason("ingest.future_date")
        return KindSummary(
            kind=self.kind.name,
            title=dict(self.kind.title),
            files=len(self._files),
            read=accepted + aside,
            accepted=accepted,
            set_aside=aside,
            cells_set_aside=self._scopes["cell"],
            duplicates=self.collector.duplicates,
            other_rows={
                name: count for name, count in self._counts.items() if name not in ("data", "blank") and count
            },
            notes=(
                *(note for use in self._uses for note in use.list_notes()),
                *self._list_twice(),
                *self.notes.list_notes(),
                *self.places.list_notes(),
            ),
            rules=tuple(
                Reason("ingest.rule", title=titles[rule], rows=count)
                for rule, count in self._rules.items()
                if count
            ),
            totals=tuple(self._totals),
            corrected=len(self.applied),
            near=self.near,
            unread=tuple(self._unread),
        )

    def _list_unread(self, part: FileRead, district: str) -> Iterator[Unread]:
        """Return what of a file could not be read; the districts that it may hold are those that it names, if any."""
        if not part.errors:
            return
        tables = [(one.sheet, one.error) for one in part.tables if one.error is not None]
        for sheet, reason in tables or [("", dict(part.errors[0].parameters).get("reason", part.errors[0]))]:
            yield Unread(part.name, sheet, reason, self._find_owners(district, part.name, sheet))

    def _find_owners(self, district: str, file: str, sheet: str) -> tuple[str, ...]:
        """By workbook.toml, otherwise by the names of sheet, file and folders, the innermost that names one."""
        aliases = self.config.boundaries.aliases
        names = frozenset(self.layers.districts["name"].astype("str")) | frozenset(aliases)
        folders = file.rpartition("/")[0].split("/")
        stem = file.rsplit("/", 1)[-1].rpartition(".")[0]
        for text in (sheet, stem, *reversed(folders)):
            if district or not text:
                continue
            exact = {name for name in names if name == text.strip()}
            if len(found := exact or find_places(text, names)) == 1:
                district = next(iter(found))
        if not district:
            return ()
        return (find_district(district, self.layers.districts, aliases),)

    def _list_twice(self) -> list[Reason]:
        """Which files hold rows of each other, the most first, and how many rows were not looked through for such."""
        left = self.collector.unsearched
        unsearched = [Reason("ingest.twice.unsearched", rows=left)] if left else []
        return unsearched + [
            Reason("ingest.twice.within", one=one, rows=count)
            if one == other
            else Reason("ingest.twice.between", one=one, other=other, rows=count)
            for (one, other), count in self.collector.twice.most_common()
        ]

    def _match(self, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give each row its district code; rows that have none are set aside, never guessed.

        Points of a web map are moved back to where they are, so that maps show them there, too.
        """
        points = "lon" in rows and "lat" in rows
        offset = self._offset
        districts = self.layers.districts
        matched = match_districts(
            rows["district"],
            districts,
            aliases=self.config.boundaries.aliases,
            crosswalk=self.layers.crosswalk,
            lon=rows["lon"] if points else None,
            lat=rows["lat"] if points else None,
            geometry=districts.geometry if points else None,
            offset=offset,
        )
        if points and offset != "none":
            lon, lat = undo_offset(rows["lon"], rows["lat"], offset)
            rows = rows.assign(lon=lon, lat=lat)
        how = matched["how"]
        if "district_match" in rows:  # what names the district of a whole table
            how = how.mask(matched["code"].notna() & rows["district_match"].notna(), rows["district_match"])
        rows = rows.assign(district_code=matched["code"].astype("str"), district_match=how.astype("str"))
        if points:
            self._note_strays(rows)
        required = self.kind.fields["district"].required
        missing = matched["code"].isna()
        told = missing if required else missing & rows["district"].notna()
        self._matched.update(rows.loc[~missing, "source_file"].astype("str"))
        self._missing.update(rows.loc[missing & rows["district"].notna(), "source_file"].astype("str"))
        aside = pd.DataFrame(
            {
                "kind": self.kind.name,
                "source_file": rows.loc[told, "source_file"],
                "source_sheet": rows.loc[told, "source_sheet"],
                "source_row": rows.loc[told, "source_row"],
                "column": "district",
                "value": rows.loc[told, "district"],
                "reason": matched.loc[told, "reason"].astype(object),
                "scope": "row" if required else "cell",
                "district_code": pd.Series(pd.NA, index=rows.index[told], dtype="str"),
                "day": self._write_days(rows[told]),
            }
        )
        for text, reason in aside.drop_duplicates("value")[["value", "reason"]].itertuples(index=False):
            if lines := list_near(reason):
                self.near.setdefault(str(text), lines)
        return (rows[~missing] if required else rows).reset_index(drop=True), aside

    def _note_nowhere(self) -> None:
        """Say of which files no row names a district: their area, or what the districts are called, is another."""
        names = tuple(self.layers.districts["name"].astype("str"))
        for file, rows in self._missing.items():
            if rows > 1 and not self._matched[file]:
                self.places.add(file, [Reason("ingest.note.nowhere", count=rows, names=names)])

    def _note_strays(self, rows: pd.DataFrame) -> None:
        """Say how many rows have a point far from the district they name, which stands."""
        lon, lat = (rows[name].to_numpy(float, na_value=np.nan) for name in ("lon", "lat"))
        stray = find_strays(lon, lat, rows["district_code"].to_numpy(dtype=object), self.layers.districts)
        for name, count in rows.loc[stray, "source_file"].value_counts().items():
            self.places.add(str(name), [Reason("ingest.note.strays", count=int(count))])

    def _match_aside(self, aside: pd.DataFrame) -> pd.Series:
        """The district of what is set aside, where the row says one that is known."""
        if aside.empty:
            return pd.Series(dtype="str")
        matched = match_districts(
            aside["district"],
            self.layers.districts,
            aliases=self.config.boundaries.aliases,
            crosswalk=self.layers.crosswalk,
        )
        return matched["code"].astype("str")
