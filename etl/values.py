"""Single values of a text column, as expressions: coded, looked up, put into a band."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

import ibis

from etl import codes
from etl.job import Job


def code(value: Any) -> Any:
    """A code: upper case, without the `.0` that a spreadsheet adds."""
    upper = value.upper()
    # Few values have a point at all, and a regular expression costs more than all the rest of a row.
    return upper.contains(".0").ifelse(upper.re_replace(r"\.0+$", ""), upper)


_MARKS = ("E+", '"', "\u200b", "\ufeff")  # 9.9E+08, ="990000001", and what has no width


def altered(identifier: Any) -> Any:
    """Whether a spreadsheet or a web page has made another identifier of it: a power of ten, or a mark of text."""
    upper = identifier.upper()
    signs = [upper.contains(mark) for mark in _MARKS] + [upper.startswith(mark) for mark in ("=", "'")]
    return reduce(or_, signs).fill_null(False)


def squeeze(text: Any) -> Any:
    """Upper case with single spaces: how descriptions are compared."""
    return text.upper().re_replace(r"\s+", " ")


def lookup(value: Any, mapping: Mapping[str, str], empty: str, other: str) -> Any:
    """A code list: `empty` for nothing, `other` for a value that the list does not have."""
    if not mapping:
        return value.isnull().ifelse(empty, other)
    known = {k.upper(): v for k, v in mapping.items()}
    return value.isnull().ifelse(empty, value.upper().substitute(known, else_=other))


def age_band(job: Job, value: Any) -> Any:
    """CTDC's band of an age in years; codes for infants, missing and impossible ages are declared."""
    # Seventeen and a half is seventeen: a cast to a whole number would round up to an adult.
    years = value.re_replace(r"\.\d+$", "").try_cast("int64")
    rules = []
    if job.source.infant_ages:
        rules.append((value.upper().isin(job.source.infant_ages).fill_null(False), codes.AGE_BAND_FROM[0]))
    lowest = 1 if job.source.zero_age_unknown else 0
    rules += [(years.isnull() | ~years.between(lowest, codes.AGE_LAST), codes.UNKNOWN)]
    rules += [(years >= start, band) for start, band in sorted(codes.AGE_BAND_FROM.items(), reverse=True)]
    return ibis.cases(*rules, else_=codes.UNKNOWN)
