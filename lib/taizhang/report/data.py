"""A review's numbers as files for other programs: facts and the comparison as Excel and CSV, with a data
dictionary."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import xlsxwriter

from taizhang.core.csv import format_csv, format_facts, write_days
from taizhang.core.files import write_beside, write_text
from taizhang.core.periods import Period
from taizhang.core.version import __version__
from taizhang.metadata.facts import FactInfo
from taizhang.metadata.formats import format_date, name_unit
from taizhang.report.pages import page_words

if TYPE_CHECKING:
    from taizhang.report.snapshot import Snapshot

_LANGS = ("zh", "en")
# Dictionary columns, and their width in Excel in characters.
_DICTIONARY = {
    "fact": 32, "title_zh": 24, "title_en": 32, "unit_zh": 10, "unit_en": 14, "definition_zh": 60,
    "definition_en": 60, "interval": 12, "source": 40,
}  # fmt: skip


def write_citation(title: str, period: Period, as_of: date, lang: str, *, issuer: str = "") -> str:
    """Say how to cite a review, in one sentence: the publisher, if known, and the title."""
    words = page_words(lang)["index.citation"]
    by = page_words(lang)["index.cited_issuer"].format(issuer=issuer) if issuer else ""
    return by + words.format(
        title=title, period=period.label(lang), day=format_date(as_of, lang), version=__version__
    )


def write_data(snapshot: "Snapshot", *, folder: Path) -> None:
    """Write facts as parquet, csv and Excel, the comparison, and the dictionary; the same facts give the same files.

    Suppressed numbers stay empty in the comparison.
    """
    facts, before, known = snapshot.facts, snapshot.before, snapshot.fact_infos
    reported = snapshot.reported
    with write_beside(folder / "facts.parquet") as beside:
        facts.to_parquet(beside, index=False)
    write_text(folder / "facts.csv", format_facts(facts, "csv"))
    infos = [known[name] for name in dict.fromkeys(facts["fact"]) if name in known]
    dictionary = _make_dictionary(infos)
    keys = [info for info in infos if info.key]
    # Numbers side by side are compared: what nobody's rows bear out is left out of it.
    counted = facts.assign(value=facts["value"].mask(_are_in(facts, reported)))
    now, then = _make_comparison(counted, keys), _make_comparison(before, keys)
    made = snapshot.as_of
    cited = pd.DataFrame(
        {
            "": [
                write_citation(
                    snapshot.config.name_title(lang),
                    snapshot.period,
                    made,
                    lang,
                    issuer=snapshot.config.issuer,
                )
                for lang in _LANGS
            ]
        }
    )
    write_text(folder / "dictionary.csv", "\ufeff" + format_csv(dictionary))
    if reported.empty:
        (folder / "unverified.csv").unlink(missing_ok=True)
    else:
        write_text(folder / "unverified.csv", "\ufeff" + format_csv(reported))
    write_text(folder / "comparison.csv", "\ufeff" + format_csv(now))
    _write_excel(
        folder / "facts.xlsx",
        made,
        {
            "指标 facts": facts,
            **({} if reported.empty else {"未经核实 unverified": reported}),
            "数据字典 dictionary": dictionary,
            "引用 cite": cited,
        },
    )
    _write_excel(
        folder / "comparison.xlsx",
        made,
        {
            "本期 this period": now,
            "上年同期 year before": then,
            "数据字典 dictionary": dictionary,
            "引用 cite": cited,
        },
        titles={info.name: _head(info) for info in keys},
    )


def _are_in(facts: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Return which facts are among others."""
    keys = set(others[["district_code", "fact"]].itertuples(index=False, name=None))
    pairs = zip(facts["district_code"], facts["fact"], strict=True)
    return pd.Series([pair in keys for pair in pairs], index=facts.index, dtype=bool)


def _make_dictionary(infos: Sequence[FactInfo]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (
                info.name,
                *(info.title[lang] for lang in _LANGS),
                *(name_unit(info, lang) for lang in _LANGS),
                *(info.definition[lang] for lang in _LANGS),
                info.interval,
                info.source,
            )
            for info in infos
        ],
        columns=list(_DICTIONARY),
    )


def _head(info: FactInfo) -> str:
    unit = name_unit(info, "zh")
    return (
        f"{info.title['zh']}（{unit}）\n{info.title['en']}"
        if unit
        else f"{info.title['zh']}\n{info.title['en']}"
    )


def _make_comparison(facts: pd.DataFrame, infos: Sequence[FactInfo]) -> pd.DataFrame:
    """One row per district in the facts' order, one column per key figure; suppressed numbers are empty."""
    shown = facts.assign(value=facts["value"].where(~facts["suppressed"].astype(bool)))
    wide = shown.pivot(index="district_code", columns="fact", values="value")
    names = facts.drop_duplicates("district_code").set_index("district_code")["district"]
    wide = wide.reindex(index=names.index, columns=[info.name for info in infos])
    wide.insert(0, "district", names)
    return wide.reset_index().rename_axis(columns=None)


def _write_excel(
    path: Path, made: date, sheets: dict[str, pd.DataFrame], titles: dict[str, str] | None = None
) -> None:
    """Sheets with a frozen head; texts as texts, so that none acts as a formula."""
    with write_beside(path) as beside:
        book = xlsxwriter.Workbook(str(beside), {"in_memory": True})
        book.set_properties(
            {"created": datetime(made.year, made.month, made.day, tzinfo=UTC).replace(tzinfo=None)}
        )
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for name, frame in sheets.items():
            sheet, frame = book.add_worksheet(name), write_days(frame)
            sheet.freeze_panes(1, 2 if "district" in frame else 1)
            for column, key in enumerate(map(str, frame.columns)):
                sheet.write_string(0, column, (titles or {}).get(key, key), head)
                sheet.set_column(column, column, _DICTIONARY.get(key, 90 if not key else 14))
                for row, value in enumerate(frame.iloc[:, column], start=1):
                    if pd.isna(value):
                        continue
                    if isinstance(value, str | date):
                        sheet.write_string(row, column, str(value), wrapped if key in _DICTIONARY else None)
                    elif isinstance(value, bool):
                        sheet.write_boolean(row, column, value)
                    else:
                        sheet.write_number(row, column, float(value))
        book.close()
