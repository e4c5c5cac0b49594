"""Keeps out of a worker's process what no report needs; never imported where people's own programs run.

jsonschema, which nbformat loads, loads a grammar of international addresses if there is one: over a second of
processor time and memory in every process, to check a format that no schema of notebooks names.
"""

import sys

sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
