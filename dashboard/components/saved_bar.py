"""Saved views beside the filters: save this one, follow the link of one, and say what changed since it was saved."""

from pathlib import Path

import streamlit as st
from streamlit.errors import StreamlitAPIException

from dashboard import headline, saved, words
from dashboard.components import context, mine, notices
from dashboard.components.gate import callback
from dashboard.escape import markdown_text
from dashboard.filters import NAMES
from dashboard.i18n import _, in_english
from dashboard.links import from_query, to_query
from dashboard.saved import SavedError, SavedView
from dashboard.state import StateError
from dashboard.view_context import Context

PAGES = Path(__file__).resolve().parents[2] / "pages"
VIEW = "view"  # the link's parameter
NAME, ABOUT = "save_view_name", "save_view_about"
_OPENED, _SAID, _GONE = "_lamplight_view_opened", "_lamplight_view_said", "_lamplight_view_gone"


def follow(page: str) -> None:
    """A link to a saved view becomes its page and filters. One that is not there is said, and the page goes on.

    page : the one that the link opened.
    """
    wanted = st.query_params.get(VIEW)
    if wanted is None:
        if st.session_state.pop(_GONE, False):
            notices.link_notices([_("The saved view of this link is not there: it was deleted, or the link is cut.")])
        return
    try:
        found = saved.get(context.data_dir(), wanted, mine.reader())
    except StateError as error:
        notices.problem(error.message, error.remedy)
        return
    if found is None:
        _without_view(_GONE, wanted)
        return
    # What was chosen before in this session and is not of the view would stay.
    for name in {*NAMES, *saved.CHOICES} - set(found.query):
        st.session_state.pop(name, None)
    if page == found.page and set(found.query) <= set(st.query_params):  # a link of ours has opened it already
        _without_view(_OPENED, wanted)
        return
    st.session_state[_OPENED] = found.id
    st.switch_page(str(PAGES / f"{found.page}.py"), query_params={k: list(v) for k, v in found.query.items()})


def _without_view(state: str, wanted: str) -> None:
    st.session_state[state] = wanted
    del st.query_params[VIEW]
    st.rerun()


def open_button(view: SavedView) -> None:
    """The link to the page of a saved view. Alone (a test of one page) there is no other page: plain text."""
    query = {name: list(values) for name, values in view.query.items()} | {VIEW: [view.id]}
    try:
        st.page_link(str(PAGES / f"{view.page}.py"), label=_("Open"), icon=":material/arrow_forward:",
                     query_params=query)  # fmt: skip
    except (StreamlitAPIException, KeyError):
        st.markdown(_("Open"))


def panel(ctx: Context, page: str) -> None:
    """The panel "Save this view". Nothing of it is worked out before it is opened."""
    if page not in saved.PAGES:
        return
    drawer = st.popover(_("Save this view"), icon=":material/bookmark_add:", type="tertiary", key="save_view",
                        on_change="rerun")  # fmt: skip
    if not drawer.open:
        return
    with drawer:
        if why := mine.read_only():
            st.markdown(notices.with_commands(why))
            return
        st.caption(markdown_text(ctx.sentence))
        form(ctx, page, _query(ctx))


def form(ctx: Context, page: str, query: dict[str, list[str]]) -> None:
    """Name, description and the button that saves."""
    st.text_input(_("Name"), key=NAME, max_chars=saved.LONGEST_NAME, placeholder=_("Hotels, monthly meeting"))
    st.text_area(_("What it is for"), key=ABOUT, max_chars=saved.LONGEST_TEXT, height=80)
    st.caption(_("Names of people belong neither in the name nor in the description."))
    st.button(_("Save"), key="save_view_save", type="primary", on_click=_save, args=(ctx, page, query))
    if said := st.session_state.pop(_SAID, None):
        text, link = said
        (st.success if link else st.warning)(markdown_text(text))
        if link:
            st.code(link, language=None, wrap_lines=True)


def address(view: SavedView) -> str:
    """The whole link of a view, for copying."""
    here = st.context.url or ""
    root = "/".join(here.split("/")[:3]) if "//" in here else ""
    return root + view.link


def _query(ctx: Context) -> dict[str, list[str]]:
    """The view as its link has it; a group of areas by its id, which outlives its name."""
    query = {name: st.query_params.get_all(name) for name in saved.CHOICES if name in st.query_params}
    return query | by_ids(ctx)


