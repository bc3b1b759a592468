"""How large a text can be in a box: Arial's widths, estimated on the wide side, so that nothing is cut."""

from collections.abc import Sequence

POINT = 1 / 72  # inches
LEADING = 1.2  # height of a line, in sizes
_SLIM, _WIDE, _CAPITAL, _OTHER = 0.3, 0.9, 0.7, 0.56  # widths of characters, in sizes
_SLIM_ONES, _WIDE_ONES = frozenset(" .,;:'|!ijltfr()[]-/"), frozenset("mwMW%@—…")


def width(text: str, size: float) -> float:
    """Inches that a line takes at a size in points."""
    ems = sum(_SLIM if c in _SLIM_ONES else _WIDE if c in _WIDE_ONES or ord(c) > 0x2E80 else
              _CAPITAL if c.isupper() else _OTHER for c in text)  # fmt: skip
    return ems * size * POINT


def lines(text: str, size: float, room: float) -> int:
    """Lines that a text takes in a box `room` inches wide; a word that is longer than a line takes several."""
    count, used = 1, 0.0
    for word in text.split():
        need = width(word, size)
        if used and used + width(" ", size) + need <= room:
            used += width(" ", size) + need
            continue
        count += 1 if used else 0
        count, used = count + int(need // room), need % room if need > room else need
    return count


def height(texts: Sequence[str], size: float, room: float, gap: float = 0.0) -> float:
    """Inches that paragraphs take; gap : between two, in sizes."""
    rows = sum(lines(text, size, room) for text in texts)
    return (rows * LEADING + gap * max(len(texts) - 1, 0)) * size * POINT


def largest(texts: Sequence[str], sizes: Sequence[float], room: float, most: float, gap: float = 0.0) -> float:
    """The first of some sizes (the largest first) at which paragraphs are at most `most` inches high; else the last."""
    return next((size for size in sizes if height(texts, size, room, gap) <= most), sizes[-1])


def shortened(text: str, size: float, room: float, most: int) -> str:
    """A text in at most some lines, cut at a word with an ellipsis."""
    if lines(text, size, room) <= most:
        return text
    words = text.split()
    while words and lines(" ".join(words) + " …", size, room) > most:
        words.pop()
    return " ".join(words) + " …"
