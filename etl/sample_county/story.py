"""What happened in the fictional city, 2021 to 2025: where, when and how late it was reported.

Every rate, place and share below is invented. Reports of trafficking are far more frequent than anywhere real, so
that each page has something to show. The structure is known, so that an analysis can be checked against it:

- motel strip, by the airport road: stable, about 7 a month
- harbour: stable, about 6 a month
- Old Mill: emerging; next to nothing before 2024, then growing to about 15 a month
- Theatre Row: fading; about 12 a month at the start of 2021, nothing occurs after 2022
- Fairground: seasonal; about 11 a month from July to September, hardly any in other months
- the rest of the city: about 12 a month, spread as all other police reports are
- forced labour: about 5 a month; two in five at the docks, as many on the farms of Farfield, the rest anywhere

One report in eight comes months after the event. Entering a report takes days, for three in ten weeks, so the last
months of a file are incomplete. In June 2024 the police moved to another records system: 45 % of the reports of
that month were never carried over, 30 % in July, 15 % in August. The campaign of May 2023 changed nothing.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from shapely import prepare
from shapely.geometry import Point

from etl.sample_county.people import Choice
from etl.sample_county.place import CITY, DISTRICTS, KM_PER_DEGREE, MIDDLE, districts, generator, land
from etl.sample_county.writing import columns

FIRST, LAST = dt.date(2021, 1, 1), dt.date(2025, 12, 31)
EARLIER = dt.date(2025, 9, 30)  # when the earlier of the two snapshots was taken
LOST = {(2024, 6): 0.45, (2024, 7): 0.30, (2024, 8): 0.15}
REPORTS_A_MONTH = 700  # of everything else
WARM_UP = 24  # months before the first file in which events happen that are reported later


@dataclass(frozen=True)
class Stream:
    """One part of the story: what, along which line (km), how wide (km), and how many a month."""

    name: str
    exploitation: str
    line: tuple[tuple[float, float], ...]
    spread: float
    rate: Callable[[int], float]  # month 0 is January 2021


STREAMS = (
    Stream("motel strip", "sex", ((8.0, 4.9), (10.6, 3.7)), 0.22, lambda m: 7.0),
    Stream("harbour", "sex", ((16.9, -1.4),), 0.40, lambda m: 6.0),
    Stream("old mill", "sex", ((10.3, -6.4),), 0.50, lambda m: 0.2 if m < 36 else 2.0 + 0.57 * (m - 36)),
    Stream("theatre row", "sex", ((12.9, 2.6), (13.6, 2.3)), 0.25, lambda m: max(0.0, 12.0 - 0.5 * m) * (m < 24)),
    Stream("fairground", "sex", ((14.3, 9.4),), 0.40, lambda m: 11.0 if m % 12 in (6, 7, 8) else 0.4),
    Stream("background", "sex", (), 0.0, lambda m: 12.0),
    Stream("docks", "forced_labour", ((17.4, -2.4),), 0.35, lambda m: 2.0),
    Stream("farms", "forced_labour", ((3.4, -3.4),), 1.10, lambda m: 2.0),
    Stream("labour elsewhere", "forced_labour", (), 0.0, lambda m: 1.0),
)


@dataclass(frozen=True)
class Block:
    """A hundred block: the finest place that the police print."""

    lat: float
    lon: float
    address: str
    district: str
    beat: int


@dataclass
class Event:
    """One report as the police know it, whatever the file's format."""

    occurred: dt.date
    minutes: int  # after midnight
    reported: dt.date
    entered: dt.date
    block: Block
    stream: str  # "" for every other crime
    exploitation: str
    id: str = ""


_STREETS = columns(
    "AMBER,ANVIL,APRON,ARBOUR,BEACON,BELLOWS,BOBBIN,BRASS,BRINE,BUOY,CANDLE,CAULK,CHANDLER,CINDER,COBBLE,CORDAGE,"
    "DRIFT,EMBER,FERRULE,FILAMENT,FLAGON,FLINT,GIMBAL,GLASS,GLEAM,GLIMMER,HAWSER,KELP,KILN,LARDER,LATCH,LOOM,LUSTRE,"
    "MANTLE,MILLRACE,NETTLE,OAKUM,PEWTER,PLUME,QUARTZ,QUILL,REED,RUSHLIGHT,SAFFRON,SCONCE,SHINGLE,SPARK,SPINDLE,"
    "TALLOW,TAPER,THIMBLE,TINDER,TRELLIS,VELLUM,WATTLE,WHISTLE,WICK,WINDLASS"
)
_KINDS = ("ST", "AV", "ST", "RD", "BL", "DR", "ST", "LN", "WY", "PL")


def _address(rng: np.random.Generator) -> str:
    """Columns as the real file pads them."""
    street = int(rng.integers(len(_STREETS)))
    side = ("N", "S", "E", "W", " ")[int(rng.integers(5))]
    return f"{100 * int(rng.integers(1, 90))} {side}  {_STREETS[street]:<29}{_KINDS[street % len(_KINDS)]}"


