"""The frames of the player: they arrive as they were, small enough, and only of places that are ever seen."""

import base64
import zlib

import numpy as np
import pytest

from dashboard.maps import classes, layers, picture, player, styles
from dashboard.palette import LIGHT
from tests.map_squares import NOUN, drawn, places


def unpacked(sent: dict) -> tuple[np.ndarray, np.ndarray]:
    """What player.js makes of the bytes."""
    raw = np.frombuffer(zlib.decompress(base64.b64decode(sent["packed"])), dtype=np.uint8)
    kinds, low, high = raw.reshape(3, sent["places"], sent["frames"]).astype(int)
    return kinds - 1, np.cumsum(low + 256 * high, axis=1) % 65_536


def test_frames_arrive_as_they_were() -> None:
    kinds = np.array([[0, -1, 3], [1, 1, 1]])
    counts = np.array([[700, 0, 70_000], [0, 1, 2]])
    found, told = unpacked(player.packed_frames(player.Frames(["a", "b", "c"], kinds, counts)))
    assert found.tolist() == kinds.tolist()
    assert told.tolist() == [[700, 0, 65_535], [0, 1, 2]]


def test_five_years_of_windows_over_two_thousand_cells_are_under_150_kilobytes() -> None:
    """Rolling sums of months, as they come, and the worst case: nothing like the frame before."""
    rng = np.random.default_rng(1)
    months = rng.poisson(rng.gamma(0.5, 2, (2_000, 1)), (2_000, 71))
    rolling = np.lib.stride_tricks.sliding_window_view(months, 12, axis=1).sum(axis=2)
    for counts, budget in ((rolling, 150), (rng.integers(0, 8, (2_000, 60)), 150)):
        kinds = classes.classes(counts.ravel()).of(counts)
        frames = player.Frames([f"Window {i}" for i in range(60)], kinds, counts)
        assert len(picture.packed_player(frames, np.full(2_000, True))["packed"]) < budget * 1000


def test_places_that_are_never_in_a_class_are_left_out_of_every_frame() -> None:
    table = places([5, 6, 7]).assign(cls=0)
    frames = player.Frames(["a {{ 7 * 191 }}", "b|c"], np.array([[0, 1], [-1, -1], [2, -1]]), np.zeros((3, 2), int))
    shown = layers.ClassPaint(table, styles.hot_and_cold(LIGHT), NOUN, frames=frames)
    assert shown.classed()["id"].tolist() == ["id0", "id2"]
    assert shown.classed()["cls"].tolist() == [1, -1], "the last frame is seen first"
    kept = unpacked(picture.packed_player(frames, frames.seen))[0]
    assert kept.tolist() == [[0, 1], [2, -1]]
    found = drawn(shown)
    assert "lamplight.player" in found
    assert "Place 1" not in found
    assert str(7 * 191) not in found


def test_frames_that_do_not_fit_are_refused() -> None:
    kinds = np.zeros((3, 2), int)
    with pytest.raises(ValueError, match="places x frames"):
        player.Frames(["a", "b"], kinds, np.zeros((2, 2)))
    with pytest.raises(ValueError, match="label"):
        player.Frames(["a"], kinds, kinds)
    with pytest.raises(ValueError, match="no style"):
        frames = player.Frames("ab", kinds + 9, kinds)
        layers.ClassPaint(places([1, 2, 3]).assign(cls=0), styles.hot_and_cold(LIGHT), NOUN, frames=frames)
    with pytest.raises(ValueError, match="row for each place"):
        frames = player.Frames("ab", kinds, kinds)
        layers.ClassPaint(places([1]).assign(cls=0), styles.hot_and_cold(LIGHT), NOUN, frames=frames)
