"""A plotly figure of this project on matplotlib axes: the same numbers, order, colours, hatching, ticks and notes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.palette import DARK
from dashboard.pictures import legend, marks, notes
from dashboard.pictures.marks import Brush
from dashboard.pictures.scales import Scale, bound, lines, scale, ticks
from dashboard.pictures.sheet import Box, Sheet

if TYPE_CHECKING:
    import plotly.graph_objects as go

DEFAULT = 450  # plotly's own height of a figure that gives none
ROUNDS = 3


@dataclass
class Pair:
    """One pair of axes, where it lies within the plot (shares from the bottom left), and its traces."""

    x: Scale
    y: Scale
    domain: tuple[float, float, float, float]
    traces: list[dict[str, Any]]
    names: tuple[str, str]
    brush: Brush | None = None


def height(fig: "go.Figure") -> float:
    """The height that a figure asks for, in plotly's pixels."""
    return float(fig.layout.height or DEFAULT)


def least(fig: "go.Figure") -> float:
    """The height, in plotly's pixels, that a figure must have: rows need theirs, bars over time can be lower."""
    layout = fig.layout.to_plotly_json()
    rows = layout.get("yaxis2") or (layout.get("yaxis") or {}).get("tickvals") is not None or layout.get("showlegend")
    return height(fig) * (1.0 if rows else 0.8)


def draw(sheet: Sheet, fig: "go.Figure", box: Box, size: float) -> None:
    """Draw a figure into a box.

    size : how many pixels of the sheet one of plotly's takes: letters, strokes and gaps grow alike.
    Raises PictureError for what is not known here.
    """
    layout = fig.layout.to_plotly_json()
    dark = str((layout.get("font") or {}).get("color", "")).upper() == DARK.text
    traces = [t.to_plotly_json() for t in fig.data]
    kinds = [marks.checked(t) for t in traces]
    box = _with_legend(sheet, traces, layout, box, size, dark)
    inner = Box(box.left + 8 * size, box.top + 8 * size, box.width - 16 * size, box.height - 16 * size)
    pairs = _pairs(traces, layout)
    layout = _widened(pairs, layout)
    paper = sheet.axes(inner)
    paper.set_zorder(5)  # labels lie over the bars of every pair
    paper.patch.set_visible(False)
    gap = float(layout.get("bargap", 0.2))
    for pair in pairs:
        _fill(sheet, pair, kinds, traces, _within(inner, pair.domain), size, dark, gap)
    _shapes(pairs, layout)
    font = {"size": 15, **(layout.get("font") or {})}
    labels = [
        notes.annotation(_brush(_pair_of(pairs, a)), paper, a, font, _room(pairs, a, inner))
        for a in layout.get("annotations") or ()
    ]
    _fit(sheet, pairs, paper, labels, box, size)


