"""`taizhang template`: blank forms of the ledgers, with the workbook's own districts and premises to choose from."""

from collections.abc import Iterable
from pathlib import Path

from taizhang.core.errors import BoundaryError, ParameterError
from taizhang.core.privacy import is_person, mask_numbers
from taizhang.core.reasons import Reason, suggest
from taizhang.ingest.layers import read_layers
from taizhang.ledgers.template import write_template
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import load_kinds
from taizhang.settings.workbook import list_files, locate_root, read_config
from taizhang.workbook.book import Workbook

REGISTER = "premises"  # a ledger, and the column of others that names what stands in it


def write_forms(folder: str, kind: str, path: Path, *, lang: str) -> tuple[Reason, ...]:
    """Write the blank form of a kind, or with '' of all kinds in one file; returns what it lacks, and why.

    `folder` is a workbook's, or '' for the nearest one upwards; outside of one there are the built-in kinds alone, and
    no names to choose from.
    """
    try:
        root = locate_root(folder)
    except ParameterError:
        if folder:
            raise
        root = None
    kinds = load_kinds(root / "ledgers" if root else None)
    if kind and kind not in kinds:
        raise ParameterError("cli.template.no_such_kind", kind=kind, near=suggest(kind, kinds))
    if path.exists() or path.parent.is_file():  # before ledgers are read for names
        raise ParameterError("cli.template.there", file=path)
    names, lacking = _list_names(root) if root else ({}, ())
    try:
        write_template([kinds[kind]] if kind else list(kinds.values()), path, lang=lang, names=names)
    except FileExistsError:
        raise ParameterError("cli.template.there", file=path) from None
    return lacking


def _list_names(root: Path) -> tuple[dict[str, list[str]], tuple[Reason, ...]]:
    """The names to choose from, by column; and why the districts are not among them, where they can't be read."""
    config = read_config(root, load_kinds(root / "ledgers"), load_facts(root / "facts"))
    try:
        districts, _ = read_layers(config)
    except BoundaryError as error:
        return {}, error.reasons
    told, codes = districts.frame["name"].astype("str"), districts.frame["code"].astype("str")
    twice = told.duplicated(keep=False)  # only its code says which one is meant
    names = {"district": codes.where(twice, told).tolist()}
    # A register that is yet to be written names nothing; one from elsewhere is asked for.
    registers = config.ledgers.get(REGISTER, ())
    if any(one.source or list_files(config, one) != ([], list(one.files)) for one in registers):
        register = Workbook(root).ledger(REGISTER)
        names[REGISTER] = _sort_names(register["name"].dropna())
    return names, ()


def _sort_names(names: Iterable[object]) -> list[str]:
    """The names, each once; without those of persons, and those with a person's number, which have to be typed."""
    told = {str(name) for name in names}
    return sorted(
        name for name in told if not is_person(name) and mask_numbers(name) == name and "**" not in name
    )
