"""Tables of places -> folium layers. Text reaches the browser only as JSON, and the page only as text nodes.

Imported late, by the component that needs it: folium brings a second of imports that the first page can do without.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import numpy as np
import pandas as pd
from branca.element import MacroElement
from folium.template import Template

from dashboard.i18n import N_, _, english
from dashboard.maps import shapes
from dashboard.maps.picture import (
    FIGURE_POINTS,
    AnyPicture,
    ClassPaint,
    Paint,
    packed_places,
    packed_player,
    packed_styles,
    sealed,
)
from dashboard.palette import Palette

LEAFLET_JS = "/vendor/leaflet/leaflet.js"
LEAFLET_CSS = "/vendor/leaflet/leaflet.css"
STATIC = Path(__file__).parent / "static"

Bounds = tuple[float, float, float, float]
TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
TILES_CREDIT = '&copy; <a href="https://www.openstreetmap.org/copyright" target="_blank">OpenStreetMap</a> contributors'
BACKGROUND_POINTS = 6_000
MAX_LABELS = 60


def _own(name: str) -> str:
    """The address of a file of ours; it changes with the content, so that a browser never mixes two versions."""
    return f"/vendor/lamplight/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]}"


BEHAVIOUR_JS, LOOK_CSS = _own("map.js"), _own("map.css")
MORE_JS = tuple(_own(name) for name in ("patterns.js", "player.js", "tools.js", "draw.js"))
__all__ = ["AnyPicture", "Background", "ClassPaint", "LocalMap", "Paint", "base_map", "paint"]


@dataclass(frozen=True)
class Background:
    """What lies under the figures; all three as in the table `areas`, with a column `shape`."""

    outline: pd.DataFrame  # coast, borders
    areas: pd.DataFrame  # the areas that help to find one's way, drawn as thin lines
    places: pd.DataFrame  # points with a name


# What the scripts of the map say.
SAID = (
    *(N_("Show all"), N_("Add places"), N_("Draw an area"), N_("Play"), N_("Pause")),
    *(N_("Finish"), N_("Undo"), N_("Cancel")),
    N_("A click adds a place to the chosen ones, as Shift and a click do"),
    N_("Click the corners; or arrow keys, and Enter for a corner in the middle."),
    N_("Click the first or press Enter again to finish."),
    N_("Two edges cross. Undo corners until they do not."),
    *(N_("{n} corners."), N_("{n} of at least 3 corners.")),
    N_("An area has at most {n} corners. Finish it, or undo some."),
)


class LocalMap(folium.Map):
    """A folium map whose scripts and style sheet all come from this app."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.default_js = [("leaflet", LEAFLET_JS), ("lamplight", BEHAVIOUR_JS), *((js, js) for js in MORE_JS)]
        self.default_css = [("leaflet_css", LEAFLET_CSS), ("lamplight_css", LOOK_CSS)]


def base_map(background: Background, p: Palette, pair: str = "") -> folium.Map:
    """The map without figures.

    The same background and theme give the same script, and streamlit-folium then keeps the frame with its view.
    pair : maps of one page with the same name here follow each other's view.
    """
    made = LocalMap(
        location=[0, 0], zoom_start=2, tiles=None, control_scale=True, min_zoom=2, max_zoom=18, zoom_snap=0.5
    )
    water = "#1B2026" if p.dark else "#EDF1F3"
    theme = {k: getattr(p, k) for k in ("surface", "text", "quiet", "grid", "accent")} | {"water": water}
    if not english():
        # Handed over before the start; streamlit-folium then makes the frame anew for another language.
        said = {text: _(text) for text in SAID}
        made.add_child(_Script("language", f"lamplight.speak({_json(said)});"))
    made.add_child(_Script("behaviour", f"lamplight.start(GROUP, {_json(theme)}, {_json(pair)});"))
    land = {"color": p.quiet, "fillColor": p.surface, "fillOpacity": 0.75, "className": "land"}
    for frame, style in (
        (background.outline, land | {"weight": 1.4, "opacity": 0.75}),
        (background.areas, land | {"weight": 0.8, "opacity": 0.55}),
    ):
        if not frame.empty:
            made.add_child(_outlines(frame, style))
    names = pd.concat([background.places.assign(kind="place"), background.areas.assign(kind="area")])
    if not names.empty:
        made.add_child(_Script("labels", f"lamplight.labels({_json(_labels(names))});"))
    return made


