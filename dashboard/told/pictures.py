"""Places of a map as a value: what the page paints in the browser can be drawn anywhere."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely

from dashboard import map_places
from dashboard.figures import MapPicture
from dashboard.maps.styles import ClassStyle
from dashboard.view_context import Context

COLUMNS = ["id", "name", "label", "n", "shape", "cls"]


def picture(
    ctx: Context,
    places: pd.DataFrame,
    looks: Sequence[ClassStyle],
    legend: str,
    *,
    cells: bool = False,
    empty: str = "",
) -> MapPicture:
    """The map as a value. places : as in `map_places.table`, with cls, the index of each place's look or -1 for none.

    legend : its title. cells : the places are H3 cells, whose ids give their outlines. empty : what -1 means.
    """
    cls = places["cls"].to_numpy(dtype="int64")
    shape = np.full(len(places), None, dtype=object) if cells else _wkb(places["shape"])
    kept = places.assign(cls=cls, shape=pd.Series(shape, index=places.index, dtype=object))[COLUMNS]
    counts = tuple(int((cls == i).sum()) for i in range(len(looks)))
    return MapPicture(kept.reset_index(drop=True), tuple(looks), counts, legend, outlines(ctx), empty)


def outlines(ctx: Context) -> pd.DataFrame:
    """What helps to find one's way: outlines of the region, then of the areas that the maps draw behind."""

    def read() -> pd.DataFrame:
        parts = [map_places.area_outlines(ctx, role="outline"), map_places.background_areas(ctx)]
        found = pd.concat([part[["name", "shape"]] for part in parts], ignore_index=True)
        return found.assign(shape=pd.Series(_wkb(found["shape"]), index=found.index, dtype=object))

    kept: pd.DataFrame = ctx.warehouse.remember(("picture outlines",), read)
    return kept


def _wkb(shapes: pd.Series) -> np.ndarray:
    return np.asarray(shapely.to_wkb(shapes.to_numpy(dtype=object)), dtype=object)
