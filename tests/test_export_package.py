"""The data package: whole, with right hashes, citing and explaining itself, and frictionless accepts it."""

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import datetime, tzinfo
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from dashboard import measures
from dashboard.access import PUBLIC
from dashboard.exports import material, version, write
from dashboard.exports.plan import Plan
from dashboard.exports.plan import plan as decide
from dashboard.links import from_query
from dashboard.warehouse import Warehouse, open_warehouse
from tests.conftest import ROOT
from tests.make_public import RELEASE, K, make_public
from tests.make_warehouse import make_warehouse
from tests.small_exports import records, totals

REQUIREMENTS = ROOT / "requirements-frictionless.txt"
ALWAYS = {
    "data.csv", "README.md", "codebook.csv", "methods.md", "inclusion.md", "coverage.csv", "known-problems.md",
    "CITATION.cff", "citation.txt", "citation.bib", "filters.json", "areas.geojson", "datapackage.json", "SHA256SUMS",
}  # fmt: skip
Opened = dict[str, bytes]


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("public")
    make_public(folder)
    return open_warehouse(folder, "public")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("data")
    make_warehouse(folder, 400)
    return open_warehouse(folder)


def package(warehouse: Warehouse, plan: Plan, folder: Path) -> Path:
    out = folder / "package.zip"
    assert write(plan, warehouse, warehouse.catalogue, "package", out).rows == plan.rows
    return out


def opened(path: Path) -> Opened:
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture(scope="module")
def protected(public: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return opened(package(public, totals(public), tmp_path_factory.mktemp("package")))


def described(found: Opened) -> dict[str, dict[str, object]]:
    return {r["path"]: r for r in json.loads(found["datapackage.json"])["resources"]}


def test_everything_is_in_the_package_and_every_hash_is_right(protected: Opened) -> None:
    assert ALWAYS | {"LICENSES/fenn-sheriff.txt", "LICENSES/wick-police.txt"} == protected.keys()
    resources = described(protected)
    assert resources.keys() == protected.keys() - {"datapackage.json", "SHA256SUMS"}
    for path, resource in resources.items():
        hashed = hashlib.sha256(protected[path]).hexdigest()
        assert (resource["hash"], resource["bytes"]) == (f"sha256:{hashed}", len(protected[path])), path
    sums = dict(line.split("  ")[::-1] for line in protected["SHA256SUMS"].decode().splitlines())
    assert sums == {n: hashlib.sha256(c).hexdigest() for n, c in protected.items() if n != "SHA256SUMS"}


def test_the_rows_are_those_of_the_plan_and_no_count_is_a_plain_zero(public: Warehouse, protected: Opened) -> None:
    data = pd.read_csv(
        io.BytesIO(protected["data.csv"]), dtype={"period": str}, parse_dates=["period_start", "period_end"]
    )
    asked = public.ask(totals(public).expression)
    data["area"] = data["area"].fillna("")
    pd.testing.assert_frame_equal(data, asked, check_dtype=False)
    counted = data[data["state"] == "count"]
    assert counted["n"].min() >= K and data.loc[data["state"] != "count", "n"].isna().all() and len(data) > len(counted)
    assert (counted["n_low"] <= counted["n"]).all() and (counted["n"] <= counted["n_high"]).all()


def test_each_column_is_described_and_its_codes_are_a_constraint(public: Warehouse, protected: Opened) -> None:
    columns = totals(public).columns
    fields = described(protected)["data.csv"]["schema"]["fields"]  # type: ignore[index]
    assert [(f["name"], f["type"], f["description"]) for f in fields] == [
        (c.name, c.type, c.description) for c in columns
    ]
    assert all(f["title"] for f in fields)
    book = pd.read_csv(io.BytesIO(protected["codebook.csv"]), keep_default_na=False)
    for field, column in zip(fields, columns, strict=True):
        own = book[(book["column"] == column.name) & (book["code"] != "")]
        assert field.get("constraints", {}).get("enum", []) == own["code"].to_list()
        assert own["code"].to_list() == [code for code in column.values if code]
        assert own["label"].to_list() == [label for code, label in column.values.items() if code]


def test_it_says_what_it_is_of_which_release_and_made_by_which_code(protected: Opened) -> None:
    said = json.loads(protected["datapackage.json"])
    assert (said["version"], said["lamplight"]["release"]) == (RELEASE, RELEASE)
    assert said["lamplight"]["code_version"] == version.code_version() != "unknown"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said["created"])
    filters = json.loads(protected["filters.json"])
    assert filters["words"] in protected["README.md"].decode() and filters["link"] in protected["README.md"].decode()
    assert {s["title"] for s in said["contributors"]} == {"Wick Police Department", "Fenn County Sheriff"}
    assert all(licence["path"] in protected for licence in said["licenses"])


