"""Archives: members, damage, encryption, and what would fill a memory or a disk."""

import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from etl.read import open_file
from etl.reading.limits import MB, Limits
from etl.schema import Form, Source, SourceError, Table
from tests.reading import HEADER, SOURCE, make_source, read, write

BODY = f"{HEADER}\nK0,822,calm,Pier\nK1,822\nK2,822,calm,Café\n"
TIGHT = Limits(ratio_from=1 * MB, expansion_ratio=50)
TWO = Form(
    "archive",
    {
        "incident": Table({"incident_id": "CASE"}, member="Wick_Incident.csv"),
        "victim": Table({"victim_id": "VICTIM", "parent": "CASE"}, member="Wick_Victim.csv"),
        "place": Table({"place": "PLACE"}, frozenset({"place"}), member="Wick_Place.csv"),
    },
)


def make_zip(path: Path, members: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_gz_is_told_by_its_bytes_not_by_its_name(tmp_path: Path) -> None:
    got = read(write(tmp_path / "a.csv", gzip.compress(BODY.encode("latin-1"))))
    assert (got.records, got.bad) == ([2, 4], [(3, "field_count")])
    assert got.column("premise") == ["Pier", "Café"]


def test_gz_of_several_streams_is_read_to_its_end(tmp_path: Path) -> None:
    data = gzip.compress(BODY.encode()) + gzip.compress(b"K3,822,calm,Quay\n")
    assert read(write(tmp_path / "a.csv.gz", data)).rows_read == 4


@pytest.mark.parametrize("name", ["wick.csv", "folder/deep/wick.CSV"])
def test_zip_of_one_csv_is_a_csv(tmp_path: Path, name: str) -> None:
    path = make_zip(tmp_path / "a.zip", {name: BODY, "__MACOSX/._wick.csv": b"\0\1\2", "readme.pdf": b"%PDF"})
    with open_file(path, SOURCE) as opened:
        assert [t.name for t in opened.tables] == [Path(name).name]
    assert read(path).records == [2, 4]


def test_zip_of_several_csvs_of_one_shape_is_several_tables(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"may.csv": BODY, "june.csv": BODY, "codes.csv": "Code,Meaning\n1,x\n"})
    with open_file(path, SOURCE) as opened:
        assert [(t.name, t.key) for t in opened.tables] == [("may.csv", "reports"), ("june.csv", "reports")]


def test_members_are_matched_without_case_and_folder(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "MN/wick_incident.CSV": "CASE\nK1\n",
        "MN/WICK_VICTIM.csv": "VICTIM,CASE\nV1,K1\nV2\n",
        "MN/other.csv": "x\n1\n",
        "MN/about.pdf": b"%PDF",
    }
    with open_file(make_zip(tmp_path / "a.zip", members), make_source(TWO)) as opened:
        tables = {t.key: t for t in opened.tables}
        assert list(tables) == ["incident", "victim"]
        (victims,) = tables["victim"].chunks()
        assert victims.to_pylist() == [{"victim_id": "V1", "parent": "K1", "record": 2}]
        assert (tables["victim"].rows_read, tables["victim"].bad[0].reason) == (2, "field_count")


