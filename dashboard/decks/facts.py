"""What a slide's texts can say and rest on: sentences of the figures for placeholders, and numbers to check against."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from dashboard import headline, protection, told, view_facts
from dashboard.analysis.change import Verdict
from dashboard.figures import Figure
from dashboard.measures import protected as measures
from dashboard.told import base, people, records_compared, records_people
from dashboard.view_context import Context

NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:[,\u202f\u00a0 ]\d{3})+(?!\d)|(?<![\w.])\d+(?:\.\d+)?(?![\w])")
LEAD, TOTAL = "lead", "total"  # the numbers that move on with the period


@dataclass(frozen=True)
class Facts:
    """What a view says now. said : placeholder -> sentence. numbers : what they are of -> numbers.

    direction : whether the last period rose or fell beside the one before; "" where they are not compared.
    """

    said: Mapping[str, str]
    numbers: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    direction: Verdict | str = ""


def of(ctx: Context, figure: Figure | None) -> Facts:
    """The facts of a view, and of its figure where the slide has one."""
    lead = told.headline(ctx)
    said = {
        "headline": lead,
        "basis": _basis(ctx),
        "changes": _changes(ctx),
        "people": _people(ctx),
        "title": figure.title if figure else lead,
        "what": ctx.sentence,
    }
    numbers = {LEAD: numbers_in(lead)}
    numbers |= {f"{TOTAL} {headline.label(k)}": (float(n),) for k, n in headline.figures(ctx).numbers.items() if n}
    if figure is not None:
        numbers[LEAD] += numbers_in(figure.title)
        numbers |= _cells(figure.table)
    return Facts(said, numbers, _direction(ctx))


def numbers_in(text: str) -> tuple[float, ...]:
    """The numbers that a sentence says, years left out."""
    found = []
    for match in NUMBER.finditer(text):
        written = re.sub(r"[,\s\u202f\u00a0]", "", match[0])
        if not (written == match[0] and len(written) == 4 and "1900" <= written <= "2100"):
            found.append(float(written))
    return tuple(found)


def _cells(table: pd.DataFrame) -> dict[str, tuple[float, ...]]:
    """Each number of a table under the name of its row and of its column."""
    found: dict[str, tuple[float, ...]] = {}
    texts = [c for c in table.columns if not pd.api.types.is_numeric_dtype(table[c])]
    for row in table.to_dict("records"):
        named = " ".join(str(row[c]) for c in texts if not _is_number(row[c]))
        cells = {c: row[c] for c in table.columns if _is_number(row[c])}
        found |= {f"{named}: {column}": (float(value),) for column, value in cells.items()}
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _published(ctx: Context) -> bool:
    return view_facts.is_published(ctx)


def _basis(ctx: Context) -> str:
    if ctx.catalogue.public and not _published(ctx):
        return told.overview.basis(ctx)
    return records_compared.lead(ctx, None if _published(ctx) else records_compared.spans(ctx)).basis


def _changes(ctx: Context) -> str:
    if not ctx.catalogue.public or _published(ctx):
        return told.headline(ctx)
    found = told.changes(ctx)
    said = " ".join(change.text for change in found.found) or found.none
    return f"{said} {found.basis}".strip()


def _people(ctx: Context) -> str:
    if ctx.catalogue.public:
        units = people.held(ctx)
        return people.lead(base.counting(ctx, people.usual(ctx))) if units else ""
    units = records_people.held(ctx)
    return records_people.lead(records_people.counting(ctx, records_people.usual(ctx))) if units else ""


def _direction(ctx: Context) -> Verdict | str:
    if _published(ctx):
        return ""
    if not ctx.catalogue.public:
        when = records_compared.spans(ctx)
        found = records_compared.compared(ctx, when, ctx.filters.unit)[1] if when else None
        return found.verdict if found else ""
    last, before = base.last_two(ctx)
    if last is None or before is None:
        return ""
    now, then = (headline.figures(base.within(ctx, p)).numbers[ctx.filters.unit] for p in (last, before))
    if now is None or then is None:
        return ""
    order = measures.order(ctx.filters)
    return protection.verdict(float(then), float(now), base.cube(ctx), order)
