"""The app's server process: its port, its health, its end."""

import contextlib
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

from launcher import Problem
from launcher.environment import child_env, venv_python
from launcher.serving import LOOPBACK, Serving

HEALTH_WITHIN = 120  # seconds; a slow disk after an update compiles every module again
STOP_WITHIN = 8  # seconds for the server to close by itself


def port_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether the app could listen on a port of this computer. Raises Problem when it may not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if probe.connect_ex((reached_at(host), port)) == 0:  # some systems let two programs share a port silently
            return False
    with socket.socket(family) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Problem(f"Port {port} is reserved for administrators. Choose one above 1023: --port 8501") from error
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
                raise Problem(f"{host} is not an address of this computer. Every one is --host 0.0.0.0") from error
            return False
    return True


def reached_at(host: str) -> str:
    """Where this computer itself reaches what listens on an address."""
    return {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 - compared


def require_port(port: int, host: str = LOOPBACK) -> None:
    """Raise Problem, with the next free port, when a port is taken."""
    if port_free(port, host):
        return
    free = next((p for p in range(port + 1, min(port + 200, 65536)) if port_free(p, host)), None)
    instead = f"python start.py --port {free}" if free else "python start.py --port, with another number"
    raise Problem(
        f"Port {port} is in use. If Lamplight already runs, open {url_of(host, port)}; else start with {instead}"
    )


def url_of(host: str, port: int) -> str:
    """The app's address on this computer."""
    shown = reached_at(host)
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def healthy(port: int, host: str = LOOPBACK) -> bool:
    """Whether the app answers. Asked directly: a proxy must not be asked for this computer's own address."""
    connection = http.client.HTTPConnection(reached_at(host), port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def stop(server: subprocess.Popen) -> None:
    """End the server: politely, then surely."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(STOP_WITHIN)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            server.kill()
            server.wait()


def command_of(root: Path, port: int, serving: Serving) -> list[str]:
    """The command line of the server process."""
    command = [str(venv_python(root)), "-m", "streamlit", "run", str(root / "app.py")]
    command += ["--server.address", serving.host, "--server.port", str(port), "--server.headless", "true"]
    command += ["--browser.gatherUsageStats", "false", "--logger.hideWelcomeMessage", "true"]
    return [*command, *(part for name in serving.allowed() for part in ("--server.allowedHosts", name))]


# Settings that readers of the public side are shown: where help is, and whom to ask about a figure.
FOR_EVERYBODY = ("LAMPLIGHT_CRISIS_LINE", "LAMPLIGHT_STEWARD_CONTACT")


def environment_of(serving: Serving) -> dict[str, str]:
    """The environment of the server process. The public one learns no setting and no folder of the restricted one."""
    env = child_env(**serving.environment())
    stale = [name for name in env if name.startswith("LAMPLIGHT_") and name not in serving.environment()]
    if serving.tier == "public":
        forgotten = [*(name for name in stale if name not in FOR_EVERYBODY), "PWD", "OLDPWD"]
    else:
        forgotten = [name for name in stale if name == "LAMPLIGHT_RELEASE"]
    return {name: value for name, value in env.items() if name not in forgotten}


def serve(root: Path, port: int, serving: Serving, *, browser: bool, started: float) -> int:
    """Run the app until it is stopped. Returns the exit code; raises Problem when it does not come up.

    started: time.monotonic() when the command began; the time to ready is counted from there.
    """
    command, env = command_of(root, port, serving), environment_of(serving)
    ready = False
    server = subprocess.Popen(command, cwd=root, env=env, stdin=subprocess.DEVNULL)
    try:
        while not healthy(port, serving.host):
            if server.poll() is not None:
                raise Problem("The app stopped while starting; the lines above say why.")
            if time.monotonic() - started > HEALTH_WITHIN:
                raise Problem(f"The app did not answer within {HEALTH_WITHIN} s; the lines above may say why.")
            time.sleep(0.05)
        ready = True
        url = url_of(serving.host, port)
        print(f"Ready at {url} after {time.monotonic() - started:.1f} s. Ctrl-C stops it.", flush=True)
        if browser and has_screen():
            webbrowser.open(url)
        return 1 if server.wait() else 0
    except KeyboardInterrupt:
        if not ready:
            raise
        with contextlib.suppress(OSError):  # the terminal may be gone
            print("\nStopped.", flush=True)
        return 0
    finally:
        stop(server)


def has_screen() -> bool:
    """Whether a browser could show itself; a text browser would take over the terminal."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"))


def stop_on_signals() -> None:
    """A polite end (SIGTERM, a closed terminal) stops the server as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    # SIGINT is named too: a shell that starts a job in the background has it ignored.
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), interrupt)
