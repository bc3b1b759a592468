"""Reads the catalogue: what a version of the warehouse offers to choose from."""

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from dashboard.catalogue import Area, Catalogue, SourceInfo
from dashboard.cubes import Cube
from dashboard.filters import add_months
from etl import codes

if TYPE_CHECKING:
    from dashboard.warehouse import Warehouse

_PRESENT = {
    "exploitation": ("exploitation", codes.EXPLOITATION),
    "age": ("victim_age_band", codes.AGE_BAND),
    "sex": ("victim_sex", codes.SEX),
    "premise": ("premise", codes.PREMISE),
}


def read_catalogue(warehouse: "Warehouse") -> Catalogue:
    """Everything that the filter bar offers; a few small questions, asked once for each version."""
    meta = dict(warehouse.ask(warehouse.table("meta")).itertuples(index=False, name=None))
    if meta.get("tier") == "public":
        return _read_public(warehouse, meta)
    incidents = warehouse.table("incidents")
    held = {c.removeprefix("area_") for c in incidents.columns if c.startswith("area_")}
    areas = tuple(a for a in _areas(warehouse) if a.layer in held)
    span = warehouse.ask(
        incidents.agg(
            first=incidents.counted_on.min(), last=incidents.counted_on.max(), earliest=incidents.occurred_on.min()
        )
    ).iloc[0]
    first, last, earliest = _month(span["first"]), _month(span["last"]), _month(span["earliest"])
    covered = _last_covered(warehouse)
    last = max((m for m in (last, covered) if m), default=None)
    begin = min((m for m in (first, earliest) if m), default=None)
    return Catalogue(
        version=warehouse.version,
        sources=_sources(warehouse),
        areas=areas,
        layers=tuple(dict.fromkeys(a.layer for a in areas)),
        has_points={"lat", "lon"} <= set(incidents.columns),
        months=_months(begin, last),
        first_month=first,
        last_month=last,
        as_of=_as_of(warehouse),
        units=_units(warehouse),
        present={name: _values(warehouse, column, labels) for name, (column, labels) in _PRESENT.items()},
        meta=meta,
    )


def _read_public(warehouse: "Warehouse", meta: dict[str, str]) -> Catalogue:
    """What the cubes offer: whole periods, their dimensions, the areas of their layers, and nothing else."""
    cubes = _cubes(warehouse) | _published_spans(warehouse)
    layers = {cube.layer for cube in cubes.values() if cube.layer}
    areas = tuple(a for a in _areas(warehouse) if a.layer in layers)
    protected = [cube for cube in cubes.values() if cube.protected and cube.periods]
    last = max((cube.periods[-1].last for cube in protected), default=None)
    first = min((cube.first for cube in protected), default=None)
    return Catalogue(
        version=warehouse.version,
        sources=_sources(warehouse),
        areas=areas,
        layers=tuple(dict.fromkeys(a.layer for a in areas)),
        has_points=False,
        months=_months(first, last),
        first_month=first,
        last_month=last,
        units=tuple(u for u in codes.UNIT if u in cubes) or ("incidents",),
        present=_present(warehouse, cubes),
        meta=meta,
        cubes=cubes,
    )


def _cubes(warehouse: "Warehouse") -> dict[str, Cube]:
    errors = warehouse.ask(warehouse.table("errors").order_by("unit", "order"))
    found = {}
    for row in warehouse.ask(warehouse.table("cubes").order_by("unit")).to_dict("records"):
        unit, own = str(row["unit"]), errors[errors["unit"] == row["unit"]]
        share = 0.0 if pd.isna(row["altered"]) else float(row["altered"])
        found[unit] = Cube(
            unit=unit,
            grain=str(row["grain"]),
            first=row["first"].date(),
            last=row["last"].date(),
            dimensions=_dimensions(warehouse, unit, _listed(row["dimensions"])),
            layer="" if pd.isna(row["layer"]) else str(row["layer"]),
            base=int(row["base"]),
            altered=share,
            dropped=tuple(str(x) for x in _listed(row["dropped"])),
            errors=tuple((int(r.order), int(r.median), int(r.p95)) for r in own.itertuples(index=False)),
        )
    return found


def _dimensions(warehouse: "Warehouse", unit: str, named: list[Any]) -> tuple[str, ...]:
    """Every cube tells its sources apart, unless their names are withheld."""
    table = warehouse.table(unit)
    has_sources = not warehouse.ask(table.filter(table.source.notnull()).limit(1)).empty
    return tuple(dict.fromkeys([*(["source"] if has_sources else []), *(str(x) for x in named)]))


def _listed(value: Any) -> list[Any]:
    return [] if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)) else list(value)


