"""How memory is handed out while a large file is read.

glibc gives every thread an arena of its own and maps each block above 128 kB anew: with chunks of some megabytes on
several threads, the kernel's page faults then cost a tenth of a load. Other C libraries do not have the setting.
Python's search for rings of objects costs another twentieth, and tables hold none.
"""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

# glibc's malloc.h. https://sourceware.org/glibc/manual/latest/html_node/Malloc-Tunable-Parameters.html
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_ARENAS, _BLOCK, _KEPT = 2, 1 << 30, 2_000_000_000


def reuse_blocks() -> bool:
    """Lets freed blocks be used again instead of giving them back. True where the C library is glibc."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):  # macOS, musl, Windows
        return False
    settings = ((_M_ARENA_MAX, _ARENAS), (_M_MMAP_THRESHOLD, _BLOCK), (_M_TRIM_THRESHOLD, _KEPT))
    taken = [mallopt(name, value) == 1 for name, value in settings]
    return all(taken)


@contextmanager
def large_files() -> Iterator[None]:
    """Memory for reading: blocks are used again, and rings of objects are left until the end."""
    reuse_blocks()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
