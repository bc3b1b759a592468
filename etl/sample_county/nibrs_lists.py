"""The code lists that come inside a NIBRS zip, as the 2018 and the 2024 releases number them.

The lists are public facts. Only offences that the fictional sheriff records are listed.
"""

from typing import Any

Rows = list[list[Any]]

# code: (id in 2018, name, crime against, cargo theft flag, hate crime flag, its code, category)
OFFENCES: dict[str, tuple[int, str, str, str, str, str, str]] = {
    "26A": (2, "False Pretenses/Swindle/Confidence Game", "Property", "Y", "Y", "", "Fraud Offenses"),
    "290": (5, "Destruction/Damage/Vandalism of Property", "Property", "N", "Y", "11", "Destruction/Damage/Vandalism"),
    "23F": (14, "Theft From Motor Vehicle", "Property", "Y", "N", "", "Larceny/Theft Offenses"),
    "40B": (15, "Assisting or Promoting Prostitution", "Society", "N", "Y", "", "Prostitution Offenses"),
    "35A": (16, "Drug/Narcotic Violations", "Society", "N", "Y", "", "Drug/Narcotic Offenses"),
    "240": (21, "Motor Vehicle Theft", "Property", "Y", "Y", "07", "Motor Vehicle Theft"),
    "13A": (27, "Aggravated Assault", "Person", "N", "Y", "04", "Assault Offenses"),
    "40A": (30, "Prostitution", "Society", "N", "Y", "", "Prostitution Offenses"),
    "23H": (45, "All Other Larceny", "Property", "Y", "N", "", "Larceny/Theft Offenses"),
    "220": (49, "Burglary/Breaking & Entering", "Property", "Y", "Y", "05", "Burglary/Breaking & Entering"),
    "13B": (51, "Simple Assault", "Person", "N", "Y", "09", "Assault Offenses"),
    "64A": (59, "Human Trafficking, Commercial Sex Acts", "Person", "N", "Y", "12", "Human Trafficking"),
    "64B": (60, "Human Trafficking, Involuntary Servitude", "Person", "N", "Y", "13", "Human Trafficking"),
    "26G": (64, "Hacking/Computer Invasion", "Property", "Y", "Y", "", "Fraud Offenses"),
    "620": (86, "Wildlife Trafficking", "Society", "N", "N", "", "Other Offenses"),
}
# name: (id in 2018, id in 2024, code)
LOCATIONS = {
    "Bar/Nightclub": (3, 8, "03"),
    "Construction Site": (6, 13, "06"),
    "Field/Woods": (10, 21, "10"),
    "Highway/Road/Alley/Street/Sidewalk": (13, 25, "13"),
    "Hotel/Motel/Etc.": (14, 26, "14"),
    "Parking/Drop Lot/Garage": (18, 33, "18"),
    "Residence/Home": (20, 35, "20"),
    "Restaurant": (21, 37, "21"),
    "Service/Gas Station": (23, 41, "23"),
    "Other/Unknown": (25, 98, "25"),
    "Farm Facility": (34, 20, "46"),
    "Rest Area": (39, 36, "51"),
    "Cyberspace": (47, 15, "58"),
    "Not Specified": (0, 99, "00"),
}
# code: (id, name, type in 2018)
RELATIONS = {
    "AQ": (1, "Victim Was Acquaintance", 2),
    "BG": (3, "Victim Was Boyfriend/Girlfriend", 2),
    "EE": (7, "Victim was Employee", 2),
    "OF": (15, "Victim Was Other Family Member", 1),
    "OK": (16, "Victim was Otherwise Known", 2),
    "PA": (17, "Victim Was Parent", 1),
    "RU": (18, "Relationship Unknown", 4),
    "SE": (21, "Victim Was Spouse", 1),
    "ST": (24, "Victim Was Stranger", 3),
}
# code: (id in 2018, id in 2024, name)
RACES = {
    "U": (0, 98, "Unknown"),
    "W": (1, 10, "White"),
    "B": (2, 20, "Black or African American"),
    "I": (3, 30, "American Indian or Alaska Native"),
    "A": (4, 40, "Asian"),
    "P": (8, 50, "Native Hawaiian or Other Pacific Islander"),
    "NS": (99, 99, "Not Specified"),
}
ETHNICITIES_2018 = {"H": (1, "Hispanic or Latino"), "N": (2, "Not Hispanic or Latino"), "U": (3, "Unknown")}
ETHNICITIES_2024 = {
    "H": (10, "Hispanic or Latino"),
    "N": (20, "Not Hispanic or Latino"),
    "U": (40, "Unknown"),
    "X": (50, "Not Specified"),
}
VICTIM_TYPES = ("Business", "Financial Institution", "Government", "Individual", "Law Enforcement Officer", "Other")
_VICTIM_CODES = "BFGILORSU"
_VICTIM_NAMES = (*VICTIM_TYPES, "Religious Organization", "Society/Public", "Unknown")
CLEARED = (
    ("A", "Death of Offender"),
    ("B", "Prosecution Declined"),
    ("C", "In Custody of Other Jurisdiction"),
    ("D", "Victim Refused to Cooperate"),
    ("E", "Juvenile/No Custody"),
    ("N", "Not Applicable"),
)


