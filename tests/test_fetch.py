"""Downloads, against servers on this computer that behave as publishers' servers do on a bad day."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.fetch import fetch
from etl.schema import Source, SourceError
from tests.conftest import real_files_folder
from tests.publisher import BODY, Publisher, serving

SOURCE = Source(name="lapd", title="", publisher="", kind="police", url="https://example.org/data", licence="")


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def address(publisher: Publisher) -> Iterator[str]:
    with serving(publisher) as found:
        yield found


@pytest.fixture
def waits() -> list[float]:
    """How long each pause before another try would have been."""
    return []


def nothing_left_over(folder: Path, *kept: str) -> bool:
    return sorted(p.name for p in folder.iterdir()) == sorted(kept)


def test_a_publishers_file_arrives_byte_for_byte(tmp_path: Path) -> None:
    folder = real_files_folder()
    body = (folder / "police/lapd/Crime_Data_from_2020_to_Present.csv").read_bytes() if folder else BODY
    steps: list[tuple[int, int | None]] = []
    with serving(Publisher(body)) as address:
        to = tmp_path / "data" / "downloads"
        file = fetch(SOURCE, to, url=address, progress=lambda done, total: steps.append((done, total)))
    assert file == to / "lapd.csv"
    assert hashlib.sha256(file.read_bytes()).digest() == hashlib.sha256(body).digest()
    assert steps[0] == (0, len(body))
    assert steps[-1] == (len(body), len(body))
    assert nothing_left_over(to, "lapd.csv")


def test_a_connection_that_breaks_half_way_is_continued(
    publisher: Publisher, address: str, tmp_path: Path, waits: list[float]
) -> None:
    publisher.break_after = [150_000, 70_000]
    file = fetch(SOURCE, tmp_path, url=address, sleep=waits.append)
    assert file.read_bytes() == BODY
    assert publisher.asked == ["", "bytes=150000-", "bytes=220000-"]
    assert waits == [1.0, 1.0]  # each try brought something, so the pauses do not grow


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(publisher: Publisher, address: str, tmp_path: Path) -> None:
    publisher.break_after = [100_000]
    with pytest.raises(SourceError, match="broke after 100,000 of 300,000 bytes"):
        fetch(SOURCE, tmp_path, url=address, retries=0)
    assert nothing_left_over(tmp_path, "lapd.csv.partial", "lapd.csv.partial.json")
    assert fetch(SOURCE, tmp_path, url=address, retries=0).read_bytes() == BODY
    assert publisher.asked == ["", "bytes=100000-"]


def test_a_file_that_arrived_whole_but_kept_its_partial_name_is_not_fetched_again(
    publisher: Publisher, address: str, tmp_path: Path
) -> None:
    (tmp_path / "lapd.csv.partial").write_bytes(BODY)
    version = {"url": address, "validator": '"one"', "total": len(BODY)}
    (tmp_path / "lapd.csv.partial.json").write_text(json.dumps(version))
    assert fetch(SOURCE, tmp_path, url=address).read_bytes() == BODY
    assert publisher.asked == []


@pytest.mark.parametrize("damage", ["not json", '{"url": 1, "unheard": 2}', "[]"])
def test_a_damaged_note_beside_the_partial_file_means_starting_over(
    publisher: Publisher, address: str, tmp_path: Path, damage: str
) -> None:
    (tmp_path / "lapd.csv.partial").write_bytes(b"x" * 1000)
    (tmp_path / "lapd.csv.partial.json").write_text(damage)
    assert fetch(SOURCE, tmp_path, url=address).read_bytes() == BODY
    assert publisher.asked == [""]


def test_a_file_that_changes_between_tries_is_started_over(
    publisher: Publisher, address: str, tmp_path: Path, waits: list[float]
) -> None:
    publisher.break_after = [150_000]
    newer = bytes(reversed(BODY)) + b"more"

    def change() -> None:
        if publisher.asked:
            publisher.body, publisher.etag = newer, '"two"'

    publisher.before = change
    assert fetch(SOURCE, tmp_path, url=address, sleep=waits.append).read_bytes() == newer
    assert publisher.asked == ["", "bytes=150000-"]


def test_a_server_that_ignores_if_range_does_not_mix_two_versions(
    publisher: Publisher, address: str, tmp_path: Path, waits: list[float]
) -> None:
    publisher.heeds_if_range = False
    (tmp_path / "lapd.csv.partial").write_bytes(b"o" * 1000)
    version = {"url": address, "validator": '"zero"', "total": len(BODY)}
    (tmp_path / "lapd.csv.partial.json").write_text(json.dumps(version))
    assert fetch(SOURCE, tmp_path, url=address, sleep=waits.append).read_bytes() == BODY
    assert publisher.asked == ["bytes=1000-", ""]


def test_a_server_without_ranges_sends_it_all_again(
    publisher: Publisher, address: str, tmp_path: Path, waits: list[float]
) -> None:
    publisher.ranges = False
    publisher.break_after = [150_000]
    assert fetch(SOURCE, tmp_path, url=address, sleep=waits.append).read_bytes() == BODY
    assert publisher.asked == ["", "bytes=150000-"]


def test_without_a_version_nothing_is_continued(
    publisher: Publisher, address: str, tmp_path: Path, waits: list[float]
) -> None:
    publisher.etag = ""
    publisher.break_after = [150_000]
    assert fetch(SOURCE, tmp_path, url=address, sleep=waits.append).read_bytes() == BODY
    assert publisher.asked == ["", ""]


def test_a_chunked_answer_that_breaks_off_is_not_taken_for_whole(
    publisher: Publisher, address: str, tmp_path: Path, waits: list[float]
) -> None:
    publisher.chunked = True
    publisher.break_after = [150_000]
    assert fetch(SOURCE, tmp_path, url=address, sleep=waits.append).read_bytes() == BODY
    assert len(publisher.asked) == 2


def test_a_server_error_is_tried_again_after_growing_pauses(
    publisher: Publisher, address: str, tmp_path: Path, waits: list[float]
) -> None:
    publisher.statuses = [500, 503, 429]
    assert fetch(SOURCE, tmp_path, url=address, sleep=waits.append).read_bytes() == BODY
    assert waits == [1.0, 2.0, 4.0]


def test_tries_end(publisher: Publisher, address: str, tmp_path: Path, waits: list[float]) -> None:
    publisher.statuses = [500] * 10
    with pytest.raises(SourceError, match=r"answered 500 \(tried 3 times in a row\)"):
        fetch(SOURCE, tmp_path, url=address, retries=2, sleep=waits.append)
    assert len(publisher.asked) == 3


@pytest.mark.parametrize(("status", "words"), [(404, "no such file"), (403, "in a browser"), (400, "answered 400")])
def test_a_refusal_is_said_at_once(
    publisher: Publisher, address: str, tmp_path: Path, waits: list[float], status: int, words: str
) -> None:
    publisher.statuses = [status]
    (tmp_path / "lapd.csv").write_text("last month's file")
    with pytest.raises(SourceError, match=words) as refused:
        fetch(SOURCE, tmp_path, url=address, sleep=waits.append)
    assert waits == []
    assert "secret" not in str(refused.value)
    assert (tmp_path / "lapd.csv").read_text() == "last month's file"


def test_a_file_over_the_limit_is_refused_before_it_is_read(publisher: Publisher, address: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"300,000 bytes or more, over the limit of 299,999"):
        fetch(SOURCE, tmp_path, url=address, limit_bytes=299_999)
    assert nothing_left_over(tmp_path)


def test_a_file_of_undeclared_length_is_stopped_at_the_limit(
    publisher: Publisher, address: str, tmp_path: Path
) -> None:
    publisher.chunked = True
    with pytest.raises(SourceError, match="over the limit of 100,000"):
        fetch(SOURCE, tmp_path, url=address, limit_bytes=100_000)
    assert nothing_left_over(tmp_path)


def test_a_file_whose_end_cannot_be_told_is_refused(publisher: Publisher, address: str, tmp_path: Path) -> None:
    publisher.declare_length = False
    with pytest.raises(SourceError, match="does not say how long"):
        fetch(SOURCE, tmp_path, url=address)
    assert nothing_left_over(tmp_path)


@pytest.mark.parametrize(
    ("headers", "words"),
    [({"Content-Type": "text/html; charset=utf-8"}, "web page"), ({"Content-Encoding": "gzip"}, "packs the file")],
)
def test_an_answer_that_is_not_the_file_is_refused(
    publisher: Publisher, address: str, tmp_path: Path, headers: dict[str, str], words: str
) -> None:
    publisher.headers = headers
    with pytest.raises(SourceError, match=words):
        fetch(SOURCE, tmp_path, url=address)
    assert nothing_left_over(tmp_path)


def test_a_server_that_is_not_there_is_tried_again(tmp_path: Path, waits: list[float]) -> None:
    with serving(Publisher()) as address:
        pass
    with pytest.raises(SourceError, match="could not be reached"):
        fetch(SOURCE, tmp_path, url=address, retries=2, sleep=waits.append)
    assert waits == [1.0, 2.0]


@pytest.mark.parametrize("unsafe", ["http://example.org/f.csv", "file:///etc/passwd", "ftp://example.org/f.csv"])
def test_only_https_is_fetched_also_after_a_redirect(
    publisher: Publisher, address: str, tmp_path: Path, unsafe: str
) -> None:
    with pytest.raises(SourceError, match="only https"):
        fetch(SOURCE, tmp_path, url=unsafe)
    publisher.redirect = unsafe
    with pytest.raises(SourceError, match=r"only https|answered 302"):
        fetch(SOURCE, tmp_path, url=address)
    assert nothing_left_over(tmp_path)


def test_a_source_without_an_address_says_where_to_download(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no address to fetch from.*https://example\.org/data"):
        fetch(SOURCE, tmp_path)


def test_a_full_disk_is_said_before_and_while_writing(
    publisher: Publisher, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.fetch.shutil.disk_usage", lambda folder: type("Usage", (), {"free": 1000}))
    with pytest.raises(SourceError, match="lacks room for 300,000 more bytes"):
        fetch(SOURCE, tmp_path, url=address)
    monkeypatch.undo()
    full = Path("/dev/full")
    if not full.exists():
        return
    (tmp_path / "lapd.csv.partial").symlink_to(full)
    with pytest.raises(SourceError, match="disk is full"):
        fetch(SOURCE, tmp_path, url=address)
