"""The whole way from a provider's file to her protected totals, in memory."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from etl.provider.case_file import CaseFile, clients_of, read_case_file
from etl.provider.client_years import Profile, client_years
from etl.provider.kept import Kept
from etl.provider.rounding import K, Year, columns_of, round_year, tables_of, typical_errors
from etl.provider.totals import Totals
from etl.schema import Clients, Source, SourceError

FAR = 5  # times K: a year's own total may differ by so much, or by a quarter, before somebody has to look


@dataclass(frozen=True)
class Made:
    """Totals, and for the provider's eyes only what became of every row of her file.

    again : years that totals were made of before: they keep their numbers.
    """

    totals: Totals
    file: CaseFile
    again: tuple[int, ...] = ()


def make_totals(
    source: Source,
    path: Path,
    kept: Kept,
    *,
    provider: str = "",
    until: dt.date | None = None,
    today: dt.date | None = None,
) -> Made:
    """Reads a file of a provider and rounds it. A year that totals were made of before keeps its numbers.

    until : the last day for which the file is complete. Raises SourceError when the file is refused.
    """
    clients, now = clients_of(source), today or dt.datetime.now(dt.UTC).date()
    file = read_case_file(path, source, now)
    counted = client_years(file, clients, now, until)
    name, seed = kept.provider(provider), kept.seed()
    before = kept.rounded(source.name)
    years = [_year(y, counted.profiles[y], clients, seed, before) for y in counted.years]
    found = {cell: n for year in years for cell, n in tables_of(year, clients).items()}
    totals = Totals(
        name,
        source.name.removeprefix("sample_"),
        clients.universe,
        counted.years,
        {cell: rounded for cell, (rounded, _) in found.items() if rounded},
        tuple(typical_errors(found)),
        source.fictional,
    )
    known = () if before is None else tuple(y for y in counted.years if (before["year"] == y).any())
    for year in known:
        _check_same_people(year, len(counted.profiles[year]), totals)
    kept.keep(source.name, _remembered(years, before))
    return Made(totals, file, known)


def _check_same_people(year: int, true: int, totals: Totals) -> None:
    """Raises SourceError where kept numbers have little to do with the file: it is of other people, or far more."""
    told = totals.cells.get((year, "", "", "", ""), 0)
    if abs(told - true) > max(FAR * K, true // 4):
        raise SourceError(
            f"Totals of {year} were made before, and this file counts very different people in that year. If it is "
            "the file of another programme, give it a folder and a name of its own: --keep FOLDER --provider NAME. If "
            f"the earlier file was not complete, take back the totals made of it, then remove {totals.standard}'s "
            "rounded file from your folder and make them anew. Nothing was written."
        )


def _year(year: int, profiles: Sequence[Profile], clients: Clients, seed: int, before: pd.DataFrame | None) -> Year:
    earlier = None if before is None else before[before["year"] == year].drop(columns="year").reset_index(drop=True)
    if earlier is None or earlier.empty:
        return round_year(year, profiles, clients, seed)
    known = earlier.columns[earlier.notna().any()]
    if not set(columns_of(clients)) <= set(known):
        # Made by a declaration that asked less: the year stays as it was given away, and has fewer tables.
        return Year(year, earlier[known])
    return round_year(year, profiles, clients, seed, earlier[[*columns_of(clients), "n", "rounded", "basis", "kept"]])


def _remembered(years: list[Year], before: pd.DataFrame | None) -> pd.DataFrame:
    """All years that totals were ever made of: the file of next year may begin later."""
    now = [year.cube.assign(year=year.year) for year in years]
    if before is not None:
        now.append(before[~before["year"].isin([y.year for y in years])])
    return pd.concat(now, ignore_index=True)
