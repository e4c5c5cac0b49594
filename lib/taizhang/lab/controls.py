"""Two controls above a notebook's parameters cell, which write the chosen district and period into it.

The parameters cell remains the only place that says what a notebook shows, for Run All as for Papermill; the controls
only write into it. They use JupyterLab's own notebook model, which `taizhang lab` makes available; in another front end
they say what to type. In a batch run, where nobody can choose, they are not made.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from taizhang.core.display import is_interactive
from taizhang.core.errors import ParameterError
from taizhang.core.periods import parse_period
from taizhang.metadata.facts import ALL
from taizhang.metadata.words import label

if TYPE_CHECKING:
    from taizhang.workbook.book import Workbook

NAMES = ("district", "period")
Write = Callable[[dict[str, str], str], str]

# Finds the notebook of this kernel and writes the values into its parameters cell; says below how it went.
_WRITE = """
const picked = %(picked)s;
const app = window.jupyterapp;
const panels = app ? [...app.shell.widgets("main")] : [];
const panel = panels.find(one => one.sessionContext?.session?.kernel?.id === %(kernel)s);
const cells = panel?.content?.model?.cells;
let written = false;
for (let at = 0; cells && at < cells.length; at++) {
  const cell = cells.get(at);
  const tags = cell.getMetadata("tags") || [];
  if (!tags.includes("parameters")) continue;
  let source = cell.sharedModel.getSource();
  for (const [name, value] of Object.entries(picked))
    source = source.replace(new RegExp("^" + name + "\\\\s*=.*$", "m"), () => name + " = " + JSON.stringify(value));
  if (source !== cell.sharedModel.getSource()) cell.sharedModel.setSource(source);
  written = true;
  break;
}
const lines = Object.entries(picked).map(([name, value]) => name + " = " + JSON.stringify(value));
element.style.whiteSpace = "pre-line";
element.textContent = written ? %(done)s : [%(by_hand)s, ...lines].join("\\n");
"""


def make_controls(book: "Workbook", lang: str = "") -> Any:
    """Make the two controls for the cell above the parameters, in zh or en (empty: the workbook's); None in a
    batch run."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None or not is_interactive():
        return None
    controls = Controls(book, shell.user_ns, _write_in_lab, lang or book.config.lang)
    earlier = shell.user_ns.get("_taizhang_controls")
    if isinstance(earlier, Controls):
        shell.events.unregister("post_run_cell", earlier.follow)
        controls.take_over(earlier)
    shell.user_ns["_taizhang_controls"] = controls
    shell.events.register("post_run_cell", controls.follow)
    return controls.box


def _write_in_lab(picked: dict[str, str], lang: str) -> str:
    """Write a script that puts the choice into the parameters cell of this kernel's notebook."""
    from ipykernel.connect import get_connection_file

    file = get_connection_file()
    kernel = file.replace("\\", "/").rpartition("/")[2].removeprefix("kernel-").removesuffix(".json")
    said = {"done": label("lab.written", lang), "by_hand": label("lab.by_hand", lang)}
    values = {"picked": picked, "kernel": kernel, **said}
    return _WRITE % {name: json.dumps(value) for name, value in values.items()}


class Controls:
    """Two widgets for district and period that follow the notebook's variables and write the user's choice.

    The parameters cell sets `district` and `period` in `namespace`, the notebook's variables. `write` returns the
    script that writes the chosen values, in a language.
    """

    def __init__(self, book: "Workbook", namespace: dict[str, Any], write: Write, lang: str) -> None:
        import ipywidgets

        self._book, self._namespace, self._write, self._lang = book, namespace, write, lang
        self._seen: dict[str, object] = {}
        self._following = False
        names = zip(book.districts["name"], book.districts["code"], strict=True)
        options = [(label("lab.choose", lang), ""), (label("lab.area", lang), ALL)]
        options += [(f"{name} {code}", str(code)) for name, code in names]
        self.district = ipywidgets.Dropdown(
            options=options, value="", description=label("lab.district", lang)
        )
        self.period = ipywidgets.Combobox(
            options=list_periods(book),
            placeholder="2021, 2021H1, 2021Q3, 2021-07",
            description=label("lab.period", lang),
            continuous_update=False,
        )
        self.said = ipywidgets.Output()
        self.box = ipywidgets.VBox([ipywidgets.HBox([self.district, self.period]), self.said])
        self.follow()
        self.district.observe(self._on_pick, names="value")
        self.period.observe(self._on_pick, names="value")

    def take_over(self, earlier: "Controls") -> None:
        """Show the choice made before this cell was run again."""
        self._seen = earlier._seen
        self._set(earlier.district.value, earlier.period.value)

    def follow(self, *_: object) -> None:
        """Show the notebook's district and period if a cell has changed them."""
        now = {name: self._namespace.get(name) for name in NAMES}
        if now == self._seen:
            return
        self._seen = now
        district, period = now["district"], now["period"]
        try:
            code = district if district in (ALL, None) else self._book.resolve_district(str(district))
        except ParameterError:
            code = None  # the cell that uses it says so
        self._set(str(code or ""), str(period or ""))

    def _set(self, district: str, period: str) -> None:
        self._following = True
        try:
            self.district.value, self.period.value = district, period
        finally:
            self._following = False

    def _on_pick(self, _: object) -> None:
        """Write the choice; an invalid period is reported and not written."""
        if self._following:
            return
        picked = {"district": self.district.value, "period": self.period.value.strip()}
        picked = {name: value for name, value in picked.items() if value}
        try:
            parse_period(picked.get("period", "2021"))
        except ParameterError as error:
            self._say({"text/plain": label("lab.no_such_period", self._lang, problem=error)})
            return
        self._say({"application/javascript": self._write(picked, self._lang), "text/plain": ""})

    def _say(self, data: dict[str, str]) -> None:
        self.said.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)


def list_periods(book: "Workbook") -> list[str]:
    """Return the years in which the workbook's ledgers have rows, latest first, each with its halves and quarters."""
    return [f"{year}{part}" for year in book.years for part in ("", "H1", "H2", "Q1", "Q2", "Q3", "Q4")]
