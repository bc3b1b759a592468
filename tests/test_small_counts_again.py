"""Small counts of a second release: what was published stays. And cubes and options that are refused."""

from typing import Any

import pandas as pd
import pytest

from dashboard.analysis.small_counts import Rounded, round_small
from tests.fictional_cube import DIMENSIONS, K, assert_within, fictional_cube, line


def next_release(before: Rounded, cube: pd.DataFrame, **more: Any) -> pd.DataFrame:
    return round_small(cube, before.dimensions, seed=99, earlier=before.table, **more).table


def test_a_published_cell_stays_until_its_true_count_has_moved_by_k_and_moves_as_far() -> None:
    """3, published as 0, that becomes 13 stays 0; that becomes 14 is published as 11, and the 3 stays hidden."""
    before = round_small(line(20, 20, 30, 3, 3, 0, 30, 20), ["area"], seed=1)
    assert before.table["rounded"].tolist() == [20, 20, 30, 0, 0, 0, 30, 20]
    after = next_release(before, line(30, 31, 19, 13, 14, 11, 3, 3))
    assert after["kept"].tolist() == [True, False, False, True, False, False, False, True]
    assert after["rounded"].tolist()[:6] == [20, 31, 19, 0, 11, 11]
    assert after["rounded"].iloc[6] in (0, 11)  # exact and at least 22 before: rounded again
    assert after["rounded"].iloc[7] == 20  # stays
    assert after["basis"].tolist() == [20, 31, 19, 3, 14, 11, 3, 20]


@pytest.mark.parametrize("step", [1, -1, 4])
def test_what_later_releases_say_of_a_small_count_is_the_same_for_every_small_count(step: int) -> None:
    """An attacker who knows how many records came between the releases: 0 to 10 behind the same first value look
    alike for ever."""
    seen: dict[int, set[tuple[int, ...]]] = {}
    for start in range(K):
        found = round_small(line(start, 100), ["area"], seed=3)
        begun = int(found.table["rounded"].iloc[0])
        values = []
        for true in [start + step * (1 + i) for i in range(30)]:
            found = Rounded(next_release(found, line(max(true, 0), 100)), found.dimensions, found.exact_errors)
            values.append(int(found.table["rounded"].iloc[0]))
        seen.setdefault(begun, set()).add(tuple(values))
        assert not any(0 < n < K for n in values)
    assert all(len(ways) == 1 for ways in seen.values())


@pytest.mark.parametrize("start", [11, 12, 21, 22, 23, 33, 34])
def test_a_large_count_that_falls_one_by_one_changes_at_no_small_count(start: int) -> None:
    found = round_small(line(start, 100), ["area"], seed=3)
    for true in range(start - 1, -1, -1):
        again = next_release(found, line(true, 100))
        now, was = int(again["rounded"].iloc[0]), int(found.table["rounded"].iloc[0])
        assert now == was or (now == true >= K and was - now == K)
        found = Rounded(again, found.dimensions, found.exact_errors)


def test_small_steps_add_up_until_they_count() -> None:
    """20, 26, 31: each step is below K, both together are not; the basis remembers what 20 was set at."""
    first = round_small(line(20), ["area"], seed=1)
    second = round_small(line(26), ["area"], seed=1, earlier=first.table)
    third = round_small(line(31), ["area"], seed=1, earlier=second.table)
    assert [r.table["rounded"].iloc[0] for r in (first, second, third)] == [20, 20, 31]


def test_one_more_victim_moves_no_published_number() -> None:
    cube = fictional_cube(900)
    before = round_small(cube, DIMENSIONS, seed=5)
    for extra in (0, 17, len(cube) - 1):
        more = cube.copy()
        more.loc[extra, "n"] += 1
        after = next_release(before, more)
        assert (after["rounded"] == before.table["rounded"]).all()
        assert after["n"].sum() == before.table["n"].sum() + 1


