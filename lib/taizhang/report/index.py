"""The index page of a review: a clickable map, all districts with their key figures, and the data."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pypinyin import lazy_pinyin

from taizhang.analysis.comparison import group_values, select_values
from taizhang.analysis.gravity import order_by_gravity
from taizhang.boundaries.codes import find_levels
from taizhang.boundaries.english import list_names
from taizhang.core.files import write_text
from taizhang.core.outlines import count_decimals, draw_outlines
from taizhang.core.periods import Period, parse_period
from taizhang.core.version import __version__
from taizhang.metadata.facts import ALL, FactInfo, prefer_key
from taizhang.metadata.formats import (
    format_date,
    format_fact,
    format_number,
    join_list,
    name_unit,
    write_about,
)
from taizhang.metadata.words import Tongue, label, name_places
from taizhang.report.data import write_citation
from taizhang.report.formats import BRIEF, DATA_FILES, FINDINGS, FORMATS
from taizhang.report.pages import TAGS, assemble_page, page_words, render_body
from taizhang.report.plan import tell_unread
from taizhang.settings.workbook import SCOPES, OwnReport

if TYPE_CHECKING:
    from taizhang.report.snapshot import Snapshot

# Columns of the table that are seen at first, those that a reader asks for first; a chooser has the others.
_FIRST_COLUMNS = (
    "incidents.deaths",
    "incidents.count",
    "hazards.major_open_stock",
    "hazards.overdue_stock",
    "hazards.rectification_rate",
    "inspections.visits",
    "drills.held",
    "complaints.resolution_rate",
)
_SCRIPT_WORDS = (
    "index.found",
    "index.found_one",
    "index.none_found",
    "index.no_value",
    "index.compare_one",
    "index.compared",
    "index.figure",
    "index.now",
    "index.before",
    "index.dots",
    "index.close",
    "index.value",
)

_MOST_POINTS, _MOST_NAMES, _MOST_CLASSES = 6, 3, 5
_MOST_LISTED = 16  # districts whose problems stand open, where there are many more

# A district's facts by name: value, low, high, suppressed.
_Rows = Mapping[str, Mapping[Any, Any]]


def write_index(
    snapshot: "Snapshot",
    manifest: Mapping[str, Any],
    lang: str,
    *,
    folder: Path,
    findings: Sequence[Mapping[str, Any]] = (),
) -> Path:
    """Write the page that leads to all reports of a period, ``index.<lang>.html``.

    Parameters
    ----------
    snapshot : Snapshot
    manifest : Mapping
        As in manifest.json; it says which reports failed.
    lang : str
        zh or en.
    folder : Path
        The review's folder; only reports that are in it are linked.
    findings : Sequence of Mapping
        The rows of findings.json, in this language.

    Returns
    -------
    Path
        Of the page: one file, which opens from disk and loads nothing.
    """
    facts, before, config, period = snapshot.facts, snapshot.before, snapshot.config, snapshot.period
    reported = set(snapshot.reported[["district_code", "fact"]].itertuples(index=False, name=None))
    unverified = {fact for _, fact in reported}
    lang = Tongue(lang, *find_levels(list(snapshot.districts["code"].astype("str"))))
    words = {key: name_places(text, lang) for key, text in page_words(lang).items()}
    infos = _choose_facts(facts, snapshot.fact_infos)
    by_district = _group_facts(facts, infos)
    years_ago = _group_facts(before, infos)
    reports: Mapping[str, Mapping[str, Any]] = manifest.get("reports", {})
    read_as_of = snapshot.as_of.isoformat()
    own = [report for report in config.reports if period.kind in report.periods]
    by_scope = {scope: [report for report in own if report.scope == scope] for scope in SCOPES}
    named = list_names(snapshot.districts, lang, config.boundaries.names_en)
    entries = [
        _make_entry(code, named[code], folder, lang, reports, read_as_of, by_scope["district"], called=name)
        for code, name in list_names(snapshot.districts, "zh", {}).items()
    ]
    title = config.name_title(lang)
    area = _make_entry(ALL, title, folder, lang, reports, read_as_of, by_scope["county"])
    failed = [_name_failed(entry, lang) for entry in reports.values() if entry.get("status") == "failed"]
    languages = sorted({str(entry["lang"]) for entry in reports.values()} | {lang}, reverse=True)
    outlines = draw_outlines(snapshot.districts.assign(name=list(named.values())))
    troubles = _list_troubles(findings, [(entry.code, entry.name) for entry in entries], lang)
    severe = {trouble.code: trouble.count for trouble in troubles}
    order = list(severe)
    entries.sort(key=lambda entry: order.index(entry.code))
    without = len(outlines.shapes) - sum(bool(name.text) for name in outlines.names.get("wide", ()))
    unnamed = label("source.unlabelled", lang, n=without) if without else ""
    if without == len(outlines.shapes):
        unnamed = words["index.names_touched"]
    body = render_body(
        "index.html.j2",
        words=words,
        lang=lang,
        tags=TAGS,
        names={tongue: page_words(tongue)["page.language"] for tongue in TAGS},
        languages=languages,
        title=title,
        period=period.label(lang),
        as_of=format_date(snapshot.as_of, lang) + _tell_known(snapshot, lang),
        as_of_iso=read_as_of,
        sample=config.sample,
        unread=tell_unread(snapshot, lang),
        approval=config.boundaries.approval,
        version=__version__,
        area=area,
        comparison=label(f"report.kind.county_comparison.{period.kind}", lang),
        points=_list_points(findings),
        troubles=troubles,
        listed=_MOST_LISTED if len(troubles) > 1.5 * _MOST_LISTED else len(troubles),
        headline=_say_most(troubles, lang),
        map=outlines,
        rights=_name_rights(config.boundaries.approval, lang),
        north=label("map.north", lang),
        kilometres=label("map.km", lang, n=format_number(outlines.km, count_decimals(outlines.km))),
        map_source=label("source.boundaries", lang, day=format_date(snapshot.as_of, lang)) + unnamed,
        shades=[
            _shade_severe(severe, lang),
            *(_shade_fact(info, facts, lang) for info in infos if info.name not in unverified),
        ],
        unverified=bool(unverified),
        entries=entries,
        infos=[_describe_fact(info, lang, at=at) for at, info in enumerate(infos)],
        rows={
            code: [
                _mark(_make_cell(info, by_district.get(code), lang), (code, info.name) in reported)
                | {"before": _make_cell(info, years_ago.get(code), lang)["text"]}
                for info in infos
            ]
            for code in [*(entry.code for entry in entries), ALL]
        },
        handed=_word_handed(snapshot, named, words, lang),
        failed=failed,
        has_before=not before.empty,
        files=[*(name for name in (*FINDINGS, *DATA_FILES) if (folder / name).exists()), "manifest.json"],
        citation=write_citation(title, period, snapshot.as_of, lang, issuer=config.issuer),
        script_words=json.dumps(
            {key.split(".")[1]: words[key] for key in _SCRIPT_WORDS}
            | {"filter": words["page.filter"], "rows_shown": words["page.rows_shown"]},
            ensure_ascii=False,
        ),
    )
    page = assemble_page(
        body,
        title=f"{title} – {period.label(lang)}",
        lang=lang,
        version=__version__,
        styles=("base.css", "index.css"),
        scripts=("tables.js", "index.js"),
    )
    path = folder / f"index.{lang}.html"
    write_text(path, page)
    return path


@dataclass(frozen=True)
class Entry:
    """A district on the page: its search text, the files and state of its report, and the workbook's own reports.

    `as_of` is set if a report's as-of day differs from that of the page's numbers.
    """

    code: str
    name: str
    search: str
    files: Mapping[str, str]
    status: str
    as_of: str = ""
    own: tuple["OwnEntry", ...] = ()


@dataclass(frozen=True)
class OwnEntry:
    """A report of the workbook's own: its title, files and state."""

    title: str
    files: Mapping[str, str]
    status: str
    as_of: str = ""


