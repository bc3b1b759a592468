"""Whether one log goes on from another: asked before a backup takes the place of a log that may have more rows."""

from pathlib import Path

from dashboard.audit import chain, segments
from dashboard.audit.chain import End


def newest(data_dir: Path) -> End:
    """The last row of a log; number 0 where none was ever begun. Raises StateError when it cannot be read."""
    return chain.ask(data_dir, chain.end, End(0, chain.GENESIS))


def holds(data_dir: Path, row: End) -> bool:
    """Whether a log has that very row, open or in a closed segment. Number 0, before any row, is in every log.

    Raises StateError when the file cannot be read; a segment that cannot be read holds nothing.
    """
    if row.number == 0:
        return True
    question = "SELECT hash FROM audit WHERE number = ?"
    found = chain.ask(data_dir, lambda con: con.execute(question, [row.number]).fetchone(), None)
    return bool(found and found[0] == row.hash) or _closed(data_dir, row)


def _closed(data_dir: Path, row: End) -> bool:
    for number in segments.numbers(data_dir):
        try:
            rows = segments.read(segments.path_of(data_dir, number))
            if any((r["number"], r["hash"]) == (row.number, row.hash) for r in rows):
                return True
        except segments.SegmentError:
            continue
    return False
