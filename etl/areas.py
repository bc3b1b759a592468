"""Areas: the layers that are loaded, the codes that publishers use, and which area each record lies in."""

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import shapely

from etl import locate
from etl.schema import Source
from etl.store import Store
from etl.tables import FACTS

# Neighbours stay joined; about a two-thousandth of the layer's width is not seen on a screen.
_SIMPLIFY = 1 / 2000
# A point cut to about a kilometre says nothing about areas that are not much larger.
_COARSE_AREA_KM2 = 10.0
_KM_PER_DEGREE = 111.2


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def load_areas(
    connection: duckdb.DuckDBPyConnection, store: Store, manifests: list[dict[str, Any]], declared: dict[str, Source]
) -> None:
    """Fills `areas`: the newest version of each shape, and codes that are known without a shape."""
    connection.execute("create table staged_live_areas (load varchar, key varchar)")
    connection.execute(
        "create table staged_shapes (layer varchar, area_id varchar, name varchar, role varchar, population bigint, "
        "valid_from varchar, valid_to varchar, lat double, lon double, geometry blob, load varchar, place bigint)"
    )
    connection.execute("create table staged_names (layer varchar, area_id varchar, name varchar)")
    for place, manifest in enumerate(manifests):
        folder = store.folder(manifest["load"])
        if (folder / "areas.parquet").exists():
            connection.execute(
                "insert into staged_shapes by name select *, ? as load, ? as place from read_parquet(?)",
                [manifest["load"], place, str(folder / "areas.parquet")],
            )
        source = declared.get(manifest["source"])
        if source and source.area_layer and (folder / "area_names.parquet").exists():
            connection.execute(
                "insert into staged_names select ?, area_id, name from read_parquet(?)",
                [source.area_layer, str(folder / "area_names.parquet")],
            )
    connection.execute(
        """create table staged_newest as select * from staged_shapes
           qualify row_number() over (partition by layer, area_id, valid_from order by place desc) = 1"""
    )
    connection.execute(
        "insert into staged_live_areas select load, area_id || '|' || coalesce(valid_from, '') from staged_newest"
    )
    connection.execute(
        """insert into areas by name
           select layer, area_id, name, role, population, valid_from::date as valid_from, valid_to::date as valid_to,
                  lat, lon, geometry from staged_newest order by layer, area_id"""
    )
    connection.execute(
        """insert into areas by name
           select layer, area_id, coalesce(max(name) filter (name <> area_id), area_id) as name, 'areas' as role
           from staged_names n
           where not exists (from areas a where a.layer = n.layer and a.area_id = n.area_id)
           group by layer, area_id order by layer, area_id"""
    )
    _outlines(connection)


def _outlines(connection: duckdb.DuckDBPyConnection) -> None:
    """Simplified shapes for drawing, a whole layer at a time so that neighbours still touch."""
    for (layer,) in connection.execute("select distinct layer from areas where geometry is not null").fetchall():
        rows = connection.execute(
            "select rowid, geometry from areas where layer = ? and geometry is not null order by rowid", [layer]
        ).fetchall()
        shapes = shapely.from_wkb([r[1] for r in rows])
        west, south, east, north = shapely.total_bounds(shapes)
        tolerance = min(max(east - west, north - south, 1e-6), 5.0) * _SIMPLIFY
        drawn = _simplified(shapes, tolerance)
        table = pa.table({"id": [r[0] for r in rows], "outline": pa.array(shapely.to_wkb(drawn), pa.binary())})
        connection.register("drawn", table)
        connection.execute("update areas set outline = drawn.outline from drawn where areas.rowid = drawn.id")
        connection.unregister("drawn")


def _simplified(shapes: Any, tolerance: float) -> Any:
    if set(shapely.get_type_id(shapes)) <= {3, 6}:  # polygons and multipolygons
        try:
            drawn = shapely.coverage_simplify(shapes, tolerance)
        except shapely.errors.GEOSException:
            drawn = shapely.simplify(shapes, tolerance)
    else:
        drawn = shapely.simplify(shapes, tolerance)
    # A small island can vanish: then its own shape is drawn.
    return np.where(shapely.is_empty(drawn), shapes, drawn)


