"""What expressions are made of beside Ibis itself, and the SQL that they become. No database: that is `engine`.

Ibis' own `as_timestamp(format)` raises on the first bad value; `try_strptime` yields NULL, so that
one bad row is quarantined and the others load.
"""

from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.datatypes as dt


@ibis.udf.scalar.builtin(name="try_strptime", signature=((dt.string, dt.Array(dt.string)), dt.timestamp))
def _try_strptime(text: Any, formats: Any) -> Any:
    """DuckDB's own function; the body is never run."""


@ibis.udf.scalar.builtin(name="md5", signature=((dt.string,), dt.string))
def _md5(text: Any) -> Any:
    """DuckDB's own function; the body is never run."""


@ibis.udf.scalar.builtin(name="hash", signature=((dt.string,), dt.uint64))
def _hash(text: Any) -> Any:
    """DuckDB's own function; the body is never run."""


def parse_time(text: Any, formats: tuple[str, ...]) -> Any:
    """Text to a timestamp by the first format that fits; NULL when none does."""
    return _try_strptime(text, list(formats)) if formats else ibis.null("timestamp")


def digest(text: Any) -> Any:
    """A short name for a row: not a secret, only stable."""
    return _md5(text)


def hashed(text: Any) -> Any:
    """64 bits for a text, NULL for none. Good for one run only: DuckDB may change how it hashes."""
    return text.isnull().ifelse(ibis.null("uint64"), _hash(text))


def text_table(name: str, columns: Sequence[str]) -> Any:
    """An unbound table of text columns and the record number, as the reader yields them."""
    return ibis.table({c: "int64" if c.startswith("record") else "string" for c in columns}, name=name)


def unbound(name: str, expression: Any) -> Any:
    """A stage's result as the next stage's input: Ibis would otherwise write its expressions out at every use."""
    return ibis.table(expression.schema(), name=name)


def compile_sql(stages: Sequence[tuple[str, Any]]) -> str:
    """One SQL text for DuckDB from stages that read each other by name; the last is the result.

    Compiling costs 10-30 ms: what several files ask is in `compiled`.
    """
    *before, (_, last) = [(name, str(ibis.to_sql(e, dialect="duckdb"))) for name, e in stages]
    steps = ", ".join(f'"{name}" AS ({sql})' for name, sql in before)
    return f"WITH {steps} {last}" if steps else last


def warm() -> None:
    """Compiles something, so that what Ibis imports for its first expression is there when a file's come."""
    compile_sql([("nothing", text_table("nothing", ["a"]).select(a=ibis.literal("")))])
