"""One page to print: why numbers are rounded, an example from this release, how far they are off, what is not asked."""

import pandas as pd
import streamlit as st

from dashboard import protection, stories, words
from dashboard.components import figure
from dashboard.components.why_example import Example, example
from dashboard.cubes import Cube
from dashboard.escape import html_text, markdown_text
from dashboard.view_context import Context
from etl import codes

REASON = (
    "The people in these figures were harmed, many as children, and some are being looked for. A count of one, in one "
    "place and one month, can be a person whom somebody recognises. Leaving small numbers out is not enough: whoever "
    "subtracts one table from another gets them back. So the numbers were rounded once, together, before they came "
    "here; this view holds nothing else, and nothing that it shows can be taken apart any further."
)
NOT_ASKED = (
    ("Days and single months, where counts are small", "the shorter the period, the closer a number is to one person"),
    (
        "Addresses, cells of a grid, areas drawn by hand",
        "two areas that differ by one street tell what is in the street",
    ),
    ("Related offences, kinds of place and other attributes that are not offered", "each makes smaller groups"),
    ("Citizenship, immigration status and language", "they point at people, and are never published"),
    ("Records, and text from records", "they are not in this view, so they cannot leave it"),
)


def show(ctx: Context) -> None:
    """Draw the page."""
    cubes = [c for c in ctx.catalogue.cubes.values() if c.protected]
    with st.container(key="why_page", gap="small"):
        st.markdown(REASON)
        if not cubes:
            figure.note(
                "This is the restricted view: its numbers are exact and not for sharing. The public view is the one "
                "that is rounded; open this question there with the button above."
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
    st.subheader("What was done", anchor=False)
    st.markdown(
        f"Every published number is a sum of small groups. A group of 1 to {base - 1} became either 0 or {base}; a "
        f"group of {base} or more stayed as it was. Which became which was chosen for all groups together, so that "
        f"sums stay close to the truth.\n\n**A 0 here means 0 to {base - 1}.** It is written “{protection.FEW}” and "
        "drawn as a low hatched mark: it is not a zero. **Not collected** is something else: nobody counted then."
    )


def _example(ctx: Context, cubes: list[Cube]) -> Example | None:
    """Of the cube that teaches most; one without places where two are alike, because it is simpler."""
    found = [one for cube in sorted(cubes, key=lambda cube: bool(cube.layer)) if (one := example(ctx, cube))]
    return max(found, key=lambda one: one.teaches, default=None)


def _worked(found: Example) -> None:
    st.subheader("An example from this release", anchor=False)
    rows = "".join(
        f'<tr><th scope="row">{html_text(name)}</th><td>{html_text(protection.number(n))}</td>'
        f"<td>{html_text(could(n, found.base))}</td></tr>"
        for name, n in found.rows
    )
    st.html(
        f'<table class="lamplight-example"><tr><th scope="col">{html_text(found.about)}</th><th scope="col">Published'
        f'</th><th scope="col">What it can have been</th></tr>{rows}<tr><th scope="row">Together</th>'
        f"<td>{html_text(protection.number(found.total))}</td><td></td></tr></table>"
    )
    first, n = next((name, n) for name, n in found.rows if n)
    rest = found.total - n
    st.markdown(
        markdown_text(
            f"Somebody who takes “{first}” from the total has {protection.number(rest)} left: the other lines, as they "
            "are published. However tables are taken apart, nothing but these rounded groups comes out. A group "
            "that was small when it was first published stays off by that, also when it has grown."
        )
    )


def could(n: int, base: int) -> str:
    """The true counts that a published count of one smallest group can stand for."""
    if not n:
        return f"0 to {base - 1}"
    # Nobody may be there either: an empty group can be published as the base.
    return f"0 to {base}" if n == base else "that number"


def _errors(cubes: list[Cube]) -> None:
    st.subheader("How far the numbers are off", anchor=False)
    orders = sorted({order for c in cubes for order, _, _ in c.errors})
    table = pd.DataFrame({"Told apart by": ["one thing" if k == 1 else f"{k} things at once" for k in orders]})
    for c in cubes:
        known = {k: f"up to {p95:,} (median {median:,})" if p95 else "next to nothing" for k, median, p95 in c.errors}
        table[codes.UNIT[c.unit]] = [known.get(k, "–") for k in orders]
    if len(table):
        st.table(table.set_index("Told apart by"))
    st.markdown(
        "Up to: 95 of 100 totals. The error of one figure is not told: with it, the figure would be the truth. A "
        "change is called one only where it is larger than rounding and chance can make it."
    )


def _not_here() -> None:
    st.subheader("What cannot be asked here, and why", anchor=False)
    st.markdown("\n".join(f"- **{what}**: {why}." for what, why in NOT_ASKED))


def _release(ctx: Context, cubes: list[Cube], base: int) -> None:
    meta = ctx.catalogue.meta
    st.subheader("This release", anchor=False)
    grains = words.listed([f"{stories.NOUNS[c.unit][1]} by {c.grain_words}" for c in cubes])
    st.markdown(
        markdown_text(
            f"Release {meta.get('release', '')}, policy {meta.get('policy', '')}: no count of 1 to {base - 1}; the "
            f"finest periods and areas at which few groups had to be altered ({grains}); places only where several "
            "locations and enough residents stand behind a number; a published period is never redrawn; releases are "
            "kept for good. Sources that are published exactly elsewhere are not called protected."
        )
    )
