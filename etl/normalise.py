"""A source's declaration -> Ibis expressions over an unbound table of text. No files, no database.

`light` says for every row whether it counts, when and where: the denominator. `facts` spells out the
few rows that are about trafficking. Rows that surprise carry a reason and a column, never a value.

Each is a list of stages, compiled into one query by `engine`: a value computed in one stage is
computed once, however often the next one uses it.
"""

from collections.abc import Mapping
from functools import reduce
from typing import Any

import ibis

from etl import codes
from etl.engine import digest, hashed, text_table, unbound
from etl.moments import EARLIEST, bad_day, clock, moment, updated
from etl.values import Job, age_band, code, lookup, squeeze

Stages = list[tuple[str, Any]]

_TEXT, _TIME = ibis.null("string"), ibis.null("timestamp")


def clean(job: Job) -> Any:
    """Every column with known corrections made and missing values as NULL."""
    table = text_table("chunk", job.fields)
    return table.select(*[_said(job, table, f) for f in job.fields])


def _said(job: Job, table: Any, field: str) -> Any:
    value = table[field]
    if field.startswith("record"):
        return value
    wrong = job.source.corrections.get(field)
    if wrong:
        value = value.substitute(dict(wrong), else_=value)
    # A time of "00" is midnight, whatever "00" means elsewhere in the file.
    missing = ("",) if field == "occurred_time" else ("", *job.source.missing)
    return value.isin(missing).ifelse(_TEXT, value).name(field)


def _parsed(job: Job, t: Any) -> Any:
    """Texts become dates, numbers and codes: each once."""
    formats = job.form.date_formats

    def get(field: str, missing: Any = _TEXT) -> Any:
        return t[field] if job.has(field) else missing

    words = get("offence_text")
    if job.has("offence_detail"):
        words = words + " / " + t.offence_detail
    point = get("point")
    number = r"(-?\d+(?:\.\d+)?)"
    pair = rf"^\(\s*{number}\s*,\s*{number}\s*\)$"
    latitude = point.re_extract(pair, 1) if job.has("point") else get("lat")
    longitude = point.re_extract(pair, 2) if job.has("point") else get("lon")
    return t.select(
        *[t[f] for f in job.fields],
        reported=moment(get("reported_on"), formats) if job.has("reported_on") else _TIME,
        occurred=moment(get("occurred_on"), formats) if job.has("occurred_on") else _TIME,
        clock_digits=code(get("occurred_time")).try_cast("int64"),
        key=code(get("offence_code")),
        words=words.upper() if job.has("offence_code") else squeeze(words),
        latitude=latitude.try_cast("float64"),
        longitude=longitude.try_cast("float64"),
        area=code(get("area_code")),
        # "nan" and the like are numbers to a database, but not to count with.
        amount=t["count"].try_cast("float64").try_cast("int64") if job.has("count") else ibis.literal(1, "int64"),
    )


def _relevant(job: Job, t: Any) -> Any:
    """Matched by code; where a form has no code, by the publisher's whole category, never by a word in it."""
    if not job.offences:
        return ibis.literal(False)
    wanted = t.key if job.has("offence_code") else t.words
    return wanted.isin(list(job.offences)).fill_null(False)


def _mismatch(job: Job, t: Any) -> Any:
    """A code that changed its meaning, or our category under another code or in a new spelling."""
    if not job.offences:
        return ibis.literal(False)
    if not job.has("offence_code"):
        return (t.words.startswith("HUMAN TRAFFICKING") & ~t.words.isin(list(job.offences))).fill_null(False)
    expected = t.key.substitute({c: o.text for c, o in job.offences.items()}, else_="")
    ours = [o.text for o in job.offences.values() if o.group == "trafficking"]
    # Runs of spaces are looked at only where a description begins like one of ours: most rows do not.
    beginnings = sorted({text.split()[0] for text in ours})
    alike = reduce(lambda a, b: a | b, [t.words.startswith(word) for word in beginnings], ibis.literal(False))
    return ibis.cases(
        (_relevant(job, t), squeeze(t.words.fill_null("")) != expected),
        (alike, squeeze(t.words).isin(ours)),
        else_=False,
    ).fill_null(False)


