"""Loads what all workers need, in the process from which they are forked; imported only there, for its effect.

It also blocks what no report needs: jsonschema, which nbformat loads, would load a grammar of international addresses,
which costs over a second of processor time, and memory in every process, to check a format that no notebook schema
uses.
"""

import sys

from warm_kernels.kernel import import_modules, prepare_memory

sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
with prepare_memory():
    import_modules(
        (
            "taizhang.report.workers",
            "taizhang.report.execute",
            "taizhang.report.pdf",
            "taizhang.report.html",
            "taizhang.report.pages:load_all",
            "taizhang.metadata.words:load_words",
            "taizhang.core.fonts:find_covered",
            "nbformat.v4:new_notebook",  # compiles the schema that notebooks are checked by
            "nbformat.v4:new_code_cell",
            "brotli",
            "fontTools.ttLib.woff2",
        )
    )
