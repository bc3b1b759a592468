"""Dense for what is there? The ratio of two kernel densities (dual kernel density). Pure numbers.

Trafficking reports are dense where people and police reports are dense. Dividing their density by
that of residents or of all police reports takes this out, and most of the edge effect with it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.analysis.density import Kernel, checked_points, kernel_sums

LEAST_BELOW = 5.0  # records in the denominator that a kernel must see, or there is nothing to divide by
LEAST_SHARE = 0.05  # of the denominator's mean density over the centres; below, the ratio is mostly the kernel's edge
LEAST_EXPECTED = 5.0  # cases that must be expected under a kernel, or the normal approximation fails


@dataclass(frozen=True)
class RelativeRisk:
    """Density of cases relative to that of the records they are held against, at each centre.

    ratio : (n,) 1 where the share of the cases equals the share of the others, 0 where no case is near;
        nan where the denominator is too thin to divide by.
    log_ratio : (n,) its natural logarithm; -inf where the ratio is 0.
    z, p : (n,) test of ratio = 1 by random labelling, two-sided; nan where too few cases are expected to tell.
        Draw the contour of p = 0.05 for a tolerance contour, or adjust p for the number of cells.
    thin : (n,) bool, where the denominator is too thin.
    """

    ratio: np.ndarray
    log_ratio: np.ndarray
    z: np.ndarray
    p: np.ndarray
    thin: np.ndarray
    kernel: Kernel
    bandwidth: float


def relative_risk(
    cases: npt.ArrayLike,
    others: npt.ArrayLike,
    centres: npt.ArrayLike,
    bandwidth: float,
    case_weights: npt.ArrayLike | None = None,
    other_weights: npt.ArrayLike | None = None,
    kernel: Kernel = "quartic",
    least_below: float = LEAST_BELOW,
    least_share: float = LEAST_SHARE,
) -> RelativeRisk:
    """Ratio of two normalised kernel densities with one bandwidth, and whether it differs from 1.

    cases : (m, 2) and others : (k, 2), metres in one projection; weights say how many records (or
        residents) each point stands for. `others` are best without the cases.
    centres : (n, 2). bandwidth : metres; one for both, or the ratio shows the difference of the two.
    least_below : the denominator is thin where fewer than so many of the others are effectively near,
        (sum w k)^2 / sum w k^2 with weights w and heights k of the kernel.
    least_share : it is thin, too, where its density is below this share of its mean over the centres.

    z compares the mean height of the kernel over the cases with that of random labels: mean and
    variance of the permutation distribution are exact, its shape is taken as normal.

    Raises ValueError as `density` does, and if there are no cases or no others.

    Bithell (1990), Statistics in Medicine 9; Kelsall and Diggle (1995), Statistics in Medicine 14.
    """
    cases, case_weights = checked_points(cases, case_weights, "cases")
    others, other_weights = checked_points(others, other_weights, "others")
    many, more = float(case_weights.sum()), float(other_weights.sum())
    if many <= 0 or more <= 0:
        raise ValueError("A ratio needs records on both sides: one of the two layers is empty.")
    above = kernel_sums(cases, centres, bandwidth, kernel, case_weights, powers=(1, 2))
    below = kernel_sums(others, centres, bandwidth, kernel, other_weights, powers=(1, 2))
    thin = (_seen(below) < least_below) | (below[:, 0] < least_share * below[:, 0].mean())
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(thin, np.nan, (above[:, 0] / many) / (below[:, 0] / more))
        log_ratio = np.log(ratio)
        z = _random_labels(above, below, many, more)
    from scipy.special import erfc

    z = np.where(thin, np.nan, z)
    return RelativeRisk(ratio, log_ratio, z, erfc(np.abs(z) / np.sqrt(2)), thin, kernel, float(bandwidth))


def _random_labels(above: np.ndarray, below: np.ndarray, many: float, more: float) -> np.ndarray:
    """z of the cases' sum of heights if `many` of all records were cases by chance; nan if too few are expected."""
    total = many + more
    mean, square = (above + below).T / total
    variance = many * more / max(total - 1, 1.0) * np.maximum(square - mean**2, 0.0)
    expected = many * mean**2 / square
    return np.where(expected >= LEAST_EXPECTED, (above[:, 0] - many * mean) / np.sqrt(variance), np.nan)


def _seen(sums: np.ndarray) -> np.ndarray:
    """How many records a kernel effectively sees: (sum w k)^2 / sum w k^2, 0 where there are none."""
    return np.divide(sums[:, 0] ** 2, sums[:, 1], out=np.zeros(len(sums)), where=sums[:, 1] > 0)
