"""Who corrected which cells of the rows behind a number, when and why."""

from collections import defaultdict

import pandas as pd

from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import Reason
from taizhang.ingest.corrections import read_lines
from taizhang.ingest.plan import CORRECTIONS
from taizhang.ingest.state import APPLIED
from taizhang.settings.workbook import Config

CORRECTED = "corrected"
_SOURCE = ["source_file", "source_sheet", "source_row"]


def tell_corrections(rows: pd.DataFrame, config: Config) -> pd.DataFrame:
    """Return ledger rows with a column `corrected`, if a cell of any was corrected.

    It says of each such cell the column, what it said and says, who corrected it, when and why. What personal columns
    say stays hidden.
    """
    if not set(_SOURCE) <= set(rows.columns):
        return rows
    told = _read_told(config, str(rows.attrs.get("kind", "")))
    places = zip(rows["source_file"], rows["source_sheet"].fillna(""), rows["source_row"], strict=True)
    texts = ["; ".join(told.get((str(file), str(sheet), int(row)), ())) for file, sheet, row in places]
    if not any(texts):
        return rows
    found = rows.assign(**{CORRECTED: pd.array(texts, dtype="str")})
    found.attrs = rows.attrs
    return found


def _read_told(config: Config, kind: str) -> dict[tuple[str, str, int], list[str]]:
    """What was corrected, in words, by file, sheet and row."""
    path = config.processed / APPLIED
    if not path.exists():
        return {}
    log = pd.read_csv(path, dtype="str", encoding="utf-8-sig", keep_default_na=False)
    log = log[log["kind"] == kind] if kind else log
    lines = dict(read_lines(config.root / CORRECTIONS)) if len(log) else {}
    told: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for one in log.to_dict("records"):
        line = lines.get(int(one["line"]), {})
        about = [mask_numbers(line.get(name, "")) for name in ("by", "when")]
        words = Reason(
            "workbook.corrected",
            column=one["column"],
            old=one["old"] or Reason("workbook.nothing"),
            new=one["new"] or Reason("workbook.nothing"),
            who=", ".join(text for text in (*about, one["why"]) if text),
        )
        told[one["file"], one["sheet"], int(one["row"])].append(words.word(config.lang))
    return told
