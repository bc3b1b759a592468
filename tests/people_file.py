"""A people file of three agencies, and what is decided of somebody who signs in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dashboard import access, people
from dashboard.access import Access, Denied
from dashboard.sessions import Facts

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FILE = """
[agencies.wick]
owns = ["wick_police"]
[agencies.fenn]
owns = ["fenn_sheriff"]
sees = ["wick_police"]
[agencies.shelter]

[people."Ana@Wick.example"]
role = "partner"
agency = "wick"
[people."ben@fenn.example"]
role = "partner"
agency = "fenn"
ends = 2026-11-21
[people."cara@shelter.example"]
role = "partner"
agency = "shelter"
[people."dan@uni.example"]
role = "researcher"
agreement = "DUA-7"
sources = ["fenn_sheriff"]
ends = 2026-12-31
finest_place = "district"
finest_date = "quarter"
[people."eve@wick.example"]
role = "steward"
[groups."Task force"]
role = "partner"
agency = "fenn"
"""


def claims(email: str = "ana@wick.example", age: float = 60, **more: Any) -> dict[str, Any]:
    """What a provider says of somebody who signed in `age` seconds ago."""
    issued = NOW.timestamp() - age
    return {"sub": email, "email": email, "email_verified": True, "iat": issued, "nonce": "n", "iss": "i", **more}


def decide(said: Mapping[str, Any], session: Facts | None = None, text: str = FILE) -> Access | Denied:
    return access.decide(said, NOW, people.parse(text), session or Facts())
