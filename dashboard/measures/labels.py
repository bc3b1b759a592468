"""Codes to words, in the order in which readers meet them."""

import pandas as pd

from dashboard.i18n import N_, _, english
from dashboard.warehouse import Warehouse
from etl import codes

_UNCLEAR = (codes.UNKNOWN, codes.UNMAPPED)


def labels_of(warehouse: Warehouse, column: str) -> dict[str, str]:
    """code -> label for a column; codes without a list are their own label."""
    rest = {codes.UNKNOWN: N_("Not recorded"), codes.UNMAPPED: N_("Value with no mapping")}
    if column.startswith("area_"):
        layer = column.removeprefix("area_")
        named = {a.area_id: a.label for a in warehouse.catalogue.areas if a.layer == layer}
        return named | {codes.UNKNOWN: N_("No area")}
    if column == "source":
        return {s.source: s.title for s in warehouse.catalogue.sources} | rest
    return rest | dict(codes.OF_COLUMN.get(column, {}))


def shown(warehouse: Warehouse, column: str) -> dict[str, str]:
    """The same in the reader's language. Names of sources and areas are data, which nobody translates."""
    labels = labels_of(warehouse, column)
    if english():
        return labels
    data = column == "source" or column.startswith("area_")
    return {code: label if data and code not in _UNCLEAR else _(label) for code, label in labels.items()}


def known(code: pd.Series) -> pd.Series:
    """Whether a code says something that a list has a place for."""
    return ~code.isin(_UNCLEAR)


def labelled(warehouse: Warehouse, column: str, found: pd.DataFrame) -> pd.DataFrame:
    """Rows of code and n, as code, label, n, known; ordered as the code list, else largest first; unclear last."""
    said = shown(warehouse, column)
    order = {code: i for i, code in enumerate(codes.OF_COLUMN.get(column, ()))}
    late = {code: i + 1 for i, code in enumerate(_UNCLEAR)}
    pairs = zip(found["code"].tolist(), found["n"].tolist(), strict=True)
    # A dozen rows: sorting a frame would take longer than counting a million records.
    rows = sorted(pairs, key=lambda row: (late.get(row[0], 0), order.get(row[0], len(order)), -row[1], row[0]))
    return pd.DataFrame(
        {
            "code": pd.array([code for code, _n in rows], dtype="str"),
            "label": pd.array([said.get(code, code) for code, _n in rows], dtype="str"),
            "n": pd.array([n for _code, n in rows], dtype="Int64"),
            "known": pd.array([code not in _UNCLEAR for code, _n in rows], dtype="bool"),
        }
    )
