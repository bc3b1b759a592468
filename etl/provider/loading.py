"""Protected totals -> a load. A provider's own file is turned into totals first, in memory; only those are stored.

The load is named by the sha256 of the totals, never of the client file: a hash of that file would prove to anybody
who holds a copy, or guesses at a small one, whose it was.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from etl.harvest import Harvest, Tally, backing_table
from etl.provider.kept import Kept, default_folder
from etl.provider.make import make_totals
from etl.provider.totals import CSV, read_totals
from etl.registry import all_sources
from etl.schema import Source, SourceError

_SCHEMA = pa.schema(
    [
        *[(n, pa.string()) for n in ("provider", "standard")],
        *[(n, pa.date32()) for n in ("period_start", "period_end")],
        *[(n, pa.string()) for n in ("dimension_1", "code_1", "dimension_2", "code_2")],
        ("n", pa.int64()),
    ]
)


def as_totals(source: Source, path: Path, folder: Path, today: dt.date | None = None) -> tuple[Source, Path]:
    """For a provider's own file, the source and file of her totals, written into `folder`; else what was given."""
    if source.clients is None:
        return source, path
    if not path.is_file():
        raise SourceError(f"{path.name} does not exist or is no file. Check the path.")
    made = make_totals(source, path, Kept(default_folder()), today=today).totals
    folder.mkdir(parents=True, exist_ok=True)
    # Nor is the load told what the client file is called: a name can be a person's.
    to = folder / f"totals-{made.standard}-{made.years[0]}-{made.years[-1]}.zip"
    made.write(to)
    (target,) = [s for s in all_sources().values() if s.totals and s.fictional == source.fictional]
    return target, to


def read_into(source: Source, path: Path, harvest: Harvest) -> tuple[int, str, str]:
    """Fills the harvest with the totals of a file. Returns its size, its sha256 and the series: standard, provider.

    Every row of the table of totals is a cell of a margin, not a person: the row equation counts cells.
    """
    totals, data = read_totals(path)
    if totals.fictional != source.fictional:
        kind = "invented" if totals.fictional else "real"
        raise SourceError(f"{path.name} holds totals of {kind} people, which '{source.name}' does not take.")
    rows = [
        [
            *[totals.provider, totals.standard, dt.date(year, 1, 1), dt.date(year, 12, 31)],
            *[text or None for text in words],
            n,
        ]
        for (year, *words), n in sorted(totals.cells.items())
    ]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(_SCHEMA)
    harvest.tables["clients"] = pa.table(
        [pa.array(list(c), f.type) for c, f in zip(columns, _SCHEMA, strict=True)], schema=_SCHEMA
    )
    table = f"{path.name}/{CSV}"
    harvest.tallies[table] = Tally(rows_read=len(rows))
    keys = pa.array([f"{cell[0]}-01" for cell in sorted(totals.cells)], pa.string())
    harvest.backing = backing_table([(table, pa.array(range(2, len(rows) + 2), pa.int64()), keys)])
    # The rounded total of the year stands for each of its months: which months a load covers is all that is asked.
    harvest.months = {
        ("", f"{year}-{month:02d}"): totals.cells.get((year, "", "", "", ""), 0)
        for year in totals.years
        for month in range(1, 13)
    }
    harvest.as_of = f"{totals.years[-1]}-12-31"
    harvest.notes += [totals.universe, *_errors(totals.errors)]
    return len(data), hashlib.sha256(data).hexdigest(), f"{totals.standard} {totals.provider}"


def _errors(errors: Sequence[Mapping[str, int]]) -> list[str]:
    return [
        f"Totals by {e['order']} dimension{'s' if e['order'] > 1 else ''} and year are typically off by {e['median']}, "
        f"95 in 100 by at most {e['p95']}"
        for e in errors
    ]
