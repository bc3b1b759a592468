"""How a measure is asked: the filtered table, run once, kept for the version of the warehouse."""

from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass, replace
from functools import partial, wraps
from inspect import signature
from typing import Any, ParamSpec, TypeVar, cast

import ibis
import pandas as pd

from dashboard.filters import Filters, predicate, selection, single, table_of
from dashboard.warehouse import Warehouse
from etl import codes

P = ParamSpec("P")
R = TypeVar("R")

Wheres = tuple[tuple[str, Any], ...]  # more conditions: column, and its value or a tuple of values


def measure(function: Callable[P, R]) -> Callable[P, R]:
    """Keep results by version and arguments. The caller gets its own copy (pandas copies only what is written)."""
    # The same question is one, whether an argument is named, stands in its place or is left at its default.
    defaults = {name: one.default for name, one in signature(function).parameters.items()}

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        warehouse = cast(Warehouse, args[0])
        given = defaults | dict(zip(defaults, args, strict=False)) | kwargs
        key = (function.__module__, function.__qualname__, *list(given.values())[1:])
        return cast(R, _copy(warehouse.remember(key, lambda: function(*args, **kwargs))))

    return asked


def _copy(result: Any) -> Any:
    if isinstance(result, pd.DataFrame):
        return result.copy(deep=False)
    if isinstance(result, dict):
        return dict(result)
    if is_dataclass(result) and not isinstance(result, type):
        frames = {f.name: getattr(result, f.name) for f in fields(result)}
        copies = {name: value.copy(deep=False) for name, value in frames.items() if isinstance(value, pd.DataFrame)}
        return replace(result, **copies) if copies else result
    return result


VIEW = "view_rows"


def ask(
    warehouse: Warehouse, filters: Filters, question: Callable[..., Any], *args: Hashable, where: Wheres = ()
) -> pd.DataFrame:
    """Ask one question of the rows that the filters (and `where`) leave.

    question : a function (rows, *args) -> Ibis expression, where rows is the unit's table with the count in `n`.
    Building and compiling an expression costs as much as running it on a million rows, so the two halves are
    compiled by themselves and kept: the view once for its filters, the question once for its arguments.
    """
    sql = warehouse.remember(
        ("sql", question.__module__, question.__qualname__, args, table_of(filters.unit)),
        lambda: compiled(question(_rows(warehouse, filters.unit), *args)),
    )
    return warehouse.ask_sql(with_view(_view(warehouse, filters, where), sql))


def compiled(expression: Any) -> str:
    """The SQL of an expression over unbound tables."""
    return str(ibis.to_sql(expression, dialect="duckdb", pretty=False))


def with_view(view: str, sql: str) -> str:
    """One statement of two compiled halves: the view, and the question that reads from it."""
    head = f'WITH "{VIEW}" AS ({view})'
    return f"{head}, {sql.removeprefix('WITH ')}" if sql.startswith("WITH ") else f"{head} {sql}"


def _rows(warehouse: Warehouse, unit: str) -> Any:
    table = table_of(unit)
    return warehouse.remember(("rows", table), lambda: ibis.table(_with_n(warehouse, unit).schema(), name=VIEW))


def _with_n(warehouse: Warehouse, unit: str) -> Any:
    table = warehouse.table(table_of(unit))
    return table if unit in codes.RECORD_UNITS else table.rename(n="published_n")


def _view(warehouse: Warehouse, filters: Filters, where: Wheres) -> str:
    if filters.unit not in codes.RECORD_UNITS:
        return cast(str, warehouse.remember(("view", filters, where), lambda: _published_view(warehouse, filters)))
    # A page asks of several views that differ in one filter: each condition is compiled once, not each view.
    table = warehouse.table(table_of(filters.unit))
    bare, choices = single(filters)
    parts = [warehouse.remember(("condition", bare), lambda: _condition(table, predicate(bare, table)))]
    parts += [warehouse.remember(("choice", one), partial(_choice, table, one)) for one in choices]
    parts += [
        warehouse.remember(("place", table.get_name(), *condition), partial(_place, table, *condition))
        for condition in where
    ]
    return _START.format(table.get_name()) + " AND ".join(f"({part})" for part in parts)


def _choice(table: Any, one: Filters) -> str:
    return _condition(table, *selection(one, table))


def _place(table: Any, column: str, value: Any) -> str:
    return _condition(table, table[column].isin(value) if isinstance(value, tuple) else table[column] == value)


_START = 'SELECT * FROM "{}" AS "t0" WHERE '


def _condition(table: Any, *conditions: Any) -> str:
    """Conditions as Ibis compiles them, for a WHERE of the same table."""
    sql, start = compiled(table.filter(*conditions)), _START.format(table.get_name())
    if not sql.startswith(start):
        raise AssertionError(f"Ibis wrote a filter of {table.get_name()} in another way than before.")
    return sql.removeprefix(start)


def _published_view(warehouse: Warehouse, filters: Filters) -> str:
    rows = warehouse.table(table_of(filters.unit))
    return compiled(rows.filter(predicate(filters, rows)).rename(n="published_n"))


def keep(table: Any, parts: list[Any]) -> Any:
    """The rows that meet every part; all of them where there is no part (which Ibis refuses)."""
    return table.filter(*parts) if parts else table


def summed(rows: Any, condition: Any = None) -> Any:
    """sum(n) as a 64-bit integer, 0 for no rows."""
    return rows.n.sum(where=condition).cast("int64").coalesce(0)


def by(rows: Any, *columns: str) -> Any:
    """The question: sum(n) by columns."""
    return rows.group_by(list(columns)).agg(n=summed(rows))


def nothing_is_unknown(found: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """A missing code becomes `unknown` and is added to those that say so; n becomes Int64.

    Done here and not in the question: grouping on the stored column is a third faster than on an expression.
    """
    if not any(found[c].isna().any() for c in columns):
        return found.astype({"n": "Int64"})
    found = found.fillna(dict.fromkeys(columns, codes.UNKNOWN))
    keys = [c for c in found.columns if c != "n"]
    return found.groupby(keys, as_index=False, dropna=False)["n"].sum().astype({"n": "Int64"})
