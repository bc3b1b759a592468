"""`python -m etl synthetic`: the restricted file and the privacy ledger in, one zip of synthetic people out."""

import datetime as dt
import math
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from etl.logged import log_synthetic, synthetic_in_log
from etl.read import sha256_of
from etl.release.policy import read_policy
from etl.schema import SourceError
from etl.status import opened
from etl.store import Store, flush
from etl.synthetic import fit, noise
from etl.synthetic.errors import Report, compared
from etl.synthetic.ledger import Ledger, Spent
from etl.synthetic.package import Content, write
from etl.synthetic.people import Attribute, People, grid, read_people, table

EPSILON, DELTA = 12.0, 1e-10
EPSILONS, DELTAS = (0.1, 20.0), (1e-15, 1e-7)
# What of the privacy loss goes where: a first look at how many people there are, then combinations of 1, 2 and 3.
FIRST_LOOK = 0.01
BUDGET = {1: 0.1, 2: 0.2, 3: 0.7}
PEOPLE_A_CELL = 15  # the finest periods at which kind, age and period together leave so many people to a combination
WIDTHS = (1, 2, 3, 5)

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Asked:
    """How a release is to be made. width : years in a period; None: as fine as the counts allow."""

    epsilon: float = EPSILON
    delta: float = DELTA
    width: int | None = None
    spend_more: bool = False
    python: Path | None = None


@dataclass(frozen=True)
class Made:
    """A release. path : its zip, in the restricted folder."""

    release: str
    path: Path
    rows: int
    report: Report
    epsilon: float
    together: float  # with every earlier release of the same people


def folder_of(data: Path) -> Path:
    """Where synthetic releases and their ledger are kept."""
    return data / "warehouse" / "synthetic"


def make(store: Store, asked: Asked, today: dt.date | None = None, progress: Progress = lambda _, __: None) -> Made:
    """Makes a release, writes it down and keeps it. Raises SourceError; then nothing was made and nothing was spent."""
    _check(asked)
    with store.lock():
        people, earlier = _readable(store, asked)
        ledger = Ledger(folder_of(store.data))
        program = noise.python(asked.python)
        day = today or dt.datetime.now(dt.UTC).date()
        release = ledger.new_id(day.isoformat())
        progress("adding noise", 0.2)
        width, attributes, measured, rho, together, library = _measured(people, asked, program, earlier)
        progress("fitting synthetic people", 0.5)
        true = table(people, attributes, width)
        expected = fit.fitted(measured, np.ones(true.shape, dtype=bool))
        made = fit.whole(expected, secrets.SystemRandom().random())
        progress("comparing", 0.7)
        report = compared(true, made, attributes)
        own = together if not earlier else _alone(program, asked, rho)
        content = Content(release, day, people, attributes, made, measured, report, own, asked.delta, library)
        with store.staging() as folder:
            path = folder / f"synthetic-{release}.zip"
            write(content, path)
            rows, digest = int(made.sum()), sha256_of(path)
            names = tuple(s.name for s in people.sources)
            ledger.add(Spent(release, names, people.years, rho, own, asked.delta, _about(rows), digest))
            log_synthetic(store.data, release, _about(rows), digest)
            kept = _keep(path, ledger.folder / release)
        return Made(release, kept, rows, report, own, together)


def check(store: Store, asked: Asked) -> tuple[People, int]:
    """Of whom a release would be, and how many earlier ones told of the same people. Raises SourceError."""
    _check(asked)
    with store.lock():
        people, earlier = _readable(store, asked)
        return people, len(earlier)


def _check(asked: Asked) -> None:
    for name, value, (low, high) in (("epsilon", asked.epsilon, EPSILONS), ("delta", asked.delta, DELTAS)):
        if not low <= value <= high:
            raise SourceError(f"--{name} must be from {low:g} to {high:g}. docs/synthetic.md says what it means.")
    if asked.width is not None and asked.width < 1:
        raise SourceError("--years must be 1 or more: nothing finer than a year is released.")


def _readable(store: Store, asked: Asked) -> tuple[People, list[Spent]]:
    if not store.current():
        raise SourceError("Nothing is loaded, so there is nobody to make synthetic records of. Load a file first.")
    policy = read_policy(store.data)
    with opened(store.database(store.version())) as connection:
        people = read_people(connection, policy)
    # The log goes on when an older backup is restored; the ledger in that backup may not know of every release.
    ledger = Ledger(folder_of(store.data))
    ledger.require(synthetic_in_log(store.data))
    earlier = ledger.of([s.name for s in people.sources], people.years)
    if earlier and not asked.spend_more:
        names = ", ".join(e.release for e in earlier)
        raise SourceError(
            f"There is a synthetic release of the same people: {names}. Another one tells more of each of them, for "
            "privacy losses add up. Hand out that one, or say --spend-more if the steward has decided it. "
            "Nothing was made."
        )
    return people, earlier


def _measured(
    people: People, asked: Asked, program: Path, earlier: list[Spent]
) -> tuple[int, tuple[Attribute, ...], list[fit.Measured], float, float, str]:
    """Two steps: about how many people there are decides the grid, then its combinations are counted with noise."""
    spent = sum(e.rho for e in earlier)
    first = noise.measure(program, [np.array([people.n])], [FIRST_LOOK], asked.epsilon, asked.delta)
    width, attributes = choose(people, float(first.counts[0][0]), asked.width)
    true = table(people, attributes, width)
    ways = ways_of(true.shape)
    shares = [s * (1 - FIRST_LOOK) for s in fit.shares([len(w) for w in ways], BUDGET)]
    tables = [fit.marginal(true, w) for w in ways]
    second = noise.measure(program, tables, shares, asked.epsilon, asked.delta, first.rho + spent)
    measured = [fit.Measured(*m) for m in zip(ways, second.counts, second.scales, strict=True)]
    return width, attributes, measured, first.rho + second.rho, second.epsilon, second.library


def _alone(program: Path, asked: Asked, rho: float) -> float:
    """What a release promises without the earlier ones, by the same accounting."""
    return noise.measure(program, [], [], asked.epsilon, asked.delta, rho).epsilon


def ways_of(shape: tuple[int, ...]) -> list[fit.Ways]:
    """Every combination of 1, 2 and 3 attributes that have more than one value."""
    axes = [a for a, size in enumerate(shape) if size > 1]
    return [w for n in BUDGET for w in combinations(axes, n)]


def choose(people: People, about: float, width: int | None) -> tuple[int, tuple[Attribute, ...]]:
    """The finest periods, with counties if there are any, whose combinations are not mostly noise.

    about : people, with noise. What is tried and what is taken depends on nothing else of the records.
    """
    every = people.years[1] - people.years[0] + 1
    widths = [min(width, every)] if width else [w for w in WIDTHS if w < every] + [every]
    tried = [(w, c) for c in (True, False) for w in widths if people.counties or not c]
    for w, counties in tried:
        attributes = grid(people, w, counties)
        largest = max(math.prod(len(attributes[a].values) for a in (0, 1, 2)),
                      math.prod(sorted(len(a.values) for a in attributes)[-3:]) if counties else 0)  # fmt: skip
        if largest * PEOPLE_A_CELL <= about:
            return w, attributes
    return tried[-1][0], grid(people, *tried[-1])


def _about(rows: int) -> int:
    return round(rows, -2)


def _keep(path: Path, folder: Path) -> Path:
    """Moves the finished zip to its place, which nobody but its owner's programs read."""
    folder.mkdir(parents=True)
    kept = folder / path.name
    shutil.move(path, kept)
    flush(kept)
    flush(folder)
    return kept
