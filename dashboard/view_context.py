"""What every answer needs: the warehouse, the filters of the view and what can be chosen. No screen."""

from dataclasses import dataclass

from dashboard.catalogue import Catalogue
from dashboard.filters import Filters, sentence
from dashboard.warehouse import Warehouse


@dataclass(frozen=True)
class Context:
    """One view, for the length of one run of a page, or of one file that is written."""

    warehouse: Warehouse
    filters: Filters
    catalogue: Catalogue

    @property
    def sentence(self) -> str:
        """The view in words, ending with a full stop. Plain text: escape it for Markdown."""
        return sentence(self.filters, self.catalogue)
