"""Ten records made by hand, the warehouse that holds them, and what a table says of them."""

from datetime import date, datetime
from typing import Any

import duckdb
import h3
import pandas as pd

from dashboard.filters import Filters
from etl import tables
from tests.make_warehouse import insert

LAT, LON = -40.05, -30.15
CELLS = {f"h3_{r}": h3.str_to_int(h3.latlng_to_cell(LAT, LON, r)) for r in range(4, 10)}
USUAL = {
    "source": "wick",
    "load": "a",
    "reported_precision": "day",
    "occurred_precision": "day",
    "exploitation": "sex",
    "offence_group": "trafficking",
    "status": "open",
    "premise": "hotel",
    "victim_age_band": "unknown",
    "victim_sex": "unknown",
    "n": 1,
}


def incident(reported: str, **values: Any) -> dict[str, Any]:
    """One record; what is not said is usual."""
    day = date.fromisoformat(reported)
    return USUAL | {"reported_on": day, "counted_on": day} | values


# Wick collects from January to April 2024 and again in June (its file ends on 20 June); Fenn from April on.
RECORDS = [
    incident("2024-01-05", occurred_on=date(2024, 1, 1), hour=23, area_district="D1", **CELLS),  # a Monday
    incident("2024-01-31", occurred_on=date(2023, 12, 31), hour=23, area_district="D1", **CELLS),  # a Sunday
    incident("2024-01-31", occurred_on=date(2024, 1, 1), area_district="D1", premise=None),
    incident("2024-03-01", occurred_on=date(2024, 3, 1), hour=0, exploitation="forced_labour", area_district="D2"),
    incident("2024-04-30", n=3, source="fenn", premise="unmapped", victim_age_band="9-17", victim_sex="female"),
    incident("2024-06-20", exploitation="unknown", premise="unknown"),
    incident("2024-01-05", status="unfounded"),
    incident("2024-01-05", status="duplicate", offence_group="related"),
    incident("2024-02-05", offence_group="related"),
    incident("2024-02-06", status=None, offence_group="related"),
]
MONTHS = [date(2024, m, 1) for m in range(1, 7)]
VIEW = Filters(date_from=MONTHS[0], date_to=MONTHS[-1])


def fill(con: duckdb.DuckDBPyConnection) -> None:
    """The hand-made warehouse."""
    meta = {
        "format": str(tables.WAREHOUSE_FORMAT),
        "version": "1",
        "fictional": "true",
        "built_at": "2026-01-01T00:00:00+00:00",
    }
    insert(con, "meta", [{"key": k, "value": v} for k, v in meta.items()])
    for source, title in (("wick", "Wick Police"), ("fenn", "Fenn Sheriff")):
        row: dict[str, Any] = {
            "source": source,
            "title": title,
            "publisher": title,
            "kind": "police",
            "unit": "incidents",
        }
        insert(con, "sources", [row | {"has_victims": True, "has_suspects": False, "has_points": True}])
    insert(con, "incidents", [r | {"incident_id": str(i)} for i, r in enumerate(RECORDS)])
    for month in MONTHS:
        # No row at all for Wick's forced labour in January: nobody said that it was collected.
        for category in ("sex",) if month == MONTHS[0] else ("sex", "forced_labour"):
            for source, collected in (("wick", month.month != 5), ("fenn", month.month >= 4)):
                said = {"source": source, "month": month, "category": category, "collected": collected}
                insert(con, "coverage", [said])
    for load, source, as_of in (("a", "wick", date(2024, 6, 20)), ("b", "fenn", date(2024, 5, 31))):
        insert(con, "loads", [{"load": load, "source": source, "as_of": as_of, "file": f"{load}.csv"}
            | {"loaded_at": datetime(2024, 7, 1)}])  # fmt: skip
    for name, people in (("D1", 100), ("D2", None), ("D3", 50)):
        insert(con, "areas", [{"layer": "district", "area_id": name, "name": name, "role": "areas"}
            | {"population": people}])  # fmt: skip


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """The columns as tuples, NA as None."""
    chosen = frame[list(columns)].astype(object)
    return list(chosen.where(chosen.notna(), None).itertuples(index=False, name=None))
