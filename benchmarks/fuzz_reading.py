"""What a fuzzed input is read by: a process of its own, watched from outside, that tells every broken promise."""

import contextlib
import io
import multiprocessing
import os
import re
import shutil
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.fuzz_ledgers import Ledger
from benchmarks.mutations import Step, mutate

SECONDS = 30.0
MB = 2048.0
# A reading that is given up by its own limits (30 s and more) has been answered. Beside other work the clock says
# nothing, so SECONDS are of a processor; what waits without using one is ended after so many seconds by the clock.
_PATIENCE = 100.0
_PAUSE = 0.05
_INPUTS = 1500  # of one process, then a fresh one
_GIVEN_UP = ("ledgers.file.too_slow", "ledgers.file.too_big")
_FACTS = ("value", "numerator", "denominator", "low", "high", "known", "of")
_PERIOD = "2021"


@dataclass(frozen=True)
class Seen:
    """What became of an input: read, refused or given up, processor seconds of one reading, memory, faults."""

    outcome: str
    seconds: float = 0.0
    mb: float = 0.0
    faults: tuple[str, ...] = ()


class Reader:
    """A process that reads inputs, replaced when it dies or is ended.

    `folder` is where it works. `groups` are the files of its workbooks by what they are; `more` is a folder of ledgers
    in formats that the repository has none of.
    """

    def __init__(self, folder: Path) -> None:
        from taizhang.metadata.kinds import load_kinds

        self.folder, self.more = folder, folder / "more"
        self.kinds = sorted(load_kinds())
        self.groups = make_books(folder, self.more)
        self._process: Any = None
        self._read = 0

    def ask(self, how: str, *what: Any) -> Seen:
        """Have an input read, and see that this takes neither too long nor too much memory."""
        if self._process is None or self._read >= _INPUTS:
            self.stop()
            self._start()
        self._read += 1
        start, most = time.monotonic(), 0.0
        self._ours.send((how, what))
        while True:
            with suppress(EOFError, ConnectionResetError):
                if self._ours.poll(_PAUSE):
                    outcome, seconds, faults = self._ours.recv()
                    most = max(most, self._measure())
                    if most > MB:
                        faults = (*faults, f"more than {MB:.0f} MB")
                    if seconds > SECONDS and outcome != "given up":
                        faults = (*faults, f"more than {SECONDS:.0f} s")
                    return Seen(outcome, seconds, most, tuple(faults))
            if not self._process.is_alive():
                code = self._process.exitcode
                self.stop()
                return Seen("fault", time.monotonic() - start, most, (f"died with {code}",))
            most = max(most, self._measure())
            late = time.monotonic() > start + _PATIENCE
            if late or most > MB:
                self.stop()
                told = f"more than {MB:.0f} MB" if most > MB else f"more than {SECONDS:.0f} s"
                return Seen("fault", time.monotonic() - start, most, (told,))

    def _start(self) -> None:
        context = multiprocessing.get_context("fork")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, self.folder), daemon=False)
        self._process.start()
        theirs.close()
        self._read = 0

    def _measure(self) -> float:
        """The most that any process below has taken, in MB."""
        return max((read_peak_mb(pid) for pid in list_below(self._process.pid)), default=0.0)

    def stop(self) -> None:
        """End the process and those that it started."""
        if self._process is None:
            return
        for pid in reversed(list(list_below(self._process.pid))):
            with suppress(ProcessLookupError):
                os.kill(pid, 9)
        self._process.join()
        self._ours.close()
        self._process = None


def list_below(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                yield from list_below(int(child))


def read_peak_mb(pid: int) -> float:
    """The most memory that a process has taken so far, in MB; 0 where the system does not tell."""
    with suppress(OSError):
        if found := re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()):
            return int(found[1]) / 1024
    return 0.0


def tell_processor_seconds(pid: int) -> float:
    """What a process, those below it and those of them that have ended have taken of a processor."""
    ticks = 0
    for one in list_below(pid):
        with suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


# ------------------------------------------------------------------ the workbooks


