"""`python -m etl release`: the restricted file and all earlier releases in, one protected public file out."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from etl.release import facts, periods
from etl.release import policy as policies
from etl.release.archive import Archive
from etl.release.check import require_clean
from etl.release.facts import WHOLE, Layer
from etl.release.grid import Choice, choose, in_periods
from etl.release.guard import AREA, PERIOD, Grid, Hidden, hidden, hide, placed
from etl.release.periods import Periods
from etl.release.policy import Policy
from etl.release.public_file import Part, write
from etl.release.rounding import coarser, rounded
from etl.schema import SourceError
from etl.store import Store, write_json

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
            policies.check_stricter(policies.parse(before["policy_text"]), policy)
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
            digest = write(target, database, [p for p, _ in parts], policy, release, version, built_at)
            lowest = min([policy.base, *[int(archive.about(i).get("base", policy.base)) for i in archive.ids()]])
            require_clean(target, lowest)
            about = _about(release, parts, policy, digest, built_at, previous)
            if previous and _same(archive.about(previous), about):
                return Made(previous, True, archive.about(previous))
            if check:
                return Made(release, False, about)
            write_json(staged[0] / "release.json", about)
            archive.keep_basis(staged[1], {p.unit: p.cube.basis for p, _ in parts}, _basis(parts, policy))
            pointer = {"public": f"releases/{release}/public.duckdb", "release": release, "version": version}
            archive.keep(release, staged, {**pointer, "built_at": built_at})
        return Made(release, False, about)


@contextmanager
def _trial(store: Store) -> Iterator[tuple[Path, Path]]:
    with store.staging() as folder:
        yield folder, folder


def _same(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return all(old.get(name) == new[name] for name in ("rows_sha256", "policy_digest"))


Parts = list[tuple[Part, Hidden]]


def _parts(
    archive: Archive, policy: Policy, database: Path, previous: str | None, before: dict[str, Any] | None,
    seed: bytes, progress: Progress,
) -> Parts:  # fmt: skip
    with duckdb.connect(str(database), read_only=True) as connection:
        last = facts.last_month(connection, policy)
        if last is None:
            raise SourceError("There is nothing to release: no record of an incident is loaded.")
        among = facts.layers(connection, policy)
        read = {unit: facts.facts(connection, unit, policy, among) for unit in policy.refine}
        collected = facts.active(connection, read.get("incidents", next(iter(read.values()))))
    parts = []
    for i, (unit, raw) in enumerate(read.items()):
        progress(f"protecting {unit}", 0.1 + 0.7 * i / len(read))
        raw = raw[raw["month"] <= last]
        kept = before["units"].get(unit) if before else None
        if kept is None and raw.empty:
            continue
        old = archive.cells(str(previous), unit) if kept else None
        parts.append(_part(unit, raw, last, policy, among, seed, collected, kept, old))
    if not any(p.cube.basis["n"].sum() for p, _ in parts):
        raise SourceError(
            f"There is nothing to release yet: no period is over for {policy.settle_months} months. "
            "Load more months, or wait."
        )
    return parts


def _part(
    unit: str, raw: pd.DataFrame, last: int, policy: Policy, among: list[Layer], seed: bytes,
    collected: set[tuple[str, int]], kept: dict[str, Any] | None, old: pd.DataFrame | None,
) -> tuple[Part, Hidden]:  # fmt: skip
    before: Hidden = frozenset()
    if kept is None:
        choice = choose(raw, unit, last, policy, among)
    else:
        choice = _kept_choice(kept, policy, among, unit)
        before = frozenset((int(p), str(s), str(a)) for p, s, a in kept["hidden"])
        if old is not None:
            old = _on(old, choice, policy)
    when, grid = choice.periods, choice.grid
    rows = in_periods(raw, when, last)
    cells = placed(rows, grid, policy, old)
    what = hidden(cells, grid, policy, old, before)
    cells = hide(cells, grid, what)
    source_months = {(s, m) for s, m in collected if when.last_month(when.of(m)) <= last}
    times = {(s, when.of(m)) for s, m in source_months}
    cube = rounded(cells, grid, policy, unit=unit, seed=seed, times=times, earlier=old)
    found = [int(p) for p in cube.basis[PERIOD]] or [when.of(last)]
    small = (cells["n"] > 0) & (cells["n"] < policy.base)
    share = float(small.sum() / max((cells["n"] > 0).sum(), 1))
    shown = float(cells.loc[cells[AREA] != WHOLE, "n"].sum() / max(cells["n"].sum(), 1))
    choice = replace(choice, altered=share, shown=shown)
    return Part(unit, choice, cube, min(found), when.last_month(max(found))), what


def _kept_choice(kept: dict[str, Any], policy: Policy, among: list[Layer], unit: str) -> Choice:
    """The grid of the release before, without what a stricter policy no longer allows."""
    when = Periods(kept["grain"], int(kept["months"]), int(kept["anchor"]))
    allowed = policy.refine[unit]
    dropped = list(kept["dropped"])
    dims = tuple(d for d in kept["dimensions"] if d in allowed)
    dropped += [f"by {d}: the policy no longer allows it" for d in kept["dimensions"] if d not in allowed]
    layer = next((x for x in among if x.name == kept["layer"]), None) if "area" in allowed else None
    if kept["layer"] and layer is None:
        dropped.append("by area: the policy no longer allows it, or the layer is gone")
    return Choice(when, Grid(dims, layer), 0.0, 0.0, dropped)


def _on(old: pd.DataFrame, choice: Choice, policy: Policy) -> pd.DataFrame:
    """The earlier cube on a grid that may have become coarser, and without sources that are now left out."""
    table = old[~old["source"].isin(policy.left_out)]
    columns = choice.grid.columns
    held = {PERIOD, "source", AREA, *choice.grid.dimensions}
    gone = [c for c in table.columns if c not in {*held, "n", "rounded", "basis", "kept"}]
    no_map = choice.grid.layer is None and (table[AREA] != WHOLE).any()
    if not gone and not no_map:
        return table
    relabel = {AREA: pd.Series(WHOLE, index=table.index)} if no_map else {}
    return coarser(table, columns, relabel)


def _about(
    release: str, parts: Parts, policy: Policy, digest: str, built_at: str, previous: str | None
) -> dict[str, Any]:
    """What everybody may know of a release: no true count, no error of a single figure."""
    units = {}
    for part, _ in parts:
        choice = part.choice
        told = part.cube.typical_errors()
        units[part.unit] = {
            "grain": choice.periods.grain,
            "first": periods.first_day(part.first).isoformat(),
            "last": periods.first_day(part.last).isoformat(),
            "dimensions": list(choice.grid.dimensions),
            "layer": choice.grid.layer.name if choice.grid.layer else None,
            "altered": round(100 * choice.altered) / 100,
            "place_shown": round(10 * choice.shown) / 10,
            "dropped": choice.dropped,
            "cells": len(part.cube.published()),
            "errors": told.to_dict("records"),
        }
    return {
        "release": release, "previous": previous, "built_at": built_at, "rows_sha256": digest, "base": policy.base,
        "policy": policy.version, "policy_digest": policy.digest, "policy_text": policy.text, "units": units,
        "published_elsewhere": list(policy.published_elsewhere),
    }  # fmt: skip


def _basis(parts: Parts, policy: Policy) -> dict[str, Any]:
    """What the next release must know beside the cells."""
    units = {}
    for part, what in parts:
        choice = part.choice
        units[part.unit] = {
            "grain": choice.periods.grain, "months": choice.periods.months, "anchor": choice.periods.anchor,
            "dimensions": list(choice.grid.dimensions), "dropped": choice.dropped,
            "layer": choice.grid.layer.name if choice.grid.layer else None, "hidden": sorted(map(list, what)),
            "errors": part.cube.errors.to_dict("records"),
        }  # fmt: skip
    return {"policy_text": policy.text, "units": units}
