"""A large file in LAPD's format: rows drawn from a sample, with new ids, moved points and dates over five years."""

import csv
import datetime as dt
import gzip
import random
from pathlib import Path

from etl.sample import write_files
from tests.conftest import real_files_folder

_DAYS = [(dt.date(2020, 1, 1) + dt.timedelta(i)).strftime("%m/%d/%Y") for i in range(5 * 365)]


def sample_rows(work: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows to draw from: the publisher's real file where it is found, else the fictional one."""
    real = real_files_folder()
    if real is not None:
        path = real / "police" / "lapd" / "Crime_Data_from_2020_to_Present.csv"
    else:
        files = dict(write_files(work / "sample"))
        path = next(p for name, p in files.items() if name == "sample_city_pd")
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as handle:
        header, *rows = csv.reader(handle)
    return header, [row for row in rows if len(row) == len(header)]


def write(path: Path, rows: int, work: Path, seed: int = 7) -> Path:
    """Writes `rows` rows; the same bytes each time for the same sample."""
    header, drawn = sample_rows(work)
    reported, occurred = header.index("Date Rptd"), header.index("DATE OCC")
    number, lat, lon = header.index("DR_NO"), header.index("LAT"), header.index("LON")
    dice = random.Random(seed)
    with path.open("w", newline="", buffering=1 << 20) as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        for i in range(rows):
            row = list(drawn[int(dice.random() * len(drawn))])
            day = int(dice.random() * (len(_DAYS) - 5))
            clock = " 12:00:00 AM" if i % 2 else " 00:00"
            row[number] = str(200_000_000 + i)
            row[occurred] = _DAYS[day] + clock
            row[reported] = _DAYS[day + int(dice.random() * 5)] + clock
            if row[lat] not in ("", "0"):
                row[lat] = f"{float(row[lat]) + dice.random() * 0.01 - 0.005:.4f}"
                row[lon] = f"{float(row[lon]) + dice.random() * 0.01 - 0.005:.4f}"
            writer.writerow(row)
    return path
