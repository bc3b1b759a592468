"""How complete are the latest months? Seen from what earlier loads knew. Pure numbers.

Reports arrive late, so the last months of any file are still filling up. Each load says how many
reports it knew for each month; the growth from one load to the next, pooled over months of the same
age, is a chain ladder (Mack, 1993, ASTIN Bulletin 23): the share known at an age is one over the
product of the growth still to come.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

SETTLED = 0.95  # a month is called complete when this share of its reports is expected to be known
LAST_AGE = 36  # months; growth beyond is not looked for
ENOUGH = 100  # incidents needed before their own delay is trusted; below, all police reports speak for them


@dataclass(frozen=True)
class Delay:
    """What is known about the reporting delay of one source.

    completeness : share of reports known, by age in months (0: the month is not over). Empty if
        nothing can be said.
    basis : "incidents" or "reports", what it was seen in; "" if there was nothing to see.
    as_of : the latest date that any load of the source knows.
    """

    source: str
    completeness: pd.Series
    basis: str
    as_of: pd.Timestamp
    loads: int

    @property
    def known(self) -> bool:
        """Whether any month was seen growing older."""
        return bool(len(self.completeness))

    @property
    def settled_age(self) -> int:
        """The first age in months from which a month counts as complete; 1 if nothing is known."""
        if not self.known:
            return 1
        short = self.completeness.index[self.completeness < SETTLED]
        return max(1, int(short.max()) + 1) if len(short) else 1

    def status(self, months: pd.DatetimeIndex) -> np.ndarray:
        """`complete`, `filling`, `partial` or `beyond` for each month start, (n,) of str.

        partial : the source's data end inside the month. beyond : they end before it.
        """
        age = ages(months, self.as_of)
        beyond = np.asarray(months > self.as_of)
        return np.select([beyond, age <= 0, age < self.settled_age], ["beyond", "partial", "filling"], "complete")


def ages(months: pd.DatetimeIndex, as_of: pd.Timestamp | pd.DatetimeIndex) -> np.ndarray:
    """Age of each month in months, (n,): 0 while it is not over, 1 from the day its last day is known."""
    after = as_of + pd.Timedelta(days=1)
    return np.asarray((after.year - months.year) * 12 + after.month - months.month)


def delays(load_months: pd.DataFrame) -> dict[str, Delay]:
    """The delay of each source.

    load_months : rows of the warehouse's `load_months` (load, source, as_of, month, reports, incidents).
    """
    if load_months.empty:
        return {}
    table = load_months.assign(
        as_of=pd.to_datetime(load_months["as_of"]), month=pd.to_datetime(load_months["month"])
    ).dropna(subset=["as_of", "month"])
    return {str(name): _delay(str(name), rows) for name, rows in table.groupby("source", sort=True)}


def _delay(source: str, rows: pd.DataFrame) -> Delay:
    # Two files with the same last day are one look at the world.
    looks = rows.groupby(["as_of", "month"], as_index=False)[["reports", "incidents"]].max()
    as_of = looks["as_of"].max()
    basis = "incidents" if looks.loc[looks["as_of"] == as_of, "incidents"].sum() >= ENOUGH else "reports"
    completeness = chain_ladder(looks.rename(columns={basis: "count"})[["as_of", "month", "count"]])
    return Delay(source, completeness, basis if len(completeness) else "", as_of, rows["load"].nunique())


def chain_ladder(looks: pd.DataFrame) -> pd.Series:
    """Share of a month's reports known at each age, from repeated looks at the same months.

    looks : as_of, month (timestamps), count; one row for each look at a month.

    Between two looks further apart than a month the growth is spread evenly (on the log scale).
    Returns an empty series if no month was looked at twice. Never above 1: records that a publisher
    withdraws are not completeness.
    """
    looks = looks.dropna().sort_values(["month", "as_of"])
    months = pd.DatetimeIndex(looks["month"])
    age = ages(months, pd.DatetimeIndex(looks["as_of"]))
    count = looks["count"].to_numpy(dtype=float)
    pair = (months[1:] == months[:-1]) & (count[:-1] > 0) & (age[1:] > age[:-1]) & (age[:-1] >= 0)
    first, second = age[:-1][pair], np.minimum(age[1:][pair], LAST_AGE + 1)
    before, growth = count[:-1][pair], np.maximum(count[1:][pair], 1e-9) / count[:-1][pair]
    keep = first <= LAST_AGE
    first, second, before, growth = first[keep], second[keep], before[keep], growth[keep]
    if not len(first):
        return pd.Series(dtype=float)
    steps = second - first
    at = np.repeat(np.arange(len(first)), steps)
    step = np.arange(len(at)) - np.repeat(np.cumsum(steps) - steps, steps)
    per_step = (growth ** (1 / steps))[at]
    start = before[at] * per_step**step
    size = int(second.max())
    known = np.bincount(first[at] + step, weights=start, minlength=size)
    later = np.bincount(first[at] + step, weights=start * per_step, minlength=size)
    factor = np.divide(later, known, out=np.ones(size), where=known > 0)
    still_to_come = np.cumprod(factor[::-1])[::-1]
    return pd.Series(np.minimum(1.0, 1 / still_to_come), index=pd.RangeIndex(size, name="age"), name="completeness")
