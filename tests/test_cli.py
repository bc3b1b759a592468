"""The command line as people and programs use it: in a terminal, in a pipe, on 80 columns, without noise."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import audit
from etl.__main__ import EQUATION, main, parser
from etl.load import load_files
from etl.registry import source_named
from etl.store import Store
from tests.loader_files import LAPD, OTHER, SEX, contents, csv_file, lapd_row, nibrs_zip, tree
from tests.publisher import Publisher, serving

DAYS = ("2023-01-03", "2023-02-09", "2023-03-21")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a city's file and a state's archive."""
    folder = tmp_path_factory.mktemp("cli")
    rows = [lapd_row(i, DAYS[i % 3], SEX if i < 4 else OTHER) for i in range(9)]
    city = csv_file(folder / "Crime_Data_from_2020_to_Present.csv", LAPD, [*rows, "1,2"])
    state = nibrs_zip(folder / "ZZ-2023.zip", "ZZ", 100, DAYS)
    store = Store(folder / "data")
    load_files(store, [(source_named("lapd"), city), (source_named("nibrs"), state)])
    return store.data


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([str(a) for a in arguments])
        said = capfd.readouterr()
        return code, said.out, said.err

    return command


def test_every_command_takes_a_data_folder() -> None:
    (commands,) = (a for a in parser()._actions if isinstance(a.choices, dict))
    assert isinstance(commands.choices, dict)
    assert {"load", "status", "fetch", "remove", "undo", "rebuild", "backup", "restore", "forget"} <= set(
        commands.choices
    )
    for name, one in commands.choices.items():
        # At a service provider's there is no warehouse to name.
        assert any("--data" in a.option_strings for a in one._actions) == (name != "aggregate"), name


def test_status_for_programs(run: Run, data: Path) -> None:
    code, out, err = run("status", "--json", "--data", data)
    found = json.loads(out)
    assert (code, err, found["version"]) == (0, "", 1)
    city, state = found["loads"]
    assert (city["source"], city["file"]) == ("lapd", "Crime_Data_from_2020_to_Present.csv")
    assert len(city["sha256"]) == 64
    (table,) = city["tables"]
    assert [table[name] for name in EQUATION] == [10, 4, 0, 5, 1]
    assert len(state["tables"]) == 15
    for table in city["tables"] + state["tables"]:
        assert table["rows_read"] == sum(table[name] for name in EQUATION[1:])


