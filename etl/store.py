"""The folder that holds the data: immutable loads, the sets of them that were served, one pointer.

    DIR/warehouse/loads/<load>/        what one file became; never changed
    DIR/warehouse/sets/000012.json     which loads version 12 was built from, and what it replaced
    DIR/warehouse/restricted-000012.duckdb
    DIR/warehouse/current.json         the one pointer: written last, in one step

A process killed at any moment leaves the pointer at the previous version, and everything it names.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from etl.schema import SourceError

KEEP_VERSIONS = 2  # database files; loads are kept as long as one of KEEP_SETS names them
KEEP_SETS = 20


@dataclass(frozen=True)
class Store:
    """The warehouse folder of a data directory."""

    data: Path
    staged: Mapping[str, Path] = field(default_factory=dict)  # loads that are finished but not adopted yet

    def holding(self, staged: Mapping[str, Path]) -> "Store":
        """The same store as it would be with some more loads: nothing is written."""
        return replace(self, staged=dict(staged))

    def folder(self, load: str) -> Path:
        """Where a load lies."""
        return self.staged.get(load, self.loads / load)

    @property
    def root(self) -> Path:
        return self.data / "warehouse"

    @property
    def loads(self) -> Path:
        return self.root / "loads"

    def current(self) -> dict[str, Any] | None:
        """The pointer, or None when nothing has been loaded yet."""
        path = self.root / "current.json"
        if not path.exists():
            return None
        try:
            pointer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return pointer if isinstance(pointer["version"], int) else None
        except (ValueError, KeyError, TypeError):
            raise SourceError(
                f"{path} is damaged. Name the newest number in {self.root / 'sets'} with `python -m etl undo`, "
                "or load the files again into an empty folder."
            ) from None

    def version(self) -> int:
        pointer = self.current()
        return int(pointer["version"]) if pointer else 0

    def set_of(self, version: int) -> dict[str, Any]:
        """Which loads a version was built from: {"version", "loads", "previous", "command"}."""
        path = self.root / "sets" / f"{version:06d}.json"
        if version == 0 or not path.exists():
            return {"version": version, "loads": [], "previous": 0, "command": ""}
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return loaded

    def current_loads(self) -> list[str]:
        """The loads that are served now, oldest first."""
        return list(self.set_of(self.version())["loads"])

    def manifest(self, load: str) -> dict[str, Any]:
        """What a load says about itself."""
        path = self.folder(load) / "manifest.json"
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return found
        except (OSError, ValueError):
            raise SourceError(f"The load {load} is damaged or gone. Load its file again.") from None

    def manifests(self, loads: list[str] | None = None) -> list[dict[str, Any]]:
        """Manifests of the given loads, or of those that are served."""
        return [self.manifest(load) for load in (self.current_loads() if loads is None else loads)]

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """A folder for work in progress, gone when the work ends, whatever happens."""
        self.loads.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".staging-", dir=self.root))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def adopt(self, staged: Path, load: str) -> None:
        """Makes a finished folder a load. Loads never change: one of that name is this one already."""
        target = self.loads / load
        if not target.exists():
            os.replace(staged, target)

    def next_version(self) -> int:
        """One more than any version that was ever written."""
        names = [int(p.stem) for p in (self.root / "sets").glob("*.json") if p.stem.isdigit()]
        return max([self.version(), *names], default=0) + 1

    def publish(self, version: int, loads: list[str], previous: int, command: str, pointer: dict[str, Any]) -> None:
        """Records the set and switches the pointer: the last step of every change."""
        sets = self.root / "sets"
        sets.mkdir(parents=True, exist_ok=True)
        entry = {"version": version, "loads": loads, "previous": previous, "command": command}
        write_json(sets / f"{version:06d}.json", entry)
        write_json(self.root / "current.json", {"version": version, **pointer})
        self._tidy(version)

    def database(self, version: int) -> Path:
        return self.root / f"restricted-{version:06d}.duckdb"

    def _tidy(self, version: int) -> None:
        """Removes old databases and loads that no recent set names. What is still open is left for next time."""
        databases = sorted(self.root.glob("restricted-*.duckdb"))
        for path in databases[:-KEEP_VERSIONS]:
            with contextlib.suppress(OSError):
                path.unlink()
        numbers = sorted(int(p.stem) for p in (self.root / "sets").glob("*.json") if p.stem.isdigit())
        named = {load for n in numbers[-KEEP_SETS:] for load in self.set_of(n)["loads"]}
        for folder in self.loads.iterdir():
            if folder.name not in named:
                shutil.rmtree(folder, ignore_errors=True)
        for left in self.root.glob(".staging-*"):
            shutil.rmtree(left, ignore_errors=True)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """One change at a time. The system releases the lock when the process ends, however it ends."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("a+b") as handle:
            if not _try_lock(handle):
                raise SourceError("Another load is running on this folder. Wait for it to end, then try again.")
            yield


def _try_lock(handle: Any) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def write_json(path: Path, content: Any) -> None:
    """Writes a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as handle:
        json.dump(content, handle, indent=1, ensure_ascii=False, default=str)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(temporary, path)