def _ages(older: bool) -> Rows:
    infants = [[1, "NN", "Under 24 Hours"], [2, "NB", "1-6 Days Old"], [3, "BB", "7-364 Days Old"]]
    if older:
        rest = [[4, "00", "Unknown"], [5, "AG", "Age in Years"], [6, "99", "Over 98 Years Old"]]
        return [*infants, *rest, [0, "NS", "Not Specified"]]
    years = [[age + 3, f"{age:02d}", f"{age} Years Old"] for age in range(1, 99)]
    return [*infants, [103, "00", "Unknown"], [104, "NS", "Not Specified"], *years, [102, "99", "Over 98 Years Old"]]


def _offences(older: bool) -> Rows:
    if older:
        return [[id_, code, *rest, "A"] for code, (id_, *rest) in OFFENCES.items()]
    flag = {"Y": "t", "N": "f"}
    return [
        [code, name, against, flag[cargo], flag[hate], f"{hate_code:2}", category, "A"]
        for code, (_, name, against, cargo, hate, hate_code, category) in OFFENCES.items()
    ]


def lists(older: bool) -> dict[str, tuple[str, Rows]]:
    """Member name -> its header and rows, for the 2018 (`older`) or the 2024 schema."""
    which = 0 if older else 1
    ethnicities = ETHNICITIES_2018 if older else ETHNICITIES_2024
    type_id = "offense_type_id," if older else ""
    relation_type = ",relationship_type_id" if older else ""
    return {
        "NIBRS_AGE.csv": ("age_id,age_code,age_name", _ages(older)),
        "NIBRS_OFFENSE_TYPE.csv": (
            f"{type_id}offense_code,offense_name,crime_against,ct_flag,hc_flag,hc_code,offense_category_name,"
            "offense_group",
            _offences(older),
        ),
        "NIBRS_LOCATION_TYPE.csv": (
            "location_id,location_code,location_name",
            sorted([ids[which], ids[2], name] for name, ids in LOCATIONS.items()),
        ),
        "NIBRS_RELATIONSHIP.csv": (
            f"relationship_id,relationship_code,relationship_name{relation_type}",
            [[id_, code, name, *([kind] if older else [])] for code, (id_, name, kind) in RELATIONS.items()],
        ),
        "REF_RACE.csv": (
            "race_id,race_code,race_desc,sort_order,start_year,end_year,notes",
            [[ids[which], code, ids[2], ids[1], None, None, ""] for code, ids in RACES.items()],
        ),
        "NIBRS_ETHNICITY.csv": (
            "ethnicity_id,ethnicity_code,ethnicity_name",
            [[id_, code, name] for code, (id_, name) in ethnicities.items()],
        ),
        "NIBRS_VICTIM_TYPE.csv": (
            "victim_type_id,victim_type_code,victim_type_name",
            [[n, code, name] for n, (code, name) in enumerate(zip(_VICTIM_CODES, _VICTIM_NAMES, strict=True), 1)],
        ),
        "NIBRS_CLEARED_EXCEPT.csv": (
            "cleared_except_id,cleared_except_code,cleared_except_name,cleared_except_desc",
            [[n, code, name, name] for n, (code, name) in enumerate(CLEARED, 1)],
        ),
        "REF_STATE.csv": (
            "state_id,division_id,state_name,state_code,state_abbr,state_postal_abbr,state_fips_code,"
            "state_pub_freq_months,change_user",
            [[99, 99, "Lantern Isles (fictional)", "99", "ZZ", "ZZ", "99", 12, None]],
        ),
    }
