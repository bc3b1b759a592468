"""Bars, lines, dots, texts and shaded cells: one function for each kind of trace that the project's figures have."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from dashboard.maps.styles import contrast
from dashboard.pictures import PictureError
from dashboard.pictures.paint import DASHES, DOTS, HATCHES, colour, mixed
from dashboard.pictures.scales import Floats, Scale, lines
from dashboard.pictures.sheet import Sheet, shown

_INKS = ("#16181B", "#FFFFFF")
# What a trace may say. Anything else would be lost on the way without a word.
_SCREEN = {"customdata", "hovertemplate", "hovertext", "hoverinfo", "cliponaxis", "name", "showlegend", "type"}
_PLACE = {"x", "y", "xaxis", "yaxis"}
KNOWN: Mapping[str, frozenset[str]] = {
    "bar": frozenset(
        {*_SCREEN, *_PLACE, "orientation", "base", "offset", "width", "marker", "text", "textposition", "textfont"}
        | {"error_x", "error_y"}
    ),
    "scatter": frozenset(
        {*_SCREEN, *_PLACE, "mode", "line", "marker", "connectgaps", "fill", "text", "textfont", "textposition"}
        | {"error_x", "error_y"}
    ),
    "heatmap": frozenset({*_SCREEN, *_PLACE, "z", "zmin", "zmax", "colorscale", "showscale", "xgap", "ygap"}),
}


class Brush:
    """Where marks go: the axes, their scales, the size of a plotly pixel, and whether colours come from a dark page."""

    def __init__(self, sheet: Sheet, axes: Any, x: Scale, y: Scale, size: float, dark: bool) -> None:
        self.sheet, self.axes, self.x, self.y, self.size, self.dark = sheet, axes, x, y, size, dark
        self.cells: dict[tuple[float, float], str] = {}  # the ink that can be read on each cell of a grid

    def colour(self, value: Any, opacity: float = 1.0) -> str:
        return colour(value, self.dark, opacity)

    def text(self, text: str, x: float, y: float, font: Mapping[str, Any], **look: Any) -> Any:
        """Text at a point of the data."""
        made = self.axes.annotate(shown(lines(text)), (x, y), annotation_clip=False, textcoords="offset points", **look)
        size = float(font.get("size") or 15) * self.size
        return self.sheet.put(made, size, font.get("ink") or self.colour(font.get("color") or "#23262A"))


def checked(trace: Mapping[str, Any]) -> str:
    """The type of a trace. Raises PictureError for a type or a setting that is not drawn here."""
    kind = str(trace.get("type", "scatter"))
    if kind not in KNOWN:
        raise PictureError(
            f"A figure with a trace of type “{kind}” cannot be drawn as a picture yet. "
            f"Known are: {', '.join(KNOWN)}. Add it to dashboard/pictures/marks.py."
        )
    if strange := sorted(set(trace) - KNOWN[kind]):
        raise PictureError(
            f"A picture would lose these settings of a {kind} trace: {', '.join(strange)}. "
            "Add them to dashboard/pictures/marks.py."
        )
    return kind


def bar_places(trace: Mapping[str, Any], x: Scale, y: Scale, gap: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Of every bar: where it begins across its axis, how wide it is, its foot and its length (signed)."""
    flat = trace.get("orientation") == "h"
    along, across = (x, y) if flat else (y, x)
    given = trace["x" if flat else "y"]
    base = trace.get("base")
    length = along.length(given) if base is not None else along.at(given)
    foot = np.zeros(len(length)) if base is None else np.broadcast_to(along.at(_many(base, len(length))), length.shape)
    at = across.at(trace["y" if flat else "x"])
    wide = trace.get("width")
    if wide is None:
        steps = np.diff(np.unique(at[np.isfinite(at)]))
        thick = np.full(len(at), (steps.min() if len(steps) else 1.0) * (1 - gap))
    else:
        thick = np.broadcast_to(across.length(wide), at.shape)
    offset = trace.get("offset")
    start = at - thick / 2 if offset is None else at + across.length(offset)
    return start, thick, foot, length


