"""Small invented files in the formats of Los Angeles, Chicago and NIBRS, and what a warehouse holds."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from etl.load import Loaded, load_files
from etl.registry import source_named
from etl.sources.nibrs import _MEMBERS
from etl.store import Store

LAPD = (
    "DR_NO,Date Rptd,DATE OCC,TIME OCC,AREA,Crm Cd,Crm Cd Desc,Vict Age,Vict Sex,Vict Descent,Premis Desc,Status,"
    "LAT,LON"
)
LAPD_OLDER = (
    "DR Number,Date Reported,Date Occurred,Time Occurred,Area ID,Crime Code,Crime Code Description,Victim Age,"
    "Victim Sex,Victim Descent,Premise Description,Status Code,Location "
)
PORTAL = "ID,Date,IUCR,Primary Type,Description,Location Description,Community Area,Updated On,Latitude,Longitude"
SLIM = "Date,Primary Type,Description,Location Description,Community Area"
SEX, LABOUR, OTHER = "822", "921", "510"
_TEXTS = {
    SEX: "HUMAN TRAFFICKING - COMMERCIAL SEX ACTS",
    LABOUR: "HUMAN TRAFFICKING - INVOLUNTARY SERVITUDE",
    OTHER: "VEHICLE - STOLEN",
}


def lapd_row(number: int, day: str, code: str = OTHER, occurred: str = "", age: str = "24", older: bool = False) -> str:
    """A report; days are YYYY-MM-DD. Each lies at a place of its own in the declared region."""
    reported, happened = (f"{d[5:7]}/{d[8:]}/{d[:4]} 12:00:00 AM" for d in (day, occurred or day))
    lat, lon = 34.0 + number % 90 / 1000, -118.3 + number % 70 / 1000
    place = f'"({lat:.4f}, {lon:.4f})"' if older else f"{lat:.4f},{lon:.4f}"
    return f"{number},{reported},{happened},1435,{number % 21 + 1},{code},{_TEXTS[code]},{age},F,H,STREET,IC,{place}"


def slim_row(day: str, trafficking: bool = False, place: str = "STREET", area: int = 8) -> str:
    """A row of Chicago's slim file."""
    kind = "HUMAN TRAFFICKING,COMMERCIAL SEX ACTS" if trafficking else "THEFT,OVER $500"
    return f"{day} 14:00:00,{kind},{place},{area}"


def portal_row(number: int, day: str, trafficking: bool = False) -> str:
    """A row of Chicago's portal file."""
    kind = "1056,HUMAN TRAFFICKING,COMMERCIAL SEX ACTS" if trafficking else "0820,THEFT,$500 AND UNDER"
    date = f"{day[5:7]}/{day[8:]}/{day[:4]} 02:00:00 PM"
    return f"{number},{date},{kind},STREET,8,{date},{41.7 + number % 50 / 1000:.4f},-87.65"


