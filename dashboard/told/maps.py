"""The map of the public file: the areas of the cube's layer, few or none hatched; no points and no cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dashboard import map_places, protection, questions, stories, view_facts, words
from dashboard.figures import Figure, Nothing
from dashboard.i18n import N_, _
from dashboard.map_places import Scale
from dashboard.maps import classes, styles
from dashboard.maps.styles import ClassStyle
from dashboard.measures import by_area
from dashboard.measures import protected as measures
from dashboard.palette import Palette
from dashboard.questions import clustered, rate
from dashboard.questions.answer import Answer
from dashboard.questions.protected import study
from dashboard.questions.study import Study
from dashboard.told import base
from dashboard.told.base import Told
from dashboard.told.pictures import picture
from dashboard.told.query import chosen
from dashboard.view_context import Context

ASK = "ask"  # the link's question
ASKED = (questions.COUNT, questions.CLUSTERED, questions.RATE)
FROM_CUBE = N_(
    "Computed from the published, rounded counts of these areas; few or none counts as 0, and what is published "
    "without a place is in no area."
)
READING = N_(
    "Each shape is an area; the darker, the more reports. Hatched is few or none, or records that are published "
    "without a place. Shades are counts, not rates. Smaller places, points and drawn areas are not published."
)


@dataclass(frozen=True)
class Mapped:
    """A map's figure, and what a page needs to draw it in the browser.

    places : as in `map_places.table`, with cls and tip. looks : of the classes. legend : its title.
    answer : the question's answer with its reasons; None for counts.
    """

    figure: Figure
    places: pd.DataFrame
    looks: tuple[ClassStyle, ...]
    legend: str
    answer: Answer | None = None
    study: Study | None = None

    @property
    def counts(self) -> list[int]:
        """How many places each class holds."""
        cls = self.places["cls"].to_numpy(dtype="int64")
        return [int((cls == i).sum()) for i in range(len(self.looks))]


@dataclass(frozen=True)
class Refused:
    """A question that cannot be answered here, with what it would rest on."""

    nothing: Nothing
    caption: str = ""


def figures(ctx: Context, query: Mapping[str, Sequence[str]], p: Palette) -> list[Told]:
    """The page's map, by the link's question."""
    if not base.cube(ctx).layer:
        return [no_map(ctx)]
    which = chosen(query, ASK, {q: questions.LABELS[q] for q in ASKED}, questions.COUNT)
    if which == questions.COUNT:
        return [counts(ctx, p).figure]
    made = asked(ctx, which, p)
    return [made.figure if isinstance(made, Mapped) else made.nothing]


def no_map(ctx: Context) -> Nothing:
    """Why there is no map of this unit."""
    return Nothing("map", _("No map of these figures"), protection.no_map(base.cube(ctx)))


def small(ctx: Context, p: Palette) -> Told:
    """Overview's map of the same areas."""
    many = stories.nouns(ctx.filters.unit)
    made = counts(ctx, p)
    drawable = (made.places["n"] > 0) & made.places["shape"].notna()
    if not drawable.any():
        return Nothing(
            "where", _("Where"), _("Few or none of the {many} of this view have a published place.").format(many=many)
        )
    return base.figure(
        ctx, "where", _most(ctx, made.places, many), made.figure.drawn, _twin(made.places, many),
        _unplaced(ctx, made.places), split=1,
    )  # fmt: skip


def places(ctx: Context) -> pd.DataFrame:
    """The areas of the cube's layer, those that the view is narrowed to, with their counts."""
    layer = base.cube(ctx).layer
    found = by_area(ctx.warehouse, ctx.filters, layer)
    kept = {area[1] for area in ctx.filters.areas if isinstance(area, tuple)}
    found = found[found["area_id"].isin(kept)] if kept else found
    shapes = map_places.area_outlines(ctx, layer)[["area_id", "lat", "lon", "shape"]]
    found = found.merge(shapes, on="area_id", how="left").rename(columns={"area_id": "id"})
    return found[map_places.COLUMNS]


def counts(ctx: Context, p: Palette) -> Mapped:
    """How many reports where: shades of counts."""
    many, found = stories.nouns(ctx.filters.unit), places(ctx)
    n = found["n"].to_numpy(dtype="int64")
    shades = classes.classes(n)
    looks = (*styles.values(shades.labels(), p), few_or_none(p))
    cls = np.where(n > 0, shades.of(n), len(looks) - 1) if len(shades.lower) else np.full(len(n), len(looks) - 1)
    noun, few = stories.NOUNS[ctx.filters.unit], _(protection.FEW_HERE)
    tips = [words.numbered(x, *noun) if x else few for x in n]
    found = found.assign(cls=cls, tip=tips)
    legend = words.capital(many)
    zeros = base.zeros(ctx, bool((n == 0).any()), by_area=True)
    figure = base.figure(
        ctx, "map", _most(ctx, found, many), picture(ctx, found, looks, legend), _twin(found, many), zeros,
        _unplaced(ctx, found), split=1, reading=_(READING),
    )  # fmt: skip
    return Mapped(figure, found, looks, legend)


