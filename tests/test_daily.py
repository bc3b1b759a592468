"""Counts by day and code: what a period keeps of them, held against pandas' own grouping."""

from datetime import date

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from dashboard.filters import Filters
from dashboard.measures.daily import by_code, within

MONTHS = st.dates(date(2020, 1, 1), date(2023, 12, 31)).map(lambda day: day.replace(day=1))
ROWS = st.lists(
    st.tuples(st.dates(date(2019, 12, 1), date(2024, 1, 31)), st.sampled_from("abc"), st.integers(0, 99)), max_size=40
)


@given(rows=ROWS, first=st.none() | MONTHS, last=st.none() | MONTHS)
def test_counts_by_code_are_those_of_pandas(
    rows: list[tuple[date, str, int]], first: date | None, last: date | None
) -> None:
    days = pd.DataFrame(
        {
            "day": pd.to_datetime([day for day, _, _ in rows]).to_numpy().astype("datetime64[s]"),
            "code": pd.Categorical([code for _, code, _ in rows], categories=["c", "a", "b", "never"]),
            "n": pd.array([n for _, _, n in rows], dtype="Int64"),
        }
    )
    filters = Filters(date_from=first, date_to=last)
    kept = [
        row
        for row in rows
        if (first is None or row[0] >= first)
        and (last is None or (row[0].year, row[0].month) <= (last.year, last.month))
    ]
    assert [tuple(row) for row in within(days, filters).assign(day=lambda t: t["day"].dt.date).to_numpy()] == kept
    sums = within(days, filters).groupby("code", observed=True)["n"].sum()
    assert by_code(days, filters) == {str(code): int(n) for code, n in sums.items()}
