import os
import sys
import tomllib
from datetime import date, datetime, time
from pathlib import Path

import pytest

from taizhang.core.errors import ParameterError
from taizhang.core.reasons import read_language
from taizhang.metadata.kinds import load_kinds
from taizhang.settings.reading import MOST_BYTES, SettingsFile
from taizhang.settings.workbook import find_root, list_files, read_config, show_path

FACTS = ("hazards.found", "drills.held")
OWN = "[[reports]]\n"
MINIMAL = """
[workbook]
title = "测试县"
[boundaries]
path = "b.shp"
code = "XZDM"
name = "XZMC"
[ledgers.hazards]
files = ["data/raw/*.xlsx"]
"""


def read(tmp_path, text):
    (tmp_path / "workbook.toml").write_text(text, encoding="utf-8")
    return read_config(tmp_path, load_kinds(), FACTS)


def refuse(tmp_path, text):
    with pytest.raises(ParameterError) as caught:
        read(tmp_path, text)
    return str(caught.value)


def test_a_title_in_each_language(tmp_path):
    """One text is that of both; the workbook's own language is the one that names it."""
    both = MINIMAL.replace('title = "测试县"', 'title = { zh = "测试县", en = "Test County" }')
    config = read(tmp_path, both)
    assert (config.title, config.name_title("zh"), config.name_title("en")) == (
        "测试县",
        "测试县",
        "Test County",
    )
    config = read(tmp_path, both.replace("[workbook]", '[workbook]\nlang = "en"'))
    assert (config.title, config.name_title("zh")) == ("Test County", "测试县")
    one = read(tmp_path, MINIMAL)
    assert (one.name_title("en"), one.name_title("zh")) == ("测试县", "测试县")
    assert "title" in refuse(tmp_path, both.replace(', en = "Test County"', ""))


def test_minimal_workbook(tmp_path):
    config = read(tmp_path, MINIMAL)
    assert config.title == "测试县"
    assert config.lang == "zh"
    assert config.as_of is None
    assert config.grid is None
    assert config.suppress_below == 5
    assert config.suppress == ("complaints", "disputes")
    assert config.ledgers["hazards"][0].files == ("data/raw/*.xlsx",)
    assert config.ledgers["hazards"][0].sheets is None
    assert config.boundaries.offset == "none"


def test_the_contracts_example_is_read(tmp_path):
    config = read(
        tmp_path,
        """
[workbook]
title = "滨江县应急管理年度评估"
lang  = "en"
as_of = 2022-01-31
[boundaries]
path   = "data/raw/boundaries/townships.shp"
code   = "XZDM"
name   = "XZMC"
parent = "SJXZ"
crs    = "EPSG:4490"
offset = "none"
encoding = "auto"
approval = ""
[boundaries.aliases]
"老溪南" = "350921102"
[boundaries.grid]
path = "data/raw/boundaries/grid.shp"
code = "WGDM"
class = "LB"
level = "JB"
responsible = "FZR"
[ledgers.hazards]
files  = ["data/raw/hazards/*.xlsx"]
sheets = "*"
district = ""
[ledgers.hazards.columns]
found_on = "查出时间"
[ledgers.hazards.values.severity]
"重点" = "major"
[indicators]
suppress_below = 3
suppress = ["complaints"]
[[targets]]
indicator = "drills.held"
district  = "*"
period    = "2021"
at_least  = 12
""",
    )
    assert config.as_of == date(2022, 1, 31)
    assert config.boundaries.aliases == {"老溪南": "350921102"}
    assert config.grid is not None and config.grid.responsible == "FZR"
    assert config.ledgers["hazards"][0].columns == {"found_on": "查出时间"}
    assert config.ledgers["hazards"][0].values == {"severity": {"重点": "major"}}
    assert (config.suppress_below, config.suppress) == (3, ("complaints",))
    assert config.targets[0].at_least == 12


def test_a_grid_takes_the_code_column_of_the_districts_unless_it_names_its_own(tmp_path):
    grid = read(tmp_path, MINIMAL + '[boundaries.grid]\npath = "g.shp"\nname = "WG"').grid
    assert grid is not None
    assert (grid.code, grid.name, grid.parent) == ("XZDM", "WG", "")


def test_every_unknown_key_is_named_with_the_nearest(tmp_path):
    text = MINIMAL.replace("title", "titel").replace(
        "[ledgers.hazards]", "[ledgers.hazard]\nfile = 1\n[leders]\n"
    )
    message = refuse(tmp_path, text)
    assert "unknown key 'titel' [workbook]; did you mean 'title'?" in message
    assert "unknown key 'leders' at the top level; did you mean 'ledgers'?" in message
    assert "unknown ledger kind 'hazard'" in message and "'hazards'" in message