def few_or_none(p: Palette) -> ClassStyle:
    """Outlined by every map, and hatched: not the lightest shade, and not the grey of what is unknown."""
    return ClassStyle(words.capital(_(protection.FEW_HERE)), p.surface, "rising", p.quiet)


def asked(ctx: Context, which: str, p: Palette) -> Mapped | Refused:
    """Hotspots and rates of the public view: of the cube, where it has enough areas and counts; else the refusal."""
    noun = stories.NOUNS[ctx.filters.unit]
    layer = base.cube(ctx).layer
    found = study(ctx.warehouse, ctx.filters, measures.recording(ctx.catalogue, ctx.filters), layer)
    if found is None or (which == questions.RATE and found.residents is None):
        why = (
            _("How many people live in these areas is not known.")
            if found
            else _("The outlines of the areas are not known.")
        )
        return Refused(Nothing("map", _("This cannot be told"), why))
    named = map_places.named(ctx, found)
    made = _said_of_few(_answer(found, which, noun, named), found)
    if made.refused:
        nothing = Nothing("map", _("This cannot be told from protected counts"), made.sentence)
        return Refused(nothing, view_facts.caption(ctx, _(FROM_CUBE), *made.caveats))
    looks = styles.rates(made.labels, p) if made.look == "rates" else styles.hot_and_cold(p)
    cls = np.where(made.cls < 0, len(looks), made.cls)
    looks = (*looks, few_or_none(p)) if (made.cls < 0).any() else looks
    shown = named.assign(cls=cls, tip=made.tips)
    many = words.capital(_(noun[1]))
    table = made.table(named, found.counts, many)
    table[many] = base.amounts(table[many], _(protection.FEW_HERE))
    legend = made.legend or many
    drawn = picture(ctx, shown, looks, legend)
    figure = base.figure(ctx, "map", made.sentence, drawn, table, _(FROM_CUBE), *made.caveats, split=1)
    return Mapped(figure, shown, looks, legend, made, found)


def _said_of_few(made: Answer, found: Study) -> Answer:
    """The same answer, in which no area has 0: a tip says few or none, and no rate is told of it."""
    few = found.counts == 0
    plain = [t.split(",")[0] if made.look == "hot" else "" for t in made.tips]
    tips = [
        f"{t}, {_(protection.FEW_HERE)}".lstrip(", ") if f else kept
        for t, f, kept in zip(plain, few, made.tips, strict=True)
    ]
    settings = [s for s in made.settings if s.name != "Over"]  # the view says its period, and there are no months here
    return replace(made, tips=np.array(tips, dtype=object), settings=settings)


def _answer(found: Study, which: str, noun: tuple[str, str], named: pd.DataFrame) -> Answer:
    if which == questions.CLUSTERED:
        return clustered.clustered(found, noun)
    return rate.rate(found, rate.RESIDENTS, noun, named["name"].to_numpy(dtype=object))


def _most(ctx: Context, found: pd.DataFrame, many: str) -> str:
    """The area with most, where it leads by more than rounding and chance."""
    own, order = base.cube(ctx), measures.order(ctx.filters, 1)
    top = found.sort_values("n", ascending=False, kind="stable")
    if top.empty or not int(top["n"].iloc[0]):
        return _("Few or none of these {many} in any published area").format(many=many)
    first, second = top.iloc[0], top.iloc[1] if len(top) > 1 else None
    if (
        second is None
        or not int(second["n"])
        or protection.verdict(float(second["n"]), float(first["n"]), own, order) == "rose"
    ):
        return _("Most {many}: {place} ({n})").format(many=many, place=first["name"], n=words.number(int(first["n"])))
    return _("Most {many}: {place} and {other} ({n} and {m})").format(
        many=many, place=first["name"], other=second["name"], n=words.number(int(first["n"])),
        m=words.number(int(second["n"])),
    )  # fmt: skip


def _unplaced(ctx: Context, found: pd.DataFrame) -> str:
    """What the map leaves out: cells whose place is not shown."""
    if ctx.filters.areas:
        return ""
    rest = measures.total(ctx.warehouse, ctx.filters) - int(found["n"].sum())
    said = _("{n} more are published without a place and are in no area here.")
    return said.format(n=words.exact(rest)) if rest > 0 else ""


def _twin(found: pd.DataFrame, many: str) -> pd.DataFrame:
    rows = found.sort_values("n", ascending=False, kind="stable")
    table = base.counts(rows["label"], rows["n"], _("Area"), words.capital(many), _(protection.FEW_HERE))
    return table.assign(**{_("Residents"): rows["population"]}) if rows["population"].notna().any() else table


def scale(ctx: Context) -> Scale:
    """The areas by which the public map counts."""
    return Scale(layer=base.cube(ctx).layer)
