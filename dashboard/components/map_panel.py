"""The chosen place beside the map: its count, rank, trend, kinds, premises, hours, and what was looked at there."""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pandas as pd
import streamlit as st

from dashboard import measures, words
from dashboard.catalogue import AreaGroup
from dashboard.components import legend, map_choice
from dashboard.components.groups_panel import AREA
from dashboard.escape import html_text, markdown_text
from dashboard.i18n import N_, _, english
from dashboard.map_places import Scale
from dashboard.maps import story
from dashboard.palette import Palette
from dashboard.view_context import Context
from etl import codes

LISTED = 8
KINDS = 6
HOURS_FROM = 100  # known times; fewer say nothing about the day
CLICK = N_("Click on the map to see one place by itself.")
_DAYPARTS = ((6, 12, N_("Morning, 6 to 12")), (12, 18, N_("Afternoon, 12 to 18")), (18, 24, N_("Evening, 18 to 24")))


def busiest(places: pd.DataFrame, scale: Scale, noun: tuple[str, str], p: Palette, drawn: bool = True) -> None:
    """With nothing chosen: the places with most, so that the page says something without a click.

    drawn : whether there is a map to click and a table under it.
    """
    top = places[places["n"] > 0].head(LISTED)
    st.markdown(
        _("**{places} with most {things}**").format(
            places=markdown_text(words.capital(_(scale.words[1]))), things=markdown_text(_(noun[1]))
        )
    )
    st.html(_bars(top["name"].to_list(), top["n"].to_list(), p))
    if not drawn:
        return
    rest = int((places["n"] > 0).sum()) - len(top)
    st.caption(markdown_text(f"{_(CLICK)} {_more(rest, scale)}".strip()))


def beside(
    ctx: Context,
    places: pd.DataFrame,
    keys: Sequence[str],
    scale: Scale,
    noun: tuple[str, str],
    p: Palette,
    leading: tuple[str, pd.DataFrame] | None = None,
    drawn: bool = True,
) -> None:
    """What stands beside the map: the reader's own area, the chosen places, or those that the answer names first.

    leading : a title and the places of the answer, in its order; without any, the places with most records.
    drawn : whether there is a map.
    """
    from dashboard.components import map_area

    own = map_area.show(ctx, noun, p)
    if keys:
        chosen(ctx, places, keys, scale, noun, p)
    elif not own and leading and len(leading[1]):
        _first(*leading, scale, p)
    elif not own:
        busiest(places, scale, noun, p, drawn)


def _first(title: str, rows: pd.DataFrame, scale: Scale, p: Palette) -> None:
    st.markdown(f"**{markdown_text(title)}**")
    top = rows.head(LISTED)
    st.html(_bars(top["name"].to_list(), top["n"].to_list(), p))
    counts = _("Bars are counts of the whole view.")
    st.caption(markdown_text(f"{counts} {_(CLICK)} {_more(len(rows) - len(top), scale)}".strip()))


def _more(rest: int, scale: Scale) -> str:
    if rest <= 0:
        return ""
    return _("{counted} more in the table under the map.").format(counted=words.count(rest, *scale.words))


def chosen(
    ctx: Context, places: pd.DataFrame, keys: Sequence[str], scale: Scale, noun: tuple[str, str], p: Palette
) -> None:
    """The chosen places in figures: one by itself, several added up."""
    rows = places[places["id"].isin(keys)]
    if len(rows) == 1:
        _one(ctx, places, str(rows["id"].iloc[0]), scale, noun, p)
    elif len(rows):
        _several(ctx, places, rows, scale, noun, p)
    many = _("Clear the places") if len(rows) > 1 else _("Clear the place")
    st.button(many, key="clear_place", on_click=map_choice.clear, icon=":material/close:", type="tertiary")


def in_figures(detail: measures.PlaceDetail, p: Palette) -> None:
    """The years, kinds, premises and hours of a place."""
    _part(_("By year"), _years(detail.trend, p), p)
    _part(_("Kind of exploitation"), _kinds(detail.exploitation, p, p.exploitation), p)
    _part(_("Kind of place"), _kinds(detail.premise, p), p)
    _hours(detail, p)


