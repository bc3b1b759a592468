"""“How sure are we?” in words first, and near repeats as a table. Worked out only when somebody opens them."""

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import words
from dashboard.analysis.backtest import Backtest
from dashboard.charts import style
from dashboard.charts.curve import concentration_curve
from dashboard.components import figure, gate
from dashboard.dates import decimal
from dashboard.escape import markdown_text
from dashboard.i18n import _
from dashboard.measures.hotspots import located_days
from dashboard.palette import Palette
from dashboard.questions.study import Study
from dashboard.questions.trust import trust
from dashboard.view_context import Context

MOST_POINTS = 20_000


@gate.fragment
def sure(ctx: Context, found: Study, hot: np.ndarray, noun: tuple[str, str], p: Palette) -> None:
    """Whether hotspots survive other choices, what they said of the next period, how concentrated reports are."""
    panel = st.popover(
        _("How sure are we?"), type="tertiary", icon=":material/help:", on_change="rerun", key="map_sure"
    )
    with panel:
        if not panel.open:
            return
        made = ctx.warehouse.remember(("trust", *found.key(), hot.tobytes()), lambda: trust(found, hot, noun))
        for sentence in made.sentences:
            st.markdown(markdown_text(sentence))
        if len(made.runs):
            figure.show_table(_said(made.runs), wide=False)
        if made.test is not None and np.isfinite(made.test.hit_rate):
            figure.show_table(_ahead(made.test), wide=False)
        st.plotly_chart(
            concentration_curve(made.curve.places, made.curve.records, p), key="map_curve", config=style.CONFIG
        )
        st.caption(
            _("What share of the places holds what share of the reports. The diagonal would be all places alike.")
        )


def _share(part: float) -> str:
    return words.rate(100 * part)


def _said(runs: pd.DataFrame) -> pd.DataFrame:
    """The table of choices in the reader's language."""
    what, *_rest = runs.columns
    several = _("{n} months left out")
    told = [_(w) if not w[0].isdigit() else several.format(n=w.split()[0]) for w in runs[what]]
    return runs.assign(**{what: told}).rename(columns=_)


def _ahead(test: Backtest) -> pd.DataFrame:
    """The back-test in numbers: what hotspots caught, beside chance and beside simply the busiest places."""
    interval = _("{low} to {high}").format(low=words.rate(100 * test.low, 0), high=words.rate(100 * test.high, 0))
    chance = _("{low} to {high}").format(
        low=words.rate(100 * test.random_low, 0), high=words.rate(100 * test.random_high, 0)
    )
    rows = [
        (_("Hotspots"), f"{_share(test.hit_rate)} ({interval})", decimal(test.pai, 1), decimal(test.pei_star, 2)),
        (_("As much area at random"), f"{words.rate(100 * test.area_share, 1)} ({chance})", decimal(1, 1), "–"),
        (_("The busiest places, as much area"), _share(test.naive_hit_rate), decimal(test.naive_pai, 1), "–"),
    ]
    names = [_("Of the next period"), _("Hit rate (95% interval)"), "PAI", "PEI*"]
    return pd.DataFrame(rows, columns=names)


@gate.fragment
def near_repeats(ctx: Context, found: Study, noun: tuple[str, str]) -> None:
    """The Knox table: are reports followed by others soon and nearby, more often than chance has it?"""
    panel = st.popover(_("Near repeats"), type="tertiary", icon=":material/repeat:", on_change="rerun", key="map_knox")
    with panel:
        if not panel.open:
            return
        table, sentence = ctx.warehouse.remember(("knox", *found.key()), lambda: _knox(found, noun))
        st.markdown(markdown_text(sentence))
        if table is not None:
            figure.show_table(table, wide=False)
            st.caption(
                _(
                    "Pairs of reports by the distance and the days between them: how many there are, and in "
                    "brackets how many times what shuffled dates give (Knox test, 999 shuffles; * p below 0.05, "
                    "not corrected for the number of bands). The first row is one and the same address, often "
                    "that of a whole block."
                )
            )


def _knox(found: Study, noun: tuple[str, str]) -> tuple[pd.DataFrame | None, str]:
    from dashboard.analysis.knox import knox
    from dashboard.analysis.projection import projected_crs, to_metres

    lon, lat, day = located_days(found.warehouse, found.filters)
    n = len(lon)
    if n < 30:
        return None, _("Too few to tell: {counted} with a point and a day; near repeats need at least 30.").format(
            counted=words.count(n, *noun)
        )
    if n > MOST_POINTS:
        return None, _(
            "{n} {many} are too many for this table (at most {most_points}). Choose a shorter period."
        ).format(n=words.exact(n), many=_(noun[1]), most_points=words.exact(MOST_POINTS))
    points = np.column_stack(to_metres(lon, lat, projected_crs(lon, lat)))
    try:
        made = knox(points, day)
    except ValueError as error:
        return None, _(str(error))
    bands = _bands(made.times, _("{low} to {high} days"), _("up to {high} days"))
    rows = {}
    for i, label in enumerate(_bands(made.distances, _("{low} to {high} m"), _("up to {high} m"))):
        rows[label] = [_cell(made.observed[i, j], made.ratio[i, j], made.p[i, j]) for j in range(len(bands))]
    table = pd.DataFrame(rows, index=bands).T.reset_index(names=_("Apart"))
    sure = np.argwhere((made.p < 0.05) & (made.ratio > 1))
    if not len(sure):
        return table, _("The {n} {many} are not followed by others nearby more often than by chance.").format(
            n=words.number(n), many=_(noun[1])
        )
    i, j = sure[np.argmax(made.ratio[tuple(sure.T)])]
    apart = _bands(made.distances, _("{low} to {high} m"), _("up to {high} m"))[i]
    said = (
        _("Pairs at the same place and {time} apart are {ratio} times as many as chance gives.")
        if made.distances[i] == 0
        else _("Pairs {apart} apart and {time} apart are {ratio} times as many as chance gives.")
    )
    return table, said.format(apart=apart, time=bands[j], ratio=decimal(made.ratio[i, j], 1))


def _bands(limits: np.ndarray, between: str, below: str) -> list[str]:
    out, low = [], None
    for limit in limits.tolist():
        if limit == 0:
            out.append(_("same place"))
        else:
            out.append((between if low else below).format(low=f"{low or 0:g}", high=f"{limit:g}"))
        low = limit
    return out


def _cell(observed: float, ratio: float, p: float) -> str:
    if not np.isfinite(ratio):
        return words.exact(observed)
    return f"{words.exact(observed)} ({decimal(ratio, 2)}×{'*' if p < 0.05 else ''})"
