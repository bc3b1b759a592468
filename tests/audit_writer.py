"""A program of its own: adds rows to the audit log of a folder, so that tests have real processes write at once."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from dashboard import audit
from dashboard.audit import head


def die(_: Path) -> NoReturn:
    """The first thing that happens to the head record, after the row is on the disk."""
    os._exit(9)


def main() -> None:
    """DATA NAME COUNT [die]: with `die` it ends, like a killed process, between its last row and the head record."""
    data, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    print("ready", flush=True)
    sys.stdin.readline()
    for i in range(count):
        if sys.argv[4:] == ["die"] and i == count - 1:
            setattr(head, "read", die)  # noqa: B010
        audit.record(data, audit.Who(name, "partner", "wick"), "view", page="map")


if __name__ == "__main__":
    main()
