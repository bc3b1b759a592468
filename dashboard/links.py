"""Filters <-> the link. The filter bar's widgets write it, and a value is the label that the widget shows.

So `to_query` writes those labels; `from_query` also takes codes, ids and unambiguous beginnings: ?area=harbour.
No Streamlit and no database here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from dashboard.catalogue import AreaGroup, Catalogue
from dashboard.filters import DATE_BASIS, NAMES, Filters, default, offered
from dashboard.i18n import N_, _, english
from etl import codes

_PART = re.compile(r"(\d{4}) ([QH])(\d)")  # 2024 Q1, 2024 H1
GROUP = "*group"  # stands where an area has its layer; no layer has such a name


def choices(name: str, catalogue: Catalogue) -> Mapping[Any, str]:
    """What one filter can be set to: value -> label. Labels are unique; widgets show them and links carry them."""
    if name in ("from", "to"):
        if catalogue.public:
            # A period is chosen whole: by its first month as the beginning, by its last as the end.
            periods = catalogue.cube.periods if catalogue.cube else ()
            return {(p.first if name == "from" else p.last): p.label for p in periods}
        return {m: f"{m:%Y-%m}" for m in catalogue.months}
    if name == "source":
        return _unique({s.source: s.title for s in catalogue.sources if s.kind != "boundary"})
    if name == "area":
        return _areas(catalogue)
    labels = {
        "unit": codes.UNIT,
        "exploitation": codes.EXPLOITATION,
        "age": codes.AGE_BAND,
        "sex": codes.SEX,
        "premise": codes.PREMISE,
        "date": DATE_BASIS,
    }[name]
    kept = catalogue.units if name == "unit" else catalogue.present.get(name, tuple(labels))
    return _unique({code: labels[code] for code in labels if code in kept})


def shown(name: str, label: str) -> str:
    """A label of `choices` as the reader sees it. What links carry stays English: it is the same for everybody.

    Names of sources and areas are data, which nobody translates.
    """
    if english() or name in ("source", "area"):
        return label
    if name in ("from", "to"):
        if part := _PART.fullmatch(label):
            said = _("{year} Q{n}") if part[2] == "Q" else _("{year} H{n}")
            return said.format(year=part[1], n=part[3])
        first, between, last = label.partition(" to ")
        return _("{first} to {last}").format(first=first, last=last) if between else label
    return _(label)


def _areas(catalogue: Catalogue) -> dict[tuple[str, str], str]:
    """Groups first: whoever made one looks for it. An area keeps its name when a group took the same."""
    layer = catalogue.cube.layer if catalogue.cube else None
    areas = {(a.layer, a.area_id): a.label for a in catalogue.areas if layer is None or a.layer == layer}
    taken = set(areas.values()) if catalogue.groups else set()
    groups = {(GROUP, g.id): f"{g.label} [{g.id}]" if g.label in taken else g.label for g in catalogue.groups}
    return groups | areas


def values(name: str, keys: Iterable[Any], catalogue: Catalogue) -> tuple[Any, ...]:
    """The values of a filter for some keys of its `choices`, in the catalogue's order: groups with their members.

    A key that is no choice is left out.
    """
    wanted = set(keys)
    kept = tuple(key for key in choices(name, catalogue) if key in wanted)
    if name != "area":
        return kept
    groups = {(GROUP, g.id): g for g in catalogue.groups}
    return tuple(groups.get(key, key) for key in kept)


def key_of(value: Any) -> Any:
    """The key, in `choices`, of a value of a filter."""
    return (GROUP, value.id) if isinstance(value, AreaGroup) else value


def _unique(labels: Mapping[str, str]) -> dict[str, str]:
    seen = list(labels.values())
    return {code: label if seen.count(label) == 1 else f"{label} [{code}]" for code, label in labels.items()}


MANY = {
    "source": "sources",
    "exploitation": "exploitation",
    "area": "areas",
    "age": "victim_age",
    "sex": "victim_sex",
    "premise": "premise",
}
ONE = {"from": "date_from", "to": "date_to", "unit": "unit", "date": "date_basis"}


def to_query(filters: Filters, catalogue: Catalogue) -> dict[str, list[str]]:
    """The link's parameters: only what differs from the default view, as the labels that people read."""
    first, query = default(catalogue), {}
    catalogue = catalogue.of(filters.unit)
    usual = replace(default(catalogue), unit=first.unit)
    for name, attribute in (ONE | MANY).items():
        value = getattr(filters, attribute)
        if value == getattr(usual, attribute) or value is None:
            continue
        labels = choices(name, catalogue)
        keys = [key_of(v) for v in (value if name in MANY else (value,))]
        query[name] = [labels[key] for key in keys if key in labels]
    if filters.related:
        query["related"] = ["true"]
    return {name: values for name, values in query.items() if values}


def from_query(params: Mapping[str, Iterable[str] | str], catalogue: Catalogue) -> tuple[Filters, list[str]]:
    """Read a link. What cannot be read falls back to the default, with a notice that names the parameter only.

    Returns the filters and the notices (plain sentences, no value from the link). Other parameters are ignored.
    """
    if catalogue.public:
        return _protected_view(params, catalogue)
    filters, notices = default(catalogue), []
    for name in NAMES:
        if name not in params:
            continue
        raw = params[name]
        given = [raw] if isinstance(raw, str) else [str(v) for v in raw]
        read: dict[str, Any] = {}
        if name == "related":
            read, bad = _read_switch(given)
        elif name in MANY:
            found, bad = _read_many(given, name, catalogue)
            read = {MANY[name]: found} if found else {}
        else:
            found, bad = _read_many(given[-1:], name, catalogue)
            read = {ONE[name]: found[0]} if found else {}
        filters = replace(filters, **read)
        if bad:
            notices.append(_(UNREAD).format(name=name))
    if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
        filters = replace(filters, date_from=filters.date_to, date_to=filters.date_from)
        notices.append(_("The period ended before it began, so its two months (“from” and “to”) were swapped."))
    return filters, notices


