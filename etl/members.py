"""Archives of several tables: members staged as text, joined by the source's `prepare`, read like one table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from etl import compiled, engine, expressions
from etl.assemble import assemble
from etl.harvest import Harvest
from etl.job import Job
from etl.reports import ReportReader
from etl.schema import Form, Source, SourceError, Table

CHUNK_ROWS = 500_000


@dataclass
class Staged:
    """Members in a temporary database on disk, so that a large state does not have to fit into memory."""

    connection: duckdb.DuckDBPyConnection
    expressions: dict[str, Any]
    names: dict[str, str]  # key of the form's table -> input table

    def chunks(self, key: str, sql: str) -> Iterator[pa.RecordBatch]:
        """Runs the prepared query and yields it in bounded chunks."""
        self.connection.execute(f'create table "ready_{key}" as {sql}')
        reader = self.connection.cursor().sql(f'from "ready_{key}"').to_arrow_reader(CHUNK_ROWS)
        yield from reader


def stage(tables: Any, harvest: Harvest, connection: duckdb.DuckDBPyConnection) -> Staged:
    """Copies every member, as text, into the working database, and counts its rows."""
    unbound, names = {}, {}
    for table in tables:
        if table.key in names:
            raise SourceError(f"The archive holds two tables that fit '{table.key}'. Keep the one that is meant.")
        columns: list[str] = []
        for chunk in table.chunks():
            batch = engine.trim(chunk)
            if not columns:
                columns = list(batch.schema.names)
                connection.register("chunk", batch)
                connection.execute(f'create table "{table.key}" as from chunk')
            else:
                connection.register("chunk", batch)
                connection.execute(f'insert into "{table.key}" by name from chunk')
            connection.unregister("chunk")
        if not columns:
            columns = ["record", *table.table.columns]
            kinds = ", ".join(f'"{c}" {"bigint" if c == "record" else "varchar"}' for c in columns)
            connection.execute(f'create table "{table.key}" ({kinds})')
        unbound[table.key] = expressions.text_table(table.key, columns)
        names[table.key] = table.name
        harvest.count(table)
    return Staged(connection, unbound, names)


def read_archive(source: Source, form: Form, tables: Any, harvest: Harvest, work: Path, today: date) -> None:
    """Reads an archive into the harvest."""
    if source.prepare is None:
        raise TypeError(f"{source.name} declares several tables but no `prepare`")
    with duckdb.connect(str(work / "members.duckdb"), config={"memory_limit": "600MB", "threads": 2}) as connection:
        staged = stage(tables, harvest, connection)
        ready = source.prepare(staged.expressions)
        primary = next(key for key, table in form.tables.items() if table.rows_are == "offence")
        declared = Table(dict.fromkeys(ready["reports"].columns, ""), rows_are="offence")
        job = Job(source, form, _named(declared), tuple(ready["reports"].columns), today)
        reader = ReportReader(source, harvest, work)
        with duckdb.connect() as calculator:
            sql = expressions.compile_sql([("reports", ready["reports"])])
            reader.read(job, staged.names[primary], lambda: staged.chunks("reports", sql), calculator)
            facts = reader.finish(calculator)
            if facts is None:
                return
            people = {
                key: _people(source, form, staged, key, ready[key], calculator, today)
                for key in ("victims", "suspects")
            }
        references = {f"record__{key}": name for key, name in staged.names.items()}
        references |= {"victims": staged.names["victim"], "suspects": staged.names["offender"]}
        assemble(harvest, source, [staged.names[primary]], facts, references=references, **people)


def _named(table: Table) -> Table:
    return Table({f: f for f in table.columns if not f.startswith("record")}, rows_are=table.rows_are)


def _people(
    source: Source,
    form: Form,
    staged: Staged,
    key: str,
    expression: Any,
    calculator: duckdb.DuckDBPyConnection,
    today: date,
) -> pa.Table:
    job = Job(source, form, Table({}), tuple(expression.columns), today)
    sql = compiled.people(job)
    parts = [
        engine.run(calculator, sql, chunk=chunk)
        for chunk in staged.chunks(key, expressions.compile_sql([(key, expression)]))
    ]
    # Where every row of the member was set aside, its people are a table without rows.
    return pa.concat_tables(parts) if parts else engine.run(calculator, sql, chunk=_no_rows(job))


def _no_rows(job: Job) -> pa.RecordBatch:
    kinds = pa.schema([(f, pa.int64() if f.startswith("record") else pa.string()) for f in job.fields])
    return pa.RecordBatch.from_pylist([], schema=kinds)
