"""The command line of start.py."""

import argparse
import subprocess
import sys
from pathlib import Path

from launcher import Problem
from launcher.environment import FILL_WHEELS, child_env, install, make_venv, venv_python
from launcher.server import require_port, serve, stop_on_signals
from launcher.serving import LOOPBACK, Serving, choose_public, is_loopback, names_of, redirect_name, require_sign_in
from launcher.warehouse import choose_data, choose_public_data

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
    parser.add_argument("--release", metavar="ID", default="", help="with --tier public: an older release")
    parser.add_argument("--host", default=LOOPBACK, help="the address to listen on (127.0.0.1: this computer only)")
    parser.add_argument("--name", action="append", default=[], help="a name under which readers reach it; repeatable")
    parser.add_argument("--wheels", metavar="DIR", help="install from this folder of wheels, without a network")
    options = parser.parse_args(arguments)
    if not 0 < options.port < 65536:
        raise Problem("A port is a number from 1 to 65535, such as --port 8501")
    names = reachable_by(options)
    require_port(options.port, options.host)
    wheels = folder_of_wheels(options.wheels)
    # What is released is asked first where no sample has to be built for it: nothing is installed for a refusal.
    if options.tier == "public" and options.data:
        choose_public(ROOT, Path(options.data).expanduser().resolve(), options.release)
    make_venv(ROOT)
    install(ROOT, ["requirements.txt"], wheels)
    if options.tier == "public":
        data = choose_public(ROOT, choose_public_data(ROOT, options.data), options.release)
    else:
        data = choose_data(ROOT, options.data)
    serving = Serving(options.tier, data, options.host, names, options.release)
    return serve(ROOT, options.port, serving, browser=not options.no_browser, started=started)


def reachable_by(options: argparse.Namespace) -> tuple[str, ...]:
    """The names under which the app answers beside localhost. Raises Problem for what must not be served like this."""
    names = names_of(options.host, options.name)
    if options.tier == "public":
        if not is_loopback(options.host) and not names:
            raise Problem("Say under which name readers reach it, for example: --name data.example.org")
        return names
    if options.release:
        raise Problem("A release is of the public view: add --tier public to --release.")
    require_sign_in(ROOT, options.host)
    return (*names, *redirect_name(ROOT))


def run_tests(arguments: list[str]) -> int:
    """`python start.py test [--full] [--wheels DIR] [pytest's own arguments]`: pytest's closing line comes last."""
    parser = argparse.ArgumentParser(prog="start.py test", add_help=False, allow_abbrev=False)
    parser.add_argument("--wheels")
    options, for_pytest = parser.parse_known_args(arguments)
    wheels = folder_of_wheels(options.wheels)
    make_venv(ROOT)
    install(ROOT, ["requirements.txt", "requirements-test.txt"], wheels)
    command = [str(venv_python(ROOT)), "-m", "tests", *for_pytest]
    env = child_env()
    # Tests start the app and its commands a few hundred times: each would compile all of it anew.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode


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