def test_reports_of_the_workbook_s_own(tmp_path):
    more = """
[[reports]]
name = "fire"
title = "火灾专题"
[[reports]]
name = "special-2"
template = "special_action"
title = { zh = "专项整治", en = "Special action" }
scope = "county"
periods = ["year", "half"]
"""
    fire, special = read(tmp_path, MINIMAL + more).reports
    assert (fire.name, fire.template, fire.scope) == ("fire", "fire", "district")
    assert fire.title == {"zh": "火灾专题", "en": "火灾专题"}
    assert fire.periods == ("year", "half", "quarter", "month", "days")
    assert (special.template, special.scope, special.periods) == (
        "special_action",
        "county",
        ("year", "half"),
    )
    assert special.title["en"] == "Special action"


@pytest.mark.parametrize(
    ("addition", "told"),
    [
        ('[ledgers.drills]\nfiles = ["a"]\n[ledgers.drills.columns]\nheld = "x"', "'held_on'"),
        (
            '[ledgers.drills]\nfiles = ["a"]\n[ledgers.drills.values.kind]\n"桌面" = "tabel"',
            "did you mean 'tabletop'",
        ),
        ("[indicators]\nsuppress = ['complaint']", "'complaints'"),
        (
            '[[targets]]\nindicator = "drills.hold"\nperiod = "2021"\nat_least = 1',
            "did you mean 'drills.held'",
        ),
        ('[[targets]]\nindicator = "drills.held"\nperiod = "2021X"\nat_least = 1', "period '2021X'"),
        ('[[targets]]\nindicator = "drills.held"\nperiod = "2021"', "needs at_least = a number"),
        ('[ledgers.drills]\nfiles = ["a"]\noffset = "gcj02"', "no lon and lat"),
        ('[ledgers.shelters]\nfiles = ["a"]\noffset = "gcj"', "did you mean 'gcj02'"),
        (OWN + 'name = "Fire 1"\ntitle = "火"', "name = 'Fire 1' is used in file names"),
        (OWN + 'name = "zh"\ntitle = "火"', "zh and en are reserved"),
        (OWN + 'title = "火"', 'needs name = "..."'),
        (OWN + 'name = "fire"', 'needs title = { zh = "...", en = "..." }'),
        (OWN + 'name = "fire"\ntitle = {zh = "火"}', "title must be { zh ="),
        (OWN + 'name = "fire"\ntitle = "火"\nscope = "countie"', "did you mean 'county'"),
        (OWN + 'name = "fire"\ntitle = "火"\nperiods = ["years"]', "did you mean 'year'"),
        (OWN + 'name = "fire"\ntitle = "火"\nfile = "a"', "unknown key 'file'"),
        (OWN + 'name = "fire"\ntitle = "火"\ntemplate = "notebooks/f.ipynb"', "in notebooks/, such as 'f'"),
        (OWN + 'name = "fire"\ntitle = "火"\ntemplate = \'notebooks\\f\'', "in notebooks/, such as 'f'"),
        (2 * (OWN + 'name = "fire"\ntitle = "火"\n'), "2 [[reports]] have the name 'fire'"),
        ("[targets]\nindicator = 'drills.held'", "targets must be written as [[targets]]"),
        ("[ledgers.drills]\nfiles = 3", "files must be a list, not 3"),
        ("[ledgers.drills]", 'needs files = ["data/raw/..."]'),
    ],
)
def test_wrong_values_are_named(tmp_path, addition, told):
    assert told in refuse(tmp_path, MINIMAL + addition)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('title = "测试县"', "as_of = 3", "as_of must be a date"),
        ('title = "测试县"', 'lang = "fr"', "lang = 'fr'"),
        ('path = "b.shp"', "", '[boundaries] needs path = "..."'),
        ('code = "XZDM"', 'code = "XZDM"\noffset = "gcj"', "did you mean 'gcj02'"),
        ('title = "测试县"', 'title = "测试县', "not valid TOML"),
    ],
)
def test_wrong_settings_are_named(tmp_path, old, new, told):
    assert told in refuse(tmp_path, MINIMAL.replace(old, new))


def test_a_workbook_is_found_upwards_and_a_missing_one_says_how_to_make_it(tmp_path):
    (tmp_path / "workbook.toml").write_text(MINIMAL, encoding="utf-8")
    deep = tmp_path / "data" / "raw"
    deep.mkdir(parents=True)
    assert find_root(deep) == tmp_path.resolve()
    (tmp_path / "workbook.toml").unlink()
    with pytest.raises(ParameterError, match="taizhang new DIR"):
        find_root(deep)


