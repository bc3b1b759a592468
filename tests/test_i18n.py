"""Languages: no text outside the catalogues, the catalogues whole, numbers and dates of the reader's country."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.numbers import format_decimal

from dashboard import dates, i18n, i18n_check, i18n_messages, protection, stories, words
from dashboard.analysis.change import compare
from dashboard.i18n import N_, _, ngettext
from tests.i18n_allowed import ALLOWED, NOT_YET

OTHERS = [code for code in i18n.LANGUAGES if code != i18n.SOURCE]


@pytest.fixture(autouse=True)
def in_english_again() -> Iterator[None]:
    i18n.speak("en")
    yield
    i18n.speak("en")


@pytest.fixture(scope="module", params=OTHERS)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return i18n_check.read(request.param)


# -- text outside the catalogues ---------------------------------------------------------------------------------------


def covered() -> list[str]:
    named = [p.relative_to(i18n_messages.ROOT).as_posix() for p in i18n_messages.files()]
    return [name for name in named if not name.startswith((*NOT_YET, *i18n_messages.UNSEEN))]


@pytest.mark.parametrize("file", covered())
def test_a_file_has_no_text_outside_the_catalogues(file: str) -> None:
    """What readers see is a message. What is not for readers stands in tests/i18n_allowed.py, and only while it is."""
    found = i18n_messages.untranslated(i18n_messages.ROOT / file)
    allowed = ALLOWED.get(file, ())
    loose = [line for line in found if not any(f": {text[:80]!r}" in line for text in allowed)]
    assert not loose, "Put these into _(), or into ALLOWED if no reader sees them:\n" + "\n".join(loose)
    idle = [text for text in allowed if not any(f": {text[:80]!r}" in line for line in found)]
    assert not idle, f"No longer in the file, so not to be allowed: {idle}"


def test_what_is_not_yet_done_is_there_and_still_to_do() -> None:
    names = [p.relative_to(i18n_messages.ROOT).as_posix() for p in i18n_messages.files()]
    for start in NOT_YET:
        files = [n for n in names if n.startswith(start)]
        assert any(i18n_messages.untranslated(i18n_messages.ROOT / n) for n in files), f"{start} is done: take it off"


def test_the_finder_finds(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.write_text(
        '"""A docstring is not for readers."""\n'
        "import streamlit as st\n"
        "from dashboard.i18n import _\n"
        'LABEL = "Kind of place"\n'
        "def show(n):\n"
        '    st.button("Reset")\n'
        '    st.caption(f"Of these {n} are known.")\n'
        '    st.markdown(_("A message."), help="More about it")\n'
        '    if n == "a key or two":\n'
        '        raise ValueError("An error for programmers.")\n'
    )
    found = i18n_messages.untranslated(page)
    assert [line.split(":")[1] for line in found] == ["4", "6", "7", "7", "8"]


def test_no_function_hides_the_marker_behind_a_variable() -> None:
    """`for _, x in pairs` in a function that also says `_("...")` fails when it runs, and only then."""
    wrong = []
    for path in i18n_messages.files():
        for function in ast.walk(i18n_messages.tree(path)):
            if not isinstance(function, ast.FunctionDef):
                continue
            names = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == "_"]
            if len({type(n.ctx) for n in names}) > 1:
                wrong.append(f"{path.name}: {function.name}")
    assert wrong == []


# -- catalogues --------------------------------------------------------------------------------------------------------


def test_a_catalogue_has_every_message(catalogue: Catalog) -> None:
    assert i18n_check.missing(catalogue) == [], "python -m dashboard.i18n_check --write adds them, empty"


def test_a_catalogue_has_no_message_that_nobody_uses(catalogue: Catalog) -> None:
    assert i18n_check.stale(catalogue) == []


def test_a_translation_has_the_placeholders_of_its_message(catalogue: Catalog) -> None:
    assert i18n_check.misplaced(catalogue) == []


def test_no_translation_is_a_guess(catalogue: Catalog) -> None:
    assert [m.id for m in catalogue if m.id and m.fuzzy] == []


def test_a_translation_keeps_the_marks_of_its_message(catalogue: Catalog) -> None:
    """Bold, code and tags are as many as in English, so that nothing shows as asterisks."""
    wrong = []
    for entry in (e for e in catalogue if e.id):
        for one, other in zip(_forms(entry.id), _forms(entry.string), strict=False):
            if any(one.count(mark) != other.count(mark) for mark in ("**", "`", "<b>", "</b>", "\n")):
                wrong.append(one)
    assert wrong == []


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


# -- the reader's numbers and dates ------------------------------------------------------------------------------------


def test_english_is_what_the_code_says() -> None:
    assert _("Reset") == "Reset" and N_("Reset") == "Reset"
    assert ngettext("{n} area", "{n} areas", 1) == "{n} area" and ngettext("{n} area", "{n} areas", 0) == "{n} areas"
    assert i18n.locale() == "en_US"


def test_a_language_that_is_not_there_is_english() -> None:
    i18n.speak("xx")
    assert i18n.language() == "en"
    i18n.speak("es", "XX")
    assert i18n.locale() == "es_US"


@pytest.mark.parametrize(
    ("territory", "number", "mean", "day"),
    [
        ("", "12,845", "4.33", "3 de marzo de 2024"),
        ("MX", "12,845", "4.33", "3 de marzo de 2024"),
        ("ES", "12.845", "4,33", "3 de marzo de 2024"),
    ],
)
def test_numbers_and_dates_are_those_of_the_country(territory: str, number: str, mean: str, day: str) -> None:
    i18n.speak("es", territory)
    assert dates.exact(12845) == number == format_decimal(12845, locale=i18n.locale())
    assert words.number(4.333) == mean == format_decimal(4.33, locale=i18n.locale())
    assert dates.day(date(2024, 3, 3)) == day == format_date(date(2024, 3, 3), "long", locale=i18n.locale())


def test_months_and_spans_in_spanish() -> None:
    i18n.speak("es")
    assert dates.month(date(2024, 3, 1)) == "marzo de 2024"
    assert dates.months(date(2024, 3, 1), date(2024, 5, 1)) == "marzo a mayo de 2024"
    assert dates.months(date(2023, 11, 1), date(2024, 5, 1)) == "noviembre de 2023 a mayo de 2024"
    assert [dates.month_name(9), dates.month_name(9, short=True), dates.weekday(6)] == ["septiembre", "sept", "domingo"]
    assert dates.period(date(2024, 4, 1), "quarter") == "2024, trimestre 2"


def test_sentences_in_spanish_are_whole() -> None:
    i18n.speak("es")
    assert words.count(0, "incident", "incidents") == "ningún incidente"
    assert words.count(1, "victim", "victims") == "1 víctima"
    assert words.count(1284, "victim", "victims") == "1,284 víctimas"
    assert words.count(1_280_000, "incident", "incidents") == "1.28 millones de incidentes"
    assert words.listed(["Ana", "Inés"]) == "Ana e Inés" and words.listed(["siete", "ocho"], "or") == "siete u ocho"
    assert words.versus(compare(300, 412)) == "37% más que el año anterior (300)"
    assert words.went("Los reportes de hoteles", compare(300, 150)) == (
        "Los reportes de hoteles disminuyeron un 50% (300 a 150)."
    )
    assert stories.headline("victims", 1, "en 2024", None) == "1 víctima registrada en 2024."
    assert protection.counted(0, "victims") == "pocos o ninguno: víctimas"


def test_what_is_put_together_in_english_stays_english_elsewhere() -> None:
    i18n.speak("es")
    with i18n.in_english():
        assert dates.month(date(2024, 3, 1)) == "March 2024"
    assert i18n.language() == "es"