def test_the_link_in_it_reopens_the_view(public: Warehouse, protected: Opened) -> None:
    link = json.loads(protected["filters.json"])["link"]
    filters, notices = from_query(parse_qs(urlsplit(link).query), public.catalogue)
    assert (filters.exploitation, notices) == (("sex",), [])


def test_the_methods_say_how_far_protected_counts_are_off_and_the_rules_what_counts(protected: Opened) -> None:
    methods, rules = protected["methods.md"].decode(), protected["inclusion.md"].decode()
    assert "0 to 10 became 0 or 11" in methods and "off by up to 6 (median 2)" in methods
    assert "Statuses left out: unfounded, duplicate report." in rules and "Closed periods only" in rules
    assert "Human trafficking" in rules and "date reported" in rules


def test_a_restricted_package_says_so_and_names_the_publishers_codes(warehouse: Warehouse, tmp_path: Path) -> None:
    plan = records(warehouse)
    found = opened(package(warehouse, plan, tmp_path))
    assert "RESTRICTED" in found["README.md"].decode()
    rules = found["inclusion.md"].decode()
    assert "| wick_police | 822 | 64A | sex | trafficking |" in rules and "| related |" not in rules
    filters, _ = from_query(parse_qs(urlsplit(plan.link).query), warehouse.catalogue)
    assert f"leaves out: {measures.excluded(warehouse, filters).unfounded} unfounded" in rules


def test_coverage_holds_yes_and_no_and_no_count(warehouse: Warehouse, tmp_path: Path) -> None:
    found = opened(package(warehouse, records(warehouse), tmp_path))
    table = pd.read_csv(io.BytesIO(found["coverage.csv"]))
    assert list(table.columns) == ["source", "place", "category", "month", "collected"]
    assert set(table["collected"]) == {True, False}


def test_known_problems_stand_under_their_source(warehouse: Warehouse, tmp_path: Path) -> None:
    text = opened(package(warehouse, records(warehouse), tmp_path))["known-problems.md"].decode()
    known = measures.known_problems(warehouse)
    known = known[known["source"].isin(["wick_police", "fenn_sheriff"])]
    assert len(known)
    for row in known.itertuples():
        assert text.index(row.title) < text.index(row.problem)


def test_printed_figures_are_cited_by_their_publisher_alone_and_not_called_rounded(
    public: Warehouse, tmp_path: Path
) -> None:
    filters, _ = from_query({"unit": ["signals"]}, public.catalogue)
    plan = decide(PUBLIC, public, public.catalogue.of("signals"), filters)
    assert isinstance(plan, Plan)
    found = opened(package(public, plan, tmp_path))
    assert [s["title"] for s in json.loads(found["datapackage.json"])["sources"]] == ["Hotline figures"]
    readme = found["README.md"].decode()
    assert "as their publishers printed them" in readme and "rounded to protect" not in readme


