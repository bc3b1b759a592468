"""Lampwick Police (fictional), in the format of the Los Angeles portal: two headers, three files.

2021 comes under the older header; the years since then under the newer, as two snapshots: the portal at the end of
September 2025 and at the end of that year. The rows that a loader must survive are listed in `QUIRKS`.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from etl.sample_county.people import Choice, Person, pick, victim
from etl.sample_county.place import DISTRICTS, generator
from etl.sample_county.story import EARLIER, LAST, Event, events
from etl.sample_county.writing import columns, csv_text, write_gz

NEW = columns(
    "DR_NO,Date Rptd,DATE OCC,TIME OCC,AREA,AREA NAME,Rpt Dist No,Part 1-2,Crm Cd,Crm Cd Desc,Mocodes,Vict Age,"
    "Vict Sex,Vict Descent,Premis Cd,Premis Desc,Weapon Used Cd,Weapon Desc,Status,Status Desc,Crm Cd 1,Crm Cd 2,"
    "Crm Cd 3,Crm Cd 4,LOCATION,Cross Street,LAT,LON"
)
OLD = columns(
    ",DR Number,Date Reported,Date Occurred,Time Occurred,Area ID,Area Name,Reporting District,Crime Code,"
    "Crime Code Description,MO Codes,Victim Age,Victim Sex,Victim Descent,Premise Code,Premise Description,"
    "Weapon Used Code,Weapon Description,Status Code,Status Description,Crime Code 1,Crime Code 2,Crime Code 3,"
    "Crime Code 4,Address,Cross Street,Location ,Location Good,Date Occurred (datetime),Zip Code"
)

# What is wrong with a few rows of the newer files, and how many of each.
QUIRKS = {
    "zero_point": 36,  # LAT and LON are 0
    "swapped_point": 8,
    "outside_point": 6,  # far out at sea
    "negative_age": 9,
    "sex_h": 4,
    "wrong_text": 2,  # the trafficking code beside the text of its neighbour in the code book
    "no_date": 1,
    "future_date": 1,
}
TOO_MANY_FIELDS = 2
UPDATED_IN_FILE = 24  # ids that come twice in one file, the later row with a newer status

TRAFFICKING = {
    "sex": ("822", "HUMAN TRAFFICKING - COMMERCIAL SEX ACTS"),
    "forced_labour": ("921", "HUMAN TRAFFICKING - INVOLUNTARY SERVITUDE"),
}
_NEIGHBOUR = ("922", "CHILD STEALING")
# code, text, part, share, whether a person is the victim
_OTHER = (
    ("331", "THEFT FROM MOTOR VEHICLE - GRAND ($950.01 AND OVER)", "1", 14, True),
    ("510", "VEHICLE - STOLEN", "1", 13, False),
    ("624", "BATTERY - SIMPLE ASSAULT", "2", 12, True),
    ("330", "BURGLARY FROM VEHICLE", "1", 9, True),
    ("440", "THEFT PLAIN - PETTY ($950 & UNDER)", "1", 9, True),
    ("740", "VANDALISM - FELONY ($400 & OVER, ALL CHURCH VANDALISMS)", "2", 8, False),
    ("310", "BURGLARY", "1", 7, True),
    ("230", "ASSAULT WITH DEADLY WEAPON, AGGRAVATED ASSAULT", "1", 6, True),
    ("354", "THEFT OF IDENTITY", "2", 6, True),
    ("626", "INTIMATE PARTNER - SIMPLE ASSAULT", "2", 6, True),
    ("210", "ROBBERY", "1", 4, True),
    ("442", "SHOPLIFTING - PETTY THEFT ($950 & UNDER)", "1", 4, False),
    ("888", "TRESPASSING", "2", 2, False),
    ("956", "LETTERS, LEWD  -  TELEPHONE CALLS, LEWD", "2", 1, True),
    ("805", "PIMPING", "2", 0.7, True),
    ("806", "PANDERING", "2", 0.4, True),
)
_SOME_OTHER = Choice(_OTHER, (share for *_, share, _ in _OTHER))
_STREET, _HOME = ("101", "STREET"), ("502", "MULTI-UNIT DWELLING (APARTMENT, DUPLEX, ETC)")
_PREMISES = {
    "motel strip": ((("505", "MOTEL"), 7), (("108", "PARKING LOT"), 1), (_STREET, 2)),
    "harbour": ((_STREET, 4), (("207", "BAR/COCKTAIL/NIGHTCLUB"), 3), (("503", "HOTEL"), 2), (_HOME, 1)),
    "old mill": ((("718", "MASSAGE PARLOR"), 4), (_HOME, 3), (("750", "CYBERSPACE"), 2), (_STREET, 1)),
    "theatre row": ((_STREET, 6), (("102", "SIDEWALK"), 2), (("735", "NIGHT CLUB (OPEN EVENINGS ONLY)"), 2)),
    "fairground": ((("108", "PARKING LOT"), 3), (("503", "HOTEL"), 4), (_STREET, 3)),
    "background": ((_HOME, 3), (("750", "CYBERSPACE"), 3), (("503", "HOTEL"), 2), (_STREET, 2), (("", ""), 1)),
    "docks": ((("705", "SLIPS/DOCK/MARINA/BOAT"), 6), (("213", "WAREHOUSE"), 4)),
    "farms": ((("204", "MANUFACTURING COMPANY"), 3), (("501", "SINGLE FAMILY DWELLING"), 5), (("", ""), 2)),
    "labour elsewhere": ((("210", "RESTAURANT/FAST FOOD"), 5), (("118", "CONSTRUCTION SITE"), 5)),
    "": ((_STREET, 4), (_HOME, 2), (("501", "SINGLE FAMILY DWELLING"), 2), (("108", "PARKING LOT"), 2)),
}
_STATUS = {"IC": "Invest Cont", "AA": "Adult Arrest", "AO": "Adult Other", "JA": "Juv Arrest", "UF": "Unfounded"}
_STATUS_SHARE = (("IC", 0.68), ("AA", 0.14), ("AO", 0.155), ("JA", 0.01), ("UF", 0.015))
_DESCENT = {"white": "W", "hispanic": "H", "black": "B", "asian": "A", "native": "I", "pacific": "P", "unknown": "X"}
_SEX = {"female": "F", "male": "M", "unknown": "X"}
_NAMES = {id_: name for id_, name, _, _ in DISTRICTS}


@dataclass(frozen=True)
class Report:
    """One event with what a clerk would have typed about it."""

    event: Event
    code: str
    text: str
    part: str
    age: str
    sex: str
    descent: str
    premise: tuple[str, str]
    status: str  # as it stands at the end of 2025
    solved: dt.date  # until then the status is IC
    iso_like: bool  # which of the portal's two date formats
    lat: float
    lon: float
    quirk: str = ""


def _what(event: Event, rng: np.random.Generator) -> tuple[str, str, str, bool]:
    if event.stream:
        return (*TRAFFICKING[event.exploitation], "2", True)
    code, text, part, _, person = _SOME_OTHER.draw(rng)
    return code, text, part, person


def _typed(person: Person | None) -> tuple[str, str, str]:
    """Age, sex and descent: 0 and nothing where no person is the victim, 0 where the age is unknown."""
    if person is None:
        return "0", "", ""
    return str(person.age or 0), _SEX[person.sex], _DESCENT[person.race]


def _report(event: Event, rng: np.random.Generator) -> Report:
    code, text, part, person = _what(event, rng)
    exploitation = event.exploitation or ("sex" if code in ("805", "806") else "")
    age, sex, descent = _typed(victim(exploitation, rng) if person else None)
    return Report(
        event, code, text, part, age, sex, descent,
        premise=pick(rng, _PREMISES[event.stream]),
        status=pick(rng, _STATUS_SHARE),
        solved=event.reported + dt.timedelta(int(rng.exponential(60))),
        iso_like=bool(rng.uniform() < 0.45),
        lat=event.block.lat,
        lon=event.block.lon,
    )  # fmt: skip


_CHANGE: dict[str, Callable[[Report], Report]] = {
    "zero_point": lambda r: replace(r, lat=0, lon=0),
    "swapped_point": lambda r: replace(r, lat=r.lon, lon=r.lat),
    "outside_point": lambda r: replace(r, lat=-35.1, lon=-24.9),
    "negative_age": lambda r: replace(r, age="-1"),
    "sex_h": lambda r: replace(r, sex="H"),
    "wrong_text": lambda r: replace(r, code=TRAFFICKING["forced_labour"][0], text=_NEIGHBOUR[1]),
    "no_date": lambda r: r,
    "future_date": lambda r: r,
}


def reports() -> list[Report]:
    """Every report, in the order of its number; rows that are wrong are wrong in both snapshots."""
    rng = generator(20)
    made = [_report(event, rng) for event in events()]
    newer = [n for n, r in enumerate(made) if r.event.reported.year > 2021 and r.event.entered <= EARLIER]
    # Every other one is a report of trafficking: what is wrong elsewhere never reaches a page.
    ours = rng.permutation([n for n in newer if made[n].event.stream])
    others = rng.permutation([n for n in newer if not made[n].event.stream])
    chosen = (int(n) for pair in zip(ours, others, strict=False) for n in pair)
    for quirk, times in QUIRKS.items():
        for _, n in zip(range(times), chosen, strict=False):
            made[n] = replace(_CHANGE[quirk](made[n]), quirk=quirk)
    return sorted(made, key=lambda r: r.event.id)


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _new_row(r: Report, as_of: dt.date) -> list[str]:
    midnight = "%m/%d/%Y 00:00" if r.iso_like else "%m/%d/%Y 12:00:00 AM"
    reported, occurred = r.event.reported.strftime(midnight), r.event.occurred.strftime(midnight)
    if r.quirk == "no_date":
        reported, occurred = "", ""
    if r.quirk == "future_date":
        reported = reported.replace(f"/{r.event.reported.year} ", "/2062 ")
    hour, minute = divmod(r.event.minutes, 60)
    time = f"{hour:02d}{minute:02d}"
    if r.event.reported.year == 2022:  # the export of that year lost the leading zeros
        time = str(int(time))
    status = r.status if r.solved <= as_of else "IC"
    area = f"{int(r.event.block.district):02d}"
    weapon = ("400", "STRONG-ARM (HANDS, FIST, FEET OR BODILY FORCE)") if r.code in ("624", "626") else ("", "")
    return [
        r.event.id, reported, occurred, time, area, _NAMES[r.event.block.district],
        f"{area}{r.event.block.beat:02d}", r.part, r.code, r.text, "0344" if r.part == "1" else "", r.age, r.sex,
        r.descent, *r.premise, *weapon, status, _STATUS[status], r.code, "", "", "", r.event.block.address, "",
        _number(r.lat), _number(r.lon),
    ]  # fmt: skip


def _old_row(r: Report, number: int) -> list[str]:
    def as_float(text: str) -> str:
        return f"{text}.0" if text else ""

    status = r.status if r.solved <= dt.date(2021, 12, 31) else "IC"
    hour, minute = divmod(r.event.minutes, 60)
    block = r.event.block
    return [
        str(1_600_000 + number), r.event.id, f"{r.event.reported:%m/%d/%Y}", f"{r.event.occurred:%m/%d/%Y}",
        str(100 * hour + minute), block.district, _NAMES[block.district], f"{block.district}{block.beat:02d}",
        r.code, r.text, "", as_float(r.age if r.age != "0" else ""), r.sex, r.descent, as_float(r.premise[0]),
        r.premise[1], "", "", status, _STATUS[status], as_float(r.code), "", "", "", block.address, "",
        f"({_number(r.lat)}, {_number(r.lon)})", "True", f"{r.event.occurred}", f"{int(block.district):05d}",
    ]  # fmt: skip


def _snapshot(made: list[Report], as_of: dt.date) -> Iterator[list[str]]:
    """The portal on one day: what was entered by then, with the status known by then."""
    yield NEW
    twice = 0
    for n, r in enumerate(made):
        if r.event.reported.year < 2022 or r.event.entered > as_of:
            continue
        row = _new_row(r, as_of)
        often = 23 if r.event.stream else 1301
        if n % often == 7 and twice < UPDATED_IN_FILE and row[18] != "IC" and not r.quirk:
            twice += 1
            yield [*row[:18], "IC", _STATUS["IC"], *row[20:]]
        yield row


def _spoil(lines: list[str]) -> list[str]:
    """A comma that somebody forgot to quote: one field too many."""
    for n in range(1, TOO_MANY_FIELDS + 1):
        at = n * len(lines) // (TOO_MANY_FIELDS + 1)
        lines[at] = lines[at].replace(",,", ",NEAR THE WELL, REAR,", 1)
    return lines


def write(to: Path) -> list[tuple[str, Path]]:
    """Three gzipped csv files, oldest first."""
    made = reports()
    old = [r for r in made if r.event.reported.year == 2021 and r.event.entered <= LAST]
    files = [(to / "Lampwick_2021_old_schema.csv.gz", csv_text([OLD, *(_old_row(r, n) for n, r in enumerate(old))]))]
    for as_of in (EARLIER, LAST):
        lines = csv_text(_snapshot(made, as_of)).splitlines()
        path = to / f"Lampwick_Crime_Data_from_2022_as_of_{as_of}.csv.gz"
        files.append((path, "\n".join(_spoil(lines)) + "\n"))
    for path, text in files:
        write_gz(path, text)
    return [("sample_city_pd", path) for path, _ in files]
