"""A Chinese chart of a researcher's own is no row of boxes."""

import subprocess
import sys

import pytest

DRAW = """
import warnings
warnings.simplefilter("error")
import taizhang as tz
{before}
try:
    tz.open("/nowhere")
except tz.core.errors.ParameterError:
    pass
import matplotlib
matplotlib.use("svg")
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([-1, 2]); axes.set_title("各镇隐患数"); axes.set_xlabel("臺灣 № −")
figure.canvas.draw()
from matplotlib import font_manager
print(font_manager.findfont(axes.title.get_fontproperties()))
"""


@pytest.mark.parametrize(
    "before", ["", "import matplotlib.pyplot", "import matplotlib; matplotlib.rcParams['font.size'] = 14"]
)
def test_charts_of_ones_own_draw_chinese(before: str) -> None:
    made = subprocess.run([sys.executable, "-c", DRAW.format(before=before)], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert "NotoSansSC" in made.stdout.replace("-", "").replace("_", "")


def test_import_alone_loads_no_matplotlib() -> None:
    code = "import taizhang, sys; print('matplotlib' in sys.modules)"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == "False"
