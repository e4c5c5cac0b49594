"""Running a notebook through Papermill, in its own kernel, and keeping the result whatever happens."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import nbformat
from jupyter_client.kernelspec import KernelSpec
from nbformat import NotebookNode
from papermill.engines import NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillException, PapermillExecutionError
from papermill.execute import execute_notebook as run_papermill
from papermill.iorw import papermill_io

from taizhang.core.errors import ParameterError, RenderError
from taizhang.core.files import read_bytes, write_text
from taizhang.core.outside import quote_error, tell_error
from taizhang.core.privacy import mask_numbers
from taizhang.core.reasons import Reason, current_language
from taizhang.core.trust import VARIABLE as TRUST
from taizhang.report import GRAMMAR
from taizhang.report.engine import ReportEngine
from taizhang.report.failures import TIMEOUT, describe_error, hide_paths, shorten_error
from taizhang.workbook.held import VARIABLE as HELD
from warm_kernels.client import forget_lost_server
from warm_kernels.manager import OwnKernelManager

if sys.modules.get(GRAMMAR, sys) is None:
    del sys.modules[GRAMMAR]


class SpeakingKernelManager(OwnKernelManager):
    """Starts kernels that give messages in the user's language, and read the state that their run holds."""

    held: ClassVar[Path | None] = None

    @property
    def kernel_spec(self) -> KernelSpec:
        spec = super().kernel_spec
        spec.env["TAIZHANG_LANG"] = current_language()
        spec.env[HELD] = str(self.held or "")
        spec.env[TRUST] = "1"  # whoever runs the notebook has been asked, here or on the machine that sent it
        return spec


class KeepingEngine(ReportEngine):
    """The engine for reports, which keeps the notebook as far as it ran, whatever error occurs."""

    @classmethod
    def execute_managed_notebook(  # type: ignore[override]
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        kept: list[NotebookNode],
        folder: str,
        held: Path | None,
        **kwargs: Any,
    ) -> None:
        kept.append(nb_man.nb)
        manager = type("ReportKernelManager", (SpeakingKernelManager,), {"held": held})
        try:
            super().execute_managed_notebook(
                nb_man,
                kernel_name,
                kernel_manager_class=manager,
                resources={"metadata": {"path": folder}},
                shutdown_kernel="immediate",
                **kwargs,
            )
        finally:
            hide_machine(nb_man.nb, Path(folder))


class _Shelf:
    """Where Papermill reads a template from, and leaves the text that it makes of the executed notebook.

    It makes that text in any case, and it makes one of a notebook that it is given in hand.
    """

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def read(self, path: str) -> str:
        return self.texts[path]

    def write(self, text: str, path: str) -> None:
        self.texts[path] = text

    def pretty_path(self, path: str) -> str:
        return path


_ENGINE = "taizhang"
_SCHEME = "taizhang-shelf:"
_shelf = _Shelf()
papermill_io.register(_SCHEME, _shelf)


def execute_notebook(
    template: Path | str,
    output: Path,
    parameters: Mapping[str, Any],
    *,
    cwd: Path,
    timeout: int = TIMEOUT,
    held: Path | None = None,
) -> NotebookNode:
    """Run a notebook (a file or its text) in its own kernel, and write it whether it succeeds or fails.

    The kernel runs in `cwd`, and paths in outputs are shown as seen from there; a cell may take `timeout` seconds. The
    workbook is read in the state that a run holds in `held`, if there is one, otherwise as it is.
    ParameterError if the notebook's parameters cell, which takes plain literals, does not assign each. RenderError if a
    cell raises, takes too long, or its kernel dies: the notebook is written first, with the error in its cell.
    """
    notebook = read_template(template)
    check_parameters(notebook, parameters)
    papermill_engines.register(_ENGINE, KeepingEngine)
    _silence(logging.getLogger("papermill"))
    source = template.read_text("utf-8") if isinstance(template, Path) else template
    executed, text, failure = _run(source, parameters, cwd, timeout, held)
    if failure and forget_lost_server():  # the kernel was killed with its server: no fault of the notebook's
        executed, text, failure = _run(source, parameters, cwd, timeout, held)
    write_text(output, text)
    if failure:
        raise failure from None
    return executed


