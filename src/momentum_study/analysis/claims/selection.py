"""Rows of a table, together with the query that selects them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from momentum_study.tables.keys import batches_in_order


@dataclass(frozen=True)
class Selection:
    """A selection of the rows of a table.

    Attributes
    ----------
    rows
        The rows.
    query
        Expression for `pandas.DataFrame.query` that selects the same rows.
    """

    rows: pd.DataFrame
    query: str = ""

    def where(self, **values: object) -> "Selection":
        """Select the rows with these values in these columns."""
        selection = self
        for name, value in values.items():
            mask = (selection.rows[name] == value).to_numpy()
            selection = selection.filter(mask, f"{name} == {_literal(value)}")
        return selection

    def filter(self, mask: ArrayLike, words: str) -> "Selection":
        """Select the rows of a mask, and add the equivalent query."""
        query = f"{self.query} and {words}" if self.query else words
        return Selection(self.rows[np.asarray(mask)], query)

    def each(self, column: str) -> Iterator[tuple[Any, "Selection"]]:
        """Yield each value of a column with its rows."""
        for value in sorted(set(self.rows[column])):
            yield value, self.where(**{column: value})

    def each_batch(self) -> Iterator[tuple[str, "Selection"]]:
        """Yield each batch size with its rows, from the smallest to the full batch."""
        for batch in batches_in_order(self.rows["batch"]):
            yield batch, self.where(batch=batch)


def _literal(value: object) -> str:
    return repr(value.item() if isinstance(value, np.generic) else value)
