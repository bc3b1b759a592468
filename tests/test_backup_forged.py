"""A backup that somebody forged writes nothing outside its folder, and one of a newer format is named."""

import io
import tarfile
from pathlib import Path

import pyarrow as pa
import pytest

from etl.backup import HEAD, INDEX
from etl.restore import restore
from etl.schema import SourceError


def _forged(path: Path, members: dict[str, bytes], kind: bytes = b"0") -> Path:
    with pa.CompressedOutputStream(path.open("wb"), "zstd") as packed, tarfile.open(fileobj=packed, mode="w|") as made:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            if name not in (HEAD, INDEX):
                info.type = kind
            made.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/passwd", "warehouse/../../x", "elsewhere/x", "warehouse//x", ".hidden", "a\\b", "c:x"]
)
def test_a_forged_backup_writes_nothing_outside(tmp_path: Path, name: str) -> None:
    path = _forged(tmp_path / "forged", {HEAD: b'{"format": 1, "version": 1}', name: b"x", INDEX: b'{"files": {}}'})
    with pytest.raises(SourceError, match="damaged, or no backup"):
        restore(path, tmp_path / "new" / "data")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["forged", "new"] and not any((tmp_path / "new").iterdir())


def test_a_link_in_a_backup_is_refused(tmp_path: Path) -> None:
    path = _forged(tmp_path / "forged", {HEAD: b'{"format": 1, "version": 1}', "warehouse": b""}, kind=b"2")
    with pytest.raises(SourceError, match="damaged, or no backup"):
        restore(path, tmp_path / "new")


def test_a_newer_format_is_named(tmp_path: Path) -> None:
    path = _forged(tmp_path / "newer", {HEAD: b'{"format": 2, "version": 1}', INDEX: b'{"files": {}}'})
    with pytest.raises(SourceError, match="newer Lamplight"):
        restore(path, tmp_path / "new")
