"""What a partner or researcher sees of agencies whose records she may not: the protected totals that all see."""

import pandas as pd
import streamlit as st

from dashboard import protection
from dashboard.components import context, gate
from dashboard.escape import markdown_text
from dashboard.filters import Filters
from dashboard.i18n import N_, _
from dashboard.measures import protected as measures
from dashboard.pointer import WarehouseError
from dashboard.view_context import Context
from dashboard.warehouse import Warehouse
from dashboard.warehouse import current as current_warehouse
from etl import codes

NEWEST = 6  # periods in the table
_SAID = {measures.FEW: N_("few or none"), measures.NONE: N_("not collected")}


def show(ctx: Context) -> None:
    """Draw the table; nothing for a reader of every source, or where nothing of others was released."""
    mine = gate.current().sources
    if mine is None or ctx.catalogue.public:
        return
    try:
        released = current_warehouse(context.data_dir() / "public", "public")
    except WarehouseError:
        return
    found = table(released, mine)
    if found.empty:
        return
    st.subheader(_("Other agencies, protected totals"), anchor=False)
    st.caption(
        markdown_text(
            _("{unit}, all kinds and places, from release {release}.").format(
                unit=_(codes.UNIT["incidents"]), release=_release(released)
            )
        )
    )
    st.dataframe(found, hide_index=True, width="stretch")
    own = released.catalogue.cubes["incidents"]
    st.caption(markdown_text(f"{protection.typically(own, 2)} {_('Never add them to the exact figures above.')}"))


def table(released: Warehouse, mine: frozenset[str] | set[str] | tuple[str, ...]) -> pd.DataFrame:
    """One row for each other source, one column for each of the newest periods of the cube; words for few and none."""
    catalogue = released.catalogue
    if "incidents" not in catalogue.cubes:
        return pd.DataFrame()
    others = tuple(s for s in measures.recording(catalogue, Filters()) if s not in mine)
    if not others:
        return pd.DataFrame()
    found = measures.by_cube_period(released, Filters(sources=others), "source")
    periods = list(dict.fromkeys(found.sort_values("start")["label"]))[-NEWEST:]
    found = found[found["label"].isin(periods)]
    said = [_SAID.get(state, f"{n:,.0f}") for state, n in zip(found["state"], found["n"], strict=True)]
    wide = found.assign(said=said).pivot(index="group_label", columns="label", values="said")
    return wide[periods].rename_axis(index=_("Source"), columns=None).reset_index()


def _release(released: Warehouse) -> str:
    return released.catalogue.meta.get("release", "")
