"""Records that must go (sealed, expunged, withdrawn), and sources whose publisher takes everything back.

A forgotten record goes from every kept load and version, and does not come back with its file: the folder keeps a
keyed mark of its identifier, which tells nothing without the key beside it. The log names the act, not the record.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.keyed import Keyed, write_secret
from etl.registry import all_sources, source_named
from etl.schema import SourceError
from etl.store import Store, read_json

if TYPE_CHECKING:
    from etl.erasing import Erased, Written

FILE = "forgotten.json"


class Forgotten:
    """The list of marks: source -> marks of the identifiers that were forgotten."""

    def __init__(self, store: Store):
        self._path, self._keyed = store.root / FILE, Keyed(store.root)
        found = read_json(self._path)
        self._records: dict[str, list[str]] = found.get("records", {})
        if self._path.exists() and (not self._keyed.known or found.get("check") != self._keyed.mark("check")):
            raise SourceError(
                f"{self._path} does not fit the key beside it, so records that were forgotten could come back. "
                "Put both back as a backup holds them. Nothing was changed."
            )

    def among(self, source: str, ids: Iterable[str]) -> set[str]:
        """Which of the identifiers of a source were forgotten."""
        marks = set(self._records.get(source, ()))
        return {one for one in ids if self._mark(source, one) in marks} if marks else set()

    def sources(self) -> list[str]:
        """The sources of which a record was forgotten."""
        return sorted(self._records)

    def add(self, source: str, ids: Iterable[str]) -> None:
        """Remembers the marks of identifiers."""
        marks = sorted({*self._records.get(source, ()), *(self._mark(source, one) for one in ids)})
        self.write({**self._records, source: marks})

    def write(self, records: dict[str, list[str]]) -> None:
        """The list as it shall be, whole or not at all."""
        content = {"check": self._keyed.mark("check"), "records": records}
        write_secret(self._path, json.dumps(content, indent=1) + "\n")
        self._records = records

    def take_back(self, records: dict[str, list[str]]) -> None:
        """The list as it was before `add`."""
        if records:
            self.write(records)
        else:
            self._path.unlink(missing_ok=True)

    @property
    def records(self) -> dict[str, list[str]]:
        """Source -> marks."""
        return dict(self._records)

    def _mark(self, source: str, one: str) -> str:
        return self._keyed.mark("record", source, one)


def forget(store: Store, source: str, ids: Iterable[str]) -> "Erased":
    """Takes records out of everything that is kept, for good. 0 loads: none held them; the list has them all the same.

    Raises SourceError, and nothing has changed then.
    """
    _check_source(source)
    wanted = {form for one in ids for form in _forms(one)}
    if not wanted:
        raise SourceError("Name the record: its identifier as the publisher gives it. Nothing was changed.")
    with store.lock():
        listed = Forgotten(store)
        before = listed.records
        listed.add(source, wanted)
        try:
            return _expunge_kept(store, listed, source)
        except BaseException:
            if not store.erasing():
                listed.take_back(before)
            raise


def forget_again(store: Store) -> None:
    """Takes out of the kept loads whatever the list names, as after the restore of an older backup."""
    with store.lock():
        listed = Forgotten(store)
        for source in listed.sources():
            _expunge_kept(store, listed, source)


def withdraw(store: Store, source: str) -> "Erased":
    """Erases every load of a source with the versions that held it. Raises SourceError when there is none."""
    from etl.erasing import erase

    if not re.fullmatch(r"[A-Za-z0-9_]+", source):
        raise SourceError("There is no source of that name. `python -m etl status` lists what is loaded.")
    with store.lock():
        kept = [p.name for p in store.loads.iterdir()] if store.loads.is_dir() else []
        gone = [load for load in kept if re.fullmatch(rf"{source}-[^-]+-[^-]+", load)]
        if not gone:
            raise SourceError(f"No load of {source} is kept. `python -m etl status` lists what is loaded.")
        return erase(store, "withdraw", source, lambda _, __: None, gone)


def _check_source(name: str) -> None:
    declared = source_named(name) if name not in all_sources() else all_sources()[name]
    if declared.kind != "police":
        raise SourceError(f"{declared.title} has no records of people. `forget --withdraw {name}` erases all of it.")


def _forms(one: str) -> set[str]:
    """An identifier as it was typed, and as codes are stored."""
    text = one.strip()
    return {text, re.sub(r"\.0+$", "", text.upper())} if text else set()


def _expunge_kept(store: Store, listed: Forgotten, source: str) -> "Erased":
    from etl.erasing import Written, erase, from_folder, noted
    from etl.expunge import NOTE, expunge, fewer

    def change(manifest: dict[str, Any], folder: Path) -> "Written | None":
        if manifest["source"] != source or not (folder / "incidents.parquet").exists():
            return None
        tables = from_folder(folder)
        done = expunge(tables, listed.among(source, tables["incidents"]["incident_id"].to_pylist()))
        if not done.records:
            return None
        said = {"months": fewer(manifest["months"], done.taken), "notes": noted(manifest["notes"], NOTE)}
        return Written(done.tables, said | {"forgotten": manifest.get("forgotten", 0) + done.records})

    return erase(store, "forget", source, change)
