"""One frozen Filters value, as an Ibis predicate and as a sentence; as a link in dashboard/links.py. No Streamlit."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

from dashboard.catalogue import AreaGroup, Catalogue
from dashboard.dates import month
from dashboard.drawn import inside
from dashboard.i18n import N_, _, ngettext
from dashboard.words import listed, rest
from etl import codes

# The filters, by the name that the link carries.
NAMES = ("from", "to", "source", "exploitation", "area", "unit", "age", "sex", "premise", "date", "related")
DATE_BASIS = {"reported": N_("Date reported"), "occurred": N_("Date occurred")}
DEFAULT_YEARS = 5
UNIT_NOUN = {
    "incidents": N_("Incidents of human trafficking"),
    "victims": N_("Victims in incidents of human trafficking"),
    "suspects": N_("Suspects in incidents of human trafficking"),
    "offences": N_("Offences of human trafficking that agencies returned"),
    "signals": N_("Signals to the hotline"),
    "cases": N_("Hotline cases"),
    "published_cases": N_("Published cases of human trafficking"),
}
_COMMON = frozenset({"from", "to", "source", "unit"})
_SUPPORTED = {
    **dict.fromkeys(codes.RECORD_UNITS, frozenset(NAMES)),
    "offences": _COMMON | {"exploitation"},
    "signals": _COMMON,
    "cases": _COMMON,
    "published_cases": _COMMON | {"exploitation", "age", "sex"},
}


@dataclass(frozen=True)
class Filters:
    """What a view is about. An empty tuple means no restriction.

    date_from, date_to : first days of the first and of the last month (inclusive); None = no limit.
    areas : (layer, area_id) pairs and named groups, each with its members; a record in any of them counts once.
    victim_age, victim_sex : of the person for victims; of the incident's summary for the other units.
    """

    date_from: date | None = None
    date_to: date | None = None
    date_basis: str = "reported"
    sources: tuple[str, ...] = ()
    exploitation: tuple[str, ...] = ()
    unit: str = "incidents"
    areas: tuple[tuple[str, str] | AreaGroup, ...] = ()
    victim_age: tuple[str, ...] = ()
    victim_sex: tuple[str, ...] = ()
    premise: tuple[str, ...] = ()
    related: bool = False

    @property
    def date_column(self) -> str:
        """The column that the period applies to."""
        if self.unit not in codes.RECORD_UNITS:
            return "period_start"
        return "occurred_on" if self.date_basis == "occurred" else "counted_on"


def default(catalogue: Catalogue) -> Filters:
    """Incidents of the last five years up to the last month with data (fewer when the data are younger).

    Of the public file: the unit in question, in the whole periods of its cube.
    """
    if catalogue.public:
        cube = catalogue.cube
        shown = cube.usual if cube else ()
        unit = cube.unit if cube else catalogue.units[0]
        return Filters(shown[0].first, shown[-1].last, unit=unit) if shown else Filters(unit=unit)
    last = catalogue.last_month
    if last is None or catalogue.first_month is None:
        return Filters()
    return Filters(date_from=max(catalogue.first_month, add_months(last, 1 - 12 * DEFAULT_YEARS)), date_to=last)


def supported(unit: str) -> frozenset[str]:
    """Names of the filters that apply to a unit of count; the others are absent and the bar says so."""
    return _SUPPORTED[unit]


def offered(catalogue: Catalogue, unit: str) -> frozenset[str]:
    """Names of the filters that this file has for a unit: of the public one only what its cube was made by."""
    cube = catalogue.cubes.get(unit)
    if not catalogue.public or cube is None or not cube.protected:
        return supported(unit) - (frozenset({"date", "related", "area"}) if catalogue.public else frozenset())
    # Of victims, the filters narrow the person's own age and sex; of others, the summary of the incident.
    own = {"age": "age_band", "sex": "sex"} if unit == "victims" else {"age": "victim_age_band", "sex": "victim_sex"}
    narrowing = ("source", "exploitation", "age", "sex", "premise")
    held = {name for name in narrowing if own.get(name, name) in cube.dimensions}
    return frozenset({"from", "to", "unit"} | held | ({"area"} if cube.layer else set()))


def table_of(unit: str) -> str:
    """The warehouse table that holds a unit of count."""
    return unit if unit in codes.RECORD_UNITS else "published_counts"


def add_months(month: date, n: int) -> date:
    """The first day of the month n months later (earlier when negative)."""
    index = month.year * 12 + month.month - 1 + n
    return date(index // 12, index % 12 + 1, 1)


# -- predicate ---------------------------------------------------------------------------------------------------------


def predicate(filters: Filters, table: Any) -> Any:
    """The filters as one Ibis boolean over a table of the warehouse (the one named by `table_of(filters.unit)`).

    Unfounded and duplicate reports are left out; related offences too unless asked for.
    Filters that the unit lacks are ignored.
    """
    if filters.unit not in codes.RECORD_UNITS:
        parts = published_conditions(filters, table)
        if filters.unit == "offences":
            # The same agencies also print how many were unfounded and cleared: other figures, never added to these.
            parts.append(table.category == "reported")
        return reduce(and_, parts)
    parts = [table.status.notin(codes.STATUS_EXCLUDED) | table.status.isnull(), *selection(filters, table)]
    if not filters.related:
        parts.append(table.offence_group == "trafficking")
    return reduce(and_, parts)


def single(f: Filters) -> tuple[Filters, list[Filters]]:
    """The view without any choice, and one of a choice each; together they leave the rows that f leaves."""
    bare = Filters(unit=f.unit, date_basis=f.date_basis, related=f.related)
    chosen = [field.name for field in fields(f) if getattr(f, field.name) != getattr(bare, field.name)]
    return bare, [replace(bare, related=False, **{name: getattr(f, name)}) for name in chosen]


def selection(f: Filters, t: Any) -> list[Any]:
    """What the reader chose, for a table of records, without what is left out by default; may be empty."""
    own = f.unit == "victims"
    parts: list[Any] = []
    day = t[f.date_column]
    if f.date_from:
        parts.append(day >= f.date_from)
    if f.date_to:
        parts.append(day < add_months(f.date_to, 1))
    parts += _isin(t, "source", f.sources) + _isin(t, "exploitation", f.exploitation)
    parts += _isin(t, "age_band" if own else "victim_age_band", f.victim_age)
    parts += _isin(t, "sex" if own else "victim_sex", f.victim_sex) + _isin(t, "premise", f.premise)
    if f.areas:
        parts.append(in_areas(f, t))
    return parts


def in_areas(f: Filters, t: Any, inside: Callable[[Any, bytes], Any] = inside) -> Any:
    """Whether a row lies in any of the chosen areas, whatever their layers.

    inside : (table, polygon) -> whether a row is in a drawn area; another one where a table has no coordinates.
    """
    named, polygons = members(f), [g.polygon for g in drawn(f)]
    layers = sorted({layer for layer, _ in named})
    parts = [t[f"area_{x}"].isin([a for layer, a in named if layer == x]) for x in layers]
    return reduce(or_, parts + [inside(t, polygon) for polygon in polygons])


def members(f: Filters) -> tuple[tuple[str, str], ...]:
    """The (layer, area_id) pairs that were chosen, by themselves or in a group; each once."""
    chosen = [a.members if isinstance(a, AreaGroup) else (a,) for a in f.areas]
    return tuple(dict.fromkeys(pair for pairs in chosen for pair in pairs))


def drawn(f: Filters) -> tuple[AreaGroup, ...]:
    """The drawn areas among the chosen ones: a record without a point is in none of them."""
    return tuple(a for a in f.areas if isinstance(a, AreaGroup) and a.polygon)


def published_conditions(f: Filters, t: Any) -> list[Any]:
    """The filters over publishers' figures, in every category that they print."""
    can = supported(f.unit)
    parts = [t.unit == f.unit]
    # A yearly figure belongs to the period when the period touches its year.
    if f.date_from:
        parts.append(t.period_start >= date(f.date_from.year, 1, 1))
    if f.date_to:
        parts.append(t.period_start <= date(f.date_to.year, 12, 31))
    parts += _isin(t, "source", f.sources)
    parts += _isin(t, "exploitation", f.exploitation) if "exploitation" in can else []
    parts += _isin(t, "age_band", f.victim_age) if "age" in can else []
    return parts + (_isin(t, "sex", f.victim_sex) if "sex" in can else [])