def make_books(folder: Path, more: Path) -> dict[str, list[str]]:
    """Small workbooks whose files are to be damaged; which files those are, by what they are."""
    import geopandas as gpd

    from tools.sample import make_sample

    plain = folder / "books" / "plain"
    make_sample(plain, townships=3, rows=45, seed=7)
    settings = (plain / "workbook.toml").read_text("utf-8")
    for name in re.findall(r"^\[ledgers\.(\w+)\]$", settings, re.M):
        if name not in ("hazards", "complaints", "population", "shelters"):
            settings = re.sub(rf"^\[ledgers\.{name}\]\nfiles = .*\n\n?", "", settings, flags=re.M)
            shutil.rmtree(plain / "data" / "raw" / name, ignore_errors=True)
    settings = re.sub(r"\[\[targets\]\]\nindicator = \"(?!hazards).*\n(?:.+\n)*\n?", "", settings)
    (plain / "workbook.toml").write_text(settings, "utf-8")
    notes = plain / "notes" / _PERIOD
    notes.mkdir(parents=True)
    front = "---\napproved: true\napprover: 甲\ndate: 2022-01-31\nmeasures:\n  hazards_overdue: {owner: 站}\n---\n"
    (notes / "溪口镇.md").write_text(
        f"{front}## 说明\n\n脚注[^1]，链接[一](https://example.org)。\n\n[^1]: 出处。\n", "utf-8"
    )
    (notes / "comparison.en.md").write_text("+++\napproved = false\n+++\nA word.\n", "utf-8")
    hazards = sorted((plain / "data" / "raw" / "hazards").glob("*.xlsx"))
    shown = hazards[0].relative_to(plain).as_posix()
    header, row, old = find_severity(hazards[0])
    (plain / "data" / "raw" / "corrections.csv").write_text(
        f"file,sheet,row,column,old,new,by,why\n{shown},,{row},{header},{old},重大,甲,核实\n", "utf-8-sig"
    )  # fmt: skip
    shutil.copy(ROOT / "lib/taizhang/metadata/risk.toml", plain / "risk.toml")
    (plain / "notebooks" / "local").mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "notebooks/township_review.ipynb", plain / "notebooks" / "local" / "350921101.ipynb")
    layers = plain / "data" / "raw" / "boundaries"
    for suffix in (".gpkg", ".geojson"):
        other = folder / "books" / suffix.removeprefix(".")
        shutil.copytree(plain, other)
        made = gpd.read_file(layers / "townships.shp", encoding="gbk").to_crs(4326)
        made.to_file(other / "data" / "raw" / "boundaries" / f"townships{suffix}")
        changed = settings.replace("townships.shp", f"townships{suffix}")
        (other / "workbook.toml").write_text(changed, "utf-8")
    from taizhang.ingest import ingest
    from taizhang.metadata.facts import load_facts
    from taizhang.metadata.kinds import load_kinds
    from taizhang.settings.workbook import read_config

    warm = folder / "books" / "warm"
    shutil.copytree(plain, warm)
    (warm / "data" / "raw" / "pairs.csv").write_text(_PAIRS, "utf-8-sig")
    ingest(read_config(warm, load_kinds(), load_facts()))
    fill_returns(warm, folder / "books" / ANSWERED)
    more.mkdir()
    rows = pd.read_excel(hazards[1], header=None, dtype=str)
    write_ods(rows, more / "hazards.ods")
    orders = next((plain / "data" / "raw" / "complaints").glob("*.csv"))
    pd.read_csv(orders, encoding="gb18030", dtype=str).head(60).to_parquet(more / "complaints.parquet")

    def find(book: str, *patterns: str) -> list[str]:
        root = folder / "books" / book
        found = sorted({p for pattern in patterns for p in root.glob(pattern) if p.is_file()})
        return [f"{book}/{path.relative_to(root).as_posix()}" for path in found]

    return {
        "shapefile": find("plain", "data/raw/boundaries/*.shp", "data/raw/boundaries/*.shx",
        "data/raw/boundaries/*.dbf",
                          "data/raw/boundaries/*.prj"),
        "gpkg": find("gpkg", "data/raw/boundaries/*.gpkg"), "geojson": find("geojson",
        "data/raw/boundaries/*.geojson"),
        "workbook.toml": find("warm", "workbook.toml"), "notes": find("warm", "notes/*/*.md"),
        "corrections.csv": find("warm", "data/raw/corrections.csv"),
        "risk, assessment, draw": find("warm", "risk.toml", "assessment.toml", "draw.toml", "data/raw/draw/*.csv"),
        "ledgers of a workbook": find("plain", "data/raw/*/*.xlsx", "data/raw/complaints/*.csv"),
        "data/processed": find("warm", "data/processed/*", "data/processed/.cache/**/*"),
        "notebooks": find("warm", "notebooks/**/*.ipynb"),
        "returns": find("warm", "reports/*/returns/*.xlsx"), "pairs.csv": find("warm", "data/raw/pairs.csv"),
        "data/store": find("warm", "data/store/*"),
    }  # fmt: skip


