"""Figures of every kind that the project draws, as values, for what draws them elsewhere."""

from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import shapely

from dashboard.charts import bars, curve, multiples, protected, trend
from dashboard.figures import About, Figure, MapPicture
from dashboard.maps import styles
from dashboard.palette import LIGHT, Palette
from etl import codes
from tests import test_charts

ABOUT = About(
    unit="Incidents of human trafficking",
    filters="Incidents of human trafficking reported from January 2022 to December 2023.",
    as_of=date(2023, 12, 31),
    sources=("Wick police", "Harbour sheriff"),
    caveat="These are reports, not all that happens.",
    release="2024-01-15-1",
    link="/trends?from=2022-01",
)
LONG = "A very long name of something that goes on and on, Incomprehensibilityisnotaword, " * 6


def figure(drawn: go.Figure | MapPicture | None, restricted: bool = False, **changes: object) -> Figure:
    """A figure with all its words."""
    about = ABOUT if not restricted else About(**{**vars(ABOUT), "restricted": True, "release": ""})
    table = pd.DataFrame({"Month": ["January", "February"], "Incidents": [1284, 3]})
    words = {
        "title": "Reports rose by 40% (50 to 70)",
        "subtitle": "Incidents of human trafficking reported from January 2022 to December 2023. By month.",
        "caption": "Hatched: still filling up.",
        "reading": "Each bar is one month.",
    }
    return Figure(**{"key": "trend", "drawn": drawn, "table": table, "about": about, **words, **changes})


def charts(p: Palette = LIGHT) -> dict[str, go.Figure]:
    """One or more figures of each function of dashboard/charts, by "module.function", in a palette."""
    cube = pd.concat([_cube("sex"), _cube("unknown"), _cube("forced_labour")], ignore_index=True)
    one = cube[cube["group"] == "sex"].reset_index(drop=True)
    counted = pd.DataFrame({"code": ["sex", "forced_labour", "unknown"], "n": [1516, 0, 22]})
    series, notes = test_charts.series, [(date(2022, 6, 1), "A unit begins"), (date(2023, 5, 1), "New form")]
    grouped = series(groups=("sex", "forced_labour", "unknown"), partial=(22, 23), gaps=(4, 5))
    grouped.loc[grouped["group"] == "sex", "n"] *= 3
    average = series(gaps=(2,), filling=(21, 22)).assign(average=lambda t: t["n"].rolling(3).mean())
    share = np.linspace(0, 1, 12)
    with_palette = _of_test_charts(p)
    return with_palette | {
        "trend.bars with an average": trend.bars(average, p, notes),
        "trend.bars of days": trend.bars(series(500, "day"), p),
        "trend.bars of years": trend.bars(series(6, "year"), p),
        "trend.lines of exploitation": trend.lines(grouped, "exploitation", codes.EXPLOITATION, p, notes),
        "trend.lines of many months": trend.lines(series(120, groups=("sex", "other")), "exploitation", {}, p),
        "multiples.multiples of days": multiples.multiples(series(200, "day", groups=("sex", "other")), "exploitation",
                                                           codes.EXPLOITATION, p),
        "bars.categories of exploitation": bars.categories(counted, p, codes.EXPLOITATION, "exploitation"),
        "protected.bars": protected.bars(one, p, notes),
        "protected.several": protected.several(cube, "exploitation", codes.EXPLOITATION, p),
        "protected.categories": protected.categories(counted, p, codes.EXPLOITATION, "exploitation"),
        "curve.concentration_curve": curve.concentration_curve(share, np.sqrt(share), p),
    }  # fmt: skip


def _of_test_charts(p: Palette) -> dict[str, go.Figure]:
    module = {"categories": "bars", "profile": "bars", "grid": "heat", "week": "heat", "coverage": "coverage.strip",
              "delay": "coverage.delay_curve", "years": "years.overlaid", "multiples": "multiples", "bars": "trend",
              "lines": "trend"}  # fmt: skip
    before, test_charts.P = test_charts.P, p
    try:
        made = test_charts.every_figure()
    finally:
        test_charts.P = before
    return {(m if "." in (m := module[name]) else f"{m}.{name}"): fig for name, fig in made.items()}


def _cube(code: str) -> pd.DataFrame:
    starts = pd.date_range("2021-01-01", periods=6, freq="2QS")
    return pd.DataFrame(
        {
            "group": code,
            "start": starts,
            "end": [*starts[1:], pd.Timestamp("2024-01-01")],
            "label": [f"{s.year} H{1 + s.month // 7}" for s in starts],
            "n": pd.array([120, 0, 88, None, 15, 64], dtype="Float64").to_numpy(float, na_value=np.nan),
            "state": ["count", "few", "count", "none", "count", "count"],
            "some": [False, False, True, False, False, False],
        }
    )


def square(lon: float, lat: float, across: float = 0.1) -> shapely.Polygon:
    """A square in degrees, its lower left corner at a place."""
    return shapely.box(lon, lat, lon + across, lat + across)


def city(lat: float = 41.8, lon: float = -87.7, cells: bool = False) -> MapPicture:
    """Nine areas (or as many cells) with every pattern there is, a county behind them."""
    shades = ("#EAF0F5", "#9DB8CD", "#7096B4", "#44688A", "#B8792B", "#CC79A7", "#E9E9E4")
    looks = tuple(
        styles.ClassStyle(f"Class {name}", shade, name) for name, shade in zip(styles.PATTERNS, shades, strict=True)
    )
    shapes = [square(lon + 0.1 * (i % 3), lat + 0.1 * (i // 3)) for i in range(9)]
    if cells:
        import h3

        middle = h3.latlng_to_cell(lat, lon, 7)
        names = list(h3.grid_disk(middle, 1))[:7] + list(h3.grid_ring(middle, 2))[:2]
    else:
        names = [f"A{i}" for i in range(9)]
    places = pd.DataFrame(
        {
            "id": names,
            "name": [f"Area {i}" for i in range(9)],
            "label": [f"Area {i}" for i in range(9)],
            "n": range(20, 29),
            "shape": [None] * 9 if cells else [shapely.to_wkb(s) for s in shapes],
            "cls": [0, 1, 2, 3, 4, 5, 6, -1, -1],
        }
    )
    county = shapely.union_all(shapes).buffer(0.05)
    outlines = pd.DataFrame({"name": ["Lantern County"], "shape": [shapely.to_wkb(county)]})
    return MapPicture(places, looks, (1,) * 7, "Incidents per area", outlines, "No incident")
