"""The denominator: every police report by month and place, trafficking or not."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl import locate
from etl.schema import Source
from etl.tables import EXPOSURE_RESOLUTION

SCHEMA = pa.schema(
    [
        ("scope", pa.string()),
        ("month", pa.date32()),
        ("h3_9", pa.uint64()),
        ("area_code", pa.string()),
        ("n", pa.int64()),
    ]
)
FOLD_AT = 4_000_000  # rows, of 8 bytes or of 16


def places(
    seen: pa.Table, source: Source, confidential: locate.Confidential | None = None
) -> tuple[pa.Table, locate.Points]:
    """Rows of `normalise.light` that can be used -> scope, month, h3_9, area_code, n for each; their checked points."""
    points = locate.check_points(floats(seen["lat"]), floats(seen["lon"]), source.region, confidential)
    # Two decimals say nothing about so small a cell: the area's code is all that is known.
    coarse = locate.is_coarse(points.lat, points.lon)
    cells = locate.cells(np.where(coarse, np.nan, points.lat), points.lon, EXPOSURE_RESOLUTION)
    table = pa.table(
        {
            "scope": seen["scope"].combine_chunks(),
            "month": pa.array(_months(seen["day"], "datetime64[D]")),
            "h3_9": pa.array(cells, mask=cells == locate.NO_CELL),
            "area_code": seen["area_code"].combine_chunks(),  # where the layer has no shapes, or none there
            "n": seen["weight"].combine_chunks().cast(pa.int64()),
        }
    )
    return table, points


def _months(days: pa.ChunkedArray, unit: str) -> Any:
    """Each day's month, or its first day, looked up: there are few days, and numpy takes its time over each."""
    if not len(days):
        return np.empty(0, dtype=unit)
    since = days.combine_chunks().cast(pa.int32()).to_numpy()
    first = int(since.min())
    calendar = np.arange(first, int(since.max()) + 1).astype("datetime64[D]")
    return calendar.astype("datetime64[M]").astype(unit)[since - first]


# A row as one number, so that equal ones are found by sorting: 12 bits of month, 1 of whether a cell is known, the 34
# bits in which cells of one resolution differ, 17 of the pair of scope and area's code.
_PAIRS, _CELLS, _KNOWN, _MONTHS = 17, 34, 1, 12
_MONTH_AT, _KNOWN_AT, _CELL_AT = 64 - _MONTHS, _PAIRS + _CELLS, _PAIRS
_DIGITS_AT = 64 - 1 - 4 - 3 - 4 - 7 - 3 * EXPOSURE_RESOLUTION  # below these, a cell's bits are all ones
_MOST_PAIRS = 1 << _PAIRS
_FIRST_MONTH = np.datetime64("1800-01", "M")
_FRAME = np.uint64(0x08 << 56 | EXPOSURE_RESOLUTION << 52 | (1 << _DIGITS_AT) - 1)  # what all these cells share


class Denominator:
    """Counts reports by scope, month, cell and area's code while they pass by, in 8 bytes for most of them."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str | None, str | None], int] = {}
        self._keys: list[Any] = []
        self._weights: list[Any] = []  # None: each row counts once
        self._waiting = 0
        self._done: list[pa.Table] = []  # of earlier pairs, where there were too many
        self._taken = False

    def add(self, placed: pa.Table, sign: int = 1) -> None:
        """Adds rows of scope, month, h3_9, area_code, n; takes them away again when `sign` is -1."""
        if not placed.num_rows:
            return
        self._taken |= sign < 0
        keys = self._packed(placed)
        self._keys.append(keys)
        n = placed["n"].to_numpy() * sign
        self._weights.append(None if (n == 1).all() else n)
        self._waiting += len(n)
        if self._waiting > FOLD_AT:
            self._fold()

    def table(self) -> pa.Table:
        """SCHEMA: one row for each month and place, by month and place; none where every report was taken away."""
        self._finish()
        return pa.concat_tables([SCHEMA.empty_table(), *self._done])

    def _packed(self, placed: pa.Table) -> Any:
        number = (_months(placed["month"], "datetime64[M]") - _FIRST_MONTH).astype(np.int64)
        if number.min() < 0 or number.max() >> _MONTHS:
            raise ValueError("A month lies outside the years 1800 to 2140.")  # dates are judged before they come here
        cells = placed["h3_9"].fill_null(0).to_numpy().astype(np.uint64)
        digits = (cells & ~_FRAME) >> np.uint64(_DIGITS_AT)
        known = (cells != 0).astype(np.uint64)
        key = number.astype(np.uint64) << np.uint64(_MONTH_AT) | known << np.uint64(_KNOWN_AT)
        return key | digits << np.uint64(_CELL_AT) | self._paired(placed)

    def _paired(self, placed: pa.Table) -> Any:
        scope, area = (
            pc.dictionary_encode(placed[name].combine_chunks(), null_encoding="encode")
            for name in ("scope", "area_code")
        )
        scopes, areas = scope.dictionary.to_pylist(), area.dictionary.to_pylist()
        if len(self._pairs) + len(scopes) * len(areas) > _MOST_PAIRS:
            self._finish()
        code = scope.indices.to_numpy().astype(np.int64) * len(areas) + area.indices.to_numpy()
        present = np.flatnonzero(np.bincount(code, minlength=len(scopes) * len(areas)))
        number = np.zeros(len(scopes) * len(areas), dtype=np.uint64)
        for one in present.tolist():
            pair = (scopes[one // len(areas)], areas[one % len(areas)])
            number[one] = self._pairs.setdefault(pair, len(self._pairs))
        return number[code]

    def _fold(self) -> None:
        """One key for each month and place, and what it counts."""
        keys = np.concatenate(self._keys)
        if all(w is None for w in self._weights):
            keys.sort()
            starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
            n = np.diff(np.append(starts, len(keys)))
        else:
            pairs = zip(self._keys, self._weights, strict=True)
            counts = [np.ones(len(k), np.int64) if w is None else w for k, w in pairs]
            order = np.argsort(keys)
            keys = keys[order]
            starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
            n = np.add.reduceat(np.concatenate(counts)[order], starts)
        self._keys, self._weights, self._waiting = [keys[starts]], [n], 0

    def _finish(self) -> None:
        """What was counted becomes rows, and the pairs begin anew."""
        if not self._keys:
            return
        self._fold()
        keys, n = self._keys[0], self._weights[0]
        if self._taken:
            keys, n = keys[n != 0], n[n != 0]
        pairs = list(self._pairs)
        pair = pa.array((keys & np.uint64((1 << _PAIRS) - 1)).astype(np.int64))
        cells = (keys >> np.uint64(_CELL_AT) & np.uint64((1 << _CELLS) - 1)) << np.uint64(_DIGITS_AT) | _FRAME
        months = _FIRST_MONTH + (keys >> np.uint64(_MONTH_AT)).astype(np.int64)
        unknown = (keys >> np.uint64(_KNOWN_AT) & np.uint64(1)) == 0
        self._done.append(
            pa.table(
                [
                    pc.take(pa.array([scope for scope, _ in pairs], pa.string()), pair),
                    pa.array(months.astype("datetime64[D]")),
                    pa.array(cells, mask=unknown),
                    pc.take(pa.array([area for _, area in pairs], pa.string()), pair),
                    pa.array(n),
                ],
                schema=SCHEMA,
            )
        )
        self._pairs, self._keys, self._weights, self._waiting = {}, [], [], 0


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
