"""A map as a picture: colours and patterns, outlines and names behind, legend with counts, scale and north.

No basemap is asked for: the outlines are the warehouse's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from dashboard.dates import exact
from dashboard.figures import MapPicture
from dashboard.i18n import _, ngettext
from dashboard.maps import shapes
from dashboard.maps.styles import ClassStyle
from dashboard.pictures import legend
from dashboard.pictures.ground import Ground, bar, ground, north
from dashboard.pictures.legend import Item
from dashboard.pictures.paint import MAP_HATCHES, colour, is_dark
from dashboard.pictures.sheet import LINE, Box, Sheet, shown, wrapped

TEXT, QUIET, EDGE, LAND = "#23262A", "#5F646B", "#9A9EA4", "#F4F4F0"
POINTS = 40_000  # of outlines and of areas; more could not be told apart in a picture
NAMES, LONGEST = 30, 28  # names written at most; letters of each
_ASIDE = 0.27  # of the width, for the legend


@dataclass(frozen=True)
class Places:
    """What is drawn: geometries in degrees beside the table's columns."""

    table: pd.DataFrame
    bounds: tuple[float, float, float, float]
    outside: int


def draw(sheet: Sheet, picture: MapPicture, box: Box, size: float) -> None:
    """Draw a map with its legend into a box. size : pixels for each of the page's."""
    places = read(picture)
    aside = box.width * _ASIDE
    gap = 18 * size
    if places is None:
        sheet.write(_("Nothing of this view can be drawn on a map."), box.left, box.top, 16 * size, QUIET)
        return
    frame = Box(box.left, box.top, box.width - aside - gap, box.height)
    onto = ground(places.bounds, frame.width, frame.height)
    axes = _window(sheet, frame, onto)
    behind = _geometries(picture.outlines, onto)
    _areas(axes, behind["shape"], {"facecolor": LAND, "edgecolor": EDGE, "linewidth": 0.8 * size}, 1)
    dark = is_dark(look.colour for look in picture.looks)
    inside = places.table[shapely.intersects(places.table["shape"].to_numpy(), onto.frame())]
    _classes(axes, picture.looks, inside, onto, size, dark)
    # Over the shades once more, thin: an area's border must not end where cells begin.
    _areas(axes, behind["shape"], {"facecolor": "none", "edgecolor": QUIET, "linewidth": 0.5 * size}, 3)
    taken = [*_scale(sheet, axes, frame, onto, size), _north(sheet, axes, frame, onto, size)]
    _names(sheet, axes, frame, onto, _named(inside, behind, onto), taken, size)
    _beside(sheet, picture, places, Box(frame.right + gap, box.top, aside, box.height), size, dark)


def height(picture: MapPicture, room: float, size: float) -> float:
    """How high a map is in evidence, in pixels: as its ground asks, within limits."""
    places = read(picture)
    if places is None:
        return 40 * size
    wide = room * (1 - _ASIDE) - 18 * size
    onto = ground(places.bounds, 1000, 1)
    onto_high = ground(places.bounds, 1, 1000)
    ratio = (onto_high.top - onto_high.bottom) / (onto.right - onto.left)
    least = legend.column_height(picture.legend, _items(picture, size, False), room * _ASIDE, 15 * size) + 110 * size
    return max(wide * min(max(ratio, 0.55), 0.95), least)


def read(picture: MapPicture) -> Places | None:
    """The places with their geometries, and the window that holds those around the busiest; None where none has any."""
    table = picture.places.reset_index(drop=True)
    found = shapes.stored_shapes(table["shape"]) if len(table) else np.empty(0, dtype=object)
    cells = np.array([s is None for s in found], dtype=bool)
    if cells.any():
        known = [int(str(key), 16) for key in table["id"][cells]]
        found[cells] = shapes.cell_shapes(known)
    table = table.assign(shape=found)
    classed = table[table["cls"] >= 0]
    bounds = shapes.main_bounds(classed if len(classed) else table)
    if bounds is None:
        return None
    return Places(table, bounds, shapes.elsewhere(classed))


def _window(sheet: Sheet, frame: Box, onto: Ground) -> Any:
    axes = sheet.axes(frame)
    axes.set_xlim(onto.left, onto.right)
    axes.set_ylim(onto.bottom, onto.top)
    axes.set_autoscale_on(False)
    sheet.area(frame, facecolor="#FAFAF8", edgecolor="none", zorder=-1)
    return axes


