"""What a view's report shows, and the wording of its figures and tables with place, period and day filled in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from taizhang.analysis.naming import name_period, name_place
from taizhang.analysis.view import View
from taizhang.core.display import Block, Figure, KeyFigures, Prose, Run, Table, is_in_kernel
from taizhang.metadata.exhibits import Exhibit, load_exhibits
from taizhang.metadata.formats import format_date
from taizhang.metadata.style import use_narrow
from taizhang.metadata.words import label

Asked = ParamSpec("Asked")
Shown = TypeVar("Shown")
Runs = tuple[Run, ...]
# Fewer rows or bars than this are words in a report.
_FEW = 10
# Characters of an item above which items are a list, and else a sentence.
_LONG = {"zh": 36, "en": 80}
ShowFunction = Callable[Concatenate[View, Asked], Shown | None]


def is_shown(view: View, *ids: str) -> bool:
    """Return whether the view's report shows an exhibit for a period of this length; the first known id decides."""
    found = _find_exhibit(ids)
    return found is None or found.is_shown(view.period.scale, view.report)


def tell_few(view: View, items: Sequence[Runs], *ids: str, **values: object) -> Prose | None:
    """Return words to use instead of an exhibit with very few rows or bars: an introduction and an item for each.

    None if there are more rows, if there are no words for this (`few`; the first id that has some decides) or for one
    of the items, and in a notebook outside a report.
    """
    known = load_exhibits()
    id = next((id for id in ids if id in known and "few" in known[id].words), "")
    if not id or not view.report or not 0 < len(items) < _FEW or not all(items):
        return None
    lang, lead = view.lang, say_exhibit(view, id, "few", **values)
    texts = ["".join(run.text for run in item) for item in items]
    stop = Run(label("join.stop", lang))
    if max(map(len, texts)) > _LONG[lang]:
        listed = tuple(Block((*item, stop), kind="li") for item in items)
        return Prose((*([Block((Run(lead),))] if lead else []), *listed))
    joint = Run(
        label("few.apart" if any("，" in text or "," in text for text in texts) else "few.join", lang)
    )
    runs = [run for item in items for run in (joint, *item)][1:]
    return Prose((Block((*([Run(lead)] if lead else []), *runs, stop)),))


def place_shown(view: View, shown: Shown, *ids: str) -> Shown:
    """Return a figure, table or prose, marked if the view's report puts it in the annex; the first known id
    decides."""
    found = _find_exhibit(ids)
    if found is None or not found.is_annexed(view.period.scale, view.report):
        return shown
    return replace(shown, annex=True) if isinstance(shown, Figure | Table | Prose | KeyFigures) else shown


def _find_exhibit(ids: Iterable[str]) -> Exhibit | None:
    known = load_exhibits()
    return next((known[id] for id in ids if id in known), None)


def is_brief(view: View, id: str) -> bool:
    """Return whether the view's report has the short form of an exhibit for a period of this length."""
    return load_exhibits()[id].is_brief(view.period.scale, view.report)


def limit_items(view: View, id: str) -> int | None:
    """Return the maximum number of items an exhibit shows: None (all), except in its short form."""
    return load_exhibits()[id].most or None if is_brief(view, id) else None


def exhibit(id: str) -> Callable[[ShowFunction[Asked, Shown]], ShowFunction[Asked, Shown]]:
    """Make a function an exhibit of exhibits.yml: it returns None if the view's report does not show it.

    Exhibits that belong in the annex are marked.
    """
    if id not in load_exhibits():
        raise KeyError(f"'{id}' is not in exhibits.yml")

    def decorate(function: ShowFunction[Asked, Shown]) -> ShowFunction[Asked, Shown]:
        draw = add_narrow(function)

        @wraps(function)
        def show(view: View, /, *args: Asked.args, **named: Asked.kwargs) -> Shown | None:
            return place_shown(view, draw(view, *args, **named), id) if is_shown(view, id) else None

        show.exhibit = id  # type: ignore[attr-defined]
        return show

    return decorate


def add_narrow(function: ShowFunction[Asked, Shown]) -> ShowFunction[Asked, Shown]:
    """Have a function draw its figures a second time, for a phone screen, when a report is made.

    Elsewhere, a figure is redrawn when needed, for example for a journal's narrow column.
    """

    @wraps(function)
    def show(view: View, /, *args: Asked.args, **named: Asked.kwargs) -> Shown | None:
        def draw_narrow() -> str:
            with use_narrow():
                again = function(view, *args, **named)
            assert isinstance(again, Figure)
            return again.svg

        shown = function(view, *args, **named)
        if not isinstance(shown, Figure):
            return shown
        if shown.told or not is_in_kernel():
            return replace(shown, narrower=draw_narrow)
        return replace(shown, narrow=draw_narrow())

    return show


def say_exhibit(view: View, id: str, part: str, /, **values: object) -> str:
    """Word a part of an exhibit in the report's language; `name`, `period` and `day` default to the view's."""
    usual = {"name": name_place(view), "period": name_period(view), "day": format_date(view.as_of, view.lang)}
    return load_exhibits()[id].say(part, view.lang, usual | values)
