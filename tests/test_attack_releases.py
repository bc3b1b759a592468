"""All releases are attacked together: what a later one may move, and what the difference of two gives away."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests import make_warehouse as mw
from tests.attack.worlds import MOTEL_AREA, MOTEL_DAY, World, make_world

K = 11
FINE = "altered_at_most = 1.0\nshown_at_least = 0.2"
CLOSED = "counted_on between date '2023-03-01' and date '2024-06-30'"
COUNTED = f"offence_group = 'trafficking' and status = 'open' and source = '{mw.SHERIFF}' and {CLOSED}"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = make_world(tmp_path, 400, policy=FINE)
    made.release()
    return made


def published(world: World, release: str) -> pd.Series:
    """Every number of every cube of a release, by everything that names it, as anybody reads it."""
    parts = []
    with duckdb.connect(str(world.archive.file(release)), read_only=True) as connection:
        for unit in world.units(release):
            rows = connection.execute(f"select n, * exclude (n) from {unit}").fetchall()
            parts.append(pd.Series([row[0] for row in rows], index=[repr((unit, *row[1:])) for row in rows]))
    found = pd.concat(parts)
    assert found.index.is_unique
    return found


def moved(before: pd.Series, after: pd.Series) -> pd.Series:
    """Differences of the cells that either has; a cell that is not there is 0."""
    both = before.index.union(after.index)
    change = after.reindex(both, fill_value=0) - before.reindex(both, fill_value=0)
    return change[change != 0]


def test_one_more_incident_or_victim_in_a_closed_period_moves_no_number(world: World) -> None:
    first = world.archive.ids()[-1]
    for like, table in ((COUNTED, "incidents"), (COUNTED, "victims"), (f"{COUNTED} and lat is not null", "incidents"),
                        (f"{COUNTED} and exploitation = 'unmapped'", "incidents")):  # fmt: skip
        world.add(like, table=table)
        made = world.release()
        assert made.already, "nothing that is public has changed, the errors and what it cost neither"
    assert world.archive.ids() == [first]


def test_fifteen_more_move_one_cell_by_fifteen(world: World) -> None:
    first = world.archive.ids()[-1]
    world.add(f"{COUNTED} and lat is null", times=15)
    second = world.release().release
    change = moved(published(world, first), published(world, second))
    assert change.tolist() == [15]


def test_twelve_releases_with_one_more_record_each_say_nothing_of_a_small_count(world: World) -> None:
    """The attacker knows that one record came before each release, and in which cell. What she sees must be the same
    whatever small count stood there before: the public numbers move only with the sum of what came."""
    seen = [published(world, world.archive.ids()[-1])]
    truths = [world.truth(world.archive.ids()[-1], "incidents")]
    for _ in range(12):
        world.add(f"{COUNTED} and lat is null")
        made = world.release()
        seen.append(published(world, made.release))
        truths.append(world.truth(made.release, "incidents"))
    changes = [moved(a, b) for a, b in pairwise(seen)]
    assert [len(c) for c in changes] == [0] * 10 + [1, 0], "at the eleventh, for the eleven that came, and at no other"
    assert changes[10].tolist() == [K]
    assert all((p == 0) or (p >= K) for s in seen for p in s)
    assert _explanations(truths[0], changes[10].index[0]) == set(range(K))


def _explanations(cells: pd.DataFrame, name: str) -> set[int]:
    """The true counts that the cell that moved may have had at first, by the rule: each gives what was seen."""
    found = set()
    for start in range(K):
        value, basis, shown = 0, start, []
        for came in range(1, 13):
            if abs(start + came - basis) >= K:
                value, basis = value + start + came - basis, start + came
            shown.append(value)
        if shown == [0] * 10 + [K, K]:
            found.add(start)
    return found


def test_areas_and_hidden_groups_of_a_closed_period_stay_as_they_were(world: World) -> None:
    """Ten more reports at new places would have put an area on the map; in a closed period they do not."""
    first = world.archive.ids()[-1]
    before = world.archive.basis(first)
    world.change(
        f"""insert into incidents select r.* replace (incident_id || '-new' || k as incident_id,
            r.lat + k * 0.001 as lat) from (from incidents where {COUNTED} and lat is not null
            order by incident_id limit 1) r, range(10) t(k)"""
    )
    assert world.release().already
    after = world.archive.basis(world.archive.ids()[-1])
    assert before["units"] == after["units"]


@pytest.mark.parametrize("policy", ["", FINE, "shown_at_least = 0.0"])
def test_fifteen_reports_from_one_door_are_on_no_map(tmp_path: Path, policy: str) -> None:
    world = make_world(tmp_path, 1_500, policy=policy)
    release = world.release().release
    unit = world.archive.about(release)["units"]["incidents"]
    with duckdb.connect(str(world.archive.file(release)), read_only=True) as connection:
        columns = [c for c in connection.table("incidents").columns if c.startswith("area_")]
        where = " or ".join(f"{c} in ('{MOTEL_AREA}', 'T601')" for c in columns) or "false"
        shown = connection.execute(
            f"select count(*) from incidents where source = '{mw.SHERIFF}' and ({where})"
        ).fetchone()
    assert shown == (0,)
    if unit["layer"]:
        cells = world.truth(release, "incidents")
        assert (cells["area"] != "").any(), "others are on the map"
    assert date.fromisoformat(unit["first"]) <= MOTEL_DAY


def test_on_no_map_does_one_point_stand_for_more_than_half_of_an_area(tmp_path: Path) -> None:
    world = make_world(tmp_path, 3_000)
    release = world.release().release
    unit = world.archive.about(release)["units"]["incidents"]
    assert unit["layer"]
    cells = world.truth(release, "incidents")
    shown = cells[(cells["area"] != "") & (cells["rounded"] > 0)]
    with duckdb.connect(str(next((world.data / "warehouse").glob("restricted-*.duckdb"))), read_only=True) as con:
        rows = con.execute(
            f"""select year(counted_on) * 12 + month(counted_on) - 1 as month, source, area_{unit["layer"]} as area,
                coalesce(exploitation, 'unknown') as exploitation, coalesce(premise, 'unknown') as premise, lat, lon
                from incidents where offence_group = 'trafficking' and status not in ('unfounded', 'duplicate')"""
        ).df()
    months = int(world.archive.basis(release)["units"]["incidents"]["months"])
    rows["period"] = rows["month"] - (rows["month"] - int(shown["period"].min())) % months
    keys = ["period", "source", "area", *unit["dimensions"]]
    assert len(shown) > 10
    for row in shown.itertuples():
        mine = rows[np.logical_and.reduce([rows[k] == getattr(row, k) for k in keys])]
        at_points = mine.groupby(["lat", "lon"], dropna=True).size()
        assert len(mine) == row.n >= K
        assert len(at_points) >= 5
        assert at_points.max() <= len(mine) / 2
