"""An area of the reader's own, drawn on the map or uploaded: its figures, and the way to keep it as a filter."""

import streamlit as st

from dashboard import groups, measures, words
from dashboard.components import groups_panel, map_choice, map_panel
from dashboard.escape import markdown_text
from dashboard.groups import GroupError
from dashboard.i18n import _
from dashboard.maps import drawn
from dashboard.palette import Palette
from dashboard.view_context import Context

_FILE = "map_area_file"
_TAKEN = "_lamplight_area_file"


def upload(ctx: Context) -> None:
    """The way in for a file: a beat, a school zone."""
    if not ctx.catalogue.has_points:
        return
    with st.popover(_("Your own area"), icon=":material/polyline:"):
        st.markdown(_("Draw it with **Draw an area** on the map, or upload a file with its outline."))
        kinds = ", ".join(f".{kind}" for kind in drawn.TYPES)
        given = st.file_uploader(
            _("Outline of an area ({kinds})").format(kinds=kinds), type=list(drawn.TYPES), key=_FILE
        )
        if given is not None and given.file_id != st.session_state.get(_TAKEN):
            st.session_state[_TAKEN] = given.file_id
            try:
                st.session_state[map_choice.DRAWN] = drawn.polygon_from_upload(given.getvalue(), given.name)
                st.session_state.pop(map_choice.DRAWN_ERROR, None)
            except drawn.AreaError as error:
                st.session_state[map_choice.DRAWN_ERROR] = _(str(error))
            st.rerun()


def show(ctx: Context, noun: tuple[str, str], p: Palette) -> bool:
    """The figures of the drawn area beside the map; whether there is one."""
    if error := st.session_state.get(map_choice.DRAWN_ERROR):
        st.warning(markdown_text(error), icon=":material/polyline:")
    polygon = st.session_state.get(map_choice.DRAWN)
    if polygon is None:
        return False
    try:
        area = groups.unsaved(polygon)
    except GroupError as error:
        st.warning(markdown_text(_(str(error))), icon=":material/polyline:")
        _close()
        return True
    detail = measures.place_detail(ctx.warehouse, ctx.filters, area)
    st.subheader(_("Your area"), anchor=False)
    counted = words.count(detail.n, *noun)
    st.markdown(markdown_text(_("{counted} with a point in it.").format(counted=words.capital(counted))))
    if detail.n:
        map_panel.in_figures(detail, p)
    st.caption(_("Records that are only known by area are not in it, wherever they lie."))
    groups_panel.save_drawn(polygon, ctx.catalogue)
    _close()
    return True


def _close() -> None:
    st.button(_("Take the area away"), key="clear_area", on_click=_forget, icon=":material/close:", type="tertiary")


def _forget() -> None:
    for name in (map_choice.DRAWN, map_choice.DRAWN_ERROR):
        st.session_state.pop(name, None)
    map_choice.moved()
