"""An area that a reader drew on the map or uploaded -> a polygon, checked. No value of it is ever repeated."""

import io
import json
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import shapely

MOST_DRAWN = 60  # corners that the map's tool can put, see static/draw.js
MOST_CORNERS = 20_000  # of an uploaded area
MOST_PARTS = 500
MOST_BYTES = 5_000_000
MOST_UNPACKED = 50_000_000
LEAST_KM2, MOST_KM2 = 1e-4, 2_000_000  # about a house, and about Mexico
TYPES = ("geojson", "json", "zip", "gpkg")
_KM_PER_DEGREE = 111.32
_AREAS = (shapely.Polygon, shapely.MultiPolygon)
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_DEEPEST = 30  # GeoJSON of one in another


class AreaError(ValueError):
    """Why an area cannot be used: a sentence with the remedy, without any value of the file."""


def polygon_from_click(drawing: Any) -> shapely.Polygon | None:
    """The polygon that was drawn, WGS 84; None when this is no drawing but a click, or no message at all.

    Raises AreaError for a drawing that is no usable area.
    """
    properties = drawing.get("properties") if isinstance(drawing, dict) else None
    if not isinstance(properties, dict) or properties.get("drawn") != 1:
        return None
    found = _shape(drawing.get("geometry"))
    if not isinstance(found, shapely.Polygon) or shapely.get_num_coordinates(found) > MOST_DRAWN + 1:
        raise AreaError("The drawing is not one area. Draw it again.")
    _check_finite(found)
    if not found.is_valid:
        raise AreaError("Two edges of the drawing cross. Draw it again, going round the area once.")
    return _checked(_on_one_side(found))


def polygon_from_upload(content: bytes, name: str) -> shapely.Polygon | shapely.MultiPolygon:
    """The area of a file, WGS 84: all polygons of it together.

    GeoJSON (.geojson, .json), a zipped shapefile (.zip) or a GeoPackage (.gpkg). The latter two may be in any
    coordinate system that they name; GeoJSON is longitude and latitude by its standard (RFC 7946).
    Raises AreaError.
    """
    if not content:
        raise AreaError("The file is empty.")
    if len(content) > MOST_BYTES:
        raise AreaError(f"The file is larger than {MOST_BYTES // 1_000_000} MB. Simplify the area, or upload only it.")
    kind = PurePosixPath(name).suffix.lower().lstrip(".")
    if kind not in TYPES:
        raise AreaError("This kind of file is not read. Use GeoJSON, a zipped shapefile or a GeoPackage.")
    parts = list(_of_json(content)) if kind in ("geojson", "json") else _of_layers(content, kind)
    polygons = [part for part in parts if isinstance(part, _AREAS) and not part.is_empty]
    if not polygons:
        raise AreaError("The file holds no area. Upload polygons; points and lines enclose nothing.")
    if sum(int(shapely.get_num_coordinates(p)) for p in polygons) > MOST_CORNERS or len(polygons) > MOST_PARTS:
        raise AreaError(f"The area has more than {MOST_CORNERS:,} corners or {MOST_PARTS} parts. Simplify it first.")
    for polygon in polygons:
        _check_degrees(polygon)
    whole = shapely.union_all(shapely.make_valid(polygons, method="structure", keep_collapsed=False))
    return _checked(whole)


def _on_one_side(shape: shapely.Polygon) -> shapely.Polygon:
    """A map goes on beyond 180 degrees, where it shows the other side once more."""
    west, _, east, _ = shape.bounds
    turns = round((west + east) / 2 / 360) * 360
    if west - turns < -180 or east - turns > 180:
        raise AreaError("The drawing crosses 180 degrees of longitude. Draw one area on each side of it.")
    return shapely.transform(shape, lambda points: points - (turns, 0)) if turns else shape


def _checked(shape: Any) -> Any:
    """The shape, if it is an area of a size that somebody can mean."""
    _check_degrees(shape)
    if not isinstance(shape, _AREAS) or shape.is_empty:
        raise AreaError("This encloses no area. Draw at least three corners that are not in one line.")
    size = _km2(shape)
    if size < LEAST_KM2:
        raise AreaError("The area is smaller than a house. Check its coordinates, or draw a larger one.")
    if size > MOST_KM2:
        raise AreaError("The area is larger than most countries. Check its coordinates, or draw a smaller one.")
    return shape


def _check_finite(shape: Any) -> None:
    if shape.is_empty or not all(map(math.isfinite, shapely.get_coordinates(shape).ravel().tolist())):
        raise AreaError("Some coordinates are missing. Draw or export the area again.")