def test_an_empty_member_beside_a_full_one_is_zero_rows(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"Wick_Incident.csv": "CASE\nK1\n", "Wick_Victim.csv": "VICTIM,CASE\n"})
    with open_file(path, make_source(TWO)) as opened:
        counts = {t.key: (sum(b.num_rows for b in t.chunks()), t.rows_read) for t in opened.tables}
    assert counts == {"incident": (1, 1), "victim": (0, 0)}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Wick_Incident.csv": "CASE\nK1\n"}, "an archive that holds Wick_Victim.csv"),
        ({"Wick_Incident.csv": "CASE\nK1\n", "Wick_Victim.csv": "VICTIM,KASE\nV,K\n"}, "needs the column 'CASE'"),
        ({"a/Wick_Incident.csv": "CASE\nK1\n", "b/Wick_Incident.csv": "CASE\n1\n"}, "holds Wick_Incident.csv 2 times"),
        ({"readme.md": "hello"}, "holds no csv file"),
        ({}, "is an empty archive"),
    ],
)
def test_zip_without_what_the_form_needs(tmp_path: Path, members: dict[str, str | bytes], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        open_file(make_zip(tmp_path / "a.zip", members), make_source(TWO))


def zip_with(path: Path, change: int, value: int) -> Path:
    """A zip whose two headers both carry another 16-bit value (6: flags, 8: method)."""
    data = bytearray(make_zip(path, {"wick.csv": BODY * 50}).read_bytes())
    struct.pack_into("<H", data, change, value)
    struct.pack_into("<H", data, data.rindex(b"PK\x01\x02") + change + 2, value)
    return write(path, bytes(data))


@pytest.mark.parametrize(
    ("change", "value", "message"),
    [(6, 1, "wick.csv, is encrypted"), (8, 9, "cannot be read here"), (8, 99, "cannot be read here")],
)
def test_zip_that_is_encrypted_or_packed_in_another_way(tmp_path: Path, change: int, value: int, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        open_file(zip_with(tmp_path / "a.zip", change, value), SOURCE)


def corrupt(data: bytes, at: int) -> bytes:
    return data[:at] + bytes(255 - b for b in data[at : at + 8]) + data[at + 8 :]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv.gz", gzip.compress(BODY.encode() * 99)[:-20], "is cut off"),
        ("a.csv.gz", corrupt(gzip.compress(BODY.encode() * 99), 20), "is damaged"),
        ("a.csv.gz", gzip.compress(BODY.encode())[:-8] + b"\0" * 8, "is damaged"),
        ("a.zip", b"PK\x03\x04" + b"\0" * 100, "is damaged"),
    ],
    # Named, because the bytes hold the time: two processes that run the tests have to agree on their names.
    ids=["cut off", "altered inside", "altered at the end", "no archive"],
)
def test_damaged_archives(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        open_file(write(tmp_path / name, content), SOURCE)


def test_zip_cut_short_or_altered(tmp_path: Path) -> None:
    whole = make_zip(tmp_path / "a.zip", {"wick.csv": BODY * 99}).read_bytes()
    for content in (whole[:-30], corrupt(whole, 60)):
        with pytest.raises(SourceError, match="is damaged"):
            open_file(write(tmp_path / "b.zip", content), SOURCE)


def test_zip_with_a_name_in_no_encoding(tmp_path: Path) -> None:
    whole = make_zip(tmp_path / "a.zip", {"Ä.csv": BODY}).read_bytes()
    with pytest.raises(SourceError, match="is damaged"):
        open_file(write(tmp_path / "b.zip", whole.replace("Ä".encode(), b"\x90\x90")), SOURCE)


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_bomb_is_refused_by_what_it_declares_or_unpacks(tmp_path: Path, kind: str) -> None:
    rows = BODY.encode() + b"K,822,calm,Pier\n" * 500_000
    path = tmp_path / "a.bin"
    if kind == "gz":
        write(path, gzip.compress(rows))
    else:
        make_zip(path, {"wick.csv": rows})
    with pytest.raises(SourceError, match="more than 50 times its size"):
        open_file(path, SOURCE, TIGHT)
    with pytest.raises(SourceError, match=r"unpacks to more than 2\.0 MB"):
        open_file(path, SOURCE, Limits(unpacked_bytes=2 * MB))


def test_zip_that_declares_less_than_it_holds(tmp_path: Path) -> None:
    rows = BODY.encode() + b"K,822,calm,Pier\n" * 500_000
    data = bytearray(make_zip(tmp_path / "a.zip", {"wick.csv": rows}).read_bytes())
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.rindex(signature) + at, 1000)
    with pytest.raises(SourceError, match="is damaged"):
        open_file(write(tmp_path / "b.zip", bytes(data)), SOURCE, TIGHT)


def test_many_small_members_are_judged_together(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {f"m{i}.csv": BODY + "K,822,calm,Pier\n" * 20_000 for i in range(8)}
    with pytest.raises(SourceError, match="more than 50 times its size"):
        open_file(make_zip(tmp_path / "a.zip", members), SOURCE, TIGHT)


def test_archive_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("wick.csv", BODY)
    for path in (
        write(tmp_path / "a.gz", gzip.compress(inner.getvalue())),
        make_zip(tmp_path / "a.zip", {"wick.csv": inner.getvalue()}),
    ):
        with pytest.raises(SourceError, match="an archive in an archive"):
            open_file(path, SOURCE)


def test_no_message_holds_a_value(tmp_path: Path) -> None:
    secret = "Kingfisher"
    packed = zlib.compress(secret.encode())
    for content in (f"Case\n{secret}\n".encode(), packed, gzip.compress(f"{HEADER}\n{secret}".encode())[:-9]):
        with pytest.raises(SourceError) as refused:
            open_file(write(tmp_path / "a.csv", content), Source("wick", "", "", "", "", "", forms=SOURCE.forms))
        assert secret not in str(refused.value)
