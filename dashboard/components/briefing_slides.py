"""The slides of a briefing: each with its texts and a way up, down and out; and views to add."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard import decks, saved, told
from dashboard.components import briefing_page, context, figure, mine, saved_bar, saved_page
from dashboard.components.gate import callback
from dashboard.decks import Item, Shown, Stored
from dashboard.decks.filling import figures_of
from dashboard.decks.meetings import DECISIONS, FIGURE, HELP, SERVICES, SIGNS, SINCE
from dashboard.decks.store import LONGEST_SENTENCE, LONGEST_TITLE, SENTENCE, TITLE
from dashboard.escape import markdown_text
from dashboard.figures import Figure, MapPicture
from dashboard.i18n import N_, _
from dashboard.saved import Reader
from dashboard.state import StateError
from dashboard.view_context import Context

PAGE, PICKED, VIEW, VIEW_PICKED = "slide_page", "slide_figure", "slide_view", "slide_view_figure"
KINDS = {
    DECISIONS: N_("What was decided last time"), SIGNS: N_("Signs that somebody may need help"),
    HELP: N_("Where help is"),
    SERVICES: N_("Services near here"), SINCE: N_("What changed since the last meeting"),
}  # fmt: skip


def show(ctx: Context, deck: Stored, reader: Reader, changeable: bool) -> None:
    """Draw the list, and below it what can be added."""
    st.subheader(_("Slides"), anchor=False)
    for n, item in enumerate(deck.items, start=1):
        with st.container(border=True, key=f"deck_slide_{item.id}", gap="xsmall"):
            _row(ctx, deck, reader, item, n, changeable)
    if changeable:
        _add_current(ctx, deck)
        _add_saved(ctx, deck, reader)


def _row(ctx: Context, deck: Stored, reader: Reader, item: Item, n: int, changeable: bool) -> None:
    heading = item.title or _(KINDS.get(item.kind, "")) or _("The figure’s own title")
    st.markdown(f"**{n}. {markdown_text(heading)}**")
    if item.sentence:
        st.markdown(markdown_text(item.sentence))
    if item.kind == FIGURE:
        opened = told.opened.of(ctx.warehouse, context.data_dir(), item.page or "overview", item.query or {})
        page = _(saved_page.TITLES.get(item.page or "overview", ""))
        st.caption(markdown_text(f"{page}: {opened.context.sentence}"))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if changeable:
            for by, name, icon in ((-1, _("Up"), "arrow_upward"), (1, _("Down"), "arrow_downward")):
                at_end = n == (1 if by < 0 else len(deck.items))
                st.button(
                    name, key=f"slide_move_{by}_{item.id}", icon=f":material/{icon}:", type="tertiary",
                    disabled=at_end, on_click=_move, args=(deck, item.id, by),
                )  # fmt: skip
            _edit(ctx, deck, item)
        _preview(ctx, deck, reader, item)
        if changeable:
            st.button(_("Remove"), key=f"slide_remove_{item.id}", icon=":material/delete:", type="tertiary",
                      on_click=_remove, args=(deck, item.id))  # fmt: skip


def _edit(ctx: Context, deck: Stored, item: Item) -> None:
    drawer = st.popover(_("Edit"), type="tertiary", icon=":material/edit:", key=f"slide_edit_{item.id}",
                        on_change="rerun")  # fmt: skip
    if not drawer.open:
        return
    with drawer:
        st.text_input(_("Title"), item.title, key=f"slide_title_{item.id}", max_chars=LONGEST_TITLE)
        st.text_area(_("Sentence"), item.sentence, key=f"slide_sentence_{item.id}", max_chars=LONGEST_SENTENCE)
        if item.plan and any((item.plan or {}).values()):
            st.caption(_("An emptied field is filled from the figures again."))
        if item.own:
            names = {TITLE: _("title"), SENTENCE: _("sentence")}
            said = ", ".join(names[n] for n in item.own)
            st.caption(_("Written by hand and kept by a refresh: {fields}.").format(fields=said))
        if item.kind == FIGURE:
            opened = told.opened.of(ctx.warehouse, context.data_dir(), item.page or "overview", item.query or {})
            _pick(figures_of(opened.context, opened.page, opened.query), f"slide_figure_{item.id}", item.figure)
        st.button(_("Save"), key=f"slide_save_{item.id}", type="primary", on_click=_rewrite, args=(ctx, deck, item))


def _preview(ctx: Context, deck: Stored, reader: Reader, item: Item) -> None:
    drawer = st.popover(_("Preview"), type="tertiary", icon=":material/visibility:", key=f"slide_preview_{item.id}",
                        on_change="rerun")  # fmt: skip
    if not drawer.open:
        return
    with drawer:
        slide = decks.one(context.data_dir(), ctx.warehouse, reader, deck, item)
        if slide is None:
            st.markdown(_("There is nothing to show on this slide yet, so it is left out."))
        else:
            _drawn(slide, item.id)


def _drawn(slide: Shown, key: str) -> None:
    st.subheader(markdown_text(slide.title), anchor=False)
    for text in (slide.sentence, slide.note):
        if text:
            st.markdown(markdown_text(text))
    for point in slide.points:
        st.markdown(f"- {markdown_text(point)}")
    shown = slide.figure
    if shown is None:
        return
    if isinstance(shown.drawn, MapPicture):
        from dashboard import pictures

        st.image(pictures.draw_bare(shown, "png", (900, 500)), caption=markdown_text(shown.text))
    elif shown.drawn is None:
        figure.show_table(shown.table, shown.missing, key=f"preview_table_{key}", wide=False)
    else:
        st.plotly_chart(shown.drawn, key=f"preview_{key}", config={"staticPlot": True}, alt=shown.text)


def _add_current(ctx: Context, deck: Stored) -> None:
    drawer = st.expander(_("Add the view of the filters above"), icon=":material/add:", key="slide_add",
                         on_change="rerun")  # fmt: skip
    if not drawer.open:
        return
    with drawer:
        page = st.selectbox(
            _("Page"), told.PAGES, format_func=lambda name: _(saved_page.TITLES[name]), key=PAGE, width=260
        )
        query = saved_bar.by_ids(ctx)
        if _pick(figures_of(ctx, page, {}), PICKED):
            st.button(_("Add this slide"), key="slide_add_go", type="primary", on_click=_add,
                      args=(ctx, deck, page, query, PICKED))  # fmt: skip


def _add_saved(ctx: Context, deck: Stored, reader: Reader) -> None:
    try:
        views = {v.id: v for v in saved.list_views(context.data_dir(), reader) if v.page in told.PAGES}
    except StateError:
        return
    if not views:
        return
    drawer = st.expander(_("Add a saved view"), icon=":material/bookmark:", key="slide_add_view", on_change="rerun")
    if not drawer.open:
        return
    with drawer:
        chosen = st.selectbox(_("Saved view"), list(views), format_func=lambda i: views[i].name, key=VIEW, width=360)
        view = views[chosen]
        opened = told.opened.of(ctx.warehouse, context.data_dir(), view.page, view.query)
        st.caption(markdown_text(" ".join([opened.context.sentence, *opened.notices])))
        if _pick(figures_of(opened.context, view.page, opened.query), VIEW_PICKED):
            st.button(_("Add this slide"), key="slide_add_view_go", type="primary", on_click=_add,
                      args=(ctx, deck, view.page, dict(view.query), VIEW_PICKED))  # fmt: skip


def _pick(found: list[Figure], key: str, now: str = "") -> str:
    """The choice of a figure, by its title; "" where the view has none."""
    titles = {made.key: made.title for made in found}
    if not titles:
        st.markdown(_("This view has no figure that a slide can show."))
        return ""
    keys = list(titles)
    if st.session_state.get(key, now) not in titles:
        st.session_state.pop(key, None)
    chosen = st.selectbox(
        _("Figure"), keys, index=keys.index(now) if now in titles else 0, format_func=lambda k: titles.get(k, k),
        key=key,
    )  # fmt: skip
    return chosen or ""


# -- changes -----------------------------------------------------------------------------------------------------------


def _keep(change: Callable[[], Stored], deck: Stored) -> None:
    briefing_page.attempt(lambda: decks.update(context.data_dir(), mine.reader(), change()), deck.id)


@callback
def _move(deck: Stored, item_id: str, by: int) -> None:
    _keep(lambda: decks.move(deck, item_id, by), deck)


@callback
def _remove(deck: Stored, item_id: str) -> None:
    _keep(lambda: decks.remove(deck, item_id), deck)


@callback
def _rewrite(ctx: Context, deck: Stored, item: Item) -> None:
    title, sentence = (st.session_state.get(f"slide_{name}_{item.id}", "") for name in (TITLE, SENTENCE))
    picked = st.session_state.get(f"slide_figure_{item.id}", item.figure)
    briefing_page.attempt(
        lambda: decks.edit(context.data_dir(), ctx.warehouse, mine.reader(), deck, item, title, sentence, picked),
        deck.id,
    )


@callback
def _add(ctx: Context, deck: Stored, page: str, query: Mapping[str, Sequence[str]], key: str) -> None:
    picked = st.session_state.get(key, "")
    briefing_page.attempt(
        lambda: decks.add_view(context.data_dir(), ctx.warehouse, mine.reader(), deck, page, query, picked),
        deck.id,
    )