def draw_bars(brush: Brush, trace: Mapping[str, Any], gap: float) -> None:
    """Each bar as a rectangle, hatched where plotly's has a pattern; its text beyond its end."""
    from matplotlib.patches import Rectangle

    start, thick, foot, length = bar_places(trace, brush.x, brush.y, gap)
    flat = trace.get("orientation") == "h"
    marker, texts = trace.get("marker") or {}, trace.get("text")
    for i in np.flatnonzero(np.isfinite(length) & np.isfinite(start)).tolist():
        corner, size = (foot[i], start[i]), (length[i], thick[i])
        if not flat:
            corner, size = corner[::-1], size[::-1]
        brush.axes.add_artist(Rectangle(corner, *size, **look(brush, marker, i), gid="bar", zorder=2, clip_on=True))
        if texts is not None:
            end, middle = foot[i] + length[i], start[i] + thick[i] / 2
            at = (end, middle) if flat else (middle, end)
            beside: dict[str, Any] = {"xytext": (5 * brush.size, 0), "ha": "left", "va": "center_baseline"}
            above: dict[str, Any] = {"xytext": (0, 4 * brush.size), "ha": "center", "va": "bottom"}
            brush.text(_at(texts, i), *at, trace.get("textfont") or {}, **(beside if flat else above))
    _errors(brush, trace, (foot + length, start + thick / 2) if flat else (start + thick / 2, foot + length))


def look(brush: Brush, marker: Mapping[str, Any], i: int = 0) -> dict[str, Any]:
    """How a bar is filled and outlined, for a matplotlib patch."""
    opacity = float(_at(marker.get("opacity", 1.0), i))
    line, pattern = marker.get("line") or {}, marker.get("pattern") or {}
    thick = float(_at(line.get("width", 0), i) or 0)
    made = {
        "facecolor": brush.colour(_at(marker.get("color"), i), opacity),
        "edgecolor": brush.colour(_at(line.get("color"), i), opacity) if thick else "none",
        "linewidth": thick * brush.size,
    }
    shape = str(_at(pattern.get("shape", ""), i) or "")
    if not shape:
        return made
    if shape not in HATCHES:
        raise PictureError(
            f"There is no hatching for plotly's pattern “{shape}”. Add it to dashboard/pictures/paint.py."
        )
    strokes = brush.colour(_at(pattern.get("fgcolor"), i) or _at(marker.get("color"), i), opacity)
    under = _at(pattern.get("bgcolor"), i)
    return made | {
        "facecolor": "none" if under is None else brush.colour(under),
        "hatch": HATCHES[shape] * (1 if brush.size > 1.2 else 2),
        "hatchcolor": strokes,
        "hatch_linewidth": 1.1 * brush.size,
    }


def draw_scatter(brush: Brush, trace: Mapping[str, Any]) -> None:
    """Lines that stop at gaps, dots, and texts at points."""
    x, y = brush.x.at(trace["x"]), brush.y.at(trace["y"])
    mode = str(trace.get("mode") or "lines+markers").split("+")
    line, marker = trace.get("line") or {}, trace.get("marker") or {}
    if trace.get("connectgaps"):
        keep = np.isfinite(y)
        x, y = x[keep], y[keep]
    paint = line.get("color") or _at(marker.get("color"), 0)
    if fill := trace.get("fill"):
        if fill != "tozeroy":
            raise PictureError(f"A line that is filled “{fill}” cannot be drawn as a picture yet.")
        brush.axes.fill_between(x, 0, y, facecolor=brush.colour(paint, 0.5), linewidth=0, zorder=2)
    if "lines" in mode:
        wide = float(line.get("width") or 2) * brush.size
        dash = DASHES[str(line.get("dash") or "solid")]
        brush.axes.plot(x, y, color=brush.colour(paint), linewidth=wide, linestyle=dash, gid="line", zorder=3,
                        solid_capstyle="round", solid_joinstyle="round", clip_on=False)  # fmt: skip
    if "markers" in mode:
        _dots(brush, x, y, marker, paint)
    if "text" in mode:
        font = trace.get("textfont") or {}
        for i in np.flatnonzero(np.isfinite(x) & np.isfinite(y)).tolist():
            one = {"size": _at(font.get("size"), i), "color": _at(font.get("color"), i)}
            if brush.dark and (x[i], y[i]) in brush.cells:  # the ink was chosen for the shades of a dark page
                one["ink"] = brush.cells[x[i], y[i]]
            brush.text(_at(trace["text"], i), x[i], y[i], one, xytext=(0, 0), ha="center", va="center_baseline")
    _errors(brush, trace, (x, y))


