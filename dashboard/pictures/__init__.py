"""Figures and maps as pictures, drawn on the server: no browser, no network, no screen.

`draw` gives the whole figure with its words, `draw_bare` only the plot or the map, for a slide that has words of its
own. The same figure gives the same bytes. Importing this package costs nothing: matplotlib comes with the first draw.
"""

from typing import Literal

from dashboard.figures import Figure

Form = Literal["png", "svg"]
Preset = Literal["slide", "evidence"]
Size = tuple[int, int]

FORMS: tuple[Form, ...] = ("png", "svg")
PRESETS: tuple[Preset, ...] = ("slide", "evidence")


class PictureError(ValueError):
    """A figure that cannot be drawn, in a sentence that names what is not known here."""


def draw(figure: Figure, form: Form = "png", preset: Preset = "evidence", size: Size | None = None) -> bytes:
    """The picture of a figure with its words, as the bytes of a file.

    preset : "slide" has few words, to be read from the back row; "evidence" states everything. size : (width, height)
    in pixels; left out, a slide is 1920 by 1080, and evidence is 1600 wide and as high as its words need.
    A figure of records (`figure.about.restricted`) has a coloured frame and says so, in both.

    Raises PictureError for a kind of trace that is not known here, ValueError for a form or preset that is not there.
    """
    from dashboard.pictures import presets

    _one_of(form, FORMS)
    _one_of(preset, PRESETS)
    return presets.draw(figure, form, preset, size)


def draw_bare(figure: Figure, form: Form = "png", size: Size = (1600, 900), letters: float | None = None) -> bytes:
    """Only what is drawn: the plot, or the map with its legend, scale and north. Whoever places it adds the words.

    letters : height in pixels of ordinary type, where the place is narrower than a slide; smaller if it would not fit.

    Raises as `draw`. It has no frame: a restricted figure needs that of the slide or the page that it is put on.
    """
    from dashboard.pictures import presets

    _one_of(form, FORMS)
    return presets.draw_bare(figure, form, size, letters)


def _one_of(value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"There is no picture of this kind. Use one of: {', '.join(allowed)}.")
