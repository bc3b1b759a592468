"""What spreadsheets do to values, and what becomes of a file that is packed or saved as a workbook."""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.pollution import ASIDE, EXACT, REFUSED, Clean, Variant, gz, quoted, workbook
from tests.pollution_ways import WAYS, Way, one_each, variant

_DAYS = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
_DATES = ("reported_on", "occurred_on")
_CODES = ("offence_code", "area_code", "year", "exploitation", "victim_age", "occurred_time")
_FIGURES = ("count", "reported", "unfounded", "cleared", "signals", "cases")
_POINTS = ("lat", "lon")
_WORDS = ("#REF!", "#N/A", "########", "#VALUE!")
Change = Callable[[str], str]


def _each(clean: Clean, how: str, fields: tuple[str, ...], change: Change, may: str) -> Iterator[Variant]:
    """The change in one cell, for every row that holds something there; and in the whole column."""
    for c, name in enumerate(clean.header):
        if clean.columns.get(name) not in fields:
            continue
        changed = [change(row[c]) if row[c] else "" for row in clean.rows]
        touched = [r for r, row in enumerate(clean.rows) if changed[r] != row[c]]
        for rows in [[r] for r in touched] + ([touched] if len(touched) > 1 else []):
            lines = clean.lines()
            for r in rows:
                cells = [*clean.rows[r][:c], changed[r], *clean.rows[r][c + 1 :]]
                lines[r + 1] = ",".join(quoted(x) for x in cells)
            where = f"row {rows[0] + 1}" if len(rows) == 1 else "every row"
            spoilt = rows if "s" in may else []
            yield variant(clean, f"{how}, column {c + 1}, {where}", clean.content(lines), spoilt=spoilt, may=may)


def _moment(text: str) -> dt.datetime | None:
    for format_ in _DAYS:
        try:
            return dt.datetime.strptime(text, format_)
        except ValueError:
            continue
    return None


def _as(format_: str) -> Change:
    def written(text: str) -> str:
        moment = _moment(text)
        return moment.strftime(format_) if moment else text

    return written


def _serial(text: str) -> str:
    moment = _moment(text)
    return f"{(moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1):.10g}" if moment else text


