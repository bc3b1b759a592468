"""What a page of AppTest shows to a reader, text by text; and a language in which every message is between marks."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import i18n, i18n_check
from tests.conftest import ROOT

OPEN, CLOSE = "⟦", "⟧"
MARKED = "xx"
# Texts that no catalogue has: the product, the languages' own names, formats, units, addresses.
_NAMES = (
    r"\b(Lamplight|English|Español|csv|pdf|pptx|png|svg|xlsx|NIBRS|km|kB|MB|PAI|PEI|SHA-256|UTC|CC0|FBI|CTDC|EPSG|ArcGIS"
    r"|Benjamini|Hochberg|Moran|Knox|Poisson|Silverman)\b"
)
_MACHINE = r"https?://\S+|[\w./-]+\.(?:csv|md|py|zip|parquet)\b|`[^`]*`|:material/\w+:|&\w+;|\bH3\b|\b[0-9a-f]{7,}\b"
_MONTHS = (
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul"
    r"|Aug|Sep|Oct|Nov|Dec|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)


class _Marked(dict[str, Any]):
    def __init__(self, mark: Callable[[str], Any]) -> None:
        super().__init__()
        self.mark = mark

    def get(self, key: str, default: Any = None) -> Any:
        return self.mark(key)

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> Any:
        return self.mark(key)


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more language: the English text of each message, between marks. Months are as in English."""
    many = {**i18n_check.wanted()}
    mark = f"{OPEN}{{}}{CLOSE}".format
    forms = _Marked(lambda one: (mark(one), mark(many.get(one) or one)))
    real_messages, real_plurals = i18n.messages, i18n.plurals
    monkeypatch.setitem(i18n.LANGUAGES, MARKED, "Marked")
    monkeypatch.setattr(i18n, "messages", lambda c: _Marked(mark) if c == MARKED else real_messages(c))
    monkeypatch.setattr(i18n, "plurals", lambda c: (forms, lambda n: int(n != 1)) if c == MARKED else real_plurals(c))
    monkeypatch.setattr(i18n, "known_locale", lambda code, territory: "en_US" if code == MARKED else "es_US")


def run(page: str, language: str, **link: str) -> AppTest:
    """A page in its frame, in a language; `link` : what else stands in the address."""
    app = AppTest.from_file(str(ROOT / "dashboard" / "main.py"), default_timeout=90)
    if page != "overview":
        app.switch_page(f"../pages/{page}.py")
    app.query_params["lang"] = language
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, [e.value for e in app.exception]
    return app


def texts(app: AppTest) -> Iterator[str]:
    """Every text of the page: of elements, widgets, popovers, tables and figures."""
    for root in (app.main, app.sidebar):
        yield from _below(root)


def _below(block: Any) -> Iterator[str]:
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from _proto(child.proto)
            yield from _below(child)
        else:
            yield from _element(child)


SHOWN = ("label", "help", "placeholder", "body", "delta", "text", "title", "caption", "alt")


def _proto(proto: Any) -> Iterator[str]:
    for kind in ("popover", "expandable", "tab", "dialog"):
        label: Any = getattr(getattr(proto, kind, None), "label", "")
        if label:
            yield str(label)


def _element(element: Any) -> Iterator[str]:
    kind, proto = element.type, element.proto
    if kind == "plotly_chart":
        yield from _figure(json.loads(proto.spec))
        return
    if kind == "arrow_data_frame":
        yield from (str(column) for column in element.value.columns)
        yield from (str(v) for name in element.value.columns for v in element.value[name] if isinstance(v, str))
        return
    if kind in ("code", "imgs", "component_instance", "unknown"):
        return
    for name in SHOWN:
        value = getattr(proto, name, "")
        if isinstance(value, str) and value:
            yield re.sub(r"<(style|script)\b.*?</\1>", "", value, flags=re.DOTALL) if kind == "html" else value
    yield from (o for o in getattr(proto, "options", ()) if isinstance(o, str))


def _figure(spec: Mapping[str, Any]) -> Iterator[str]:
    layout = spec["layout"]
    yield from (a.get("text", "") for a in layout.get("annotations", ()))
    for name, axis in layout.items():
        if "axis" in name and isinstance(axis, dict):
            yield axis.get("title", {}).get("text", "")
            yield from (str(t) for t in axis.get("ticktext", ()))
    for trace in spec["data"]:
        yield str(trace.get("name", ""))
        yield str(trace.get("hovertemplate", ""))
        custom = trace.get("customdata", ())
        yield from (str(v) for row in custom if isinstance(row, list) for v in row if isinstance(v, str))


def loose(text: str, data: re.Pattern[str]) -> str:
    """What of a text stands outside the marks and is no data: in words, '' where all is well."""
    text = re.sub(r"<[^>]*>", " ", text.replace("\\", ""))
    depth, kept = 0, []
    for character in text:
        depth += (character == OPEN) - (character == CLOSE)
        kept.append(" " if depth > 0 or character == CLOSE else character)
    rest = "".join(kept)
    for pattern in (data.pattern, _MACHINE, _NAMES, _MONTHS, r"%\{[^}]*\}"):
        rest = re.sub(pattern, " ", rest)
    return " ".join(re.findall(r"[A-Za-zÀ-ÿ]{3,}", rest))


def data_words(folder: Path) -> re.Pattern[str]:
    """Whatever the files of a warehouse hold as text: names, titles, notes. The longest first."""
    found: set[str] = set()
    for file in folder.rglob("*.duckdb"):
        with duckdb.connect(str(file), read_only=True) as con:
            for table in (
                "sources",
                "areas",
                "annotations",
                "loads",
                "load_tables",
                "quarantine",
                "meta",
                "coverage",
                "published_counts",
                "known_problems",
                "clients",
                "cubes",
            ):
                found |= _strings(con, table)
            for column in ("offence", "nibrs_code", "native_offence"):
                found |= _strings(con, "incidents", column)
    texts = sorted((t for t in found if re.search(r"[A-Za-z]{3}", t)), key=len, reverse=True)
    return re.compile("|".join(re.escape(t.replace("\\", "").rstrip(".")) for t in texts) or "(?!)")


def _strings(con: duckdb.DuckDBPyConnection, table: str, only: str = "") -> set[str]:
    try:
        found = con.execute(f'SELECT * FROM "{table}" LIMIT 5000').fetchdf()
    except duckdb.Error:
        return set()
    found = found[[only]] if only in found.columns else found if not only else found[[]]
    out: set[str] = set()
    for name in found.columns:
        for value in found[name]:
            values = list(value) if isinstance(value, list | tuple | np.ndarray) else [value]
            out |= {v for v in values if isinstance(v, str)}
    return out
