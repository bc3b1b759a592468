"""The cube, asked in its own periods: a missing cell of a collected period is "few or none", never zero or nothing."""

from dataclasses import replace

import numpy as np
import pandas as pd

from dashboard.catalogue import Catalogue
from dashboard.cubes import Cube, Period
from dashboard.filters import Filters
from dashboard.measures.ask import measure
from dashboard.measures.collected import coverage_table
from dashboard.measures.daily import monthly, within
from dashboard.measures.groups import check_column
from dashboard.measures.groups import pairs as record_pairs
from dashboard.measures.labels import labelled
from dashboard.warehouse import Warehouse
from etl import codes

COUNT, FEW, NONE = "count", "few", "none"
_CATEGORY = {"sex": "sex", "forced_labour": "forced_labour", "domestic_servitude": "forced_labour"}


def cube_of(warehouse: Warehouse, filters: Filters) -> Cube:
    """The cube behind a view. Raises ValueError for a unit that is not published."""
    cube = warehouse.catalogue.cubes.get(filters.unit)
    if cube is None:
        raise ValueError(f"{codes.UNIT[filters.unit]} are not published.")
    return cube


def order(filters: Filters, split: int = 0) -> int:
    """By how many dimensions the numbers of a figure are told apart: the period, what is narrowed, what is split by."""
    chosen = (filters.sources, filters.exploitation, filters.areas, filters.victim_age, filters.victim_sex)
    return 1 + split + sum(bool(values) for values in (*chosen, filters.premise))


@measure
def by_cube_period(warehouse: Warehouse, filters: Filters, group: str | None = None) -> pd.DataFrame:
    """One row for every published period of the view, in order (with `group` for every period and code).

    Columns: start, end (datetime64, end exclusive), label, n (float; 0 for few or none, nan where not collected),
    state (count, few or none = "none" where not collected), some (bool: only some of the sources collected it), and
    with `group` group (code) and group_label. Raises ValueError for a unit that is not published.
    """
    cube = cube_of(warehouse, filters)
    periods = cube.between(filters.date_from, filters.date_to)
    found = _by_code(warehouse, filters, cube, group)
    frames = []
    for code, label in found[["code", "label"]].drop_duplicates().itertuples(index=False):
        own = found[found["code"] == code].set_index("period")["n"]
        view = _narrowed(filters, group, str(code))
        frames.append(_series(warehouse, view, periods, own, str(code), str(label)))
    out = pd.concat(frames, ignore_index=True) if frames else _series(warehouse, filters, (), pd.Series(), "", "")
    return out if group else out.drop(columns=["group", "group_label"])


@measure
def by_cube_group(warehouse: Warehouse, filters: Filters, column: str) -> pd.DataFrame:
    """Counts by one dimension: code, label, n (Int64; 0 is few or none), known; codes that the cube knows at all."""
    cube = cube_of(warehouse, filters)
    found = _by_code(warehouse, filters, cube, column)
    sums = found.groupby("code", as_index=False, sort=False)["n"].sum()
    return labelled(warehouse, column, sums)


@measure
def cube_pairs(warehouse: Warehouse, filters: Filters, a: str, b: str) -> pd.DataFrame:
    """Every pair of codes of two dimensions, (a, b) -> n, as a table of a by b; 0 is few or none."""
    found = record_pairs(warehouse, filters, a, b)
    wide = found.pivot_table(index="a", columns="b", values="n", aggfunc="sum")
    rows, columns = (by_cube_group(warehouse, filters, side)["code"].tolist() for side in (a, b))
    return wide.reindex(index=rows, columns=columns).fillna(0).astype("Int64")


def total(warehouse: Warehouse, filters: Filters) -> int:
    """The sum of the cells of the view."""
    return int(within(monthly(warehouse, filters), filters)["n"].sum())


def recording(catalogue: Catalogue, filters: Filters) -> tuple[str, ...]:
    """The sources of the view that record this unit of count."""
    fits = [s for s in catalogue.sources if s.unit in codes.RECORD_UNITS]
    if filters.unit == "victims":
        fits = [s for s in fits if s.has_victims]
    if filters.unit == "suspects":
        fits = [s for s in fits if s.has_suspects]
    return tuple(s.source for s in fits if not filters.sources or s.source in filters.sources)


