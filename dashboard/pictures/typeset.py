"""Pictures for a page that is set with their own font: letters are letters there, to be selected and searched."""

from pathlib import Path

from dashboard.figures import Figure
from dashboard.pictures import presets, sheet


def font_folder() -> Path:
    """The folder of the font that pictures are measured in and drawn with."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def draw_bare(figure: Figure, size: tuple[int, int], letters: float | None = None) -> str:
    """As `pictures.draw_bare` as SVG, with text instead of outlines. Only for a page that has the font."""
    import matplotlib

    with sheet.LOCK:
        sheet.width(" ", 1)  # the settings of pictures come first: they are made once
        with matplotlib.rc_context({"svg.fonttype": "none"}):
            return presets.draw_bare(figure, "svg", size, letters).decode("utf-8")
