"""A measured figure beside its budget or peer, and the table that shows them."""

import json
from collections.abc import Sequence
from typing import TypedDict


class Figure(TypedDict):
    """One line: what was measured, beside what it was held against in the same run."""

    name: str
    value: float
    unit: str
    budget: float | None
    peer: str
    ok: bool


def figure(name: str, value: float, unit: str, budget: float | None = None, peer: str = "") -> Figure:
    """A figure that must not exceed its budget; without one it is for information."""
    return {
        "name": name,
        "value": round(value, 4),
        "unit": unit,
        "budget": None if budget is None else round(budget, 4),
        "peer": peer,
        "ok": budget is None or value <= budget,
    }


def table(figures: Sequence[Figure]) -> str:
    """The figures for a person."""
    rows = [("figure", "measured", "at most", "", "beside")]
    for f in figures:
        limit = "" if f["budget"] is None else f"{f['budget']:,.3g} {f['unit']}"
        state = "" if f["budget"] is None else ("ok" if f["ok"] else "OVER")
        rows.append((f["name"], f"{f['value']:,.3g} {f['unit']}", limit, state, f["peer"] or ""))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(r, [*widths, 0], strict=True)).rstrip() for r in rows)


def as_json(figures: Sequence[Figure]) -> str:
    """The figures for a program."""
    return json.dumps(list(figures), indent=1)
