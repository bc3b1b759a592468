"""Service providers: no total and no difference of two lets anybody count one to ten."""

from collections import Counter

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.analysis.small_counts import round_small
from etl.provider.rounding import K, round_year, tables_of, typical_errors
from etl.provider.totals import Totals
from tests.provider_files import CLIENTS, no_small_count


def test_tables_rounded_one_by_one_give_a_small_group_away_and_margins_of_one_cube_do_not() -> None:
    """The attack: every cell by sex is exact, so the year is; what the kinds of exploitation lack of it is hidden."""
    names = list(CLIENTS.traits)
    absent = {d: (t.absent,) for d, t in CLIENTS.traits.items()}

    def people(kind: str, sex: str, n: int) -> list:
        return [tuple({**absent, "exploitation": (kind,), "sex": (sex,)}[d] for d in names)] * n

    hidden = 3
    profiles = [
        *people("sex", "female", 50),
        *people("forced_labour", "male", 37),
        *people("organ_removal", "male", hidden),
    ]
    counts = [Counter(p[names.index(d)][0] for p in profiles) for d in ("sex", "exploitation")]
    by_sex, by_kind = (
        round_small(pd.DataFrame({"code": list(c), "n": list(c.values())}), ["code"], seed=1, zeros=None).table
        for c in counts
    )
    assert by_sex["rounded"].sum() - by_kind.loc[by_kind["n"] >= K, "rounded"].sum() == hidden
    year = round_year(2024, profiles, CLIENTS, 1)
    cells = {c: rounded for c, (rounded, _) in tables_of(year, CLIENTS).items() if rounded}
    no_small_count(Totals("A", "htcds", "All.", (2024,), cells, ()))
    large = cells[(2024, "exploitation", "sex", "", "")] + cells[(2024, "exploitation", "forced_labour", "", "")]
    assert cells[(2024, "", "", "", "")] - large in (0, K)


_TRAITS = list(CLIENTS.traits.items())


def _codes(dimension: str) -> st.SearchStrategy[tuple[str, ...]]:
    trait = CLIENTS.traits[dimension]
    known = sorted(set(trait.codes.values()) | {trait.absent}) if trait.codes else ["9-17", "18-20", "unknown"]
    if trait.several:
        return st.sets(st.sampled_from(known[:3]), min_size=1, max_size=2).map(lambda s: tuple(sorted(s)))
    return st.sampled_from(known[:3]).map(lambda c: (c,))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(
        st.tuples(st.tuples(*[_codes(d) for d, _ in _TRAITS]), st.integers(1, 14)), min_size=1, max_size=12
    ),
    seed=st.integers(0, 2**128 - 1),
)
def test_whatever_the_clients_no_total_and_no_difference_is_one_to_ten(people: list, seed: int) -> None:
    profiles = [p for p, n in people for _ in range(n)]
    year = round_year(2024, profiles, CLIENTS, seed)
    cells = {c: rounded for c, (rounded, _) in tables_of(year, CLIENTS).items() if rounded}
    if cells:
        no_small_count(Totals("A", "htcds", "All.", (2024,), cells, ()))
    again = round_year(2024, profiles[::-1], CLIENTS, seed)
    assert year.cube.equals(again.cube)
    true = {c: t for c, (_, t) in tables_of(year, CLIENTS).items()}
    assert true[(2024, "", "", "", "")] == len(profiles)


def test_the_typical_error_of_a_few_totals_is_not_told() -> None:
    found = {(2024, "sex", str(i), "", ""): (11, i) for i in range(1, 20)}
    assert typical_errors(found) == []
    found[(2024, "sex", "x", "", "")] = (11, 20)
    assert typical_errors(found) == [{"order": 1, "median": 5, "p95": 10}]
    found[(2024, "", "", "", "")] = (500, 1)  # the year's own total would give the truth
    assert typical_errors(found) == [{"order": 1, "median": 5, "p95": 10}]
