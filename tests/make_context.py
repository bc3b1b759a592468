"""What surrounds the invented records of make_warehouse: coverage, loads, quarantine, published figures."""

from datetime import date, datetime
from typing import Any

import duckdb
from shapely.geometry import LineString, Point, Polygon, box

from etl import tables
from tests import make_warehouse as mw


def fill_context(con: duckdb.DuckDBPyConnection) -> None:
    """Fill every table that is neither a fact, nor areas, sources or meta."""
    mw.insert(con, "coverage", _coverage())
    mw.insert(con, "annotations", _annotations())
    mw.insert(con, "loads", _loads())
    mw.insert(con, "load_tables", _load_tables(con))
    mw.insert(con, "quarantine", _quarantine())
    mw.insert(con, "published_counts", _published())
    _exposure(con)
    _load_months(con)


def fill_frame(con: duckdb.DuckDBPyConnection) -> None:
    """Fill what an empty warehouse has too: areas, sources and meta."""
    mw.insert(con, "areas", _areas())
    mw.insert(con, "sources", _sources())
    mw.insert(con, "meta", _meta())


def _coverage() -> list[dict[str, Any]]:
    rows = []
    for month in mw.MONTHS:
        for category in ("all", "sex", "forced_labour", "related"):
            police = category != "forced_labour" or month >= mw.LABOUR_FROM
            sheriff = month >= mw.SHERIFF_FROM and month not in mw.SHERIFF_GAP
            for source, collected in ((mw.POLICE, police), (mw.SHERIFF, sheriff)):
                reports = 4000 if category == "all" and collected else None
                rows.append(
                    {"source": source, "month": month, "place": None, "category": category}
                    | {"collected": collected, "reports": reports}
                )
    for month in mw.MONTHS:
        for state in ("WK", "FN"):
            collected = state == "WK" or month.year >= 2022
            rows.append(
                {"source": "fbi_counts", "month": month, "place": state, "category": "sex"} | {"collected": collected}
            )
    return rows


def _annotations() -> list[dict[str, Any]]:
    return [
        {"source": mw.POLICE, "date": mw.LABOUR_FROM, "kind": "code_change", "text": "Forced labour gets its own code"},
        {"source": mw.SHERIFF, "date": date(2024, 5, 1), "kind": "series_break", "text": "New records system"},
        {"source": mw.POLICE, "date": date(2025, 1, 11), "kind": "campaign", "text": "Awareness month"},
    ]


def _load(load: str, source: str, file: str, as_of: date, first: date, day: int) -> dict[str, Any]:
    return {
        "load": load,
        "source": source,
        "form": "csv",
        "file": file,
        "sha256": load.encode().hex().ljust(64, "0"),
        "bytes": 1_234_567,
        "loaded_at": datetime(2026, 1, day, 9, 30),
        "as_of": as_of,
        "first_month": first,
        "last_month": as_of.replace(day=1),
        "notes": ["Encoding UTF-8"],
    }


def _loads() -> list[dict[str, Any]]:
    return [
        _load("load-a", mw.POLICE, "wick_november.csv", date(2025, 11, 10), mw.FIRST, 1),
        _load("load-b", mw.POLICE, "wick_december.csv", mw.LAST, mw.FIRST, 2),
        _load("load-s", mw.SHERIFF, "fenn.csv", mw.LAST, mw.SHERIFF_FROM, 2),
        _load("load-f", "fbi_counts", "agency_years.csv", date(2024, 12, 31), mw.FIRST, 2),
    ]


