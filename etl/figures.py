"""Figures that a publisher printed, and cases that it published one by one -> `published_counts`."""

from collections.abc import Sequence
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from etl import codes, engine, expressions, normalise
from etl.fields import clean
from etl.harvest import Harvest, backing_table
from etl.job import Job
from etl.schema import Published, SourceError
from etl.values import code, lookup, squeeze

_DIMENSIONS = ("unit period geo_level place_code place_name state exploitation age_band minor sex category").split()
_TEXT = ibis.null("string")
_MOST = 2**53  # the largest number up to which a float counts by ones


def read_figures(inputs: Sequence[tuple[Job, Any]], harvest: Harvest) -> None:
    """Reads the tables of figures of one file into the harvest. Identical rows are summed, as repeated returns are."""
    published = inputs[0][0].source.published
    if published is None:
        raise TypeError(f"{inputs[0][0].source.name} declares no published figures")
    good: list[pa.Table] = []
    with duckdb.connect() as connection:
        for part, (job, table) in enumerate(inputs):
            sql = expressions.compile_sql(_stages(job, published))
            for chunk in table.chunks():
                seen = engine.run(connection, sql, chunk=engine.trim(chunk)).sort_by("record")
                connection.register("seen", seen)
                for record, column, reason in connection.sql(
                    "select record, column_name, reason from seen where reason is not null order by record"
                ).fetchall():
                    harvest.set_aside(table.name, record, column, reason)
                kept = f"select * exclude (reason, column_name), {part} as part from seen where reason is null"  # noqa: S608
                good.append(connection.sql(kept).to_arrow_table())
            harvest.count(table)
        if not good:
            raise SourceError(f"{inputs[0][1].name} has no rows.")
        connection.register("good", pa.concat_tables(good))
        _store(connection, published, [table.name for _, table in inputs], harvest)


def _stages(job: Job, published: Published) -> normalise.Stages:
    cleaned = clean(job)
    t = expressions.unbound("clean", cleaned)
    year = code(t.year).try_cast("int64") if job.has("year") else ibis.null("int64")
    numbers = {field: _whole(t[field]) for field in published.counts}
    rules: list[tuple[Any, str, str]] = [
        (t.year.isnull(), "date_missing", "year"),
        (~year.between(1990, job.today.year).fill_null(False), "date_unreadable", "year"),
    ]
    for field, number in numbers.items():
        rules.append((t[field].notnull() & number.isnull(), "number_unreadable", field))
        if not published.allow_negative:
            rules.append((number < 0, "number_negative", field))
    if published.exploitations:
        expected = code(t.exploitation).substitute(
            {k: text for k, (_, text) in published.exploitations.items()}, else_=""
        )
        rules.append((squeeze(t.exploitation_text.fill_null("")) != expected, "code_mismatch", "exploitation"))
    exploitation = _exploitation(job, published, t)
    result = t.select(
        "record",
        reason=ibis.cases(*[(test, reason) for test, reason, _ in rules], else_=_TEXT),
        column_name=ibis.cases(*[(test, job.name(field)) for test, _, field in rules], else_=_TEXT),
        period=year,
        geo_level=ibis.literal(published.geo_level),
        place_code=t.place_code.upper() if job.has("place_code") else _TEXT,
        place_name=t.place_name if job.has("place_name") else _TEXT,
        state=t.state.upper() if job.has("state") else _TEXT,
        exploitation=exploitation,
        age_band=_band(t.age_band) if job.has("age_band") else ibis.literal(codes.UNKNOWN),
        sex=lookup(t.sex, job.source.sexes, codes.UNKNOWN, codes.UNMAPPED)
        if job.has("sex")
        else ibis.literal(codes.UNKNOWN),
        **{f"n_{field}": number for field, number in numbers.items()},
    )
    return [("clean", cleaned), ("figures", result)]


def _whole(value: Any) -> Any:
    """A whole number; NULL for anything else, a fraction or 1.5E+31 too."""
    number = value.replace(",", "").try_cast("float64")
    # Ibis rounds to a whole number of 64 bits, which stops at a larger one.
    kept = number.abs().between(0, _MOST).ifelse(number, ibis.null("float64"))
    return (kept == kept.round()).ifelse(kept, ibis.null("float64")).try_cast("int64")


def _exploitation(job: Job, published: Published, t: Any) -> Any:
    if published.exploitations:
        return code(t.exploitation).substitute(
            {k: ours for k, (ours, _) in published.exploitations.items()}, else_=_TEXT
        )
    flags = {field: ours for field, ours in published.flags.items() if job.has(field)}
    if not flags:
        return ibis.literal(codes.UNKNOWN)
    yes = {field: (t[field].try_cast("float64") == 1).fill_null(False) for field in flags}
    several = sum((flag.cast("int64") for flag in yes.values()), ibis.literal(0)) > 1
    return ibis.cases((several, "multiple"), *[(yes[f], ours) for f, ours in flags.items()], else_=codes.UNKNOWN)


def _band(value: Any) -> Any:
    """CTDC prints `9--17`; the bands are ours."""
    band = value.replace("--", "-").re_replace(r"^0(\d)", r"\1")  # 9--17, or 09--17 in later releases
    known = list(codes.AGE_BAND_FROM.values())
    return ibis.cases((value.isnull(), codes.UNKNOWN), (band.isin(known), band), else_=codes.UNMAPPED)


def _store(connection: duckdb.DuckDBPyConnection, published: Published, names: Sequence[str], harvest: Harvest) -> None:
    if published.counts:
        units = [
            f"""select *, '{unit}' as unit, '{field}' as category, n_{field} as n
                from good where n_{field} is not null"""  # noqa: S608
            for field, unit in published.counts.items()
        ]
        long = " union all ".join(units)
    else:
        long = f"select *, '{published.one}' as unit, 'published' as category, 1 as n from good"  # noqa: S608
    minor = """case when age_band in ('0-8', '9-17') then 'minor'
                    when age_band in ('unknown', 'unmapped') then 'unknown' else 'adult' end as minor"""
    grouped = ", ".join(_DIMENSIONS)
    harvest.tables["published_counts"] = connection.sql(
        f"""with long as (select *, {minor} from ({long}))
            select {grouped}, sum(n)::bigint as published_n,
                   make_date(period, 1, 1) as period_start, make_date(period, 12, 31) as period_end
            from long group by {grouped} order by all"""  # noqa: S608
    ).to_arrow_table()
    parts = []
    for part, name in enumerate(names):
        mine = f"select record, period::varchar || '-01' as key from good where part = {part}"  # noqa: S608
        rows = connection.sql(mine).to_arrow_table()
        parts.append((name, rows["record"].combine_chunks(), rows["key"].combine_chunks()))
    harvest.backing = backing_table(parts)
    years = connection.sql("select period, count(*) from good group by period order by period").fetchall()
    harvest.months = {("", f"{year}-01"): n for year, n in years}
    if years:
        harvest.as_of = f"{years[-1][0]}-12-31"
