"""Which version of this program made a file."""

import subprocess
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def code_version() -> str:
    """What git calls this checkout (`v0.1-12-gabc1234`, `-dirty` where it was changed), else pyproject's version."""
    if (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "describe", "--tags", "--always", "--dirty"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired):  # no git, or a checkout that it cannot read
            return _declared()
        if done.returncode == 0 and done.stdout.strip():
            return done.stdout.strip()
    return _declared()


def _declared() -> str:
    try:
        return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "unknown"
