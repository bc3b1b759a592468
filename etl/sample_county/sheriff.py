"""Lantern County Sheriff (fictional): the zips that the FBI publishes for a NIBRS state and year.

2021 has the 2018 schema (upper case, `18-JAN-21`, ids of its own for ages and races), 2022 to 2025 the 2024 schema.
Trafficking for sex is recorded about seven times a month, forced labour, mostly on farms, nearly three times. The
southern station takes part from January 2023 only. Some children are recorded as offenders.
"""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from etl.sample_county import nibrs_lists as codes
from etl.sample_county.people import RELATIONSHIPS, Choice, Person, pick, suspect, victim
from etl.sample_county.place import districts, generator
from etl.sample_county.writing import csv_text, write_zip

YEARS = (2021, 2022, 2023, 2024, 2025)
STATIONS = (("ZZ0010100", 990101, 0.38), ("ZZ0010200", 990102, 0.42), ("ZZ0010300", 990103, 0.20))
SOUTH_JOINED = dt.date(2023, 1, 1)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

# what, how many a month at the start and at the end of the five years
_RATES = (
    (("64A",), "sex", 4.6, 6.0),
    (("64A", "40B"), "sex", 1.0, 1.6),
    (("64A", "35A"), "sex", 0.5, 0.9),
    (("64B",), "forced_labour", 1.8, 2.8),
    (("64B", "13B"), "forced_labour", 0.3, 0.5),
    (("40B",), "sex", 0.8, 0.8),
    (("40A",), "", 1.0, 0.8),
    (("620",), "", 0.5, 0.5),
    (("26G",), "", 0.6, 1.0),
    (("13B",), "", 26.0, 26.0),
    (("13A",), "", 8.0, 8.0),
    (("220",), "", 14.0, 11.0),
    (("23F",), "", 14.0, 12.0),
    (("23H",), "", 18.0, 18.0),
    (("240",), "", 6.0, 8.0),
    (("290",), "", 15.0, 15.0),
    (("35A",), "", 12.0, 12.0),
    (("26A",), "", 6.0, 9.0),
)
_PLACES = {
    "sex": (("Hotel/Motel/Etc.", 4), ("Residence/Home", 3), ("Cyberspace", 2), ("Rest Area", 1), ("Not Specified", 1)),
    "forced_labour": (("Farm Facility", 6), ("Construction Site", 1), ("Restaurant", 1), ("Residence/Home", 2)),
    "": (
        ("Residence/Home", 5),
        ("Highway/Road/Alley/Street/Sidewalk", 3),
        ("Parking/Drop Lot/Garage", 2),
        ("Service/Gas Station", 1),
        ("Other/Unknown", 1),
    ),
}
_RACE = {"white": "W", "black": "B", "asian": "A", "native": "I", "pacific": "P", "hispanic": "W", "unknown": "U"}


@dataclass
class Zip:
    """The member tables of one year while they fill, with rows in the order of its headers."""

    year: int
    rows: dict[str, list[list[Any]]] = field(default_factory=dict)

    @property
    def older(self) -> bool:
        return self.year == 2021

    def add(self, member: str, *values: Any) -> None:
        self.rows.setdefault(member, []).append([self.year, *values])


