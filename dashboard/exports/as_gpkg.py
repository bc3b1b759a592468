"""GeoPackage: one layer of the rows with their shapes, and the codebook as a table beside it."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from dashboard.catalogue import Catalogue
from dashboard.exports.about import codebook, facts, standing
from dashboard.exports.plan import Plan
from dashboard.exports.rows import ExportError, Rows
from dashboard.exports.shapes import Shapes
from dashboard.i18n import _
from dashboard.warehouse import Warehouse

SHAPE = "geom"
CODEBOOK = "codebook"


def write(rows: Rows, plan: Plan, warehouse: Warehouse, catalogue: Catalogue, part: Path) -> None:
    """Write the file to `part`, batch by batch. Raises ExportError where rows have no places."""
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    shapes = Shapes(plan, warehouse)
    stopped: list[BaseException] = []
    stream = pa.RecordBatchReader.from_batches(
        rows.schema.append(pa.field(SHAPE, pa.binary())), _remembering(_with_shapes(rows, shapes), stopped)
    )
    said = {name: str(value) for name, value in facts(plan).items() if not isinstance(value, list)}
    try:
        pyogrio.write_arrow(
            stream,
            part,
            layer=plan.unit,
            driver="GPKG",
            geometry_name=SHAPE,
            geometry_type=shapes.kind,
            crs="EPSG:4326",
            layer_metadata=said,
            dataset_options={"VERSION": "1.3"},  # of 2021: programs of that time open it without a warning
            layer_options={"DESCRIPTION": standing(plan), "IDENTIFIER": plan.unit},
        )
        book = pa.Table.from_pylist(codebook(plan))
        pyogrio.write_arrow(book, part, layer=CODEBOOK, driver="GPKG", append=True, geometry_type=None, crs=None)
    except (DataLayerError, DataSourceError, RuntimeError, pa.ArrowException):
        # GDAL pulls the batches itself and turns what happened in them into a sentence of its own.
        raise (
            stopped[0]
            if stopped
            else ExportError(
                _("The GeoPackage could not be written."), _("Check that the disk has room, or choose GeoJSON.")
            )
        ) from None
    if stopped:
        raise stopped[0]


def _with_shapes(rows: Rows, shapes: Shapes) -> Iterator[pa.RecordBatch]:
    for batch in rows.batches():
        yield batch.append_column(pa.field(SHAPE, pa.binary()), shapes.of(batch))


def _remembering(batches: Iterator[pa.RecordBatch], stopped: list[BaseException]) -> Iterator[pa.RecordBatch]:
    try:
        yield from batches
    except BaseException as error:
        stopped.append(error)
        raise
