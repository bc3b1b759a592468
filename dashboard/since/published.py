"""What changed on the public side: what was published since a day, and the last period beside the one before.

A change is told only where it exceeds the rounding; that a place is new or gone, only where it also exceeds what is
published without a place.
"""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from dashboard import protection, stories, words
from dashboard.cubes import Cube, Period
from dashboard.dates import day as in_words
from dashboard.figures import Figure
from dashboard.filters import Filters
from dashboard.i18n import _
from dashboard.measures import by_area
from dashboard.measures import protected as measures
from dashboard.pointer import WarehouseError
from dashboard.since.parts import Section
from dashboard.told import base, overview
from dashboard.view_context import Context
from dashboard.warehouse import Warehouse, current

MOST = 6


@dataclass(frozen=True)
class Release:
    """One release. built : the day on which it was made."""

    id: str
    built: date


def releases(public_dir: Path) -> list[Release]:
    """Every release that is kept, in order; those whose note cannot be read are left out."""
    found = []
    for note in (Path(public_dir) / "releases").glob("*/release.json"):
        try:
            held = json.loads(note.read_text(encoding="utf-8"))
            found.append(Release(note.parent.name, datetime.fromisoformat(held["built_at"]).date()))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(found, key=lambda r: (r.built, r.id))


def newer(ctx: Context, public_dir: Path, day: date) -> Section:
    """What the release of today has that the one of that day had not."""
    newest = ctx.catalogue.meta.get("release", "")
    then = [r for r in releases(public_dir) if r.built <= day]
    heading = _("What was published since")
    if not then:
        first = next((r for r in releases(public_dir)), None)
        text = _("Nothing was public on {day} yet, so there is no earlier release to compare with.")
        if first:
            text = _("Nothing was public on {day} yet: the first release is of {first}.")
        return Section("published", heading, (text.format(day=in_words(day), first=first and in_words(first.built)),))
    old = then[-1]
    if old.id == newest:
        text = _("Nothing new was published since {day}: release {release} of {built} is still the newest.")
        put = {"day": in_words(day), "release": old.id, "built": in_words(old.built)}
        return Section("published", heading, (text.format(**put),))
    try:
        earlier = current(Path(public_dir), "public", old.id)
    except WarehouseError as error:
        return Section("published", heading, (f"{error.message} {error.remedy}",))
    lines = _beside(ctx, earlier)
    basis = _("Release {newest} beside release {old} of {built}. A published period is not redrawn unless its true "
              "count moved by at least {base}.")  # fmt: skip
    own = base.cube(ctx)
    return Section(
        "published", heading, tuple(lines),
        basis.format(newest=newest, old=old.id, built=in_words(old.built), base=own.base),
    )  # fmt: skip


def _beside(ctx: Context, earlier: Warehouse) -> list[str]:
    """New periods, and figures of earlier periods that were revised."""
    unit, own = ctx.filters.unit, base.cube(ctx)
    old = earlier.catalogue.cubes.get(unit)
    things = words.capital(stories.nouns(unit))
    if old is None:
        return [_("{things} were not published before.").format(things=things)]
    if old.grain != own.grain:
        return [
            _("{things} are now published by {now}, before by {then}, so the two releases are not compared number by "
              "number.").format(things=things, now=own.grain_words, then=old.grain_words)
        ]  # fmt: skip
    fresh = [p for p in own.periods if p.first > old.last]
    counts = _by_period(ctx.warehouse, ctx, own)
    lines = [_fresh(p, own, counts, unit) for p in fresh]
    if not fresh:
        lines.append(_("No new period of {things} was published.").format(things=stories.nouns(unit)))
    before = _by_period(earlier, ctx, old)
    shared = [p for p in own.periods if p.label in before and p.label in counts]
    moved = [p for p in shared if before[p.label] != counts[p.label]]
    lines += [
        _("{period} was revised: {now}, before {then}.").format(
            period=words.capital(p.words), now=protection.counted(counts[p.label], unit),
            then=protection.number(before[p.label]))
        for p in moved[:MOST]
    ]  # fmt: skip
    if not moved and shared:
        lines.append(_("No figure of an earlier period was revised."))
    return lines


def _fresh(period: Period, own: Cube, counts: dict[str, float], unit: str) -> str:
    before = own.before(period)
    n = protection.counted(counts.get(period.label, 0), unit)
    if before is None or before.label not in counts:
        return _("Newly published, {period}: {n}.").format(period=period.words, n=n)
    versus = protection.versus(counts[before.label], counts.get(period.label, 0), own, 1, before.words)
    return _("Newly published, {period}: {n}, {versus}.").format(period=period.words, n=n, versus=versus)


def _by_period(warehouse: Warehouse, ctx: Context, cube: Cube) -> dict[str, float]:
    """Label of each period -> count, where it was collected; of all sources, without filters."""
    found = measures.by_cube_period(warehouse, Filters(unit=ctx.filters.unit))
    named = {p.first: p.label for p in cube.periods}
    return {
        named[pd.Timestamp(start).date()]: float(n)
        for start, n in zip(found["start"], found["n"], strict=True)
        if n == n and pd.Timestamp(start).date() in named
    }


