"""Named groups: areas that belong together, and areas that somebody drew. Kept in state.sqlite (dashboard/state.py)."""

import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import shapely

from dashboard import state
from dashboard.catalogue import AreaGroup, Catalogue
from dashboard.escape import plain
from dashboard.i18n import N_

LONGEST_NAME = 60
LONGEST_NOTE = 500
MOST_MEMBERS = 5000
MOST_VERTICES = 200
FEW_VERTICES = 50  # what an outline is brought down to while that changes next to nothing: each corner costs time
FIRST_TOLERANCE = 1e-5  # degrees: about one metre, far below the precision of any report
LITTLE_CHANGE, MOST_CHANGE = 0.002, 0.05  # of the area, that taking corners away may add and cut off
DIGITS = 7  # of a coordinate in degrees: about a centimetre
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"  # none that is read as another


class GroupError(ValueError):
    """A group cannot be saved as it is. The message is a plain sentence with what to do."""


class NameTaken(GroupError):
    """Another group has this name; `save(replace=True)` writes over it."""


@dataclass(frozen=True)
class SavedGroup:
    """A group as it was saved. Its members may name areas that the present warehouse does not have."""

    id: str
    name: str
    kind: str  # areas or drawn
    members: tuple[tuple[str, str], ...]  # (layer, area_id)
    polygon: bytes  # WKB, WGS 84; empty for a group of areas
    note: str
    created_at: datetime
    deleted_at: datetime | None = None


def list_groups(data_dir: Path, *, deleted: bool = False) -> tuple[SavedGroup, ...]:
    """The groups by name; with `deleted`, those that were deleted instead, the latest first. Raises StateError."""
    return state.read(data_dir, lambda con: tuple(_load(con, deleted)), ())


def get(data_dir: Path, group_id: str) -> SavedGroup | None:
    """The group with this id, deleted or not; None when there is none. Raises StateError."""
    return state.read(data_dir, lambda con: _get(con, group_id), None)


def save(
    data_dir: Path,
    name: str,
    *,
    members: Iterable[tuple[str, str]] = (),
    polygon: Any = None,
    note: str = "",
    replace: bool = False,
) -> SavedGroup:
    """Save a group of areas (`members`) or a drawn area (`polygon`: shapely, longitude and latitude in WGS 84).

    replace : write over the group of that name, which keeps its id, so that links to it go on working.
    Raises NameTaken, GroupError (what the group lacks) or StateError (the file).
    """
    name, kept = clean_name(name), tuple(sorted(set(members)))
    if (polygon is None) == (not kept):
        raise GroupError("A group is either some areas or one drawn area: choose at least one area, or draw one.")
    if len(kept) > MOST_MEMBERS:
        raise GroupError(f"A group holds at most {MOST_MEMBERS:,} areas: choose larger areas.")
    wkb = _wkb(polygon) if polygon is not None else b""
    group = SavedGroup(_new_id(), name, "drawn" if wkb else "areas", kept, wkb, plain(note)[:LONGEST_NOTE], _now())
    return state.write(data_dir, lambda con: _save(con, group, replace))


def rename(data_dir: Path, group_id: str, name: str) -> SavedGroup:
    """Give a group another name. Raises NameTaken, GroupError or StateError."""
    name = clean_name(name)

    def change(con: sqlite3.Connection) -> SavedGroup:
        old = _known(con, group_id)
        _refuse_taken(con, name, group_id)
        con.execute("UPDATE groups SET name = ?, name_key = ? WHERE id = ?", (name, name_key(name), group_id))
        return replace(old, name=name)

    return state.write(data_dir, change)


def delete(data_dir: Path, group_id: str) -> SavedGroup:
    """Take a group out of the filters; `restore` brings it back. Raises GroupError or StateError."""

    def change(con: sqlite3.Connection) -> SavedGroup:
        old = _known(con, group_id)
        gone = old.deleted_at or _now()
        con.execute("UPDATE groups SET deleted_at = ? WHERE id = ?", (gone.isoformat(), group_id))
        return replace(old, deleted_at=gone)

    return state.write(data_dir, change)


def restore(data_dir: Path, group_id: str) -> SavedGroup:
    """Bring a deleted group back. Raises NameTaken when its name went to another, GroupError or StateError."""

    def change(con: sqlite3.Connection) -> SavedGroup:
        old = _known(con, group_id)
        _refuse_taken(con, old.name, group_id)
        con.execute("UPDATE groups SET deleted_at = NULL WHERE id = ?", (group_id,))
        return replace(old, deleted_at=None)

    return state.write(data_dir, change)


def offer(catalogue: Catalogue, saved: Iterable[SavedGroup]) -> Catalogue:
    """The catalogue with the groups that can be chosen in it.

    Members that the warehouse does not have are left out; a group without any member left is not offered, and nor is
    a drawn area where records have no coordinates.
    """
    saved = tuple(saved)
    known = {(a.layer, a.area_id) for a in catalogue.areas} if saved else set()
    offered = []
    for group in saved:
        kept = tuple(m for m in group.members if m in known)
        if kept or (group.polygon and catalogue.has_points):
            offered.append(AreaGroup(group.id, group.name, kept, group.polygon))
    return replace(catalogue, groups=tuple(offered)) if offered else catalogue


def unsaved(polygon: Any, name: str = N_("drawn just now")) -> AreaGroup:
    """A drawn area that nobody has saved, as a filter for figures; no link carries it. Raises GroupError."""
    return AreaGroup("", clean_name(name), (), _wkb(polygon))