def csv_file(path: Path, header: str, rows: Iterable[str]) -> Path:
    """Writes a file of a header and rows."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def nibrs_zip(path: Path, state: str, first_id: int, days: Sequence[str]) -> Path:
    """A zip of the 2024 form: an incident of commercial sex acts and one of theft for each day, a victim in each."""
    ids = [(first_id + i, day) for i, day in enumerate(d for d in days for _ in range(2))]
    rows: dict[str, list[dict[str, Any]]] = {key: [] for key in _MEMBERS}
    rows["agency"] = [{"agency_id": 1, "ori": f"{state}0010000", "pub_agency_name": "Wick", "state_abbr": state}]
    rows["offence_type"] = [
        {"offense_code": "64A", "offense_name": "Human Trafficking, Commercial Sex Acts"},
        {"offense_code": "23H", "offense_name": "All Other Larceny"},
    ]
    rows["location"] = [{"location_id": 20, "location_name": "Residence/Home"}]
    rows["cleared"] = [{"cleared_except_id": 6, "cleared_except_code": "N"}]
    rows["victim_type"] = [{"victim_type_id": 4, "victim_type_code": "I"}]
    rows["age"] = [{"age_id": 5, "age_code": "AG"}]
    rows["race"] = [{"race_id": 1, "race_code": "W"}]
    rows["ethnicity"] = [{"ethnicity_id": 2, "ethnicity_code": "N"}]
    rows["relationship"] = [{"relationship_id": 1, "relationship_code": "ST"}]
    person = {"age_id": 5, "age_num": 24, "sex_code": "F", "race_id": 1, "ethnicity_id": 2}
    for i, (id_, day) in enumerate(ids):
        rows["incident"].append(
            {"incident_id": id_, "agency_id": 1, "incident_date": day, "incident_hour": 9, "cleared_except_id": 6}
        )
        code = "23H" if i % 2 else "64A"
        rows["offence"].append({"offense_id": id_, "incident_id": id_, "location_id": 20, "offense_code": code})
        rows["victim"].append({"victim_id": id_, "incident_id": id_, "victim_type_id": 4, **person})
        rows["victim_offence"].append({"victim_id": id_, "offense_id": id_})
        rows["offender"].append({"offender_id": id_, "incident_id": id_, "offender_seq_num": 1, **person})
        rows["relation"].append({"victim_id": id_, "offender_id": id_, "relationship_id": 1})
    extra = {"incident": ["cleared_except_id"], "offence": ["offense_code"]}
    with zipfile.ZipFile(path, "w") as archive:
        for key, (member, columns) in _MEMBERS.items():
            out = io.StringIO()
            writer = csv.DictWriter(out, [*columns.split(), *extra.get(key, [])], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[key])
            archive.writestr(f"{state}/{member}", out.getvalue())
    return path


def load(store: Store, source: str, *paths: Path, counts_for: Sequence[str] = ()) -> list[Loaded]:
    """Loads files of one source."""
    return load_files(store, [(source_named(source), p) for p in paths], counts_for=tuple(counts_for))


def served(store: Store) -> Path:
    """The database that the pointer names."""
    pointer = store.current()
    assert pointer is not None
    return store.root / str(pointer["restricted"])


def ask(store: Store, sql: str) -> list[tuple[Any, ...]]:
    """Asks the database that is served."""
    with duckdb.connect(str(served(store)), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def contents(store: Store, in_order: bool = False) -> dict[str, list[str]]:
    """Every row of every table but what a clock writes; sorted unless the order is asked for."""
    found = {}
    with duckdb.connect(str(served(store)), read_only=True) as connection:
        for (name,) in connection.execute("select table_name from duckdb_tables() order by 1").fetchall():
            where = " where key not in ('version', 'built_at')" if name == "meta" else ""
            less = " exclude (loaded_at)" if name == "loads" else ""
            rows = [repr(r) for r in connection.execute(f"select *{less} from {name}{where} order by rowid").fetchall()]
            found[name] = rows if in_order else sorted(rows)
    return found


def equation(store: Store) -> dict[tuple[str, str], tuple[int, int, int, int, int]]:
    """(load, input table) -> rows read, loaded, merged, not relevant, quarantined. Fails when they do not add up."""
    sql = "select load, input_table, rows_read, loaded, merged, not_relevant, quarantined from load_tables"
    found = {(r[0], r[1]): r[2:] for r in ask(store, sql)}
    assert all(read == sum(rest) and min(rest) >= 0 for read, *rest in found.values())
    return found


def parts_of(store: Store, done: Loaded) -> tuple[int, int, int, int, int]:
    """The equation of a load of one table."""
    (found,) = [parts for (load, _), parts in equation(store).items() if load == done.load]
    return found


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder and the hash of its bytes, without the lock."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() if p.is_file() else "folder"
        for p in sorted(folder.rglob("*"))
        if p.name != "lock"
    }
