"""Rows of a table together with the query that selects them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from momentum_study.tables.keys import batches_in_order


@dataclass(frozen=True)
class Selection:
    """Some rows of a table.

    Attributes
    ----------
    rows
        The rows.
    query
        Which they are: what `pandas.DataFrame.query` takes, so that anybody can take them again.
    """

    rows: pd.DataFrame
    query: str = ""

    def where(self, **values: object) -> "Selection":
        """Rows with these values in these columns."""
        selection = self
        for name, value in values.items():
            mask = (selection.rows[name] == value).to_numpy()
            selection = selection.filter(mask, f"{name} == {_literal(value)}")
        return selection

    def filter(self, mask: ArrayLike, words: str) -> "Selection":
        """Rows that a mask marks, with the query that the mask stands for."""
        query = f"{self.query} and {words}" if self.query else words
        return Selection(self.rows[np.asarray(mask)], query)

    def each(self, column: str) -> Iterator[tuple[Any, "Selection"]]:
        """Yield the rows by the value of a column, with that value."""
        for value in sorted(set(self.rows[column])):
            yield value, self.where(**{column: value})

    def each_batch(self) -> Iterator[tuple[str, "Selection"]]:
        """Yield the rows by batch size: small batches first, the full one last."""
        for batch in batches_in_order(self.rows["batch"]):
            yield batch, self.where(batch=batch)


def _literal(value: object) -> str:
    return repr(value.item() if isinstance(value, np.generic) else value)
