"""Boundary layers -> `areas`: GeoJSON, Shapefile (or a zip of one) and GeoPackage."""

import hashlib
import string
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from etl.harvest import Harvest, Tally, backing_table
from etl.schema import Boundary, Source, SourceError

MAX_SHAPES = 200_000


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
    frame = pyogrio.read_dataframe(where, columns=_properties(boundary, info))
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
    keep = []
    for i, (found, area_id) in enumerate(zip(usable, ids, strict=True)):
        if not found:
            harvest.set_aside(name, i + 1, "geometry", "geometry_invalid")
        elif not area_id:
            harvest.set_aside(name, i + 1, boundary.id, "no_id")
        else:
            keep.append(i)
    kept = [ids[i] for i in keep]
    starts = [_day(frame, boundary.valid_from, i) for i in keep]
    inside = shapely.point_on_surface(shapes[keep])
    harvest.tables["areas"] = pa.table(
        {
            "layer": [boundary.layer] * len(keep),
            "area_id": kept,
            "name": [_name(frame, boundary.name, i) or ids[i] for i in keep],
            "role": [boundary.role] * len(keep),
            "population": pa.array([_count(frame, boundary.population, i) for i in keep], pa.int64()),
            "valid_from": pa.array(starts, pa.string()),
            "valid_to": pa.array([_day(frame, boundary.valid_to, i) for i in keep], pa.string()),
            "lat": shapely.get_y(inside),
            "lon": shapely.get_x(inside),
            "geometry": pa.array(shapely.to_wkb(shapes[keep]), pa.binary()),
        }
    )
    records = pa.array([i + 1 for i in keep], pa.int64())
    keys = pa.array([f"{a}|{s or ''}" for a, s in zip(kept, starts, strict=True)], pa.string())
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
    return None if _missing(value) else str(value)[:10]


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