def _dots(brush: Brush, x: Floats, y: Floats, marker: Mapping[str, Any], paint: Any) -> None:
    most = int(marker.get("maxdisplayed") or 0)
    shape = str(_at(marker.get("symbol"), 0) or "circle")
    if shape not in DOTS:
        raise PictureError(f"There is no dot of the shape “{shape}”. Add it to dashboard/pictures/paint.py.")
    edge, opacity = marker.get("line") or {}, float(_at(marker.get("opacity", 1.0), 0))
    wide = float(_at(edge.get("width", 0), 0) or 0) * brush.size
    brush.axes.plot(
        x, y, linestyle="none", marker=DOTS[shape], markersize=float(_at(marker.get("size", 6), 0)) * brush.size,
        markevery=-(-len(x) // most) if most else None,
        markerfacecolor=brush.colour(_at(marker.get("color"), 0) or paint), markeredgewidth=wide, alpha=opacity,
        markeredgecolor=brush.colour(_at(edge.get("color"), 0)) if wide else "none", gid="dots", zorder=4,
        clip_on=False,
    )  # fmt: skip


def _errors(brush: Brush, trace: Mapping[str, Any], at: tuple[Floats, Floats]) -> None:
    """Intervals, as plotly's `error_x` and `error_y` with arrays."""
    for name in ("error_x", "error_y"):
        error = trace.get(name)
        if not error or error.get("visible") is False:
            continue
        if error.get("array") is None:
            raise PictureError("Error bars are drawn from arrays only.")
        up = np.asarray(error["array"], dtype=float)
        down = up if error.get("arrayminus") is None else np.asarray(error["arrayminus"], dtype=float)
        paint = brush.colour(error.get("color") or "#5F646B")
        brush.axes.errorbar(
            *at, **{f"{name[-1]}err": np.vstack([down, up])}, fmt="none", ecolor=paint, zorder=4,
            elinewidth=1.5 * brush.size, capsize=4 * brush.size, capthick=1.5 * brush.size,
        )  # fmt: skip


def draw_heat(brush: Brush, trace: Mapping[str, Any]) -> None:
    """A grid of shades; a cell without a number is left to what lies under it."""
    from matplotlib.patches import Rectangle

    z = np.asarray(trace["z"], dtype=float)
    x, y = brush.x.at(trace["x"]), brush.y.at(trace["y"])
    low, high = float(trace["zmin"]), float(trace["zmax"])
    edge = float(trace.get("xgap") or 0) * brush.size
    for row, column in np.argwhere(np.isfinite(z)):
        share = (z[row, column] - low) / ((high - low) or 1.0)
        shade = _shade(share, trace["colorscale"], brush)
        nearest = trace["colorscale"][round(share * (len(trace["colorscale"]) - 1))]
        brush.cells[x[column], y[row]] = _ink(brush.colour(nearest[1]))
        brush.axes.add_artist(
            Rectangle((x[column] - 0.5, y[row] - 0.5), 1, 1, facecolor=shade, edgecolor="#FFFFFF", linewidth=edge,
                      gid="cell", zorder=2)
        )  # fmt: skip


def _shade(share: float, steps: Any, brush: Brush) -> str:
    share = min(max(share, 0.0), 1.0)
    for (low, one), (high, other) in pairwise(steps):
        if share <= high:
            return mixed(brush.colour(one), brush.colour(other), (share - low) / ((high - low) or 1.0))
    return brush.colour(steps[-1][1])


def _ink(under: str) -> str:
    """Whichever ink stands out more on a colour."""
    return max(_INKS, key=lambda ink: contrast(ink, under))


def _at(value: Any, i: int) -> Any:
    """The i-th of many, or the one for all."""
    return value[i] if isinstance(value, (list, tuple, np.ndarray)) else value


def _many(value: Any, n: int) -> Any:
    return value if isinstance(value, (list, tuple, np.ndarray)) else [value] * n
