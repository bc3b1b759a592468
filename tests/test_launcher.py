"""What launcher/ makes and says: the environment, the data, the port."""

import os
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from dashboard import state
from launcher import Problem, environment, server, warehouse
from launcher.command import start_app

# --- the environment --------------------------------------------------------------------------


def tiny_wheel(folder: Path, version: str) -> None:
    """A package `tinylamp` that pip can install from a folder."""
    info = f"tinylamp-{version}.dist-info"
    with zipfile.ZipFile(folder / f"tinylamp-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tinylamp.py", f"VERSION = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tinylamp\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", f"tinylamp.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")


def tiny_version(project: Path) -> str:
    command = [str(environment.venv_python(project)), "-c", "import tinylamp; print(tinylamp.VERSION)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_packages_come_from_a_folder_once_and_again_when_a_pin_changes(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # no network
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for version in ("1.0", "2.0"):
        tiny_wheel(wheels, version)
        (project / "requirements.txt").write_text(f"tinylamp=={version}\n")
        environment.install(project, ["requirements.txt"], wheels)
        assert tiny_version(project) == version
    assert capsys.readouterr().out.count("Installed in") == 2
    environment.install(project, ["requirements.txt"], wheels)
    assert capsys.readouterr().out == ""
    (project / "constraints.txt").write_text("# changed\n")
    environment.install(project, ["requirements.txt"], wheels)
    assert "Installed in" in capsys.readouterr().out


def test_a_package_missing_from_the_folder_is_said_and_tried_again(project: Path, tmp_path: Path) -> None:
    (project / "requirements.txt").write_text("tinylamp==3.0\n")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for _ in range(2):
        with pytest.raises(Problem, match=r"lacks a package.*pip wheel -r requirements\.txt"):
            environment.install(project, ["requirements.txt"], wheels)


def test_no_network_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_INDEX_URL", "https://example.invalid/simple")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    (project / "requirements.txt").write_text("tinylamp==1.0\n")
    with pytest.raises(Problem) as problem:
        environment.install(project, ["requirements.txt"])
    assert "The package index could not be reached" in str(problem.value)
    assert "HTTPS_PROXY" in str(problem.value)
    assert "--wheels" in str(problem.value)
    assert "tinylamp==1.0" in str(problem.value)  # pip's own last lines


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("ERROR: [Errno 28] No space left on device", "disk is full"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "PIP_CERT"),
        ("ERROR: something new", "could not be installed"),
    ],
)
def test_what_pip_says_becomes_a_remedy(printed: str, words: str) -> None:
    assert words in environment.pip_remedy(printed, Path("pip.log"), None)


def test_a_python_without_venv_is_said() -> None:
    debian = "The virtual environment was not created successfully because ensurepip is not available."
    assert "apt install python3-venv" in environment.venv_remedy(debian)
    assert "odd" in environment.venv_remedy("something odd")


def test_a_half_made_or_orphaned_environment_is_made_anew(project: Path) -> None:
    python = environment.venv_python(project)
    python.unlink()
    environment.make_venv(project)
    assert subprocess.run([python, "-c", "import pip"], check=False).returncode == 0
    made = python.stat().st_mtime_ns
    environment.make_venv(project)
    assert python.stat().st_mtime_ns == made


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="Nothing can be written to"):
        environment.require_writable(tmp_path / "missing")


def test_another_pythons_settings_do_not_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org:3128")
    env = environment.child_env(LAMPLIGHT_TIER="restricted")
    assert "PYTHONPATH" not in env
    assert env["HTTPS_PROXY"] == "http://proxy.example.org:3128"
    assert env["LAMPLIGHT_TIER"] == "restricted"


# --- the data ---------------------------------------------------------------------------------


def with_warehouse(data: Path, text: str = "{}") -> Path:
    (data / "warehouse").mkdir(parents=True)
    (data / "warehouse" / "current.json").write_text(text)
    return data


