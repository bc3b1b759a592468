"""A file becomes one immutable load; the warehouse is rebuilt from the loads; the pointer moves last."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl.build import build
from etl.intake import Progress, declared, stage_load
from etl.months import check_overlap
from etl.read import Limits, sha256_of
from etl.schema import Source, SourceError
from etl.status import status_of
from etl.store import Store


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
    with store.lock(), store.staging() as staging:
        done = _stage_all(store, files, staging, counts_for, limits or Limits(), progress, today)
        new = [d for d in done if not d.already]
        if new:
            for d in new:
                store.adopt(staging / d.load, d.load)
            progress("building the warehouse", 0.9)
            serve(store, _joined(store, new), "load " + ", ".join(dict.fromkeys(d.manifest["source"] for d in new)))
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
    with store.lock(), store.staging() as staging:
        done = _stage_all(store, files, staging, counts_for, Limits(), progress, None)
        new = [d for d in done if not d.already]
        after = store.holding({d.load: staging / d.load for d in new})
        build(after, 0, _joined(store, new), staging / "check.duckdb")
        return done, status_of(staging / "check.duckdb")


def _joined(store: Store, new: Sequence[Loaded]) -> list[str]:
    """The served loads with the new ones last: a file that is loaded again counts as the newest."""
    again = {(d.manifest["source"], d.manifest["sha256"]) for d in new}
    kept = [m["load"] for m in store.manifests() if (m["source"], m["sha256"]) not in again]
    return kept + [d.load for d in new]


def _stage_all(
    store: Store,
    files: Sequence[tuple[Source, Path]],
    staging: Path,
    counts_for: tuple[str, ...],
    limits: Limits,
    progress: Progress,
    today: dt.date | None,
) -> list[Loaded]:
    served = {m["load"]: m for m in store.manifests()}
    done: list[Loaded] = []
    for i, (source, path) in enumerate(files):

        def part(what: str, share: float, i: int = i, path: Path = path) -> None:
            progress(f"{path.name}: {what}", (i + share) / len(files) * 0.9)

        check_fictional(store, list(served.values()), source)
        known = _known(served, source, path, counts_for)
        if known:
            done.append(Loaded(known["load"], True, known))
            continue
        work = staging / f"work-{i}"
        work.mkdir()
        manifest = stage_load(source, path, work, counts_for, limits, part, today)
        load = str(manifest["load"])
        same = [name for name, m in served.items() if (m["source"], m["sha256"]) == (source.name, manifest["sha256"])]
        for name in same:  # the file was read before, another way: this reading takes its place
            del served[name]
        check_overlap(manifest, list(served.values()))
        (work / "load").rename(staging / load)
        served[load] = manifest
        done.append(Loaded(load, False, manifest))
    return done


def _known(
    served: dict[str, dict[str, Any]], source: Source, path: Path, counts_for: tuple[str, ...]
) -> dict[str, Any] | None:
    """The load that this very file already is, read by the same declaration."""
    if not path.is_file():
        return None
    for m in served.values():
        alike = m["source"] == source.name and m["bytes"] == path.stat().st_size and m["declared"] == declared(source)
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
    """Builds a new version from the given loads and points to it."""
    version = store.next_version()
    pointer = build(store, version, loads)
    store.publish(version, loads, store.version() if previous is None else previous, command, pointer)
    return pointer


def remove(store: Store, load: str) -> None:
    """Takes one load out of what is served. `undo` brings it back."""
    with store.lock():
        loads = store.current_loads()
        found = [name for name in loads if name == load] or [name for name in loads if name.startswith(load)]
        if len(found) != 1:
            raise SourceError(
                "No load of that name is served."
                if not found
                else "Several loads begin like that. Give more of the name."
            )
        serve(store, [name for name in loads if name != found[0]], f"remove {found[0]}")


def undo(store: Store) -> str:
    """Serves what was served before the last change, and returns what was undone."""
    with store.lock():
        now = store.set_of(store.version())
        if now["version"] == 0:
            raise SourceError("There is nothing to undo: nothing has been loaded here.")
        before = store.set_of(int(now["previous"]))
        gone = [name for name in before["loads"] if not (store.loads / name / "manifest.json").exists()]
        if gone:
            raise SourceError("The version before is no longer kept. Load its files again.")
        serve(store, list(before["loads"]), f"undo of: {now['command']}", previous=int(before["previous"]))
        return str(now["command"])
