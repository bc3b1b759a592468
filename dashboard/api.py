"""The dashboard's numbers from Python: the same views, by the same links, as data frames and files.

    from dashboard import api

    lamplight = api.open("data", tier="public")
    view = lamplight.view("/trends?exploitation=Forced+labour&from=2023&to=2024")
    view.sentence, view.total(), view.by_period(), view.by_group("source"), view.by_area()
    view.export("package", "forced-labour.zip")

docs/api.md explains it. No screen and no server; nothing is asked of another host.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

import pandas as pd

from dashboard import audit, exports, groups, measures
from dashboard.access import LOCAL, PUBLIC, Access
from dashboard.catalogue import Catalogue
from dashboard.exports import Written
from dashboard.exports.dimensions import dimensions
from dashboard.exports.files import placed
from dashboard.exports.plan import SPLIT, Kind, Plan, Refused, kind_of, plan
from dashboard.exports.rows import ExportError, Progress
from dashboard.filters import NAMES, Filters, sentence
from dashboard.i18n import _
from dashboard.links import from_query
from dashboard.measures import protected
from dashboard.state import StateError
from dashboard.warehouse import Warehouse, check_tier, current
from etl import codes

STATES = {protected.COUNT: "count", protected.FEW: "few_or_none", protected.NONE: "not_collected"}


@dataclass(frozen=True)
class View:
    """One view of the data. Frames are fresh copies; counts are Int64, and NA is never a zero.

    On the public side `state` says why a count is NA: `few_or_none` (0 to 10, never told apart) or `not_collected`.
    notices : sentences about what of the link could not be read or is not there; the view is then wider than meant.
    """

    warehouse: Warehouse
    catalogue: Catalogue
    filters: Filters
    notices: tuple[str, ...] = ()
    by: tuple[str, ...] = ()  # what the link splits a table of totals by
    kind: Kind = "totals"
    data_dir: Path = Path()

    @property
    def sentence(self) -> str:
        """The view in words, as the dashboard says it."""
        return sentence(self.filters, self.catalogue)

    @property
    def protected(self) -> bool:
        """Whether its counts are rounded to protect people."""
        return self.catalogue.public and self.filters.unit in codes.RECORD_UNITS

    def total(self) -> int | None:
        """How many (sum of n). On the public side None is few or none."""
        if not self.protected:
            return measures.total(self.warehouse, self.filters)
        return protected.total(self.warehouse, self.filters) or None

    def by_period(self, grain: str = "month", group: str | None = None) -> pd.DataFrame:
        """One row for each period of the view, with `group` for each period and code.

        Restricted: as measures.by_period, grain one of day, week, month, quarter, year. Public: in the periods that
        are published, whatever the grain: start, end (exclusive), label, n, state, some (not every source collected).
        Figures that publishers printed: by year, publisher and category, as measures.published_by_year.
        Raises ValueError for another grain or a group that the view lacks.
        """
        if self.protected:
            found = protected.by_cube_period(self.warehouse, self.filters, group or None)
            state = found["state"].map(STATES)
            return found.assign(n=_counts(found["n"], state), state=state)
        if self.filters.unit in codes.PUBLISHED_UNITS:
            return measures.published_by_year(self.warehouse, self.filters.unit, self.filters)
        return measures.by_period(self.warehouse, self.filters, grain, group or None)

    def by_group(self, column: str) -> pd.DataFrame:
        """Counts by one attribute (exploitation, source, premise, victim_age_band ...): code, label, n, known.

        Public: and state. Raises ValueError for a column that the view lacks.
        """
        if not self.protected:
            return measures.by_group(self.warehouse, self.filters, column)
        found = protected.by_cube_group(self.warehouse, self.filters, column)
        state = pd.Series(["count" if n else "few_or_none" for n in found["n"]], index=found.index, dtype="str")
        return found.assign(n=_counts(found["n"], state), state=state)

    def by_area(self, layer: str = "") -> pd.DataFrame:
        """Counts by the areas of a layer (the first there is, unless named). Public: the one that is published.

        Restricted: layer, area_id, name, label, population, n, areas without a record too. Public: as `by_group`.
        Raises ValueError where there is no such layer.
        """
        layers = self._layers()
        if not layers or (layer and layer not in layers):
            said = _("They are: {names}.").format(names=", ".join(layers)) if layers else _("There is none.")
            raise ValueError(_("This view has no such layer of areas. {said}").format(said=said))
        if self.protected:
            return self.by_group(f"area_{layers[0]}")
        return measures.by_area(self.warehouse, self.filters, layer or layers[0])

    def _layers(self) -> tuple[str, ...]:
        if self.filters.unit not in codes.RECORD_UNITS:
            return ()
        if not self.protected:
            return self.catalogue.layers
        cube = self.catalogue.cubes.get(self.filters.unit)
        return (cube.layer,) if cube and cube.layer else ()

    def plan(self, by: Sequence[str] = (), records: bool = False) -> Plan:
        """What an export of this view holds. by : names of dimensions; those of the link, or the usual, without.

        Raises ExportError for what may not leave.
        """
        kind: Kind = "records" if records else self.kind
        decided = plan(self._access(), self.warehouse, self.catalogue, self.filters, kind, tuple(by) or self.by)
        if not isinstance(decided, Refused):
            return decided
        offered = dimensions(self._access(), self.warehouse, self.catalogue, self.filters.unit)
        names = _("Totals can be split by: {names}.").format(names=", ".join(d.name for d in offered)) if by else ""
        raise ExportError(decided.message, f"{decided.remedy} {names}".strip())

    def table(self, by: Sequence[str] = (), records: bool = False) -> pd.DataFrame:
        """The rows of an export of this view, in memory. Raises ExportError for what may not leave."""
        return self.warehouse.ask(self.plan(by, records).expression)

    def export(
        self,
        form: str,
        path: str | Path,
        by: Sequence[str] = (),
        records: bool = False,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Written:
        """Write a file; an older one is replaced when the new one is whole. form : one of exports.FORMATS.

        An export of records, and of exact counts, is a row of the audit log before the file is in its place.
        Raises ExportError or exports.Cancelled; nothing is left behind then.
        """
        decided = self.plan(by, records)
        with placed(Path(path)) as part:
            made = exports.write(decided, self.warehouse, self.catalogue, form, part, progress, cancelled)
            if not self.catalogue.public:
                self._record(decided.kind, form, made)
        return made

    def _access(self) -> Access:
        # Whoever sits at the machine that holds the file could open the file itself.
        return PUBLIC if self.catalogue.public else LOCAL

    def _record(self, kind: str, form: str, made: Written) -> None:
        what = audit.Export("zip" if form == "package" else form, made.rows, made.sha256)
        try:
            audit.record(
                self.data_dir, audit.THIS_COMPUTER, "export",
                page="export", filters=audit.link(self.filters), subject=kind, export=what,
            )  # fmt: skip
        except StateError as error:
            raise ExportError(
                _("The file was not made, because it could not be recorded who took it."), str(error)
            ) from None


@dataclass(frozen=True)
class Lamplight:
    """One version of the data. Make it with `open`."""

    warehouse: Warehouse
    data_dir: Path

    @property
    def catalogue(self) -> Catalogue:
        """What can be chosen from: units, sources, months, areas and named groups."""
        offered = self.warehouse.catalogue
        if offered.public:
            return offered  # groups and drawn areas are not published
        try:
            return groups.offer(offered, groups.list_groups(self.data_dir))
        except StateError:
            return offered

    @property
    def release(self) -> str:
        """The id of the public release; empty on the restricted side."""
        return self.catalogue.meta.get("release", "") if self.catalogue.public else ""

    def view(self, link: str = "") -> View:
        """The view of a link from the dashboard: `/trends?from=2024-01`, its query alone, or a whole address."""
        text = link.strip()
        query = parse_qs(urlsplit(text).query if "?" in text or "/" in text else text)
        offered = self.catalogue
        filters, notices = from_query({n: v for n, v in query.items() if n in NAMES}, offered)
        return View(
            self.warehouse, offered.of(filters.unit), filters, tuple(notices),
            tuple(query.get(SPLIT, ())), kind_of(query.get("kind", [""])[-1]), self.data_dir,
        )  # fmt: skip


def open(data: str | Path, tier: str = "public", release: str | None = None) -> Lamplight:
    """The data in a folder. tier : public (protected figures) or restricted (records). release : an earlier one.

    data : the folder that `--data` names everywhere; of the public side also the copied folder `public` itself.
    Raises WarehouseError, with what to do, where there is nothing to open.
    """
    check_tier(tier)
    folder = Path(data)
    if tier == "public" and ((folder / "public").is_dir() or not (folder / "current.json").exists()):
        folder /= "public"
    return Lamplight(current(folder, tier, release or ""), folder)


def _counts(n: pd.Series, state: pd.Series) -> pd.Series:
    return cast(pd.Series, n.where(state == "count").astype("Int64"))
