"""The attacker's arithmetic: figures are sums of unknown whole numbers, each figure known or known to lie in a span.

Two ways: subtracting one figure from another that contains it, and tightening the span of every number by every
figure until nothing moves. A number is recovered when its span has shrunk to one value.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

ROUNDS = 60


@dataclass(frozen=True)
class Figures:
    """What was collected. sums : (figures, numbers) 0/1; low, high : (figures,) what each figure may be."""

    sums: sparse.csr_array
    low: np.ndarray
    high: np.ndarray


def figures(masks: list[np.ndarray], low: list[float], high: list[float]) -> Figures:
    """Figures from one (numbers,) bool mask each; the same sum seen twice keeps the narrower span."""
    spans: dict[bytes, list[float]] = {}
    for mask, least, most in zip(masks, low, high, strict=True):
        span = spans.setdefault(np.packbits(mask).tobytes(), [least, most])
        span[:] = max(span[0], least), min(span[1], most)
    size = len(masks[0])
    rows = np.array([np.unpackbits(np.frombuffer(key, dtype=np.uint8))[:size] for key in spans])
    found = np.array(list(spans.values()))
    return Figures(sparse.csr_array(rows.astype(float)), found[:, 0], found[:, 1])


def with_differences(held: Figures, most: int = 60_000) -> Figures:
    """The figures and every difference of two of which one contains the other; no more than `most` in all."""
    dense = held.sums.toarray().astype(bool)
    sizes = dense.sum(axis=1)
    inside = (held.sums @ held.sums.T).toarray()
    masks, low, high = list(dense), held.low.tolist(), held.high.tolist()
    for small in range(len(dense)):
        for large in np.flatnonzero((inside[small] == sizes[small]) & (sizes > sizes[small])):
            if len(masks) >= most:
                break
            masks.append(dense[large] & ~dense[small])
            low.append(held.low[large] - held.high[small])
            high.append(held.high[large] - held.low[small])
    return figures(masks, low, high)


def tightened(held: Figures, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The span of every number, (numbers,) each, from its first span and all figures; it never cuts the truth."""
    low, high = low.astype(float).copy(), high.astype(float).copy()
    sums = held.sums.tocsr()
    figure = np.repeat(np.arange(sums.shape[0]), np.diff(sums.indptr))
    number = sums.indices
    for _ in range(ROUNDS):
        least, most = sums @ low, sums @ high
        up = held.high[figure] - (least[figure] - low[number])
        down = held.low[figure] - (most[figure] - high[number])
        new_low, new_high = low.copy(), high.copy()
        np.minimum.at(new_high, number, up)
        np.maximum.at(new_low, number, down)
        if (new_low == low).all() and (new_high == high).all():
            break
        low, high = new_low, new_high
    return low, high


def recovered(true: np.ndarray, low: np.ndarray, high: np.ndarray, base: int = 11) -> np.ndarray:
    """Which numbers were recovered, (numbers,): a count from 1 to base - 1 whose span is one value, and that one."""
    if ((low > true) | (high < true)).any():
        raise ValueError("A span does not hold the truth: the attacker's model is wrong.")
    return (low == high) & (true > 0) & (true < base)