def _word_handed(
    snapshot: "Snapshot", named: Mapping[str, str], words: Mapping[str, str], lang: str
) -> list[dict[str, str]]:
    """What each district handed in, the lowest score first; nothing if no row was read of any."""
    handed = sorted(snapshot.tell_handed(), key=lambda one: (isnan(one.score), one.score))
    if not any(one.read for one in handed):
        return []
    return [
        {
            "name": named.get(one.code, one.name) or words["index.handed_nowhere"],
            "read": format_number(one.read, 0),
            "set_aside": format_number(one.set_aside, 0),
            "doubtful": format_number(one.doubtful, 0),
            "score": "—" if isnan(one.score) else format_number(one.score, 1),
            "missing": ("；" if lang == "zh" else "; ").join(
                words["index.outstanding"].format(
                    ledger=lacking.kind.title[lang],
                    periods=join_list(
                        [_name_month(text, snapshot.period, lang) for text in lacking.months], lang
                    )
                    or snapshot.period.label(lang),
                )
                for lacking in one.missing
            ),
        }
        for one in handed
    ]


def _name_month(text: str, period: Period, lang: str) -> str:
    """A month of a period; without its year, where the period has one alone."""
    month = parse_period(text)
    if period.start.year != period.end.year or month.text == period.text:
        return month.label(lang)
    return month.label(lang).replace(f"{period.start.year}年", "").replace(f" {period.start.year}", "")


