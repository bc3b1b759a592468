"""“How sure are we?” in words first, and near repeats as a table. Worked out only when somebody opens them."""

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import words
from dashboard.analysis.backtest import Backtest
from dashboard.charts import style
from dashboard.charts.curve import concentration_curve
from dashboard.components import figure, gate
from dashboard.escape import markdown_text
from dashboard.measures.hotspots import located_days
from dashboard.palette import Palette
from dashboard.questions.study import Study
from dashboard.questions.trust import trust
from dashboard.view_context import Context

MOST_POINTS = 20_000


@gate.fragment
def sure(ctx: Context, found: Study, hot: np.ndarray, noun: tuple[str, str], p: Palette) -> None:
    """Whether hotspots survive other choices, what they said of the next period, how concentrated reports are."""
    panel = st.popover("How sure are we?", type="tertiary", icon=":material/help:", on_change="rerun", key="map_sure")
    with panel:
        if not panel.open:
            return
        made = ctx.warehouse.remember(("trust", *found.key(), hot.tobytes()), lambda: trust(found, hot, noun))
        for sentence in made.sentences:
            st.markdown(markdown_text(sentence))
        if len(made.runs):
            figure.show_table(made.runs, wide=False)
        if made.test is not None and np.isfinite(made.test.hit_rate):
            figure.show_table(_ahead(made.test), wide=False)
        st.plotly_chart(
            concentration_curve(made.curve.places, made.curve.records, p), key="map_curve", config=style.CONFIG
        )
        st.caption("What share of the places holds what share of the reports. The diagonal would be all places alike.")


def _ahead(test: Backtest) -> pd.DataFrame:
    """The back-test in numbers: what hotspots caught, beside chance and beside simply the busiest places."""
    interval = f"{test.low:.0%} to {test.high:.0%}"
    chance = f"{test.random_low:.0%} to {test.random_high:.0%}"
    rows = [
        ("Hotspots", f"{test.hit_rate:.0%} ({interval})", f"{test.pai:.1f}", f"{test.pei_star:.2f}"),
        ("As much area at random", f"{test.area_share:.1%} ({chance})", "1.0", "–"),
        ("The busiest places, as much area", f"{test.naive_hit_rate:.0%}", f"{test.naive_pai:.1f}", "–"),
    ]
    names = ["Of the next period", "Hit rate (95% interval)", "PAI", "PEI*"]
    return pd.DataFrame(rows, columns=names)


@gate.fragment
def near_repeats(ctx: Context, found: Study, noun: tuple[str, str]) -> None:
    """The Knox table: are reports followed by others soon and nearby, more often than chance has it?"""
    panel = st.popover("Near repeats", type="tertiary", icon=":material/repeat:", on_change="rerun", key="map_knox")
    with panel:
        if not panel.open:
            return
        table, sentence = ctx.warehouse.remember(("knox", *found.key()), lambda: _knox(found, noun))
        st.markdown(markdown_text(sentence))
        if table is not None:
            figure.show_table(table, wide=False)
            st.caption(
                "Pairs of reports by the distance and the days between them: how many there are, and in brackets how "
                "many times what shuffled dates give (Knox test, 999 shuffles; * p below 0.05, not corrected for the "
                "number of bands). The first row is one and the same address, often that of a whole block."
            )


def _knox(found: Study, noun: tuple[str, str]) -> tuple[pd.DataFrame | None, str]:
    from dashboard.analysis.knox import knox
    from dashboard.analysis.projection import projected_crs, to_metres

    lon, lat, day = located_days(found.warehouse, found.filters)
    n = len(lon)
    if n < 30:
        return None, f"Too few to tell: {words.count(n, *noun)} with a point and a day; near repeats need at least 30."
    if n > MOST_POINTS:
        return None, f"{n:,} {noun[1]} are too many for this table (at most {MOST_POINTS:,}). Choose a shorter period."
    points = np.column_stack(to_metres(lon, lat, projected_crs(lon, lat)))
    try:
        made = knox(points, day)
    except ValueError as error:
        return None, str(error)
    bands = _bands(made.times, "days")
    rows = {}
    for i, label in enumerate(_bands(made.distances, "m")):
        rows[label] = [_cell(made.observed[i, j], made.ratio[i, j], made.p[i, j]) for j in range(len(bands))]
    table = pd.DataFrame(rows, index=bands).T.reset_index(names="Apart")
    sure = np.argwhere((made.p < 0.05) & (made.ratio > 1))
    if not len(sure):
        return table, f"The {words.number(n)} {noun[1]} are not followed by others nearby more often than by chance."
    i, j = sure[np.argmax(made.ratio[tuple(sure.T)])]
    apart = _bands(made.distances, "m")[i]
    where = "at the same place" if apart == "same place" else f"{apart} apart"
    return table, f"Pairs {where} and {bands[j]} apart are {made.ratio[i, j]:.1f} times as many as chance gives."


def _bands(limits: np.ndarray, unit: str) -> list[str]:
    out, low = [], None
    for limit in limits.tolist():
        if limit == 0:
            out.append("same place")
        elif low is None:
            out.append(f"up to {limit:g} {unit}")
        else:
            out.append(f"{low:g} to {limit:g} {unit}" if low else f"up to {limit:g} {unit}")
        low = limit
    return out


def _cell(observed: float, ratio: float, p: float) -> str:
    if not np.isfinite(ratio):
        return f"{observed:,.0f}"
    return f"{observed:,.0f} ({ratio:.2f}×{'*' if p < 0.05 else ''})"
