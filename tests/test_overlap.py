"""Overlapping files of one publisher are never added up: months have one owner, and stragglers stay."""

import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.load import check_files
from etl.months import STRAGGLERS, claims, owners, parse_months, superseded
from etl.registry import source_named
from etl.schema import SourceError
from etl.store import Store
from tests.loader_files import PORTAL, SLIM, ask, csv_file, equation, load, parts_of, portal_row, slim_row, tree


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def month_file(folder: Path, name: str, month: str, many: int, strays: tuple[str, ...] = ()) -> Path:
    """A monthly file without ids: every tenth row is of trafficking, and so is each stray day."""
    rows = [slim_row(f"{month}-{i % 28 + 1:02d}", i % 10 == 0) for i in range(many)]
    return csv_file(folder / f"{name}.csv", SLIM, [*rows, *(slim_row(day, True) for day in strays)])


def by_month(store: Store, table: str) -> dict[str, int]:
    day = "month" if table == "exposure" else "date_trunc('month', occurred_on)"
    return dict(ask(store, f"select strftime({day}, '%Y-%m'), sum(n)::int from {table} group by 1 order by 1"))


def test_a_month_that_is_published_again_replaces_the_first(store: Store, tmp_path: Path) -> None:
    load(store, "chicago", month_file(tmp_path, "april", "2022-04", 60))
    (first,) = load(store, "chicago", month_file(tmp_path, "may", "2022-05", 100, ("2022-04-30",)))
    assert by_month(store, "exposure") == {"2022-04": 61, "2022-05": 100}
    assert by_month(store, "incidents") == {"2022-04": 7, "2022-05": 10}
    (second,) = load(store, "chicago", month_file(tmp_path, "may2", "2022-05", 120, ("2022-04-29", "2022-04-30")))
    assert by_month(store, "exposure") == {"2022-04": 62, "2022-05": 120}
    assert by_month(store, "incidents") == {"2022-04": 8, "2022-05": 12}
    assert parts_of(store, first) == (101, 0, 11, 90, 0)
    assert parts_of(store, second) == (122, 14, 0, 108, 0)


def test_equal_stragglers_of_two_files_are_two_reports(store: Store, tmp_path: Path) -> None:
    """As in the denominator: rows that are told apart by nothing are still different rows."""
    load(store, "chicago", month_file(tmp_path, "may", "2022-05", 60, ("2022-04-30",)))
    load(store, "chicago", month_file(tmp_path, "june", "2022-06", 60, ("2022-04-30",)))
    assert by_month(store, "exposure")["2022-04"] == by_month(store, "incidents")["2022-04"] == 2


def test_a_file_of_two_months_gives_up_only_the_one(store: Store, tmp_path: Path) -> None:
    rows = [slim_row(f"2022-{m:02d}-15", i % 10 == 0) for m in (5, 6) for i in range(50)]
    load(store, "chicago", csv_file(tmp_path / "both.csv", SLIM, rows))
    load(store, "chicago", month_file(tmp_path, "june", "2022-06", 70))
    assert by_month(store, "exposure") == {"2022-05": 50, "2022-06": 70}
    assert by_month(store, "incidents") == {"2022-05": 5, "2022-06": 7}


def _portal(folder: Path) -> Path:
    rows = [portal_row(i, f"2022-{m:02d}-10", i % 4 == 0) for m in (4, 5, 6) for i in range(m * 100, m * 100 + 12)]
    return csv_file(folder / "portal.csv", PORTAL, rows)


@pytest.mark.parametrize("slim_first", [False, True])
def test_two_files_without_a_common_id(store: Store, tmp_path: Path, slim_first: bool) -> None:
    slim = month_file(tmp_path, "slim", "2022-05", 40)
    first, second = (slim, _portal(tmp_path)) if slim_first else (_portal(tmp_path), slim)
    load(store, "chicago", first)
    before = tree(store.root)
    with pytest.raises(SourceError, match=r"both cover 2022-05, and their records share no id.*--counts-for 2022-05"):
        load(store, "chicago", second)
    with pytest.raises(SourceError, match="share no id"):
        check_files(store, [(source_named("chicago"), second)])
    with pytest.raises(
        SourceError, match=f"--counts-for names 2021-01, but {second.name} has no reports of that month"
    ):
        load(store, "chicago", second, counts_for=("2021-01", "2022-05"))
    assert tree(store.root) == before
    load(store, "chicago", second, counts_for=("2022-05",))
    may = (12, 3) if slim_first else (40, 4)
    assert by_month(store, "exposure") == {"2022-04": 12, "2022-05": may[0], "2022-06": 12}
    assert by_month(store, "incidents") == {"2022-04": 3, "2022-05": may[1], "2022-06": 3}
    assert sorted(e[2] for e in equation(store).values()) == ([0, 4] if slim_first else [0, 3])


