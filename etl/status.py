"""What is loaded, and the row equation of every input table, read from the warehouse that is served."""

import json
from pathlib import Path
from typing import Any

import duckdb

from etl.schema import SourceError
from etl.store import Store


def status(store: Store) -> list[dict[str, Any]]:
    """For each load: source, file, sha256 and the row equation of each input table."""
    pointer = store.current()
    if pointer is None:
        return []
    path = store.root / str(pointer["restricted"])
    if not path.exists():
        raise SourceError(f"{path.name} is missing. `python -m etl rebuild` makes it again from the loads.")
    return status_of(path)


def status_of(path: Path) -> list[dict[str, Any]]:
    """The same, of one database file."""
    with duckdb.connect(str(path), read_only=True) as connection:
        loads = connection.execute(
            "select load, source, form, file, sha256, bytes, loaded_at::varchar, as_of::varchar, notes "
            "from loads order by loaded_at, load"
        ).fetchall()
        names = "load source form file sha256 bytes loaded_at as_of notes".split()
        result = []
        for row in loads:
            tables = connection.execute(
                "select input_table, rows_read, loaded, merged, not_relevant, quarantined from load_tables "
                "where load = ? order by 1",
                [row[0]],
            ).fetchall()
            entry = dict(zip(names, row, strict=True))
            entry["tables"] = [
                dict(zip("table rows_read loaded merged not_relevant quarantined".split(), t, strict=True))
                for t in tables
            ]
            result.append(entry)
        return json.loads(json.dumps(result, default=str))
