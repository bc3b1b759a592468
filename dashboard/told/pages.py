"""The figures of each page, told without a screen: number for number what the page draws."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard import view_facts
from dashboard.figures import Figure, Nothing
from dashboard.palette import Palette, palette
from dashboard.told import (
    base,
    maps,
    opened,
    overview,
    people,
    records,
    records_compared,
    records_map,
    records_people,
    records_trends,
    trends,
)
from dashboard.told.base import Told
from dashboard.view_context import Context

Query = Mapping[str, Sequence[str]]


def figures(ctx: Context, page: str, query: Query | None = None, p: Palette | None = None) -> list[Figure]:
    """The figures of a page, in its order. query : the page's own choices, as a link carries them (group, people, ask).

    p : the colours; those of a light page if left out. Raises UnknownPage for a page without figures to tell.
    """
    return [told for told in tell(ctx, page, query, p) if isinstance(told, Figure)]


def missing(ctx: Context, page: str, query: Query | None = None) -> list[Nothing]:
    """The figures that this view does not have, and why."""
    return [told for told in tell(ctx, page, query) if isinstance(told, Nothing)]


def tell(ctx: Context, page: str, query: Query | None = None, p: Palette | None = None) -> list[Told]:
    """Figures, and the reasons where there are none, in the order of the page."""
    query, p = query or {}, p or palette("light")
    if page not in opened.PAGES:
        raise opened.UnknownPage(page)
    told = _records(ctx, page, query, p) if _of_records(ctx, page) else _protected(ctx, page, query, p)
    link = opened.link(ctx, page, query)
    return [replace(t, about=replace(t.about, link=link)) if isinstance(t, Figure) else t for t in told]


def headline(ctx: Context) -> str:
    """The lead of Overview: one sentence, or one for each publisher of printed figures."""
    if _of_records(ctx, "overview"):
        when = None if view_facts.is_published(ctx) else records_compared.spans(ctx)
        return " ".join(records_compared.lead(ctx, when).sentences)
    empty = base.nothing(ctx, "overview")
    return overview.headline(ctx) or f"{empty.title}. {empty.sentence}"


def _of_records(ctx: Context, page: str) -> bool:
    """Publishers' own figures are told alike on both sides; of people the public side has its cubes."""
    if not ctx.catalogue.public:
        return True
    return view_facts.is_published(ctx) and page != "demographics"


def _protected(ctx: Context, page: str, query: Query, p: Palette) -> list[Told]:
    if page == "trends":
        return trends.figures(ctx, query, p)
    if page == "demographics":
        return people.figures(ctx, query, p)
    if page == "map":
        return maps.figures(ctx, query, p)
    return overview.figures(ctx, p)


def _records(ctx: Context, page: str, query: Query, p: Palette) -> list[Told]:
    if page == "trends":
        return records_trends.figures(ctx, query, p)
    if page == "demographics":
        return records_people.figures(ctx, query, p)
    if page == "map":
        return records_map.figures(ctx, query, p)
    where = [] if ctx.catalogue.public else [records_map.where(ctx, p)]
    return [records.over_time(ctx, p), *where]
