"""Filters <-> the link. The filter bar's widgets write it, and a value is the label that the widget shows.

So `to_query` writes those labels; `from_query` also takes codes, ids and unambiguous beginnings: ?area=harbour.
No Streamlit and no database here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from dashboard.catalogue import Catalogue
from dashboard.filters import DATE_BASIS, NAMES, Filters, default
from etl import codes


def choices(name: str, catalogue: Catalogue) -> Mapping[Any, str]:
    """What one filter can be set to: value -> label. Labels are unique; widgets show them and links carry them."""
    if name in ("from", "to"):
        return {m: f"{m:%Y-%m}" for m in catalogue.months}
    if name == "source":
        return _unique({s.source: s.title for s in catalogue.sources if s.kind != "boundary"})
    if name == "area":
        return {(a.layer, a.area_id): a.label for a in catalogue.areas}
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
        query[name] = [labels[v] for v in (value if name in MANY else (value,)) if v in labels]
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
        given = params[name]
        values = [given] if isinstance(given, str) else [str(v) for v in given]
        read: dict[str, Any] = {}
        if name == "related":
            read, bad = _read_switch(values)
        elif name in MANY:
            found, bad = _read_many(values, name, catalogue)
            read = {MANY[name]: found} if found else {}
        else:
            found, bad = _read_many(values[-1:], name, catalogue)
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


def _read_many(values: list[str], name: str, catalogue: Catalogue) -> tuple[tuple[Any, ...], bool]:
    labels = choices(name, catalogue)
    match = _matcher(labels)
    found = [match(v) for v in values[:200] if v != ""]
    kept = {v for v in found if v is not None}
    # The order of the catalogue, so that two links to the same view are the same filters.
    return tuple(v for v in labels if v in kept), None in found or len(values) > 200


def slug(text: str) -> str:
    """Lower case, words joined by hyphens: what a person would type."""
    return re.sub(r"[^\w]+", "-", text.casefold()).strip("-")


def _matcher(labels: Mapping[Any, str]) -> Callable[[str], Any]:
    exact = {label: value for value, label in labels.items()}
    slugs = {slug(label): value for value, label in labels.items()}
    ids = {slug(v[1] if isinstance(v, tuple) else str(v)): v for v in reversed(list(labels))}

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
