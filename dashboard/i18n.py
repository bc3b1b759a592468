"""The reader's language: English is written in the code, other languages are message catalogues beside it.

`_("{n} places").format(n=3)`: the text in braces form is the message; what is put in comes from the data.
"""

from contextvars import ContextVar

LANGUAGES = {"en": "English", "es": "Español"}
_language: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """The language of this run, a key of LANGUAGES."""
    return _language.get()


def speak(code: str) -> None:
    """Use a language for the rest of this run; one that is not there is English."""
    _language.set(code if code in LANGUAGES else "en")


def _(message: str) -> str:
    """The message in the reader's language; the English text where no catalogue has it."""
    return message


def ngettext(one: str, many: str, n: float) -> str:
    """The message for n things in the reader's language."""
    return one if n == 1 else many
