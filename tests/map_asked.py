"""The page Map asked a question: the records that it is asked of, and what it says then."""

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from dashboard import groups
from dashboard.questions import LABELS
from tests.conftest import ROOT
from tests.made_once import made_once
from tests.make_warehouse import make_warehouse
from tests.page_text import shown

Run = Callable[..., AppTest]
ZONE = shapely.box(-30.25, -40.1, -30.0, -39.85)
R8 = "Cells about 1 km across"


def full_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of many records and a drawn area, the same for every file that asks for it."""

    def make(folder: Path) -> None:
        make_warehouse(folder, 3000)
        groups.save(folder, "Zone", polygon=ZONE)

    return made_once(tmp_path_factory, "map_full", make)


def opener(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A function that opens the page on the records of one of these folders, by a link."""

    def opened(data: str = "full", **link: str | list[str]) -> AppTest:
        monkeypatch.setenv("LAMPLIGHT_DATA", str(folders[data]))
        monkeypatch.delenv("LAMPLIGHT_TIER", raising=False)
        app = AppTest.from_file(str(ROOT / "pages" / "map.py"), default_timeout=60)
        for name, value in link.items():
            app.query_params[name] = value
        return settled(app)

    return opened


def settled(app: AppTest) -> AppTest:
    app.run()
    assert not app.exception, [e.value for e in app.exception]
    return app


def asked(run: Run, which: str, data: str = "full", **link: str | list[str]) -> AppTest:
    return run(data, ask=LABELS[which], **link)


def answer(app: AppTest) -> str:
    return str(app.subheader[0].value).replace("\\", "")


def text(app: AppTest) -> str:
    """Everything that the page says, without the escapes."""
    parts = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.get("html")]
    return " ".join(shown(p) for p in parts)


def maps(app: AppTest) -> int:
    return len(app.get("component_instance"))
