"""The time axis of a figure as categories: every period from its first day to its last, also those without a bar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from dashboard import words
from dashboard.i18n import _

_FILLED = 0.88  # of a period is covered by its bar: dashboard.charts draws them so
_DAYS = {1: "day", 7: "week"}
_MONTHS = {1: "month", 3: "quarter", 6: "half-year", 12: "year"}


@dataclass(frozen=True)
class Periods:
    """starts, ends : (n,) timestamps, end exclusive. labels : as the figure names them. step : day, week, month ..."""

    starts: pd.DatetimeIndex
    ends: pd.DatetimeIndex
    labels: tuple[str, ...]
    step: str

    @staticmethod
    def of(traces: Sequence[Any], span: Sequence[Any] | None) -> "Periods":
        """The periods of some traces on one dated axis; span : first and last day of the axis, the last exclusive."""
        ends: dict[pd.Timestamp, pd.Timestamp | None] = {}
        said: dict[pd.Timestamp, str] = {}
        bars = [t for t in traces if t.type == "bar"]
        for trace in bars or traces:
            starts = pd.DatetimeIndex(np.asarray(trace.x, dtype="datetime64[ns]"))
            lengths = trace.width if trace.type == "bar" else [None] * len(starts)
            for i, start in enumerate(starts):
                length = None if lengths is None else lengths[i]
                whole = None if length is None else pd.Timedelta(round(float(length) / _FILLED), unit="ms")
                ends[start] = None if whole is None else start + whole
                if trace.customdata is not None:
                    said[start] = str(trace.customdata[i][0])
        known = sorted(ends)
        last = pd.Timestamp(span[1]) if span else known[-1] + pd.Timedelta(days=1)
        pairs = [(s, ends[s] or n) for s, n in zip(known, [*known[1:], last], strict=True)]
        step = min(pairs, key=lambda pair: pair[1] - pair[0])
        first = pd.Timestamp(span[0]) if span else known[0]
        filled = list(_filled(pairs, first, last, _offset(*step)))
        labels = tuple(said.get(s) or named(s, e) for s, e in filled)
        index = pd.DatetimeIndex
        return Periods(index([s for s, _e in filled]), index([e for _s, e in filled]), labels, _kind(*step))

    def places(self, when: Iterable[Any]) -> np.ndarray:
        """The number of the period in which each moment lies."""
        moments = np.asarray(list(when) if not isinstance(when, np.ndarray) else when, dtype="datetime64[ns]")
        return np.searchsorted(self.starts.values.astype("datetime64[ns]"), moments, side="right") - 1

    def position(self, when: pd.Timestamp) -> float:
        """Where a moment lies, in periods: 1.5 is the middle of the second."""
        i = int(np.clip(self.places([when])[0], 0, len(self.starts) - 1))
        return i + float(np.clip((when - self.starts[i]) / (self.ends[i] - self.starts[i]), 0, 1))

    def gaps(self, series: Iterable[Any], few: set[int]) -> tuple[tuple[int, int], ...]:
        """Runs of periods without any value, first and last."""
        empty = np.ones(len(self.starts), dtype=bool)
        for one in series:
            if one.name != _("moving average"):
                empty &= np.array([v is None for v in one.values])
        empty[list(few)] = False
        edges = np.diff(np.concatenate([[False], empty, [False]]).astype(int))
        firsts, lasts = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
        return tuple((int(a), int(b)) for a, b in zip(firsts, lasts, strict=True))


Pair = tuple[pd.Timestamp, pd.Timestamp]


def _months(start: pd.Timestamp, end: pd.Timestamp) -> int:
    """Whole months between two first days of months; 0 where they are not that."""
    if start.day != 1 or end.day != 1:
        return 0
    return int((end.year - start.year) * 12 + end.month - start.month)


def _offset(start: pd.Timestamp, end: pd.Timestamp) -> pd.DateOffset:
    months = _months(start, end)
    return pd.DateOffset(months=months) if months else pd.DateOffset(days=max((end - start).days, 1))


def _kind(start: pd.Timestamp, end: pd.Timestamp) -> str:
    return _MONTHS.get(_months(start, end), "years") if _months(start, end) else _DAYS.get((end - start).days, "days")


def _filled(pairs: list[Pair], first: pd.Timestamp, last: pd.Timestamp, step: pd.DateOffset) -> Iterable[Pair]:
    """The known periods, and between them as many as fit where nothing was drawn."""
    at = first
    for start, end in [*pairs, (last, last)]:
        while at + step <= start:
            yield at, at + step
            at += step
        if end > start:
            yield start, end
        at = max(at, end)


def named(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """A period in words: `3 March 2024`, `March 2024`, `2024, quarter 1`, `2024`, `2020 to 2022`."""
    first, kind = date(start.year, start.month, start.day), _kind(start, end)
    if kind == "week":
        return _("week of {day}").format(day=words.day(first))
    if kind in ("day", "days"):
        return words.day(first)
    if kind == "month":
        return words.month(first)
    if kind == "quarter":
        return _("{year}, quarter {number}").format(year=start.year, number=start.quarter)
    if kind == "half-year":
        return _("{year}, half {number}").format(year=start.year, number=1 if start.month <= 6 else 2)
    last = (end - pd.Timedelta(days=1)).year
    return str(start.year) if last == start.year else _("{first} to {last}").format(first=start.year, last=last)
