"""Figures of records since a day, beside the same months a year earlier and beside the months just before."""

from dataclasses import replace

import numpy as np
import pandas as pd

from dashboard import stories, view_facts, words
from dashboard.analysis import change
from dashboard.analysis.change import Change
from dashboard.filters import add_months
from dashboard.i18n import N_, _
from dashboard.measures.delay import victims_cluster
from dashboard.since.parts import Section, Windows, said, spans, within
from dashboard.told.records import figure
from dashboard.told.records_compared import Spans, compared, steady_view
from dashboard.view_context import Context

MOST = 6  # sentences on single groups
FEWEST = words.FEWEST_TO_COMPARE
GROUPS = {"exploitation": N_("Reports of {}"), "premise": N_("Reports at the kind of place “{}”"),
          "source": N_("Reports in {}")}  # fmt: skip
VERDICTS = {"rose": N_("rose"), "fell": N_("fell"), "same": N_("about the same")}


def figures(ctx: Context, when: Windows) -> Section:
    """The headline numbers beside both earlier periods, each with its interval."""
    year, before = spans(ctx, when.after, when.year), spans(ctx, when.after, when.before)
    units = [ctx.filters.unit, *(u for u in ("incidents", "victims") if u != ctx.filters.unit)]
    units = [u for u in units if view_facts.sources(replace(ctx, filters=replace(ctx.filters, unit=u)))]
    sentences, rows = [], []
    for unit in units:
        now, found = compared(ctx, year, unit)
        _same, just = compared(ctx, before, unit)
        sentences += _sentences(unit, now, when, year, found, just)
        rows.append(_row(words.capital(stories.nouns(unit)), now, found, just))
    for label, subject, pair in _parts(ctx, year):
        rows.append(_row(label, pair.after, pair, None))
        sentences.append(_went(subject, pair))
    table = pd.DataFrame(rows, columns=_columns(when))
    for column in table.columns[[1, 2, 3, 6]]:
        table[column] = table[column].astype("Int64")
    basis = " ".join(p for p in (_steady_only(ctx, year), _filling(ctx, when), _levels()) if p)
    title = sentences[0] if sentences else ""
    made = figure(within(ctx, when.after), "since_figures", title, within(ctx, when.after).sentence, None, table,
                  view_facts.caption(ctx, basis), missing=_("not compared"))  # fmt: skip
    return Section("figures", _("The figures"), tuple(sentences), basis, made)


def _sentences(
    unit: str, now: float, when: Windows, year: Spans, found: Change | None, just: Change | None
) -> list[str]:
    lead = _("{counted} from {period}").format(counted=stories.counted(now, unit), period=said(when.after))
    if year.first == year.last:
        lead = _("{counted} in {period}").format(counted=stories.counted(now, unit), period=said(when.after))
    lead = words.capital(lead)
    if found is None:
        told = [_("{said}. The same months of the year before were not collected in full, so they are not compared.")
                .format(said=lead)]  # fmt: skip
    elif found.after == now:
        told = [f"{lead}, {words.versus(found, said(when.year))}."]
    else:
        told = [_("{said}; where both years were collected, {n}: {versus}.").format(
            said=lead, n=words.number(found.after), versus=words.versus(found, said(when.year)))]  # fmt: skip
    if just is not None and when.before != when.year:
        told.append(_("Beside the months just before: {versus}.").format(versus=words.versus(just, said(when.before))))
    return told


def _parts(ctx: Context, when: Spans) -> list[tuple[str, str, Change]]:
    """Labour trafficking, and victims under 18, in the sources that collected both years."""
    if not when.steady:
        return []
    found = []
    if not ctx.filters.exploitation:
        labour = _pair(ctx, when, "incidents", "exploitation", view_facts.LABOUR)
        found.append((_("Labour trafficking"), _("Reports of labour trafficking"), change.compare(*labour)))
    victims = replace(ctx, filters=replace(ctx.filters, unit="victims"))
    if view_facts.sources(victims):
        same = steady_view(victims, when, "victims")
        effect = victims_cluster(ctx.warehouse, view_facts.narrowed(same, when.before_first, when.last))
        young = _pair(ctx, when, "victims", "minor", ("minor",))
        under = _("Victims under 18")
        found.append((under, under, change.compare(*young, design_effect=effect)))
    return found


