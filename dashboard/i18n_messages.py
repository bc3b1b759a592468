"""Which messages the code has, read from its syntax: for the catalogues and for the test that finds untranslated text.

`python -m dashboard.i18n_check` prints what a catalogue lacks.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("dashboard", "pages")
MARKS = ("_", "N_")
# What readers never see: the command lines, the numbers behind the pages, the server, and these tools.
UNSEEN = (
    *("dashboard/analysis/", "dashboard/hotspots/", "dashboard/audit/", "dashboard/export.py", "dashboard/health.py"),
    *("dashboard/server.py", "dashboard/scoped.py", "dashboard/i18n", "dashboard/measures/ask.py"),
)
# Errors whose words a page shows: the constant ones are messages, translated where they are shown.
SHOWN_ERRORS = (
    *("WarehouseError", "WarehouseBroken", "WarehouseMissing", "WarehouseFormat", "Denied", "StateError"),
    *("GroupError", "NameTaken", "PeopleError", "AreaError", "SavedError", "DeckError", "ExportError", "PictureError"),
)
_TAKES_MESSAGES = (*MARKS, *SHOWN_ERRORS, "ngettext", "count", "numbered", "Noun", "pair")
# A sentence or a label: a letter, then a space or the whole is one capitalised word.
_TEXT = re.compile(r"[A-Za-zÀ-ÿ]{2,}.*\s|\s.*[A-Za-zÀ-ÿ]{2,}|^[A-Z][a-zà-ÿ]+$", re.DOTALL)
_NOT_TEXT = re.compile(r"^[a-z0-9_.,/:;#()\[\]=*%&|<>-]*$|^\S+$")
# Pieces of HTML, SVG, styles, SQL and scripts.
_MARKUP = re.compile(
    r"<[a-zA-Z/!]|\w=\"|^\"|://|;[\w-]+:|^[\w-]+:[^ ]*;|\bpx\b|'self'|[a-z]\.[a-z]+\(|\boffset points\b"
    r"|^\s*(SELECT|CREATE|INSERT|DELETE|UPDATE|PRAGMA|BEGIN|SET|ATTACH|WITH|AND|OR|UNION|AS|source IN)\b"
)
# Arguments of Streamlit's functions that people read, a single word included.
SHOWN = ("label", "title", "help", "caption", "placeholder", "body", "text", "alt")


@dataclass(frozen=True)
class Message:
    """A message and where it stands. many : of a plural, else ''."""

    text: str
    many: str
    where: str


def files() -> list[Path]:
    """The files whose text readers see."""
    return sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def messages() -> tuple[Message, ...]:
    """Every message of the code and of its lists of labels."""
    found = [m for path in files() for m in _marked(path)]
    return (*found, *[Message(text, "", "etl/codes.py") for text in labels()])


def labels() -> list[str]:
    """The labels of the code lists, which are translated where they are shown."""
    from etl import client_codes, codes

    lists = [
        v for module in (codes, client_codes) for k, v in vars(module).items() if k[0] != "_" and isinstance(v, Mapping)
    ]
    return sorted({text for one in lists for text in one.values() if isinstance(text, str) and _TEXT.search(text)})


def _marked(path: Path) -> Iterator[Message]:
    name = path.relative_to(ROOT).as_posix()
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call):
            continue
        where, called = f"{name}:{node.lineno}", _called(node)
        if called == "count" and isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") != "words":
            continue  # of a text or a list
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if called in MARKS and texts:
            yield Message(texts[0], "", where)
        elif called == "ngettext" and len(texts) == 2:
            yield Message(texts[0], texts[1], where)
        elif called == "count" and texts and texts[0][:1].isalpha():
            # A noun that is counted: none of it, one, many.
            many = texts[1] if len(texts) > 1 else texts[0] + "s"
            yield Message(texts[0], many, where)
            yield Message("no " + many, "", where)
        elif called in ("numbered", "pair") and len(texts) == 2:
            yield Message(texts[0], texts[1], where)
        elif called in SHOWN_ERRORS and not name.startswith(UNSEEN):
            yield from (Message(text, "", where) for text in texts if _TEXT.search(text))
        elif called == "Noun" and len(texts) == 2:
            yield Message(texts[0], texts[1], where)
            yield Message("no " + texts[1], "", where)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def untranslated(path: Path) -> list[str]:
    """`file:line: text` of every literal that looks like text for readers and stands outside a mark."""
    module = tree(path)
    skipped = set(_skipped(module))
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    found = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in skipped:
            continue
        text = node.value
        if _TEXT.search(text) and not _NOT_TEXT.match(text) and not _MARKUP.search(text):
            found.append((node.lineno, text))
    found += [(node.lineno, str(node.value)) for node in _single_words(module) if id(node) not in skipped]
    return [f"{name}:{line}: {text[:80]!r}" for line, text in sorted(set(found))]


def _single_words(module: ast.Module) -> Iterator[ast.Constant]:
    """Literals that Streamlit shows, a single word too: `st.button("Reset")`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            streamlit = isinstance(node.func.value, ast.Name) and node.func.value.id == "st"
            if not streamlit or node.func.attr in ("container", "query_params", "get_option", "page_link"):
                continue
            shown = [*node.args[:1], *(k.value for k in node.keywords if k.arg in SHOWN)]
            yield from (a for a in shown if isinstance(a, ast.Constant) and _word(a.value))


def _word(value: object) -> bool:
    return isinstance(value, str) and bool(re.search(r"[A-Za-z]{2,}", value)) and not _MARKUP.search(value)


def _skipped(module: ast.Module) -> Iterator[int]:
    """What nobody reads, or what is translated where it is shown: marks, docstrings, errors, keys, comparisons."""
    for node in ast.walk(module):
        parts: list[ast.AST] = []
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            parts = [first] if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) else []
        elif isinstance(node, ast.Call) and _called(node) in (
            *MARKS,
            *SHOWN_ERRORS,
            "ngettext",
            "count",
            "numbered",
            "Noun",
            "pair",
        ):
            parts = [a for a in node.args if isinstance(a, ast.Constant)]
        elif isinstance(node, ast.Raise) and node.exc is not None:
            parts = [node.exc]
        elif isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Subscript):
            parts = [node.slice]
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            parts = [node.annotation]
        elif isinstance(node, ast.Call) and _called(node) in ("cast", "remember", "compile", "warning"):
            parts = list(node.args[:1])
        if isinstance(node, ast.FunctionDef) and node.returns is not None:
            parts.append(node.returns)
        for part in parts:
            yield from (id(n) for n in ast.walk(part))