def test_status_of_nothing(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("status", "--data", tmp_path / "none")
    assert code == 0 and "Nothing is loaded" in out
    code, out, _ = run("status", "--json", "--data", tmp_path / "none")
    assert json.loads(out)["loads"] == []
    assert not (tmp_path / "none").exists()


def test_load_check_undo_and_remove_in_words(run: Run, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    one = csv_file(tmp_path / "one.csv", LAPD, [lapd_row(i, DAYS[i % 3], SEX) for i in range(5)])
    two = csv_file(tmp_path / "two.csv", LAPD, [lapd_row(i, DAYS[i % 3], SEX) for i in range(6)])
    code, out, err = run("load", "lapd", one, "--check", "--data", folder)
    assert (code, err) == (0, "") and "one.csv: would be loaded" in out and "nothing was loaded" in out
    code, out, err = run("load", "lapd", one, "--data", folder)
    assert (code, err) == (0, "") and "one.csv: loaded (since 2020" in out and "Served now" in out
    code, out, _ = run("load", "lapd", one, "--data", folder)
    assert code == 0 and "was loaded before: nothing changes" in out and "Nothing was changed." in out
    assert "undo" not in out  # it would take back the load before
    for more in (["--check"], []):
        code, out, _ = run("load", "lapd", two, *more, "--data", folder)
        assert code == 0 and "one.csv: 5 rows counted before, 0 beside this" in out
    assert run("undo", "--data", folder)[1] == "Undone: load lapd\n"
    code, out, _ = run("remove", "lapd", "--data", folder)
    assert code == 0 and "Removed from what is served: lapd-" in out
    assert run("rebuild", "--data", folder)[0] == 0
    assert run("undo", "--data", folder)[1].startswith("Undone: remove lapd-")
    assert len(contents(Store(folder))["incidents"]) == 5


def test_an_older_download_is_noticed(run: Run, tmp_path: Path) -> None:
    rows = [lapd_row(i, DAYS[i % 3], SEX) for i in range(6)]
    new = csv_file(tmp_path / "new.csv", LAPD, rows)
    old = csv_file(tmp_path / "old.csv", LAPD, [r for i, r in enumerate(rows) if i % 3 < 2])
    words = "old.csv ends on 2023-02-09, before a file loaded earlier, which ends on 2023-03-21"
    assert run("load", "lapd", new, "--data", tmp_path / "data")[0] == 0
    assert words in run("load", "lapd", old, "--check", "--data", tmp_path / "data")[1]
    assert words not in run("load", "lapd", new, "--data", tmp_path / "data")[1]


def test_what_changes_is_in_the_audit_log_and_what_only_looks_is_not(run: Run, data: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(data, tmp_path / "data")
    services = tmp_path / "services.csv"
    services.write_text("name,phone,last_verified,confidential\nLantern House,555-0100,2026-01-05,no\n")
    (folder / "places.csv").write_text("name,lat,lon,radius_m,kind\nA house,34.05,-118.25,200,shelter\n")
    for command in (["directory", services], ["places", "apply"]):
        looking = ["places", "check"] if command[0] == "places" else [*command, "--check"]
        for arguments in (looking, command):
            assert run(*arguments, "--data", folder)[0] == 0
    assert [row.what for row in audit.entries(folder).rows] == ["places", "directory"]


def test_sources(run: Run, tmp_path: Path) -> None:
    code, out, err = run("sources", "--data", tmp_path)
    assert (code, err) == (0, "")
    assert "lapd" in out and "htcds" in out and "provider_totals" in out and "sample_city_pd" not in out


def test_fetch_and_load(run: Run, tmp_path: Path) -> None:
    body = "\n".join([LAPD, *(lapd_row(i, DAYS[i % 3], SEX) for i in range(400))]).encode()
    publisher = Publisher(body)
    publisher.break_after = [len(body) // 2]
    with serving(publisher) as address:
        code, out, err = run("fetch", "lapd", "--url", address, "--data", tmp_path)
    assert (code, err) == (0, ""), err
    (path,) = (tmp_path / "downloads").iterdir()
    assert path.read_bytes() == body and len(publisher.asked) == 2
    assert f"python -m etl load lapd {path}" in out and "secret" not in out
    assert run("load", "lapd", path, "--data", tmp_path)[0] == 0


def test_fetch_that_fails(run: Run, tmp_path: Path) -> None:
    publisher = Publisher()
    publisher.statuses = [404]
    with serving(publisher) as address:
        code, out, err = run("fetch", "lapd", "--url", address, "--to", tmp_path / "to", "--data", tmp_path)
    assert code == 1 and out == "" and err.count("\n") == 1 and "secret" not in err
    for arguments in (["nibrs"], ["nobody"], ["lapd", "--url", "file:///etc/passwd"]):
        code, _, err = run("fetch", *arguments, "--data", tmp_path)
        assert code == 1 and err.count("\n") == 1


def _python(root: Path, *arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-W", "error", "-m", "etl", *map(str, arguments)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, env=os.environ | environment, check=False)


def test_no_noise_and_no_bar_in_a_pipe(root: Path, data: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "one.csv", LAPD, [lapd_row(i, DAYS[i % 3], SEX) for i in range(5)])
    done = _python(root, "load", "lapd", path, "--data", tmp_path / "data")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout and "%" not in done.stdout and "\r" not in done.stdout
    # A file name that the console's encoding cannot show stops nothing.
    odd = path.rename(tmp_path / "Straße–1.csv")
    done = _python(root, "load", "lapd", odd, "--data", tmp_path / "data", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")


def test_whoever_stops_reading_early_sees_no_error(root: Path, data: Path) -> None:
    for more in ([], ["--json"]):
        command = [sys.executable, "-W", "error", "-m", "etl", "status", "--data", str(data), *more]
        with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            assert running.stdout is not None and running.stderr is not None
            running.stdout.close()
            assert (running.stderr.read(), running.wait()) == (b"", 0)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_bar_on_a_terminal_and_whole_names_on_80_columns(root: Path, data: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "one.csv", LAPD, [lapd_row(i, DAYS[i % 3], SEX) for i in range(5)])
    shown = _on_a_terminal(root, "load", "lapd", str(path), "--data", str(tmp_path / "data"))
    assert "one.csv: reading" in shown and "100 %" in shown and "building the warehouse" in shown
    shown = _on_a_terminal(root, "status", "--data", str(data))
    for load in Store(data).current_loads():
        assert load in shown
    assert all(len(line.rstrip()) <= 80 for line in shown.splitlines())
    assert "Crime_Data_from_2020" in shown


def _on_a_terminal(root: Path, *arguments: str) -> str:
    import fcntl
    import pty
    import re
    import struct
    import termios

    main_end, other_end = pty.openpty()
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    command = [sys.executable, "-W", "error", "-m", "etl", *arguments]
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")} | {"TERM": "xterm"}
    with subprocess.Popen(
        command, cwd=root, stdin=other_end, stdout=other_end, stderr=other_end, env=environment
    ) as running:
        os.close(other_end)
        shown = b""
        while True:
            try:
                part = os.read(main_end, 65536)
            except OSError:  # the terminal is closed
                break
            if not part:
                break
            shown += part
        assert running.wait() == 0
    os.close(main_end)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode())


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_a_folder_that_may_not_be_written(root: Path, tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "data"
    path = csv_file(tmp_path / "one.csv", LAPD, [lapd_row(1, DAYS[0], SEX)])
    folder.write_text("a file where the folder should be")
    code, _, err = run("load", "lapd", path, "--data", folder)
    assert code == 1 and err.count("\n") == 1 and "Nothing was changed" in err
    folder.unlink()
    if os.geteuid() != 0:  # an administrator may write everywhere
        folder.mkdir(mode=0o555)
        code, _, err = run("load", "lapd", path, "--data", folder)
        assert code == 1 and "No permission to write in" in err
        assert tree(folder) == {}
