"""Tables of places -> folium layers. Text reaches the browser only as JSON, and the page only as text nodes.

Imported late, by the component that needs it: folium brings a second of imports that the first page can do without.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import folium
import pandas as pd
from branca.element import MacroElement
from folium.template import Template
from folium.utilities import JsCode

from dashboard.maps import classes, shapes
from dashboard.palette import Palette

LEAFLET_JS = "/vendor/leaflet/leaflet.js"
LEAFLET_CSS = "/vendor/leaflet/leaflet.css"
TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
TILES_CREDIT = '&copy; <a href="https://www.openstreetmap.org/copyright" target="_blank">OpenStreetMap</a> contributors'
BACKGROUND_POINTS = 6_000
MAX_LABELS = 60


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
    unit: str  # "incidents", for the tooltip
    selected: str = ""
    draws_empty: bool = False  # areas show an outline for zero, cells are left out
    labelled: bool = False  # write the name on each place
    extra: dict[str, Any] = field(default_factory=dict)


class LocalMap(folium.Map):
    """A folium map whose only script and style sheet are Leaflet's, served by this app."""

    default_js = [("leaflet", LEAFLET_JS)]  # noqa: RUF012  folium reads these as class attributes
    default_css = [("leaflet_css", LEAFLET_CSS)]  # noqa: RUF012


def base_map(background: Background, p: Palette) -> folium.Map:
    """The map without figures. The same background and theme give the same script, so the frame stays and keeps its view."""
    made = LocalMap(
        location=[0, 0], zoom_start=2, tiles=None, prefer_canvas=False, control_scale=True, min_zoom=2, max_zoom=18
    )
    made.get_root().header.add_child(folium.Element(f"<style>{_css(p)}</style>"), name="lamplight")
    made.add_child(_Script("behaviour", _BEHAVIOUR))
    for frame, style in (
        (
            background.outline,
            {"color": p.quiet, "weight": 1.4, "opacity": 0.75, "fillColor": p.grid, "fillOpacity": 0.25},
        ),
        (background.areas, {"color": p.quiet, "weight": 0.8, "opacity": 0.55, "fill": False}),
    ):
        if not frame.empty:
            made.add_child(_outlines(frame, style))
    names = pd.concat([background.places.assign(kind="place"), background.areas.assign(kind="area")])
    if not names.empty:
        made.add_child(_Script("labels", f"addLabels({_json(_labels(names))});"))
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
    drawn = picture.places if picture.draws_empty else picture.places[picture.places["n"] > 0]
    drawn = drawn[[shape is not None for shape in drawn["shape"]]]
    if drawn.empty:
        return group
    data = feature_collection(drawn, picture, moment)
    ramp = classes.colours(len(picture.classes.lower), p.sequential)
    style = {"ramp": ramp, "edge": p.text, "quiet": p.quiet, "accent": p.accent, "glass": 0.72 if street_map else 0.88}
    folium.GeoJson(
        data,
        control=False,
        style=JsCode(f"(f) => placeStyle(f, {_json(style)})"),
        on_each_feature=JsCode(f"(f, layer) => dressPlace(f, layer, {_json(style)})"),
    ).add_to(group)
    bounds = shapes.main_bounds(drawn if not picture.draws_empty else drawn[drawn["n"] > 0])
    if bounds:
        west, south, east, north = bounds
        group.add_child(_Script("fit", f"keepInView([[{south},{west}],[{north},{east}]]);"))
    if picture.labelled:
        group.add_child(_Script("names", f"addLabels({_json(_labels(drawn.assign(kind='area')))}, GROUP);"))
    return group


def feature_collection(places: pd.DataFrame, picture: Paint, moment: str = "") -> dict[str, Any]:
    """GeoJSON of places: id, tooltip text, class, and whether it is the chosen one."""
    of = picture.classes.of(places["n"].to_numpy())
    rows = zip(places["id"], places["name"], places["n"], places["shape"], of, strict=True)
    features = []
    for key, name, n, shape, c in rows:
        unit = picture.unit if n != 1 else picture.unit.removesuffix("s")
        properties = {"id": str(key), "t": f"{name}: {n:,} {unit}", "c": int(c)}
        if moment:
            properties["m"] = moment
        if str(key) == picture.selected:
            properties["s"] = 1
        features.append({"type": "Feature", "properties": properties, "geometry": shapes.geojson(shape)})
    # The chosen one is drawn last, on top of its neighbours' edges.
    features.sort(key=lambda f: f["properties"].get("s", 0))
    return {"type": "FeatureCollection", "features": features}


def _outlines(frame: pd.DataFrame, style: dict[str, Any]) -> folium.GeoJson:
    thin = shapes.thinned(frame["shape"].to_numpy(), BACKGROUND_POINTS)
    features = [
        {"type": "Feature", "properties": {}, "geometry": shapes.geojson(shape)}
        for shape in thin
        if shape is not None and not shape.is_empty
    ]
    data = {"type": "FeatureCollection", "features": features}
    return folium.GeoJson(data, control=False, interactive=False, style=JsCode(f"() => ({_json(style)})"))


