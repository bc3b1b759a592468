"""A briefing for the room: a deck of figures becomes a presentation with native, editable charts, or a tagged pdf.

Made on the server, offline, without a browser. The same deck gives the same bytes.
"""

from collections.abc import Callable
from contextvars import copy_context

from dashboard import i18n
from dashboard.briefing.deck import PRESETS, Deck, Preset, Slide

__all__ = ["PRESETS", "Deck", "Preset", "Slide", "pdf", "pptx"]


def pptx(deck: Deck, preset: Preset = "slide") -> bytes:
    """The deck as a presentation (.pptx), its charts native and its maps pictures.

    preset : "slide" has few words on each slide; "evidence" states everything beside the figure. The notes have all in
    both. Raises ValueError for a preset that is not there.
    """
    from dashboard.briefing import powerpoint

    _known(preset)
    return _in_its_language(deck, lambda: powerpoint.written(deck, preset))


def pdf(deck: Deck, preset: Preset = "evidence") -> bytes:
    """The deck as a tagged pdf, a page a slide, with everything stated unless the preset is "slide".

    Raises ValueError for a preset that is not there.
    """
    from dashboard.briefing import paper

    _known(preset)
    return _in_its_language(deck, lambda: paper.written(deck, preset))


def _in_its_language(deck: Deck, make: Callable[[], bytes]) -> bytes:
    """The words around the figures are in the language of the deck, whoever asks for it."""
    context = copy_context()
    if i18n.language() != deck.language:
        context.run(i18n.speak, deck.language)
    return context.run(make)


def _known(preset: str) -> None:
    if preset not in PRESETS:
        raise ValueError(f"A briefing cannot be made this way. Use one of: {', '.join(PRESETS)}.")
