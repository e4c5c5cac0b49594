"""Names as they are compared: width, capitals and blanks do not tell two apart."""

import unicodedata


def fold_name(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
