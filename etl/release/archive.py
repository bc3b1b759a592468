"""Where releases are kept: for good, each under an id that can be cited; the public folder holds nothing to leak.

DATA/public/ is what a public host gets, and can be copied there alone. What the next release starts from (true counts,
and which grid was chosen) stays in DATA/warehouse/releases, beside the seed.
"""

import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from etl.keyed import write_secret
from etl.read import sha256_of
from etl.schema import SourceError
from etl.store import flush, read_json, write_json

_ID = re.compile(r"\d{4}-\d{2}-\d{2}-\d+")
_BACKUP = "Restore it from a backup."


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
        """What is served and every release there is; empty before the first. Raises SourceError when damaged."""
        path = self.public / "current.json"
        found = read_json(path)
        ids = found.get("releases")
        whole = isinstance(ids, list) and ids and all(isinstance(i, str) and _ID.fullmatch(i) for i in ids)
        if path.exists() and not whole:
            raise SourceError(
                "public/current.json is damaged, so nobody knows what is served. Delete it and run "
                "`python -m etl release`: it is made again from the releases, which are kept."
            )
        return found

    def ids(self) -> list[str]:
        """Every release, oldest first."""
        return [str(i) for i in self.pointer().get("releases", [])]

    def about(self, release: str) -> dict[str, Any]:
        """What a release says of itself. Raises SourceError for an id that is none of ours, or when it is damaged."""
        if release not in self.ids():
            raise SourceError("There is no release of that id. See `python -m etl release --list`.")
        found = read_json(self.public / "releases" / release / "release.json")
        if not {"release", "rows_sha256", "base", "units", "policy_digest"} <= set(found):
            raise SourceError(f"What release {release} says of itself is damaged or missing. {_BACKUP}")
        return found

    def file(self, release: str) -> Path:
        """The public file of a release."""
        return self.public / "releases" / release / "public.duckdb"

    def basis(self, release: str) -> dict[str, Any]:
        """What the next release starts from, restricted: grids, hidden groups, the policy. Raises SourceError."""
        found = read_json(self.restricted / release / "basis.json")
        if not {"policy_text", "units", "sha256"} <= set(found):
            raise SourceError(
                f"What release {release} was made from is missing in warehouse/releases, and without it a new one "
                f"could give away what that one protects. {_BACKUP}"
            )
        return found

    def cells(self, release: str, unit: str) -> pd.DataFrame:
        """The rounded cube of a unit, with true counts: restricted. Raises SourceError."""
        path = self.restricted / release / _cells(unit)
        try:
            whole = sha256_of(path) == self.basis(release)["sha256"].get(unit)
        except OSError:
            whole = False
        if not whole:
            raise SourceError(
                f"{path.name} of release {release} is damaged or missing in warehouse/releases, and without it a new "
                f"one could give away what that one protects. {_BACKUP}"
            )
        return pd.read_parquet(path)

    def keep_basis(self, folder: Path, tables: Mapping[str, pd.DataFrame], about: Mapping[str, Any]) -> None:
        """Writes what `basis` and `cells` read."""
        for unit, table in tables.items():
            table.to_parquet(folder / _cells(unit), index=False)
        hashes = {unit: sha256_of(folder / _cells(unit)) for unit in tables}
        (folder / "basis.json").write_text(dumps({**about, "sha256": hashes}), encoding="utf-8")

    def new_id(self, day: str) -> str:
        """The next id of a day."""
        taken = [int(i.rpartition("-")[2]) for i in self.ids() if i.startswith(day + "-")]
        return f"{day}-{max(taken, default=0) + 1}"

    def seed(self, make: bool = True) -> bytes:
        """The secret that steers the rounding, made once. Whoever has it and a release can undo some of it.

        make : False for a trial without one yet: it gets a secret that nobody keeps.
        """
        path = self.data / "warehouse" / "seed"
        if not path.exists():
            if self.ids():
                raise SourceError(
                    "The seed of the earlier releases is missing in warehouse/. Restore it from a backup: another one "
                    "would round the same counts twice."
                )
            text = secrets.token_hex(32)
            if not make:
                return bytes.fromhex(text)
            write_secret(path, text)
            flush(path.parent)
        text = path.read_text(encoding="ascii", errors="replace").strip()
        if not re.fullmatch(r"[0-9a-f]{64}", text):
            raise SourceError(f"The file warehouse/seed is damaged. {_BACKUP}")
        return bytes.fromhex(text)

    @contextmanager
    def staged(self, release: str) -> Iterator[tuple[Path, Path]]:
        """Two folders to write in, public and restricted; gone again unless `keep` moved them."""
        folders = self.public / "releases" / f".{release}", self.restricted / f".{release}"
        try:
            for folder in folders:
                folder.mkdir(parents=True)
            yield folders
        finally:
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
            if not (self.public / "current.json").exists():
                for left in (self.public / "releases", self.public, self.restricted):
                    with suppress(OSError):  # it holds something
                        left.rmdir()

    def keep(self, release: str, staged: tuple[Path, Path], pointer: dict[str, Any]) -> None:
        """Moves what was written to its place; the pointer last. A kill before that leaves what was served."""
        for folder in staged:
            for path in [*folder.iterdir(), folder]:
                flush(path)
        ids = [*self.ids(), release]
        # In this order: what a kill between them leaves is a public folder alone, and `finish` knows it by that.
        staged[0].rename(self.public / "releases" / release)
        flush(self.public / "releases")
        staged[1].rename(self.restricted / release)
        flush(self.restricted)
        write_json(self.public / "current.json", {**pointer, "releases": ids})

    def finish(self) -> None:
        """For whoever holds the store's lock: ends what a killed release began. Raises SourceError.

        A release that is whole on both sides lacks the pointer only, and may have been copied by a public host: it
        gets the pointer. So does every release where the pointer itself was lost. One that is whole on the public side
        alone was never served, and goes.
        """
        ids = self.ids()
        public, restricted = _folders(self.public / "releases"), _folders(self.restricted)
        for folder in (*public, *restricted):
            if folder.name.startswith("."):
                shutil.rmtree(folder, ignore_errors=True)
        ours, theirs = ({f.name for f in folders if _ID.fullmatch(f.name)} for folders in (public, restricted))
        half = ours - theirs - set(ids)
        if theirs - ours - set(ids) or len(half) > 1:
            raise _torn()
        for name in half:
            shutil.rmtree(self.public / "releases" / name)
        known = {n: read_json(self.public / "releases" / n / "release.json") for n in (ours & theirs) - set(ids)}
        found = list(ids)
        while more := [n for n, said in known.items() if said.get("previous") == (found[-1] if found else None)]:
            found.append(more[0])
            del known[more[0]]
        if known:
            raise _torn()
        if found != ids:
            last = found[-1]
            pointer = {"public": f"releases/{last}/public.duckdb", "release": last, "version": len(found)}
            built_at = read_json(self.public / "releases" / last / "release.json").get("built_at", "")
            write_json(self.public / "current.json", {**pointer, "built_at": built_at, "releases": found})


def _torn() -> SourceError:
    return SourceError(
        f"public/releases and warehouse/releases do not belong together: one of them lacks releases. {_BACKUP}"
    )


def _folders(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _cells(unit: str) -> str:
    return f"cells-{unit}.parquet"


def dumps(content: Any) -> str:
    """JSON that is the same for the same content."""
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, default=str)
