"""Papermill's engine for warm kernels: ``papermill --engine warm notebook.ipynb out.ipynb``.

The notebook runs with nbclient, as in Papermill's own engine. It is written once at the end, even after an error,
and not before and after each cell. A kernel that died is reported, whereas Papermill calls its cells completed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine, NotebookExecutionManager
from traitlets.config import Config

from warm_kernels.imports import Preload, find_imports
from warm_kernels.manager import WarmKernelManager


class WarmEngine(NBClientEngine):
    """Runs a notebook in a forked kernel, and saves it at the end. Packages can derive their own engine.

    Attributes
    ----------
    preloads : sequence of Preload
        What to import before the fork besides the notebook's own imports.
    """

    preloads: ClassVar[Sequence[Preload]] = ()

    @classmethod
    def choose_manner(cls) -> str:
        """Return how kernels are started, where the environment alone is not to say it: warm, ahead or cold."""
        return ""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        kernel_manager_class: type[AsyncKernelManager] = WarmKernelManager,
        imports: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Run the notebook; Papermill calls this.

        `imports` are the modules to import before the fork; default: those that the notebook imports, and `preloads`.
        A cell that takes too long or kills its kernel raises as in nbclient, is marked as failed, and says so.
        """
        folder = kwargs.get("resources", {}).get("metadata", {}).get("path") or ""
        if imports is None:
            imports = find_imports(nb_man.nb, Path(folder).absolute(), cls.preloads)
        kwargs["config"] = Config(
            {kernel_manager_class.__name__: {"imports": list(imports), "manner": cls.choose_manner()}}
        )
        nb_man.save = _save_nothing  # Papermill saves once more when all is over
        try:
            super().execute_managed_notebook(
                nb_man, kernel_name, kernel_manager_class=kernel_manager_class, **kwargs
            )
        except CellTimeoutError:
            limit = kwargs.get("execution_timeout")
            mark_failure(nb_man, "CellTimeoutError", f"the cell took longer than {limit} seconds")
            raise
        except DeadKernelError:
            mark_failure(nb_man, "DeadKernelError", "the kernel died while it ran this cell")
            raise
        except Exception as error:
            mark_failure(nb_man, type(error).__name__, str(error))
            raise
        finally:
            del nb_man.save


def _save_nothing(**_: Any) -> None:
    """In the place of Papermill's save while cells run."""


def mark_failure(nb_man: NotebookExecutionManager, name: str, message: str) -> None:
    """Put an error that left no output into the cell it came from; Papermill marks such cells completed."""
    notebook = nb_man.nb
    started = [
        at for at, cell in enumerate(notebook.cells) if cell.metadata.get("papermill", {}).get("start_time")
    ]
    notebook.metadata.papermill["exception"] = True
    last = started[-1] if started else -1
    for cell in notebook.cells[last + 1 :]:
        cell.metadata.papermill["status"] = nb_man.PENDING
    if not started:
        return
    cell = notebook.cells[last]
    cell.metadata.papermill |= {"status": nb_man.FAILED, "exception": True}
    if cell.cell_type == "code":
        cell.outputs.append(
            nbformat.v4.new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])
        )