def test_the_users_word_outlives_the_next_snapshot(store: Store, tmp_path: Path) -> None:
    load(store, "chicago", _portal(tmp_path))
    load(store, "chicago", month_file(tmp_path, "slim", "2022-05", 40), counts_for=("2022-05",))
    rows = [portal_row(i, f"2022-{m:02d}-10", i % 4 == 0) for m in (4, 5, 6, 7) for i in range(m * 100, m * 100 + 16)]
    # A record moves into the month for which the other file counts: it is not counted a second time.
    rows[0] = portal_row(400, "2022-05-02", True)
    load(store, "chicago", csv_file(tmp_path / "portal2.csv", PORTAL, rows))
    assert by_month(store, "exposure") == {"2022-04": 15, "2022-05": 40, "2022-06": 16, "2022-07": 16}
    assert by_month(store, "incidents") == {"2022-04": 3, "2022-05": 4, "2022-06": 4, "2022-07": 4}


def test_months_in_words() -> None:
    assert parse_months("2022-11..2023-02") == ("2022-11", "2022-12", "2023-01", "2023-02")
    assert parse_months("2022-03, 2022-01,2022-03") == ("2022-03", "2022-01")
    for wrong in ("2022", "2022-13", "2022-01..2021-01", "", "2022-1..x", "0001-01..9999-12", "²022-01"):
        with pytest.raises(SourceError, match="--counts-for wants months"):
            parse_months(wrong)


_MONTHS = [f"2022-{m:02d}" for m in range(1, 7)]
_FILES = st.lists(st.dictionaries(st.sampled_from(_MONTHS), st.integers(1, 400), min_size=1), min_size=1, max_size=6)


def _manifests(files: list[dict[str, int]]) -> list[dict]:
    return [
        {
            "source": "s",
            "series": "",
            "load": f"load-{i}",
            "has_ids": False,
            "counts_for": [],
            "months": [["", m, n] for m, n in sorted(months.items())],
            "claims": claims({("", m): n for m, n in months.items()}, "period"),
        }
        for i, months in enumerate(files)
    ]


@given(_FILES)
def test_a_month_has_one_owner_and_only_few_reports_beside_it(files: list[dict[str, int]]) -> None:
    manifests = _manifests(files)
    own = owners(manifests)
    for i, m in enumerate(manifests):
        for _, month in m["claims"]:
            newest = max(j for j, other in enumerate(manifests) if ["", month] in other["claims"])
            assert own[("s", "", "", month)] == f"load-{newest}"
        strays = {mo for _, mo, _ in m["months"]} - {mo for _, mo in m["claims"]}
        assert all(files[i][mo] < STRAGGLERS * max(files[i].values()) for mo in strays)
    assert f"load-{len(files) - 1}" not in superseded(manifests)


_SMALL = st.dictionaries(st.sampled_from(_MONTHS), st.sampled_from([1, 2, 60, 90]), min_size=1)


@settings(max_examples=4, deadline=None)
@given(st.lists(_SMALL, min_size=1, max_size=4), st.integers(0, 9))
def test_the_denominator_is_one_owner_and_the_stragglers(files: list[dict[str, int]], seed: int) -> None:
    """Random files with random overlaps, through the whole program: each month is one file's, plus stragglers."""
    with TemporaryDirectory() as folder:
        store, order = Store(Path(folder) / "data"), random.Random(seed)
        paths = []
        for i, months in enumerate(files):
            rows = [
                slim_row(f"{month}-{order.randint(1, 28):02d}", order.random() < 0.3, f"STREET {i}")
                for month, n in months.items()
                for _ in range(n)
            ]
            paths.append(csv_file(Path(folder) / f"{i}.csv", SLIM, rows))
        loads = [d.load for d in load(store, "chicago", *paths)]
        manifests = [m | {"load": f"load-{i}"} for i, m in enumerate(store.manifests(loads))]
        own, gone = owners(manifests), superseded(manifests)
        expected: Counter[str] = Counter()
        for i, months in enumerate(files):
            for month, n in months.items():
                owner = own.get(("chicago", "", "", month))
                claimed = ["", month] in manifests[i]["claims"]
                if owner == f"load-{i}" or (not claimed and f"load-{i}" not in gone):
                    expected[month] += n
        assert by_month(store, "exposure") == expected
        facts = by_month(store, "incidents")
        assert all(facts[m] <= expected[m] for m in facts)
        equation(store)
