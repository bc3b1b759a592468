"""A small project with the real start.py in it, and modules that stand in for the large packages and the ETL."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from launcher import environment

ROOT = Path(__file__).resolve().parent.parent
WITHIN = 60  # seconds for anything to happen on a busy machine

STREAMLIT = """
import http.server, json, os, pathlib, sys
port = int(sys.argv[sys.argv.index("--server.port") + 1])
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def do_GET(self):
        self.send_response(200 if self.path == "/_stcore/health" else 404)
        self.end_headers()
seen = {"pid": os.getpid(), "argv": sys.argv, **os.environ}
pathlib.Path("seen.json").write_text(json.dumps(seen))
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
ETL = """
import json, pathlib, sys
warehouse = pathlib.Path(sys.argv[sys.argv.index("--data") + 1]) / "warehouse"
if any(not path.name.startswith("state.") for path in warehouse.glob("*")): sys.exit("there is one already")
warehouse.mkdir(parents=True, exist_ok=True)
(warehouse / "current.json").write_text(json.dumps({"fictional": True}))
with open("built.txt", "a") as built: built.write("built\\n")
"""
PYTEST = """
import atexit
def main(arguments):
    atexit.register(print, "cleaned up")
    print("pytest", *arguments)
    return 3
"""


def make_small_project(folder: Path, made: Path) -> Path:
    """Fill a folder: the real start.py and launcher/, no requirements, a copy of the virtual environment in `made`."""
    shutil.copy(ROOT / "start.py", folder)
    shutil.copytree(ROOT / "launcher", folder / "launcher")
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "__main__.py", folder / "tests")
    (folder / "etl").mkdir()
    shutil.copy(ROOT / "etl" / "ending.py", folder / "etl")
    shutil.copytree(environment.venv_folder(made), environment.venv_folder(folder), symlinks=True)
    for name in ("requirements.txt", "requirements-test.txt", "constraints.txt"):
        (folder / name).write_text("")
    for name, text in {"streamlit.py": STREAMLIT, "pytest.py": PYTEST, "etl/__main__.py": ETL}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def begin(project: Path, *arguments: str) -> subprocess.Popen[str]:
    """`python start.py ...` in a project, its output in output.txt."""
    with (project / "output.txt").open("w") as out:
        command = [sys.executable, "start.py", *arguments]
        return subprocess.Popen(command, cwd=project, stdin=subprocess.DEVNULL, stdout=out, stderr=out, text=True)


def output(project: Path) -> str:
    return (project / "output.txt").read_text()


def until_ready(project: Path, process: subprocess.Popen[str], within: float = WITHIN) -> None:
    """Wait, at most `within` seconds, until the app says that it is ready."""
    end = time.monotonic() + within
    while "Ready at" not in output(project):
        assert process.poll() is None, output(project)
        assert time.monotonic() < end, output(project)
        time.sleep(0.02)
