"""Profiles of one closed year -> tables of totals, all of them margins of one rounded cube.

Tables rounded one by one would give small counts away: where every cell of one table is exact, so is the year's
total, and what another table lacks of it is the count that was hidden there. Here the cells of the cube are the
profiles themselves, with everything that any table counts by, a column for each answer that may stand beside others.
Each cell becomes 0, 11 or stays as it is when it is larger, and every table of the year, and every difference of two
that are contained in each other, is a sum of these cells: 0 or at least 11.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.analysis.small_counts import BASIS, KEPT, ROUNDED, round_small
from etl import codes
from etl.provider.client_years import Profile
from etl.schema import Clients, Trait

K = 11
ORDER = 2  # totals by one and by two dimensions of a year stay close: no table has more
Cell = tuple[int, str, str, str, str]  # year, dimension and code, dimension and code; empty where there is none


@dataclass(frozen=True)
class Year:
    """One rounded year. It holds true counts: it stays on the provider's machine.

    cube : one row per cell: a column of 0/1 or codes for each dimension, `n` (true), rounded, basis, kept.
    """

    year: int
    cube: pd.DataFrame


def columns_of(clients: Clients, table: Sequence[str] | None = None) -> list[str]:
    """The cube's dimensions, or those behind a table: a code, or where there may be several a yes or no for each."""
    names: list[str] = []
    for dimension in clients.traits if table is None else table:
        trait = clients.traits[dimension]
        names += [f"{dimension}={code}" for code in _all_codes(trait)] if trait.several else [dimension]
    return names


def _all_codes(trait: Trait) -> list[str]:
    return list(dict.fromkeys([*trait.codes.values(), codes.UNMAPPED, trait.absent]))


def round_year(
    year: int, profiles: Sequence[Profile], clients: Clients, seed: int, earlier: pd.DataFrame | None = None
) -> Year:
    """Rounds one year. The same profiles and seed give the same cube, whatever other years the file holds.

    earlier : the `cube` of this year as it was rounded before. A cell keeps its value unless its true count has moved
    by at least K since then; what was not there stays 0 until it counts at least K.
    """
    columns = columns_of(clients)
    true = _cube(profiles, clients, columns)
    if earlier is not None:
        new = true.merge(earlier[columns], how="left", on=columns, indicator="where")
        unlisted = new.loc[new["where"] == "left_only", columns].assign(**{"n": 0, ROUNDED: 0, BASIS: 0, KEPT: True})
        earlier = pd.concat([earlier, unlisted], ignore_index=True)
    done = round_small(
        true,
        columns,
        seed=_seed_of(seed, year),
        base=K,
        margins=ORDER,
        zeros=_neighbours(true, clients, _seed_of(seed, year)) if earlier is None else None,
        earlier=earlier,
    )
    return Year(year, done.table)


def _seed_of(seed: int, year: int) -> int:
    """A seed of its own for each year: a year that is added moves no number of another."""
    return int.from_bytes(hashlib.sha256(f"{seed} {year}".encode()).digest()[:16], "big")


def _cube(profiles: Sequence[Profile], clients: Clients, columns: Sequence[str]) -> pd.DataFrame:
    counted = Counter(profiles)
    rows = []
    for profile, n in sorted(counted.items()):
        row: list[object] = []
        for found, trait in zip(profile, clients.traits.values(), strict=True):
            row += ["yes" if code in found else "no" for code in _all_codes(trait)] if trait.several else [found[0]]
        rows.append([*row, n])
    return pd.DataFrame(rows, columns=[*columns, "n"])


def _neighbours(cube: pd.DataFrame, clients: Clients, seed: int) -> pd.DataFrame:
    """Empty cells that may become K: each profile with one answer changed to another that the year knows.

    Without them a published 11 would say that somebody is there.
    """
    single = [d for d, t in clients.traits.items() if not t.several and cube[d].nunique() > 1]
    changed = []
    for dimension in single:
        labels = sorted(cube[dimension].unique())
        other = cube.drop(columns="n").copy()
        other[dimension] = [labels[_drawn(seed, dimension, row) % len(labels)] for row in range(len(other))]
        changed.append(other)
    names = [c for c in cube.columns if c != "n"]
    return pd.concat(changed, ignore_index=True).drop_duplicates() if changed else cube.loc[:0, names]


def _drawn(seed: int, dimension: str, row: int) -> int:
    """The same in every version of every library, unlike a generator of random numbers."""
    return int.from_bytes(hashlib.sha256(f"{seed} {dimension} {row}".encode()).digest()[:8], "big")


def tables_of(year: Year, clients: Clients) -> dict[Cell, tuple[int, int]]:
    """(rounded, true) total of each cell of each declared table, the year's own total first. True: for errors only."""
    found: dict[Cell, tuple[int, int]] = {}
    for table in ((), *clients.tables):
        if not set(columns_of(clients, table)) <= set(year.cube.columns):
            continue  # an earlier year that was not asked this
        for mask, said in _slices(year.cube, table, clients):
            pairs = [*zip(table, said, strict=True), ("", ""), ("", "")][:2]
            key = (year.year, *pairs[0], *pairs[1])
            found[key] = (int(year.cube.loc[mask, ROUNDED].sum()), int(year.cube.loc[mask, "n"].sum()))
    return found


def _slices(cube: pd.DataFrame, table: Sequence[str], clients: Clients) -> list[tuple[np.ndarray, tuple[str, ...]]]:
    slices: list[tuple[np.ndarray, tuple[str, ...]]] = [(np.ones(len(cube), dtype=bool), ())]
    for dimension in table:
        trait = clients.traits[dimension]
        if trait.several:
            ours = {code: (cube[f"{dimension}={code}"] == "yes").to_numpy() for code in _all_codes(trait)}
        else:
            ours = {str(code): (cube[dimension] == code).to_numpy() for code in sorted(cube[dimension].unique())}
        slices = [(mask & more, (*said, code)) for mask, said in slices for code, more in ours.items()]
    return slices


def typical_errors(found: Mapping[Cell, tuple[int, int]], fewest: int = 20) -> list[dict[str, int]]:
    """Median and 95th percentile of the absolute errors per order, rounded up to whole people.

    Totals in which nobody is counted or published are left out, and an order of fewer than 20: the typical error of
    a few figures comes close to the error of one.
    """
    rows = []
    for order in (1, 2):
        mine = [abs(r - t) for cell, (r, t) in found.items() if (r or t) and (bool(cell[1]) + bool(cell[3])) == order]
        if len(mine) >= fewest:
            median, p95 = np.ceil(np.percentile(mine, [50, 95])).astype(int)
            rows.append({"order": order, "median": int(median), "p95": int(p95)})
    return rows
