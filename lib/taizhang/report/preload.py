"""What the process that workers are forked from loads, once for them all: imported for its effect, and there alone.

Kept out is what no report needs: jsonschema, which nbformat loads, loads a grammar of international addresses if there
is one, over a second of processor time and memory in every process, to check a format that no schema of notebooks
names.
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
