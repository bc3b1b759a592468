"""Bands, dashed lines, labels and ticks around the marks."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from dashboard.pictures import PictureError
from dashboard.pictures.marks import Brush
from dashboard.pictures.paint import DASHES
from dashboard.pictures.scales import Scale, Tick, lines
from dashboard.pictures.sheet import LINE, Box, Sheet, shown, width, wrapped

GAP = 6  # plotly pixels between an axis and its labels


def shape(brush: Brush, given: Mapping[str, Any]) -> None:
    """A band or a line. Raises PictureError for any other shape."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    (x0, x1), across = _span(brush, given, "x")
    (y0, y1), down = _span(brush, given, "y")
    place = brush.axes.transData
    if across or down:
        from matplotlib.transforms import blended_transform_factory as blended

        place = blended(*(brush.axes.transAxes if fixed else brush.axes.transData for fixed in (across, down)))
    line = given.get("line") or {}
    thick = float(line.get("width", 2)) * brush.size
    edge = brush.colour(line.get("color")) if thick else "none"
    if given["type"] == "line":
        dash = DASHES[str(line.get("dash") or "solid")]
        made: Any = Line2D([x0, x1], [y0, y1], color=edge, linewidth=thick, linestyle=dash, gid="break", zorder=3.5)
    elif given["type"] == "rect":
        face = brush.colour(given.get("fillcolor"))
        under = 0.5 if given.get("layer") == "below" else 3.5
        made = Rectangle((x0, y0), x1 - x0, y1 - y0, facecolor=face, edgecolor=edge, linewidth=thick, gid="band",
                         zorder=under)  # fmt: skip
    else:
        raise PictureError(f"A shape of type “{given['type']}” cannot be drawn as a picture yet.")
    made.set_transform(place)
    brush.axes.add_artist(made)
    made.set_clip_on(given["type"] == "rect")


def _span(brush: Brush, given: Mapping[str, Any], name: str) -> tuple[tuple[float, float], bool]:
    """Both ends along x or y, and whether they are shares of the axes instead of values."""
    scale: Scale = brush.x if name == "x" else brush.y
    reference = str(given.get(f"{name}ref", name))
    ends = given[f"{name}0"], given[f"{name}1"]
    if reference == "paper" or reference.endswith("domain"):
        return (float(ends[0]), float(ends[1])), True
    return (scale.one(ends[0]), scale.one(ends[1])), False


def annotation(brush: Brush, paper: Any, given: Mapping[str, Any], font: Mapping[str, Any], room: float = 0.0) -> Any:
    """A label. paper : axes of the whole plot, for what stands at a share of it.

    room : pixels that a name above its own small chart may be wide; its lines were made for a phone.
    """
    if given.get("showarrow", True):
        raise PictureError("A label with an arrow cannot be drawn as a picture yet.")
    places, values = [], []
    for name, scale in (("x", brush.x), ("y", brush.y)):
        onto = str(given.get(f"{name}ref", name))
        places.append(paper.transAxes if onto == "paper" else brush.axes.transData)
        values.append(float(given[name]) if onto == "paper" else scale.one(given[name]))
    from matplotlib.transforms import ScaledTranslation
    from matplotlib.transforms import blended_transform_factory as blended

    # A point is a pixel here (sheet.DPI), and matplotlib's own unit of length is the inch of 72.
    right, up = (float(given.get(name) or 0) * brush.size / 72 for name in ("xshift", "yshift"))
    move = ScaledTranslation(right, up, brush.sheet.canvas.dpi_scale_trans)
    across = {"auto": "center"}.get(str(given.get("xanchor", "auto")), str(given.get("xanchor", "center")))
    down = {"auto": "center", "middle": "center"}.get(str(given.get("yanchor", "auto")), str(given.get("yanchor")))
    own = {**font, **(given.get("font") or {})}
    size, text = float(own.get("size") or 15) * brush.size, lines(given["text"])
    if room and "\n" in text:
        text = "\n".join(wrapped(text.replace("\n", " "), room, size))
    made = paper.text(
        *values, shown(text), transform=blended(*places) + move, ha=across, va=down,
        multialignment=given.get("align") or "center", zorder=5,
    )  # fmt: skip
    if given.get("yref") == "paper" and given.get("yanchor") == "bottom" and given.get("xref", "x") != "paper":
        _leader(brush, paper, made, values[0], float(given.get("yshift") or 0))
    return brush.sheet.put(made, size, brush.colour(own.get("color")))


