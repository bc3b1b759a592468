"""Data on the public file: the release, its policy, what protection cost, what was dropped, and who collected when."""

import pandas as pd
import streamlit as st

from dashboard import words
from dashboard.components import data_figures, figure, protected, view
from dashboard.cubes import Period
from dashboard.escape import markdown_text
from dashboard.i18n import _
from dashboard.told import base
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
    named = {"release": meta.get("release", ""), "policy": meta.get("policy", "")}
    figure.heading(_("Release {release}").format(**named), _("What this view is made of, and how to cite it"))
    least = max((c.base for c in ctx.catalogue.cubes.values()), default=0)
    st.markdown(
        markdown_text(
            _(
                "Figures of release {release}, made by policy {policy}: no published count is 1 to {most}. Releases "
                "are kept for good under their id, and a published period is never redrawn."
            ).format(**named, most=least - 1)
        )
    )
    openly = [ctx.catalogue.source_title(s) for s in sorted(ctx.catalogue.published_elsewhere)]
    known = [s.title for s in ctx.catalogue.sources if s.title in openly]
    if known:
        st.markdown(
            markdown_text(
                _(
                    "Published exactly by their own publishers, so rounded here but not called protected: {sources}. "
                    "The data steward decides which these are."
                ).format(sources=words.listed(known))
            )
        )
    if policy := meta.get("policy_text"):
        with st.expander(_("The whole policy"), icon=":material/policy:"):
            st.code(policy, language=None, wrap_lines=True)
    protected.why(ctx, "release")


def costs(ctx: Context) -> None:
    """One row for each cube: how fine it is, what rounding changed, what was given up."""
    cubes = [c for c in ctx.catalogue.cubes.values() if c.protected]
    figure.heading(_("What protection cost"), _("The finest periods and places at which few counts had to be altered"))
    table = pd.DataFrame(
        {
            _("Counted"): [_(codes.UNIT[c.unit]) for c in cubes],
            _("By"): [_(codes.GRAIN[c.grain]) for c in cubes],
            _("Periods"): [_span(c.periods) for c in cubes],
            _("Place"): [c.layer.replace("_", " ") if c.layer else _("none") for c in cubes],
            _("Told apart by"): [
                words.listed([_(d.replace("_", " ")) for d in c.dimensions]) or _("nothing") for c in cubes
            ],
            _("Cells altered"): [_("at most {share}").format(share=words.rate(100 * c.altered)) for c in cubes],
        }
    )
    figure.show_table(table, key="cubes")
    for c in cubes:
        if c.dropped:
            st.markdown(
                _("**{unit}, not published:**").format(unit=_(codes.UNIT[c.unit]))
                + "\n"
                + "\n".join(f"- {markdown_text(d)}" for d in c.dropped)
            )


def _span(periods: tuple[Period, ...]) -> str:
    return base.between(periods) if periods else _("none")


def errors(ctx: Context) -> None:
    """How far totals are off, by how many things are told apart at once."""
    rows = [
        {_("Counted"): _(codes.UNIT[c.unit]), _("Told apart by"): _order(order), _("Half are off by at most"): median,
         _("Nearly all (95%) by at most"): p95}
        for c in ctx.catalogue.cubes.values() if c.protected for order, median, p95 in c.errors
    ]  # fmt: skip
    figure.heading(
        _("Typical errors"), _("Published totals beside the true ones, in records or people; never per figure")
    )
    if not rows:
        st.markdown(_("This release says nothing about its errors."))
        return
    figure.show_table(pd.DataFrame(rows), key="errors")


def _order(order: int) -> str:
    return _("one thing at a time") if order == 1 else _("{n} things at once").format(n=order)


def coverage(ctx: Context, every: bool = False) -> None:
    """Which source collected trafficking in which month: yes or no, no counts. every : whatever the filters say."""
    view.tell(told_coverage.months(ctx, figure.current_palette(), every))
