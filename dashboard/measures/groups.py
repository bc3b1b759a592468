"""Totals, and totals by one or two attributes."""

from dataclasses import dataclass

import pandas as pd

from dashboard.filters import Filters
from dashboard.warehouse import Warehouse


@dataclass(frozen=True)
class Excluded:
    """Records left out of every figure of this view, by reason. `related` is 0 when related offences are shown."""

    unfounded: int
    duplicate: int
    related: int


def total(warehouse: Warehouse, filters: Filters) -> int:
    """How many records (sum of n) the filters leave, in the filters' unit of count."""
    raise NotImplementedError


def by_group(warehouse: Warehouse, filters: Filters, column: str) -> pd.DataFrame:
    """Counts by one attribute: columns code (str), label (str), n (Int64), known (bool).

    column : a column of the unit's table with a code list (exploitation, premise, status, victim_age_band,
    victim_sex, victim_minor, source, location_precision; for people age_band, minor, sex, race, ethnicity,
    relationship, suspect_class), or `area_<layer>`.
    Codes in the order of their list (areas and sources by n, largest first); codes that do not occur are left out;
    unknown and unmapped last, known=False. Missing (NULL) counts as unknown. The n add up to `total`.
    Raises ValueError when the unit has no such column.
    """
    raise NotImplementedError


def pairs(warehouse: Warehouse, filters: Filters, a: str, b: str) -> pd.DataFrame:
    """Counts by two attributes: columns a, b (codes), a_label, b_label, n (Int64), both_known (bool).

    Long form, only the pairs that occur; ordered as `by_group`. The n add up to `total`.
    """
    raise NotImplementedError


def unclear(warehouse: Warehouse, filters: Filters) -> pd.DataFrame:
    """How many records say nothing, or something that no list has a place for.

    Columns: column (str), label (str), unknown, unmapped, n (Int64; n = all records of the view).
    """
    raise NotImplementedError


def excluded(warehouse: Warehouse, filters: Filters) -> Excluded:
    """What the view leaves out by default, within its other filters; zeros for published units."""
    raise NotImplementedError


def option_counts(warehouse: Warehouse, filters: Filters, name: str) -> dict[str, int]:
    """How many records each choice of one filter would leave, the other filters staying: code -> n.

    name : source, exploitation, age, sex or premise (see `filters.NAMES`). {} where the unit lacks the filter.
    """
    raise NotImplementedError
