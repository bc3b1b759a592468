"""A complete warehouse of invented records, for tests and benchmarks. The same seed gives the same bytes of content.

The county lies in the open South Atlantic. It is shaped to contain what breaks dashboards: a source that
starts late and has a gap, a category that was not always collected, records with only an area and with no
place, unknown and unmapped values, unfounded and duplicate reports, related offences, late reports.
"""

import json
from collections.abc import Callable
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import h3
import numpy as np
import pyarrow as pa

from etl import codes, tables

FIRST, LAST = date(2020, 1, 1), date(2025, 12, 20)
WEST, SOUTH, EAST, NORTH = -30.30, -40.20, -29.70, -39.80
DISTRICTS = ("Harbour District", "Old Mill", "Saltmarsh", "Northgate", "Eastfield", "Airport")
TRACTS_PER_DISTRICT = 4
LAYERS = ("district", "tract")
MONTHS = tuple(date(2020 + m // 12, m % 12 + 1, 1) for m in range(72))
SHERIFF_GAP = (date(2024, 3, 1), date(2024, 4, 1))
SHERIFF_FROM = date(2023, 1, 1)
LABOUR_FROM = date(2022, 1, 1)
POLICE, SHERIFF = "wick_police", "fenn_sheriff"


def make_warehouse(data_dir: Path, n_incidents: int = 3000, seed: int = 1, empty: bool = False) -> Path:
    """Write DATA/warehouse with current.json and restricted-000001.duckdb; return the path of the database.

    empty=True keeps the shape (sources, areas, meta) and leaves out every record, load and coverage row.
    """
    from tests.make_context import fill_context, fill_frame  # they need the constants above

    def fill(con: duckdb.DuckDBPyConnection) -> None:
        fill_frame(con)
        if not empty:
            _records(con, n_incidents, np.random.default_rng(seed))
            fill_context(con)

    return write_warehouse(data_dir, fill)


def write_warehouse(data_dir: Path, fill: Callable[[duckdb.DuckDBPyConnection], None], version: int = 1) -> Path:
    """Write one version with all tables, let `fill` put rows in, and point current.json at it."""
    folder = Path(data_dir) / "warehouse"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"restricted-{version:06}.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as con:
        con.execute("SET enable_progress_bar = false")
        con.begin()  # or every row of a list would be written to the disk by itself
        create_tables(con)
        fill(con)
        con.commit()
    built = "2026-01-02T03:04:05+00:00"
    pointer = {"version": version, "restricted": path.name, "built_at": built, "fictional": True}
    (folder / "current.json").write_text(json.dumps(pointer))
    return path


def create_tables(con: duckdb.DuckDBPyConnection, layers: tuple[str, ...] = LAYERS) -> None:
    """Create every table of the schema, with one area column for each layer on the facts and on exposure."""
    for table, columns in tables.TABLES.items():
        extra = {f"area_{x}": "VARCHAR" for x in layers} if table in (*tables.FACTS, "exposure") else {}
        body = ", ".join(f'"{c}" {t}' for c, t in {**columns, **extra}.items())
        con.execute(f'CREATE TABLE "{table}" ({body})')


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: pa.Table | list[dict[str, Any]]) -> None:
    """Insert rows by column name; a column that is not given is NULL."""
    if isinstance(rows, list):
        for names, alike in groupby(rows, key=tuple):
            columns, marks = ", ".join(f'"{c}"' for c in names), ", ".join("?" for _ in names)
            given = [list(row.values()) for row in alike]
            many = ", ".join([f"({marks})"] * len(given))  # one statement: each costs a millisecond
            con.execute(f'INSERT INTO "{table}" ({columns}) VALUES {many}', [v for row in given for v in row])
        return
    con.register("incoming", rows)
    con.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM incoming')
    con.unregister("incoming")


def _pick(rng: np.random.Generator, n: int, weights: dict[str | None, float]) -> pa.DictionaryArray:
    """n values drawn with the weights, as a dictionary array: fast for a million."""
    p = np.array(list(weights.values()), dtype=float)
    index = rng.choice(len(p), size=n, p=p / p.sum()).astype("int8")
    return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(list(weights), pa.string()))


