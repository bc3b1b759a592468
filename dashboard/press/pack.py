"""Puts the pack together: figures as pictures and tables, the page that is read first, and hashes of every file."""

import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from dashboard import glossary, pictures, told
from dashboard.exports.inert import csv_bytes
from dashboard.exports.version import code_version
from dashboard.figures import Figure
from dashboard.i18n import _
from dashboard.press import wording
from dashboard.press.sheet import Around, Shown, page
from dashboard.view_context import Context

VIEWS: tuple[tuple[str, dict[str, list[str]]], ...] = (
    ("overview", {}), ("trends", {"group": ["Exploitation"]}), ("demographics", {}), ("map", {}),
)  # fmt: skip
CONTACT = "LAMPLIGHT_STEWARD_CONTACT"  # whom to ask: an office and its number or address, as this deployment names it
_STAMP = (2000, 1, 1, 0, 0, 0)  # the same figures give the same bytes, so that the hash says what was given
Step = Callable[[float], None]


class NotPublic(ValueError):
    """A pack is made from protected figures only."""


@dataclass(frozen=True)
class Pack:
    """The zip. figures : how many. release : of the figures. sha256 : of the zip."""

    content: bytes
    figures: int
    release: str

    @property
    def sha256(self) -> str:
        """Hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"lamplight-press-{re.sub(r'[^0-9A-Za-z-]', '', self.release) or 'pack'}.zip"


def contact() -> str:
    """Whom to ask, in a sentence; by the setting, else a sentence that names the office only."""
    named = os.environ.get(CONTACT, "").strip()
    if named:
        return _("Questions about these figures: {contact}.").format(contact=named.rstrip("."))
    return _("Questions about these figures: the data steward of the task force that publishes them.")


def pack(ctx: Context, crisis: str, step: Step = lambda _done: None) -> Pack:
    """Make the pack of a public view. crisis : the sentence with the crisis line. step : told how much is done, 0 to 1.

    Raises NotPublic for a view of records, whoever asks.
    """
    if not ctx.catalogue.public:
        raise NotPublic(_("A press pack is made from the public figures only."))
    made = list(_figures(ctx))
    held: dict[str, bytes] = {}
    shown = []
    for n, figure in enumerate(made, start=1):
        name = f"{n:02}-{re.sub(r'[^a-z0-9]+', '-', figure.key.lower())}"
        picture, table = f"figures/{name}.png", f"tables/{name}.csv"
        held[picture] = pictures.draw(figure, "png", "evidence")
        held[table] = csv_bytes(figure.table)
        shown.append(Shown(figure, picture, table))
        step(n / (len(made) + 1))
    around = _around(ctx, made, crisis)
    held["start-here.html"] = page(shown, around).encode()
    held["what-cannot-be-said.csv"] = _csv((_("Cannot be said"), _("Why")), around.cannot)
    held["words-to-avoid.csv"] = _csv((_("Avoid"), _("Say instead"), _("Why")), around.avoid)
    held["definitions.csv"] = _csv((_("Word"), _("Meaning")), around.definitions)
    held["citation.txt"] = f"{around.citation}\n".encode()
    held["about.json"] = _about(ctx, held)
    content = _zip(held)
    step(1.0)
    return Pack(content, len(made), around.release)


def _figures(ctx: Context) -> Iterable[Figure]:
    """Each figure of the pages once: Overview's trend is also that of Trends."""
    seen: set[tuple[str, str]] = set()
    for name, query in VIEWS:
        for figure in told.figures(ctx, name, query):
            what = (figure.title, figure.table.to_json())
            if figure.about.restricted:
                raise NotPublic(_("A press pack is made from the public figures only."))
            if what not in seen:
                seen.add(what)
                yield figure


def _around(ctx: Context, made: list[Figure], crisis: str) -> Around:
    release = ctx.catalogue.meta.get("release", "")
    said = " ".join(" ".join((f.title, f.subtitle, f.caption, f.reading)) for f in made).lower()
    used = [(t, meaning) for t, meaning in glossary.terms() if any(_stands(p, said) for p in re.split(", ", t.lower()))]
    place = ctx.catalogue.meta.get("place", "")
    fictional = _("Fictional sample: every record, place and source is invented.") if ctx.catalogue.fictional else ""
    citation = _("{place}Figures on human trafficking, release {release}, prepared with Lamplight {version}.").format(
        place=f"{place}. " if place else "", release=release, version=code_version()
    )
    return Around(
        told.headline(ctx), used, wording.cannot(), wording.avoid(), contact(), crisis, release, citation, fictional
    )


def _stands(term: str, said: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(term)}s?(?!\w)", said) is not None


def _about(ctx: Context, held: dict[str, bytes]) -> bytes:
    facts = {
        "release": ctx.catalogue.meta.get("release", ""), "code": code_version(), "view": ctx.sentence,
        "link": told.link(ctx, "overview"),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(held.items())},
    }  # fmt: skip
    return (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(head: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    return csv_bytes(pd.DataFrame([list(row) for row in rows], columns=list(head)))


def _zip(held: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(held, key=lambda n: (n != "start-here.html", n)):
            file.writestr(zipfile.ZipInfo(name, _STAMP), held[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
