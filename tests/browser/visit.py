"""One reader with a browser: opens pages, waits on conditions, and remembers what left for where."""

import re
from collections.abc import Sequence
from typing import Any

PATIENCE = 20_000  # milliseconds until a condition that never comes fails the test
READY = "[data-testid='stApp'][data-test-script-state='notRunning']"
# Streamlit's own, of no consequence: it looks for its server below the page's path first.
_HARMLESS = re.compile(r"Unrecognized feature|allow-scripts and allow-same-origin|Failed to load resource.*404")


class Visit:
    """A context of its own (its own storage), one page, and everything that this page asked for."""

    def __init__(
        self,
        browser: Any,
        server: str,
        width: int,
        height: int,
        first: bool = False,
        cookies: Sequence[Any] = (),
        **options: Any,
    ) -> None:
        """first : nothing is stored in this browser yet; otherwise it has seen the panel of a first visit.
        cookies : that it has from somewhere else."""
        self.server = server
        self.context = browser.new_context(viewport={"width": width, "height": height}, **options)
        self.context.add_cookies(list(cookies))
        if not first:
            self.context.add_init_script("try { localStorage.setItem('lamplight-seen', 'yes') } catch {}")
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.elsewhere: list[str] = []
        self.problems: list[str] = []
        self.sent = 0  # messages to the server: each is a rerun asked for
        self.context.on("request", self._request)
        self.page.on("dialog", self._dialog)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("websocket", lambda ws: ws.on("framesent", self._frame))

    def go(self, path: str) -> None:
        """Open a path of the app and wait until its script has run."""
        self.page.goto(self.server + path)
        self.ready()

    def ready(self) -> None:
        """Wait until the script is not running and a heading of a page is there."""
        self.page.wait_for_selector("[data-testid='stHeading'], [data-testid='stMarkdown'] h4")
        self.page.wait_for_selector(READY, state="attached")

    def drawn(self) -> None:
        """Wait until every chart is there: what stands below one moves when it comes, away from under a pointer."""
        self.page.wait_for_function(
            """() => [...document.querySelectorAll("[data-testid='stPlotlyChart']")]
                .every((chart) => chart.querySelector('.main-svg'))"""
        )

    def map(self) -> Any:
        """The map's frame, once it has drawn its shapes with Leaflet."""
        handle = self.page.wait_for_selector("iframe[title*='streamlit_folium']")
        frame = handle.content_frame()
        frame.wait_for_selector("path[fill-opacity].leaflet-interactive", state="attached")
        frame.wait_for_function(
            "getComputedStyle(document.querySelector('.leaflet-container')).position === 'relative'"
        )
        return frame

    def text(self) -> str:
        """All visible text of the page."""
        return str(self.page.inner_text("body"))

    def broken(self) -> Any:
        """What a hostile text managed to do, None if nothing."""
        return self.page.evaluate("window.broken ?? null")

    def close(self) -> None:
        self.context.close()

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.server, self.server.replace("http", "ws", 1), "data:", "blob:", "about:")):
            self.elsewhere.append(request.url)

    def _dialog(self, dialog: Any) -> None:
        self.problems.append("dialog")
        dialog.dismiss()

    def _console(self, message: Any) -> None:
        if message.type == "error" and not _HARMLESS.search(message.text):
            self.problems.append(f"console: {message.text[:300]}")

    def _frame(self, _: Any) -> None:
        self.sent += 1
