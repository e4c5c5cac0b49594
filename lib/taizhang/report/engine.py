"""Papermill's engine for notebooks of a workbook. A separate module, as Papermill loads it while being imported."""

from taizhang.report.kernels import PRELOAD, choose_manner
from warm_kernels.engine import WarmEngine


class ReportEngine(WarmEngine):
    """Papermill's engine ``taizhang-warm``, which loads what notebooks of a workbook need before the fork."""

    preloads = (PRELOAD,)

    @classmethod
    def choose_manner(cls) -> str:
        return choose_manner()
