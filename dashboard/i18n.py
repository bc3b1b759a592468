"""The reader's language: English is written in the code, other languages are message catalogues beside it.

`_("{n} places").format(n=3)`: the text in braces form is the message; what is put in comes from the data. A text that
stands in a table of constants is marked by `N_` there and put into `_` where it is shown, so that the language of the
run decides. docs/language.md says how to add a language.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType

LANGUAGES = {"en": "English", "es": "Español"}
SOURCE = "en"  # the language of the code
# These are communities of the United States: where the browser names no country, numbers and dates are as there.
TERRITORY = "US"
CATALOGUES = Path(__file__).parent / "locale"
_language: ContextVar[str] = ContextVar("language", default=SOURCE)
_territory: ContextVar[str] = ContextVar("territory", default=TERRITORY)

Plural = tuple[Mapping[str, tuple[str, ...]], Callable[[int], int]]


def language() -> str:
    """The language of this run, a key of LANGUAGES."""
    return _language.get()


def speak(code: str, territory: str = "") -> None:
    """Use a language for the rest of this run; one that is not there is English. territory : "US", "MX"."""
    _language.set(code if code in LANGUAGES else SOURCE)
    _territory.set(territory or TERRITORY)


def locale() -> str:
    """The locale of numbers and dates, as Babel names it: `es_US`."""
    return known_locale(language(), _territory.get())


@contextmanager
def in_english() -> Iterator[None]:
    """English for a while: for what links carry, which is the same for everybody."""
    before = _language.set(SOURCE)
    try:
        yield
    finally:
        _language.reset(before)


def english() -> bool:
    """Whether this run speaks the language of the code, so that nothing has to be looked up."""
    return _language.get() == SOURCE


def _(message: str) -> str:
    """The message in the reader's language; the English text where no catalogue has it."""
    code = _language.get()
    return message if code == SOURCE else messages(code).get(message, message)


def ngettext(one: str, many: str, n: float) -> str:
    """The message for n things in the reader's language."""
    code = _language.get()
    if code != SOURCE:
        found, rule = plurals(code)
        if one in found:
            forms = found[one]
            # Every language that rule knows takes whole numbers; 1.5 things are as many as 2.
            return forms[min(rule(int(n) if n == int(n) else 2), len(forms) - 1)]
    return one if n == 1 else many


def N_(message: str) -> str:
    """Mark a message that is put into `_` later. Changes nothing."""
    return message


def pair(one: str, many: str) -> tuple[str, str]:
    """Mark a message for one and many that is put into `ngettext` later. Changes nothing."""
    return one, many


@cache
def messages(code: str) -> Mapping[str, str]:
    """English -> a language, plain messages. Read when first needed; a missing catalogue is empty."""
    found = _read(code)
    singular = {m.id: m.string for m in found if isinstance(m.id, str) and m.string}
    # The words of a plural serve alone too: "incident", "incidents".
    pairs = [(m.id, m.string) for m in found if isinstance(m.id, tuple) and all(m.string)]
    loose = {word: form for ids, forms in pairs for word, form in zip(ids, (forms[0], forms[-1]), strict=True)}
    return MappingProxyType(loose | singular)


@cache
def plurals(code: str) -> Plural:
    """(one in English -> the forms of a language, which form n things take)."""
    from gettext import c2py

    found = {m.id[0]: tuple(m.string) for m in _read(code) if isinstance(m.id, tuple) and all(m.string)}
    return MappingProxyType(found), c2py(_catalogue(code).plural_expr)


@cache
def known_locale(code: str, territory: str) -> str:
    """The locale of a language in a territory, or in ours where Babel knows no such pair."""
    from babel.core import Locale, UnknownLocaleError

    try:
        return str(Locale.parse(f"{code}_{territory}"))
    except (UnknownLocaleError, ValueError):
        return f"{code}_{TERRITORY}"


def _read(code: str):  # type: ignore[no-untyped-def]
    return [m for m in _catalogue(code) if m.id and not m.fuzzy]


@cache
def _catalogue(code: str):  # type: ignore[no-untyped-def]
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    path = CATALOGUES / f"{code}.po"
    if not path.is_file():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)
