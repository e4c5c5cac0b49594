"""The line under a figure: what it was made from, how many rows, read as of when."""

from taizhang.metadata.formats import format_date, format_number
from taizhang.metadata.kinds import load_kinds
from taizhang.metadata.words import label
from taizhang.view import View


def describe_source(view: View, kind: str, rows: int | None = None, *, extra: str = "") -> str:
    """Source, number of rows, and the day the ledger was read as of.

    Parameters
    ----------
    view : View
    kind : str
        Ledger kind.
    rows : int, optional
        Rows behind the figure.
    extra : str
        Further words, such as how an interval was made.

    Returns
    -------
    str
    """
    lang = view.lang
    words = label("source.ledger", lang, ledger=load_kinds()[kind].title[lang])
    if rows is not None:
        words += label("source.rows", lang, n=format_number(rows), rows=rows)
    words += label("source.as_of", lang, day=format_date(view.as_of, lang))
    return (
        label("source.extra", lang, words=words, extra=extra)
        if extra
        else label("source.end", lang, words=words)
    )
