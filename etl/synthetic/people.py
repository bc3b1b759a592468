"""Who is in it: people of the restricted warehouse, counted by the few attributes that the release policy may publish.

What the attributes can be is decided by code lists, coverage and area layers, never by looking at who is there: a
value that only one person has would otherwise be told by its being listed.
"""

from collections.abc import Collection
from dataclasses import dataclass

import duckdb
import numpy as np

from etl import codes
from etl.areas import quoted
from etl.release import facts
from etl.release.policy import Policy
from etl.schema import SourceError

LEAST = 5_000
COUNTIES = ("us_counties",)  # layers of counties; nothing finer than a county is ever an attribute
MOST_COUNTIES = 60
_CHILD = ("0-8", "9-17")
_NOT_OF_ONE = ("multiple", codes.UNKNOWN, codes.UNMAPPED)  # of one person's age or sex they say no more than unknown
BANDS = tuple(b for b in codes.AGE_BAND if b not in _NOT_OF_ONE)
SEXES = tuple(s for s in codes.SEX if s not in _NOT_OF_ONE)
KINDS = ("police", "nonprofit")  # service providers' totals are no records, and no source of any


@dataclass(frozen=True)
class Attribute:
    """What is told of a person: one column, or columns that depend on one another, and every value there can be."""

    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Source:
    """A source whose people are in it."""

    name: str
    title: str
    publisher: str
    licence: str
    kind: str
    elsewhere: bool  # anybody can download it record by record


@dataclass(frozen=True)
class Group:
    """People alike in everything that may be told."""

    year: int
    exploitation: str
    age: tuple[str, str]
    sex: str
    kind: str
    county: str
    n: int


@dataclass(frozen=True)
class People:
    """Everybody who may be counted. years : first and last, both whole. counties : id -> name; empty: not told."""

    groups: tuple[Group, ...]
    sources: tuple[Source, ...]
    years: tuple[int, int]
    counties: dict[str, str]
    fictional: bool

    @property
    def n(self) -> int:
        return sum(g.n for g in self.groups)


def read_people(connection: duckdb.DuckDBPyConnection, policy: Policy) -> People:
    """People of closed years of every source that the policy lets into public figures.

    Left out: related offences, unfounded and duplicate reports, whoever has no date. Service providers' totals are of
    another table and are never looked at. Raises SourceError when there is nothing, or fewer than LEAST people.
    """
    end = facts.closed(connection, policy)
    names = _recording(connection, policy)
    if end is None or not names:
        raise SourceError(
            "No source with records of people is loaded, so there is nobody to make synthetic records of."
        )
    last = (end.last + 1) // 12 - 1
    first = _first_year(connection, names, last)
    layer, counties = _counties(connection, policy)
    groups = _groups(connection, names, (first, last), layer, counties)
    found = sum(g.n for g in groups)
    if found < LEAST:
        raise SourceError(
            f"Synthetic records need at least {LEAST:,} people in closed years, and there are fewer here. With fewer, "
            "the noise that protects them would drown what the records say. Use the rounded public figures, or ask for "
            "an agreement. Nothing was made."
        )
    sources = _sources(connection, names, policy)
    (fictional,) = connection.execute("select coalesce(bool_or(fictional), false) from sources").fetchone() or (False,)
    return People(tuple(groups), sources, (first, last), counties, bool(fictional))


def grid(people: People, width: int, counties: bool) -> tuple[Attribute, ...]:
    """The attributes with every value each can have. width : years in a period."""
    ages = [(b, "minor" if b in _CHILD else "adult") for b in BANDS]
    ages += [(codes.UNKNOWN, m) for m in ("minor", "adult", codes.UNKNOWN)]
    kinds = sorted({s.kind for s in people.sources})
    made = [
        Attribute(("period",), tuple((p,) for p in periods(people.years, width))),
        Attribute(("exploitation",), tuple((e,) for e in codes.EXPLOITATION)),
        Attribute(("age_band", "minor"), tuple(ages)),
        Attribute(("sex",), tuple((s,) for s in (*SEXES, codes.UNKNOWN))),
    ]
    if len(kinds) > 1:
        made.append(Attribute(("source_kind",), tuple((k,) for k in kinds)))
    if counties and people.counties:
        made.append(Attribute(("county",), tuple((c,) for c in (*people.counties, codes.UNKNOWN))))
    return tuple(made)


