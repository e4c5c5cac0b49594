"""The pandera schema of a kind, made from its metadata: what every ledger table must satisfy before facts use it."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from taizhang.core.errors import LedgerError
from taizhang.core.reasons import Reason
from taizhang.ledgers.model import pandas_type
from taizhang.metadata.kinds import DATE_TYPES, Field, Kind

if TYPE_CHECKING:
    import pandera.pandas as pa
    from pandera.errors import SchemaErrors

# pandera's own checks by the names that it gives them; ours have theirs from `make_schema`.
_CHECKS = {"not_nullable": "empty", "column_in_dataframe": "column"}


def check_table(table: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Check a ledger table (the kind's columns, typed; further ones may follow) against the schema of its kind.

    Raises LedgerError naming every column that breaks the schema, with up to five of its values and rows.
    """
    from pandera.errors import SchemaErrors

    try:
        return make_schema(kind, points_decide=_have_points(table)).validate(table, lazy=True)
    except SchemaErrors as error:
        failures = _tell_failures(error, kind)
        raise LedgerError("ledgers.schema.fails", kind=kind.name, failures=failures) from None


def load_schemas() -> None:
    """Load pandera and what it uses before the first table."""
    import pandera.pandas as pa

    pa.DataFrameSchema({"x": pa.Column(int, pa.Check.ge(0))}).validate(pd.DataFrame({"x": [1]}))


def _have_points(table: pd.DataFrame) -> bool:
    """Return whether every row that says no district has coordinates instead."""
    if not {"district", "lon", "lat"} <= set(table):
        return False
    return bool(table.loc[table["district"].isna(), ["lon", "lat"]].notna().all(axis=None))


def make_schema(kind: Kind, *, points_decide: bool = False) -> "pa.DataFrameSchema":
    """The pandera schema of a kind: columns, types, limits, categories, required values.

    With `points_decide` a row may say no district, because its point does.
    """
    import pandera.pandas as pa  # slow to load: `load_schemas` does it ahead

    columns = {name: _make_column(item) for name, item in kind.fields.items()}
    for name in ("source_file", "source_sheet"):
        columns[name] = pa.Column(_dtype("str"), nullable=False, required=False)
    columns["source_row"] = pa.Column(
        _dtype("Int64"), pa.Check.ge(1, error="least"), nullable=False, required=False
    )
    if points_decide:
        columns["district"].nullable = True
    return pa.DataFrameSchema(columns, strict=False, ordered=False, name=kind.name)


def _make_column(item: Field) -> "pa.Column":
    import pandera.pandas as pa

    checks = []
    if item.type == "category":
        checks.append(pa.Check.isin(list(item.values), error="category"))
    if item.min is not None:
        checks.append(pa.Check.ge(item.min, error="least"))
    if item.max is not None:
        checks.append(pa.Check.le(item.max, error="most"))
    if item.type in DATE_TYPES and item.type != "datetime":
        checks.append(pa.Check(lambda s: s.dt.normalize() == s, error="time"))
    if item.type == "month":
        checks.append(pa.Check(lambda s: s.dt.day == 1, error="month"))
    kind, title, description = _dtype(pandas_type(item.type)), item.title["zh"], item.description["zh"]
    return pa.Column(kind, checks, nullable=not item.required, title=title, description=description)


def _dtype(name: str) -> object:
    """A dtype as pandera takes it."""
    if name == "str":
        return pd.StringDtype(na_value=np.nan)
    return {"Int64": pd.Int64Dtype(), "boolean": pd.BooleanDtype()}.get(name) or np.dtype(name)


def _tell_failures(error: "SchemaErrors", kind: Kind) -> list[Reason]:
    cases = error.failure_cases
    parts = []
    for (column, check), group in cases.groupby(["column", "check"], dropna=False, sort=False):
        code = "type" if str(check).startswith("dtype") else _CHECKS.get(str(check), str(check))
        if code in ("time", "month") and group["index"].isna().all():
            continue  # a column of another type, which is told, can't be looked at so
        known = isinstance(column, str) and code != "column"
        name = column if known else str(group["failure_case"].iloc[0])
        item = kind.fields.get(name)
        said = Reason(f"ledgers.schema.check.{code}")
        fails = Reason("ledgers.schema.column", column=name, check=said, count=len(group))
        if known and (item is None or not item.personal):
            shown = tuple(map(str, group["failure_case"]))
            fails = Reason("ledgers.schema.values", reason=fails, values=shown)
        parts.append(fails)
    return parts
