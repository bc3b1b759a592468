"""What every protected figure has on its page: the way to "Why"."""

from collections.abc import Callable

import streamlit as st

from dashboard.components import view
from dashboard.i18n import N_, _
from dashboard.told.base import Told
from dashboard.view_context import Context

WHY = N_("Why is this rounded?")


def tell(ctx: Context, told: Told, draw: Callable[[], object] | None = None) -> None:
    """Draw a figure of the cube with the link to "Why" below it, or say why there is none."""
    view.tell(told, draw, under=lambda: why(ctx, told.key))


def why(ctx: Context, key: str) -> None:
    """The link to the page that explains the rounding."""
    with st.container(key=f"why_{key}"):
        view.page_link(ctx, "why", _(WHY))