@measure
def collected_in(warehouse: Warehouse, filters: Filters) -> pd.DataFrame:
    """Which months each source of the view collected: source, month (datetime64), collected (bool).

    A source that says nothing about its coverage is taken to have collected every month of the cube.
    """
    cube = cube_of(warehouse, filters)
    kinds = [_CATEGORY.get(code) for code in filters.exploitation]
    narrow = bool(kinds) and None not in kinds
    wanted = {k for k in kinds if k} if narrow else {"sex", "forced_labour"}
    table = coverage_table(warehouse)
    table = table[table["category"].isin(wanted)]
    months = pd.date_range(cube.first, cube.last, freq="MS").astype("datetime64[s]")
    frames = [pd.DataFrame({"source": pd.Series(dtype="str"), "month": months[:0], "collected": pd.Series(dtype=bool)})]
    for source in recording(warehouse.catalogue, filters):
        own = table[table["source"] == source]
        known = own.groupby("month")["collected"].any().reindex(months, fill_value=False)
        known[:] = True if own.empty else known.to_numpy()
        frames.append(pd.DataFrame({"source": source, "month": months, "collected": known.to_numpy(dtype=bool)}))
    return pd.concat(frames[1:] or frames, ignore_index=True)


def _by_code(warehouse: Warehouse, filters: Filters, cube: Cube, group: str | None) -> pd.DataFrame:
    """period (label), code, label, n: every code that the cube has at all, in every period of the view."""
    if group:
        check_column(warehouse, filters, group)
    periods = cube.between(filters.date_from, filters.date_to)
    days = within(monthly(warehouse, filters, group), filters)
    days = days[days["day"].notna()]
    at = {pd.Timestamp(p.first): p.label for p in periods}
    days = days.assign(period=days["day"].map(at), code=days["code"].astype("str")).dropna(subset=["period"])
    sums = days.groupby(["period", "code"])["n"].sum()
    seen = _codes(warehouse, filters, group)
    every = pd.MultiIndex.from_product([[p.label for p in periods], seen], names=["period", "code"])
    out = sums.reindex(every, fill_value=0).reset_index()
    names = labelled(warehouse, group, out.groupby("code", as_index=False)["n"].sum()) if group else None
    if names is None:
        return out.assign(label="")
    place = {code: i for i, code in enumerate(names["code"])}
    out["label"] = out["code"].map(dict(zip(names["code"], names["label"], strict=True)))
    return out.sort_values("code", key=lambda c: c.map(place), kind="stable", ignore_index=True)


def _codes(warehouse: Warehouse, filters: Filters, group: str | None) -> list[str]:
    """The codes of a dimension that occur anywhere in the cube, of those that the view is narrowed to."""
    if not group:
        return [""]
    every = monthly(warehouse, Filters(unit=filters.unit), group)
    found = [str(code) for code in every["code"].dropna().unique()]
    own = {"age_band": filters.victim_age, "sex": filters.victim_sex} if filters.unit == "victims" else {}
    own |= {"source": filters.sources, "exploitation": filters.exploitation, "premise": filters.premise}
    if group.startswith("area_"):
        own[group] = tuple(area[1] for area in filters.areas if isinstance(area, tuple))
    return [code for code in found if not own.get(group) or code in own[group]]


def _narrowed(filters: Filters, group: str | None, code: str) -> Filters:
    """The view whose coverage is that of one series."""
    if group == "source":
        return replace(filters, sources=(code,))
    return replace(filters, exploitation=(code,)) if group == "exploitation" else filters


def _series(
    warehouse: Warehouse, filters: Filters, periods: tuple[Period, ...], own: pd.Series, code: str, label: str
) -> pd.DataFrame:
    share = _shares(warehouse, filters, periods)
    n = np.array([float(own.get(p.label, 0)) for p in periods])
    # Where something was counted, something was collected.
    gone = (share == 0) & (n == 0)
    return pd.DataFrame(
        {
            "start": pd.to_datetime([p.first for p in periods]),
            "end": pd.to_datetime([p.after for p in periods]),
            "label": [p.words for p in periods],
            "n": np.where(gone, np.nan, n),
            "state": np.select([gone, n == 0], [NONE, FEW], COUNT),
            "some": (share < 1) & ~gone,
            "group": code,
            "group_label": label,
        }
    )


def _shares(warehouse: Warehouse, filters: Filters, periods: tuple[Period, ...]) -> np.ndarray:
    """The share of the months and sources of each period that was collected, 0 to 1."""
    table = collected_in(warehouse, filters)
    if table.empty:
        return np.ones(len(periods))
    by_month = table.groupby("month")["collected"].mean()
    return np.array([float(by_month[pd.Timestamp(p.first) : pd.Timestamp(p.last)].mean()) for p in periods])
