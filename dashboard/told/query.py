"""The page's own choices in a link: what a reader chose, as the widget's label or as the code behind it."""

from collections.abc import Mapping, Sequence

from dashboard.links import slug


def chosen(query: Mapping[str, Sequence[str]], name: str, offered: Mapping[str, str], usual: str) -> str:
    """The key of `offered` (key -> label) that the link names last; the usual one where it names none of them."""
    given = query.get(name) or ()
    text = (given if isinstance(given, str) else given[-1]) if given else ""
    by_label = {label: key for key, label in offered.items()}
    slugs = {slug(label): key for key, label in reversed(list(offered.items()))}
    found = by_label.get(text, slugs.get(slug(text[:200]), text))
    return found if text and found in offered else usual
