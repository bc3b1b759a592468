"""Parquet, packed with zstd: typed columns, each with its description, unit and code list in its metadata."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.catalogue import Catalogue
from dashboard.exports.about import facts_json
from dashboard.exports.plan import Column, Plan
from dashboard.exports.rows import Rows
from dashboard.warehouse import Warehouse


def write(rows: Rows, plan: Plan, warehouse: Warehouse, catalogue: Catalogue, part: Path) -> None:
    """Write the rows to `part`, one row group for each batch."""
    described = [field.with_metadata(_about(c)) for field, c in zip(rows.schema, plan.columns, strict=True)]
    schema = pa.schema(described, metadata={"lamplight": facts_json(plan)})
    with pq.ParquetWriter(part, schema, compression="zstd") as writer:
        for batch in rows.batches():
            writer.write_batch(pa.record_batch(batch.columns, schema=schema))


def _about(column: Column) -> dict[str, str]:
    said = {"description": column.description, "unit": column.unit}
    if column.values:
        said["values"] = json.dumps(dict(column.values), ensure_ascii=False)
    return {name: text for name, text in said.items() if text}
