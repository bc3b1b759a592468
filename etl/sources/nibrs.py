"""FBI NIBRS, one zip for a state and year: incidents, offences, victims and offenders in tables of their own."""

from typing import Any

from etl.schema import Form, Offence, Source, Table
from etl.sources.premises import PATTERNS

_MEMBERS = {
    "incident": ("NIBRS_incident.csv", "incident_id agency_id incident_date report_date_flag incident_hour"),
    "cleared": ("NIBRS_CLEARED_EXCEPT.csv", "cleared_except_id cleared_except_code"),
    "offence": ("NIBRS_OFFENSE.csv", "offense_id incident_id location_id"),
    "offence_type": ("NIBRS_OFFENSE_TYPE.csv", "offense_code offense_name"),
    "location": ("NIBRS_LOCATION_TYPE.csv", "location_id location_name"),
    "agency": ("agencies.csv", "agency_id ori pub_agency_name state_abbr"),
    "victim": ("NIBRS_VICTIM.csv", "victim_id incident_id victim_type_id age_id age_num sex_code race_id ethnicity_id"),
    "victim_type": ("NIBRS_VICTIM_TYPE.csv", "victim_type_id victim_type_code"),
    "victim_offence": ("NIBRS_VICTIM_OFFENSE.csv", "victim_id offense_id"),
    "relation": ("NIBRS_VICTIM_OFFENDER_REL.csv", "victim_id offender_id relationship_id"),
    "relationship": ("NIBRS_RELATIONSHIP.csv", "relationship_id relationship_code"),
    "offender": (
        "NIBRS_OFFENDER.csv",
        "offender_id incident_id offender_seq_num age_id age_num sex_code race_id ethnicity_id",
    ),
    "age": ("NIBRS_AGE.csv", "age_id age_code"),
    "race": ("REF_RACE.csv", "race_id race_code"),
    "ethnicity": ("NIBRS_ETHNICITY.csv", "ethnicity_id ethnicity_code"),
}


def _tables(upper: bool) -> dict[str, Table]:
    """2018 writes upper-case headers and `offense_type_id`; 2024 lower-case ones and `offense_code`."""
    extra = {
        "incident": " cleared_except_id",
        "offence": " offense_type_id" if upper else " offense_code",
        "offence_type": " offense_type_id" if upper else "",
    }
    return {
        key: Table(
            {c: c.upper() if upper else c for c in (columns + extra.get(key, "")).split()},
            member=member,
            rows_are="offence" if key == "offence" else key,
        )
        for key, (member, columns) in _MEMBERS.items()
    }


def prepare(t: dict[str, Any]) -> dict[str, Any]:
    """Joins the members into reports, victims and suspects, in our fields.

    `t` holds one table expression per member, all text plus `record`. A column named
    `record__<member>` says which row of that member backs the result.
    """
    kind = t["offence_type"]
    key = "offense_type_id" if "offense_type_id" in t["offence"].columns else "offense_code"
    offence = _with(
        t["offence"], kind.select(key, *{"offense_code", "offense_name"} - {key}, k="record"), key, "offence_type"
    )
    offence = _with(offence, t["location"], "location_id", "location")
    incident = _with(_once(t["incident"], "incident_id"), t["agency"], "agency_id", "agency")
    incident = _with(incident, t["cleared"], "cleared_except_id", "cleared")
    joined = offence.join(
        incident.rename(record__incident="record", parent="incident_id"),
        offence.incident_id == incident.incident_id,
        how="left",
    )
    reported = joined.report_date_flag.upper().isin(["R", "T", "TRUE"])
    reports = joined.select(
        "record",
        "record__incident",
        "record__offence_type",
        "record__location",
        "record__agency",
        "record__cleared",
        "parent",
        "offense_id",
        incident_id="incident_id",
        occurred_on=reported.ifelse(None, joined.incident_date),
        reported_on=reported.ifelse(joined.incident_date, None),
        occurred_time=reported.ifelse(None, joined.incident_hour),
        offence_code="offense_code",
        offence_text="offense_name",
        premise="location_name",
        status="cleared_except_code",
        area_code="ori",
        area_name="pub_agency_name",
        scope="state_abbr",
    )
    # An incident with three offences is one police report.
    first = reports.record.min().over(group_by="incident_id")
    reports = reports.mutate(weight=(reports.record == first).ifelse("1", "0"))
    # A sequence number of 0 says that nothing is known of an offender: a row, but no person.
    offender = t["offender"].filter(t["offender"].offender_seq_num != "0")
    return {
        "reports": reports,
        "victims": _victims(t),
        "suspects": _people(t, offender).select(
            "record",
            "incident_id",
            "record__age",
            "record__race",
            "record__ethnicity",
            person_id="offender_id",
            **_PERSON,
        ),
    }


_PERSON = {"age": "age_text", "sex": "sex_code", "race": "race_code", "ethnicity": "ethnicity_code"}


