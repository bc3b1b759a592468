"""The page of a press pack that is read first: one html file that opens without a network and prints cleanly."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.escape import html_text
from dashboard.figures import Figure
from dashboard.i18n import _, language

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
h1,h2,h3{line-height:1.25}h2{margin-top:2.5rem;border-top:1px solid #bbb;padding-top:1rem}
img{width:100%;height:auto;border:1px solid #ccc}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;border-bottom:1px solid #ccc;padding:.4rem .6rem .4rem 0}
small,.quiet{color:#555}figure{margin:0 0 2rem}@media print{figure,tr{break-inside:avoid}}"""


@dataclass(frozen=True)
class Shown:
    """One figure with the names of its files in the pack."""

    figure: Figure
    picture: str
    table: str


@dataclass(frozen=True)
class Around:
    """What stands around the figures. definitions : (term, meaning)."""

    lead: str
    definitions: Sequence[tuple[str, str]]
    cannot: Sequence[tuple[str, str]]
    avoid: Sequence[tuple[str, str, str]]
    contact: str
    crisis: str
    release: str
    citation: str
    fictional: str = ""


def page(shown: Sequence[Shown], around: Around) -> str:
    """The html. All text is escaped here."""
    figures = "".join(_figure(s) for s in shown)
    basis = _("Release {release}. All figures are public: they were rounded to protect people.")
    basis = basis.format(release=around.release)
    parts = [
        f"<h1>{_h(_('Press and records pack'))}</h1>",
        f'<p role="note"><strong>{_h(around.fictional)}</strong></p>' if around.fictional else "",
        f"<p><strong>{_h(around.lead)}</strong></p>",
        f'<p class="quiet">{_h(basis)}</p>',
        f"<p>{_h(around.contact)}</p><p>{_h(around.crisis)}</p>",
        f"<h2>{_h(_('Figures'))}</h2>{figures}",
        f"<h2>{_h(_('What cannot be said, and why'))}</h2>",
        _table((_("Cannot be said"), _("Why")), around.cannot),
        f"<h2>{_h(_('Words to avoid'))}</h2>",
        _table((_("Avoid"), _("Say instead"), _("Why")), around.avoid),
        f"<h2>{_h(_('What the words mean'))}</h2>",
        _table((_("Word"), _("Meaning")), around.definitions),
        f"<h2>{_h(_('To cite it'))}</h2><p>{_h(around.citation)}</p>",
    ]  # fmt: skip
    body = "\n".join(p for p in parts if p)
    return (
        f'<!doctype html><html lang="{_h(language())}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_h(_('Press and records pack'))}</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )


def _figure(shown: Shown) -> str:
    made = shown.figure
    picture = f'<img src="{_h(shown.picture)}" alt="{_h(made.text)}">' if shown.picture else ""
    files = " · ".join(
        f'<a href="{_h(name)}">{_h(said)}</a>'
        for name, said in ((shown.picture, _("Picture")), (shown.table, _("Table")))
        if name
    )
    return (
        f"<figure><h3>{_h(made.title)}</h3><p>{_h(made.subtitle)}</p>{picture}"
        f"<figcaption><small>{_h(made.caption)}</small><br>{files}</figcaption></figure>"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{_h(h)}</th>' for h in head)
    body = "".join("<tr>" + "".join(f"<td>{_h(c)}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _h(text: str) -> str:
    return html_text(text)
