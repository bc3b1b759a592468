"""Rows of a case file -> one profile for each client and closed year, counted once whatever was recorded how often."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from etl import codes
from etl.provider.case_file import CaseFile, Row
from etl.schema import Clients, SourceError, Trait

Profile = tuple[tuple[str, ...], ...]  # per dimension of the declaration, its codes: one, or several where it may
Years = Mapping[str, set[int]]  # client -> years


@dataclass(frozen=True)
class ClientYears:
    """years : closed years, oldest first. profiles : per year, one for each client."""

    years: tuple[int, ...]
    profiles: Mapping[int, list[Profile]]


def client_years(file: CaseFile, clients: Clients, today: dt.date, until: dt.date | None = None) -> ClientYears:
    """Counts each client once in each closed year, and completes the tallies of `file`.

    until : the last day for which the file is complete; else what the export says, else its latest date. A year is
    closed when it ended by that day and before today, and when the export covers its first day.
    Raises SourceError when no year is closed.
    """
    last = until or file.last_day or max((r.day for r in file.rows if r.day), default=None)
    if last is None:
        raise SourceError("The file has no dated row that could be counted. Nothing was written.")
    last = min(last, today - dt.timedelta(days=1))
    present = _present(file.rows, clients, last)
    all_years = {year for years in present.values() for year in years}
    closed = [y for y in sorted(all_years) if dt.date(y, 12, 31) <= last and _covered(y, file.first_day)]
    if not closed:
        raise SourceError(
            "No year is complete in this file, and only whole years are counted. It is taken to be complete up to "
            f"{last}; if it is complete for longer, say so with --until YYYY-MM-DD. Nothing was written."
        )
    said: dict[str, list[Row]] = defaultdict(list)
    for row in file.rows:
        said[row.client].append(row)
    profiles: dict[int, list[Profile]] = {year: [] for year in closed}
    for client in sorted(present):
        for year in sorted(present[client].intersection(closed)):
            mine = [r for r in said[client] if r.day is None or _answers(r, clients, year)]
            profiles[year].append(tuple(_codes(t, d, mine) for d, t in clients.traits.items()))
    _tally(file, clients, present, set(closed))
    return ClientYears(tuple(closed), profiles)


def _covered(year: int, first_day: dt.date | None) -> bool:
    return first_day is None or first_day <= dt.date(year, 1, 1)


def _stays(rows: Sequence[Row], clients: Clients, last: dt.date) -> dict[tuple[str, str], tuple[int, int]]:
    """(client, stay) -> its first and last year; a stay that has not ended goes on until the last day of the file."""
    ended = {(r.client, r.stay): r.day for r in rows if r.key == clients.ends and r.stay and r.day}
    found = {}
    for r in rows:
        if r.key == clients.begins and r.day:
            end = ended.get((r.client, r.stay)) or last
            found[(r.client, r.stay)] = (r.day.year, max(r.day.year, end.year))
    return found


def _present(rows: Sequence[Row], clients: Clients, last: dt.date) -> dict[str, set[int]]:
    """The years in which somebody was a client: those of her stays, else those of her rows."""
    present: dict[str, set[int]] = defaultdict(set)
    if clients.begins:
        for (client, _), (first, final) in _stays(rows, clients, last).items():
            present[client].update(range(first, final + 1))
    else:
        for row in rows:
            if row.day:
                present[row.client].add(row.day.year)
    return present


def _answers(row: Row, clients: Clients, year: int) -> bool:
    """Whether a dated row speaks for a year: its own; what was said at the beginning holds for the rest of the stay."""
    if row.day is None:
        return True
    return row.day.year <= year if row.key == clients.begins else row.day.year == year


def _codes(trait: Trait, dimension: str, rows: Sequence[Row]) -> tuple[str, ...]:
    """What the rows of one client and year say under one heading."""
    texts = [r.answers[dimension] for r in rows if r.answers.get(dimension)]
    if trait.age:
        # Of several stays the latest age counts, as of several files the newest.
        dated = [(r.day or dt.date.min, r.answers[dimension]) for r in rows if r.answers.get(dimension)]
        return (_band(max(dated)[1]) if dated else trait.absent,)
    found = {trait.codes.get(part, codes.UNMAPPED) for text in texts for part in _parts(text)}
    if not found:
        return (trait.absent,)
    if trait.several:
        return tuple(sorted(found))
    if trait.multiple and len(found - {trait.absent}) > 1:
        return (trait.multiple,)
    return (min(found, key=_rank(trait.codes.values())),)


def _rank(listed: Iterable[str]) -> Callable[[str], int]:
    order = {code: i for i, code in reversed(list(enumerate([*listed, codes.UNMAPPED])))}
    return order.__getitem__


def _parts(text: str) -> list[str]:
    """The values of a cell: a multiselect picklist joins them by semicolons; spaces around one are not part of it."""
    return [part.strip() for part in text.split(";") if part.strip()]


def _band(text: str) -> str:
    try:
        age = int(float(text))
    except (ValueError, OverflowError):
        return codes.UNMAPPED
    if not 0 <= age <= codes.AGE_LAST:
        return codes.UNMAPPED
    return codes.AGE_BAND_FROM[max(start for start in codes.AGE_BAND_FROM if start <= age)]


def _tally(file: CaseFile, clients: Clients, present: Years, closed: set[int]) -> None:
    """Which rows stand behind a client-year; the others are not relevant."""
    for row in file.rows:
        years = present.get(row.client, set()) & closed
        if row.day is not None and row.key not in (clients.begins, clients.ends):
            years = years & {row.day.year}
        tally = file.tallies[row.table]
        if years:
            tally.counted += 1
        else:
            tally.not_relevant += 1
    if any(t.read != t.counted + t.not_relevant + t.set_aside for t in file.tallies.values()):
        raise SourceError("Rows would be lost or counted twice. Nothing was written; please report this.")
