"""Writes the files of the fictional Lantern County: the same bytes each time, in the publishers' own formats."""

import json
from pathlib import Path

from etl.sample_county import city, figures, layers, port, provider, sheriff

INDEX = "files.json"  # which file is which source's, in load order
PLACE = "Lantern County (fictional)"


def write_files(to: Path) -> list[tuple[str, Path]]:
    """Writes every sample file into the folder `to`, which is made when it is missing.

    Returns (name of the source, file) in the order in which they are loaded: boundaries first, then each
    publisher's files from the oldest to the newest. Files that are already there are replaced.
    """
    to.mkdir(parents=True, exist_ok=True)
    pairs = [pair for part in (layers, city, sheriff, port, figures, provider) for pair in part.write(to)]
    index = json.dumps([[source, path.name] for source, path in pairs], indent=1)
    (to / INDEX).write_text(index + "\n", encoding="utf-8", newline="\n")
    return pairs


def written_files(to: Path) -> list[tuple[str, Path]]:
    """The pairs that `write_files` returned when it wrote this folder; empty unless every file is there."""
    if not (to / INDEX).is_file():
        return []
    pairs = [(source, to / name) for source, name in json.loads((to / INDEX).read_text(encoding="utf-8"))]
    return pairs if all(path.is_file() for _, path in pairs) else []
