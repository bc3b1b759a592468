"""A query is compiled once for a form, and never taken for another's."""

from dataclasses import replace

import pytest

from etl import compiled, engine, normalise
from etl.schema import Table
from tests.test_normalise import JOB

ALL = (compiled.in_parts, compiled.facts, compiled.identity, compiled.whole_light)


@pytest.mark.parametrize("query", ALL)
def test_the_second_file_of_a_form_compiles_nothing(query: object, monkeypatch: pytest.MonkeyPatch) -> None:
    first = query(JOB)  # type: ignore[operator]
    monkeypatch.setattr(engine, "compile_sql", None)
    assert query(replace(JOB, fields=tuple(JOB.fields))) is first  # type: ignore[operator]


def test_what_differs_is_compiled_for_itself() -> None:
    others = [
        replace(JOB, today=JOB.today.replace(year=JOB.today.year + 1)),
        replace(JOB, fields=tuple(f for f in JOB.fields if f != "status")),
        replace(JOB, source=replace(JOB.source, missing=("nothing known",))),
        replace(JOB, form=replace(JOB.form, date_formats=("%Y",))),
        replace(JOB, declared=Table({**JOB.declared.columns, "premise": "another"})),
        replace(JOB, declared=replace(JOB.declared, rows_are="offence")),
    ]
    assert len({JOB, *others}) == len(others) + 1
    for other in others:
        assert compiled.facts(other) == engine.compile_sql(normalise.facts(other))


def test_an_equal_declaration_is_not_the_same_one() -> None:
    assert replace(JOB, source=replace(JOB.source)) != JOB, "telling two long declarations apart would cost more"
    assert JOB != "a job"
