"""Hotspots since a day beside those of an earlier period, by the map's own question: new, gone, moved, the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from dashboard import map_places, stories, view_facts, words
from dashboard.analysis import change
from dashboard.analysis.change import Change
from dashboard.analysis.spots import EARTH_KM, REACH, Fate, Spot, fates, spots
from dashboard.i18n import N_, _, ngettext
from dashboard.questions import clustered
from dashboard.questions.answer import Answer, located
from dashboard.questions.study import Study
from dashboard.since.parts import Section, Windows, said, spans, within
from dashboard.told import records_answers, records_map
from dashboard.told.records import figure
from dashboard.told.records_compared import steady_view
from dashboard.view_context import Context

MOST = 8  # hotspots that get a sentence of their own
KINDS = {"new": N_("new"), "gone": N_("gone"), "moved": N_("moved"), "same": N_("the same")}
# A message for each direction: in other languages it carries an article.
MOVED = (
    *(N_("The hotspot {where} moved about {far} north."), N_("The hotspot {where} moved about {far} north-east.")),
    *(N_("The hotspot {where} moved about {far} east."), N_("The hotspot {where} moved about {far} south-east.")),
    *(N_("The hotspot {where} moved about {far} south."), N_("The hotspot {where} moved about {far} south-west.")),
    *(N_("The hotspot {where} moved about {far} west."), N_("The hotspot {where} moved about {far} north-west.")),
)


@dataclass(frozen=True)
class Told:
    """One hotspot's fate with its place and its counts in both periods. seen : of the whole change of counts."""

    fate: Fate
    where: str
    seen: Change


def hotspots(ctx: Context, when: Windows, step: Callable[[float], None] = lambda _done: None) -> Section:
    """New, gone and moved hotspots of the months since, beside the same months a year earlier.

    step : told how much is done, 0 to 1.
    """
    year = spans(ctx, when.after, when.year)
    if not year.steady:
        return _refused(_("No source collected both periods in full, so their hotspots are not compared."))
    own = steady_view(ctx, year, ctx.filters.unit)
    scale = records_map.usual(ctx)
    step(0.2)
    wide = within(own, (when.year[0], when.after[1]))
    study, why = map_places.study_or_why(wide, scale)
    if study is None:
        return _refused(why)
    step(0.4)
    pair = []
    for i, span in enumerate((when.year, when.after)):
        part = cut(study, span)
        pair.append((part, _answer(wide, part)))
        step(0.6 + 0.2 * i)
    for (_part, answer), span in zip(pair, (when.year, when.after), strict=True):
        if answer.refused:
            return _refused(_("{months}: {why}").format(months=words.capital(said(span)), why=answer.sentence))
    told = compare(pair[0][0], pair[1][0], pair[0][1].hot, pair[1][1].hot, map_places.named(wide, study))
    step(1.0)
    return _section(own, when, scale.said, study, told)


def cut(study: Study, span: Sequence[object]) -> Study:
    """The same study area in some of its months."""
    first, last = (np.datetime64(day, "M") for day in span)  # type: ignore[call-overload]
    kept = (study.months >= first) & (study.months <= last)
    first_day, last_day = (pd.Timestamp(d).date() for d in (first, last))
    return replace(
        study, filters=replace(study.filters, date_from=first_day, date_to=last_day), months=study.months[kept],
        monthly=study.monthly[:, kept], known=study.known[kept],
    )  # fmt: skip


def compare(
    before: Study, after: Study, hot_before: np.ndarray, hot_after: np.ndarray, named: pd.DataFrame
) -> list[Told]:
    """What became of each hotspot, the surest change first."""
    lon, lat = named["lon"].to_numpy(dtype=float), named["lat"].to_numpy(dtype=float)
    sizes = _km2(named["shape"].to_numpy(dtype=object), lat, hot_before | hot_after)
    then, now = (spots(hot, before.neighbours, lon, lat, sizes) for hot in (hot_before, hot_after))
    # The places were chosen by their counts, among all of the study area: each of them is a test.
    level = 1 - (1 - change.LEVEL) / max(len(before), 1)
    names = named["name"].to_numpy(dtype=object)
    found = []
    for fate in fates(then, now):
        rows = list(fate.places)
        seen = change.compare(before.counts[rows].sum(), after.counts[rows].sum(), level=level)
        spot, counts = (fate.after, after.counts) if fate.after else (fate.before, before.counts)
        found.append(Told(fate, str(names[_busiest(spot, counts)]), seen))
    order = {"new": 0, "gone": 1, "moved": 2, "same": 3}
    return sorted(found, key=lambda t: (order[t.fate.kind], t.seen.verdict == "same", -t.seen.after, t.where))


