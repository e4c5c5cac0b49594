"""Taizhang 台账: from safety ledgers to the annual review of every township.

>>> import taizhang as tz
>>> book = tz.open()
>>> book.facts("2021")
"""

from typing import TYPE_CHECKING, Any

from taizhang.core.version import __version__

if TYPE_CHECKING:
    from taizhang.workbook.book import Workbook

__all__ = ["__version__", "controls", "open", "show"]


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
