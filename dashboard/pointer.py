"""Which file a data folder serves now, and what is wrong when there is none."""

import json
import re
from pathlib import Path
from typing import Any

from dashboard.i18n import N_

REBUILD = N_("Run `python -m etl rebuild --data DIR` to build the warehouse again from its loads.")
RELEASE = N_("Make a release with `python -m etl release --data DIR`; the public view is then served from DIR/public.")
_RELEASED = re.compile(r"releases/[0-9A-Za-z][0-9A-Za-z._-]{0,60}/public\.duckdb")


class WarehouseError(Exception):
    """The warehouse cannot be shown. `message` says what is wrong, `remedy` what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message, self.remedy = message, remedy


class WarehouseMissing(WarehouseError):
    """There is no warehouse in this data directory."""


class WarehouseBroken(WarehouseError):
    """There is one, and it cannot be read."""


class WarehouseFormat(WarehouseError):
    """There is one, written by another version of this project."""


def restricted_file(data_dir: Path) -> tuple[Path, int]:
    """The file that DATA/warehouse/current.json names, and its version. Nothing outside the folder can be named."""
    pointer = _read_pointer(
        data_dir / "warehouse" / "current.json",
        N_("There is no data here yet."),
        N_("Load a file with `python -m etl load SOURCE FILE --data DIR`, or start without --data to see the sample."),
    )
    name, version = pointer.get("restricted"), pointer.get("version")
    if not isinstance(name, str) or Path(name).name != name or not isinstance(version, int):
        raise WarehouseBroken("The file warehouse/current.json does not name a warehouse.", REBUILD)
    path = data_dir / "warehouse" / name
    if not path.is_file():
        raise WarehouseMissing("The warehouse that warehouse/current.json names is not there.", REBUILD)
    return path, version


def public_file(data_dir: Path, release: str) -> tuple[Path, int]:
    """The file of a release, by its id or as current.json names it. Nothing outside the folder can be named."""
    pointer = _read_pointer(data_dir / "current.json", N_("Nothing has been released here yet."), RELEASE)
    name, version = pointer.get("public"), pointer.get("version")
    if release:
        name = f"releases/{release}/public.duckdb"
    if not isinstance(name, str) or not _RELEASED.fullmatch(name) or not isinstance(version, int):
        unknown, none = N_("The release that was asked for has no valid id."), N_("current.json names no release.")
        what = unknown if release else none
        raise WarehouseBroken(what, RELEASE)
    path = data_dir / name
    if not path.is_file():
        raise WarehouseMissing(
            "The release that was asked for is not there." if release else "The release of current.json is not there.",
            "See which there are with `python -m etl release --list --data DIR`.",
        )
    return path, version


def _read_pointer(path: Path, missing: str, remedy: str) -> dict[str, Any]:
    try:
        pointer = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WarehouseMissing(missing, remedy) from None
    except (OSError, ValueError):
        raise WarehouseBroken(f"The file {path.parent.name}/current.json cannot be read.", REBUILD) from None
    if not isinstance(pointer, dict):
        raise WarehouseBroken(f"The file {path.parent.name}/current.json does not name a warehouse.", REBUILD)
    return pointer
