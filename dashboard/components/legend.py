"""Beside and under a map, as HTML of our own: what the shades mean, and what became of every record."""

from collections.abc import Sequence

import streamlit as st

from dashboard.dates import exact
from dashboard.escape import html_text
from dashboard.glossary import explained
from dashboard.i18n import _
from dashboard.maps import classes, styles
from dashboard.maps.styles import ClassStyle
from dashboard.measures import PlaceStrip
from dashboard.palette import Palette


def shades(found: classes.Classes, title: str, p: Palette, zero: str = "") -> str:
    """The classes of a map, few to many, as swatches with their limits. zero : what an unshaded place means."""
    ramp = classes.colours(len(found.lower), p.sequential[1:])
    items = [(colour, label) for colour, label in zip(ramp, found.labels(), strict=True)]
    if zero:
        items.insert(0, ("transparent", zero))
    swatches = "".join(
        f'<span style="display:inline-flex;align-items:center;gap:.35rem;white-space:nowrap">'
        f'<span style="width:1.4rem;height:.9rem;background:{colour};border:1px solid {p.quiet};border-radius:2px">'
        f"</span>{html_text(label)}</span>"
        for colour, label in items
    )
    return (
        f'<div role="group" aria-label="{html_text(title)}" style="display:flex;flex-wrap:wrap;gap:.3rem 1rem;'
        f'align-items:center;font-size:.9375rem;font-variant-numeric:tabular-nums">'
        f'<strong style="font-weight:600">{html_text(title)}</strong>{swatches}</div>'
    )


def strip(found: PlaceStrip, p: Palette, many: str) -> str:
    """Mapped, known by area only, unmapped: a bar and the three numbers, which add up to the view's total."""
    total = found.mapped + found.area_only + found.unmapped
    parts: Sequence[tuple[str, int, str]] = (
        (_("with a point"), found.mapped, p.count),
        (_("known by area only"), found.area_only, p.sequential[1] if not p.dark else p.sequential[2]),
        (_("without a place"), found.unmapped, hatched(p)),
    )
    bars = "".join(
        f'<span style="flex:{n} 0 0;background:{paint};min-width:2px"></span>' for _label, n, paint in parts if n
    )
    words = "".join(
        f'<span style="display:inline-flex;align-items:center;gap:.35rem"><span style="width:.8rem;height:.8rem;'
        f'border-radius:2px;border:1px solid {p.quiet};background:{paint}"></span>{exact(n)} {explained(label)}</span>'
        for label, n, paint in parts
    )
    return (
        f'<div class="lamplight-terms" style="font-size:.9375rem;font-variant-numeric:tabular-nums;margin-top:.25rem">'
        f'<div aria-hidden="true" style="display:flex;height:.55rem;border-radius:3px;overflow:hidden;gap:1px;'
        f'margin-bottom:.35rem">{bars}</div><div style="display:flex;flex-wrap:wrap;gap:.2rem 1.1rem">'
        f"{words}<span>= {exact(total)} {html_text(many)}</span></div></div>"
    )


def show(*parts: str) -> None:
    """Put pieces of HTML made here on the page."""
    st.html("".join(parts))


def hatched(p: Palette) -> str:
    """The background of what is unknown, in HTML."""
    return f"repeating-linear-gradient(45deg,{p.unknown} 0 3px,{p.surface} 3px 5px)"


def categories(
    looks: Sequence[ClassStyle], title: str, p: Palette, counts: Sequence[int] | None = None, empty: str = ""
) -> str:
    """The classes of a map, each with its colour, its pattern and its name.

    counts : how many places each class holds, said behind its name. empty : what a place without a class means.
    """
    many = [""] * len(looks) if counts is None else [f" ({exact(n)})" for n in counts]
    items = [
        # An image, because browsers leave backgrounds out of print.
        f'<span style="display:inline-flex;align-items:center;gap:.35rem;white-space:nowrap">'
        f'<img src="{styles.swatch(look)}" alt="" width="24" height="15" style="border:1px solid {p.quiet};'
        f'border-radius:2px;box-sizing:content-box">{html_text(look.label)}{n}</span>'
        for look, n in zip(looks, many, strict=True)
    ]
    if empty:
        items.append(
            f'<span style="display:inline-flex;align-items:center;gap:.35rem;white-space:nowrap">'
            f'<span style="width:24px;height:15px;border:1px solid {p.quiet};border-radius:2px"></span>'
            f"{html_text(empty)}</span>"
        )
    return (
        f'<div role="group" aria-label="{html_text(title)}" style="display:flex;flex-wrap:wrap;gap:.3rem 1rem;'
        f'align-items:center;font-size:.9375rem;font-variant-numeric:tabular-nums">'
        f'<strong style="font-weight:600">{html_text(title)}</strong>{"".join(items)}</div>'
    )
