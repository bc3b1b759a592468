"""The one way in which every figure of every page is built.

Title: the answer. Subtitle: unit of count, period, filters. The figure. Caption: what it rests on and what it
cannot tell. Then quiet buttons. All text is escaped here, so callers pass plain sentences.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.charts import style
from dashboard.components import gate
from dashboard.components.taken_away import on_click
from dashboard.dates import exact
from dashboard.escape import html_text, markdown_text
from dashboard.exports.inert import csv_bytes
from dashboard.figures import About, Figure, MapPicture
from dashboard.glossary import explained
from dashboard.i18n import _
from dashboard.palette import Palette, palette

ROWS_SHOWN = 400  # pixels of a long table before it scrolls
PANEL, COLUMN = 880, 185  # pixels


def current_palette() -> Palette:
    """The palette of the theme that this reader has chosen."""
    return palette(st.context.theme.type)


def figure(
    key: str,
    title: str,
    subtitle: str,
    drawn: go.Figure | Callable[[], object],
    table: pd.DataFrame,
    caption: str = "",
    reading: str = "",
    missing: str = "–",
    under: Callable[[], None] | None = None,
    *,
    about: About,
    picture: MapPicture | None = None,
) -> None:
    """Draw one figure.

    key : unique on the page; names the download too.
    drawn : a plotly figure, or a function that draws something else (a map).
    table : the twin, with column names for people; what `missing` cells mean is written in them.
    reading : how to read it, one or more plain sentences. under : draws what stands between caption and buttons.
    about : what it rests on. picture : the map that `drawn` draws, as a value.
    """
    chart = drawn if isinstance(drawn, go.Figure) else None
    made = Figure(key, title, subtitle, chart or picture, table, caption, reading, missing, about)
    show(made, None if isinstance(drawn, go.Figure) else drawn, under)


def show(made: Figure, draw: Callable[[], object] | None = None, under: Callable[[], None] | None = None) -> None:
    """Draw a figure that was made without a screen. draw : how a map is drawn, which plotly is not asked for.

    Where there is nothing to draw the table stands in its place.
    """
    if not made.about.link:
        made = replace(made, about=replace(made.about, link=view_path()))
    with st.container(key=f"figure_{made.key}", gap="xsmall"):
        heading(made.title, made.subtitle)
        if draw is not None:
            draw()
        elif isinstance(made.drawn, go.Figure):
            st.plotly_chart(made.drawn, key=f"plot_{made.key}", config=style.CONFIG, alt=made.text)
        else:
            show_table(made.table, made.missing)
        if made.caption:
            explain(made.caption)
        if under is not None:
            under()
        _buttons(made)


def heading(title: str, subtitle: str = "") -> None:
    """The answer as a heading, and what it is about below it."""
    st.subheader(markdown_text(title), anchor=False)
    if subtitle:
        st.caption(markdown_text(subtitle))


def explain(text: str) -> None:
    """A caption in which words of the glossary say what they mean, to a pointer, a finger or the keyboard."""
    st.html(f'<p class="lamplight-caption lamplight-terms">{explained(text)}</p>')


def nothing(key: str, title: str, sentence: str, way_out: str = "", reset: Callable[[], None] | None = None) -> None:
    """Where a figure would be: a sentence, and a way out. Never an empty axis."""
    with st.container(key=f"figure_{key}", border=True):
        st.subheader(markdown_text(title), anchor=False)
        st.markdown(markdown_text(sentence))
        if reset is not None:
            st.button(way_out, key=f"reset_{key}", on_click=reset, type="tertiary", icon=":material/restart_alt:")
        elif way_out:
            st.caption(markdown_text(way_out))


def page_name(text: str) -> None:
    """The name of a page whose answer is its title, for those who hear the page."""
    st.html(f'<h1 class="lamplight-hidden">{html_text(text)}</h1>')


def lead(text: str) -> None:
    """The answer of a page in a sentence, larger than body text."""
    st.header(markdown_text(text), anchor=False)


def note(text: str) -> None:
    """A remark beside figures, in body text."""
    st.info(markdown_text(text), icon=":material/info:")


def _buttons(made: Figure) -> None:
    from dashboard.components import question_button
    from dashboard.components.picture_button import buttons  # what it draws a picture with is slow to import

    key, table = made.key, made.table
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"quiet_{key}"):
        with st.container(width="content"):
            _table_panel(key, table, made.missing)
        st.download_button(
            _("Download"),
            data=on_click(lambda: (csv_bytes(table), len(table))),
            file_name=f"lamplight-{key.replace('_', '-')}.csv",
            mime="text/csv",
            key=f"download_{key}",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
            help=_("The table of this figure, as a csv file"),
        )
        with st.popover(_("Link"), type="tertiary", key=f"link_{key}", icon=":material/link:"):
            st.caption(_("Whoever may open this app sees the same view with this link."))
            st.code(view_link(), language=None, wrap_lines=True)
        buttons(made)
        if made.reading:
            with st.popover(_("How to read it"), type="tertiary", key=f"reading_{key}", icon=":material/help:"):
                st.markdown(markdown_text(made.reading))
        question_button.button(made)


@gate.fragment
def _table_panel(key: str, table: pd.DataFrame, missing: str) -> None:
    # A fragment: opening one table does not run the page again, and a closed one sends nothing. The download stays
    # outside: its file would be replaced, and lost to a click, each time the panel opens or closes.
    drawer = st.popover(
        _("Table"), type="tertiary", key=f"table_{key}", on_change="rerun", icon=":material/table_rows:"
    )
    with drawer:
        if drawer.open:
            show_table(table, missing, wide=False)


def show_table(table: pd.DataFrame, missing: str = "–", key: str | None = None, wide: bool = True) -> None:
    """A table for people: thousands separated, numbers to the right, what is missing in words.

    wide : as wide as the page; if not (in a panel that grows with it), as wide as its columns need.
    """
    width: int | Literal["stretch"] = "stretch" if wide else min(PANEL, COLUMN * len(table.columns))
    numbers: dict[str, Any] = {
        name: st.column_config.NumberColumn(format="localized", alignment="right")
        for name in table.columns
        if pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name])
        if name not in (_("Year"), _("Record"))
    }
    # Counts beside words ("few or none") are written out here: a column is of numbers or of texts.
    mixed = [name for name in table.columns if _mixed(table[name])]
    table = table.assign(**{name: [_cell(v) for v in table[name]] for name in mixed})
    numbers |= {name: st.column_config.TextColumn(alignment="right") for name in mixed}
    height: int | Literal["auto"] = ROWS_SHOWN if len(table) > 10 else "auto"
    st.dataframe(
        table, hide_index=True, column_config=numbers, placeholder=missing, height=height, width=width, key=key
    )


def _mixed(column: pd.Series) -> bool:
    kinds = {type(v) for v in column} if column.dtype == object else set()
    return {int, str} <= kinds


def _cell(value: object) -> object:
    return exact(value) if type(value) is int else value


def view_path() -> str:
    """This page's path and query, without the host, so that it opens the same view on any server."""
    name = urlsplit(st.context.url or "").path.rsplit("/", 1)[-1]
    return (f"/{name}" if name.isalpha() else "/") + _query()


def view_link() -> str:
    """This page's address with the filters in it."""
    return (st.context.url or "") + _query()


def _query() -> str:
    query = urlencode({name: st.query_params.get_all(name) for name in st.query_params}, doseq=True)
    return f"?{query}" if query else ""
