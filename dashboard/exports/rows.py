"""The rows of an export, once, in batches of the declared types: a million rows never stand in memory together."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import duckdb

from dashboard.exports.plan import Plan
from dashboard.i18n import _
from dashboard.measures.ask import compiled
from dashboard.warehouse import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 50_000  # rows
Progress = Callable[[float], None]


class ExportError(Exception):
    """No file was made. `message` says why, `remedy` what to do; neither holds a value of a record."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message, self.remedy = message, remedy


class Cancelled(Exception):
    """Whoever asked for the file wants it no more; nothing of it is left."""


def schema_of(plan: Plan) -> "pa.Schema":
    """The columns as Arrow types, each with its description, unit and code list as metadata."""
    import pyarrow as pa

    types: Mapping[str, Any] = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.date32(),
        "boolean": pa.bool_(),
        "geometry": pa.binary(),
    }
    return pa.schema([pa.field(c.name, types[c.type]) for c in plan.columns])


class Rows:
    """What a writer goes through once. `seen` : rows so far. schema : of every batch.

    After each batch `progress` gets the share that is done (0 to 1), and `cancelled` is asked whether to stop.
    """

    def __init__(
        self,
        plan: Plan,
        warehouse: Warehouse,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.schema = schema_of(plan)
        self.seen = 0
        self._plan, self._warehouse = plan, warehouse
        self._progress, self._cancelled = progress, cancelled

    def batches(self, size: int = BATCH) -> "Iterator[pa.RecordBatch]":
        """Every row, at most `size` at a time. Raises Cancelled, or ExportError where they cannot be read."""
        self._step()
        # A cursor of its own: a long export must not keep a page from one of the few connections of the pool.
        with self._warehouse.connect() as backend:
            cursor = backend.con.cursor()
        try:
            for piece in self._plan.pieces or (self._plan.expression,):
                # A relation is read as it is computed; a statement that is executed would be computed whole first.
                for batch in cursor.sql(compiled(piece)).to_arrow_reader(size):
                    yield batch.cast(self.schema)
                    self.seen += batch.num_rows
                    self._step()
        except duckdb.Error:
            raise ExportError(
                _("The rows of this export could not be read."), _("Load the page again, and ask the data steward.")
            ) from None
        finally:
            cursor.close()

    def _step(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise Cancelled
        if self._progress is not None:
            self._progress(min(self.seen / self._plan.rows, 1.0) if self._plan.rows else 1.0)
