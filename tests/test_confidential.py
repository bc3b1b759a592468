"""Places where reports are taken or people are sheltered: no coordinate and no cell of one is kept anywhere."""

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import h3
import numpy as np
import pytest

from etl import locate
from etl.__main__ import main
from etl.confidential import apply_places, older_loads, read_places
from etl.erasing import log
from etl.forget import forget
from etl.load import load_files, remove, undo
from etl.schema import SourceError
from etl.status import warnings
from etl.store import Store
from tests.loader_files import LAPD, OTHER, SEX, ask, contents, csv_file, equation, lapd_row, load
from tests.test_habits import COLUMNS, TODAY, make_source, row
from tests.traces import traces

DAYS = ("2023-01-03", "2023-02-09", "2023-03-21")
SHELTER = (34.10234517, -118.20345671)  # invented
LISTED = f"lat,lon,radius_m,kind\n{SHELTER[0]},{SHELTER[1]},150,shelter\n"


# One of the reports elsewhere has a point of two decimals, too coarse for a cell of the denominator.


def _at(number: int, day: str, code: str, lat: float, lon: float) -> str:
    return lapd_row(number, day, code).rsplit(",", 2)[0] + f",{lat},{lon}"


def _rows(there: int = 14) -> list[str]:
    """Reports all over the city, and some at the shelter and within a few metres of it; the last of these is far."""
    rows = [lapd_row(i, DAYS[i % 3], SEX if i % 2 else OTHER) for i in range(1, 20)]
    near = [(SHELTER[0] + i * 1e-5, SHELTER[1] - i * 1e-5) for i in range(there)]
    return rows + [_at(100 + i, DAYS[i % 3], SEX if i % 2 else OTHER, *place) for i, place in enumerate(near)]


def _needles(there: int = 14) -> list[str | float | int]:
    points = [(SHELTER[0] + i * 1e-5, SHELTER[1] - i * 1e-5) for i in range(there)]
    numbers: list[str | float | int] = [round(v, 12) for point in points for v in point]
    texts: list[str | float | int] = ["34.1023", "-118.2034", "-118.2035"]
    cells: list[str | float | int] = [
        cell for r in (7, 8, 9) for place in points if (cell := int(h3.latlng_to_cell(*place, r), 16)) not in _others(r)
    ]
    return [*numbers, *texts, *cells, *(f"{c:x}" for c in cells if isinstance(c, int))]


def _others(resolution: int) -> set[int]:
    """Cells that other reports lie in, too: these may be kept."""
    return {int(h3.latlng_to_cell(34.0 + i % 90 / 1000, -118.3 + i % 70 / 1000, resolution), 16) for i in range(1, 20)}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "data").mkdir()
    yield Store(tmp_path / "data")


def _list(store: Store, text: str = LISTED) -> None:
    (store.data / "places.csv").write_text(text)


def test_no_coordinate_of_a_listed_place_is_anywhere(store: Store, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "one.csv", LAPD, _rows())
    unlisted = Store(tmp_path / "unlisted")
    load(unlisted, "lapd", path)
    assert len(traces(unlisted.data, _needles())) == 4  # the scan bites: two facts, the denominator, the database
    _list(store)
    (done,) = load(store, "lapd", path)
    assert traces(store.data, _needles(), without=["places.csv"]) == []
    assert any("kept confidential were taken away: 14 rows." in note for note in done.manifest["notes"])
    assert ask(store, "select count(*), count(lat) from incidents where incident_id::int >= 100") == [(7, 0)]
    assert ask(store, "select sum(n), sum(n) filter (h3_9 is null) from exposure") == [(33, 15)]


def test_what_is_counted_does_not_change_and_hidden_records_do_not_stand_out(store: Store, tmp_path: Path) -> None:
    """A record that has lost its point looks like any other that never had one."""
    _list(store)
    rows = [*_rows(), _at(900, DAYS[0], SEX, 0, 0)]  # Los Angeles writes 0, 0 where it hides an address
    load(store, "lapd", csv_file(tmp_path / "one.csv", LAPD, rows))
    equation(store)
    assert ask(store, "select sum(n) from incidents") == [(10 + 7 + 1,)]
    precision = "select distinct location_precision from incidents where lat is null"
    assert ask(store, precision) == [("area",)]
    assert ask(store, "select count(*) from victims where lat is not null and incident_id::int >= 100") == [(0,)]


def test_a_few_is_no_number(store: Store, tmp_path: Path) -> None:
    _list(store)
    (done,) = load(store, "lapd", csv_file(tmp_path / "one.csv", LAPD, _rows(there=10)))
    said = [note for note in done.manifest["notes"] if "confidential" in note]
    assert said == ["Points at places that are kept confidential were taken away: a few rows."]
    (none,) = load(store, "lapd", csv_file(tmp_path / "two.csv", LAPD, _rows(there=0)))
    assert not [note for note in none.manifest["notes"] if "confidential" in note]


