"""The account of an ingest in words: what was read from each ledger."""

from collections.abc import Mapping

from taizhang.core.reasons import Reason
from taizhang.ingest import IngestResult, KindSummary

_MOST_NOTES = 5


def describe_result(result: IngestResult, lang: str = "") -> list[str]:
    """Say what an ingest read, one line each, in a language; default: that of messages."""
    lines = [line for summary in result.summaries for line in _describe_summary(summary)]
    lines += [line for summary in result.sums for line in _describe_summary(summary, "sums")]
    if linking := result.linking:
        rows = sum(linking.rows.values())
        lines.append(Reason("ingest.account.linked", rows=rows, premises=linking.premises))
        if linking.doubtful:
            lines.append(Reason("ingest.account.doubtful", number=linking.doubtful))
    lines += [Reason("ingest.account.boundaries", reason=note) for note in result.notes]
    if any(one.set_aside or one.cells_set_aside for one in (*result.summaries, *result.sums)):
        lines.append(Reason("ingest.account.aside"))
    return [line.word(lang) for line in lines]


def _describe_summary(summary: KindSummary, how: str = "read") -> list[Reason]:
    lines = [
        Reason(
            f"ingest.account.{how}",
            kind=summary.kind,
            title=summary.title.get("zh", ""),
            read=summary.read,
            accepted=summary.accepted,
            aside=summary.set_aside,
            files=summary.files,
        )
    ]
    if summary.other_rows:
        lines.append(Reason("ingest.account.apart", rows=count_rows(summary.other_rows, "apart")))
    numbers = {
        "cells": summary.cells_set_aside, "duplicates": summary.duplicates, "corrected": summary.corrected,
    }  # fmt: skip
    lines += [Reason(f"ingest.account.{name}", number=number) for name, number in numbers.items() if number]
    lines += [
        Reason("ingest.account.line", reason=said) for said in (*summary.rules, *summary.notes[:_MOST_NOTES])
    ]
    if (more := len(summary.notes) - _MOST_NOTES) > 0:
        lines.append(Reason("ingest.account.more", number=more))
    return lines


def count_rows(counts: Mapping[str, int], how: str) -> list[Reason]:
    """Rows by kind, written as `how` says: 'apart' (header 3) or 'counted' (3 header)."""
    return [
        Reason(f"ingest.rows.{how}", name=Reason(f"ingest.rows.{name}"), rows=rows)
        for name, rows in counts.items()
        if rows
    ]
