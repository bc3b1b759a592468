"""The one function that adds to the log."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from dashboard import state
from dashboard.audit import chain, head
from dashboard.audit.entry import Export, Who, declared


def record(
    data_dir: Path,
    who: Who,
    what: str,
    *,
    page: str = "",
    filters: Mapping[str, Iterable[str]] | None = None,
    subject: str = "",
    export: Export | None = None,
    now: datetime | None = None,
) -> int:
    """Add one row and return its number, which is on the disk then. Takes about 2 ms.

    what : one of WHAT. page : as in its address. filters : from `link`. subject : whom or what it was done to, an id.
    now : aware; for tests. Raises StateError when it cannot be written, and ValueError for an undeclared `what`.
    """
    entry = declared(who, what, page, filters or {}, subject, export)
    # The clock is read under the lock: two processes then differ in time as they do in order.
    added = state.write(
        data_dir,
        lambda con: chain.append(con, entry, now or datetime.now(UTC)),
        after=lambda con: head.advance(data_dir, con),
    )
    return added.number
