"""Plans of exports over the invented warehouses, for tests of the formats: no rule about who may have them."""

from pathlib import Path
from typing import Any

from dashboard.exports.plan import Column, Kind, Plan, Type
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
        lon=t.lon,
        lat=t.lat,
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
        Column("lon", "number", "Longitude.", "degrees"),
        Column("lat", "number", "Latitude.", "degrees"),
        Column("n", "integer", "Incidents.", "incidents"),
        *(Column(name, _type(value), f"{name}.") for name, value in more.items()),
    )
    return plan(warehouse, rows, columns, layer)


def totals(warehouse: Warehouse) -> Plan:
    """A protected cube: one row of a period, source, kind and district, with the interval of its count."""
    t = warehouse.table("incidents")
    rows = t.select(
        period=t.counted_on.year().cast("string"),
        source=t.source,
        exploitation=t.exploitation,
        area=t.area_district,
        n=t.n,
        n_low=(t.n - 10).cast("int64"),
        n_high=t.n + 10,
    )
    columns = (
        Column("period", "string", "The year."),
        Column("source", "string", "Who published it.", values={"wick_police": "Wick", "fenn_sheriff": "Fenn"}),
        Column("exploitation", "string", "Kind of exploitation.", values=codes.EXPLOITATION),
        Column("area", "string", "Id of the district."),
        Column("n", "integer", "Incidents, rounded.", "incidents"),
        Column("n_low", "integer", "The least that n can stand for.", "incidents"),
        Column("n_high", "integer", "The most that n can stand for.", "incidents"),
    )
    return plan(warehouse, rows, columns, "district", "public")


def plan(
    warehouse: Warehouse, rows: Any, columns: tuple[Column, ...], layer: str | None, tier: str = "restricted"
) -> Plan:
    """A plan of some rows."""
    n = int(warehouse.ask(rows.aggregate(n=rows.count()))["n"].iloc[0])
    release = "2026-01-02-1" if tier == "public" else "version 1"
    kind: Kind = "totals" if tier == "public" else "records"
    left_out = ("Unfounded and duplicate reports.",)
    return Plan(kind, tier, "incidents", columns, n, left_out, WORDS, LINK, release, rows, layer)


def left_behind(folder: Path) -> list[str]:
    """Every name in a folder, hidden ones too."""
    return sorted(p.name for p in folder.iterdir())


def _type(value: Any) -> Type:
    return "string" if value.type().is_string() else "integer"
