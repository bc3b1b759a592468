"""Facts of one file -> rows of the warehouse's tables: one incident each, people beside it, nothing twice."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from etl import codes
from etl.harvest import Harvest, backing_table
from etl.schema import Source
from etl.tables import H3_RESOLUTIONS

_CELLS = ", ".join(f"any_value(h3_{r} order by part, record) as h3_{r}" for r in H3_RESOLUTIONS)
_ALWAYS = (
    "reported_on occurred_on hour offence nibrs_code status premise location_precision lat lon area_code scope"
).split()
_FIRST = ", ".join(f"any_value({c} order by offence_group = 'related', part, record) as {c}" for c in _ALWAYS)

_NUMBERED = """
create table numbered as
select * exclude (incident_id),
       coalesce(incident_id, row_hash || '-' || row_number() over (partition by row_hash order by part, record)) as id
from facts
"""

_INCIDENTS = f"""
create table incidents_core as
with kinds as (
    select id, list_sort(list(distinct exploitation)) as found
    from numbered
    where offence_group = 'trafficking' or id not in (select id from numbered where offence_group = 'trafficking')
    group by id
)
select id as incident_id,
       case when len(any_value(found)) > 1 then 'multiple' else any_value(found)[1] end as exploitation,
       any_value(found) as found,
       case when bool_or(offence_group = 'trafficking') then 'trafficking' else 'related' end as offence_group,
       {_FIRST}, {_CELLS},
       max(n) as n
from numbered join kinds using (id)
group by id
"""  # noqa: S608 - column names of this module, no input

_VICTIMS_OF_REPORTS = f"""
create table victim_rows as
select id as incident_id, id || '-v' as person_id, age_band, sex, race,
       case when race = 'hispanic' then 'hispanic' else '{codes.UNKNOWN}' end as ethnicity,
       '{codes.UNKNOWN}' as relationship
from numbered where has_victim
"""  # noqa: S608

# A victim of two of the offences is one person.
_VICTIMS_OF_ARCHIVE = """
create table victim_rows as
select v.incident_id, v.person_id, any_value(age_band) as age_band, any_value(sex) as sex, any_value(race) as race,
       any_value(ethnicity) as ethnicity, any_value(relationship) as relationship
from victims v semi join numbered r on v.incident_id = r.id and v.offense_id = r.offense_id
group by v.incident_id, v.person_id
"""
_SUSPECTS_OF_ARCHIVE = """
create table suspect_rows as
select s.incident_id, s.person_id, any_value(age_band) as age_band, any_value(sex) as sex, any_value(race) as race,
       any_value(ethnicity) as ethnicity
from suspects s semi join numbered r on s.incident_id = r.id
group by s.incident_id, s.person_id
"""
_NO_PEOPLE = """
create table {name} (incident_id varchar, person_id varchar, age_band varchar, sex varchar, race varchar,
                     ethnicity varchar, relationship varchar)
"""

_MINOR = f"""case when age_band in ('0-8', '9-17') then 'minor' when age_band = '{codes.UNKNOWN}'
             then '{codes.UNKNOWN}' else 'adult' end"""


def _same_or_multiple(column: str) -> str:
    """One value for an incident's victims: theirs when those that are known agree, 'multiple' when they differ.

    A victim of unknown age beside an adult does not make a child of anybody.
    """
    known = f"filter ({column} not in ('{codes.UNKNOWN}', '{codes.UNMAPPED}'))"
    return f"""case when count(distinct {column}) {known} > 1 then 'multiple'
               else coalesce(any_value({column}) {known}, max({column})) end"""


_SUMMARY = f"""
create table summary as
select incident_id, count(*) as n_victims, {_same_or_multiple("age_band")} as victim_age_band,
       {_same_or_multiple(_MINOR)} as victim_minor, {_same_or_multiple("sex")} as victim_sex
from victim_rows group by incident_id
"""  # noqa: S608
_FULL = f"""
create table full_incidents as
select i.*, coalesce(s.n_victims, 0)::integer as n_victims,
       coalesce(p.n_suspects, 0)::integer as n_suspects,
       coalesce(victim_age_band, '{codes.UNKNOWN}') as victim_age_band,
       coalesce(victim_minor, '{codes.UNKNOWN}') as victim_minor,
       coalesce(victim_sex, '{codes.UNKNOWN}') as victim_sex
