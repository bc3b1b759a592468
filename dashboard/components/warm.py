"""The first reader's wait, taken while the browser is still opening: imports, and the answers of the default view."""

import importlib
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

_PAGES = ("overview_figures", "overview_map", "coverage_figures", "what_changed", "trend_figures", "people_figures")


def warm() -> None:
    """Imports what the pages need and asks what Overview will ask. A warehouse that cannot be opened is the page's
    to explain, not this thread's."""
    for name in _PAGES:
        importlib.import_module(f"dashboard.components.{name}")
    from dashboard import filters
    from dashboard.components import context, overview_figures, what_changed
    from dashboard.warehouse import WarehouseError

    with suppress(WarehouseError):
        opened = context.warehouse()
        view = context.Context(opened, filters.default(opened.catalogue), opened.catalogue)
        if not view.catalogue.empty:
            what_changed.findings(view, overview_figures.spans(view))


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
    """Starts `warm` beside the server: nobody waits for it, and it ends with the process."""
    threading.Thread(target=warm, name="warm", daemon=True).start()
    yield {}
