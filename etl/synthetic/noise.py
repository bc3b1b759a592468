"""Asks worker.py, in the environment that has OpenDP, for noisy counts."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from etl.schema import SourceError

ROOT = Path(__file__).resolve().parents[2]
WORKER = Path(__file__).with_name("worker.py")
PYTHON = "LAMPLIGHT_SYNTHETIC_PYTHON"
FOLDER = ".venv-synthetic"
_IN = Path("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
_MINUTES = 10


@dataclass(frozen=True)
class Noisy:
    """Counts with noise, each with its standard deviation, and the privacy loss of them all (rho).

    epsilon : for the delta that was asked for, of these together with what was spent before.
    """

    counts: tuple[np.ndarray, ...]
    scales: tuple[float, ...]
    rho: float
    epsilon: float
    library: str


def python(named: Path | None = None) -> Path:
    """The Python that has OpenDP: the one that is named, of the setting, or of .venv-synthetic. Raises SourceError."""
    setting = os.environ.get(PYTHON)
    path = named or (Path(setting) if setting else ROOT / FOLDER / _IN)
    if not path.is_file():
        raise SourceError(
            "OpenDP is not installed, and without it there is no noise that protects. Make its environment: "
            f"`python -m venv {FOLDER}`, then `{Path(FOLDER) / _IN} -m pip install -r requirements-synthetic.txt`. "
            f"Or name a Python that has it with --python or in {PYTHON}."
        )
    return path


def measure(
    program: Path,
    tables: Sequence[np.ndarray],
    shares: Sequence[float],
    epsilon: float,
    delta: float,
    spent: float = 0.0,
) -> Noisy:
    """The tables with noise. shares : of the privacy loss that epsilon and delta allow; 1 together at most.

    Raises SourceError when the other Python cannot answer; what it says of its trouble is not shown.
    """
    if sum(shares) > 1 + 1e-9:
        raise ValueError("More than the whole privacy loss would be spent.")
    parts = [{"share": s, "counts": t.ravel().tolist()} for s, t in zip(shares, tables, strict=True)]
    asked = json.dumps({"epsilon": epsilon, "delta": delta, "spent": spent, "parts": parts})
    try:
        # Isolated: nothing of this environment's packages or paths reaches the other one.
        done = subprocess.run(
            [str(program), "-I", str(WORKER)], input=asked, capture_output=True, text=True,
            timeout=60 * _MINUTES, check=True,
        )  # fmt: skip
        answer = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        raise SourceError(
            "The Python for synthetic data could not add the noise. Install requirements-synthetic.txt in it again. "
            "Nothing was made and nothing was spent."
        ) from None
    counts = tuple(
        np.array(p["counts"], dtype=float).reshape(t.shape) for p, t in zip(answer["parts"], tables, strict=True)
    )
    return Noisy(
        counts, tuple(p["scale"] for p in answer["parts"]), answer["rho"], answer["together"]["epsilon"],
        f"OpenDP {answer['opendp']}",
    )  # fmt: skip