def _leader(brush: Brush, paper: Any, label: Any, x: float, rise: float) -> None:
    """The dashed line of a dated note goes on up to its words, behind those of others."""
    from matplotlib.patheffects import withStroke
    from matplotlib.transforms import blended_transform_factory as blended

    line = {"arrowstyle": "-", "linestyle": DASHES["dash"], "linewidth": 1.2 * brush.size, "color": "#A3A6AA",
            "shrinkA": 0, "shrinkB": 0}  # fmt: skip
    paper.annotate(
        "", (x, 1), xycoords=blended(brush.axes.transData, paper.transAxes), xytext=(0, rise * brush.size),
        textcoords="offset points", arrowprops=line, annotation_clip=False, zorder=4,
    )  # fmt: skip
    label.set_path_effects([withStroke(linewidth=4 * brush.size, foreground="#FFFFFF")])


def axis_lines(brush: Brush, x_ticks: Sequence[Tick], y_ticks: Sequence[Tick]) -> None:
    """The quiet grid, and the line at zero."""
    for scale, ticks, line in ((brush.x, x_ticks, brush.axes.axvline), (brush.y, y_ticks, brush.axes.axhline)):
        if scale.grid:
            for tick in ticks:
                line(tick.at, color=brush.colour(scale.grid), linewidth=brush.size, zorder=1)
        zero = scale.settings.get("zeroline") and min(scale.low, scale.high) <= 0 <= max(scale.low, scale.high)
        if zero and scale.kind == "linear":
            paint = brush.colour(scale.settings.get("zerolinecolor"))
            line(0, color=paint, linewidth=brush.size * 1.2, zorder=2.5, clip_on=False)


def tick_labels(brush: Brush, scale: Scale, ticks: Sequence[Tick], room: float, small: bool = False) -> list[Any]:
    """The words along an axis, outside of it. room : pixels along it. small : the chart is one of several."""
    if scale.settings.get("showticklabels") is False or not ticks:
        return []
    font = scale.settings.get("tickfont") or {}
    size, paint = float(font.get("size") or 15) * brush.size, brush.colour(font.get("color") or "#5F646B")
    gap = GAP * brush.size
    made = []
    if scale is brush.y:
        place, look = brush.axes.get_yaxis_transform(), {"ha": "right", "va": "center_baseline"}
        for t, words in zip(ticks, _beside(ticks, abs(scale.high - scale.low), room, size, brush.sheet), strict=True):
            va = {"va": "center"} if "\n" in words else {}
            text = brush.axes.annotate(shown(words), (0, t.at), xycoords=place, textcoords="offset points",
                                       xytext=(-gap, 0), annotation_clip=False, **look | va)  # fmt: skip
            made.append(brush.sheet.put(text, size, paint))
        return made
    texts, turned, size = _under(ticks, abs(scale.high - scale.low), room, size)
    place = brush.axes.get_xaxis_transform()
    span = scale.high - scale.low
    for t, words in zip(ticks, texts, strict=True):
        # First lines stand on one line, whatever letters they have.
        down = gap * 2.2 if turned else gap * 2.2 + size * (0.8 + LINE * words.count("\n"))
        # In a small chart beside others, the label of an end stays within.
        half = widest(words, size) / 2 / room if small and not turned else 0.0
        share = (t.at - scale.low) / span
        across = "left" if share < half else "right" if 1 - share < half else "center"
        text = brush.axes.annotate(
            shown(words), (t.at, 0), xycoords=place, textcoords="offset points", xytext=(0, -down),
            va="top" if turned else "baseline", ha=across, rotation=90 if turned else 0, annotation_clip=False,
        )  # fmt: skip
        made.append(brush.sheet.put(text, size, paint))
    return made


