"""Totals, and totals by one or two attributes."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dashboard.filters import Filters, selection, supported, table_of
from dashboard.i18n import N_
from dashboard.links import MANY
from dashboard.measures.ask import Wheres, ask, by, keep, measure, nothing_is_unknown, summed
from dashboard.measures.daily import monthly, within
from dashboard.measures.labels import known, labelled, labels_of
from dashboard.warehouse import Warehouse
from etl import codes

_CAN_BE_UNCLEAR = {
    "exploitation": N_("Kind of exploitation"),
    "premise": N_("Kind of place"),
    "status": N_("Status"),
    "victim_age_band": N_("Age of victims"),
    "victim_sex": N_("Sex of victims"),
    "age_band": N_("Age"),
    "sex": N_("Sex"),
    "race": N_("Race"),
    "ethnicity": N_("Ethnicity"),
    "relationship": N_("Relationship"),
}


@dataclass(frozen=True)
class Excluded:
    """Records left out of every figure of this view, by reason. `related` is 0 when related offences are shown."""

    unfounded: int
    duplicate: int
    related: int


def total(warehouse: Warehouse, filters: Filters) -> int:
    """How many records (sum of n) the filters leave, in the filters' unit of count."""
    return int(within(monthly(warehouse, filters), filters)["n"].sum())


@measure
def by_group(warehouse: Warehouse, filters: Filters, column: str) -> pd.DataFrame:
    """Counts by one attribute: columns code (str), label (str), n (Int64), known (bool).

    column : a column of the unit's table with a code list (exploitation, premise, status, victim_age_band,
    victim_sex, victim_minor, source, location_precision; for people age_band, minor, sex, race, ethnicity,
    relationship, suspect_class), or `area_<layer>`.
    Codes in the order of their list (areas and sources by n, largest first); codes that do not occur are left out;
    unknown and unmapped last, known=False. Missing (NULL) counts as unknown. The n add up to `total`.
    Raises ValueError when the unit has no such column.
    """
    return group_rows(warehouse, filters, column)


@measure
def pairs(warehouse: Warehouse, filters: Filters, a: str, b: str) -> pd.DataFrame:
    """Counts by two attributes: columns a, b (codes), a_label, b_label, n (Int64), both_known (bool).

    Long form, only the pairs that occur; ordered as `by_group`. The n add up to `total`.
    """
    check_column(warehouse, filters, a)
    check_column(warehouse, filters, b)
    found = ask(warehouse, filters, by, a, b).rename(columns={a: "a", b: "b"})
    found = nothing_is_unknown(found, "a", "b")
    for side, column in (("a", a), ("b", b)):
        labels = labels_of(warehouse, column)
        found[f"{side}_label"] = [labels.get(code, code) for code in found[side]]
        rank = {code: i for i, code in enumerate(labelled(warehouse, column, _margin(found, side))["code"])}
        found[f"{side}_rank"] = found[side].map(rank)
    found["both_known"] = known(found["a"]) & known(found["b"])
    found = found.sort_values(["a_rank", "b_rank"], ignore_index=True)
    return found[["a", "b", "a_label", "b_label", "n", "both_known"]]


@measure
def unclear(warehouse: Warehouse, filters: Filters) -> pd.DataFrame:
    """How many records say nothing, or something that no list has a place for.

    Columns: column (str), label (str), unknown, unmapped, n (Int64; n = all records of the view).
    """
    table = warehouse.table(table_of(filters.unit))
    columns = [c for c in _CAN_BE_UNCLEAR if c in table.columns]
    rows: list[dict[str, Any]] = []
    # A few columns at once: their combinations are few, and one pass costs less than a condition for each word.
    for part in (columns[:5], columns[5:]):
        found = ask(warehouse, filters, by, *part) if part else pd.DataFrame()
        for column in part:
            code = found[column].fillna(codes.UNKNOWN)
            counted = {word: int(found["n"][code == word].sum()) for word in (codes.UNKNOWN, codes.UNMAPPED)}
            rows.append({"column": column, "label": _CAN_BE_UNCLEAR[column], **counted, "n": int(found["n"].sum())})
    out = pd.DataFrame(rows, columns=["column", "label", "unknown", "unmapped", "n"])
    return out.astype({"unknown": "Int64", "unmapped": "Int64", "n": "Int64"})


@measure
def excluded(warehouse: Warehouse, filters: Filters) -> Excluded:
    """What the view leaves out by default, within its other filters; zeros for published units."""
    if filters.unit not in codes.RECORD_UNITS:
        return Excluded(0, 0, 0)
    table = warehouse.table(table_of(filters.unit))
    found = warehouse.ask(_left_out(keep(table, selection(filters, table)), filters.related)).iloc[0]
    return Excluded(
        unfounded=int(found["unfounded"]),
        duplicate=int(found["duplicate"]),
        related=0 if filters.related else int(found["related"]),
    )


def option_counts(warehouse: Warehouse, filters: Filters, name: str) -> dict[str, int]:
    """How many records each choice of one filter would leave, the other filters staying: code -> n.

    name : source, exploitation, age, sex or premise (see `filters.NAMES`). {} where the unit lacks the filter.
    """
    if name not in MANY or name == "area" or name not in supported(filters.unit):
        return {}
    column = _own_column(filters.unit, name)
    without: dict[str, Any] = {MANY[name]: ()}
    free = replace(filters, **without)
    found = by_group(warehouse, free, column)
    return dict(zip(found["code"], found["n"].astype(int), strict=True))


def group_rows(warehouse: Warehouse, filters: Filters, column: str, where: Wheres = ()) -> pd.DataFrame:
    """`by_group`, narrowed further by conditions (a place)."""
    check_column(warehouse, filters, column)
    found = ask(warehouse, filters, by, column, where=where).rename(columns={column: "code"})
    return labelled(warehouse, column, nothing_is_unknown(found, "code"))


def _left_out(rows: Any, with_related: bool) -> Any:
    related = rows.offence_group != "trafficking"
    # A related report that is also unfounded is not counted as such while related offences are off.
    shown = True if with_related else ~related
    counted = rows.status.notin(codes.STATUS_EXCLUDED) | rows.status.isnull()
    by_status = {status: summed(rows, (rows.status == status) & shown) for status in codes.STATUS_EXCLUDED}
    return rows.agg(**by_status, related=summed(rows, related & counted))


def check_column(warehouse: Warehouse, filters: Filters, column: str) -> None:
    """Raise ValueError when the unit of count has no such column of words."""
    kinds = warehouse.schemas[table_of(filters.unit)]
    if column not in kinds or not kinds[column].is_string():
        raise ValueError(f"{codes.UNIT[filters.unit]} have no column {column} to count by.")


def _margin(pairs_found: pd.DataFrame, side: str) -> pd.DataFrame:
    return pairs_found.groupby(side, as_index=False)["n"].sum().rename(columns={side: "code"})


def _own_column(unit: str, name: str) -> str:
    own = unit == "victims" or unit in codes.PUBLISHED_UNITS
    people = {"age": "age_band", "sex": "sex"} if own else {"age": "victim_age_band", "sex": "victim_sex"}
    return people.get(name, name)
