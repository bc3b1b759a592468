"""`python -m etl release`: the restricted file and all earlier releases in, one protected public file out."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dashboard.analysis.small_counts import ROUNDED
from etl.registry import all_sources
from etl.release import facts, periods
from etl.release import policy as policies
from etl.release.archive import Archive
from etl.release.check import require_clean
from etl.release.facts import WHOLE, Layer
from etl.release.grid import LABELS, Choice, choose, in_periods, told
from etl.release.guard import AREA, PERIOD, Grid, Hidden, hidden, hide, placed
from etl.release.periods import Closed, Periods
from etl.release.policy import Policy
from etl.release.public_file import Part, write
from etl.release.rounding import Time, below, coarser, rounded, times_of
from etl.schema import SourceError
from etl.status import opened
from etl.store import Store, write_json
from etl.tables import WAREHOUSE_FORMAT

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Made:
    """The outcome. `already`: nothing has changed since this release, and none was made."""

    release: str
    already: bool
    about: dict[str, Any]


def make_release(
    store: Store, *, today: dt.date | None = None, progress: Progress = lambda _, __: None, check: bool = False
) -> Made:
    """Makes and serves the next release, or, with `check`, only says what it would be. Raises SourceError."""
    with store.lock():
        current = store.current()
        if not current:
            raise SourceError("There is nothing to release: load a file first.")
        archive, policy = Archive(store.data), policies.read_policy(store.data)
        if not check:
            archive.finish()
        ids = archive.ids()
        previous = ids[-1] if ids else None
        before = archive.basis(previous) if previous else None
        if before:
            old = policies.parse(before["policy_text"])
            policies.check_stricter(old, policy)
            if old.version == policy.version and old.digest != policy.digest:
                raise SourceError(
                    f"The policy has changed since release {previous} and is still called version {policy.version}. "
                    "Releases are cited with it: give it another version."
                )
        release = archive.new_id((today or dt.datetime.now(dt.UTC).date()).isoformat())
        database = store.database(store.version())
        seed = archive.seed(make=not check)
        # A trial leaves nothing behind, not even a folder.
        with _trial(store) if check else archive.staged(release) as staged:
            parts = _parts(archive, policy, database, previous, before, seed, progress)
            target = staged[0] / "public.duckdb"
            version = int(archive.pointer().get("version", 0)) + 1
            built_at = dt.datetime.now(dt.UTC).replace(microsecond=0).isoformat()
            progress("writing", 0.8)
            digest = write(target, database, parts, policy, release, version, built_at)
            lowest = min([policy.base, *[int(archive.about(i).get("base", policy.base)) for i in archive.ids()]])
            require_clean(target, lowest)
            about = {**_about(release, parts, policy, digest, built_at, previous), "least": lowest}
            if previous and _same(archive.about(previous), about):
                return Made(previous, True, archive.about(previous))
            if check:
                return Made(release, False, about)
            write_json(staged[0] / "release.json", about)
            _keep(archive, staged[1], parts, policy, previous, store.version())
            pointer = {"public": f"releases/{release}/public.duckdb", "release": release, "version": version}
            archive.keep(release, staged, {**pointer, "built_at": built_at})
        return Made(release, False, about)


@contextmanager
def _trial(store: Store) -> Iterator[tuple[Path, Path]]:
    with store.staging() as folder:
        yield folder, folder


def _same(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return all(old.get(name) == new[name] for name in ("rows_sha256", "policy_digest"))


def _parts(
    archive: Archive, policy: Policy, database: Path, previous: str | None, before: dict[str, Any] | None,
    seed: bytes, progress: Progress,
) -> list[Part]:  # fmt: skip
    with opened(database) as connection:
        found = connection.execute("select value from meta where key = 'format'").fetchone()
        if found is None or found[0] != str(WAREHOUSE_FORMAT):
            raise SourceError(
                "The warehouse was written by another version of this program. Run `python -m etl rebuild`: it makes "
                "it anew, or says which files to load again."
            )
        policies.check_names(policy, {*all_sources(), *facts.sources(connection)})
        closed = facts.closed(connection, policy)
        if closed is None:
            raise SourceError("There is nothing to release: no record of an incident is loaded.")
        among = facts.layers(connection, policy)
        read = {unit: facts.facts(connection, unit, policy, among) for unit in policy.refine}
        collected = facts.active(connection, read.get("incidents", next(iter(read.values()))))
    parts = []
    for i, (unit, raw) in enumerate(read.items()):
        progress(f"protecting {unit}", 0.1 + 0.7 * i / len(read))
        raw = raw[raw["month"] <= closed.last]
        kept = before["units"].get(unit) if before else None
        if kept is None and raw.empty:
            continue
        old = archive.cells(str(previous), unit) if kept else None
        parts.append(_part(unit, raw, closed, policy, among, seed, collected, kept, old))
    if not any(p.cube.basis["n"].sum() for p in parts):
        raise SourceError(
            f"There is nothing to release yet: no period is over for {policy.settle_months} months. "
            "Load more months, or wait."
        )
    return parts


def _part(
    unit: str, raw: pd.DataFrame, closed: Closed, policy: Policy, among: list[Layer], seed: bytes,
    collected: set[tuple[str, int]], kept: dict[str, Any] | None, old: pd.DataFrame | None,
) -> Part:  # fmt: skip
    before: Hidden = frozenset()
    stands: frozenset[Time] = frozenset()
    over = None
    if kept is None:
        begun = [m for s, m in collected if s in set(raw["source"])]
        choice = choose(raw, unit, min(begun, default=int(raw["month"].min())), closed, policy, among)
    else:
        assert old is not None
        choice = _kept_choice(kept, policy, among, unit, set(old[AREA]) - {WHOLE})
        before = frozenset((int(p), str(s), str(a)) for p, s, a in kept["hidden"])
        old = old[~old["source"].isin(policy.left_out)]
        old, stands = _on(old, choice, frozenset((str(s), int(p)) for s, p in kept["stands"]), policy)
        was = Closed(int(kept["closed"]["last"]), kept["closed"]["known"])
        over = partial(_holds, was, choice.periods)
    when, grid = choice.periods, choice.grid
    rows = in_periods(raw, when, closed)
    cells = placed(rows, grid, policy, old)
    what = hidden(cells, grid, policy, old, before)
    cells = hide(cells, grid, what)
    # A source that records no victims has no empty cells of victims: "11 or none" would be a lie there.
    recording = set(raw["source"]) | (set() if old is None else set(old["source"]))
    times = {(s, when.of(m)) for s, m in collected if s in recording and closed.holds(when, [when.of(m)], [s])[0]}
    # What was published and is not known any more, as after `undo`, stays as it was.
    lost = set() if old is None else set(times_of(old[~_holds(closed, when, old)]))
    cube = rounded(cells, grid, policy, unit=unit, seed=seed, times=times, earlier=old, stands=stands | lost, over=over)
    # Neither a period that is drawn for a late record alone.
    found = [int(p) for p in cube.basis.loc[cube.basis[ROUNDED] > 0, PERIOD]] + [p for _, p in times]
    found = found or [when.of(closed.last)]
    # Both tell nothing of a late record, and of places only what everybody can add up.
    was_n, public = cube.basis["basis"], cube.published()
    share = float(((was_n > 0) & (was_n < policy.base)).sum() / max((was_n > 0).sum(), 1))
    shown = float(public.loc[public[AREA] != WHOLE, "n"].sum() / max(public["n"].sum(), 1))
    choice = replace(choice, altered=share, shown=shown)
    return Part(unit, choice, cube, min(found), when.last_month(max(found)), what, stands, closed)


def _holds(closed: Closed, when: Periods, rows: pd.DataFrame) -> np.ndarray:
    return closed.holds(when, rows[PERIOD], rows["source"])


def _kept_choice(kept: dict[str, Any], policy: Policy, among: list[Layer], unit: str, areas: set[str]) -> Choice:
    """The grid of the release before, without what a stricter policy no longer allows. areas : those shown in it."""
    when = Periods(kept["grain"], int(kept["months"]), int(kept["anchor"]))
    allowed = policy.refine.get(unit, ())
    dropped = list(kept["dropped"])
    dims = tuple(d for d in kept["dimensions"] if d in allowed)
    dropped += [f"by {LABELS[d]}: the policy no longer allows it" for d in kept["dimensions"] if d not in allowed]
    layer = next((x for x in among if x.name == kept["layer"]), None) if AREA in allowed else None
    if layer and not areas <= set(layer.residents):
        layer = None
    if kept["layer"] and layer is None:
        dropped.append(f"by {LABELS[AREA]}: the policy no longer allows it, or the layer is gone or has other areas")
    return Choice(when, Grid(dims, layer), 0.0, 0.0, dropped)


def _on(
    old: pd.DataFrame, choice: Choice, stands: frozenset[Time], policy: Policy
) -> tuple[pd.DataFrame, frozenset[Time]]:
    """The earlier cube on a grid that may have become coarser, and the times that stay as they are from now on.

    Those are the times of which figures were added up, or were rounded to a smaller K. What is counted there now was
    placed and hidden on another grid: beside the sums it would tell what the finer grid had kept back.
    """
    stands |= below(old, policy.base)
    gone = [c for c in old.columns if c not in {*choice.grid.columns, "n", ROUNDED, "basis", "kept"}]
    no_map = choice.grid.layer is None and (old[AREA] != WHOLE).any()
    if gone or no_map:
        old = coarser(old, choice.grid.columns, {AREA: pd.Series(WHOLE, index=old.index)} if no_map else {})
        stands |= frozenset(times_of(old))
    return old, stands


def _about(
    release: str, parts: list[Part], policy: Policy, digest: str, built_at: str, previous: str | None
) -> dict[str, Any]:
    """What everybody may know of a release: no true count, no error of a single figure."""
    units = {}
    for part in parts:
        choice = part.choice
        errors = part.cube.typical_errors()
        units[part.unit] = {
            "grain": choice.periods.grain,
            "first": periods.first_day(part.first).isoformat(),
            "last": periods.first_day(part.last).isoformat(),
            "dimensions": list(choice.grid.dimensions),
            "layer": choice.grid.layer.name if choice.grid.layer else None,
            "altered": told(choice.altered),
            "place_shown": round(10 * choice.shown) / 10,
            "dropped": choice.dropped,
            "cells": len(part.cube.published()),
            "errors": errors.to_dict("records"),
        }
    return {
        "release": release, "previous": previous, "built_at": built_at, "rows_sha256": digest, "base": policy.base,
        "policy": policy.version, "policy_digest": policy.digest, "policy_text": policy.text, "units": units,
        "published_elsewhere": list(policy.published_elsewhere),
    }  # fmt: skip


def _keep(
    archive: Archive, folder: Path, parts: list[Part], policy: Policy, previous: str | None, warehouse: int
) -> None:
    """What the next release must know beside the cells; of a unit that is published no more, what the last one knew."""
    units, tables = {}, {part.unit: part.cube.basis for part in parts}
    for part in parts:
        choice = part.choice
        units[part.unit] = {
            "grain": choice.periods.grain, "months": choice.periods.months, "anchor": choice.periods.anchor,
            "dimensions": list(choice.grid.dimensions), "dropped": choice.dropped,
            "layer": choice.grid.layer.name if choice.grid.layer else None, "hidden": sorted(map(list, part.hidden)),
            "stands": sorted(part.stands), "closed": {"last": part.closed.last, "known": dict(part.closed.known)},
            "errors": part.cube.errors.to_dict("records"),
        }  # fmt: skip
    for unit, kept in (archive.basis(previous)["units"] if previous else {}).items():
        if unit not in units:
            units[unit], tables[unit] = kept, archive.cells(str(previous), unit)
    archive.keep_basis(folder, tables, {"policy_text": policy.text, "warehouse": warehouse, "units": units})
