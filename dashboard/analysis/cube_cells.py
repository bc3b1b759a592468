"""The cells of a cube as numbers: which label of each dimension a cell has, in one order whatever the rows' order."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np
import pandas as pd

MOST_CELLS = 2_000_000  # of a full cross product; beyond it the counts are far too small for such a cube anyway


@dataclass(frozen=True)
class Cells:
    """Cells sorted by their labels.

    labels : per dimension, the sorted labels. codes : (dimensions, cells), the place of each cell's label in them.
    candidates : (cells,) bool, cells that may be published although nobody is counted there.
    """

    dimensions: tuple[str, ...]
    labels: tuple[list[Any], ...]
    codes: np.ndarray
    candidates: np.ndarray

    def frame(self) -> pd.DataFrame:
        """The dimensions, one row per cell."""
        columns = zip(self.dimensions, self.labels, self.codes, strict=True)
        return pd.DataFrame({name: pd.Series(labels).take(code).to_numpy() for name, labels, code in columns})

    def column(self, table: pd.DataFrame, name: str) -> np.ndarray:
        """The whole numbers of a column, (cells,); 0 where the table does not list the cell."""
        out = np.zeros(self.codes.shape[1], dtype=np.int64)
        out[self._rows(table)] = _whole(table, name)
        return out

    def listed(self, table: pd.DataFrame) -> np.ndarray:
        """Whether the table has a row for the cell, (cells,)."""
        out = np.zeros(self.codes.shape[1], dtype=bool)
        out[self._rows(table)] = True
        return out

    def having(self, labels: Mapping[str, Collection[Any]]) -> np.ndarray:
        """Whether the cell has one of these labels, given by dimension, (cells,). Raises ValueError for one unknown."""
        out = np.zeros(self.codes.shape[1], dtype=bool)
        for name, wanted in labels.items():
            known = self.labels[self.dimensions.index(name)] if name in self.dimensions else []
            if not set(wanted) <= set(known):
                raise ValueError(f"A closed label of {name} is in neither the cube nor the earlier release: check it.")
            if wanted:
                out |= np.isin(self.codes[self.dimensions.index(name)], [known.index(label) for label in wanted])
        return out

    def ties(self, key: bytes) -> np.ndarray:
        """(cells,) whole numbers of 64 bits, by labels and key alone: an order that only the key's holder knows."""
        names = [[str(label).encode() for label in labels] for labels in self.labels]
        drawn = (
            hashlib.blake2b(b"\x1f".join([n[i] for n, i in zip(names, cell, strict=True)]), key=key, digest_size=8)
            for cell in self.codes.T.tolist()
        )
        return np.frombuffer(b"".join(d.digest() for d in drawn), dtype="<u8")

    def _rows(self, table: pd.DataFrame) -> np.ndarray:
        """Where each row of the table is among the cells."""
        shape = tuple(map(len, self.labels))
        return np.searchsorted(_places(self.codes, shape), _places(_coded(table, self.dimensions, self.labels), shape))


def numbered(
    cube: pd.DataFrame,
    dimensions: Sequence[str],
    zeros: pd.DataFrame | Literal["all"] | None,
    earlier: pd.DataFrame | None,
) -> Cells:
    """Every cell of the cube, of the earlier release and of the candidates, once, sorted.

    Raises ValueError for a column or label that is missing, a cell that is listed twice, or too large a cross product.
    """
    if not dimensions or len(set(dimensions)) < len(dimensions):
        raise ValueError("Name the cube's dimensions, each once.")
    tables = [t for t in (cube, earlier, zeros) if isinstance(t, pd.DataFrame)]
    for table in tables:
        _check(table, dimensions)
    labels = tuple(_sorted({x for t in tables for x in t[name].tolist()}) for name in dimensions)
    shape = tuple(map(len, labels))
    if prod(shape) > np.iinfo(np.int64).max or (isinstance(zeros, str) and prod(shape) > MOST_CELLS):
        raise ValueError(
            f"All combinations of the labels are more than {MOST_CELLS:,} cells: "
            "drop or merge dimensions, or list the empty cells."
        )
    if isinstance(zeros, str):
        codes = np.indices(shape).reshape(len(shape), -1)
        return Cells(tuple(dimensions), labels, codes, np.ones(codes.shape[1], dtype=bool))
    places = [_places(_coded(t, dimensions, labels), shape) for t in tables]
    all_places = np.unique(np.concatenate(places))
    candidates = np.isin(all_places, places[-1]) if zeros is not None else np.zeros(len(all_places), dtype=bool)
    codes = np.array(np.unravel_index(all_places, shape)) if len(all_places) else np.zeros((len(shape), 0), dtype=int)
    return Cells(tuple(dimensions), labels, codes, candidates)


def _has(table: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ValueError(f"The table has no column {', '.join(missing)}.")


def _check(table: pd.DataFrame, dimensions: Sequence[str]) -> None:
    _has(table, dimensions)
    for name in dimensions:
        if table[name].isna().any():
            raise ValueError(f"{name} is missing in some rows: give those a label of their own, such as 'not known'.")
    if table.duplicated(list(dimensions)).any():
        raise ValueError("A cell is listed twice: add its rows up first, so that each person is counted once.")


def _whole(table: pd.DataFrame, name: str) -> np.ndarray:
    """A column as whole numbers of 0 or more."""
    _has(table, [name])
    values = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    if not np.isfinite(values).all() or (values < 0).any() or (values != np.floor(values)).any():
        raise ValueError(f"{name} must be a whole number of 0 or more in every row: these are counts of people.")
    return values.astype(np.int64)


def _sorted(labels: set[Any]) -> list[Any]:
    """Sorted by value, or as text where the kinds are mixed."""
    try:
        return sorted(labels)
    except TypeError:
        return sorted(labels, key=lambda label: (str(label), type(label).__name__))


def _coded(table: pd.DataFrame, dimensions: Sequence[str], labels: Sequence[list[Any]]) -> np.ndarray:
    """(dimensions, rows): the place of each row's label."""
    columns = []
    for name, known in zip(dimensions, labels, strict=True):
        place = {label: i for i, label in enumerate(known)}
        columns.append([place[label] for label in table[name].tolist()])
    return np.array(columns, dtype=np.int64).reshape(len(dimensions), len(table))


def _places(codes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """One number per cell, in the order of the labels."""
    out = np.zeros(codes.shape[1], dtype=np.int64)
    for code, size in zip(codes, shape, strict=True):
        out = out * size + code
    return out