def test_the_citation_is_the_same_in_three_forms_and_cannot_be_broken_by_a_title(
    public: Warehouse, tmp_path: Path
) -> None:
    bad = 'A "quoted" {title}\n- name: x & 100% # $ \\end'
    plan = Plan(**{**totals(public).__dict__, "words": bad})
    found = opened(package(public, plan, tmp_path))
    digest = hashlib.sha256(found["data.csv"]).hexdigest()
    cff = found["CITATION.cff"].decode()
    fields = {m[1]: json.loads(m[2]) for m in re.finditer(r'^(\w+): (".*")$', cff, re.MULTILINE)}
    assert fields["abstract"] == bad and fields["version"] == RELEASE
    assert re.search(r"^date-released: \d{4}-\d\d-\d\d$", cff, re.MULTILINE) and f"sha256:{digest}" in cff
    assert re.findall(r"^[a-z-]+(?=:)", cff, re.MULTILINE) == [
        "cff-version", "message", "type", "title", "abstract", "authors", "version", "date-released", "identifiers",
        "keywords",
    ]  # fmt: skip
    image = Plan(**{**totals(public).__dict__, "words": "![x](https://evil.example/x.png)"})
    readme = opened(package(public, image, tmp_path))["README.md"].decode()
    assert "![x](" not in readme and readme.count(r"!\[x\]") == 3, "title, view and citation: no picture is fetched"
    bib = found["citation.bib"].decode()
    depth = 0
    for at, letter in enumerate(bib):
        depth += {"{": 1, "}": -1}.get(letter, 0) if bib[at - 1] != "\\" else 0
        assert depth >= 0
    assert depth == 0 and r"\&" in bib and r"100\%" in bib
    assert digest in found["citation.txt"].decode() and RELEASE in found["citation.txt"].decode()


def test_without_git_the_version_is_that_of_pyproject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "9.9"\n')
    monkeypatch.setattr(version, "ROOT", tmp_path)
    version.code_version.cache_clear()
    try:
        assert version.code_version() == "9.9"
    finally:
        version.code_version.cache_clear()


def test_asking_for_the_version_takes_no_lock_of_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*command: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@b.example", *command],
                       check=True, capture_output=True)  # fmt: skip

    git("init", "-q")
    (tmp_path / "a").write_text("1")
    git("add", "a")
    git("commit", "-q", "-m", "one")
    (tmp_path / "a").write_text("2")
    (tmp_path / ".git" / "index.lock").touch()  # somebody commits
    before = (tmp_path / ".git" / "index").stat().st_mtime_ns
    monkeypatch.setattr(version, "ROOT", tmp_path)
    version.code_version.cache_clear()
    try:
        assert version.code_version().endswith("-dirty")
    finally:
        version.code_version.cache_clear()
    assert (tmp_path / ".git" / "index").stat().st_mtime_ns == before


def test_the_same_rows_make_the_same_package(
    public: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Still(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Still":
            return cls(2026, 1, 2, 3, 4, 5, tzinfo=tz)

    monkeypatch.setattr(material, "datetime", Still)
    one = package(public, totals(public), tmp_path).read_bytes()
    assert package(public, totals(public), tmp_path).read_bytes() == one


@pytest.fixture(scope="module")
def frictionless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command; skipped, saying so, where it cannot be installed."""
    folder = tmp_path_factory.mktemp("frictionless")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    command = [str(programs / "python"), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)]
    if subprocess.run(command, capture_output=True, timeout=600).returncode:
        pytest.skip("frictionless could not be installed")
    return programs / "frictionless"


@pytest.mark.full
def test_frictionless_accepts_both_packages_and_finds_a_code_that_is_not_listed(
    frictionless: Path, public: Warehouse, warehouse: Warehouse, tmp_path: Path
) -> None:
    def validate(path: Path) -> int:
        command = [str(frictionless), "validate", str(path)]
        return subprocess.run(command, capture_output=True, timeout=120, cwd=tmp_path).returncode

    assert validate(package(public, totals(public), tmp_path)) == 0
    path = package(warehouse, records(warehouse), tmp_path)
    assert validate(path) == 0
    spoiled = opened(path)
    spoiled["data.csv"] = spoiled["data.csv"].replace(b'"sex"', b'"xes"', 1)
    with zipfile.ZipFile(tmp_path / "spoiled.zip", "w") as file:
        for name, content in spoiled.items():
            file.writestr(name, content)
    assert validate(tmp_path / "spoiled.zip") != 0
