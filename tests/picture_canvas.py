"""What is on a drawn picture: its marks, its pixels, and whether its words can be read."""

import io
import itertools

import numpy as np
import plotly.graph_objects as go

from dashboard.pictures import presets, sheet
from tests.picture_figures import figure


def placed(made: sheet.Sheet, gid: str, pair: int | None = None) -> list:
    """The marks of a kind on a canvas, in the order in which they were drawn."""
    axes = [a for a in made.canvas.axes if a.get_zorder() == 0]
    chosen = axes if pair is None else [axes[pair]]
    return [artist for a in chosen for artist in a.get_children() if artist.get_gid() == gid]


def drawn(fig: go.Figure, preset: str = "evidence") -> sheet.Sheet:
    return presets.laid_out(figure(fig), preset)


def pixels(png: bytes) -> np.ndarray:
    """(height, width, 3) of 0 to 255."""
    from matplotlib.image import imread

    return np.rint(imread(io.BytesIO(png), format="png")[:, :, :3] * 255).astype(int)


def assert_readable(made: sheet.Sheet) -> None:
    """Every word lies on the canvas, and none on another."""
    boxes = [(t.get_text(), made.extent(t)) for t in made.texts if t.get_text().strip()]
    for text, box in boxes:
        assert box.left >= 0, text
        assert box.top >= 0, text
        assert box.right <= made.width, text
        assert box.bottom <= made.height, text
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across = min(a.right, b.right) - max(a.left, b.left)
        down = min(a.bottom, b.bottom) - max(a.top, b.top)
        assert across <= 2 or down <= 3, f"“{one}” lies on “{other}”"