def test_closed_periods_never_move_and_the_new_one_makes_up_for_them() -> None:
    whole = fictional_cube(2_000, periods=8)
    last = whole["period"].max()
    before = round_small(whole[whole["period"] < last], DIMENSIONS, seed=5)
    changed = whole.copy()
    changed.loc[changed["period"] < last, "n"] += 40  # every cell moves by far more than K
    closed = sorted(set(whole["period"]) - {last})
    after = next_release(before, changed, closed={"period": closed})
    was = before.table.set_index(DIMENSIONS)["rounded"]
    now = after[after["period"] < last].set_index(DIMENSIONS)["rounded"]
    assert now.eq(was.reindex(now.index)).all() and len(now) == len(was)
    assert (next_release(before, changed)["rounded"] > 40).any()  # without `closed` they would have moved
    fresh = after[after["period"] == last]
    assert not fresh["kept"].any() and not fresh["rounded"].between(1, K - 1).any()


def test_a_cell_of_a_closed_period_that_was_not_published_stays_at_nothing() -> None:
    before = round_small(line(20), ["area"], seed=1)
    after = next_release(before, line(20, 50), closed={"area": ["b"]})
    assert after["rounded"].tolist() == [20, 0] and after["kept"].all()


def test_a_revision_keeps_the_totals_close_around_what_is_kept() -> None:
    whole = fictional_cube(2_400)
    before = round_small(whole[whole["period"] < "2024-H2"], DIMENSIONS, seed=5)
    after = round_small(whole, DIMENSIONS, seed=6, earlier=before.table)
    assert after.table["kept"].sum() == len(before.table)
    assert abs(after.table["rounded"].sum() - 2_400) < K
    assert_within(after.exact_errors, typical=1.25, worst=1.5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n": [1, -1]}, "whole number of 0 or more"),
        ({"n": [1, 1.5]}, "whole number of 0 or more"),
        ({"n": [1, None]}, "whole number of 0 or more"),
        ({"area": ["a", "a"]}, "listed twice"),
        ({"area": ["a", None]}, "area is missing in some rows"),
    ],
)
def test_a_cube_that_is_none_is_refused(change: dict[str, list], said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        round_small(line(1, 2).assign(**change), ["area"], seed=1)
    assert "1.5" not in str(refused.value) and "-1" not in str(refused.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"seed": -1}, "seed must be 0 or more"),
        ({"seed": 1, "base": 1}, "base must be at least 2"),
        ({"seed": 1, "margins": 0}, "at least 1"),
        ({"seed": 1, "zeros": "some"}, 'are "all"'),
        ({"seed": 1, "closed": {"area": ["a"]}}, "earlier release too"),
        ({"seed": 1, "n": "people"}, "no column people"),
        ({"seed": 1, "dimensions": ["place"]}, "no column place"),
        ({"seed": 1, "dimensions": []}, "each once"),
        ({"seed": 1, "earlier": pd.DataFrame({"area": ["a"], "rounded": [4], "basis": [4]})}, "smaller base"),
        ({"seed": 1, "earlier": pd.DataFrame({"area": ["a"], "rounded": [0]})}, "no column basis"),
        ({"seed": 1, "zeros": pd.DataFrame({"place": ["a"]})}, "no column area"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(options: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        round_small(line(1, 2), **({"dimensions": ["area"]} | options))


def test_a_closed_label_that_nobody_has_is_refused() -> None:
    """2021 for "2021" would close nothing and redraw everything."""
    before = round_small(line(20), ["area"], seed=1)
    for closed in ({"area": [1]}, {"period": ["2021"]}):
        with pytest.raises(ValueError, match="closed label"):
            next_release(before, line(20), closed=closed)


def test_names_of_the_result_are_not_taken() -> None:
    with pytest.raises(ValueError, match="rename"):
        round_small(line(1).rename(columns={"n": "rounded"}), ["area"], "rounded", seed=1)


def test_too_many_combinations_are_refused_before_memory_is_taken() -> None:
    many = pd.DataFrame({name: range(150) for name in DIMENSIONS}).assign(n=1)
    with pytest.raises(ValueError, match="drop or merge dimensions"):
        round_small(many, DIMENSIONS, seed=1)
    assert len(round_small(many, DIMENSIONS, seed=1, zeros=None).table) == 150


def test_labels_of_mixed_kinds_and_categories_are_sorted_and_kept() -> None:
    mixed = pd.DataFrame({"area": ["b", 7, "a"], "n": [12, 13, 14]})
    assert round_small(mixed, ["area"], seed=1).table["area"].tolist() == [7, "a", "b"]
    ordered = line(12, 13).assign(area=pd.Categorical(["b", "a"]))
    assert round_small(ordered, ["area"], seed=1).table["n"].tolist() == [13, 12]
