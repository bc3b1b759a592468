"""Where releases are kept: for good, each under an id that can be cited; the public folder holds nothing to leak.

DATA/public/ is what a public host gets, and can be copied there alone. What the next release starts from (true counts,
and which grid was chosen) stays in DATA/warehouse/releases, beside the seed.
"""

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from etl.schema import SourceError
from etl.store import flush, read_json, write_json

_ID = re.compile(r"\d{4}-\d{2}-\d{2}-\d+")


@dataclass(frozen=True)
class Archive:
    """The releases of a data directory."""

    data: Path

    @property
    def public(self) -> Path:
        """The folder that may be shown to everybody."""
        return self.data / "public"

    @property
    def restricted(self) -> Path:
        """The folder with the true counts of each release."""
        return self.data / "warehouse" / "releases"

    def pointer(self) -> dict[str, Any]:
        """What is served and every release there is; empty before the first."""
        return read_json(self.public / "current.json")

    def ids(self) -> list[str]:
        """Every release, oldest first."""
        return [str(i) for i in self.pointer().get("releases", [])]

    def about(self, release: str) -> dict[str, Any]:
        """What a release says of itself. Raises SourceError for an id that is none of ours."""
        if release not in self.ids():
            raise SourceError("There is no release of that id. See `python -m etl release --list`.")
        return read_json(self.public / "releases" / release / "release.json")

    def file(self, release: str) -> Path:
        """The public file of a release."""
        return self.public / "releases" / release / "public.duckdb"

    def basis(self, release: str) -> dict[str, Any]:
        """What the next release starts from, restricted: grids, hidden groups, the policy. Raises SourceError."""
        found = read_json(self.restricted / release / "basis.json")
        if not found:
            raise SourceError(
                f"What release {release} was made from is missing in warehouse/releases, and without it a new one "
                "could give away what that one protects. Restore it from a backup."
            )
        return found

    def cells(self, release: str, unit: str) -> pd.DataFrame:
        """The rounded cube of a unit, with true counts: restricted."""
        return pd.read_parquet(self.restricted / release / f"cells-{unit}.parquet")

    def new_id(self, day: str) -> str:
        """The next id of a day."""
        taken = [int(i.rpartition("-")[2]) for i in self.ids() if i.startswith(day + "-")]
        return f"{day}-{max(taken, default=0) + 1}"

    def seed(self) -> bytes:
        """The secret that steers the rounding, made once. Whoever has it and a release can undo some of it."""
        path = self.data / "warehouse" / "seed"
        if not path.exists():
            if self.ids():
                raise SourceError(
                    "The seed of the earlier releases is missing in warehouse/. Restore it from a backup: another one "
                    "would round the same counts twice."
                )
            temporary = path.with_name(f".seed.{os.getpid()}")
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
            flush(path.parent)
        text = path.read_text(encoding="ascii").strip()
        if not re.fullmatch(r"[0-9a-f]{64}", text):
            raise SourceError("The file warehouse/seed is damaged. Restore it from a backup.")
        return bytes.fromhex(text)

    @contextmanager
    def staged(self, release: str) -> Iterator[tuple[Path, Path]]:
        """Two folders to write in, public and restricted; gone again unless `keep` moved them."""
        self._sweep()
        folders = self.public / "releases" / f".{release}", self.restricted / f".{release}"
        try:
            for folder in folders:
                folder.mkdir(parents=True)
            yield folders
        finally:
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)

    def keep(self, release: str, staged: tuple[Path, Path], pointer: dict[str, Any]) -> None:
        """Moves what was written to its place; the pointer last. A kill before that leaves what was served."""
        for folder in staged:
            for path in folder.iterdir():
                flush(path)
        staged[1].rename(self.restricted / release)
        staged[0].rename(self.public / "releases" / release)
        with suppress(OSError):
            flush(self.public / "releases")
            flush(self.restricted)
        write_json(self.public / "current.json", {**pointer, "releases": [*self.ids(), release]})

    def _sweep(self) -> None:
        """Takes away what a release that was stopped has left: it was never public."""
        known = set(self.ids())
        for folder in (self.public / "releases", self.restricted):
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.name not in known and _ID.fullmatch(path.name.removeprefix(".")):
                    shutil.rmtree(path, ignore_errors=True)


def dumps(content: Any) -> str:
    """JSON that is the same for the same content."""
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, default=str)