def paint(
    picture: AnyPicture, p: Palette, street_map: bool = False, moment: str = "", bounds: Bounds | None = None
) -> folium.FeatureGroup:
    """The figures as one group. A repaint keeps the view, unless nothing of the new group would be in it.

    moment : any text that changes when the choice does; it travels back with a click, so that clicking
    the same place twice is two different messages (streamlit-folium is silent when nothing changed).
    bounds : west, south, east, north of what to show first; left out, where the picture has most.
    """
    group = folium.FeatureGroup(name="figures", control=False)
    if street_map:
        # Its server asks to be told which site shows its tiles; the page itself tells nobody anything.
        folium.TileLayer(TILES, attr=TILES_CREDIT, referrerPolicy="origin", max_zoom=19).add_to(group)
    group.add_child(_Script("streets", f"lamplight.begin({_json(street_map)}, {_json(sealed(picture.said))});"))
    group.add_child(_Script("tools", f"lamplight.tools(GROUP, {_json(_tools(picture, moment))});"))
    if picture.area is not None:
        area = _json([shapes.packed(picture.area)])
        for name, look in _outline(p).items():
            group.add_child(_Script(name, f"lamplight.outlines(GROUP, {area}, {_json(look)}, 'sketch');"))
    drawn = picture.classed()
    drawn = drawn[drawn["shape"].notna()]
    if drawn.empty:
        return group
    if picture.draws_empty:
        drawn = drawn.assign(shape=shapes.thinned(drawn["shape"].to_numpy(), FIGURE_POINTS))
    options = _options(picture, p, street_map) | {"moment": moment}
    group.add_child(_Script("places", f"lamplight.places(GROUP, {_json(packed_places(drawn))}, {_json(options)});"))
    if (frames := getattr(picture, "frames", None)) is not None:
        player = packed_player(frames, np.isin(np.arange(len(picture.places)), drawn.index))
        group.add_child(_Script("player", f"lamplight.player(GROUP, {_json(player)});"))
    if bounds := bounds or main_bounds(picture):
        west, south, east, north = bounds
        group.add_child(_Script("fit", f"lamplight.keepInView([[{south},{west}],[{north},{east}]]);"))
    if picture.labelled:
        group.add_child(_Script("names", f"lamplight.labels({_json(_labels(drawn.assign(kind='area own')))}, GROUP);"))
    return group


def main_bounds(picture: AnyPicture) -> Bounds | None:
    """What a picture shows first: its places around the busiest one."""
    drawn = picture.classed()
    drawn = drawn[drawn["shape"].notna()]
    counted = drawn[drawn["n"] > 0]
    return shapes.main_bounds(counted if picture.draws_empty or len(counted) else drawn)


def _tools(picture: AnyPicture, moment: str) -> dict[str, Any]:
    """Which buttons the map has. A drawn area carries the moment of the choice, as a clicked place does."""
    return {"several": picture.several, "draws": picture.draws_areas, "moment": moment}


def _outline(p: Palette) -> dict[str, Any]:
    """How a drawn area is outlined: dashes on a plain line are seen on any shade, and are no border in grey."""
    plain = {"color": p.surface, "weight": 6, "opacity": 0.85, "fill": False}
    dashed = {"color": p.accent, "weight": 3, "opacity": 1, "dashArray": "8 5", "fill": False}
    return {"area": plain, "area_edge": dashed | {"className": "drawn-area"}}


def _options(picture: AnyPicture, p: Palette, street_map: bool) -> dict[str, Any]:
    """How the places look and answer."""
    style: dict[str, Any] = {"edge": p.text, "quiet": p.quiet, "accent": p.accent, "none": p.surface}
    style |= {"glass": 0.72 if street_map else 0.88, "air": 0.05 if street_map else 0.6}
    return {
        "looks": packed_styles(picture.looks(p)),
        "style": style,
        "noun": (_(picture.noun[0]), _(picture.noun[1])),
        "chosen": [sealed(key) for key in picture.chosen],
        "several": picture.several,
        "empty": picture.draws_empty,
    }


def _outlines(frame: pd.DataFrame, style: dict[str, Any]) -> "_Script":
    thin = shapes.thinned(frame["shape"].to_numpy(), BACKGROUND_POINTS)
    packed = [shapes.packed(shape) for shape in thin if shape is not None and not shape.is_empty]
    return _Script("outlines", f"lamplight.outlines(GROUP, {_json(packed)}, {_json(style)});")


def _labels(frame: pd.DataFrame) -> list[list[Any]]:
    """Latitude, longitude, text and kind of each label: place names first, as they win the space."""
    rows = frame.dropna(subset=["lat", "lon"]).head(MAX_LABELS * 4)
    return [
        [round(float(lat), 5), round(float(lon), 5), sealed(name), str(kind)]
        for lat, lon, name, kind in zip(rows["lat"], rows["lon"], rows["name"], rows["kind"], strict=True)
        if name
    ]


def _json(value: Any) -> str:
    """JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


class _Script(MacroElement):
    """A line of JavaScript of ours among folium's."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.code() }}{% endmacro %}")

    def __init__(self, name: str, code: str) -> None:
        super().__init__()
        self._name = name
        self._code = code

    def code(self) -> str:
        """The code, with the name of the group that it was added to."""
        return self._code.replace("GROUP", self._parent.get_name() if self._parent else "null")
