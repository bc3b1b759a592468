"""Small bars beside a headline number, as HTML: a chart library would be loaded for nothing else."""

import math
from collections.abc import Sequence

from dashboard.escape import html_text
from dashboard.palette import Palette

HEIGHT = 2.6  # rem


def bars(values: Sequence[float], p: Palette, alternative: str) -> str:
    """One bar for each month, from zero; a month that was not collected (nan) is a gap with a dotted foot.

    alternative : what the bars show, for a reader who cannot see them. Returns "" where no month has any.
    """
    known = [v for v in values if not math.isnan(v)]
    if not known or not max(known):
        return ""
    top = max(known)
    cells = "".join(_bar(v, top, p) for v in values)
    return (
        f'<div role="img" aria-label="{html_text(alternative)}" style="display:flex;gap:2px;align-items:flex-end;'
        f'height:{HEIGHT}rem">{cells}</div>'
    )


def _bar(value: float, top: float, p: Palette) -> str:
    if math.isnan(value):
        return f'<span style="flex:1;border-bottom:2px dotted {p.unknown}"></span>'
    if not value:
        return f'<span style="flex:1;height:1px;background:{p.quiet}"></span>'
    return f'<span style="flex:1;height:{max(100 * value / top, 4):.1f}%;background:{p.count}"></span>'
