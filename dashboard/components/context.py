"""What a page needs to answer: the warehouse, the filters of the view and what can be chosen."""

from dataclasses import dataclass

from dashboard.catalogue import Catalogue
from dashboard.filters import Filters
from dashboard.warehouse import Warehouse


@dataclass(frozen=True)
class Context:
    """One view, for the length of one run of a page."""

    warehouse: Warehouse
    filters: Filters
    catalogue: Catalogue

    @property
    def sentence(self) -> str:
        """The view in words, ending with a full stop."""
        raise NotImplementedError


def current() -> Context:
    """The view that dashboard/main.py drew the filter bar for; alone (a test), the one of the URL or the default.

    When the warehouse cannot be opened, writes what to do on the page and stops the script.
    """
    raise NotImplementedError
