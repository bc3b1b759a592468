"""DATA/people.toml: who may see exact records, for which agency, until when. Whoever is not named in it sees nothing.

What is wrong with the file is said by the number of the entry, never by its address: anybody may be reading.
"""

import re
import threading
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, cast, get_args

from dashboard.i18n import N_

FILE = "people.toml"
REMEDY = N_("The data steward can put people.toml right; docs/access.md says how it is written.")

Role = Literal["partner", "researcher", "steward"]
Grain = Literal["day", "month", "quarter", "year"]

_SOURCE = re.compile(r"[a-z0-9][a-z0-9_]*")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_TABLES = {"sign_in", "agencies", "people", "groups"}


class PeopleError(Exception):
    """people.toml cannot be used. `message` says what is wrong without naming anybody, `remedy` what to do."""

    def __init__(self, message: str, remedy: str = REMEDY) -> None:
        super().__init__(f"{message} {remedy}")
        self.message, self.remedy = message, remedy


@dataclass(frozen=True)
class SignIn:
    """How long a sign-in lasts, and what of the provider's claims is believed."""

    hours: float = 12.0  # from the provider's issue time
    idle_minutes: float = 30.0
    email_claim: str = "email"
    trust_unverified_email: bool = False  # only for a provider that is yours alone and never says `email_verified`
    groups_claim: str = "groups"


@dataclass(frozen=True)
class Agency:
    """owns : the sources it brings. sees : those and others' that it may see exactly, by agreement."""

    owns: frozenset[str] = frozenset()
    sees: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entry:
    """What one person, or everybody in one group of the provider's, may do.

    sources : exact records of these; None is all (stewards). ends : the last day.
    finest_place (a layer of areas; None is no place) and finest_date bound what a researcher may export.
    """

    role: Role
    agency: str | None = None
    agreement: str | None = None
    sources: frozenset[str] | None = frozenset()
    ends: date | None = None
    finest_place: str | None = None
    finest_date: Grain = "month"


@dataclass(frozen=True)
class People:
    """The checked file. Addresses are in lower case; groups are in the order of the file."""

    sign_in: SignIn = SignIn()
    agencies: Mapping[str, Agency] = field(default_factory=dict)
    people: Mapping[str, Entry] = field(default_factory=dict)
    groups: Mapping[str, Entry] = field(default_factory=dict)

    def find(self, email: str, groups: tuple[str, ...]) -> Entry | None:
        """A person's own entry; else that of the first group in the file that the provider names; else None."""
        own = self.people.get(email.casefold())
        return own or next((entry for name, entry in self.groups.items() if name in groups), None)


def read(data_dir: Path) -> People:
    """The file as it is at this moment, read again when it has changed. Raises PeopleError."""
    path = Path(data_dir).resolve() / FILE
    try:
        stat = path.stat()
        stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        with _reading:
            kept = _kept.get(path)
            if kept and kept[0] == stamp:
                return kept[1]
        read_now = parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PeopleError(
            "Nobody is named yet who may see this.",
            N_("The data steward writes people.toml in the data folder; docs/access.md says how."),
        ) from None
    except (OSError, UnicodeDecodeError):
        raise PeopleError(f"{FILE} cannot be read.") from None
    with _reading:
        _kept[path] = (stamp, read_now)
    return read_now


_kept: dict[Path, tuple[tuple[int, int, int], People]] = {}
_reading = threading.Lock()


