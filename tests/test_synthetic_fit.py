"""Synthetic people: from noisy counts to whole people, and how far the report says they are off."""

from pathlib import Path

import numpy as np
import pytest

from etl.synthetic import fit, noise
from etl.synthetic.errors import Length, Report, compared, percent, verdict
from etl.synthetic.make import ways_of
from etl.synthetic.people import Attribute

# -- noisy counts to people --------------------------------------------------------------------------------------------


def test_without_noise_the_counts_of_three_attributes_come_back() -> None:
    rng = np.random.default_rng(2)
    true = rng.multinomial(40_000, rng.dirichlet(np.full(180, 0.4))).reshape(5, 4, 3, 3)
    measured = [fit.Measured(w, fit.marginal(true, w).astype(float), 0.01) for w in ways_of(true.shape)]
    made = fit.whole(fit.fitted(measured, np.ones(true.shape, dtype=bool)), 0.5)
    assert made.sum() == 40_000
    for ways in ways_of(true.shape):
        assert np.abs(fit.marginal(true, ways) - fit.marginal(made, ways)).max() <= 45, ways
    assert not made[fit.marginal(true, (0, 1, 2)) == 0].any()


def test_noise_alone_is_nobody() -> None:
    rng = np.random.default_rng(3)
    noisy = rng.normal(0, 2, (20, 20, 20))
    everywhere = np.ones(noisy.shape, dtype=bool)
    kept = (noisy >= fit.threshold(noisy, 2.0, everywhere)).sum()
    assert kept <= 1
    # Where everything is clear, a low one will do; it never asks for less than one person.
    assert fit.threshold(np.full((20, 20), 300.0), 2.0, everywhere[0]) < 3
    assert fit.threshold(np.full((20, 20), 300.0), 0.01, everywhere[0]) == 1.0


def test_whole_people_stay_within_one_of_the_running_sum() -> None:
    expected = np.random.default_rng(4).exponential(0.7, (6, 7, 8))
    for offset in (0.0, 0.3, 0.999):
        made = fit.whole(expected, offset)
        assert (made >= 0).all() and np.abs(np.cumsum(made) - np.cumsum(expected)).max() <= 1


def test_shares_of_the_privacy_loss_add_up_to_one() -> None:
    assert fit.shares([1, 1, 2, 3, 3, 3], {1: 0.1, 2: 0.2, 3: 0.7}) == pytest.approx([0.05, 0.05, 0.2, *[0.7 / 3] * 3])
    with pytest.raises(ValueError, match="whole privacy loss"):
        noise.measure(Path("none"), [np.ones(1)] * 2, [0.6, 0.6], 1, 1e-9)


# -- the report --------------------------------------------------------------------------------------------------------


def test_the_report_by_hand() -> None:
    attributes = (Attribute(("sex",), (("f",), ("m",))), Attribute(("band", "minor"), (("1", "y"), ("2", "n"))))
    real, made = np.array([[6, 2], [2, 0]]), np.array([[8, 0], [1, 1]])
    report = compared(real, made, attributes)
    one, two, three = report.lengths
    assert (one.here, one.suppressed, one.fabricated, one.mean) == (6, 0.0, 0.0, pytest.approx((0 + 0 + 1 * 4) / 6))
    # Of the pairs that the records have, f with 2 and f with n are missing; m with 2 and m with n are invented.
    assert (two.suppressed, two.fabricated, two.unseen) == (2 / 8, 2 / 8, 4 / 30)
    assert (three.here, three.suppressed, three.fabricated) == (3, 1 / 3, 1 / 3)
    assert report.together.suppressed == 3 / 17 and not any(report.met)


@pytest.mark.parametrize(
    ("suppressed", "fabricated", "begins"),
    [(0.099, 0.009, "Both goals were met"), (0.1, 0.0, "Only the goal for fabricated"),
     (0.05, 0.01, "Only the goal for suppressed"), (0.3, 0.3, "Neither goal was met")],
)  # fmt: skip
def test_the_first_sentence_says_whether_the_goals_were_met(suppressed: float, fabricated: float, begins: str) -> None:
    line = Length(0, 100, suppressed, 0.0, fabricated, 1.0, 2.0, 1.0)
    assert verdict(Report((), line)).startswith(begins)


def test_shares_are_said_in_whole_per_cent() -> None:
    assert [percent(s) for s in (0, 0.0001, 0.0099, 0.0951, 0.2349)] == [
        "0 %",
        "under 1 %",
        "under 1 %",
        "10 %",
        "23 %",
    ]
