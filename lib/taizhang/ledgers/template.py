"""The blank Excel forms of kinds: headers, values to choose from, and a sheet that explains them with an example."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name

from taizhang.core.files import write_bytes
from taizhang.core.reasons import Reason
from taizhang.ledgers.forms import describe_form, say_form
from taizhang.metadata.kinds import DATE_TYPES, Field, Kind, load_shared

ROWS = 2000  # rows of the form that have choices and formats
_HEADER, _FIRST = 2, 3  # 0-based rows of the header and of the first data row
# Columns of the help sheet, and how wide they are.
_HELP = {
    "ledger": 16, "column": 18, "required": 8, "what": 44, "type_head": 30, "unit": 10, "choices": 40, "example": 30,
}  # fmt: skip
_ABOUT = ("unread", "help_blank", "help_headers", "help_check")  # lines above them
_WIDTHS = {"text": 18, "category": 12, "boolean": 10}
_FORMATS = {
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
    "month": "yyyy-mm",
    "year": "0",
    "integer": "0",
}
_FORMATS["text"] = "@"  # codes keep their zeros
_DAYS = (
    date(1990, 1, 1),
    date(2099, 12, 31),
)  # outside them it is more likely a slip: 20210305, or a year alone
_MOST = 1e12
_LIST_CHARACTERS = 255  # of choices that Excel takes without cells that hold them
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


def write_template(
    kinds: Kind | Sequence[Kind],
    path: Path,
    *,
    lang: str = "zh",
    names: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """Write the blank forms (.xlsx) of kinds, one sheet each, which read back as ledgers without any setting.

    Headers, choices and help are in `lang`: zh or en. `names`: choices of text columns, by column: the districts of a
    workbook, the premises of its register. The example stands on the sheet of help, where it is never counted.
    FileExistsError if there is such a file.
    """
    kinds = [kinds] if isinstance(kinds, Kind) else list(kinds)
    made = (
        BytesIO()
    )  # of a file that can't be written xlsxwriter raises an error of its own, with the system's inside
    with xlsxwriter.Workbook(made, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        strong = book.add_format({"bold": True, "font_size": 14})
        wrapped = {"text_wrap": True, "valign": "vcenter"}
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#E8EEF4", **wrapped})
        titles = _name_sheets(kinds, lang)
        sheets = [book.add_worksheet(title) for title in titles]
        _write_help(book, dict(zip(titles, kinds, strict=True)), lang, head, strong, names or {})
        lists = _Lists(book, lang, names or {})
        for kind, sheet in zip(kinds, sheets, strict=True):
            sheet.write_string(0, 0, kind.title[lang], strong)
            sheet.write_string(1, 0, describe_form(kind.name, kind.row[lang], lang))
            for column, item in enumerate(_list_fields(kind)):
                sheet.write_string(_HEADER, column, header := make_header(item, lang), head)
                width = max(_WIDTHS.get(item.type, 13), 2 * len(header))
                sheet.set_column(column, column, width, _cell_format(book, item))
                if rule := _make_rule(item, lang, lists):
                    sheet.data_validation(_FIRST, column, _FIRST + ROWS - 1, column, rule)
            sheet.freeze_panes(_FIRST, 0)
        lists.write()
    write_bytes(path, made.getvalue(), new=True)
    return path


def _list_fields(kind: Kind) -> list[Field]:
    """The columns of a form: those that are read from other columns' text have none."""
    return [item for item in kind.fields.values() if not item.splits]


def _name_sheets(kinds: Sequence[Kind], lang: str) -> list[str]:
    """A name for each sheet: the kind's title as far as a sheet may be called so, once."""
    names: list[str] = []
    taken = {say_form(name, lang).casefold() for name in ("help", "lists")}
    for kind in kinds:
        name = _NO_SHEET_NAME.sub(" ", kind.title[lang])[:31].strip("' ") or kind.name[:31]
        names.append(name if name.casefold() not in taken else kind.name[:31])
        taken.add(names[-1].casefold())
    return names


def make_header(item: Field, lang: str) -> str:
    """A field's header in a form: its title, its unit in brackets, and * where it is required."""
    unit = load_shared().units[item.unit].label(lang) if item.unit else ""
    return f"{item.title[lang]}{f'({unit})' if unit else ''}{'*' if item.required else ''}"


def _cell_format(book: xlsxwriter.Workbook, item: Field) -> Format | None:
    shown = _FORMATS.get(item.type)
    return book.add_format({"num_format": shown}) if shown else None


class _Lists:
    """The choices that are too long to stand with a column: one column each on a hidden sheet."""

    def __init__(self, book: xlsxwriter.Workbook, lang: str, names: Mapping[str, Sequence[str]]) -> None:
        self.book, self.lang = book, lang
        self.names = {column: list(told) for column, told in names.items() if told}
        self._columns: dict[tuple[str, ...], int] = {}

    def refer(self, choices: Sequence[str]) -> str:
        """The cells that will hold the choices, as a formula."""
        column = xl_col_to_name(self._columns.setdefault(tuple(choices), len(self._columns)))
        return f"='{say_form('lists', self.lang)}'!${column}$2:${column}${len(choices) + 1}"

    def write(self) -> None:
        """Write the sheet, if a column refers to it."""
        if not self._columns:
            return
        sheet = self.book.add_worksheet(say_form("lists", self.lang))
        sheet.write_string(0, 0, say_form("unread", self.lang))
        for choices, column in self._columns.items():
            for row, text in enumerate(choices, 1):
                sheet.write_string(row, column, text)
        sheet.hide()


