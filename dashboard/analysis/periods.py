"""Dates into calendar periods without a gap."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

UNITS = {"week": "W-SUN", "month": "M", "quarter": "Q-DEC", "year": "Y-DEC"}  # a week begins on Monday


@dataclass(frozen=True)
class Periods:
    """Which period each date lies in.

    index : (n,) int64, 0 for the first period; -1 where there is no date.
    starts : (periods,) first days, without a gap: a period without a date is one of them.
    """

    index: np.ndarray
    starts: pd.DatetimeIndex


def calendar_periods(dates: pd.DatetimeIndex, unit: str) -> Periods:
    """Weeks (from Monday), months, quarters or years from that of the earliest date to that of the latest.

    dates : (n,) local times without a zone, NaT where unknown. unit : a key of `UNITS`.

    The first and the last period may have begun before or end after the data: the dates cannot say.
    Raises ValueError for another unit.
    """
    if unit not in UNITS:
        raise ValueError(f"No such period: {unit}. Choose one of {', '.join(UNITS)}.")
    known = dates.notna()
    numbers = dates[known].to_period(UNITS[unit])
    if not len(numbers):
        return Periods(np.full(len(dates), -1, dtype=np.int64), pd.DatetimeIndex([]))
    whole = pd.period_range(numbers.min(), numbers.max(), freq=UNITS[unit])
    index = np.full(len(dates), -1, dtype=np.int64)
    index[np.asarray(known)] = numbers.asi8 - whole.asi8[0]
    return Periods(index, whole.to_timestamp())
