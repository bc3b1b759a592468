"""One figure of every kind that dashboard.charts draws, for the tests of briefings; all counts are invented."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.analysis import timeline
from dashboard.charts import bars, coverage, curve, heat, multiples, protected, trend, years
from dashboard.figures import About, Figure, MapPicture
from dashboard.maps.styles import ClassStyle
from dashboard.palette import LIGHT

LABELS = {"a": "Sexual exploitation", "b": "Forced labour", "c": '=HYPERLINK("x")', "unknown": "Not recorded"}
HOSTILE = "#set page() $x$ *b* _i_ [c] \\ @ref // /* `raw` <b> & ${1} {{2}} =1+1"
ABOUT = About(
    unit="Incidents",
    filters="Incidents of human trafficking reported from January 2022 to December 2023",
    as_of=date(2025, 12, 31),
    sources=("Lampwick crime reports", "Sheriff, NIBRS"),
    caveat="These are reports: they show where people look and who is asked, not all that happens",
    release="2026-01-02-1",
    link="/trends?group=exploitation",
)
SECRET = About(unit="Incidents", filters="All areas", sources=("Sheriff, NIBRS",), restricted=True)
NOTES = [(date(2022, 6, 1), "The sheriff's station begins to report"), (date(2023, 3, 10), "A campaign")]


def months(groups: tuple[str, ...] = (), gaps: tuple[int, ...] = (), partial: tuple[int, ...] = ()) -> pd.DataFrame:
    """24 months from January 2022, 5 incidents in the first and one more in each; twice as many in each later group."""
    frames = []
    for times, group in enumerate(groups or ("",), 1):
        n = pd.array((np.arange(24) + 5) * times, dtype="Int64")
        n[list(gaps)] = pd.NA
        frame = pd.DataFrame({"period": pd.date_range("2022-01-01", periods=24, freq="MS"), "n": n})
        frame["partial"] = [i in partial for i in range(24)]
        frame["collected"] = ["no" if i in gaps else "yes" for i in range(24)]
        frames.append(frame.assign(code=group) if groups else frame)
    return timeline.prepare(pd.concat(frames, ignore_index=True), "month", pd.DatetimeIndex([]))


def published(counts: tuple[float, ...] = (22, 0, 31, np.nan, 44, 0, 90, 55)) -> pd.DataFrame:
    """Published years from 2018: a 0 is few or none, nan was not collected, the last but one in part only."""
    start = pd.date_range("2018-01-01", periods=len(counts), freq="YS")
    state = ["none" if np.isnan(n) else "few" if n == 0 else "count" for n in counts]
    return pd.DataFrame(
        {
            "start": start,
            "end": start + pd.DateOffset(years=1),
            "label": start.strftime("%Y"),
            "n": counts,
            "state": state,
            "some": [i == len(counts) - 2 for i in range(len(counts))],
        }
    )


def categories() -> pd.DataFrame:
    return pd.DataFrame({"code": ["a", "b", "c", "unknown"], "n": [130, 0, 55, 22]})


def plots() -> dict[str, go.Figure]:
    """A plotly figure of every kind, by name."""
    averaged = months(gaps=(2, 3, 4), partial=(23,))
    averaged = averaged.assign(average=averaged["n"].rolling(3).mean())
    year = timeline.by_year(months())
    pairs = pd.DataFrame({"row": ["a", "b", "a"], "column": ["a", "b", "unknown"], "n": [40, 7, 3]})
    week = pd.DataFrame({"weekday": [0, 6], "hour": [0, 23], "n": [3, 4]})
    share = pd.DataFrame({"source": ["a"] * 3, "age": [1, 2, 3], "share": [0.5, 0.8, 1.0]})
    cover = pd.DataFrame(
        {"row": ["a"], "month": pd.to_datetime(["2024-01-01"]), "days": [31.0], "state": ["records"], "n": [4.0]}
    )
    groups: Any = ("a", "b", "c")
    return {
        "bars": trend.bars(averaged, LIGHT, NOTES),
        "lines": trend.lines(months(groups, gaps=(4,), partial=(23,)), "premise", LABELS, LIGHT, NOTES),
        "multiples": multiples.multiples(months(tuple("abcdef"), gaps=(3,)), "premise", LABELS, LIGHT),
        "categories": bars.categories(categories(), LIGHT, LABELS, "exploitation"),
        "profile": bars.profile(timeline.season(year), LIGHT, timeline.whole_years(year)),
        "years": years.overlaid(year, LIGHT),
        "grid": heat.grid(pairs, LIGHT, LABELS, LABELS, ["a", "b"], ["a", "b", "unknown"]),
        "week": heat.week(week, LIGHT),
        "delay": coverage.delay_curve(share, LIGHT, LABELS),
        "concentration": curve.concentration_curve(np.array([0, 0.5, 1]), np.array([0, 0.9, 1]), LIGHT),
        "coverage": coverage.strip(cover, LIGHT, LABELS),
        "few_in_time": protected.bars(published(), LIGHT, NOTES),
        "few_by_category": protected.categories(categories(), LIGHT, LABELS),
        "few_in_several": protected.several(
            pd.concat([published().assign(group="a"), published((0,) * 8).assign(group="b")]), "premise", LABELS, LIGHT
        ),
    }


def table(rows: int = 3) -> pd.DataFrame:
    """A twin with text, years, counts beside words, and an empty cell."""
    return pd.DataFrame(
        {
            "Area": [f"District {i}" for i in range(rows)],
            "Year": [2024] * rows,
            "Incidents": [1284 if i else "few or none" for i in range(rows)],
            "Share": [0.5 if i else np.nan for i in range(rows)],
        }
    )


def a_map() -> MapPicture:
    """Two square districts."""
    from shapely import box

    places = pd.DataFrame(
        {
            "id": ["1", "2"],
            "name": ["Harbour", "Airport"],
            "label": ["Harbour", "Airport"],
            "n": [40, 12],
            "shape": [box(0, 0, 0.1, 0.1).wkb, box(0.1, 0, 0.2, 0.1).wkb],
            "cls": [1, 0],
        }
    )
    looks = (ClassStyle("11 to 20", "#9DB8CD"), ClassStyle("21 to 40", "#44688A"))
    return MapPicture(places, looks, (1, 1), "Incidents")


def figure(key: str, drawn: Any, about: About = ABOUT, rows: int = 3) -> Figure:
    """A figure with all its words."""
    title = f"{key}: 412 incidents, about the same as the year before (398)"
    return Figure(
        key, title, "Incidents, by month", drawn, table(rows), "What it rests on.", "How it is read.", about=about
    )


def figures(about: About = ABOUT) -> list[Figure]:
    """A figure of every kind, a map and a table too."""
    drawn: dict[str, Any] = {**plots(), "map": a_map(), "table": None}
    return [figure(key, one, about) for key, one in drawn.items()]
