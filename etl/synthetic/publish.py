"""Puts a synthetic release where the public side finds it: a zip and what the page says of it, and nothing else."""

import re
import shutil
import zipfile
from pathlib import Path

from etl.read import sha256_of
from etl.schema import SourceError
from etl.store import Store, flush, write_json
from etl.synthetic.ledger import Ledger

ID = re.compile(r"\d{4}-\d{2}-\d{2}-\d+")


def publish(data: Path, release: str) -> Path:
    """Copies a kept release to DATA/public/synthetic/ID and returns that folder. Publishing spends nothing more.

    Raises SourceError for an id that the ledger does not know, or a file that is not the one in the ledger.
    """
    with Store(data).lock():
        ledger = Ledger(data / "warehouse" / "synthetic")
        found = {e.release: e for e in ledger.entries()}.get(release)
        if found is None:
            raise SourceError("There is no synthetic release of that id. See `python -m etl synthetic --list`.")
        name = f"synthetic-{release}.zip"
        kept = ledger.folder / release / name
        if not kept.is_file() or sha256_of(kept) != found.sha256:
            raise SourceError(
                f"The file of synthetic release {release} is missing or damaged. Restore it from a backup."
            )
        public = data / "public" / "synthetic"
        partial = public / f".{release}"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        shutil.copyfile(kept, partial / name)
        with zipfile.ZipFile(kept) as zipped:
            (partial / "about.json").write_bytes(zipped.read("about.json"))
        write_json(partial / "file.json", {"sha256": found.sha256, "bytes": kept.stat().st_size})
        for path in partial.iterdir():
            flush(path)
        if not is_public(data, release):
            partial.rename(public / release)
        shutil.rmtree(partial, ignore_errors=True)
        flush(public)
        return public / release


def is_public(data: Path, release: str) -> bool:
    """Whether a release is offered on the public side."""
    return ID.fullmatch(release) is not None and (data / "public" / "synthetic" / release).is_dir()
