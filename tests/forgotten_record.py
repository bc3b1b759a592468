"""Files that hold a record which has to go, and what a warehouse counts once it has gone."""

from etl.store import Store
from tests.loader_files import OTHER, SEX, ask, lapd_row

DAYS = ("2023-01-03", "2023-02-09", "2023-03-21")
SECRET = 777_123_456  # the record that goes


def _rows(many: int, secret: bool = True, first: int = 1) -> list[str]:
    rows = [lapd_row(i, DAYS[i % 3], SEX if i % 2 else OTHER) for i in range(first, first + many)]
    return [*rows, *([lapd_row(SECRET, DAYS[1], SEX, age="16")] if secret else [])]


def _told(store: Store) -> dict[str, list[str]]:
    """The tables that count something, without the names of loads."""
    found = {}
    for table in ("incidents", "victims", "suspects", "attributes", "exposure", "coverage"):
        less = " exclude (load)" if table != "coverage" else ""
        found[table] = sorted(map(repr, ask(store, f"select *{less} from {table}")))
    return found
