"""One figure as a value: what a page draws, what a slide shows, what a picture prints and what an export holds.

Built without a screen, so that the same figure stands on the page, in the briefing and in a file, number for number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dashboard.maps.styles import ClassStyle


@dataclass(frozen=True)
class About:
    """What a figure rests on, each in words for people.

    unit : the unit of count (`Incidents of human trafficking`). filters : the view in a sentence. as_of : the last day
    that its sources know of; None where they print none. sources : their titles. caveat : what it cannot tell.
    release : the id of the public release; empty on records. restricted : drawn from records, so it must say so.
    link : path and query of the view, without a host. fictional : every record is invented, which must be said too.
    """

    unit: str = ""
    filters: str = ""
    as_of: date | None = None
    sources: tuple[str, ...] = ()
    caveat: str = ""
    release: str = ""
    restricted: bool = False
    link: str = ""
    fictional: bool = False


@dataclass(frozen=True)
class MapPicture:
    """Places and how they look; enough to draw them with or without a browser.

    places : one row is a place, with columns id, name, label, n, shape (WKB of a polygon in degrees, or None for a
    cell whose outline its H3 id gives), cls (index into looks; -1 is drawn as an outline only).
    looks : of each class, in the order of the legend. counts : places in each class. legend : its title.
    outlines : names and WKB shapes of areas drawn behind, for orientation. empty : what a place without a class means.
    """

    places: pd.DataFrame
    looks: "tuple[ClassStyle, ...]"
    counts: Sequence[int] = ()
    legend: str = ""
    outlines: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"name": [], "shape": []}))
    empty: str = ""


@dataclass(frozen=True)
class Figure:
    """One figure of one view.

    key : unique on its page; names the download too. title : the answer, a sentence made from the data.
    subtitle : unit of count, period and filters. drawn : a plotly figure, a map, or None where the table is the figure.
    table : the twin, with column names for people; `missing` is what an empty cell means.
    caption : what it rests on and cannot tell. reading : how to read it. All plain text: escape it where it is shown.
    """

    key: str
    title: str
    subtitle: str
    drawn: "go.Figure | MapPicture | None"
    table: pd.DataFrame
    caption: str = ""
    reading: str = ""
    missing: str = "–"
    about: About = field(default_factory=About)

    @property
    def text(self) -> str:
        """What the figure says, for those who do not see it."""
        return " ".join(part.strip() for part in (self.title, self.subtitle) if part.strip())


@dataclass(frozen=True)
class Nothing:
    """Where a figure would be: why there is none, in plain text.

    key : as the figure's would be. filters : whether other filters would help, so that a page offers to reset them.
    """

    key: str
    title: str
    sentence: str
    filters: bool = False
