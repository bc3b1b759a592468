"""The denominator: every police report by month and place, trafficking or not."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl import locate
from etl.distinct import distinct
from etl.schema import Source
from etl.tables import EXPOSURE_RESOLUTION

KEYS = ["scope", "month", "h3_9", "area_code"]


def places(seen: pa.Table, source: Source) -> tuple[pa.Table, locate.Points]:
    """Rows of `normalise.light` that can be used -> scope, month, h3_9, area_code, n for each; their checked points."""
    points = locate.check_points(floats(seen["lat"]), floats(seen["lon"]), source.region)
    # Two decimals say nothing about so small a cell: the area's code is all that is known.
    coarse = locate.is_coarse(points.lat, points.lon)
    cells = locate.cells(np.where(coarse, np.nan, points.lat), points.lon, EXPOSURE_RESOLUTION)
    table = pa.table(
        {
            "scope": seen["scope"].combine_chunks(),
            "month": pa.array(_months(seen["day"])),
            "h3_9": pa.array(cells, mask=cells == locate.NO_CELL),
            "area_code": seen["area_code"].combine_chunks(),  # where the layer has no shapes, or none there
            "n": seen["weight"].combine_chunks().cast(pa.int64()),
        }
    )
    return table, points


def _months(days: pa.ChunkedArray) -> Any:
    """The first day of each day's month; numpy is five times as fast at it as Arrow."""
    return days.to_numpy().astype("datetime64[M]").astype("datetime64[D]")


def fold(part: pa.Table) -> pa.Table:
    """One row for each month and place."""
    # Arrow's own group_by takes five times as long over four keys, two of them text.
    batch = pa.RecordBatch.from_arrays([part[name].combine_chunks() for name in [*KEYS, "n"]], names=[*KEYS, "n"])
    rows, place = distinct(batch, tuple(KEYS))
    n = np.bincount(place.to_numpy(), weights=batch["n"].to_numpy(), minlength=rows.num_rows)
    return pa.Table.from_batches([rows]).append_column("n", pa.array(n.astype(np.int64)))


def area_names(exposure: pa.Table, named: list[pa.Table]) -> pa.Table:
    """area_id, name of every area that has a report, trafficking or not; a code that nobody names is its own name.

    named : tables of area_code, area_name.
    """
    codes = exposure.select(["area_code"]).group_by("area_code").aggregate([]).filter(pc.field("area_code").is_valid())
    if named:
        names = pa.concat_tables(named).group_by("area_code").aggregate([("area_name", "max")])
        codes = codes.join(names, "area_code")
        name = pc.coalesce(codes["area_name_max"], codes["area_code"])
    else:
        name = codes["area_code"]
    return pa.table({"area_id": codes["area_code"], "name": name}).sort_by("area_id")


def floats(column: Any) -> locate.Floats:
    """Numbers with NaN for what is missing."""
    return np.asarray(pc.fill_null(column.cast(pa.float64()), np.nan).to_numpy(), dtype=np.float64)
