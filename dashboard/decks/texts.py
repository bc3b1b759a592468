"""What slides without a figure say: signs, help, and services near here. General, and about those who were harmed.

The signs are in our own words, after the indicators that the U.S. National Human Trafficking Hotline publishes.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboard import directory
from dashboard.i18n import _
from dashboard.warehouse import Warehouse

CRISIS_CALL, CRISIS_TEXT = "1-888-373-7888", "233733"
MOST_SERVICES = 8


@dataclass(frozen=True)
class Service:
    """One entry of the directory, as far as a room may see it: never an address that is confidential."""

    name: str
    what: str = ""
    phone: str = ""


def signs() -> tuple[str, ...]:
    """Signs that somebody may need help. None of them proves anything."""
    return (
        _("Somebody else speaks for them, holds their phone or papers, or decides where they go."),
        _("They work very long for little or no pay, or to pay a debt that never gets smaller."),
        _("They were promised another job, or a relationship, than the one they are in."),
        _("They are afraid of what happens to them or their family if they leave or ask for help."),
        _("Somebody met online offers gifts, money or a place to stay, and asks for pictures, secrecy or favours."),
        _("They miss school, are tired or hurt, or have new things that they cannot explain."),
    )


def signs_note() -> str:
    """What stands under the signs."""
    return _(
        "One sign alone means little, and it is never the fault of the person. After the indicators of the National "
        "Human Trafficking Hotline."
    )


def help_points() -> tuple[str, ...]:
    """Where help is, and what to do and not to do."""
    return (
        _("In danger now: call 911."),
        _("Help for people who are trafficked or exploited: {line} (day and night, free, in many languages).").format(
            line=crisis_line()
        ),
        _("Talk to an adult whom you trust. You do not have to be sure, and you do not have to give a name."),
        _("Listen and believe. Do not confront anybody, and do not try to free somebody by yourself."),
    )


def crisis_line() -> str:
    """The number that this deployment names."""
    return os.environ.get("LAMPLIGHT_CRISIS_LINE") or _("call {call} or text {text}").format(
        call=CRISIS_CALL, text=CRISIS_TEXT
    )


def services(warehouse: Warehouse) -> tuple[Service, ...]:
    """The directory's entries that can be shown to a room; none where no directory is loaded."""
    today = datetime.now(UTC).date()
    # What has not been verified for long stays out of a room: nobody sends a child to a closed door.
    found = [e for e in directory.entries(warehouse, published=True) if not e.stale(today)]
    return tuple(Service(e.name, e.offers, e.phone) for e in found[:MOST_SERVICES])


def service_points(warehouse: Warehouse) -> tuple[str, ...]:
    """Services as points of a slide."""
    return tuple(", ".join(p for p in (s.name, s.what, s.phone) if p) for s in services(warehouse))
