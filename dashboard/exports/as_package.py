"""A data package: one zip that a stranger can read, check, cite and reproduce, described by datapackage.json."""

import csv
import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa

from dashboard.catalogue import Catalogue
from dashboard.exports import as_csv, citation, documents
from dashboard.exports.about import codebook, facts
from dashboard.exports.descriptor import Member, descriptor, licence_file, schemas
from dashboard.exports.inert import inert
from dashboard.exports.material import Material, gather
from dashboard.exports.plan import Plan
from dashboard.exports.rows import Rows
from dashboard.exports.shapes import H3, as_geojson
from dashboard.i18n import _
from dashboard.measures.places import area_shapes
from dashboard.warehouse import Warehouse

DATA = "data.csv"


def write(rows: Rows, plan: Plan, warehouse: Warehouse, catalogue: Catalogue, part: Path) -> None:
    """Write the zip to `part`: the rows first, as they come, and what is said about them after."""
    material = gather(plan, warehouse, catalogue)
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
        box = _Box(file, material)
        sha256 = box.stream(DATA, lambda stream: as_csv.write_rows(rows, stream))
        cited = citation.text(material, sha256)
        texts = {
            "README.md": documents.readme(material, cited, _listed(material)),
            "codebook.csv": _csv(schemas()["codebook.csv"], codebook(plan)),
            "methods.md": documents.methods(material),
            "inclusion.md": documents.inclusion(material),
            "coverage.csv": _csv(schemas()["coverage.csv"], material.coverage.fillna("").to_dict("records")),
            "known-problems.md": documents.problems(material),
            "CITATION.cff": citation.cff(material, sha256),
            "citation.txt": cited,
            "citation.bib": citation.bibtex(material, sha256),
            "filters.json": json.dumps(facts(plan), ensure_ascii=False, indent=1) + "\n",
        }
        for name, text in texts.items():
            box.add(name, text)
        for row in material.sources.to_dict("records"):
            box.add(licence_file(row["source"]), documents.licence(row))
        if plan.layer and plan.layer != H3:
            box.add("areas.geojson", _areas(warehouse, plan.layer))
        described = json.dumps(descriptor(material, box.members), ensure_ascii=False, indent=1) + "\n"
        box.add("datapackage.json", described)
        box.add("SHA256SUMS", "".join(f"{digest}  {name}\n" for name, _size, digest in box.members))


class _Box:
    """A zip that remembers size and hash of what was put into it."""

    def __init__(self, file: zipfile.ZipFile, material: Material) -> None:
        self.members: list[Member] = []
        self._file, self._when = file, time.gmtime(material.created.timestamp())[:6]

    def stream(self, name: str, fill: Callable[[BinaryIO], None]) -> str:
        """Put in what `fill` writes; return its hash."""
        about = zipfile.ZipInfo(name, self._when)
        about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        with self._file.open(about, "w", force_zip64=True) as member:
            hashed = _Hashed(cast(BinaryIO, member))
            with pa.PythonFile(hashed, mode="w") as stream:
                fill(cast(BinaryIO, stream))
        self.members.append((name, hashed.size, hashed.digest.hexdigest()))
        return hashed.digest.hexdigest()

    def add(self, name: str, text: str) -> None:
        """Put in a text."""
        self.stream(name, lambda stream: cast(None, stream.write(text.encode())))


class _Hashed(io.RawIOBase):
    """What is written goes on, counted and hashed."""

    def __init__(self, to: BinaryIO) -> None:
        self.digest, self.size, self._to = hashlib.sha256(), 0, to

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self.digest.update(piece)
        self.size += len(piece)
        self._to.write(piece)
        return len(piece)


def _listed(m: Material) -> list[tuple[str, str]]:
    """Each file and what it is, for the README."""
    listed = [
        (DATA, _("the rows")),
        ("codebook.csv", _("what each column is, and the codes it has")),
        ("methods.md", _("how the figures were made")),
        ("inclusion.md", _("who and what is counted")),
        ("coverage.csv", _("which months each source collected: a gap is not a zero")),
        ("known-problems.md", _("what is known to be wrong with each source")),
        ("citation.txt, citation.bib, CITATION.cff", _("how to cite it")),
        ("LICENSES/", _("the licence of each source")),
        ("filters.json", _("the view, in words and as its link")),
        ("datapackage.json", _("all of this for programs (Frictionless data package)")),
        ("SHA256SUMS", _("the hash of each file")),
    ]
    if m.plan.layer and m.plan.layer != H3:
        listed.append(("areas.geojson", _("the outlines of the areas, by the ids of the column “area”")))
    return listed


def _csv(columns: Iterable[Any], rows: Iterable[Mapping[str, Any]]) -> str:
    names = [c.name for c in columns]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_text(row[name]) for name in names])
    return "\ufeff" + out.getvalue()


def _text(value: Any) -> str:
    return str(inert(_series(str(value)))[0])


def _series(text: str) -> Any:
    import pandas as pd

    return pd.Series([text], dtype="str")


def _areas(warehouse: Warehouse, layer: str) -> str:
    found = area_shapes(warehouse, layer)
    shapes = as_geojson(pa.array(found["wkb"].tolist(), pa.binary()))
    named = zip(found["area_id"], found["name"].fillna(""), strict=True)
    said = [json.dumps({"area": area, "name": name}, ensure_ascii=False) for area, name in named]
    features = [
        f'{{"type":"Feature","geometry":{shape},"properties":{properties}}}'
        for properties, shape in zip(said, shapes, strict=True)
    ]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"
