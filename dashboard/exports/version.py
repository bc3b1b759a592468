"""Which version of this program made a file."""

import subprocess
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def code_version() -> str:
    """What git calls this checkout (`v0.1-12-gabc1234`, `-dirty` where it was changed), else pyproject's version."""
    found = _git("describe", "--tags", "--always") if (ROOT / ".git").exists() else ""
    if not found:
        return _declared()
    # `describe --dirty` would take the lock of the checkout: whoever commits at that moment could not.
    return f"{found}-dirty" if _git("status", "--porcelain", "--untracked-files=no") else found


def _git(*command: str) -> str:
    """What git says; empty without git, or of a checkout that it cannot read."""
    whole = ["git", "--no-optional-locks", "-C", str(ROOT), *command]
    try:
        done = subprocess.run(whole, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _declared() -> str:
    try:
        return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "unknown"
