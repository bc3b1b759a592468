"""Days and times of a report, as expressions: dates in several formats, days that stand for none, the clock."""

from typing import Any

import ibis

from etl.expressions import parse_time
from etl.job import Job

# Dates that systems write when they have none.
_SENTINEL_DAYS = ("1900-01-01", "1969-12-31", "1970-01-01", "9999-12-31")
EARLIEST = "1900-01-02"
_SERIAL = "serial"  # among date formats: days since the end of 1899, as a spreadsheet counts them
_TEXT, _TIME = ibis.null("string"), ibis.null("timestamp")


def moment(text: Any, formats: tuple[str, ...]) -> Any:
    """Text to a timestamp by the first format that fits; NULL when none does."""
    written = parse_time(text, tuple(f for f in formats if f != _SERIAL))
    if _SERIAL not in formats:
        return written
    number = text.try_cast("float64")
    days = number.between(1, 109_574).ifelse(number, ibis.null("float64"))  # to the year 2199
    serial = ibis.timestamp("1899-12-30") + (days * 86_400).round().cast("int64").as_interval("s")
    return ibis.coalesce(written, serial)


def bad_day(job: Job, t: Any, field: str, parsed: Any, first: str) -> tuple[Any, Any]:
    """(the day, why it cannot be used): a sentinel is no date, a date of the future is an error."""
    if not job.has(field):
        return ibis.null("date"), _TEXT
    day = parsed.date()
    sentinel = day.isin([ibis.date(d) for d in _SENTINEL_DAYS])
    outside = ~sentinel & ((day < ibis.date(first)) | (day > ibis.date(job.today.isoformat())))
    bad = ibis.cases(
        (t[field].notnull() & parsed.isnull(), "date_unreadable"), (outside, "date_impossible"), else_=_TEXT
    )
    return sentinel.fill_null(False).ifelse(ibis.null("date"), day), bad


def clock(job: Job, t: Any) -> Any:
    """Minutes after midnight of the occurrence; NULL when not recorded or impossible."""
    if not job.form.time_format:
        if not job.has("occurred_on"):
            return ibis.null("int64")
        minutes = (t.occurred.hour() * 60 + t.occurred.minute()).cast("int64")
        # A date without a time is not midnight.
        return t.occurred_on.re_search("[:.]").ifelse(minutes, ibis.null("int64"))
    digits = t.clock_digits
    hour, minute = (digits, ibis.literal(0)) if job.form.time_format == "hour" else (digits // 100, digits % 100)
    return (hour.between(0, 23) & minute.between(0, 59)).ifelse((hour * 60 + minute).cast("int64"), ibis.null("int64"))


def updated(job: Job, t: Any) -> Any:
    """When the publisher last changed the row; NULL where that is not published."""
    return moment(t.updated_on, job.form.date_formats) if job.has("updated_on") else _TIME