def by_ids(ctx: Context) -> dict[str, list[str]]:
    """The filters of a link, named groups of areas by their ids: a name is somebody's words, and may change."""
    query = to_query(ctx.filters, ctx.catalogue.of(""))
    with in_english():  # as links have them
        labels = {group.label: group.id for group in ctx.catalogue.groups}
    return query | ({"area": [labels.get(value, value) for value in query["area"]]} if "area" in query else {})


@callback
def _save(ctx: Context, page: str, query: dict[str, list[str]]) -> None:
    if mine.read_only():
        return
    try:
        made = saved.save(
            context.data_dir(), mine.reader(), st.session_state.get(NAME, ""), page, query, headline.figures(ctx),
            st.session_state.get(ABOUT, ""),
        )  # fmt: skip
        mine.noted("save", f"view:{made.id}")
    except (SavedError, StateError) as error:
        st.session_state[_SAID] = (str(error), "")
        return
    st.session_state[NAME] = st.session_state[ABOUT] = ""
    st.session_state[_SAID] = (_("Saved as {name}. Whoever may open this app can open it by this link:").format(
        name=made.name), address(made))  # fmt: skip


# -- what was opened ---------------------------------------------------------------------------------------------------


def opened(ctx: Context, page: str) -> None:
    """Under the filter bar, while the view that a link opened is looked at: its name, and what its figures were."""
    view_id = st.session_state.get(_OPENED)
    if not view_id:
        return
    reader = mine.reader()
    try:
        view = saved.get(context.data_dir(), view_id, reader)
        then = saved.kept(context.data_dir(), view_id, reader.scope)
    except StateError:
        view = None
    if view is None or view.page != page or not _same(ctx, view):
        st.session_state.pop(_OPENED)  # the reader went on to another view
        return
    with st.container(border=True, key="saved_view", gap="xsmall"):
        about = f" {markdown_text(view.description)}" if view.description else ""
        st.markdown(f"**{markdown_text(view.name)}**{about}")
        st.markdown(markdown_text(sentence_of_change(ctx, then)))
        with st.container(horizontal=True, gap="small"):
            if not mine.read_only():
                st.button(_("Keep the figures of today"), key="saved_view_keep", type="tertiary",
                          on_click=_keep, args=(ctx, view.id), icon=":material/update:")  # fmt: skip
            st.button(_("Close"), key="saved_view_close", type="tertiary", on_click=_close, icon=":material/close:")


def _same(ctx: Context, view: SavedView) -> bool:
    return from_query(view.query, ctx.catalogue.of(""))[0] == ctx.filters


def sentence_of_change(ctx: Context, then: saved.Kept | None) -> str:
    """What became of the figures since they were kept: `Incidents were 412, now 418.`"""
    if then is None or then.saved_at is None:
        return _("No figures of this view were kept for what you may see, so nothing is compared.")
    when = words.day(then.saved_at.date())
    found = headline.changed(ctx, then)
    if found is None:
        return _(
            "Saved on {day}. The periods that are published have another length now, so its figures are not compared."
        ).format(day=when)
    version = _version(ctx, then)
    if not found:
        return _("Saved on {day}; its figures are the same today.{version}").format(day=when, version=version)
    said = "; ".join(
        _("{label}: figures were {before}, now {now}").format(label=c.label, before=c.before, now=c.now) for c in found
    )
    return _("Saved on {day}. The data changed since then, over the same months. {changes}.{version}").format(
        day=when, changes=said, version=version
    )


def _version(ctx: Context, then: saved.Kept) -> str:
    now = ctx.catalogue.meta.get("release", "") if ctx.catalogue.public else ""
    if not then.release or then.release == now:
        return ""
    return " " + _("Then release {then}, now {now}.").format(then=then.release, now=now)


@callback
def _keep(ctx: Context, view_id: str) -> None:
    if mine.read_only():
        return
    try:
        saved.keep(context.data_dir(), mine.reader(), view_id, headline.figures(ctx))
        mine.noted("change", f"view:{view_id}")
    except (SavedError, StateError) as error:
        st.session_state[_SAID] = (str(error), "")


@callback
def _close() -> None:
    st.session_state.pop(_OPENED, None)
