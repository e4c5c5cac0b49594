"""The sample's assessment and draw, as their pages tell a user to try them."""

import json
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import taizhang as tz
from taizhang import figures
from taizhang.cli import app


@pytest.fixture
def book(root: Path, tmp_path: Path) -> Path:
    """The repository as a workbook, in a folder of its own."""
    folder = tmp_path / "book"
    shutil.copytree(root / "data" / "raw", folder / "data" / "raw")
    for name in ("workbook.toml", "assessment.toml", "draw.toml"):
        shutil.copy(root / name, folder / name)
    return folder


def test_the_page_s_commands_draw_and_repeat(root: Path, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (root / "docs" / "draw.md").read_text("utf-8")
    block = text.split("```bash\n")[1].split("```")[0]
    commands = [shlex.split(line, comments=True)[1:] for line in block.strip().split("\n")]
    assert [command[0] for command in commands] == ["draw"] * 3
    monkeypatch.chdir(book)
    results = [CliRunner().invoke(app, command) for command in commands]
    assert [result.exit_code for result in results] == [0, 0, 0], results[-1].output
    first = json.loads(next((book / "reports" / "draws").glob("*.json")).read_text("utf-8"))
    other = json.loads((book / "draw.json").read_text("utf-8"))
    assert first["list_sha256"] == other["list_sha256"] and first["seed"] != other["seed"]
    # 4 of high risk as the page says: a quarter of 23 is 6, and 2 were visited in December.
    lines = [line.split("\t") for line in results[0].stdout.splitlines()]
    assert sum("高风险" in line for line in lines) == 4
    avoid = {
        tuple(line.split(",")) for line in (book / "data/raw/draw/avoid.csv").read_text("utf-8").split()[1:]
    }
    for _, entity, _, _, team in lines:
        members = team.split(", ")
        assert len(set(members)) == 2 and not {(member, entity) for member in members} & avoid


def test_the_comparison_shows_the_assessment_and_what_each_rule_does(book: Path) -> None:
    view = tz.open(str(book)).view("all", "2021")
    table, rules = figures.tabulate_assessment(view), figures.tabulate_rules(view)
    assert table is not None and rules is not None
    assert len(table.rows) == 16 and len(rules.rows) == 8
    kinds = [row[1].text for row in rules.rows]
    assert set(kinds) == {"得分", "加分", "扣分", "一票否决"}
    # 白鹭镇 had an accident of three deaths or more: last, whatever its points.
    last = table.rows[-1]
    assert last[0].text == "白鹭镇" and last[-1].note == "worse"
    better = [row for row in table.rows if row[-2].value < last[-2].value]
    assert better, "the veto moved nobody"
    assert any(row[-1].text != str(n) for n, row in enumerate(table.rows, 1))
    # By hand: 城关街道 rectified 94.4 % of 85 to 99.
    town = next(row for row in table.rows if row[0].text == "城关街道")
    rate = float(view.fact("hazards.rectification_rate", "350921103")["value"])
    assert town[1].value == pytest.approx(40 * (rate - 85) / 14)
