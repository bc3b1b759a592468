"""How long old versions of the restricted warehouse are kept. The one place where that is decided.

DIR/retention.toml
    versions = 2    # database files: the served one, and those that a reader may still have open
    undo = 20       # steps that `undo` can go back: their loads are kept
"""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from etl.schema import SourceError

FILE = "retention.toml"
_LEAST = {"versions": 1, "undo": 1}
_MOST = 1000


@dataclass(frozen=True)
class Retention:
    """versions : database files that are kept. undo : versions whose loads are kept, the served one among them."""

    versions: int = 2
    undo: int = 20


def retention(data: Path) -> Retention:
    """What the data folder's file says, or the usual. Raises SourceError when the file cannot be read."""
    path = data / FILE
    names = [f.name for f in fields(Retention)]
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Retention()
    except (OSError, ValueError):
        raise SourceError(f"{path} cannot be read. Write lines such as `versions = 2`, or take it away.") from None
    unknown = sorted(set(found) - set(names))
    if unknown:
        raise SourceError(f"{path} has a setting that does not exist. There are: {', '.join(names)}.")
    for name, value in found.items():
        if type(value) is not int or not _LEAST[name] <= value <= _MOST:
            raise SourceError(f"{path}: {name} is a whole number from {_LEAST[name]} to {_MOST}.")
    return Retention(**found)
