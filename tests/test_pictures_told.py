"""Every figure that a page tells, of records and of a release, can be drawn and read in both presets."""

from pathlib import Path

import pytest

from dashboard import pictures, told
from dashboard.figures import Figure
from dashboard.pictures import presets
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse
from tests.picture_canvas import assert_readable, pixels

LINKS = {
    "public": ("/", "/map", "/map?ask=rate", "/trends", "/trends?group=Exploitation", "/demographics"),
    "restricted": ("/", "/map", "/trends", "/trends?group=Exploitation", "/trends?group=Place+type", "/demographics"),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("told")
    make_warehouse(folder, 800)
    make_public(folder / "public", "year", "district", 700)
    return folder


@pytest.mark.parametrize(("tier", "link"), [(tier, link) for tier, links in LINKS.items() for link in links])
def test_every_figure_of_a_page_can_be_drawn_and_read(data: Path, tier: str, link: str) -> None:
    where = data / "public" if tier == "public" else data
    figures = [f for f in told.figures(*told.view(where, tier, link)) if isinstance(f, Figure)]
    assert figures
    for figure in figures:
        assert figure.about.restricted == (tier == "restricted")
        for preset in pictures.PRESETS:
            made = presets.laid_out(figure, preset)
            assert_readable(made)
            said = " ".join(t.get_text() for t in made.texts)
            assert figure.title.split()[0] in said
            assert ("Fictional sample" in said) == figure.about.fictional
        assert b"<desc>" in pictures.draw(figure, "svg")
        assert pixels(pictures.draw_bare(figure, "png", (800, 450))).min() < 128
