"""The recorded results of other tools, beside the publishers' real files."""

from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import _REASON, real_files_folder


def reference_folder() -> Path:
    """The folder `reference`; the test is skipped, and counted at the end, where there is none."""
    folder = real_files_folder()
    found = None if folder is None else folder.parent / "reference"
    if found is None or not found.is_dir():
        pytest.skip(_REASON)
    return found


def recorded(name: str) -> pd.DataFrame:
    """A table of sfhotspot's results on its own data: `gistar_500m_bh.csv` ..."""
    return pd.read_csv(reference_folder() / "hotspots" / name)