from incidents_core i left join summary s using (incident_id)
left join (select incident_id, count(*) as n_suspects from suspect_rows group by incident_id) p using (incident_id)
"""  # noqa: S608


def assemble(
    harvest: Harvest,
    source: Source,
    input_tables: Sequence[str],
    facts: pa.Table,
    *,
    victims: pa.Table | None = None,
    suspects: pa.Table | None = None,
    references: dict[str, str] | None = None,
) -> None:
    """Fills `harvest.tables` and `harvest.backing` from the facts of one file.

    input_tables : names of the tables that `facts` numbers as `part`.
    references : column `record__<key>` -> the input table that it numbers.
    """
    with duckdb.connect() as connection:
        connection.register("facts", facts)
        connection.execute(_NUMBERED)
        connection.execute(_INCIDENTS)
        if victims is not None and suspects is not None:
            connection.register("victims", victims)
            connection.register("suspects", suspects)
            connection.execute(_VICTIMS_OF_ARCHIVE)
            connection.execute(_SUSPECTS_OF_ARCHIVE)
        else:
            connection.execute(
                _VICTIMS_OF_REPORTS if source.victim_per_report else _NO_PEOPLE.format(name="victim_rows")
            )
            connection.execute(_NO_PEOPLE.format(name="suspect_rows"))
        connection.execute(_SUMMARY)
        connection.execute(_FULL)
        harvest.tables["incidents"] = _table(connection, "select * exclude (found) from full_incidents")
        harvest.tables["victims"] = _people(connection, "victim_rows", "")
        kind = "case when p.minor = 'minor' then 'minor_recorded_as_offender' else 'suspect' end as suspect_class"
        harvest.tables["suspects"] = _people(connection, "suspect_rows", f", {kind}")
        harvest.tables["attributes"] = _table(
            connection,
            "select incident_id, 'exploitation' as domain, unnest(found) as code, n "
            "from full_incidents where len(found) > 1",
        )
        harvest.backing = _backing(connection, input_tables, references or {}, victims, suspects)


def _people(connection: duckdb.DuckDBPyConnection, rows: str, extra: str) -> pa.Table:
    """People with every filter column of their incident."""
    return _table(
        connection,
        f"""select i.* exclude (found, n, n_victims, n_suspects), p.* exclude (incident_id){extra},
                   1::bigint as n
            from (select *, {_MINOR} as minor from {rows}) p join full_incidents i using (incident_id)""",  # noqa: S608
    )


def _backing(
    connection: duckdb.DuckDBPyConnection,
    input_tables: Sequence[str],
    references: dict[str, str],
    victims: pa.Table | None,
    suspects: pa.Table | None,
) -> pa.Table:
    """Which rows stand behind which incident."""
    parts: list[tuple[str, pa.Array, pa.Array]] = []

    def add(sql: str, table: str) -> None:
        found = _table(connection, sql)
        parts.append((table, found["record"].combine_chunks(), found["key"].combine_chunks()))

    for part, name in enumerate(input_tables):
        add(f"select record, id as key from numbered where part = {part}", name)  # noqa: S608
    sources = [("numbered", "id", "")]
    if victims is not None and suspects is not None:
        of_ours = "semi join numbered r on p.incident_id = r.id"
        sources += [
            ("victims", "incident_id", f"{of_ours} and p.offense_id = r.offense_id"),
            ("suspects", "incident_id", of_ours),
        ]
        for name, key, join in sources[1:]:
            add(f"select record, {key} as key from {name} p {join}", references[name])  # noqa: S608
    for column, table in references.items():
        for name, key, join in sources:
            if column.startswith("record__") and column in _columns(connection, name):
                add(f"select {column} as record, {key} as key from {name} p {join}", table)  # noqa: S608
    return backing_table(parts)


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    return [str(row[0]) for row in connection.sql(f"describe {name}").fetchall()]


def _table(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    return connection.sql(sql).to_arrow_table()
