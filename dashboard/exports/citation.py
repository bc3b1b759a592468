"""How to cite an export: a sentence, BibTeX and a CITATION.cff, each with what finds the same rows again."""

import json
import re

from dashboard.exports.material import Material
from dashboard.i18n import _

_TEX = {c: f"\\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\~{}", "^": r"\^{}"}


def publishers(m: Material) -> list[str]:
    """Whose data they are, each once, in the order of their titles."""
    return list(dict.fromkeys(str(p) for p in m.sources["publisher"])) or ["Lamplight"]


def text(m: Material, sha256: str) -> str:
    """One sentence. sha256 : of data.csv."""
    return (
        _(
            "{publishers} ({year}). {title} [data set]. Release {release}, prepared with Lamplight {version} on {day}. "
            "View: {link} (SHA-256 of data.csv: {sha256})."
        ).format(
            publishers="; ".join(publishers(m)),
            year=m.created.year,
            title=m.title,
            release=m.plan.release,
            version=m.version,
            day=f"{m.created:%Y-%m-%d}",
            link=m.plan.link,
            sha256=sha256,
        )
        + "\n"
    )


def bibtex(m: Material, sha256: str) -> str:
    """An entry of the type @misc, which every style knows."""
    fields = {
        "author": " and ".join(f"{{{_tex(p)}}}" for p in publishers(m)),
        "title": f"{{{_tex(m.title)}}}",
        "year": str(m.created.year),
        "version": _tex(m.plan.release),
        "howpublished": _tex(_("Data set, prepared with Lamplight {version}").format(version=m.version)),
        "note": _tex(
            _("View: {link} (SHA-256 of data.csv: {sha256}).").format(link=m.plan.link, sha256=sha256[:16] + "...")
        ),
    }
    key = re.sub(r"[^a-z0-9]+", "-", f"lamplight-{m.plan.unit}-{m.plan.release}-{sha256[:8]}".lower())
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{key},\n{body}\n}}\n"


def cff(m: Material, sha256: str) -> str:
    """CITATION.cff 1.2.0. JSON strings are YAML strings, so nothing that data hold can break out of its line."""
    quoted = json.dumps
    authors = "".join(f"  - name: {quoted(p)}\n" for p in publishers(m))
    return (
        "cff-version: 1.2.0\n"
        f"message: {quoted(_('If you use these data, please cite them as below.'))}\n"
        "type: dataset\n"
        f"title: {quoted(m.title)}\n"
        f"abstract: {quoted(m.plan.words)}\n"
        f"authors:\n{authors}"
        f"version: {quoted(m.plan.release)}\n"
        f"date-released: {m.created:%Y-%m-%d}\n"
        "identifiers:\n"
        "  - type: other\n"
        f"    value: {quoted('sha256:' + sha256)}\n"
        f"    description: {quoted('SHA-256 of data.csv')}\n"
        "keywords:\n  - human trafficking\n"
    )


def _tex(words: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in words)
