"""What is said around the map of an answer: the study area, the settings, what lies elsewhere. Plain text."""

from dashboard import words
from dashboard.i18n import _
from dashboard.map_places import Scale
from dashboard.maps import shapes
from dashboard.questions.answer import Answer
from dashboard.questions.study import Study


def area(found: Study, noun: tuple[str, str]) -> str:
    """What the places are judged against."""
    n, where = int(found.counts.sum()), words.count(len(found), *found.words)
    return _(
        "{counted} with a place, in {where} from which police reports of any kind came or "
        "which lie in the areas that the sources report from. Places without data are no zeros and "
        "are not in it."
    ).format(counted=words.capital(words.count(n, *noun)), where=where)


def said(made: Answer, found: Study, scale: Scale) -> str:
    """The settings on the figure itself, where a print keeps them."""
    parts = [
        _("{n} in {places}").format(n=words.number(found.counts.sum()), places=words.count(len(found), *found.words))
    ]
    parts += [shapes.across(scale.resolution)] if scale.resolution else []
    parts += [f"{s.name.lower() if len(s.name) > 1 else s.name}: {s.value}" for s in made.settings]
    return _("Settings: {settings}.").format(settings="; ".join(parts))


def elsewhere(found: Study, noun: tuple[str, str]) -> tuple[str, ...]:
    """What lies too far away, or outside."""
    parts = []
    if found.left_out:
        parts.append(
            _(
                "Too far away to be judged together with the rest: {list}. Choose it under “Source” to see "
                "it by itself."
            ).format(list=words.listed(list(found.left_out)))
        )
    if found.outside:
        parts.append(
            _("{outside} {many} lie outside the area that the data cover.").format(
                outside=words.number(found.outside), many=_(noun[1])
            )
        )
    return tuple(parts)


def reading(scale: Scale) -> str:
    """How to read the map of an answer."""
    what = _("a six-sided cell of equal size") if scale.resolution else _("an area")
    return _(
        "Each shape is {what}. The answer is the sentence above the map; the settings say how it was "
        "found. Colours come with patterns, so that a grey print says the same. Click a shape to see "
        "its figures, with Shift (or “Add places”) several. Records known only by area are never "
        "moved into a cell."
    ).format(what=what)
