"""The questions that pages ask: Ibis in, pandas out, every measure a sum of `n`.

Every function takes (warehouse, filters, ...) and returns a fresh DataFrame whose counts are Int64 (NA = not
collected, which is not zero), or a small frozen dataclass. Results are cached by warehouse version and question,
so asking twice in one page costs nothing.
"""

from dashboard.measures.delay import reporting_delays, victims_cluster
from dashboard.measures.groups import Excluded, by_group, excluded, option_counts, pairs, total, unclear
from dashboard.measures.periods import (
    GRAINS,
    Comparison,
    HourTable,
    by_period,
    last_12_vs_previous,
    weekday_hour,
)
from dashboard.measures.places import (
    PlaceDetail,
    PlaceStrip,
    area_shapes,
    by_area,
    by_cell,
    place_detail,
    place_strip,
    reports_by_place,
)
from dashboard.measures.provenance import (
    annotations,
    coverage,
    known_problems,
    loads,
    quarantine,
    reports_by_month,
    row_equations,
    sources,
)
from dashboard.measures.published import published_by_place, published_by_year

__all__ = [
    "GRAINS",
    "Comparison",
    "Excluded",
    "HourTable",
    "PlaceDetail",
    "PlaceStrip",
    "annotations",
    "area_shapes",
    "by_area",
    "by_cell",
    "by_group",
    "by_period",
    "coverage",
    "excluded",
    "known_problems",
    "last_12_vs_previous",
    "loads",
    "option_counts",
    "pairs",
    "place_detail",
    "place_strip",
    "published_by_place",
    "published_by_year",
    "quarantine",
    "reporting_delays",
    "reports_by_month",
    "reports_by_place",
    "row_equations",
    "sources",
    "total",
    "unclear",
    "victims_cluster",
    "weekday_hour",
]
