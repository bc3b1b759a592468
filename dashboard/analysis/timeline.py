"""A series of counts made ready to draw and to compare. Pure numbers.

Throughout, n is nan where nothing was collected: it is not zero, and no mean is taken across it.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from dashboard.analysis.delay import Delay

# Lengths of the moving average, in periods, short and long.
WINDOWS = {"day": (7, 28), "week": (4, 13), "month": (3, 12), "quarter": (4, 8), "year": (3, 5)}
_STEP = {
    "day": pd.DateOffset(days=1),
    "week": pd.DateOffset(weeks=1),
    "month": pd.DateOffset(months=1),
    "quarter": pd.DateOffset(months=3),
    "year": pd.DateOffset(years=1),
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def prepare(table: pd.DataFrame, grain: str, unfinished: pd.DatetimeIndex) -> pd.DataFrame:
    """Periods as charts draw them.

    table : period (timestamp), n, partial (bool), collected ("yes", "partly", "no"), and optionally code.
    unfinished : first days of the months that are still filling up, from `filling_months`.
    Returns start, end (exclusive), label, n (float), state (complete, partial, filling or none), some (bool: only
    some of the sources were collected), and group where there was a code. Order and length stay.
    """
    start = pd.DatetimeIndex(table["period"])
    n = table["n"].to_numpy(dtype=float, na_value=np.nan)
    end = start + _STEP[grain] if len(start) else start
    out = pd.DataFrame({"start": start, "end": end, "label": names(start, grain), "n": n})
    partial = table["partial"].to_numpy(dtype=bool)
    out["state"] = np.select(
        [np.isnan(n), partial, _touches(start, pd.DatetimeIndex(end), unfinished)],
        ["none", "partial", "filling"],
        "complete",
    )
    out["some"] = (table["collected"] == "partly").to_numpy(dtype=bool)
    if "code" in table:
        out["group"] = table["code"].astype(str).to_numpy()
    return out


def _touches(start: pd.DatetimeIndex, end: pd.DatetimeIndex, months: pd.DatetimeIndex) -> np.ndarray:
    """Whether any part of each period lies in one of the months."""
    if not len(months):
        return np.zeros(len(start), dtype=bool)
    firsts = months.sort_values()
    after = firsts + pd.DateOffset(months=1)
    at = np.searchsorted(after, start, side="right")
    inside = at < len(firsts)
    return inside & (firsts[np.minimum(at, len(firsts) - 1)] < end)


def names(start: pd.DatetimeIndex, grain: str) -> np.ndarray:
    """Periods in words, (n,): `3 March 2024`, `week of 4 March 2024`, `March 2024`, `2024, quarter 1`, `2024`."""
    if grain in ("day", "week"):
        day = start.day.astype(str) + start.strftime(" %B %Y")
        return np.asarray(day if grain == "day" else "week of " + day)
    if grain == "quarter":
        return np.asarray(start.year.astype(str) + ", quarter " + start.quarter.astype(str))
    return np.asarray(start.strftime("%B %Y" if grain == "month" else "%Y"))


def filling_months(delays: Iterable[Delay]) -> pd.DatetimeIndex:
    """First days of the months in which at least one of the sources is partial or still filling up."""
    found: list[pd.Timestamp] = []
    for delay in delays:
        last = delay.as_of.to_period("M").to_timestamp()
        months = pd.date_range(end=last, periods=delay.settled_age + 1, freq="MS")
        found += list(months[np.isin(delay.status(months), ("partial", "filling"))])
    return pd.DatetimeIndex(sorted(set(found)))


def moving_average(series: pd.DataFrame, window: int) -> np.ndarray:
    """Mean of each period and the `window` - 1 before it, (n,); nan where one of them is missing or unfinished."""
    solid = series["n"].where(series["state"] == "complete")
    return solid.rolling(window, min_periods=window).mean().to_numpy()


def by_year(months: pd.DataFrame) -> pd.DataFrame:
    """Months laid over each other: year, month (1-12), label, n, state, some; from a monthly series of `prepare`."""
    start = pd.DatetimeIndex(months["start"])
    return pd.DataFrame(
        {
            "year": start.year,
            "month": start.month,
            "label": np.asarray(MONTHS)[start.month - 1],
            "n": months["n"].to_numpy(),
            "state": months["state"].to_numpy(),
            "some": months["some"].to_numpy(),
        }
    )


def mostly_some(series: pd.DataFrame) -> bool:
    """Whether most of the collected periods of a series from `prepare` were collected by some sources only."""
    known = series[series["n"].notna()]
    return bool(len(known)) and bool(known["some"].mean() > 0.5)


def comparable(years: pd.DataFrame) -> pd.DataFrame:
    """The months that can be compared: complete, and collected by every source of the view."""
    return years[(years["state"] == "complete") & years["n"].notna() & ~years["some"]]


def whole_years(years: pd.DataFrame) -> pd.DataFrame:
    """The rows of the years in which all twelve months are complete and were collected by every source."""
    good = comparable(years)
    size = good.groupby("year")["month"].transform("size")
    return good[size == 12]


def season(years: pd.DataFrame) -> pd.DataFrame:
    """Mean of each month of the year over whole years: month, label, n (mean), total, days (at risk)."""
    whole = whole_years(years)
    days = pd.to_datetime({"year": whole["year"], "month": whole["month"], "day": 1}).dt.days_in_month
    table = whole.assign(days=days).groupby("month", as_index=False)
    out = table.agg(label=("label", "first"), n=("n", "mean"), total=("n", "sum"), days=("days", "sum"))
    return out.sort_values("month").reset_index(drop=True)
