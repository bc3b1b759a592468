"""A file that is either whole or not there: made in a folder beside its place, and moved into it at the end."""

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.exports.rows import ExportError
from dashboard.i18n import _


@contextmanager
def placed(out: Path, end: str = "") -> Iterator[Path]:
    """A path to write to; what stands there at the end takes the place of `out`. After an error nothing is left.

    end : how the name of that path ends, whatever `out` is called: some writers look at it.
    Raises ExportError where the folder is missing or may not be written to, or the disk is full.
    """
    out = Path(out).absolute()
    try:
        # A folder, and not a file: some writers put journals and sheets of theirs beside what they write.
        work = Path(tempfile.mkdtemp(prefix=".lamplight-export-", dir=out.parent))
    except OSError as error:
        raise _cannot(error) from None
    try:
        part = work / f"export{end or out.suffix}"
        yield part
        os.replace(part, out)
    except OSError as error:
        raise _cannot(error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _cannot(error: OSError) -> ExportError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return ExportError(_("The disk is full."), _("Make room, or write the file to another disk."))
    return ExportError(
        _("The file cannot be written there."), _("Check that its folder exists and that you may write to it.")
    )


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def safe_name(text: str, longest: int = 80) -> str:
    """Text as part of a file's name on any system: letters, digits, dots and hyphens, never a dot in front."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")[:longest].rstrip("-.") or "export"
