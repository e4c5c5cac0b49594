"""Names in the form in which they are compared, ignoring width, capitals and blanks."""

import unicodedata


def fold_name(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
