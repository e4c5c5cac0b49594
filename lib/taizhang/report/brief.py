"""A report's first page as plain data for print, with its head and foot."""

import re
from collections.abc import Iterable, Sequence
from math import ceil

from taizhang.core.briefs import Brief, Problem
from taizhang.core.display import Run
from taizhang.core.fonts import measure_character
from taizhang.metadata.formats import format_date
from taizhang.metadata.words import label
from taizhang.report.meta import ReportMeta
from taizhang.report.pages import page_words
from taizhang.report.strip import draw_key, draw_row
from taizhang.report.titles import write_as_of, write_titles
from taizhang.report.typesetting import Json

KEYS = ("own", "before", "other", "area")
# Where a measure's second clause begins: after a comma an English one mostly goes on.
_CLAUSE = {"zh": re.compile("；|，(?=.{6})"), "en": re.compile(";")}


def join_runs(runs: Sequence[Run]) -> str:
    return "".join(run.text for run in runs)


def describe_head(meta: ReportMeta) -> Json:
    """Say what the head band and the foot say; what is not given is empty, for filling in by hand."""
    lang = meta.lang

    def word(key: str, **values: object) -> str:
        return label(f"brief.head.{key}", lang, **values)

    name, subtitle = write_titles(meta)
    period = meta.period.label(lang)
    first, last = (format_date(day, lang) for day in (meta.period.start, meta.period.end))
    signed = " ".join(filter(None, (meta.approver, meta.approved_on)))
    as_of = write_as_of(meta)
    standing = label("report.approval", lang, number=meta.approval) if meta.approval else ""
    standing = standing or page_words(lang)["page.internal"]
    return {
        "title": meta.title,
        "name": name,
        "subtitle": subtitle,
        "period": period if meta.period.kind != "days" else f"{first}–{last}",
        "one_page": word("one_page"),
        "cells": [
            (word("period"), period[:1].upper() + period[1:]),
            (word("as_of"), as_of),
            (word("status"), ""),
            (word("signed"), signed),
            (word("issuer"), meta.issuer),
            (word("contact"), meta.contact),
        ],
        "about": [
            (word("as_of"), as_of),
            (word("status"), word("draft") if meta.draft else word("approved") if meta.approver else ""),
            (word("signed"), signed),
            (page_words(lang)["page.use"], standing),
            (word("issuer"), meta.issuer),
            (word("contact"), meta.contact),
        ],
        "joint": " · " if lang == "zh" else ", ",
        "colon": "：" if lang == "zh" else ": ",
        "comma": "，" if lang == "zh" else ", ",
        "blank": word("blank"),
        "long_value": 5 if lang == "zh" else 10,
        "boxes": [(word("draft"), meta.draft), (word("approved"), bool(meta.approver))],
        "made": word("made", day=meta.made_on) if meta.made_on else "",
        "standing": standing,
        "sample": label("report.sample_mark", lang) if meta.sample else "",
        "details": word("details", page=2),
        "notices": list(meta.unread),
    }


def find_owner(problem: Problem, meta: ReportMeta) -> tuple[str, str]:
    """Who deals with a problem and by when, according to the report's note."""
    return next(((owner, due) for rule, owner, due in meta.measures if rule == problem.rule), ("", ""))


def set_brief(brief: Brief, meta: ReportMeta) -> Json:
    """The page in the form its template reads: texts, and a picture for each row of the strip."""
    return {
        "head": describe_head(meta),
        "verdict": [join_runs(clause) for clause in brief.verdict],
        "statuses": [
            {
                "label": one.label,
                "value": join_runs(one.value),
                "note": join_runs(one.note),
                "level": one.level,
                "mark": one.mark,
            }
            for one in brief.statuses
        ],
        "problems_title": brief.problems_title,
        "problems_note": brief.problems_note,
        "problem_heads": list(brief.problem_heads),
        "problems": [_set_problem(one, meta) for one in brief.problems],
        "cut_note": brief.cut_note,
        "beside": join_runs(brief.beside),
        "none": join_runs(brief.none),
        "others": join_runs(brief.others),
        "well_title": brief.well_title,
        "well": [{"title": one.title, "text": join_runs(one.text)} for one in brief.well],
        "strip_title": join_runs(brief.strip_title),
        "strip_note": brief.strip_note,
        "strip_heads": list(brief.strip_heads),
        "strip": [
            {
                "group": one.group,
                "label": one.label,
                "values": [run.text for run in one.values],
                "alt": one.alt,
                "svg": draw_row(one),
            }
            for one in brief.strip
        ],
        "keys": [
            {"text": text, "svg": draw_key(mark)} for mark, text in zip(KEYS, brief.keys, strict=True) if text
        ],
        "foot": brief.foot,
    }


