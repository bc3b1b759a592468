"""The queries of a job, compiled once in a process: files of one form on one day are asked the same."""

from functools import lru_cache

from etl import engine, normalise
from etl.values import Job

KEPT = 64  # jobs; each has some kB of SQL


@lru_cache(KEPT)
def in_parts(job: Job) -> tuple[normalise.Parts, tuple[str, ...], str]:
    """(the parts of `light`, SQL of each of their groups, SQL of the rows)."""
    parts = normalise.in_parts(job)
    return parts, tuple(engine.compile_sql(stages) for _, stages in parts.groups), engine.compile_sql(parts.rows)


@lru_cache(KEPT)
def facts(job: Job) -> str:
    """SQL of `normalise.facts`."""
    return engine.compile_sql(normalise.facts(job))


@lru_cache(KEPT)
def people(job: Job) -> str:
    """SQL of `normalise.people`."""
    return engine.compile_sql(normalise.people(job))


@lru_cache(KEPT)
def identity(job: Job) -> str:
    """SQL of `normalise.identity`."""
    return engine.compile_sql(normalise.identity(job))


@lru_cache(KEPT)
def whole_light(job: Job) -> str:
    """SQL of `normalise.light` with ids: every field of a row at once."""
    return engine.compile_sql(normalise.light(job, with_id=True))
