"""What protected figures may say: how far they are off, what a 0 is, and when a difference is more than rounding.

A published 0 stands for 0 to K-1. A change is told only where neither chance nor rounding explains it.
"""

from collections.abc import Sequence

from dashboard import stories, words
from dashboard.analysis import change
from dashboard.cubes import Cube
from dashboard.i18n import N_, _, ngettext

FEW = N_("few or none")
# By area there is more that a 0 can be: a cell whose records come from too few locations is published without a place.
FEW_HERE = N_("few, none or place not shown")
NOT_COLLECTED = N_("not collected")
LEVEL = 0.95


def number(n: float) -> str:
    """A published count in prose; 0 is `few or none`."""
    return words.number(n) if n else _(FEW)


def counted(n: float, unit: str) -> str:
    """`412 incidents`, `few or no incidents`."""
    return stories.counted(n, unit) if n else _("few or no {things}").format(things=stories.nouns(unit))


def margin(cube: Cube, order: int, *counts: float) -> float:
    """How far apart two published counts can lie though the true ones are alike: each is off by up to its error.

    Where one of them is 0, or no error is published, each can be off by K-1.
    """
    error = cube.error(order)
    worst = max(cube.base - 1, 0)
    each = max(error[1], worst) if error and not all(counts) else error[1] if error else worst
    return 2.0 * each


def verdict(before: float, after: float, cube: Cube, order: int, level: float = LEVEL) -> change.Verdict:
    """`rose` or `fell` only where the difference exceeds both the rounding error and chance."""
    if abs(after - before) <= margin(cube, order, before, after):
        return "same"
    return change.compare(before, after, level=level).verdict


def versus(before: float, after: float, cube: Cube, order: int, earlier: str) -> str:
    """The later count beside the earlier one: `18% more than in 2024 (1,050)`, `about the same as in 2024 (398)`."""
    found = verdict(before, after, cube, order)
    put = {"earlier": earlier, "was": number(before)}
    if not before and not after:
        return _("few or none in {earlier} either").format(**put)
    more = found == "rose"
    if found == "same":
        near = before and 0.8 <= after / before <= 1.25
        said = _("about the same as in {earlier} ({was})") if near else _("too close to tell from {earlier} ({was})")
    elif min(before, after) < words.PERCENT_FROM:
        said = _("more than in {earlier} ({was})") if more else _("fewer than in {earlier} ({was})")
    elif after / before >= words.FOLD:
        put["times"] = words.decimal(after / before, 1)
        said = _("{times} times {earlier} ({was})")
    else:
        put["share"] = words.rate(abs(after / before - 1) * 100)
        said = _("{share} more than in {earlier} ({was})") if more else _("{share} fewer than in {earlier} ({was})")
    return said.format(**put)


def went(subject: str, before: float, after: float, found: change.Verdict) -> str:
    """`Reports of forced labour rose (120 to 260).` For a verdict that is not `same`."""
    rose = found == "rose"
    said = _("{subject} rose ({before} to {after}).") if rose else _("{subject} fell ({before} to {after}).")
    return said.format(subject=subject, before=number(before), after=number(after))


def typically(cube: Cube, order: int) -> str:
    """How far the figures of one chart are off; what every caption begins with."""
    if not cube.protected:
        return _("Printed by the publisher: not rounded here.")
    error = cube.error(order)
    if error is None:
        return _("Protected: rounded to protect people.")
    if not error[1]:
        return _("Protected: rounded to protect people; nearly all of its totals came out unchanged.")
    return _("Protected: rounded to protect people; typically off by up to {most} (median {median}).").format(
        most=words.exact(error[1]), median=words.exact(error[0])
    )


# Why periods are as long as they are; a month needs no reason. A sentence each: "by year" has no one translation.
_GRAINS = {
    "quarter": N_("Shown by quarter, because counts are small."),
    "half": N_("Shown by half-year, because counts are small."),
    "year": N_("Shown by year, because counts are small."),
    "years2": N_("Shown by periods of two years, because counts are small."),
    "years3": N_("Shown by periods of three years, because counts are small."),
    "years5": N_("Shown by periods of five years, because counts are small."),
    "all": N_("Shown as one total, because counts are small."),
}


def grain(cube: Cube) -> str:
    """Why periods are as long as they are."""
    return _(_GRAINS[cube.grain]) if cube.protected and cube.grain in _GRAINS else ""


def zero(cube: Cube, place: bool = False) -> str:
    """What a low, hatched mark is. place : in figures by area, or narrowed to some."""
    if place:
        return _(
            "Hatched is “{few}”: 0 to {most}, or records that come from too few locations or from an area with too "
            "few residents to say where."
        ).format(few=_(FEW_HERE), most=cube.base - 1)
    return _("A low outlined mark is “{few}”: 0 to {most}, never told apart.").format(few=_(FEW), most=cube.base - 1)


def elsewhere(named: Sequence[str], every: bool) -> str:
    """That some sources (every : all of the view's) are open data, so that rounding them here protects nobody."""
    if not named:
        return ""
    if every:
        return _("All of this is published exactly by its own publisher, so it is rounded but not protected.")
    return ngettext(
        "{names} is published exactly by its own publisher, so it is rounded but not protected.",
        "{names} are published exactly by its own publisher, so it is rounded but not protected.",
        len(named),
    ).format(names=words.listed(list(named), most=3))


def no_map(cube: Cube) -> str:
    """Why there is no map of a unit of count."""
    return _(
        "{things} are published without places: split by area, too many counts would be below {base} and have to be "
        "altered."
    ).format(things=words.capital(_(cube.unit)), base=cube.base)


def leading(names: list[str], counts: list[int], cube: Cube, order: int, unit: str, what: str) -> str:
    """The largest group, where it is larger by more than rounding and chance. names and counts : known codes only."""
    put = {"things": stories.nouns(unit), "what": _(what)}
    ranked = sorted(((n, name) for name, n in zip(names, counts, strict=True) if n), key=lambda r: -r[0])
    if not ranked:
        return _("Few or none of these {things} have a known {what}").format(**put)
    whole = sum(n for n, _name in ranked)
    put |= {"whole": words.number(whole), "name": words.lower_first(ranked[0][1])}
    put["first"] = words.number(ranked[0][0])
    if len(ranked) == 1:
        return _("All published {things} with a known {what}: {name} ({whole})").format(**put)
    if verdict(ranked[1][0], ranked[0][0], cube, order) == "rose":
        if min(ranked[0][0], whole) < words.PERCENT_FROM:
            return _("Most often {name}: {first} of {whole} {things} with a known {what}").format(**put)
        put["share"] = words.percent(ranked[0][0], whole)
        return _("Most often {name}: {share} of {whole} {things} with a known {what}").format(**put)
    put |= {"second": words.number(ranked[1][0]), "other": words.lower_first(ranked[1][1])}
    return _("Most often {name} or {other} ({first} and {second} {things})").format(**put)
