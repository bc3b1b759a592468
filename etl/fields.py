"""What fields say, alone or with the fields that they belong to: text to days, codes and numbers, as expressions.

GROUPS are fields whose values repeat from row to row. Each group is parsed and judged by itself, so that a chunk's
distinct values can be worked out once; a row's verdict (in normalise) needs only the typed results.
"""

from functools import reduce
from typing import Any

import ibis

from etl.expressions import text_table
from etl.job import Job
from etl.moments import EARLIEST, bad_day, clock, moment
from etl.values import code, squeeze

_TEXT, _TIME, _DAY = ibis.null("string"), ibis.null("timestamp"), ibis.null("date")
Columns = dict[str, Any]

GROUPS: tuple[tuple[str, ...], ...] = (
    ("reported_on",),
    ("occurred_on",),
    ("occurred_time",),
    ("offence_code", "offence_text", "offence_detail"),
    ("area_code",),
)
# What a group tells the verdict and the denominator, and what stands there when a file lacks the group.
JUDGED: Columns = {
    "day_reported": _DAY,
    "bad_reported": _TEXT,
    "day_occurred": _DAY,
    "bad_occurred": _TEXT,
    "clock": ibis.null("int64"),
    "mine": ibis.literal(False),
    "mismatch": ibis.literal(False),
    "coded_area": _TEXT,
}
# Of each row, whether its id is of digits alone: nothing can have altered such a one. Not known where nobody looked.
PLAIN_ID: Columns = {"plain_id": ibis.literal(False)}


def groups(job: Job) -> list[tuple[str, ...]]:
    """The groups of which this file has a field, each with the fields that it has."""
    found = [tuple(f for f in group if job.has(f)) for group in GROUPS]
    return [group for group in found if group]


def clean(job: Job, fields: tuple[str, ...] | None = None) -> Any:
    """Columns (all, or some) with known corrections made and missing values as NULL."""
    chosen = job.fields if fields is None else fields
    table = text_table("chunk", chosen)
    return table.select(*[said(job, table, f) for f in chosen])


def said(job: Job, table: Any, field: str) -> Any:
    """One column with known corrections made and missing values as NULL."""
    value = table[field]
    if field.startswith("record"):
        return value
    wrong = job.source.corrections.get(field)
    if wrong:
        value = value.substitute(dict(wrong), else_=value)
    # A time of "00" is midnight, whatever "00" means elsewhere in the file.
    missing = ("",) if field == "occurred_time" else ("", *job.source.missing)
    return value.isin(missing).ifelse(_TEXT, value).name(field)


def parse(job: Job, t: Any, group: tuple[str, ...]) -> Columns:
    """The group's text as timestamps, numbers and codes: each once."""
    match group[0]:
        case "reported_on":
            return {"reported": moment(t.reported_on, job.form.date_formats)}
        case "occurred_on":
            return {"occurred": moment(t.occurred_on, job.form.date_formats)}
        case "occurred_time":
            return {"clock_digits": code(t.occurred_time).try_cast("int64")}
        case "area_code":
            return {"area": code(t.area_code)}
    words = t.offence_text if "offence_text" in group else _TEXT
    if "offence_detail" in group:
        words = words + " / " + t.offence_detail
    coded = "offence_code" in group
    return {"key": code(t.offence_code) if coded else _TEXT, "words": words.upper() if coded else squeeze(words)}


def judge(job: Job, t: Any, group: tuple[str, ...]) -> Columns:
    """What the parsed group means: some of JUDGED."""
    match group[0]:
        case "reported_on":
            day, bad = bad_day(job, t, "reported_on", t.reported, job.source.first_day)
            return {"day_reported": day, "bad_reported": bad}
        case "occurred_on":
            # A report of today can be about a crime of decades ago: only without a report date does the first day bind.
            first = EARLIEST if job.has("reported_on") else job.source.first_day
            day, bad = bad_day(job, t, "occurred_on", t.occurred, first)
            timed = {} if job.form.time_format else {"clock": clock(job, t)}
            return {"day_occurred": day, "bad_occurred": bad, **timed}
        case "occurred_time":
            return {"clock": clock(job, t)} if job.form.time_format else {}
        case "area_code":
            return {"coded_area": _area(job, t)}
    return {"mine": _relevant(job, t), "mismatch": _mismatch(job, t)}


def numbers(job: Job, t: Any) -> Columns:
    """latitude, longitude and amount of a row: they hardly repeat, and are cheap."""
    point = t.point if job.has("point") else _TEXT
    number = r"(-?\d+(?:\.\d+)?)"
    pair = rf"^\(\s*{number}\s*,\s*{number}\s*\)$"
    latitude = point.re_extract(pair, 1) if job.has("point") else (t.lat if job.has("lat") else _TEXT)
    longitude = point.re_extract(pair, 2) if job.has("point") else (t.lon if job.has("lon") else _TEXT)
    return {
        "latitude": latitude.try_cast("float64"),
        "longitude": longitude.try_cast("float64"),
        # "nan" and the like are numbers to a database, but not to count with.
        "amount": _whole(t["count"].try_cast("float64")) if job.has("count") else ibis.literal(1, "int64"),
    }


def _whole(number: Any) -> Any:
    """As a whole number; NULL for a fraction."""
    whole = number.try_cast("int64")
    return (whole == number).ifelse(whole, ibis.null("int64"))


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
    ours = [o.text for o in job.offences.values()]
    # Runs of spaces are looked at only where a description begins like one of ours: most rows do not.
    beginnings = sorted({text.split()[0] for text in ours})
    alike = reduce(lambda a, b: a | b, [t.words.startswith(word) for word in beginnings], ibis.literal(False))
    return ibis.cases(
        (_relevant(job, t), squeeze(t.words.fill_null("")) != expected),
        (alike, squeeze(t.words).isin(ours)),
        else_=False,
    ).fill_null(False)


def _area(job: Job, t: Any) -> Any:
    if not job.has("area_code"):
        return _TEXT
    # A spreadsheet turns beat 15E30 into 1.50E+31: the beat is lost, so there is none.
    lost = t.area.contains("E+")
    width = job.source.area_width
    # LPAD would also cut what is longer.
    padded = (t.area.length() < width).ifelse(t.area.lpad(width, "0"), t.area)
    return lost.ifelse(_TEXT, padded if width else t.area.re_replace(r"^0+(.)", r"\1"))