def parse(text: str) -> People:
    """The text of the file, checked whole. Raises PeopleError for the first thing that is wrong."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))  # the rest of the message can quote the file
        raise PeopleError(f"{FILE} is not valid TOML{f' (line {line[1]})' if line else ''}.") from None
    _only(tables, _TABLES, "the file")
    agencies = {name: _agency(keys, where) for name, keys, where in _entries(tables, "agencies", "agency")}
    people = {}
    for email, keys, where in _entries(tables, "people", "person"):
        if not _ADDRESS.fullmatch(email):
            raise PeopleError(f"In {FILE}, {where} is not named by an e-mail address.")
        if email.casefold() in people:
            raise PeopleError(f"In {FILE}, {where} is named twice.")
        people[email.casefold()] = _entry(keys, where, agencies)
    groups = {name: _entry(keys, where, agencies) for name, keys, where in _entries(tables, "groups", "group")}
    return People(_sign_in(tables.get("sign_in", {})), agencies, people, groups)


def _entries(tables: Mapping[str, Any], table: str, noun: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    found = tables.get(table, {})
    if not isinstance(found, dict):
        raise PeopleError(f"In {FILE}, `{table}` is not a table.")
    for number, (name, keys) in enumerate(found.items(), 1):
        where = f"{noun} number {number}"
        if not isinstance(keys, dict):
            raise PeopleError(f"In {FILE}, {where} is not a table.")
        yield name, keys, where


def _sign_in(keys: Any) -> SignIn:
    where = "`sign_in`"
    if not isinstance(keys, dict):
        raise PeopleError(f"In {FILE}, {where} is not a table.")
    _only(keys, set(SignIn.__dataclass_fields__), where)
    for name, most in (("hours", 24.0), ("idle_minutes", 240.0)):
        value = keys.get(name, 1)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
            raise PeopleError(f"In {FILE}, `{name}` of {where} is a number above 0 and at most {most:.0f}.")
    for name in ("email_claim", "groups_claim"):
        _text(keys, name, where)
    if not isinstance(keys.get("trust_unverified_email", False), bool):
        raise PeopleError(f"In {FILE}, `trust_unverified_email` of {where} is true or false.")
    return SignIn(**keys)


def _agency(keys: dict[str, Any], where: str) -> Agency:
    _only(keys, {"owns", "sees"}, where)
    owns = _sources(keys, "owns", where)
    return Agency(owns, owns | _sources(keys, "sees", where))


def _entry(keys: dict[str, Any], where: str, agencies: Mapping[str, Agency]) -> Entry:
    _only(keys, set(Entry.__dataclass_fields__), where)
    role, agency = str(keys.get("role")), _text(keys, "agency", where)
    if role not in get_args(Role):
        raise PeopleError(f"In {FILE}, {where} has no role, or one that is not {', '.join(get_args(Role))}.")
    if agency is not None and agency not in agencies:
        raise PeopleError(f"In {FILE}, the agency of {where} is not one of `agencies`.")
    agreement, ends = _text(keys, "agreement", where), _day(keys, where)
    finest_date = keys.get("finest_date", "month")
    if finest_date not in get_args(Grain):
        raise PeopleError(f"In {FILE}, `finest_date` of {where} is not one of {', '.join(get_args(Grain))}.")
    return Entry(
        role=cast(Role, role),
        agency=agency,
        agreement=agreement,
        sources=_seen_exactly(role, keys, where, agencies),
        ends=ends,
        finest_place=_text(keys, "finest_place", where),
        finest_date=finest_date,
    )


def _seen_exactly(role: str, keys: dict[str, Any], where: str, agencies: Mapping[str, Agency]) -> frozenset[str] | None:
    named = _sources(keys, "sources", where)
    if role == "steward":
        if "sources" in keys:
            raise PeopleError(f"In {FILE}, {where} is a steward, who sees every source: `sources` has no meaning.")
        return None
    if role == "researcher":
        missing = [name for name in ("agreement", "ends", "sources") if not keys.get(name)]
        if missing:
            raise PeopleError(f"In {FILE}, {where} is a researcher and lacks {' and '.join(missing)}.")
        return named
    if keys.get("agency") is None:
        raise PeopleError(f"In {FILE}, {where} is a partner and lacks an agency.")
    allowed = agencies[keys["agency"]].sees
    if not named <= allowed:
        raise PeopleError(f"In {FILE}, {where} has sources that its agency may not see exactly.")
    return named if "sources" in keys else allowed


def _only(keys: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := [name for name in keys if name not in known]:
        # A misspelt key is an ordinary word; an address in the wrong place is not repeated.
        said = f" (`{unknown[0]}`)" if re.fullmatch(r"[a-z_]{1,40}", unknown[0]) else ""
        raise PeopleError(f"In {FILE}, {where} has a key that is not known{said}. Known: {', '.join(sorted(known))}.")


def _text(keys: Mapping[str, Any], name: str, where: str) -> str | None:
    value = keys.get(name)
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise PeopleError(f"In {FILE}, `{name}` of {where} is not a text.")
    return value


def _sources(keys: Mapping[str, Any], name: str, where: str) -> frozenset[str]:
    value = keys.get(name, [])
    if not isinstance(value, list) or not all(isinstance(s, str) and _SOURCE.fullmatch(s) for s in value):
        raise PeopleError(f'In {FILE}, `{name}` of {where} is not a list of sources, such as ["city_pd"].')
    return frozenset(value)


def _day(keys: Mapping[str, Any], where: str) -> date | None:
    value = keys.get("ends")
    if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
        raise PeopleError(f"In {FILE}, `ends` of {where} is not a day, such as 2027-06-30 without quotes.")
    return value
