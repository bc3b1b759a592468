"""A file becomes one immutable load; the warehouse is rebuilt from the loads; the pointer moves last."""

import contextlib
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.intake import Progress, declared, stage_load
from etl.memory import large_files
from etl.months import check_overlap
from etl.read import Limits, sha256_of
from etl.schema import Source, SourceError
from etl.status import loads_of, status_of
from etl.store import Store, damaged
from etl.withheld import withheld_by


def _silent(_: str, __: float) -> None:
    return None


@dataclass(frozen=True)
class Loaded:
    """The outcome for one file. `already`: the same file was loaded before, and nothing changed."""

    load: str
    already: bool
    manifest: dict[str, Any]


def load_files(
    store: Store,
    files: Sequence[tuple[Source, Path]],
    *,
    counts_for: tuple[str, ...] = (),
    limits: Limits | None = None,
    progress: Progress = _silent,
    today: dt.date | None = None,
) -> list[Loaded]:
    """Reads files, stores each as a load and serves them all at once, or, when one is refused, none.

    counts_for : months (YYYY-MM) for which these files count where files of the publisher overlap.
    Raises SourceError when a file is refused; nothing has changed then.
    """
    with store.lock(), large_files(), store.staging() as staging:
        done = _stage_all(store, files, staging, counts_for, limits or Limits(), progress, today)
        new = [d for d in done if not d.already]
        if new:
            progress("building the warehouse", 0.9)
            names = ", ".join(dict.fromkeys(d.manifest["source"] for d in new))
            serve(_with(store, new, staging), _joined(store, new), f"load {names}")
        progress("done", 1.0)
        return done


def check_files(
    store: Store,
    files: Sequence[tuple[Source, Path]],
    *,
    counts_for: tuple[str, ...] = (),
    progress: Progress = _silent,
) -> tuple[list[Loaded], list[dict[str, Any]]]:
    """What `load_files` would do, done aside: the loads, and `status` as it would be. Nothing is stored."""
    with store.lock(), large_files(), store.staging() as staging:
        done = _stage_all(store, files, staging, counts_for, Limits(), progress, None)
        new = [d for d in done if not d.already]
        from etl.build import build  # imported while the file is looked through: see intake

        build(_with(store, new, staging), 0, _joined(store, new), staging / "check.duckdb")
        return done, status_of(staging / "check.duckdb")


def _with(store: Store, new: Sequence[Loaded], staging: Path) -> Store:
    """The store as it will be. A load that is kept for `undo` is not replaced by another reading of its file."""
    return store.holding({d.load: staging / d.load for d in new if store.manifest(d.load) is None})


def _joined(store: Store, new: Sequence[Loaded]) -> list[str]:
    """The served loads with the new ones last; one that takes the place of a damaged load keeps its place."""
    again = {(d.manifest["source"], d.manifest["sha256"]) for d in new}
    fresh = [d.load for d in new]
    of_file = {_file_of(load): load for load in fresh}
    kept = []
    for load in store.current_loads():
        m = store.manifest(load)
        if load in fresh or (m is not None and (m["source"], m["sha256"]) not in again):
            kept.append(load)
        elif m is None and _file_of(load) in of_file:
            kept.append(of_file[_file_of(load)])
    return kept + [load for load in fresh if load not in kept]


def _file_of(load: str) -> str:
    """The part of a load's name that says which file it was read from, whatever the way."""
    return load.rpartition("-")[0]


def _stage_all(
    store: Store,
    files: Sequence[tuple[Source, Path]],
    staging: Path,
    counts_for: tuple[str, ...],
    limits: Limits,
    progress: Progress,
    today: dt.date | None,
) -> list[Loaded]:
    found = {load: store.manifest(load) for load in store.current_loads()}
    served = {load: m for load, m in found.items() if m is not None}
    withheld = withheld_by(store)
    done: list[Loaded] = []
    for i, (source, path) in enumerate(files):

        def part(what: str, share: float, i: int = i, path: Path = path) -> None:
            progress(f"{path.name}: {what}", (i + share) / len(files) * 0.9)

        check_fictional(store, list(served.values()), source)
        if source.clients:  # of a service provider's file only her protected totals go on from here
            from etl.provider.loading import as_totals

            source, path = as_totals(source, path, staging / f"totals-{i}", today)
        known = _known(served, source, path, counts_for, withheld.places)
        if known:
            done.append(Loaded(known["load"], True, known))
            continue
        work = staging / f"work-{i}"
        work.mkdir()
        manifest = stage_load(source, path, work, counts_for, limits, part, today, withheld)
        load = str(manifest["load"])
        same = [name for name, m in served.items() if (m["source"], m["sha256"]) == (source.name, manifest["sha256"])]
        for name in same:  # the file was read before, another way: this reading takes its place
            del served[name]
        check_overlap(manifest, list(served.values()))
        (work / "load").rename(staging / load)
        served[load] = manifest
        done.append(Loaded(load, False, manifest))
    lost = [load for load, manifest in found.items() if manifest is None]
    if not {_file_of(load) for load in lost} <= {_file_of(d.load) for d in done}:
        raise damaged(lost)
    return done


