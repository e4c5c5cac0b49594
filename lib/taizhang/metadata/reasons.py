"""Classes of reasons, for counting what was set aside; they depend on codes, not on wording."""

# The longest beginning of a code decides.
_CLASSES = {
    "ledgers.empty": "empty",
    "ledgers.date": "date",
    "ledgers.number": "number",
    "ledgers.limits": "limits",
    "ledgers.category": "value",
    "boundaries.match": "district",
    "boundaries.match.not_given": "empty",
    "boundaries.point": "empty",
}


def classify_reason(code: str) -> str:
    """Return the class of a reason in set_aside.csv: empty, district, value, date, limits, number or other."""
    names = code.split(".")
    beginnings = (".".join(names[:length]) for length in range(len(names), 0, -1))
    return next((_CLASSES[one] for one in beginnings if one in _CLASSES), "other")
