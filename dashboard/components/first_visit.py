"""Help in five short paragraphs: what this is, what it is not, how to read its maps, where help is, how to leave.

Shown on a first visit and whenever the button at the foot of a page asks for it. Only the browser remembers that it was
read. It lies over the foot of the page, so nothing moves when it goes, and it is hidden until `static/page.js` has
looked whether this browser has seen it: whoever comes back never sees it flash.
"""

from dashboard.escape import html_text
from dashboard.i18n import N_, _

WHAT = N_("Reports of human trafficking in this area, from police and nonprofits, counted by time, place and kind.")
NOT = N_(
    "It does not show how much trafficking there is: reports come from where people look. It is "
    "not a tool to look for a person."
)
MAPS = N_(
    "A darker shade is more reports. A hotspot has more reports around it than chance explains; it is not a place to "
    "fear, and a place without a shade is not free of harm."
)
LEAVE = N_(
    "Quick exit, at the top of each page, or Shift pressed three times, opens a page about the weather in its place. "
    "The browser still remembers its history."
)


def panel(help_line: str) -> str:
    """The panel as HTML. help_line : the sentence with the crisis line."""
    lines = (
        (_("What this is"), _(WHAT)),
        (_("What it is not"), _(NOT)),
        (_("How to read a hotspot map"), _(MAPS)),
        (_("Help"), help_line),
        (_("Leaving quickly"), _(LEAVE)),
    )
    said = "".join(f"<p><strong>{title}.</strong> {html_text(text)}</p>" for title, text in lines)
    return (
        f'<section class="lamplight-card lamplight-welcome" aria-label="{html_text(_("Welcome to Lamplight"))}">'
        f'{said}<button type="button" class="lamplight-button lamplight-dismiss">{_("Understood")}</button></section>'
    )


def button() -> str:
    """The button that shows the panel again."""
    said = _("Help: how to read these pages")
    return f'<button type="button" class="lamplight-quiet lamplight-help-open">{said}</button>'