HEADERS = {
    "NIBRS_incident.csv": "data_year,agency_id,incident_id,nibrs_month_id,cargo_theft_flag,submission_date,"
    "incident_date,report_date_flag,incident_hour,cleared_except_id,cleared_except_date,incident_status,data_home,"
    "orig_format,did",
    "NIBRS_month.csv": "data_year,nibrs_month_id,agency_id,month_num,inc_data_year,reported_status,report_date,"
    "update_flag,orig_format,data_home,ddocname,did,month_pub_status",
    "NIBRS_OFFENSE.csv": "data_year,offense_id,incident_id,offense_code,attempt_complete_flag,location_id,"
    "num_premises_entered,method_entry_code",
    "NIBRS_VICTIM.csv": "data_year,victim_id,incident_id,victim_seq_num,victim_type_id,assignment_type_id,"
    "activity_type_id,outside_agency_id,age_id,age_num,sex_code,race_id,ethnicity_id,resident_status_code,"
    "age_range_low_num,age_code_range_high",
    "NIBRS_OFFENDER.csv": "data_year,offender_id,incident_id,offender_seq_num,age_id,age_num,sex_code,race_id,"
    "ethnicity_id,age_range_low_num,age_range_high_num",
    "NIBRS_VICTIM_OFFENSE.csv": "data_year,victim_id,offense_id",
    "NIBRS_VICTIM_OFFENDER_REL.csv": "data_year,victim_id,offender_id,relationship_id,nibrs_victim_offender_id",
    "agencies.csv": "yearly_agency_id,agency_id,data_year,ori,legacy_ori,covered_by_legacy_ori,"
    "direct_contributor_flag,dormant_flag,dormant_year,reporting_type,ucr_agency_name,ncic_agency_name,"
    "pub_agency_name,pub_agency_unit,agency_status,state_id,state_name,state_abbr,state_postal_abbr,division_code,"
    "division_name,region_code,region_name,region_desc,agency_type_name,population,submitting_agency_id,sai,"
    "submitting_agency_name,suburban_area_flag,population_group_id,population_group_code,population_group_desc,"
    "parent_pop_group_code,parent_pop_group_desc,mip_flag,pop_sort_order,summary_rape_def,pe_reported_flag,"
    "male_officer,male_civilian,male_officer+male_civilian,female_officer,female_civilian,"
    "female_officer+female_civilian,officer_rate,employee_rate,nibrs_cert_date,nibrs_start_date,"
    "nibrs_leoka_start_date,nibrs_ct_start_date,nibrs_multi_bias_start_date,nibrs_off_eth_start_date,covered_flag,"
    "county_name,msa_name,publishable_flag,participated,nibrs_participated",
}
# Where the 2018 schema names a column differently.
_OLDER_NAMES = {
    "NIBRS_month.csv": {"INC_DATA_YEAR": "DATA_YEAR"},
    "NIBRS_OFFENSE.csv": {"OFFENSE_CODE": "OFFENSE_TYPE_ID"},
    "NIBRS_VICTIM.csv": {"AGE_CODE_RANGE_HIGH": "AGE_RANGE_HIGH_NUM"},
    "agencies.csv": {
        "MALE_OFFICER+MALE_CIVILIAN": "PED.MALE_OFFICER+PED.MALE_CIVILIAN",
        "FEMALE_OFFICER+FEMALE_CIVILIAN": "PED.FEMALE_CIVILIAN+PED.FEMALE_OFFICER",
        "OFFICER_RATE": "0",
        "EMPLOYEE_RATE": "0",
    },
}


def _described(person: Person | None, older: bool) -> list[Any]:
    """age_id, age_num, sex, race_id, ethnicity_id of somebody, or of nobody in particular."""
    if person is None:
        return [None] * 5 if older else [104, "NS", "X", 99, 50]
    sex = {"female": "F", "male": "M", "unknown": "U"}[person.sex]
    race = codes.RACES[_RACE[person.race]][0 if older else 1]
    ethnicities = codes.ETHNICITIES_2018 if older else codes.ETHNICITIES_2024
    ethnicity = ethnicities["H" if person.race == "hispanic" else "U" if person.race == "unknown" else "N"][0]
    if person.age is None:
        age: list[Any] = [4, None] if older else [103, "00"]
    else:
        age = [5, person.age] if older else [person.age + 3, f"{person.age:02d}"]
    return [*age, sex, race, ethnicity]


