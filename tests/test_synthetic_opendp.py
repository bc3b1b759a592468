"""Synthetic people with OpenDP's noise: as much as promised, goals that are met, and one person who cannot be found."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from etl import codes
from etl.schema import SourceError
from etl.store import Store
from etl.synthetic import fit, noise
from etl.synthetic.errors import verdict
from etl.synthetic.make import Asked, make, ways_of
from etl.synthetic.people import Group, People, grid, table
from tests.conftest import ROOT
from tests.make_warehouse import make_warehouse
from tests.synthetic_people import TODAY, data, large, people_of, read_zip

__all__ = ["data", "large"]
REQUIREMENTS = ROOT / "requirements-synthetic.txt"


@pytest.fixture(scope="module")
def with_opendp(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has OpenDP: the one of docs/synthetic.md, or, with --full, a new one."""
    try:
        return noise.python()
    except SourceError:
        if not request.config.getoption("--full"):
            pytest.skip("OpenDP is not installed here (docs/synthetic.md); --full installs it")
    folder = tmp_path_factory.mktemp("opendp")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)]
    if subprocess.run(command, capture_output=True, timeout=600).returncode:
        pytest.skip("OpenDP could not be installed")
    return python


def test_noise_is_as_large_as_promised_and_new_each_time(with_opendp: Path) -> None:
    counts = np.full(20_000, 40)
    one = noise.measure(with_opendp, [counts, counts[:5]], [0.9, 0.1], 12.0, 1e-10)
    assert one.epsilon == pytest.approx(12.0, abs=1e-3) and one.rho == pytest.approx(1.374, abs=0.01)
    assert one.scales[0] == pytest.approx((2 * 0.9 * one.rho) ** -0.5, rel=1e-6)
    assert np.std(one.counts[0]) == pytest.approx(one.scales[0], rel=0.03) and abs(np.mean(one.counts[0]) - 40) < 0.02
    again = noise.measure(with_opendp, [counts, counts[:5]], [0.9, 0.1], 12.0, 1e-10, spent=one.rho)
    assert (again.counts[0] != one.counts[0]).any() and again.epsilon > 16


def test_a_release_of_6_700_people_with_opendp(with_opendp: Path, data: Path) -> None:
    made = make(Store(data), Asked(python=with_opendp), TODAY)
    assert abs(made.rows - people_of(data).n) < 200 and made.epsilon == pytest.approx(12.0, abs=1e-3)
    assert made.report.together.fabricated < 0.02 and made.report.together.unseen < 0.01
    assert made.report.together.suppressed < 0.3
    assert "OpenDP 0.16.0" in read_zip(made.path)["README.md"]


@pytest.mark.full
def test_the_goals_are_met_at_50_000_people(with_opendp: Path, tmp_path: Path) -> None:
    make_warehouse(tmp_path, 75_000)
    made = make(Store(tmp_path), Asked(python=with_opendp), TODAY)
    assert made.report.met == (True, True), verdict(made.report)


@pytest.mark.full
def test_whether_one_person_is_among_them_cannot_be_told(with_opendp: Path, data: Path) -> None:
    """The person has a combination of her own; an attacker who knows everybody else looks for it in many releases."""
    people = people_of(data)
    cell = ("organ_removal", ("0-8", "minor"), "other")
    others = tuple(g for g in people.groups if (g.exploitation, g.age, g.sex) != cell)
    her = Group(2024, *cell, "police", codes.UNKNOWN, 1)
    attributes = grid(people, 1, False)

    def appears(among: tuple[Group, ...], noisy: bool = True) -> bool:
        true = table(People(among, people.sources, people.years, {}, True), attributes, 1)
        ways = ways_of(true.shape)
        tables, scales = [fit.marginal(true, w) for w in ways], (0.01,) * len(ways)
        if noisy:
            shares = fit.shares([len(w) for w in ways], {1: 0.1, 2: 0.2, 3: 0.7})
            answer = noise.measure(with_opendp, tables, shares, 0.5, 1e-10)
            tables, scales = list(answer.counts), answer.scales
        measured = [fit.Measured(*m) for m in zip(ways, tables, scales, strict=True)]
        made = fit.whole(fit.fitted(measured, np.ones(true.shape, dtype=bool)), float(np.random.random()))
        kind, age, sex = (attributes[i].values.index(v) for i, v in ((1, (cell[0],)), (2, cell[1]), (3, (cell[2],))))
        return bool(made[:, kind, age, sex].any())

    assert appears((*others, her), noisy=False) and not appears(others, noisy=False)  # without noise it could be told
    runs = 25
    with_her, without = (sum(appears(among) for _ in range(runs)) for among in ((*others, her), others))
    assert with_her <= 2 and without <= 2
    table_2x2 = [[with_her, runs - with_her], [without, runs - without]]
    assert stats.fisher_exact(table_2x2).pvalue > 0.01


def test_the_setting_names_the_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(noise.PYTHON, sys.executable)
    assert noise.python() == Path(sys.executable) and noise.python(Path(os.__file__)) == Path(os.__file__)
