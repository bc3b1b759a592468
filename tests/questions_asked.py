"""The map's questions as the tests ask them, and the towns and the county that they are asked of."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.measures.hotspots import by_place_and_month
from dashboard.questions import changed, clustered, density, rate, trend
from dashboard.questions.answer import Answer
from dashboard.questions.changed import Periods
from dashboard.questions.study import Study
from tests.made_once import made_once
from tests.make_warehouse import make_warehouse
from tests.small_city import NOUN, City, disk, names

DISK = disk(5)  # 91 cells
CENTRE, RING = DISK[0], [c for c in disk(1) if c != DISK[0]]
CLUSTER = dict.fromkeys(disk(1), 20)
HALVES = Periods((date(2023, 1, 1), date(2023, 6, 1)), (date(2023, 7, 1), date(2023, 12, 1)))
ASKED: dict[str, Callable[[Study], Answer]] = {
    "dense": lambda s: density.dense(s, None, "", NOUN, names(s)),
    "wide": lambda s: density.dense(s, 5000.0, "", NOUN, names(s)),
    "relative": lambda s: density.dense(s, None, "reports", NOUN, names(s)),
    "clustered": lambda s: clustered.clustered(s, NOUN),
    "permuted": lambda s: clustered.clustered(s, NOUN, True),
    "changed": lambda s: compared(s),
    "changed from the whole": lambda s: compared(s, relative=True),
    "trend": lambda s: trend.trend(s, NOUN),
    "residents": lambda s: rate.rate(s, rate.RESIDENTS, NOUN, names(s)),
    "reports": lambda s: rate.rate(s, rate.REPORTS, NOUN, names(s)),
    "reports locally": lambda s: rate.rate(s, rate.REPORTS, NOUN, names(s), True),
}


def compared(found: Study, which: Periods = HALVES, relative: bool = False) -> Answer:
    """The change between two periods, counted as the page does."""
    where: dict[str, Any] = {"layer": found.layer} if found.layer else {"resolution": found.resolution}
    view = replace(found.filters, sources=found.sources, date_from=which.before[0], date_to=which.after[1])
    seen = by_place_and_month(found.warehouse, view, **where)
    before, after = (changed.in_months(found, span, seen) for span in (which.before, which.after))
    return changed.changed(found, before, after, which, NOUN, relative)


def county_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of invented records, the same for every file that asks for it."""
    return made_once(tmp_path_factory, "questions_county", lambda folder: make_warehouse(folder, 4000))


def steady_town() -> City:
    """A hotspot of seven cells among 91, the same each month; one report in every cell in the first."""
    city = City().seen(DISK)
    for month in range(12):
        city.add(CLUSTER, month)
    city.add(dict.fromkeys(DISK, 1))
    return city
