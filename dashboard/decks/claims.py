"""What somebody's own sentence claims, what of the figures that rested on when it was written, and whether it holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.dates import exact
from dashboard.decks.facts import LEAD, NUMBER, TOTAL, Facts, numbers_in
from dashboard.i18n import _

ROSE = (
    *("rose", "risen", "rise", "rises", "rising", "increased", "increase", "increasing", "grew", "grown", "growing"),
    *("climbed", "doubled", "subió", "subieron", "aumentó", "aumentaron", "creció", "crecieron"),
)
FELL = (
    *("fell", "fallen", "fall", "falls", "falling", "decreased", "decrease", "decreasing", "dropped", "drop"),
    *("declined", "decline", "shrank", "halved", "bajó", "bajaron", "disminuyó", "disminuyeron", "cayó", "cayeron"),
)
SAME = ("unchanged", "stable", "steady", "estable")
NOT = ("not", "no", "never", "hardly", "nor", "ni")
_WORD = re.compile(r"[^\W\d_]+")
_PAIR = re.compile(r"\bthe same\b|\bel mismo\b|\blo mismo\b|\bigual\b", re.IGNORECASE)


@dataclass(frozen=True)
class Doubt:
    """One claim that the figures do not say (now). said : as the sentence has it. why : in a sentence."""

    said: str
    why: str


def rests_on(sentence: str, facts: Facts) -> tuple[dict[str, Any], ...]:
    """What each number and each direction of a sentence rests on, to be kept with it.

    A number: the names of the facts that have it. A direction: what the figures said of it then.
    """
    found: list[dict[str, Any]] = []
    for value, text in _numbers(sentence):
        names = [name for name, values in facts.numbers.items() if value in values]
        found.append({"said": text, "value": value, "on": names})
    found += [{"said": text, "direction": way, "is": same} for text, way, same in _directions(sentence)]
    return tuple(found)


def doubts(sentence: str, rests: tuple[Mapping[str, Any], ...], facts: Facts) -> tuple[Doubt, ...]:
    """The claims that do not hold by the facts of now. rests : as kept when the sentence was written."""
    found = []
    for claim in rests:
        if str(claim["said"]) not in sentence:
            continue
        doubt = _direction_doubt(claim, facts) if "direction" in claim else _number_doubt(sentence, claim, facts)
        if doubt:
            found.append(Doubt(str(claim["said"]), doubt))
    return tuple(found)


def _number_doubt(sentence: str, claim: Mapping[str, Any], facts: Facts) -> str:
    if not claim["on"]:
        return _("this number is not in the figure, so it cannot be checked here")
    held = [name for name in claim["on"] if claim["value"] in facts.numbers.get(name, ())]
    moving = [name for name in claim["on"] if name == LEAD or name.startswith(TOTAL)]
    # A sentence that names its period (“in 2024”) stays true of it when the newest period moves on.
    named = [name for name in held if name not in moving and name.split(" ")[0].rstrip(":") in sentence]
    if named or (held and not moving) or any(name in held for name in moving):
        return ""
    now = [(name, facts.numbers[name]) for name in claim["on"] if facts.numbers.get(name)]
    said = "; ".join(f"{_name(name)}: {', '.join(map(exact, values))}" for name, values in now[:2])
    return _("the figures now say {now}").format(now=said) if said else _("the figures do not say it any more")


def _name(name: str) -> str:
    return _("the headline") if name == LEAD else name.removeprefix(TOTAL).strip()


def _direction_doubt(claim: Mapping[str, Any], facts: Facts) -> str:
    if not facts.direction:
        return _("the figures do not compare the last two periods")
    if (facts.direction == claim["direction"]) == claim["is"]:
        return ""
    said = {"rose": _("rose"), "fell": _("fell"), "same": _("about the same")}[str(facts.direction)]
    return _("the figures say: {now}").format(now=said)


def _numbers(sentence: str) -> list[tuple[float, str]]:
    found = []
    for match in NUMBER.finditer(sentence):
        if values := numbers_in(match[0]):
            found.append((values[0], match[0]))
    return found


def _directions(sentence: str) -> list[tuple[str, str, bool]]:
    found = []
    seen = _WORD.findall(sentence)
    for at, word in enumerate(seen):
        way = next((w for w, of in (("rose", ROSE), ("fell", FELL), ("same", SAME)) if word.casefold() in of), "")
        if way:
            before = [w.casefold() for w in seen[max(0, at - 2) : at]]
            found.append((word, way, not any(w in NOT for w in before)))
    return found + [(match[0], "same", True) for match in _PAIR.finditer(sentence)]
