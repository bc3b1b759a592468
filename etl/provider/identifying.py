"""Columns that say who somebody is. A file in which one of them holds anything is refused. Policy on one screen."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from etl.schema import Clients, SourceError

# In the letters and figures of a column's name, small: FirstName, prs_Birthdate, client_ssn_sha256.
# An encoded, encrypted or hashed name is still individual information (34 USC 12291(b)(2)).
_NAMES = re.compile(
    r"(first|last|middle|second|full|maiden|given|family|sur|client|nick|alias|legal|preferred|person|victim)name"
    r"|^(prs|vic|per)?name$|alias|salutation"
    r"|ssn|socialsecurity|identitynumber|idnumber|nationalid|passport|licen[cs]eno|driverslicen|medicaid|aliennumber"
    r"|birth|dob"
    r"|phone|mobile|email|fax|address|street|postal|zip|latitude|longitude|geolocation|shippingcity|mailingcity"
    r"|hash|sha\d|md5|encrypted|fingerprint"
)


def identifying(header: Sequence[str], clients: Clients) -> list[str]:
    """The columns of a header that identify people by the declaration or by their own name."""
    return [n for n in dict.fromkeys(header) if n in clients.identifying or (_sounds(n) and n not in clients.harmless)]


def _sounds(name: str) -> bool:
    return bool(_NAMES.search("".join(c for c in name.casefold() if c.isalnum())))


def holds_a_value(column: Any) -> bool:
    """Whether any cell of a text column holds more than spaces."""
    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(column.cast("string")), "")).as_py())


def refuse(path: Path, source: str, found: Sequence[str]) -> SourceError:
    """The refusal that names the columns, never a value, and the command that strips them."""
    columns = ", ".join(f"'{name}'" for name in found)
    copy = path.with_name(f"stripped-{path.name}")
    many = len(found) > 1
    return SourceError(
        f"{path.name} holds values in {len(found)} column{'s' if many else ''} that say who somebody is: {columns}. "
        "Nothing was counted. Make a copy without them, on this machine, and count that: "
        f"python -m etl aggregate {source} {_quoted(path)} --strip {_quoted(copy)}"
    )


def _quoted(path: Path) -> str:
    text = str(path)
    return f'"{text}"' if " " in text else text
