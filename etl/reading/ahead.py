"""Lets a reader work on the next piece while its caller works on this one."""

import queue
import threading
from collections.abc import Generator, Iterator
from typing import TypeVar, cast

T = TypeVar("T")


class _End:
    def __init__(self, error: BaseException | None = None):
        self.error = error


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items: while the caller works on one, another thread makes the next, and no more than that.

    The first is begun at once. An error is raised in the item's place. Closing the returned generator stops the thread
    and closes `items`.
    """
    handing_over = _ahead(items)
    next(handing_over)
    return cast(Iterator[T], handing_over)


def _ahead(items: Iterator[T]) -> Generator[T | None, None, None]:
    """First None, when the thread has begun: a generator that nobody begins would never end its thread."""
    handed: queue.SimpleQueue[T | _End] = queue.SimpleQueue()
    wanted = threading.Semaphore(1)
    stopped = False

    def work() -> None:
        end = _End()
        try:
            while wanted.acquire() and not stopped:
                handed.put(next(items))
        except StopIteration:
            pass
        except BaseException as error:  # handed over to the caller's thread, whatever it is
            end = _End(error)
        finally:
            close = getattr(items, "close", None)
            if close:
                close()
            handed.put(end)

    thread = threading.Thread(target=work, name="reader", daemon=True)
    thread.start()
    try:
        yield None
        while True:
            item = handed.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            wanted.release()
            yield item
            del item  # or two would be held while the next one is awaited
    finally:
        stopped = True
        wanted.release()
        thread.join()