def _geometries(table: pd.DataFrame, onto: Ground) -> pd.DataFrame:
    """Names and geometries (in degrees) of what lies in the window, few enough points to draw."""
    found = shapes.stored_shapes(table["shape"]) if len(table) else np.empty(0, dtype=object)
    drawn = pd.DataFrame({"name": list(table["name"]), "shape": pd.Series(list(found), dtype=object)})
    drawn = drawn[drawn["shape"].notna()]
    drawn = drawn[shapely.intersects(drawn["shape"].to_numpy(), onto.frame())] if len(drawn) else drawn
    if drawn.empty:
        return drawn
    clipped = shapely.clip_by_rect(drawn["shape"].to_numpy(), *onto.frame().bounds)
    return drawn.assign(shape=onto.moved(shapes.thinned(np.asarray(clipped, dtype=object), POINTS)))


def _areas(axes: Any, geometries: Sequence[Any], look: dict[str, Any], zorder: float, **more: Any) -> None:
    """One shape made of many polygons."""
    from matplotlib.patches import PathPatch

    path = _path(geometries)
    if path is not None:
        axes.add_artist(PathPatch(path, zorder=zorder, joinstyle="round", **look, **more))


def _path(geometries: Sequence[Any]) -> Any:
    """The rings of polygons as one path, holes the other way round; None where there is none."""
    from matplotlib.path import Path

    parts = shapely.get_parts(np.asarray(geometries, dtype=object))
    parts = shapely.get_parts(parts)  # what was clipped may be a collection of collections
    parts = parts[shapely.get_type_id(parts) == 3]
    if not len(parts):
        return None
    points, ring = shapely.get_coordinates(shapely.get_rings(shapely.orient_polygons(parts)), return_index=True)
    codes = np.full(len(points), Path.LINETO, dtype=np.uint8)
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    codes[first] = Path.MOVETO
    codes[[*(first[1:] - 1), len(points) - 1]] = Path.CLOSEPOLY
    return Path(points, codes)


def _classes(
    axes: Any, looks: Sequence[ClassStyle], places: pd.DataFrame, onto: Ground, size: float, dark: bool
) -> None:  # fmt: skip
    for cls in range(-1, len(looks)):
        own = places[places["cls"] == cls]
        if own.empty:
            continue
        look = _look(looks[cls], size, dark) if cls >= 0 else {"facecolor": "none"}
        line = {"edgecolor": QUIET, "linewidth": 0.5 * size}
        moved = onto.moved(shapes.thinned(own["shape"].to_numpy(), POINTS))
        _areas(axes, moved, {**look, **line}, 2, gid=f"class-{cls}")


def _look(style: ClassStyle, size: float, dark: bool) -> dict[str, Any]:
    # Built again from the light colours: the strokes take whichever ink stands out on these.
    light = replace(style, colour=colour(style.colour, dark), ink=colour(style.ink, dark) if style.ink else "")
    made: dict[str, Any] = {"facecolor": light.colour}
    if hatch := MAP_HATCHES[style.pattern]:
        thick = (1.0 if style.pattern == "dots" else 0.75) * size
        made |= {"hatch": hatch, "hatchcolor": light.stroke, "hatch_linewidth": thick}
    return made


def _scale(sheet: Sheet, axes: Any, frame: Box, onto: Ground, size: float) -> list[Box]:
    """The bar at the lower left; what it takes, so that no name is written on it."""
    x = onto.left + (onto.right - onto.left) * 14 * size / frame.width
    y = onto.bottom + (onto.top - onto.bottom) * 16 * size / frame.height
    made = bar(onto, x, y)
    for paint, thick in (("#FFFFFF", 7), (TEXT, 3)):
        axes.plot([x, x + made.length], [y, y], color=paint, linewidth=thick * size, solid_capstyle="butt", zorder=6,
                  gid="scale" if paint == TEXT else None)  # fmt: skip
    left, top = frame.left + 14 * size, frame.bottom - 24 * size
    label = sheet.write(made.label, left, top, 14 * size, TEXT, down="bottom")
    _halo(label, size)
    extent = sheet.extent(label)
    wide = max(extent.width, made.length / (onto.right - onto.left) * frame.width)
    return [Box(extent.left, extent.top, wide, frame.bottom - extent.top)]


