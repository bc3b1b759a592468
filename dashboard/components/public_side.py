"""From a restricted page to the same question on the public side, with what has to be left behind."""

import os
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import streamlit as st

from dashboard.catalogue import AreaGroup, Catalogue
from dashboard.components import context
from dashboard.escape import markdown_text
from dashboard.filters import Filters, offered
from dashboard.i18n import _
from dashboard.links import MANY, WORDS, choices, from_query, key_of, to_query
from dashboard.pointer import WarehouseError
from dashboard.warehouse import Warehouse, current

PUBLIC_URL = "LAMPLIGHT_PUBLIC_URL"


def button(filters: Filters, catalogue: Catalogue) -> None:
    """One quiet button under the bar. What it opens is worked out when it is opened."""
    drawer = st.popover(
        _("Open this question on the public side"), type="tertiary", key="public_side", icon=":material/public:",
        on_change="rerun",
    )  # fmt: skip
    if not drawer.open:
        return
    with drawer:
        opened = released()
        if opened is None:
            st.markdown(_("Nothing has been released for the public side yet. The data steward makes a release with:"))
            st.code("python -m etl release --data DIR", language=None)
            return
        query, dropped, notes = question(filters, catalogue, opened.catalogue)
        if dropped:
            st.markdown(_("How the same question looks there, without:") + "\n" + _bullets(dropped))
        else:
            st.markdown(_("Nothing of this question has to be left out there."))
        st.markdown(" ".join((_("Numbers there are rounded to protect people."), *(markdown_text(n) for n in notes))))
        path = f"{_page()}{'?' + urlencode(query, doseq=True) if query else ''}"
        if here := address():
            st.link_button(_("Open it there"), f"{here}{path}", icon=":material/open_in_new:")
        else:
            st.markdown(_("The public side is a server of its own. Start it, and open the path below there:"))
            st.code("python start.py --tier public --data DIR", language=None)
            st.code(path, language=None, wrap_lines=True)


def question(
    filters: Filters, catalogue: Catalogue, public: Catalogue
) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """The view in words of the public file: its link, what had to be dropped, and notes on the rest.

    A name that somebody gave a group of areas never travels: the public server would note it in its log.
    """
    dropped = []
    unit = filters.unit
    if unit not in public.units:
        dropped.append(_("the unit of count ({things} are not published)").format(things=_(unit.replace("_", " "))))
        unit = public.units[0]
    own, can = public.of(unit), offered(public, unit)
    kept = replace(filters, unit=unit, date_basis="reported", related=False)
    if filters.date_basis != "reported":
        dropped.append(_("the date of the event (there: the date counted by)"))
    if filters.related:
        dropped.append(_("related offences"))
    for name, attribute in MANY.items():
        values = getattr(filters, attribute)
        known = choices(name, own) if name in can else {}
        if any(isinstance(v, AreaGroup) for v in values):
            dropped.append(_("drawn areas and named groups"))
        elif lost := [v for v in values if key_of(v) not in known]:
            some = _("{filter} ({n} of {every} chosen)").format(filter=_(WORDS[name]), n=len(lost), every=len(values))
            dropped.append(_(WORDS[name]) if len(lost) == len(values) else some)
        fits: dict[str, tuple[object, ...]] = {attribute: tuple(v for v in values if key_of(v) in known)}
        kept = replace(kept, **fits)  # type: ignore[arg-type]
    span = {"from": f"{kept.date_from:%Y-%m}"} if kept.date_from else {}
    span |= {"to": f"{kept.date_to:%Y-%m}"} if kept.date_to else {}
    whole, notes = from_query({**span, "unit": unit}, own)
    kept = replace(kept, date_from=whole.date_from, date_to=whole.date_to)
    return to_query(kept, public.of("")), dropped, [n for n in notes if "widened" in n]


def released() -> Warehouse | None:
    """The newest release beside the restricted data: a restricted process may look at what everybody may."""
    try:
        return current(context.data_dir() / "public", "public")
    except WarehouseError:
        return None


def _page() -> str:
    name = urlsplit(st.context.url or "").path.rsplit("/", 1)[-1]
    return f"/{name}" if name.isalpha() else "/"


def address() -> str:
    """The public server, by the setting; nothing but an address of the web."""
    named = (os.environ.get(PUBLIC_URL) or "").rstrip("/")
    return named if urlsplit(named).scheme in ("http", "https") and urlsplit(named).netloc else ""


def _bullets(items: list[str]) -> str:
    return "\n".join(f"- {markdown_text(item)}" for item in items)
