"""A small protected public file of invented counts, by the contract of etl.tables.PUBLIC_TABLES; no release is run.

Every cell is 0 (absent) or at least K = 11. The county is that of make_warehouse, in the open South Atlantic.
"""

import json
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from dashboard.cubes import Cube
from etl import tables
from tests import make_context as context
from tests import make_warehouse as mw

K = 11
RELEASE = "2026-01-02-1"
LAST = date(2025, 12, 1)
FIRST = {"years5": date(2021, 1, 1), "years2": date(2020, 1, 1), "years3": date(2020, 1, 1)}
KINDS = {"sex": 0.75, "forced_labour": 0.2, "unknown": 0.05}
AGES = {"9-17": 0.4, "18-20": 0.35, "21-23": 0.03, "unknown": 0.22}
SEXES = {"female": 0.8, "male": 0.2}
SOURCES = {mw.POLICE: 0.75, mw.SHERIFF: 0.25}


def make_public(
    folder: Path,
    grain: str = "year",
    layer: str | None = "district",
    per_year: int = 1200,
    *,
    release: str = RELEASE,
    people_grain: str = "",
    seed: int = 1,
) -> Path:
    """Write FOLDER/current.json and its release; return the path of public.duckdb.

    grain : of the incidents' cube (people_grain : of the victims', the same unless given). layer : None for no map.
    per_year : incidents a year, roughly; few make many cells 0. There are no suspects.
    """
    path = Path(folder) / "releases" / release / "public.duckdb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    rng = np.random.default_rng(seed)
    with duckdb.connect(str(path)) as con:
        con.execute("SET enable_progress_bar = false")
        mw.create_tables(con, (layer,) if layer else ())
        for name, columns in tables.CUBE_TABLES.items():
            body = ", ".join(f'"{c}" {t}' for c, t in columns.items())
            con.execute(f'CREATE TABLE "{name}" ({body})')
        incidents = _cube("incidents", grain, layer or "", ("source", "exploitation"))
        victims = _cube("victims", people_grain or grain, "", ("source", "age_band", "sex"))
        _fill(con, incidents, per_year, rng)
        _fill(con, victims, per_year * 1.2, rng)
        _describe(con, (incidents, victims))
        _surroundings(con, layer, release)
    pointer = {"public": f"releases/{release}/public.duckdb", "release": release, "version": 3}
    (Path(folder) / "current.json").write_text(json.dumps(pointer))
    return path


def _cube(unit: str, grain: str, layer: str, dimensions: tuple[str, ...]) -> Cube:
    return Cube(unit, grain, FIRST.get(grain, date(2020, 1, 1)), LAST, dimensions, layer, K)


def _cells(cube: Cube) -> Iterator[tuple[dict[str, Any], float]]:
    """Every cell of the cube with its share of a year's records."""
    weights = {"source": SOURCES, "exploitation": KINDS, "age_band": AGES, "sex": SEXES}
    if cube.unit == "victims":
        weights |= {"source": {mw.POLICE: 1.0}}
    places: dict[Any, float] = {None: 1.0}
    if cube.layer:
        ids = [f"D{i + 1}" for i in range(len(mw.DISTRICTS))]
        # The north of the county has most, its far end next to none.
        places = dict(zip(ids, (0.4, 0.28, 0.02, 0.2, 0.08, 0.0), strict=True)) | {None: 0.02}
    for period in cube.periods:
        years = ((period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1) / 12
        grows = 0.7 + 0.12 * (period.first.year - 2020)
        for codes in product(*(weights[d].items() for d in cube.dimensions), places.items()):
            *named, (area, share) = codes
            cell = dict(zip(cube.dimensions, (code for code, _ in named), strict=True))
            cell |= {f"area_{cube.layer}": area} if cube.layer else {}
            cell["counted_on"] = period.first
            yield cell, float(np.prod([w for _, w in named]) * share * years * grows)


def _fill(con: duckdb.DuckDBPyConnection, cube: Cube, per_year: float, rng: np.random.Generator) -> None:
    rows = []
    for cell, share in _cells(cube):
        true = int(rng.poisson(per_year * share))
        n = true if true >= K or true == 0 else int(rng.choice((0, K), p=(1 - true / K, true / K)))
        if n:
            rows.append(cell | {"reported_on": cell["counted_on"], "offence_group": "trafficking", "n": n})
    mw.insert(con, cube.unit, rows)


def _describe(con: duckdb.DuckDBPyConnection, cubes: tuple[Cube, ...]) -> None:
    for cube in cubes:
        about = {"unit": cube.unit, "grain": cube.grain, "first": cube.first, "last": cube.last, "base": K}
        about |= {"dimensions": list(cube.dimensions), "layer": cube.layer or None, "altered": 0.04}
        mw.insert(con, "cubes", [about | {"dropped": ["kind of place: 31% of the non-zero cells would be altered"]}])
        sizes = {1: (2, 6), 2: (3, 9), 3: (4, 12)}
        mw.insert(
            con, "errors", [{"unit": cube.unit, "order": k, "median": m, "p95": p} for k, (m, p) in sizes.items()]
        )


def _surroundings(con: duckdb.DuckDBPyConnection, layer: str | None, release: str) -> None:
    """What stands around the cubes: coverage by yes and no, months of loads, the layer, printed figures, meta."""
    mw.insert(
        con, "coverage", [row | {"reports": None} for row in context._coverage() if row["source"] != "fbi_counts"]
    )
    mw.insert(con, "annotations", context._annotations())
    for load in context._loads()[1:3]:
        mw.insert(con, "loads", [{k: load[k] for k in ("source", "first_month", "last_month")}])
    mw.insert(con, "areas", [row for row in context._areas() if row["role"] != "areas" or row["layer"] == layer])
    mw.insert(con, "sources", [row for row in context._sources() if row["source"] in (*SOURCES, "hotline")])
    mw.insert(con, "published_counts", [row for row in context._published() if row["source"] == "hotline"])
    meta = {"tier": "public", "release": release, "policy": "1", "base": str(K)}
    mw.insert(con, "meta", [*context._meta(tables.PUBLIC_FORMAT), *({"key": k, "value": v} for k, v in meta.items())])