def _with(left: Any, lookup: Any, key: str, name: str) -> Any:
    """Left-joins a lookup table by its key and keeps the number of the row that was used."""
    record = "k" if "k" in lookup.columns else "record"
    lookup = _once(lookup, key, record)
    lookup = lookup.rename({f"record__{name}": record, f"{name}__key": key})
    joined = left.join(lookup, left[key] == lookup[f"{name}__key"], how="left")
    return joined.drop(f"{name}__key", *[c for c in joined.columns if c.endswith("_right")])


def _once(table: Any, key: str, record: str = "record") -> Any:
    """The first row of each key: a key that stands twice would make two rows of every row that names it."""
    first = table[record].min().over(group_by=key)
    return table.mutate(first_row=first).filter(lambda t: t[record] == t.first_row).drop("first_row")


def _people(t: dict[str, Any], people: Any) -> Any:
    for key, name in (("age_id", "age"), ("race_id", "race"), ("ethnicity_id", "ethnicity")):
        people = _with(people, t[name], key, name)
    # The 2018 files keep "99: over 98" and "NB: an infant" in the age code, later ones in the number.
    plain = people.age_num.length() > 0
    return people.mutate(age_text=plain.ifelse(people.age_num, people.age_code))


def _victims(t: dict[str, Any]) -> Any:
    """People who were harmed by the offence itself: a society or a business is not a victim here."""
    people = _with(_people(t, t["victim"]), t["victim_type"], "victim_type_id", "victim_type")
    people = people.filter(people.victim_type_code.isin(["I", "L"]))
    harmed = t["victim_offence"].rename(record__victim_offence="record", person="victim_id")
    people = people.join(harmed, people.victim_id == harmed.person)
    related = _with(t["relation"], t["relationship"], "relationship_id", "relationship")
    related = related.group_by("victim_id").agg(
        relationship=(related.relationship_code.nunique() > 1).ifelse("several", related.relationship_code.max()),
        record__relation=related.record.min(),
        record__relationship=related.record__relationship.min(),
    )
    related = related.rename(related_victim="victim_id")
    people = people.join(related, people.victim_id == related.related_victim, how="left")
    return people.select(
        "record",
        "incident_id",
        "offense_id",
        "relationship",
        "record__age",
        "record__race",
        "record__ethnicity",
        "record__victim_type",
        "record__victim_offence",
        "record__relation",
        "record__relationship",
        person_id="victim_id",
        **_PERSON,
    )


SOURCE = Source(
    name="nibrs",
    title="NIBRS, by state and year",
    publisher="Federal Bureau of Investigation",
    kind="police",
    url="https://cde.ucr.cjis.gov/LATEST/webapp/#/pages/downloads",
    licence="US government work, public domain",
    forms=(
        Form("upper case (2018)", _tables(upper=True), ("%d-%b-%y",), "hour", delivery="period"),
        Form("lower case (2024)", _tables(upper=False), ("%Y-%m-%d",), "hour", delivery="period"),
    ),
    # 620 is wildlife trafficking; 40A and 40C are about people who sell or buy, not about traffickers.
    offences={
        "64A": Offence("sex", "HUMAN TRAFFICKING, COMMERCIAL SEX ACTS", nibrs="64A"),
        "64B": Offence("forced_labour", "HUMAN TRAFFICKING, INVOLUNTARY SERVITUDE", nibrs="64B"),
        "40B": Offence("sex", "ASSISTING OR PROMOTING PROSTITUTION", "related", "40B"),
    },
    premise_patterns=PATTERNS,
    statuses={"N": "open", **dict.fromkeys("ABCDE", "cleared")},
    sexes={"F": "female", "M": "male", "U": "unknown", "X": "unknown"},
    races={
        **{"W": "white", "B": "black", "I": "native", "A": "asian", "AP": "asian", "C": "asian", "J": "asian"},
        **{"P": "pacific", "O": "other", "M": "other", "U": "unknown", "NS": "unknown"},
    },
    ethnicities={"H": "hispanic", "N": "not_hispanic", "M": "unknown", "U": "unknown", "X": "unknown"},
    relationships={
        **dict.fromkeys("CH GC GP IL OF PA SB SC SP SS FP FC CF".split(), "family"),
        **dict.fromkeys("BG CS SE XS XR HR".split(), "partner"),
        **dict.fromkeys("AQ BE FR NE OK CO".split(), "known"),
        **{"EE": "employer", "ER": "employer", "ST": "stranger", "RU": "unknown", "VO": "known", "several": "multiple"},
    },
    infant_ages=("NN", "NB", "BB"),
    missing=("NS", "00"),
    location_precision="area",
    area_layer="nibrs_agencies",
    first_day="1991-01-01",
    collected_from={"sex": "2013-01", "forced_labour": "2013-01", "related": "1991-01", "all": "1991-01"},
    prepare=prepare,
    known_problems=(
        "Only agencies that report through NIBRS appear; an agency without reports may simply not take part.",
        "The date is of the incident; where the agency gave the date of the report instead, it is kept as such.",
        "Known by agency only: no coordinates.",
        "A status of open means only that no exceptional clearance was recorded.",
    ),
    verdict="Good for who is harmed and by whom, state by state; small numbers; place is the agency.",
)
