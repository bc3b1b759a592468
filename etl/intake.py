"""One file -> the finished folder of a load: what was read, by which declaration, and the manifest that says so."""

import datetime as dt
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from etl.harvest import Harvest, Quarantined
from etl.months import claims
from etl.read import Limits, open_file, sha256_of
from etl.schema import Form, Source, SourceError
from etl.store import write_json
from etl.tables import WAREHOUSE_FORMAT
from etl.withheld import Withheld

Progress = Callable[[str, float], None]  # (what is being done, share done)
_AT_ONCE = 122_880  # rows that a thread of DuckDB reads at a time: it gives no two threads the same group


def declared(source: Source) -> str:
    """A short name for everything a declaration says: when it changes, the same file is read again."""
    return hashlib.sha256(repr((WAREHOUSE_FORMAT, replace(source, prepare=None))).encode()).hexdigest()[:12]


def load_name(source: Source, sha256: str, counts_for: tuple[str, ...], places: str = "") -> str:
    """The same file, read by the same declaration for the same months, is the same load.

    places : the mark of the list of confidential places that it was read with.
    """
    how = hashlib.sha256(repr((declared(source), counts_for, *[places][: bool(places)])).encode()).hexdigest()[:4]
    return f"{source.name}-{sha256[:12]}-{how}"


def stage_load(
    source: Source,
    path: Path,
    staging: Path,
    counts_for: tuple[str, ...],
    limits: Limits,
    progress: Progress,
    today: dt.date | None = None,
    withheld: Withheld | None = None,
) -> dict[str, Any]:
    """Reads a file into `staging/load` and returns its manifest. Nothing that is served changes."""
    if not path.is_file():
        raise SourceError(f"{path} is not a file. Check the name and the folder.")
    withheld = withheld or Withheld()
    harvest = Harvest(confidential=withheld.confidential)
    now = today or dt.datetime.now(dt.UTC).date()
    if source.kind == "boundary":
        size, form_name, delivery, ids, collected = path.stat().st_size, "layer", "snapshot", True, True
        from etl.boundary import read_boundary  # geopandas takes as long to import as a small file to load

        sha = read_boundary(source, path, harvest)
        # Where the layer is cut can depend on the declaration alone: two layers may come from one file.
        form: Form | None = None
        series = ""
    elif source.totals:
        from etl.provider.loading import read_into  # pandas too is slow to import

        size, sha, series = read_into(source, path, harvest)
        form_name, delivery, ids, collected, form = "totals", "snapshot", False, True, None
    else:
        size, sha, form = _read(source, path, harvest, staging, limits, progress, now)
        form_name, delivery, ids, collected = form.name, form.delivery, form.has_ids, form.collected
        series = form.series
        if source.prepare:
            ids = True
    left_out = withheld.leave_out(source.name, harvest)
    tables = {
        name: {"rows_read": t.rows_read, "quarantined": t.quarantined, "merged": t.merged}
        for name, t in sorted(harvest.tallies.items())
    }
    manifest = {
        "format": WAREHOUSE_FORMAT,
        "load": load_name(source, sha, counts_for, withheld.places),
        "source": source.name,
        "form": form_name,
        "delivery": delivery,
        "series": series,
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
        **left_out,
    }
    _check_places(counts_for, manifest)
    _write(staging / "load", harvest, manifest)
    return manifest


def _read(
    source: Source, path: Path, harvest: Harvest, staging: Path, limits: Limits, progress: Progress, today: dt.date
) -> tuple[int, str, Form]:
    def report(done: int, total: int) -> None:
        progress("reading", 0.85 * done / max(total, 1))

    getting_ready = threading.Thread(target=_get_ready, args=(source,), daemon=True)
    getting_ready.start()
    with open_file(path, source, limits, report) as opened:
        from etl.contents import read_contents

        read_contents(source, opened, harvest, staging, today)
        return opened.size, opened.sha256, opened.form


def _get_ready(source: Source) -> None:
    """What reads and builds takes as long to import as a large file to be looked through: both at once."""
    from etl import build, compiled, contents  # noqa: F401 - for whoever imports them next

    if source.prepare or source.published or not compiled.any_kept():
        from etl import expressions

        expressions.warm()


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
        pq.write_table(harvest.exposure, folder / "exposure.parquet", compression="zstd", row_group_size=_AT_ONCE)
    if harvest.backing is not None:
        pq.write_table(harvest.backing, folder / "backing.parquet", compression="zstd")
    names = list(Quarantined.__dataclass_fields__)
    rows = [asdict(q) for q in harvest.quarantine]
    kinds = pa.schema([(n, pa.int64() if n == "record" else pa.string()) for n in names])
    pq.write_table(pa.Table.from_pylist(rows, schema=kinds), folder / "quarantine.parquet", compression="zstd")
    # By these the store sees whether a load is still what was read.
    manifest["files"] = {path.name: sha256_of(path) for path in sorted(folder.iterdir())}
    write_json(folder / "manifest.json", json.loads(json.dumps(manifest)))
