"""Writes the expected tables of the named cases, or of all, anew. Read every difference before you keep it."""

import shutil
import sys
import tempfile
from pathlib import Path

from tests.golden.cases import all_cases, tables_of


def main(names: list[str]) -> None:
    """`names`: the cases to write; none means all."""
    for case in all_cases():
        if names and case.name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = tables_of(case.load(Path(folder)))
        shutil.rmtree(case.folder / "expected", ignore_errors=True)
        (case.folder / "expected").mkdir()
        for table, text in found.items():
            (case.folder / "expected" / f"{table}.csv").write_text(text, encoding="utf-8", newline="\n")
        print(f"{case.name}: {', '.join(found)}")


if __name__ == "__main__":
    main(sys.argv[1:])