class Blocks:
    """The city's blocks, each stream's own and those that everything else is drawn from."""

    def __init__(self) -> None:
        rng = generator(10)
        self._inside = land(CITY).buffer(-0.0012)
        prepare(self._inside)
        self._areas = [(d.id, d.shape) for d in districts() if d.within == CITY]
        centres = np.array([at for _, _, police, at in DISTRICTS if police == CITY])
        anywhere = [self._block(rng, centres[int(rng.integers(len(centres)))], 2.6) for _ in range(1300)]
        self.somewhere = Choice(anywhere, rng.gamma(1.2, 1.0, len(anywhere)))
        self.of = {
            s.name: [self._block(rng, self._along(s, rng), s.spread) for _ in range(16)] for s in STREAMS if s.line
        }

    @staticmethod
    def _along(stream: Stream, rng: np.random.Generator) -> np.ndarray:
        start, end = np.array(stream.line[0]), np.array(stream.line[-1])
        return np.asarray(start + (end - start) * rng.uniform())

    def _block(self, rng: np.random.Generator, middle: np.ndarray, spread: float) -> Block:
        while True:
            x, y = middle + rng.normal(0, spread, 2)
            # Four decimals, about ten metres, is what the portal prints.
            lon, lat = (round(float(a), 4) for a in np.array(MIDDLE) + np.array([x, y]) / KM_PER_DEGREE)
            if self._inside.contains(Point(lon, lat)):
                break
        district = next(id_ for id_, shape in self._areas if shape.contains(Point(lon, lat)))
        return Block(lat, lon, _address(rng), district, int(rng.integers(1, 60)))


def month_start(m: int) -> dt.date:
    """Month 0 is January 2021; months before it are negative."""
    return dt.date(2021 + m // 12, m % 12 + 1, 1)


def _day(m: int, weekend: float, rng: np.random.Generator) -> dt.date:
    """A day of the month; `weekend` is how much likelier Friday to Sunday are than other days."""
    first, days = month_start(m), (month_start(m + 1) - month_start(m)).days
    while True:
        day = first + dt.timedelta(int(rng.integers(days)))
        if day.weekday() >= 4 or rng.uniform() < 1 / weekend:
            return day


def _minutes(exploitation: str, rng: np.random.Generator) -> int:
    """Nights for sexual exploitation, working hours for forced labour; some times are the clerk's default."""
    kind = rng.uniform()
    if kind < 0.06:
        return 720 if kind < 0.035 else 1
    middle, width = {"sex": (22.5, 3.2), "forced_labour": (11.0, 3.0)}.get(exploitation, (16.5, 5.5))
    hour = rng.normal(middle, width) % 24
    return int(hour * 12) * 5 % 1440


def _reported(occurred: dt.date, trafficking: bool, rng: np.random.Generator) -> dt.date:
    late = rng.uniform() < 0.125 if trafficking else rng.uniform() < 0.03
    days = rng.exponential(150 if late else 6 if trafficking else 1.5)
    return occurred + dt.timedelta(int(days))


def _entered(reported: dt.date, rng: np.random.Generator) -> dt.date:
    days = rng.exponential(24) if rng.uniform() < 0.3 else rng.integers(0, 4)
    return reported + dt.timedelta(int(days))


def events() -> list[Event]:
    """Every report of the city police, oldest first, including those that no file holds yet."""
    rng, blocks = generator(11), Blocks()
    made = []
    everything_else = Stream("", "", (), 0.0, lambda m: REPORTS_A_MONTH * (1 + 0.06 * np.cos(m * np.pi / 6)))
    for m in range(-WARM_UP, 60):
        for stream in (*STREAMS, everything_else):
            # Other crimes are reported within days, so only the last months before the first file matter.
            if m < (-3 if not stream.name else -WARM_UP):
                continue
            for _ in range(int(rng.poisson(stream.rate(m)))):
                made.append(_event(m, stream, blocks, rng))
    kept = [e for e in made if e is not None and e.reported >= FIRST]
    return _numbered(sorted(kept, key=lambda e: (e.reported, e.occurred, e.minutes, e.block.address)))


def _event(m: int, stream: Stream, blocks: Blocks, rng: np.random.Generator) -> Event | None:
    own = blocks.of.get(stream.name)
    # A few blocks of a cluster are reported again and again, most hardly ever.
    block = own[min(int(rng.geometric(0.16)), len(own)) - 1] if own else blocks.somewhere.draw(rng)
    occurred = _day(m, 1.7 if stream.exploitation == "sex" else 1.0, rng)
    reported = _reported(occurred, bool(stream.name), rng)
    event = Event(
        occurred,
        _minutes(stream.exploitation, rng),
        reported,
        _entered(reported, rng),
        block,
        stream.name,
        stream.exploitation,
    )
    lost = rng.uniform() < LOST.get((reported.year, reported.month), 0.0)
    return None if lost else event


def _numbered(found: list[Event]) -> list[Event]:
    """The publisher's number: year, district, and a running number within both."""
    next_: dict[str, int] = {}
    for event in found:
        start = f"{event.reported:%y}{int(event.block.district):02d}"
        next_[start] = next_.get(start, 4000) + 1
        event.id = f"{start}{next_[start]:05d}"
    return found
