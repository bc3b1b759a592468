"""The command line of start.py."""

import argparse
import subprocess
import sys
from pathlib import Path

from launcher import Problem
from launcher.environment import FILL_WHEELS, child_env, install, make_venv, venv_python
from launcher.server import require_port, serve, stop_on_signals
from launcher.warehouse import choose_data

INTERRUPTED = 130  # what a shell expects of a program that was interrupted
ROOT = Path(__file__).resolve().parent.parent


def folder_of_wheels(given: str | None) -> Path | None:
    """The folder given with --wheels. Raises Problem when there is none."""
    if given is None:
        return None
    folder = Path(given).expanduser().resolve()
    if not folder.is_dir():
        raise Problem(f"There is no folder {folder}. {FILL_WHEELS}")
    return folder


def start_app(arguments: list[str], started: float) -> int:
    """`python start.py`: install, choose the data, serve."""
    parser = argparse.ArgumentParser(
        prog="start.py",
        description="Serves the dashboard on this computer. `start.py test` runs the tests instead.",
    )
    parser.add_argument("--port", type=int, default=8501, help="where to listen (8501)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument("--data", metavar="DIR", help="the data folder to serve (your data, else the sample)")
    parser.add_argument("--tier", choices=("restricted", "public"), default="restricted", help="who may see it")
    parser.add_argument("--wheels", metavar="DIR", help="install from this folder of wheels, without a network")
    options = parser.parse_args(arguments)
    if options.tier == "public":
        raise Problem("The public view comes with the protected release, which cannot be made yet. Leave out --tier.")
    if not 0 < options.port < 65536:
        raise Problem("A port is a number from 1 to 65535, such as --port 8501")
    require_port(options.port)
    wheels = folder_of_wheels(options.wheels)
    make_venv(ROOT)
    install(ROOT, ["requirements.txt"], wheels)
    data = choose_data(ROOT, options.data)
    return serve(ROOT, options.port, data, options.tier, browser=not options.no_browser, started=started)


def run_tests(arguments: list[str]) -> int:
    """`python start.py test [--full] [--wheels DIR] [pytest's own arguments]`: pytest's closing line comes last."""
    parser = argparse.ArgumentParser(prog="start.py test", add_help=False, allow_abbrev=False)
    parser.add_argument("--wheels")
    options, for_pytest = parser.parse_known_args(arguments)
    wheels = folder_of_wheels(options.wheels)
    make_venv(ROOT)
    install(ROOT, ["requirements.txt", "requirements-test.txt"], wheels)
    command = [str(venv_python(ROOT)), "-m", "tests", *for_pytest]
    return subprocess.run(command, cwd=ROOT, env=child_env(), check=False).returncode


def run(arguments: list[str], started: float) -> int:
    """Run the command. Returns the exit code; `started` is time.monotonic() when it began."""
    stop_on_signals()
    try:
        return run_tests(arguments[1:]) if arguments[:1] == ["test"] else start_app(arguments, started)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or 'Lamplight'} cannot be used: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped before it was done; start it again to go on.", file=sys.stderr)
        return INTERRUPTED
