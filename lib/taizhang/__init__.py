"""Taizhang 台账: from safety ledgers to the annual review of every township.

Everything a notebook needs is here; names outside ``__all__`` may change without notice.

>>> import taizhang as tz
>>> book = tz.open()
>>> book.facts("2021")
>>> tz.figures.plot_hazards_trend(book.view("城关镇", "2021"))

`open` returns a `Workbook`, with its tables, and a `View` of one district or the whole area. `figures` draws a view as
a `Figure` or sets it as a `Table`; `narrative` writes sentences; `draw` is the double-random draw; `facts` has the
predicates of rows, such as ``facts.hazards.is_open``. `controls`, `decide_pairs` and `show` are for cells of
a notebook. A `TaizhangError` says what is wrong and how to fix it.
"""

import os
import sys


def _leave_folder() -> None:
    """Keep Python from looking for modules in the current folder.

    ``python -m`` and an empty part of PYTHONPATH put it on the path. A workbook's csv.py must not be taken for
    Python's, here or in processes that this one starts.
    """
    home = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120
    folder = os.path.realpath(os.curdir)

    def is_elsewhere(place: str) -> bool:
        return os.path.realpath(place or os.curdir) not in {folder} - {home}

    sys.path[:] = filter(is_elsewhere, sys.path)
    if given := os.environ.get("PYTHONPATH"):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(is_elsewhere, given.split(os.pathsep)))
    os.environ["PYTHONSAFEPATH"] = "1"


# When this is a command, before anything else is imported.
if os.path.basename(sys.argv[0] if sys.argv else "") in ("-m", "taizhang", "taizhang.exe"):  # noqa: PTH119
    _leave_folder()

from typing import TYPE_CHECKING, Any  # noqa: E402

from taizhang.core.version import __version__  # noqa: E402

if TYPE_CHECKING:
    from taizhang import draw, facts, figures, narrative
    from taizhang.analysis.view import View
    from taizhang.core.display import Figure, Table
    from taizhang.core.errors import TaizhangError
    from taizhang.workbook.book import Workbook
    from taizhang.workbook.panel import Panel

__all__ = [
    "Figure",
    "Panel",
    "Table",
    "TaizhangError",
    "View",
    "Workbook",
    "__version__",
    "controls",
    "decide_pairs",
    "draw",
    "facts",
    "figures",
    "narrative",
    "open",
    "show",
]


def __getattr__(name: str) -> Any:
    """Load public names that are slow to import on first use, so that `import taizhang` is fast."""
    found: Any
    match name:  # not `from taizhang import figures`, which would ask again
        case "draw":
            import taizhang.draw as found
        case "facts":
            import taizhang.facts as found
        case "figures":
            import taizhang.figures as found
        case "narrative":
            import taizhang.narrative as found
        case "Figure":
            from taizhang.core.display import Figure as found
        case "Panel":
            from taizhang.workbook.panel import Panel as found
        case "Table":
            from taizhang.core.display import Table as found
        case "TaizhangError":
            from taizhang.core.errors import TaizhangError as found
        case "View":
            from taizhang.analysis.view import View as found
        case "Workbook":
            from taizhang.workbook.book import Workbook as found
        case _:
            raise AttributeError(f"module 'taizhang' has no attribute '{name}'")
    return found


def __dir__() -> list[str]:
    return __all__


def open(workbook: str = "", *, as_of: str = "", known_on: str = "") -> "Workbook":
    """Open a workbook; from then on, messages are in its language, and your own charts can show Chinese.

    Parameters
    ----------
    workbook : str, optional
        The workbook's folder; if empty, the nearest one upwards from the working directory.
    as_of : str, optional
        Look at the ledgers as of this day, such as ``2022-01-31``, instead of the workbook's as_of: of its rows, those
        dated by then.
    known_on : str, optional
        Read what had been ingested by the end of this day, with the settings of then, from data/store.

    Returns
    -------
    taizhang.workbook.book.Workbook

    Raises
    ------
    ParameterError
        If there is no workbook.toml, it has mistakes, a day is invalid, or nothing was stored by then.
    """
    from taizhang.core.periods import parse_day
    from taizhang.core.reasons import choose_language, read_language
    from taizhang.figures.canvas import set_own_fonts
    from taizhang.workbook.book import Workbook

    choose_language(read_language(workbook))
    set_own_fonts()
    days = {"as_of": as_of, "known_on": known_on}
    return Workbook.find(workbook, **{name: parse_day(day) if day else None for name, day in days.items()})


def controls(workbook: str = "") -> Any:
    """Return two controls that write the chosen district and period into the parameters cell below them.

    Parameters
    ----------
    workbook : str, optional
        As for `open`.

    Returns
    -------
    ipywidgets.Widget or None
        None in a batch run, where nobody can choose.
    """
    from taizhang.core.display import is_interactive
    from taizhang.lab.controls import make_controls

    return make_controls(open(workbook)) if is_interactive() else None


def decide_pairs(book: "Workbook", district: str = "all", lang: str = "") -> Any:
    """Return a control that shows pairs of premises in doubt, side by side, and writes the answers.

    Answers go into ``data/raw/pairs.csv`` of the workbook, with who decided, why and when.

    Parameters
    ----------
    book : Workbook
        As `open` gives it.
    district : str, optional
        Pairs of one district, by code or name; ``all`` for those of the whole area.
    lang : str, optional
        ``zh`` or ``en``; if empty, the workbook's language.

    Returns
    -------
    ipywidgets.Widget or None
        None in a batch run, where nobody can answer.
    """
    from taizhang.lab.pairs import make_decider

    return make_decider(book, district, lang)


def show(*things: Any) -> None:
    """Show several things in one cell, one below the other, such as text and its figure.

    Parameters
    ----------
    *things : object
        Anything that can be the last line of a cell; None is skipped.
    """
    from IPython.display import display

    for thing in things:
        if thing is not None:
            display(thing)  # type: ignore[no-untyped-call]
