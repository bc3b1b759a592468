"""A link opened without a screen: the view, the page and the page's own choices, and what of the link was lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from dashboard import groups
from dashboard.catalogue import Catalogue
from dashboard.filters import NAMES
from dashboard.i18n import _
from dashboard.links import from_query, to_query
from dashboard.scoped import scoped
from dashboard.state import StateError
from dashboard.view_context import Context
from dashboard.warehouse import Warehouse, check_tier
from dashboard.warehouse import current as current_warehouse

PAGES = ("overview", "trends", "demographics", "map")


class UnknownPage(ValueError):
    """The link names no page that has figures to tell."""


@dataclass(frozen=True)
class Opened:
    """A link's view. query : the page's own choices. notices : what of the link could not be read, in sentences."""

    context: Context
    page: str
    query: dict[str, list[str]]
    notices: tuple[str, ...] = ()


def view(
    data_dir: Path, tier: str, link: str, release: str = "", sources: frozenset[str] | None = None
) -> tuple[Context, str, dict[str, list[str]]]:
    """The view of a link such as "/trends?group=Exploitation&from=2024-01", its page and the page's own choices.

    tier : "public" (then data_dir is DATA/public) or "restricted". release : of the public side; the newest without.
    sources : what this reader may see exactly; None for all.
    Raises WarehouseError where the data cannot be opened and UnknownPage for a link to another page.
    """
    found = read(data_dir, tier, link, release, sources)
    return found.context, found.page, found.query


def read(data_dir: Path, tier: str, link: str, release: str = "", sources: frozenset[str] | None = None) -> Opened:
    """As `view`, with what of the link could not be read."""
    page, query = parts(link)
    check_tier(tier)
    warehouse = current_warehouse(Path(data_dir), tier, release)
    return of(scoped(warehouse, sources), Path(data_dir), page, query)


def of(warehouse: Warehouse, data_dir: Path, page: str, query: Mapping[str, Sequence[str]]) -> Opened:
    """The same for a warehouse that is open already."""
    offered = _offered(warehouse, data_dir)
    filters, notices = from_query(query, offered)
    own = {name: list(values) for name, values in query.items() if name not in NAMES}
    return Opened(Context(warehouse, filters, offered.of(filters.unit)), page, own, tuple(notices))


def parts(link: str) -> tuple[str, dict[str, list[str]]]:
    """The page that a link names, and its parameters. Raises UnknownPage."""
    split = urlsplit(link)
    page = split.path.rstrip("/").rsplit("/", 1)[-1] or "overview"
    if page not in PAGES:
        raise UnknownPage(
            _("The link leads to no page with figures. Those with figures are: {pages}.").format(pages=", ".join(PAGES))
        )
    return page, parse_qs(split.query)


def link(ctx: Context, page: str, query: Mapping[str, Sequence[str]] | None = None) -> str:
    """Path and query of a view: what `view` opens again."""
    own = {name: list(values) for name, values in (query or {}).items()}
    said = urlencode(params(ctx) | own, doseq=True)
    return f"/{'' if page == 'overview' else page}{'?' if said else ''}{said}"


def params(ctx: Context) -> dict[str, list[str]]:
    """The link's parameters for the filters of a view. Its unit is among them: what is usual depends on no unit."""
    return to_query(ctx.filters, replace(ctx.catalogue, unit=""))


def _offered(warehouse: Warehouse, data_dir: Path) -> Catalogue:
    if warehouse.catalogue.public:
        return warehouse.catalogue  # groups and drawn areas are not published
    try:
        return groups.offer(warehouse.catalogue, groups.list_groups(data_dir))
    except StateError:
        return warehouse.catalogue
