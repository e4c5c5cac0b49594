"""Taizhang 台账: from safety ledgers to the annual review of every township.

What a notebook needs is here; what is not in ``__all__`` may change without notice.

>>> import taizhang as tz
>>> book = tz.open()
>>> book.facts("2021")
>>> tz.figures.plot_hazards_trend(book.view("城关镇", "2021"))

`open` gives a `Workbook`, with its tables, and a `View` of one district or of the whole area. `figures` draws a view as
a `Figure` or sets it as a `Table`; `narrative` says it in sentences; `draw` is the double-random draw; `facts` has the
predicates of rows, such as ``facts.hazards.is_open``. `controls` and `show` are for cells of a notebook. A
`TaizhangError` says what is wrong and what to do about it.
"""

from typing import TYPE_CHECKING, Any

from taizhang.core.version import __version__

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
    "draw",
    "facts",
    "figures",
    "narrative",
    "open",
    "show",
]


def __getattr__(name: str) -> Any:
    """What is public and loads much, when it is first asked for: `import taizhang` alone is quick."""
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


def open(workbook: str = "", *, as_of: str = "") -> "Workbook":
    """Open a workbook; from now on messages are in its language, and charts of one's own draw Chinese.

    Parameters
    ----------
    workbook : str, optional
        Its folder; empty: the nearest one upwards from the working directory.
    as_of : str, optional
        The day the ledgers are read as of, such as ``2022-01-31``, in place of the workbook's.

    Returns
    -------
    taizhang.workbook.book.Workbook

    Raises
    ------
    ParameterError
        If there is no workbook.toml, or it has mistakes, or the day is none.
    """
    from taizhang.core.periods import parse_day
    from taizhang.core.reasons import choose_language, read_language
    from taizhang.figures.canvas import set_own_fonts
    from taizhang.workbook.book import Workbook

    choose_language(read_language(workbook))
    set_own_fonts()
    return Workbook.find(workbook, as_of=parse_day(as_of) if as_of else None)


def controls(workbook: str = "") -> Any:
    """Two controls, for the cell above the parameters, which write the picked district and period into it.

    Parameters
    ----------
    workbook : str, optional
        As for `open`.

    Returns
    -------
    ipywidgets.Widget or None
        None in a batch: nobody is there to pick.
    """
    from taizhang.core.display import is_interactive
    from taizhang.lab.controls import make_controls

    return make_controls(open(workbook)) if is_interactive() else None


def show(*things: Any) -> None:
    """Show in one cell, one below the other, each of these that there is: words, and the figure they go with.

    Parameters
    ----------
    *things : object
        As the last line of a cell may hold; None is passed over.
    """
    from IPython.display import display

    for thing in things:
        if thing is not None:
            display(thing)  # type: ignore[no-untyped-call]
