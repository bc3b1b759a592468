"""What stays with the provider: her secret seed, the name she goes by, and what earlier totals were made from.

    FOLDER/seed                   128 random bits, in hexadecimal
    FOLDER/provider               the name on her totals
    FOLDER/rounded-htcds.parquet  the rounded cells of every year so far, with the true counts behind them

Whoever has this folder can take the rounding off her totals: it is hers alone, and never in a warehouse.
"""

import contextlib
import hashlib
import os
import re
import secrets
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from etl.schema import SourceError

SETTING = "LAMPLIGHT_PROVIDER"  # another folder than the one in the user's home
NAME = re.compile(r"[^\W_][\w .,'&()-]{0,59}")


def default_folder() -> Path:
    """The setting, else a folder in the user's home."""
    return Path(os.environ.get(SETTING) or Path.home() / ".lamplight-provider")


@dataclass(frozen=True)
class Kept:
    """The provider's own folder, made on first use and readable by her alone."""

    folder: Path

    def seed(self) -> int:
        """The secret seed. Raises SourceError when others may read it or it is damaged."""
        path = self.folder / "seed"
        self._make()
        # O_EXCL: two runs at once never overwrite each other's seed.
        with (
            contextlib.suppress(FileExistsError),
            os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle,
        ):
            handle.write(secrets.token_hex(16) + "\n")
        if sys.platform != "win32" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SourceError(
                f"Other users of this computer may read {path}, and who has it can take the rounding off. "
                f"Run: chmod 600 {path}"
            )
        text = path.read_text(encoding="ascii", errors="replace").strip()
        if not re.fullmatch(r"[0-9a-f]{32}", text):
            raise SourceError(f"{path} is damaged. Put back a copy of it; without it earlier totals cannot be kept.")
        return int(text, 16)

    def provider(self, name: str = "") -> str:
        """The name on the totals: the given one, which is remembered, else the remembered one, else a made-up one."""
        path = self.folder / "provider"
        seed = self.seed()
        if name:
            if not NAME.fullmatch(name):
                raise SourceError("--provider wants up to 60 letters, digits, spaces and simple marks.")
            self._write(path, (name + "\n").encode())
            return name
        if path.exists():
            kept = path.read_text(encoding="utf-8").strip()
            if NAME.fullmatch(kept):
                return kept
        # Two providers who give no name must not be taken for one. Of 128 random bits this tells nothing.
        return "provider " + hashlib.sha256(f"name {seed}".encode()).hexdigest()[:8]

    def rounded(self, source: str) -> pd.DataFrame | None:
        """The cells of every year that totals were made of, or None before the first time."""
        path = self.folder / f"rounded-{source}.parquet"
        if not path.exists():
            return None
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError):
            raise SourceError(
                f"{path} is damaged. Put back a copy of it: without it, years that were given away would be rounded "
                "anew, and the two roundings together tell more than either."
            ) from None

    def keep(self, source: str, cells: pd.DataFrame) -> None:
        """Remembers the cells. Called before the totals are written: what was given away is always known."""
        self._make()
        path = self.folder / f"rounded-{source}.parquet"
        data = cells.to_parquet(index=False)
        self._write(path, data)

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _write(self, path: Path, data: bytes) -> None:
        """Whole or not at all, for the owner's eyes from the first byte on."""
        part = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
