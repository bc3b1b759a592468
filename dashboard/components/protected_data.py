"""Data on the public file: the release, its policy, what protection cost, what was dropped, and who collected when."""

import pandas as pd
import streamlit as st

from dashboard import words
from dashboard.components import data_figures, figure, protected, view
from dashboard.escape import markdown_text
from dashboard.told import coverage as told_coverage
from dashboard.view_context import Context
from etl import codes


def show(ctx: Context) -> None:
    """Draw the page."""
    release(ctx)
    costs(ctx)
    errors(ctx)
    data_figures.sources(ctx)
    coverage(ctx, every=True)
    data_figures.glossary()


def release(ctx: Context) -> None:
    """Which release this is, how to cite it, and by which policy it was made."""
    meta = ctx.catalogue.meta
    figure.heading(f"Release {meta.get('release', '')}", "What this view is made of, and how to cite it")
    base = max((c.base for c in ctx.catalogue.cubes.values()), default=0)
    st.markdown(
        markdown_text(
            f"Figures of release {meta.get('release', '')}, made by policy {meta.get('policy', '')}: no published "
            f"count is 1 to {base - 1}. Releases are kept for good under their id, and a published period is never "
            "redrawn."
        )
    )
    openly = [ctx.catalogue.source_title(s) for s in sorted(ctx.catalogue.published_elsewhere)]
    known = [s.title for s in ctx.catalogue.sources if s.title in openly]
    if known:
        st.markdown(
            markdown_text(
                f"Published exactly by their own publishers, so rounded here but not called protected: "
                f"{words.listed(known)}. The data steward decides which these are."
            )
        )
    if policy := meta.get("policy_text"):
        with st.expander("The whole policy", icon=":material/policy:"):
            st.code(policy, language=None, wrap_lines=True)
    protected.why(ctx, "release")


def costs(ctx: Context) -> None:
    """One row for each cube: how fine it is, what rounding changed, what was given up."""
    cubes = [c for c in ctx.catalogue.cubes.values() if c.protected]
    figure.heading("What protection cost", "The finest periods and places at which few counts had to be altered")
    table = pd.DataFrame(
        {
            "Counted": [codes.UNIT[c.unit] for c in cubes],
            "By": [codes.GRAIN[c.grain] for c in cubes],
            "Periods": [_span(c.periods) for c in cubes],
            "Place": [c.layer.replace("_", " ") if c.layer else "none" for c in cubes],
            "Told apart by": [words.listed([d.replace("_", " ") for d in c.dimensions]) or "nothing" for c in cubes],
            "Cells altered": [f"at most {c.altered:.0%}" for c in cubes],
        }
    )
    figure.show_table(table, key="cubes")
    for c in cubes:
        if c.dropped:
            st.markdown(
                f"**{codes.UNIT[c.unit]}, not published:**\n" + "\n".join(f"- {markdown_text(d)}" for d in c.dropped)
            )


def _span(periods: tuple[object, ...]) -> str:
    labels = [p.label for p in periods]  # type: ignore[attr-defined]
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1].split(' to ')[-1]}" if labels else "none"


def errors(ctx: Context) -> None:
    """How far totals are off, by how many things are told apart at once."""
    rows = [
        {"Counted": codes.UNIT[c.unit], "Told apart by": _order(order), "Half are off by at most": median,
         "Nearly all (95%) by at most": p95}
        for c in ctx.catalogue.cubes.values() if c.protected for order, median, p95 in c.errors
    ]  # fmt: skip
    figure.heading("Typical errors", "Published totals beside the true ones, in records or people; never per figure")
    if not rows:
        st.markdown("This release says nothing about its errors.")
        return
    figure.show_table(pd.DataFrame(rows), key="errors")


def _order(order: int) -> str:
    return "one thing at a time" if order == 1 else f"{order} things at once"


def coverage(ctx: Context, every: bool = False) -> None:
    """Which source collected trafficking in which month: yes or no, no counts. every : whatever the filters say."""
    view.tell(told_coverage.months(ctx, figure.current_palette(), every))