def test_a_list_that_comes_later_cleans_every_kept_load(store: Store, tmp_path: Path) -> None:
    one, two = (csv_file(tmp_path / f"{n}.csv", LAPD, _rows(n)) for n in (12, 14))
    load(store, "lapd", one)
    (second,) = load(store, "lapd", two)
    remove(store, second.load)  # still kept for undo
    before = {t: ask(store, f"select sum(n) from {t}") for t in ("incidents", "victims", "exposure")}
    _list(store)
    assert older_loads(store) == store.current_loads()
    assert "python -m etl places apply" in warnings(store)[0]
    assert apply_places(store).loads == 2
    assert traces(store.data, _needles(), without=["places.csv"]) == []
    assert older_loads(store) == [] and warnings(store) == []
    assert {t: ask(store, f"select sum(n) from {t}") for t in before} == before
    equation(store)
    undo(store)
    assert len(contents(store)["incidents"]) == 17
    assert traces(store.data, _needles(), without=["places.csv"]) == []
    assert apply_places(store).loads == 0
    assert [(e["act"], e["loads"]) for e in log(store)] == [("places", 2)]


def test_applied_later_the_records_are_as_if_it_had_been_there(store: Store, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "one.csv", LAPD, _rows())
    load(store, "lapd", path)
    _list(store)
    apply_places(store)
    first = Store(tmp_path / "first")
    first.data.mkdir()
    _list(first)
    load(first, "lapd", path)
    for table in ("incidents", "victims", "exposure"):
        sql = f"select * exclude (load) from {table} order by all"
        assert ask(store, sql) == ask(first, sql)


def test_the_same_file_is_read_anew_with_another_list(store: Store, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "one.csv", LAPD, _rows())
    (bare,) = load(store, "lapd", path)
    _list(store)
    (listed,) = load(store, "lapd", path)
    assert not listed.already and listed.load != bare.load and store.current_loads() == [listed.load]
    assert load(store, "lapd", path)[0].already
    (store.data / "places.csv").unlink()
    (again,) = load(store, "lapd", path)
    assert again.load == bare.load and ask(store, "select count(lat) from incidents where incident_id = '101'") == [
        (1,)
    ]


def test_a_record_there_can_be_forgotten_too(store: Store, tmp_path: Path) -> None:
    """Its report is taken off the count of those without a place, whenever the place was listed."""
    load(store, "lapd", csv_file(tmp_path / "one.csv", LAPD, _rows()))
    _list(store)
    apply_places(store)
    forget(store, "lapd", ["101"])
    assert ask(store, "select sum(n), sum(n) filter (h3_9 is null) from exposure") == [(32, 14)]


def test_repeats_of_a_hidden_record_leave_nothing_behind(store: Store, tmp_path: Path) -> None:
    """The row that gave way is taken off where it was counted: at no cell."""
    _list(store)
    rows = [*_rows(), _at(101, DAYS[2], SEX, *SHELTER)]
    load(store, "lapd", csv_file(tmp_path / "one.csv", LAPD, rows))
    assert ask(store, "select sum(n), min(n) from exposure") == [(33, 1)]
    assert traces(store.data, _needles(), without=["places.csv"]) == []


def test_turned_round_points_are_seen_through(store: Store, tmp_path: Path) -> None:
    _list(store, "name,lat,lon,radius_m,kind\nan invented name,40.0011,-100.0011,50,report-taking\n")
    rows = [row("K1"), row("K2", Y="-100.0011", X="40.0011"), row("K3", Y="40.0111", X="-100.0011")]
    path = tmp_path / "a.csv"
    lines = [",".join(COLUMNS.values()), *(",".join(str(c) for c in r) for r in rows)]
    path.write_text("\n".join(lines) + "\n")
    load_files(store, [(make_source(), path)], today=TODAY)
    assert ask(store, "select incident_id, lat from incidents order by 1") == [
        ("K1", None),
        ("K2", None),
        ("K3", 40.0111),
    ]
    assert traces(store.data, [40.0011, "invented name"], without=["places.csv"]) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "needs the columns"),
        ("lat,lon,radius_m\n", "needs the columns"),
        ("lat,lon,radius_m,kind,address\n", "no other"),
        ("lat,lon,radius_m,kind\n34.55555,-118,100,home\n", "line 2: kind is report-taking or shelter"),
        ("lat,lon,radius_m,kind\n34.55555,-118,100,shelter\n34.55555,x,100,shelter\n", "line 3: lon is a number"),
        ("lat,lon,radius_m,kind\n134.55555,-118,100,shelter\n", "line 2: lat is a number from -90 to 90"),
        ("lat,lon,radius_m,kind\n34.55555,-118,nan,shelter\n", "radius_m is a number from 1"),
        ("lat,lon,radius_m,kind\n34.55555,-118,0,shelter\n", "radius_m is a number from 1"),
        ("lat,lon,radius_m,kind\n34.55555,-118,100\n", "more or fewer values"),
        ("lat,lon,radius_m,kind\n34.55555,-118,100,shelter,x\n", "more or fewer values"),
    ],
)
def test_a_mistake_in_the_list_stops_a_load_and_says_no_value(
    store: Store, tmp_path: Path, text: str, said: str
) -> None:
    _list(store, text)
    path = csv_file(tmp_path / "one.csv", LAPD, _rows())
    for run in (lambda: load(store, "lapd", path), lambda: apply_places(store)):
        with pytest.raises(SourceError, match=said) as error:
            run()
        assert "34.55" not in str(error.value)
    assert store.current() is None


