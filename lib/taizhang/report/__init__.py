"""From an executed notebook to what people read: HTML, PDF, the index of a review."""

import sys

# jsonschema, with which nbformat comes, would build a grammar of internationalised addresses as it is loaded: half a
# second of every command, for a format that no notebook has.
_GRAMMAR = "rfc3987_syntax"
if _GRAMMAR not in sys.modules:
    sys.modules[_GRAMMAR] = None  # type: ignore[assignment]
    import nbformat  # noqa: F401

    del sys.modules[_GRAMMAR]
