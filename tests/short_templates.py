"""The review's templates with their first cells alone, for tests of how a review runs and not of what it says."""

import json
from pathlib import Path

from taizhang.workbook.templates import packaged_notebooks

SHORT = (
    "## ",
    "narrative.write_brief",
    "narrative.write_summary",
    "tabulate_facts",
    "tz.open",
    "tz.controls",
)


def put_short_templates(root: Path, *said: str) -> None:
    """Write both templates into the workbook: first page, summary, a table of facts. Each cell is the package's.

    `said` are more parts of cells to keep.
    """
    for name in ("township_review", "county_comparison"):
        notebook = json.loads(packaged_notebooks()[name].read_text("utf-8"))
        notebook["cells"] = [
            cell
            for cell in notebook["cells"]
            if "parameters" in cell["metadata"].get("tags", ())
            or any(part in "".join(cell["source"]) for part in (*SHORT, *said))
        ]
        path = root / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(notebook), "utf-8")
