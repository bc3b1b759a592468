"""Clean small files of every form, and the judge of what a spoilt copy of one became.

A variant is a copy of a clean file with something done to it that spreadsheets, exports and networks do. It knows of
each record of the copy which clean rows it was made of. It must end exact (the facts of the clean file), set aside
(the damaged records under their own numbers, and the facts of the clean file without their rows) or refused.
"""

import csv
import datetime as dt
import gzip
import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from etl import codes
from etl.intake import stage_load
from etl.read import Limits
from etl.registry import source_named
from etl.schema import SourceError
from tests.golden.cases import HERE, Case
from tests.workbook import write_xlsx

TODAY = dt.date(2026, 1, 31)
EXACT, ASIDE, REFUSED = "exact", "set aside", "refused"
Rows = list[list[str]]


@dataclass(frozen=True)
class Variant:
    """A spoilt copy. `records`: of each record below the header the clean rows that it was made of, none for junk."""

    form: str
    how: str
    content: bytes
    records: tuple[tuple[int, ...], ...]
    spoilt: frozenset[int] = frozenset()  # clean rows that may be set aside, beside junk
    lost: frozenset[int] = frozenset()  # clean rows that the copy does not hold at all
    may: frozenset[str] = frozenset({EXACT, ASIDE, REFUSED})
    suffix: str = ".csv"
    number: tuple[int, ...] | None = None  # of each record, where they do not count from 2

    @property
    def name(self) -> str:
        return f"{self.form}: {self.how}"


@dataclass(frozen=True)
class Outcome:
    """What became of a file. facts: table -> rows; aside: (input table, record, reason)."""

    facts: Mapping[str, list[str]]
    aside: tuple[tuple[str, int, str], ...] = ()
    notes: str = ""
    refused: str = ""


@dataclass(frozen=True)
class Clean:
    """A file without a fault: what stands above the header, the header, the rows. Of an archive, one of its members."""

    form: str
    source: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    above: tuple[str, ...] = ()
    member: str = ""
    others: tuple[tuple[str, bytes], ...] = ()  # the archive's other members

    @cached_property
    def columns(self) -> dict[str, str]:
        """The declared columns of this table: the publisher's name -> our field."""
        source = source_named(self.source)
        found: dict[str, str] = {}
        for form in source.forms:
            for table in form.tables.values():
                named = {name: field for field, name in table.columns.items()}
                here = not table.member or table.member.casefold() == self.member.casefold()
                if here and set(named) <= set(self.header) and len(named) > len(found):
                    found = named
        return found

    @property
    def has_ids(self) -> bool:
        return "incident_id" in self.columns.values() or bool(self.member)

    def cells(self, delimiter: str = ",") -> Rows:
        """Header and rows as they stand in the file, quoted where they must be."""
        return [[quoted(c, delimiter) for c in row] for row in (self.header, *self.rows)]

    def lines(self, delimiter: str = ",") -> list[str]:
        return [delimiter.join(row) for row in self.cells(delimiter)]

    def content(self, lines: Sequence[str], end: str = "\n") -> str:
        return end.join([*self.above, *lines, ""])

    def packed(self, content: bytes) -> bytes:
        """The file itself; of an archive, with this content as its member."""
        if not self.member:
            return content
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, data in (*self.others, (self.member, content)):
                archive.writestr(name, data)
        return out.getvalue()

    @property
    def suffix(self) -> str:
        return ".zip" if self.member else ".csv"


def quoted(cell: str, delimiter: str = ",") -> str:
    """A cell as csv writes it."""
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if set(cell) & {delimiter, '"', "\n", "\r"} else cell


