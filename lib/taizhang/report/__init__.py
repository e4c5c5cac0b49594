"""From an executed notebook to finished reports: HTML, PDF, the index of a review."""

import sys

# jsonschema, with which nbformat comes, would build a grammar of internationalised addresses as it is loaded: half a
# second of every command, for a format that no notebook has. `execute`, by which nbformat is loaded, lets it be again.
GRAMMAR = "rfc3987_syntax"
sys.modules.setdefault(GRAMMAR, None)  # type: ignore[arg-type]
