"""What the public file may hold, as one readable file: read, checked, compared with the one before."""

import hashlib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from etl import codes
from etl.schema import SourceError

DEFAULT = Path(__file__).with_name("policy.toml")
FILE = "policy.toml"
AREA = "area"
GRAINS = tuple(codes.GRAIN)
LEAST_K = 11  # CDC's and CTDC's; a smaller one is refused
# Citizenship, immigration status and language are not even columns here; race is of no cube.
MAY_BE_DIMENSIONS = {
    "incidents": ("exploitation", "premise"),
    "victims": ("exploitation", "minor", "age_band", "sex", "relationship"),
    "suspects": ("exploitation", "sex"),
}


@dataclass(frozen=True)
class Policy:
    """The policy of a release; see policy.toml for the meaning of each name. `text` is the file as it was read."""

    version: str
    base: int
    altered_at_most: float
    settle_months: int
    few_people: int
    dimensions: int
    dimensions_if_few: int
    published_elsewhere: tuple[str, ...]
    left_out: tuple[str, ...]
    locations: int
    residents: int
    one_point_at_most: float
    shown_at_least: float
    layers: tuple[str, ...]
    attributes: tuple[str, ...]
    below: int
    agencies: bool
    held: tuple[str, ...]
    clients: bool
    refine: Mapping[str, tuple[str, ...]]
    text: str

    @property
    def digest(self) -> str:
        """A short name of everything the policy says, whatever its comments."""
        said = [(f.name, getattr(self, f.name)) for f in fields(self) if f.name != "text"]
        return hashlib.sha256(repr([(k, dict(v) if k == "refine" else v) for k, v in said]).encode()).hexdigest()[:12]


_PARTS = {"places": ("locations", "residents", "one_point_at_most", "shown_at_least", "layers"),
          "shared": ("attributes", "below"), "published": ("agencies", "held", "clients")}  # fmt: skip
_TOP = ("version", "base", "altered_at_most", "settle_months", "few_people", "dimensions", "dimensions_if_few",
        "published_elsewhere", "left_out")  # fmt: skip
_SHARES = ("altered_at_most", "one_point_at_most", "shown_at_least")


def read_policy(data: Path) -> Policy:
    """The policy of a data directory: its own file, or the one that comes with the program. Raises SourceError."""
    own = data / FILE
    path = own if own.exists() else DEFAULT
    try:
        return parse(path.read_text(encoding="utf-8-sig"))  # some editors begin a file with a mark
    except UnicodeDecodeError:
        raise SourceError(f"{path.name} is not UTF-8 text. Save it as UTF-8.") from None
    except OSError:
        raise SourceError(f"{path.name} cannot be read. Check its permissions.") from None


def parse(text: str) -> Policy:
    """A policy from the text of its file. Raises SourceError, with the name that is wrong and what is expected."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"The policy is not valid TOML: {error}. Compare it with {DEFAULT.name}.") from None
    _only(found, {*_TOP, *_PARTS, "units"}, "the policy")
    values: dict[str, Any] = {name: found.get(name) for name in _TOP}
    for part, names in _PARTS.items():
        _only(found.get(part, {}), set(names), f"[{part}]")
        values |= {name: found.get(part, {}).get(name) for name in names}
    absent = [name for name, value in values.items() if value is None]
    if absent:
        raise SourceError(f"The policy does not say {absent[0]}. Copy the line from {DEFAULT.name}.")
    for name, value in values.items():
        values[name] = _checked(name, value)
    policy = Policy(**values, refine=_units(found.get("units", {})), text=text)
    if policy.base < LEAST_K:
        raise SourceError(f"The policy's base is {policy.base}. It must be {LEAST_K} or more.")
    possible = sorted({name for may in MAY_BE_DIMENSIONS.values() for name in may})
    if not set(policy.attributes) <= set(possible):
        raise SourceError(f"The policy's attributes may name: {', '.join(possible)}.")
    return policy


def _only(table: Any, known: set[str], where: str) -> None:
    if not isinstance(table, dict):
        raise SourceError(f"The policy's {where} must be a table. Compare it with {DEFAULT.name}.")
    unknown = sorted(set(table) - known)
    if unknown:
        raise SourceError(f"In {where} there is no {unknown[0]}. Known: {', '.join(sorted(known))}.")


def _checked(name: str, value: Any) -> Any:
    kind: Any = Policy.__dataclass_fields__[name].type
    if kind == tuple[str, ...] and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    if name in _SHARES and isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    if kind is int and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if (kind is str and isinstance(value, str)) or (kind is bool and isinstance(value, bool)):
        return value
    wanted = {int: "a whole number of 0 or more", float: "a share from 0 to 1", str: "a text", bool: "true or false"}
    raise SourceError(f"The policy's {name} must be {wanted.get(kind, 'a list of texts')}.")


def _units(table: Any) -> Mapping[str, tuple[str, ...]]:
    _only(table, set(MAY_BE_DIMENSIONS), "[units]")
    found = {}
    for unit, may in MAY_BE_DIMENSIONS.items():
        if unit not in table:
            continue
        _only(table[unit], {"refine"}, f"[units.{unit}]")
        steps = table[unit].get("refine")
        known = {*GRAINS[:4], AREA, *may}
        if not isinstance(steps, list) or not set(map(str, steps)) <= known:
            raise SourceError(f"The policy's refine of {unit} may name: {', '.join(sorted(known))}.")
        found[unit] = tuple(steps)
    if not found:
        raise SourceError(
            "The policy names no unit of count. Copy [units.incidents] from the one that comes with this."
        )
    return found


def check_names(policy: Policy, sources: Collection[str]) -> None:
    """Refuse a source that nobody knows: misspelt, it would be published. Raises SourceError."""
    for where in ("left_out", "published_elsewhere"):
        unknown = sorted(set(getattr(policy, where)) - set(sources))
        if unknown:
            raise SourceError(f"The policy's {where} names {unknown[0]}, and there is no such source. "
                              "`python -m etl sources` lists them.")  # fmt: skip


def check_stricter(old: Policy, new: Policy) -> None:
    """Refuse a policy that would say more about periods that are public already. Raises SourceError."""
    looser = [name for name in ("base", "settle_months", "locations", "residents", "below", "few_people")
              if getattr(new, name) < getattr(old, name)]  # fmt: skip
    looser += [name for name in ("altered_at_most", "one_point_at_most", "dimensions", "dimensions_if_few")
               if getattr(new, name) > getattr(old, name)]  # fmt: skip
    looser += ["left_out"] if set(old.left_out) - set(new.left_out) else []
    looser += ["attributes"] if set(old.attributes) - set(new.attributes) else []
    looser += ["agencies"] if new.agencies and not old.agencies else []
    looser += ["held"] if new.agencies and set(old.held) - set(new.held) else []
    # The groups are rounded apart: a source that changes sides would be rounded a second time.
    looser += ["published_elsewhere"] if set(old.published_elsewhere) != set(new.published_elsewhere) else []
    if looser:
        raise SourceError(
            f"The policy's {looser[0]} is looser than in the release before. A published period can only become "
            "stricter: set it back, or begin in another data directory."
        )