def _judged(job: Job, t: Any) -> Any:
    """Adds day_reported, day_occurred, the reason a row cannot be used and the column it is about."""
    reported, reported_bad = bad_day(job, t, "reported_on", t.reported, job.source.first_day)
    # A report of today can be about a crime of decades ago: only without a report date does the first day bind.
    first = EARLIEST if job.has("reported_on") else job.source.first_day
    occurred, occurred_bad = bad_day(job, t, "occurred_on", t.occurred, first)
    date_field = "reported_on" if job.has("reported_on") else "occurred_on"
    relevant = _relevant(job, t)
    offence_field = "offence_code" if job.has("offence_code") else "offence_text"
    rules = [
        (t.parent.isnull() if job.has("parent") else None, "no_parent", "incident_id"),
        *[
            (bad == reason, reason, field)
            for bad, field in ((reported_bad, "reported_on"), (occurred_bad, "occurred_on"))
            for reason in ("date_unreadable", "date_impossible")
            if job.has(field)
        ],
        (reported.isnull() & occurred.isnull(), "date_missing", date_field),
        (_mismatch(job, t), "code_mismatch", offence_field),
        (relevant & t.incident_id.isnull() if job.has("incident_id") else None, "no_id", "incident_id"),
        (t.amount.isnull() if job.has("count") else None, "number_unreadable", "count"),
        (t.amount < 0 if job.has("count") else None, "number_negative", "count"),
    ]
    rules = [r for r in rules if r[0] is not None]
    verdict = ibis.cases(*[(test, i) for i, (test, _, _) in enumerate(rules)], else_=ibis.null("int64"))
    return t.mutate(day_reported=reported, day_occurred=occurred, verdict=verdict, mine=relevant), rules


def _staged(job: Job) -> tuple[Stages, Any, list[Any]]:
    cleaned = clean(job)
    parsed = _parsed(job, unbound("clean", cleaned))
    judged, rules = _judged(job, unbound("parsed", parsed))
    return [("clean", cleaned), ("parsed", parsed), ("judged", judged)], unbound("judged", judged), rules


def light(job: Job, with_id: bool = False) -> Stages:
    """Every row: record, reason, column_name, relevant, day, clock, lat, lon, area_code, scope, count, weight, id_hash,
    area_name.

    `clock` is in minutes after midnight, `count` is the publisher's own figure of the row, `weight` how many
    reports it adds to the denominator, `id_hash` stands for the id. `with_id` adds `id` itself and `updated`.
    """
    stages, t, rules = _staged(job)
    result = t.select(
        "record",
        reason=ibis.cases(*[(t.verdict == i, r) for i, (_, r, _) in enumerate(rules)], else_=_TEXT),
        column_name=ibis.cases(*[(t.verdict == i, job.name(f)) for i, (_, _, f) in enumerate(rules)], else_=_TEXT),
        relevant=t.mine & t.verdict.isnull(),
        day=ibis.coalesce(t.day_reported, t.day_occurred),
        clock=clock(job, t),
        lat=t.latitude,
        lon=t.longitude,
        area_code=_area(job, t),
        scope=t.scope.fill_null("") if job.has("scope") else ibis.literal(""),
        count=t.amount.fill_null(0),
        weight=(t.weight.try_cast("int64") if job.has("weight") else t.amount).fill_null(0),
        id_hash=_id_hash(job, t),
        area_name=t.area_name if job.has("area_name") else _TEXT,
        **({"id": code(t.incident_id), "updated": updated(job, t)} if with_id else {}),
    )
    return [*stages, ("light", result)]


def identity(job: Job) -> Stages:
    """Every row: record and id_hash, as in `light`."""
    cleaned = clean(job)
    t = unbound("clean", cleaned)
    return [("clean", cleaned), ("identity", t.select("record", id_hash=_id_hash(job, t)))]


def _id_hash(job: Job, t: Any) -> Any:
    return hashed(code(t.incident_id)) if job.identifies else ibis.null("uint64")


def _area(job: Job, t: Any) -> Any:
    if not job.has("area_code"):
        return _TEXT
    # A spreadsheet turns beat 15E30 into 1.50E+31: the beat is lost, so there is none.
    lost = t.area.contains("E+")
    width = job.source.area_width
    # LPAD would also cut what is longer.
    padded = (t.area.length() < width).ifelse(t.area.lpad(width, "0"), t.area)
    return lost.ifelse(_TEXT, padded if width else t.area.re_replace(r"^0+(.)", r"\1"))


