"""The sentences above the map: where records gather, which place ranks where, and what lies near."""

import numpy as np
import pytest

from dashboard.maps import story
from tests.map_squares import NOUN

AREA, CELL = ("area", "areas"), ("cell", "cells")


@pytest.mark.parametrize(
    ("counts", "place", "every", "said"),
    [
        ([0], AREA, 3, "None of the incidents can be shown in areas."),
        ([1], CELL, 0, "The only incident on this map lies in one cell."),
        ([40], CELL, 0, "All 40 incidents on this map lie in one cell."),
        ([40, 0], AREA, 57, "All 40 incidents on this map lie in one of 57 areas."),
        ([3, 2], CELL, 0, "The 5 incidents on this map lie in 2 cells: too few to say where they gather."),
        ([20] * 4, AREA, 5, "The 80 incidents on this map are spread evenly: 20 incidents in each of 4 of 5 areas."),
        ([100, 50, 25, 25], AREA, 57, "Half of the 200 incidents on this map lie in 1 of 57 areas."),
        ([60, 50, 50, 40], CELL, 0, "Half of the 200 incidents on this map lie in 2 of the 4 cells with any."),
    ],
)
def test_the_answer_above_the_map(counts: list[int], place: tuple[str, str], every: int, said: str) -> None:
    assert story.concentration(counts, NOUN, place, every) == said


def test_equal_places_share_a_rank() -> None:
    assert story.rank([5, 3, 3, 1, 0], 3) == (2, 4)


def test_the_nearest_name_with_distance_and_direction() -> None:
    names, at = ["Wick", "Fenn"], np.array([[-40.0, -30.0], [-41.0, -30.0]])
    points = np.array([[-39.9, -30.0], [-40.001, -30.0], [-41.0, -30.2], [10.0, 10.0]])
    assert story.near(points, names, at) == ["11 km north of Wick", "in or near Wick", "17 km west of Fenn", ""]
    assert story.near(points, [], np.empty((0, 2))) == [""] * 4


def test_the_part_of_an_area_is_said_by_where_the_point_lies_from_its_middle() -> None:
    middle = np.array([41.75, -87.7])
    assert story.part(np.array([41.76, -87.7]), "Ashburn", middle) == "Ashburn, north"
    assert story.part(np.array([41.74, -87.713]), "Ashburn", middle) == "Ashburn, south-west"
    assert story.part(middle, "Ashburn", middle) == "Ashburn"
