"""The example of the page "Why": one published total of this release, and the published lines that add up to it."""

from dataclasses import dataclass

from dashboard import protection
from dashboard.components.context import Context
from dashboard.cubes import Cube
from dashboard.filters import Filters
from dashboard.measures import protected as measures
from etl import codes

FEWEST, MOST = 2, 8  # lines of the example


@dataclass(frozen=True)
class Example:
    """rows : names and published counts, 0 for few or none. total : their sum, as the pages show it."""

    unit: str
    about: str
    rows: tuple[tuple[str, int], ...]
    total: int
    base: int
    error: str

    @property
    def few(self) -> int:
        """How many of the lines are few or none."""
        return sum(n == 0 for _, n in self.rows)


def example(ctx: Context, cube: Cube) -> Example | None:
    """The newest period by the dimension that shows a few-or-none best, else any; None where nothing is told apart."""
    if not cube.periods:
        return None
    last = cube.periods[-1]
    columns = [*cube.dimensions, *([f"area_{cube.layer}"] if cube.layer else [])]
    view = Filters(date_from=last.first, date_to=last.last, unit=cube.unit)
    found = []
    for column in columns:
        table = measures.by_cube_group(ctx.warehouse, view, column)
        rows = tuple(zip(table["label"].astype(str), table["n"].astype(int), strict=True))
        if FEWEST <= len(rows) <= MOST and any(n for _, n in rows):
            found.append((any(n == 0 for _, n in rows), column, rows))
    if not found:
        return None
    _, column, rows = max(found, key=lambda f: f[0])
    return Example(
        cube.unit,
        f"{codes.UNIT[cube.unit]} {last.when}",
        rows,
        measures.total(ctx.warehouse, view),
        cube.base,
        protection.typically(cube, 2),
    )
