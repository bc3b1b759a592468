"""The folder that holds the data: immutable loads, the sets of them that were served, one pointer.

    DIR/warehouse/loads/<load>/        what one file became; never changed
    DIR/warehouse/sets/000012.json     which loads version 12 was built from, and what it replaced
    DIR/warehouse/restricted-000012.duckdb
    DIR/warehouse/current.json         the one pointer: written last, in one step

A process killed at any moment leaves the pointer at the previous version, and everything it names. What else it
leaves behind is cleared by the next one that takes the lock.
"""

import contextlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from etl.read import sha256_of
from etl.retention import retention
from etl.schema import SourceError
from etl.tables import WAREHOUSE_FORMAT

REBUILD = "`python -m etl rebuild` makes it again from the loads."
_DATABASE = re.compile(r"restricted-\d{6,}\.duckdb")
ERASING = "erasing.json"  # there while an erasure is under way: see erasing.py


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

    @property
    def sets(self) -> Path:
        return self.root / "sets"

    def current(self) -> dict[str, Any] | None:
        """The pointer, or None when nothing has been loaded yet. Raises SourceError when it is damaged."""
        path = self.root / "current.json"
        if not path.exists():
            return None
        pointer = read_json(path)
        version, name = pointer.get("version"), pointer.get("restricted")
        if type(version) is not int or version < 1 or not isinstance(name, str) or not _DATABASE.fullmatch(name):
            raise SourceError(f"{path} is damaged. {REBUILD}")
        return pointer

    def version(self) -> int:
        pointer = self.current()
        return int(pointer["version"]) if pointer else 0

    def set_of(self, version: int) -> dict[str, Any]:
        """Which loads a version was built from: {"version", "loads", "previous", "command"}; 0 is the empty one."""
        if version == 0:
            return {"version": 0, "loads": [], "previous": 0, "command": ""}
        path = self.sets / f"{version:06d}.json"
        found = read_json(path)
        loads = found.get("loads")
        if not isinstance(loads, list) or not {"previous", "command"} <= set(found):
            raise SourceError(f"{path} is damaged or gone. {REBUILD}")
        return found

    def versions(self) -> list[int]:
        """Every version of which there is a record, oldest first, served or not."""
        return sorted(int(p.stem) for p in self.sets.glob("*.json") if p.stem.isdigit())

    def current_loads(self) -> list[str]:
        """The loads that are served now, oldest first."""
        return list(self.set_of(self.version())["loads"])

    def manifest(self, load: str) -> dict[str, Any] | None:
        """What a load says about itself; None when any of it is damaged or gone."""
        folder = self.folder(load)
        found = read_json(folder / "manifest.json")
        files = found.get("files")
        if found.get("load") != load or found.get("format") != WAREHOUSE_FORMAT or not isinstance(files, dict):
            return None
        try:
            whole = all(sha256_of(folder / name) == sha256 for name, sha256 in files.items())
        except OSError:
            return None
        return found if whole else None

    def manifests(self, loads: list[str] | None = None) -> list[dict[str, Any]]:
        """Manifests of the given loads, or of those that are served. Raises SourceError when one is damaged."""
        names = self.current_loads() if loads is None else loads
        found = [self.manifest(name) for name in names]
        if None in found:
            raise damaged(name for name, manifest in zip(names, found, strict=True) if manifest is None)
        return [m for m in found if m is not None]

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """A folder for work in progress, gone when the work ends, whatever happens."""
        folder = Path(tempfile.mkdtemp(prefix=".staging-", dir=self.root))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def adopt(self) -> None:
        """Makes the staged folders loads. What is there under that name was found damaged before."""
        for load, folder in self.staged.items():
            for path in [*folder.iterdir(), folder]:
                flush(path)
            target = self.loads / load
            self.loads.mkdir(exist_ok=True)
            if target.exists():
                os.replace(target, folder.with_name(f"{load}.damaged"))
            os.replace(folder, target)
            flush(self.loads)

    def next_version(self) -> int:
        """One more than any version that was ever written."""
        databases = [int(p.stem.split("-")[1]) for p in self.databases()]
        return max([*self.versions(), *databases], default=0) + 1

    def publish(self, version: int, loads: list[str], previous: int, command: str, pointer: dict[str, Any]) -> None:
        """Records the set and switches the pointer: the last step of every change."""
        self.sets.mkdir(parents=True, exist_ok=True)
        entry = {"version": version, "loads": loads, "previous": previous, "command": command}
        write_json(self.sets / f"{version:06d}.json", entry)
        write_json(self.root / "current.json", {"version": version, **pointer})
        # Served already: what cannot be tidied now is tidied after the next change.
        with contextlib.suppress(OSError, SourceError):
            self._tidy()

    def withdraw(self, version: int) -> None:
        """Takes back what a version that was never served has written."""
        with contextlib.suppress(OSError, SourceError):
            if self.version() == version:
                return
            self.database(version).unlink(missing_ok=True)
            (self.sets / f"{version:06d}.json").unlink(missing_ok=True)
            for load in self.staged:
                shutil.rmtree(self.loads / load, ignore_errors=True)

    def erasing(self) -> bool:
        """Whether an erasure was begun and is not done."""
        return (self.root / ERASING).exists()

    def database(self, version: int) -> Path:
        return self.root / f"restricted-{version:06d}.duckdb"

    def databases(self) -> list[Path]:
        """Database files, oldest first."""
        found = [p for p in self.root.glob("restricted-*.duckdb") if _DATABASE.fullmatch(p.name)]
        return sorted(found, key=lambda p: int(p.stem.split("-")[1]))

    def _tidy(self) -> None:
        """Removes old databases and loads that no recent set names. What is still open is left for next time.

        Old is what has a smaller number, whatever the clock says: clocks go wrong, and files are copied.
        """
        if self.erasing():  # the new loads of earlier versions are in no set yet
            return
        kept = retention(self.data)
        for path in self.databases()[: -kept.versions]:
            if path != self.database(self.version()):
                with contextlib.suppress(OSError):
                    path.unlink()
        named = {load for n in self.versions()[-kept.undo :] for load in self.set_of(n)["loads"]}
        for folder in self.loads.iterdir():
            if folder.name not in named:
                shutil.rmtree(folder, ignore_errors=True)

    def _clear(self) -> None:
        """Removes what a killed process left behind: whoever holds the lock knows that nobody is at work on it."""
        for left in (*self.root.glob(".staging-*"), *self.root.glob("*.partial*"), *self.root.rglob(".*.json.*.tmp")):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    left.unlink()

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """One change at a time. The system releases the lock when the process ends, however it ends."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("a+b") as handle:
            if not _try_lock(handle):
                raise SourceError("Another load is running on this folder. Wait for it to end, then try again.")
            retention(self.data)  # a mistake in it is said before the work, not after
            self._clear()
            from etl.erasing import finish  # it needs the store

            finish(self)
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


def damaged(loads: Iterable[str]) -> SourceError:
    """The refusal that names loads of which something is missing, and the way out."""
    names = list(loads)
    which = "The load" if len(names) == 1 else f"{len(names)} loads"
    return SourceError(
        f"{which} {', '.join(names)} cannot be read: damaged, gone or of another version. What is served stays. "
        f"Load the same file again, or take it out with `python -m etl remove {' '.join(names)}`."
    )


def write_json(path: Path, content: Any) -> None:
    """Writes a file whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as handle:
            json.dump(content, handle, indent=1, ensure_ascii=False, default=str)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # it is there already
        flush(path.parent)


def read_json(path: Path) -> dict[str, Any]:
    """An object that a program wrote; empty when it is missing or is something else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def flush(path: Path) -> None:
    """Makes a file, or a folder's list of names, outlast a power cut. Windows does the latter by itself."""
    if sys.platform == "win32" and path.is_dir():
        return
    handle = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
