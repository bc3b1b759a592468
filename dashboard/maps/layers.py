"""Tables of places -> folium layers. Text reaches the browser only as JSON, and the page only as text nodes.

Imported late, by the component that needs it: folium brings a second of imports that the first page can do without.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import pandas as pd
from branca.element import MacroElement
from folium.template import Template

from dashboard.escape import plain
from dashboard.maps import classes, shapes
from dashboard.palette import Palette

LEAFLET_JS = "/vendor/leaflet/leaflet.js"
LEAFLET_CSS = "/vendor/leaflet/leaflet.css"
STATIC = Path(__file__).parent / "static"

TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
TILES_CREDIT = '&copy; <a href="https://www.openstreetmap.org/copyright" target="_blank">OpenStreetMap</a> contributors'
BACKGROUND_POINTS = 6_000
FIGURE_POINTS = 40_000  # of areas; three thousand counties would otherwise be megabytes
MAX_LABELS = 60
_SEAL = "\ue07b"  # of the private use area: no text from a publisher means anything by it


def _own(name: str) -> str:
    """The address of a file of ours; it changes with the content, so that a browser never mixes two versions."""
    return f"/vendor/lamplight/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:8]}"


BEHAVIOUR_JS, LOOK_CSS = _own("map.js"), _own("map.css")


@dataclass(frozen=True)
class Background:
    """What lies under the figures; all three as in the table `areas`, with a column `shape`."""

    outline: pd.DataFrame  # coast, borders
    areas: pd.DataFrame  # the areas that help to find one's way, drawn as thin lines
    places: pd.DataFrame  # points with a name


@dataclass(frozen=True)
class Paint:
    """One picture: the places, their classes and what is chosen."""

    places: pd.DataFrame
    classes: classes.Classes
    noun: tuple[str, str]  # one and many, for the tooltip
    selected: str = ""
    draws_empty: bool = False  # areas show an outline for zero, cells are left out
    labelled: bool = False  # write the name on each place


class LocalMap(folium.Map):
    """A folium map whose scripts and style sheet all come from this app."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.default_js = [("leaflet", LEAFLET_JS), ("lamplight", BEHAVIOUR_JS)]
        self.default_css = [("leaflet_css", LEAFLET_CSS), ("lamplight_css", LOOK_CSS)]


def base_map(background: Background, p: Palette) -> folium.Map:
    """The map without figures.

    The same background and theme give the same script, and streamlit-folium then keeps the frame with its view.
    """
    made = LocalMap(
        location=[0, 0], zoom_start=2, tiles=None, control_scale=True, min_zoom=2, max_zoom=18, zoom_snap=0.5
    )
    water = "#1B2026" if p.dark else "#EDF1F3"
    theme = {k: getattr(p, k) for k in ("surface", "text", "quiet", "grid", "accent")} | {"water": water}
    made.add_child(_Script("behaviour", f"lamplight.start(GROUP, {_json(theme)});"))
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


def paint(picture: Paint, p: Palette, street_map: bool = False, moment: str = "") -> folium.FeatureGroup:
    """The figures as one group. A repaint keeps the view, unless nothing of the new group would be in it.

    moment : any text that changes when the choice does; it travels back with a click, so that clicking
    the same place twice is two different messages (streamlit-folium is silent when nothing changed).
    """
    group = folium.FeatureGroup(name="figures", control=False)
    if street_map:
        # Its server asks to be told which site shows its tiles; the page itself tells nobody anything.
        folium.TileLayer(TILES, attr=TILES_CREDIT, referrerPolicy="origin", max_zoom=19).add_to(group)
    group.add_child(_Script("streets", f"lamplight.streets({_json(street_map)});"))
    drawn = picture.places if picture.draws_empty else picture.places[picture.places["n"] > 0]
    drawn = drawn[[shape is not None for shape in drawn["shape"]]]
    if drawn.empty:
        return group
    if picture.draws_empty:
        drawn = drawn.assign(shape=shapes.thinned(drawn["shape"].to_numpy(), FIGURE_POINTS))
    ramp = classes.colours(len(picture.classes.lower), p.sequential[1:])
    style = {"ramp": ramp, "edge": p.text, "quiet": p.quiet, "accent": p.accent, "glass": 0.72 if street_map else 0.88}
    style |= {"none": p.surface, "air": 0.05 if street_map else 0.6}
    options = {"style": style, "noun": picture.noun, "moment": moment}
    group.add_child(_Script("places", f"lamplight.places(GROUP, {_json(rows(drawn, picture))}, {_json(options)});"))
    bounds = shapes.main_bounds(drawn if not picture.draws_empty else drawn[drawn["n"] > 0])
    if bounds:
        west, south, east, north = bounds
        group.add_child(_Script("fit", f"lamplight.keepInView([[{south},{west}],[{north},{east}]]);"))
    if picture.labelled:
        group.add_child(_Script("names", f"lamplight.labels({_json(_labels(drawn.assign(kind='area own')))}, GROUP);"))
    return group


def rows(places: pd.DataFrame, picture: Paint) -> list[list[Any]]:
    """What map.js makes shapes of: id, name, count, class, 1 for the chosen one, packed shape."""
    of = picture.classes.of(places["n"].to_numpy(dtype="int64"))
    listed = [
        [sealed(key), sealed(name), int(n), int(c), int(str(key) == picture.selected), shapes.packed(shape)]
        for key, name, n, shape, c in zip(places["id"], places["name"], places["n"], places["shape"], of, strict=True)
    ]
    # The chosen one is drawn last, on top of its neighbours' edges.
    return sorted(listed, key=lambda row: row[4])


def sealed(value: object) -> str:
    """Text in which Jinja finds nothing: folium renders what it has rendered as a template once more, here.

    A name such as "{{ 7 * 7 }}" would otherwise be computed by this server. map.js puts the brace back.
    """
    return plain(value).replace(_SEAL, "").replace("{", _SEAL)


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
