"""Papermill's engine for notebooks of a workbook, in its own module, as Papermill loads it while being imported."""

from taizhang.report.kernels import PRELOAD, choose_manner
from warm_kernels.engine import WarmEngine


class ReportEngine(WarmEngine):
    """Papermill's engine ``taizhang-warm``: what notebooks of a workbook load is loaded before the fork."""

    preloads = (PRELOAD,)

    @classmethod
    def choose_manner(cls) -> str:
        return choose_manner()
