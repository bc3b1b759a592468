"""Taking something out of every kept load at once.

A load is never changed: it is written anew under another name. In this order, each step whole or not at all: the new
loads, a note of which take whose place, the rebuilt version and the pointer, the sets of earlier versions, and last
everything that the old loads were in. A process that is killed before the pointer moves has changed nothing; after
it, the next one that takes the lock does the rest. What was taken out is then in no file of the folder, and `undo`
does not bring it back.
"""

import contextlib
import datetime as dt
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.read import sha256_of
from etl.schema import SourceError
from etl.store import ERASING, Store, damaged, read_json, write_json

LOG = "erasures.json"
OTHER_ROOMS = ("warehouse", "public")  # what lies elsewhere in the data folder are files of publishers


@dataclass(frozen=True)
class Written:
    """A load as it shall be. tables: those that change; manifest: what else it says of itself."""

    tables: dict[str, pa.Table]
    manifest: dict[str, Any]


@dataclass(frozen=True)
class Erased:
    """loads: how many were written anew or went; files: publishers' files in the data folder that went with them;
    left: files that another program has open, which the next change removes."""

    loads: int
    files: int = 0
    left: int = 0


Change = Callable[[dict[str, Any], Path], Written | None]  # (manifest, folder) -> None: it stays as it is


def erase(
    store: Store, act: str, source: str, change: Change, gone: Collection[str] = (), *, originals: bool = True
) -> Erased:
    """Writes kept loads anew, takes out those in `gone`, and removes every file that the old ones were in.

    For whoever holds the lock. act, source : for the log. originals : also the publishers' files that they were read
    from, where these lie in the data folder. Raises SourceError when a served load is damaged; nothing has changed.
    """
    _sweep(store)
    with store.staging() as staging:
        names, lost = _write_anew(store, source, change, gone, staging)
        if not names and not lost:
            # A database may be kept longer than the loads that it was made of.
            return Erased(0, left=sum(not _removed(path) for path in _older_databases(store)))
        journal = {
            "names": names,
            "lost": lost,
            "files": _originals(store, names) if originals else [],
            "entry": _entry(act, source, len(names) + len(lost)),
        }
        new = store.holding({name: staging / name for name in names.values() if name})
        _switch(new, names, journal)
    left = finish(store)
    return Erased(len(names) + len(lost), len(journal["files"]), left)


def _sweep(store: Store) -> None:
    """Loads that no version ever stood on: a killed process left them."""
    with contextlib.suppress(SourceError):  # a damaged record of a version could name them
        named = {load for version in store.versions() for load in store.set_of(version)["loads"]}
        for folder in store.loads.iterdir() if store.loads.is_dir() else ():
            if folder.name not in named:
                shutil.rmtree(folder, ignore_errors=True)


def _write_anew(
    store: Store, source: str, change: Change, gone: Collection[str], staging: Path
) -> tuple[dict[str, str | None], list[str]]:
    """Old name -> new name or None, and loads that cannot be read any more: they are served no longer, and go."""
    kept = sorted(p.name for p in store.loads.iterdir() if p.is_dir()) if store.loads.is_dir() else []
    found = {load: store.manifest(load) for load in kept}
    lost = [load for load, m in found.items() if m is None and (not source or load.startswith(f"{source}-"))]
    needed = sorted((set(lost) - set(gone)) & set(store.current_loads()))
    if needed:
        raise damaged(needed)
    names: dict[str, str | None] = {}
    for load, manifest in found.items():
        if load in gone:
            names[load] = None
        elif manifest is not None:
            written = change(manifest, store.loads / load)
            if written is not None:
                names[load] = _next_name(load, {*kept, *(n for n in names.values() if n)})
                _write(store.loads / load, staging / str(names[load]), manifest | written.manifest, written.tables)
    return names, [load for load in lost if load not in names]


def _next_name(load: str, taken: Collection[str]) -> str:
    """The same file read the same way, and something taken out since: the name says no more than that."""
    base = re.sub(r"x\d+$", "", load)
    return next(name for i in range(1, len(taken) + 2) if (name := f"{base}x{i}") not in taken)


def _write(old: Path, new: Path, manifest: dict[str, Any], tables: dict[str, pa.Table]) -> None:
    new.mkdir()
    for path in old.iterdir():
        if path.suffix == ".parquet" and path.stem not in tables:
            shutil.copyfile(path, new / path.name)
    for name, table in tables.items():
        pq.write_table(table, new / f"{name}.parquet", compression="zstd")
    files = {path.name: sha256_of(path) for path in sorted(new.iterdir())}
    write_json(new / "manifest.json", manifest | {"load": new.name, "files": files})


