"""The panel of the keys, which `?` and a button at the foot of each page open. `static/page.js` acts on the keys.

The single keys can be turned off: whoever speaks to the computer would press them by talking (WCAG 2.1.4).
"""

EVERYWHERE = (
    (("/",), "Jump to the filters"),
    (("?",), "Show or hide these keys"),
    (("Tab", "Shift Tab"), "Next or previous control; words with a dotted underline say what they mean"),
    (("Enter", "Space"), "Press a button, open a list"),
    (("↑", "↓"), "Move in an open list"),
    (("Esc",), "Close a list, a panel or an explanation"),
)
ON_THE_MAP = (
    (("↑", "↓", "←", "→"), "Move the map, once it has the focus"),
    (("+", "−"), "Zoom in, zoom out"),
    (("Space",), "Play or pause, in the player"),
    (("←", "→"), "One step back or on, in the player"),
    (("Enter",), "While drawing an area: put a corner in the middle; again on the same spot: finish"),
    (("Esc",), "Stop drawing"),
)


def panel() -> str:
    """The panel as HTML: a dialog that stays closed until a key or the button opens it."""
    return (
        '<dialog class="lamplight-card lamplight-keys" aria-labelledby="lamplight-keys-title">'
        f'<p role="heading" aria-level="2" id="lamplight-keys-title">Keys</p>{_listed(EVERYWHERE)}'
        f'<p role="heading" aria-level="3">On the map</p>{_listed(ON_THE_MAP)}'
        '<label><input type="checkbox" class="lamplight-keys-on" checked> Use the keys / and ?</label>'
        '<button type="button" class="lamplight-button lamplight-keys-close">Close</button></dialog>'
    )


def button() -> str:
    """The button that opens the panel, for readers without the key."""
    return '<button type="button" class="lamplight-quiet lamplight-keys-open" aria-haspopup="dialog">Keys</button>'


def _listed(rows: tuple[tuple[tuple[str, ...], str], ...]) -> str:
    shown = ((" ".join(f"<kbd>{key}</kbd>" for key in pressed), text) for pressed, text in rows)
    return "<dl>" + "".join(f"<div><dt>{pressed}</dt><dd>{text}</dd></div>" for pressed, text in shown) + "</dl>"