def _load_tables(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    rows = []
    for load, file in (("load-b", "wick_december.csv"), ("load-s", "fenn.csv")):
        found = con.execute("SELECT count(*) FROM incidents WHERE load = ?", [load]).fetchone()
        loaded = found[0] if found else 0
        counts = {"loaded": loaded, "merged": 12, "not_relevant": 20 * loaded, "quarantined": 5}
        rows.append({"load": load, "input_table": file, "rows_read": sum(counts.values()), **counts})
    return rows


def _quarantine() -> list[dict[str, Any]]:
    found = (("date_unreadable", "DATE OCC"), ("field_count", None), ("code_mismatch", "Crm Cd"))
    return [
        {"load": load, "source": source, "input_table": "file", "record": 2 + 17 * i}
        | {"column_name": found[i % 3][1], "reason": found[i % 3][0]}
        for load, source in (("load-b", mw.POLICE), ("load-s", mw.SHERIFF))
        for i in range(5)
    ]


def _published() -> list[dict[str, Any]]:
    rows = []
    for year in range(2020, 2025):
        span = {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31)}
        for i, (code, name, state) in enumerate((("WK001", "Wick Police", "WK"), ("FN001", "Fenn Sheriff", "FN"))):
            place = {"geo_level": "agency", "place_code": code, "place_name": name, "state": state}
            for category, n in (("reported", 30 + year - 2020 + i), ("unfounded", 2), ("cleared", 11)):
                for kind, part in (("sex", n - 1), ("forced_labour", 1)):
                    rows.append(
                        {"source": "fbi_counts", "load": "load-f", "unit": "offences", "category": category}
                        | span
                        | place
                        | {"exploitation": kind, "published_n": part}
                    )
        for state, n in (("WK", 410), ("FN", 95)):
            place = {"geo_level": "state", "place_code": state, "place_name": f"State {state}", "state": state}
            for unit, count in (("signals", n + year - 2020), ("cases", n // 3)):
                rows.append({"source": "hotline", "unit": unit, "category": unit, "published_n": count} | span | place)
        place = {"geo_level": "country", "place_code": "WKL", "place_name": "Wickland"}
        for band, minor in (("9-17", "minor"), ("18-20", "adult"), ("unknown", "unknown")):
            people = {"exploitation": "sex", "age_band": band, "minor": minor, "sex": "female"}
            rows.append(
                {"source": "ctdc", "unit": "published_cases", "category": "cases", "published_n": 40}
                | span
                | place
                | people
            )
    return rows


def _exposure(con: duckdb.DuckDBPyConnection) -> None:
    """All reports: two hundred for every trafficking record of a fine cell and month, so shares make sense."""
    con.execute(
        """INSERT INTO exposure BY NAME SELECT source, load, date_trunc('month', reported_on)::DATE AS month,
        h3_9, area_district, area_tract, 200 * count(*) AS n FROM incidents GROUP BY ALL"""
    )


def _load_months(con: duckdb.DuckDBPyConnection) -> None:
    """The newer load knows every month; the older one, as of 10 November, had yet to hear of the latest reports."""
    late = {"2025-11-01": 0.2, "2025-10-01": 0.7, "2025-09-01": 0.9}
    known = " ".join(f"WHEN DATE '{month}' THEN {share}" for month, share in late.items())
    for load, source, as_of, share in (
        ("load-a", mw.POLICE, date(2025, 11, 10), f"CASE month {known} ELSE 1 END"),
        ("load-b", mw.POLICE, mw.LAST, "1"),
        ("load-s", mw.SHERIFF, mw.LAST, "1"),
    ):
        con.execute(
            f"""INSERT INTO load_months
            WITH months AS (SELECT date_trunc('month', reported_on)::DATE AS month, count(*) AS n
                FROM incidents WHERE source = ? GROUP BY 1)
            SELECT ?, ?, ?, month, (200 * n * ({share}))::BIGINT, floor(n * ({share}))::BIGINT
            FROM months WHERE month <= ?""",
            [source, load, source, as_of, as_of],
        )


def _sources() -> list[dict[str, Any]]:
    base = {"licence": "Invented for tests", "url": "", "fictional": True, "known_problems": [], "verdict": ""}
    base["dated_by"] = ""
    return [
        base
        | {"source": mw.POLICE, "title": "Wick Police", "publisher": "Wick Police Department", "kind": "police"}
        | {"unit": "incidents", "dated_by": "reported", "has_victims": True, "has_suspects": True, "has_points": True}
        | {"location_precision": "block", "verdict": "Good from 2022; labour trafficking was not recorded before."}
        | {"known_problems": ["Forced labour has a code of its own only since January 2022."]},
        base
        | {"source": mw.SHERIFF, "title": "Fenn Sheriff", "publisher": "Fenn County Sheriff", "kind": "police"}
        | {"unit": "incidents", "dated_by": "reported", "has_victims": False, "has_suspects": False, "has_points": True}
        | {"location_precision": "area", "verdict": "Usable for trends; two months are missing in 2024."},
        base
        | {"source": "fbi_counts", "title": "Agency counts", "publisher": "Invented bureau", "kind": "published"}
        | {"unit": "offences", "has_victims": False, "has_suspects": False, "has_points": False},
        base
        | {"source": "hotline", "title": "Hotline figures", "publisher": "Invented hotline", "kind": "published"}
        | {"unit": "signals", "has_victims": False, "has_suspects": False, "has_points": False},
        base
        | {"source": "ctdc", "title": "Published cases", "publisher": "Invented consortium", "kind": "published"}
        | {"unit": "published_cases", "has_victims": False, "has_suspects": False, "has_points": False},
    ]


def _meta(form: int = tables.WAREHOUSE_FORMAT) -> list[dict[str, Any]]:
    built = datetime(2026, 1, 2, 3, 4, 5).isoformat() + "+00:00"
    values = {"format": form, "version": 1, "built_at": built, "fictional": "true"}
    return [{"key": k, "value": str(v)} for k, v in (values | {"place": "Wick County (fictional)"}).items()]


def _areas() -> list[dict[str, Any]]:
    rows = []
    for d, name in enumerate(mw.DISTRICTS):
        x, y = mw.WEST + (d % 3) * 0.2, mw.SOUTH + (d // 3) * 0.2
        rows.append(_area("district", f"D{d + 1}", name, box(x, y, x + 0.2, y + 0.2), 24_000 + 7_000 * d))
        for t in range(mw.TRACTS_PER_DISTRICT):
            tx, ty = x + 0.1 * (t % 2), y + 0.1 * (t // 2)
            code = f"T{100 * (d + 1) + t + 1}"
            rows.append(_area("tract", code, f"Tract {code[1:]}", box(tx, ty, tx + 0.1, ty + 0.1), 6_000 + 1_500 * d))
    coast = LineString([(mw.WEST, mw.NORTH), (-30.1, mw.NORTH + 0.03), (mw.EAST, mw.NORTH)])
    rows.append(_area("coast", "C1", "Coast", coast, None) | {"role": "outline"})
    for i, (name, x, y) in enumerate((("Wick", -30.15, -40.05), ("Fenn", -29.85, -39.9))):
        rows.append(_area("place", f"P{i + 1}", name, Point(x, y), None) | {"role": "places"})
    return rows


def _area(layer: str, key: str, name: str, shape: Polygon | LineString | Point, people: int | None) -> dict[str, Any]:
    inside = shape.representative_point()
    return {
        "layer": layer,
        "area_id": key,
        "name": name,
        "role": "areas",
        "population": people,
        "valid_from": None,
        "valid_to": None,
        "lat": inside.y,
        "lon": inside.x,
        "geometry": shape.wkb,
        "outline": shape.wkb,
    }
