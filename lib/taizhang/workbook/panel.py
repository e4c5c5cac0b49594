"""Facts of several periods as a panel of districts and periods, for regressions and for other programs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from taizhang.core.exports import write_csv
from taizhang.core.files import write_beside
from taizhang.metadata.facts import ALL, FactInfo
from taizhang.metadata.formats import name_unit

_KEYS = ["district_code", "district", "period", "first_day", "last_day"]
_LONGEST_NAME, _LONGEST_LABEL = 32, 80  # of a variable in Stata


@dataclass(frozen=True)
class Panel:
    """Facts of districts in periods.

    Attributes
    ----------
    data : pandas.DataFrame
        One row per district, period and fact: district_code, district, period (as it is written, such as ``2021Q3``),
        first_day and last_day (datetime64), fact, value, unit, numerator, denominator, low and high
        (ends of the 95 percent interval), known, of, suppressed and as_of (datetime64), as in `Workbook.facts`.
        The whole area is not included.
    codebook : pandas.DataFrame
        One row per fact, in the workbook's language: fact, variable (its column in `wide`), title, unit, definition,
        direction, interval and source.
    """

    data: pd.DataFrame
    codebook: pd.DataFrame

    def wide(self, column: str = "value") -> pd.DataFrame:
        """Return one row per district and period, with a column per fact, named as in `codebook`: its values or
        another column.

        Unknown and suppressed values are NaN.
        """
        names = dict(zip(self.codebook["fact"], self.codebook["variable"], strict=True))
        table = self.data.pivot(index=_KEYS, columns="fact", values=column)
        table = table[[fact for fact in names if fact in table]].rename(columns=names)
        table.columns.name = None
        return table.reset_index().sort_values(["first_day", "last_day", "district_code"], ignore_index=True)

    def to_csv(self, path: str | Path) -> None:
        """Write `data` as UTF-8 that Excel can read; no text of it acts as a formula."""
        write_csv(self.data, Path(path))

    def to_parquet(self, path: str | Path) -> None:
        """Write `data`."""
        with write_beside(Path(path)) as beside:
            self.data.to_parquet(beside, index=False)

    def to_stata(self, path: str | Path) -> None:
        """Write `wide` as a .dta file for Stata 14 or later, which R and SPSS can also read; titles and units
        become labels."""
        labels = {
            str(row["variable"]): str(row["label"])[:_LONGEST_LABEL]
            for row in self.codebook.assign(label=_join_label(self.codebook)).to_dict("records")
        }
        table = self.wide()
        with write_beside(Path(path)) as beside:
            table.to_stata(
                beside,
                write_index=False,
                version=118,
                convert_dates={"first_day": "td", "last_day": "td"},
                variable_labels={name: label for name, label in labels.items() if name in table},
            )

    def _repr_html_(self) -> str:
        districts, periods = (self.data[name].nunique() for name in ("district_code", "period"))
        size = f"{districts:,} × {periods:,} × {len(self.codebook):,}"
        head = self.codebook[["variable", "title", "unit"]].to_html(index=False)
        return f"<p>{escape(type(self).__name__)}: {size}</p>{head}"


def make_panel(facts: Mapping[Any, pd.DataFrame], infos: Mapping[str, FactInfo], lang: str) -> Panel:
    """Make a panel of the facts in `infos` from facts by period (`core.periods.Period`), as in `Workbook.facts`."""
    parts = []
    for period, table in facts.items():
        chosen = table[table["fact"].isin(list(infos)) & (table["district_code"] != ALL)]
        parts.append(
            chosen.assign(
                first_day=pd.Timestamp(period.start),
                last_day=pd.Timestamp(period.end),
            ).astype(dict.fromkeys(("first_day", "last_day"), "datetime64[us]"))
        )
    data = pd.concat(parts, ignore_index=True)
    order = [*_KEYS, "fact", *(name for name in data if name not in (*_KEYS, "fact"))]
    names = _name_variables(list(infos))
    codebook = pd.DataFrame(
        [
            (
                fact, names[fact], info.title[lang], name_unit(info, lang), info.definition[lang], info.direction,
                info.interval, info.source,
            )
            for fact, info in infos.items()
        ],
        columns=["fact", "variable", "title", "unit", "definition", "direction", "interval", "source"],
    ).astype("str")  # fmt: skip
    return Panel(data[order], codebook)


def _name_variables(facts: list[str]) -> dict[str, str]:
    """Make a unique name for each fact that every program accepts: letters, digits and underscores, at most 32
    characters."""
    names: dict[str, str] = {}
    for fact in facts:
        name = re.sub(r"\W+", "_", fact, flags=re.ASCII)[:_LONGEST_NAME]
        number = 1
        while name in names.values():
            number += 1
            name = f"{name[: _LONGEST_NAME - 3]}_{number}"
        names[fact] = name
    return names


def _join_label(codebook: pd.DataFrame) -> pd.Series:
    unit = codebook["unit"].map(lambda text: f" ({text})" if text else "")
    return codebook["title"] + unit
