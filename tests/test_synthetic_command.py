"""`python -m etl synthetic`: it makes, publishes and lists releases, and says in a sentence why it does not."""

import sys
import zipfile
from pathlib import Path

import pytest

from etl.__main__ import main
from etl.synthetic import noise
from etl.synthetic.ledger import Ledger
from etl.synthetic.make import folder_of
from tests.make_warehouse import make_warehouse
from tests.synthetic_people import data, large, ordinary_noise

__all__ = ["data", "large", "ordinary_noise"]


def test_the_command_refuses_the_fictional_county(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_warehouse(tmp_path, 300)
    assert main(["synthetic", "--data", str(tmp_path)]) == 1
    assert "Synthetic records need at least 5,000 people" in capsys.readouterr().err


def test_check_spends_nothing(data: Path, ordinary_noise: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synthetic", "--data", str(data), "--check"]) == 0
    assert "counted in 2020 to 2024 by: Wick Police" in capsys.readouterr().out
    assert not ordinary_noise and not folder_of(data).exists()


def test_the_command_makes_saves_publishes_and_lists(
    data: Path, tmp_path: Path, ordinary_noise: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "people.zip"
    assert main(["synthetic", "--data", str(data), "--out", str(out), "--publish"]) == 0
    said = capsys.readouterr().out
    assert "goal" in said and "Do not compute hotspots" in said and zipfile.is_zipfile(out)
    assert main(["synthetic", "--data", str(data), "--list"]) == 0
    assert "public." in capsys.readouterr().out
    assert main(["synthetic", "--data", str(data), "--out", str(out), "--spend-more"]) == 1
    assert "--out must be a new file" in capsys.readouterr().err
    assert len(Ledger(folder_of(data)).entries()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--epsilon", "50"], "--epsilon must be from 0.1 to 20"), (["--epsilon", "nan"], "--epsilon must be"),
     (["--delta", "0.01"], "--delta must be"), (["--years", "0"], "nothing finer than a year")],
)  # fmt: skip
def test_a_promise_that_promises_nothing_is_refused(
    data: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["synthetic", "--data", str(data), *arguments]) == 1
    assert said in capsys.readouterr().err


def test_without_opendp_the_command_says_how_to_get_it(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(noise.PYTHON, str(data / "nothing"))
    assert main(["synthetic", "--data", str(data)]) == 1
    assert "pip install -r requirements-synthetic.txt" in capsys.readouterr().err
    assert main(["synthetic", "--data", str(data), "--python", sys.executable]) == 1  # a Python without OpenDP
    assert "Install requirements-synthetic.txt in it again" in capsys.readouterr().err
    assert not Ledger(folder_of(data)).entries()