def outcome(source: str, content: bytes, suffix: str, has_ids: bool) -> Outcome:
    """Reads a file as `load` would, up to the finished load, and gives every fact of it."""
    with tempfile.TemporaryDirectory(prefix="pollution-") as made:
        folder = Path(made)
        path = folder / f"file{suffix}"
        path.write_bytes(content)
        try:
            manifest = stage_load(source_named(source), path, folder, (), Limits(), lambda *_: None, TODAY)
        except SourceError as error:
            said = str(error)
            assert said.endswith((".", "`", '"')) and "\n" not in said, said
            return Outcome({}, refused=said)
        facts: dict[str, list[str]] = {
            "manifest": [repr([m for m in manifest["months"] if m[2]]), repr(manifest["as_of"])]
        }
        aside: tuple[tuple[str, int, str], ...] = ()
        for file in sorted((folder / "load").glob("*.parquet")):
            rows = pq.read_table(file).to_pylist()
            if file.stem == "quarantine":
                aside = tuple(sorted((r["input_table"], r["record"], r["reason"]) for r in rows))
            elif file.stem != "backing":
                facts[file.stem] = sorted(repr(_fact(r, has_ids)) for r in rows)
        return Outcome({k: v for k, v in facts.items() if v}, aside, "; ".join(manifest["notes"]))


def _fact(row: dict[str, Any], has_ids: bool) -> dict[str, Any]:
    """Where a publisher has no ids, ours is a hash of how the row is written: another spelling is another one."""
    hidden = {"load"} if has_ids else {"load", "incident_id", "person_id"}
    return {k: v for k, v in row.items() if k not in hidden}


@cache
def facts_without(clean: Clean, rows: frozenset[int]) -> Outcome:
    """What the clean file becomes without some of its rows."""
    kept = [line for i, line in enumerate(clean.lines()[1:]) if i not in rows]
    content = "\n".join([clean.lines()[0], *kept, ""]).encode()  # without what is printed above: a total would not fit
    return outcome(clean.source, clean.packed(content), clean.suffix, clean.has_ids)


def judge(clean: Clean, variant: Variant) -> str:
    """How the variant ended: EXACT, ASIDE or REFUSED. Fails when it is silently different, or has no business there."""
    found = outcome(clean.source, variant.content, variant.suffix, clean.has_ids)
    assert found.refused or found.facts.keys(), variant.name
    ended = REFUSED if found.refused else ASIDE if found.aside else EXACT
    if ended != REFUSED:
        ended = _judge_rows(clean, variant, found)
    assert ended in variant.may, f"{variant.name}: {ended} {found.refused}{found.aside}"
    return ended


def _judge_rows(clean: Clean, variant: Variant, found: Outcome) -> str:
    numbers = variant.number or tuple(range(2, len(variant.records) + 2))
    record_of = dict(zip(numbers, variant.records, strict=True))
    here = {name for name, _, _ in found.aside if not clean.member or name == clean.member}
    own = [(record, reason) for name, record, reason in found.aside if name in here]
    assert all(reason in codes.REASON for _, reason in own), variant.name
    gone: set[int] = set(variant.lost)
    for record, reason in own:
        assert record in record_of, f"{variant.name}: record {record} ({reason}) is not in the file"
        made_of = record_of[record]
        assert set(made_of) <= variant.spoilt, f"{variant.name}: record {record} was not spoilt ({reason})"
        gone |= set(made_of)
    # A row that was broken in two is gone when either half is; the other half must not count by itself.
    halves = [set(made_of) for record, made_of in record_of.items() if record not in {r for r, _ in own}]
    for half in halves:
        assert not half & gone, f"{variant.name}: a part of a row that was set aside is counted"
    wanted = facts_without(clean, frozenset(gone))
    if wanted.refused:  # nothing is left
        assert len(gone) == len(clean.rows) and not found.facts.get("exposure"), variant.name
        return ASIDE
    if clean.member:  # what the other members lose by it
        others = [a for a in found.aside if a[0] not in here]
        assert others == [a for a in wanted.aside if a[0] not in here], f"{variant.name}: {others}"
    for table in {*found.facts, *wanted.facts}:
        have, want = found.facts.get(table, []), wanted.facts.get(table, [])
        assert have == want, f"{variant.name}: {table} is silently different\n{_first(have, want)}"
    return ASIDE if own else EXACT


