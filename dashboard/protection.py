"""What protected figures may say: how far they are off, what a 0 is, and when a difference is more than rounding.

A published 0 stands for 0 to K-1. A change is told only where neither chance nor rounding explains it.
"""

from collections.abc import Sequence

from dashboard import stories, words
from dashboard.analysis import change
from dashboard.cubes import Cube

FEW = "few or none"
# By area there is more that a 0 can be: a cell whose records come from too few locations is published without a place.
FEW_HERE = "few, none or place not shown"
NOT_COLLECTED = "not collected"
LEVEL = 0.95


def number(n: float) -> str:
    """A published count in prose; 0 is `few or none`."""
    return words.number(n) if n else FEW


def counted(n: float, unit: str) -> str:
    """`412 incidents`, `few or no incidents`."""
    return stories.counted(n, unit) if n else f"few or no {stories.NOUNS[unit][1]}"


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
    if not before and not after:
        return f"{FEW} in {earlier} either"
    if found == "same":
        near = before and 0.8 <= after / before <= 1.25
        same = "about the same as in" if near else "too close to tell from"
        return f"{same} {earlier} ({number(before)})"
    more = "more" if found == "rose" else "fewer"
    if min(before, after) < words.PERCENT_FROM:
        return f"{more} than in {earlier} ({number(before)})"
    if after / before >= words.FOLD:
        return f"{after / before:.1f} times {earlier} ({number(before)})"
    return f"{abs(after / before - 1) * 100:.0f}% {more} than in {earlier} ({number(before)})"


def went(subject: str, before: float, after: float, found: change.Verdict) -> str:
    """`Reports of forced labour rose (120 to 260).` For a verdict that is not `same`."""
    return f"{subject} {found} ({number(before)} to {number(after)})."


def typically(cube: Cube, order: int) -> str:
    """How far the figures of one chart are off; what every caption begins with."""
    if not cube.protected:
        return "Printed by the publisher: not rounded here."
    error = cube.error(order)
    if error is None:
        return "Protected: rounded to protect people."
    if not error[1]:
        return "Protected: rounded to protect people; nearly all of its totals came out unchanged."
    return f"Protected: rounded to protect people; typically off by up to {error[1]:,} (median {error[0]:,})."


def grain(cube: Cube) -> str:
    """Why periods are as long as they are."""
    if cube.grain == "month" or not cube.protected:
        return ""
    if cube.grain == "all":
        return "Shown as one total, because counts are small."
    if cube.coarse:
        return f"Shown by periods of {cube.grain_words}, because counts are small."
    return f"Shown by {cube.grain_words}, because counts are small."


def zero(cube: Cube, place: bool = False) -> str:
    """What a low, hatched mark is. place : in figures by area, or narrowed to some."""
    if place:
        return (
            f"Hatched is “{FEW_HERE}”: 0 to {cube.base - 1}, or records that come from too few locations or from an "
            "area with too few residents to say where."
        )
    return f"A low outlined mark is “{FEW}”: 0 to {cube.base - 1}, never told apart."


def elsewhere(named: Sequence[str], every: bool) -> str:
    """That some sources (every : all of the view's) are open data, so that rounding them here protects nobody."""
    if not named:
        return ""
    verb = "is" if len(named) == 1 else "are"
    what = "All of this" if every else words.listed(list(named), most=3)
    return (
        f"{what} {'is' if every else verb} published exactly by its own publisher, so it is rounded but not protected."
    )


def no_map(cube: Cube) -> str:
    """Why there is no map of a unit of count."""
    return (
        f"{cube.unit.capitalize()} are published without places: split by area, too many counts would be below "
        f"{cube.base} and have to be altered."
    )


def leading(names: list[str], counts: list[int], cube: Cube, order: int, unit: str, what: str) -> str:
    """The largest group, where it is larger by more than rounding and chance. names and counts : known codes only."""
    many = stories.NOUNS[unit][1]
    ranked = sorted(((n, name) for name, n in zip(names, counts, strict=True) if n), key=lambda r: -r[0])
    if not ranked:
        return f"{FEW.capitalize()} of these {many} have a known {what}"
    whole = sum(n for n, _ in ranked)
    first = words.lower_first(ranked[0][1])
    if len(ranked) == 1:
        return f"All published {many} with a known {what}: {first} ({words.number(whole)})"
    if verdict(ranked[1][0], ranked[0][0], cube, order) == "rose":
        share = words.percent(ranked[0][0], whole)
        of = f" of {words.number(whole)}" if share.endswith("%") else ""
        return f"Most often {first}: {share}{of} {many} with a known {what}"
    second = words.lower_first(ranked[1][1])
    return f"Most often {first} or {second} ({words.number(ranked[0][0])} and {words.number(ranked[1][0])} {many})"