def _tell_known(snapshot: "Snapshot", lang: str) -> str:
    """By which day what is shown was known, if that is not all that is."""
    if snapshot.known is None:
        return ""
    told = label("report.known_on", lang, day=format_date(snapshot.known.day, lang))
    return told if lang == "zh" else f" {told}"


def _make_entry(
    code: str,
    name: str,
    folder: Path,
    lang: str,
    reports: Mapping[str, Mapping[str, Any]],
    read_as_of: str,
    own: Sequence[OwnReport],
    *,
    called: str = "",
) -> Entry:
    """`called`: a district's own name, by which it is found on a page that has another for it."""
    stem = "comparison" if code == ALL else code
    files, status, as_of = _find_report(stem, folder, lang, reports, read_as_of)
    others = [
        OwnEntry(
            report.title[lang], *_find_report(f"{code}.{report.name}", folder, lang, reports, read_as_of)
        )
        for report in own
    ]
    search = spell_name(called or name, code)
    search = search if name.lower() in search else f"{search} {name.lower()}"
    return Entry(code, name, search, files, status, as_of, tuple(others))


def _find_report(
    stem: str, folder: Path, lang: str, reports: Mapping[str, Mapping[str, Any]], read_as_of: str
) -> tuple[dict[str, str], str, str]:
    """A report's files by format, its state, and its day in words where it is not the page's."""
    names = {form: f"{stem}.{lang}.{form}" for form in FORMATS} | {BRIEF: f"{stem}.{BRIEF}.{lang}.pdf"}
    files = {form: name for form, name in names.items() if (folder / name).exists()}
    report = reports.get(f"{stem}.{lang}", {})
    status = str(report.get("status", "missing"))
    if status == "made" and set(files) <= {BRIEF}:  # someone took the files away
        status = "missing"
    day = str(report.get("as_of", read_as_of))
    other = (
        label("report.as_of", lang, day=format_date(date.fromisoformat(day), lang))
        if files and day != read_as_of
        else ""
    )
    return files, status, other


def _name_failed(entry: Mapping[str, Any], lang: str) -> str:
    """A report that failed, by its district, what it is called and its language."""
    if lang == "zh":
        return f"{entry['name']}{entry.get('title', '')}（{page_words(entry['lang'])['page.language']}）"
    return " ".join(filter(None, (entry["name"], entry.get("title", ""), f"({entry['lang']})")))


def spell_name(name: str, code: str) -> str:
    """The search text of a district: name, pinyin with and without spaces, initials, code.

    >>> spell_name("溪口镇", "350921101")
    '溪口镇 xi kou zhen xikouzhen xkz 350921101'
    """
    syllables = lazy_pinyin(name)
    spellings = [" ".join(syllables), "".join(syllables), "".join(part[0] for part in syllables if part)]
    return " ".join(dict.fromkeys([name.lower(), *(text.lower() for text in spellings), code]))


def _choose_facts(facts: pd.DataFrame, known: Mapping[str, FactInfo]) -> list[FactInfo]:
    """The key figures that there are, those asked for first in front."""
    present = set(facts["fact"])
    infos = prefer_key(info for name, info in known.items() if name in present)
    first = [info for name in _FIRST_COLUMNS for info in infos if info.name == name]
    return first + [info for info in infos if info not in first]


def _describe_fact(info: FactInfo, lang: str, *, at: int) -> dict[str, Any]:
    """A column's head; which end is the worse, by which it sorts first; whether it is seen at first."""
    return {
        "name": info.name,
        "title": info.title[lang],
        "unit": name_unit(info, lang),
        "definition": info.definition[lang],
        "worst": "ascending" if info.direction == "more_is_better" else "descending",
        "first": at < len(_FIRST_COLUMNS),
    }


def _group_facts(facts: pd.DataFrame, infos: Sequence[FactInfo]) -> dict[str, _Rows]:
    """Return what the page shows of each district's facts; plain mappings, as a province has ten thousand of them."""
    columns = ["district_code", "fact", "value", "low", "high", "suppressed"]
    shown = facts.loc[facts["fact"].isin({info.name for info in infos}), columns]
    grouped: dict[str, dict[str, Mapping[Any, Any]]] = {}
    for row in shown.to_dict("records"):
        grouped.setdefault(str(row["district_code"]), {}).setdefault(str(row["fact"]), row)
    return dict(grouped)


def _name_rights(approval: str, lang: str) -> str:
    """Say what every map must say: its approval number, or that it is for internal use."""
    return label("map.approval", lang, number=approval) if approval else label("map.internal_use", lang)


