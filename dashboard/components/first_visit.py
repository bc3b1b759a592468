"""The panel of a first visit: what this is, what it is not, where help is. Only the browser remembers that it was read.

It lies over the foot of the page, so nothing moves when it goes, and it is hidden until `static/page.js` has
looked whether this browser has seen it: whoever comes back never sees it flash.
"""

from dashboard.escape import html_text
from dashboard.i18n import N_, _

WHAT = N_("Reports of human trafficking in this area, from police and nonprofits, counted by time, place and kind.")
NOT = N_(
    "It does not show how much trafficking there is: reports come from where people look. It is "
    "not a tool to look for a person."
)


def panel(help_line: str) -> str:
    """The panel as HTML. help_line : the sentence with the crisis line."""
    lines = ((_("What this is"), _(WHAT)), (_("What it is not"), _(NOT)), (_("Help"), help_line))
    said = "".join(f"<p><strong>{title}.</strong> {html_text(text)}</p>" for title, text in lines)
    return (
        f'<section class="lamplight-card lamplight-welcome" aria-label="{html_text(_("Welcome to Lamplight"))}">'
        f'{said}<button type="button" class="lamplight-button lamplight-dismiss">{_("Understood")}</button></section>'
    )
