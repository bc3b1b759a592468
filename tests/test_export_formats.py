"""Every format holds the same rows, typed and described; a file is whole or not there; R and GDAL open them."""

import csv
import gzip
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import ibis
import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard.exports import FORMATS, Cancelled, ExportError, as_xlsx, file_name, write
from dashboard.exports.about import standing
from dashboard.exports.inert import inert
from dashboard.exports.plan import Plan
from dashboard.warehouse import Warehouse, open_warehouse
from tests.make_public import make_public
from tests.make_warehouse import make_warehouse
from tests.small_exports import left_behind, records, totals
from tests.test_formulas import FORMULAS

ROWS = 400
SINGLE = tuple(f for f in FORMATS if f != "package")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("data")
    make_warehouse(folder, ROWS)
    return open_warehouse(folder)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("public")
    make_public(folder)
    return open_warehouse(folder, "public")


def made(warehouse: Warehouse, plan: Plan, form: str, folder: Path, **more: Any) -> Path:
    out = folder / file_name(plan, form)
    done = write(plan, warehouse, warehouse.catalogue, form, out, **more)
    assert (done.rows, done.bytes) == (plan.rows, out.stat().st_size)
    return out


def read(path: Path) -> pd.DataFrame:
    if path.suffix == ".xlsx":
        return pd.read_excel(path, sheet_name=0, engine="calamine")
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix in (".geojson", ".gpkg"):
        return pd.DataFrame(gpd.read_file(path, layer=0).drop(columns="geometry"))
    return pd.read_csv(path)


