"""``python -m tools.sample DIR --townships N --rows N --seed S`` writes a made-up county."""

import argparse
from pathlib import Path

from tools.sample.make import DEFAULT_ROWS, SEED, TOWNSHIPS, make_sample


def main() -> None:
    """Write the workbook; a mistake is one message."""
    parser = argparse.ArgumentParser(prog="python -m tools.sample", description="Write a made-up county.")
    parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to write, new or empty")
    parser.add_argument("--townships", type=int, default=TOWNSHIPS, metavar="N", help=f"default: {TOWNSHIPS}")
    parser.add_argument(
        "--rows", type=int, default=DEFAULT_ROWS, metavar="N", help=f"hazards; default: {DEFAULT_ROWS:,}"
    )
    parser.add_argument("--seed", type=int, default=SEED, metavar="S", help="same seed, same county")
    chosen = parser.parse_args()
    if chosen.folder.exists() and any(chosen.folder.iterdir()):
        parser.error(f"'{chosen.folder}' is not empty; name a new folder")
    try:
        make_sample(chosen.folder, townships=chosen.townships, rows=chosen.rows, seed=chosen.seed)
    except ValueError as error:
        parser.error(str(error))
    print(f"Made {chosen.folder}; next: taizhang review --period 2021 -C {chosen.folder}")


if __name__ == "__main__":
    main()
