"""The study area of the public file: the areas of the cube's layer, with their published counts; few or none is 0."""

import numpy as np
import shapely

from dashboard.analysis.grids import areas_grid
from dashboard.analysis.neighbours import touching
from dashboard.filters import Filters
from dashboard.measures.places import area_shapes, by_area
from dashboard.questions.ground import BORDER_GAP
from dashboard.questions.study import Study
from dashboard.warehouse import Warehouse


def study(warehouse: Warehouse, filters: Filters, sources: tuple[str, ...], layer: str) -> Study | None:
    """The areas with an outline, which of them touch, and the counts of the whole view; None without outlines.

    There are no months: what needs shorter periods than the cube's is not asked. With areas chosen, only those.
    """
    counts = by_area(warehouse, filters, layer).set_index("area_id")["n"]
    found = area_shapes(warehouse, layer)
    kept = {area[1] for area in filters.areas if isinstance(area, tuple)}
    found = found[found["wkb"].notna() & (found["area_id"].isin(kept) if kept else True)].drop_duplicates("area_id")
    if found.empty:
        return None
    shapes = np.asarray(shapely.from_wkb(found["wkb"].to_numpy(dtype=object)), dtype=object)
    ids = found["area_id"].to_numpy(dtype=object)
    residents = found["population"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    n = counts.reindex(ids).fillna(0).to_numpy(dtype=float)
    return Study(
        warehouse,
        filters,
        layer,
        0,
        areas_grid(shapes, ids),
        touching(shapes, gap=BORDER_GAP),
        sources,
        (),
        np.empty(0, dtype="datetime64[M]"),
        n[:, None],
        np.empty(0, dtype=bool),
        0,
        None if np.isnan(residents).all() else residents,
    )
