"""What a data package says about its rows, gathered once: filters, sources, coverage, problems, when and by what."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

import pandas as pd

from dashboard import measures
from dashboard.catalogue import Catalogue
from dashboard.cubes import Cube
from dashboard.exports.plan import Plan
from dashboard.exports.version import code_version
from dashboard.filters import Filters
from dashboard.links import from_query
from dashboard.measures.collected import sources_of
from dashboard.measures.protected import recording
from dashboard.warehouse import Warehouse
from etl import codes


@dataclass(frozen=True)
class Material:
    """One package. catalogue : with the named groups, so that the plan's link is read as it was written."""

    plan: Plan
    warehouse: Warehouse
    catalogue: Catalogue
    created: datetime
    version: str

    @property
    def public(self) -> bool:
        """Whether the counts are protected."""
        return self.plan.tier == "public"

    @cached_property
    def filters(self) -> Filters:
        """The view, as its link says it."""
        query = parse_qs(urlsplit(self.plan.link).query)
        return from_query(query | {"unit": [self.plan.unit]}, self.catalogue)[0]

    @property
    def cube(self) -> Cube | None:
        """Of the public file, the cube that the rows are cells of."""
        return self.catalogue.cubes.get(self.plan.unit)

    @cached_property
    def sources(self) -> pd.DataFrame:
        """The datasets behind the rows, as measures.sources; with the boundaries where rows name areas."""
        table = measures.sources(self.warehouse)
        shown = set(self._contributing())
        if self.plan.layer or any(c.name.startswith("area") for c in self.plan.columns):
            shown |= set(table.loc[table["kind"] == "boundary", "source"])
        return table[table["source"].isin(shown)].reset_index(drop=True)

    def _contributing(self) -> tuple[str, ...]:
        if self.plan.unit in codes.PUBLISHED_UNITS:
            table = self.warehouse.table("published_counts")
            printed = self.warehouse.ask(table.filter(table.unit == self.plan.unit).select("source").distinct())[
                "source"
            ]
            return tuple(s for s in printed if not self.filters.sources or s in self.filters.sources)
        if self.public:
            return recording(self.catalogue, self.filters)
        return tuple(sources_of(self.warehouse, self.filters))

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """What was collected when: source, place, category, month (ISO date), collected (true or false)."""
        found = measures.coverage(self.warehouse, self.filters)
        found = found[found["source"].isin(set(self.sources["source"]))]
        found = found.assign(
            month=found["month"].dt.strftime("%Y-%m-%d"),
            collected=found["collected"].map({True: "true", False: "false"}),
        )
        return found[["source", "place", "category", "month", "collected"]]

    @cached_property
    def problems(self) -> pd.DataFrame:
        """Known problems: source, title, problem."""
        found = measures.known_problems(self.warehouse)
        return found[found["source"].isin(set(self.sources["source"]))].reset_index(drop=True)

    @property
    def place(self) -> str:
        """What the place is called; empty where nobody said."""
        return self.catalogue.meta.get("place", "")

    @property
    def title(self) -> str:
        """The rows in words, with the place in front where it has a name."""
        words = self.plan.words.rstrip(".")
        return f"{self.place}: {words}" if self.place else words


def gather(plan: Plan, warehouse: Warehouse, catalogue: Catalogue) -> Material:
    """The material of a plan, dated now."""
    return Material(plan, warehouse, catalogue, datetime.now(UTC).replace(microsecond=0), code_version())
