"""Named groups: saved, renamed, deleted and brought back; which of them a warehouse can offer."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from dashboard import groups
from dashboard.catalogue import Area, Catalogue
from dashboard.groups import GroupError, NameTaken

SQUARE = shapely.box(-30.2, -40.1, -30.1, -40.0)
CATALOGUE = Catalogue(
    areas=(Area("district", "D1", "Harbour", "Harbour", None), Area("tract", "T1", "One", "One", None)),
    layers=("district", "tract"),
)


def jagged() -> object:
    """Two thousand corners that no smoother outline comes near to."""
    rng = np.random.default_rng(0)
    angle, radius = np.linspace(0, 2 * np.pi, 2000, endpoint=False), rng.uniform(0.01, 0.1, 2000)
    return shapely.Polygon(np.c_[-30 + radius * np.cos(angle), -40 + radius * np.sin(angle)])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "warehouse").mkdir()
    return tmp_path


def test_a_group_comes_back_as_it_was_saved(data: Path) -> None:
    saved = groups.save(data, "North", members=[("tract", "T1"), ("district", "D1"), ("tract", "T1")], note="Beat 4")
    assert saved.kind == "areas" and saved.members == (("district", "D1"), ("tract", "T1")) and saved.polygon == b""
    assert groups.get(data, saved.id) == saved and groups.list_groups(data) == (saved,)
    drawn = groups.save(data, "A school", polygon=SQUARE)
    assert drawn.kind == "drawn" and shapely.equals(shapely.from_wkb(drawn.polygon), SQUARE)
    assert [g.name for g in groups.list_groups(data)] == ["A school", "North"]
    assert drawn.id.isalnum() and drawn.id.islower() and len(drawn.id) == 8


def test_a_name_is_one_line_of_plain_text(data: Path) -> None:
    assert groups.save(data, "  North \u202e\n  side\x00 ", members=[("d", "1")]).name == "North side"
    for name in ("", "  ", "!?", "x" * 61, "\u202e"):
        with pytest.raises(GroupError):
            groups.save(data, name, members=[("d", "1")])
    assert groups.save(data, "x" * 60, members=[("d", "1")]).name == "x" * 60
    hostile = "<img src=x> '); DROP TABLE groups; --"
    assert groups.save(data, hostile, members=[("d", "1")]).name == hostile
    assert len(groups.list_groups(data)) == 3


def test_a_name_belongs_to_one_group_unless_it_is_to_be_replaced(data: Path) -> None:
    first = groups.save(data, "North side", members=[("d", "1")])
    for same in ("North side", "north-side", " NORTH  SIDE"):
        with pytest.raises(NameTaken):
            groups.save(data, same, members=[("d", "2")])
    second = groups.save(data, "North Side", members=[("d", "2"), ("d", "3")], replace=True)
    assert second.id == first.id, "links to it go on working"
    assert groups.list_groups(data) == (second,)
    other = groups.save(data, "South", polygon=SQUARE)
    with pytest.raises(NameTaken):
        groups.rename(data, other.id, "north side")
    assert groups.rename(data, other.id, "south").name == "south", "its own name is not taken by another"
    assert [g.name for g in groups.list_groups(data)] == ["North Side", "south"]


def test_a_deleted_group_can_be_brought_back(data: Path) -> None:
    group = groups.save(data, "North", members=[("d", "1"), ("d", "2")])
    gone = groups.delete(data, group.id)
    assert groups.list_groups(data) == () and groups.list_groups(data, deleted=True) == (gone,)
    assert groups.delete(data, group.id) == gone, "twice is once"
    assert groups.restore(data, group.id) == group
    assert groups.list_groups(data) == (group,) and groups.list_groups(data, deleted=True) == ()


def test_a_deleted_group_does_not_take_back_a_name_that_was_given_away(data: Path) -> None:
    old = groups.save(data, "North", members=[("d", "1")])
    groups.delete(data, old.id)
    new = groups.save(data, "North", members=[("d", "2")])
    with pytest.raises(NameTaken):
        groups.restore(data, old.id)
    groups.rename(data, new.id, "North 2")
    assert groups.restore(data, old.id) == old


def test_a_group_that_is_not_there_is_said(data: Path) -> None:
    groups.save(data, "North", members=[("d", "1")])
    for ask in (lambda: groups.delete(data, "x"), lambda: groups.restore(data, "x")):
        with pytest.raises(GroupError, match="not there any more"):
            ask()


def test_a_group_is_areas_or_a_drawing(data: Path) -> None:
    for bad in ({}, {"members": [("d", "1")], "polygon": SQUARE}):
        with pytest.raises(GroupError, match="either"):
            groups.save(data, "North", **bad)


def test_an_intricate_outline_is_simplified_within_its_tolerance() -> None:
    angle = np.linspace(0, 2 * np.pi, 5000, endpoint=False)
    wavy = 0.05 + 0.0002 * np.sin(40 * angle)
    shape = shapely.Polygon(np.c_[-30 + wavy * np.cos(angle), -40 + wavy * np.sin(angle)])
    simple = groups.simplified(shape)
    assert groups.vertices(simple) <= groups.MOST_VERTICES and simple.is_valid
    assert shapely.hausdorff_distance(shape.exterior, simple.exterior) < 0.0006
    assert shapely.equals(groups.simplified(SQUARE), SQUARE) and groups.vertices(SQUARE) == 4


def test_holes_and_parts_are_kept_and_a_crossing_outline_is_mended() -> None:
    ring = SQUARE.difference(SQUARE.buffer(-0.02))
    two = shapely.MultiPolygon([ring, shapely.box(-29.9, -40.1, -29.8, -40.0)])
    kept = groups.simplified(two)
    assert abs(kept.area - two.area) < 1e-12 and kept.geom_type == "MultiPolygon"
    bow = shapely.Polygon([(-30, -40), (-29, -39), (-29, -40), (-30, -39)])
    assert not bow.is_valid and groups.simplified(bow).is_valid and abs(groups.simplified(bow).area - 0.5) < 1e-9


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (shapely.Point(-30, -40), "polygon"),
        (shapely.LineString([(-30, -40), (-29, -40)]), "polygon"),
        (shapely.Polygon(), "polygon"),
        (shapely.box(500_000, 4_000_000, 501_000, 4_001_000), "degrees"),
        (shapely.box(-30, 89, -29, 91), "degrees"),
        (shapely.Polygon([(-30, -40), (-29, -39), (-28, -38)]), "encloses nothing"),
        (shapely.box(-30, -40, -30 + 1e-9, -40 + 1e-9), "encloses nothing"),
        (shapely.union_all([shapely.box(x / 10, 0, x / 10 + 0.05, 0.05) for x in range(80)]), "too intricate"),
        (jagged(), "too intricate"),
    ],
)
def test_what_is_no_area_is_refused_in_words(data: Path, shape: object, words: str) -> None:
    with pytest.raises(GroupError, match=words):
        groups.save(data, "North", polygon=shape)
    assert groups.list_groups(data) == ()


def test_only_what_the_warehouse_knows_is_offered(data: Path) -> None:
    some = groups.save(data, "Some", members=[("district", "D1"), ("district", "gone"), ("beat", "1")])
    groups.save(data, "None", members=[("beat", "1")])
    drawn = groups.save(data, "Drawn", polygon=SQUARE)
    saved = groups.list_groups(data)
    offered = groups.offer(CATALOGUE, saved).groups
    assert [(g.id, g.members) for g in offered] == [(drawn.id, ()), (some.id, (("district", "D1"),))]
    public = groups.offer(replace(CATALOGUE, has_points=False), saved).groups
    assert [g.id for g in public] == [some.id], "without coordinates no drawn area can be told"
