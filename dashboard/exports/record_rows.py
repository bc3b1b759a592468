"""Records as rows: for researchers with an agreement no finer than it says, for stewards as the warehouse has them.

What no file holds, whoever asks: the publishers' record numbers, the ids of persons, the load, suspects' race and
ethnicity. Free text is not in the warehouse; ages are bands there. A column that is not named here does not leave.
"""

from typing import Any

from dashboard.catalogue import Catalogue
from dashboard.exports import columns
from dashboard.exports.columns import Chosen, coded, plain
from dashboard.exports.dimensions import Finest, label
from dashboard.filters import Filters, predicate
from dashboard.i18n import _
from dashboard.warehouse import Warehouse

_PEOPLE = {
    "incidents": (),
    "victims": ("age_band", "minor", "sex", "race", "ethnicity", "relationship"),
    "suspects": ("suspect_class", "age_band", "minor", "sex"),
}
_OF_INCIDENT = ("victim_age_band", "victim_minor", "victim_sex")


def select(warehouse: Warehouse, catalogue: Catalogue, filters: Filters, finest: Finest) -> tuple[Chosen, Any]:
    """The columns of the file and the table of Ibis that they are read from."""
    table = warehouse.table(filters.unit)
    rows = table.filter(predicate(filters, table))

    def of(*names: str) -> Chosen:
        return [columns.attribute(warehouse, rows, name, label(name, catalogue)) for name in names]

    chosen: Chosen = [(coded(warehouse, "source", label("source", catalogue)), rows.source)]
    chosen += _when(rows, finest)
    chosen += of("exploitation") + ([_group(warehouse, rows)] if filters.related else [])
    chosen += [_nibrs(rows), *of("status", "premise")]
    chosen += _where(warehouse, rows, finest)
    chosen += of(*_OF_INCIDENT, *_PEOPLE[filters.unit])
    if filters.unit == "incidents":
        chosen += [
            (plain("n_victims", "integer", _("Victims that the report names."), "victims"), rows.n_victims),
            (plain("n_suspects", "integer", _("Suspects that the report names."), "suspects"), rows.n_suspects),
        ]
    chosen.append(
        (plain("n", "integer", _("The count that the row stands for."), columns.counted(filters.unit)), rows.n)
    )
    return chosen, rows


def _when(rows: Any, finest: Finest) -> Chosen:
    dates = [columns.moment(rows, f"{name}_on", finest.date, name) for name in ("reported", "occurred")]
    if finest.bounded:
        return dates
    said = _("How far the date can be believed: day, month or year.")
    hour = plain("hour", "integer", _("Hour of the event, 0 to 23; empty when not known."))
    reported, occurred = (plain(f"{name}_precision", "string", said) for name in ("reported", "occurred"))
    return [
        dates[0],
        (reported, rows.reported_precision),
        dates[1],
        (occurred, rows.occurred_precision),
        (hour, rows.hour.cast("int64")),
    ]


def _where(warehouse: Warehouse, rows: Any, finest: Finest) -> Chosen:
    if finest.bounded:
        found = [columns.area(warehouse, rows, layer, "area") for layer in finest.layers]
        return found + ([columns.cell(rows, finest.cell)] if finest.cell else [])
    found = [columns.area(warehouse, rows, layer, f"area_{layer}") for layer in finest.layers]
    said = _("How far the coordinates can be believed.")
    found.append((coded(warehouse, "location_precision", said), rows.location_precision))
    if finest.points and {"lat", "lon"} <= set(rows.columns):
        found += [
            (plain("latitude", "number", _("As reported, WGS 84."), "degrees"), rows.lat),
            (plain("longitude", "number", _("As reported, WGS 84."), "degrees"), rows.lon),
        ]
    return found + ([columns.cell(rows, finest.cell)] if finest.cell else [])


def _group(warehouse: Warehouse, rows: Any) -> Any:
    said = _("Human trafficking, or a related offence.")
    return coded(warehouse, "offence_group", said), rows.offence_group


def _nibrs(rows: Any) -> Any:
    return plain("nibrs_code", "string", _("The offence as a code of NIBRS.")), rows.nibrs_code
