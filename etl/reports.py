"""Police reports: chunks of text -> facts, the denominator and the quarantine of one file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl import engine, locate, normalise
from etl.harvest import Harvest, Tally
from etl.schema import EXPOSURE_RESOLUTION
from etl.values import Job, trim

_MINUTES = 24 * 60
_FOLD_AT = 1_500_000  # rows of unfolded denominator kept in memory
_EXPOSURE_KEYS = ["scope", "month", "h3_9", "area_code"]
# A default time stands out from the same minute of the hours beside it.
_DEFAULT_TIME_RATIO, _DEFAULT_TIME_LEAST = 1.5, 20


@dataclass
class ReportReader:
    """Reads one table of reports. `input_table` names it in the row equation."""

    job: Job
    input_table: str
    harvest: Harvest
    facts: list[pa.Table] = field(default_factory=list)
    clock: Any = field(default_factory=lambda: np.zeros(_MINUTES, dtype=np.int64))
    issues: Any = field(default_factory=lambda: np.zeros(len(locate.POINT_ISSUES), dtype=np.int64))
    total: int = 0  # of the publisher's own count column
    _exposure: list[pa.Table] = field(default_factory=list)
    _unfolded: int = 0
    _latest: Any = None

    def __post_init__(self) -> None:
        self._light = engine.compile_sql(normalise.light(self.job))
        self._facts = engine.compile_sql(normalise.facts(self.job))
        self._tally = self.harvest.tallies.setdefault(self.input_table, Tally())

    def read(self, chunks: Iterable[pa.RecordBatch], connection: duckdb.DuckDBPyConnection) -> None:
        """Works through the chunks; memory stays that of one chunk and of the facts."""
        for chunk in chunks:
            batch = trim(chunk)
            seen = engine.run(connection, self._light, chunk=batch)
            if not seen["record"].combine_chunks().equals(batch["record"]):
                # DuckDB keeps the order of what it is given; should that change, nothing is mixed up.
                batch, seen = batch.sort_by("record"), seen.sort_by("record")
            self._denominator(seen)
            relevant = seen["relevant"].combine_chunks()
            if pc.any(relevant).as_py():
                mine = pa.Table.from_batches([batch]).filter(relevant)
                self.facts.append(engine.run(connection, self._facts, chunk=mine))

    def _denominator(self, seen: pa.Table) -> None:
        # A row that is set aside is still one of those that the publisher counted.
        self.total += int(pc.sum(seen["count"]).as_py() or 0)
        good = pc.is_null(seen["reason"])
        if not pc.all(good).as_py():
            bad = seen.filter(pc.invert(good))
            for record, column, reason in zip(
                bad["record"].to_pylist(), bad["column_name"].to_pylist(), bad["reason"].to_pylist(), strict=True
            ):
                self.harvest.set_aside(self.input_table, record, column, reason)
            seen = seen.filter(good)
        if not seen.num_rows:
            return
        points = locate.check_points(_floats(seen["lat"]), _floats(seen["lon"]), self.job.source.region)
        self.issues += np.bincount(points.issue, minlength=len(locate.POINT_ISSUES))
        minutes = seen["clock"].drop_null().to_numpy()
        self.clock += np.bincount(minutes, minlength=_MINUTES)
        # Two decimals say nothing about so small a cell: the area's code is all that is known.
        coarse = locate.is_coarse(points.lat, points.lon)
        fine = np.where(coarse, np.nan, points.lat)
        cells = locate.cells(fine, points.lon, EXPOSURE_RESOLUTION)
        cell = pa.array(cells, mask=cells == locate.NO_CELL)
        day = seen["day"].combine_chunks()
        latest = pc.max(day).as_py()
        self._latest = latest if self._latest is None else max(self._latest, latest)
        part = pa.table(
            {
                "scope": seen["scope"].combine_chunks(),
                "month": pc.floor_temporal(day, unit="month").cast(pa.date32()),
                "h3_9": cell,
                "area_code": seen["area_code"].combine_chunks(),  # where the layer has no shapes, or none there
                "n": seen["weight"].combine_chunks(),
            }
        )
        self._exposure.append(_fold(part))
        self._unfolded += self._exposure[-1].num_rows
        if self._unfolded > _FOLD_AT:
            self._exposure = [_fold(pa.concat_tables(self._exposure))]
            self._unfolded = 0

    def finish(self) -> pa.Table | None:
        """Stores the denominator in the harvest and returns the facts, hours of default times unknown."""
        if self._exposure:
            folded = _fold(pa.concat_tables(self._exposure))
            self.harvest.exposure = folded
            months = folded.group_by(["scope", "month"]).aggregate([("n", "sum")])
            for scope, month, n in zip(*(months[c].to_pylist() for c in ("scope", "month", "n_sum")), strict=True):
                self.harvest.months[(scope, f"{month:%Y-%m}")] = n
        if self._latest is not None:
            self.harvest.as_of = self._latest.isoformat()
        self._say_points()
        if not self.facts:
            return None
        return self._located(pa.concat_tables(self.facts).sort_by("record"))

    def _located(self, facts: pa.Table) -> pa.Table:
        points = locate.check_points(_floats(facts["lat"]), _floats(facts["lon"]), self.job.source.region)
        share = locate.largest_point_share(points.lat, points.lon)
        located = int(np.isfinite(points.lat).sum())
        if located >= 30 and share > 0.03:
            self.harvest.notes.append(f"One point holds {share:.0%} of the {located:,} located incidents.")
        columns: dict[str, Any] = {"lat": _nullable(points.lat), "lon": _nullable(points.lon)}
        for resolution, cells in locate.all_cells(points.lat, points.lon).items():
            columns[f"h3_{resolution}"] = pa.array(cells, mask=cells == locate.NO_CELL)
        coarse = locate.is_coarse(points.lat, points.lon)
        columns["location_precision"] = pa.array(
            [
                ("neighbourhood" if rough else self.job.source.location_precision)
                if known
                else ("area" if code else "none")
                for known, rough, code in zip(
                    np.isfinite(points.lat), coarse, facts["area_code"].to_pylist(), strict=True
                )
            ],
            pa.string(),
        )
        minutes = facts["clock"].combine_chunks()
        default = pc.is_in(minutes, value_set=pa.array(self.default_minutes(), pa.int64()))
        hour = pc.if_else(default, pa.scalar(None, pa.int64()), pc.divide(minutes, 60))
        columns["hour"] = hour.cast(pa.int8())
        for name, values in columns.items():
            if name in facts.column_names:
                facts = facts.set_column(facts.column_names.index(name), name, values)
            else:
                facts = facts.append_column(name, values)
        return facts

    def default_minutes(self) -> list[int]:
        """Which of the declared default times hold a suspicious share of all rows, in minutes after midnight."""
        found = []
        for text in self.job.source.default_times:
            hour, minute = (int(part) for part in text.split(":"))
            at = hour * 60 + minute
            beside = max(self.clock[(at - 60) % _MINUTES], self.clock[(at + 60) % _MINUTES])
            if self.clock[at] >= _DEFAULT_TIME_LEAST and self.clock[at] > _DEFAULT_TIME_RATIO * beside:
                found.append(at)
        return found

    def _say_points(self) -> None:
        words = {
            locate.ZERO: "at 0, 0",
            locate.SWAPPED: "with latitude and longitude swapped (turned round)",
            locate.OUTSIDE: "outside the declared region",
        }
        said = [f"{self.issues[i]:,} rows {text}" for i, text in words.items() if self.issues[i]]
        if said:
            self.harvest.notes.append(
                "Coordinates: " + "; ".join(said) + ". Those that cannot be used were taken away."
            )
        times = [f"{m // 60:02d}:{m % 60:02d}" for m in self.default_minutes()]
        if times:
            self.harvest.notes.append(
                "Taken as unknown time, because far too many rows carry it: " + ", ".join(times) + "."
            )


def _fold(part: pa.Table) -> pa.Table:
    folded = part.group_by(_EXPOSURE_KEYS).aggregate([("n", "sum")])
    return folded.rename_columns([*_EXPOSURE_KEYS, "n"])


def _floats(column: pa.ChunkedArray) -> locate.Floats:
    return np.asarray(pc.fill_null(column.cast(pa.float64()), np.nan).to_numpy(), dtype=np.float64)


def _nullable(values: locate.Floats) -> pa.Array:
    return pa.array(values, mask=~np.isfinite(values))
