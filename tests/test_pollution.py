"""A spoilt file ends exact, set aside under the right record numbers, or refused: never silently different."""

import random
import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.pollution import ASIDE, EXACT, REFUSED, Clean, Variant, clean_files, facts_without, judge, outcome
from tests.pollution_values import all_variants

SEED = 2026
SLICE = 60  # variants in every run
FULL = 240  # of each form, in the full run


def _kind(variant: Variant) -> str:
    """What was done, whatever the row and the column."""
    return re.sub(r"\d+", "#", variant.how)


def _chosen(clean: Clean, many: int) -> list[Variant]:
    """Some of a form's variants: first one of each kind, then others."""
    variants = all_variants(clean, SEED)
    random.Random(f"{SEED} {clean.form}").shuffle(variants)
    first = list({_kind(v): v for v in reversed(variants)}.values())
    return (first + [v for v in variants if v not in first])[:many]


def _slice() -> list[Variant]:
    """A part of every form, no kind twice before each was there once."""
    forms = clean_files()
    pool = [v for clean in forms.values() for v in all_variants(clean, SEED)]
    random.Random(SEED).shuffle(pool)
    cheap = [v for v in pool if not v.form.startswith("nibrs")] + [v for v in pool if v.form.startswith("nibrs")][:6]
    first = list({_kind(v): v for v in reversed(cheap)}.values())
    return random.Random(SEED).sample(first, min(SLICE, len(first)))


def test_clean_files_are_clean() -> None:
    for name, clean in clean_files().items():
        found = facts_without(clean, frozenset())
        assert not found.refused and not [a for a in found.aside if a[0] == (clean.member or a[0])], name
        assert len(clean.rows) >= 4 and found.facts, name
        assert outcome(clean.source, clean.packed(clean.content(clean.lines()).encode()), clean.suffix, clean.has_ids)


def test_a_slice_of_the_variants() -> None:
    ended = Counter(judge(clean_files()[v.form], v) for v in _slice())
    assert sum(ended.values()) == SLICE and min(ended[EXACT], ended[ASIDE], ended[REFUSED]) > 10, ended


@pytest.mark.full
@pytest.mark.parametrize("form", sorted(clean_files()))
def test_many_variants_of_every_form(form: str) -> None:
    clean = clean_files()[form]
    many = FULL if not clean.member else FULL // 3
    ended = Counter(judge(clean, v) for v in _chosen(clean, many))
    assert sum(ended.values()) == many and ended[EXACT] and ended[ASIDE] and ended[REFUSED], ended


def test_the_judge_sees_what_is_silently_different() -> None:
    """A number that is another number, a row that is not there and a wrong record number: the test can fail."""
    clean = clean_files()["hotline-state-and-year"]
    lines = clean.lines()
    records = tuple((i,) for i in range(len(clean.rows)))
    every = frozenset(range(len(clean.rows)))

    def made(changed: list[str], spoilt: frozenset[int] = every) -> Variant:
        return Variant(clean.form, "by hand", clean.content(changed).encode(), records, spoilt)

    assert judge(clean, made(lines)) == EXACT
    with pytest.raises(AssertionError, match="silently different"):
        judge(clean, made([x.replace("191", "192") for x in lines]))
    with pytest.raises(AssertionError, match="silently different"):
        judge(clean, Variant(clean.form, "a row less", clean.content(lines[:-1]).encode(), records[:-1]))
    with pytest.raises(AssertionError, match="was not spoilt"):
        judge(clean, made([lines[0], lines[1] + ",", *lines[2:]], frozenset({2})))


def test_a_file_that_is_cut_off_in_its_last_field_says_so() -> None:
    """Nothing in `-118.28` tells that it was `-118.2852`: only that the line does not end."""
    clean = clean_files()["lapd-since-2020"]
    text = clean.content(clean.lines())
    whole = outcome(clean.source, text.encode(), ".csv", True)
    cut = outcome(clean.source, text.rstrip("\n")[:-1].encode(), ".csv", True)
    assert "the last line does not end" in cut.notes and "the last line does not end" not in whole.notes


@pytest.mark.parametrize(
    "file", ["police/lapd/Crime_Data_from_2020_to_Present.csv", "nonprofit/hotline/hotline_state_2012_2016.csv"]
)
def test_a_slice_of_a_real_file_is_spoilt_too(real_files: Path, file: str) -> None:
    clean = _real(real_files / file, "lapd" if "lapd" in file else "hotline")
    for variant in _chosen(clean, 24):
        judge(clean, variant)


def _real(path: Path, source: str) -> Clean:
    """The first rows of a real file that load without a fault and are all different."""
    import csv
    from dataclasses import replace

    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = [tuple(r) for _, r in zip(range(40), csv.reader(handle), strict=False)]
    draft = Clean(path.name, source, rows[0], tuple(rows[1:]))
    with tempfile.TemporaryDirectory():
        found = outcome(source, draft.content(draft.lines()).encode(), ".csv", draft.has_ids)
    faulty = {record - 2 for _, record, _ in found.aside}
    kept = [r for i, r in enumerate(draft.rows) if i not in faulty]
    return replace(draft, rows=tuple(dict.fromkeys(kept))[:12])
