"""What is counted, as people say it. Pure."""

from collections.abc import Mapping

from dashboard import words
from dashboard.i18n import _, ngettext


class Noun(tuple[str, str]):
    """One thing and many, in English: what `words.count` takes. The catalogue has it, and "no things" too."""

    __slots__ = ()

    def __new__(cls, one: str, many: str) -> "Noun":
        """A pair."""
        return super().__new__(cls, (one, many))


NOUNS: Mapping[str, tuple[str, str]] = {
    "incidents": Noun("incident", "incidents"),
    "victims": Noun("victim", "victims"),
    # Some are children, so not all are called suspects: see codes.SUSPECT_CLASS.
    "suspects": Noun("person recorded as offender", "people recorded as offenders"),
    "offences": Noun("offence", "offences"),
    "signals": Noun("signal", "signals"),
    "cases": Noun("hotline case", "hotline cases"),
    "published_cases": Noun("published case", "published cases"),
}


def counted(n: float, unit: str) -> str:
    """`412 incidents`."""
    return words.count(n, *NOUNS[unit])


def nouns(unit: str) -> str:
    """What is counted, as many: `incidents`."""
    return _(NOUNS[unit][1])


def said(unit: str, n: float) -> str:
    """`{counted} reported {span}`. A message for each unit, because in other languages the verb follows its noun."""
    if unit == "incidents":
        return ngettext("{counted} reported {span}", "{counted} reported {span}", n)
    if unit in ("victims", "suspects"):
        return ngettext("{counted} recorded {span}", "{counted} recorded {span}", n)
    if unit == "offences":
        return ngettext("{counted} returned by agencies {span}", "{counted} returned by agencies {span}", n)
    if unit == "signals":
        return ngettext("{counted} received {span}", "{counted} received {span}", n)
    if unit == "cases":
        return ngettext("{counted} opened {span}", "{counted} opened {span}", n)
    return ngettext("{counted} published {span}", "{counted} published {span}", n)


def titled(unit: str, n: float) -> str:
    """`{counted} reported, {span}`, for the title of a series."""
    if unit == "incidents":
        return ngettext("{counted} reported, {span}", "{counted} reported, {span}", n)
    if unit in ("victims", "suspects"):
        return ngettext("{counted} recorded, {span}", "{counted} recorded, {span}", n)
    if unit == "offences":
        return ngettext("{counted} returned by agencies, {span}", "{counted} returned by agencies, {span}", n)
    if unit == "signals":
        return ngettext("{counted} received, {span}", "{counted} received, {span}", n)
    if unit == "cases":
        return ngettext("{counted} opened, {span}", "{counted} opened, {span}", n)
    return ngettext("{counted} published, {span}", "{counted} published, {span}", n)
