"""The blank Excel form of a kind: headers, values to choose from, and a sheet that explains them."""

from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from taizhang.core.files import write_bytes
from taizhang.core.reasons import Reason
from taizhang.metadata.kinds import DATE_TYPES, Field, Kind, load_shared

ROWS = 2000  # rows of the form that have choices and formats
_HEADER, _FIRST = 2, 3  # 0-based rows of the header and of the first data row
# Columns of the help sheet, and how wide they are.
_HELP = {"column": 18, "required": 8, "what": 44, "type_head": 30, "unit": 10, "choices": 40}
_WIDTHS = {"text": 18, "category": 12, "boolean": 10}
_FORMATS = {
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
    "month": "yyyy-mm",
    "year": "0",
    "integer": "0",
}
_FORMATS["text"] = "@"  # codes keep their zeros


def write_template(kind: Kind, path: Path, *, lang: str = "zh") -> Path:
    """Write the blank form (.xlsx) of a kind, which reads back as a ledger of that kind without any setting.

    Headers, choices and help are in `lang`: zh or en. FileExistsError if there is such a file.
    """
    fields = [item for item in kind.fields.values() if not item.splits]
    made = (
        BytesIO()
    )  # of a file that can't be written xlsxwriter raises an error of its own, with the system's inside
    with xlsxwriter.Workbook(made, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(kind.title[lang][:31])
        strong = book.add_format({"bold": True, "font_size": 14})
        wrapped = {"text_wrap": True, "valign": "vcenter"}
        head = book.add_format({"bold": True, "border": 1, "bg_color": "#E8EEF4", **wrapped})
        sheet.write_string(0, 0, kind.title[lang], strong)
        sheet.write_string(1, 0, f"{_say('how', lang)} {kind.row[lang]}")
        for column, item in enumerate(fields):
            _write_column(sheet, column, item, lang, head, _cell_format(book, item))
        sheet.freeze_panes(_FIRST, 0)
        _write_help(book, fields, lang, head, strong)
    write_bytes(path, made.getvalue(), new=True)
    return path


def make_header(item: Field, lang: str) -> str:
    """A field's header in a form: its title, its unit in brackets, and * where it is required."""
    unit = load_shared().units[item.unit].label(lang) if item.unit else ""
    return f"{item.title[lang]}{f'({unit})' if unit else ''}{'*' if item.required else ''}"


def _cell_format(book: xlsxwriter.Workbook, item: Field) -> Format | None:
    shown = _FORMATS.get(item.type)
    return book.add_format({"num_format": shown}) if shown else None


def _write_column(
    sheet: Worksheet, column: int, item: Field, lang: str, head: Format, shown: Format | None
) -> None:
    header = make_header(item, lang)
    sheet.write_string(_HEADER, column, header, head)
    sheet.set_column(column, column, max(_WIDTHS.get(item.type, 13), 2 * len(header)), shown)
    rule: dict[str, object] = {}
    if choices := list_choices(item, lang):
        rule = {"validate": "list", "source": choices, "error_type": "warning"}
        rule["input_message"] = item.description[lang][:255]
    elif item.type in (*DATE_TYPES, "integer", "number"):
        rule = {"validate": "any", "input_message": _say(f"type.{item.type}", lang)}
    if rule:
        sheet.data_validation(_FIRST, column, _FIRST + ROWS - 1, column, rule)


def list_choices(item: Field, lang: str) -> list[str]:
    """The values to choose from in a form; empty for a free column."""
    if item.type == "boolean" and not item.values:
        return [_say("yes", lang), _say("no", lang)]
    return [value.label(lang) for value in item.values.values()]


def _write_help(
    book: xlsxwriter.Workbook, fields: list[Field], lang: str, head: Format, strong: Format
) -> None:
    title = _say("help", lang)
    sheet = book.add_worksheet(title)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, title, strong)
    for column, (name, width) in enumerate(_HELP.items()):
        sheet.write_string(1, column, _say(name, lang), head)
        sheet.set_column(column, column, width, wrap)
    for row, item in enumerate(fields, 2):
        unit = load_shared().units[item.unit].label(lang) if item.unit else ""
        required = _say("yes", lang) if item.required else ""
        kind = _say(f"type.{item.type}", lang)
        choices = "、".join(list_choices(item, lang))
        cells = (item.title[lang], required, item.description[lang], kind, unit, choices)
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text, wrap)


def _say(name: str, lang: str) -> str:
    return Reason(f"ledgers.form.{name}").word(lang)
