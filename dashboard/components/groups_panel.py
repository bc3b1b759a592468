"""Name the areas chosen now, or a drawn one: a group that is then a filter on every page. Rename, delete, undo."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import groups, words
from dashboard.catalogue import Catalogue
from dashboard.components import context, gate
from dashboard.escape import markdown_text
from dashboard.filters import Filters, drawn, members
from dashboard.groups import GroupError, NameTaken, SavedGroup
from dashboard.i18n import _, ngettext
from dashboard.links import GROUP
from dashboard.state import StateError

AREA = "area"  # the key of the filter bar's widget
NAME, CHOSEN, NEW_NAME = "group_name", "group_chosen", "group_new_name"
_SAID, _TAKEN, _DELETED = "_lamplight_group_said", "_lamplight_group_taken", "_lamplight_group_deleted"
_MOVED = "_lamplight_group_moved"


def manage(filters: Filters, catalogue: Catalogue) -> None:
    """The section of the panel behind "More": save what is chosen, and look after the groups there are."""
    st.markdown(_("**Groups of areas**"))
    try:
        saved = groups.list_groups(context.data_dir())
    except StateError as error:
        st.caption(markdown_text(f"{_(error.message)} {_(error.remedy)}"))
        return
    _save_chosen(filters, catalogue)
    _said(NAME)
    if saved:
        _look_after(saved, catalogue)
    _undo()


def save_drawn(polygon: Any, catalogue: Catalogue, key: str = "drawn") -> None:
    """A name field and the button "Use as filter everywhere", for an area that was drawn or uploaded.

    polygon : shapely Polygon or MultiPolygon, longitude and latitude in WGS 84. key : of the widgets, one per place.
    Saved, it is a filter of this view at once, and an option of the area filter for everybody who uses this folder.
    """
    if not catalogue.has_points:
        st.caption(_("A drawn area needs records with coordinates, and this view has none."))
        return
    _name_and_save(f"{key}_name", _("Name of the area"), _("Use as filter everywhere"), {"polygon": polygon})
    _said(f"{key}_name")


def took_link_along() -> bool:
    """Whether the click before this run renamed or deleted a group: the link is put right when the bar is drawn."""
    return bool(st.session_state.pop(_MOVED, False))


def _save_chosen(filters: Filters, catalogue: Catalogue) -> None:
    chosen = members(filters)
    if not chosen:
        st.caption(_("Choose areas in the filter bar, then name them here: the group is a filter on every page."))
        return
    n = len(chosen)
    label = ngettext("Name for the area chosen now", "Name for the {n} areas chosen now", n).format(n=n)
    _name_and_save(NAME, label, _("Save as a group"), {"members": chosen})
    if drawn(filters):
        st.caption(_("A drawn area stays a filter by itself: it cannot be part of a group."))


def _name_and_save(key: str, label: str, button: str, what: Mapping[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=260):
            st.text_input(label, key=key, max_chars=groups.LONGEST_NAME)
        st.button(button, key=f"{key}_save", on_click=_save, args=(key, what))
        if st.session_state.get(_TAKEN) == key:
            st.button(_("Replace it"), key=f"{key}_replace", type="tertiary", on_click=_save, args=(key, what, True))


@gate.callback
def _save(key: str, what: Mapping[str, Any], over: bool = False) -> None:
    """For `on_click`: save, and put the group where its areas stood in the filter."""
    st.session_state.pop(_TAKEN, None)

    def change() -> None:
        saved = groups.save(context.data_dir(), st.session_state.get(key, ""), replace=over, **what)
        kept = [k for k in st.session_state.get(AREA, []) if k not in what.get("members", ()) and not _named(k, what)]
        st.session_state[AREA] = list(dict.fromkeys([*kept, (GROUP, saved.id)]))
        st.session_state[key] = ""
        st.session_state[_SAID] = (key, _("{name} is now a filter on every page.").format(name=saved.name), True)

    _try(key, change)


def _named(key: Any, what: Mapping[str, Any]) -> bool:
    """Whether a chosen key is a group whose areas are all in the new one, which then stands for it."""
    if not what.get("members") or key[0] != GROUP:
        return False
    old = groups.get(context.data_dir(), key[1])
    return old is not None and bool(old.members) and set(old.members) <= set(what["members"])


def _look_after(saved: tuple[SavedGroup, ...], catalogue: Catalogue) -> None:
    by_id = {g.id: g for g in saved}
    chosen = st.selectbox(
        _("Saved groups"),
        list(by_id),
        format_func=lambda i: by_id[i].name if i in by_id else "",
        index=None,
        key=CHOSEN,
        placeholder=_("{n}: choose one to rename or delete").format(n=len(saved)),
    )
    if chosen not in by_id:
        _said(CHOSEN)
        return
    st.caption(markdown_text(_about(by_id[chosen], catalogue)))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=260):
            st.text_input(_("New name"), key=NEW_NAME, max_chars=groups.LONGEST_NAME)
        st.button(_("Rename"), key="group_rename", on_click=_rename, args=(chosen,))
        st.button(_("Delete"), key="group_delete", type="tertiary", on_click=_delete, args=(chosen,))
    _said(CHOSEN)


def _about(group: SavedGroup, catalogue: Catalogue) -> str:
    """What a group holds, and what of it this warehouse does not."""
    when = _("Saved on {date}.").format(date=words.day(group.created_at.date()))
    if group.polygon:
        return _("A drawn area. {when}").format(when=when)
    labels = [a.label for m in group.members if (a := catalogue.area(*m))]
    gone = len(group.members) - len(labels)
    held = f"{words.listed(labels, most=6)}." if labels else ""
    said = ngettext(
        "{n} of its {members} areas is not in these data.", "{n} of its {members} areas are not in these data.", gone
    )
    lost = said.format(n=gone, members=len(group.members)) if gone else ""
    return " ".join(part for part in (held, lost, when) if part)


@gate.callback
def _rename(group_id: str) -> None:
    def change() -> None:
        renamed = groups.rename(context.data_dir(), group_id, st.session_state.get(NEW_NAME, ""))
        # The widget holds the option's old label: set anew, it takes the new one.
        st.session_state[AREA] = list(st.session_state.get(AREA, []))
        st.session_state[_MOVED] = True
        st.session_state[NEW_NAME] = ""
        st.session_state[_SAID] = (CHOSEN, _("The group is now called {name}.").format(name=renamed.name), True)

    _try(CHOSEN, change)


@gate.callback
def _delete(group_id: str) -> None:
    def change() -> None:
        gone = groups.delete(context.data_dir(), group_id)
        chosen = st.session_state.get(AREA, [])
        st.session_state[_DELETED] = (gone.id, gone.name, (GROUP, gone.id) in chosen)
        st.session_state[AREA] = [k for k in chosen if k != (GROUP, gone.id)]
        st.session_state[CHOSEN] = None
        st.session_state[_MOVED] = True

    _try(CHOSEN, change)


def _undo() -> None:
    if _DELETED not in st.session_state:
        return
    _group, name, _chosen = st.session_state[_DELETED]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(_("{name} was deleted.").format(name=markdown_text(name)))
        st.button(_("Undo"), key="group_undo", type="tertiary", on_click=_bring_back)
    _said(_DELETED)


@gate.callback
def _bring_back() -> None:
    group_id, _name, chosen = st.session_state[_DELETED]

    def change() -> None:
        groups.restore(context.data_dir(), group_id)
        del st.session_state[_DELETED]
        if chosen:
            st.session_state[AREA] = [*st.session_state.get(AREA, []), (GROUP, group_id)]

    _try(_DELETED, change)


def _try(key: str, change: Callable[[], None]) -> None:
    """Do it, or keep what went wrong for the place that asked."""
    try:
        change()
    except NameTaken as error:
        st.session_state[_TAKEN] = key
        st.session_state[_SAID] = (key, _(str(error)), False)
    except (GroupError, StateError) as error:
        st.session_state[_SAID] = (key, _(str(error)), False)


def _said(key: str) -> None:
    """What came of the last click, once, where it was made."""
    if (st.session_state.get(_SAID) or ("",))[0] != key:
        return
    _key, text, well = st.session_state.pop(_SAID)
    (st.success if well else st.warning)(markdown_text(text))