def clean_name(name: str) -> str:
    """The name as it is kept: one line, single spaces. Raises GroupError."""
    cleaned = " ".join(plain(name).split())
    if not any(c.isalnum() for c in cleaned):
        raise GroupError("A group needs a name with at least one letter or digit.")
    if len(cleaned) > LONGEST_NAME:
        raise GroupError(f"A name has at most {LONGEST_NAME} characters: shorten it.")
    return cleaned


def name_key(name: str) -> str:
    """What makes two names the same: letters and digits, whatever their case; links are typed like that."""
    return "".join(c for c in name.casefold() if c.isalnum())


def simplified(polygon: Any) -> Any:
    """A valid polygon of at most MOST_VERTICES vertices, coordinates rounded to DIGITS.

    The tolerance starts at FIRST_TOLERANCE and grows by half until few corners are left, or, from MOST_VERTICES down,
    until LITTLE_CHANGE of the area would change. Raises GroupError when it is not a polygon in degrees, or so
    intricate that MOST_CHANGE of it would change.
    """
    if shapely.get_type_id(polygon) not in (3, 6) or shapely.is_empty(polygon):
        raise GroupError("A drawn area is a polygon: draw its outline and close it.")
    west, south, east, north = shapely.bounds(polygon)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise GroupError("The outline is not in degrees of longitude and latitude (WGS 84): convert it first.")
    whole = shape = _whole(polygon)
    if whole.is_empty or whole.area == 0:
        raise GroupError("The outline encloses nothing: draw a larger one.")
    tolerance = FIRST_TOLERANCE
    while vertices(shape) > FEW_VERTICES and tolerance < (east - west) + (north - south):
        simpler = _whole(shapely.simplify(whole, tolerance))
        if vertices(shape) <= MOST_VERTICES and _change(whole, simpler) > LITTLE_CHANGE:
            break
        shape, tolerance = simpler, tolerance * 1.5
    if vertices(shape) > MOST_VERTICES or _change(whole, shape) > MOST_CHANGE:
        raise GroupError(
            f"The outline is too intricate for {MOST_VERTICES} corners: draw or upload a simpler one, or its parts."
        )
    return shape


def _wkb(polygon: Any) -> bytes:
    return bytes(shapely.to_wkb(simplified(polygon), output_dimension=2, byte_order=1))


def _change(before: Any, after: Any) -> float:
    """What was added and cut off, as a share of the area."""
    return float(shapely.symmetric_difference(before, after).area / before.area)


def vertices(shape: Any) -> int:
    """Corners of all rings, the repeated last one not counted."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    return int(shapely.get_num_coordinates(rings).sum()) - len(rings)


def _whole(shape: Any) -> Any:
    """Valid and polygons only: an outline that crosses itself becomes the parts that it encloses."""
    valid = shapely.make_valid(shapely.set_precision(shapely.make_valid(shape), 10.0**-DIGITS))
    parts = [p for p in shapely.get_parts(valid) if shapely.get_type_id(p) in (3, 6)]
    return shapely.union_all(parts)


def _load(con: sqlite3.Connection, deleted: bool) -> list[SavedGroup]:
    present = "SELECT * FROM groups WHERE deleted_at IS NULL ORDER BY name_key, id"
    gone = "SELECT * FROM groups WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, id"
    members: dict[str, list[tuple[str, str]]] = {}
    for row in con.execute("SELECT group_id, layer, area_id FROM group_members ORDER BY group_id, layer, area_id"):
        members.setdefault(row["group_id"], []).append((row["layer"], row["area_id"]))
    return [_group(r, members.get(r["id"], [])) for r in con.execute(gone if deleted else present)]


def _get(con: sqlite3.Connection, group_id: str) -> SavedGroup | None:
    row = con.execute("SELECT * FROM groups WHERE id = ?", (group_id,)).fetchone()
    if row is None:
        return None
    query = "SELECT layer, area_id FROM group_members WHERE group_id = ? ORDER BY layer, area_id"
    return _group(row, [(m["layer"], m["area_id"]) for m in con.execute(query, (group_id,))])


def _group(row: sqlite3.Row, members: list[tuple[str, str]]) -> SavedGroup:
    deleted = row["deleted_at"]
    return SavedGroup(
        row["id"],
        row["name"],
        row["kind"],
        tuple(members),
        row["polygon"] or b"",
        row["note"],
        datetime.fromisoformat(row["created_at"]),
        datetime.fromisoformat(deleted) if deleted else None,
    )


def _known(con: sqlite3.Connection, group_id: str) -> SavedGroup:
    found = _get(con, group_id)
    if found is None:
        raise GroupError("This group is not there any more. Reload the page.")
    return found


def _save(con: sqlite3.Connection, group: SavedGroup, over: bool) -> SavedGroup:
    held = con.execute(
        "SELECT id FROM groups WHERE name_key = ? AND deleted_at IS NULL", (name_key(group.name),)
    ).fetchone()
    if held and not over:
        raise NameTaken("There is a group of this name already. Choose another name, or replace it.")
    if held:
        group = replace(group, id=held["id"])
        con.execute("DELETE FROM groups WHERE id = ?", (group.id,))
    con.execute(
        "INSERT INTO groups (id, name, name_key, kind, polygon, note, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(group.id, group.name, name_key(group.name), group.kind, group.polygon or None, group.note),
            group.created_at.isoformat(),
        ),
    )
    con.executemany("INSERT INTO group_members VALUES (?, ?, ?)", [(group.id, *m) for m in group.members])
    return group


def _refuse_taken(con: sqlite3.Connection, name: str, group_id: str) -> None:
    taken = "SELECT 1 FROM groups WHERE name_key = ? AND id <> ? AND deleted_at IS NULL"
    if con.execute(taken, (name_key(name), group_id)).fetchone():
        raise NameTaken("There is a group of this name already. Choose another name.")


def _new_id() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))


def _now() -> datetime:
    return datetime.now(UTC)
