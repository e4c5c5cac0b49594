"""The wheel where nothing of the repository is; long, as pip installs all packages anew."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import try_dist


def test_the_five_minutes_are_whole() -> None:
    block = try_dist.read_block()
    assert block[0] == "taizhang new practice --sample"
    assert block[-1] == f"taizhang review --period {try_dist.PERIOD}"


def test_facts_that_differ_are_found() -> None:
    ours = "fact,value,low\r\nhazards.found,12,0.1\r\ndrills.held,,\r\n"
    assert list(try_dist.compare_facts(ours, ours.replace("0.1", "0.10000000000000001"))) == []
    (found,) = try_dist.compare_facts(ours, ours.replace("12", "13"))
    assert "value: 12 here, 13 there" in found
    assert list(try_dist.compare_facts(ours, ours.replace("held,,", "held,0,"))) != []
    assert list(try_dist.compare_facts(ours, ours.split("drills")[0])) == ["3 rows here, 2 there"]


@pytest.mark.long
@pytest.mark.parametrize("version", try_dist.VERSIONS)
def test_the_wheel_in_a_bare_environment(version: str, tmp_path: Path) -> None:
    python = try_dist.find_pythons().get(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    reached = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", tmp_path, "six"]
    if subprocess.run(reached, capture_output=True, check=False).returncode:
        pytest.skip("no registry can be reached")
    wheel = try_dist.build(tmp_path, "wheel")
    assert try_dist.try_wheel(version, python, wheel, tmp_path / version) == []


@pytest.mark.long
def test_the_sdist_passes_the_tests_of_the_house(tmp_path: Path) -> None:
    try_dist.try_sdist(try_dist.build(tmp_path, "sdist"), tmp_path / "source", ["tests/house"])