def _days(values: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    return pa.array(values.astype("int32"), mask=missing).cast(pa.date32())


def _records(con: duckdb.DuckDBPyConnection, n: int, rng: np.random.Generator) -> None:
    sheriff = rng.random(n) < 0.25
    reported, occurred, no_occurred = _dates(n, sheriff, rng)
    labour_ok = reported >= (LABOUR_FROM - date(1970, 1, 1)).days
    exploitation = _exploitation(n, labour_ok, rng)
    hour = rng.choice(24, n, p=_hours()).astype("int8")
    columns = {
        "source": pa.DictionaryArray.from_arrays(pa.array(sheriff.astype("int8")), pa.array([POLICE, SHERIFF])),
        "incident_id": pa.array(np.char.add("I", np.arange(n).astype("U8"))),
        "load": pa.DictionaryArray.from_arrays(pa.array(sheriff.astype("int8")), pa.array(["load-b", "load-s"])),
        "reported_on": _days(reported),
        "reported_precision": pa.array(["day"] * n).dictionary_encode(),
        "occurred_on": _days(occurred, no_occurred),
        "occurred_precision": pa.array(["day"] * n, mask=no_occurred),
        "counted_on": _days(reported),
        "hour": pa.array(hour, mask=rng.random(n) < 0.2),
        "exploitation": exploitation,
        "offence_group": _pick(rng, n, {"trafficking": 0.86, "related": 0.14}),
        "offence": _pick(rng, n, {"822": 0.8, "921": 0.2}),
        "nibrs_code": _pick(rng, n, {"64A": 0.7, "64B": 0.2, None: 0.1}),
        "status": _pick(rng, n, {"open": 0.4, "cleared": 0.44, "unfounded": 0.06, "duplicate": 0.03, "unknown": 0.07}),
        "premise": _pick(rng, n, {c: 1 / (2 + i) for i, c in enumerate(codes.PREMISE)}),
        **_places(n, sheriff, rng),
        **_summary(n, sheriff, rng),
        "n": pa.array(np.ones(n, "int64")),
    }
    insert(con, "incidents", pa.table(columns))
    _people(con, rng)
    con.execute(
        "INSERT INTO attributes SELECT source, incident_id, load, 'means_of_control', "
        "CASE WHEN hash(incident_id) % 3 = 0 THEN 'debt' ELSE 'threats' END, 1 FROM incidents "
        "WHERE hash(incident_id) % 4 = 0"
    )


def _dates(n: int, sheriff: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days since 1970: reported (a gap and a late start for the sheriff), occurred, and where occurred is unknown."""
    epoch = date(1970, 1, 1)
    first, last = (FIRST - epoch).days, (LAST - epoch).days
    reported = first + np.floor(rng.random(n) ** 0.8 * (last - first + 1)).astype(int)
    start = (SHERIFF_FROM - epoch).days
    reported = np.where(sheriff, start + (reported - first) * (last - start) // (last - first), reported)
    gap = (SHERIFF_GAP[0] - epoch).days
    in_gap = sheriff & (reported >= gap) & (reported < gap + 61)
    reported = np.where(in_gap, reported + 61, reported)
    delay = np.floor(rng.exponential(12, n)).astype(int) * (rng.random(n) < 0.6)
    return reported, np.maximum(reported - delay, first - 400), rng.random(n) < 0.05


def _exploitation(n: int, labour_ok: np.ndarray, rng: np.random.Generator) -> pa.DictionaryArray:
    names = list(codes.EXPLOITATION)
    p = np.array([0.70, 0.11, 0.03, 0.005, 0.02, 0.045, 0.09])
    index = rng.choice(len(names), n, p=p / p.sum())
    index = np.where((index == 1) & ~labour_ok, 0, index).astype("int8")
    return pa.DictionaryArray.from_arrays(pa.array(index), pa.array(names))


def _hours() -> np.ndarray:
    h = np.arange(24)
    p = 1 + np.cos((h - 22) / 24 * 2 * np.pi) * 0.7
    return p / p.sum()


def _places(n: int, sheriff: np.ndarray, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Coordinates from a pool of street blocks, so that one block holds several records; cells and areas with them."""
    size = int(min(20_000, max(50, n // 5)))
    centre = rng.choice(3, size, p=[0.5, 0.3, 0.2])
    spread = np.array([0.02, 0.03, 0.15])[centre]
    lon = np.array([-30.15, -29.85, -30.0])[centre] + rng.normal(0, 1, size) * spread
    lat = np.array([-40.05, -39.9, -40.0])[centre] + rng.normal(0, 1, size) * spread * 0.7
    lon, lat = np.clip(lon, WEST + 1e-4, EAST - 1e-4), np.clip(lat, SOUTH + 1e-4, NORTH - 1e-4)
    fine = [h3.latlng_to_cell(y, x, 9) for y, x in zip(lat, lon, strict=True)]
    block = np.minimum((rng.random(n) ** 1.7 * size).astype(int), size - 1)
    kind = rng.choice(3, n, p=[0.86, 0.09, 0.05])  # a point, only an area, no place
    kind = np.where(sheriff & (kind == 0), rng.choice(2, n, p=[0.3, 0.7]), kind)
    no_point, no_area = kind > 0, kind == 2
    district, tract = _area_of(lon, lat)
    out: dict[str, pa.Array] = {
        "lat": pa.array(lat[block], mask=no_point),
        "lon": pa.array(lon[block], mask=no_point),
        "location_precision": pa.DictionaryArray.from_arrays(
            pa.array(kind.astype("int8")), pa.array(["block", "area", "none"])
        ),
        "area_district": pa.array(district[block], mask=no_area),
        "area_tract": pa.array(tract[block], mask=no_point),
    }
    for r in tables.H3_RESOLUTIONS:
        cells = np.array([h3.str_to_int(h3.cell_to_parent(c, r)) for c in fine], dtype="uint64")
        out[f"h3_{r}"] = pa.array(cells[block], mask=no_point)
    return out


def _area_of(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """District and tract ids of points: the county is a grid of three by two districts, each cut in four."""
    x, y = (lon - WEST) / (EAST - WEST) * 6, (lat - SOUTH) / (NORTH - SOUTH) * 4
    cx, cy = np.clip(x.astype(int), 0, 5), np.clip(y.astype(int), 0, 3)
    district = cx // 2 + 3 * (cy // 2)
    tract = 100 * (district + 1) + cx % 2 + 2 * (cy % 2) + 1
    return np.char.add("D", (district + 1).astype("U2")), np.char.add("T", tract.astype("U4"))


def _summary(n: int, sheriff: np.ndarray, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Columns of the incident that sum up its victims; the sheriff records no people."""
    victims = np.where(sheriff, 0, rng.choice(4, n, p=[0.1, 0.68, 0.16, 0.06]))
    bands = [b for b in codes.AGE_BAND if b != codes.UNMAPPED]
    p = np.array([0.02, 0.22, 0.17, 0.11, 0.08, 0.06, 0.12, 0.05, 0.03, 0, 0.14])
    band = np.where(victims == 0, len(bands) - 1, rng.choice(len(bands), n, p=p / p.sum()))
    mixed = (victims > 1) & (rng.random(n) < 0.5)
    band = np.where(mixed, bands.index("multiple"), band)
    minor = np.select([band <= 1, band <= 8, band == 9], [0, 1, 2], 3)
    sexes = list(codes.SEX)
    sex = rng.choice(len(sexes), n, p=[0.72, 0.13, 0.01, 0, 0.12, 0.02])
    sex = np.where(victims == 0, sexes.index("unknown"), sex)
    people = {
        "n_victims": pa.array(victims.astype("int32"), mask=sheriff),
        "n_suspects": pa.array(rng.choice(3, n, p=[0.4, 0.45, 0.15]).astype("int32"), mask=sheriff),
    }
    named = (("victim_age_band", band, bands), ("victim_minor", minor, codes.MINOR), ("victim_sex", sex, sexes))
    return people | {
        name: pa.DictionaryArray.from_arrays(pa.array(index.astype("int8")), pa.array(list(labels)))
        for name, index, labels in named
    }


def _people(con: duckdb.DuckDBPyConnection, rng: np.random.Generator) -> None:
    """Victims agree with the summary on the incident; suspects are drawn by a hash, so a seed is a seed."""
    columns = [*tables.FILTER_COLUMNS, *(f"area_{x}" for x in LAYERS)]
    shared = ", ".join(f'i."{c}"' for c in columns)
    names = ", ".join(f'"{c}"' for c in columns)
    salt = int(rng.integers(1 << 30))
    adult = "['18-20', '21-23', '24-26', '30-38', 'unknown']"

    def draw(values: str, salted: str) -> str:
        return f"({values})[1 + (hash(i.incident_id, k, '{salted}', {salt}) % len({values}))::INT]"

    con.execute(
        f"""INSERT INTO victims ({names}, person_id, age_band, minor, sex, race, ethnicity, relationship, n)
        WITH people AS (SELECT {shared}, k,
            CASE WHEN i.victim_age_band <> 'multiple' THEN i.victim_age_band
                 WHEN k = 1 THEN '9-17' ELSE '18-20' END AS age_band,
            {draw("['white', 'black', 'asian', 'native', 'unknown', 'unmapped']", "race")} AS race,
            {draw("['hispanic', 'not_hispanic', 'unknown']", "ethnicity")} AS ethnicity,
            {draw("['family', 'partner', 'known', 'stranger', 'unknown']", "relationship")} AS relationship
            FROM incidents i, UNNEST(range(1, i.n_victims + 1)) AS t(k))
        SELECT {names}, incident_id || '-' || k, age_band, {_minor("age_band")}, victim_sex, race, ethnicity,
            relationship, 1 FROM people"""
    )
    con.execute(
        f"""INSERT INTO suspects ({names}, person_id, suspect_class, age_band, minor, sex, race, ethnicity, n)
        WITH people AS (SELECT {shared}, k,
            CASE WHEN hash(i.incident_id, k, {salt}) % 40 = 0 THEN '9-17' ELSE {draw(adult, "age")} END AS age_band,
            {draw("['male', 'male', 'female', 'unknown']", "sex")} AS sex
            FROM incidents i, UNNEST(range(1, i.n_suspects + 1)) AS t(k))
        SELECT {names}, incident_id || '-s' || k,
            CASE WHEN age_band = '9-17' THEN 'minor_recorded_as_offender' ELSE 'suspect' END,
            age_band, {_minor("age_band")}, sex, 'unknown', 'unknown', 1 FROM people"""
    )


def _minor(band: str) -> str:
    return f"CASE WHEN {band} IN ('0-8', '9-17') THEN 'minor' WHEN {band} = 'unknown' THEN 'unknown' ELSE 'adult' END"
