"""Readers of every role, what is decided for one who asks for an export, and the filters that may be drawn."""

from dataclasses import replace
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from dashboard.access import LOCAL, PUBLIC, Access
from dashboard.exports.plan import Plan, Refused, plan
from dashboard.filters import Filters
from dashboard.scoped import scoped
from dashboard.warehouse import Warehouse
from etl import codes
from tests.make_warehouse import POLICE, SHERIFF

BOTH = frozenset({POLICE, SHERIFF})
STEWARD = Access("steward", "eve@x.example", "s")
PARTNER = Access("partner", "ana@x.example", "s", sources=frozenset({POLICE}))
RESEARCHER = Access(
    "researcher", "dan@x.example", "s", sources=BOTH, may_export_records=True, finest_place="district",
    finest_date="quarter",
)  # fmt: skip
NO_PLACE = replace(RESEARCHER, finest_place=None, finest_date="month")
CELLS = replace(RESEARCHER, finest_place="h3_6", finest_date="year")
LOST = replace(RESEARCHER, finest_place="parish", finest_date="day")
ROLES = {
    "local": LOCAL, "steward": STEWARD, "partner": PARTNER, "researcher": RESEARCHER, "no place": NO_PLACE,
    "cells": CELLS, "lost layer": LOST,
}  # fmt: skip

CHOSEN = {
    "sources": st.sampled_from([(), (POLICE,), (SHERIFF,), (POLICE, SHERIFF)]),
    "exploitation": st.sampled_from([(), ("sex",), ("forced_labour", "unknown")]),
    "unit": st.sampled_from(codes.RECORD_UNITS),
    "areas": st.sampled_from(
        [(), (("district", "D1"),), (("district", "D2"), ("district", "D4")), (("tract", "T101"),)]
    ),
    "victim_age": st.sampled_from([(), ("9-17",), ("18-20", "unknown")]),
    "victim_sex": st.sampled_from([(), ("female",), ("male", "unknown")]),
    "premise": st.sampled_from([(), ("hotel",), ("street", "residence")]),
    "date_basis": st.sampled_from(["reported", "occurred"]),
    "related": st.booleans(),
}
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def decided(whole: Warehouse, access: Access, filters: Filters, kind: Any = "totals", by: Any = ()) -> Plan | Refused:
    opened = scoped(whole, access.sources)
    return plan(access, opened, opened.catalogue.of(filters.unit), filters, kind, by)


def allowed(found: Plan | Refused) -> Plan:
    assert isinstance(found, Plan), found
    return found


def refused(found: Plan | Refused) -> str:
    assert isinstance(found, Refused) and found.message.endswith(".") and found.remedy.endswith(".")
    return found.message


def rows(whole: Warehouse, access: Access, found: Plan) -> pd.DataFrame:
    """What comes out, which is exactly what the plan says."""
    table = scoped(whole, access.sources).ask(found.expression)
    assert list(table.columns) == [c.name for c in found.columns]
    assert len(table) == found.rows
    return table


def of_public(public: Warehouse, filters: Filters, by: tuple[str, ...] = (), access: Access = PUBLIC) -> Plan | Refused:
    return plan(access, public, public.catalogue.of(filters.unit), filters, "totals", by)
