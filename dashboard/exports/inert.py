"""Text that a spreadsheet would run as a formula stays text, in every csv that leaves."""

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa

_RISKY = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # the last four: full-width signs
# A spreadsheet set to another separator sees the beginning of a cell where we see the middle of a text.
_INNER = r"([;|\t\r\n,]\s*)([=+\-@\uff1d\uff0b\uff0d\uff20])"
_ANY = "[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]"  # what a text needs to have at all before it can be either


def inert(column: pd.Series) -> pd.Series:
    """The column as text in which nothing begins like a formula: an apostrophe stands before it. Missing is None."""
    text = column.astype("str")
    risky = text.str.lstrip(" ").str.startswith(_RISKY, na=False)
    inner = text.str.replace(_INNER, r"\1'\2", regex=True)
    return inner.where(~risky, "'" + inner).where(column.notna(), None)


def inert_array(column: "pa.Array") -> "pa.Array":
    """`inert` for an Arrow array of strings: each different text is looked at once, so a million rows cost little."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pc.any(pc.match_substring_regex(column, _ANY)).as_py():
        return column
    distinct = column.dictionary_encode()
    texts = pd.Series(distinct.dictionary.to_pylist(), dtype="str")
    safe = pa.array(inert(texts).to_list(), pa.string())
    return safe.take(distinct.indices)


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A small table as csv for any spreadsheet: text that it would run as a formula stays text."""
    safe = table.copy()
    for at, name in enumerate(safe.columns):
        if pd.api.types.is_numeric_dtype(safe[name]) or pd.api.types.is_datetime64_any_dtype(safe[name]):
            continue
        safe.isetitem(at, inert(safe[name]))
    safe.columns = inert(pd.Series(safe.columns)).to_list()
    return bytes(safe.to_csv(index=False), "utf-8-sig")