def _isin(t: Any, column: str, values: tuple[str, ...]) -> list[Any]:
    return [t[column].isin(values)] if values else []


# -- sentence ----------------------------------------------------------------------------------------------------------


def sentence(filters: Filters, catalogue: Catalogue) -> str:
    """The view in words: unit, period, place, kind, people. Ends with a full stop."""
    f, can = filters, supported(filters.unit)
    noun = _(UNIT_NOUN[f.unit])
    if f.related and "related" in can:
        noun = _("{noun} and related offences").format(noun=noun)
    text = _period(f, noun) if f.unit in codes.RECORD_UNITS else _years(f, noun)
    if f.areas and "area" in can:
        text = _("{what} in {places}").format(what=text, places=_list([_area_label(catalogue, a) for a in f.areas]))
    if f.sources:
        named = _list([catalogue.source_title(s) for s in f.sources])
        text = _("{what} from {sources}").format(what=text, sources=named)
    return ", ".join([text, *_narrowed(f, can)]) + "."


def _narrowed(f: Filters, can: frozenset[str]) -> list[str]:
    pairs = (
        ("exploitation", f.exploitation, codes.EXPLOITATION, _("{kinds} only")),
        ("age", f.victim_age, codes.AGE_BAND, _("victim's age {kinds}")),
        ("sex", f.victim_sex, codes.SEX, _("victim's sex {kinds}")),
        ("premise", f.premise, codes.PREMISE, _("at {kinds}")),
    )
    return [
        said.format(kinds=_list([_(labels[v]).lower() for v in values]))
        for name, values, labels, said in pairs
        if values and name in can
    ]


