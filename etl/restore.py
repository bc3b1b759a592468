"""A backup becomes a data folder again; and what was forgotten since, stays forgotten."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from etl.backup import ROOMS, Held, examine, pack, same_as_loads
from etl.keyed import KEY, Keyed
from etl.logged import keep_log
from etl.schema import SourceError
from etl.store import Store, read_json

WORK = ".lamplight-restoring-"  # a backup while it is looked through


def restore(archive: Path, data: Path, *, force: bool = False) -> Held:
    """Makes `data` what it was when the backup was made.

    Everything is unpacked and checked beside the folder first. force : replaces the warehouse, the public releases
    and the settings of a folder that holds some; downloads and what its audit log has beyond the backup's stay.
    Raises SourceError, and nothing has changed then.
    """
    if data.exists() and not data.is_dir():
        raise SourceError(f"{data} is a file. Name a folder with --data DIR.")
    made = not data.exists()
    taken = not made and any(not path.name.startswith(WORK) for path in data.iterdir())
    if taken and not force:
        raise SourceError(
            f"{data} is not empty. Name another folder with --data DIR, or add --force to replace what it serves."
        )
    data.mkdir(parents=True, exist_ok=True)
    try:
        with unpacked(archive, data) as (store, held):
            same_as_loads(store)
            if taken:
                with Store(data).lock():  # nobody is at work there
                    _keep_releases(Store(data), store)
                    _keep_forgotten(Store(data), store)
                    keep_log(data, store.data)
            _move_in(store.data, data)
    except BaseException:
        if made:
            with contextlib.suppress(OSError):
                data.rmdir()
        raise
    return held


@contextlib.contextmanager
def unpacked(archive: Path, where: Path) -> Iterator[tuple[Store, Held]]:
    """The backup as a data folder of its own for a moment, in a folder that only its owner may look into."""
    for left in where.glob(f"{WORK}*"):  # of one that was killed
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=WORK, dir=where))
    try:
        held = examine(archive, folder)
        yield Store(folder), held
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep_releases(now: Store, old: Store) -> None:
    """What was published since the backup stays published: a closed period is never drawn twice."""
    pointers = [read_json(store.data / "public" / "current.json") for store in (now, old)]
    since, before = ([str(i) for i in pointer.get("releases", [])] for pointer in pointers)
    if since == before[: len(since)]:
        return
    if before != since[: len(before)] or (before and _text(now.root / "seed") != _text(old.root / "seed")):
        raise SourceError(
            "The public releases of the backup are not those of the folder that it would replace, and what is "
            "published stays. Restore it to a new folder with --data DIR. Nothing was changed."
        )
    for release in since[len(before) :]:
        for room in ("public", "warehouse"):
            shutil.copytree(now.data / room / "releases" / release, old.data / room / "releases" / release)
    if not before and (now.root / "seed").exists():
        shutil.copy(now.root / "seed", old.root / "seed")
    shutil.copy(now.data / "public" / "current.json", old.data / "public" / "current.json")


def _keep_forgotten(now: Store, old: Store) -> None:
    """The backup may be older than an erasure: what the folder's list names is taken out of it before it is served."""
    from etl.forget import FILE, Forgotten, forget_again

    found = read_json(now.root / FILE)
    if not found:
        return
    keyed = Keyed(old.root)
    if not keyed.known or found.get("check") != keyed.mark("check"):
        if (old.root / FILE).exists():
            raise SourceError(
                "The backup is of another folder than the one that it would replace: their lists of forgotten records "
                "have different keys. Restore it to a new folder with --data DIR. Nothing was changed."
            )
        Forgotten(now)  # the list fits the key beside it
        shutil.copy(now.root / KEY, old.root / KEY)
    both = Forgotten(old)
    records = both.records
    for source, marks in found.get("records", {}).items():
        records[source] = sorted({*records.get(source, ()), *marks})
    both.write(records)
    forget_again(old)


def _text(path: Path) -> str:
    """The text of a small file, empty where there is none."""
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def _move_in(new: Path, data: Path) -> None:
    """Each room by two renames. Killed between them, the same command again finishes the work."""
    old = Path(tempfile.mkdtemp(prefix=".replaced-", dir=data))
    try:
        for name in sorted({*ROOMS, *(p.name for p in new.iterdir())}):
            if (data / name).exists():
                os.replace(data / name, old / name)
            if (new / name).exists():
                os.replace(new / name, data / name)
    finally:
        for left in data.glob(".replaced-*"):
            if left != old or (data / "warehouse" / "current.json").exists():
                shutil.rmtree(left, ignore_errors=True)


def in_backup(archive: Path, change: Callable[[Store], object]) -> None:
    """Changes what a backup holds: it is unpacked beside itself, changed, packed again, and takes its own place."""
    with unpacked(archive, archive.resolve().parent) as (store, _):
        change(store)
        with store.lock():
            pack(store, archive)


def version_of(data: Path) -> int:
    """The version that a folder serves, 0 when none."""
    return int(read_json(data / "warehouse" / "current.json").get("version", 0))
