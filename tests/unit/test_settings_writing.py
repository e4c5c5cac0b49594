"""Lines put into workbook.toml: where they belong, once, with nothing lost."""

import tomllib

import pytest

from taizhang.settings.writing import Line, add_lines

FILE = """# the workbook
[boundaries]  # layer
path = "x"  # p

[ledgers.hazards]
files = ["a"]   # files
# its own remark

# about drills
[ledgers.drills]
files = [
  "b",  # [not.a.table]
]

[ledgers.hazards.columns]
found_on = "日"

[[targets]]
at_least = 1
"""
HAZARDS = ("ledgers", "hazards")


def test_each_line_goes_where_its_table_is() -> None:
    lines = [
        Line((*HAZARDS, "columns"), "deadline", "限", "3 rows"),
        Line((*HAZARDS, "values", "severity"), "重点", "major"),
        Line(("boundaries", "aliases"), "溪囗镇", "350921101", "溪口镇", open=True),
        Line(HAZARDS, "duplicates", "first", "3 rows", open=True),
        Line(("ledgers", "drills", "columns"), "name", '演练"名\n称\\'),
    ]
    made, added = add_lines(FILE, lines)
    assert added == lines
    assert (
        made
        == """# the workbook
[boundaries]  # layer
path = "x"  # p

[boundaries.aliases]
# "溪囗镇" = "350921101"  # 溪口镇

[ledgers.hazards]
files = ["a"]   # files
# its own remark
# duplicates = "first"  # 3 rows

# about drills
[ledgers.drills]
files = [
  "b",  # [not.a.table]
]

[ledgers.drills.columns]
name = "演练\\"名\\n称\\\\"

[ledgers.hazards.columns]
found_on = "日"
deadline = "限"  # 3 rows

[ledgers.hazards.values.severity]
"重点" = "major"

[[targets]]
at_least = 1
"""
    )
    again, nothing = add_lines(made, lines)
    assert (again, nothing) == (made, [])


def test_what_is_there_stays_as_it_is() -> None:
    lines = [Line((*HAZARDS, "columns"), "found_on", "别的"), Line(HAZARDS, "files", "c", open=True)]
    assert add_lines(FILE, lines) == (FILE, [])


def test_a_table_in_braces_takes_lines_but_no_comments() -> None:
    text = '[ledgers.hazards]\nfiles = "a"\ncolumns = { found_on = "日" }  # mine\n'
    sure = Line((*HAZARDS, "columns"), "deadline", "限")
    made, added = add_lines(text, [sure, Line((*HAZARDS, "columns"), "trade", "行业", open=True)])
    assert added == [sure] and "# mine" in made
    assert tomllib.loads(made)["ledgers"]["hazards"]["columns"] == {"found_on": "日", "deadline": "限"}


def test_one_of_several_sources_takes_what_is_its_own() -> None:
    text = '[[ledgers.hazards]]\nfiles = "a"\n[ledgers.hazards.columns]\nx = "y"\n\n[[ledgers.hazards]]\nfiles = "b"\n'
    lines = [
        Line((*HAZARDS, 0, "columns"), "deadline", "限"),
        Line((*HAZARDS, 0, "values", "severity"), "重", "major"),
        Line((*HAZARDS, 1, "columns"), "deadline", "期"),
        Line((*HAZARDS, 1), "dates", "mdy", open=True),
    ]
    made, added = add_lines(text, lines)
    assert len(added) == 4
    one, two = tomllib.loads(made)["ledgers"]["hazards"]
    assert one["columns"] == {"x": "y", "deadline": "限"} and one["values"] == {"severity": {"重": "major"}}
    assert two == {"files": "b", "columns": {"deadline": "期"}}
    assert made.index('# dates = "mdy"') > made.index('files = "b"')
    assert add_lines(made, lines) == (made, [])


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "# last"])
def test_files_end_as_they_end(end: str) -> None:
    text = f'[boundaries]\npath = "x"{end and chr(10)}{end}'
    made, added = add_lines(
        text, [Line(("boundaries", "aliases"), "a", "b"), Line(("boundaries",), "crs", "c")]
    )
    assert len(added) == 2
    assert tomllib.loads(made) == {"boundaries": {"path": "x", "crs": "c", "aliases": {"a": "b"}}}
    assert made.count("# last") == text.count("# last")


def test_line_ends_of_windows_stay() -> None:
    made, _ = add_lines(FILE.replace("\n", "\r\n"), [Line(HAZARDS, "district", "溪口镇")])
    assert made.count("\r\n") == made.count("\n") == FILE.count("\n") + 1


@pytest.mark.parametrize(
    "word", ['"', "\\", "a\nb", "a\tb", "\x7f", "\x01", "# no", "a = b", "[x]", "'''", "溪", "a.b", ""]
)
def test_any_text_can_be_key_and_value(word: str) -> None:
    for open in (False, True):
        made, _ = add_lines(FILE, [Line((*HAZARDS, "values", "status"), word, word, word, open=open)])
        found = tomllib.loads(made)["ledgers"]["hazards"]["values"]["status"]
        assert found == ({} if open else {word: word})
        line = next(row for row in made.split("\n") if row.startswith("# ")) if open else ""
        assert "\r" not in line
