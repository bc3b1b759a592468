"""Plans of exports over the invented warehouses, for tests of the formats: no rule about who may have them."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dashboard.access import PUBLIC
from dashboard.exports.plan import Column, Plan, Type
from dashboard.exports.plan import plan as decided_plan
from dashboard.links import from_query
from dashboard.warehouse import Warehouse
from etl import codes

LINK = "/trends?exploitation=Sexual+exploitation"
WORDS = "Incidents of human trafficking, sexual exploitation only."


def records(warehouse: Warehouse, layer: str | None = "district", **more: Any) -> Plan:
    """Every incident with one column of each type; more : columns whose values are set, name -> Ibis value."""
    t = warehouse.table("incidents")
    rows = t.select(
        incident=t.incident_id,
        reported_on=t.counted_on,
        exploitation=t.exploitation,
        premise=t.premise,
        night=t.hour >= 22,
        area=t.area_district,
        longitude=t.lon,
        latitude=t.lat,
        n=t.n,
        **more,
    )
    columns = (
        Column("incident", "string", "The publisher's id."),
        Column("reported_on", "date", "The day."),
        Column("exploitation", "string", "Kind of exploitation.", values=codes.EXPLOITATION),
        Column("premise", "string", "Kind of place.", values=codes.PREMISE),
        Column("night", "boolean", "Whether the hour is 22 or 23."),
        Column("area", "string", "Id of the district."),
        Column("longitude", "number", "East.", "degrees"),
        Column("latitude", "number", "North.", "degrees"),
        Column("n", "integer", "Incidents.", "incidents"),
        *(Column(name, _type(value), f"{name}.") for name, value in more.items()),
    )
    return plan(warehouse, rows, columns, layer)


def totals(warehouse: Warehouse) -> Plan:
    """What anybody may have of a protected cube: every dimension, with the interval of each count."""
    filters, _notices = from_query(parse_qs(urlsplit(LINK).query), warehouse.catalogue)
    decided = decided_plan(PUBLIC, warehouse, warehouse.catalogue.of(filters.unit), filters)
    assert isinstance(decided, Plan)
    return decided


def plan(warehouse: Warehouse, rows: Any, columns: tuple[Column, ...], layer: str | None) -> Plan:
    """A plan of some rows."""
    n = int(warehouse.ask(rows.aggregate(n=rows.count()))["n"].iloc[0])
    left_out = ("Unfounded and duplicate reports.",)
    return Plan("records", "restricted", "incidents", columns, n, left_out, WORDS, LINK, "version 1", rows, layer)


def left_behind(folder: Path) -> list[str]:
    """Every name in a folder, hidden ones too."""
    return sorted(p.name for p in folder.iterdir())


def _type(value: Any) -> Type:
    return "string" if value.type().is_string() else "integer"