def _one(ctx: Context, places: pd.DataFrame, key: str, scale: Scale, noun: tuple[str, str], p: Palette) -> None:
    row = places[places["id"] == key].iloc[0]
    detail = measures.place_detail(ctx.warehouse, ctx.filters, key if scale.resolution else (scale.layer, key))
    n = int(row["n"])
    st.subheader(markdown_text(row["name"]), anchor=False)
    st.markdown(markdown_text(_standing(n, places, scale, noun)))
    if row.get("tip"):
        st.markdown(markdown_text(_("On this map: {tip}.").format(tip=row["tip"])))
    if n:
        in_figures(detail, p)
    st.caption(markdown_text(_looked_at(ctx, scale, key, n, noun)))


def _several(
    ctx: Context, places: pd.DataFrame, rows: pd.DataFrame, scale: Scale, noun: tuple[str, str], p: Palette
) -> None:
    """Several places added up."""
    ids = [str(key) for key in rows["id"]]
    together = frozenset(ids) if scale.resolution else AreaGroup("", "", tuple((scale.layer, key) for key in ids))
    detail = measures.place_detail(ctx.warehouse, ctx.filters, together)
    n, total = int(rows["n"].sum()), int(places["n"].sum())
    st.subheader(
        markdown_text(_("{counted} together").format(counted=words.count(len(rows), *scale.words))), anchor=False
    )
    said = f"{words.count(n, *noun)}."
    if n >= words.PERCENT_FROM:
        share = words.percent(n, total)
        said = _("{counted}, {share} of those on the map.").format(counted=words.count(n, *noun), share=share)
    st.markdown(markdown_text(said.capitalize() if english() else words.capital(said)))
    top = rows.sort_values("n", ascending=False, kind="stable").head(LISTED)
    st.html(_bars(top["name"].to_list(), top["n"].to_list(), p))
    if n:
        in_figures(detail, p)
    if scale.layer:
        st.button(
            _("Filter every page by these"),
            key="filter_by_places",
            icon=":material/filter_alt:",
            type="tertiary",
            on_click=_filter_by,
            args=(scale.layer, ids),
        )


def _filter_by(layer: str, ids: list[str]) -> None:
    st.session_state[AREA] = [(layer, key) for key in ids]
    map_choice.clear()


def _standing(n: int, places: pd.DataFrame, scale: Scale, noun: tuple[str, str]) -> str:
    if n == 0:
        return _("No {things} in this {place} with these filters.").format(things=_(noun[1]), place=_(scale.words[0]))
    rank, any_at_all = story.rank(places["n"].to_numpy(dtype="int64"), n)
    total = int(places["n"].sum())
    put = {"counted": words.capital(words.count(n, *noun)), "total": words.number(total), "rank": words.exact(rank)}
    put |= {"share": words.percent(n, total), "places": words.count(any_at_all, *scale.words)}
    if n >= words.PERCENT_FROM:
        said = (
            _("{counted}, {share} of those on the map: the most among {places} with any.")
            if rank == 1
            else _("{counted}, {share} of those on the map: number {rank} among {places} with any.")
        )
    else:
        said = (
            _("{counted}, of {total}: the most among {places} with any.")
            if rank == 1
            else _("{counted}, of {total}: number {rank} among {places} with any.")
        )
    return said.format(**put)


def _part(title: str, html: str, p: Palette) -> None:
    if html:
        st.html(f'<div style="font-size:.875rem;color:{p.quiet};margin-top:.2rem">{html_text(title)}</div>{html}')


def _years(trend: pd.DataFrame, p: Palette) -> str:
    """A column for each year: not collected is a gap that says so, not a zero."""
    if trend.empty:
        return ""
    by_year = trend.assign(year=pd.to_datetime(trend["period"]).dt.year).groupby("year")["n"].sum(min_count=1)
    top = max(int(by_year.max()) if by_year.notna().any() else 0, 1)
    columns = []
    for year, n in by_year.items():
        known = not pd.isna(n)
        height = round(3.2 * (int(n) if known else 0) / top, 2)
        columns.append(
            '<div style="flex:1;min-width:2.2rem;text-align:center;display:flex;flex-direction:column;'
            f'justify-content:flex-end;height:5.6rem"><span>{words.exact(int(n)) if known else "–"}</span>'
            f'<span style="height:{height}rem;background:{p.count};border-radius:2px 2px 0 0"></span>'
            f'<span style="border-top:1px solid {p.quiet};color:{p.quiet};font-size:.8rem">{year}</span></div>'
        )
    return (
        '<div style="display:flex;gap:.35rem;align-items:flex-end;font-variant-numeric:tabular-nums;'
        f'font-size:.875rem;overflow-x:auto">{"".join(columns)}</div>'
    )


