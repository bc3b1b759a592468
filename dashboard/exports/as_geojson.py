"""GeoJSON (RFC 7946): longitude and latitude in WGS 84, one feature on each line."""

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

from dashboard.catalogue import Catalogue
from dashboard.exports.about import facts_json
from dashboard.exports.plan import Plan
from dashboard.exports.rows import Rows
from dashboard.exports.shapes import Shapes, as_geojson
from dashboard.warehouse import Warehouse

BATCH = 10_000


def write(rows: Rows, plan: Plan, warehouse: Warehouse, catalogue: Catalogue, part: Path) -> None:
    """Write a FeatureCollection to `part`. Raises ExportError where rows have no places."""
    shapes = Shapes(plan, warehouse)
    with part.open("w", encoding="utf-8", newline="\n") as file:
        # A member of our own: RFC 7946, section 6.1, allows it, and readers of maps pass over it.
        file.write(f'{{"type":"FeatureCollection","lamplight":{facts_json(plan)},"features":[')
        before = "\n"
        for batch in rows.batches(BATCH):
            for values, shape in zip(batch.to_pylist(), as_geojson(shapes.of(batch)), strict=True):
                properties = json.dumps({name: _value(v) for name, v in values.items()}, ensure_ascii=False)
                file.write(f'{before}{{"type":"Feature","geometry":{shape},"properties":{properties}}}')
                before = ",\n"
        file.write("\n]}\n")


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value
