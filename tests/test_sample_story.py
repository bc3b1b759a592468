"""What the fictional county's files tell, read from the files alone: clusters, delay, breaks and quirks."""

import datetime as dt
from collections import Counter

import numpy as np
import shapely
from shapely.geometry import Point

from etl.sample_county import city, place, sheriff, story
from etl.sources import sample as declared
from tests import sample_files
from tests.sample_files import EARLIER, FULL, Row, all_years, snapshot

SOURCES = {s.name: s for s in declared.SOURCES}


# --- the story


def _kilometres(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    return np.c_[(lon - place.MIDDLE[0]) * place.KM_PER_DEGREE[0], (lat - place.MIDDLE[1]) * place.KM_PER_DEGREE[1]]


def _near(rows: list[Row], stream: str, code: str, within: float = 1.2) -> list[Row]:
    """Rows of a code within so many kilometres of a stream's line, told from the file alone."""
    line = next(s.line for s in story.STREAMS if s.name == stream)
    path = shapely.LineString(line) if len(line) > 1 else Point(*line[0])
    own = [r for r in rows if r["Crm Cd"] == code]
    points = _kilometres(np.array([float(r["LAT"]) for r in own]), np.array([float(r["LON"]) for r in own]))
    return [r for r, d in zip(own, shapely.distance(shapely.points(points), path), strict=True) if d < within]


def _years(rows: list[Row], column: str = "Date Rptd") -> Counter[int]:
    return Counter(int(r[column][6:10]) for r in rows if r[column])


def test_a_few_thousand_reports_a_tenth_of_them_labour() -> None:
    codes = Counter(r["Crm Cd"] for r in all_years())
    sheriffs: Counter[str] = Counter()
    for year in sheriff.YEARS:
        _, rows = sample_files.sheriff(year, "NIBRS_OFFENSE.csv")
        kinds = {"59": "64A", "60": "64B"} if year == 2021 else {}
        sheriffs.update(kinds.get(row[3], row[3]) for row in rows)
    sex, labour = codes["822"] + sheriffs["64A"], codes["921"] + sheriffs["64B"]
    assert 2500 <= sex + labour <= 3500
    assert 0.10 <= labour / (sex + labour) <= 0.16


def test_two_clusters_are_stable() -> None:
    rows = all_years()
    for stream in ("motel strip", "harbour"):
        years = _years(_near(rows, stream, "822"))
        counts = [years[y] for y in range(2021, 2026)]
        assert min(counts) > 50 and max(counts) < 1.6 * min(counts), stream


def test_one_cluster_emerges_and_one_fades() -> None:
    rows = all_years()
    emerging, fading = _years(_near(rows, "old mill", "822")), _years(_near(rows, "theatre row", "822", 0.8))
    assert max(emerging[y] for y in (2021, 2022, 2023)) < 20 < emerging[2024] < emerging[2025] / 1.5
    assert fading[2021] > 2 * fading[2022] > 40
    assert max(fading[y] for y in (2023, 2024, 2025)) < fading[2021] / 10


def test_one_cluster_has_a_season() -> None:
    rows = _near(all_years(), "fairground", "822")
    in_season = sum(r["DATE OCC"][:2] in ("07", "08", "09") for r in rows)
    assert len(rows) > 120 and in_season / len(rows) > 0.7


def test_forced_labour_is_reported_at_docks_and_farms() -> None:
    rows = all_years()
    labour = sum(r["Crm Cd"] == "921" for r in rows)
    for stream, within in (("docks", 1.2), ("farms", 3.0)):
        assert 0.3 < len(_near(rows, stream, "921", within)) / labour < 0.5, stream


def test_reports_are_late_in_the_earlier_snapshot() -> None:
    """What a month looks like while it fills up: its share that is entered when the snapshot is taken."""
    header, early = sample_files.city(EARLIER)
    at = header.index("Date Rptd")

    def months(rows: list[list[str]]) -> Counter[str]:
        return Counter(f"{r[at][6:10]}-{r[at][:2]}" for r in rows if len(r) == len(header))

    early_months, full_months = months(early), months(sample_files.city(FULL)[1])
    share = {m: early_months[m] / full_months[m] for m in ("2025-06", "2025-08", "2025-09")}
    assert share["2025-09"] < 0.85 < share["2025-08"] < share["2025-06"] <= 1
    assert early_months["2025-10"] == 0


def test_the_move_to_another_system_loses_reports() -> None:
    months = Counter(r["Date Rptd"][6:10] + r["Date Rptd"][:2] for r in all_years())
    assert months["202406"] < 0.7 * months["202405"]
    assert months["202409"] > 0.9 * months["202405"]
    assert any(date == "2024-06-01" for date, *_ in SOURCES["sample_city_pd"].annotations)


def test_the_southern_station_begins_in_2023() -> None:
    for year in sheriff.YEARS:
        _, rows = sample_files.sheriff(year, "NIBRS_incident.csv")
        agencies = {row[1] for row in rows}
        assert (str(sheriff.STATIONS[2][1]) in agencies) == (year >= 2023)


# --- the quirks


def test_points_lie_in_the_city_except_the_deliberate_ones() -> None:
    land = place.land(place.CITY)
    shapely.prepare(land)
    kinds: Counter[str] = Counter()
    for row in {r["DR_NO"]: r for r in snapshot()}.values():
        lat, lon = float(row["LAT"]), float(row["LON"])
        if lat == lon == 0:
            kinds["zero_point"] += 1
        elif land.contains(Point(lon, lat)):
            kinds["good"] += 1
        elif land.contains(Point(lat, lon)):
            kinds["swapped_point"] += 1
        else:
            kinds["outside_point"] += 1
    assert {k: n for k, n in kinds.items() if k != "good"} == {
        k: city.QUIRKS[k] for k in ("zero_point", "swapped_point", "outside_point")
    }


def test_each_quirk_is_there_as_often_as_it_says() -> None:
    header, rows = sample_files.city(FULL)
    whole = snapshot()
    assert sum(len(row) != len(header) for row in rows) == city.TOO_MANY_FIELDS
    once = {r["DR_NO"]: r for r in whole}
    assert len(whole) - len(once) == city.UPDATED_IN_FILE
    assert sum(r["Vict Age"] == "-1" for r in once.values()) == city.QUIRKS["negative_age"]
    assert sum(r["Vict Sex"] == "H" for r in once.values()) == city.QUIRKS["sex_h"]
    assert sum(not r["Date Rptd"] for r in once.values()) == city.QUIRKS["no_date"]
    assert sum("/2062" in r["Date Rptd"] for r in once.values()) == city.QUIRKS["future_date"]
    wrong = [r for r in once.values() if r["Crm Cd"] in ("822", "921") and "TRAFFICKING" not in r["Crm Cd Desc"]]
    assert len(wrong) == city.QUIRKS["wrong_text"]


def test_both_date_formats_default_times_and_short_times_occur() -> None:
    rows = snapshot()
    assert {r["Date Rptd"][10:] for r in rows if r["Date Rptd"]} == {" 00:00", " 12:00:00 AM"}
    times = Counter(r["TIME OCC"] for r in rows)
    assert times["1200"] > 500 and times["0001"] > 300
    assert {len(r["TIME OCC"]) for r in rows} == {1, 2, 3, 4}


def test_statuses_change_between_the_snapshots() -> None:
    header, early = sample_files.city(EARLIER)
    before = {row[0]: row[18] for row in early if len(row) == len(header)}
    changed = Counter((before[r["DR_NO"]], r["Status"]) for r in snapshot() if r["DR_NO"] in before)
    assert changed["IC", "UF"] > 5 and changed["IC", "AA"] > 50
    assert SOURCES["sample_city_pd"].statuses["UF"] == "unfounded"


def test_some_children_are_recorded_as_offenders() -> None:
    header, rows = sample_files.sheriff(2024, "NIBRS_OFFENDER.csv")
    ages = [row[header.index("age_num")] for row in rows]
    assert 3 < sum(age.isdigit() and 0 < int(age) < 18 for age in ages) < len(ages) / 10
    assert "NS" in ages and "00" in ages


def test_race_is_the_same_for_everybody() -> None:
    """Nobody shall read anything about a group into invented data."""
    rows = [r for r in snapshot() if r["Vict Descent"]]
    trafficked = Counter(r["Vict Descent"] for r in rows if r["Crm Cd"] in ("822", "921"))
    others = Counter(r["Vict Descent"] for r in rows if r["Crm Cd"] not in ("822", "921"))
    for code in "WHBAX":
        assert abs(trafficked[code] / trafficked.total() - others[code] / others.total()) < 0.05


def test_dates_stay_inside_the_five_years() -> None:
    reported = [r["Date Rptd"][:10] for r in all_years()]
    days = {dt.datetime.strptime(d, "%m/%d/%Y").date() for d in reported}
    assert min(days) >= story.FIRST and max(days) <= story.LAST
    assert len({(d.year, d.month) for d in days}) == 60
