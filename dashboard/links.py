"""Filters <-> the link. The filter bar's widgets write it, and a value is the label that the widget shows.

So `to_query` writes those labels; `from_query` also takes codes, ids and unambiguous beginnings: ?area=harbour.
No Streamlit and no database here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from dashboard.catalogue import AreaGroup, Catalogue
from dashboard.filters import DATE_BASIS, NAMES, Filters, default
from etl import codes

GROUP = "*group"  # stands where an area has its layer; no layer has such a name


def choices(name: str, catalogue: Catalogue) -> Mapping[Any, str]:
    """What one filter can be set to: value -> label. Labels are unique; widgets show them and links carry them."""
    if name in ("from", "to"):
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


def _areas(catalogue: Catalogue) -> dict[tuple[str, str], str]:
    """Groups first: whoever made one looks for it. An area keeps its name when a group took the same."""
    areas = {(a.layer, a.area_id): a.label for a in catalogue.areas}
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
    usual, query = default(catalogue), {}
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
            notices.append(f"Part of the link could not be read (“{name}”), so the view may be wider than was meant.")
    if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
        filters = replace(filters, date_from=filters.date_to, date_to=filters.date_from)
        notices.append("The period ended before it began, so its two months (“from” and “to”) were swapped.")
    return filters, notices


def _read_switch(values: list[str]) -> tuple[dict[str, Any], bool]:
    word = values[-1].lower() if values else ""
    return ({"related": word == "true"}, False) if word in ("true", "false") else ({}, True)


def _read_many(given: list[str], name: str, catalogue: Catalogue) -> tuple[tuple[Any, ...], bool]:
    labels = choices(name, catalogue)
    match = _matcher(labels, {slug(g.name): (GROUP, g.id) for g in catalogue.groups} if name == "area" else {})
    found = [match(v) for v in given[:200] if v != ""]
    kept = {v for v in found if v is not None}
    # The order of the catalogue, so that two links to the same view are the same filters.
    return values(name, kept, catalogue), None in found or len(given) > 200


def slug(text: str) -> str:
    """Lower case, words joined by hyphens: what a person would type."""
    return re.sub(r"[^\w]+", "-", text.casefold()).strip("-")


def _matcher(labels: Mapping[Any, str], names: Mapping[str, Any]) -> Callable[[str], Any]:
    exact = {label: value for value, label in labels.items()}
    slugs = {slug(label): value for value, label in labels.items()}
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
