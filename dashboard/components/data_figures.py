"""What Data shows: sources and their problems, loads, the row equations, what was set aside, coverage, delay."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import measures, view_facts, words
from dashboard.analysis.delay import SETTLED, Delay
from dashboard.charts import coverage
from dashboard.components import figure
from dashboard.escape import markdown_text
from dashboard.glossary import terms
from dashboard.i18n import _, ngettext
from dashboard.measures.delay import reporting_delays
from dashboard.view_context import Context
from etl import codes

DELAY_AGES = 12


def sources(ctx: Context) -> None:
    """Each source with the verdict on its quality, its licence and its known problems."""
    table = measures.sources(ctx.warehouse)
    # Records first: they are what the other pages count.
    table = table.sort_values("kind", key=lambda k: k.map(list(codes.KIND).index), kind="stable")
    if ctx.catalogue.public:
        table = _without_counts(ctx, table)
    problems = measures.known_problems(ctx.warehouse)
    figure.heading(
        _("Sources"), _("Each dataset that is loaded, whatever the filters say, and how far it can be trusted")
    )
    if table.empty:
        st.markdown(_("Nothing is loaded yet."))
    shapes = table[table["kind"] == "boundary"]
    for row in table[table["kind"] != "boundary"].to_dict("records"):
        with st.container(border=True):
            st.markdown(f"**{markdown_text(row['title'])}**")
            st.caption(markdown_text(_facts(row)))
            if row["verdict"]:
                st.markdown(markdown_text(row["verdict"]))
            own = problems[problems["source"] == row["source"]]["problem"].tolist()
            if own:
                st.markdown(_("Known problems:") + "\n" + "\n".join(f"- {markdown_text(p)}" for p in own))
    if len(shapes):
        named = [f"{title} ({licence})" for title, licence in zip(shapes["title"], shapes["licence"], strict=True)]
        st.caption(markdown_text(_("Boundaries: {named}.").format(named=words.listed(named))))


def _without_counts(ctx: Context, table: pd.DataFrame) -> pd.DataFrame:
    """On the public file the months that a source covers are published, and no count of it by itself."""
    held = ctx.warehouse.ask(ctx.warehouse.table("loads").select("source", "first_month", "last_month"))
    spans = held.groupby("source").agg(first=("first_month", "min"), last=("last_month", "max"))
    records = (table["unit"].isin(codes.RECORD_UNITS)).to_numpy()
    first, last = (table["source"].map(spans[side]) for side in ("first", "last"))
    return table.assign(
        n=table["n"].mask(records), first_on=table["first_on"].mask(records, first),
        last_on=table["last_on"].mask(records, last),
    )  # fmt: skip


def _facts(row: dict[Any, Any]) -> str:
    """Publisher, kind, size, span and licence of a source in one line."""
    many = _(codes.UNIT[str(row["unit"])]).lower() if row["unit"] in codes.RECORD_UNITS else _("figures")
    kind = codes.KIND.get(str(row["kind"]), "")
    parts = [str(row["publisher"]), kind and _(kind)]
    if not pd.isna(row.get("n")):
        parts.append(f"{words.exact(row['n'])} {many}")
    if not pd.isna(row.get("first_on")) and not pd.isna(row.get("last_on")):
        parts.append(words.months(pd.Timestamp(row["first_on"]), pd.Timestamp(row["last_on"])))
    if not pd.isna(row.get("as_of")):
        parts.append(_("known up to {day}").format(day=words.day(pd.Timestamp(row["as_of"]))))
    parts.append(_("licence: {licence}").format(licence=row["licence"]) if row["licence"] else _("licence not stated"))
    if row["url"]:
        parts.append(str(row["url"]))
    return " · ".join(p for p in parts if p)


def loads(ctx: Context) -> None:
    """Every load: which file, when, and up to which day it knows."""
    table = measures.loads(ctx.warehouse)
    figure.heading(_("Loads"), _("Each file that was read, newest first"))
    if table.empty:
        st.markdown(_("No file has been loaded."))
        return
    shown = pd.DataFrame(
        {
            _("Source"): table["title"],
            _("File"): table["file"],
            _("Knows up to"): pd.to_datetime(table["as_of"]).dt.date,
            _("Months"): [_span(a, b) for a, b in zip(table["first_month"], table["last_month"], strict=True)],
            _("Loaded"): pd.to_datetime(table["loaded_at"]),
            "SHA-256": table["sha256"].astype("str").str[:12],
        }
    )
    figure.show_table(shown, missing=_("not stated"), key="loads")
    # In a cell they would be cut off.
    noted = [(file, _noted(notes)) for file, notes in zip(table["file"], table["notes"], strict=True)]
    with st.expander(_("What was noted while reading"), icon=":material/notes:"):
        lines = [f"- **{markdown_text(file)}**: {markdown_text(said)}" for file, said in noted if said]
        st.markdown("\n".join(lines) or _("Nothing out of the ordinary."))


def _noted(notes: Any) -> str:
    """The notes of a load as sentences."""
    said = [str(n).rstrip(".") for n in notes] if notes is not None and notes is not pd.NA else []
    return "; ".join(said)


def _span(first: Any, last: Any) -> str:
    if pd.isna(first) or pd.isna(last):
        return ""
    return words.months(pd.Timestamp(first), pd.Timestamp(last))


def equations(ctx: Context) -> None:
    """read = loaded + merged + not relevant + quarantined, for each input table."""
    table = measures.row_equations(ctx.warehouse)
    if table.empty:
        return
    held = table["holds"].astype(bool)
    title = (
        _("Every row is accounted for: read = loaded + merged + not relevant + set aside ({n} input tables)").format(
            n=len(table)
        )
        if held.all()
        else _("Rows are missing: the equation fails in {n} of {every} input tables").format(
            n=int((~held).sum()), every=len(table)
        )
    )
    figure.heading(title, _("Rows of each file, sheet or member of an archive"))
    names = {
        "title": _("Source"),
        "file": _("File"),
        "input_table": _("Input table"),
        "rows_read": _("Read"),
        "loaded": _("Loaded"),
        "merged": _("Merged"),
        "not_relevant": _("Not relevant"),
        "quarantined": _("Set aside"),
    }
    shown = table[list(names)].rename(columns=names)
    shown[_("Holds")] = held.map({True: _("yes"), False: _("NO")})
    figure.show_table(shown, key="equations")
    figure.explain(_("A row that was not loaded was merged, not relevant or set aside. None is lost."))


def quarantine(ctx: Context) -> None:
    """Why rows were set aside, by column."""
    table = measures.quarantine(ctx.warehouse)
    total = int(table["n"].sum()) if len(table) else 0
    figure.heading(
        words.capital(ngettext("{counted} set aside", "{counted} set aside", total)).format(
            counted=words.capital(words.count(total, "row", "rows"))
        ),
        _("The reason and the column, never the value; the record numbers are in the load's folder"),
    )
    if table.empty:
        return
    names = {"title": _("Source"), "file": _("File"), "column_name": _("Column"), "label": _("Reason"), "n": _("Rows")}
    figure.show_table(table[list(names)].rename(columns=names), missing=_("whole row"), key="quarantine")


def delay(ctx: Context) -> None:
    """How late reports arrive, seen by comparing loads."""
    known = {name: d for name, d in reporting_delays(ctx.warehouse).items() if d.known}
    if not known:
        figure.nothing(
            "delay", _("How late reports arrive is not known yet"),
            _("It is seen by comparing loads of the same months: load a source's next file, and this figure appears."),
        )  # fmt: skip
        return
    names = {s.source: s.title for s in ctx.catalogue.sources}
    rows = [
        {"source": name, "age": int(age), "share": float(share)}
        for name, d in known.items()
        for age, share in d.completeness.loc[1:DELAY_AGES].items()
    ]
    table = pd.DataFrame(rows, columns=["source", "age", "share"])
    if table.empty:
        figure.nothing(
            "delay", _("How late reports arrive is not known yet"), _("No whole month was seen in two loads.")
        )
        return
    twin = pd.DataFrame(
        {
            _("Source"): table["source"].map(lambda s: names.get(s, s)),
            _("Months since the month began"): table["age"],
            _("Known (%)"): (table["share"] * 100).round(1),
        }
    )
    basis = {"incidents": _("incidents"), "reports": _("all police reports")}
    seen = words.listed(
        [
            _("{source}: {basis} in {loads} loads").format(source=names.get(n, n), basis=basis[d.basis], loads=d.loads)
            for n, d in known.items()
        ],
        most=4,
    )
    figure.figure(
        "delay", _delay_title(known, names), _("Share of a month's reports known, by age of the month"),
        coverage.delay_curve(table, figure.current_palette(), names), twin,
        _("A month counts as complete from {share} on; younger ones are hatched on every page. Seen in {seen}.").format(
            share=words.rate(100 * SETTLED), seen=seen
        ),
        _("Read up from an age in months to the share of reports known by then. Chain ladder over all pairs of loads."),
        about=view_facts.about_data(ctx),
    )  # fmt: skip


def _delay_title(known: dict[str, Delay], names: dict[str, str]) -> str:
    slow = max(known.values(), key=lambda d: d.settled_age)
    if slow.settled_age <= 1:
        named = words.listed([names.get(n, n) for n in known], most=3)
        return _("{named}: months are complete as soon as they are over").format(named=named)
    return _("{source}: a month is complete {n} months after it began").format(
        source=names.get(slow.source, slow.source), n=slow.settled_age
    )


def glossary() -> None:
    """The words, as GLOSSARY.md has them."""
    found = terms()
    if not found:
        return
    figure.heading(_("Glossary"))
    left, right = st.columns(2, gap="large")
    for i, (term, text) in enumerate(found):
        with left if i < (len(found) + 1) // 2 else right:
            st.markdown(f"**{markdown_text(term)}**: {markdown_text(text)}")
