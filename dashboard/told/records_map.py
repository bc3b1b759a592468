"""Maps of records: counts by area or by cell, and Overview's small map of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from dashboard import map_places, measures, questions, stories, view_facts, words
from dashboard.figures import Figure, MapPicture, Nothing
from dashboard.filters import default
from dashboard.i18n import N_, _, ngettext
from dashboard.map_places import Scale
from dashboard.maps import classes, shapes, story, styles
from dashboard.measures import PlaceStrip
from dashboard.palette import Palette
from dashboard.told import records_answers
from dashboard.told.base import Told
from dashboard.told.pictures import picture
from dashboard.told.query import chosen
from dashboard.told.records import figure, nothing
from dashboard.view_context import Context

SCALE = "by"  # the link's areas or cells
ASK = "ask"  # the link's question
CELLS = 7  # about two kilometres across: readable at a third of a page
DEFAULT_RESOLUTION = 7
FINE_TO_COARSE = (8, 7, 6)
MOST_CELLS, RECORDS_PER_CELL = 2_500, 2
COARSEST = Scale(resolution=5)
REPORTS = N_("These are reports, shaped by where people look.")


def figures(ctx: Context, query: Mapping[str, Sequence[str]], p: Palette) -> list[Told]:
    """The page's map, by the link's question and scale."""
    many = stories.nouns(ctx.filters.unit)
    if view_facts.is_published(ctx):
        why = _("A publisher's own figures name no place on a map.")
        return [Nothing("map", _("These figures have no points"), why)]
    strip = measures.place_strip(ctx.warehouse, ctx.filters)
    scales = {s.label: s for s in map_places.scales(ctx)}
    if not (strip.mapped + strip.area_only + strip.unmapped and scales):
        return [nothing(ctx, "map")]
    scale = scales[chosen(query, SCALE, {label: label for label in scales}, usual(ctx).label)]
    which = chosen(query, ASK, questions.LABELS, questions.COUNT)
    if which != questions.COUNT:
        return records_answers.figures(ctx, which, scale, query, p)
    places = map_places.table(ctx, scale)
    if not int(places["n"].sum()):
        sentence = _("None of the {things} of this view can be shown in these {places}.").format(
            things=many, places=_(scale.words[1])
        )
        return [Nothing("map", _("Nothing to draw at this scale"), sentence, filters=True)]
    return [counts(ctx, scale, places, strip_at(strip, pointed(ctx, scale, places)), p)]


def pointed(ctx: Context, scale: Scale, places: pd.DataFrame) -> int:
    """How many records have a point, as this scale counts it: by area, however coarsely it is known."""
    return int(places["n"].sum()) if scale.resolution else map_places.held_by(ctx, COARSEST)


def counts(ctx: Context, scale: Scale, places: pd.DataFrame, strip: PlaceStrip, p: Palette) -> Figure:
    """How many reports where, in shades."""
    noun, n = stories.NOUNS[ctx.filters.unit], places["n"].to_numpy(dtype="int64")
    answer = story.concentration(n, noun, scale.words, len(places) if scale.layer else 0)
    without = (_not_here(scale, places, strip, _(noun[1])), _far_away(scale, places))
    return figure(
        ctx, "map", answer, ctx.sentence, shaded(ctx, places, p, scale), _twin(places, noun),
        view_facts.caption(ctx, _(REPORTS), *without, cannot_tell=False), _reading(scale), caveat=_(REPORTS),
    )  # fmt: skip


def shaded(ctx: Context, places: pd.DataFrame, p: Palette, scale: Scale) -> MapPicture:
    """Counts in a few shades; a place without a record is an outline, a cell is left out."""
    one, many = stories.NOUNS[ctx.filters.unit]
    n = places["n"].to_numpy(dtype="int64")
    found = classes.classes(n)
    cls = np.where(n > 0, found.of(n), -1)
    painted = places.assign(cls=cls)
    painted = painted if scale.layer else painted[cls >= 0]
    empty = _("Outline only: no {thing}").format(thing=_(one)) if (painted["cls"] < 0).any() else ""
    looks = styles.values(found.labels(), p)
    return picture(ctx, painted, looks, words.capital(_(many)), cells=bool(scale.resolution), empty=empty)


def where(ctx: Context, p: Palette) -> Told:
    """Overview's map: counts by area (by cell where no area layer is loaded), and what is not on it."""
    if view_facts.is_published(ctx):
        return Nothing("where", _("Where"), _("Published figures name agencies and states, not places on a map."))
    places, scale = where_places(ctx)
    many = stories.nouns(ctx.filters.unit)
    if not ((places["n"] > 0) & places["shape"].notna()).any():
        said = _("None of the {things} of this view has a place that can be drawn.")
        return Nothing("where", _("Where"), said.format(things=many))
    whole, shown = measures.total(ctx.warehouse, ctx.filters), int(places["n"].sum())
    top = places.sort_values("n", ascending=False).iloc[0]
    title = _("Most {many}: {place} ({n})").format(many=many, place=top["name"], n=words.number(int(top["n"])))
    missing = []
    if whole > shown:
        said = _("{n} of {whole} {things} are not on this map.")
        missing.append(said.format(n=words.number(whole - shown), whole=words.number(whole), things=many))
    if far := shapes.elsewhere(places):
        said = _("{counted} elsewhere: open the map to see all.")
        missing.append(said.format(counted=words.capital(words.count(far, "place", "places"))))
    return figure(
        ctx, "where", title, ctx.sentence,
        shaded(ctx, places, p, scale), places[["label", "n"]].set_axis([_("Place"), words.capital(many)], axis=1),
        view_facts.caption(ctx, *missing),
        _("The stronger the shade, the more reports. It is not a rate: where more people live, more is reported."),
    )  # fmt: skip


