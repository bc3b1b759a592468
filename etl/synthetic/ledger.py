"""What the people in these records have spent of their privacy: every synthetic release tells a little more of them.

DIR/warehouse/synthetic/ledger.json is written before a release can be read. It is restricted, kept for good, and in
every backup: without it nobody knows how much earlier releases told.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from etl.schema import SourceError
from etl.store import read_json, write_json

FILE = "ledger.json"


@dataclass(frozen=True)
class Spent:
    """A release. rho : zero-concentrated differential privacy, which adds up exactly. years : first and last."""

    release: str
    sources: tuple[str, ...]
    years: tuple[int, int]
    rho: float
    epsilon: float
    delta: float
    rows_about: int
    sha256: str


@dataclass(frozen=True)
class Ledger:
    """The ledger of a data directory."""

    folder: Path  # DIR/warehouse/synthetic

    def entries(self) -> list[Spent]:
        """Oldest first. Raises SourceError when the ledger is damaged, or gone while there are releases."""
        path = self.folder / FILE
        if not path.exists():
            if self.folder.is_dir() and any(f.is_dir() and not f.name.startswith(".") for f in self.folder.iterdir()):
                raise _damaged("missing")
            return []
        try:
            return [_entry(e) for e in read_json(path)["releases"]]
        except (KeyError, TypeError, ValueError):
            raise _damaged("damaged") from None

    def require(self, logged: Collection[str]) -> None:
        """Raises SourceError when the audit log tells of a release that is not in the ledger."""
        if set(logged) - {e.release for e in self.entries()}:
            raise _damaged("older than the audit log")

    def of(self, sources: Collection[str], years: tuple[int, int]) -> list[Spent]:
        """Releases in which some of the same people can be: a source in common, and a year."""
        return [
            e for e in self.entries()
            if set(e.sources) & set(sources) and e.years[0] <= years[1] and years[0] <= e.years[1]
        ]  # fmt: skip

    def add(self, spent: Spent) -> None:
        """Writes a release down, before anybody can read it: a crash then leaves too much spent, not too little."""
        entries = [asdict(e) for e in (*self.entries(), spent)]
        self.folder.mkdir(parents=True, exist_ok=True)
        write_json(self.folder / FILE, {"releases": entries})

    def new_id(self, day: str) -> str:
        """The next id of a day."""
        taken = [int(e.release.rpartition("-")[2]) for e in self.entries() if e.release.startswith(day + "-")]
        return f"{day}-{max(taken, default=0) + 1}"


def _entry(found: dict[str, Any]) -> Spent:
    first, last = found["years"]
    return Spent(
        str(found["release"]), tuple(found["sources"]), (int(first), int(last)), float(found["rho"]),
        float(found["epsilon"]), float(found["delta"]), int(found["rows_about"]), str(found["sha256"]),
    )  # fmt: skip


def _damaged(how: str) -> SourceError:
    return SourceError(
        f"The privacy ledger, warehouse/synthetic/{FILE}, is {how}, so nobody knows what earlier synthetic releases "
        "told of the same people. Restore it from a backup. Nothing was made."
    )