def dates(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """As days since 1899, in other orders, short of a century, or not at all."""
    yield from _each(clean, "a date as a serial number", _DATES, _serial, "esr")
    for how, format_ in (
        ("a date in words", "%d %B %Y"),
        ("a date of two digits", "%m/%d/%y"),
        ("a date with dots", "%d.%m.%Y"),
        ("the date of the first century", "00%y-%m-%d"),
        ("a date of the future", "%m/%d/2199"),
        ("a date without a year", "%m-%d"),
    ):
        yield from _each(clean, how, _DATES, _as(format_), "sr")
    for word in _WORDS:
        yield from _each(clean, f"a date as {word}", _DATES, lambda _, w=word: w, "sr")  # type: ignore[misc]


def numbers(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """Codes with a point, figures with commas, long numbers in powers of ten, coordinates with a comma."""
    yield from _each(clean, "a code with .0", _CODES, lambda x: f"{x}.0" if x.isdigit() else x, "e")
    yield from _each(clean, "a number with .0", _FIGURES, lambda x: f"{x}.0" if x.isdigit() else x, "e")
    power = lambda x: f"{float(x):.2E}" if x.isdigit() and len(x) > 3 else x  # noqa: E731
    yield from _each(clean, "an id in powers of ten", ("incident_id", "person_id"), power, "sr")
    for what, word in (("in words", "many"), ("as a power", "1.5E+31"), ("below zero", "-7"), ("as #REF!", "#REF!")):
        if what != "below zero" or "ORI" not in clean.header:  # the FBI corrects figures by negative ones
            yield from _each(clean, f"a figure {what}", _FIGURES, lambda _, w=word: w, "sr")  # type: ignore[misc]
    yield from _each(clean, "a figure with a fraction", _FIGURES, lambda x: f"{x}.5", "sr")
    for how, change in (
        ("with a decimal comma", lambda x: x.replace(".", ",")),
        ("in words", lambda _: "north"),
        ("as #N/A", lambda _: "#N/A"),
    ):
        yield from _each(clean, f"a coordinate {how}", _POINTS, change, "sr")


def marks(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """Blanks around values, and what spreadsheets write so that a value stays text."""
    fields = tuple(clean.columns.values())
    for how, change in (
        ("blanks around it", lambda x: f"  {x} "),
        ("a tab behind it", lambda x: f"{x}\t"),
        ("a no-break space behind it", lambda x: f"{x}\u00a0"),
    ):
        yield from _each(clean, how, fields, change, "e")
    held = (*_DATES, "offence_code", "incident_id", "year", *_FIGURES)
    for how, change in (
        ("written as a formula", lambda x: f'="{x}"'),
        ("with an apostrophe before it", lambda x: f"'{x}"),
        ("with a mark of order", lambda x: f"\ufeff{x}"),
        ("with a space of no width", lambda x: f"{x}\u200b"),
    ):
        yield from _each(clean, f"a value {how}", held, change, "esr")


def sheets(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """The same rows in a workbook: blank rows and columns, titles, totals, and a file that is damaged."""
    if clean.member:
        return
    grid: list[list[Any]] = [list(clean.header), *[list(r) for r in clean.rows]]
    one, wide = one_each(clean), len(clean.header)

    def made(
        how: str, rows: list[list[Any]], numbers: list[int], records: tuple[tuple[int, ...], ...], may: str
    ) -> Variant:
        ends = frozenset({"e": EXACT, "s": ASIDE, "r": REFUSED}[m] for m in may)
        spoilt = frozenset(i for record in records for i in record) if "s" in may else frozenset()
        return Variant(
            clean.form,
            f"a workbook, {how}",
            workbook(rows),
            records,
            spoilt,
            frozenset(),
            ends,
            ".xlsx",
            tuple(numbers),
        )

    count = list(range(2, len(one) + 2))
    yield made("as it is", grid, count, one, "e")
    yield made("titles above", [["Report"], [], *grid], count, one, "e")
    yield made("a blank column before", [["", *r] for r in grid], count, one, "e")
    numeric = [
        [float(c) if str(c).replace(".", "", 1).isdigit() and not str(c).startswith("0") else c for c in r]
        for r in grid
    ]
    yield made("numbers as numbers", [grid[0], *numeric[1:]], count, one, "e")
    for r in range(1, len(grid) + 1):
        blank = [*grid[:r], [], *grid[r:]]
        yield made(f"a blank row above row {r}", blank, [n + (n > r) for n in count], one, "e")
        for how, junk in (("a total", ["Total", *["12"] * (wide - 1)]), ("the header", grid[0]), ("a word", ["note"])):
            rows = [*grid[:r], list(junk), *grid[r:]]
            records = (*one[: r - 1], (), *one[r - 1 :])
            yield made(f"{how} above row {r}", rows, list(range(2, len(records) + 2)), records, "sr")
    packed = workbook(grid)
    for _ in range(6):
        at = chance.randrange(4, len(packed))
        turned = bytearray(packed)
        turned[at] ^= 1 << chance.randrange(8)
        for how, content, may in (
            (f"cut off at {at}", packed[:at], "r"),
            (f"a bit turned at {at}", bytes(turned), "er"),
        ):
            ends = frozenset({"e": EXACT, "r": REFUSED}[m] for m in may)
            yield Variant(clean.form, f"a workbook, {how}", content, one, may=ends, suffix=".xlsx")


def containers(clean: Clean, chance: random.Random) -> Iterator[Variant]:
    """Packed, packed in two parts, cut off, or with a bit that was turned over."""
    if clean.member:
        return
    raw = clean.content(clean.lines()).encode()
    packed = gz(raw)
    half = len(raw) // 2
    yield variant(clean, "gzip", packed)
    yield variant(clean, "gzip in two parts", gz(raw[:half]) + gz(raw[half:]))
    yield variant(clean, "gzip and zeros", packed + bytes(512), may="er")
    yield variant(clean, "gzip and text", packed + b"and more", may="er")
    for _ in range(6):
        cut = chance.randrange(4, len(packed) - 1)
        yield variant(clean, f"gzip cut off at {cut}", packed[:cut], may="r")
        at = (
            chance.randrange(len(packed) - 8, len(packed))
            if chance.random() < 0.3
            else chance.randrange(12, len(packed))
        )
        turned = bytearray(packed)
        turned[at] ^= 1 << chance.randrange(8)
        yield variant(clean, f"gzip with a bit turned at {at}", bytes(turned), may="er")


VALUES: tuple[Way, ...] = (dates, numbers, marks, sheets, containers)


def all_variants(clean: Clean, seed: int) -> list[Variant]:
    """Every variant of a clean file; the same ones for the same seed."""
    found = []
    for way in (*WAYS, *((sheets,) if clean.member else VALUES)):
        chance = random.Random(f"{seed} {clean.form} {way.__name__}")
        found += list(way(clean, chance))
    return found
