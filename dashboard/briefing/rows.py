"""How wide the columns of a table are, and how high its rows."""

from collections.abc import Sequence

from dashboard.briefing import fit

SIZE, SMALL = 14, 12
MANY = 10  # columns of a grid; more are written smaller
ROW, LOW = 0.36, 0.27  # inches of a row, at least; of one in a grid of shades
PAD = 0.08
NARROWEST = 0.9  # inches of a column


def columns_that_fit(room: float) -> int:
    """How many columns can be read side by side."""
    return int(room // NARROWEST)


def widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], room: float, size: float = SIZE, wider: float = 1.0
) -> list[float]:
    """Inches of each column: what its texts ask for, within its share of the room, the rest given to all alike."""
    asked = [max(fit.width(text, size) * wider for text in column) + 2 * PAD + 0.1
             for column in zip(heads, *rows, strict=True)]  # fmt: skip
    asked = [max(NARROWEST, min(need, room * 0.5)) for need in asked]
    spare = room - sum(asked)
    if spare < 0:
        return [need * room / sum(asked) for need in asked]
    # A narrow table stays narrow: eyes do not have to travel.
    return [need + min(spare / len(asked), 0.6) for need in asked]


def heights(
    heads: Sequence[str], rows: Sequence[Sequence[str]], room: float, size: float = SIZE, wider: float = 1.0
) -> list[float]:
    """Inches that the head and each row take."""
    each = widths(heads, rows, room, size, wider)
    return [height(line, each, size, wider) for line in [heads, *rows]]


def height(
    texts: Sequence[str], each: Sequence[float], size: float = SIZE, wider: float = 1.0, least: float = ROW
) -> float:
    """Inches that a row takes."""
    most = max(fit.lines(text, size, (w - 2 * PAD) / wider) for text, w in zip(texts, each, strict=True))
    return max(least, most * size * fit.POINT * fit.LEADING + 0.1)


def grid(
    names: Sequence[str], columns: Sequence[str], corner: str, room: tuple[float, float], wider: float = 1.0
) -> tuple[list[float], list[float]]:
    """Widths and heights of a grid of shades that fills its room: the column of names and its head included."""
    size = SMALL if len(columns) > MANY else SIZE
    first = min(max(fit.width(name, size) * wider for name in (*names, corner)) + 2 * PAD + 0.1, room[0] * 0.3)
    each = [first] + [(room[0] - first) / len(columns)] * len(columns)
    heads = height([corner, *(name.removesuffix(":00") for name in columns)], each, size, wider, LOW)
    high = [heads, *(height([name], each[:1], size, wider, LOW) for name in names)]
    grow = min(max((room[1] - sum(high)) / len(high), 0), 0.4)
    return each, [one + grow for one in high]


def in_cells(texts: Sequence[Sequence[str]], wide: float, wider: float = 1.0) -> float:
    """The size of the numbers of a grid with many columns, in points; 0 where they would run into each other."""
    longest = max((text for line in texts for text in line), key=len, default="")
    return next((size for size in (12, 11, 10) if fit.width(longest, size) * wider + 0.04 <= wide), 0)