def table(people: People, attributes: tuple[Attribute, ...], width: int) -> np.ndarray:
    """True counts, one axis for each attribute. They never leave this process without noise."""
    places = [{value: i for i, value in enumerate(a.values)} for a in attributes]
    counts = np.zeros([len(p) for p in places], dtype=np.int64)
    for group in people.groups:
        told = _told(group, people.years, width)
        counts[tuple(p[told[a.columns[0]]] for p, a in zip(places, attributes, strict=True))] += group.n
    return counts


def periods(years: tuple[int, int], width: int) -> list[str]:
    """Periods of so many years, oldest first. The newest is whole; the oldest may be shorter."""
    starts = range(years[1] - width + 1, years[0] - width, -width)
    return [_label(max(start, years[0]), start + width - 1) for start in starts][::-1]


def _label(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _told(group: Group, years: tuple[int, int], width: int) -> dict[str, tuple[str, ...]]:
    last = years[1] - (years[1] - group.year) // width * width
    period = _label(max(last - width + 1, years[0]), last)
    return {"period": (period,), "exploitation": (group.exploitation,), "age_band": group.age, "sex": (group.sex,),
            "source_kind": (group.kind,), "county": (group.county,)}  # fmt: skip


def _recording(connection: duckdb.DuckDBPyConnection, policy: Policy) -> list[str]:
    rows = connection.execute(
        "select source from sources where kind in (select unnest(?)) "
        "and (has_victims or source in (select source from victims))",
        [list(KINDS)],
    ).fetchall()
    return sorted({s for (s,) in rows} - set(policy.left_out))


def _first_year(connection: duckdb.DuckDBPyConnection, names: list[str], last: int) -> int:
    """The first year that the sources say they cover; where none says, of the records, as the public figures do."""
    for query in ("select min(year(month)) from coverage where collected and source in (select unnest(?))",
                  "select min(year(counted_on)) from victims where source in (select unnest(?))"):  # fmt: skip
        found = connection.execute(query, [names]).fetchone()
        if found and found[0] is not None:
            return min(int(found[0]), last)
    return last


def _counties(connection: duckdb.DuckDBPyConnection, policy: Policy) -> tuple[str, dict[str, str]]:
    """A layer of counties that is short enough to be told, and whose every county has the residents for it."""
    for layer in COUNTIES:
        rows = connection.execute(
            "select area_id, any_value(name), max(coalesce(population, 0)) from areas "
            "where layer = ? and role = 'areas' group by area_id order by area_id", [layer],
        ).fetchall()  # fmt: skip
        large = {str(area): str(name or area) for area, name, people in rows if people >= policy.residents}
        if 2 <= len(large) <= MOST_COUNTIES:
            return layer, large
    return "", {}


def _groups(
    connection: duckdb.DuckDBPyConnection,
    names: list[str],
    years: tuple[int, int],
    layer: str,
    counties: dict[str, str],
) -> list[Group]:
    county = quoted(f"area_{layer}") if layer else "null"
    rows = connection.execute(
        f"""select year(counted_on), exploitation, age_band, minor, sex, s.kind, {county}, sum(n)::bigint,
                   max(n)::bigint
            from victims join sources s using (source)
            where offence_group = 'trafficking' and coalesce(status, '') not in (select unnest(?))
              and source in (select unnest(?)) and year(counted_on) between ? and ?
            group by all""",  # noqa: S608
        [list(codes.STATUS_EXCLUDED), names, *years],
    ).fetchall()
    if any(most != 1 for *_, most in rows):
        raise SourceError("A row of people stands for more than one person: the protection would not hold for them.")
    return [
        Group(int(year), _coded(exploitation, codes.EXPLOITATION), _age(band, minor), _coded(sex, SEXES),
              str(kind), str(area) if area in counties else codes.UNKNOWN, int(n))
        for year, exploitation, band, minor, sex, kind, area, n, _ in rows
    ]  # fmt: skip


def _coded(value: str | None, allowed: Collection[str]) -> str:
    return value if value in allowed else codes.UNKNOWN  # type: ignore[return-value]


def _age(band: str | None, minor: str | None) -> tuple[str, str]:
    """A band says whether somebody is a child; without one, what was recorded does."""
    if band in BANDS:
        return str(band), "minor" if band in _CHILD else "adult"
    return codes.UNKNOWN, _coded(minor, ("minor", "adult"))


def _sources(connection: duckdb.DuckDBPyConnection, names: list[str], policy: Policy) -> tuple[Source, ...]:
    rows = connection.execute(
        "select source, title, publisher, licence, kind from sources where source in (select unnest(?)) order by 1",
        [names],
    ).fetchall()
    return tuple(
        Source(name, title or name, publisher or "", licence or "", kind or "", name in policy.published_elsewhere)
        for name, title, publisher, licence, kind in rows
    )
