"""The C library's settings for a load: kept where it is glibc, left alone elsewhere, and never in the way."""

import ctypes
import gc
import os

import pytest

from etl.memory import large_files, reuse_blocks


def _is_glibc() -> bool:
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") is not None
    except (AttributeError, ValueError, OSError):
        return False


def test_glibc_takes_every_setting() -> None:
    assert reuse_blocks() is _is_glibc()


@pytest.mark.parametrize("error", [OSError, AttributeError, TypeError])
def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def absent(_: object) -> None:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", absent)
    assert reuse_blocks() is False


def test_collection_is_on_again_after_a_load_that_fails() -> None:
    with pytest.raises(ValueError), large_files():
        assert not gc.isenabled()
        raise ValueError
    assert gc.isenabled()


def test_collection_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with large_files():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
