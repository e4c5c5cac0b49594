"""Every message is there in both languages, with the same places; none is missing, and none is left over."""

import ast
import re
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
import yaml
from chinese import find_english

import taizhang
from taizhang.core.reasons import load_messages

PACKAGE = Path(taizhang.__file__).parent
MESSAGES = load_messages()
ROOMS = {code.split(".")[0] for code in MESSAGES}
_CODE = re.compile(r"[a-z_]+(?:\.[a-z0-9_]+)+")


def find_places(text: str) -> set[str]:
    places = set()
    for _, name, choice, _ in Formatter().parse(text):
        if name:
            places.add(name)
        if choice and "|" in choice:
            places |= {place for part in choice.split("|") for place in find_places(part)}
    return places


@cache
def read_texts() -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Texts of the package's modules, each with one that has it; and texts that are put together, as patterns."""
    texts: dict[str, str] = {}
    patterns: list[tuple[str, str]] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        where = path.relative_to(PACKAGE).as_posix()
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        within = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within:
                texts.setdefault(node.value, where)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(str(one.value)) if isinstance(one, ast.Constant) else r"([a-z0-9_.]+)"
                    for one in node.values
                ]
                patterns.append(("".join(parts), where))
    return texts, patterns


BEGINNINGS = tuple(f"{room}\\." for room in ROOMS)
# Keys of draw.toml and of what is fixed before a draw, which are written as they are in the files.
KEYS_OF_DRAWS = ("seed", "text", "entities", "names", "avoid", "visited")
KEYS_OF_KINDS = ("asked", "headers")
# What is to be typed as it stands.
PIP = ("pip", "install", "access", "parser")
SQL = (
    "postgresql",
    "psycopg",
    "geom",
    "ST_AsBinary",
    "dialect",
    "driver",
    "reader",
    "host",
    "db",
    "DB_PASSWORD",
    "AS",
)
CERTIFICATES = ("pip", "install", "sign", "ECDSA", "PKCS", "pfx")
COMMANDS_OF_CLUSTERS = ("pip", "install", "cluster", "conda", "dask", "core", "distributed", "fsspec")


@pytest.mark.parametrize("code", MESSAGES)
def test_a_message_is_in_both_languages_with_the_same_places(code: str) -> None:
    said = MESSAGES[code]
    assert set(said) == {"zh", "en"} and all(said.values())
    assert find_places(said["zh"]) == find_places(said["en"])


@pytest.mark.parametrize("code", MESSAGES)
def test_a_chinese_message_holds_no_english_but_names(code: str) -> None:
    keys = KEYS_OF_DRAWS if code.startswith("draw.commit.") else ()
    keys += COMMANDS_OF_CLUSTERS if code == "report.scheduler.missing" else ()
    keys += PIP if code in ("ledgers.file.no_access", "ingest.source.no_driver") else ()
    keys += SQL if code.startswith(("ingest.source.", "settings.source.")) else ()
    keys += ("trace", "personal", "true") if code == "ingest.check.personal" else ()
    keys += ("ingest", "strata") if code.startswith("draw.register.") else ()
    keys += ("same", "yes", "no") if code == "register.pairs.answer" else ()
    keys += ("now",) if code.startswith(("cli.commands.diff", "cli.options.diff.", "release.diff.")) else ()
    keys += ("approver", "date") if code == "release.not_approved" else ()
    keys += CERTIFICATES if code.startswith("release.sign.") else ()
    keys += ("ledgers",) if code == "lab.survey.database" else ()
    keys += KEYS_OF_KINDS if code.startswith("metadata.kind.asked") else ()
    assert find_english(re.sub(r"\{[^{}]*\}", "", MESSAGES[code]["zh"]), keys) == []


def test_every_code_of_the_package_has_words() -> None:
    used = {text: where for text, where in read_texts()[0].items() if _CODE.fullmatch(text)}
    files = {path.name for path in PACKAGE.rglob("*")}
    for code, where in used.items():
        # Other dotted texts, such as names of modules, facts and files, begin otherwise or are no such beginning.
        room, _, rest = code.partition(".")
        known = {one.split(".")[1] for one in MESSAGES if one.startswith(f"{room}.")}
        if room in ROOMS and rest.split(".")[0] in known and code not in files:
            assert code in MESSAGES or any(one.startswith(f"{code}.") for one in MESSAGES), (code, where)


def test_every_message_is_used() -> None:
    texts, patterns = read_texts()
    words = set(texts) | {word for text in texts for word in re.findall(r"[a-z0-9_]+", text)}
    for path in (PACKAGE / "metadata").glob("*.yml"):
        words |= set(_list_keys(yaml.safe_load(path.read_text("utf-8"))))
    words |= {"install_completion", "show_completion"}  # options that typer adds
    made = [re.compile(pattern) for pattern, _ in patterns if pattern.startswith(BEGINNINGS)]

    def is_used(code: str) -> bool:
        if code in texts:
            return True
        found = (pattern.fullmatch(code) for pattern in made)
        return any(match and all(set(part.split(".")) <= words for part in match.groups()) for match in found)

    assert [code for code in MESSAGES if not is_used(code)] == []


def _list_keys(tree: object) -> list[str]:
    if not isinstance(tree, dict):
        return []
    return [str(key) for key in tree] + [key for value in tree.values() for key in _list_keys(value)]
