"""Figures that fictional publishers printed: agency-year offences, hotline states, k-anonymised cases.

The places are two invented states, ZZ and XL, and invented countries; no code belongs to a real one.
"""

from pathlib import Path

import numpy as np

from etl.sample_county.place import generator
from etl.sample_county.writing import columns, csv_text

FBI = columns(
    "DATA_YEAR,ORI,PUB_AGENCY_NAME,PUB_AGENCY_UNIT,AGENCY_TYPE_NAME,STATE_ABBR,STATE_NAME,DIVISION_NAME,COUNTY_NAME,"
    "REGION_NAME,POPULATION_GROUP_CODE,POPULATION_GROUP_DESC,OFFENSE_SUBCAT_ID,OFFENSE_NAME,OFFENSE_SUBCAT_NAME,"
    "ACTUAL_COUNT,UNFOUNDED_COUNT,CLEARED_COUNT,JUVENILE_CLEARED_COUNT"
)
HOTLINE = columns("Year_Date,Calls,Cases_Reported,State,postal")
CTDC = columns(
    "yearOfRegistration,gender,ageBroad,citizenship,isForcedLabour,isSexualExploit,CountryOfExploitation,"
    "nacionalidade_lat,nacionalidade_long,nacionalidade,pais_exploracao_lat,pais_exploracao_long,pais_exploracao,"
    "nacionalidade_alpha3,pais_exploracao_alpha3"
)
YEARS = range(2021, 2026)
K = 11  # the publisher leaves out combinations that fewer cases share

# ORI, name, kind, state, county, population group, reports a year of sex and of labour
_AGENCIES = (
    ("ZZ0010000", "Lantern County Sheriff", "County", "ZZ", "LANTERN", "MSA counties from 25,000 thru 99,999", 60, 28),
    ("ZZ0010900", "Lampwick", "City", "ZZ", "LANTERN", "Cities from 100,000 thru 249,999", 380, 55),
    ("ZZ0011000", "Port Ember", "City", "ZZ", "LANTERN", "Cities from 10,000 thru 24,999", 14, 6),
    ("ZZ0020100", "Glassholm", "City", "ZZ", "GLASSHOLM; LANTERN", "Cities from 50,000 thru 99,999", 9, 1),
    ("ZZSP00000", "State Police:", "State Police", "ZZ", "", "MSA State Police", 5, 2),
    ("XL0010100", "Oilcup", "City", "XL", "OILCUP", "Cities from 25,000 thru 49,999", 4, 0.4),
    ("XL0010200", "Snuffers Bay", "City", "XL", "OILCUP", "Cities from 10,000 thru 24,999", 1.5, 0.2),
)
_STATES = {"ZZ": "Lantern Isles (fictional)", "XL": "Outer Lanterns (fictional)"}
_COUNTRIES = (("ZZ", "Lantern Isles", "ZZZ"), ("XL", "Outer Lanterns", "XLX"), ("XW", "Westerglow", "XWX"))
_AGES = ("9--17", "18--20", "21--23", "24--26", "27--29", "30--38", "39--47", "")


def _fbi(rng: np.random.Generator) -> str:
    rows: list[list[object]] = [list(FBI)]
    for year in YEARS:
        for ori, name, kind, state, county, group, sex, labour in _AGENCIES:
            if ori == "XL0010200" and year < 2023:
                continue  # did not take part yet
            for id_, text, mean in ((81, "Commercial Sex Acts", sex), (82, "Involuntary Servitude", labour)):
                count = int(rng.poisson(mean))
                size = group.split(" from ")[-1].replace(" thru ", "-")
                if count:
                    # Big agencies make several returns a year; equal ones are not copies.
                    for part in (count // 2, count - count // 2) if count > 8 else (count,):
                        rows.append([
                            year, ori, name, "", kind, state, _STATES[state], "Fictional", county, "Fictional",
                            size, group, id_, "Human Trafficking", text, part,
                            int(rng.binomial(part, 0.02)), int(rng.binomial(part, 0.3)), 0,
                        ])  # fmt: skip
    correction = [2024, *rows[1][1:]]
    correction[15:] = [-1, 0, 0, 0]  # takes back one offence of an earlier return
    return csv_text([*rows, correction])


def _hotline(rng: np.random.Generator) -> str:
    rows: list[list[object]] = [list(HOTLINE)]
    for state, mean in (("ZZ", 140), ("XL", 25)):
        for year in reversed(YEARS):
            calls = int(rng.poisson(mean * (1 + 0.08 * (year - 2021))))
            rows.append([year, calls, int(rng.binomial(calls, 0.28)), _STATES[state].lower(), state])
    return csv_text(rows)


def _ctdc(rng: np.random.Generator) -> str:
    rows: list[list[object]] = []
    for year in YEARS:
        for _ in range(5):
            sex = rng.uniform() < 0.6
            gender = "Female" if rng.uniform() < (0.85 if sex else 0.45) else "Male"
            age = _AGES[int(rng.integers(len(_AGES)))]
            origin, where = (_COUNTRIES[int(n)] for n in rng.integers(0, 3, 2))
            labour, sexual = ("0.0", "1.0") if sex else ("1.0", "" if rng.uniform() < 0.3 else "0.0")
            row = [
                year, gender, age, origin[0], labour, sexual, where[0], "", "", origin[1], "", "", where[1], origin[2],
                where[2],
            ]  # fmt: skip
            rows += [row] * (K + int(rng.poisson(6)))
    return csv_text([list(CTDC), *rows])


def write(to: Path) -> list[tuple[str, Path]]:
    """Three csv files."""
    rng = generator(50)
    made = (
        ("sample_agency_years", "HT_2021-2025_fictional.csv", _fbi(rng)),
        ("sample_hotline", "hotline_state_2021_2025_fictional.csv", _hotline(rng)),
        ("sample_cases", "ctdc_style_cases_2021_2025_fictional.csv", _ctdc(rng)),
    )
    for _, name, text in made:
        (to / name).write_bytes(text.encode())
    return [(source, to / name) for source, name, _ in made]