def where_places(ctx: Context) -> tuple[pd.DataFrame, Scale]:
    """The first layer, coarse ones first, that holds most of the view's records; where none does, cells."""
    whole = measures.total(ctx.warehouse, ctx.filters)
    for scale in map_places.scales(ctx):
        table = map_places.table(ctx, scale) if scale.layer else pd.DataFrame({"n": []})
        if table["n"].sum() * 2 > whole:
            return table, scale
    cells = Scale(resolution=CELLS)
    return map_places.table(ctx, cells), cells


def usual(ctx: Context) -> Scale:
    """Cells small enough to tell places apart and large enough to hold records; areas where more records have those.

    Of the default view: a default that moved with the filters would change what a copied link shows.
    """
    options = map_places.scales(ctx)
    ctx = replace(ctx, filters=default(ctx.catalogue))
    sizes = [s for s in options if s.resolution in FINE_TO_COARSE]
    cells = next((s for s in sizes if s.resolution == DEFAULT_RESOLUTION), options[0])
    held = map_places.held_by(ctx, cells)
    for size in sorted(sizes, key=lambda s: -s.resolution):
        every = map_places.study_size(ctx, size.resolution)
        if 0 < every <= MOST_CELLS and held >= RECORDS_PER_CELL * every:
            cells = size
            break
    if 2 * held >= measures.total(ctx.warehouse, ctx.filters):
        return cells
    layers = [s for s in options if s.layer]
    best = max(layers, key=lambda s: map_places.held_by(ctx, s), default=cells)
    return best if map_places.held_by(ctx, best) > held else cells


def strip_at(strip: PlaceStrip, pointed: int) -> PlaceStrip:
    """The strip for this scale: a point known to about a kilometre is in a large cell and in no small one."""
    more = max(pointed - strip.mapped, 0)
    from_areas = min(more, strip.area_only)
    return PlaceStrip(strip.mapped + more, strip.area_only - from_areas, strip.unmapped - (more - from_areas))


def _twin(places: pd.DataFrame, noun: tuple[str, str]) -> pd.DataFrame:
    rows = places[["label", "n", "population"]] if places["population"].notna().any() else places[["label", "n"]]
    return rows.rename(columns={"label": _("Place"), "n": words.capital(_(noun[1])), "population": _("Residents")})


def _not_here(scale: Scale, places: pd.DataFrame, strip: PlaceStrip, many: str) -> str:
    """How many records this very map leaves out, and where they are instead."""
    left_out = strip.mapped + strip.area_only + strip.unmapped - int(places["n"].sum())
    if left_out <= 0:
        return ""
    if scale.resolution and strip.area_only:
        said = (
            _("{n} {things} have no point as fine as these cells; they are known by area: count by areas to see them.")
            if strip.area_only == left_out
            else _(
                "{n} {things} have no point as fine as these cells; {some} of them are known by area: count by areas "
                "to see them."
            )
        )
        return said.format(n=words.exact(left_out), things=many, some=words.exact(strip.area_only))
    return _("{n} {things} are not on this map: their place is unknown, or in none of its {places}.").format(
        n=words.exact(left_out), things=many, places=_(scale.words[1])
    )


def _far_away(scale: Scale, places: pd.DataFrame) -> str:
    """Cities far apart do not fit on one map: say that there is more than the part it opens on."""
    n = shapes.elsewhere(places)
    said = ngettext(
        "{counted} lies far outside the part shown first: zoom out.",
        "{counted} lie far outside the part shown first: zoom out.",
        n,
    )
    return said.format(counted=words.capital(words.count(n, *scale.words))) if n else ""


def _reading(scale: Scale) -> str:
    what = _("a six-sided cell of equal size") if scale.resolution else _("an area")
    return _(
        "Each shape is {what}; the darker, the more reports. Shades are counts, not rates: where "
        "more people live or more police look, more is reported. Click a shape to see its figures, "
        "click it again to let it go; with Shift (or “Add places”) several are added up. Records "
        "that are only known to lie in some area are never moved into a cell."
    ).format(what=what)
