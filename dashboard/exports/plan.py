"""What one export holds, decided before a file is begun: its columns, its rows as one question, and what stays here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from dashboard.i18n import _

if TYPE_CHECKING:
    from dashboard.access import Access
    from dashboard.catalogue import Catalogue
    from dashboard.filters import Filters
    from dashboard.warehouse import Warehouse

Kind = Literal["totals", "records"]
Type = Literal["string", "integer", "number", "date", "boolean", "geometry"]
SPLIT = "split"  # of a link: what totals are split by; `by` is the Map page's own
KINDS: tuple[Kind, ...] = ("totals", "records")


def kind_of(text: str) -> Kind:
    """The kind that a link asks for, by its name or by the label of the switch; totals unless it says records."""
    return "records" if text.strip().casefold() in ("records", _("Records").casefold()) else "totals"


@dataclass(frozen=True)
class Column:
    """One column of the file: name as in its header; description in words; values : code -> label of a code list."""

    name: str
    type: Type
    description: str
    unit: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Plan:
    """An export that may leave.

    columns : exactly those of `expression`, in its order. rows : how many it yields. left_out : sentences.
    words : the filters in words, with a full stop. link : path and query that reopen the view, without a host.
    release : the id of the public release, or the version of the restricted warehouse as `version 12`.
    expression : an Ibis expression over the warehouse's unbound tables. layer : the layer of areas whose ids are in
    the column `area`; "h3" where the column `cell` names H3 cells; None where no row has a place of its own. A layer
    is read from the table `areas` of the same warehouse, whose polygons are everybody's. fictional : all is invented.
    pieces : expressions that yield the rows of `expression` in its order, one after the other; none where one query
    does.
    """

    kind: Kind
    tier: str
    unit: str
    columns: tuple[Column, ...]
    rows: int
    left_out: tuple[str, ...]
    words: str
    link: str
    release: str
    expression: Any
    layer: str | None = None
    fictional: bool = False
    pieces: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Refused:
    """Why nothing leaves, in plain words, and what to do."""

    message: str
    remedy: str


def plan(
    access: "Access",
    warehouse: "Warehouse",
    catalogue: "Catalogue",
    filters: "Filters",
    kind: Kind = "totals",
    by: tuple[str, ...] = (),
) -> Plan | Refused:
    """What this reader may take of this view.

    kind : totals (counts by `by`, names of dimensions) or records (one row for each). by : none is the usual
    ones, ("all",) one row for the whole view. Raises WarehouseError where the warehouse cannot be asked, and
    ValueError for one that holds more than this reader may see.
    """
    from dashboard.exports.policy import decide  # it builds on the classes above

    return decide(access, warehouse, catalogue, filters, kind, by)
