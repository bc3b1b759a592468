"""Single values and whole rows: whatever a cell holds, the row has one outcome and nothing raises."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import codes, engine, expressions, normalise
from etl.distinct import Light
from etl.job import Job
from etl.schema import Form, Offence, Source, Table

TODAY = dt.date(2026, 1, 31)
COLUMNS = dict.fromkeys(
    (
        "incident_id reported_on occurred_on occurred_time offence_code offence_text status premise lat lon "
        "area_code count victim_age victim_sex victim_race"
    ).split(),
    "",
)
FORM = Form("one", {"reports": Table({f: f.upper() for f in COLUMNS})}, ("%m/%d/%Y", "%Y-%m-%d %H:%M"), "hhmm")
SOURCE = Source(
    *("wick", "Reports", "Wick County", "police", "https://example.org", "none"),
    forms=(FORM,),
    offences={"822": Offence("sex", "TRAFFICKING - SEX"), "805": Offence("sex", "PIMPING", "related")},
    statuses={"IC": "open"},
    sexes={"F": "female"},
    races={"W": "white"},
    infant_ages=("NB",),
    missing=("NULL", "-"),
    victim_per_report=True,
    first_day="2010-01-01",
)
JOB = Job(SOURCE, FORM, FORM.tables["reports"], ("record", *COLUMNS), TODAY)
GOOD = {
    **{"incident_id": "K1", "reported_on": "05/01/2021", "occurred_on": "04/30/2021", "occurred_time": "0225"},
    **{"offence_code": "822", "offence_text": "Trafficking - Sex", "status": "IC", "premise": "MOTEL", "lat": "1"},
    **{"lon": "1", "area_code": "012", "count": "1", "victim_age": "15", "victim_sex": "F", "victim_race": "W"},
}
LIGHT_COLUMNS = (
    "record reason column_name relevant day clock lat lon area_code scope count weight id_hash area_name".split()
)

# What a cell might hold: free text, numbers of every kind, and near misses of what is declared.
near = st.sampled_from(
    "nan inf -inf 1e999 1e-5 0x1F 1_000 99999999999999999999 -0 +7 .5 5. ½ ² ١٢ 12/31/1969 00/00/0000 02/30/2021 "
    "13/01/2021 99999-01-01 2021-01-01T00:00 24:00 -1 00 NULL null - (1,2) 822.0 822.00 TRUE ;-- ' \" \\ %s {}".split()
)
cell = st.one_of(st.text(max_size=12), near, st.integers().map(str), st.floats().map(str), st.dates().map(str))


_lights: dict[str, Light] = {}
_compiled: dict[str, str] = {}  # compiling takes much longer than running


def _run(make: Callable[[Job], normalise.Stages], job: Job, rows: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    how = f"{make.__name__} {job}"
    if how not in _compiled:
        _compiled[how] = expressions.compile_sql(make(job))
    columns = {f: pa.array([{**GOOD, **r}[f] for r in rows], pa.string()) for f in job.fields if f != "record"}
    batch = engine.trim(
        pa.RecordBatch.from_pydict({**columns, "record": pa.array(range(2, len(rows) + 2), pa.int64())})
    )
    return engine.run(duckdb.default_connection(), _compiled[how], chunk=batch).sort_by("record").to_pylist()


def light(*rows: Mapping[str, str], job: Job = JOB) -> list[dict[str, Any]]:
    return _run(normalise.light, job, rows)


def light_in_parts(*rows: Mapping[str, str], job: Job = JOB) -> list[dict[str, Any]]:
    columns = {f: pa.array([{**GOOD, **r}[f] for r in rows], pa.string()) for f in job.fields if f != "record"}
    chunk = pa.RecordBatch.from_pydict({**columns, "record": pa.array(range(2, len(rows) + 2), pa.int64())})
    how = f"parts {job}"
    if how not in _lights:
        _lights[how] = Light(job)
    return _lights[how].run(duckdb.default_connection(), chunk).to_pylist()


def facts(*rows: Mapping[str, str], job: Job = JOB) -> list[dict[str, Any]]:
    return _run(normalise.facts, job, rows)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, cell)), min_size=1, max_size=25))
def test_every_row_has_exactly_one_outcome(rows: list[dict[str, str]]) -> None:
    """Relevant, only counted, or set aside for a reason that exists in a column that is declared; nothing raises."""
    seen = light(*rows)
    assert repr(light_in_parts(*rows)) == repr(seen), (
        "distinct values worked out once mean what every row by itself means"
    )
    assert [r["record"] for r in seen] == list(range(2, len(rows) + 2))
    for row in seen:
        assert list(row) == LIGHT_COLUMNS
        if row["reason"] is not None:
            assert row["reason"] in codes.REASON and row["column_name"] in FORM.tables["reports"].columns.values()
            assert row["relevant"] is False
            continue
        assert row["column_name"] is None
        assert isinstance(row["relevant"], bool)
        assert dt.date(1900, 1, 1) < row["day"] <= TODAY
        assert row["clock"] is None or 0 <= row["clock"] < 24 * 60
        assert row["count"] >= 0 and row["weight"] >= 0
    kept = [r["record"] for r in seen if r["relevant"]]
    mine = [r for r in facts(*rows) if r["record"] in kept]
    assert [r["record"] for r in mine] == kept  # what `light` calls relevant, `facts` spells out
    for row in mine:
        assert row["age_band"] in codes.AGE_BAND and row["sex"] in codes.SEX and row["race"] in codes.RACE
        assert row["status"] in codes.STATUS and row["premise"] in codes.PREMISE
        assert row["incident_id"]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, None),
        ({"incident_id": ""}, ("no_id", "INCIDENT_ID")),
        ({"incident_id": "NULL"}, ("no_id", "INCIDENT_ID")),
        ({"incident_id": "", "offence_code": "510", "offence_text": "THEFT"}, None),
        ({"reported_on": "31/12/2021"}, ("date_unreadable", "REPORTED_ON")),
        ({"reported_on": "", "occurred_on": "-"}, ("date_missing", "REPORTED_ON")),
        ({"reported_on": "12/31/1969", "occurred_on": ""}, ("date_missing", "REPORTED_ON")),
        ({"reported_on": "12/31/1969"}, None),
        ({"reported_on": "02/01/2026"}, ("date_impossible", "REPORTED_ON")),
        ({"reported_on": "01/31/2026"}, None),
        ({"reported_on": "12/31/2009"}, ("date_impossible", "REPORTED_ON")),
        ({"occurred_on": "12/31/1955"}, None),
        ({"occurred_on": "12/31/1855"}, ("date_impossible", "OCCURRED_ON")),
        ({"occurred_on": "02/30/2021"}, ("date_unreadable", "OCCURRED_ON")),
        ({"offence_text": "CHILD STEALING"}, ("code_mismatch", "OFFENCE_CODE")),
        ({"offence_text": ""}, ("code_mismatch", "OFFENCE_CODE")),
        ({"offence_text": "  trafficking  -   sex "}, None),
        ({"offence_code": "922", "offence_text": "TRAFFICKING -   SEX"}, ("code_mismatch", "OFFENCE_CODE")),
        ({"offence_code": "", "offence_text": "TRAFFICKING - SEX"}, ("code_mismatch", "OFFENCE_CODE")),
        ({"offence_code": "922", "offence_text": "DRUG TRAFFICKING"}, None),
        ({"count": "nan"}, ("number_unreadable", "COUNT")),
        ({"count": "1e30"}, ("number_unreadable", "COUNT")),
        ({"count": ""}, ("number_unreadable", "COUNT")),
        ({"count": "-2"}, ("number_negative", "COUNT")),
    ],
)
def test_one_reason_for_one_fault(change: dict[str, str], outcome: tuple[str, str] | None) -> None:
    (row,) = light(change)
    assert ((row["reason"], row["column_name"]) if row["reason"] else None) == outcome


AGES = {
    **{"0": "0-8", "8": "0-8", "9": "9-17", "17": "9-17", "18": "18-20", "20": "18-20", "21": "21-23", "23": "21-23"},
    **{"24": "24-26", "26": "24-26", "27": "27-29", "29": "27-29", "30": "30-38", "38": "30-38", "39": "39-47"},
    **{"47": "39-47", "48": "48+", "110": "48+", "111": "unknown", "-1": "unknown", "": "unknown", "NB": "0-8"},
    **{"nb": "0-8", "17.0": "9-17", "17.9": "9-17", "015": "9-17", "abc": "unknown", "15 years": "unknown"},
    **{"NULL": "unknown", "8.99": "0-8", " 15 ": "9-17"},
}


def test_the_age_band_at_every_edge() -> None:
    rows = facts(*({"victim_age": age} for age in AGES))
    assert dict(zip(AGES, (r["age_band"] for r in rows), strict=True)) == AGES


def test_an_age_of_0_is_unknown_where_the_source_says_so() -> None:
    job = replace(JOB, source=replace(SOURCE, zero_age_unknown=True))
    bands = [r["age_band"] for r in facts({"victim_age": "0"}, {"victim_age": "1"}, {"victim_age": "NB"}, job=job)]
    assert bands == ["unknown", "0-8", "0-8"]


def test_every_age_is_in_the_band_that_its_label_names() -> None:
    for age, row in enumerate(facts(*({"victim_age": str(age)} for age in range(codes.AGE_LAST + 1)))):
        low, _, high = str(row["age_band"]).partition("-")
        assert int(low.rstrip("+")) <= age <= (int(high) if high else codes.AGE_LAST)


TIMES = {"225": 145, "0225": 145, "2359": 1439, "0": 0, "00": 0, "2400": None, "1260": None, "-100": None, "": None}


@pytest.mark.parametrize(("text", "minutes"), [*TIMES.items(), ("12:30", None), ("545.0", 345), ("noon", None)])
def test_a_time_of_day(text: str, minutes: int | None) -> None:
    assert light({"occurred_time": text})[0]["clock"] == minutes


def test_a_date_without_a_time_is_not_midnight() -> None:
    job = replace(JOB, form=replace(FORM, time_format=""))
    texts = ("04/30/2021", "2021-04-30 00:00", "2021-04-30 07:05")
    assert [r["clock"] for r in light(*({"occurred_on": t} for t in texts), job=job)] == [None, 0, 425]


AREAS = {"012": "12", "12.0": "12", "0": "0", "00": "0", "1A10": "1A10", "1.50E+31": None, "1.5e+31": None, "": None}


@pytest.mark.parametrize(("text", "area"), AREAS.items())
def test_an_area_code(text: str, area: str | None) -> None:
    assert light({"area_code": text})[0]["area_code"] == area


def test_an_area_code_of_fixed_width_is_padded_and_never_cut() -> None:
    job = replace(JOB, source=replace(SOURCE, area_width=5))
    codes_ = [r["area_code"] for r in light(*({"area_code": t} for t in ("7", "60637", "606371")), job=job)]
    assert codes_ == ["00007", "60637", "606371"]


def test_unknown_words_are_unmapped_and_missing_ones_unknown() -> None:
    (said, silent) = facts(
        {"victim_sex": "Q", "victim_race": "Q", "premise": "QQ", "status": "QQ"},
        dict.fromkeys(("victim_sex", "victim_race", "premise", "status"), "NULL"),
    )
    fields = ("sex", "race", "premise", "status")
    assert [said[f] for f in fields] == ["unmapped", "unmapped", "unmapped", "unknown"]
    assert [silent[f] for f in fields] == ["unknown"] * 4


def test_a_victim_is_somebody_of_whom_anything_is_known() -> None:
    nothing = {"victim_age": "", "victim_sex": "", "victim_race": ""}
    rows = facts(
        nothing, {**nothing, "victim_age": "16"}, {**nothing, "victim_sex": "F"}, {**nothing, "victim_age": "0x"}
    )
    assert [r["has_victim"] for r in rows] == [False, True, True, False]


SERIALS = {"44317": dt.date(2021, 5, 1), "44317.9999": dt.date(2021, 5, 1), "44318.0": dt.date(2021, 5, 2)}


@pytest.mark.parametrize(("text", "day"), SERIALS.items())
def test_days_as_a_spreadsheet_counts_them(text: str, day: dt.date) -> None:
    job = replace(JOB, form=replace(FORM, date_formats=("%m/%d/%Y", "serial")))
    assert light({"reported_on": text}, job=job)[0]["day"] == day
    assert light({"reported_on": "05/01/2021"}, job=job)[0]["day"] == dt.date(2021, 5, 1)
    for wrong in ("0", "-5", "nan", "1e300", "20210501"):
        assert light({"reported_on": wrong}, job=job)[0]["reason"] == "date_unreadable"


@settings(max_examples=30, deadline=None)
@given(st.lists(cell, min_size=1, max_size=25))
def test_any_text_is_a_serial_day_or_a_reason(texts: list[str]) -> None:
    job = replace(JOB, form=replace(FORM, date_formats=("%Y-%m-%d", "serial")))
    for row in light(*({"reported_on": t} for t in texts), job=job):
        assert row["reason"] in (None, "date_unreadable", "date_impossible")
