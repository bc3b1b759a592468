"""A provider's file -> who was a client in which year, and what the file says of them. All in memory, nothing kept."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from etl.provider.identifying import holds_a_value, identifying, refuse
from etl.read import InputTable, OpenedFile, open_file
from etl.schema import Clients, Form, Source, SourceError, Table

_HIDDEN = "identifying "  # a field that no declaration can have: it holds a space
FIRST_YEAR = 1990


@dataclass
class Row:
    """A row that can be used. `answers`: dimension -> the cell's text, empty where it says nothing."""

    table: str
    key: str  # which of the declared tables
    record: int
    client: str
    day: dt.date | None
    stay: str
    answers: dict[str, str]


@dataclass
class Tally:
    """read = counted + not relevant + set aside, of one table. A row is counted when a client-year rests on it."""

    read: int = 0
    counted: int = 0
    not_relevant: int = 0
    set_aside: int = 0


@dataclass
class CaseFile:
    """What a file holds.

    set_aside : (table, record number, column, codes.REASON). first_day, last_day : what the export says it covers.
    """

    rows: list[Row] = field(default_factory=list)
    set_aside: list[tuple[str, int, str, str]] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    first_day: dt.date | None = None
    last_day: dt.date | None = None


def clients_of(source: Source) -> Clients:
    """The declaration of the file's people. Raises SourceError where a source is no provider's."""
    if source.clients is None:
        raise SourceError(f"'{source.name}' is not a service provider's file. Load it with `python -m etl load`.")
    return source.clients


@contextmanager
def opened(path: Path, source: Source) -> Iterator[tuple[OpenedFile, dict[str, list[str]]]]:
    """The file with its declared columns and, as hidden fields, those that identify people, by table."""
    clients = clients_of(source)
    with open_file(path, source) as first:
        form = first.form
        found = {t.key: identifying(t.header, clients) for t in first.tables}
    tables = {key: _with_hidden(table, found.get(key, [])) for key, table in form.tables.items()}
    with open_file(path, replace(source, forms=(replace(form, tables=tables),))) as again:
        yield again, found


def _with_hidden(table: Table, names: list[str]) -> Table:
    hidden = {f"{_HIDDEN}{i}": name for i, name in enumerate(names)}
    return replace(table, columns={**table.columns, **hidden}, optional=table.optional | frozenset(hidden))


def hidden_fields(names: list[str]) -> dict[str, str]:
    """Field -> column, of the columns that identify people."""
    return {f"{_HIDDEN}{i}": name for i, name in enumerate(names)}


def read_case_file(path: Path, source: Source, today: dt.date) -> CaseFile:
    """Reads the declared columns. Raises SourceError when a column that identifies people holds any value."""
    clients, out = clients_of(source), CaseFile()
    with opened(path, source) as (file, found):
        _check_identifying(path, source, file, found)
        for table in file.tables:
            _read(table, file.form, clients, out, today)
    return out


def _check_identifying(path: Path, source: Source, file: OpenedFile, found: Mapping[str, list[str]]) -> None:
    """First of all and over the whole file, so that nothing is counted of a file that is refused."""
    full: list[str] = []
    for table in file.tables:
        waiting = hidden_fields(found[table.key])
        if not waiting:
            continue
        for chunk in table.chunks():
            here = [f for f in waiting if holds_a_value(chunk.column(f))]
            full += [waiting.pop(f) for f in here]
    if full:
        raise refuse(path, source.name, list(dict.fromkeys(full)))


def _read(table: InputTable, form: Form, clients: Clients, out: CaseFile, today: dt.date) -> None:
    dimensions = {d: t.name for d, t in clients.traits.items() if t.table == table.key and t.name in table.fields}
    for chunk in table.chunks():
        for cells in chunk.to_pylist():
            row = {f: str(v or "").strip() for f, v in cells.items() if f != "record"}
            if table.key == clients.covers:
                _cover(row, form, out)
            else:
                _take(row, int(cells["record"]), table, form, clients, dimensions, out, today)
    tally = out.tallies.setdefault(table.name, Tally())
    tally.read = table.rows_read
    out.set_aside += [(table.name, bad.record, bad.column, bad.reason) for bad in table.bad]
    tally.set_aside = sum(name == table.name for name, *_ in out.set_aside)
    usable = sum(row.table == table.name for row in out.rows)
    tally.not_relevant = tally.read - tally.set_aside - usable


def _take(
    row: dict[str, str],
    record: int,
    table: InputTable,
    form: Form,
    clients: Clients,
    dimensions: Mapping[str, str],
    out: CaseFile,
    today: dt.date,
) -> None:
    if row.get("deleted") or any(row.get(f, "") in values for f, values in clients.left_out.items()):
        return
    # Where a form has no number for people, a row is one.
    client = row["client"] if "client" in table.fields else f"row {record}"
    names = table.table.columns
    if not client:
        out.set_aside.append((table.name, record, names["client"], "no_id"))
        return
    day = None
    if "day" in names:
        day = read_day(row.get("day", ""), form)
        if day is None or not dt.date(FIRST_YEAR, 1, 1) <= day <= today:
            empty = not row.get("day")
            reason = "date_missing" if empty else "date_unreadable" if day is None else "date_impossible"
            out.set_aside.append((table.name, record, names["day"], reason))
            return
    answers = {d: row.get(f, "") for d, f in dimensions.items()}
    out.rows.append(Row(table.name, table.key, record, client, day, row.get("stay", ""), answers))


def _cover(row: dict[str, str], form: Form, out: CaseFile) -> None:
    first, last = read_day(row.get("first_day", ""), form), read_day(row.get("last_day", ""), form)
    if first is None or last is None or last < first:
        raise SourceError("The export does not say which days it covers. Export it again for a range of dates.")
    if out.first_day is not None:
        raise SourceError("The export says twice which days it covers. Export it again.")
    out.first_day, out.last_day = first, last


def read_day(text: str, form: Form) -> dt.date | None:
    """A date in the first of the declared formats that fits; None when none does."""
    for date_format in form.date_formats if text else ():
        try:
            return dt.datetime.strptime(text, date_format).date()
        except ValueError:
            continue
    return None
