"""Single values of a text column: trimmed, coded, looked up. And the job that says whose column it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from etl import codes
from etl.schema import Form, Offence, Source, Table


def trim(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Text without surrounding blanks. Done in Arrow: DuckDB's TRIM takes twenty times as long."""
    columns = [
        pc.utf8_trim_whitespace(column) if pa.types.is_string(column.type) else column for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


@dataclass(frozen=True, eq=False)
class Job:
    """One table of one file: what is declared, what the file has, and the day it is read.

    Two are equal when they are of the same declarations, not of equal ones: long ones too are then told apart at once.
    """

    source: Source
    form: Form
    declared: Table
    fields: tuple[str, ...]  # the columns that the file has, in our names, `record` among them
    today: date

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Job) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[Any, ...]:
        declared = (self.declared.rows_are, *self.declared.columns.items())
        return id(self.source), id(self.form), declared, self.fields, self.today

    def has(self, field: str) -> bool:
        """Whether this file has the field at all."""
        return field in self.fields

    @property
    def identifies(self) -> bool:
        """Whether rows carry the publisher's id and may repeat it. Of an archive, `prepare` says which rows weigh."""
        return self.has("incident_id") and not self.has("weight")

    @property
    def has_plain_ids(self) -> bool:
        """Whether an id of digits is the id as it counts: the file has ids, and none is corrected by declaration."""
        return self.has("incident_id") and "incident_id" not in self.source.corrections

    def name(self, field: str) -> str:
        """The publisher's name of the column, for a message."""
        return self.declared.columns.get(field, field)

    @property
    def offences(self) -> Mapping[str, Offence]:
        """The offences that count in this form of the file."""
        return self.form.offences or self.source.offences


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
