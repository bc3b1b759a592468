"""datapackage.json: the Frictionless description of a package, from which programs read it without a word of ours."""

from typing import Any

from dashboard.exports.about import facts
from dashboard.exports.citation import publishers
from dashboard.exports.files import safe_name
from dashboard.exports.material import Material
from dashboard.exports.plan import Column
from dashboard.i18n import _

Member = tuple[str, int, str]  # name in the zip, bytes, sha256
MEDIA = {"md": "text/markdown", "txt": "text/plain", "bib": "application/x-bibtex", "json": "application/json"}
MEDIA |= {"cff": "text/yaml", "csv": "text/csv", "geojson": "application/geo+json"}


def descriptor(m: Material, members: list[Member]) -> dict[str, Any]:
    """The description of all members but itself."""
    return {
        "profile": "data-package",
        "name": safe_name(f"lamplight-{m.plan.unit}-{m.plan.release}").lower(),
        "title": m.title,
        "description": " ".join(s for s in (m.plan.words, facts(m.plan)["standing"]) if s),
        "version": m.plan.release,
        "created": m.created.isoformat().replace("+00:00", "Z"),
        "keywords": ["human trafficking", m.plan.unit],
        "contributors": [{"title": p, "role": "publisher"} for p in publishers(m)],
        "sources": [_source(row) for row in m.sources.to_dict("records")],
        "licenses": [
            {"path": licence_file(row["source"]), "title": str(row["licence"])} for row in m.sources.to_dict("records")
        ],
        "lamplight": {**facts(m.plan), "code_version": m.version},
        "resources": [_resource(m, member) for member in members],
    }


def licence_file(source: str) -> str:
    """Where a source's licence stands in the package."""
    return f"LICENSES/{safe_name(source)}.txt"


def _source(row: dict[str, Any]) -> dict[str, str]:
    said = {"title": str(row["title"]), "path": str(row["url"] or "")}
    return {name: text for name, text in said.items() if text and text != "None"}


def _resource(m: Material, member: Member) -> dict[str, Any]:
    path, size, sha256 = member
    end = path.rsplit(".", 1)[-1].lower() if "." in path else "txt"
    tables = {"data.csv": m.plan.columns, **schemas()}
    tabular = path in tables
    found: dict[str, Any] = {
        "name": path.removesuffix(".csv") if tabular else safe_name(path).lower(),
        "path": path,
        "mediatype": MEDIA.get(end, "text/plain"),
        "bytes": size,
        "hash": f"sha256:{sha256}",
    }
    if tabular:
        fields = [field(c) for c in tables[path]]
        found |= {
            "profile": "tabular-data-resource",
            "format": "csv",
            "encoding": "utf-8",
            "title": {"data.csv": _("The rows"), "codebook.csv": _("Columns and their codes")}.get(path, _("Coverage")),
            "schema": {"fields": fields, "missingValues": [""]},
        }
    return found


def field(column: Column) -> dict[str, Any]:
    """A column as Table Schema has it; a code list is a constraint, and its labels stand in the description."""
    found: dict[str, Any] = {
        "name": column.name,
        "type": "string" if column.type == "geometry" else column.type,
        "title": column.name.replace("_", " ").capitalize(),
        "description": column.description,
    }
    if column.unit:
        found["unit"] = column.unit
    if column.values:
        # An empty text is a missing value in a csv, and stands in no list.
        found["constraints"] = {"enum": [code for code in column.values if code]}
        found["categories"] = [{"value": code, "label": label} for code, label in column.values.items()]
    return found


def schemas() -> dict[str, tuple[Column, ...]]:
    """The columns of the tables that stand beside the rows."""
    book = ("column", "type", "unit", "description", "code", "label")
    return {
        "codebook.csv": tuple(Column(name, "string", "") for name in book),
        "coverage.csv": (
            Column("source", "string", _("The dataset.")),
            Column("place", "string", _("A state, where coverage differs between states; empty for all of it.")),
            Column("category", "string", _("What was collected: all police reports, or one kind of exploitation.")),
            Column("month", "date", _("First day of the month.")),
            Column("collected", "boolean", _("Whether anything of this kind was collected; if not, a gap is no zero.")),
        ),
    }