def _area_label(catalogue: Catalogue, chosen: tuple[str, str] | AreaGroup) -> str:
    if isinstance(chosen, AreaGroup):
        n = len(chosen.members)
        if chosen.polygon:
            return _("the drawn area {name}").format(name=chosen.name)
        return ngettext("{name} (group of {n} area)", "{name} (group of {n} areas)", n).format(name=chosen.name, n=n)
    area = catalogue.area(*chosen)
    return area.label if area else chosen[1]


def _period(f: Filters, noun: str) -> str:
    first, last = f.date_from, f.date_to
    put = {"noun": noun, "first": first and month(first), "last": last and month(last)}
    occurred = f.date_basis == "occurred"
    if first and last and first == last:
        said = _("{noun} occurred in {last}") if occurred else _("{noun} reported in {last}")
    elif first and last:
        said = _("{noun} occurred from {first} to {last}") if occurred else _("{noun} reported from {first} to {last}")
    elif first:
        said = _("{noun} occurred from {first} on") if occurred else _("{noun} reported from {first} on")
    elif last:
        said = _("{noun} occurred up to {last}") if occurred else _("{noun} reported up to {last}")
    else:
        said = _("{noun} occurred") if occurred else _("{noun} reported")
    return said.format(**put)


def _years(f: Filters, noun: str) -> str:
    """Publishers print figures for whole years: those that the period touches."""
    first, last = f.date_from and f.date_from.year, f.date_to and f.date_to.year
    put = {"noun": noun, "first": first, "last": last}
    if first and last:
        return (_("{noun} for {last}") if first == last else _("{noun} for {first} to {last}")).format(**put)
    if first:
        return _("{noun} from {first} on").format(**put)
    return _("{noun} up to {last}").format(**put) if last else noun


def _list(names: list[str]) -> str:
    if len(names) > 4:
        return listed([*names[:3], rest(3, len(names))])
    return listed(names, "or")