def _pairs(traces: list[dict[str, Any]], layout: dict[str, Any]) -> list[Pair]:
    """The pairs of axes in the order in which traces use them; the first one also where there is no trace."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for trace in traces:
        found.setdefault((trace.get("xaxis") or "x", trace.get("yaxis") or "y"), []).append(trace)
    if not found:
        found[("x", "y")] = []
    pairs = []
    for (x, y), own in found.items():
        sx, sy = (layout.get(f"{name[0]}axis{name[1:]}") or {} for name in (x, y))
        across = _scaled(sx, own, "x")
        along = _scaled(sy, own, "y")
        left, right = sx.get("domain") or (0.0, 1.0)
        low, high = sy.get("domain") or (0.0, 1.0)
        pairs.append(Pair(across, along, (left, low, right - left, high - low), own, (x, y)))
    return pairs


def _widened(pairs: list[Pair], layout: dict[str, Any]) -> dict[str, Any]:
    """Two small charts where three have room take the whole width, and their names go with them."""
    right = max(p.domain[0] + p.domain[2] for p in pairs)
    if len(pairs) < 2 or right > 0.99:
        return layout
    for pair in pairs:
        left, low, wide, high = pair.domain
        pair.domain = (left / right, low, wide / right, high)
    moved = [{**a, "x": a["x"] / right} if a.get("xref") == "paper" else a for a in layout.get("annotations") or ()]
    return {**layout, "annotations": moved}


def _scaled(settings: dict[str, Any], traces: list[dict[str, Any]], name: str) -> Scale:
    """The scale of an axis, with ends that hold everything."""
    flat = "h" if name == "x" else "v"
    values: list[Any] = []
    for t in traces:
        own = t.get("base") if t.get("base") is not None and t.get("orientation", "v") == flat else t.get(name)
        values += list(own) if isinstance(own, (list, tuple, np.ndarray)) else []
    found = scale(settings, values)
    spans, bars, padded = [], False, False
    for t in traces:
        at = found.at(list(t.get(name, ()))) if t.get("base") is None else np.array([])
        at = at[np.isfinite(at)]
        if len(at):
            spans.append((float(at.min()), float(at.max())))
        bar = t.get("type") == "bar"
        bars |= bar and t.get("orientation", "v") == ("v" if name == "y" else "h")
        if bar and len(at) and t.get("orientation", "v") != ("v" if name == "y" else "h"):
            half = 0.5 if t.get("width") is None else 0.0
            spans.append((float(at.min()) - half, float(at.max()) + half))
        padded |= "markers" in str(t.get("mode", "")) or (name == "y" and t.get("type") == "scatter")
    bound(found, bars, spans, padded)
    return found


def _fill(
    sheet: Sheet, pair: Pair, kinds: list[str], traces: list[dict[str, Any]], box: Box, size: float, dark: bool,
    gap: float,
) -> None:  # fmt: skip
    axes = sheet.axes(box)
    axes.patch.set_visible(False)
    axes.set_xlim(pair.x.low, pair.x.high)
    axes.set_ylim(pair.y.low, pair.y.high)
    axes.set_autoscale_on(False)
    pair.brush = Brush(sheet, axes, pair.x, pair.y, size, dark)
    for kind, trace in zip(kinds, traces, strict=True):
        if not any(trace is own for own in pair.traces):
            continue
        if kind == "bar":
            marks.draw_bars(pair.brush, trace, gap)
        elif kind == "scatter":
            marks.draw_scatter(pair.brush, trace)
        else:
            marks.draw_heat(pair.brush, trace)


def _shapes(pairs: list[Pair], layout: dict[str, Any]) -> None:
    for given in layout.get("shapes") or ():
        notes.shape(_brush(_pair_of(pairs, given)), given)


def _pair_of(pairs: list[Pair], given: dict[str, Any]) -> Pair:
    """The pair of axes on which a shape or a label stands; the first for what stands on the whole plot."""
    names = (str(given.get("xref", "x")).split(" ")[0], str(given.get("yref", "y")).split(" ")[0])
    return next((p for p in pairs if p.names[0] == names[0] or p.names[1] == names[1]), pairs[0])


def _room(pairs: list[Pair], given: dict[str, Any], box: Box) -> float:
    """The width of the small chart above which a name stands; 0 for any other label."""
    if given.get("xref") != "paper" or given.get("yref") != "paper" or len(pairs) < 2:
        return 0.0
    return min(p.domain[2] for p in pairs) * box.width * 0.92


def _fit(sheet: Sheet, pairs: list[Pair], paper: Any, labels: list[Any], box: Box, size: float) -> None:
    """Ticks for the room that there is, then the plot shrunk until every word around it lies in the box."""
    edge = 2 * size
    inner = Box(box.left + edge, box.top + edge, box.width - 2 * edge, box.height - 2 * edge)
    guess = Box(inner.left + inner.width * 0.08, inner.top, inner.width * 0.92, inner.height * 0.9)
    for pair in pairs:
        _ticked(sheet, pair, _within(guess, pair.domain), size)
    guess = inner
    for attempt in range(ROUNDS):
        _move(sheet, pairs, paper, guess)
        if attempt:
            notes.part(sheet, labels, size)
        over = _outside(sheet, inner)
        guess = Box(
            guess.left + over[0], guess.top + over[1], max(guess.width - over[0] - over[2], 20.0),
            max(guess.height - over[1] - over[3], 20.0),
        )  # fmt: skip
    _move(sheet, pairs, paper, guess)


def _ticked(sheet: Sheet, pair: Pair, box: Box, size: float) -> None:
    brush = _brush(pair)
    font, small = 15 * size, pair.domain[2] < 0.9
    across = ticks(pair.x, box.width, 0, lambda text: notes.widest(lines(text), font))
    along = ticks(pair.y, box.height, font, lambda text: font)
    notes.axis_lines(brush, across, along)
    for axis, found in ((pair.x, across), (pair.y, along)):
        labels = notes.tick_labels(brush, axis, found, box.width if axis is pair.x else box.height, small)
        notes.axis_title(brush, axis, labels)


def _outside(sheet: Sheet, box: Box) -> tuple[float, float, float, float]:
    """How far the words of the plot reach beyond a box at its left, top, right and bottom; negative: room to spare."""
    extents = [sheet.extent(t) for t in sheet.texts if t.axes is not None and t.get_text()]
    if not extents:
        return 0.0, 0.0, 0.0, 0.0
    return (
        max(box.left - min(e.left for e in extents), 0.0),
        max(box.top - min(e.top for e in extents), 0.0),
        max(max(e.right for e in extents) - box.right, 0.0),
        max(max(e.bottom for e in extents) - box.bottom, 0.0),
    )


def _move(sheet: Sheet, pairs: list[Pair], paper: Any, inner: Box) -> None:
    paper.set_position(sheet.place(inner))
    for pair in pairs:
        _brush(pair).axes.set_position(sheet.place(_within(inner, pair.domain)))


def _within(box: Box, domain: tuple[float, float, float, float]) -> Box:
    left, low, wide, high = domain
    top = box.top + box.height * (1 - low - high)
    return Box(box.left + box.width * left, top, box.width * wide, box.height * high)


def _brush(pair: Pair) -> Brush:
    if pair.brush is None:
        raise RuntimeError("The axes are made before anything is put on them.")
    return pair.brush


def _with_legend(
    sheet: Sheet, traces: list[dict[str, Any]], layout: dict[str, Any], box: Box, size: float, dark: bool
) -> Box:
    """The legend above the plot, where the figure has one; what is left of the box."""
    if not layout.get("showlegend"):
        return box
    blank = Brush(sheet, None, Scale({}), Scale({}), size, dark)
    named = [t for t in traces if t.get("name") and t.get("showlegend") is not False and t.get("type") == "bar"]
    items = [legend.Item(lines(t["name"]), marks.look(blank, t.get("marker") or {})) for t in named]
    used = legend.row(sheet, items, Box(box.left, box.top, box.width, 0), 15 * size)
    return Box(box.left, box.top + used, box.width, box.height - used)
