"""An axis of a plotly figure as numbers: the position of a value, where the axis begins and ends, and its ticks."""

import html
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from dashboard.dates import day, local, month_short

Floats = np.ndarray[Any, np.dtype[np.float64]]
DAY = 86_400_000.0  # milliseconds, in which plotly gives the width of a bar on an axis of days
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TAG = re.compile(r"</?(b|i|br)\s*/?>")
_STEPS = ("D1", "D2", "D7", "D14", "M1", "M2", "M3", "M6", "M12", "M24", "M60", "M120", "M240")


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass
class Scale:
    """One axis. kind : "linear", "date" (days since 1970) or "category" (0, 1, 2 ...). low, high : its ends."""

    settings: dict[str, Any]
    kind: str = "linear"
    names: list[str] = field(default_factory=list)
    low: float = 0.0
    high: float = 1.0

    def at(self, values: Any) -> Floats:
        """Positions; nan where there is none."""
        if self.kind == "date":
            found = pd.to_datetime(pd.Series(list(values)), errors="coerce")
            return ((found - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(dtype=float)
        if self.kind == "category":
            known = {name: i for i, name in enumerate(self.names)}
            # A number is a position between the names, as plotly reads it.
            return np.array([known.get(v, np.nan) if isinstance(v, str) else float(v) for v in values], dtype=float)
        return np.asarray(pd.to_numeric(pd.Series(list(values)), errors="coerce"), dtype=float)

    def one(self, value: Any) -> float:
        """The position of one value."""
        return float(self.at([value])[0])

    def length(self, value: Any) -> Floats:
        """The width of bars along this axis: milliseconds become days."""
        return np.asarray(value, dtype=float) / (DAY if self.kind == "date" else 1.0)

    @property
    def grid(self) -> str:
        """The colour of the lines at the ticks; empty without."""
        return str(self.settings.get("gridcolor") or "") if self.settings.get("showgrid", True) else ""


def scale(settings: dict[str, Any], values: Iterable[Any]) -> Scale:
    """An axis, its kind told by its settings or else by the values that lie along it."""
    values = [v for v in values if v is not None]
    kind = settings.get("type") or _kind(values)
    names: list[str] = []
    if kind == "category":
        given = settings.get("categoryarray")
        names = list(dict.fromkeys([*(str(v) for v in (given if given is not None else ())),
                                    *(str(v) for v in values if isinstance(v, str))]))  # fmt: skip
    return Scale(settings, kind, names)


def _kind(values: Sequence[Any]) -> str:
    first = next((v for v in values if not (isinstance(v, float) and math.isnan(v))), 0)
    if isinstance(first, (date, np.datetime64)) or (isinstance(first, str) and _DATE.match(first)):
        return "date"
    return "category" if isinstance(first, str) else "linear"


def bound(axis: Scale, bars: bool, spans: Sequence[tuple[float, float]], padded: bool) -> None:
    """Set the ends of an axis: as given, or so that everything fits. spans : from and to of what is drawn.

    bars : some bar stands on this axis' zero. padded : marks at the ends need room.
    """
    given = axis.settings.get("range")
    if given is not None:
        axis.low, axis.high = (float(v) for v in axis.at(list(given)))
        return
    low = min((s[0] for s in spans), default=0.0)
    high = max((s[1] for s in spans), default=1.0)
    if axis.kind == "category":
        axis.low, axis.high = -0.5, max(len(axis.names), 1) - 0.5
        return
    tozero = axis.settings.get("rangemode") == "tozero" or bars
    if tozero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        high = low + 1.0
    pad = (high - low) * 0.055 if tozero or padded else 0.0
    axis.low, axis.high = low - (0 if tozero and low == 0 else pad), high + pad


def ticks(axis: Scale, room: float, size: float, wide: Callable[[str], float]) -> list[Tick]:
    """Where the ticks are and what they say. room : pixels along the axis. size : pixels that a label needs (of height)
    along a vertical axis; 0 on a horizontal one, where `wide` measures it.
    """
    if axis.settings.get("tickmode") == "array" or axis.settings.get("tickvals") is not None:
        values = axis.at(list(axis.settings["tickvals"]))
        texts = axis.settings.get("ticktext")
        said = [_number(v, axis.settings) for v in values] if texts is None else [lines(t) for t in texts]
        found = [Tick(float(v), t) for v, t in zip(values, said, strict=True)]
    elif axis.kind == "category":
        found = [Tick(float(i), lines(name)) for i, name in enumerate(axis.names)]
    elif axis.kind == "date":
        found = _dates(axis, room, wide)
    else:
        found = _numbers(axis, room, size, wide)
    low, high = sorted((axis.low, axis.high))
    slack = (high - low) * 1e-9
    return [t for t in found if low - slack <= t.at <= high + slack]


def lines(text: object) -> str:
    """plotly's text without its tags: a line break is one, and an escaped sign is the sign."""
    broken = re.sub(r"<br\s*/?>", "\n", str(text))
    return html.unescape(_TAG.sub("", broken))


def _numbers(axis: Scale, room: float, size: float, wide: Callable[[str], float]) -> list[Tick]:
    span = abs(axis.high - axis.low)
    whole = str(axis.settings.get("tickformat", "")).endswith("d")
    given = axis.settings.get("dtick")
    step = float(given) if isinstance(given, (int, float, np.number)) and not isinstance(given, bool) else 0.0
    if not step:
        each = size * 2.6 if size else wide(_number(max(axis.low, axis.high), axis.settings)) * 1.8
        most = max(2, min(int(room / max(each, 1)), int(axis.settings.get("nticks") or 8)))
        step = _nice(span / most)
    if whole:
        step = max(1.0, step)
    low, high = sorted((axis.low, axis.high))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    stride = 1 + (last - first) // 200
    return [Tick(k * step, _number(k * step, axis.settings)) for k in range(first, last + 1, stride)]


def _nice(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 ... that is not below."""
    power = 10.0 ** math.floor(math.log10(least)) if least > 0 else 1.0
    return next((m * power for m in (1, 2, 5, 10) if m * power >= least * (1 - 1e-9)), 10 * power)


def _number(value: float, settings: dict[str, Any]) -> str:
    form = str(settings.get("tickformat") or "")
    after = str(settings.get("ticksuffix") or "")
    if form.endswith("%"):
        return f"{local(f'{value:{form}}')}{after}"
    if form.endswith("d"):
        return f"{local(f'{round(value):,}') if ',' in form else round(value)}{after}"
    return f"{local(f'{value:,.10g}')}{after}"


def _dates(axis: Scale, room: float, wide: Callable[[str], float]) -> list[Tick]:
    given = axis.settings.get("dtick")
    form = str(axis.settings.get("tickformat") or "")
    months = int(given[1:]) if isinstance(given, str) and given.startswith("M") else 0
    most = int(axis.settings.get("nticks") or 12)
    steps = [f"M{months}", *(s for s in _STEPS if s[0] == "M" and int(s[1:]) > months)] if months else list(_STEPS)
    found: list[Tick] = []
    for step in steps:
        said = form if months and form and _fits(step, form) else _form(step)
        found = _date_ticks(axis, step, said)
        need = sum(wide(t.text) * 1.25 for t in found)
        if len(found) <= max(most, 2) and need <= room:
            return found
    return found[:: max(1, len(found) // 2)]


def _fits(step: str, form: str) -> bool:
    return "%b" in form or int(step[1:]) >= 12


def _form(step: str) -> str:
    if step[0] == "D":
        return "%-d %b %Y"
    return "%Y" if int(step[1:]) >= 12 else "%b %Y"


def _date_ticks(axis: Scale, step: str, form: str) -> list[Tick]:
    """Ticks at whole steps; the label of a period stands in its middle where the figure asks for that."""
    low, high = (pd.Timestamp(0) + pd.Timedelta(days=d) for d in sorted((axis.low, axis.high)))
    period = axis.settings.get("ticklabelmode") == "period"
    count = int(step[1:])
    if step[0] == "D":
        start = low.normalize()
        starts = pd.date_range(start, high, freq=f"{count}D") if (high - low).days <= 400 else pd.DatetimeIndex([])
        if not len(starts):
            return [Tick(axis.low, "x" * 10_000)]  # more days than could ever be named: try months
        length = pd.DateOffset(days=1)
    else:
        first = (low.year * 12 + low.month - 1) // count * count
        last = high.year * 12 + high.month - 1
        starts = pd.DatetimeIndex([pd.Timestamp(m // 12, m % 12 + 1, 1) for m in range(first, last + 1, count)])
        length = pd.DateOffset(years=1) if form == "%Y" else pd.DateOffset(months=1)
    ends = pd.DatetimeIndex([s + length for s in starts])
    at = axis.at(starts + (ends - starts) / 2) if period else axis.at(starts)
    inside = (at >= min(axis.low, axis.high)) & (at <= max(axis.low, axis.high))
    return [Tick(float(a), _said(s, form)) for a, s, i in zip(at, starts, inside, strict=True) if i]


def _said(when: pd.Timestamp, form: str) -> str:
    """The tick's words in the reader's language."""
    if form == "%b %Y":
        return month_short(when.date())
    return day(when.date()) if "%-d" in form else when.strftime(form)