ROOT = Path(__file__).resolve().parents[1]
ANSWERED = "answered.xlsx"
_PAIRS = "a,b,same,by,why\n350921101 宏达商店,350921101 宏达超市,yes,甲,同一处\n甲店,乙店,no,乙,\n"


def fill_returns(root: Path, copy: Path) -> None:
    """Write a workbook's returns, with an answer in each line, as if they had come back; one is copied."""
    import openpyxl

    from taizhang.core.periods import parse_period
    from taizhang.returns import make_returns
    from taizhang.returns.form import say
    from taizhang.workbook.book import Workbook

    made = make_returns(Workbook(root), parse_period(_PERIOD))
    for path in made.files:
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            heads = {
                cell.value: (cell.row, cell.column) for row in sheet.iter_rows(max_row=5) for cell in row
            }
            for name in ("answer", "pair_answer"):
                if (at := heads.get(say(name, "zh"))) is not None:
                    for row in range(at[0] + 1, sheet.max_row + 1):
                        sheet.cell(row, at[1]).value = "是" if name == "pair_answer" else "2021-05-06"
        book.save(path)
        shutil.copy(path, copy)


def find_severity(path: Path) -> tuple[str, int, str]:
    """A header of a ledger of hazards, and a row that says something below it."""
    rows = pd.read_excel(path, header=None, dtype=str).fillna("").to_numpy().tolist()
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell.endswith(("等级", "级别")):
                below = [
                    (at, line[column]) for at, line in enumerate(rows, 1) if at > number + 2 and line[column]
                ]
                return cell.rpartition("/")[2], *below[0]
    raise ValueError(path)


def write_ods(rows: pd.DataFrame, path: Path) -> None:
    """A plain OpenDocument sheet."""
    import zipfile
    from xml.sax.saxutils import escape

    cells = (
        "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'
            if isinstance(cell, str)
            else "<table:table-cell/>"
            for cell in row
        )
        for row in rows.itertuples(index=False)
    )
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )  # fmt: skip
    with zipfile.ZipFile(path, "w") as package:
        kind = "application/vnd.oasis.opendocument.spreadsheet"
        package.writestr("mimetype", kind)
        package.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        )
        package.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {spaces} office:version="1.2"><office:body>'
            f'<office:spreadsheet><table:table table:name="台账">{body}</table:table></office:spreadsheet>'
            "</office:body></office:document-content>",
        )


# ------------------------------------------------------------------ in the process


def _tell_spent() -> float:
    return tell_processor_seconds(os.getpid())


def serve(asked: Connection, folder: Path) -> None:
    """Read inputs until the other end closes; answers are outcome, seconds and faults."""
    os.environ["TAIZHANG_LANG"] = "zh"
    os.environ.setdefault("MPLBACKEND", "agg")
    # Tracebacks of other threads and words of libraries go nowhere; a fault is told by what is raised and said.
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    work = folder / f"work-{os.getpid()}"
    work.mkdir()
    count = 0
    while True:
        try:
            how, what = asked.recv()
        except EOFError:
            os._exit(0)
        count += 1
        room = work / str(count)
        room.mkdir()
        start = _tell_spent()
        try:
            outcome, seconds, faults = _READINGS[how](room, folder, *what)
        except BaseException as error:
            outcome, seconds, faults = "fault", _tell_spent() - start, [tell_raised(error)]
        shutil.rmtree(room, ignore_errors=True)
        asked.send((outcome, seconds, faults))


