"""The app's server process: its port, its health, its end."""

import contextlib
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

HOST = "127.0.0.1"  # this computer only; serving others needs a login in front
HEALTH_WITHIN = 120  # seconds; a slow disk after an update compiles every module again
STOP_WITHIN = 8  # seconds for the server to close by itself


def port_free(port: int) -> bool:
    """Whether the app could listen on a port of this computer. Raises Problem when it may not."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:  # some systems let two programs share a port silently
            return False
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise Problem(f"Port {port} is reserved for administrators. Choose one above 1023: --port 8501") from error
        except OSError:
            return False
    return True


def require_port(port: int) -> None:
    """Raise Problem, with the next free port, when a port is taken."""
    if port_free(port):
        return
    free = next((p for p in range(port + 1, min(port + 200, 65536)) if port_free(p)), None)
    instead = f"python start.py --port {free}" if free else "python start.py --port, with another number"
    raise Problem(
        f"Port {port} is in use. If Lamplight already runs, open http://{HOST}:{port}/; else start with {instead}"
    )


def healthy(port: int) -> bool:
    """Whether the app answers. Asked directly: a proxy must not be asked for this computer's own address."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
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


def serve(root: Path, port: int, data: Path, tier: str, *, browser: bool, started: float) -> int:
    """Run the app until it is stopped. Returns the exit code; raises Problem when it does not come up.

    started: time.monotonic() when the command began; the time to ready is counted from there.
    """
    command = [str(venv_python(root)), "-m", "streamlit", "run", str(root / "app.py")]
    command += ["--server.address", HOST, "--server.port", str(port), "--server.headless", "true"]
    command += ["--browser.gatherUsageStats", "false", "--logger.hideWelcomeMessage", "true"]
    env = child_env(LAMPLIGHT_DATA=str(data), LAMPLIGHT_TIER=tier)
    ready = False
    server = subprocess.Popen(command, cwd=root, env=env, stdin=subprocess.DEVNULL)
    try:
        while not healthy(port):
            if server.poll() is not None:
                raise Problem("The app stopped while starting; the lines above say why.")
            if time.monotonic() - started > HEALTH_WITHIN:
                raise Problem(f"The app did not answer within {HEALTH_WITHIN} s; the lines above may say why.")
            time.sleep(0.05)
        ready = True
        url = f"http://{HOST}:{port}/"
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
