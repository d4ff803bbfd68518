"""The data dictionary: what every column of every table is, as text for ``docs/tables.md``."""

from collections.abc import Iterable

import pandas as pd

from momentum_study.core.markdown import markdown
from momentum_study.tables.schema import NOT_EMPTY, Column, Table


def dictionary(tables: Iterable[Table]) -> str:
    """Describe tables in Markdown: file, rows, keys and columns of each.

    Parameters
    ----------
    tables
        Their descriptions.
    """
    return "\n\n".join(map(_section, tables))


def _section(table: Table) -> str:
    keys = ", ".join(f"`{name}`" for name in table.keys)
    columns = pd.DataFrame([_row(column) for column in table.fields])
    return (
        f"### `{table.file}`\n\nOne row is: {table.row[0].lower()}{table.row[1:]}\n\n"
        f"Key: {keys}.\n\n{markdown(columns)}"
    )


def _row(column: Column) -> dict[str, str]:
    allowed = ""
    if column.check and column.check is not NOT_EMPTY:
        allowed = column.check.text.removeprefix("must be ").replace('"', "`")
    return {
        "column": f"`{column.name}`",
        "type": column.dtype,
        "unit": column.unit,
        "meaning": column.meaning,
        "values": allowed,
        "missing if": column.missing or "never",
    }