def tell_raised(error: BaseException) -> str:
    """What was raised, and by which function of ours last; then the whole traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}taizhang{os.sep}" in frame.filename]
    where = (
        f"{Path(ours[-1].filename).parent.name}/{Path(ours[-1].filename).stem}.{ours[-1].name}"
        if ours
        else "?"
    )
    whole = "".join(traceback.format_exception(error))
    return f"{type(error).__name__} in {where}\n{whole}"


def find_dumb(reasons: Sequence[Any]) -> Iterator[str]:
    """Reasons that say nothing, or were made of an error that nobody foresaw."""
    for reason in reasons:
        for lang in ("zh", "en"):
            if not reason.word(lang).strip(" ：:。."):
                yield f"an empty message: {reason.code}"
        if reason.root.code == "ledgers.file.not_read":
            why = re.sub(r"[0-9]+|'.*?'", "#", reason.root.word("en").partition("\n")[0])[:200]
            yield f"an error nobody foresaw: {why}\n{reason.root.word('en')}"


def read_ledger(room: Path, _: Path, suffix: str, data: bytes, read_as: str) -> tuple[str, float, list[str]]:
    """Read bytes as a ledger of a kind, or survey them."""
    from taizhang.ledgers import Source, Survey, read_ledger_file, survey_ledger_file
    from taizhang.metadata.kinds import load_kinds

    path = room / f"a{suffix}"
    path.write_bytes(data)
    start = _tell_spent()
    if read_as == "survey":
        seen = survey_ledger_file(
            path, Survey(dict(load_kinds()), frozenset(_NAMES)), name="data/raw/a" + suffix
        )
        faults = list(find_dumb([seen.problem] if seen.problem else []))
        given_up = seen.problem and seen.problem.root.code in _GIVEN_UP
        outcome = "given up" if given_up else "refused" if seen.problem else "read"
        return outcome, _tell_spent() - start, faults
    source = Source(load_kinds()[read_as], names=frozenset(_NAMES))
    got = read_ledger_file(path, source, name="data/raw/a" + suffix)
    seconds = _tell_spent() - start
    outcome = "refused" if got.errors else "read"
    if any(error.root.code in _GIVEN_UP for error in got.errors):
        return "given up", seconds, []
    faults = list(find_broken(got, source.kind))
    again = read_ledger_file(path, source, name="data/raw/a" + suffix)
    if any(error.root.code in _GIVEN_UP for error in again.errors):
        return outcome, seconds, faults
    return outcome, seconds, faults + list(find_differences(got, again))


_NAMES = ("溪口镇", "溪南镇", "城关街道", "白鹭镇", "Xikou")


def find_broken(got: Any, kind: Any) -> Iterator[str]:
    """Promises that a ledger as read does not keep."""
    yield from find_dumb([*got.errors, *got.notes, *got.faults, *got.set_aside["reason"].unique()])
    places = ["source_sheet", "source_row"]
    rows = got.rows[places]
    aside = got.set_aside.loc[got.set_aside["scope"] == "row", places].drop_duplicates()
    if got.read != len(rows) + len(aside):
        yield f"rows read are not those accepted and set aside\n{got.read} {len(rows)} {len(aside)}"
    named = len({table.sheet for table in got.tables}) == len(got.tables)
    if named and (rows.duplicated().any() or len(rows.merge(aside, on=places))):
        yield "a row twice"
    for name, field in kind.fields.items():
        column = got.rows[name]
        if field.type in ("number", "integer", "year", "count_or_names"):
            numbers = column.astype("float64").to_numpy(na_value=np.nan)
            if np.isinf(numbers).any():
                yield f"a number that is not finite: {kind.name}.{name}"
        if field.required and column.isna().any() and name != "district":
            yield f"a required column is empty: {kind.name}.{name}"


def find_differences(one: Any, other: Any) -> Iterator[str]:
    """What differs when the same is read twice."""
    if not one.rows.equals(other.rows):
        yield "other rows when read again"
    plain = [read.set_aside.drop(columns="reason") for read in (one, other)]
    if not plain[0].equals(plain[1]) or list(one.set_aside["reason"]) != list(other.set_aside["reason"]):
        yield "something else set aside when read again"
    if one.errors != other.errors or one.tables != other.tables or one.notes != other.notes:
        yield "something else told when read again"


def read_made(room: Path, _: Path, ledger: Ledger) -> tuple[str, float, list[str]]:
    """Read a ledger that hypothesis made, whose cells are known."""
    from taizhang.ledgers import Source, read_ledger_file
    from taizhang.metadata.kinds import load_kinds

    path = room / f"a{ledger.suffix}"
    ledger.write(path)
    source = Source(load_kinds()[ledger.kind], names=frozenset(_NAMES))
    start = _tell_spent()
    got = read_ledger_file(path, source, name=f"data/raw/{path.name}")
    seconds = _tell_spent() - start
    if any(error.root.code in _GIVEN_UP for error in got.errors):
        return "given up", seconds, []
    faults = [*find_broken(got, source.kind), *ledger.find_changed(got)]
    again = read_ledger_file(path, source, name=f"data/raw/{path.name}")
    return "refused" if got.errors else "read", seconds, faults + list(find_differences(got, again))


def read_book(
    room: Path, folder: Path, group: str, file: str, steps: Sequence[Step]
) -> tuple[str, float, list[str]]:
    """Damage a file of a workbook and read it by every command that makes no report."""
    name, _, inner = file.partition("/")
    book = room / "县 book"
    shutil.copytree(folder / "books" / name, book)
    path = book / inner
    if steps[0][1] % _PLACES < len(_ODD_PLACES):
        _ODD_PLACES[steps[0][1] % _PLACES](path)
    else:
        path.write_bytes(mutate(path.read_bytes(), steps))
    seconds = 0.0
    faults: list[str] = []
    codes = []
    period = ["--period", _PERIOD]
    plain = (["check"], ["ingest"], ["facts", *period])
    commands = {
        "returns": (["collect", str(path)], ["status", *period], ["return", *period]),
        "pairs.csv": (["check"], ["ingest"], ["collect", str(folder / "books" / ANSWERED)]),
        "data/store": (
            ["store"],
            ["status", *period],
            ["facts", *period, "--known-on", "2100-01-01"],
            ["ingest", "--fresh"],
        ),
    }.get(group, plain)
    for words in commands:
        if words == ["check"] and group in _UNCHECKED:
            continue
        start = _tell_spent()
        code, said, fault = run_command([*words, "-C", str(book)])
        seconds = max(seconds, _tell_spent() - start)
        codes.append(code)
        faults += fault
        if words == ["ingest"] and not fault:
            again, said_again, fault = run_command([*words, "-C", str(book)])
            faults += fault
            if (again, said_again) != (code, said):
                faults.append(f"ingest tells something else when run again\n{said}\n---\n{said_again}")
    start = _tell_spent()
    faults += examine_book(book)
    seconds = max(seconds, _tell_spent() - start)
    if group == "data/processed" and not faults:
        faults += compare_processed(folder / "books" / name, book)
    return ("refused" if any(codes) else "read"), seconds, faults


def _make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _make_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def _link_itself(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


_UNCHECKED = (
    "notes",
    "risk, assessment, draw",
    "notebooks",
    "data/processed",
    "returns",
    "data/store",
)  # what `check` does not read
# Of so many files one is replaced by something that is no file.
_PLACES = 60
_ODD_PLACES = (_make_pipe, _make_folder, _make_link, _link_itself)


SETTINGS = (
    "workbook.toml", "risk, assessment, draw", "notes", "corrections.csv", "notebooks", "returns", "pairs.csv",
    "data/store",
)  # fmt: skip


def read_settings_file(
    room: Path, folder: Path, group: str, file: str, steps: Sequence[Step]
) -> tuple[str, float, list[str]]:
    """Damage a file of settings and read it alone, which takes a hundredth of the time that a workbook takes."""
    from taizhang.core.errors import TaizhangError

    name, _, inner = file.partition("/")
    book = room / "县 book"
    left_out = (
        () if group == "notes" else (".cache", "hazards")
    )  # notes are named by districts, which ingest knows
    shutil.copytree(folder / "books" / name, book, ignore=shutil.ignore_patterns(*left_out))
    path = book / inner
    path.write_bytes(mutate(path.read_bytes(), steps))
    start = _tell_spent()
    try:
        faults = list(_read_alone(group, book, path, folder / "books" / name) or ())
    except TaizhangError as error:
        faults = [] if str(error).strip() else ["an empty message"]
        return "refused", _tell_spent() - start, faults
    return "read", _tell_spent() - start, faults


def _read_alone(group: str, root: Path, path: Path, whole: Path) -> Iterator[str]:
    """Read a file; what is wrong with what is told of it."""
    if group == "returns":
        yield from _read_return(path)
    elif group == "pairs.csv":
        yield from _read_pairs(path)
    elif group == "data/store":
        yield from _read_store(root, whole)
    else:
        _read_settings(group, root, path)


def _read_return(path: Path) -> Iterator[str]:
    from taizhang.returns.answers import read_return

    read = read_return(path)
    yield from find_dumb(
        [one for one in (read.fault, *(one.fault for one in read.answers)) if one is not None]
    )


def _read_pairs(path: Path) -> Iterator[str]:
    from taizhang.register import read_decisions
    from taizhang.returns.lists import PAIR_NAMES, open_list

    decisions, faults = read_decisions(path)
    yield from find_dumb(faults)
    if len({one.line for one in decisions}) != len(decisions):
        yield "pairs.csv: two decisions of one line"
    open_list(path, PAIR_NAMES)


def _read_store(root: Path, whole: Path) -> Iterator[str]:
    """All snapshots of a damaged store: refused, or to the last byte what was stored."""
    from taizhang.settings.workbook import read_config
    from taizhang.store import list_snapshots, write_snapshot

    def write(book: Path, out: Path) -> dict[str, bytes]:
        for one in list_snapshots(config):
            write_snapshot(book, one, out / one.id)
        files = sorted(path for path in out.rglob("*") if path.is_file())
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}

    from taizhang.metadata.facts import load_facts
    from taizhang.metadata.kinds import load_kinds

    config = read_config(root, load_kinds(), load_facts())
    there = write(root, root / "written")
    config = read_config(whole, load_kinds(), load_facts())
    if there != write(whole, root / "wanted"):
        yield "data/store: other files than were stored"


def _read_settings(group: str, root: Path, path: Path) -> None:
    from taizhang.core.periods import parse_period
    from taizhang.draw.run import read_draw
    from taizhang.ingest.corrections import read_corrections
    from taizhang.report.kept import carry_kept, drop_lab
    from taizhang.report.notes import read_notes
    from taizhang.settings.view import read_settings
    from taizhang.workbook.book import Workbook

    book = Workbook(root)
    if group == "corrections.csv":
        shown = [file.relative_to(root).as_posix() for file in (root / "data" / "raw").rglob("*.xlsx")]
        read_corrections(path, shown)
    elif group == "notes":
        read_notes(book, parse_period(_PERIOD))
    elif group == "notebooks":
        template = (ROOT / "notebooks" / "township_review.ipynb").read_text("utf-8")
        carry_kept(drop_lab(template), path)
    elif path.name in ("risk.toml", "assessment.toml"):
        read_settings(book.config)
    elif group != "workbook.toml":
        read_draw(root)


def run_command(words: list[str]) -> tuple[int, str, list[str]]:
    """A command in this process: its exit code, all that it printed, and what is wrong with that."""
    from taizhang.cli import main

    given, path = sys.argv, list(sys.path)
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    code, faults = 0, []
    sys.argv = ["taizhang", *words]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException as error:
        faults.append(tell_raised(error))
    finally:
        sys.argv, sys.path[:] = given, path
    said = ""
    for stream in (out, err):
        stream.flush()
        said += stream.buffer.getvalue().decode("utf-8", "replace")
    if "Traceback" in said:
        faults.append(f"{words[0]}: a traceback is shown\n{said}")
    if not faults and (code not in (0, 1, 2) or (code and not said.strip())):
        faults.append(f"{words[0]}: ended with {code} and said {'something' if said.strip() else 'nothing'}")
    return code, said, faults


def examine_book(root: Path) -> Iterator[str]:
    """Facts, views, notes, lists to draw from and notebooks of a workbook; a refusal in words is no fault."""
    from taizhang.core.errors import TaizhangError
    from taizhang.core.periods import parse_period
    from taizhang.draw.run import read_draw
    from taizhang.report.kept import carry_kept, drop_lab
    from taizhang.report.notes import read_notes
    from taizhang.workbook.book import Workbook

    period = parse_period(_PERIOD)

    def attempt(what: str, look: Any) -> Any:
        try:
            return look(), ""
        except TaizhangError as error:
            return None, "" if str(error).strip() else f"{what}: an empty message"
        except BaseException as error:
            return None, tell_raised(error)

    book, fault = attempt("open", lambda: Workbook(root))
    if fault:
        yield fault
    _, fault = attempt("draw", lambda: read_draw(root))
    if fault:
        yield fault
    if book is None:
        return
    result, fault = attempt("ingest", lambda: book.result)
    if fault:
        yield fault
    if result is None:
        return
    for one in result.summaries:
        if one.read != one.accepted + one.set_aside:
            yield "summary: rows read are not those accepted and set aside"
    facts, fault = attempt("facts", lambda: book.facts(period))
    if fault:
        yield fault
    if facts is not None:
        yield from find_wrong_facts(facts)
    notebook = root / "notebooks" / "local" / "350921101.ipynb"
    template = (ROOT / "notebooks" / "township_review.ipynb").read_text("utf-8")
    view, fault = attempt("view", lambda: book.view("all", period))
    if fault:
        yield fault
    looks = {
        "quality": lambda: book.quality(view) if view else None,
        "notes": lambda: read_notes(book, period), "notebook": lambda: carry_kept(drop_lab(template), notebook),
    }  # fmt: skip
    for what, look in looks.items():
        _, fault = attempt(what, look)
        if fault:
            yield fault


def find_wrong_facts(facts: pd.DataFrame) -> Iterator[str]:
    """Facts that cannot be."""
    for name in _FACTS:
        if np.isinf(facts[name].to_numpy()).any():
            yield f"facts: {name} is not finite"
    shares = facts[facts["unit"] == "percent"]
    for name in ("value", "low", "high"):
        if ((shares[name] < 0) | (shares[name] > 100 + 1e-9)).any() and name != "value":
            yield f"facts: {name} of a share is not within 0 and 100"
    wrong = shares[(shares["value"] < 0) | (shares["value"] > 100 + 1e-9) & shares["low"].notna()]
    if len(wrong):
        yield f"facts: a share is not within 0 and 100\n{wrong.to_string()}"
    above = facts[
        (facts["numerator"] > facts["denominator"]) & facts["low"].notna() & (facts["unit"] == "percent")
    ]
    if len(above):
        yield f"facts: a numerator above its denominator\n{above.to_string()}"


def compare_processed(before: Path, after: Path) -> Iterator[str]:
    """Tables of data/processed that are not what an undisturbed ingest wrote."""
    for path in sorted((before / "data" / "processed").iterdir()):
        if not path.is_file() or path.name == "ingest.json":
            continue
        other = after / "data" / "processed" / path.name
        if not other.is_file() or other.read_bytes() != path.read_bytes():
            yield f"data/processed: {path.name} is not made again"


_READINGS: dict[str, Any] = {
    "ledger": read_ledger,
    "made": read_made,
    "book": read_book,
    "settings": read_settings_file,
}
