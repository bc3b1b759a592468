"""Places where reports are taken or people are sheltered: a record there loses its point before it is stored.

    DIR/places.csv      name (may be empty), lat, lon, radius_m, kind (report-taking or shelter)

The list is the steward's, is read by its owner only, and is in no output: not in a table, a log or a message.
Where a file was read before the list changed, `python -m etl places apply` takes the points out of what was kept.
"""

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.keyed import Keyed, only_owner
from etl.schema import SourceError
from etl.store import Store, read_json
from etl.tables import H3_RESOLUTIONS

if TYPE_CHECKING:
    import pyarrow as pa

    from etl.erasing import Erased, Written
    from etl.locate import Confidential

FILE = "places.csv"
KINDS = ("report-taking", "shelter")
FEWEST_SAID = 11  # a smaller number of rows is "a few"
_COLUMNS = ("lat", "lon", "radius_m", "kind")
_LIMITS = {"lat": (-90.0, 90.0), "lon": (-180.0, 180.0), "radius_m": (1.0, 20_000.0)}
_HIDDEN = "Points at places that are kept confidential were taken away: "


@dataclass(frozen=True)
class Place:
    """A circle in which no point is kept: degrees and metres."""

    lat: float
    lon: float
    radius: float


def read_places(data: Path) -> list[Place]:
    """The list of a data folder, empty where there is none. Raises SourceError; no value is in the message."""
    path = data / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
        only_owner(path)
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError):
        raise SourceError(f"{path} cannot be read. Save it as a csv in UTF-8 that you may read and write.") from None
    reader = csv.DictReader(text.splitlines(), restkey="")
    names = set(reader.fieldnames or ())
    if not set(_COLUMNS) <= names or not names <= {*_COLUMNS, "name"}:
        raise SourceError(f"{path} needs the columns {', '.join(_COLUMNS)}, and may have name, and no other.")
    return [_place(path, reader.line_num, row) for row in reader]


def _place(path: Path, line: int, row: dict[str, Any]) -> Place:
    where = f"{path}, line {line}"
    if "" in row or None in row.values():
        raise SourceError(f"{where}: there are more or fewer values than columns.")
    if row["kind"].strip() not in KINDS:
        raise SourceError(f"{where}: kind is {' or '.join(KINDS)}.")
    found = {}
    for name, (least, most) in _LIMITS.items():
        try:
            found[name] = float(row[name])
        except ValueError:
            found[name] = math.nan
        if not least <= found[name] <= most:
            raise SourceError(f"{where}: {name} is a number from {least:g} to {most:g}.")
    return Place(found["lat"], found["lon"], found["radius_m"])


def circles(places: list[Place]) -> "Confidential | None":
    """The same for `locate`, None where there is none."""
    if not places:
        return None
    import numpy as np

    from etl.locate import Confidential

    return Confidential(*(np.array([getattr(p, name) for p in places]) for name in ("lat", "lon", "radius")))


def mark(store: Store, places: list[Place]) -> str:
    """16 digits that change with the list and tell nothing of it; "" for an empty one."""
    if not places:
        return ""
    return Keyed(store.root).mark("places", *sorted(f"{p.lat!r} {p.lon!r} {p.radius!r}" for p in places))[:16]


def said_hidden(rows: int) -> str:
    """The note of a load from which points were taken."""
    return f"{_HIDDEN}{rows:,} rows." if rows >= FEWEST_SAID else f"{_HIDDEN}a few rows."


def older_loads(store: Store) -> list[str]:
    """Served loads with points that were read with another list than there is now. Writes nothing."""
    places = read_places(store.data)
    # Without the secret no load was read with any list.
    now = mark(store, places) if Keyed(store.root).known or not places else None
    found = [read_json(store.loads / load / "manifest.json") for load in store.current_loads()]
    return [m["load"] for m in found if _has_points(m) and m.get("places", "") != now]


def _has_points(manifest: dict[str, Any]) -> bool:
    return bool({"incidents.parquet", "exposure.parquet"} & set(manifest.get("files", ())))


def apply_places(store: Store) -> "Erased":
    """Takes the points at the listed places out of every kept load, and serves the rest. Raises SourceError."""
    from etl.erasing import erase

    with store.lock():
        places = read_places(store.data)
        now, hidden = mark(store, places), circles(places)

        def change(manifest: dict[str, Any], folder: Path) -> "Written | None":
            if not _has_points(manifest) or manifest.get("places", "") == now:
                return None
            return _scrubbed(manifest, folder, hidden, now)

        return erase(store, "places", "", change, originals=False)


def _scrubbed(manifest: dict[str, Any], folder: Path, hidden: "Confidential | None", now: str) -> "Written":
    from etl.erasing import Written, from_folder, noted

    changed: dict[str, pa.Table] = {}
    rows = 0
    tables = from_folder(folder) if hidden is not None else {}
    for name in ("incidents", "victims", "suspects"):
        if name in tables and hidden is not None:
            changed[name], n = _without_points(tables[name], hidden)
            rows += n if name == "incidents" else 0
    if "exposure" in tables and hidden is not None:
        changed["exposure"], n = _without_cells(tables["exposure"], hidden)
        rows = max(rows, n)
    notes = noted(manifest["notes"], said_hidden(rows), instead=_HIDDEN) if rows else manifest["notes"]
    return Written(changed, {"places": now, "notes": notes})


def _without_points(facts: "pa.Table", hidden: "Confidential") -> tuple["pa.Table", int]:
    """Facts whose points in the circles are gone, and how many these were. What is left is the declared area."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from etl.denominator import floats

    inside = pa.array(hidden.hides(floats(facts["lat"]), floats(facts["lon"])))
    for name in ("lat", "lon", *(f"h3_{r}" for r in H3_RESOLUTIONS)):
        column = facts[name].combine_chunks()
        gone = pc.if_else(inside, pa.scalar(None, column.type), column)
        facts = facts.set_column(facts.column_names.index(name), name, gone)
    # As of any other record without a point, so that these do not stand out.
    left = pc.if_else(pc.is_valid(facts["area_code"].combine_chunks()), "area", "none")
    precision = pc.if_else(inside, left, facts["location_precision"].combine_chunks())
    return facts.set_column(facts.column_names.index("location_precision"), "location_precision", precision), int(
        pc.sum(inside).as_py() or 0
    )


def _without_cells(exposure: "pa.Table", hidden: "Confidential") -> tuple["pa.Table", int]:
    """The denominator without the cells that touch a circle, and how many reports these held.

    It knows no points, so reports beside the circle lose their cell too; a file that is read again keeps theirs.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    cell = exposure["h3_9"].fill_null(0).to_numpy().astype(np.uint64)
    distinct, which = np.unique(cell, return_inverse=True)
    touched = np.zeros(len(distinct), dtype=bool)
    touched[distinct != 0] = hidden.touches(distinct[distinct != 0])
    inside = touched[which]
    if not inside.any():
        return exposure, 0
    n = int(exposure["n"].to_numpy()[inside].sum())
    column = exposure.column_names.index("h3_9")
    bare = exposure.set_column(column, "h3_9", pa.array(cell, mask=inside | (cell == 0)))
    mine = pc.field("h3_9").is_null()
    keys = [name for name in exposure.column_names if name != "n"]
    folded = bare.filter(mine).group_by(keys).aggregate([("n", "sum")]).rename_columns([*keys, "n"])
    order = [(name, "ascending") for name in ("month", "scope", "area_code", "h3_9")]
    return pa.concat_tables([bare.filter(~mine), folded.select(bare.column_names)]).sort_by(order), n