def _known(
    served: dict[str, dict[str, Any]], source: Source, path: Path, counts_for: tuple[str, ...], places: str
) -> dict[str, Any] | None:
    """The load that this very file already is, read by the same declaration."""
    if not path.is_file():
        return None
    for m in served.values():
        alike = m["source"] == source.name and m["bytes"] == path.stat().st_size and m["declared"] == declared(source)
        alike = alike and m.get("places", "") == places
        if alike and m["counts_for"] == list(counts_for) and m["sha256"] == sha256_of(path):
            return m
    return None


def check_fictional(store: Store, served: list[dict[str, Any]], source: Source) -> None:
    """Invented and real data never share a warehouse."""
    kinds = {bool(m["fictional"]) for m in served}
    if kinds and source.fictional not in kinds:
        now = "the fictional sample" if True in kinds else "real data"
        raise SourceError(
            f"{store.data} holds {now}, and the two are never mixed. Name another folder with --data DIR."
        )


def serve(store: Store, loads: list[str], command: str, previous: int | None = None) -> dict[str, Any]:
    """Builds a new version from the given loads, keeps those that are staged, and points to it."""
    version = store.next_version()
    before = store.version() if previous is None else previous
    from etl.build import build

    pointer = build(store, version, loads)
    try:
        store.adopt()
        store.publish(version, loads, before, command, pointer)
    except BaseException:
        store.withdraw(version)
        raise
    return pointer


def remove(store: Store, *names: str) -> list[str]:
    """Takes loads out of what is served and returns their full names. `undo` brings them back."""
    with store.lock():
        loads = store.current_loads()
        gone = [_one_of(loads, name) for name in names]
        lost = [load for load in loads if store.manifest(load) is None]
        if not set(lost) <= set(gone):
            raise damaged(lost)
        serve(store, [load for load in loads if load not in gone], f"remove {' '.join(gone)}")
        return gone


def _one_of(loads: list[str], name: str) -> str:
    found = [load for load in loads if load == name] or [load for load in loads if name and load.startswith(name)]
    if not found:
        raise SourceError(f"No load named {name} is served. `python -m etl status` lists them. Nothing was changed.")
    if len(found) > 1:
        raise SourceError(f"{len(found)} loads begin with {name}. Give more of the name. Nothing was changed.")
    return found[0]


def undo(store: Store) -> str:
    """Serves what was served before the last change, and returns what was undone.

    The new version has the history of the one that it goes back to, so a second `undo` goes one step further.
    """
    with store.lock():
        now = store.set_of(store.version())
        if not now["command"]:
            raise SourceError("There is nothing to undo: no earlier version is known.")
        try:
            before = store.set_of(int(now["previous"]))
            store.manifests(before["loads"])
        except SourceError:
            raise SourceError(
                "The version before is no longer kept. Load its files again. Nothing was changed."
            ) from None
        serve(store, list(before["loads"]), before["command"], previous=int(before["previous"]))
        return str(now["command"])


def rebuild(store: Store) -> None:
    """Builds what is served again from its loads, also when the pointer or the database is damaged."""
    with store.lock():
        known = _known_set(store)
        serve(store, list(known["loads"]), known["command"], previous=int(known["previous"]))


def _known_set(store: Store) -> dict[str, Any]:
    """The served set; else the newest of which there is a record, else what the newest readable database names."""
    try:
        return store.set_of(store.version())
    except SourceError:
        for version in reversed(store.versions()):
            with contextlib.suppress(SourceError):
                return store.set_of(version)
        for path in reversed(store.databases()):
            with contextlib.suppress(SourceError):
                return {"loads": loads_of(path), "previous": 0, "command": ""}
        raise SourceError(
            f"Nothing in {store.root} says which loads were served. Move that folder away and load the files again."
        ) from None