def _make_rule(item: Field, lang: str, lists: _Lists) -> dict[str, object]:
    """What a column may hold; only a district that is none is refused, of all else the writer is warned.

    A number that is not known may be written as such (不详), a day to the month alone.
    """
    known = lists.names.get(item.name, [])
    choices = list_choices(item, lang)
    if known or choices:
        plain = not known and len(",".join(choices)) <= _LIST_CHARACTERS
        refused = bool(known) and item.name == "district"
        return {
            "validate": "list",
            "source": choices if plain else lists.refer(known or choices),
            "error_type": "stop" if refused else "warning",
            "error_message": say_form("not_listed", lang),
            "input_message": item.description[lang][:255],
        }
    told = say_form(f"type.{item.type}", lang)
    about = {"input_message": told, "error_type": "warning", "error_message": told}
    if item.type in DATE_TYPES:
        return {"validate": "date", "criteria": "between", "minimum": _DAYS[0], "maximum": _DAYS[1], **about}
    if item.type == "year":
        years = {"minimum": _DAYS[0].year, "maximum": _DAYS[1].year}
        return {"validate": "integer", "criteria": "between", **years, **about}
    if item.type in ("integer", "number"):
        least, most = (
            (item.min if item.min is not None else -_MOST),
            (item.max if item.max is not None else _MOST),
        )
        limits = {"minimum": least, "maximum": most}
        if item.min is not None and item.max is None:
            told = Reason("ledgers.form.at_least", what=told, least=f"{item.min:g}").word(lang)
        elif item.max is not None:
            told = Reason("ledgers.form.between", what=told, least=f"{least:g}", most=f"{item.max:g}").word(
                lang
            )
        about |= {"input_message": told, "error_message": told}
        whole = "integer" if item.type == "integer" else "decimal"
        return {"validate": whole, "criteria": "between", **limits, **about}
    return {}


def list_choices(item: Field, lang: str) -> list[str]:
    """The values to choose from in a form; empty for a free column."""
    if item.type == "boolean" and not item.values:
        return [say_form("yes", lang), say_form("no", lang)]
    return [value.label(lang) for value in item.values.values()]


def make_example(kind: Kind, lang: str, district: str = "") -> dict[str, str]:
    """A row of a kind as an example, by column; columns that it leaves empty are not in it.

    It is the kind's own, or else has in each column what its type takes. `district`: one of the workbook's.
    """
    row = dict.fromkeys((item.name for item in _list_fields(kind)), "")
    for item in _list_fields(kind):
        if kind.example:
            row[item.name] = _write_example(item, kind.example.get(item.name, {}).get(lang, ""), lang)
        elif item.name != "district":
            choices = list_choices(item, lang)
            row[item.name] = choices[0] if choices else say_form(f"examples.{item.type}", lang)
    if "district" in row:
        row["district"] = district or say_form("examples.district", lang)
    return {name: text for name, text in row.items() if text}


def _write_example(item: Field, text: str, lang: str) -> str:
    """A value of an example as a form has it: a category's, or yes or no, in words."""
    if item.type == "boolean" and not item.values:
        return {"true": say_form("yes", lang), "false": say_form("no", lang)}.get(text, text)
    return item.values[text].label(lang) if text in item.values else text


def _write_help(
    book: xlsxwriter.Workbook,
    kinds: Mapping[str, Kind],
    lang: str,
    head: Format,
    strong: Format,
    names: Mapping[str, Sequence[str]],
) -> None:
    """One row per column of each form: what it holds, and an example, which makes a row if read downwards."""
    sheet = book.add_worksheet(say_form("help", lang))
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for row, name in enumerate(_ABOUT):
        sheet.write_string(row, 0, say_form(name, lang), strong if not row else None)
    start = len(_ABOUT) + 1
    for column, (name, width) in enumerate(_HELP.items()):
        sheet.write_string(start, column, say_form(name, lang), head)
        sheet.set_column(column, column, width)
    row = start
    for title, kind in kinds.items():
        example = make_example(kind, lang, next(iter(names.get("district", ())), ""))
        for item in _list_fields(kind):
            row += 1
            unit = load_shared().units[item.unit].label(lang) if item.unit else ""
            required = say_form("yes", lang) if item.required else ""
            about = item.description[lang], say_form(f"type.{item.type}", lang), unit
            choices = "、".join(list_choices(item, lang))
            cells = (title, item.title[lang], required, *about, choices, example.get(item.name, ""))
            for column, text in enumerate(cells):
                sheet.write_string(row, column, text, wrap)
    sheet.freeze_panes(start + 1, 2)
    sheet.autofilter(start, 0, row, len(_HELP) - 1)