def _published_spans(warehouse: "Warehouse") -> dict[str, Cube]:
    """Publishers' own figures have years, and are as they were printed."""
    table = warehouse.table("published_counts")
    spans = warehouse.ask(table.group_by("unit").agg(first=table.period_start.min(), last=table.period_start.max()))
    return {
        r.unit: Cube(r.unit, "year", date(r.first.year, 1, 1), date(r.last.year, 12, 1))
        for r in spans.dropna().itertuples(index=False)
    }


def _present(warehouse: "Warehouse", cubes: dict[str, Cube]) -> dict[str, tuple[str, ...]]:
    """The codes of each filter that any cube has as a dimension."""
    found: dict[str, set[str]] = {name: set() for name in _PRESENT}
    for unit, cube in cubes.items():
        if not cube.protected:
            continue
        table = warehouse.table(unit)
        own = {"age": "age_band", "sex": "sex"} if unit == "victims" else {}
        for name, (column, _) in _PRESENT.items():
            column = own.get(name, column)
            if column in cube.dimensions:
                found[name] |= set(warehouse.ask(table.select(column).distinct())[column].dropna())
    return {name: tuple(code for code in labels if code in found[name]) for name, (_, labels) in _PRESENT.items()}


def _last_covered(warehouse: "Warehouse") -> date | None:
    """The last month in which a source of records collected trafficking: months without a report are data too."""
    table, incidents = warehouse.table("coverage"), warehouse.table("incidents")
    kept = table.filter(table.collected, table.category != "all").semi_join(incidents, "source")
    return _month(warehouse.ask(kept.agg(last=kept.month.max()))["last"].iloc[0])


def _month(value: Any) -> date | None:
    return None if pd.isna(value) else date(value.year, value.month, 1)


def _months(first: date | None, last: date | None) -> tuple[date, ...]:
    if not first or not last:
        return ()
    size = (last.year - first.year) * 12 + last.month - first.month + 1
    return tuple(add_months(first, i) for i in range(size))


def _values(warehouse: "Warehouse", column: str, labels: Any) -> tuple[str, ...]:
    table = warehouse.table("incidents")
    found = set(warehouse.ask(table.select(column).distinct())[column].dropna())
    return tuple(code for code in labels if code in found)


def _units(warehouse: "Warehouse") -> tuple[str, ...]:
    found = {u for u in codes.RECORD_UNITS if not warehouse.ask(warehouse.table(u).limit(1)).empty}
    published = warehouse.table("published_counts")
    found |= set(warehouse.ask(published.select("unit").distinct())["unit"].dropna())
    # Incidents are what the pages are about, even before the first one is loaded.
    return tuple(u for u in codes.UNIT if u in found | {"incidents"})


def _as_of(warehouse: "Warehouse") -> date | None:
    loads, incidents = warehouse.table("loads"), warehouse.table("incidents")
    found = warehouse.ask(loads.semi_join(incidents, "source").agg(as_of=loads.as_of.max()))["as_of"].iloc[0]
    return None if pd.isna(found) else found.date()


def _sources(warehouse: "Warehouse") -> tuple[SourceInfo, ...]:
    table, loads = warehouse.table("sources"), warehouse.table("loads")
    newest = warehouse.ask(loads.group_by("source").agg(as_of=loads.as_of.max())).set_index("source")["as_of"]
    wanted = [f for f in SourceInfo.__dataclass_fields__ if f != "as_of"]
    return tuple(
        SourceInfo(**row, as_of=None if pd.isna(newest.get(row["source"])) else newest[row["source"]].date())
        for row in warehouse.ask(table.select(*wanted).order_by("title")).to_dict("records")
    )


def _areas(warehouse: "Warehouse") -> tuple[Area, ...]:
    """Areas that are still valid, coarse layers first, by name; a name that several share says its layer or id."""
    table = warehouse.table("areas")
    wanted = ["layer", "area_id", "name", "population"]
    valid = table.filter(table.role == "areas", table.valid_to.isnull()).select(*wanted)
    rows = warehouse.ask(valid).drop_duplicates(["layer", "area_id"])
    rows["name"] = rows["name"].fillna(rows["area_id"])
    rows["size"] = rows.groupby("layer")["area_id"].transform("size")
    rows = rows.sort_values(["size", "layer", "name"])
    shared = rows["name"].duplicated(keep=False)
    rows["label"] = rows["name"].where(~shared, rows["name"] + " (" + rows["layer"].str.replace("_", " ") + ")")
    twice = rows["label"].duplicated(keep=False)
    rows["label"] = rows["label"].where(~twice, rows["label"] + " [" + rows["area_id"] + "]")
    return tuple(
        Area(r.layer, r.area_id, r.name, r.label, None if pd.isna(r.population) else int(r.population))
        for r in rows[["layer", "area_id", "name", "label", "population"]].itertuples(index=False)
    )
