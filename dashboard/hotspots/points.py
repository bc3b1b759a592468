"""A csv file of points, or of cells, into arrays. No value of a row is ever part of a message."""

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

DELIMITERS = ",;\t|"
ENCODINGS = ("utf-8-sig", "cp1252", "latin-1")  # the last one reads anything


class InputError(Exception):
    """What is wrong with the command or its files, and the remedy, in one sentence."""


@dataclass(frozen=True)
class Points:
    """The rows that can be used, and how many cannot.

    x, y : (n,) as in the file. dates : (n,) local times, NaT where unusable; None without a time column.
    rows : data rows of the file. broken : of them, with another number of fields than the header.
    unlocated : with coordinates that are missing, no numbers, or both 0.
    """

    x: np.ndarray
    y: np.ndarray
    dates: pd.DatetimeIndex | None
    rows: int
    broken: int
    unlocated: int

    @property
    def undated(self) -> int:
        """Located rows whose date is missing or unreadable."""
        return 0 if self.dates is None else int(self.dates.isna().sum())


def read_points(path: Path, x: str, y: str, time: str | None = None, time_format: str | None = None) -> Points:
    """The points of a csv file (also .gz; comma, semicolon, tab or bar). Raises InputError."""
    table, broken = _read(path, [x, y, *([time] if time else [])])
    east, north = (_numbers(table[name]) for name in (x, y))
    # Files write 0, 0 where they know no place.
    located = np.isfinite(east) & np.isfinite(north) & ~((east == 0) & (north == 0))
    rows = len(table) + broken
    if not rows:
        raise InputError(f"{path.name} has a header but no points. Give a csv file with a row for each point.")
    if not located.any():
        raise InputError(
            f"No row of {path.name} has numbers in both {x} and {y}. Name the columns of the coordinates with --x "
            "and --y."
        )
    dates = _dates(table[time][located], time, time_format) if time else None
    return Points(east[located], north[located], dates, rows, broken, int((~located).sum()))


def read_cells(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Centres of given cells, each (n,), in the file's order. Raises InputError."""
    table, broken = _read(path, ["x", "y"])
    x, y = _numbers(table["x"]), _numbers(table["y"])
    missing = broken + int((~(np.isfinite(x) & np.isfinite(y))).sum())
    if missing:
        raise InputError(f"{missing:,} rows of {path.name} have no usable x and y. Give each cell its centre.")
    if not len(x):
        raise InputError(f"{path.name} holds no cells. Give a csv file with a column x and a column y.")
    return x, y


def _read(path: Path, wanted: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """The wanted columns as text, and how many rows had another number of fields than the header."""
    try:
        for encoding in ENCODINGS:
            try:
                with _opened(path, encoding) as file:
                    return _parsed(file, path, wanted)
            except UnicodeDecodeError:
                continue
    except FileNotFoundError:
        raise InputError(f"There is no file {path}. Check the name and the folder.") from None
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        why = "its rows are not comma-separated text" if isinstance(error, csv.Error) else _reason(error)
        raise InputError(f"{path.name} cannot be read: {why}. Save it anew as a csv file.") from None
    raise InputError(f"{path.name} cannot be read: its encoding is not known. Save it anew as UTF-8.")


def _reason(error: Exception) -> str:
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    if isinstance(error, PermissionError):
        return "you may not open it"
    return "it is damaged or incomplete"


def _opened(path: Path, encoding: str) -> IO[str]:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    if packed:
        return io.TextIOWrapper(gzip.open(path, "rb"), encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _parsed(file: IO[str], path: Path, wanted: Sequence[str]) -> tuple[pd.DataFrame, int]:
    first = file.readline()
    while first and not first.strip("\r\n\t ,;"):
        first = file.readline()
    if not first:
        raise InputError(f"{path.name} is empty. Give a csv file with a header and a row for each point.")
    if "\0" in first:
        raise InputError(f"{path.name} is not a csv file. Open it in a spreadsheet program and save it as csv.")
    delimiter = max(DELIMITERS, key=first.count)
    header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
    at = [_position(header, name, path) for name in wanted]
    width, broken, columns = len(header), 0, [[] for _ in wanted]  # type: ignore[var-annotated]
    for row in csv.reader(file, delimiter=delimiter):
        if len(row) == width:
            for column, place in zip(columns, at, strict=True):
                column.append(row[place])
        elif row:
            broken += 1
    return pd.DataFrame(dict(zip(wanted, columns, strict=True)), dtype=str), broken


def _position(header: list[str], name: str, path: Path) -> int:
    count = header.count(name)
    if count == 1:
        return header.index(name)
    if count:
        raise InputError(f"{path.name} has {count} columns named {name}. Rename all but one.")
    shown = ", ".join(header[:12]) + (", ..." if len(header) > 12 else "")
    raise InputError(f"{path.name} has no column {name}. It has: {shown}.")


def _numbers(texts: pd.Series) -> np.ndarray:
    return np.asarray(pd.to_numeric(texts.str.strip(), errors="coerce"), dtype=float)


def _dates(texts: pd.Series, column: str, time_format: str | None) -> pd.DatetimeIndex:
    """Local times: an offset from UTC at the end is left out, not added."""
    shown = texts.str.strip()
    local = shown.str.replace(r"(?<=\d)\s*(?:Z|[+-]\d\d:?\d\d)$", "", regex=True) if time_format is None else shown
    # 2019-01-31 would lose its -01-31 to a pattern for offsets: only what holds a time has one.
    local = local.where(shown.str.contains(":", regex=False), shown)
    made: Any = pd.to_datetime(local, format=time_format or "ISO8601", errors="coerce")
    dates = pd.DatetimeIndex(made)
    if len(dates) and dates.isna().all():
        said = "in the form of --time-format" if time_format else "as year-month-day"
        raise InputError(
            f"No date in the column {column} could be read {said}. Say how they are written, "
            "such as --time-format '%m/%d/%Y'."
        )
    return dates
