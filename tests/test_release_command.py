"""What the commands say of releases: what is new, what would be public, what cannot be read, and what there is."""

import shutil
from pathlib import Path

import duckdb
import pytest

from etl.__main__ import main
from etl.release.archive import Archive
from etl.status import released
from etl.store import Store
from tests.loader_files import tree
from tests.release_folder import content, data, made, more_records, unreleased

Said = pytest.CaptureFixture[str]


__all__ = ["data", "made", "unreleased"]  # the fixtures


def test_status_names_the_newest_release_and_whether_data_have_changed(data: Path, unreleased: Path) -> None:
    def said(folder: Path) -> str:
        return released(Store(folder))

    assert "Nothing is public yet" in said(unreleased)
    assert "Newest release: 2026-01-05-1, of what is loaded now." in said(data)
    shutil.copy(Store(data).database(1), Store(data).database(2))
    (data / "warehouse" / "current.json").write_text('{"version": 2, "restricted": "restricted-000002.duckdb"}')
    assert "Newest release: 2026-01-05-1. What is loaded has changed since" in said(data)


@pytest.mark.parametrize("how", ["missing", "damaged", "of another version"])
def test_a_warehouse_that_cannot_be_read_is_named_with_the_remedy(unreleased: Path, how: str, capsys: Said) -> None:
    path = Store(unreleased).database(1)
    if how == "missing":
        path.unlink()
    elif how == "damaged":
        path.write_bytes(b"no database")
    else:
        with duckdb.connect(str(path)) as connection:
            connection.execute("update meta set value = '1' where key = 'format'")
    assert main(["release", "--data", str(unreleased)]) == 1
    said = capsys.readouterr().err
    assert "python -m etl rebuild" in said and not (unreleased / "public").exists()


def test_a_trial_publishes_nothing_and_leaves_nothing(unreleased: Path, data: Path, capsys: Said) -> None:
    more_records(data)
    for folder in (unreleased, data):
        before, names = content(folder), set(tree(folder))
        assert main(["release", "--check", "--data", str(folder)]) == 0
        assert "nothing was published" in capsys.readouterr().out
        assert content(folder) == before
        new = set(tree(folder)) - names
        assert not [n for n in new if "audit" not in n and "state.sqlite" not in n]


def test_the_list_names_every_release_with_its_policy(data: Path, unreleased: Path, capsys: Said) -> None:
    assert main(["release", "--list", "--data", str(data)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("2026-01-05-1  policy 1, K 11  incidents by ")
    shutil.rmtree(data / "public")
    assert main(["release", "--list", "--data", str(data)]) == 0
    assert "no release yet" in capsys.readouterr().out


def test_a_release_of_the_real_files_is_honest_where_nearly_nothing_can_be_said(
    real_files: Path, tmp_path: Path, capsys: Said
) -> None:
    """Three records of Los Angeles and seventeen of Chicago: totals of all years, no map, and what would help."""
    to = ["--data", str(tmp_path)]
    police = real_files / "police"
    assert main(["load", "lapd", str(police / "lapd" / "Crime_Data_from_2020_to_Present.csv"), *to]) == 0
    assert main(["load", "chicago", str(police / "chicago" / "Crimes_-_2001_to_Present.csv"), *to]) == 0
    capsys.readouterr()
    assert main(["release", *to]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "no map" in said and "more months, or more sources, do" in said
    (one,) = Archive(tmp_path).ids()
    for unit, cube in Archive(tmp_path).about(one)["units"].items():
        assert cube["layer"] is None, unit
    with duckdb.connect(str(Archive(tmp_path).file(one)), read_only=True) as connection:
        assert not connection.execute("select n from incidents where n < 11").fetchall()
        assert dict(connection.execute("from meta").fetchall())["published_elsewhere"] == "chicago,lapd"
