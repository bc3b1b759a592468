"""The Export page: the view in words, what the file holds and leaves out, its first rows, and one button.

What may leave is decided in dashboard/exports; the file itself comes from a route of the server (dashboard/downloads).
"""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from dashboard import words
from dashboard.components import export_file, figure, filter_bar, gate, linked, notices, synthetic_card
from dashboard.escape import markdown_text
from dashboard.exports.dimensions import Dimension, dimensions, label, usual
from dashboard.exports.plan import SPLIT, Kind, Plan, Refused, plan
from dashboard.exports.policy import EVERY, may_have_records
from dashboard.i18n import _, in_english, language, ngettext
from dashboard.links import to_query
from dashboard.view_context import Context
from etl import codes

SHOWN = 20  # rows of the preview
KIND, BY = "kind", SPLIT


def show(ctx: Context) -> None:
    """The page, for the view that the filter bar made."""
    reader = gate.current()
    figure.explain(_intro(ctx))
    kind, by, offered = _choices(ctx)
    decided = plan(reader, ctx.warehouse, ctx.catalogue, ctx.filters, kind, by)
    if isinstance(decided, Refused):
        notices.problem(decided.message, decided.remedy)
        return
    if not decided.rows:
        figure.nothing(
            "export", _("Nothing to take with these filters"),
            _("No row of these data fits the view: {words}").format(words=decided.words),
            _("Reset the filters"), filter_bar.reset,
        )  # fmt: skip
        return
    figure.heading(_size(decided, offered, by), decided.words)
    first = ctx.warehouse.ask(decided.expression.limit(SHOWN))
    form = export_file.take(ctx, decided, reader, _query(ctx, kind, by), first)
    left, right = st.columns([2, 1], gap="large")
    with left:
        _preview(decided, first)
    with right:
        _left_out(decided)
    export_file.elsewhere(ctx, decided, form)
    synthetic_card.show(ctx)


def _intro(ctx: Context) -> str:
    if ctx.catalogue.public:
        return _("These are rounded figures that anybody may have. Choose the view above, and how to split it here.")
    return _(
        "A file of restricted records is yours to keep safe. Who took it, and with which filters, is in the audit log."
    )


def _choices(ctx: Context) -> tuple[Kind, tuple[str, ...], tuple[Dimension, ...]]:
    """Totals or records, and what totals are split by; both are in the link."""
    unit, reader = ctx.filters.unit, gate.current()
    offered = dimensions(reader, ctx.warehouse, ctx.catalogue, unit)
    kind: Kind = "totals"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="export_choices"):
        if may_have_records(reader, ctx.catalogue) and unit in codes.RECORD_UNITS:
            labels: dict[Kind, str] = {"totals": _("Totals"), "records": _("Records")}
            with in_english():
                named: dict[Kind, str] = {"totals": _("Totals"), "records": _("Records")}
            bound = linked.follow(KIND, named, "totals")
            kind = st.segmented_control(
                _("What to take"), list(labels), format_func=labels.__getitem__, default="totals", required=True,
                key=KIND, width="content", **bound,
                help=_("Totals are counts. Records are rows, one for each report or person."),
            )  # fmt: skip
            linked.keep(KIND, kind, named, "totals")
        by = _by(offered, ctx) if kind == "totals" else ()
    return kind, by, offered


def _by(offered: tuple[Dimension, ...], ctx: Context) -> tuple[str, ...]:
    labels = {d.name: d.label for d in offered}
    start = usual(offered, ctx.catalogue.public)
    if (kept := st.session_state.get(BY)) is not None:
        # Another unit of count has other dimensions.
        st.session_state[BY] = [n for n in kept if n in labels]
    with in_english():
        named = {name: label(name, ctx.catalogue) for name in labels}
    bound = linked.follow(BY, named, list(start), many=True)
    chosen = st.multiselect(
        _("Split the totals by"), list(labels), default=list(start), format_func=labels.__getitem__,
        key=BY, placeholder=_("One row: the total"), width=640, **bound,
    )  # fmt: skip
    linked.keep(BY, chosen, named, list(start))
    return tuple(n for n in labels if n in chosen) or (EVERY,)


def _size(decided: Plan, offered: tuple[Dimension, ...], by: tuple[str, ...]) -> str:
    n = words.exact(decided.rows)
    if decided.kind == "records":
        return ngettext("{n} record", "{n} records", decided.rows).format(n=n)
    names = [words.lower_first(d.label) for d in offered if d.name in by]
    rows = ngettext("{n} row of totals", "{n} rows of totals", decided.rows).format(n=n)
    return _("{rows}, by {names}").format(rows=rows, names=words.listed(names, most=4)) if names else rows


def _preview(decided: Plan, first: pd.DataFrame) -> None:
    if len(first) < decided.rows:
        st.caption(_("The first {n} rows").format(n=len(first)))
    for column in decided.columns:
        if column.type == "date":
            first[column.name] = pd.to_datetime(first[column.name]).dt.date
        elif column.type == "integer":
            first[column.name] = first[column.name].astype("Int64")
    figure.show_table(first, missing=_("empty"), key="preview")
    with st.expander(_("What the columns mean"), icon=":material/menu_book:"):
        table = pd.DataFrame(
            {
                _("Column"): [c.name for c in decided.columns],
                _("Meaning"): [c.description for c in decided.columns],
                _("Unit"): [c.unit for c in decided.columns],
            }
        )
        st.table(table.set_index(_("Column")).map(markdown_text))


def _left_out(decided: Plan) -> None:
    st.markdown(f"**{_('Left out, and why')}**")
    said = decided.left_out or (_("Nothing: these figures are public as they are."),)
    st.markdown("\n".join(f"- {markdown_text(sentence)}" for sentence in said))


def _query(ctx: Context, kind: Kind, by: tuple[str, ...]) -> str:
    """The parameters of the route for this file, in names that do not change with the language."""
    query: dict[str, Any] = dict(to_query(ctx.filters, replace(ctx.catalogue, unit="")))
    query |= {"kind": [kind]} if kind == "records" else {SPLIT: list(by)}
    query |= {"lang": [language()]} if language() != "en" else {}
    return urlencode(query, doseq=True)