def _beside(ticks: Sequence[Tick], span: float, room: float, size: float, sheet: Sheet) -> list[str]:
    """Labels beside an axis; where their lines are more than a row has room for, in fewer and longer lines."""
    texts = [t.text for t in ticks]
    if len(ticks) < 2 or not any("\n" in t for t in texts):
        return texts
    # A quarter of the height may go to what stands below the axis.
    each = 0.75 * room * min(abs(b.at - a.at) for a, b in pairwise(ticks)) / span
    for share in (0.0, 0.2, 0.28, 0.36):
        if share:
            texts = ["\n".join(wrapped(t.text.replace("\n", " "), sheet.width * share, size)) for t in ticks]
        if max(t.count("\n") + 1 for t in texts) * size * LINE <= each:
            break
    return texts


def _under(ticks: Sequence[Tick], span: float, room: float, size: float) -> tuple[list[str], bool, float]:
    """Labels below an axis so that none touches the next: in more lines, then smaller, then turned."""
    texts = [t.text for t in ticks]
    if len(ticks) < 2:
        return texts, False, size
    each = room * min(b.at - a.at for a, b in pairwise(ticks)) / span
    for smaller in (1.0, 0.9, 0.8):
        fits = [widest(t, size * smaller) < each * 0.94 for t in texts]
        if all(fits):
            return texts, False, size * smaller
        parted = ["\n".join(wrapped(t.replace("\n", " "), each * 0.92, size * smaller)) for t in texts]
        if all(max(len(w) for w in t.split()) == max(len(w) for w in p.split())
               for t, p in zip(texts, parted, strict=True) if t.split()):  # fmt: skip
            return parted, False, size * smaller
    return texts, True, size * 0.9


def widest(text: str, size: float) -> float:
    """The width of the longest of its lines, in pixels."""
    return max((width(line, size) for line in text.split("\n")), default=0.0)


def axis_title(brush: Brush, scale: Scale, labels: Sequence[Any]) -> Any:
    """What an axis measures, beyond its labels; None where it says nothing."""
    title = scale.settings.get("title") or {}
    if not (words := str(title.get("text") or "")):
        return None
    font = title.get("font") or {}
    size, paint = float(font.get("size") or 15) * brush.size, brush.colour(font.get("color") or "#5F646B")
    extents = [brush.sheet.extent(t) for t in labels]
    gap = (GAP + 13) * brush.size
    if scale is brush.x:
        off, at = (0.0, -gap - max((e.height for e in extents), default=0.0)), (0.5, 0.0)
        look: dict[str, Any] = {"ha": "center", "va": "top"}
    else:
        off, at = (-gap - max((e.width for e in extents), default=0.0), 0.0), (0.0, 0.5)
        look = {"ha": "right", "va": "center", "rotation": 90}
    text = brush.axes.annotate(shown(lines(words)), at, xycoords="axes fraction", textcoords="offset points",
                               xytext=off, annotation_clip=False, **look)  # fmt: skip
    return brush.sheet.put(text, size, paint)


def part(sheet: Sheet, labels: Sequence[Any], size: float) -> None:
    """Move labels up until none lies on an earlier one: names at the ends of lines that end close to each other."""
    placed: list[Box] = []
    for text in sorted(labels, key=lambda t: sheet.extent(t).bottom, reverse=True):
        own = sheet.extent(text)
        lift = 0.0
        while clash := next((b for b in placed if _cross(own, b)), None):
            step = own.bottom - clash.top + 1.5 * size
            lift += step
            own = Box(own.left, own.top - step, own.width, own.height)
        if lift:
            from matplotlib.transforms import ScaledTranslation

            text.set_transform(text.get_transform() + ScaledTranslation(0, lift / 72, sheet.canvas.dpi_scale_trans))
        placed.append(own)


def _cross(one: Box, other: Box) -> bool:
    beside = one.right <= other.left or other.right <= one.left
    return not (beside or one.bottom <= other.top or other.bottom <= one.top)