def _switch(store: Store, names: dict[str, str | None], journal: dict[str, Any]) -> None:
    """Adopts the new loads and, where the served version changes, builds it and points to it."""
    served = store.current_loads()
    loads = [new for load in served if (new := names.get(load, load))]
    version = store.next_version()
    pointer = None
    if loads != served:
        from etl.build import build

        pointer = build(store, version, loads)
    try:
        store.adopt()
        write_json(store.root / ERASING, journal)
        if pointer is not None:
            now = store.set_of(store.version())  # like a rebuild, no step that `undo` would take back
            store.publish(version, loads, int(now["previous"]), str(now["command"]), pointer)
    except BaseException:
        store.withdraw(version)
        with contextlib.suppress(OSError, SourceError):
            finish(store)
        raise


def finish(store: Store) -> int:
    """Does what is left of an erasure that was begun, and returns how many files are open elsewhere and wait.

    Where the served version still stands on the old loads, the erasure was not done, and what it wrote goes.
    """
    path = store.root / ERASING
    journal = read_json(path)
    names = journal.get("names")
    if not isinstance(names, dict):
        return 0
    try:
        done = not set(store.current_loads()) & set(names)
    except SourceError:  # the pointer is damaged: `rebuild` comes first
        return 0
    if not done:
        _take_back(store, {name for name in names.values() if name})
        path.unlink(missing_ok=True)
        return 0
    _rename_in_sets(store, names)
    _log(store, journal["entry"])
    left = sum(not _removed(one) for one in _doomed(store, journal))
    if not left:
        path.unlink(missing_ok=True)
    return left


def _take_back(store: Store, new: set[str]) -> None:
    for version in store.versions():
        with contextlib.suppress(SourceError):
            if new & set(store.set_of(version)["loads"]):
                (store.sets / f"{version:06d}.json").unlink()
    for name in new:
        shutil.rmtree(store.loads / name, ignore_errors=True)


def _rename_in_sets(store: Store, names: dict[str, str | None]) -> None:
    for version in store.versions():
        try:
            entry = store.set_of(version)
        except SourceError:
            continue
        if set(names) & set(entry["loads"]):
            entry["loads"] = [new for load in entry["loads"] if (new := names.get(load, load))]
            write_json(store.sets / f"{version:06d}.json", entry)


def _doomed(store: Store, journal: dict[str, Any]) -> Iterator[Path]:
    """Every file and folder that the old loads were in."""
    yield from _older_databases(store)
    yield from (store.loads / load for load in (*journal["names"], *journal["lost"]))
    for name in journal["files"]:
        path = store.data / name
        if store.data.resolve() in path.resolve().parents:
            yield path


def _older_databases(store: Store) -> list[Path]:
    current = store.current() or {}
    return [path for path in store.databases() if path.name != current.get("restricted")]


def _removed(path: Path) -> bool:
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return not path.exists()


def _originals(store: Store, names: Collection[str]) -> list[str]:
    """The files below the data folder from which these loads were read, relative to it."""
    read = {(m["bytes"], m["sha256"]) for load in names if (m := store.manifest(load)) is not None}
    sizes = {size for size, _ in read}
    found = []
    for path in publishers_files(store.data):
        size = path.stat().st_size
        if size in sizes and (size, sha256_of(path)) in read:
            found.append(path.relative_to(store.data).as_posix())
    return found


def publishers_files(data: Path) -> list[Path]:
    """What lies in the folders of a data folder beside the warehouse: downloads, files of a sample."""
    rooms = [p for p in data.iterdir() if p.is_dir() and p.name not in OTHER_ROOMS] if data.is_dir() else []
    return sorted(path for room in rooms for path in room.rglob("*") if path.is_file() and not path.is_symlink())


def _log(store: Store, entry: dict[str, Any]) -> None:
    """Written once, also when what follows is done twice."""
    entries = log(store)
    if entry["number"] not in [e["number"] for e in entries]:
        write_json(store.root / LOG, {"log": [*entries, entry]})


def _entry(act: str, source: str, loads: int) -> dict[str, Any]:
    """The act, never the record."""
    day = dt.datetime.now(dt.UTC).date().isoformat()
    return {"number": secrets.token_hex(8), "day": day, "act": act, "source": source, "loads": loads}


def log(store: Store) -> list[dict[str, Any]]:
    """What was erased: day, act, source, how many loads it was in; oldest first."""
    return list(read_json(store.root / LOG).get("log", []))


def from_folder(folder: Path) -> dict[str, pa.Table]:
    """The tables of a load."""
    return {path.stem: pq.read_table(path) for path in sorted(folder.glob("*.parquet"))}


def noted(notes: list[str], note: str, *, instead: str = "") -> list[str]:
    """The notes of a load with one more, which replaces those that begin with `instead`."""
    kept = [n for n in notes if not (instead and n.startswith(instead)) and n != note]
    return [*kept, note] if note else kept
