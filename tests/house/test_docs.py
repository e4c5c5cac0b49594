"""The documentation is true: reference pages, commands, keys and links."""

import re
import tomllib
from pathlib import Path

import pytest
from test_recipes import read_recipes
from typer.testing import CliRunner

import make
from taizhang.cli import app
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import load_kinds
from taizhang.settings.workbook import TABLES, read_config
from tools import draw_rooms, make_reference

READMES = ("README.md", "README.zh.md")
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def list_pages(root: Path) -> list[Path]:
    folders = (root / "docs", root / "benchmarks", root / "tools")
    return [*root.glob("*.md"), *(page for folder in folders for page in folder.rglob("*.md"))]


def list_commands(path: Path) -> list[str]:
    """The command lines of a page's bash blocks, without comments."""
    lines = [
        line
        for _, lang, text in BLOCK.findall(path.read_text("utf-8"))
        if lang == "bash"
        for line in text.split("\n")
    ]
    return [command for line in lines if (command := line.split("#")[0].strip())]


def find_command_fault(command: str) -> str:
    """What is wrong with a command line of ours ('' where nothing is)."""
    words = command.split()
    if words[0] == "make" or words[:3] == ["python", "-m", "make"]:
        target = words[1] if words[0] == "make" else words[3]
        return "" if target in make.TARGETS else f"no target {target}"
    if words[0] == "taizhang":
        shown = CliRunner().invoke(app, [words[1], "--help"], env={"COLUMNS": "80"})
        if shown.exit_code:
            return f"no command {words[1]}"
        unknown = [
            word for word in words[2:] if word.startswith("-") and word.split("=")[0] not in shown.output
        ]
        return f"no option {unknown}" if unknown else ""
    return ""


@pytest.mark.parametrize("page", list(make_reference.PAGES))
def test_reference_pages_are_up_to_date(root: Path, page: str) -> None:
    written = (root / "docs" / page).read_text("utf-8")
    assert written == make_reference.PAGES[page](), f"docs/{page} is out of date; run: python -m make docs"


def test_every_command_is_documented(root: Path) -> None:
    page = (root / "docs" / "commands.md").read_text("utf-8")
    names = make_reference.list_commands()
    assert {"new", "lab", "doctor", "ingest", "check", "facts", "review", "trace"} <= set(names)
    assert re.findall(r"^## taizhang (\w+)$", page, re.MULTILINE) == names


def test_commands_shown_exist(root: Path) -> None:
    found = [
        f"{page.name}: {command}: {fault}"
        for page in list_pages(root)
        for command in list_commands(page)
        if (fault := find_command_fault(command))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "command", ["taizhang rewiev", "taizhang facts --perod 2021", "make coffee", "python -m make tea"]
)
def test_wrong_commands_are_found(command: str) -> None:
    assert find_command_fault(command)


