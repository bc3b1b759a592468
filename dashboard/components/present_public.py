"""Present, on the restricted side: why not here, and what each briefing's views are on the public side."""

from urllib.parse import urlencode

import streamlit as st

from dashboard import decks, told
from dashboard.components import context, mine, notices, public_side
from dashboard.decks import Item
from dashboard.decks.meetings import FIGURE
from dashboard.escape import markdown_text
from dashboard.i18n import _
from dashboard.state import StateError
from dashboard.warehouse import Warehouse


def show() -> None:
    """What to do instead, and for each view what has to be dropped."""
    st.markdown(
        _(
            "Records are never presented: a small count or a place on a screen can point at somebody. Presenting is "
            "done on the public side, from protected figures."
        )
    )
    opened = public_side.released()
    if opened is None:
        st.markdown(_("Nothing has been released for the public side yet. The data steward makes a release with:"))
        st.code("python -m etl release --data DIR", language=None)
        return
    st.markdown(_("Put the briefing together there, on the page Briefing. The public side is a server of its own:"))
    st.code("python start.py --tier public --data DIR", language=None)
    try:
        found = decks.listed(context.data_dir(), mine.reader())
    except StateError as error:
        notices.problem(error.message, error.remedy)
        return
    if found:
        st.subheader(_("The views of your briefings, there"), anchor=False)
        st.caption(_("Sentences stay here: they may hold exact numbers."))
    for deck in found:
        with st.expander(markdown_text(deck.name), key=f"deck_{deck.id}", on_change="rerun") as drawer:
            if drawer.open:
                for item in (i for i in deck.items if i.kind == FIGURE):
                    _view(item, opened)


def _view(item: Item, opened: Warehouse) -> None:
    own = context.warehouse()
    mine_now = told.opened.of(own, context.data_dir(), item.page or "overview", item.query or {})
    ctx = mine_now.context
    query, dropped, notes = public_side.question(ctx.filters, context.catalogue(own), opened.catalogue)
    choices = {k: list(v) for k, v in (item.query or {}).items() if k in ("group", "people", "ask")}
    path = f"/{item.page}?{urlencode(query | choices, doseq=True)}".rstrip("?")
    st.markdown(f"**{markdown_text(ctx.sentence)}**")
    there = told.opened.of(opened, context.data_dir() / "public", item.page or "overview", query | choices)
    if item.figure not in {f.key for f in told.figures(there.context, there.page, there.query)}:
        dropped = [*dropped, _("this figure, which is not published")]
    said = _("There without: {dropped}.").format(dropped="; ".join(dropped)) if dropped else _("Nothing is dropped.")
    st.markdown(markdown_text(" ".join([said, *notes])))
    if here := public_side.address():
        st.link_button(_("Open it there"), f"{here}{path}", icon=":material/open_in_new:", key=f"there_{item.id}")
    else:
        st.code(path, language=None, wrap_lines=True)