def test_a_list_of_none_is_as_no_list(store: Store, tmp_path: Path) -> None:
    _list(store, "lat,lon,radius_m,kind\n")
    assert read_places(store.data) == []
    (done,) = load(store, "lapd", csv_file(tmp_path / "one.csv", LAPD, _rows()))
    assert "places" not in done.manifest and not (store.root / "key").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no such permission bits")
def test_only_its_owner_may_read_the_list(store: Store) -> None:
    _list(store)
    (store.data / "places.csv").chmod(0o644)
    read_places(store.data)
    assert stat.S_IMODE((store.data / "places.csv").stat().st_mode) == 0o600


def test_the_commands_say_how_many_and_never_where(
    store: Store, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(store.data)]
    assert main(["places", "check", *data]) == 1
    assert "There is no" in capfd.readouterr().err
    load(store, "lapd", csv_file(tmp_path / "one.csv", LAPD, _rows()))
    _list(store)
    capfd.readouterr()
    said = ""
    for command in (["places", "check"], ["status"], ["places", "apply"], ["status"], ["status", "--json"]):
        assert main([*command, *data]) == 0
        said += capfd.readouterr().out
    assert "1 places. 1 loads were read with another list." in said and "1 loads were written anew" in said
    assert said.count("places apply") == 1
    assert "34.10" not in said and "118.20" not in said


# -- circles, numerically --------------------------------------------------------------------------------------------


def test_circles_agree_with_another_library_s_distances() -> None:
    rng = np.random.default_rng(3)
    places = locate.Confidential(rng.uniform(34, 34.1, 30), rng.uniform(-118.1, -118, 30), rng.uniform(5, 900, 30))
    lat, lon = rng.uniform(33.95, 34.15, 20_000), rng.uniform(-118.15, -117.95, 20_000)
    lat[:3] = np.nan
    expected = np.zeros(len(lat), dtype=bool)
    for i in range(3, len(lat)):
        for a, b, radius in zip(places.lat, places.lon, places.radius, strict=True):
            if abs(lat[i] - a) < 0.01 and h3.great_circle_distance((lat[i], lon[i]), (a, b), unit="m") <= radius:
                expected[i] = True
    found = places.hides(lat, lon)
    assert 1000 < expected.sum() < 15_000 and (found != expected).sum() <= 1  # the two differ in the earth's radius


def test_a_circle_across_the_date_line_and_at_a_pole() -> None:
    place = locate.Confidential(np.array([10.0, 90.0]), np.array([179.9999, 0.0]), np.array([50.0, 1000.0]))
    lat, lon = np.array([10.0, 10.0, 89.995, 89.9]), np.array([-179.9999, 179.99, 120.0, 120.0])
    assert place.hides(lat, lon).tolist() == [True, False, True, False]


def test_a_cell_touches_a_circle_when_any_of_its_ground_does() -> None:
    """Against points of a fine grid inside the circle: each lies in a cell that is said to touch."""
    place = locate.Confidential(np.array([SHELTER[0]]), np.array([SHELTER[1]]), np.array([300.0]))
    step = np.linspace(-0.006, 0.006, 241)
    lat, lon = (side.ravel() for side in np.meshgrid(SHELTER[0] + step, SHELTER[1] + step))
    inside = place.hides(lat, lon)
    cells = locate.cells(lat, lon, 9)
    every = np.unique(cells)
    found = set(every[place.touches(every)].tolist())
    assert set(cells[inside].tolist()) <= found
    assert len(found) < len(every) / 2  # and not simply all of them
    alone = [c for c in found if c not in set(cells[inside].tolist())]
    assert len(alone) <= 2  # a corner between two points of the grid
    assert not locate.Confidential(np.array([]), np.array([]), np.array([])).touches(every).any()