def _north(sheet: Sheet, axes: Any, frame: Box, onto: Ground, size: float) -> Box:
    """An arrow to true north at the upper right."""
    right, up = north(onto)
    per_pixel = (onto.right - onto.left) / frame.width
    x, y = onto.right - 26 * size * per_pixel, onto.top - 62 * size * per_pixel
    tip = (x + right * 32 * size * per_pixel, y + up * 32 * size * per_pixel)
    arrow = {"arrowstyle": "-|>,head_width=0.32,head_length=0.6", "color": TEXT, "linewidth": 2 * size,
             "mutation_scale": 14 * size, "shrinkA": 0, "shrinkB": 0}  # fmt: skip
    axes.annotate("", tip, (x, y), arrowprops=arrow, zorder=6, gid="north")
    label = sheet.write(_("N"), frame.right - 26 * size, frame.top + 6 * size, 15 * size, TEXT, True, "center")
    _halo(label, size)
    return Box(frame.right - 48 * size, frame.top, 48 * size, 70 * size)


def _halo(text: Any, size: float) -> None:
    from matplotlib.patheffects import withStroke

    text.set_path_effects([withStroke(linewidth=3 * size, foreground="#FFFFFF")])
    text.set_zorder(7)


def _named(places: pd.DataFrame, behind: pd.DataFrame, onto: Ground) -> pd.DataFrame:
    """The names that help to find one's way: of the areas that are shaded, the busiest first, then of those behind."""
    areas = places[(places["cls"] >= 0) & ~places["id"].astype(str).str.fullmatch(r"8[0-9a-f]{14}")]
    first = areas.sort_values("n", ascending=False, kind="stable")[["name", "shape"]]
    first = first.assign(shape=onto.moved(first["shape"].to_numpy()) if len(first) else first["shape"])
    if len(behind) and behind["name"].astype(str).str.strip().any():
        # What holds many of the others, such as the county, would be written across them.
        inside = shapely.point_on_surface(behind["shape"].to_numpy())
        held = [int(shapely.contains(shape, inside).sum()) for shape in behind["shape"]]
        behind = behind[(np.array(held) <= 3) | (len(behind) <= 3)]
    return pd.concat([first, behind], ignore_index=True).drop_duplicates("name")


def _names(
    sheet: Sheet, axes: Any, frame: Box, onto: Ground, named: pd.DataFrame, taken: list[Box], size: float
) -> None:  # fmt: skip
    """Names that have room; the earlier one wins."""
    written = 0
    window = shapely.box(onto.left, onto.bottom, onto.right, onto.top)
    for name, shape in zip(named["name"], named["shape"], strict=True):
        seen = shapely.intersection(shapely.make_valid(shape), window)
        if written >= NAMES or not str(name).strip() or seen.is_empty:
            continue
        at = shapely.point_on_surface(seen)
        words = "\n".join(wrapped(str(name)[:LONGEST], 130 * size, 13 * size))
        text = axes.text(at.x, at.y, shown(words), ha="center", va="center")
        sheet.put(text, 13 * size, TEXT)
        own = sheet.extent(text)
        inside = own.left > frame.left and own.right < frame.right and own.top > frame.top and own.bottom < frame.bottom
        if not inside or any(_near(own, other, 3 * size) for other in taken):
            text.remove()
            sheet.texts.remove(text)
            continue
        _halo(text, size * 0.8)
        taken.append(own)
        written += 1


def _near(one: Box, other: Box, gap: float) -> bool:
    across = one.left < other.right + gap and other.left < one.right + gap
    return across and one.top < other.bottom + gap and other.top < one.bottom + gap


def _items(picture: MapPicture, size: float, dark: bool) -> list[Item]:
    counts = [f" ({exact(n)})" for n in picture.counts] or [""] * len(picture.looks)
    line = {"edgecolor": QUIET, "linewidth": 0.6 * size}
    items = [
        Item(f"{style.label}{n}", _look(style, size, dark) | line)
        for style, n in zip(picture.looks, counts, strict=True)
    ]
    if picture.empty:
        items.append(Item(picture.empty, {"facecolor": "none"} | line))
    return items


def _beside(sheet: Sheet, picture: MapPicture, places: Places, box: Box, size: float, dark: bool) -> None:
    """The legend, and what the map cannot show."""
    items, letters = _items(picture, size, dark), 15 * size
    said = [_("These are reports: shaped by where people look and who is believed.")]
    if places.outside:
        n = places.outside
        said.append(ngettext("{n} place lies outside this map.", "{n} places lie outside this map.", n).format(n=n))
    note = [line for text in said for line in wrapped(text, box.width, 12 * size)]
    room = box.height - len(note) * 12 * size * LINE - 12 * size
    while letters > 7 * size and legend.column_height(picture.legend, items, box.width, letters) > room:
        letters *= 0.94
    legend.column(sheet, picture.legend, items, box, letters)
    y = box.bottom - len(note) * 12 * size * LINE
    for line in note:
        sheet.write(line, box.left, y, 12 * size, QUIET)
        y += 12 * size * LINE
