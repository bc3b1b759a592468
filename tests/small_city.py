"""A small warehouse of one or two cities whose counts by H3 cell and month are given one by one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import h3
import numpy as np
import pyarrow as pa
import shapely

from dashboard.filters import Filters, add_months
from dashboard.questions.study import Study, study
from dashboard.warehouse import Warehouse, open_warehouse
from etl import tables
from tests.make_warehouse import insert, write_warehouse

LON, LAT = -30.0, -40.0
NOUN = ("incident", "incidents")
WICK, FENN = "wick_police", "fenn_sheriff"
TITLES = {WICK: "Wick Police", FENN: "Fenn Sheriff"}
FIRST = date(2023, 1, 1)
EVERYTHING = Filters()
Area = tuple[str, str, Any, int | None]  # layer, id, shape, residents


def disk(rings: int, lon: float = LON, lat: float = LAT, resolution: int = 8) -> list[str]:
    """The cell at a point and the rings around it, from the middle outwards."""
    return list(h3.grid_disk(h3.latlng_to_cell(lat, lon, resolution), rings))


def cells(found: Study) -> dict[str, float]:
    """Count of each cell of a study."""
    return dict(zip((h3.int_to_str(c) for c in found.grid.ids.tolist()), found.counts.tolist(), strict=True))


def names(found: Study) -> np.ndarray:
    """A name for each place."""
    return np.array([f"Place {i}" for i in range(len(found))], dtype=object)


class City:
    """Collects what is counted where; `open` writes the warehouse."""

    def __init__(self, areas: Sequence[Area] = (), first: date = FIRST, months: int = 12) -> None:
        self.areas, self.first, self.months = areas, first, months
        self.records: list[dict[str, Any]] = []
        self.reports: list[dict[str, Any]] = []
        self.gaps: dict[str, set[int]] = {}
        self.sources: dict[str, None] = {}

    def seen(self, places: Iterable[str], n: int | Sequence[int] = 100, source: str = WICK) -> "City":
        """All police reports in the first month, the same number in each cell or one for each."""
        places = list(places)
        each = [n] * len(places) if isinstance(n, int) else n
        self.sources.setdefault(source)
        for cell, reports in zip(places, each, strict=True):
            if reports:
                self.reports.append(self._place(cell) | {"source": source, "month": self.first, "n": reports})
        return self

    def add(self, counts: Mapping[str, int], month: int = 0, source: str = WICK, **values: Any) -> "City":
        """Incidents of a month (0 is the first) by cell."""
        self.sources.setdefault(source)
        day = add_months(self.first, month)
        for cell, n in counts.items():
            if n:
                dated = {"source": source, "reported_on": day, "counted_on": day, "n": n}
                self.records.append(self._place(cell, point=True) | dated | values)
        return self

    def known_by_area(self, area: str, n: int, reports: int = 1000, source: str = FENN) -> "City":
        """Incidents of the first month, and all reports, of which only the district is known."""
        self.sources.setdefault(source)
        where = {"source": source, "area_district": area}
        self.reports.append(where | {"month": self.first, "n": reports})
        self.records.append(where | {"reported_on": self.first, "counted_on": self.first, "n": n})
        return self

    def gap(self, source: str, *months: int) -> "City":
        """Months in which a source did not collect."""
        self.gaps.setdefault(source, set()).update(months)
        return self

    def open(self, folder: Path) -> Warehouse:
        """Write and open it."""
        write_warehouse(folder, self._fill)
        return open_warehouse(folder)

    def _place(self, cell: str, point: bool = False) -> dict[str, Any]:
        lat, lon = h3.cell_to_latlng(cell)
        fine = h3.cell_to_center_child(cell, 9)
        levels = tables.H3_RESOLUTIONS if point else (9,)
        out: dict[str, Any] = {f"h3_{r}": h3.str_to_int(h3.cell_to_parent(fine, r)) for r in levels}
        for layer, key, shape, _ in self.areas:
            if shapely.contains_xy(shape, lon, lat):
                out.setdefault(f"area_{layer}", key)
        return out | ({"lat": lat, "lon": lon} if point else {})

    def _fill(self, con: duckdb.DuckDBPyConnection) -> None:
        meta = {"format": tables.WAREHOUSE_FORMAT, "version": 1, "fictional": "true", "built_at": "2026-01-01T00:00:00"}
        insert(con, "meta", [{"key": k, "value": str(v)} for k, v in meta.items()])
        usual = {"exploitation": "sex", "offence_group": "trafficking", "status": "open", "load": "a"}
        if self.records:
            rows = [usual | {"incident_id": str(i)} | r for i, r in enumerate(self.records)]
            insert(con, "incidents", _table(rows))
        if self.reports:
            insert(con, "exposure", _table([{"load": "a"} | r for r in self.reports]))
        for layer, key, shape, people in self.areas:
            inside = shape.representative_point()
            row: dict[str, Any] = {"layer": layer, "area_id": key, "name": key, "role": "areas", "population": people}
            row |= {"lat": inside.y, "lon": inside.x, "geometry": shape.wkb, "outline": shape.wkb}
            insert(con, "areas", [row])
        for source in self.sources:
            said: dict[str, Any] = {
                "source": source,
                "title": TITLES[source],
                "publisher": TITLES[source],
                "kind": "police",
            }
            insert(con, "sources", [said | {"unit": "incidents", "has_points": True}])
            end = add_months(self.first, self.months)
            load: dict[str, Any] = {
                "load": source,
                "source": source,
                "file": "a.csv",
                "as_of": end,
                "loaded_at": datetime(2026, 1, 1),
            }
            insert(con, "loads", [load])
            for m in range(self.months):
                kept = m not in self.gaps.get(source, set())
                said = {"source": source, "month": add_months(self.first, m), "category": "sex", "collected": kept}
                insert(con, "coverage", [said])


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    columns = list(dict.fromkeys(k for row in rows for k in row))
    kinds = {c: pa.uint64() for c in columns if c.startswith("h3_")}
    return pa.table({c: pa.array([row.get(c) for row in rows], kinds.get(c)) for c in columns})


def looked(
    warehouse: Warehouse, filters: Filters = EVERYTHING, last_complete: date | None = None, **where: Any
) -> Study | None:
    """The study of every source of a warehouse; by cells of resolution 8 unless another kind of place is asked for."""
    sources = filters.sources or tuple(s.source for s in warehouse.catalogue.sources if s.unit == "incidents")
    return study(warehouse, filters, warehouse.catalogue, sources, last_complete, **(where or {"resolution": 8}))


def look(warehouse: Warehouse, filters: Filters = EVERYTHING, last_complete: date | None = None, **where: Any) -> Study:
    """The same where there is one."""
    found = looked(warehouse, filters, last_complete, **where)
    assert found is not None
    return found
