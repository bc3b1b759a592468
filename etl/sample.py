"""Writes the files of the fictional Lantern County: the same bytes each time, in the publishers' own formats."""

from pathlib import Path

from etl.sample_county import city, figures, layers, port, sheriff

PLACE = "Lantern County (fictional)"


def write_files(to: Path) -> list[tuple[str, Path]]:
    """Writes every sample file into the folder `to`, which is made when it is missing.

    Returns (name of the source, file) in the order in which they are loaded: boundaries first, then each
    publisher's files from the oldest to the newest. Files that are already there are replaced.
    """
    to.mkdir(parents=True, exist_ok=True)
    return [pair for part in (layers, city, sheriff, port, figures) for pair in part.write(to)]