def test_both_readmes_show_the_same(root: Path) -> None:
    english, chinese = (root / name for name in READMES)
    assert list_commands(english) == list_commands(chinese)
    assert {"make review", "make test", "taizhang check"} <= set(list_commands(english))
    for pattern in (r"```toml\n.*?```", r"^book\.\S+", r"^\| `\w+`"):
        found = [
            re.findall(pattern, path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
            for path in (english, chinese)
        ]
        assert found[0] == found[1] != []


def test_links_lead_somewhere(root: Path) -> None:
    broken = [
        f"{page.relative_to(root).as_posix()}: {link}"
        for page in list_pages(root)
        for link in LINK.findall(page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]
    assert not broken, "\n".join(broken)


def test_toml_shown_is_valid(root: Path, tmp_path: Path) -> None:
    """Each example in the pages is a workbook.toml that the program takes, or tables of one."""
    shown, boundaries = 0, '\n[boundaries]\npath = "b.shp"\ncode = "c"\nname = "n"\n'
    for page in list_pages(root):
        for indent, lang, text in BLOCK.findall(page.read_text("utf-8")):
            if lang == "toml":
                lines = [line.removeprefix(indent) for line in text.split("\n")]
                whole = "\n".join(lines) + ("" if "[boundaries]" in text else boundaries)
                (tmp_path / "workbook.toml").write_text(whole, encoding="utf-8")
                read_config(tmp_path, load_kinds(), load_facts())
                shown += 1
    assert shown >= 3


def test_workbook_page_shows_every_key(root: Path) -> None:
    page = (root / "docs" / "workbook.md").read_text("utf-8")
    (example,) = (text for _, lang, text in BLOCK.findall(page) if lang == "toml")
    shown = tomllib.loads(example)
    grid = shown["boundaries"].pop("grid")
    there = {
        **{name: shown[name] for name in ("workbook", "indicators", "routine", "release")},
        **{"boundaries": shown["boundaries"] | {"grid": grid}, "boundaries.grid": shown["boundaries"] | grid},
        "ledgers": shown["ledgers"]["hazards"],
        "ledgers sums": shown["ledgers"]["drills"][-1],
        **{name: shown[name][0] for name in ("targets", "reports")},
    }
    # What stands instead of files has a page of its own.
    other = (root / "docs" / "howto" / "databases.md").read_text("utf-8")
    blocks = [tomllib.loads(text) for _, lang, text in BLOCK.findall(other) if lang == "toml"]
    elsewhere = {key for one in blocks for table in one.get("ledgers", {}).values() for key in table}
    assert elsewhere >= {"source", "query", "table", "key"}
    missing = {
        f"{name}.{key}"
        for name, table in TABLES.items()
        for key in table.list_keys()
        if key not in there[name] and key not in elsewhere
    }
    assert not missing


def test_a_dot_stands_where_a_room_uses_another() -> None:
    words = {name: {"en": name.upper()} for name in ("title", "roof", "wall", "floor")}
    picture = draw_rooms.draw_matrix([["roof"], ["wall", "floor"]], {"roof": {"floor"}}, words, "en")
    assert re.findall(r"<title>(\w+ → \w+)</title>", picture) == ["roof → floor"]
    assert "<title>TITLE</title>" in picture and picture.count("<rect") == 1 + 2 + 3
    with pytest.raises(KeyError):
        draw_rooms.draw_matrix([["cellar"]], {}, words, "en")


def test_the_rooms_are_those_of_the_code(root: Path) -> None:
    """Every import that a file writes down, types apart, is in the picture, and no other."""
    written: dict[str, set[str]] = {}
    for path in (root / "lib" / "taizhang").glob("*/**/*.py"):
        text = re.sub(r"if TYPE_CHECKING:\n(?:    .*\n|\n)+", "", path.read_text("utf-8"))
        room = path.relative_to(root / "lib" / "taizhang").parts[0]
        found = re.findall(r"^ *(?:from|import) (?:taizhang\.(\w+)|(warm_kernels))\b", text, re.MULTILINE)
        written.setdefault(room, set()).update({a or b for a, b in found} - {room})
    for path in (root / "lib" / "taizhang").glob("cli.py"):
        written["cli"] = set(re.findall(r"^ *from taizhang\.(\w+)", path.read_text("utf-8"), re.MULTILINE))
    uses = draw_rooms.find_uses()
    assert uses.pop("warm_kernels") == set()
    assert {room: used for room, used in written.items() if room != "notebooks"} == uses


def test_recipes_name_lines_that_are_there(root: Path) -> None:
    """Quick to tell; tests/unit/test_recipes.py follows them."""
    for steps in read_recipes((root / "docs" / "recipes.md").read_text("utf-8")):
        for step in (step for step in steps if step.line):
            lines = [line.strip() for line in (root / step.file).read_text("utf-8").split("\n")]
            assert lines.count(step.line) == 1, f"{step.file}: {step.line}"