def plain(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Rows as plain values, so that formats with other types for the same thing compare."""
    table = table.assign(reported_on=pd.to_datetime(table["reported_on"]).dt.date.astype(str))
    rows = table.astype(object).where(table.notna(), None).itertuples(index=False, name=None)
    return [tuple(round(float(v), 9) if isinstance(v, int | float) else v for v in row) for row in rows]


@pytest.mark.parametrize("form", SINGLE)
def test_each_format_holds_the_rows_of_the_plan(warehouse: Warehouse, tmp_path: Path, form: str) -> None:
    plan = records(warehouse)
    path = made(warehouse, plan, form, tmp_path)
    asked = warehouse.ask(plan.expression)
    assert len(asked) == ROWS
    found = read(path)
    assert list(found.columns) == [c.name for c in plan.columns]
    assert plain(found) == plain(asked)
    assert left_behind(tmp_path) == [path.name]


def test_a_csv_is_utf8_with_the_mark_that_excel_needs_and_gzip_adds_no_time(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    plan = records(warehouse, note=ibis.literal("Málaga"))
    packed, bare = (made(warehouse, plan, form, tmp_path).read_bytes() for form in ("csv.gz", "csv"))
    assert bare.startswith(b"\xef\xbb\xbf") and "Málaga".encode() in bare
    assert gzip.decompress(packed) == bare
    assert made(warehouse, plan, "csv.gz", tmp_path).read_bytes() == packed


def test_no_text_is_a_formula_in_a_csv_and_none_is_changed_in_a_workbook(warehouse: Warehouse, tmp_path: Path) -> None:
    t = warehouse.table("incidents")
    cases = [(t.incident_id == f"I{i}", text) for i, text in enumerate(FORMULAS)]
    note = ibis.cases(*cases, else_="ok")
    plan = records(warehouse, note=note)
    kept = made(warehouse, plan, "csv", tmp_path).read_bytes().decode("utf-8-sig")
    notes = [row["note"] for row in csv.DictReader(io.StringIO(kept, newline=""))]
    assert notes[: len(FORMULAS)] == inert(pd.Series(FORMULAS)).to_list() and set(notes[len(FORMULAS) :]) == {"ok"}
    path = made(warehouse, plan, "xlsx", tmp_path)
    assert read(path)["note"][: len(FORMULAS)].to_list() == list(FORMULAS)
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(name) for name in book.namelist() if "sheet" in name]
    assert sheets and not any(b"<f>" in text or b"hyperlink" in text for text in sheets)


def test_a_workbook_has_typed_cells_its_codebook_and_what_it_is_about(warehouse: Warehouse, tmp_path: Path) -> None:
    plan = records(warehouse)
    path = made(warehouse, plan, "xlsx", tmp_path)
    sheets = pd.read_excel(path, sheet_name=None, engine="calamine")
    assert list(sheets) == ["Data", "Columns", "About"]
    kinds = {name: type(sheets["Data"][name].dropna().iloc[0]) for name in ("reported_on", "exploitation")}
    assert kinds == {"reported_on": pd.Timestamp, "exploitation": str}
    listed = sheets["Columns"][["column", "code", "label"]].astype(object).values.tolist()
    assert ["exploitation", "sex", "Sexual exploitation"] in listed
    about = dict(sheets["About"].itertuples(index=False, name=None))
    assert (about["words"], "RESTRICTED" in about["standing"]) == (plan.words, True)
    with zipfile.ZipFile(path) as book:
        assert b"<oddHeader>&amp;CRESTRICTED" in book.read("xl/worksheets/sheet1.xml")


def test_more_rows_than_a_sheet_has_are_refused_with_the_remedy(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_xlsx, "MOST_ROWS", ROWS - 1)
    with pytest.raises(ExportError, match=r"A sheet holds 399 rows.* Choose csv or Parquet"):
        made(warehouse, records(warehouse), "xlsx", tmp_path)
    assert left_behind(tmp_path) == []


def test_parquet_says_what_each_column_is(public: Warehouse, tmp_path: Path) -> None:
    plan = totals(public)
    path = made(public, plan, "parquet", tmp_path)
    schema = pq.read_schema(path)
    assert json.loads(schema.metadata[b"lamplight"])["words"] == plan.words
    field = schema.field("exploitation").metadata
    assert field[b"description"] == b"Kind of exploitation" and json.loads(field[b"values"])["multiple"]
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


def test_geojson_is_wgs84_counter_clockwise_and_one_feature_a_line(public: Warehouse, tmp_path: Path) -> None:
    plan = totals(public)
    text = made(public, plan, "geojson", tmp_path).read_text(encoding="utf-8")
    whole = json.loads(text)
    assert (whole["type"], len(whole["features"]), "crs" in whole) == ("FeatureCollection", plan.rows, False)
    assert [json.loads(line.rstrip(",")) for line in text.splitlines()[1:-1]] == whole["features"]
    placed = [f for f in whole["features"] if f["geometry"]]
    assert len(placed) < plan.rows  # a cell without an area has no shape, and is there all the same
    for feature in placed:
        ring = feature["geometry"]["coordinates"][0][0]
        area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
        assert area > 0 and all(-30.4 < x < -29.6 and -40.3 < y < -39.7 for x, y in ring)


def test_records_without_an_area_are_points(warehouse: Warehouse, tmp_path: Path) -> None:
    found = gpd.read_file(made(warehouse, records(warehouse, None), "gpkg", tmp_path), layer="incidents")
    placed = found[found["latitude"].notna()]
    assert len(placed) and (placed.geometry.x == placed["longitude"]).all() and found.geometry.isna().any()
    assert found.crs.to_epsg() == 4326


def test_cells_are_hexagons_of_their_own_ids(warehouse: Warehouse, tmp_path: Path) -> None:
    import h3

    some = warehouse.ask(warehouse.table("incidents").filter(lambda t: t.h3_7.notnull()).limit(1))["h3_7"][0]
    cell = h3.int_to_str(int(some))
    plan = records(warehouse, "h3", cell=ibis.literal(cell))
    shape = gpd.read_file(made(warehouse, plan, "geojson", tmp_path)).geometry[0]
    y, x = h3.cell_to_latlng(cell)
    assert abs(shape.centroid.x - x) < 1e-3 and abs(shape.centroid.y - y) < 1e-3


def test_rows_without_places_make_no_map_and_the_sentence_says_what_does(warehouse: Warehouse, tmp_path: Path) -> None:
    whole = records(warehouse, None)
    names = [c.name for c in whole.columns if c.name not in ("longitude", "latitude")]
    kept = tuple(c for c in whole.columns if c.name in names)
    bare = Plan(**{**whole.__dict__, "columns": kept, "expression": whole.expression.select(*names)})
    for form in ("geojson", "gpkg"):
        with pytest.raises(ExportError, match=r"no places.*Choose csv"):
            made(warehouse, bare, form, tmp_path)
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("form", FORMATS)
def test_cancelling_leaves_nothing_behind_and_the_old_file_as_it_was(
    warehouse: Warehouse, tmp_path: Path, form: str
) -> None:
    plan = records(warehouse)
    out = tmp_path / file_name(plan, form)
    out.write_text("older")
    with pytest.raises(Cancelled):
        write(plan, warehouse, warehouse.catalogue, form, out, cancelled=_third_time())
    assert left_behind(tmp_path) == [out.name] and out.read_text() == "older"


@pytest.mark.parametrize("form", FORMATS)
def test_an_error_half_way_leaves_nothing_behind(warehouse: Warehouse, tmp_path: Path, form: str) -> None:
    t = warehouse.table("incidents")
    broken = records(warehouse, bad=ibis.literal("many").concat(t.incident_id).cast("int64"))
    with pytest.raises(ExportError, match="could not be read"):
        made(warehouse, broken, form, tmp_path)
    assert left_behind(tmp_path) == []


def test_a_folder_that_is_not_there_is_a_sentence(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"Check that its folder exists"):
        write(records(warehouse), warehouse, warehouse.catalogue, "csv", tmp_path / "no" / "a.csv")


def test_progress_rises_to_one(warehouse: Warehouse, tmp_path: Path) -> None:
    shares: list[float] = []
    made(warehouse, records(warehouse), "csv", tmp_path, progress=shares.append)
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1


def test_an_export_keeps_no_connection_from_the_pages(warehouse: Warehouse, tmp_path: Path) -> None:
    held: list[int] = []
    made(warehouse, records(warehouse), "csv", tmp_path, progress=lambda share: held.append(warehouse._pool.qsize()))
    assert set(held) == {4}


def test_names_of_files_hold_nothing_but_letters_and_say_what_is_restricted(
    warehouse: Warehouse, public: Warehouse
) -> None:
    assert file_name(records(warehouse), "package") == "RESTRICTED-lamplight-incidents-version-1.zip"
    invented = totals(public)  # whose records are
    assert file_name(invented, "csv") == "fictional-lamplight-incidents-2026-01-02-1.csv"
    assert standing(invented).startswith("Fictional sample: every record is invented. Protected figures")
    assert file_name(replace(invented, fictional=False), "csv.gz") == "lamplight-incidents-2026-01-02-1.csv.gz"


# -- as other programs see them ----------------------------------------------------------------------------------------


def _r(*packages: str) -> str:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("Rscript is not installed here")
    asked = " && ".join(f'requireNamespace("{p}", quietly = TRUE)' for p in packages)
    if subprocess.run([program, "-e", f"quit(status = !({asked}))"], capture_output=True).returncode:
        pytest.skip(f"R has no {' and no '.join(packages)} here")
    return program


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "arning" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done.stdout


def test_readr_reads_a_csv_as_the_codebook_says(warehouse: Warehouse, tmp_path: Path) -> None:
    program = _r("readr")
    plan = records(warehouse, note=ibis.literal("Málaga"))
    for form in ("csv", "csv.gz"):
        path = made(warehouse, plan, form, tmp_path)
        script = (
            f'd <- readr::read_csv("{path}", show_col_types = FALSE); cat(nrow(d), names(d)[1], class(d$reported_on), '
            "class(d$n), class(d$night), d$note[1], sum(d$n))"
        )
        assert _said(program, "-e", script) == f"{ROWS} incident Date numeric logical Málaga {ROWS}"


def test_sf_reads_both_map_formats(public: Warehouse, tmp_path: Path) -> None:
    program = _r("sf")
    plan = totals(public)
    total = int(public.ask(plan.expression)["n"].sum())
    for form, layer in (("geojson", ""), ("gpkg", ', layer = "incidents"')):
        path = made(public, plan, form, tmp_path)
        script = (
            f'd <- sf::st_read("{path}"{layer}, quiet = TRUE); cat(nrow(d), sum(d$n, na.rm = TRUE), sf::st_crs(d)$epsg)'
        )
        assert _said(program, "-e", script) == f"{plan.rows} {total} 4326"


def test_ogrinfo_opens_what_has_a_place_and_the_table(public: Warehouse, tmp_path: Path) -> None:
    program = shutil.which("ogrinfo")
    if program is None:
        pytest.skip("ogrinfo is not installed here")
    plan = totals(public)
    for form in ("geojson", "gpkg", "csv"):
        said = _said(program, "-so", "-al", "-ro", str(made(public, plan, form, tmp_path)))
        assert f"Feature Count: {plan.rows}" in said, form
        assert form == "csv" or "Multi Polygon" in said
        assert "period: String" in said


def _third_time() -> Callable[[], bool]:
    asked = iter([False, True, True, True])
    return lambda: next(asked)
