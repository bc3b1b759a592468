"""Police reports: chunks of text -> facts, the denominator and the quarantine of one file."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl import compiled, engine, locate
from etl.confidential import said_hidden
from etl.denominator import Denominator, area_names, floats, places
from etl.distinct import Light
from etl.harvest import Harvest
from etl.job import Job
from etl.repeats import Identities, Input, older_rows
from etl.schema import Source
from etl.side_by_side import in_order

_MINUTES = 24 * 60
_NAMES = ["area_code", "area_name"]
_SPELL_AT = 100_000  # relevant rows kept as text
# A default time stands out from the same minute of the hours beside it.
_DEFAULT_TIME_RATIO, _DEFAULT_TIME_LEAST = 1.5, 20


@dataclass(frozen=True)
class _Seen:
    """What a chunk adds. bad: rows set aside (record, column_name, reason); relevant: text of the rows to spell out."""

    count: int
    bad: pa.Table
    relevant: pa.RecordBatch
    named: pa.Table | None
    exposure: pa.Table | None = None
    id_hash: Any = None
    issues: Any = None
    clock: Any = None
    latest: Any = None


def _see(
    light: Light,
    connection: duckdb.DuckDBPyConnection,
    chunk: pa.RecordBatch,
    source: Source,
    confidential: locate.Confidential | None,
) -> _Seen:
    """One chunk by itself, on any thread: DuckDB wants a cursor for each."""
    seen = light.run(connection.cursor(), chunk)
    good = pc.is_null(seen["reason"])
    usable = seen if pc.all(good).as_py() else seen.filter(good)
    known = {
        # A row that is set aside is still one of those that the publisher counted.
        "count": int(pc.sum(seen["count"]).as_py() or 0),
        "bad": seen.filter(pc.invert(good)) if usable is not seen else seen.slice(0, 0),
        "relevant": chunk.filter(seen["relevant"].combine_chunks()),
        "named": seen.select(_NAMES).group_by(_NAMES).aggregate([]) if light.names_areas else None,
    }
    if not usable.num_rows:
        return _Seen(**known)
    part, points = places(usable, source, confidential)
    return _Seen(
        **known,
        exposure=part,
        id_hash=usable["id_hash"],
        issues=np.bincount(points.issue, minlength=len(locate.POINT_ISSUES)),
        clock=np.bincount(usable["clock"].drop_null().to_numpy(), minlength=_MINUTES),
        latest=pc.max(usable["day"]).as_py(),
    )


@dataclass
class ReportReader:
    """Reads the tables of reports of one file. `work` is a folder for files of the moment."""

    source: Source
    harvest: Harvest
    work: Path
    facts: list[pa.Table] = field(default_factory=list)
    clock: Any = field(default_factory=lambda: np.zeros(_MINUTES, dtype=np.int64))
    issues: Any = field(default_factory=lambda: np.zeros(len(locate.POINT_ISSUES), dtype=np.int64))
    _inputs: list[Input] = field(default_factory=list)
    _identities: Identities = field(default_factory=Identities)
    _exposure: Denominator = field(default_factory=Denominator)
    _named: list[pa.Table] = field(default_factory=list)
    _latest: Any = None

    def read(
        self,
        job: Job,
        input_table: str,
        chunks: Callable[[], Iterable[pa.RecordBatch]],
        connection: duckdb.DuckDBPyConnection,
    ) -> int:
        """Works through a table and returns the sum of the publisher's own count column.

        input_table : its name in the row equation. Memory stays that of one chunk and of the facts.
        """
        part, total = len(self._inputs), 0
        self._inputs.append(Input(job, input_table, chunks))
        coming = chunks()
        getting_ready = ThreadPoolExecutor(1)  # while the first chunks are read
        light = getting_ready.submit(Light, job)
        getting_ready.shutdown(wait=False)
        spelt_out = ""
        waiting: list[pa.RecordBatch] = []

        def spell_out() -> None:
            mine = pa.Table.from_batches([engine.trim(batch) for batch in waiting])
            facts = engine.run(connection, spelt_out, chunk=mine)
            self.facts.append(facts.append_column("part", pa.array([part] * facts.num_rows, pa.int32())))
            waiting.clear()

        def see(chunk: pa.RecordBatch) -> _Seen:
            return _see(light.result(), connection, chunk, self.source, self.harvest.confidential)

        for seen in in_order(see, coming, workers=2):
            total += seen.count
            self._count(seen, input_table)
            if not spelt_out:  # while the next chunks are worked on
                spelt_out = compiled.facts(job)
            if seen.relevant.num_rows:
                # The query is long and the rows are few: DuckDB takes a tenth of a second to plan it.
                waiting.append(seen.relevant)
            if sum(batch.num_rows for batch in waiting) > _SPELL_AT:
                spell_out()
        if waiting:
            spell_out()
        return total

    def _count(self, seen: "_Seen", input_table: str) -> None:
        columns = (seen.bad[name].to_pylist() for name in ("record", "column_name", "reason"))
        for record, column, reason in zip(*columns, strict=True):
            self.harvest.set_aside(input_table, record, column, reason)
        if seen.named is not None:
            self._named.append(seen.named)
        if seen.exposure is None:
            return
        self._identities.add(seen.id_hash)
        self.issues += seen.issues
        self.clock += seen.clock
        self._latest = seen.latest if self._latest is None else max(self._latest, seen.latest)
        self._exposure.add(seen.exposure)

    def _merge_repeats(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Of the rows of one id, one counts. Rows that are reports give way to it; those that are offences stand."""
        repeated = self._identities.repeated()
        if not len(repeated):
            return
        rows_are = self._inputs[0].job.declared.rows_are
        hidden = self.harvest.confidential
        older = older_rows(self._inputs, repeated, connection, self.work, rows_are=rows_are, confidential=hidden)
        if not older.rows.num_rows:
            return
        self._exposure.add(older.exposure, sign=-1)
        if rows_are == "offence":
            return
        n = older.rows.num_rows
        rows = "1 row carries" if n == 1 else f"{n:,} rows carry"
        self.harvest.notes.append(f"{rows} the id of a newer row of the file: merged.")
        counts = older.rows.group_by("part").aggregate([("record", "count")])
        for part, n in zip(counts["part"].to_pylist(), counts["record_count"].to_pylist(), strict=True):
            self.harvest.tallies[self._inputs[part].name].merged = n
        self.facts = [f.join(older.rows, ["part", "record"], join_type="left anti") for f in self.facts]

    def finish(self, connection: duckdb.DuckDBPyConnection) -> pa.Table | None:
        """Stores the denominator in the harvest and returns the facts, hours of default times unknown."""
        self._merge_repeats(connection)
        folded = self._exposure.table()
        if folded.num_rows:
            self.harvest.exposure = folded
            self.harvest.tables["area_names"] = area_names(folded, self._named)
            months = folded.group_by(["scope", "month"]).aggregate([("n", "sum")])
            for scope, month, n in zip(*(months[c].to_pylist() for c in ("scope", "month", "n_sum")), strict=True):
                self.harvest.months[(scope, f"{month:%Y-%m}")] = n
        if self._latest is not None:
            self.harvest.as_of = self._latest.isoformat()
        self._say_points()
        if not self.facts:
            return None
        return self._located(pa.concat_tables(self.facts).sort_by([("part", "ascending"), ("record", "ascending")]))

    def _located(self, facts: pa.Table) -> pa.Table:
        hidden = self.harvest.confidential
        points = locate.check_points(floats(facts["lat"]), floats(facts["lon"]), self.source.region, hidden)
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
                ("neighbourhood" if rough else self.source.location_precision)
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
        for text in self.source.default_times:
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
        if self.issues[locate.CONFIDENTIAL]:
            self.harvest.notes.append(said_hidden(int(self.issues[locate.CONFIDENTIAL])))
        times = [f"{m // 60:02d}:{m % 60:02d}" for m in self.default_minutes()]
        if times:
            self.harvest.notes.append(
                "Taken as unknown time, because far too many rows carry it: " + ", ".join(times) + "."
            )


def _nullable(values: locate.Floats) -> pa.Array:
    return pa.array(values, mask=~np.isfinite(values))
