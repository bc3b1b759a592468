"""The panel of the keys, which `?` and a button at the foot of each page open. `static/page.js` acts on the keys.

The single keys can be turned off: whoever speaks to the computer would press them by talking (WCAG 2.1.4).
"""

from dashboard.i18n import N_, _

EVERYWHERE = (
    (("/",), N_("Jump to the filters")),
    (("?",), N_("Show or hide these keys")),
    ((N_("Tab"), N_("Shift Tab")), N_("Next or previous control; words with a dotted underline say what they mean")),
    ((N_("Enter"), N_("Space")), N_("Press a button, open a list")),
    (("↑", "↓"), N_("Move in an open list")),
    ((N_("Esc"),), N_("Close a list, a panel or an explanation")),
    ((N_("Shift"),) * 3, N_("Quick exit: leave this page at once")),
)
ON_THE_MAP = (
    (("↑", "↓", "←", "→"), N_("Move the map, once it has the focus")),
    (("+", "−"), N_("Zoom in, zoom out")),
    ((N_("Space"),), N_("Play or pause, in the player")),
    (("←", "→"), N_("One step back or on, in the player")),
    ((N_("Enter"),), N_("While drawing an area: put a corner in the middle; again on the same spot: finish")),
    ((N_("Esc"),), N_("Stop drawing")),
)


def panel() -> str:
    """The panel as HTML: a dialog that stays closed until a key or the button opens it."""
    return (
        '<dialog class="lamplight-card lamplight-keys" aria-labelledby="lamplight-keys-title">'
        f'<p role="heading" aria-level="2" id="lamplight-keys-title">{_("Keys")}</p>{_listed(EVERYWHERE)}'
        f'<p role="heading" aria-level="3">{_("On the map")}</p>{_listed(ON_THE_MAP)}'
        f'<label><input type="checkbox" class="lamplight-keys-on" checked> {_("Use the keys / and ?")}</label>'
        f'<button type="button" class="lamplight-button lamplight-keys-close">{_("Close")}</button></dialog>'
    )


def button() -> str:
    """The button that opens the panel, for readers without the key."""
    said = _("Keys")
    return f'<button type="button" class="lamplight-quiet lamplight-keys-open" aria-haspopup="dialog">{said}</button>'


def _listed(rows: tuple[tuple[tuple[str, ...], str], ...]) -> str:
    shown = ((" ".join(f"<kbd>{_(key)}</kbd>" for key in pressed), text) for pressed, text in rows)
    return "<dl>" + "".join(f"<div><dt>{pressed}</dt><dd>{_(text)}</dd></div>" for pressed, text in shown) + "</dl>"
