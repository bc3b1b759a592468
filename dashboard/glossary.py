"""The words that keep incident, victim, case, client, signal and arrest apart, read from GLOSSARY.md."""

import re
from functools import cache
from pathlib import Path

GLOSSARY = Path(__file__).resolve().parent.parent / "GLOSSARY.md"
_LINE = re.compile(r"^(?:[-*] )?\*\*(?P<term>[^*]+?):?\*\*:?\s*(?P<text>\S.*)$")


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


@cache
def terms() -> list[tuple[str, str]]:
    """The project's glossary; empty where the file is not there."""
    try:
        return parse(GLOSSARY.read_text(encoding="utf-8"))
    except OSError:
        return []
