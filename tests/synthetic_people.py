"""Enough people for synthetic records, noise that needs no OpenDP, and what a release of them holds."""

import functools
import shutil
import sys
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pytest

from etl.release.policy import read_policy
from etl.synthetic import noise
from etl.synthetic.noise import Noisy
from etl.synthetic.people import People, read_people
from tests.make_warehouse import make_warehouse

TODAY = date(2026, 2, 3)


@functools.cache
def _large(folder: Path) -> Path:
    """Made once, though pytest takes a fixture that several files import for one of each."""
    make_warehouse(folder, 12_000)
    return folder


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """About 6,700 people in closed years, and 8,300 in all."""
    return _large(tmp_path_factory.getbasetemp() / "large")


@pytest.fixture
def data(large: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(large, tmp_path / "data"))


@pytest.fixture
def ordinary_noise(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """numpy's rounded normal noise instead of OpenDP's, for everything that is not about the noise itself.

    Returns the scales that were used, which fills up.
    """
    used: list[float] = []
    rng = np.random.default_rng(5)
    whole = (2 * 1.374) ** -0.5  # what OpenDP takes for epsilon 12 and delta 1e-10

    def measure(
        _: Path, tables: Sequence[np.ndarray], shares: Sequence[float], __: float, ___: float, spent: float = 0
    ) -> Noisy:
        scales = tuple(whole / s**0.5 for s in shares)
        used.extend(scales)
        noisy = tuple(np.round(t + rng.normal(0, s, t.shape)) for t, s in zip(tables, scales, strict=True))
        rho = sum(1 / (2 * s**2) for s in scales)
        return Noisy(noisy, scales, rho, 12.0 * (rho + spent) / 1.374, "numpy")

    monkeypatch.setattr(noise, "measure", measure)
    monkeypatch.setattr(noise, "python", lambda _=None: Path(sys.executable))
    return used


def read_zip(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def people_of(data: Path) -> People:
    with duckdb.connect(str(next((data / "warehouse").glob("*.duckdb"))), read_only=True) as connection:
        return read_people(connection, read_policy(data))
