"""One page to print: why numbers are rounded, an example from this release, how far they are off, what is not asked."""

import pandas as pd
import streamlit as st

from dashboard import protection, stories, words
from dashboard.components import figure
from dashboard.components.why_example import Example, example
from dashboard.cubes import Cube
from dashboard.escape import html_text, markdown_text
from dashboard.i18n import N_, _, ngettext
from dashboard.view_context import Context
from etl import codes

REASON = N_(
    "The people in these figures were harmed, many as children, and some are being looked for. A "
    "count of one, in one place and one month, can be a person whom somebody recognises. Leaving "
    "small numbers out is not enough: whoever subtracts one table from another gets them back. "
    "So the numbers were rounded once, together, before they came here; this view holds nothing "
    "else, and nothing that it shows can be taken apart any further."
)
NOT_ASKED = (
    (
        N_("Days and single months, where counts are small"),
        N_("the shorter the period, the closer a number is to one person"),
    ),
    (
        N_("Addresses, cells of a grid, areas drawn by hand"),
        N_("two areas that differ by one street tell what is in the street"),
    ),
    (N_("Related offences, kinds of place and other attributes that are not offered"), N_("each makes smaller groups")),
    (N_("Citizenship, immigration status and language"), N_("they point at people, and are never published")),
    (N_("Records, and text from records"), N_("they are not in this view, so they cannot leave it")),
)


def show(ctx: Context) -> None:
    """Draw the page."""
    cubes = [c for c in ctx.catalogue.cubes.values() if c.protected]
    with st.container(key="why_page", gap="small"):
        st.markdown(_(REASON))
        if not cubes:
            figure.note(
                _(
                    "This is the restricted view: its numbers are exact and not for sharing. The public view is "
                    "the one that is rounded; open this question there with the button above."
                )
            )
            return
        base = max(c.base for c in cubes)
        _rule(base)
        if found := _example(ctx, cubes):
            _worked(found)
        _errors(cubes)
        _not_here()
        _release(ctx, cubes, base)


def _rule(base: int) -> None:
    st.subheader(_("What was done"), anchor=False)
    st.markdown(
        _(
            "Every published number is a sum of small groups. A group of 1 to {most} became either 0 or "
            "{base}; a group of {base} or more stayed as it was. Which became which was chosen for all "
            "groups together, so that sums stay close to the truth.\n\n**A 0 here means 0 to {most}.** "
            "It is written “{few}” and drawn as a low hatched mark: it is not a zero. **Not collected** "
            "is something else: nobody counted then."
        ).format(most=base - 1, base=base, few=_(protection.FEW))
    )


def _example(ctx: Context, cubes: list[Cube]) -> Example | None:
    """Of the cube that teaches most; one without places where two are alike, because it is simpler."""
    found = [one for cube in sorted(cubes, key=lambda cube: bool(cube.layer)) if (one := example(ctx, cube))]
    return max(found, key=lambda one: one.teaches, default=None)


def _worked(found: Example) -> None:
    st.subheader(_("An example from this release"), anchor=False)
    rows = "".join(
        f'<tr><th scope="row">{html_text(name)}</th><td>{html_text(protection.number(n))}</td>'
        f"<td>{html_text(could(n, found.base))}</td></tr>"
        for name, n in found.rows
    )
    st.html(
        f'<table class="lamplight-example"><tr><th scope="col">{html_text(found.about)}</th><th scope="col">'
        f'{_("Published")}</th><th scope="col">{_("What it can have been")}</th></tr>{rows}<tr><th scope="row">'
        f"{_('Together')}</th>"
        f"<td>{html_text(protection.number(found.total))}</td><td></td></tr></table>"
    )
    first, n = next((name, n) for name, n in found.rows if n)
    rest = found.total - n
    st.markdown(
        markdown_text(
            _(
                "Somebody who takes “{first}” from the total has {rest} left: the other lines, as they are "
                "published. However tables are taken apart, nothing but these rounded groups comes out. A "
                "group that was small when it was first published stays off by that, also when it has grown."
            ).format(first=first, rest=protection.number(rest))
        )
    )


def could(n: int, base: int) -> str:
    """The true counts that a published count of one smallest group can stand for."""
    if not n:
        return _("0 to {most}").format(most=base - 1)
    # Nobody may be there either: an empty group can be published as the base.
    return _("0 to {most}").format(most=base) if n == base else _("that number")


def _errors(cubes: list[Cube]) -> None:
    st.subheader(_("How far the numbers are off"), anchor=False)
    orders = sorted({order for c in cubes for order, _median, _p95 in c.errors})
    by = _("Told apart by")
    table = pd.DataFrame({by: [ngettext("one thing", "{n} things at once", order).format(n=order) for order in orders]})
    for c in cubes:
        known = {
            k: _("up to {most} (median {median})").format(most=words.exact(p95), median=words.exact(median))
            if p95
            else _("next to nothing")
            for k, median, p95 in c.errors
        }
        table[_(codes.UNIT[c.unit])] = [known.get(k, "–") for k in orders]
    if len(table):
        st.table(table.set_index(by))
    st.markdown(
        _(
            "Up to: 95 of 100 totals. The error of one figure is not told: with it, the figure would be "
            "the truth. A change is called one only where it is larger than rounding and chance can make "
            "it."
        )
    )


def _not_here() -> None:
    st.subheader(_("What cannot be asked here, and why"), anchor=False)
    st.markdown("\n".join(f"- **{_(what)}**: {_(why)}." for what, why in NOT_ASKED))


def _release(ctx: Context, cubes: list[Cube], base: int) -> None:
    meta = ctx.catalogue.meta
    st.subheader(_("This release"), anchor=False)
    grains = words.listed(
        [_("{things} by {grain}").format(things=stories.nouns(c.unit), grain=c.grain_words) for c in cubes]
    )
    st.markdown(
        markdown_text(
            _(
                "Release {get}, policy {get2}: no count of 1 to {base}; the finest periods and areas at "
                "which few groups had to be altered ({grains}); places only where several locations and "
                "enough residents stand behind a number; a published period is never redrawn; releases are "
                "kept for good. Sources that are published exactly elsewhere are not called protected."
            ).format(get=meta.get("release", ""), get2=meta.get("policy", ""), base=base - 1, grains=grains)
        )
    )
