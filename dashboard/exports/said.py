"""What is left out of a file and why, in sentences that stand on the page and in the file's own description."""

from dashboard import measures
from dashboard.access import Access
from dashboard.catalogue import Catalogue
from dashboard.exports.dimensions import Finest
from dashboard.filters import Filters
from dashboard.i18n import _, ngettext
from dashboard.warehouse import Warehouse
from etl import codes


def left_out(
    access: Access,
    warehouse: Warehouse,
    catalogue: Catalogue,
    filters: Filters,
    kind: str,
    by: tuple[str, ...],
    bound: Finest,
) -> tuple[str, ...]:
    """Sentences, the most important first."""
    if filters.unit not in codes.RECORD_UNITS:
        return ()
    said = _of_the_public(catalogue, filters, by) if catalogue.public else _excluded(warehouse, filters)
    if catalogue.public:
        return tuple(said)
    if access.sources is not None:
        said.append(_("Records of sources that you may not see exactly."))
    if kind == "records":
        said += _of_records(filters, bound, access)
    else:
        said.append(
            _("Combinations that no record has: they are no row, and where nothing was collected there is none.")
        )
    if filters.unit == "suspects":
        said.append(_("Race and ethnicity of suspects."))
    return tuple(said)


def _of_the_public(catalogue: Catalogue, filters: Filters, by: tuple[str, ...]) -> list[str]:
    cube = catalogue.of(filters.unit).cube
    if cube is None:
        return []
    said = [
        _("Every count from 1 to {n}: it was rounded to 0 or {k} for good, and 0 is written “few or none”.").format(
            n=cube.base - 1, k=cube.base
        ),
        _("Records, days and points: the public file has none."),
        _("Related offences."),
    ]
    if cube.layer and "area" in by:
        said.append(_("The area of records from too few places: they are counted with their place not shown."))
    if not cube.layer:
        said.append(_("Areas: split by area, too many counts would be small."))
    return said


def _excluded(warehouse: Warehouse, filters: Filters) -> list[str]:
    found = measures.excluded(warehouse, filters)
    said = []
    if n := found.unfounded:
        said.append(ngettext("{n} unfounded report.", "{n} unfounded reports.", n).format(n=f"{n:,}"))
    if n := found.duplicate:
        said.append(ngettext("{n} duplicate report.", "{n} duplicate reports.", n).format(n=f"{n:,}"))
    if n := found.related:
        said.append(
            ngettext("{n} related offence: the filters do not ask for them.",
                     "{n} related offences: the filters do not ask for them.", n).format(n=f"{n:,}")
        )  # fmt: skip
    return said


def _of_records(filters: Filters, bound: Finest, access: Access) -> list[str]:
    said = [_("The publishers' record numbers, and the ids of persons: with them a row could be looked up elsewhere.")]
    if not bound.bounded:
        return said
    if bound.date != "day":
        grain = {"month": _("months"), "quarter": _("quarters"), "year": _("years")}[bound.date]
        said.append(_("Days and hours: your agreement holds {grain}.").format(grain=grain))
    else:
        said.append(_("Hours."))
    if bound.layers:
        layer = bound.layers[0].replace("_", " ")
        said.append(
            _("Coordinates and all areas but {layer}: your agreement holds no finer place.").format(layer=layer)
        )
    elif bound.cell:
        n = bound.cell
        said.append(_("Coordinates, areas and cells finer than H3 resolution {n}, as your agreement says.").format(n=n))
    elif access.finest_place:
        said.append(_("Every place: the layer of your agreement is not in these data. Ask the data steward."))
    else:
        said.append(_("Every place: your agreement holds none."))
    return said
