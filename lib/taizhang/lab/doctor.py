"""`taizhang doctor`: what works on this machine, tried rather than looked up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import taizhang
from taizhang.core import fonts
from taizhang.core.errors import TaizhangError


@dataclass(frozen=True)
class Check:
    """One thing tried: its name, whether it works, and what was found."""

    name: str
    fine: bool
    found: str


def examine(workbook: str = "") -> Iterator[Check]:
    """Try fonts, the PDF engine, the notebook kernel, boundary reading, and the workbook itself."""
    yield _try("fonts", _try_fonts)
    yield _try("PDF (Typst)", _try_typst)
    yield _try("faces of GB/T 9704", lambda: _try_faces(workbook))
    yield _try("notebook kernel", _try_kernel)
    yield _try("boundary reader (GDAL)", _try_gdal)
    yield _try("workbook", lambda: _try_workbook(workbook))


def _try(name: str, attempt: Callable[[], str]) -> Check:
    try:
        return Check(name, True, attempt())
    except Exception as error:  # a broken installation can fail in any way, and saying how is the purpose
        return Check(name, False, f"{type(error).__name__}: {error}")


def _try_fonts() -> str:
    from fontTools.ttLib import TTFont

    told = []
    for path in (fonts.sans_path(), fonts.serif_path()):
        with TTFont(path, lazy=True) as font:
            if ord("隐") not in font.getBestCmap():
                raise TaizhangError(f"{path.name} has no Chinese")
            told.append(str(font["name"].getDebugName(4)))
    return ", ".join(told) + " (packaged; no installed font is used)"


def _try_typst() -> str:
    import typst

    compiler = typst.Compiler(  # type: ignore[misc]  # its stub cannot infer from bytes
        '#set text(font: "Noto Serif SC")\n隐患'.encode(),
        font_paths=[str(fonts.serif_path().parent)],
        ignore_system_fonts=True,
    )
    pdf = compiler.compile(format="pdf")
    if not isinstance(pdf, bytes) or not pdf.startswith(b"%PDF"):
        raise TaizhangError("no PDF came out")
    return f"typst {version('typst')}"


def _try_faces(folder: str) -> str:
    from taizhang.report.typefaces import find_faces

    fonts = taizhang.open(folder).config.fonts
    faces = find_faces(str(fonts or ""))
    told = [", ".join(faces.found)] if faces.found else []
    if faces.lacking:
        told.append(
            f"{'、'.join(faces.lacking)} not there: the packaged serif and sans take their place; "
            'name a folder that holds them with [workbook] fonts = "..."'
        )
    return "; ".join(told)


def _try_kernel() -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    spec = KernelSpecManager().get_kernel_spec("python3")
    if not spec.argv:
        raise TaizhangError("the kernelspec python3 names no command")
    return f"python3 ({spec.display_name}), ipykernel {version('ipykernel')}"


def _try_gdal() -> str:
    import pyogrio

    if "ESRI Shapefile" not in pyogrio.list_drivers():
        raise TaizhangError("GDAL has no shapefile driver")
    return f"GDAL {pyogrio.__gdal_version_string__}"


def _try_workbook(folder: str) -> str:
    book = taizhang.open(folder)
    probe = book.root / "reports"
    probe.mkdir(exist_ok=True)
    mark = probe / ".doctor"
    mark.touch()
    mark.unlink()
    places = ", ".join(Path(ledger).name for ledger in book.config.ledgers)
    return f"{book.config.title}: {places}; reports can be written"
