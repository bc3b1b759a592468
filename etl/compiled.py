"""The queries of a job, compiled once: files of one form are asked the same, whatever day it is.

They are kept where Python keeps what it compiles, and only where it does. What compiles them takes as long to import
as a small file to load: a process that finds all of them kept never imports it.
"""

import contextlib
import hashlib
import importlib.util
import json
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import date
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from etl.job import Job

KEPT = 64  # jobs in memory; each has some kB of SQL
# What a query depends on beside the declaration. A test holds the list against what `normalise` imports.
_MODULES = ("codes", "compiled", "expressions", "fields", "job", "moments", "normalise", "schema", "values")
_PACKAGES = ("duckdb", "ibis-framework", "sqlglot")
_STAND_IN, _DAY = date(9998, 11, 29), "<the day it is read>"


@dataclass(frozen=True)
class Parts:
    """`normalise.Parts`, compiled."""

    groups: tuple[tuple[tuple[str, ...], str], ...]  # fields, and the SQL over a table "chunk" of them
    fields: tuple[str, ...]
    rows: str
    rules: tuple[tuple[str, str], ...]
    same: Mapping[str, str]
    constant: Mapping[str, str | None]


@lru_cache(KEPT)
def in_parts(job: Job) -> Parts:
    """`normalise.in_parts`."""
    found = _query("in_parts", job)
    groups = tuple((tuple(fields), sql) for fields, sql in found["groups"])
    rules = tuple((reason, column) for reason, column in found["rules"])
    return Parts(groups, tuple(found["fields"]), found["rows"], rules, found["same"], found["constant"])


@lru_cache(KEPT)
def facts(job: Job) -> str:
    """SQL of `normalise.facts`."""
    return str(_query("facts", job))


@lru_cache(KEPT)
def people(job: Job) -> str:
    """SQL of `normalise.people`."""
    return str(_query("people", job))


@lru_cache(KEPT)
def identity(job: Job) -> str:
    """SQL of `normalise.identity`."""
    return str(_query("identity", job))


@lru_cache(KEPT)
def whole_light(job: Job) -> str:
    """SQL of `normalise.light` with ids: every field of a row at once."""
    return str(_query("whole_light", job))


def any_kept() -> bool:
    """Whether queries of this version were kept: another file's may be compiled all the same."""
    return any(_folder().glob(f"queries.{_VERSION}.*.json"))


def _query(name: str, job: Job) -> Any:
    declared = (name, replace(job.source, prepare=None), job.form, job.declared, job.fields)
    of = hashlib.sha256(repr(_in_order(declared)).encode()).hexdigest()
    path = _folder() / f"queries.{_VERSION}.{of[:24]}.json"
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text.replace(_DAY, _written(job.today)))
        if found["of"] == of:
            return found["query"]
    except (OSError, ValueError, LookupError, TypeError):
        pass  # nothing is kept there, or nothing that can be used
    text = json.dumps({"of": of, "query": _compile(name, job)}).replace(_written(_STAND_IN), _DAY)
    if _STAND_IN.isoformat() in text:
        raise RuntimeError("Ibis writes a date in another way: the day would be missing from a kept query.")
    _keep(path, text)
    return json.loads(text.replace(_DAY, _written(job.today)))["query"]


def _in_order(value: Any) -> Any:
    """A declaration whose text is the same in each process: a set has another order in each."""
    if is_dataclass(value):
        return type(value).__name__, [(f.name, _in_order(getattr(value, f.name))) for f in fields(value)]
    if isinstance(value, Mapping):
        return [(_in_order(key), _in_order(one)) for key, one in value.items()]
    if isinstance(value, tuple | list):
        return [_in_order(one) for one in value]
    return sorted(value) if isinstance(value, set | frozenset) else value


def _compile(name: str, job: Job) -> Any:
    from etl import normalise
    from etl.expressions import compile_sql

    job = replace(job, today=_STAND_IN)
    if name == "in_parts":
        parts = normalise.in_parts(job)
        groups = tuple((fields, compile_sql(stages)) for fields, stages in parts.groups)
        rest = (parts.fields, compile_sql(parts.rows), parts.rules, parts.same, parts.constant)
        return asdict(Parts(groups, *rest))
    if name == "whole_light":
        return compile_sql(normalise.light(job, with_id=True))
    stages = {"facts": normalise.facts, "people": normalise.people, "identity": normalise.identity}[name]
    return compile_sql(stages(job))


def _written(day: date) -> str:
    """A date as Ibis writes it for DuckDB."""
    return f"MAKE_DATE({day.year}, {day.month}, {day.day})"


def _version() -> str:
    """A short name for all that compiles, as it lies there now: another one's queries are not ours. Empty: unknown."""
    here = Path(__file__).parent
    try:
        found = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in _PACKAGES).encode())
        for name in _MODULES:
            found.update((here / f"{name}.py").read_bytes())
    except (OSError, ImportError):  # the program was delivered in another form
        return ""
    return found.hexdigest()[:12]


_VERSION = _version()  # of what this process runs: the files can change under it


def _folder() -> Path:
    return Path(importlib.util.cache_from_source(__file__)).parent


def _keep(path: Path, text: str) -> None:
    if sys.dont_write_bytecode or not _VERSION or _version() != _VERSION:
        return
    beside = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    with contextlib.suppress(OSError):  # a folder that only an administrator may write to
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob("queries.*"):
            if not old.name.startswith(f"queries.{_VERSION}."):
                with contextlib.suppress(OSError):
                    old.unlink()
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    with contextlib.suppress(OSError):  # where it could not be put in its place
        beside.unlink()
