"""The boundary files: districts and tracts with their population, the coast, and names to print on a map."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from etl.sample_county import place

VALID_FROM = "2020-01-01"


def _geometry(shape: BaseGeometry) -> dict[str, Any]:
    """GeoJSON wants the outer ring counter-clockwise."""
    return dict(mapping(orient(shape) if shape.geom_type == "Polygon" else shape))


def _feature(geometry: dict[str, Any], **properties: object) -> str:
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps(feature, separators=(",", ":"))


def _write(path: Path, name: str, features: Iterable[str]) -> None:
    body = ",\n".join(features)
    path.write_bytes(f'{{"type":"FeatureCollection","name":"{name}","features":[\n{body}\n]}}\n'.encode())


def _areas(areas: tuple[place.Area, ...]) -> list[str]:
    return [
        _feature(_geometry(a.shape), id=a.id, name=a.name, population=a.population, valid_from=VALID_FROM)
        for a in areas
    ]


def write(to: Path) -> list[tuple[str, Path]]:
    """Four GeoJSON files in WGS 84."""
    _write(to / "districts.geojson", "Lantern County districts (fictional)", _areas(place.districts()))
    _write(to / "tracts.geojson", "Lantern County tracts (fictional)", _areas(place.tracts()))
    coast = _feature(_geometry(place.land()), id="coast", name="Lantern County (fictional)")
    _write(to / "coastline.geojson", "Lantern County coast (fictional)", [coast])
    points = [
        _feature({"type": "Point", "coordinates": place.degrees(*at)}, id=f"place{n}", name=name, kind=kind)
        for n, (name, kind, at) in enumerate(place.PLACES, 1)
    ]
    _write(to / "places.geojson", "Lantern County place names (fictional)", points)
    layers = ("districts", "tracts", "coastline", "places")
    return [(f"sample_{name}", to / f"{name}.geojson") for name in layers]
