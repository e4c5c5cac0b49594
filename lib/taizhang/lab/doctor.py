"""`taizhang doctor`: what works on this machine, by trying it rather than looking it up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import taizhang
from taizhang.core import fonts
from taizhang.core.errors import TaizhangError
from taizhang.core.outside import tell_error
from taizhang.core.reasons import Label, Reason
from taizhang.ingest.databases import try_source
from taizhang.ingest.fetch import list_sources, want
from taizhang.ingest.plan import make_plan


@dataclass(frozen=True)
class Check:
    """One thing tried: its name, whether it works, and what was found."""

    name: Reason
    fine: bool
    found: str | Reason | Label


def examine(workbook: str = "") -> Iterator[Check]:
    """Try fonts, the PDF engine, the notebook kernel, boundary reading, and the workbook itself."""
    yield _try("fonts", _try_fonts)
    yield _try("pdf", _try_typst)
    yield _try("official", lambda: _try_faces(workbook))
    yield _try("kernel", _try_kernel)
    yield _try("boundaries", _try_gdal)
    yield _try("workbook", lambda: _try_workbook(workbook))
    yield from _try_sources(workbook)


def _try(name: str, attempt: Callable[[], str | Reason]) -> Check:
    what = Reason(f"lab.doctor.{name}")
    try:
        return Check(what, True, attempt())
    except Exception as error:  # a broken installation can fail in any way, and saying how is the purpose
        return Check(what, False, tell_error(error, named=True))


def _try_sources(folder: str) -> Iterator[Check]:
    """Ask each database of the workbook for its first rows; a workbook that can't be read has none."""
    try:
        config = taizhang.open(folder).config
    except TaizhangError:  # told before
        return
    for name, source in list_sources(config):
        what = Reason("lab.doctor.source", name=name)
        try:
            read_only, columns = try_source(want(source, config.root), config.root)
        except TaizhangError as error:
            yield Check(what, False, tell_error(error))
            continue
        code = "lab.doctor.reads" if read_only else "lab.doctor.may_write"
        yield Check(what, True, Reason(code, columns=columns))


def _try_fonts() -> Reason:
    from fontTools.ttLib import TTFont

    told = []
    for path in (fonts.sans_path(), fonts.serif_path()):
        with TTFont(path, lazy=True) as font:
            if ord("隐") not in font.getBestCmap():
                raise TaizhangError("lab.doctor.no_chinese", font=path.name)
            told.append(str(font["name"].getDebugName(4)))
    return Reason("lab.doctor.packaged", fonts=", ".join(told))


def _try_typst() -> str:
    import typst

    compiler = typst.Compiler(  # type: ignore[misc]  # its stub cannot infer from bytes
        '#set text(font: "Noto Serif SC")\n隐患'.encode(),
        font_paths=[str(fonts.serif_path().parent)],
        ignore_system_fonts=True,
    )
    pdf = compiler.compile(format="pdf")
    if not isinstance(pdf, bytes) or not pdf.startswith(b"%PDF"):
        raise TaizhangError("lab.doctor.no_pdf")
    return f"typst {version('typst')}"


def _try_faces(folder: str) -> str | Reason:
    from taizhang.report.typefaces import find_typefaces

    fonts = taizhang.open(folder).config.fonts
    faces = find_typefaces(str(fonts or ""))
    found, lacking = ", ".join(faces.found), "、".join(faces.lacking)
    if not lacking:
        return found
    return Reason("lab.doctor.some_faces" if found else "lab.doctor.no_faces", found=found, lacking=lacking)


def _try_kernel() -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    spec = KernelSpecManager().get_kernel_spec("python3")
    if not spec.argv:
        raise TaizhangError("lab.doctor.no_kernel")
    return f"python3 ({spec.display_name}), ipykernel {version('ipykernel')}"


def _try_gdal() -> str:
    import pyogrio

    if "ESRI Shapefile" not in pyogrio.list_drivers():
        raise TaizhangError("lab.doctor.no_driver")
    return f"GDAL {pyogrio.__gdal_version_string__}"


def _try_workbook(folder: str) -> Reason:
    book = taizhang.open(folder)
    probe = book.root / "reports"
    probe.mkdir(exist_ok=True)
    mark = probe / ".doctor"
    mark.touch()
    mark.unlink()
    # Raises what an ingest would: no ledger named, no boundaries or no file of any ledger there.
    make_plan(book.config, fetch=False)
    places = ", ".join(Path(ledger).name for ledger in book.config.ledgers)
    return Reason("lab.doctor.writable", title=book.config.title, ledgers=places)
