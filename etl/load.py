"""A file becomes one immutable load; the warehouse is rebuilt from the loads; the pointer moves last."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from etl.archive import read_archive
from etl.assemble import assemble
from etl.boundary import read_boundary
from etl.build import build, status_of
from etl.figures import read_figures
from etl.harvest import Harvest, Quarantined
from etl.months import check_overlap, claims
from etl.normalise import Job
from etl.read import Limits, open_file, sha256_of
from etl.reports import ReportReader
from etl.schema import WAREHOUSE_FORMAT, Form, Source, SourceError
from etl.store import Store, write_json

Progress = Callable[[str, float], None]  # (what is being done, share done)


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
    names = [d.load for d in new]
    return [name for name in store.current_loads() if name not in names] + names


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
        check_overlap(manifest, [m for name, m in served.items() if name != load])
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


def declared(source: Source) -> str:
    """A short name for everything a declaration says: when it changes, the same file is read again."""
    return hashlib.sha256(repr((WAREHOUSE_FORMAT, replace(source, prepare=None))).encode()).hexdigest()[:12]


def stage_load(
    source: Source,
    path: Path,
    staging: Path,
    counts_for: tuple[str, ...],
    limits: Limits,
    progress: Progress,
    today: dt.date | None = None,
) -> dict[str, Any]:
    """Reads a file into `staging/load` and returns its manifest. Nothing that is served changes."""
    if source.refuse:
        raise SourceError(f"{source.title}: {source.refuse}")
    if not path.is_file():
        raise SourceError(f"{path} is not a file. Check the name and the folder.")
    harvest = Harvest()
    now = today or dt.datetime.now(dt.UTC).date()
    if source.kind == "boundary":
        size, form_name, delivery, ids, collected = path.stat().st_size, "layer", "snapshot", True, True
        sha = read_boundary(source, path, harvest)
        # Where the layer is cut can depend on the declaration alone: two layers may come from one file.
        form: Form | None = None
    else:
        size, sha, form = _read(source, path, harvest, staging, limits, progress, now)
        form_name, delivery, ids, collected = form.name, form.delivery, form.has_ids, form.collected
        if source.prepare:
            ids = True
    tables = {
        name: {"rows_read": t.rows_read, "quarantined": t.quarantined} for name, t in sorted(harvest.tallies.items())
    }
    manifest = {
        "format": WAREHOUSE_FORMAT,
        "load": f"{source.name}-{sha[:12]}",
        "source": source.name,
        "form": form_name,
        "delivery": delivery,
        "has_ids": ids,
        "collected": collected,
        "fictional": source.fictional,
        "declared": declared(source),
        "file": path.name,
        "sha256": sha,
        "bytes": size,
        "loaded_at": dt.datetime.now(dt.UTC).replace(microsecond=0, tzinfo=None).isoformat(),
        "as_of": harvest.as_of,
        "months": [[scope, month, n] for (scope, month), n in sorted(harvest.months.items())],
        "claims": claims(harvest.months, delivery),
        "counts_for": list(counts_for),
        "tables": tables,
        "notes": harvest.notes,
    }
    _check_places(counts_for, manifest)
    _write(staging / "load", harvest, manifest)
    return manifest


def _read(
    source: Source, path: Path, harvest: Harvest, staging: Path, limits: Limits, progress: Progress, today: dt.date
) -> tuple[int, str, Form]:
    def report(done: int, total: int) -> None:
        progress("reading", 0.85 * done / max(total, 1))

    with open_file(path, source, limits, report) as opened:
        form = opened.form
        if source.prepare:
            read_archive(source, form, opened.tables, harvest, staging, today)
        elif source.published:
            read_figures(
                Job(source, form, opened.tables[0].table, _fields(opened.tables[0]), today), opened.tables[0], harvest
            )
        else:
            _read_reports(source, form, opened.tables[0], harvest, today)
        opened.check_unchanged()
        harvest.notes += _notes_of(opened.tables)
        harvest.notes[:0] = opened.notes
        return opened.size, opened.sha256, form


def _notes_of(tables: list[Any]) -> list[str]:
    """What the reader noticed; of an archive's many tables only what they have in common or what is wrong."""
    if len(tables) == 1:
        return list(tables[0].notes)
    shared = [n for n in tables[0].notes if all(n in t.notes for t in tables)]
    return [*shared, f"{len(tables)} tables of the archive were read, and in them the declared columns only"]


def _fields(table: Any) -> tuple[str, ...]:
    """The declared fields that this file has, and the record number."""
    return ("record", *table.fields)


def _read_reports(source: Source, form: Form, table: Any, harvest: Harvest, today: dt.date) -> None:
    reader = ReportReader(Job(source, form, table.table, _fields(table), today), table.name, harvest)
    with duckdb.connect(config={"threads": 2}) as connection:
        reader.read(table.chunks(), connection)
    harvest.tallies[table.name].rows_read = table.rows_read
    for bad in table.bad:
        harvest.set_aside(table.name, bad.record, bad.column, bad.reason)
    facts = reader.finish()
    _reconcile(table, reader.total, harvest)
    if facts is not None:
        assemble(harvest, source, table.name, facts, rows_are=table.table.rows_are)


def _reconcile(table: Any, total: int, harvest: Harvest) -> None:
    """Where a file prints its own total, what was read must add up to it."""
    if table.printed_total is None:
        return
    if table.printed_total != total:
        raise SourceError(
            f"{table.name} prints a total of {table.printed_total:,} offences, but its rows add up to {total:,}. "
            "The file is incomplete or was changed; get it again from the publisher. Nothing was loaded."
        )
    harvest.notes.append(f"The rows add up to the total that the publisher prints: {total:,}.")


def _check_places(counts_for: tuple[str, ...], manifest: dict[str, Any]) -> None:
    known = {month for _, month, _ in manifest["months"]}
    absent = sorted(set(counts_for) - known)
    if absent:
        raise SourceError(f"--counts-for names {absent[0]}, but {manifest['file']} has no reports of that month.")


def _write(folder: Path, harvest: Harvest, manifest: dict[str, Any]) -> None:
    folder.mkdir()
    for name, table in harvest.tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
    if harvest.exposure is not None:
        pq.write_table(harvest.exposure, folder / "exposure.parquet", compression="zstd")
    if harvest.backing is not None:
        pq.write_table(harvest.backing, folder / "backing.parquet", compression="zstd")
    names = list(Quarantined.__dataclass_fields__)
    rows = [asdict(q) for q in harvest.quarantine]
    kinds = pa.schema([(n, pa.int64() if n == "record" else pa.string()) for n in names])
    pq.write_table(pa.Table.from_pylist(rows, schema=kinds), folder / "quarantine.parquet", compression="zstd")
    write_json(folder / "manifest.json", json.loads(json.dumps(manifest)))


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
