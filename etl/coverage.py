"""What each source collected and when, so that a zero and "not collected" are different things."""

import datetime as dt
from typing import Any

import duckdb
import pyarrow as pa

from etl.places import US_STATES
from etl.schema import Source

_CATEGORIES = ("all", "sex", "forced_labour", "related")


def add_coverage(
    connection: duckdb.DuckDBPyConnection, manifests: list[dict[str, Any]], declared: dict[str, Source]
) -> None:
    """A row for each source, month (or year, for yearly figures), category, and state where files come by state."""
    rows: list[tuple[str, str, str | None, str, bool, int | None]] = []
    for name in sorted({m["source"] for m in manifests}):
        source = declared.get(name)
        if source is None or source.kind == "boundary" or source.totals:
            continue
        mine = [m for m in manifests if m["source"] == name]
        rows += _published(connection, source) if source.published else _reports(connection, source, mine)
    if rows:  # as one table: a statement per row would take a hundred times as long
        columns = [list(c) for c in zip(*rows, strict=True)]
        connection.register("covered", pa.Table.from_arrays([pa.array(c) for c in columns], names=list("abcdef")))
        connection.execute("insert into coverage select a, b::date, c, d, e, f from covered")
        connection.unregister("covered")


def _reports(connection: duckdb.DuckDBPyConnection, source: Source, manifests: list[dict[str, Any]]) -> list[Any]:
    """Months between the first and the last that a file covers; those that no file covers are gaps."""
    covered: dict[tuple[str, str], bool] = {}
    for manifest in manifests:  # oldest first: the newest form of a month says what it collects
        for scope, month in manifest["claims"]:
            covered[(scope, month)] = bool(manifest["collected"])
    counts = {
        (str(month)[:7]): n
        for month, n in connection.execute(
            "select month, sum(n) from exposure where source = ? group by month", [source.name]
        ).fetchall()
    }
    rows = []
    for scope in sorted({s for s, _ in covered}):
        months = sorted(m for s, m in covered if s == scope)
        for month in _between(months[0], months[-1]):
            known = (scope, month) in covered
            for category in _CATEGORIES:
                begins = source.collected_from.get(category, "9999-12")
                has = known and month >= begins and (category == "all" or covered.get((scope, month), False))
                reports = counts.get(month) if known and not scope else None
                rows.append((source.name, f"{month}-01", scope or None, category, has, reports))
    return rows


def _published(connection: duckdb.DuckDBPyConnection, source: Source) -> list[Any]:
    """Years by state: a state that does not appear in a year was not collected."""
    years = [
        (r[0], r[1])
        for r in connection.execute(
            "select distinct period_start::varchar, state from published_counts where source = ?", [source.name]
        ).fetchall()
    ]
    states = sorted({s for _, s in years if s})
    if states and not source.fictional:
        states = sorted({*states, *US_STATES})
    found = set(years)
    rows: list[Any] = []
    for year in sorted({y for y, _ in years}):
        for state in states or [None]:
            has = (year, state) in found
            rows += [(source.name, year, state, category, has, None) for category in ("sex", "forced_labour")]
    return rows


def _between(first: str, last: str) -> list[str]:
    begin, end = (int(m[:4]) * 12 + int(m[5:7]) - 1 for m in (first, last))
    return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(begin, end + 1)]


def add_annotations(connection: duckdb.DuckDBPyConnection, loaded: set[str], declared: dict[str, Source]) -> None:
    """Series breaks and the like, of the sources that are loaded."""
    for name in sorted(loaded & set(declared)):
        for date, kind, text in declared[name].annotations:
            connection.execute(
                "insert into annotations values (?, ?, ?, ?)", [name, dt.date.fromisoformat(date), kind, text]
            )