def test_own_data_come_before_the_sample_and_a_named_folder_before_both(project: Path) -> None:
    assert warehouse.choose_data(project, None) == project / "data" / "sample"
    own = with_warehouse(project / "data")
    assert warehouse.choose_data(project, None) == own
    other = with_warehouse(project / "elsewhere")
    assert warehouse.choose_data(project, str(other)) == other
    assert warehouse.choose_data(project, str(project / "data" / "sample")) == project / "data" / "sample"


def test_a_folder_without_data_says_how_to_load(project: Path) -> None:
    with pytest.raises(Problem, match=r"does not exist\. Load a file into it:\n.* -m etl load SOURCE FILE --data"):
        warehouse.choose_data(project, str(project / "nowhere"))
    with pytest.raises(Problem, match="holds no data yet"):
        warehouse.choose_data(project, str(project / "launcher"))


def test_the_sample_is_built_again_when_an_update_changed_it(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    for _ in range(2):
        warehouse.build_sample(project)
    assert (project / "built.txt").read_text() == "built\n"
    (project / "data" / "sample" / "files").mkdir()
    (project / "data" / "sample" / "files" / "reports.csv").write_text("a,b\n")
    for _ in range(2):
        warehouse.build_sample(project)
    assert (project / "built.txt").read_text() == "built\nbuilt\n"


def test_what_people_saved_outlives_a_sample_built_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    warehouse.build_sample(project)
    folder = project / "data" / "sample" / "warehouse"
    for name in (state.FILE, f"{state.FILE}-wal", "restricted-000001.duckdb"):
        (folder / name).write_text(name)
    (folder / "loads" / "a").mkdir(parents=True)
    (folder / warehouse.SAMPLE_STAMP).write_text("older")
    warehouse.build_sample(project)
    left = {path.name for path in folder.iterdir()}
    assert left == {state.FILE, f"{state.FILE}-wal", "current.json", warehouse.SAMPLE_STAMP}
    assert (folder / state.FILE).read_text() == state.FILE


def test_only_a_fictional_warehouse_is_ever_removed(project: Path) -> None:
    sample = with_warehouse(project / "data" / "sample", '{"fictional": false}')
    (sample / "warehouse" / "precious.duckdb").write_text("real")
    with pytest.raises(Problem, match="could not be built"):
        warehouse.build_sample(project)
    assert (sample / "warehouse" / "precious.duckdb").read_text() == "real"


# --- the port and the rest of the command line ------------------------------------------------


def test_a_port_in_use_names_the_next_free_one(free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        assert not server.port_free(free_port)
        with pytest.raises(Problem, match=rf"Port {free_port} is in use.*python start\.py --port \d+") as problem:
            server.require_port(free_port)
    suggested = int(str(problem.value).rsplit(" ", 1)[1])
    assert suggested > free_port
    assert server.port_free(suggested)
    assert server.port_free(free_port)


def test_a_port_for_administrators_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(Problem, match="reserved for administrators"):
        server.require_port(80)


def test_health_is_not_asked_of_a_proxy(free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert not server.healthy(free_port)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--tier", "public", "--data", "/no/such/folder"], r"Nothing has been released.*\n.*-m etl release --data"),
        (["--tier", "public", "--host", "0.0.0.0"], "--name data.example.org"),
        (["--host", "0.0.0.0"], "on this computer only.*no sign-in is set up"),
        (["--host", "192.0.2.7"], "on this computer only.*no sign-in is set up"),
        (["--release", "2026-01-01-1"], "add --tier public"),
        (["--name", "http://data.example.org"], "not a host name"),
        (["--port", "70000"], "from 1 to 65535"),
        (["--wheels", "/no/such/folder"], "There is no folder"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_made(
    arguments: list[str], words: str, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("nothing may be made")

    monkeypatch.setattr("launcher.command.make_venv", fail)
    monkeypatch.setattr("launcher.serving.sign_in_settings", lambda _: {})
    with pytest.raises(Problem, match=words):
        start_app([*([] if "--port" in arguments else ["--port", str(free_port)]), *arguments], time.monotonic())


def test_a_machine_without_a_screen_gets_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert not server.has_screen()
    monkeypatch.setenv("DISPLAY", ":0")
    assert server.has_screen()
