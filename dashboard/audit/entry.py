"""What one row may say: declared fields, each held against its grammar, so that no text of a record can get in."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dashboard.catalogue import AreaGroup
from dashboard.i18n import N_
from etl import codes

if TYPE_CHECKING:  # it brings a query engine, which the command line has no use for
    from dashboard.filters import Filters

WHAT: Mapping[str, str] = MappingProxyType(
    {
        "view": N_("Looked at a page"),
        "export": N_("Exported"),
        "give": N_("Gave out a press pack"),
        "ask": N_("Questioned a number"),
        "answer": N_("Answered a question about a number"),
        "save": N_("Saved a view or a briefing"),
        "change": N_("Changed a view or a briefing"),
        "delete": N_("Deleted a view or a briefing"),
        "undelete": N_("Brought a view or a briefing back"),
        "login": N_("Logged in"),
        "logout": N_("Logged out"),
        "denied": N_("Was refused"),
        "revoke": N_("Ended a session"),
        "people": N_("Changed people or roles"),
        "load": N_("Loaded"),
        "remove": N_("Took out a load"),
        "forget": N_("Had a record forgotten"),
        "withdraw": N_("Withdrew totals"),
        "directory": N_("Changed the directory of services"),
        "places": N_("Took the points of confidential places out"),
        "release": N_("Released"),
        "backup": N_("Backed up"),
        "restore": N_("Restored"),
        "verify": N_("Verified this log"),
        "rotate": N_("Closed a segment of this log"),
        "accept": N_("Accepted a break of this log"),
    }
)
QUESTIONS = ("count", "dense", "clustered", "changed", "trend", "rate")  # of the Map page; a test holds them together
FORMATS = (
    *("csv", "csv.gz", "xlsx", "parquet", "geojson", "gpkg", "zip"),
    *("json", "pdf", "pptx", "png", "svg", "html"),
)
LONGEST_LINK = 2000
MOST_VALUES = 50  # of one filter
_MOST_ROWS = 2**53

_ID = re.compile(r"\w[\w.@+|:/'&~#!%-]{0,127}")  # an e-mail address, or a provider's own id
_AGENCY = re.compile(r"\w[\w .'&()/-]{0,63}")
_WORD = re.compile(r"[a-z][a-z_-]{0,29}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")
_SOURCE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_AREA = re.compile(r"(group:[a-z0-9]{1,20}|[a-z][a-z0-9_]{0,39}:[A-Za-z0-9][A-Za-z0-9 ._-]{0,39})")


@dataclass(frozen=True)
class Who:
    """Who did it. person : the address or id that the identity provider vouches for. agency : as people.toml has it."""

    person: str
    role: str
    agency: str = ""


THIS_COMPUTER = Who("this computer", "local")  # nobody is asked for a name where no identity provider is set up


@dataclass(frozen=True)
class Export:
    """What was handed out. rows : without the header. sha256 : of the file's bytes, hexadecimal."""

    format: str
    rows: int
    sha256: str


def _one_of(allowed: Iterable[str]) -> Callable[[str], bool]:
    return frozenset(allowed).__contains__


def _like(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None


# Which values a filter may have in the log: codes and ids, never a label and never a text that somebody typed.
GRAMMAR: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "from": _like(_MONTH),
        "to": _like(_MONTH),
        "source": _like(_SOURCE),
        "exploitation": _one_of(codes.EXPLOITATION),
        "area": _like(_AREA),
        "unit": _one_of(codes.UNIT),
        "age": _one_of(codes.AGE_BAND),
        "sex": _one_of(codes.SEX),
        "premise": _one_of(codes.PREMISE),
        "date": _one_of(("reported", "occurred")),
        "related": _one_of(("true",)),
        "ask": _one_of(QUESTIONS),
    }
)


def link(filters: "Filters", ask: str = "") -> dict[str, list[str]]:
    """The view as the log has it: names of filters -> codes and ids. A named group is its id, for its name is text.

    ask : the question of the Map page, one of QUESTIONS; empty elsewhere.
    """
    months = {"from": filters.date_from, "to": filters.date_to}
    given: dict[str, list[str]] = {name: [f"{month:%Y-%m}"] for name, month in months.items() if month}
    given |= {
        "source": list(filters.sources),
        "exploitation": list(filters.exploitation),
        "area": [f"group:{a.id}" if isinstance(a, AreaGroup) else f"{a[0]}:{a[1]}" for a in filters.areas],
        "unit": [filters.unit],
        "age": list(filters.victim_age),
        "sex": list(filters.victim_sex),
        "premise": list(filters.premise),
        "date": [filters.date_basis],
        "related": ["true"] if filters.related else [],
        "ask": [ask] if ask else [],
    }
    return {name: given[name] for name in GRAMMAR if given.get(name)}


def declared(
    who: Who, what: str, page: str, filters: Mapping[str, Iterable[str]], subject: str, export: Export | None
) -> dict[str, Any]:
    """The fields of a row that the caller decides. What does not fit its grammar is left out, and counted.

    Raises ValueError for a `what` that is not declared: that is a mistake in the program, not in the data.
    """
    if what not in WHAT:
        raise ValueError("What happened is not declared in dashboard.audit.WHAT.")
    query, left_out = _query(filters)
    fields: dict[str, Any] = {
        "person": _person(who.person),
        "role": who.role if _fits(_WORD, who.role) else "",
        "agency": who.agency if _fits(_AGENCY, who.agency) else "",
        "what": what,
        "page": page if _fits(_WORD, page) else "",
        "filters": query,
        "subject": _person(subject) if subject else "",
        "format": export.format if export and export.format in FORMATS else "",
        "rows": min(max(int(export.rows), 0), _MOST_ROWS) if export else None,
        "sha256": export.sha256 if export and _fits(_SHA256, export.sha256) else "",
    }
    given = {"role": who.role, "agency": who.agency, "page": page}
    given |= {"format": export.format, "sha256": export.sha256} if export else {}
    return fields | {"left_out": left_out + sum(1 for name, value in given.items() if value and not fields[name])}


def _fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _person(given: str) -> str:
    """An id; one with other characters than ids have as the hash of it: it can still be told from others."""
    if given == THIS_COMPUTER.person or _fits(_ID, given):
        return given
    return "sha256:" + hashlib.sha256(str(given).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _query(filters: Mapping[str, Iterable[str]]) -> tuple[str, int]:
    """The query string, names in their fixed order, and how many values it leaves out."""
    kept: list[tuple[str, str]] = []
    given = {name: [values] if isinstance(values, str) else list(values) for name, values in filters.items()}
    for name, fits in GRAMMAR.items():
        good = [value for value in given.get(name, []) if isinstance(value, str) and fits(value)]
        kept += [(name, value) for value in good[:MOST_VALUES]]
    while len(urlencode(kept)) > LONGEST_LINK:
        kept.pop()
    return urlencode(kept), sum(map(len, given.values())) - len(kept)
