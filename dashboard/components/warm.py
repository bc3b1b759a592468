"""The first reader's wait, taken while the server starts: imports, and the answers of the default view."""

import asyncio
import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from dashboard import sockets
from dashboard.exports import prepared

_PAGES = ("overview_figures", "overview_map", "coverage_figures", "what_changed", "trend_figures", "people_figures")


def warm() -> None:
    """Imports what the pages need and asks what Overview will ask. A warehouse that cannot be opened is the page's
    to explain."""
    for name in _PAGES:
        importlib.import_module(f"dashboard.components.{name}")
    from dashboard import filters
    from dashboard.components import context, what_changed
    from dashboard.pointer import WarehouseError
    from dashboard.told import records_compared

    with suppress(WarehouseError):
        opened = context.whole()
        view = context.Context(opened, filters.default(opened.catalogue), opened.catalogue)
        if view.catalogue.public:
            importlib.import_module("dashboard.components.protected_overview")
        elif not view.catalogue.empty:
            what_changed.findings(view, records_compared.spans(view))


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
    """Warms before the server says that it is up: a second there is a second less before the first page."""
    sockets.send_at_once()
    # Whatever is wrong, the page says it better than a server that does not start.
    with suppress(Exception):
        await asyncio.to_thread(prepared.sweep)  # exports that a server left behind when it was stopped
    with suppress(Exception):
        await asyncio.to_thread(warm)
    keep()
    yield {}


def keep() -> None:
    """What is imported stays: looking through it for garbage would stop a page for a seventh of a second, at random."""
    gc.collect()
    gc.freeze()