def _pair(ctx: Context, when: Spans, unit: str, column: str, wanted: tuple[str, ...]) -> tuple[int, int]:
    own = steady_view(ctx, when, unit)
    tables = _tables(own, when, unit, column)
    before, after = (int(t.loc[t["code"].isin(wanted), "n"].sum()) for t in tables)
    return before, after


def _tables(ctx: Context, when: Spans, unit: str, column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return (
        view_facts.groups(ctx, when.before_first, when.before_last, unit, column),
        view_facts.groups(ctx, when.first, when.last, unit, column),
    )


def _went(subject: str, pair: Change) -> str:
    if max(pair.before, pair.after) < FEWEST:
        return _("{subject}: too few to compare ({after} and {before}).").format(
            subject=subject, after=words.number(pair.after), before=words.number(pair.before)
        )
    return words.went(subject, pair)


def groups(ctx: Context, when: Windows) -> Section:
    """Kinds of exploitation, kinds of place, sources and areas that rose or fell beyond chance in a year."""
    year = spans(ctx, when.after, when.year)
    looked = dict(GROUPS)
    if ctx.catalogue.layers:
        looked[f"area_{ctx.catalogue.layers[0]}"] = N_("Reports from {}")
    own = steady_view(ctx, year, "incidents")
    asked = {c: _tables(own, year, "incidents", c) for c in looked} if year.steady else {}
    tests = sum(len(set(b["code"]) | set(a["code"])) for b, a in asked.values())
    found = []
    for column, (before, after) in asked.items():
        names = column == "source" or column.startswith("area_")
        found += stories.shifts(before, after, _(looked[column]), tests, names=names)
    sentences = tuple(text for text, _w, _c in sorted(found, key=lambda f: -f[1])[:MOST])
    none = _("No kind of exploitation, kind of place, source or area changed more than chance explains.")
    if not year.steady:
        none = _("No source collected both years in full, so no groups are compared.")
    basis = _("{after} beside {before}. {n} groups were looked at; only what chance does not explain is told.").format(
        after=words.capital(said(when.after)), before=said(when.year), n=words.exact(tests)
    )
    return Section("groups", _("Which reports rose or fell"), sentences or (none,), basis, place=True)


def _columns(when: Windows) -> list[str]:
    return [
        _("Figure"), said(when.after), _("Of these, compared"), said(when.year), _("Change"), _("95% interval"),
        _("just before: {period}").format(period=said(when.before)), _("Change since then"),
    ]  # fmt: skip


def _row(label: str, now: float, year: Change | None, just: Change | None) -> list[object]:
    row: list[object] = [label, int(now)]
    row += [int(year.after), int(year.before), _(VERDICTS[year.verdict]), _interval(year)] if year else [None] * 4
    return row + ([int(just.before), _(VERDICTS[just.verdict])] if just else [None, None])


def _interval(found: Change) -> str:
    """`0.82 to 1.31`: between what share and what multiple of the earlier count the later one lies."""
    high = words.decimal(found.high, 2) if np.isfinite(found.high) else _("no upper end")
    return _("{low} to {high}").format(low=words.decimal(found.low, 2), high=high)


def _steady_only(ctx: Context, when: Spans) -> str:
    if when.whole or not when.steady:
        return ""
    named = words.listed([ctx.catalogue.source_title(s) for s in when.steady], most=4)
    return _("Both periods were collected in full by {named}; only these are compared.").format(named=named)


def _filling(ctx: Context, when: Windows) -> str:
    last = ctx.catalogue.last_month
    if last is None or last <= when.after[1]:
        return ""
    open_months = words.months(add_months(when.after[1], 1), last)
    return _("Left out, because reports for it are still coming in: {months}.").format(months=open_months)


def _levels() -> str:
    return _("A rise or a fall is told only where chance explains it in fewer than 1 of 20 cases.")
