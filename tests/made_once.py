"""A folder that several files of tests read: the first of them that runs makes it."""

from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of this name, filled by `make` unless another file of this run has already asked for it."""
    folder = tmp_path_factory.getbasetemp() / name
    if not folder.exists():
        making = tmp_path_factory.mktemp(f"making_{name}")
        make(making)
        making.rename(folder)
    return folder
