"""Invented counties to attack: an open source, confidential ones, a busy motel; and their releases."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from etl.release.archive import Archive
from etl.release.make import Made, make_release
from etl.release.policy import DEFAULT
from etl.store import Store
from tests import make_warehouse as mw

OPEN, MOTEL_AREA, MOTEL_LAT, MOTEL_LON = mw.POLICE, "D6", -39.85, -29.72
MOTEL_DAY = date(2024, 6, 15)


@dataclass(frozen=True)
class World:
    """A data directory. open_sources : whose exact records everybody has."""

    data: Path
    open_sources: tuple[str, ...]

    @property
    def archive(self) -> Archive:
        return Archive(self.data)

    def release(self) -> Made:
        """The next release."""
        return make_release(Store(self.data))

    def truth(self, release: str, unit: str) -> pd.DataFrame:
        """The cells of a release with true counts, which the attacker wants: its columns, n, rounded, basis."""
        return self.archive.cells(release, unit)

    def units(self, release: str) -> list[str]:
        return list(self.archive.about(release)["units"])

    def change(self, sql: str) -> None:
        """Changes the restricted file, as a load does that has heard more."""
        with duckdb.connect(str(Store(self.data).database(Store(self.data).version()))) as connection:
            connection.execute(sql)

    def add(self, like: str, times: int = 1, table: str = "incidents") -> None:
        """Adds records like one of those that the condition names, each with an id of its own."""
        key = "incident_id" if table == "incidents" else "person_id"
        self.change(
            f"""insert into {table} select r.* replace ({key} || '-more-' || k || '-' || (select count(*) from {table})
                as {key}) from (from {table} where {like} order by {key} limit 1) r, range({int(times)}) t(k)"""
        )


def make_world(
    folder: Path, incidents: int, *, seed: int = 1, is_open: bool = True, motel: bool = True, policy: str = ""
) -> World:
    """A county of make_warehouse under the usual policy. is_open : the police's records can be downloaded by all.

    policy : more lines that replace those of the same name.
    """
    mw.make_warehouse(folder, incidents, seed)
    wanted = {"published_elsewhere": f'["{OPEN}"]' if is_open else "[]"}
    for line in filter(None, policy.splitlines()):
        name, _, value = line.partition(" = ")
        wanted[name] = value
    text = [
        f"{name} = {wanted[name]}" if (name := line.partition(" = ")[0]) in wanted else line
        for line in DEFAULT.read_text(encoding="utf-8").splitlines()
    ]
    (folder / "policy.toml").write_text("\n".join(text) + "\n", encoding="utf-8")
    # One seed, so that a failure comes again; the attacker does not have it.
    (folder / "warehouse" / "seed").write_text(f"{seed:064x}\n", encoding="ascii")
    world = World(folder, (OPEN,) if is_open else ())
    _people_of_both(world)
    if motel:
        _motel(world)
    return world


def _people_of_both(world: World) -> None:
    """The sheriff of make_warehouse counts no people; here he has as many as a fifth of those of the police."""
    world.change(
        f"""insert into victims select * replace ('{mw.SHERIFF}' as source, person_id || '-s' as person_id)
            from victims where hash(person_id) % 5 = 0 and counted_on >= date '{mw.SHERIFF_FROM}'"""
    )


def _motel(world: World) -> None:
    """Fifteen reports from one door of the emptiest district, all in one year, by the confidential source."""
    world.change(
        f"""insert into incidents select r.* replace (incident_id || '-m' || k as incident_id, '{mw.SHERIFF}' as source,
            {MOTEL_LAT} as lat, {MOTEL_LON} as lon, '{MOTEL_AREA}' as area_district, 'T601' as area_tract,
            date '{MOTEL_DAY}' as counted_on, date '{MOTEL_DAY}' as reported_on, 'sex' as exploitation,
            'open' as status, 'trafficking' as offence_group)
            from (from incidents where source = '{mw.SHERIFF}' and lat is not null order by incident_id limit 1) r,
            range(15) t(k)"""
    )