def _protected_view(params: Mapping[str, Iterable[str] | str], catalogue: Catalogue) -> tuple[Filters, list[str]]:
    """A link to the public file: what its cube lacks is left out and named, months become whole periods."""
    query = {k: [v] if isinstance(v, str) else [str(x) for x in v] for k, v in params.items() if k in NAMES}
    unit, bad_unit = _read_many(query.get("unit", [])[-1:], "unit", catalogue)
    catalogue = catalogue.of(unit[0] if unit else default(catalogue).unit)
    filters, notices = default(catalogue), []
    absent = [_(WORDS[n]) for n in NAMES if n in query and n not in offered(catalogue, filters.unit)]
    unread = ["unit"] if bad_unit else []
    widened = False
    for name in NAMES:
        if name not in query or name == "unit" or name not in offered(catalogue, filters.unit):
            continue
        if name in ("from", "to"):
            month, wider = _read_period(query[name][-1:], name, catalogue)
            filters = replace(filters, **({ONE[name]: month} if month else {}))
            widened |= wider
            unread += [] if month else [name]
            continue
        found, bad = _read_many(query[name], name, catalogue)
        read: dict[str, Any] = {MANY[name]: found} if found else {}
        filters = replace(filters, **read)
        unread += [name] if bad else []
    if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
        usual = default(catalogue)
        filters = replace(filters, date_from=usual.date_from, date_to=usual.date_to)
        notices.append(_("The period ended before it began, so the usual period is shown."))
    if absent:
        listed = ", ".join(absent)
        said = _("This is the same question without: {listed}. The protected view does not have it.")
        notices.append(said.format(listed=listed))
    if widened:
        notices.append(_("The period was widened to whole published periods."))
    notices += [_(UNREAD).format(name=n) for n in unread]
    return filters, notices


# How a reader calls the filters.
WORDS: Mapping[str, str] = {
    "from": N_("period"),
    "to": N_("period"),
    "source": N_("source"),
    "exploitation": N_("kind of exploitation"),
    "area": N_("area"),
    "unit": N_("unit of count"),
    "age": N_("age of victims"),
    "sex": N_("sex of victims"),
    "premise": N_("kind of place"),
    "date": N_("date used"),
    "related": N_("related offences"),
}
UNREAD = N_("Part of the link could not be read (“{name}”), so the view may be wider than was meant.")
_MONTH = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-\d{1,2})?")


def _read_period(given: list[str], name: str, catalogue: Catalogue) -> tuple[Any, bool]:
    """(the period's first or last month; whether it is wider than what was asked). None where nothing fits."""
    labels = choices(name, catalogue)
    text = given[0][:40].strip() if given else ""
    exact = {slug(label): value for value, label in labels.items()}
    if slug(text) in exact:
        return exact[slug(text)], False
    found = _MONTH.fullmatch(text)
    cube = catalogue.cube
    if not found or cube is None or not cube.periods or not 1 <= int(found[2] or 1) <= 12 or int(found[1]) < 1:
        return None, False
    usual = 1 if name == "from" else 12
    month = date(int(found[1]), int(found[2] or usual), 1)
    inside = min(max(month, cube.periods[0].first), cube.periods[-1].last)
    period = cube.period_of(inside)
    edge = period and (period.first if name == "from" else period.last)
    return edge, edge != month


def _read_switch(values: list[str]) -> tuple[dict[str, Any], bool]:
    word = values[-1].lower() if values else ""
    return ({"related": word == "true"}, False) if word in ("true", "false") else ({}, True)


def _read_many(given: list[str], name: str, catalogue: Catalogue) -> tuple[tuple[Any, ...], bool]:
    labels = choices(name, catalogue)
    # A Spanish reader may have typed her own words.
    told = {slug(shown(name, label)): value for value, label in labels.items()}
    match = _matcher(labels, told, {slug(g.name): (GROUP, g.id) for g in catalogue.groups} if name == "area" else {})
    found = [match(v) for v in given[:200] if v != ""]
    kept = {v for v in found if v is not None}
    # The order of the catalogue, so that two links to the same view are the same filters.
    return values(name, kept, catalogue), None in found or len(given) > 200


def slug(text: str) -> str:
    """Lower case, words joined by hyphens: what a person would type."""
    return re.sub(r"[^\w]+", "-", text.casefold()).strip("-")


def _matcher(labels: Mapping[Any, str], told: Mapping[str, Any], names: Mapping[str, Any]) -> Callable[[str], Any]:
    exact = {label: value for value, label in labels.items()}
    slugs = {**told} | {slug(label): value for value, label in labels.items()}
    # A group is also found by its bare name, where no area has it.
    ids = {**names} | {slug(v[1] if isinstance(v, tuple) else str(v)): v for v in reversed(list(labels))}

    def match(text: str) -> Any:
        if text in exact:
            return exact[text]
        typed = slug(text[:200])
        if not typed:
            return None
        if typed in slugs or typed in ids:
            return slugs.get(typed, ids.get(typed))
        begins = {v for s, v in slugs.items() if s.startswith(typed)}
        return begins.pop() if len(begins) == 1 and len(typed) >= 3 else None

    return match