def _check_degrees(shape: Any) -> None:
    _check_finite(shape)
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise AreaError(
            "The coordinates are not longitude and latitude (degrees, WGS 84). Export the area in EPSG:4326, or upload "
            "a zipped shapefile with its .prj or a GeoPackage, which say what their coordinates are."
        )


def _km2(shape: Any) -> float:
    _, south, _, north = shape.bounds
    return float(shape.area) * _KM_PER_DEGREE**2 * math.cos(math.radians((south + north) / 2))


def _of_json(content: bytes) -> Iterator[Any]:
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise AreaError("The file is not GeoJSON. Export the area as GeoJSON once more.") from None
    if isinstance(found, dict) and _names_other_system(found.get("crs")):
        raise AreaError(
            "The file says that its coordinates are not longitude and latitude (WGS 84). Export it in EPSG:4326."
        )
    return _geometries(found)


def _names_other_system(crs: Any) -> bool:
    """GeoJSON of before 2016 could name a coordinate system; CRS84 and 4326 are the same degrees."""
    named = json.dumps(crs) if crs else ""
    return bool(named) and not any(known in named for known in ("CRS84", "4326", "4269"))


def _geometries(found: Any, depth: int = 0) -> Iterator[Any]:
    if not isinstance(found, dict) or depth > _DEEPEST:
        return
    kind = found.get("type")
    members = {"FeatureCollection": "features", "GeometryCollection": "geometries"}
    if kind == "Feature":
        yield from _geometries(found.get("geometry"), depth + 1)
    elif isinstance(kind, str) and kind in members:
        listed = found.get(members[kind])
        for one in listed if isinstance(listed, list) else []:
            yield from _geometries(one, depth + 1)
    elif kind in ("Polygon", "MultiPolygon"):
        yield _shape(found)


def _shape(geometry: Any) -> Any:
    """A geometry of GeoJSON; heights are dropped."""
    try:
        made = shapely.geometry.shape(geometry)
        return shapely.force_2d(made)
    except Exception:
        raise AreaError("An area in it cannot be read: its coordinates are incomplete. Export it again.") from None


def _of_layers(content: bytes, kind: str) -> list[Any]:
    """Polygons of a zipped shapefile or a GeoPackage, in degrees."""
    import geopandas  # a second of imports that only an upload needs

    if kind == "zip":
        content = _flat(content)
    elif not (content.startswith(b"SQLite format 3\0") and content[68:72] == b"GPKG"):
        # GDAL goes by the content, and some formats that it knows name other files to read.
        raise AreaError("The file is not a GeoPackage. Export the area once more.")
    else:
        content = _zipped({"area.gpkg": content})  # by itself it would have no name, and GDAL warns of that
    try:
        table = geopandas.read_file(io.BytesIO(content), columns=[], rows=MOST_PARTS + 1)
    except Exception:
        raise AreaError(
            "The file cannot be read. A zip must hold the .shp, .shx, .dbf and .prj of one shapefile."
        ) from None
    if not isinstance(table, geopandas.GeoDataFrame) or table.empty:
        return []
    if table.crs is None:
        raise AreaError("The file does not say what its coordinates are. Add its .prj, or export it as GeoJSON.")
    try:
        return list(shapely.force_2d(table.to_crs(4326).geometry.dropna().to_numpy()))
    except Exception:
        raise AreaError("Its coordinates cannot be turned into longitude and latitude. Export it as GeoJSON.") from None


def _flat(content: bytes) -> bytes:
    """The one shapefile of a zip, wherever in it, as a zip of nothing else.

    A small zip can unpack to anything: what it says is held against a bound before it is read.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = [member for member in packed.infolist() if not member.filename.startswith("__MACOSX/")]
            found = [member for member in members if member.filename.lower().endswith(".shp")]
            if len(found) != 1:
                raise AreaError("The zip must hold exactly one shapefile (.shp).")
            stem = found[0].filename[:-4]
            wanted = [m for m in members if m.filename[:-4] == stem and m.filename[-4:].lower() in _SHAPEFILE]
            if sum(member.file_size for member in wanted) > MOST_UNPACKED:
                raise AreaError("The shapefile is too large. Simplify the area, or upload only it.")
            return _zipped({f"area{member.filename[-4:].lower()}": packed.read(member) for member in wanted})
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, zlib.error):
        raise AreaError("The zip cannot be opened. Pack the shapefile again, without a password.") from None


def _zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return made.getvalue()
