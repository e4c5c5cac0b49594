"""A control that shows doubtful pairs of premises side by side and writes the answers into data/raw/pairs.csv."""

from typing import TYPE_CHECKING, Any

from taizhang.core.clock import read_day
from taizhang.core.display import is_interactive
from taizhang.core.locks import hold_lock
from taizhang.metadata.words import label
from taizhang.returns.doubts import FOLDER
from taizhang.returns.lists import PAIR_NAMES, open_list
from taizhang.workbook.pairs import DECIDED, set_side_by_side

if TYPE_CHECKING:
    import pandas as pd

    from taizhang.workbook.book import Workbook


def make_decider(book: "Workbook", district: str, lang: str = "") -> Any:
    """Make the control for one district or for ``all``, in zh or en (empty: the workbook's); None in a batch run."""
    return Decider(book, district, lang or book.config.lang).box if is_interactive() else None


def write_decision(book: "Workbook", a: str, b: str, *, same: bool, by: str, why: str = "") -> None:
    """Add a line to data/raw/pairs.csv, which is written whole or not at all; other lines are unchanged."""
    line = {
        "a": a,
        "b": b,
        "same": "yes" if same else "no",
        "by": by,
        "why": why,
        "when": read_day().isoformat(),
    }
    with hold_lock(
        book.config.cache / "locks" / FOLDER
    ):  # others decide, or collect answers, at the same time
        open_list(book.root / DECIDED, PAIR_NAMES).add([line], ("a", "b"))


class Decider:
    """One pair at a time, side by side, with a button for each answer."""

    def __init__(self, book: "Workbook", district: str, lang: str) -> None:
        import ipywidgets

        self._book, self._lang = book, lang
        self.pairs: pd.DataFrame = book.doubtful_pairs(district)
        self._at = 0
        self.shown = ipywidgets.HTML()
        self.said = ipywidgets.Label()
        self.by, self.why = (
            ipywidgets.Text(description=label(f"pairs.{name}", lang)) for name in ("by", "why")
        )
        self.same, self.apart, self.skip = (
            ipywidgets.Button(description=label(f"pairs.{name}", lang)) for name in ("same", "apart", "skip")
        )
        self.same.on_click(lambda _: self._answer(same=True))
        self.apart.on_click(lambda _: self._answer(same=False))
        self.skip.on_click(lambda _: self._go_on(""))
        buttons = ipywidgets.HBox([self.same, self.apart, self.skip])
        self.box = ipywidgets.VBox([self.shown, ipywidgets.HBox([self.by, self.why]), buttons, self.said])
        self._show("")

    def _answer(self, *, same: bool) -> None:
        by = self.by.value.strip()
        if not by:
            self.said.value = label("pairs.no_name", self._lang)
            return
        pair = self.pairs.iloc[self._at]
        write_decision(self._book, pair["a"], pair["b"], same=same, by=by, why=self.why.value.strip())
        self.why.value = ""
        self._go_on(label("pairs.written", self._lang))

    def _go_on(self, said: str) -> None:
        self._at += 1
        self._show(said)

    def _show(self, said: str) -> None:
        left = len(self.pairs) - self._at
        for button in (self.same, self.apart, self.skip):
            button.disabled = left < 1
        if left < 1:
            self.shown.value, self.said.value = label("pairs.none", self._lang), said
            return
        self.shown.value = set_side_by_side(self.pairs.iloc[self._at], self._lang).to_html(
            escape=True, border=0
        )
        self.said.value = f"{said} {label('pairs.left', self._lang, n=left)}".strip()
