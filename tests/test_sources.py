"""Every declaration, found by listing the folder: codes that exist, facts that a reader can use."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import pytest

from etl import codes
from etl.client_codes import CLIENT_CODES, SEVERAL_EACH
from etl.registry import all_sources, source_named
from etl.schema import PERSON_FIELDS, REPORT_FIELDS, Form, Source, SourceError, Table

SOURCES = list(all_sources().values())
# Fields of printed figures, beside those that `counts` and `flags` name.
FIGURE_FIELDS = "year place_code place_name state exploitation exploitation_text age_band sex".split()
ALL_UNITS = {*codes.UNIT, "areas", "clients"}
_TIME_FORMATS = ("", "hhmm", "hour")

each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda s: s.name)


def _forms(source: Source) -> Iterator[tuple[Form, Table]]:
    for form in source.forms:
        for table in form.tables.values():
            yield form, table


@each_source
def test_it_says_what_it_is(source: Source) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", source.name)
    assert source.title and source.publisher and source.licence
    assert source.kind in codes.KIND
    assert source.unit in ALL_UNITS
    assert source.location_precision in codes.LOCATION_PRECISION
    for url in (source.url, source.fetch_url):
        parts = urlsplit(url)
        assert (not url and url == source.fetch_url) or (parts.scheme == "https" and parts.netloc)


@each_source
def test_it_is_read_in_exactly_one_way(source: Source) -> None:
    ways = [bool(source.forms), source.boundary is not None, source.totals]
    assert ways.count(True) == 1
    assert (source.kind == "boundary") == (source.boundary is not None)
    assert (source.kind == "provider") == (source.clients is not None)
    assert source.unit == "clients" or not (source.clients or source.totals)
    assert len({form.name for form in source.forms}) == len(source.forms)


@each_source
def test_its_words_are_sentences(source: Source) -> None:
    texts = [*source.known_problems, *([source.verdict] if source.verdict else [])]
    assert all(re.fullmatch(r"[A-Z].*[.]", text) and "  " not in text for text in texts), texts
    if source.forms:
        assert source.known_problems and source.verdict


@each_source
def test_a_fictional_one_says_so(source: Source) -> None:
    said = " ".join((source.title, source.publisher)).lower()
    assert source.fictional == ("fictional" in said)
    if source.fictional:
        assert urlsplit(source.url).netloc.endswith(("example.org", "example.com"))
        assert not source.fetch_url


def _known(used: Mapping[str, str], known: Mapping[str, str]) -> bool:
    return set(used.values()) <= set(known)


@each_source
def test_every_code_exists(source: Source) -> None:
    assert _known(source.premises, codes.PREMISE)
    assert {code for _, code in source.premise_patterns} <= set(codes.PREMISE)
    for pattern, _ in source.premise_patterns:
        # Matched against upper case; only the classes of a pattern, such as \b, are lower.
        assert re.compile(pattern) and not re.search(r"(?<!\\)[a-z]", pattern)
    assert _known(source.statuses, codes.STATUS)
    assert _known(source.sexes, codes.SEX)
    assert _known(source.races, codes.RACE)
    assert _known(source.ethnicities, codes.ETHNICITY)
    assert _known(source.relationships, codes.RELATIONSHIP)
    assert {kind for _, kind, _ in source.annotations} <= set(codes.ANNOTATION)
    assert set(source.collected_from) <= set(codes.COVERAGE_CATEGORY)
    for offences in (source.offences, *(form.offences for form in source.forms)):
        for key, offence in offences.items():
            assert key == key.upper() and not key.endswith(".0")
            assert offence.exploitation in codes.EXPLOITATION
            assert offence.group in codes.OFFENCE_GROUP
            assert offence.text == " ".join(offence.text.upper().split())
            assert re.fullmatch(r"(64[AB]|40[ABC]|)", offence.nibrs)
            assert offence.group == "related" or offence.nibrs[:2] in ("64", "")


@each_source
def test_dates_and_times_can_be_read(source: Source) -> None:
    dt.date.fromisoformat(source.first_day)
    for day, _, text in source.annotations:
        dt.date.fromisoformat(day)
        assert text[0].isupper()
    for month in source.collected_from.values():
        dt.date.fromisoformat(f"{month}-01")
    for time in source.default_times:
        dt.time.fromisoformat(time)
    moment = dt.datetime(2021, 12, 31, 23, 58)
    for form in source.forms:
        assert form.time_format in _TIME_FORMATS
        for fmt in form.date_formats:
            assert dt.datetime.strptime(moment.strftime(fmt), fmt).date() == moment.date(), fmt


@each_source
def test_its_region_is_one(source: Source) -> None:
    if source.region is None:
        return
    west, south, east, north = source.region
    assert -180 <= west <= 180 and -180 <= east <= 180 and west != east
    assert -90 <= south < north <= 90


@each_source
def test_every_field_is_one_of_ours(source: Source) -> None:
    for form, table in _forms(source):
        if source.clients:
            continue  # its fields are those that its own traits name: see test_a_providers_traits_are_there
        if source.published:
            allowed = {*FIGURE_FIELDS, *source.published.counts, *source.published.flags}
        elif source.prepare:
            continue  # the names of an archive's members; `prepare` gives them ours
        else:
            allowed = {*REPORT_FIELDS, *PERSON_FIELDS}
        assert set(table.columns) <= allowed, form.name
        assert table.optional <= set(table.columns)


@each_source
def test_its_parts_agree(source: Source) -> None:
    for form, table in _forms(source):
        fields = set(table.columns)
        assert form.delivery in ("snapshot", "period", "delta")
        assert form.delivery != "delta" or form.has_ids
        if source.published:
            assert "year" in fields and bool(source.published.counts) != bool(source.published.one)
        elif not source.prepare and not source.clients:
            assert {"reported_on", "occurred_on"} & fields
            assert form.date_formats
            assert ("offence_code" in fields or "offence_text" in fields) or not form.collected
            assert bool(form.offences or source.offences) or not form.collected
            assert ("lat" in fields) == ("lon" in fields)
            assert "area_code" not in fields or source.area_layer
            assert not ({"lat", "point"} & fields) or source.region
            assert not source.victim_per_report or {"victim_age", "victim_sex", "victim_race"} <= fields
        if form.printed_total:
            assert re.compile(form.printed_total).groups == 1 and "count" in fields
    if source.published:
        assert {*source.published.counts.values(), source.published.one} - {""} <= set(codes.PUBLISHED_UNITS)
        ours = {*source.published.flags.values(), *(ours for ours, _ in source.published.exploitations.values())}
        assert ours <= set(codes.EXPLOITATION)


@each_source
def test_its_forms_are_told_apart_by_their_headers(source: Source) -> None:
    """Two forms may share columns, but neither may fit a file of the other as well as the other does."""
    shapes = [
        frozenset((t.member.lower(), c) for t in form.tables.values() for c in t.columns.values())
        for form in source.forms
    ]
    assert len(set(shapes)) == len(shapes)


def test_an_unknown_source_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(SourceError, match=r"There is no source of that name\. Known: .*lapd") as error:
        source_named("lampd")
    assert "sample_city_pd" not in str(error.value)


def test_neighbours_in_the_code_books_are_no_trafficking() -> None:
    """622 and 805 are not 822; wildlife and drug trafficking are not ours; nor are people who sell or buy."""
    taken = {
        code: offence.group
        for source in SOURCES
        for offences in (source.offences, *(form.offences for form in source.forms))
        for code, offence in offences.items()
    }
    assert {taken.get(c) for c in ("922", "821", "720", "620", "26G", "40A", "40C", "1505", "1506")} == {None}
    assert {taken[c] for c in ("805", "806", "40B", "1530")} == {"related"}


@each_source
def test_a_providers_traits_are_there(source: Source) -> None:
    """Every dimension reads a declared column, has a list of codes, and stands in a table of two at most."""
    if source.clients is None:
        return
    (form,) = source.forms
    clients = source.clients
    for dimension, trait in clients.traits.items():
        assert trait.name in form.tables[trait.table].columns
        assert {*trait.codes.values(), trait.absent, codes.UNMAPPED} <= set(CLIENT_CODES[dimension]), dimension
        assert trait.several == (dimension in SEVERAL_EACH)
        assert trait.age == (dimension == "age_band") and bool(trait.codes) != trait.age
        assert not (trait.multiple and trait.several)
    for crossed in clients.tables:
        assert 1 <= len(set(crossed)) == len(crossed) <= 2 and set(crossed) <= set(clients.traits)
    for key, table in form.tables.items():
        assert "client" in table.columns or key == clients.covers
        assert key in ("client", clients.covers) or "day" in table.columns
    for key in filter(None, (clients.begins, clients.ends)):
        assert {"stay", "day"} <= set(form.tables[key].columns)
    assert not set(clients.identifying) & {c for t in form.tables.values() for c in t.columns.values()}
