"""What an opened file holds, by the declaration of its source: reports, an archive of linked tables, or figures."""

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb

from etl.assemble import assemble
from etl.harvest import Harvest
from etl.job import Job
from etl.read import OpenedFile
from etl.reports import ReportReader
from etl.schema import Form, Source, SourceError


def read_contents(source: Source, opened: OpenedFile, harvest: Harvest, work: Path, today: dt.date) -> None:
    """Fills the harvest. `work`: a folder for files of the moment. Raises SourceError when the file is refused."""
    form = opened.form
    if source.prepare:
        from etl.members import read_archive  # this and `figures` import what compiles queries, which takes long

        read_archive(source, form, opened.tables, harvest, work, today)
    elif source.published:
        from etl.figures import read_figures

        read_figures([(_job(source, form, table, today), table) for table in opened.tables], harvest)
    else:
        _read_reports(source, form, opened.tables, harvest, work, today)
    opened.check_unchanged()
    harvest.notes += _notes_of(opened.tables, of_an_archive=source.prepare is not None)
    harvest.notes[:0] = opened.notes


def _notes_of(tables: list[Any], of_an_archive: bool) -> list[str]:
    """What the reader noticed; of an archive's many tables only what they have in common."""
    if len(tables) == 1:
        return list(tables[0].notes)
    if not of_an_archive:
        return [f"{table.name}: {note}" for table in tables for note in table.notes]
    shared = [n for n in tables[0].notes if all(n in t.notes for t in tables)]
    return [*shared, f"{len(tables)} tables of the archive were read, and in them the declared columns only"]


def _job(source: Source, form: Form, table: Any, today: dt.date) -> Job:
    """`fields`: the declared ones that this table has, and the record number."""
    return Job(source, form, table.table, ("record", *table.fields), today)


def _read_reports(source: Source, form: Form, tables: list[Any], harvest: Harvest, work: Path, today: dt.date) -> None:
    """All tables of the file together: its sheets, or the members of an archive, describe reports of one series."""
    reader = ReportReader(source, harvest, work)
    with duckdb.connect(config={"threads": 1}) as connection:  # chunks side by side keep both cores busy
        for table in tables:
            total = reader.read(_job(source, form, table, today), table.name, table.chunks, connection)
            harvest.count(table)
            _reconcile(table, total, harvest, len(tables) == 1)
        facts = reader.finish(connection)
    if facts is not None:
        assemble(harvest, source, [table.name for table in tables], facts)


def _reconcile(table: Any, total: int, harvest: Harvest, alone: bool) -> None:
    """Where a file prints its own total, what was read must add up to it."""
    if table.printed_total is None:
        return
    if table.printed_total != total:
        raise SourceError(
            f"{table.name} prints a total of {table.printed_total:,} offences, but its rows add up to {total:,}. "
            "The file is incomplete or was changed; get it again from the publisher. Nothing was loaded."
        )
    rows = "The rows" if alone else f"{table.name}: the rows"
    harvest.notes.append(f"{rows} add up to the total that the publisher prints: {total:,}.")