def facts(job: Job) -> Stages:
    """The rows about trafficking or a related offence, in the columns of `incidents`, plus what the load needs."""
    stages, t, _ = _staged(job)
    mine = t.filter(t.mine & t.verdict.isnull())
    mine = mine.mutate(place=squeeze(mine.premise) if job.has("premise") else _TEXT)
    t = unbound("mine", mine)
    key = t.key if job.has("offence_code") else t.words
    declared = [f for f in sorted(job.declared.columns) if job.has(f)]
    result = t.select(
        "record",
        *[c for c in job.fields if c.startswith("record__") or c == "offense_id"],
        incident_id=code(t.incident_id) if job.has("incident_id") else _TEXT,
        row_hash=digest(reduce(lambda a, b: a + "\x1f" + b, [t[f].fill_null("") for f in declared], ibis.literal(""))),
        reported_on=t.day_reported,
        occurred_on=t.day_occurred,
        clock=clock(job, t),
        exploitation=_by_offence(job, key, "exploitation"),
        offence_group=_by_offence(job, key, "group"),
        offence=key,
        nibrs_code=_by_offence(job, key, "nibrs"),
        status=lookup(t.status, job.source.statuses, codes.UNKNOWN, codes.UNKNOWN)
        if job.has("status")
        else ibis.literal(codes.UNKNOWN),
        premise=_premise(job, t),
        lat=t.latitude,
        lon=t.longitude,
        area_code=_area(job, t),
        scope=t.scope.fill_null("") if job.has("scope") else ibis.literal(""),
        n=t.amount,
        **_victim(job, t),
    )
    return [*stages, ("mine", mine), ("facts", result)]


def _victim(job: Job, t: Any) -> dict[str, Any]:
    """The one victim that a report describes, where the source declares that it does."""
    if not job.source.victim_per_report:
        unknown = ibis.literal(codes.UNKNOWN)
        return {"age_band": unknown, "sex": unknown, "race": unknown, "has_victim": ibis.literal(False)}
    band = age_band(job, t.victim_age)
    return {
        "age_band": band,
        "sex": lookup(t.victim_sex, job.source.sexes, codes.UNKNOWN, codes.UNMAPPED),
        "race": lookup(t.victim_race, job.source.races, codes.UNKNOWN, codes.UNMAPPED),
        "has_victim": t.victim_sex.notnull() | t.victim_race.notnull() | (band != codes.UNKNOWN),
    }


def _by_offence(job: Job, key: Any, attribute: str) -> Any:
    if not job.offences:
        return _TEXT
    return key.substitute({k: getattr(o, attribute) for k, o in job.offences.items()}, else_=_TEXT)


def _premise(job: Job, t: Any) -> Any:
    exact = {" ".join(k.upper().split()): v for k, v in job.source.premises.items()}
    rules = [(t.place.isnull(), codes.UNKNOWN)]
    rules += [(t.place == k, v) for k, v in exact.items()]
    rules += [(t.place.re_search(pattern), found) for pattern, found in job.source.premise_patterns]
    return ibis.cases(*rules, else_=codes.UNMAPPED)


def people(job: Job) -> Stages:
    """Victims or suspects of an archive: record, incident_id, person_id and their attributes."""
    cleaned = clean(job)
    t = unbound("clean", cleaned)

    def coded(field: str, mapping: Mapping[str, str], other: str) -> Any:
        return lookup(t[field], mapping, codes.UNKNOWN, other) if job.has(field) else ibis.literal(codes.UNKNOWN)

    result = t.select(
        "record",
        *[c for c in job.fields if c.startswith("record__") or c == "offense_id"],
        incident_id=code(t.incident_id),
        person_id=code(t.person_id),
        age_band=age_band(job, t.age),
        sex=coded("sex", job.source.sexes, codes.UNMAPPED),
        race=coded("race", job.source.races, codes.UNMAPPED),
        ethnicity=coded("ethnicity", job.source.ethnicities, codes.UNKNOWN),
        relationship=coded("relationship", job.source.relationships, codes.UNKNOWN),
    )
    return [("clean", cleaned), ("people", result)]
