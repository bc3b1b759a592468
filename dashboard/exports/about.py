"""What an export says about itself inside the file, in formats that have a place for it."""

import json
from typing import Any

from dashboard.exports.plan import Plan
from dashboard.i18n import _
from etl import codes


def standing(plan: Plan) -> str:
    """Who may see the file, in a sentence, and before it whether any of it is true."""
    return f"{_('Fictional sample: every record is invented.')} {_shared(plan)}" if plan.fictional else _shared(plan)


def _shared(plan: Plan) -> str:
    if plan.tier != "public":
        return _("RESTRICTED: do not share this file. It was made from records of people who were harmed.")
    if plan.unit in codes.PUBLISHED_UNITS:
        return _("Figures as their publishers printed them: they were not rounded here.")
    return _("Protected figures: counts are rounded to protect people. Few or none is never a zero.")


def facts(plan: Plan) -> dict[str, Any]:
    """What the rows are, for a program: words, link, release, unit, kind, tier, standing and what was left out."""
    return {
        "words": plan.words,
        "link": plan.link,
        "release": plan.release,
        "unit": plan.unit,
        "kind": plan.kind,
        "tier": plan.tier,
        "fictional": plan.fictional,
        "standing": standing(plan),
        "left_out": list(plan.left_out),
    }


def facts_json(plan: Plan) -> str:
    """`facts` as JSON, on one line."""
    return json.dumps(facts(plan), ensure_ascii=False)


def codebook(plan: Plan) -> list[dict[str, str]]:
    """One row for each column, and one more for each code of its list: column, type, unit, description, code, label."""
    rows = []
    for c in plan.columns:
        head = {"column": c.name, "type": c.type, "unit": c.unit, "description": c.description}
        rows.append({**head, "code": "", "label": ""})
        rows += [{**head, "description": "", "code": code, "label": label} for code, label in c.values.items()]
    return rows
