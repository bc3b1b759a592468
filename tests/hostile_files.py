"""Files in the publishers' forms with a hostile text in every field that is text, loaded into one warehouse."""

import contextlib
import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import shapely

from dashboard import groups
from etl.load import load_files
from etl.registry import source_named
from etl.store import Store
from tests.pollution import Clean, clean_files

# Fields that are read as dates, numbers or codes: another text in them is set aside with its row.
_READ = set(
    "incident_id person_id reported_on occurred_on occurred_time updated_on offence_code offence_text offence_detail "
    "lat lon point count year exploitation exploitation_text reported unfounded cleared signals cases "
    "sex_flag forced_labour_flag other_flag victim_age age".split()
)
_FORMS = (
    "lapd-since-2020",
    "chicago-portal",
    "houston-nibrs",
    "hotline-state-and-year",
    "fbi-agency-and-year",
    "ctdc-2020",
    "nibrs-NIBRS_OFFENDER.csv",
)
_LAYERS = (
    ("lapd_divisions", "PREC", "APREC", (-118.6, 33.7, -118.0, 34.3), 21),
    ("chicago_community_areas", "area_numbe", "community", (-87.9, 41.6, -87.5, 42.0), 40),
)
Fill = Callable[[int, str], str]  # (number of the text, what stood there) -> what stands there now


def spoilt(clean: Clean, fill: Fill, declared: bool = True) -> bytes:
    """The file with every text replaced. declared : those of columns that are read as well."""
    rows = [list(clean.header)]
    number = 0
    for row in clean.rows:
        cells = []
        for name, cell in zip(clean.header, row, strict=True):
            field = clean.columns.get(name)
            free = field is None or (declared and field not in _READ and field not in ("area_code", "place_code"))
            if clean.member:
                free = field is None
            number += free
            cells.append(fill(number, cell) if free else cell)
        rows.append(cells)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return clean.packed(out.getvalue().encode("utf-8", "replace"))


def load_hostile(folder: Path, texts: Sequence[str]) -> Store:
    """A warehouse of seven publishers and two layers in which whatever can be hostile is."""
    store = Store(folder / "data")
    files = []
    for i, form in enumerate(_FORMS):
        clean = clean_files()[form]

        def fill(number: int, _: str, i: int = i) -> str:
            return texts[(number + i) % len(texts)]

        named = "".join(c for c in texts[i % len(texts)] if c not in "/\\\0\r\n\t")[:90]
        path = folder / f"{named} {i}{clean.suffix}"
        path.write_bytes(spoilt(clean, fill))
        files.append((source_named(clean.source), path))
    for name, key, title, box, many in _LAYERS:
        path = folder / f"{name} {texts[0].replace('/', '')}.geojson"
        path.write_text(json.dumps(_layer(key, title, box, many, texts)), encoding="utf-8")
        files.append((source_named(name), path))
    load_files(store, files)
    for i, text in enumerate(texts):
        members = (("lapd_divisions", str(i % 21 + 1)), ("chicago_community_areas", "30"))
        with contextlib.suppress(groups.GroupError):  # a name that is too long or holds what no name may hold
            groups.save(store.data, f"{i} {text[:50]}", members=members)
    return store


def _layer(key: str, title: str, box: tuple[float, float, float, float], many: int, texts: Sequence[str]) -> object:
    west, south, east, north = box
    wide = (east - west) / many
    features = [
        {
            "type": "Feature",
            "properties": {key: i + 1, title: f"{texts[i % len(texts)]} {i + 1}"},
            "geometry": shapely.geometry.mapping(shapely.box(west + i * wide, south, west + (i + 1) * wide, north)),
        }
        for i in range(many)
    ]
    return {"type": "FeatureCollection", "features": features}
