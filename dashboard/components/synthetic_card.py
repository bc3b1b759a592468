"""On the Export page of the public side: synthetic people for researchers without an agreement, with a warning."""

import streamlit as st

from dashboard import words
from dashboard.components import context
from dashboard.i18n import _
from dashboard.synthetic import PATH, Offer, offers
from dashboard.view_context import Context


def show(ctx: Context) -> None:
    """A card for the newest release that is published; nothing where there is none, or on the restricted side."""
    found = offers(context.data_dir()) if ctx.catalogue.public else []
    if not found:
        return
    with st.container(border=True, key="synthetic"):
        st.subheader(_("Synthetic records, for trying things out"), anchor=False)
        st.markdown(_about(found[0]))
        st.warning(
            _(
                "Do not compute hotspots from it, do not map it, and do not count small groups in it. "
                "Figures to be published are the rounded ones above."
            ),
            icon=":material/warning:",
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.link_button(
                _("Download ({size})").format(size=_size(found[0].bytes)),
                f"{PATH}?release={found[0].release}", icon=":material/download:",
            )  # fmt: skip
            st.caption(_("Release {release}, with its error report and codebook").format(release=found[0].release))


def _about(offer: Offer) -> str:
    said = _(
        "{n} rows for the years {first} to {last}, made with differential privacy (epsilon {epsilon}): no row is a "
        "person, and together they look like the people in the records. The view above changes nothing in it."
    )
    first, last = offer.years
    sentences = [said.format(n=words.number(offer.rows), first=first, last=last, epsilon=words.number(offer.epsilon))]
    if not offer.goals:
        sentences.append(_("Its error report says that more combinations are missing or invented than they should be."))
    return " ".join(sentences)


def _size(n: int) -> str:
    return (
        _("{n} MB").format(n=words.number(round(n / 1_000_000)))
        if n >= 1_000_000
        else _("{n} kB").format(n=words.number(max(round(n / 1_000), 1)))
    )