def _run(
    template: str, parameters: Mapping[str, Any], cwd: Path, timeout: int, held: Path | None
) -> tuple[NotebookNode, str, RenderError | None]:
    """The notebook as far as it ran, its text, and the error that stopped it."""
    kept: list[NotebookNode] = []
    failure: RenderError | None = None
    place = f"{_SCHEME}{uuid4().hex}"
    source, output = f"{place}/template.ipynb", f"{place}/executed.ipynb"
    _shelf.texts[source] = template
    try:
        run_papermill(
            source,
            output,
            dict(parameters),
            engine_name=_ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            execution_timeout=timeout,
            kept=kept,
            folder=str(cwd),
            held=held,
        )
        failure = _find_quiet_exit(kept[-1], cwd)
    except PapermillExecutionError as error:
        failure = _fail_cell(error.cell_index + 1, error.ename, error.evalue, cwd)
    except (RuntimeError, OSError, PapermillException) as error:
        failure = _tell_failure(kept, error, cwd)
    finally:
        del _shelf.texts[source]
    executed = kept[-1] if kept else nbformat.reads(template, as_version=4)
    return executed, _shelf.texts.pop(output, "") or nbformat.writes(executed), failure


def _silence(logger: logging.Logger) -> None:
    """Keep Papermill from writing to the terminal what our error says, unless somebody handles its log."""
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def read_template(template: Path | str) -> NotebookNode:
    """Read a notebook of nbformat 4; RenderError if it is not one."""
    name = template.name if isinstance(template, Path) else Reason("report.template.unnamed")
    try:
        text = read_bytes(template).decode("utf-8") if isinstance(template, Path) else template
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, AttributeError, nbformat.ValidationError) as error:
        raise RenderError("report.template.unreadable", name=name, error=tell_error(error)) from error
    return notebook


def check_parameters(notebook: NotebookNode, parameters: Iterable[str], *, name: str = "") -> None:
    """Check that the cell tagged `parameters` assigns each parameter, as a misspelt one would have no effect."""
    shown = name or Reason("report.template.unnamed")
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", ())]
    if len(cells) != 1:
        needed = ", ".join(parameters)
        raise ParameterError("report.template.no_parameters", name=shown, n=len(cells), needed=needed)
    assigned = set(re.findall(r"^([A-Za-z_]\w*)\s*(?::[^=\n]+)?=", cells[0].source, flags=re.MULTILINE))
    if unknown := [name for name in parameters if name not in assigned]:
        known = sorted(assigned)
        raise ParameterError("report.template.unassigned", name=shown, unknown=unknown, assigned=known)


def _find_quiet_exit(notebook: NotebookNode, cwd: Path) -> RenderError | None:
    """Papermill takes `sys.exit(0)` for an end well made, though the cells after it never ran."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return _fail_cell(number, output.ename, output.evalue, cwd)
    return None


def _fail_cell(number: int, name: str, said: str, cwd: Path) -> RenderError:
    return RenderError("report.cell", cell=number, error=quote_error(name, shorten_error(said, cwd)))


def _tell_failure(kept: list[NotebookNode], error: Exception, cwd: Path) -> RenderError:
    """The error that the engine left in the cell it came from."""
    if kept and (failure := _find_quiet_exit(kept[-1], cwd)):
        return failure
    return RenderError("report.failed", error=shorten_error(describe_error(error), cwd))


def hide_machine(notebook: NotebookNode, cwd: Path) -> None:
    """Remove this machine's paths, and personal numbers, from an executed notebook, in place.

    Papermill writes paths into its metadata, and Python into tracebacks and warnings. The output of cells is not
    changed.
    """
    for key in ("input_path", "output_path"):
        notebook.metadata.get("papermill", {}).pop(key, None)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                output.text = mask_numbers(hide_paths(output.text, cwd))
            elif output.output_type == "error":
                output.evalue = mask_numbers(hide_paths(output.evalue, cwd))
                output.traceback = [mask_numbers(hide_paths(line, cwd)) for line in output.traceback]
