"""A source's declaration -> Ibis expressions over an unbound table of text. No files, no database.

`light` says for every row whether it counts, when and where: the denominator. `facts` spells out the
few rows that are about trafficking. Rows that surprise carry a reason and a column, never a value.

Each is a list of stages, compiled into one query: a value computed in one stage is
computed once, however often the next one uses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis

from etl import codes
from etl.expressions import digest, hashed, unbound
from etl.fields import JUDGED, PLAIN_ID, clean, groups, judge, numbers, parse, said
from etl.job import Job
from etl.moments import updated
from etl.values import age_band, altered, code, lookup, squeeze

Stages = list[tuple[str, Any]]

_TEXT = ibis.null("string")


def _verdict(job: Job, t: Any) -> tuple[Any, list[Any]]:
    """Adds the verdict: which rule sets a row aside, if any. The rules: (test, reason, field)."""
    date_field = "reported_on" if job.has("reported_on") else "occurred_on"
    offence_field = "offence_code" if job.has("offence_code") else "offence_text"
    rules = [
        (t.parent.isnull() if job.has("parent") else None, "no_parent", "incident_id"),
        *[
            (bad == reason, reason, field)
            for bad, field in ((t.bad_reported, "reported_on"), (t.bad_occurred, "occurred_on"))
            for reason in ("date_unreadable", "date_impossible")
            if job.has(field)
        ],
        (t.day_reported.isnull() & t.day_occurred.isnull(), "date_missing", date_field),
        (t.mismatch, "code_mismatch", offence_field),
        (t.mine & t.incident_id.isnull() if job.has("incident_id") else None, "no_id", "incident_id"),
        # A spreadsheet turns 990000001 and 990000002 into 9.9E+08: one would be merged into the other.
        (~t.plain_id & altered(t.incident_id) if job.has("incident_id") else None, "id_unreadable", "incident_id"),
        (t.amount.isnull() if job.has("count") else None, "number_unreadable", "count"),
        (t.amount < 0 if job.has("count") else None, "number_negative", "count"),
        # A decimal comma would move every record off the map, and nobody would know.
        *[
            (t[field].notnull() & ~_finite(t[number]) if job.has(field) else None, "number_unreadable", field)
            for field, number in (("lat", "latitude"), ("lon", "longitude"), ("point", "latitude"))
        ],
    ]
    rules = [r for r in rules if r[0] is not None]
    verdict = ibis.cases(*[(test, i) for i, (test, _, _) in enumerate(rules)], else_=ibis.null("int64"))
    return t.mutate(verdict=verdict), rules


def _finite(number: Any) -> Any:
    return (number.notnull() & ~number.isnan() & ~number.isinf()).fill_null(False)


def _staged(job: Job) -> tuple[Stages, Any, list[Any]]:
    """From text to the verdict, every field of every row."""
    cleaned = clean(job)
    t = unbound("clean", cleaned)
    values: dict[str, Any] = {}
    for group in groups(job):
        values |= parse(job, t, group)
    parsed = t.select(*[t[f] for f in job.fields], **values, **numbers(job, t))
    t = unbound("parsed", parsed)
    meant = JUDGED | PLAIN_ID
    for group in groups(job):
        meant |= judge(job, t, group)
    judged = t.mutate(**meant)
    decided, rules = _verdict(job, unbound("judged", judged))
    stages = [("clean", cleaned), ("parsed", parsed), ("judged", judged), ("decided", decided)]
    return stages, unbound("decided", decided), rules


# What a row's verdict and place need beside the groups.
_ROWS = ("record", "parent", "incident_id", "count", "weight", "scope", "area_name", "lat", "lon", "point")


@dataclass(frozen=True)
class Parts:
    """`light` in two steps: each group of fields over its distinct values, then the rows over what those mean."""

    groups: tuple[tuple[tuple[str, ...], Stages], ...]
    fields: tuple[str, ...]  # of the rows, as text
    rows: Stages  # over a table "parts", these fields and the groups' columns -> `light` without what follows
    rules: tuple[tuple[str, str], ...]  # reason and column of each `verdict` that the rows give
    same: Mapping[str, str]  # columns of `light` that a group has worked out already, by the group's name
    constant: Mapping[str, str | None]  # texts that are the same in every row


def in_parts(job: Job) -> Parts:
    """The same answer as `light`, for chunks in which few dates, times, offences and areas stand again and again."""
    made: list[tuple[tuple[str, ...], Stages]] = []
    columns: dict[str, Any] = {}
    for group in groups(job):
        cleaned = clean(job, group)
        t = unbound("clean", cleaned)
        parsed = t.select(*[t[f] for f in group], **parse(job, t, group))
        meant = judge(job, unbound("parsed", parsed), group)
        if not meant:
            continue
        judged = unbound("parsed", parsed).select(**meant)
        made.append((group, [("clean", cleaned), ("parsed", parsed), ("judged", judged)]))
        columns |= {name: judged[name].type() for name in meant}
    rest = tuple(f for f in _ROWS if job.has(f))
    if job.has_plain_ids:
        columns["plain_id"] = PLAIN_ID["plain_id"].type()
    texts = {f: "int64" if f.startswith("record") else "string" for f in rest}
    t = ibis.table({**texts, **columns}, name="parts")
    known = {name: t[name] if name in columns else absent for name, absent in (JUDGED | PLAIN_ID).items()}
    cleaned = t.select(*[said(job, t, f) for f in rest], **known)
    t = unbound("clean", cleaned)
    counted = t.mutate(**numbers(job, t))
    decided, rules = _verdict(job, unbound("counted", counted))
    # DuckDB takes longer to hand out a column of text than to work it out: what need not pass through it does not.
    same = {name: column for name, column in (("clock", "clock"), ("area_code", "coded_area")) if column in columns}
    constant = {name: None if name == "area_name" else "" for name in ("scope", "area_name") if not job.has(name)}
    t = unbound("decided", decided)
    known = _light(job, t, rules)
    rows = t.select(
        "verdict", **{n: e for n, e in known.items() if n not in {"reason", "column_name", *same, *constant}}
    )
    stages: Stages = [("clean", cleaned), ("counted", counted), ("decided", decided), ("light", rows)]
    reasons = tuple((reason, job.name(field)) for _, reason, field in rules)
    return Parts(tuple(made), rest, stages, reasons, same, constant)


def light(job: Job, with_id: bool = False) -> Stages:
    """Every row, in the columns LIGHT.

    `clock` is in minutes after midnight, `count` is the publisher's own figure of the row, `weight` how many
    reports it adds to the denominator, `id_hash` stands for the id. `with_id` adds `id` itself and `updated`.
    """
    stages, t, rules = _staged(job)
    extra = {"id": code(t.incident_id), "updated": updated(job, t)} if with_id else {}
    return [*stages, ("light", t.select(**_light(job, t, rules), **extra))]


def _light(job: Job, t: Any, rules: list[Any]) -> dict[str, Any]:
    return {
        "record": t.record,
        "reason": ibis.cases(*[(t.verdict == i, r) for i, (_, r, _) in enumerate(rules)], else_=_TEXT),
        "column_name": ibis.cases(*[(t.verdict == i, job.name(f)) for i, (_, _, f) in enumerate(rules)], else_=_TEXT),
        "relevant": t.mine & t.verdict.isnull(),
        "day": ibis.coalesce(t.day_reported, t.day_occurred),
        "clock": t.clock,
        "lat": t.latitude,
        "lon": t.longitude,
        "area_code": t.coded_area,
        "scope": t.scope.fill_null("") if job.has("scope") else ibis.literal(""),
        "count": t.amount.fill_null(0),
        "weight": (t.weight.try_cast("int64") if job.has("weight") else t.amount).fill_null(0),
        # Most ids are plain, and the signs that alter one take as long to look for as all else of a row.
        "id_hash": t.plain_id.ifelse(hashed(t.incident_id), _id_hash(job, t)) if job.identifies else _id_hash(job, t),
        "area_name": t.area_name if job.has("area_name") else _TEXT,
    }


def identity(job: Job) -> Stages:
    """Every row: record and id_hash, as in `light`."""
    cleaned = clean(job)
    t = unbound("clean", cleaned)
    return [("clean", cleaned), ("identity", t.select("record", id_hash=_id_hash(job, t)))]


def _id_hash(job: Job, t: Any) -> Any:
    return hashed(code(t.incident_id)) if job.identifies else ibis.null("uint64")


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
        clock=t.clock,
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
        area_code=t.coded_area,
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
