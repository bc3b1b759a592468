"""Port Ember Police (fictional), in the format of Houston's monthly workbooks.

July and August 2025 have the older columns, in which trafficking has no category: nothing there is "not collected".
From September the files list NIBRS classes under a preamble of eleven rows that prints the sum of Offense Count. A
row is an hour, a block and a class, so identical rows are different reports. Trafficking is rare: two to five a month.
"""

import datetime as dt
from pathlib import Path

import numpy as np

from etl.sample_county.place import generator
from etl.sample_county.writing import Serial, columns, write_xlsx

_NAMES = dict(zip(range(7, 13), ("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), strict=True))
MONTHS = tuple(dt.date(2025, m, 1) for m in range(7, 13))
FIRST_NIBRS = dt.date(2025, 9, 1)
OLD = columns("Date,Hour,Offense Type,Beat,Premise,Block Range,Street Name,Type,Suffix,Offenses")
# The preamble's merged cells leave blank columns between the named ones.
NEW: tuple[str | None, ...] = (
    None, "Occurrence Date", None, "Occurrence Hour", None, "NIBRS Description", None, "Offense Count", "Beat",
    "Premise", "Block Range", None, "Street Name", None, None, "Street Type", None, "Suffix",
)  # fmt: skip
MERGED = ("B{0}:C{0}", "D{0}:E{0}", "F{0}:G{0}", "K{0}:L{0}", "M{0}:O{0}", "P{0}:Q{0}")
PREAMBLE = 11
SEX, LABOUR = "Human Trafficking/Commercial Sex Act", "Human Trafficking/Involuntary Servitude"
IDENTICAL_ROWS = 3  # in each NIBRS file
EARLIER_ROWS = 3  # in each older file: reports of months before the one in its name

_OLD_TYPES = ("Theft", "Burglary", "Aggravated Assault", "AutoTheft", "Robbery")
_CLASSES = (
    "Theft from motor vehicle",
    "Simple assault",
    "Destruction, damage, vandalism",
    "All other larceny",
    "Intimidation",
    "Burglary, Breaking and Entering",
    "Aggravated Assault",
    "Motor vehicle theft",
    "Drug, narcotic violations",
    "Assisting or promoting prostitution",
)
_SHARES = np.array([18, 17, 14, 13, 9, 9, 8, 7, 4, 1]) / 100
_PREMISES = (
    "Residence, Home (Includes Apartment)",
    "Parking Lot, Garage",
    "Highway, Road, Street, Alley",
    "Bar, Nightclub",
    "Hotel, Motel, ETC",
    "Other, Unknown",
)
_OLD_PREMISES = ("Residence or House", "Road, Street, or Sidewalk", "Other Parking Lot", "Bar or Night Club")
_STREETS = (("QUAYSIDE", "RD"), ("ROPEWALK", "LN"), ("SAILMAKER", "ST"), ("LIGHTSHIP", "AVE"), ("NETLOFT", "ST"))


def _block(rng: np.random.Generator) -> tuple[str, str, str, str]:
    name, kind = _STREETS[int(rng.integers(len(_STREETS)))]
    start = 100 * int(rng.integers(1, 30))
    return f"{start}-{start + 99}", name, kind, ("", "", "N", "S")[int(rng.integers(4))]


def _moment(month: dt.date, rng: np.random.Generator) -> tuple[dt.date, str]:
    days = ((month + dt.timedelta(32)).replace(day=1) - month).days
    return month + dt.timedelta(int(rng.integers(days))), f"{int(rng.normal(17, 6) % 24):02d}"


def _older(month: dt.date, rng: np.random.Generator) -> list[list[object]]:
    rows: list[list[object]] = []
    for _ in range(int(rng.poisson(190))):
        day, hour = _moment(month, rng)
        if len(rows) < EARLIER_ROWS:
            day -= dt.timedelta(40 + 60 * len(rows))
        range_, street, kind, suffix = _block(rng)
        rows.append([
            f"{day:%m/%d/%Y}", hour, _OLD_TYPES[int(rng.choice(5, p=[0.5, 0.15, 0.15, 0.13, 0.07]))],
            "UNK" if rng.uniform() < 0.01 else ("1P10", "1P20")[int(rng.integers(2))],
            _OLD_PREMISES[int(rng.integers(len(_OLD_PREMISES)))], "UNK" if rng.uniform() < 0.02 else range_,
            street, kind, suffix or "-", 1,
        ])  # fmt: skip
    return [list(OLD), *sorted(rows, key=lambda r: (str(r[3]), str(r[0]), str(r[1])))]


def _class_row(month: dt.date, what: str, rng: np.random.Generator) -> list[object]:
    day, hour = _moment(month, rng)
    range_, street, kind, suffix = _block(rng)
    premise = _PREMISES[int(rng.integers(len(_PREMISES)))]
    beat = ("1P10", "1P20")[int(rng.integers(2))]
    count = 1
    if what == SEX:
        premise, beat = _PREMISES[int(rng.integers(3, 5))], "1P10"
    elif what == LABOUR:
        premise, beat = "Dock, Wharf, Shipping Terminal", "1P10"
    elif rng.uniform() < 0.03:
        count = 2
    return [None, f"{day}", None, hour, None, what, None, count, beat, premise, range_, None, street, None, None,
            kind, None, suffix]  # fmt: skip


def _nibrs(month: dt.date, rng: np.random.Generator) -> list[list[object]]:
    """The preamble, the header and the rows; the preamble prints the sum of Offense Count."""
    classes = [_CLASSES[int(n)] for n in rng.choice(len(_CLASSES), int(rng.poisson(300)), p=_SHARES)]
    classes += [SEX] * (2 + int(rng.poisson(0.8))) + [LABOUR] * int(rng.poisson(1.0))
    rows = [_class_row(month, what, rng) for what in classes]
    rows += [list(row) for row in rows[:IDENTICAL_ROWS]]
    rows.sort(key=lambda r: (str(r[1]), str(r[3]), str(r[5]), str(r[12])))
    total = sum(int(str(row[7])) for row in rows)
    last = (month + dt.timedelta(32)).replace(day=1) - dt.timedelta(1)
    printed = (
        f"Total of  {total:,}  NIBRS offenses reported from {month.month}/{month.day}/{month.year}"
        f" to {last.month}/{last.day}/{last.year} "
    )
    made = Serial((last - dt.date(1899, 12, 30)).days + 20.5625)
    preamble: list[list[object]] = [[None] * 18 for _ in range(PREAMBLE)]
    preamble[1][13], preamble[2][6], preamble[3][16] = made, "Public View of NIBRS Crime", "Page 1 of 1"
    preamble[6][4] = printed
    return [*preamble, list(NEW), *rows]


def write(to: Path) -> list[tuple[str, Path]]:
    """Six workbooks, named as Houston names them."""
    rng, files = generator(40), []
    for month in MONTHS:
        name = _NAMES[month.month]
        path = to / f"Port_Ember_{month.year}_{month.month}_{name}.xlsx"
        if month < FIRST_NIBRS:
            write_xlsx(path, f"{name}{month.year}", _older(month, rng))
        else:
            rows = _nibrs(month, rng)
            merged = [ref.format(n) for n in range(PREAMBLE + 1, len(rows) + 1) for ref in MERGED]
            write_xlsx(path, "NIBRSPublicByClass", rows, merged)
        files.append(("sample_port_pd", path))
    return files
