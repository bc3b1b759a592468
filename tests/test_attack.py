"""The public file is attacked: every figure of every filter state, the open files, one agency's records, all releases.

A count is recovered when everything that the attacker holds leaves one value for it, and that is a true count from 1
to 10. The same arithmetic on views that hide their small counts one by one recovers most of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from dashboard.cubes import Cube
from dashboard.filters import Filters
from dashboard.warehouse import Warehouse, open_warehouse
from tests.attack.collector import Figure, collect, states, walk
from tests.attack.downloads import taken
from tests.attack.linear import figures, recovered, tightened, with_differences
from tests.attack.worlds import make_world

K = 11
WALK, WALK_FULL = 200, 10_000
TAKEN = 10  # files of the walk that are downloaded
FINE = "altered_at_most = 1.0\nshown_at_least = 0.2"  # the hardest case: grids so fine that most cells are small
FULL = pytest.mark.full
WORLDS = {"400": (400, ""), "400, fine": (400, FINE), "3000": (3_000, ""), "3000, fine": (3_000, FINE)}


@dataclass(frozen=True)
class Unit:
    """One cube with its true counts, and every figure of it that a reader can see."""

    cells: pd.DataFrame
    figures: list[Figure]
    open_sources: tuple[str, ...]

    @property
    def true(self) -> np.ndarray:
        return self.cells["n"].to_numpy()

    @property
    def published(self) -> np.ndarray:
        return self.cells["rounded"].to_numpy()

    def of(self, sources: tuple[str, ...]) -> np.ndarray:
        return self.cells["source"].isin(sources).to_numpy()


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=() if name in ("400", "400, fine") else FULL) for name in WORLDS],
)
def units(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Unit]:
    incidents, policy = WORLDS[request.param]
    world = make_world(tmp_path_factory.mktemp("world"), incidents, policy=policy)
    release = world.release().release
    steps = WALK_FULL if request.config.getoption("--full") else WALK
    warehouse = open_warehouse(world.data / "public", "public")
    found = []
    steps = -(-steps // sum(cube.protected for cube in warehouse.catalogue.cubes.values()))  # in all, of every county
    for unit, cube in warehouse.catalogue.cubes.items():
        if cube.protected:
            cells = world.truth(release, unit)
            found.append(Unit(cells, list(_shown(warehouse, cube, cells, steps)), world.open_sources))
    warehouse.close()
    return found


def _shown(warehouse: Warehouse, cube: Cube, cells: pd.DataFrame, steps: int) -> Iterator[Figure]:
    for filters, full in states(warehouse, cube, cells):
        yield from collect(warehouse, filters, cube, cells, full)
        if full:  # the files of a pair of filters are parts of those of its halves
            yield from taken(warehouse, filters, cube, cells, full=filters == Filters(unit=cube.unit))
    for filters in walk(warehouse, cube, cells, steps, seed=len(cells)):
        yield from collect(warehouse, filters, cube, cells, full=False)
    for filters in walk(warehouse, cube, cells, TAKEN, seed=1):
        yield from taken(warehouse, filters, cube, cells, full=False)


def spans(published: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a published cell says of its true count: 0 means 0 to 10, K means 0 to K, more is exact."""
    low = np.where(published <= K, 0, published)
    return low, np.where(published == 0, K - 1, published)


def test_every_figure_of_every_state_is_a_sum_of_published_cells(
    units: list[Unit], request: pytest.FixtureRequest
) -> None:
    """So a reader of all pages knows the cells and nothing more, and no figure and no part of one is 1 to 10."""
    # The county of 400 under the usual policy has years and no map: fewer states can be asked of it.
    coarse = request.node.callspec.id == "400"
    assert sum(len(unit.figures) for unit in units) > (500 if coarse else 2_000)
    for unit in units:
        assert not ((unit.published > 0) & (unit.published < K)).any()
        for figure in unit.figures:
            assert figure.value == unit.published[figure.mask].sum(), figure.where


def test_no_difference_of_a_figure_and_a_part_of_it_is_a_small_count(units: list[Unit]) -> None:
    for unit in units:
        values = [float(f.value) for f in unit.figures]
        held = with_differences(figures([f.mask for f in unit.figures], values, values))
        assert (held.low == held.high).all()
        assert not ((held.low > 0) & (held.low < K)).any()


def test_nothing_is_recovered_from_all_figures_the_open_files_and_one_agencys_records(units: list[Unit]) -> None:
    """0 recovered: the attacker knows what a published cell can mean, and the exact counts of the open sources and, one
    at a time, of each confidential one."""
    small = 0
    for unit in units:
        confidential = sorted(set(unit.cells["source"]) - set(unit.open_sources))
        for own in [(), *((s,) for s in confidential)]:
            mine = unit.of((*unit.open_sources, *own))
            low, high = spans(unit.published)
            low, high = np.where(mine, unit.true, low), np.where(mine, unit.true, high)
            least = [float(low[f.mask].sum()) for f in unit.figures]
            most = [float(high[f.mask].sum()) for f in unit.figures]
            held = with_differences(figures([f.mask for f in unit.figures], least, most))
            low, high = tightened(held, low, high)
            assert not recovered(unit.true, low, high)[~mine].any()
            small += int(((unit.true > 0) & (unit.true < K))[~mine].sum())
    assert small or not _fine(units)


def _fine(units: list[Unit]) -> bool:
    return any(((u.true > 0) & (u.true < K)).sum() > 20 for u in units)


def test_the_same_arithmetic_recovers_most_of_what_views_hide_one_by_one(units: list[Unit]) -> None:
    """Known to bite: each view shows its exact counts and hides those of 1 to 10."""
    hidden = found = 0
    for unit in units:
        true = _with_small_counts(unit.true)
        sums = np.array([int(true[f.mask].sum()) for f in unit.figures])
        small = (sums > 0) & (sums < K)
        low, high = np.where(small, 1.0, sums).tolist(), np.where(small, K - 1.0, sums).tolist()
        held = with_differences(figures([f.mask for f in unit.figures], low, high))
        low, high = tightened(held, np.zeros(len(true)), np.full(len(true), true.sum()))
        hidden += int(((true > 0) & (true < K)).sum())
        found += int(recovered(true, low, high).sum())
    assert found > hidden / 2 > 0


def _with_small_counts(true: np.ndarray) -> np.ndarray:
    """The true counts; where the grid was chosen so that hardly any is small, a third of the cells are made so."""
    if ((true > 0) & (true < K)).sum() > len(true) / 5:
        return true
    return np.where(np.arange(len(true)) % 3 == 0, 1 + np.arange(len(true)) % 10, true)
