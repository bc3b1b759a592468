"""What readers take away as files: what may leave (plan, policy), and the formats in which it is written.

`write(plan, warehouse, catalogue, form, out)` is the one way from a plan to a file, for the page, the command line and
the Python API. Rows are streamed; a file is whole or not there.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from dashboard.catalogue import Catalogue
from dashboard.exports.files import placed, safe_name, sha256_of
from dashboard.exports.plan import Plan
from dashboard.exports.rows import Cancelled, ExportError, Progress, Rows
from dashboard.i18n import _
from dashboard.warehouse import Warehouse

__all__ = ["FORMATS", "MEDIA_TYPES", "Cancelled", "ExportError", "Written", "file_name", "suffix", "write"]

FORMATS = ("csv", "csv.gz", "parquet", "xlsx", "geojson", "gpkg", "package")
MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "csv": "text/csv; charset=utf-8",
        "csv.gz": "application/gzip",
        "parquet": "application/vnd.apache.parquet",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "geojson": "application/geo+json",
        "gpkg": "application/geopackage+sqlite3",
        "package": "application/zip",
    }
)
# The module of each format, imported when it is asked for: some bring libraries that take a while.
_MODULES = {
    "csv": "as_csv",
    "csv.gz": "as_csv",
    "parquet": "as_parquet",
    "xlsx": "as_xlsx",
    "geojson": "as_geojson",
    "gpkg": "as_gpkg",
    "package": "as_package",
}


@dataclass(frozen=True)
class Written:
    """A file that was made. rows : without the header. sha256 : of its bytes, hexadecimal. bytes : its size."""

    rows: int
    sha256: str
    bytes: int


def suffix(form: str) -> str:
    """How the name of a file of this format ends."""
    return ".zip" if form == "package" else f".{form}"


def file_name(plan: Plan, form: str) -> str:
    """A name that says what is in the file, without a word of the reader's: `lamplight-incidents-2026-01-02-1.csv`."""
    restricted = "" if plan.tier == "public" else "RESTRICTED-"
    invented = "fictional-" if plan.fictional else ""
    return f"{restricted}{invented}lamplight-{safe_name(plan.unit)}-{safe_name(plan.release)}{suffix(form)}"


def write(
    plan: Plan,
    warehouse: Warehouse,
    catalogue: Catalogue,
    form: str,
    out: Path,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Written:
    """Write the rows of a plan to `out`, which is replaced only when the new file is whole.

    warehouse : the one that the plan was made for, as its reader may see it. form : one of FORMATS.
    progress : gets the share that is done, 0 to 1. cancelled : asked after each batch; true stops.
    Raises ExportError (no file can be made, and why) or Cancelled; nothing is left behind then.
    """
    if form not in FORMATS:
        raise ExportError(_("There is no such format."), _("Choose one of: {names}.").format(names=", ".join(FORMATS)))
    writer = importlib.import_module(f"dashboard.exports.{_MODULES[form]}").write
    rows = Rows(plan, warehouse, progress, cancelled)
    with placed(Path(out), suffix(form)) as part:
        writer(rows, plan, warehouse, catalogue, part)
        return Written(rows.seen, sha256_of(part), part.stat().st_size)
