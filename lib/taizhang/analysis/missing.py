"""Why there is nothing to show: which ledger or column is missing, or what else."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from inspect import signature
from typing import Concatenate, ParamSpec, TypeVar

from taizhang.analysis.comparison import list_values
from taizhang.analysis.exhibits import is_shown
from taizhang.analysis.naming import name_period, name_place
from taizhang.analysis.rows import is_sensitive
from taizhang.analysis.view import View
from taizhang.core.display import Nothing, is_in_kernel
from taizhang.metadata.facts import ALL
from taizhang.metadata.missing import Needed, load_needed, say_reason

Asked = ParamSpec("Asked")
Shown = TypeVar("Shown")


def tell_missing(
    function: Callable[Concatenate[View, Asked], Shown],
) -> Callable[Concatenate[View, Asked], Shown | Nothing]:
    """Make a figure, table or text function say why there is nothing to show; in a report, it returns None."""

    @wraps(function)
    def show(view: View, /, *args: Asked.args, **named: Asked.kwargs) -> Shown | Nothing:
        shown = function(view, *args, **named)
        if shown is not None or is_in_kernel():
            return shown
        given = signature(function).bind(view, *args, **named)  # in the order of its parameters
        texts = [one for one in (*given.args, *given.kwargs.values()) if isinstance(one, str)]
        id = getattr(function, "exhibit", "")
        return Nothing(explain_missing(view, function.__name__, texts, id))

    return show


def explain_missing(view: View, name: str, args: Sequence[str] = (), id: str = "") -> str:
    """Say why a function of missing.yml shows nothing for a view; `args`: texts among its arguments, `id`: its
    exhibit."""
    needed = load_needed()[name]
    ids = [one.format(*args, all="-".join(args)).replace("_", "-") for one in needed.exhibits] or [id]
    why = next(_list_reasons(view, needed, args, ids))
    return say_reason("nothing", view.lang, why=why)


def _list_reasons(view: View, needed: Needed, args: Sequence[str], ids: Iterable[str]) -> Iterator[str]:
    """List the reasons that apply, the one that explains most first; the last always applies."""
    lang, length = view.lang, {"period": view.period.label(view.lang)}
    if not is_shown(view, *ids):
        how = "not_shown" if view.report else "not_of_length"
        yield say_reason(how, lang, report=view.report, **length)
    for need in needed.needs:
        if need in ("area", "district"):
            if (view.district == ALL) != (need == "area"):
                yield say_reason(need, lang)
        elif need == "grid":
            yield from _miss_grid(view)
        elif need == "fact":
            yield from _miss_fact(view, args[0])
        elif need == "kinds":
            kinds = dict.fromkeys(name.partition(".")[0] for name in args)  # single facts among them
            if not any(kind in view.ledgers for kind in kinds):
                yield from (reason for kind in kinds for reason in _miss_ledger(view, kind))
        elif need == "column":
            yield from _miss_ledger(view, args[0], args[1])
        else:
            kind, _, column = (args[0] if need == "kind" else need).partition(".")
            yield from _miss_ledger(view, kind, column)
    yield say_reason(needed.words or "too_little", lang)


def _miss_grid(view: View) -> Iterator[str]:
    if view.grid is None:
        yield say_reason("lost_grid" if "grid" in view.unread else "grid", view.lang)
    elif view.district != ALL and not (view.grid["district_code"] == view.district).any():
        yield say_reason("no_cells", view.lang, place=name_place(view))


def _miss_fact(view: View, fact: str) -> Iterator[str]:
    info = view.describe(fact)
    if info.kind in view.kinds:
        yield from _miss_ledger(view, info.kind, rows=False)
    if list_values(view, fact)["value"].isna().all():
        yield say_reason("no_fact", view.lang, fact=info.title[view.lang], name=fact)


def _miss_ledger(view: View, kind: str, column: str = "", *, rows: bool = True) -> Iterator[str]:
    """What of a ledger is missing: all of it, rows in the period where these are needed, or what is in a column."""
    if kind not in view.kinds:
        return
    about, lang = view.kinds[kind], view.lang
    said = {"kind": about.title[lang], "name": kind, "place": name_place(view), "period": name_period(view)}
    if kind in view.unread:
        yield say_reason("unread", lang, **said)
    elif is_sensitive(view, kind) and rows:
        yield say_reason("withheld", lang, **said)
    elif kind not in view.ledgers and not is_sensitive(view, kind):
        yield say_reason("no_ledger", lang, **said)
    elif rows and not len(view.counted(kind)):
        yield say_reason("no_rows", lang, **said)
    elif rows and column and view.counted(kind).frame()[column].isna().all():
        n = len(view.counted(kind))
        yield say_reason(
            "no_column", lang, **said | {"column": about.fields[column].label(lang), "name": column, "n": n}
        )
