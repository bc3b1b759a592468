"""What a briefing is made of, before anybody knows whether it becomes slides or paper."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from dashboard.escape import plain
from dashboard.figures import Figure
from dashboard.i18n import LANGUAGES

Preset = Literal["slide", "evidence"]
PRESETS: tuple[Preset, ...] = ("slide", "evidence")
REGIONS = {"en": "en-US", "es": "es-US"}


@dataclass(frozen=True)
class Slide:
    """One slide.

    title : the answer; left empty, the figure's own. sentence : what to say about it. figure : what it shows, if
    anything. points : short sentences in a list. note : for the speaker only.
    """

    title: str
    sentence: str = ""
    figure: Figure | None = None
    points: tuple[str, ...] = ()
    note: str = ""

    @property
    def heading(self) -> str:
        """The title, or what the figure says of itself."""
        return plain(self.title) or (plain(self.figure.title) if self.figure else "")


@dataclass(frozen=True)
class Deck:
    """A briefing: a title slide and the slides behind it.

    as_of : the last day that the figures know of, None where no source prints one. release : id of the public release,
    empty on records. restricted : drawn from records, so every slide says so. language : a key of i18n.LANGUAGES.
    fictional : every record is invented, and every slide says so.
    Raises ValueError for a language that is not there.
    """

    title: str
    subtitle: str = ""
    slides: tuple[Slide, ...] = ()
    as_of: date | None = None
    release: str = ""
    restricted: bool = False
    language: str = "en"
    fictional: bool = False

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError(f"A briefing cannot be in this language. Use one of: {', '.join(LANGUAGES)}.")

    @property
    def secret(self) -> bool:
        """Whether anything in it is drawn from records."""
        return self.restricted or any(s.figure is not None and s.figure.about.restricted for s in self.slides)


def region(deck: Deck) -> str:
    """The language as files name it: `en-US`."""
    return REGIONS.get(deck.language, deck.language)
