"""Results that are kept while there is room for them, the oldest forgotten first."""

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard import i18n

MOST_RESULTS = 512
MOST_BYTES = 64_000_000
_LOOKED_AT = 16  # objects of an array, to tell what the others weigh


class Remembered:
    """Results by question, for many threads. Two that ask the same at once may both compute it.

    most, most_bytes : bounds; the newest result is kept even if it is larger than all of them may be together.
    """

    def __init__(self, most: int = MOST_RESULTS, most_bytes: int = MOST_BYTES) -> None:
        self.most, self.most_bytes = most, most_bytes
        self._results: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._results)

    def get(self, key: Hashable, compute: Callable[[], Any]) -> Any:
        """The result of `compute`, computed once while it is remembered; once for each language of its words."""
        if not i18n.english() and isinstance(key, tuple):
            key = (*key, i18n.locale())
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key][0]
        result = compute()
        weighs = weight(result)
        with self._lock:
            self._drop(key)
            self._results[key] = (result, weighs)
            self._bytes += weighs
            while len(self._results) > 1 and (len(self._results) > self.most or self._bytes > self.most_bytes):
                self._drop(next(iter(self._results)))
        return result

    def forget(self, which: Callable[[tuple[Any, ...]], bool]) -> None:
        """Forget the results whose key meets the condition."""
        with self._lock:
            for key in [k for k in self._results if isinstance(k, tuple) and which(k)]:
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        if key in self._results:
            self._bytes -= self._results.pop(key)[1]


def weight(result: Any) -> int:
    """About how many bytes a result holds: its arrays and tables, in dataclasses and containers too.

    What several results share is counted for each of them: rather too much than too little.
    """
    if isinstance(result, np.ndarray):
        return int(result.nbytes) + (_of_objects(result) if result.dtype == object else 0)
    if isinstance(result, pd.DataFrame):
        return sum(weight(result[name]) for name in result.columns)
    if isinstance(result, pd.Series | pd.Index):
        values = result.to_numpy() if result.dtype == object else None
        return int(result.memory_usage()) if values is None else weight(values)
    if isinstance(result, dict):
        return sum(weight(value) for value in result.values())
    if isinstance(result, list | tuple):
        return sum(weight(value) for value in result)
    if is_dataclass(result) and not isinstance(result, type):
        return sum(weight(getattr(result, field.name)) for field in fields(result))
    # A sparse array of scipy, which most pages do without: by its parts.
    parts = [getattr(result, name, None) for name in ("data", "indices", "indptr")]
    return sum(int(part.nbytes) for part in parts if isinstance(part, np.ndarray)) or sys.getsizeof(result, 0)


def _of_objects(values: np.ndarray) -> int:
    flat = values.ravel()
    some = flat[:: max(len(flat) // _LOOKED_AT, 1)]
    return int(np.mean([sys.getsizeof(value, 0) for value in some]) * len(flat)) if len(some) else 0