def _make_cell(info: FactInfo, rows: _Rows | None, lang: str) -> dict[str, Any]:
    """A number with its interval, as text; what it sorts by."""
    row = rows.get(info.name) if rows else None
    if row is None:
        return {"text": "—", "value": None, "interval": "", "note": "nothing"}
    if row["suppressed"]:
        text = write_about(row["value"], info, lang)
        return {"text": text, "value": None, "interval": "", "note": "suppressed"}
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    if isnan(value):
        return {"text": "—", "value": None, "interval": "", "note": "nothing"}
    interval = ""
    # What an office did itself it counted: no chance is in its visits.
    counted = info.interval == "poisson" and info.direction != "less_is_better"
    if not counted and not isnan(low) and not isnan(high):
        interval = f"{format_fact(low, info)}–{format_fact(high, info)}"
    return {
        "text": format_fact(value, info),
        "value": value,
        "interval": interval,
        "note": "",
    }


def _mark(cell: dict[str, Any], reported: bool) -> dict[str, Any]:
    """The cell of a reported number with its mark, which a note below the table explains."""
    return cell | {"text": f"{cell['text']}*"} if reported and cell["value"] is not None else cell


@dataclass(frozen=True)
class Trouble:
    """A district on the list of severe problems: the number of kinds it has, and each in words."""

    code: str
    name: str
    count: int
    told: tuple[str, ...]


def _list_troubles(
    findings: Sequence[Mapping[str, Any]], districts: Sequence[tuple[str, str]], lang: str
) -> list[Trouble]:
    """Every district with its severe problems, those with the most kinds first; of as many, as they are graver."""
    told: dict[str, dict[str, str]] = {code: {} for code, _ in districts}
    for row in findings:
        if row["severity"] == "red" and row["district_code"] in told:
            # A kind counts once, whatever its size: the first row is its gravest.
            told[row["district_code"]].setdefault(str(row["rule"]), str(row["problem"]))
    names = dict(districts)
    return [
        Trouble(code, names[code], len(told[code]), tuple(told[code].values()))
        for code in order_by_gravity(told)
    ]


def _list_points(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The whole area's gravest problems, each with what it is about, by name: reports say more of it."""
    rows = [row for row in findings if row["district_code"] == ALL and row["severity"] != "note"]
    return [
        {"title": str(row["problem"]), "text": _drop_brackets(str(row["object"]))}
        for row in rows[:_MOST_POINTS]
    ]


def _drop_brackets(text: str) -> str:
    """A text without what stands in round brackets, within others too."""
    shorter = re.sub(r"（[^（）]*）| ?\([^()]*\)", "", text)
    return shorter if shorter == text else _drop_brackets(shorter)


def _say_most(troubles: Sequence[Trouble], lang: str) -> str:
    """The map's headline: where most severe problems are."""
    most = max((one.count for one in troubles), default=0)
    names = [one.name for one in troubles if one.count == most]
    if not most:
        return label("index.none_severe", lang)
    if len(names) > _MOST_NAMES:
        return label("index.many_severe", lang, n=len(names), count=most)
    return label("index.most_severe", lang, names=join_list(names, lang), count=most, n=len(names))


def _shade_severe(severe: Mapping[str, int], lang: str) -> dict[str, Any]:
    """The map's colours by the number of kinds of severe problems; the fifth class has what is more."""
    counts = sorted({min(count, _MOST_CLASSES) for count in severe.values() if count})
    return {
        "name": "severe",
        "title": label("index.severe", lang),
        "classes": {code: min(count, _MOST_CLASSES) - 1 for code, count in severe.items() if count},
        "blank": [code for code, count in severe.items() if not count],
        "legend": [
            [
                count - 1,
                f"{count}+" if count == _MOST_CLASSES and max(severe.values()) > count else str(count),
            ]
            for count in counts
        ],
        "values": {code: str(count) for code, count in severe.items()},
        "method": "",
    }


def _shade_fact(info: FactInfo, facts: pd.DataFrame, lang: str) -> dict[str, Any]:
    """Classes of a fact for the map, those of the comparison's maps, and the words below it."""
    values = select_values(facts, info.name)["value"].dropna()
    unit = name_unit(info, lang)
    shade: dict[str, Any] = {
        "name": info.name,
        "title": info.title[lang] + (page_words(lang)["page.unit"].format(unit=unit) if unit else ""),
        "classes": {},
        "legend": [],
        "method": "",
    }
    if values.empty:
        return shade
    grouped = group_values(values, info.decimals)
    most = len(grouped.classes)
    # Few classes take the ramp's far ends, so that they can be told apart.
    steps = [round(number * 4 / max(most - 1, 1)) for number in range(most)]
    for step, (low, high, districts) in zip(steps, grouped.classes.itertuples(index=False), strict=True):
        if districts:
            first, last = format_fact(low, info), format_fact(high, info)
            shade["legend"].append([step, first if first == last else f"{first}–{last}"])
    shade["classes"] = {code: steps[number] for code, number in grouped.numbers.items()}
    method = label(f"classes.{grouped.method}", lang)
    shade["method"] = label("source.classes", lang, method=method, number=most).strip()
    return shade