class _Clerk:
    """Numbers and records incidents; ids grow through all years."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.next = rng, 700_000_000

    def id(self) -> int:
        self.next += 1
        return self.next

    def record(self, out: Zip, day: dt.date, station: tuple[str, int, float], what: tuple[str, ...], kind: str) -> None:
        incident, month_id = self.id(), 4_000_000 + 1000 * (12 * out.year + day.month - 1) + station[1] % 10
        self._incident(out, incident, month_id, day, station[1])
        place = codes.LOCATIONS[pick(self.rng, _PLACES[kind])][0 if out.older else 1]
        offences = []
        for code in what:
            offences.append(self.id())
            out.add(
                "NIBRS_OFFENSE.csv", offences[-1], incident,
                codes.OFFENCES[code][0] if out.older else code, "C" if self.rng.uniform() < 0.97 else "A", place,
                None, "F" if code == "220" else None,
            )  # fmt: skip
        self._people(out, incident, offences, what, kind)

    def _incident(self, out: Zip, incident: int, month_id: int, day: dt.date, agency: int) -> None:
        rng, did = self.rng, self.id()
        hour = int(rng.normal(15, 6) % 24) if rng.uniform() < 0.93 else None
        exceptional = rng.uniform() < 0.06
        reported = rng.uniform() < 0.03  # the agency knew only the day of the report
        sent = day + dt.timedelta(int(rng.integers(20, 70)))
        flag = ("R" if reported else None) if out.older else ("t" if reported else "f")
        out.add(
            "NIBRS_incident.csv", agency, incident, month_id, "N" if out.older else "f",
            sent if out.older else f"{sent} 09:00:00.0", day, flag, hour,
            int(rng.choice([2, 4, 5])) if exceptional else 6, day + dt.timedelta(30) if exceptional else None,
            0 if out.older else "ACCEPTED", "C" if out.older else None, "F", did,
        )  # fmt: skip

    def _people(self, out: Zip, incident: int, offences: list[int], what: tuple[str, ...], kind: str) -> None:
        rng, person_crime = self.rng, any(codes.OFFENCES[code][2] == "Person" for code in what)
        several = 1 + int(rng.geometric(0.72) - 1 if kind == "sex" else rng.geometric(0.45) - 1 if kind else 0)
        victims = []
        for n in range(1, (min(several, 6) if person_crime else 1) + 1):
            who = victim(kind, rng) if person_crime else None
            type_id = 4 if person_crime or what[0] in ("220", "23F", "23H", "240", "26A", "26G", "290") else 8
            if type_id == 4 and who is None:
                who = victim("", rng)
            victims.append(self._victim(out, incident, n, type_id, who, offences))
        if rng.uniform() < (0.18 if kind else 0.5):
            # Nothing is known of whoever did it: a row with number 0 stands for that, not for a person.
            out.add("NIBRS_OFFENDER.csv", self.id(), incident, 0, *_described(None, out.older), None, None)
            return
        for n in range(1, 1 + min(int(rng.geometric(0.7)), 4)):
            offender = self.id()
            described = _described(suspect(kind, rng), out.older)
            low = described[1] if described[1] != "00" else None
            out.add("NIBRS_OFFENDER.csv", offender, incident, n, *described, low, 0 if out.older and low else None)
            for one in victims if person_crime else []:
                relation = codes.RELATIONS[pick(rng, RELATIONSHIPS[kind])][0]
                link = self.id() if out.older else None
                out.add("NIBRS_VICTIM_OFFENDER_REL.csv", one, offender, relation, link)

    def _victim(self, out: Zip, incident: int, n: int, type_id: int, who: Person | None, offences: list[int]) -> int:
        id_, described = self.id(), _described(who, out.older)
        low = described[1] if described[1] not in ("00", "NS") else None
        resident = "R" if who else None
        out.add(
            "NIBRS_VICTIM.csv", id_, incident, n, type_id, None, None, None, *described, resident, low,
            0 if out.older and low else None,
        )  # fmt: skip
        for offence in offences:
            out.add("NIBRS_VICTIM_OFFENSE.csv", id_, offence)
        return id_


def _agencies(out: Zip) -> None:
    for ori, id_, _ in STATIONS:
        area = next(d for d in districts() if d.id == ori)
        takes_part = out.year >= SOUTH_JOINED.year or ori != STATIONS[2][0]
        known = {
            "yearly_agency_id": int(f"{id_}{out.year}"), "agency_id": id_, "data_year": out.year, "ori": ori,
            "legacy_ori": ori, "direct_contributor_flag": "N", "dormant_flag": "N", "reporting_type": "I",
            "ucr_agency_name": area.name.upper(), "ncic_agency_name": f"LANTERN CO SO {area.name.upper()}",
            "pub_agency_name": f"Lantern County {area.name} (fictional)", "agency_status": "A", "state_id": 99,
            "state_name": "Lantern Isles (fictional)", "state_abbr": "ZZ", "state_postal_abbr": "ZZ",
            "region_name": "Other", "agency_type_name": "County", "population": area.population,
            "suburban_area_flag": "N", "county_name": "LANTERN", "msa_name": "Non-MSA", "publishable_flag": "Y",
            "participated": "Y" if takes_part else "N", "nibrs_participated": "Y" if takes_part else "N",
            "nibrs_start_date": SOUTH_JOINED if ori == STATIONS[2][0] else dt.date(2015, 1, 1),
        }  # fmt: skip
        out.rows.setdefault("agencies.csv", []).append([known.get(c) for c in HEADERS["agencies.csv"].split(",")])


def _months(out: Zip) -> None:
    for month in range(1, 13):
        for ori, id_, _ in STATIONS:
            if ori == STATIONS[2][0] and out.year < SOUTH_JOINED.year:
                continue
            month_id = 4_000_000 + 1000 * (12 * out.year + month - 1) + id_ % 10
            sent = dt.date(out.year + month // 12, month % 12 + 1, 20)
            name = f"{out.year}_{month:02d}_{ori}_NIBRS"
            out.add("NIBRS_month.csv", month_id, id_, month, out.year, "I", sent, "Y", "F", None, name, month_id, None)


def _filled() -> list[Zip]:
    rng = generator(30)
    clerk, zips = _Clerk(rng), [Zip(year) for year in YEARS]
    anywhere = Choice(STATIONS, (share for *_, share in STATIONS))
    for m in range(60):
        out, month = zips[m // 12], m % 12 + 1
        days = (dt.date(out.year + month // 12, month % 12 + 1, 1) - dt.date(out.year, month, 1)).days
        for what, kind, start, end in _RATES:
            for _ in range(int(rng.poisson(start + (end - start) * m / 59))):
                day = dt.date(out.year, month, 1 + int(rng.integers(days)))
                station = anywhere.draw(rng)
                if station is not STATIONS[2] or day >= SOUTH_JOINED:
                    clerk.record(out, day, station, what, kind)
    for out in zips:
        _agencies(out)
        _months(out)
    return zips


def _older_text(header: list[str], rows: list[list[Any]]) -> str:
    """As the 2018 release prints: text in quotes, numbers and `18-JAN-21` without."""

    def show(value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, dt.date):
            return f"{value.day:02d}-{_MONTHS[value.month - 1]}-{value.year % 100:02d}"
        return str(value) if isinstance(value, int) else '"' + str(value).replace('"', '""') + '"'

    lines = [",".join(f'"{c}"' for c in header), *(",".join(map(show, row)) for row in rows)]
    return "\n".join(lines) + "\n"


def header(member: str, columns: str, older: bool) -> list[str]:
    """The header of a member as its release writes it."""
    if not older:
        return columns.split(",")
    names = _OLDER_NAMES.get(member, {})
    return [names.get(c.upper(), c.upper()) for c in columns.split(",")]


def write(to: Path) -> list[tuple[str, Path]]:
    """One zip for each year."""
    files = []
    for out in _filled():
        tables = {m: (HEADERS[m], rows) for m, rows in out.rows.items()} | codes.lists(out.older)
        members = []
        for member, (columns, rows) in sorted(tables.items()):
            names = header(member, columns, out.older)
            text = _older_text(names, rows) if out.older else csv_text([names, *rows])
            members.append((f"ZZ/{member}" if out.older else member, text))
        files.append(("sample_sheriff", to / f"ZZ-{out.year}.zip"))
        write_zip(files[-1][1], members)
    return files
