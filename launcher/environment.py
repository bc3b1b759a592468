"""The virtual environment beside start.py, and what is installed in it."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from launcher import OLDEST_PYTHON, Problem

STAMP = "lamplight-installed.json"


def venv_folder(root: Path) -> Path:
    """The virtual environment of the project in `root`."""
    return root / ".venv"


def venv_python(root: Path) -> Path:
    """Where the virtual environment keeps its Python."""
    venv = venv_folder(root)
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def child_env(**extra: str) -> dict[str, str]:
    """The environment for programs that run in .venv: nothing from another Python leaks in."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__")}
    env.update(PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_USER="0", PYTHONUTF8="1", **extra)
    return env


def venv_version(venv: Path) -> tuple[int, ...]:
    """The Python that made the virtual environment, such as (3, 11, 7); () when that cannot be told."""
    try:
        lines = (venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
        found = dict(line.split(" = ", 1) for line in lines if " = " in line)
        return tuple(int(part) for part in found["version"].split(".")[:3])
    except (OSError, KeyError, ValueError):
        return ()


def make_venv(root: Path) -> None:
    """Make .venv unless a usable one is there. Raises Problem with the remedy."""
    venv = venv_folder(root)
    if venv_python(root).exists() and venv_version(venv)[:2] >= OLDEST_PYTHON:
        return
    require_writable(root)
    print(f"Making {venv.name} ...", flush=True)
    if venv.exists():  # left by an interrupted start, or made by a Python that has gone
        shutil.rmtree(venv)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(venv)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if made.returncode:
        shutil.rmtree(venv, ignore_errors=True)
        raise Problem(venv_remedy(made.stdout))


def venv_remedy(output: str) -> str:
    """What to do when `python -m venv` fails, from what it printed."""
    if "ensurepip" in output or "No module named venv" in output:
        return (
            "This Python comes without its venv module. On Debian and Ubuntu: sudo apt install python3-venv. "
            "Elsewhere install Python from https://www.python.org/downloads/. Then start again."
        )
    return f"The virtual environment could not be made:\n{last_lines(output)}"


def require_writable(folder: Path) -> None:
    """Raise Problem when nothing can be written to a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Problem(
            f"Nothing can be written to {folder} ({error.strerror}). Move the Lamplight folder to one of your own, "
            "such as your home folder, and start again there."
        ) from error


def install_key(file: Path, venv: Path) -> str:
    """Changes when a pin or the virtual environment's Python does."""
    digest = hashlib.sha256(repr(venv_version(venv)).encode())
    for part in (file, file.parent / "constraints.txt"):
        digest.update(part.read_bytes() if part.exists() else b"")
    return digest.hexdigest()


def install(root: Path, names: list[str], wheels: Path | None = None) -> None:
    """Install pinned requirements into .venv, once: a stamp remembers what is installed."""
    venv, files = venv_folder(root), [root / name for name in names]
    stamp_file = venv / STAMP
    stamps = read_json(stamp_file)
    missing = [f for f in files if stamps.get(f.name) != install_key(f, venv)]
    if not missing:
        return
    require_writable(venv)
    command = [str(venv_python(root)), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    if wheels:
        command += ["--no-index", "--find-links", str(wheels)]
    for file in missing:
        command += ["-r", str(file)]
    begun = time.monotonic()
    listed = " and ".join(f.name for f in missing)
    print(f"Installing what {listed} lists; the first time takes a minute or a few ...", flush=True)
    log = venv / "pip.log"
    with log.open("w", encoding="utf-8") as out:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=child_env(), check=False
        )
    if done.returncode:
        raise Problem(pip_remedy(log.read_text(encoding="utf-8", errors="replace"), log, wheels))
    stamps.update({f.name: install_key(f, venv) for f in missing})
    stamp_file.write_text(json.dumps(stamps), encoding="utf-8")
    print(f"Installed in {time.monotonic() - begun:.0f} s.", flush=True)


# What pip prints when it cannot reach the index; "none" because each pinned version was there when it was pinned.
NO_NETWORK = ("NewConnectionError", "ConnectTimeout", "NameResolution", "ReadTimeout", "ProxyError", "versions: none")
FILL_WHEELS = (
    "Fill the folder on a computer with a network, the same system and the same Python: "
    "pip wheel -r requirements.txt -w FOLDER"
)
NOT_TRUSTED = ("CERTIFICATE_VERIFY_FAILED", "SSLError")


def pip_remedy(output: str, log: Path, wheels: Path | None) -> str:
    """What to do when pip fails, from what it printed."""
    if "No space left on device" in output:
        what = "The disk is full. Lamplight needs about 2 GB; make room and start again."
    elif wheels:
        what = f"The folder {wheels} lacks a package, or holds it for another Python or system. {FILL_WHEELS}"
    elif any(word in output for word in NOT_TRUSTED):
        what = (
            "The package index could not be trusted. If your network inspects traffic, set PIP_CERT to "
            "its certificate file and start again."
        )
    elif any(word in output for word in NO_NETWORK):
        what = (
            "The package index could not be reached. Check the network; behind a proxy set HTTPS_PROXY, for example "
            "HTTPS_PROXY=http://proxy.example.org:3128\nWithout a network: python start.py --wheels FOLDER. "
            + FILL_WHEELS
        )
    else:
        what = "The packages could not be installed. They are tested with Python 3.11; try that one."
    return f"{what}\nThe last lines of {log}:\n{last_lines(output)}"


def last_lines(output: str, count: int = 4, width: int = 160) -> str:
    """The end of a program's output, indented, its longest lines cut."""
    return "\n".join("    " + line[:width] for line in output.strip().splitlines()[-count:])


def read_json(file: Path) -> dict[str, object]:
    """A small JSON object; {} when the file is missing or damaged."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