def figures(ctx: Context) -> Section:
    """The last published period of the view beside the one before: the headline, and the groups that changed."""
    changes = overview.changes(ctx)
    lines = [overview.headline(ctx), *(c.text for c in changes.found)]
    lines += [changes.none] if changes.none else []
    return Section("figures", _("The figures"), tuple(p for p in lines if p), changes.basis, _table(ctx))


def _table(ctx: Context) -> Figure | None:
    last, before = base.last_two(ctx)
    if last is None or before is None:
        return None
    order, own = measures.order(ctx.filters), base.cube(ctx)
    rows = []
    whole, was_whole = (measures.total(ctx.warehouse, base.within(ctx, p).filters) for p in (last, before))
    rows.append((words.capital(stories.nouns(ctx.filters.unit)), whole, was_whole, order))
    for column in (c for c in ("exploitation", "source") if c in own.dimensions):
        now, then = (measures.by_cube_group(ctx.warehouse, base.within(ctx, p).filters, column) for p in (last, before))
        was = dict(zip(then["code"], then["n"], strict=True))
        rows += [
            (str(label), int(n), int(was.get(code, 0)), order + 1)
            for code, label, n in now[["code", "label", "n"]].itertuples(index=False)
        ]
    said = {"rose": _("rose"), "fell": _("fell"), "same": _("no more than rounding and chance")}
    table = pd.DataFrame(
        {
            _("Figure"): [r[0] for r in rows],
            before.words: base.amounts(pd.Series([float(r[2]) for r in rows])),
            last.words: base.amounts(pd.Series([float(r[1]) for r in rows])),
            _("Change"): [said[protection.verdict(r[2], r[1], own, r[3])] for r in rows],
        }
    )
    return base.figure(ctx, "since_figures", overview.headline(ctx), None, table, split=1)


def areas(ctx: Context) -> Section | None:
    """Areas that are new, gone, up or down beyond rounding, chance and what has no published place."""
    own = base.cube(ctx)
    last, before = base.last_two(ctx)
    heading = _("Where")
    if not own.layer or last is None or before is None:
        return None
    now, was = (_areas(ctx, period, own.layer) for period in (last, before))
    unplaced = [_unplaced(ctx, p, t) for p, t in ((last, now), (before, was))]
    names = dict(zip(now["area_id"], now["name"], strict=True))
    held = [t.set_index("area_id")["n"] for t in (was, now)]
    counts = {a: (int(held[0].get(a, 0)), int(held[1].get(a, 0))) for a in names}
    lines = area_lines(names, counts, unplaced[1], unplaced[0], own, measures.order(ctx.filters, 1), (before, last))
    none = _("No area changed by more than rounding, chance and what is published without a place can make.")
    basis = _("{last} beside {before}. In {last} {n}, in {before} {m} are published without a place: they could lie in "
              "any area, so a change has to be larger than that.")  # fmt: skip
    said = {"n": protection.number(unplaced[0]), "m": protection.number(unplaced[1])}  # a 0 may be 1 to 10 here, too
    return Section(
        "hotspots", heading, tuple(lines[:MOST]) or (none,),
        basis.format(last=last.words, before=before.words, **said),
        place=True,
    )  # fmt: skip


def area_lines(
    names: dict[str, str], counts: dict[str, tuple[int, int]], unplaced_before: int, unplaced_after: int, cube: Cube,
    order: int, periods: tuple[Period, Period],
) -> list[str]:  # fmt: skip
    """Sentences on areas, the largest change first. counts : area -> (before, after), 0 for few or none."""
    found = []
    for area, (was, now) in counts.items():
        rose = now > was
        # Those without a place may all have lain here, in the smaller of the two.
        least = (was + unplaced_before, now) if rose else (was, now + unplaced_after)
        if (now > was) != (least[1] > least[0]) or now == was:
            continue
        seen = protection.verdict(*least, cube, order)
        if seen == "same":
            continue
        put = {"place": names[area], "now": protection.number(now), "was": protection.number(was),
               "before": periods[0].words, "last": periods[1].words}  # fmt: skip
        if not was:
            text = _("New: {place}, {now} in {last}, few or none in {before}.")
        elif not now:
            text = _("Gone: {place}, few or none in {last}, {was} in {before}.")
        else:
            text = (_("More in {place}: {now} in {last}, {was} in {before}.") if rose
                    else _("Fewer in {place}: {now} in {last}, {was} in {before}."))  # fmt: skip
        found.append((abs(now - was), text.format(**put)))
    return [text for _n, text in sorted(found, key=lambda f: -f[0])]


def _areas(ctx: Context, period: Period, layer: str) -> pd.DataFrame:
    return by_area(ctx.warehouse, base.within(ctx, period).filters, layer)


def _unplaced(ctx: Context, period: Period, table: pd.DataFrame) -> int:
    if ctx.filters.areas:  # then nobody knows how many of them would lie here
        whole = base.within(replace(ctx, filters=replace(ctx.filters, areas=())), period)
        table = by_area(ctx.warehouse, whole.filters, base.cube(ctx).layer)
        return max(measures.total(ctx.warehouse, whole.filters) - int(table["n"].sum()), 0)
    return max(measures.total(ctx.warehouse, base.within(ctx, period).filters) - int(table["n"].sum()), 0)