def add_areas(connection: duckdb.DuckDBPyConnection, declared: dict[str, Source]) -> None:
    """Adds `area_<layer>` to every fact table and to exposure, by point first, then by the publisher's code."""
    layers = [
        str(r[0])
        for r in connection.execute("select distinct layer from areas where role = 'areas' order by 1").fetchall()
    ]
    codes = {s.name: s.area_layer for s in declared.values() if s.area_layer}
    for layer in layers:
        versions = _versions(connection, layer)
        column = quoted(f"area_{layer}")
        for table in (*FACTS, "exposure"):
            connection.execute(f"alter table {table} add column {column} varchar")
        if versions:
            for table in FACTS:
                _assign_points(connection, table, column, versions)
            _assign_cells(connection, column, versions)
        sources = [name for name, coded in codes.items() if coded == layer]
        for table in (*FACTS, "exposure"):
            if not _has(connection, table, "area_code"):
                continue
            connection.execute(
                f"""update {table} set {column} = area_code where {column} is null and area_code is not null
                    and list_contains(?, source)
                    and area_code in (select area_id from areas where layer = ?)""",  # noqa: S608
                [sources, layer],
            )
    for table in (*FACTS, "exposure"):
        connection.execute(f"alter table {table} drop column if exists area_code")


def _has(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    row = connection.execute(
        "select count(*) from duckdb_columns() where table_name = ? and column_name = ?", [table, column]
    ).fetchone()
    return bool(row and row[0])


class _Version:
    """The shapes of a layer that hold for one span of time."""

    def __init__(self, start: str | None, end: str | None, ids: list[str], shapes: Any):
        self.start, self.end, self.ids, self.shapes = start, end, ids, shapes
        middle = float(np.mean(shapely.get_y(shapely.centroid(shapes))))
        square = shapely.area(shapes) * _KM_PER_DEGREE**2 * np.cos(np.radians(middle))
        self.typical_km2 = float(np.median(square)) if len(shapes) else 0.0


def _versions(connection: duckdb.DuckDBPyConnection, layer: str) -> list[_Version]:
    """Newest first: a shape holds until one with a later beginning lies over it, whether or not its end was given."""
    rows = connection.execute(
        "select valid_from::varchar, valid_to::varchar, area_id, geometry from areas "
        "where layer = ? and geometry is not null order by 1 desc nulls last, 2 nulls first, 3",
        [layer],
    ).fetchall()
    spans: dict[tuple[str | None, str | None], list[tuple[str, Any]]] = {}
    for start, end, area_id, geometry in rows:
        spans.setdefault((start, end), []).append((area_id, geometry))
    return [
        _Version(start, end, [a for a, _ in found], shapely.from_wkb([g for _, g in found]))
        for (start, end), found in spans.items()
    ]


def _assign_points(connection: duckdb.DuckDBPyConnection, table: str, column: str, versions: list[_Version]) -> None:
    for version in versions:
        points = connection.sql(
            f"""select distinct lat, lon from {table} where lat is not null and {column} is null
                and (location_precision <> 'neighbourhood' or ?) and {_in_force(version)}""",  # noqa: S608
            params=[version.typical_km2 >= _COARSE_AREA_KM2],
        ).to_arrow_table()
        if not points.num_rows:
            continue
        lat, lon = points["lat"].to_numpy(), points["lon"].to_numpy()
        found = locate.areas_of(lat, lon, version.shapes, version.ids)
        connection.register("found", points.append_column("area", pa.array(found.tolist(), pa.string())))
        connection.execute(
            f"""update {table} set {column} = found.area from found
                where {table}.lat = found.lat and {table}.lon = found.lon and found.area is not null
                and {column} is null
                and (location_precision <> 'neighbourhood' or ?) and {_in_force(version)}""",  # noqa: S608
            [version.typical_km2 >= _COARSE_AREA_KM2],
        )
        connection.unregister("found")


def _in_force(version: _Version, day: str = "coalesce(occurred_on, reported_on)") -> str:
    """Dates come from our own DATE columns, so they can stand in the text."""
    rules = [f"{day} >= date '{version.start}'"] if version.start else []
    rules += [f"{day} <= date '{version.end}'"] if version.end else []
    return " and ".join(rules) or "true"


def _assign_cells(connection: duckdb.DuckDBPyConnection, column: str, versions: list[_Version]) -> None:
    """The denominator knows its cell only: a cell of 0.1 km2 goes to the area that its centre lies in."""
    for version in versions:
        wanted = f"h3_9 is not null and {column} is null and {_in_force(version, 'last_day(month)')}"
        cells = connection.sql(f"select distinct h3_9 from exposure where {wanted}").to_arrow_table()  # noqa: S608
        if not cells.num_rows:
            continue
        lat, lon = locate.cell_centres(cells["h3_9"].to_numpy().astype(np.uint64))
        found = locate.areas_of(lat, lon, version.shapes, version.ids)
        connection.register("found", cells.append_column("area", pa.array(found.tolist(), pa.string())))
        connection.execute(
            f"""update exposure set {column} = found.area from found
                where exposure.h3_9 = found.h3_9 and found.area is not null
                and {column} is null and {_in_force(version, "last_day(month)")}"""  # noqa: S608
        )
        connection.unregister("found")
