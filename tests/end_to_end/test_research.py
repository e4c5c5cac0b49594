"""The script of docs/howto/research.md runs as it stands, and its numbers are right."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import taizhang as tz

pytest.importorskip("linearmodels")


def read_script(path: Path) -> str:
    (script,) = re.findall(r"^```py\n(.*?)^```", path.read_text("utf-8"), flags=re.M | re.S)
    return str(script)


def sweep_out(values: np.ndarray) -> np.ndarray:
    """Districts by quarters, balanced, without the means of both."""
    return values - values.mean(0) - values.mean(1, keepdims=True) + values.mean()


def test_the_script_runs_and_estimates_what_the_panel_tells(
    root: Path, sample_book: Path, tmp_path: Path
) -> None:
    script = read_script(root / "docs" / "howto" / "research.md")
    assert script == read_script(root / "docs" / "howto" / "research.zh.md")
    assert len([line for line in script.splitlines() if line]) <= 20
    folder = shutil.copytree(sample_book, tmp_path / "book")
    path = os.pathsep.join([str(root / "lib"), os.environ.get("PYTHONPATH", "")])
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert ran.returncode == 0, ran.stderr
    table = tz.open(str(folder)).panel(
        ["inspections.visits", "drills.held", "incidents.count"],
        periods=[f"{year}Q{quarter}" for year in (2020, 2021) for quarter in (1, 2, 3, 4)],
    )
    wide = table.wide().sort_values(["district_code", "first_day"])
    swept = {name: sweep_out(wide[name].to_numpy().reshape(-1, 8)).ravel() for name in list(wide)[5:]}
    x = np.column_stack([swept["inspections_visits"], swept["drills_held"]])
    slopes = np.linalg.lstsq(x, swept["incidents_count"], rcond=None)[0]
    for name, slope in zip(("inspections_visits", "drills_held"), slopes, strict=True):
        (said,) = re.findall(rf"^{name} +(-?[\d.]+)", ran.stdout, flags=re.M)
        assert float(said) == pytest.approx(slope, abs=6e-5), name
    assert (folder / "incidents.pdf").read_bytes().startswith(b"%PDF")
    with Image.open(folder / "hazards.png") as image:
        assert image.width == pytest.approx(85 / 25.4 * 600, abs=1)
    latex = (folder / "districts.tex").read_text("utf-8")
    assert latex.count(r"\\") == 1 + 4 + 1 and r"\toprule" in latex
