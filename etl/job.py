"""What a column is read for: one table of one file, as declared, on the day it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from etl.schema import Form, Offence, Source, Table

# What every row of reports becomes: the columns of `normalise.light`.
LIGHT = tuple(
    "record reason column_name relevant day clock lat lon area_code scope count weight id_hash area_name".split()
)


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