# Of a telephone's page, 328 of 360 px: px that its head and states take, px of a line and em in it, by what is in it.
_PHONE_SCREEN, _PHONE_HEAD = 800, 400
_PHONE_LINES = {"verdict": (26, 18.5), "title": (21, 17.0), "text": (19, 24.0), "basis": (17, 26.5)}
_PHONE_STRIP, _PHONE_ROW = (
    310,
    43,
)  # px of the strip's heads, its key and what the head band had no room for; of a row
_WORDS = 1.12  # words break where they end, so that their lines are not full


def is_long(brief: Brief) -> bool:
    """Return whether its problems in full would run past a phone's second screen, or the page past its third."""
    texts = [("verdict", "".join(join_runs(clause) for clause in brief.verdict))]
    texts.append(("text", join_runs(brief.beside)))
    for one in brief.problems:
        said = [f"{each.name}{each.what}{join_runs(each.amount)}" for each in one.subjects]
        more = [one.more] if one.total > len(said) else []
        texts += [("title", join_runs(one.title)), *(("text", text) for text in (*said, *more))]
        _, _, basis, measure, *_ = brief.problem_heads  # they stand before their texts there
        texts.append(("text", f"{measure} {join_runs(one.measure)}"))
        texts += [("basis", f"{basis} {one.basis}")] if one.basis else []
    high = _PHONE_HEAD + 12 * len(brief.problems) + _measure_lines(texts)
    rest = [
        ("basis", join_runs(brief.others)),
        *(("text", f"{one.title} {join_runs(one.text)}") for one in brief.well),
    ]
    rest += (
        [("title", f"{join_runs(brief.strip_title)} {brief.strip_note}"), ("basis", brief.foot)]
        if brief.strip
        else []
    )
    whole = high + _measure_lines(rest) + (_PHONE_STRIP + _PHONE_ROW * len(brief.strip) if brief.strip else 0)
    return high > 2 * _PHONE_SCREEN or whole > 3 * _PHONE_SCREEN


def _measure_lines(texts: Iterable[tuple[str, str]]) -> float:
    """About how many px texts take on a telephone, by what they are."""
    high = 0.0
    for kind, text in texts:
        px, em = _PHONE_LINES[kind]
        wide = sum(measure_character(one) * (1 if one >= "\u2e80" else _WORDS) for one in text)
        high += px * ceil(wide / em)
    return high


def shorten_measure(measure: str, lang: str) -> str:
    """A measure's first clause."""
    clause = _CLAUSE[lang].search(measure)
    return measure[: clause.start()] + label("brief.verdict.stop", lang) if clause else measure


def _set_problem(problem: Problem, meta: ReportMeta) -> Json:
    owner, due = find_owner(problem, meta)
    measure = join_runs(problem.measure)
    return {
        "title": join_runs(problem.title),
        "level": problem.level,
        "mark": problem.mark,
        "subjects": [
            {"name": one.name, "what": one.what, "amount": join_runs(one.amount)} for one in problem.subjects
        ],
        "more": problem.more,
        "total": problem.total,
        "listed": problem.is_listed,
        "basis": problem.basis,
        "measure": measure,
        "measure_short": shorten_measure(measure, meta.lang),
        "owner": owner,
        "due": due,
    }