def _labels(frame: pd.DataFrame) -> list[list[Any]]:
    """Latitude, longitude, text and kind of each label: place names first, as they win the space."""
    rows = frame.dropna(subset=["lat", "lon"]).head(MAX_LABELS * 4)
    return [
        [round(float(lat), 5), round(float(lon), 5), str(name), str(kind)]
        for lat, lon, name, kind in zip(rows["lat"], rows["lon"], rows["name"], rows["kind"], strict=True)
        if name
    ]


def _json(value: Any) -> str:
    """JSON that is safe inside a script element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    # Two braces in a row are an expression to whoever renders a template after us.
    return text.replace("{{", "{ {").replace("}}", "} }")


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


def _css(p: Palette) -> str:
    water = "#E9EDEF" if not p.dark else "#1B2026"
    return (
        f".leaflet-container{{background:{water};font:14px/1.35 'Source Sans','Source Sans 3',system-ui,sans-serif;"
        f"color:{p.text}}}"
        f".leaflet-tooltip{{background:{p.surface};color:{p.text};border:1px solid {p.quiet};box-shadow:none;"
        "padding:3px 8px;font-size:14px;white-space:nowrap}}"
        ".leaflet-tooltip:before{display:none}"
        ".leaflet-tooltip.label{background:none;border:0;padding:0;pointer-events:none;"
        f"text-shadow:0 0 3px {p.surface},0 0 3px {p.surface},0 0 5px {p.surface};color:{p.text}}}"
        f".leaflet-tooltip.label.area{{font-size:12px;color:{p.quiet}}}"
        ".leaflet-tooltip.label.place{font-size:14px;font-weight:600}"
        ".leaflet-tooltip.label.hidden{visibility:hidden}"
        f".leaflet-bar a{{background:{p.surface};color:{p.text};border-color:{p.grid}}}"
        f".leaflet-bar a:hover,.leaflet-bar a:focus{{background:{p.grid};color:{p.text}}}"
        f".leaflet-control-attribution{{background:{p.surface};color:{p.quiet}}}"
        f".leaflet-control-attribution a{{color:{p.accent}}}"
        f".leaflet-control-scale-line{{background:{p.surface};color:{p.text};border-color:{p.quiet}}}"
        f".leaflet-interactive:focus{{outline:none}}"
    )


# Runs once in the map's frame. Functions hang on `window`, because streamlit-folium evaluates later layers
# in a scope of their own. Tooltips and labels are built from text nodes: text from data is never HTML.
_BEHAVIOUR = """
const theMap = GROUP;
theMap.attributionControl.setPrefix('Leaflet');
window.textNode = (text) => { const e = document.createElement('span'); e.textContent = text; return e; };
window.placeStyle = (f, s) => {
  const filled = f.properties.c >= 0, chosen = f.properties.s;
  return {fillColor: filled ? s.ramp[f.properties.c] : s.quiet, fillOpacity: filled ? s.glass : 0.05,
    color: chosen ? s.accent : s.quiet, weight: chosen ? 4 : 0.8, opacity: chosen ? 1 : 0.6};
};
window.dressPlace = (f, layer, s) => {
  layer.bindTooltip(textNode(f.properties.t), {sticky: true});
  layer.on('mouseover', () => layer.setStyle({weight: f.properties.s ? 4 : 2.5, color: s.edge, opacity: 1}));
  layer.on('mouseout', () => layer.setStyle(placeStyle(f, s)));
};
window.viewIsSet = false;
window.wholeExtent = null;
window.keepInView = (bounds) => {
  window.wholeExtent = bounds;
  if (window.viewIsSet && theMap.getBounds().intersects(bounds)) return;
  window.viewIsSet = true;
  theMap.fitBounds(bounds, {padding: [12, 12], maxZoom: 14, animate: false});
};
const ShowAll = L.Control.extend({options: {position: 'topleft'}, onAdd: () => {
  const box = L.DomUtil.create('div', 'leaflet-bar'), a = L.DomUtil.create('a', '', box);
  a.href = '#'; a.role = 'button'; a.title = 'Show all'; a.setAttribute('aria-label', 'Show all'); a.textContent = '\\u2922';
  L.DomEvent.disableClickPropagation(box);
  L.DomEvent.on(a, 'click', (e) => { L.DomEvent.preventDefault(e); if (window.wholeExtent) theMap.fitBounds(window.wholeExtent); });
  return box;
}});
new ShowAll().addTo(theMap);
// Of labels that would overlap, the earlier one stays.
window.tidyLabels = () => {
  const taken = [];
  document.querySelectorAll('.leaflet-tooltip.label').forEach((e) => {
    const r = e.getBoundingClientRect();
    const hit = taken.some((t) => r.left < t.right && t.left < r.right && r.top < t.bottom && t.top < r.bottom);
    e.classList.toggle('hidden', hit);
    if (!hit) taken.push(r);
  });
};
window.addLabels = (labels, group) => {
  labels.forEach(([lat, lon, text, kind]) => {
    L.tooltip({permanent: true, direction: 'center', className: 'label ' + kind, interactive: false, opacity: 1})
      .setLatLng([lat, lon]).setContent(textNode(text)).addTo(group || theMap);
  });
  requestAnimationFrame(tidyLabels);
};
theMap.on('zoomend resize', () => requestAnimationFrame(tidyLabels));
"""