def test_paths_with_backslashes_are_read_on_every_system(tmp_path):
    text = MINIMAL.replace('"b.shp"', r"'data\raw\b.shp'").replace('"data/raw/*.xlsx"', r"'data\raw\*.xlsx'")
    config = read(tmp_path, text)
    assert config.boundaries.path == tmp_path / "data" / "raw" / "b.shp"
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "a.xlsx").touch()
    assert list_files(config, config.ledgers["hazards"][0]) == ([tmp_path / "data" / "raw" / "a.xlsx"], [])


def test_files_are_listed_in_order_without_lock_files(tmp_path):
    config = read(tmp_path, MINIMAL.replace('"data/raw/*.xlsx"', '"data/raw/*.xlsx", "data/raw/none*.csv"'))
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    for name in ("b.xlsx", "a.xlsx", "~$a.xlsx", ".~a.xlsx", "._a.xlsx"):  # the last one is macOS's
        (raw / name).touch()
    files, missing = list_files(config, config.ledgers["hazards"][0])
    assert [show_path(config, path) for path in files] == ["data/raw/a.xlsx", "data/raw/b.xlsx"]
    # Nor with what else systems leave in folders, where a pattern takes all.
    for name in (".~lock.a.xlsx#", ".DS_Store", "Thumbs.db", "desktop.ini", ".a.xlsx.swp"):
        (raw / name).touch()
    (raw / "__MACOSX").mkdir()
    (raw / "__MACOSX" / "._a.xlsx").touch()
    config = read(tmp_path, MINIMAL.replace('"data/raw/*.xlsx"', '"data/raw/**/*", "data/raw/none*.csv"'))
    files, missing = list_files(config, config.ledgers["hazards"][0])
    assert [show_path(config, path) for path in files] == ["data/raw/a.xlsx", "data/raw/b.xlsx"]
    assert missing == ["data/raw/none*.csv"]


WHOLE = """
[workbook]
title = "测试县"
lang = "zh"
as_of = 2022-01-31
sample = false
style = "modern"
fonts = "fonts"
[boundaries]
path = "b.shp"
code = "XZDM"
name = "XZMC"
aliases = { "老溪南" = "350921102" }
grid = { path = "g.shp", class = "LB" }
[ledgers.hazards]
files = ["data/raw/*.xlsx"]
sheets = "*"
columns = { found_on = "查出时间" }
values = { severity = { "重点" = "major" } }
[indicators]
suppress_below = 3
suppress = ["complaints"]
flood_season = ["06-01", "09-30"]
[[targets]]
indicator = "drills.held"
period = "2021"
at_least = 12
[[reports]]
name = "fire"
title = { zh = "火", en = "Fire" }
periods = ["year"]
"""
ODD = (
    None,
    3,
    -1.5,
    float("nan"),
    True,
    "",
    "x",
    [],
    [1],
    ["x"],
    {},
    {"x": 1},
    {"x": "y"},
    date(2022, 1, 1),
    time(8),
)


def list_places(data):
    for key in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield (key,)
        yield from ((key, *below) for below in list_places(data[key]))


@pytest.mark.parametrize("place", list(list_places(tomllib.loads(WHOLE))), ids=str)
def test_whatever_stands_where_is_read_or_refused_in_words_of_ours(tmp_path, monkeypatch, place):
    refused = 0
    for odd in ODD:
        data = tomllib.loads(WHOLE)
        inside = data
        for part in place[:-1]:
            inside = inside[part]
        if odd is None:
            del inside[place[-1]]
        else:
            inside[place[-1]] = odd
        monkeypatch.setattr(SettingsFile, "read", lambda path, data=data: SettingsFile(path.name, data))
        try:
            read_config(tmp_path, load_kinds(), FACTS)
        except ParameterError as error:
            refused += 1
            for lang in ("zh", "en"):
                said = " ".join(reason.word(lang) for reason in error.reasons)
                assert "workbook.toml" in said and "nput should" not in said
    assert refused


