"""The page of saved views: each with its link, what became of its figures, and what can be done with it."""

from collections.abc import Callable

import streamlit as st

from dashboard import saved
from dashboard.components import context, mine, notices, saved_bar
from dashboard.components.gate import callback
from dashboard.escape import markdown_text
from dashboard.i18n import N_, _, ngettext
from dashboard.links import from_query
from dashboard.saved import Reader, SavedError, SavedView
from dashboard.state import StateError
from dashboard.view_context import Context

TITLES = {
    "overview": N_("Overview"), "map": N_("Map"), "trends": N_("Trends"), "demographics": N_("Demographics"),
    "services": N_("Services"), "data": N_("Data"),
}  # fmt: skip
NEW, CHOSEN = "saved_new_page", "saved_filter"
SHOWN = 50
_DELETED, _SAID = "_lamplight_view_deleted", "_lamplight_views_said"


def show(ctx: Context) -> None:
    """Draw the page."""
    reader = mine.reader()
    if why := mine.read_only():
        st.info(notices.with_commands(why), icon=":material/lock:")
    else:
        _save_here(ctx)
    try:
        views = saved.list_views(context.data_dir(), reader)
    except StateError as error:
        notices.problem(error.message, error.remedy)
        return
    _deleted()
    if not views:
        st.markdown(
            _(
                "Nothing is saved yet. “Save this view” under the filters of a page keeps it under a name, for "
                "everybody who may open this app."
            )
        )
        return
    n = len(views)
    st.subheader(ngettext("{n} saved view", "{n} saved views", n).format(n=n), anchor=False)
    found = _found(views)
    for view in found[:SHOWN]:
        _row(ctx, view, reader)
    if len(found) > SHOWN:
        st.caption(_("The {n} newest are shown: type a word above to find others.").format(n=SHOWN))


def _save_here(ctx: Context) -> None:
    with st.expander(_("Save the view of the filters above"), icon=":material/bookmark_add:", key="save_here"):
        page = st.selectbox(_("Page"), list(TITLES), format_func=lambda name: _(TITLES[name]), key=NEW, width=260)
        saved_bar.form(ctx, page, saved_bar.by_ids(ctx))


def _found(views: tuple[SavedView, ...]) -> list[SavedView]:
    if len(views) < 8:
        return list(views)
    typed = st.text_input(_("Find a view"), key=CHOSEN, width=320).casefold().strip()
    return [v for v in views if typed in f"{v.name} {v.description}".casefold()]


def _row(ctx: Context, view: SavedView, reader: Reader) -> None:
    with st.container(border=True, key=f"view_{view.id}", gap="xsmall"):
        st.markdown(f"**{markdown_text(view.name)}**")
        if view.description:
            st.markdown(markdown_text(view.description))
        by = _("Made by {person}.").format(person=view.person) if view.person and not ctx.catalogue.public else ""
        st.caption(markdown_text(f"{_(TITLES[view.page])}: {_in_words(ctx, view)} {by}"))
        st.markdown(markdown_text(_changes(ctx, view, reader)))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            saved_bar.open_button(view)
            with st.popover(_("Link"), type="tertiary", icon=":material/link:", key=f"viewlink_{view.id}"):
                st.code(saved_bar.address(view), language=None, wrap_lines=True)
            if reader.may_change(view.person):
                _change(view)


def _change(view: SavedView) -> None:
    name, about = f"rename_{view.id}", f"describe_{view.id}"
    drawer = st.popover(_("Rename"), type="tertiary", icon=":material/edit:", key=f"edit_{view.id}", on_change="rerun")
    if drawer.open:
        with drawer:
            st.text_input(_("Name"), view.name, key=name, max_chars=saved.LONGEST_NAME)
            st.text_area(_("What it is for"), view.description, key=about, max_chars=saved.LONGEST_TEXT, height=80)
            st.button(_("Save"), key=f"renamed_{view.id}", type="primary", on_click=_rename, args=(view.id,))
            if said := st.session_state.pop(_SAID, ""):
                st.warning(markdown_text(said))
    st.button(_("Delete"), key=f"delete_{view.id}", type="tertiary", icon=":material/delete:",
              on_click=_delete, args=(view.id,))  # fmt: skip


def _in_words(ctx: Context, view: SavedView) -> str:
    return _context(ctx, view).sentence


def _context(ctx: Context, view: SavedView) -> Context:
    filters, _said = from_query(view.query, ctx.catalogue.of(""))
    return Context(ctx.warehouse, filters, ctx.catalogue.of(filters.unit))


def _changes(ctx: Context, view: SavedView, reader: Reader) -> str:
    try:
        then = saved.kept(context.data_dir(), view.id, reader.scope)
    except StateError as error:
        return str(error)
    return saved_bar.sentence_of_change(_context(ctx, view), then)


@callback
def _rename(view_id: str) -> None:
    given = (st.session_state.get(f"rename_{view_id}", ""), st.session_state.get(f"describe_{view_id}"))

    def change() -> None:
        saved.rename(context.data_dir(), mine.reader(), view_id, *given)
        mine.noted("change", f"view:{view_id}")

    _try(change)


@callback
def _delete(view_id: str) -> None:
    def change() -> None:
        gone = saved.delete(context.data_dir(), mine.reader(), view_id)
        st.session_state[_DELETED] = (gone.id, gone.name)
        mine.noted("delete", f"view:{view_id}")

    _try(change)


def _deleted() -> None:
    if _DELETED in st.session_state:
        _id, name = st.session_state[_DELETED]
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.markdown(_("{name} was deleted.").format(name=markdown_text(name)), width="content")
            st.button(_("Undo"), key="view_undo", icon=":material/undo:", on_click=_bring_back)


@callback
def _bring_back() -> None:
    def change() -> None:
        back = saved.restore(context.data_dir(), mine.reader(), st.session_state[_DELETED][0])
        del st.session_state[_DELETED]
        mine.noted("undelete", f"view:{back.id}")

    _try(change)


def _try(change: Callable[[], object]) -> None:
    if mine.read_only():
        return
    try:
        change()
    except (SavedError, StateError) as error:
        st.session_state[_SAID] = str(error)
