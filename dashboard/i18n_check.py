"""`python -m dashboard.i18n_check [LANGUAGE] [--write]`: what a catalogue lacks, and what it has too much.

--write brings the catalogue in line: new messages empty, those that nobody uses gone. Nothing is guessed.
"""

import sys
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po, write_po

from dashboard import i18n
from dashboard.i18n_messages import messages


def wanted() -> dict[str, str]:
    """Message -> its plural, '' where it has none; in the order of the text."""
    found: dict[str, str] = {}
    for message in messages():
        if message.text not in found or message.many:
            found[message.text] = message.many
    # The second word of a plural is found through the first.
    many = set(found.values())
    return {
        text: found[text] for text in sorted(found, key=lambda t: (t.casefold(), t)) if found[text] or text not in many
    }


def read(language: str) -> Catalog:
    """The catalogue of a language."""
    with (i18n.CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def missing(catalogue: Catalog) -> list[str]:
    """Messages that the catalogue does not translate whole, or only as a guess."""
    return [text for text, many in wanted().items() if not _whole(catalogue.get(text), bool(many))]


def _whole(entry: Entry | None, plural: bool) -> bool:
    if entry is None or entry.fuzzy or isinstance(entry.string, str) == plural:
        return False
    return bool(entry.string) if isinstance(entry.string, str) else all(entry.string or ("",))


def stale(catalogue: Catalog) -> list[str]:
    """Messages that no code uses any more."""
    used = wanted()
    return [key for key in (_key(entry) for entry in catalogue if entry.id) if key not in used]


def misplaced(catalogue: Catalog) -> list[str]:
    """Translations whose placeholders are not those of the message: they would fail or say less."""
    found = []
    for entry in catalogue:
        if not entry.id:
            continue
        own = [entry.id] if isinstance(entry.id, str) else list(entry.id)
        theirs = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
        wanted_last, known = placeholders(own[-1]), set().union(*(placeholders(text) for text in own))
        # The form for one thing may leave the number out.
        fits = placeholders(theirs[-1]) == wanted_last and all(placeholders(text) <= known for text in theirs)
        if all(theirs) and not fits:
            found.append(own[0])
    return found


def placeholders(text: str) -> set[str]:
    """The names in braces; of plotly's `%{x}` with them."""
    try:
        return {name for _text, name, _spec, _conversion in Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}


def _key(entry: Entry) -> str:
    return entry.id if isinstance(entry.id, str) else str(entry.id[0])


def write(language: str, found: dict[str, str | tuple[str, ...]] | None = None) -> None:
    """Write the catalogue anew, in order, with what `found` adds."""
    path = i18n.CATALOGUES / f"{language}.po"
    old = read(language) if path.is_file() else Catalog(locale=language)
    new = Catalog(locale=language, project="Lamplight", charset="utf-8", fuzzy=False, creation_date=old.creation_date)
    for text, many in wanted().items():
        kept = old.get(text)
        string = (found or {}).get(text) or (kept.string if kept and isinstance(kept.string, str) != bool(many) else "")
        new.add((text, many) if many else text, string or (("", "") if many else ""))
    with path.open("wb") as file:
        write_po(file, new, width=120, omit_header=False, sort_output=False)
    _plain_header(path, language)


def _plain_header(path: Path, language: str) -> None:
    """A header that does not change with the day or with Babel's version."""
    body = path.read_text(encoding="utf-8")
    head = (
        f"# {i18n.LANGUAGES.get(language, language)}: docs/language.md says how it is kept.\n"
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    )
    path.write_text(head + body[body.index("\n\nmsgid") + 1 :], encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Print what is missing, stale or misplaced; 1 where there is any."""
    languages = [a for a in arguments if not a.startswith("-")] or [c for c in i18n.LANGUAGES if c != i18n.SOURCE]
    wrong = 0
    for language in languages:
        if "--write" in arguments:
            write(language)
        catalogue = read(language)
        for what, texts in (
            ("missing", missing(catalogue)),
            ("stale", stale(catalogue)),
            ("other placeholders", misplaced(catalogue)),
        ):
            wrong += len(texts)
            for text in texts:
                print(f"{language}: {what}: {text!r}")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