def sentences(told: list[Told], unit: str) -> list[str]:
    """What became of the hotspots, aloud."""
    said_of = [_said(t, unit) for t in told if t.fate.kind != "same"]
    rest = len(said_of) - MOST
    lines = said_of[:MOST]
    if rest > 0:
        lines.append(ngettext("{n} more is in the table.", "{n} more are in the table.", rest).format(n=rest))
    same = [t for t in told if t.fate.kind == "same"]
    if same:
        places = words.listed(list(dict.fromkeys(located(t.where) for t in same)), most=4)
        lines.append(
            ngettext("{n} hotspot is where it was: {places}.", "{n} hotspots are where they were: {places}.", len(same))
            .format(n=words.number(len(same)), places=places)
        )  # fmt: skip
    return lines or [_("There was no hotspot in either period.")]


def _said(told: Told, unit: str) -> str:
    put = {
        "where": located(told.where), "now": stories.counted(told.seen.after, unit), "n": words.number(told.seen.after),
        "was": words.number(told.seen.before), "then": stories.counted(told.seen.before, unit),
    }  # fmt: skip
    sure = told.seen.verdict != "same"
    if told.fate.kind == "moved":
        away = far(told.fate.km)
        return _(MOVED[round(told.fate.bearing / 45) % 8]).format(where=put["where"], far=away)
    if told.fate.kind == "new":
        text = (
            _("A new hotspot {where}: {now}, {was} a year earlier.")
            if sure
            else _("A place {where} stands out that did not a year earlier, but its counts are within chance about the "
                   "same: {now}, {was} then.")
        )  # fmt: skip
    else:
        text = (
            _("A hotspot is gone {where}: {now}, {was} a year earlier.")
            if sure
            else _("A place {where} stands out no longer, but its counts are within chance about the same: {now}, "
                   "{was} a year earlier.")
        )  # fmt: skip
    return text.format(**put)


def far(km: float) -> str:
    """A distance as it is said: to 100 m below a kilometre, else to half a kilometre."""
    metres = max(round(km * 10) * 100, 100)
    if metres < 1000:
        return _("{n} m").format(n=words.exact(metres))
    halves = round(km * 2) / 2
    return _("{n} km").format(n=words.decimal(halves, 0 if halves == int(halves) else 1))


def _answer(ctx: Context, part: Study) -> Answer:
    noun = stories.NOUNS[ctx.filters.unit]
    key = ("since", *part.key(), part.known.tobytes())
    kept: Answer = ctx.warehouse.remember(key, lambda: clustered.clustered(part, noun))
    return kept


def _section(ctx: Context, when: Windows, scale: str, study: Study, told: list[Told]) -> Section:
    lines = sentences(told, ctx.filters.unit)
    basis = _(
        "{after} beside {before}; {scale}. A hotspot that moved by less than its own size is the same one; by up to "
        "{times} times its size it moved; further off one is gone and another is new. A change of counts is told only "
        "where chance does not explain it, with {n} places looked at."
    ).format(
        after=words.capital(said(when.after)), before=said(when.year), scale=scale, times=words.number(REACH),
        n=words.exact(len(study)),
    )  # fmt: skip
    shown = within(ctx, when.after)
    made = figure(
        shown, "since_hotspots", lines[0], shown.sentence, None, _table(told, when),
        view_facts.caption(shown, basis, cannot_tell=False), caveat=_(records_answers.REPORTS),
    )  # fmt: skip
    return Section("hotspots", _("Hotspots"), tuple(lines), f"{basis} {_(records_answers.REPORTS)}", made, place=True)


def _table(told: list[Told], when: Windows) -> pd.DataFrame:
    verdicts = {"rose": _("more, beyond chance"), "fell": _("fewer, beyond chance"), "same": _("within chance")}
    return pd.DataFrame(
        {
            _("Hotspot"): [t.where for t in told],
            _("What became of it"): [_(KINDS[t.fate.kind]) for t in told],
            said(when.year): [int(t.seen.before) for t in told],
            said(when.after): [int(t.seen.after) for t in told],
            _("Counts"): [verdicts[t.seen.verdict] for t in told],
            _("Moved"): [far(t.fate.km) if t.fate.kind == "moved" else "" for t in told],
        }
    )


def _refused(sentence: str) -> Section:
    return Section("hotspots", _("Hotspots"), (sentence,), place=True)


def _busiest(spot: Spot | None, counts: np.ndarray) -> int:
    members = list(spot.members) if spot else [0]
    return members[int(np.argmax(counts[members]))]


def _km2(shapes: np.ndarray, lat: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(n,) areas in square kilometres, of those that are wanted."""
    out = np.ones(len(shapes))
    degree = np.pi * EARTH_KM / 180
    out[wanted] = shapely.area(shapes[wanted]) * degree**2 * np.cos(np.radians(lat[wanted]))
    return np.maximum(out, 1e-6)
