"""A secret of this warehouse, and marks made with it: they can be compared, and not be turned back without it.

An unkeyed hash of an identifier or of a place is no secret: whoever has a list of all of them hashes the list.
"""

import errno
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from etl.schema import SourceError

KEY = "key"  # beside the seed of the releases
_BYTES = 32


class Keyed:
    """The secret of a warehouse folder; made when the first mark is."""

    def __init__(self, root: Path):
        self._path = root / KEY

    @property
    def known(self) -> bool:
        """Whether there is a secret yet."""
        return self._path.is_file()

    def mark(self, *parts: str) -> str:
        """64 hexadecimal digits that stand for the parts. Raises SourceError when the secret is damaged."""
        # Lengths keep ("a", "bc") apart from ("ab", "c").
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.new(self._secret(), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def _secret(self) -> bytes:
        if not self.known:
            write_secret(self._path, secrets.token_hex(_BYTES) + "\n")
        try:
            found = bytes.fromhex(self._path.read_text(encoding="ascii").strip())
        except ValueError:
            found = b""
        if len(found) != _BYTES:
            raise SourceError(f"{self._path} is damaged. Put back the one of a backup. Nothing was changed.")
        return found


def write_secret(path: Path, content: str) -> None:
    """Makes a file that only its owner reads, whole or not at all. For whoever holds the store's lock."""
    partial = path.with_name(f"{path.name}.partial")  # the store clears it away
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(partial, path)


def only_owner(path: Path) -> None:
    """Takes away what other users of the computer may do with a file. Windows has other means, and no such bits."""
    if os.name != "posix" or not path.stat().st_mode & 0o077:
        return
    try:
        path.chmod(0o600)
    except OSError as error:
        if error.errno != errno.EROFS:  # on a disk that is read-only it stays as it is
            raise
