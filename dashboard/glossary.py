"""The words that keep incident, victim, case, client, signal and arrest apart, read from GLOSSARY.md."""

import re
from functools import cache
from pathlib import Path

from dashboard.escape import html_text
from dashboard.i18n import SOURCE, language

GLOSSARY = Path(__file__).resolve().parent.parent / "GLOSSARY.md"
_LINE = re.compile(r"^(?:[-*] )?\*\*(?P<term>[^*]+?\*?):?\*\*(?!\*):?\s*(?P<text>\S.*)$")


def parse(text: str) -> list[tuple[str, str]]:
    """(term, explanation) of every line `**term**: text`; an indented or plain line goes on with the one before."""
    found: list[tuple[str, str]] = []
    open_entry = False
    for line in text.splitlines():
        if match := _LINE.match(line):
            found.append((match["term"].strip(), match["text"].strip()))
            open_entry = True
        elif line.strip() and open_entry and not line.startswith("#"):
            term, so_far = found[-1]
            found[-1] = (term, f"{so_far} {line.strip()}")
        else:
            open_entry = False
    return found


def terms() -> list[tuple[str, str]]:
    """The project's glossary in the reader's language; empty where the file is not there."""
    return _terms(language())


@cache
def _terms(code: str) -> list[tuple[str, str]]:
    """Other languages have the same terms in the same order, in a file of their own: GLOSSARY.es.md."""
    file = GLOSSARY if code == SOURCE else GLOSSARY.with_name(f"GLOSSARY.{code}.md")
    try:
        return parse(file.read_text(encoding="utf-8"))
    except OSError:
        return []


# Everyday words, or words that mean something else in half of the sentences they stand in.
_PLAIN = frozenset(
    "source, load, area, case, client, signal, suspect, reported, occurred, public, restricted, fictional, warehouse, "
    "exploitation, offence, arrest, premise, unknown, about the same, interval, density, steady, growing, "
    "fading, new".split(", ")
)
# What figures say instead of the glossary's word, by language; the word in English, as the first file has it.
_SAID = {
    "en": {
        "filling up": "reporting delay",
        "not recorded": "unknown",
        "set aside": "quarantine",
        "known by area": "area only",
        "known by area only": "area only",
        "cells": "H3 cell",
        "q": "p and q",
    },
    "es": {
        "completando": "reporting delay",
        "completándose": "reporting delay",
        "no registrado": "unknown",
        "sin registrar": "unknown",
        "apartadas": "quarantine",
        "solo se conoce el área": "area only",
        "celdas": "H3 cell",
        "q": "p and q",
        "puntos críticos": "hotspot",
        "períodos parciales": "partial period",
    },
}


@cache
def _meanings(code: str = SOURCE) -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern of the spellings that are explained, and the meaning of each spelling, in lower case."""
    found: dict[str, str] = {}
    source, own = _terms(SOURCE), _terms(code)
    for (english, _meaning), (term, meaning) in zip(source, own, strict=False):
        plain = set(re.split(", ", english)) & _PLAIN
        for word, as_written in zip(_parts(term), _parts(english), strict=False):
            if len(word) > 1 and not plain and as_written.lower() not in _PLAIN:
                found |= dict.fromkeys((word.lower(), f"{word.lower()}s"), meaning)
    by_english = {english: meaning for (english, _own), (_term, meaning) in zip(source, own, strict=False)}
    found |= {said: by_english[term] for said, term in _SAID.get(code, {}).items() if term in by_english}
    spelt = "|".join(re.escape(word) for word in sorted(found, key=len, reverse=True))
    # A word of an address, or part of a longer word, is not the word.
    return re.compile(rf"(?<![\w&#;/.-])(?:{spelt or '(?!)'})(?![\w/-]|\.\w)", re.IGNORECASE), found


def _parts(term: str) -> list[str]:
    """A term, and the words that it puts together: `p and q`, `p`, `q`."""
    return [term, *re.split(r", | and | y ", term)]


def explained(text: object, most: int = 3) -> str:
    """Text as HTML, the first of each of at most `most` words of the glossary explained where it stands.

    The words are looked for after the text was made safe: only what this function adds is markup.
    """
    pattern, meanings = _meanings(language())
    done: set[str] = set()

    def explain(found: re.Match[str]) -> str:
        meaning = meanings[found[0].lower()]
        if meaning in done or len(done) == most:
            return found[0]
        done.add(meaning)
        said = html_text(meaning)
        return (
            f'<dfn class="lamplight-term" tabindex="0" data-meaning="{said}" aria-description="{said}">{found[0]}</dfn>'
        )

    return pattern.sub(explain, html_text(text))