def test_sources_of_a_kind_stand_in_the_order_of_the_file(tmp_path):
    text = MINIMAL.replace("[ledgers.hazards]", "[[ledgers.hazards]]") + (
        'encoding = "GBK"\ndates = "mdy"\nduplicates = "first"\n'
        '[ledgers.hazards.values.severity]\n"重点" = "major"\n"~^特" = "major"\nempty = "general"\n'
        '[[ledgers.hazards]]\nfiles = "b.csv"\n[ledgers.hazards.constants]\nfound_on = 2021-06-30\nlisted = true\n'
        '[ledgers.drills]\nfiles = "c.csv"\n'
    )
    config = read(tmp_path, text)
    one, two = config.ledgers["hazards"]
    assert (one.files, one.encoding, one.dates, one.duplicates) == (
        ("data/raw/*.xlsx",),
        "gbk",
        "mdy",
        "first",
    )
    assert one.mapped == {"severity": {"重点": "major", "~^特": "major"}} and one.empty == {
        "severity": "general"
    }
    assert (two.files, two.encoding, two.dates, two.duplicates) == (("b.csv",), "auto", None, "first")
    assert two.constants == {"found_on": datetime(2021, 6, 30), "listed": "true"}
    assert len(config.ledgers["drills"]) == 1


@pytest.mark.parametrize(
    ("addition", "told"),
    [
        (
            'files = ["a"]\ncolums = {}',
            "unknown key 'colums' [[ledgers.hazards]] no. 2; did you mean 'columns'",
        ),
        ('sheets = "a"', "[[ledgers.hazards]] no. 2 needs files"),
        (
            'files = ["a"]\nencoding = "gb123"',
            "[[ledgers.hazards]] no. 2 encoding = 'gb123': no such encoding",
        ),
        ('files = ["a"]\ndates = "dym"', "[[ledgers.hazards]] no. 2 dates = 'dym'"),
        ('files = ["a"]\nduplicates = "drop"', "[[ledgers.hazards]] no. 2 duplicates = 'drop'"),
        (
            'files = ["a"]\n[ledgers.hazards.constants]\ngrade = 1',
            "[[ledgers.hazards]] no. 2 constants: unknown 'grade'",
        ),
        (
            'files = ["a"]\n[ledgers.hazards.constants]\ntrade = []',
            "must be text, a number, a date, true or false, not",
        ),
        (
            'files = ["a"]\n[ledgers.hazards.columns]\nfound_on = "日期"\ndeadline = " 日期"',
            "[[ledgers.hazards]] no. 2 columns: the header '日期' is mapped to found_on, deadline",
        ),
        (
            'files = ["a"]\n[ledgers.hazards.values.status]\n"~(" = "open"',
            "'~(' is not a valid regular expression",
        ),
        ('files = ["a"]\n[ledgers.hazards.values.status]\n"~x" = "opne"', "unknown 'opne'"),
        (
            'files = ["a"]\n[ledgers.hazards.values.deadline]\nempty = "2021"',
            "empty is not allowed for deadline",
        ),
        (
            'files = ["a"]\n[ledgers.hazards.values.premises]\nempty = "x"',
            "empty is not allowed for premises",
        ),
    ],
)
def test_a_mistake_in_one_of_several_sources_names_it(tmp_path, addition, told):
    text = MINIMAL.replace("[ledgers.hazards]", "[[ledgers.hazards]]") + "[[ledgers.hazards]]\n" + addition
    assert told in refuse(tmp_path, text)


def test_sources_that_differ_on_duplicates_are_refused(tmp_path):
    text = MINIMAL.replace("[ledgers.hazards]", "[[ledgers.hazards]]")
    text += 'duplicates = "first"\n[[ledgers.hazards]]\nfiles = "b"\nduplicates = "last"\n'
    assert "duplicates must be the same in every [[ledgers.hazards]], not 'first', 'last'" in refuse(
        tmp_path, text
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a = " + b"[" * 100_000, "settings.too_deep"),
        (b"#" * (MOST_BYTES + 1), "settings.too_long"),
        (MINIMAL.encode() + b"\0", "settings.no_toml"),
        (b"\xff\xfe\0x", "settings.no_utf8"),
        (b"", "settings.missing_at_top"),
    ],
)
def test_a_workbook_toml_that_is_none_is_refused(tmp_path, content, told):
    (tmp_path / "workbook.toml").write_bytes(content)
    read_language(tmp_path)  # asked before all else, and never an error
    with pytest.raises(ParameterError) as error:
        read_config(find_root(tmp_path), load_kinds(), FACTS)
    assert [reason.root.code for reason in error.value.reasons] == [told]


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes as Unix has them")
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_what_is_called_workbook_toml_and_is_no_file_is_told(tmp_path, make):
    """And the workbook above is not taken in its place."""
    below = tmp_path / "below"
    below.mkdir()
    (tmp_path / "workbook.toml").write_text(MINIMAL, encoding="utf-8")
    make(below / "workbook.toml")
    read_language(below)
    with pytest.raises(ParameterError) as error:
        find_root(below)
    assert error.value.reasons[0].code == "settings.no_file"
    with pytest.raises(ParameterError, match=r"workbook\.toml"):
        SettingsFile.read(below / "workbook.toml")
