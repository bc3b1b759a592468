"""Opens the warehouse."""

from dashboard.catalogue import Catalogue


class Warehouse:
    catalogue: Catalogue