def _kinds(groups: pd.DataFrame, p: Palette, colours: Mapping[str, str] = MappingProxyType({})) -> str:
    """The largest kinds; the rest in one line without a bar, which would be the longest and mean nothing."""
    rows = groups[groups["n"] > 0].sort_values("n", ascending=False, kind="stable")
    # What is not recorded is last and hatched grey, as in every figure.
    rows = rows.sort_values("known", ascending=False, kind="stable")
    names, counts = rows["label"].to_list(), rows["n"].to_list()
    paint = [colours.get(c, p.count) if k else legend.hatched(p) for c, k in rows[["code", "known"]].to_numpy()]
    if len(names) <= KINDS:
        return _bars(names, counts, p, paint)
    rest = len(names) - KINDS + 1
    others = _("{n} other kinds: {counted}").format(n=rest, counted=words.exact(sum(counts[KINDS - 1 :])))
    other = f'<div style="font-size:.875rem;color:{p.quiet}">{html_text(others)}</div>'
    return _bars(names[: KINDS - 1], counts[: KINDS - 1], p, paint) + other


def _bars(names: list[str], counts: list[int], p: Palette, paint: list[str] | None = None) -> str:
    """Names, bars from zero and numbers, as a table for whoever listens instead of looking."""
    top = max([int(n) for n in counts], default=1) or 1
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left;font-weight:400;padding:.1rem .6rem .1rem 0;width:52%;'
        f'border:0;overflow-wrap:anywhere">{html_text(name)}</th>'
        f'<td style="border:0;padding:.1rem 0"><span style="display:block;height:.7rem;border-radius:0 2px 2px 0;'
        f'background:{colour};width:{max(100 * int(n) / top, 1):.1f}%"></span></td>'
        f'<td style="border:0;text-align:right;padding:.1rem 0 .1rem .6rem;width:1%">{words.exact(int(n))}</td></tr>'
        for name, n, colour in zip(names, counts, paint or [p.count] * len(names), strict=False)
    )
    return (
        '<table style="width:100%;border-collapse:collapse;font-size:.875rem;line-height:1.3;'
        f'font-variant-numeric:tabular-nums;margin:0">{rows}</table>'
    )


def _hours(detail: measures.PlaceDetail, p: Palette) -> None:
    if detail.known_hours < HOURS_FROM:
        st.caption(
            _("Time of day is shown from {least} records with a known time; here there are {n}.").format(
                least=HOURS_FROM, n=words.exact(detail.known_hours)
            )
        )
        return
    hours = detail.hours.set_index("hour")["n"].astype("int64")
    night = int(hours.loc[0:5].sum())
    parts = [(_("Night, 0 to 6"), night), *((_(name), int(hours.loc[a : b - 1].sum())) for a, b, name in _DAYPARTS)]
    _part(
        _("Time of day, {n} with a known time").format(n=words.exact(detail.known_hours)),
        _bars([name for name, _n in parts], [n for _name, n in parts], p),
        p,
    )


def _looked_at(ctx: Context, scale: Scale, key: str, n: int, noun: tuple[str, str]) -> str:
    """All police reports of this place: where nobody reports anything, a zero means little."""
    if ctx.filters.unit not in codes.RECORD_UNITS or ctx.filters.date_basis != "reported":
        return ""
    where = {"layer": scale.layer} if scale.layer else {"resolution": scale.resolution}
    found = measures.reports_by_place(ctx.warehouse, ctx.filters, **where)
    reports = found.loc[found["place"] == key, "reports"]
    if found.empty:
        return _("How many police reports of any kind come from here is not known.")
    if reports.empty or not int(reports.iloc[0]):
        return _("No police report of any kind comes from here in this period: none here may mean that nobody looked.")
    every = int(reports.iloc[0])
    if not n or ctx.filters.unit != "incidents":
        said = _("{every} police reports of all kinds come from here in this period.")
        return said.format(every=words.number(every))
    return _("{every} police reports of all kinds come from here in this period ({share}).").format(
        every=words.number(every), share=_per(n, every)
    )


def _per(n: int, every: int) -> str:
    """One in how many: readable where a percentage would begin with zeros."""
    if every < n:
        return _("all of them")
    each = math.floor(every / n + 0.5)
    return (
        _("one in {n} is about trafficking").format(n=words.number(each))
        if each > 1
        else _("most of them are about trafficking")
    )
