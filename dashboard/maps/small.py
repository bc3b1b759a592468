"""A small map as an SVG: no frame, no script, no Leaflet; it prints, and costs a few kilobytes."""

import math
from typing import Any

import pandas as pd
import shapely

from dashboard.escape import html_text
from dashboard.maps import classes, shapes
from dashboard.palette import Palette

WIDTH, HEIGHT = 480, 340
_POINTS = 3_000


class _Screen:
    """Degrees -> pixels of a picture that holds the bounds, wider than it must be and never stretched."""

    def __init__(self, bounds: tuple[float, float, float, float], width: int, height: int) -> None:
        west, south, east, north = bounds
        self.squeeze = math.cos(math.radians((south + north) / 2))
        span = max((east - west) * self.squeeze / width, (north - south) / height, 0.01 / height)
        self.scale = 1 / (span * 1.08)
        self.west = (west + east) / 2 - width / 2 / self.scale / self.squeeze
        self.north = (south + north) / 2 + height / 2 / self.scale
        self.frame = (
            self.west,
            self.north - height / self.scale,
            self.west + width / self.scale / self.squeeze,
            self.north,
        )

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        return round((lon - self.west) * self.squeeze * self.scale, 1), round((self.north - lat) * self.scale, 1)

    def path(self, shape: Any) -> str:
        """The d of an SVG path; rings and lines of any geometry."""
        parts = []
        for part in shapely.get_parts(shape):
            rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
            for ring in rings:
                points = " ".join(f"{x} {y}" for x, y in (self.point(*xy[:2]) for xy in ring.coords))
                parts.append(f"M{points}{'Z' if part.geom_type == 'Polygon' else ''}")
        return "".join(parts)


def small_map(
    places: pd.DataFrame,
    outlines: pd.DataFrame,
    labels: pd.DataFrame,
    p: Palette,
    alternative: str,
    width: int = WIDTH,
    height: int = HEIGHT,
) -> str:
    """An SVG element, as text, of places shaded by their count.

    places : as in the package's docstring. outlines : column shape. labels : lat, lon, name.
    alternative : what the picture shows, for a reader who cannot see it.
    Returns "" when no place has both a count and a shape.
    """
    drawn = places[(places["n"] > 0) & places["shape"].notna()]
    bounds = shapes.main_bounds(drawn)
    if bounds is None:
        return ""
    screen = _Screen(bounds, width, height)
    found = classes.classes(drawn["n"].to_numpy())
    ramp = classes.colours(len(found.lower), p.sequential[1:])
    body = [
        *_lines(outlines, screen, p),
        *(
            f'<path d="{screen.path(shape)}" fill="{ramp[c]}" stroke="{p.quiet}" stroke-width=".5"/>'
            for shape, c in zip(drawn["shape"], found.of(drawn["n"].to_numpy()), strict=True)
        ),
        *_names(labels, screen, p, width, height),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{html_text(alternative)}" style="width:100%;height:auto;display:block;'
        f'background:{p.band};border-radius:6px">{"".join(body)}</svg>'
    )


def _lines(outlines: pd.DataFrame, screen: _Screen, p: Palette) -> list[str]:
    if outlines.empty:
        return []
    clipped = shapely.clip_by_rect(shapes.thinned(outlines["shape"].to_numpy(), _POINTS), *screen.frame)
    return [
        f'<path d="{screen.path(shape)}" fill="none" stroke="{p.quiet}" stroke-width=".8" opacity=".7"/>'
        for shape in clipped
        if shape is not None and not shape.is_empty
    ]


def _names(labels: pd.DataFrame, screen: _Screen, p: Palette, width: int, height: int) -> list[str]:
    """Names that have room; the earlier one wins."""
    out: list[str] = []
    taken: list[tuple[float, float, float]] = []
    for lat, lon, name in labels[["lat", "lon", "name"]].dropna().itertuples(index=False):
        x, y = screen.point(lon, lat)
        half = 3.6 * len(str(name))
        inside = half < x < width - half and 12 < y < height - 6
        if not inside or any(abs(y - ty) < 15 and abs(x - tx) < half + th for tx, ty, th in taken):
            continue
        taken.append((x, y, half))
        out.append(
            f'<text x="{x}" y="{y}" text-anchor="middle" font-size="13" fill="{p.text}" stroke="{p.surface}" '
            f'stroke-width="3" paint-order="stroke" font-family="sans-serif">{html_text(name)}</text>'
        )
    return out
