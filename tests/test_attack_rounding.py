"""Rounding read backwards: an attacker who knows the algorithm, and all of one agency's records, but not the seed."""

import numpy as np
import pandas as pd
import pytest

from dashboard.analysis.small_counts import round_small
from etl.release import policy as policies
from etl.release.guard import Grid
from etl.release.rounding import rounded
from tests.attack.inversion import possible_outcomes, recovered

POLICY = policies.parse(policies.DEFAULT.read_text(encoding="utf-8"))
SIX = [5, 1, 9, 3, 7, 2]  # counts of her own agency in six years


def codes(*cells: tuple[int, ...]) -> np.ndarray:
    return np.array(cells).T


def two_sources(own_years: int, together: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Her agency's cells, one a year, and one of another's: codes, release, group."""
    cells = codes(*[(year, 0) for year in range(own_years)], (0, 1))
    group = np.zeros(own_years + 1, dtype=int)
    group[-1] = 0 if together else 1
    return cells, np.zeros(own_years + 1, dtype=int), group


def test_the_attackers_model_is_the_rounding_itself() -> None:
    """Whatever the real one publishes is among the outcomes that the attacker thinks possible."""
    rng = np.random.default_rng(4)
    for seed in range(30):
        cells = codes(*[(year, kind) for year in range(3) for kind in range(2)])
        true = rng.integers(1, 11, 6)
        table = pd.DataFrame({"year": cells[0], "kind": cells[1], "n": true})
        found = round_small(table, ["year", "kind"], seed=seed, zeros=None).table
        nothing = np.zeros(6, dtype=int)
        assert tuple(found["rounded"] // 11) in possible_outcomes(cells, true, nothing, nothing)


def test_sources_rounded_together_give_each_other_away() -> None:
    """Known to bite: whoever knows her own six counts can sometimes tell the one of another source exactly."""
    cells, released, group = two_sources(6, together=True)
    rng = np.random.default_rng(1)
    found = sum(recovered(cells, released, group, dict(enumerate(rng.integers(0, 11, 6).tolist()))) for _ in range(40))
    assert found > 0


def test_a_source_rounded_by_itself_is_told_apart_by_nobodys_records() -> None:
    cells, released, group = two_sources(6, together=False)
    rng = np.random.default_rng(1)
    for _ in range(40):
        assert recovered(cells, released, group, dict(enumerate(rng.integers(0, 11, 6).tolist()))) == 0


@pytest.mark.parametrize(
    ("cells", "released"),
    [
        (codes((0, 0), (1, 0), (2, 0)), [0, 1, 2]),
        (codes((0, 0), (0, 1), (1, 0)), [0, 0, 1]),
        (codes((0, 0), (0, 1), (0, 2)), [0, 0, 0]),
        pytest.param(codes((0, 0), (0, 1), (1, 0), (1, 1)), [0, 0, 1, 1], marks=pytest.mark.full),
        pytest.param(codes((0, 0), (1, 0), (2, 0), (3, 0)), [0, 1, 2, 3], marks=pytest.mark.full),
    ],
)
def test_no_small_count_of_one_source_follows_from_its_releases(cells: np.ndarray, released: list[int]) -> None:
    """Every combination of true counts 0 to 10, all releases known: none is the only explanation."""
    assert recovered(cells, np.array(released), np.zeros(len(released), dtype=int), {}) == 0


def test_another_sources_records_change_no_number_of_a_confidential_source() -> None:
    grid = Grid((), None)
    times = {(s, 24_000 + 12 * y) for s in ("ours", "theirs") for y in range(6)}

    def published(own: list[int]) -> dict[int, int]:
        rows = [(24_000 + 12 * y, "ours", "", n) for y, n in enumerate(own)]
        rows += [(24_000 + 12 * y, "theirs", "", 4 + y) for y in range(6)]
        cells = pd.DataFrame(rows, columns=[*grid.columns, "n"])
        cube = rounded(cells, grid, POLICY, unit="incidents", seed=b"s", times=times, earlier=None)
        return cube.basis[cube.basis["source"] == "theirs"].set_index("period")["rounded"].to_dict()

    assert published(SIX) == published([n + 1 for n in SIX]) == published([40] * 6)


@pytest.mark.parametrize("period", [24_000, 24_012, 24_036])
@pytest.mark.parametrize("label", ["sex", "unmapped", "a label that no list has"])
def test_a_late_record_draws_nothing_in_a_closed_period(period: int, label: str) -> None:
    """Nor where its cell, or all of its source's period (24,012), had none before: 0 is kept until 2 K."""
    grid = Grid(("exploitation",), None)
    rows = [(24_000 + 12 * y, "theirs", kind, "", n) for y in (0, 2, 3) for kind, n in (("sex", 30), ("unknown", 6))]
    first = pd.DataFrame(rows, columns=[*grid.columns, "n"])
    times = {("theirs", 24_000 + 12 * y) for y in (0, 2, 3)}

    def again(cells: pd.DataFrame, earlier: pd.DataFrame | None, seed: bytes) -> pd.DataFrame:
        here = times | set(zip(cells["source"], cells["period"], strict=True))
        return rounded(cells, grid, POLICY, unit="incidents", seed=seed, times=here, earlier=earlier).basis

    for seed in (b"a", b"b", b"c"):
        before = again(first, None, seed)
        late = pd.DataFrame([(period, "theirs", label, "", 1)], columns=first.columns)
        both = pd.concat([first, late]).groupby(grid.columns, as_index=False)["n"].sum()
        for _ in range(3):
            after = again(both, before, seed)
            key = grid.columns
            moved = after.merge(before, on=key, how="left", suffixes=("", "_before")).fillna({"rounded_before": 0})
            assert (moved["rounded"] == moved["rounded_before"]).all()
            assert after["n"].sum() == first["n"].sum() + 1
            before = after
