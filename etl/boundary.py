"""Boundary layers -> `areas`: GeoJSON, Shapefile (or a zip of one) and GeoPackage."""

import datetime as dt
import hashlib
import string
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from etl.harvest import Harvest, Tally, backing_table
from etl.schema import Boundary, Source, SourceError

MAX_SHAPES = 200_000
_UNREADABLE = "?"


def read_boundary(source: Source, path: Path, harvest: Harvest) -> str:
    """Reads a layer into the harvest and returns the sha256 of its file. Only declared properties are read."""
    boundary = source.boundary
    if boundary is None:
        raise TypeError(f"{source.name} declares no boundary")
    where = f"zip://{path}" if path.suffix.lower() == ".zip" else str(path)
    try:
        info = pyogrio.read_info(where)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError):
        raise SourceError(
            f"{path.name} cannot be read as a map layer. Give a GeoJSON, a GeoPackage, or a Shapefile "
            "(the .shp with its .dbf, .shx and .prj beside it, or all of them in a zip)."
        ) from None
    _check_shape(boundary, info, path.name)
    frame = geopandas.read_file(where, engine="pyogrio", columns=_properties(boundary, info))
    if frame.crs is None:
        raise SourceError(f"{path.name} does not say its coordinate system. A Shapefile needs its .prj file.")
    frame = frame.to_crs(4326)
    _fill(source, boundary, frame, path.name, harvest)
    return _sha256(path)


def _check_shape(boundary: Boundary, info: dict[str, Any], name: str) -> None:
    if info["features"] == 0:
        raise SourceError(f"{name} holds no shapes.")
    if info["features"] > MAX_SHAPES:
        raise SourceError(f"{name} holds {info['features']:,} shapes; the limit is {MAX_SHAPES:,}.")
    if boundary.id not in info["fields"]:
        raise SourceError(
            f'{name} has no property "{boundary.id}", which names the areas of {boundary.layer}. '
            "Is it the file of another layer?"
        )


def _properties(boundary: Boundary, info: dict[str, Any]) -> list[str]:
    wanted = (boundary.id, boundary.name, boundary.population, boundary.valid_from, boundary.valid_to)
    return list(dict.fromkeys(p for p in wanted if p and p in info["fields"]))


def _fill(source: Source, boundary: Boundary, frame: Any, name: str, harvest: Harvest) -> None:
    shapes = shapely.make_valid(shapely.force_2d(np.asarray(frame.geometry.array)))
    ids = [_code(v, boundary.id_width) for v in frame[boundary.id]]
    usable = [s is not None and not shapely.is_empty(s) for s in shapes]
    tally = harvest.tallies.setdefault(name, Tally(rows_read=len(frame)))
    tally.rows_read = len(frame)
    starts, ends = (
        [_day(frame, column, i) for i in range(len(frame))] for column in (boundary.valid_from, boundary.valid_to)
    )
    keep: dict[tuple[str, str | None], list[int]] = {}  # a file may hold one area as several shapes
    for i, (found, area_id) in enumerate(zip(usable, ids, strict=True)):
        if not found:
            harvest.set_aside(name, i + 1, "geometry", "geometry_invalid")
        elif not area_id:
            harvest.set_aside(name, i + 1, boundary.id, "no_id")
        elif _UNREADABLE in (starts[i], ends[i]):
            column = boundary.valid_from if starts[i] == _UNREADABLE else boundary.valid_to
            harvest.set_aside(name, i + 1, column, "date_unreadable")
        else:
            keep.setdefault((area_id, starts[i]), []).append(i)
    if not keep:
        raise SourceError(f"{name} holds no shape with an id that can be used. Nothing was loaded.")
    first = [rows[0] for rows in keep.values()]
    whole = np.array([shapely.union_all(shapes[r]) if len(r) > 1 else shapes[r[0]] for r in keep.values()])
    inside = shapely.point_on_surface(whole)
    # Parts repeat the population of the whole.
    people = [[n for i in rows if (n := _count(frame, boundary.population, i)) is not None] for rows in keep.values()]
    harvest.tables["areas"] = pa.table(
        {
            "layer": [boundary.layer] * len(keep),
            "area_id": [area_id for area_id, _ in keep],
            "name": [_name(frame, boundary.name, i) or ids[i] for i in first],
            "role": [boundary.role] * len(keep),
            "population": pa.array([max(n) if n else None for n in people], pa.int64()),
            "valid_from": pa.array([start for _, start in keep], pa.string()),
            "valid_to": pa.array([ends[i] for i in first], pa.string()),
            "lat": shapely.get_y(inside),
            "lon": shapely.get_x(inside),
            "geometry": pa.array(shapely.to_wkb(whole), pa.binary()),
        }
    )
    records = pa.array([i + 1 for rows in keep.values() for i in rows], pa.int64())
    keys = pa.array([f"{a}|{s or ''}" for (a, s), rows in keep.items() for _ in rows], pa.string())
    harvest.backing = backing_table([(name, records, keys)])


def _missing(value: Any) -> bool:
    return value is None or value != value or str(value).strip() == ""


def _code(value: Any, width: int) -> str:
    if _missing(value):
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    return text.zfill(width) if width else text


def _name(frame: Any, column: str, row: int) -> str:
    value: Any = frame[column].iloc[row] if column in frame else None
    if _missing(value):
        return ""
    text = " ".join(str(value).split())
    return string.capwords(text) if text.isupper() else text  # "77TH STREET" is no "77Th"


def _count(frame: Any, column: str, row: int) -> int | None:
    value: Any = frame[column].iloc[row] if column in frame else None
    if _missing(value):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return int(number) if number >= 0 else None  # -999 and its kin say "missing"


def _day(frame: Any, column: str, row: int) -> str | None:
    """A property of the file, or a date that the declaration gives for the whole layer."""
    if not column:
        return None
    value = frame[column].iloc[row] if column in frame else column
    if _missing(value):
        return None
    try:
        return dt.date.fromisoformat(str(value)[:10].replace("/", "-")).isoformat()
    except ValueError:
        return _UNREADABLE


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
