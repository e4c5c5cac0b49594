"""What a view's report shows, and the words of its figures and tables with place, period and day filled in."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from taizhang.analysis.naming import name_period, name_place
from taizhang.analysis.view import View
from taizhang.core.display import Figure, Prose, Table
from taizhang.metadata.exhibits import Exhibit, load_exhibits
from taizhang.metadata.formats import format_date

Asked = ParamSpec("Asked")
Shown = TypeVar("Shown")
ShowFunction = Callable[Concatenate[View, Asked], Shown | None]


def is_shown(view: View, *ids: str) -> bool:
    """Whether the view's report has an exhibit in a period as long as this: the first id that is known decides."""
    found = _find_exhibit(ids)
    return found is None or found.is_shown(view.period.scale, view.report)


def place_shown(view: View, shown: Shown, *ids: str) -> Shown:
    """A figure, table or words, marked where the view's report has them in its annex: the first id known decides."""
    found = _find_exhibit(ids)
    if found is None or not found.is_annexed(view.period.scale, view.report):
        return shown
    return replace(shown, annex=True) if isinstance(shown, Figure | Table | Prose) else shown


def _find_exhibit(ids: Iterable[str]) -> Exhibit | None:
    known = load_exhibits()
    return next((known[id] for id in ids if id in known), None)


def is_brief(view: View, id: str) -> bool:
    """Whether an exhibit has its short form in the view's report, its period being as long as this."""
    return load_exhibits()[id].is_brief(view.period.scale, view.report)


def limit_items(view: View, id: str) -> int | None:
    """How many items of an exhibit are shown at most: all (None), but in its short form."""
    return load_exhibits()[id].most or None if is_brief(view, id) else None


def exhibit(id: str) -> Callable[[ShowFunction[Asked, Shown]], ShowFunction[Asked, Shown]]:
    """Make a function an exhibit of exhibits.yml: None where the view's report does not show it.

    What the report has in its annex is marked.
    """
    if id not in load_exhibits():
        raise KeyError(f"'{id}' is not in exhibits.yml")

    def decorate(function: ShowFunction[Asked, Shown]) -> ShowFunction[Asked, Shown]:
        @wraps(function)
        def show(view: View, /, *args: Asked.args, **named: Asked.kwargs) -> Shown | None:
            return place_shown(view, function(view, *args, **named), id) if is_shown(view, id) else None

        return show

    return decorate


def say_exhibit(view: View, id: str, part: str, /, **values: object) -> str:
    """A part of an exhibit's words in the report's language; `name`, `period` and `day` are the view's if left out."""
    usual = {"name": name_place(view), "period": name_period(view), "day": format_date(view.as_of, view.lang)}
    return load_exhibits()[id].say(part, view.lang, usual | values)
