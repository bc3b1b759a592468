"""What is loaded, and the row equation of every input table, read from the warehouse that is served."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.schema import SourceError
from etl.store import REBUILD, Store, read_json

if TYPE_CHECKING:
    import duckdb

_LOAD = "load source form file sha256 bytes loaded_at as_of notes".split()
_TABLE = "table rows_read loaded merged not_relevant quarantined".split()


def status(store: Store) -> list[dict[str, Any]]:
    """For each load: source, file, sha256 and the row equation of each input table."""
    pointer = store.current()
    return [] if pointer is None else status_of(store.root / str(pointer["restricted"]))


def warnings(store: Store) -> list[str]:
    """What a steward should see to, in sentences."""
    from etl.confidential import older_loads

    found = []
    if store.erasing():
        found.append(
            "An erasure is not finished: old files are still there. Close the app, then `python -m etl rebuild`."
        )
    older = len(older_loads(store))
    if older:
        loads = "1 load was" if older == 1 else f"{older} loads were"
        found.append(f"{loads} read with another list of confidential places: run `python -m etl places apply`.")
    return found


def released(store: Store) -> str:
    """The newest public release, and whether what is loaded has changed since; in a sentence."""
    release = read_json(store.data / "public" / "current.json").get("release")
    if not release:
        return "Nothing is public yet. `python -m etl release --check` says what a release would hold."
    made_from = read_json(store.root / "releases" / str(release) / "basis.json").get("warehouse")
    if made_from == store.version():
        return f"Newest release: {release}, of what is loaded now."
    return f"Newest release: {release}. What is loaded has changed since: `python -m etl release` makes the next one."


def status_of(path: Path) -> list[dict[str, Any]]:
    """The same, of one database file. Raises SourceError when it is missing or damaged."""
    with opened(path) as connection:
        loads = connection.execute(
            "select load, source, form, file, sha256, bytes, loaded_at::varchar, as_of::varchar, notes "
            "from loads order by rowid"
        ).fetchall()
        tables = connection.execute(
            "select load, input_table, rows_read, loaded, merged, not_relevant, quarantined from load_tables "
            "order by load, input_table"
        ).fetchall()
    result = []
    for row in loads:
        entry = dict(zip(_LOAD, row, strict=True))
        entry["tables"] = [dict(zip(_TABLE, t[1:], strict=True)) for t in tables if t[0] == row[0]]
        result.append(entry)
    return json.loads(json.dumps(result, default=str))


def loads_of(path: Path) -> list[str]:
    """The loads that a database was built from, oldest first. Raises SourceError as `status_of`."""
    with opened(path) as connection:
        return [str(load) for (load,) in connection.execute("select load from loads order by rowid").fetchall()]


@contextlib.contextmanager
def opened(path: Path) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A database file of the warehouse, to read. Raises SourceError when it is missing, damaged or in use."""
    if not path.is_file():
        raise SourceError(f"{path.name} is missing. {REBUILD}")
    import duckdb  # a load imports it while it looks through its file

    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            yield connection
    except duckdb.Error as error:
        if "lock" in str(error).lower():
            raise SourceError(f"Another program has {path.name} open for writing. Close it, then try again.") from None
        raise SourceError(f"{path.name} is damaged and cannot be read. {REBUILD}") from None