def _first(have: list[str], want: list[str]) -> str:
    more, less = [r for r in have if r not in want], [r for r in want if r not in have]
    return f"have {more[:1]}\nwant {less[:1]}"


# -- the clean files ---------------------------------------------------------------------------------------------------

_FORMS = {
    "chicago-portal": "Latitude",
    "chicago-slim": "Primary Type",
    "ctdc-2020": "gender",
    "ctdc-since-2021": "gender",
    "fbi-agency-and-year": "ORI",
    "hotline-state-and-year": "postal",
    "houston-nibrs": "Occurrence Date",
    "houston-until-may-2018": "Offense Type",
    "lapd-2010-to-2019": "DR Number",
    "lapd-since-2020": "DR_NO",
}
_MEMBERS = ("NIBRS_incident.csv", "NIBRS_OFFENSE.csv", "NIBRS_VICTIM.csv", "NIBRS_OFFENDER.csv")
_MORE = {  # so that a small file has a name beyond ASCII and a few rows more
    "hotline-state-and-year": (("2014", "77", "12", "Québec", "QC"), ("2013", "8", "3", "Åland, north", "AX")),
}


@cache
def clean_files() -> dict[str, Clean]:
    """Name -> a clean file of every form: the golden inputs without the rows that are faulty there on purpose."""
    found = {name: _clean(name, column) for name, column in _FORMS.items()}
    july = found["houston-nibrs"]
    at = july.header.index("Offense Count")
    total = f"Total of  {sum(int(r[at]) for r in july.rows):,}  NIBRS offenses reported from 7/1/2018 to 7/31/2018"
    wide = "," * (len(july.header) - 1)
    found["houston-nibrs-with-its-total"] = replace(
        july, form="houston-nibrs-with-its-total", above=(f'"{total}"{wide}', wide)
    )
    for member in _MEMBERS:
        found[f"nibrs-{member}"] = _member(member)
    return found


def _clean(name: str, column: str) -> Clean:
    case = Case(HERE / name)
    source = case.facts["files"][0]["source"]
    (file,) = (case.folder / "input").glob("*.csv")
    with file.open(encoding="utf-8", newline="") as handle:
        rows = [[c[2:].removesuffix(".0") if c[:2] in ("n:", "d:") else c for c in row] for row in csv.reader(handle)]
    at = next(i for i, row in enumerate(rows) if column in row)
    header, body = tuple(rows[at]), [tuple(r) for r in rows[at + 1 :] if any(r)] + list(_MORE.get(name, ()))
    draft = Clean(name, source, header, tuple(r for r in body if len(r) == len(header)))
    found = outcome(source, draft.content(draft.lines()).encode(), ".csv", draft.has_ids)
    faulty = {record - 2 for _, record, _ in found.aside}
    body = [r for i, r in enumerate(draft.rows) if i not in faulty]
    if draft.has_ids:
        id_at = next(i for i, n in enumerate(header) if draft.columns.get(n) == "incident_id")
        body = [r for key, r in {r[id_at]: r for r in body}.items() if key]
    return replace(draft, rows=tuple(body))


def _member(member: str) -> Clean:
    folder = HERE / "nibrs-lower-case-2024" / "input" / "ZZ"
    with (folder / member).open(encoding="utf-8", newline="") as handle:
        header, *rows = [tuple(r) for r in csv.reader(handle)]
    others = tuple((p.name, p.read_bytes()) for p in sorted(folder.iterdir()) if p.name != member)
    draft = Clean(f"nibrs-{member}", "nibrs", header, tuple(rows), member=member, others=others)
    faulty = {record - 2 for name, record, _ in facts_without(draft, frozenset()).aside if name == member}
    return replace(draft, rows=tuple(r for i, r in enumerate(rows) if i not in faulty))


def workbook(rows: Sequence[Sequence[Any]]) -> bytes:
    """The rows as an .xlsx file."""
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "file.xlsx"
        write_xlsx(path, {"Sheet": [[c or None for c in row] for row in rows]})
        return path.read_bytes()


def gz(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
