"""A copy of a provider's file without anything that says who somebody is: the declared columns and nothing else.

The copy still has a row for each client and the provider's own client numbers. It stays on her machine.
"""

import csv
import datetime as dt
import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from etl.provider.case_file import clients_of, hidden_fields, opened, read_day
from etl.read import InputTable, OpenedFile
from etl.schema import Clients, Source, SourceError


def strip(source: Source, path: Path, to: Path) -> int:
    """Writes the copy, readable by its owner only, and returns how many rows could not be read and are not in it.

    Where birth dates are declared to be turned into ages, the copy has the age in years on the day of the row.
    Raises SourceError when the file is refused, or the copy's name is taken.
    """
    clients = clients_of(source)
    if to.exists():
        raise SourceError(f"{to.name} is there already. Choose another name, or remove it first.")
    part = to.with_name(f".{to.name}.{os.getpid()}.partial")
    lost = 0
    try:
        with opened(path, source) as (file, found):
            births = _births(file, found, clients)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
                if all(t.member for t in file.form.tables.values()):
                    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
                        for table in file.tables:
                            member = file.form.tables[table.key].member
                            with archive.open(member, "w") as out:
                                for text in _lines(table, file, clients, births):
                                    out.write(text)
                else:
                    for table in file.tables:
                        for text in _lines(table, file, clients, births):
                            raw.write(text)
            lost = sum(len(table.bad) for table in file.tables)
        os.replace(part, to)
    finally:
        part.unlink(missing_ok=True)
    return lost


def _births(file: OpenedFile, found: Mapping[str, list[str]], clients: Clients) -> dict[str, dt.date]:
    """Client -> date of birth, where ages are made of it."""
    births: dict[str, dt.date] = {}
    if clients.age is None:
        return births
    for table in file.tables:
        column = next((f for f, name in hidden_fields(found[table.key]).items() if name == clients.age[0]), None)
        if column is None or "client" not in table.fields:
            continue
        for chunk in table.chunks():
            for client, text in zip(chunk.column("client").to_pylist(), chunk.column(column).to_pylist(), strict=True):
                day = read_day((text or "").strip(), file.form)
                if day is not None:
                    births[client] = day
    return births


def _lines(table: InputTable, file: OpenedFile, clients: Clients, births: Mapping[str, dt.date]) -> Iterator[bytes]:
    declared = table.table.columns
    fields = [f for f in table.fields if " " not in f]
    born = clients.age if clients.age and clients.age[1] == table.key else None
    new_age = born is not None and born[2] not in [declared[f] for f in fields]
    header = [declared[f] for f in fields] + ([born[2]] if born and new_age else [])
    yield _csv([header])
    for chunk in table.chunks():
        rows = []
        for cells in chunk.to_pylist():
            row = [cells[f] or "" for f in fields]
            if new_age:
                row.append(_age(births.get(cells["client"]), read_day((cells["day"] or "").strip(), file.form)))
            rows.append(row)
        yield _csv(rows)


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _age(born: dt.date | None, day: dt.date | None) -> str:
    """Whole years, empty where it is not known. A year more or less of a birth date that is a guess changes little."""
    if born is None or day is None or day < born:
        return ""
    return str(day.year - born.year - ((day.month, day.day) < (born.month, born.day)))
