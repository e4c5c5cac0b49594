"""The blank Excel form of a kind: headers, values to choose from, and a sheet that explains them."""

from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from taizhang.metadata.kinds import DATE_TYPES, Field, Kind, load_shared

ROWS = 2000  # rows of the form that have choices and formats
_HEADER, _FIRST = 2, 3  # 0-based rows of the header and of the first data row
_WIDTHS = {"text": 18, "category": 12, "boolean": 10}
_TYPES = {
    "text": {"zh": "文字", "en": "text"},
    "date": {"zh": "日期，如 2021-03-05", "en": "date, such as 2021-03-05"},
    "datetime": {"zh": "日期和时刻，如 2021-03-05 14:30", "en": "date and time, such as 2021-03-05 14:30"},
    "month": {"zh": "年月，如 2021-03", "en": "month, such as 2021-03"},
    "year": {"zh": "年份，如 2021", "en": "year, such as 2021"},
    "integer": {"zh": "整数", "en": "whole number"},
    "number": {"zh": "数字", "en": "number"},
    "boolean": {"zh": "是或否", "en": "yes or no"},
    "category": {"zh": "从下列选项中选择", "en": "one of the choices"},
    "count_or_names": {"zh": "人数，或以顿号分开的姓名", "en": "a count, or names separated by commas"},
}
_FORMATS = {
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
    "month": "yyyy-mm",
    "year": "0",
    "integer": "0",
}
_WORDS = {
    "zh": ("填写说明", "列", "必填", "填什么", "类型", "单位", "选项", "是", "请从第 4 行起填写，一行一条；* 为必填。"),
    "en": ("Help", "Column", "Required", "What", "Type", "Unit", "Choices", "yes",
           "Fill in from row 4, one line each; * is required."),
}  # fmt: skip


def write_template(kind: Kind, path: Path, *, lang: str = "zh") -> Path:
    """Write the blank form of a kind, which reads back as a ledger of that kind without any setting.

    Parameters
    ----------
    path : pathlib.Path
        The .xlsx file to write.
    lang : str
        Language of headers, choices and help: zh or en.

    Returns
    -------
    pathlib.Path
        The file written.
    """
    fields = [item for item in kind.fields.values() if not item.splits]
    words = _WORDS[lang]
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(kind.title[lang][:31])
        strong = book.add_format({"bold": True, "font_size": 14})
        head = book.add_format(
            {"bold": True, "border": 1, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "vcenter"}
        )
        sheet.write_string(0, 0, kind.title[lang], strong)
        sheet.write_string(1, 0, f"{words[8]} {kind.row[lang]}")
        for column, item in enumerate(fields):
            _write_column(sheet, column, item, lang, head, _cell_format(book, item))
        sheet.freeze_panes(_FIRST, 0)
        _write_help(book, fields, lang, head, strong)
    return path


def make_header(item: Field, lang: str) -> str:
    """A field's header in a form: its title, its unit in brackets, and * where it is required."""
    unit = load_shared().units[item.unit].label(lang) if item.unit else ""
    return f"{item.title[lang]}{f'({unit})' if unit else ''}{'*' if item.required else ''}"


def _cell_format(book: xlsxwriter.Workbook, item: Field) -> Format | None:
    shown = _FORMATS.get(item.type)
    if item.type == "text":
        shown = "@"  # codes keep their zeros
    return book.add_format({"num_format": shown}) if shown else None


def _write_column(
    sheet: Worksheet, column: int, item: Field, lang: str, head: Format, shown: Format | None
) -> None:
    header = make_header(item, lang)
    sheet.write_string(_HEADER, column, header, head)
    sheet.set_column(column, column, max(_WIDTHS.get(item.type, 13), 2 * len(header)), shown)
    last = _FIRST + ROWS - 1
    if choices := list_choices(item, lang):
        rule = {"validate": "list", "source": choices, "error_type": "warning"}
        sheet.data_validation(
            _FIRST, column, last, column, {**rule, "input_message": item.description[lang][:255]}
        )
    elif item.type in (*DATE_TYPES, "integer", "number"):
        sheet.data_validation(
            _FIRST, column, last, column, {"validate": "any", "input_message": _TYPES[item.type][lang]}
        )


def list_choices(item: Field, lang: str) -> list[str]:
    """The values to choose from in a form; none for a free column."""
    if item.type == "boolean" and not item.values:
        return ["是", "否"] if lang == "zh" else ["yes", "no"]
    return [value.label(lang) for value in item.values.values()]


def _write_help(
    book: xlsxwriter.Workbook, fields: list[Field], lang: str, head: Format, strong: Format
) -> None:
    words = _WORDS[lang]
    sheet = book.add_worksheet(words[0])
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, words[0], strong)
    for column, (title, width) in enumerate(zip(words[1:7], (18, 8, 44, 30, 10, 40), strict=True)):
        sheet.write_string(1, column, title, head)
        sheet.set_column(column, column, width, wrap)
    for row, item in enumerate(fields, 2):
        unit = load_shared().units[item.unit].label(lang) if item.unit else ""
        cells = (item.title[lang], words[7] if item.required else "", item.description[lang], _TYPES[item.type][lang],
                 unit, "、".join(list_choices(item, lang)))  # fmt: skip
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text, wrap)
