"""The place of each row as a shape in degrees (WGS 84): an area of a layer, an H3 cell, or a point."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from dashboard.exports.plan import Plan
from dashboard.exports.rows import ExportError
from dashboard.i18n import _
from dashboard.measures.places import area_shapes
from dashboard.warehouse import Warehouse

H3 = "h3"
POINT = ("longitude", "latitude")
MOST_BYTES = 2_000_000_000  # of outlines: they are written again for each row


class Shapes:
    """Rows -> shapes. Raises ExportError where rows have no places, or where outlines would fill the disk."""

    def __init__(self, plan: Plan, warehouse: Warehouse) -> None:
        names = {c.name for c in plan.columns}
        if plan.layer:
            self.column = "cell" if plan.layer == H3 else "area"
        elif names >= set(POINT):
            self.column = ""
        else:
            raise ExportError(
                _("These rows have no places, so they make no map layer."),
                _("Choose csv, Parquet or xlsx, or count by area."),
            )
        self.kind = "MultiPolygon" if self.column else "Point"
        self._areas = _areas(warehouse, plan.layer) if self.column == "area" else {}
        sizes = [len(shape) for shape in self._areas.values()]
        if sizes and plan.rows * float(np.mean(sizes)) > MOST_BYTES:
            raise ExportError(
                _("Each of these rows would repeat the outline of its area, and the file would be very large."),
                _("Choose csv or Parquet and join the outlines by the column “area”, or export totals by area."),
            )

    def of(self, batch: pa.RecordBatch) -> pa.Array:
        """The shapes of a batch as WKB; null where a row has no place, or one that no layer knows."""
        if not self.column:
            return _points(batch)
        coded = batch.column(self.column).dictionary_encode()
        names = coded.dictionary.to_pylist()
        found = self._areas if self.column == "area" else _cells(names)
        return pa.array([found.get(name) for name in names], pa.binary()).take(coded.indices)


def as_geojson(shapes: pa.Array) -> list[str]:
    """Shapes as GeoJSON geometries, `null` for none: outer rings run counter-clockwise, six decimals (10 cm)."""
    import shapely

    found = shapely.from_wkb(shapes.to_numpy(zero_copy_only=False))
    rounded = shapely.transform(shapely.orient_polygons(found), lambda at: at.round(6))
    return ["null" if text is None else text for text in shapely.to_geojson(rounded)]


def _areas(warehouse: Warehouse, layer: str | None) -> dict[str, bytes]:
    found = area_shapes(warehouse, layer)
    known = {i: wkb for i, wkb in zip(found["area_id"], found["wkb"], strict=True) if wkb is not None}
    return dict(zip(known, _many(known.values()), strict=True))


def _cells(names: Iterable[str | None]) -> dict[str | None, bytes]:
    import h3
    import shapely

    known = [name for name in names if name is not None and h3.is_valid_cell(name)]
    rings = [shapely.Polygon([(x, y) for y, x in h3.cell_to_boundary(name)]) for name in known]
    return dict(zip(known, _many(shapely.to_wkb(np.array(rings, dtype=object))), strict=True))


def _many(shapes: Iterable[bytes]) -> list[bytes]:
    """Every outline as a MultiPolygon: a layer has one kind of shape."""
    import shapely

    found = shapely.from_wkb(list(shapes))
    return [shapely.to_wkb(shapely.MultiPolygon([s]) if s.geom_type == "Polygon" else s) for s in found]


def _points(batch: pa.RecordBatch) -> pa.Array:
    import shapely

    x, y = (batch.column(name).to_numpy(zero_copy_only=False).astype(float) for name in POINT)
    placed = np.isfinite(x) & np.isfinite(y)
    shapes = np.full(len(x), None, dtype=object)
    shapes[placed] = shapely.to_wkb(shapely.points(x[placed], y[placed]))
    return pa.array(shapes.tolist(), pa.binary())
