"""Whom start.py serves: the tier, the address, the names, and what the public process is never told."""

import json
from pathlib import Path

import pytest

from launcher import Problem, server, serving
from launcher.environment import read_json
from launcher.serving import Serving
from tests.small_project import begin, until_ready

SETTINGS = """[auth]
redirect_uri = "{}"
cookie_secret = "not a secret of anybody's, only of this test"
"""


@pytest.fixture(autouse=True)
def _no_settings_of_this_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))


def with_sign_in(root: Path, redirect: str) -> Path:
    (root / ".streamlit").mkdir(exist_ok=True)
    (root / ".streamlit" / "secrets.toml").write_text(SETTINGS.format(redirect))
    return root


def released(data: Path, *ids: str) -> Path:
    """A data folder with releases of which only the names matter here."""
    for name in ids:
        (data / "public" / "releases" / name).mkdir(parents=True)
        (data / "public" / "releases" / name / "public.duckdb").write_bytes(b"")
    pointer = {"public": f"releases/{ids[-1]}/public.duckdb", "release": ids[-1], "version": len(ids)}
    (data / "public" / "current.json").write_text(json.dumps(pointer))
    return data


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "localhost", "::1"])
def test_this_computer_needs_no_sign_in(tmp_path: Path, host: str) -> None:
    serving.require_sign_in(tmp_path, host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "data.example.org"])
def test_another_address_needs_sign_in_over_https(tmp_path: Path, host: str) -> None:
    with pytest.raises(Problem, match="no sign-in is set up"):
        serving.require_sign_in(tmp_path, host)
    with pytest.raises(Problem, match="in the clear"):
        serving.require_sign_in(with_sign_in(tmp_path, "http://data.example.org/oauth2callback"), host)
    serving.require_sign_in(with_sign_in(tmp_path, "https://data.example.org/oauth2callback"), host)


def test_settings_that_cannot_be_read_are_said_and_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text("[auth\n")
    with pytest.raises(Problem, match="not valid TOML"):
        serving.require_sign_in(tmp_path, "0.0.0.0")


def test_it_answers_to_its_own_names_only(tmp_path: Path) -> None:
    assert serving.names_of("127.0.0.1", []) == ()
    assert serving.names_of("0.0.0.0", ["a.example.org"]) == ("a.example.org",)
    assert serving.names_of("192.0.2.7", ["*.example.org"]) == ("*.example.org", "192.0.2.7")
    assert serving.redirect_name(tmp_path) == ()
    assert serving.redirect_name(with_sign_in(tmp_path, "https://b.example.org/oauth2callback")) == ("b.example.org",)
    for wrong in ("http://a", "a:8501", "a/b", "", "*"):
        with pytest.raises(Problem, match="not a host name"):
            serving.names_of("127.0.0.1", [wrong])
    command = server.command_of(tmp_path, 8501, Serving("public", tmp_path, names=("a.example.org", "localhost")))
    given = [command[i + 1] for i, part in enumerate(command) if part == "--server.allowedHosts"]
    assert given == ["localhost", "127.0.0.1", "a.example.org"]


def test_the_public_process_is_told_nothing_of_the_restricted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAMPLIGHT_DATA", "/restricted")
    monkeypatch.setenv("LAMPLIGHT_SEED", "/restricted/seed")
    monkeypatch.setenv("LAMPLIGHT_RELEASE", "stale")
    monkeypatch.setenv("LAMPLIGHT_CRISIS_LINE", "call 555")
    monkeypatch.setenv("LAMPLIGHT_STEWARD_CONTACT", "data desk")
    monkeypatch.setenv("PWD", "/restricted")
    public = Serving("public", tmp_path / "public")
    told = server.environment_of(public)
    assert {n: v for n, v in told.items() if n.startswith("LAMPLIGHT_")} == {
        "LAMPLIGHT_TIER": "public",
        "LAMPLIGHT_DATA": str(tmp_path / "public"),
        "LAMPLIGHT_CRISIS_LINE": "call 555",
        "LAMPLIGHT_STEWARD_CONTACT": "data desk",
    }
    assert not [n for n, v in told.items() if "/restricted" in v]
    assert not [part for part in server.command_of(tmp_path, 8501, public) if "warehouse" in part]
    assert "LAMPLIGHT_RELEASE" not in server.environment_of(Serving("restricted", tmp_path))


def test_a_release_is_found_in_a_data_folder_and_in_a_copy_of_its_public_part(tmp_path: Path) -> None:
    data = released(tmp_path / "data", "2026-01-01-1", "2026-02-01-1")
    (tmp_path / "data" / "public").rename(tmp_path / "copied")
    released(tmp_path / "data", "2026-01-01-1", "2026-02-01-1")
    assert serving.choose_public(tmp_path, data, "") == data / "public"
    assert serving.choose_public(tmp_path, tmp_path / "copied", "2026-01-01-1") == tmp_path / "copied"
    for wrong in ("2025-01-01-1", "../releases/2026-01-01-1", "..", "/"):
        with pytest.raises(Problem, match=r"There is no release.*2026-01-01-1, 2026-02-01-1"):
            serving.choose_public(tmp_path, data, wrong)
    with pytest.raises(Problem, match=r"Nothing has been released.*\n.*-m etl release"):
        serving.choose_public(tmp_path, tmp_path, "")


def test_the_whole_command_serves_an_older_release(project: Path, free_port: int) -> None:
    data = released(project / "mine", "2026-01-01-1", "2026-02-01-1")
    arguments = ["--no-browser", "--port", str(free_port), "--tier", "public", "--data", str(data)]
    process = begin(project, *arguments, "--release", "2026-01-01-1")
    try:
        until_ready(project, process)
        seen = read_json(project / "seen.json")
        assert (seen["LAMPLIGHT_TIER"], seen["LAMPLIGHT_DATA"]) == ("public", str(data / "public"))
        assert seen["LAMPLIGHT_RELEASE"] == "2026-01-01-1"
    finally:
        process.terminate()
        process.wait(20)
