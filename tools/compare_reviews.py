"""Whether two states of the code say the same: facts to the last bit, and the texts of HTML and PDF line by line.

``python -m tools.compare_reviews take CODE OUT`` makes facts and reviews with the code of a checkout (its lib/ and
notebooks/), on a copy of the sample of this checkout and, with ``--phildis FOLDER``, on that collection by the steps of
docs/other-countries.md. ``python -m tools.compare_reviews compare OLD NEW`` compares what two such runs left and ends
with 1 where a fact differs.
"""

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Annual, half, quarter, month, a range, and days other than the period's last.
FACTS = (
    ("2021",), ("2020",), ("2021H1",), ("2021Q3",), ("2021-07",), ("2021-02",), ("2021-03-01/2021-05-31",),
    ("2021", "--as-of", "2022-01-31"), ("2021", "--as-of", "2021-09-30"), ("2021Q3", "--as-of", "2021-10-15"),
    ("2021-07", "--as-of", "2021-12-31"),
)  # fmt: skip
REVIEWS = (
    ("2021", "zh"),
    ("2021", "en"),
    ("2021H1", "zh"),
    ("2021Q3", "zh"),
    ("2021Q3", "en"),
    ("2021-07", "zh"),
    ("2021-07", "en"),
)
_TAGS = re.compile(r"<(style|script|svg)\b.*?</\1>|<[^>]*>", re.DOTALL)
_SVG_WORDS = re.compile(r"<text\b[^>]*>(.*?)</text>|<title>(.*?)</title>", re.DOTALL)
_BLOCKS = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def run(code: Path, *words: str | Path, cwd: Path) -> str:
    """Run a command of the package of a checkout; its standard output."""
    environment = dict(
        os.environ, PYTHONPATH=str(code / "lib"), TAIZHANG_LANG="en", SOURCE_DATE_EPOCH="1640995200"
    )
    command = [sys.executable, "-m", "taizhang.cli", *map(str, words)]
    done = subprocess.run(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, check=False)
    if done.returncode == 2:
        raise SystemExit(f"{' '.join(map(str, words))} ended with 2")
    return done.stdout.decode()


def copy_sample(code: Path, folder: Path) -> None:
    """The repository's workbook without what was made, with the notebooks of the code that is tried."""
    folder.mkdir(parents=True)
    for name in ("workbook.toml", "assessment.toml", "draw.toml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    shutil.copytree(code / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns("local", ".*"))


def make_phildis(code: Path, source: Path, folder: Path) -> Path:
    """The workbook of docs/other-countries.md; the review is the last of its steps."""
    shutil.copytree(source, folder / "phildis")
    name = "灾情 of provinces"
    for lang, text in _BLOCKS.findall((ROOT / "docs" / "other-countries.md").read_text("utf-8")):
        if lang == "toml":
            (folder / name / "workbook.toml").write_text(text, "utf-8")
        elif lang == "python":
            subprocess.run([sys.executable, "-c", text], cwd=folder, check=True)
        else:
            import shlex

            for line in text.splitlines():
                run(code, *shlex.split(line)[1:], cwd=folder)
    return folder / name


def take(code: Path, out: Path, phildis: Path | None) -> None:
    """Leave facts/*.csv and texts/*.txt of a checkout in a new folder."""
    book = out / "book"
    copy_sample(code, book)
    for number, words in enumerate(FACTS):
        write(out / "facts" / f"{number:02d} {' '.join(words).replace('/', '_')}.csv",
              run(code, "facts", "--period", *words, "--format", "csv", "-C", book, cwd=out))  # fmt: skip
    for period, lang in REVIEWS:
        run(code, "review", "--period", period, "--lang", lang, "-C", book, cwd=out)
    take_texts(book, out / "texts")
    if phildis is not None:
        other = make_phildis(code, phildis, out / "phildis")
        for year in ("2013", "2014"):
            facts = run(code, "facts", "--period", year, "--format", "csv", "-C", other, cwd=out)
            write(out / "facts" / f"phildis {year}.csv", facts)
        take_texts(other, out / "texts")


def take_texts(book: Path, folder: Path) -> None:
    """The words of every page of a workbook's reviews."""
    for path in sorted((book / "reports").rglob("*")):
        if path.suffix in (".html", ".pdf"):
            text = read_html(path) if path.suffix == ".html" else read_pdf(path)
            write(folder / f"{book.name} {path.parent.name} {path.name}.txt", text)


def read_html(path: Path) -> str:
    """Words of a page, a line for each stretch between tags, those of pictures after them, sorted."""
    page = path.read_text("utf-8")
    words = sorted(filter(None, (unescape((a or b).strip()) for a, b in _SVG_WORDS.findall(page))))
    alts = re.findall(r'(?:alt|aria-label)="([^"]*)"', page)
    lines = (unescape(line.strip()) for line in _TAGS.sub("\n", page).splitlines())
    return "\n".join(
        [*filter(None, lines), "== words in pictures", *words, "== alternative texts", *map(unescape, alts)]
    )


def read_pdf(path: Path) -> str:
    """Words of a PDF, page by page."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document)


def write(path: Path, text: str) -> None:
    """Write a text in a folder that may not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def compare(old: Path, new: Path, most: int) -> int:
    """Print what differs; 1 if a fact does."""
    wrong = 0
    for kind in ("facts", "texts"):
        names = sorted({path.name for folder in (old, new) for path in (folder / kind).glob("*")})
        differ = [
            name
            for name in names
            if list(read_lines(old / kind / name)) != list(read_lines(new / kind / name))
        ]
        print(f"{kind}: {len(names)} files, {len(names) - len(differ)} equal")
        if kind == "facts":
            numbers = sum(len(list(read_lines(old / kind / name))) - 1 for name in names)
            print(f"facts: {numbers} rows compared as written")
            wrong = int(bool(differ))
        changed: dict[tuple[str, str], list[str]] = {}
        for name in differ:
            for pair in pair_lines(list(read_lines(old / kind / name)), list(read_lines(new / kind / name))):
                changed.setdefault(pair, []).append(name)
        for (before, after), where in sorted(changed.items(), key=lambda item: -len(item[1]))[:most]:
            print(f"{len(where)} files, such as {where[0]}\n  - {before}\n  + {after}")
        if len(changed) > most:
            print(f"and {len(changed) - most} further differences")
    return wrong


def read_lines(path: Path) -> Iterator[str]:
    """Lines of a file; none where it is not there."""
    if path.exists():
        yield from path.read_text("utf-8").splitlines()


def pair_lines(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """Stretches that differ, before and after."""
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield " | ".join(old[a:b])[:300], " | ".join(new[c:d])[:300]


def main() -> None:
    """Take or compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    taking = commands.add_parser("take")
    taking.add_argument("code", type=Path)
    taking.add_argument("out", type=Path)
    taking.add_argument("--phildis", type=Path)
    comparing = commands.add_parser("compare")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    comparing.add_argument("--most", type=int, default=40)
    chosen = parser.parse_args()
    if chosen.command == "take":
        take(chosen.code.resolve(), chosen.out.resolve(), chosen.phildis and chosen.phildis.resolve())
    else:
        sys.exit(compare(chosen.old, chosen.new, chosen.most))


if __name__ == "__main__":
    main()
