"""The true counts that a release starts from, read from the restricted file. They leave this process only protected."""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pandas as pd

from etl import codes
from etl.areas import quoted
from etl.release.periods import Closed, number
from etl.release.policy import MAY_BE_DIMENSIONS, Policy

WHOLE = ""  # the area of a record whose place is not shown
NO_POINT = -1
_QUIET_DAYS = 3  # at the end of a month without a report; the file covers that month all the same


@dataclass(frozen=True)
class Layer:
    """A layer that may be published: its column, and the residents of each of its areas."""

    name: str
    residents: dict[str, int]

    @property
    def column(self) -> str:
        """The column of the fact tables with the area's id."""
        return f"area_{self.name}"


def layers(connection: duckdb.DuckDBPyConnection, policy: Policy) -> list[Layer]:
    """The layers with residents, finest (most areas) first, or those that the policy lists, in its order."""
    rows = connection.execute(
        "select layer, area_id, coalesce(max(population), 0) from areas where role = 'areas' group by all"
    ).fetchall()
    found: dict[str, dict[str, int]] = {}
    for layer, area, people in rows:
        found.setdefault(layer, {})[area] = int(people)
    having = {name: people for name, people in found.items() if any(n >= policy.residents for n in people.values())}
    order = policy.layers or sorted(having, key=lambda name: (-len(having[name]), name))
    return [Layer(name, having[name]) for name in order if name in having]


def facts(connection: duckdb.DuckDBPyConnection, unit: str, policy: Policy, among: list[Layer]) -> pd.DataFrame:
    """Records that may be counted, added up: month, source, every possible dimension and layer, point, n.

    month : see etl.release.periods. A label that is missing is `unknown`; an area that is missing is WHOLE.
    point : a whole number for each distinct location of a source, NO_POINT where the record has none.
    Related offences, unfounded and duplicate reports, and children recorded as offenders are not in it.
    """
    dims = MAY_BE_DIMENSIONS[unit]
    chosen = [f"coalesce({quoted(d)}, '{codes.UNKNOWN}') as {quoted(d)}" for d in dims]
    chosen += [f"coalesce({quoted(layer.column)}, '{WHOLE}') as {quoted(layer.column)}" for layer in among]
    adults = "and suspect_class = 'suspect'" if unit == "suspects" else ""
    excluded = ", ".join(f"'{s}'" for s in codes.STATUS_EXCLUDED)
    left_out = ", ".join("?" for _ in policy.left_out) or "''"
    return connection.execute(
        f"""select (year(counted_on) * 12 + month(counted_on) - 1)::integer as month, source, {", ".join(chosen)},
                   case when lat is null then {NO_POINT} else dense_rank() over (order by lat, lon) end as point,
                   sum(n)::bigint as n
            from {quoted(unit)}
            where offence_group = 'trafficking' and coalesce(status, '') not in ({excluded})
              and counted_on is not null and source not in ({left_out}) {adults}
            group by month, source, {", ".join(quoted(c) for c in (*dims, *[a.column for a in among]))}, lat, lon
            order by all""",  # noqa: S608
        list(policy.left_out),
    ).df()


def sources(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Every source that the file tells of."""
    return {name for (name,) in connection.execute("select source from sources").fetchall()}


def closed(connection: duckdb.DuckDBPyConnection, policy: Policy) -> Closed | None:
    """What is over: every source up to the end of its files, all of them up to so long before the newest day.

    None when no source of records is loaded.
    """
    rows = connection.execute(
        """select source, max(as_of) from loads where as_of is not null
           and source in (select source from incidents union select source from sources where kind = 'police')
           group by source"""
    ).fetchall()
    known = {source: _whole_month(day) for source, day in rows if source not in policy.left_out}
    return Closed(max(known.values()) - policy.settle_months, known) if known else None


def _whole_month(day: date) -> int:
    """The last month that is whole in a file whose latest date is `day`; nothing need happen on its last days."""
    later = day + timedelta(days=_QUIET_DAYS)
    return number(later) - 1 if later.month != day.month else number(day) - 1


def active(connection: duckdb.DuckDBPyConnection, raw: pd.DataFrame) -> set[tuple[str, int]]:
    """(source, month) in which trafficking was collected; of a source that does not say so, those with a record.

    A record outside of what its source covers must not draw a period: that would tell of it.
    """
    rows = connection.execute(
        "select distinct source, (year(month) * 12 + month(month) - 1)::integer from coverage "
        "where collected and category in ('sex', 'forced_labour') and source in (select source from sources)"
    ).fetchall()
    recording = set(raw["source"])
    covering = {s for s, _ in rows}
    found = {(str(s), int(m)) for s, m in zip(raw["source"], raw["month"], strict=True)}
    return {(s, m) for s, m in rows if s in recording} | {(s, m) for s, m in found if s not in covering}
