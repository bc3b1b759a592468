"""A directory of local services: a csv of declared columns becomes a numbered json beside the warehouse.

Only the declared columns are read, and none of them is an address. A confidential service keeps no place: what is
published of it is its name, what it offers and how to call.
"""

import csv
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.schema import SourceError

COLUMNS = (
    *("name", "kind", "offers", "eligibility", "languages", "phone", "hours", "web", "area", "capacity"),
    *("last_verified", "confidential"),
)
REQUIRED = ("name", "phone", "last_verified", "confidential")
PLACES = ("area", "web", "capacity")  # left out of what is confidential: a web page can name the street
LONGEST, MOST = 300, 2000
NUMBERED = re.compile(r"directory-(\d{6})\.json")
_PHONE = re.compile(r"[0-9+(][0-9+() .x-]{2,30}")
_WEB = re.compile(r"(https?://)?[a-z0-9-]+(\.[a-z0-9-]+)+(/\S*)?", re.IGNORECASE)
_STREET = re.compile(
    r"\d+\s+(?:[\w.'-]+\s+){0,4}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|pl"
    r"|highway|hwy|calle|avenida)\b|-?\d{1,3}\.\d{3,}\s*,\s*-?\d{1,3}\.\d{3,}",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Read:
    """What a file holds. entries : the good rows. bad : (record number, reason) of the others; the header is 1."""

    entries: tuple[Mapping[str, str], ...]
    bad: tuple[tuple[int, str], ...]
    not_read: int


def read(path: Path, today: date) -> Read:
    """Read a csv. Raises SourceError for a file without the required columns or that is no text."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            names = [str(n).strip().lower() for n in rows.fieldnames or []]
            if missing := [c for c in REQUIRED if c not in names]:
                raise SourceError(f"The file lacks the columns {', '.join(missing)}. Nothing was changed.")
            rows.fieldnames = names
            return _sorted(list(rows)[: MOST + 1], names, today)
    except FileNotFoundError:
        raise SourceError("There is no such file.") from None
    except (UnicodeDecodeError, csv.Error):
        raise SourceError("The file is not a csv in UTF-8. Save it as such and try again.") from None


def _sorted(rows: list[dict[str, str]], names: list[str], today: date) -> Read:
    if len(rows) > MOST:
        raise SourceError(f"A directory has at most {MOST:,} entries.")
    good, bad, seen = [], [], set()
    for number, row in enumerate(rows, start=2):
        entry = {c: " ".join(str(row.get(c) or "").split()) for c in COLUMNS}
        why = _wrong(entry, today, None in row)
        key = (entry["name"].casefold(), re.sub(r"\D", "", entry["phone"]))
        if not why and key in seen:
            why = "the same name and phone as an earlier record"
        if why:
            bad.append((number, why))
            continue
        seen.add(key)
        entry["confidential"] = entry["confidential"].lower()
        good.append(entry | dict.fromkeys(PLACES, "") if entry["confidential"] == "yes" else entry)
    return Read(tuple(good), tuple(bad), len([n for n in names if n not in COLUMNS]))


def _wrong(entry: Mapping[str, str], today: date, too_many: bool) -> str:
    """Why a row is not taken, without its values; "" for a good one."""
    if too_many:
        return "more fields than the header has"
    if any(len(value) > LONGEST or not value.isprintable() for value in entry.values()):
        return f"a text of more than {LONGEST} characters, or one that cannot be printed"
    if empty := [c for c in ("name", "confidential", "last_verified") if not entry[c]]:
        return f"{empty[0]} is empty"
    if entry["phone"] and not _PHONE.fullmatch(entry["phone"]):
        return "phone is not a number to call"
    if entry["web"] and not _WEB.fullmatch(entry["web"]):
        return "web is not an address of the web"
    if entry["capacity"] and not entry["capacity"].isdecimal():
        return "capacity is not a whole number"
    try:
        if date.fromisoformat(entry["last_verified"]) > today:
            return "last_verified lies in the future"
    except ValueError:
        return "last_verified is not a day such as 2026-03-31"
    return _not_confidential(entry)


def _not_confidential(entry: Mapping[str, str]) -> str:
    """Whether a confidential service would be given away. Its area, web page and capacity are dropped in any case."""
    if entry["confidential"].lower() not in ("yes", "no"):
        return "confidential is neither yes nor no"
    if entry["confidential"].lower() == "yes":
        said = (entry[c] for c in COLUMNS if c not in (*PLACES, "phone", "last_verified"))
        if any(_STREET.search(text) for text in said):
            return "a confidential service with what looks like an address"
    return ""


def published(entries: tuple[Mapping[str, str], ...]) -> list[Mapping[str, str]]:
    """What everybody may see: of confidential services those that can be called."""
    return [entry for entry in entries if entry["confidential"] == "no" or entry["phone"]]


def keep(data: Path, found: Read) -> list[Path]:
    """Write the next version beside the warehouse, and what is published of it beside the public file; old ones stay.

    Raises SourceError where there is no warehouse.
    """
    if not (data / "warehouse").is_dir():
        raise SourceError("There is no warehouse here. Load a file first.")
    public = published(found.entries)
    written = [_write(data / "warehouse", {"entries": list(found.entries), "published": public})]
    if (data / "public" / "current.json").is_file():
        written.append(_write(data / "public", {"entries": public, "published": public}))
    return written


def _write(folder: Path, held: Mapping[str, object]) -> Path:
    numbers = [int(m[1]) for file in folder.iterdir() if (m := NUMBERED.fullmatch(file.name))]
    path = folder / f"directory-{max(numbers, default=0) + 1:06}.json"
    part = path.with_suffix(".part")
    part.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(part, path)
    return path
