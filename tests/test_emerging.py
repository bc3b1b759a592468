"""ArcGIS's classes over time: each by hand, and Gi* in space and time against Gi* of the same cube unfolded."""

import numpy as np
import pytest
from scipy import sparse, stats

from dashboard.analysis.emerging import KINDS, classify, emerging_hot_spots, space_time_gi_star
from dashboard.analysis.gistar import gi_star
from dashboard.analysis.mann_kendall import mann_kendall

UP, FLAT, DOWN = np.arange(10.0), np.tile([0.0, 1.0], 5), -np.arange(10.0)

# A period each: h hot, c cold, . neither; 10 periods, and how z goes.
BY_HAND = [
    ("new hot spot", ".........h", FLAT),
    ("consecutive hot spot", "........hh", FLAT),
    ("consecutive hot spot", "..hhhhhhhh", FLAT),
    ("intensifying hot spot", ".hhhhhhhhh", UP),
    ("intensifying hot spot", "hhhhhhhhhh", UP),
    ("persistent hot spot", ".hhhhhhhhh", FLAT),
    ("persistent hot spot", "hhhhchhhhh", FLAT),
    ("diminishing hot spot", "hhhhhhhhhh", DOWN),
    ("sporadic hot spot", "h........h", FLAT),
    ("sporadic hot spot", "h.h.h..hhh", UP),
    ("oscillating hot spot", "c.......hh", FLAT),
    ("oscillating hot spot", "c........h", FLAT),
    ("oscillating hot spot", "h.c.h....h", FLAT),
    ("historical hot spot", "hhhhhhhhh.", UP),
    ("historical hot spot", "hhhhhhhhh.", DOWN),
    ("oscillating cold spot", "hhhhhhhhhc", FLAT),
    ("no pattern", "..........", UP),
    ("no pattern", "hhhhhhhh..", FLAT),
    ("no pattern", "h.h.h.h.h.", FLAT),
    ("no pattern", "h.......c.", FLAT),
]
TURNED = str.maketrans("hc", "ch")


def classes(marks: list[str], z: list[np.ndarray]) -> list[str]:
    letters = np.array([list(m) for m in marks])
    return classify(letters == "h", letters == "c", mann_kendall(np.array(z))).tolist()


@pytest.mark.parametrize(("name", "marks", "z"), BY_HAND, ids=[f"{m} {n}" for n, m, _ in BY_HAND])
def test_by_hand(name: str, marks: str, z: np.ndarray) -> None:
    assert classes([marks], [z]) == [name]


@pytest.mark.parametrize(("name", "marks", "z"), BY_HAND, ids=[f"{m} {n}" for n, m, _ in BY_HAND])
def test_cold_is_hot_turned_round(name: str, marks: str, z: np.ndarray) -> None:
    """A falling z is an intensifying cold spot."""
    expected = name if name == "no pattern" else name.replace(*("hot", "cold") if "hot" in name else ("cold", "hot"))
    assert classes([marks.translate(TURNED)], [-z]) == [expected]


def test_every_class_has_an_example() -> None:
    assert {name.removesuffix(" hot spot") for name, _, _ in BY_HAND if name.endswith("hot spot")} == set(KINDS)


def test_ninety_percent_is_counted_in_whole_periods() -> None:
    """18 of 20 is 90 %, 17 is not; nor are 8 of 9 (89 %)."""
    flat = np.tile([0.0, 1.0], 10)
    assert classes(["..", ".."], [flat[:2]] * 2) == ["no pattern"] * 2
    assert classes(["." * 2 + "h" * 18], [flat]) == ["persistent hot spot"]
    assert classes(["." * 3 + "h" * 17], [flat]) == ["consecutive hot spot"]
    assert classes(["." + "h" * 8], [flat[:9]]) == ["consecutive hot spot"]


def ring(cells: int) -> sparse.csr_array:
    at = np.arange(cells)
    steps = sparse.csr_array((np.ones(cells), (at, (at + 1) % cells)), shape=(cells, cells))
    return sparse.csr_array(steps + steps.T)


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_gi_star_of_the_cube_is_that_of_its_bins_in_a_row(steps: int) -> None:
    """Every bin as a cell of its own, with the neighbours that it has in space and time."""
    cells, periods = 12, 6
    counts = np.random.default_rng(5).poisson(2, (cells, periods)).astype(float)
    space = ring(cells).toarray() + np.eye(cells)
    earlier = sum(np.eye(periods, k=-k) for k in range(steps + 1))
    both = np.kron(space, earlier)  # bin = cell * periods + period
    z, p = space_time_gi_star(counts, ring(cells), steps)
    x, w = counts.ravel(), both.sum(axis=1)
    n = len(x)
    expected = (both @ x - w * x.mean()) / (x.std() * np.sqrt((n * w - w**2) / (n - 1)))
    assert z.ravel() == pytest.approx(expected, abs=1e-12)
    assert p.ravel() == pytest.approx(2 * stats.norm.sf(np.abs(expected)), abs=1e-12)


def test_by_hand_in_one_period_it_is_plain_gi_star() -> None:
    """With one period and no earlier step, the cube is a map."""
    counts = np.array([[9.0], [4], [0], [0], [1], [0]])
    z, p = space_time_gi_star(counts, ring(6), 0)
    plain = gi_star(counts[:, 0], ring(6))
    assert z[:, 0] == pytest.approx(plain.z, abs=1e-12) and p[:, 0] == pytest.approx(plain.p, abs=1e-12)


def test_a_place_that_lights_up_at_the_end_and_one_that_always_burns() -> None:
    rng = np.random.default_rng(11)
    counts = rng.poisson(1, (60, 12)).astype(float)
    counts[10:13] += 12  # always
    counts[40:43, -3:] += 12  # the last three
    counts[25:28, :-3] += 12  # all but the last three
    counts[50:53] += np.linspace(6, 26, 12)  # ever more
    found = emerging_hot_spots(counts, ring(60))
    assert found.classes[[11, 41, 26, 51]].tolist() == [
        *("persistent hot spot", "consecutive hot spot", "no pattern", "intensifying hot spot"),
    ]
    assert (found.q >= found.p - 1e-15).all() and found.trend.z[51] > 2 and found.trend.p[51] < 0.05
    assert found.z.shape == found.p.shape == found.q.shape == counts.shape


def test_what_cannot_be_classed_says_why() -> None:
    with pytest.raises(ValueError, match="at least 4 periods"):
        emerging_hot_spots(np.ones((40, 3)), ring(40))
    with pytest.raises(ValueError, match="Every count is equal"):
        emerging_hot_spots(np.ones((40, 12)), ring(40))
    with pytest.raises(ValueError, match="below zero"):
        emerging_hot_spots(np.eye(12), ring(12), steps=-1)
