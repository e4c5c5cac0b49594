"""Take the pictures of README and tutorial from real output: a report's page, a page of its PDF, JupyterLab.

``python -m make pictures`` runs it after ``python -m make review``.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import pypdfium2
from PIL import Image
from playwright.sync_api import sync_playwright

from taizhang.core.fonts import sans_path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
SIZE = (1240, 1240)
COLOURS = 192
# JupyterLab sets its pages in the fonts of the machine, which may have no Chinese one.
FONTS = """<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def find_report(folder: Path, district: str, lang: str) -> Path:
    """The HTML report of a district, or of the first one there is; ends the run where there is none."""
    found = sorted(folder.glob(f"{district or '[0-9]*'}.{lang}.html"))
    if not found:
        sys.exit(
            f"no report '{district or 'of any district'}' in {folder.name}; run first: python -m make review"
        )
    return found[0]


def take_html(page: Path) -> Image.Image:
    """The top of a report as a desktop browser shows it."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("no Chromium on this machine; install one, then try again")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="light")
        tab.goto(page.as_uri())
        tab.evaluate("document.fonts.ready")
        shot = tab.screenshot()
        browser.close()
    return Image.open(BytesIO(shot))


def take_pdf(path: Path, number: int) -> Image.Image:
    """A page of a PDF, as high as the browser's picture."""
    with pypdfium2.PdfDocument(path) as document:
        page = document[min(number, len(document)) - 1]
        picture: Image.Image = page.render(scale=SIZE[1] / page.get_height()).to_pil()
    return picture


def take_lab() -> tuple[dict[str, Image.Image], bool]:
    """Each notebook in JupyterLab after a township was picked and all was run, by the tests that do so.

    Also whether all tests passed: a notebook that fails keeps its old picture, and the others get new ones.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as beside:
        settings = Path(beside, "fonts.conf")
        settings.write_text(
            FONTS.format(fonts=escape(str(sans_path().parent)), cache=escape(beside)), "utf-8"
        )
        tests = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "tests/lab"],
            cwd=ROOT,
            env={**os.environ, "TAIZHANG_PICTURES": folder, "FONTCONFIG_FILE": str(settings)},
            check=False,
        )
        taken: dict[str, Image.Image] = {
            path.stem: Image.open(BytesIO(path.read_bytes())) for path in Path(folder).glob("*.png")
        }
    return taken, tests.returncode == 0


def save_small(picture: Image.Image, name: str) -> None:
    """Write a PNG with a palette: a third of the bytes and no difference to see."""
    path = PICTURES / name
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(ROOT).as_posix()}: {path.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--period", default="2021", help="default: 2021")
    parser.add_argument("--district", default="", help="a code; default: the first report")
    parser.add_argument("--lang", default="zh", choices=("zh", "en"))
    parser.add_argument("--page", type=int, default=6, help="of the PDF; default: 6, work done")
    chosen = parser.parse_args()
    report = find_report(ROOT / "reports" / chosen.period.replace("/", "_"), chosen.district, chosen.lang)
    PICTURES.mkdir(exist_ok=True)
    save_small(take_html(report), "report-html.png")
    save_small(take_pdf(report.with_suffix(".pdf"), chosen.page), "report-pdf.png")
    taken, passed = take_lab()
    for name, picture in taken.items():
        save_small(picture, f"{name}.png")
    if not passed:
        sys.exit("some notebooks failed in JupyterLab (see above); their pictures are the old ones")


if __name__ == "__main__":
    main()
